/** A chain's tree as static files that proofs can be made of (C2SP tlog-tiles). */
import { QuittanceError } from '../errors.js'
import { leafHash } from '../merkle/hash.js'
import { decodeUtf8, equalBytes, utf8 } from '../primitives/bytes.js'
import { checkChainId } from '../store/checks.js'
import { readCheckpoint, type SignedCheckpoint } from '../tlog/checkpoint.js'
import { type FilledTile, tileBuilder } from '../tlog/tiles/builder.js'
import { encodeEntries } from '../tlog/tiles/entries.js'
import { entriesPath, TILE_WIDTH, tileAt, tilePath } from '../tlog/tiles/layout.js'
import { storedCheckpoint } from './log/cell.js'
import { tileWriter } from './tiles/folder.js'
import type { TileOptions } from './tiles/options.js'
import { CHECKPOINT_FILE, checkGoesOn, leafOf, readStanding, refused, type Standing } from './tiles/standing.js'

export { checkTiles, type TileCheck } from './tiles/check.js'
export { directoryTiles } from './tiles/folder.js'
export type { TileOptions } from './tiles/options.js'

/** So many files are written at the same time. */
const FILES_AT_ONCE = 32

/** What is exported. */
export interface TileExportOptions extends TileOptions {
  /** The signed note whose tree is exported; default: the newest checkpoint that was kept beside the chain. */
  readonly checkpoint?: string | Uint8Array | undefined
}

/** What was exported. */
export interface TileExport {
  readonly chainId: string
  readonly origin: string
  /** How many leaves the tree has. */
  readonly size: number
  readonly rootHash: Uint8Array
  /** How many leaves stood there before. */
  readonly from: number
  /** How many files were written, the checkpoint among them. */
  readonly files: number
}

async function wanted({ store, chainId, checkpoint, signal }: TileExportOptions) {
  const note = checkpoint ?? (await storedCheckpoint(store, chainId, { signal }))?.note
  if (note === undefined)
    throw new QuittanceError(
      'TLOG_UNAVAILABLE',
      `chain ${chainId} has no checkpoint yet: tiles are those of a signed one`,
      { details: { chainId, reason: 'no-checkpoint', retryable: false } },
    )
  const text = typeof note === 'string' ? note : decodeUtf8(note)
  return { bytes: utf8(text ?? ''), checkpoint: readCheckpoint(note) }
}

/** Refuses what can't go on from what stands there. */
function checkSuccession(chainId: string, standing: Standing | undefined, next: SignedCheckpoint): void {
  if (standing === undefined) return
  const { origin, size, rootHash } = standing.checkpoint
  if (origin !== next.origin) throw refused(chainId, `the folder holds the log ${origin}, not ${next.origin}`)
  if (size > next.size) throw refused(chainId, `${size} leaves were exported, and the checkpoint has ${next.size}`)
  if (size === next.size && !equalBytes(rootHash, next.rootHash))
    throw refused(chainId, `another tree of ${size} leaves was exported`)
}

async function* leavesOf({ store, chainId, signal }: TileOptions, from: number, size: number) {
  let seq = from
  if (from < size)
    for await (const receipt of store.read(chainId, { fromSeq: from, toSeq: size - 1, signal })) {
      if (receipt.seq !== seq) break
      seq += 1
      yield leafOf(receipt)
    }
  if (seq < size)
    throw new QuittanceError('STORE_CORRUPT', `chain ${chainId} has no seq ${seq}, or it was pruned meanwhile`, {
      details: { chainId, seq },
    })
}

/**
 * Writes the tree of a chain as static files: what a web server serves so that anybody can make proofs out of them.
 *
 * Of what stands there already only the right edge is read: it has to lead to the checkpoint there, and the chain has to go on
 * from its last leaf. Files appear whole, and are durable before the checkpoint is replaced: whoever finds a checkpoint
 * finds its tiles. What broke off is begun again from the checkpoint that stands there. One export at a time.
 *
 * The receipts are not verified, and nobody's signature is looked at: the tree has to have the root of the checkpoint.
 *
 * @param options - the chain, the folder and the checkpoint
 * @returns what was exported
 * @throws QuittanceError `TLOG_UNAVAILABLE` with the reason `no-checkpoint`, `no-chain` or `pruned`, where the receipts that are missing
 *   in the folder are no more in the store; `TLOG_REFUSED` when the chain does not go on from what was exported, or does not
 *   lead to the checkpoint; `TLOG_UNTRUSTED`, `TLOG_MALFORMED` when what stands there was altered; `STORE_*`; what the file system throws
 * @example
 * ```ts
 * import { fileStore } from 'quittance/store/file'
 * import { exportTiles } from 'quittance/transparency'
 * const store = fileStore('./receipts')
 * const { size, files } = await exportTiles({ store, chainId: 'acme', directory: './public/acme' })
 * console.log(`${size} leaves, ${files} files written`)
 * await store.close()
 * ```
 */
export async function exportTiles(options: TileExportOptions): Promise<TileExport> {
  const { store, chainId, directory, signal, onProgress } = options
  checkChainId(chainId)
  const { bytes, checkpoint } = await wanted(options)
  const { origin, size, rootHash } = checkpoint
  const bounds = await store.bounds(chainId, { signal })
  if (bounds === undefined)
    throw new QuittanceError('TLOG_UNAVAILABLE', `the store has no chain ${chainId}`, {
      details: { chainId, reason: 'no-chain', retryable: false },
    })
  if (bounds.last + 1 < size)
    throw refused(chainId, `it ends at seq ${bounds.last}, and its checkpoint has ${size} leaves`, bounds.last)
  const standing = await readStanding(directory)
  checkSuccession(chainId, standing, checkpoint)
  if (standing !== undefined) await checkGoesOn(standing, store, chainId, bounds)
  const from = standing?.checkpoint.size ?? 0
  if (bounds.first > from && from < size)
    throw new QuittanceError(
      'TLOG_UNAVAILABLE',
      `chain ${chainId} was pruned up to seq ${bounds.first - 1}, and only ${from} leaves were exported before that`,
      { details: { chainId, seq: bounds.first, reason: 'pruned', retryable: false } },
    )

  const writer = await tileWriter(directory)
  let files = 0
  try {
    const ready: { readonly path: string; readonly bytes: Uint8Array }[] = []
    const flush = async (): Promise<void> => {
      const batch = ready.splice(0)
      await Promise.all(batch.map(({ path, bytes }) => writer.put(path, bytes)))
      files += batch.length
    }
    const keep = (tile: FilledTile) => ready.push({ path: tilePath(tile), bytes: tile.hashes })
    const builder = tileBuilder({ from: { size: from, edge: standing?.edge ?? [] }, onFull: keep })
    let open = [...(standing?.open ?? [])]
    for await (const leaf of leavesOf(options, from, size)) {
      builder.add(leafHash(leaf))
      open.push(leaf)
      if (open.length < TILE_WIDTH) continue
      const index = builder.size / TILE_WIDTH - 1
      ready.push({ path: entriesPath({ index, width: TILE_WIDTH }), bytes: encodeEntries(open) })
      open = []
      if (ready.length < FILES_AT_ONCE) continue
      signal?.throwIfAborted()
      await flush()
      onProgress?.({ leaves: builder.size - from, total: size - from })
    }
    if (!equalBytes(builder.root(), rootHash))
      throw refused(chainId, `its first ${size} receipts do not lead to the root of the checkpoint`)
    if (size > from) {
      for (const tile of builder.edge()) keep(tile)
      if (open.length > 0) {
        const at = { index: Math.floor(size / TILE_WIDTH), width: open.length }
        ready.push({ path: entriesPath(at), bytes: encodeEntries(open) })
      }
    }
    await flush()
    await writer.settle()
    if (standing === undefined || !equalBytes(standing.bytes, bytes)) {
      await writer.put(CHECKPOINT_FILE, bytes)
      files += 1
      await writer.settle()
    }
    for (const { level, index } of standing?.edge ?? []) {
      const tile = tileAt(size, level, index)
      if (tile?.width !== TILE_WIDTH) continue
      await writer.removeFolder(`${tilePath(tile)}.p`)
      if (level === 0) await writer.removeFolder(`${entriesPath(tile)}.p`)
    }
  } finally {
    await writer.close()
  }
  return { chainId, origin, size, rootHash, from, files }
}
