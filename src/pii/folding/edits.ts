/** A text made from another by replacing stretches, and the way back. */

/** Maps the units of a changed text to the original. */
export interface Back {
  /**
   * @param unit - offset of a unit of the changed text
   * @returns where what it stands for begins in the original
   */
  start(unit: number): number
  /**
   * @param end - an offset of the changed text, exclusive, at least 1
   * @returns where what the unit before it stands for ends in the original, exclusive
   */
  end(end: number): number
}

/** A changed text. */
export interface Edited {
  readonly text: string
  /** Absent where every unit stands in its old place. */
  readonly back?: Back | undefined
}

/** Takes replacements from left to right. */
export interface Edits {
  /** Where the last replacement ended in the original. */
  readonly done: number
  /**
   * @param start - first offset of the original that goes; at least `done`
   * @param end - the offset behind the last
   * @param by - what comes instead
   */
  replace(start: number, end: number, by: string): void
  /** @returns the changed text, or `undefined` where nothing was replaced */
  finish(): Edited | undefined
}

/** Up to here the units between two replacements are copied one by one; longer stretches are cut out whole. */
const SHORT = 48
const BUFFER = 4_096

/**
 * @param text - the original
 * @returns a place for replacements
 */
export function createEdits(text: string): Edits {
  // four numbers a stretch whose length changed: from and to in the changed text, from and to in the original
  let marks = new Int32Array(0)
  let used = 0
  const parts: string[] = []
  let units: Uint16Array | undefined
  let filled = 0
  let done = 0
  let shift = 0
  const flush = (): void => {
    if (units && filled > 0)
      parts.push(String.fromCharCode.apply(null, units.subarray(0, filled) as unknown as number[]))
    filled = 0
  }
  const copy = (from: string, start: number, end: number): void => {
    units ??= new Uint16Array(BUFFER)
    if (filled + (end - start) > BUFFER) flush()
    for (let at = start; at < end; at += 1) units[filled++] = from.charCodeAt(at)
  }
  const mark = (from: number, to: number, start: number, end: number): void => {
    if (used === marks.length) {
      const longer = new Int32Array(Math.max(64, used * 2))
      longer.set(marks)
      marks = longer
    }
    marks[used] = from
    marks[used + 1] = to
    marks[used + 2] = start
    marks[used + 3] = end
    used += 4
  }
  return {
    get done() {
      return done
    },
    replace(start, end, by) {
      if (start - done > SHORT) {
        flush()
        parts.push(text.slice(done, start))
      } else copy(text, done, start)
      if (by.length > BUFFER) {
        flush()
        parts.push(by)
      } else copy(by, 0, by.length)
      done = end
      if (by.length === 1 && end - start === 1) return
      const from = start + shift
      const follows = used > 0 && marks[used - 1] === start && marks[used - 3] === from && marks[used - 4] === from
      if (by === '' && follows) marks[used - 1] = end
      else mark(from, from + by.length, start, end)
      shift += by.length - (end - start)
    },
    finish() {
      if (done === 0) return undefined
      flush()
      if (done < text.length) parts.push(text.slice(done))
      return { text: parts.join(''), back: used === 0 ? undefined : backBy(marks.subarray(0, used)) }
    },
  }
}

function backBy(marks: Int32Array): Back {
  const count = marks.length / 4
  /** Where the last question led: mostly the next one is about a place not far behind it. */
  let near = 0
  /** The last stretch that begins at or before a unit, or -1. */
  const lastAt = (unit: number): number => {
    let low = 0
    let high = count
    if ((marks[near * 4] as number) <= unit) {
      for (let step = 0; step < 4; step += 1) {
        if (near + 1 >= count || (marks[near * 4 + 4] as number) > unit) return near
        near += 1
      }
      low = near
    }
    while (low < high) {
      const middle = (low + high) >> 1
      if ((marks[middle * 4] as number) <= unit) low = middle + 1
      else high = middle
    }
    near = Math.max(0, low - 1)
    return low - 1
  }
  const side = (unit: number, ending: boolean): number => {
    const at = lastAt(unit) * 4
    if (at < 0) return ending ? unit + 1 : unit
    const to = marks[at + 1] as number
    if (unit < to) return marks[at + (ending ? 3 : 2)] as number
    return (marks[at + 3] as number) + (unit - to) + (ending ? 1 : 0)
  }
  return { start: (unit) => side(unit, false), end: (end) => side(end - 1, true) }
}

/**
 * @param first - the way back from the middle text to the original
 * @param second - the way back from the last text to the middle one
 * @returns the way back from the last text to the original
 */
export function composed(first: Back | undefined, second: Back | undefined): Back | undefined {
  if (!first || !second) return first ?? second
  return {
    start: (unit) => first.start(second.start(unit)),
    end: (end) => first.end(second.end(end)),
  }
}
