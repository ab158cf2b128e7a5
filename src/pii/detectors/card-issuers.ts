/** Which numbers the card schemes give out. */

/** One range of numbers. */
export interface Issuer {
  /** Goes into the reason of a finding. */
  readonly name: string
  /** By number of digits: how sure a number is that passes Luhn; 0 where the scheme has no such length. */
  readonly scores: Float64Array
}

interface Range extends Issuer {
  readonly from: number
  readonly to: number
  readonly digits: number
}

/** Alone below the threshold: enough with a word that tells of cards. */
const WEAK = 0.4
/** Enough where its groups are those of a card. */
const CLOSE = 0.45
const EVEN = 0.55
const GOOD = 0.68
const SURE = 0.8

/** Longest number that ISO/IEC 7812 allows, and one that test-data libraries make for Discover. */
export const LONGEST_CARD = 20
export const SHORTEST_CARD = 12

/** Name, prefixes (`first-last`), then `length:score` pairs. The first range that knows prefix and length is taken. */
const table: readonly (readonly [string, string, string])[] = [
  ['Visa', '4', `16:${SURE} 13:${EVEN} 19:${CLOSE}`],
  ['Mastercard', '51-55 2221-2720', `16:${SURE}`],
  ['American Express', '34 37', `15:${SURE}`],
  ['Diners Club', '300-305 3095', `14:${GOOD} 16:${GOOD} 15:${WEAK} 17-19:${WEAK}`],
  ['Diners Club', '36 38-39', `14:${GOOD} 15-19:${WEAK}`],
  ['Discover', '6011 644-649 65', `16:${SURE} 17-20:${WEAK}`],
  ['UnionPay', '62', `16:${SURE} 19:${GOOD} 17-18:${EVEN}`],
  ['JCB', '3528-3589', `16:${SURE} 17-19:${WEAK}`],
  ['Mir', '2200-2204', `16:${SURE} 17-19:${WEAK}`],
  ['Troy', '9792', `16:${SURE}`],
  ['Elo', '5041 5066-5067 5090-5099 627780 636297 636368', `16:${GOOD}`],
  ['Hipercard', '606282', `16:${GOOD}`],
  ['Verve', '506099-506198 507865-507964', `16:${GOOD} 18-19:${WEAK}`],
  ['RuPay', '508 607 6069 6061 6521-6522', `16:${GOOD}`],
  ['RuPay', '60 353 356 81-82', `16:${WEAK}`],
  ['Dankort', '5019', `16:${GOOD}`],
  [
    'Maestro',
    '5018 5020 5038 5893 6304 6333 6334 6706 6709 6759 676 6771 6799 564182 633110',
    `16:${GOOD} 17-19:${EVEN} 12-15:${WEAK}`,
  ],
  ['InterPayment', '636', `16-19:${WEAK}`],
  ['InstaPayment', '637-639', `16:${EVEN}`],
  ['Uzcard', '8600', `16:${GOOD}`],
  ['Humo', '9860', `16:${GOOD}`],
  ['BORICA', '2205', `16:${GOOD}`],
  ['NAPAS', '9704', `16:${GOOD} 19:${EVEN}`],
  ['UkrCard', '604001-604200', `16:${EVEN} 17-19:${WEAK}`],
  ['UnionPay', '81', `16-19:${WEAK}`],
  ['Maestro', '50 56-58 6', `12-19:${WEAK}`],
]

function scoresOf(lengths: string): Float64Array {
  const scores = new Float64Array(LONGEST_CARD + 1)
  for (const part of lengths.split(' ')) {
    const [length = '', score] = part.split(':')
    const [from, to = from] = length.split('-').map(Number)
    scores.fill(Number(score), from, (to as number) + 1)
  }
  return scores
}

/**
 * @returns by the first digit: which ranges can hold a number, the more telling first
 */
function ranges(): readonly (readonly Range[])[] {
  const all: Range[][] = Array.from({ length: 10 }, () => [])
  for (const [name, prefixes, lengths] of table) {
    const scores = scoresOf(lengths)
    for (const prefix of prefixes.split(' ')) {
      const [first = '', last = first] = prefix.split('-')
      const range = { name, scores, from: Number(first), to: Number(last), digits: first.length }
      for (let digit = Number(first[0]); digit <= Number(last[0]); digit += 1) all[digit]?.push(range)
    }
  }
  return all
}

let byDigit: readonly (readonly Range[])[] | undefined

/**
 * @param digit - 0-9
 * @returns whether a card may begin with it
 */
export function beginsCard(digit: number): boolean {
  byDigit ??= ranges()
  return (byDigit[digit] as readonly Range[]).length > 0
}

/**
 * @param digits - values 0-9
 * @param length - how many of them count
 * @returns whose number it would be, or undefined
 */
export function issuerOf(digits: Uint8Array, length: number): Issuer | undefined {
  byDigit ??= ranges()
  const candidates = byDigit[digits[0] as number] as readonly Range[]
  for (const range of candidates) {
    if (range.scores[length] === 0) continue
    let prefix = 0
    for (let index = 0; index < range.digits; index += 1) prefix = prefix * 10 + (digits[index] as number)
    if (prefix >= range.from && prefix <= range.to) return range
  }
  return undefined
}
