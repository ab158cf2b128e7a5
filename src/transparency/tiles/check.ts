/** Every exported file of a tree, built anew and compared. */
import { QuittanceError } from '../../errors.js'
import { HASH_BYTES } from '../../merkle/hash.js'
import { equalBytes } from '../../primitives/bytes.js'
import { checkChainId } from '../../store/checks.js'
import { type FilledTile, tileBuilder } from '../../tlog/tiles/builder.js'
import { levelWidth, TILE_WIDTH, type Tile, tileAt, tilePath } from '../../tlog/tiles/layout.js'
import { fetchHashes } from '../../tlog/tiles/reader.js'
import { directoryTiles } from './folder.js'
import type { TileOptions } from './options.js'
import { CHECKPOINT_FILE, entriesOf, leafOf, refused, standingCheckpoint, untrueFile } from './standing.js'

/** What a check found to be right. */
export interface TileCheck {
  readonly chainId: string
  readonly origin: string
  readonly size: number
  readonly rootHash: Uint8Array
  /** How many leaves were compared with the store's receipts. */
  readonly compared: number
  /** How many were not, because the store has pruned their receipts. */
  readonly notCompared: number
}

/** The data of the chain's leaves, one after the other, from the first that is held. */
async function* storedLeaves({ store, chainId, signal }: TileOptions, from: number, size: number) {
  for await (const receipt of store.read(chainId, { fromSeq: from, toSeq: size - 1, signal })) yield leafOf(receipt)
}

/**
 * Checks a folder that `exportTiles` wrote: every tile is built anew from the entries beside it and compared, the root with
 * that of the checkpoint, and every entry with the receipt that the store still has. Who signed the checkpoint is not looked at.
 *
 * @param options - the chain and the folder
 * @returns what was compared
 * @throws QuittanceError `TLOG_UNAVAILABLE` when there is no export, no chain, or a file is missing; `TLOG_UNTRUSTED` with the file, when
 *   the files do not agree; `TLOG_REFUSED` with the seq, when the store has another chain; `TLOG_MALFORMED`, `STORE_*`
 * @example
 * ```ts
 * import { fileStore } from 'quittance/store/file'
 * import { checkTiles } from 'quittance/transparency'
 * const store = fileStore('./receipts')
 * const { compared, notCompared } = await checkTiles({ store, chainId: 'acme', directory: './public/acme' })
 * console.log(compared, notCompared)
 * await store.close()
 * ```
 */
export async function checkTiles(options: TileOptions): Promise<TileCheck> {
  const { store, chainId, directory, signal, onProgress } = options
  checkChainId(chainId)
  const found = await standingCheckpoint(directory)
  if (found === undefined)
    throw new QuittanceError('TLOG_UNAVAILABLE', 'the folder has no checkpoint: nothing was exported there', {
      details: { chainId, reason: 'no-checkpoint', file: CHECKPOINT_FILE },
    })
  const { origin, size, rootHash } = found.checkpoint
  const bounds = await store.bounds(chainId, { signal })
  if (bounds === undefined)
    throw new QuittanceError('TLOG_UNAVAILABLE', `the store has no chain ${chainId}`, {
      details: { chainId, reason: 'no-chain', retryable: false },
    })
  if (bounds.last + 1 < size)
    throw refused(chainId, `it ends at seq ${bounds.last}, and ${size} leaves were exported`, bounds.last)
  const fetchTile = directoryTiles(directory)
  const same = async (tile: FilledTile): Promise<void> => {
    if (!equalBytes(await fetchHashes(tile, fetchTile), tile.hashes))
      throw untrueFile(tilePath(tile), 'is not what the entries lead to')
  }
  const above: FilledTile[] = []
  const builder = tileBuilder({ onFull: (tile) => tile.level > 0 && above.push(tile) })
  const first = Math.min(bounds.first, size)
  const stored = storedLeaves(options, first, size)
  try {
    for (let index = 0; index * TILE_WIDTH < levelWidth(size, 0); index += 1) {
      signal?.throwIfAborted()
      const tile = tileAt(size, 0, index) as Tile
      const hashes = await fetchHashes(tile, fetchTile)
      for (const [at, entry] of (await entriesOf(tile, hashes, fetchTile)).entries()) {
        const seq = index * TILE_WIDTH + at
        builder.add(hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))
        if (seq < first) continue
        const leaf = await stored.next()
        if (leaf.done || !equalBytes(leaf.value, entry))
          throw refused(chainId, `seq ${seq} is another than the one exported`, seq)
      }
      for (const built of above.splice(0)) await same(built)
      onProgress?.({ leaves: builder.size, total: size })
    }
    for (const tile of builder.edge()) if (tile.level > 0) await same(tile)
  } finally {
    await stored.return(undefined)
  }
  if (!equalBytes(builder.root(), rootHash))
    throw untrueFile(CHECKPOINT_FILE, 'has another root than the tiles beside it')
  return { chainId, origin, size, rootHash, compared: size - first, notCompared: first }
}
