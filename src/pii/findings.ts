/** Findings in columns: a text full of them would otherwise be full of objects, and most are never looked at. */

/** What findings of one kind have in common. */
export interface Kind {
  readonly type: string
  readonly score: number
  readonly detector: string
  readonly reason: string
}

/** A list of findings; only the first `length` entries of each column count. */
export interface Findings {
  length: number
  /** Offsets in the text that was given. */
  start: Int32Array
  end: Int32Array
  /** Offsets in what detectors saw; the same columns where folding left everything in its place. */
  seenStart: Int32Array
  seenEnd: Int32Array
  kinds: Kind[]
  /** What detectors saw. */
  readonly seen: string
}

const FEW = 16

/**
 * @param seen - what detectors saw
 * @param shifted - whether its offsets are others than those of the text that was given
 * @returns an empty list
 */
export function newFindings(seen: string, shifted: boolean): Findings {
  const start = new Int32Array(FEW)
  const end = new Int32Array(FEW)
  return {
    length: 0,
    start,
    end,
    seenStart: shifted ? new Int32Array(FEW) : start,
    seenEnd: shifted ? new Int32Array(FEW) : end,
    kinds: [],
    seen,
  }
}

const longer = (column: Int32Array): Int32Array => {
  const grown = new Int32Array(column.length * 4)
  grown.set(column)
  return grown
}

/** Makes room for one more. */
export function makeRoom(findings: Findings): void {
  if (findings.length < findings.start.length) return
  const shifted = findings.seenStart !== findings.start
  findings.start = longer(findings.start)
  findings.end = longer(findings.end)
  findings.seenStart = shifted ? longer(findings.seenStart) : findings.start
  findings.seenEnd = shifted ? longer(findings.seenEnd) : findings.end
}

const reordered = (column: Int32Array, order: Int32Array): Int32Array => {
  const picked = new Int32Array(order.length)
  for (let place = 0; place < order.length; place += 1) picked[place] = column[order[place] as number] as number
  return picked
}

/**
 * @param findings - a list
 * @param order - which of them, and in which order
 * @returns a list of these
 */
export function picked(findings: Findings, order: Int32Array): Findings {
  const { seen, kinds } = findings
  const start = reordered(findings.start, order)
  const end = reordered(findings.end, order)
  const shifted = findings.seenStart !== findings.start
  const own = new Array<Kind>(order.length)
  for (let place = 0; place < order.length; place += 1) own[place] = kinds[order[place] as number] as Kind
  return {
    length: order.length,
    start,
    end,
    seenStart: shifted ? reordered(findings.seenStart, order) : start,
    seenEnd: shifted ? reordered(findings.seenEnd, order) : end,
    kinds: own,
    seen,
  }
}
