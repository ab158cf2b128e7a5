/** Proofs of a tree whose hashes lie in tiles: what `inclusionProof` and `consistencyProof` make of leaves. */
import { nodeHash } from '../../merkle/hash.js'
import { checkCount, splitOf } from '../../merkle/range-root.js'
import { readNodes, type TiledTree, type TreeNode } from './reader.js'

/** Leaves from `begin` to before `end`. */
type Range = readonly [begin: number, end: number]

/** The ranges whose roots a proof is made of, from the bottom up; RFC 9162 §2.1.3.1. */
function inclusionRanges(index: number, size: number): Range[] {
  const fromTheTop: Range[] = []
  let begin = 0
  let end = size
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin)
    fromTheTop.push(index < middle ? [middle, end] : [begin, middle])
    if (index < middle) end = middle
    else begin = middle
  }
  return fromTheTop.reverse()
}

/** RFC 9162 §2.1.4.1. */
function consistencyRanges(first: number, second: number): Range[] {
  const fromTheTop: Range[] = []
  let begin = 0
  let end = second
  while (first !== end) {
    const middle = begin + splitOf(end - begin)
    fromTheTop.push(first <= middle ? [middle, end] : [begin, middle])
    if (first <= middle) end = middle
    else begin = middle
  }
  // the smaller root itself is what the verifier has
  if (begin !== 0) fromTheTop.push([begin, end])
  return fromTheTop.reverse()
}

/** The perfect subtrees of a range that begins where RFC 9162 lets one begin, the largest first. */
function nodesOf([begin, end]: Range): TreeNode[] {
  const nodes: TreeNode[] = []
  for (let at = begin; at < end; ) {
    let height = 0
    while (2 ** (height + 1) <= end - at) height += 1
    nodes.push({ height, index: at / 2 ** height })
    at += 2 ** height
  }
  return nodes
}

async function rootsOf(tree: TiledTree, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const groups = ranges.map(nodesOf)
  const hashes = await readNodes(tree, groups.flat())
  let read = 0
  return groups.map((group) => {
    const peaks = hashes.slice(read, read + group.length)
    read += group.length
    return peaks.reduceRight((right, left) => nodeHash(left, right))
  })
}

/**
 * Proves that a leaf is in a tree, out of the tree's tiles. A tree of 10^8 leaves takes a dozen files.
 *
 * @param tree - size, root and where the tiles are
 * @param index - the leaf, counted from 0
 * @returns the hashes that lead from the leaf to the root, the leaf's neighbour first; for `verifyInclusion` and `formatProof`
 * @throws QuittanceError `TLOG_UNAVAILABLE`, `TLOG_MALFORMED`, `TLOG_UNTRUSTED` where tiles are missing or do not lead to the root
 * @throws RangeError when the leaf is not in the tree
 * @example
 * ```ts
 * import { type Checkpoint, inclusionProofFromTiles } from 'quittance/transparency'
 * const prove = ({ size, rootHash }: Checkpoint, index: number) =>
 *   inclusionProofFromTiles(
 *     {
 *       size,
 *       rootHash,
 *       async fetchTile(path) {
 *         const response = await fetch(`https://log.example/acme/${path}`)
 *         if (response.status === 404) return undefined
 *         if (!response.ok) throw new Error(`the log answered ${response.status}`)
 *         return new Uint8Array(await response.arrayBuffer())
 *       },
 *     },
 *     index,
 *   )
 * ```
 */
export async function inclusionProofFromTiles(tree: TiledTree, index: number): Promise<Uint8Array[]> {
  checkCount('index', index)
  if (index >= tree.size) throw new RangeError('index must be below tree.size')
  return rootsOf(tree, inclusionRanges(index, tree.size))
}

/**
 * Proves that a tree goes on from a smaller one, out of the larger tree's tiles.
 *
 * @param tree - size, root and where the tiles are
 * @param first - how many leaves the smaller tree has
 * @returns the proof, for `verifyConsistency` with the smaller root; none where `first` is 0 or the tree's size
 * @throws QuittanceError `TLOG_UNAVAILABLE`, `TLOG_MALFORMED`, `TLOG_UNTRUSTED` where tiles are missing or do not lead to the root
 * @throws RangeError when `first` is above the tree's size
 * @example
 * ```ts
 * import { type Checkpoint, consistencyProofFromTiles, type FetchTile } from 'quittance/transparency'
 * const prove = (older: Checkpoint, { size, rootHash }: Checkpoint, fetchTile: FetchTile) =>
 *   consistencyProofFromTiles({ size, rootHash, fetchTile }, older.size)
 * ```
 */
export async function consistencyProofFromTiles(tree: TiledTree, first: number): Promise<Uint8Array[]> {
  checkCount('first', first)
  if (first > tree.size) throw new RangeError('first must not be above tree.size')
  return first === 0 || first === tree.size ? [] : rootsOf(tree, consistencyRanges(first, tree.size))
}
