/** Which of overlapping findings stand. */
import { type Findings, type Kind, picked } from './findings.js'

/** One finding in the text that was given. */
export interface Span {
  readonly type: string
  /** First UTF-16 offset. */
  readonly start: number
  /** The UTF-16 offset behind the last. */
  readonly end: number
  /** 0 to 1. */
  readonly score: number
  /** The name of what found it. */
  readonly detector: string
  /** Why, in a few words; never the value. */
  readonly reason: string
}

/** A span and what detectors saw there. */
export interface Found extends Span {
  /** After folding. */
  readonly value: string
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byName = (a: Kind, b: Kind): number =>
  compare(a.type, b.type) || compare(a.detector, b.detector) || compare(a.reason, b.reason)

/**
 * The longer first, then the surer; the rest only makes the order the same whatever the order of detectors.
 *
 * @param a - a finding
 * @param b - another
 * @returns below 0 where `a` comes first
 */
export const stronger = (a: Span, b: Span): number =>
  b.end - b.start - (a.end - a.start) || b.score - a.score || a.start - b.start || byName(a, b)

/**
 * Settles overlaps by length, then score.
 *
 * @param spans - findings in any order
 * @returns those that stand, in the order of the text, none overlapping another
 */
export function resolve(spans: readonly Span[]): Span[] {
  const { length } = spans
  const start = Int32Array.from(spans, (span) => span.start)
  const end = Int32Array.from(spans, (span) => span.end)
  const order = standing({ start, end, length, kinds: spans })
  return order ? Array.from(order, (place) => spans[place] as Span) : [...spans]
}

/**
 * Settles overlaps by length, then score.
 *
 * @param findings - in any order
 * @returns those that stand, in the order of the text, none overlapping another
 */
export function settle(findings: Findings): Findings {
  const order = standing(findings)
  return order ? picked(findings, order) : findings
}

/** What is held against each other. */
interface Contenders {
  readonly start: Int32Array
  readonly end: Int32Array
  readonly length: number
  readonly kinds: readonly Kind[]
}

/** The places of those that stand; undefined where all do, in the order that they have. */
function standing(all: Contenders): Int32Array | undefined {
  const { start, end, length } = all
  if (areApart(all)) return undefined
  const order = orderOf(all)
  let kept = 0
  for (let from = 0; from < length; ) {
    let reach = end[order[from] as number] as number
    let to = from + 1
    for (; to < length; to += 1) {
      const place = order[to] as number
      if ((start[place] as number) >= reach) break
      reach = Math.max(reach, end[place] as number)
    }
    kept = settled(all, order, from, to, kept)
    from = to
  }
  return order.subarray(0, kept)
}

/** Mostly findings come in order and none overlaps another. */
function areApart({ start, end, length }: Contenders): boolean {
  let last = 0
  for (let place = 0; place < length; place += 1) {
    if ((start[place] as number) < last) return false
    last = end[place] as number
  }
  return true
}

/** Offsets and places in a list as one number: below 2 ** 53 for all texts that fit into memory. */
const PLACES = 2 ** 22

/** The order of findings by where they begin; of those that begin together the first reported first. */
function orderOf({ start, length }: Contenders): Int32Array {
  const order = new Int32Array(length)
  if (length > PLACES) {
    for (let place = 0; place < length; place += 1) order[place] = place
    return order.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b)
  }
  const keys = new Float64Array(length)
  for (let place = 0; place < length; place += 1) keys[place] = (start[place] as number) * PLACES + place
  keys.sort()
  for (let place = 0; place < length; place += 1) order[place] = (keys[place] as number) % PLACES
  return order
}

/** As `stronger`, of two of a list; of two that are alike the first reported. */
function strongerOf({ start, end, kinds }: Contenders, a: number, b: number): number {
  const from = start[a] as number
  const other = start[b] as number
  const longer = (end[b] as number) - other - ((end[a] as number) - from)
  if (longer !== 0) return longer
  const one = kinds[a] as Kind
  const two = kinds[b] as Kind
  return two.score - one.score || from - other || (one === two ? 0 : byName(one, two)) || a - b
}

/** Up to so many findings that hang together are held against each other. */
const FEW = 16

/** Settles those between two places of the order, which hang together; writes those that stand from `kept` on. */
function settled(all: Contenders, order: Int32Array, from: number, to: number, kept: number): number {
  if (to - from === 1) {
    order[kept] = order[from] as number
    return kept + 1
  }
  if (to - from === 2) {
    const [first, second] = [order[from] as number, order[from + 1] as number]
    order[kept] = strongerOf(all, first, second) < 0 ? first : second
    return kept + 1
  }
  const cluster = order.slice(from, to).sort((a, b) => strongerOf(all, a, b))
  const last = to - from <= FEW ? fewSettled(all, cluster) : manySettled(all, cluster)
  const left = cluster.subarray(0, last).sort((a, b) => (all.start[a] as number) - (all.start[b] as number))
  order.set(left, kept)
  return kept + last
}

/** Moves those that stand to the front of a cluster that is in the order of strength; gives how many they are. */
function fewSettled({ start, end }: Contenders, cluster: Int32Array): number {
  let count = 0
  for (const place of cluster) {
    const from = start[place] as number
    const to = end[place] as number
    let free = true
    for (let index = 0; index < count && free; index += 1) {
      const other = cluster[index] as number
      free = (end[other] as number) <= from || (start[other] as number) >= to
    }
    if (free) cluster[count++] = place
  }
  return count
}

/** The same for many: what is no longer than one that stands overlaps it only with one of its own ends. */
function manySettled({ start, end }: Contenders, cluster: Int32Array): number {
  let origin = start[cluster[0] as number] as number
  let reach = 0
  for (const place of cluster) {
    origin = Math.min(origin, start[place] as number)
    reach = Math.max(reach, end[place] as number)
  }
  const taken = new Uint8Array(reach - origin)
  let count = 0
  for (const place of cluster) {
    const from = (start[place] as number) - origin
    const to = (end[place] as number) - origin
    if (taken[from] || taken[to - 1]) continue
    taken.fill(1, from, to)
    cluster[count++] = place
  }
  return count
}
