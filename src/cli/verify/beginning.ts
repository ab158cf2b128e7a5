/** The tree of what was pruned from a chain, out of tiles that were exported before. */
import { QuittanceError } from '../../errors.js'
import { toHex } from '../../primitives/bytes.js'
import { type Tile, tileAt } from '../../tlog/tiles/layout.js'
import { fetchHashes, readNodes, type TreeNode } from '../../tlog/tiles/reader.js'
import { directoryTiles } from '../../transparency/tiles/folder.js'
import { entriesOf, standingCheckpoint } from '../../transparency/tiles/standing.js'
import type { ChainBeginning } from '../../verify/types.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import { chainOf, serverChainOf, type Target } from '../target.js'
import { firstClaim } from './first-claim.js'

/** Of a leaf's data: the receipt's hash, then its signature. */
const HASH_PART = 32

/** @returns where a chain claims to begin; `undefined` where nothing of it is there */
async function firstSeqOf(target: Target, chainId: string | undefined): Promise<number | undefined> {
  if (target.kind === 'stdin') throw new UsageError('--tiles needs a file or a store: stdin is read only once')
  if (target.kind === 'server') {
    const one = await serverChainOf(target, chainId)
    return one === undefined ? undefined : (await target.store.bounds(one))?.first
  }
  const path = target.kind === 'file' ? target.path : chainOf(target, chainId)?.files[0]?.path
  const seq = path === undefined ? undefined : (await firstClaim(path))?.seq
  return Number.isSafeInteger(seq) ? (seq as number) : undefined
}

/** The perfect subtrees over the first leaves, the largest first. */
function peakNodes(size: number): TreeNode[] {
  const nodes: TreeNode[] = []
  for (let at = 0; at < size; ) {
    let height = 0
    while (2 ** (height + 1) <= size - at) height += 1
    nodes.push({ height, index: at / 2 ** height })
    at += 2 ** height
  }
  return nodes
}

/**
 * Looks up what a chain that does not begin at seq 0 is followed from. Nothing of it is believed: the verifier finds out whether
 * it leads to the checkpoints.
 *
 * @param directory - of `--tiles`, as it was typed
 * @param target - what was named to be verified
 * @param chainId - of `--chain`
 * @param io - the process
 * @returns the tree of what was removed; `undefined` where nothing was
 * @throws UsageError where the folder has no tiles, or fewer leaves than were removed; QuittanceError `TLOG_MALFORMED`,
 *   `TLOG_UNAVAILABLE`, `TLOG_UNTRUSTED` where its files do not fit each other
 */
export async function beginningFrom(
  directory: string,
  target: Target,
  chainId: string | undefined,
  io: Io,
): Promise<ChainBeginning | undefined> {
  const first = await firstSeqOf(target, chainId)
  if (first === undefined || first === 0) return undefined
  const folder = pathFrom(io, directory)
  try {
    const standing = await standingCheckpoint(folder)
    if (standing === undefined) throw new UsageError(`--tiles: there are no tiles in ${directory}`)
    const { size, rootHash } = standing.checkpoint
    if (size < first)
      throw new UsageError(
        `--tiles: ${directory} has ${size} leaves, and the chain begins at seq ${first}: they were exported too early`,
      )
    const fetchTile = directoryTiles(folder)
    const peaks = await readNodes({ size, rootHash, fetchTile }, peakNodes(first))
    const tile = tileAt(size, 0, 0) as Tile
    const [leaf = new Uint8Array()] = await entriesOf(tile, await fetchHashes(tile, fetchTile), fetchTile)
    return { root: `sha256:${toHex(leaf.subarray(0, HASH_PART))}`, frontier: { size: first, peaks } }
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    const { code, message, details } = error
    throw new QuittanceError(code, `${directory}: ${message}`, { details, cause: error })
  }
}
