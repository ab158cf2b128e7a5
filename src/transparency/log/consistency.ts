/** The proof that a tree only grew, from the right edge of the smaller tree and the leaves that came since. */
import { emptyFrontier, type Frontier, frontierRoot } from '../../merkle/frontier.js'
import { splitOf } from '../../merkle/range-root.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { growing } from './growing.js'
import { binaryLeafHash, type Leaf } from './leaf-hash.js'
import { refused } from './refused.js'

/** Leaves from `begin` to before `end`. */
interface Range {
  readonly begin: number
  readonly end: number
}

/** Which subtrees a proof has, in its order, as RFC 9162 §2.1.4.1 finds them. */
function subtreesOf(first: number, second: number): Range[] {
  const fromTheTop: Range[] = []
  let begin = 0
  let end = second
  while (first !== end) {
    const middle = begin + splitOf(end - begin)
    if (first <= middle) {
      fromTheTop.push({ begin: middle, end })
      end = middle
    } else {
      fromTheTop.push({ begin, end: middle })
      begin = middle
    }
  }
  if (begin !== 0) fromTheTop.push({ begin, end })
  return fromTheTop.reverse()
}

/** Where each peak begins: every subtree of a proof that lies in the smaller tree is one of its peaks. */
function peaksByBegin({ size, peaks }: Frontier): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  let begin = 0
  let rest = size
  for (const peak of peaks) {
    found.set(begin, peak)
    const width = rest === 1 ? 1 : splitOf(rest + 1)
    begin += width
    rest -= width
  }
  return found
}

/**
 * Proves that a tree only grew, in O(log n) memory.
 *
 * @param from - the smaller tree
 * @param size - how many leaves the larger one has
 * @param leaves - those from `from.size` on, at least to `size`
 * @returns the hashes, 32 bytes each, as `consistencyProof` gives them
 * @throws RangeError when there are fewer leaves
 */
export async function consistencyFrom(
  from: Frontier,
  size: number,
  leaves: AsyncIterable<Leaf>,
): Promise<Uint8Array[]> {
  if (from.size === 0 || from.size === size) return []
  const subtrees = subtreesOf(from.size, size)
  const peaks = peaksByBegin(from)
  const grown = new Map<number, Uint8Array>()
  const later = subtrees.filter(({ begin }) => begin >= from.size).sort((a, b) => a.begin - b.begin)
  let at = from.size
  let tree = growing(emptyFrontier)
  for await (const leaf of leaves) {
    const range = later[0]
    if (range === undefined) break
    tree.add(binaryLeafHash(leaf))
    at += 1
    if (at < range.end) continue
    grown.set(range.begin, frontierRoot(tree.frontier()))
    tree = growing(emptyFrontier)
    later.shift()
  }
  if (later.length > 0) throw new RangeError(`leaves must reach to ${size}`)
  return subtrees.map(({ begin }) => (grown.get(begin) ?? peaks.get(begin)) as Uint8Array)
}

/** The trees of a log at the sizes that a witness is likely to have seen. */
export interface KnownTrees {
  add(frontier: Frontier): void
  /**
   * @param size - how many leaves the tree is to have
   * @returns the largest known tree that is not larger; the empty one if none is
   */
  below(size: number): Frontier
}

/** So many sizes are remembered. */
const MAX_TREES = 64

/** @returns a memory of trees, empty */
export function createKnownTrees(): KnownTrees {
  const trees = new Map<number, Frontier>()
  return {
    add(frontier) {
      trees.delete(frontier.size)
      trees.set(frontier.size, frontier)
      if (trees.size > MAX_TREES) trees.delete(trees.keys().next().value as number)
    },
    below(size) {
      let best = emptyFrontier
      for (const tree of trees.values()) if (tree.size <= size && tree.size > best.size) best = tree
      return best
    },
  }
}

/**
 * Reads what a proof needs beyond the known trees.
 *
 * @param store - where the log chain is kept
 * @param chainId - the log chain
 * @param trees - the known trees
 * @param oldSize - the smaller size
 * @param size - the larger size, which was signed
 * @param options - gives up
 * @returns the proof
 * @throws QuittanceError `TLOG_REFUSED` where receipts that it needs are pruned
 */
export async function proveConsistency(
  store: ReceiptStore,
  chainId: string,
  trees: KnownTrees,
  oldSize: number,
  size: number,
  options: StoreOptions,
): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size)
    throw new RangeError(`oldSize must be an integer from 0 to ${size}`)
  const read = async function* (fromSeq: number, toSeq: number) {
    if (fromSeq > toSeq) return
    let next = fromSeq
    for await (const receipt of store.read(chainId, { ...options, fromSeq, toSeq })) {
      if (receipt.seq !== next) throw refused(chainId, 'pruned', next)
      next += 1
      yield receipt
    }
    if (next <= toSeq) throw refused(chainId, 'rolled-back', next)
  }
  const tree = growing(trees.below(oldSize))
  for await (const receipt of read(tree.size, oldSize - 1)) tree.add(binaryLeafHash(receipt))
  const from = tree.frontier()
  trees.add(from)
  return consistencyFrom(from, size, oldSize === 0 ? read(0, -1) : read(oldSize, size - 1))
}
