/** Which of overlapping findings stand. */

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

/**
 * The longer first, then the surer; the rest only makes the order the same whatever the order of detectors.
 *
 * @param a - a finding
 * @param b - another
 * @returns below 0 where `a` comes first
 */
export const stronger = (a: Span, b: Span): number =>
  b.end - b.start - (a.end - a.start) ||
  b.score - a.score ||
  a.start - b.start ||
  compare(a.type, b.type) ||
  compare(a.detector, b.detector) ||
  compare(a.reason, b.reason)

/**
 * Settles overlaps by length, then score.
 *
 * @param spans - findings in any order
 * @returns those that stand, in the order of the text, none overlapping another
 */
export function resolve(spans: readonly Span[]): Span[] {
  if (areApart(spans)) return [...spans]
  const ordered = [...spans].sort((a, b) => a.start - b.start || stronger(a, b))
  const standing: Span[] = []
  let from = 0
  while (from < ordered.length) {
    let reach = (ordered[from] as Span).end
    let to = from + 1
    while (to < ordered.length && (ordered[to] as Span).start < reach) {
      reach = Math.max(reach, (ordered[to] as Span).end)
      to += 1
    }
    if (to - from === 1) standing.push(ordered[from] as Span)
    else for (const span of settled(ordered.slice(from, to), reach)) standing.push(span)
    from = to
  }
  return standing
}

/** Mostly findings come in order and none overlaps another. */
function areApart(spans: readonly Span[]): boolean {
  let last = 0
  for (const { start, end } of spans) {
    if (start < last) return false
    last = end
  }
  return true
}

/** Up to so many findings that hang together are held against each other. */
const FEW = 16

/** Findings that hang together. */
function settled(cluster: Span[], reach: number): Span[] {
  const standing = cluster.length <= FEW ? fewSettled(cluster) : manySettled(cluster, reach)
  return standing.sort((a, b) => a.start - b.start)
}

function fewSettled(cluster: Span[]): Span[] {
  const standing: Span[] = []
  for (const span of cluster.sort(stronger)) {
    if (standing.every(({ start, end }) => end <= span.start || start >= span.end)) standing.push(span)
  }
  return standing
}

/** What is no longer than one that stands overlaps it only with one of its own ends. */
function manySettled(cluster: Span[], reach: number): Span[] {
  const origin = cluster.reduce((least, { start }) => Math.min(least, start), reach)
  const taken = new Uint8Array(reach - origin)
  return cluster.sort(stronger).filter(({ start, end }) => {
    if (taken[start - origin] || taken[end - 1 - origin]) return false
    taken.fill(1, start - origin, end - origin)
    return true
  })
}
