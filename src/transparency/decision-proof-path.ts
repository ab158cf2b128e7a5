/** The paths of one leaf in trees of several sizes, in one pass over the leaves and with the memory of a few hashes. */
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot } from '../merkle/frontier.js'
import { splitOf } from '../merkle/range-root.js'

/** Leaves whose root a path is made of. */
interface Range {
  readonly begin: number
  readonly end: number
  frontier: Frontier
}

/** The ranges beside the way from a leaf to the root, from the bottom up; RFC 9162 §2.1.3.1. */
function rangesBeside(index: number, size: number): Range[] {
  const fromTheTop: Range[] = []
  let [begin, end] = [0, size]
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin)
    const [from, to] = index < middle ? [middle, end] : [begin, middle]
    fromTheTop.push({ begin: from, end: to, frontier: emptyFrontier })
    if (index < middle) end = middle
    else begin = middle
  }
  return fromTheTop.reverse()
}

/** Takes a tree's leaves, and gives paths. */
export interface PathBuilder {
  /** @param leaf - the next leaf's hash, 32 bytes */
  push(leaf: Uint8Array): void
  /** @returns for each size the path, the leaf's neighbour first; once as many leaves were pushed as the largest has */
  paths(): readonly (readonly Uint8Array[])[]
}

/**
 * @param index - the leaf, counted from 0
 * @param sizes - of the trees, each above `index`
 * @returns a builder of its paths
 */
export function pathBuilder(index: number, sizes: readonly number[]): PathBuilder {
  const trees = sizes.map((size) => rangesBeside(index, size))
  const waiting = trees.flat().sort((a, b) => a.begin - b.begin)
  let pushed = 0
  let active: Range[] = []
  let next = 0
  return {
    push(leaf) {
      for (; (waiting[next]?.begin ?? Number.POSITIVE_INFINITY) <= pushed; next += 1)
        active.push(waiting[next] as Range)
      let done = false
      for (const range of active) {
        range.frontier = appendLeaf(range.frontier, leaf)
        done ||= range.frontier.size === range.end - range.begin
      }
      pushed += 1
      if (done) active = active.filter(({ begin, end }) => pushed < end && pushed > begin)
    },
    paths: () => trees.map((ranges) => ranges.map(({ frontier }) => frontierRoot(frontier))),
  }
}
