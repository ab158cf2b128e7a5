/**
 * Where a change began: the posterior under a beginning that is equally likely at every receipt of the cycle and the
 * detector's mixture of rates after it.
 */
export interface ChangeBegin {
  /** The likeliest first receipt after the change; absent when it may well lie before the remembered window. */
  readonly seq?: number | undefined
  /** Absent when the interval reaches back beyond the remembered window. */
  readonly lowerSeq?: number | undefined
  readonly upperSeq: number
  /** The mass of the interval. It is a posterior mass: that so many intervals hold the true beginning is not proved. */
  readonly mass: number
  readonly kind: 'posterior'
  /** The posterior mass of beginnings before the remembered window. */
  readonly beforeWindow: number
}

/** What is remembered of the latest receipts, the latest first. */
export interface Remembered {
  /** What was watched, less the baseline. */
  readonly excesses: Float64Array
  readonly seqs: Float64Array
  /** Whether it reaches back to the first receipt of the cycle. */
  readonly complete: boolean
}

/**
 * Tells from the remembered values where a change began. The products of factors since each receipt, over what all of
 * the detector's beginnings add up to, are the posterior masses of the beginnings, those before the window included.
 *
 * @param remembered - at least one receipt
 * @param bets - of the components
 * @param sum - the detector's components added up
 * @param mass - of the interval
 * @returns the beginning with its interval, from the earliest to the latest of the likeliest receipts that make up the mass
 */
export function locateBegin(remembered: Remembered, bets: Float64Array, sum: number, mass: number): ChangeBegin {
  const { excesses, seqs, complete } = remembered
  const products = new Float64Array(bets.length).fill(1)
  let within = 0
  let likeliest = 0
  const shares = excesses.map((excess) => {
    let product = 0
    for (let i = 0; i < bets.length; i++) {
      products[i]! *= 1 + bets[i]! * excess
      product += products[i]!
    }
    within += product / sum
    return product / sum
  })
  const ascending = shares.slice().sort()
  let least = ascending.length - 1
  for (let covered = ascending[least]!; covered < mass && least > 0; covered += ascending[least]!) least -= 1
  let first = -1
  let last = 0
  for (let i = 0; i < shares.length; i++) {
    if (shares[i]! >= shares[likeliest]!) likeliest = i
    if (shares[i]! < ascending[least]!) continue
    if (first < 0) first = i
    last = i
  }
  const beforeWindow = complete ? 0 : Math.max(0, 1 - within)
  return {
    ...(beforeWindow <= 0.5 && { seq: seqs[likeliest]! }),
    ...(beforeWindow <= 1 - mass && { lowerSeq: seqs[last]! }),
    upperSeq: seqs[first]!,
    mass,
    kind: 'posterior',
    beforeWindow,
  }
}
