/** What an export finds: the tiles that were exported before, and the chain that they are of. */
import { QuittanceError } from '../../errors.js'
import { leafHash } from '../../merkle/hash.js'
import { receiptLeaf } from '../../merkle/receipt-leaf.js'
import { equalBytes, toHex } from '../../primitives/bytes.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import { readCheckpoint, type SignedCheckpoint } from '../../tlog/checkpoint.js'
import { type FilledTile, tileBuilder } from '../../tlog/tiles/builder.js'
import { decodeEntries } from '../../tlog/tiles/entries.js'
import { edgeTiles, entriesPath, TILE_WIDTH, type Tile, tileAt } from '../../tlog/tiles/layout.js'
import { type FetchTile, fetchHashes, readNodes } from '../../tlog/tiles/reader.js'
import { directoryTiles } from './folder.js'

/** The signed head of the tree, below the log's prefix. */
export const CHECKPOINT_FILE = 'checkpoint'
/** Of a leaf's data: the receipt's hash, then its signature. */
const HASH_PART = 32

/** A tree in a folder, led to the root of its checkpoint. */
export interface Standing {
  readonly checkpoint: SignedCheckpoint
  /** The checkpoint as it stands there. */
  readonly bytes: Uint8Array
  readonly edge: readonly FilledTile[]
  /** The data of the leaves in the partial tile of level 0; none where there is no such tile. */
  readonly open: readonly Uint8Array[]
  /** The data of the last leaf; absent in an empty tree. */
  readonly last?: Uint8Array | undefined
}

/**
 * @param file - below the log's prefix
 * @param why - what is wrong with it
 * @returns the error that says so
 */
export function untrueFile(file: string, why: string): QuittanceError {
  return new QuittanceError('TLOG_UNTRUSTED', `the exported file ${file} ${why}`, { details: { reason: 'tile', file } })
}

/**
 * @param chainId - the chain
 * @param why - how the chain and what was exported differ
 * @param seq - where
 * @returns the error that says so
 */
export function refused(chainId: string, why: string, seq?: number): QuittanceError {
  return new QuittanceError('TLOG_REFUSED', `chain ${chainId}: ${why}`, { details: { chainId, seq } })
}

/**
 * @param receipt - of a store
 * @returns the data of its leaf
 * @throws QuittanceError `STORE_CORRUPT` when its hash or signature has no such form
 */
export function leafOf({ chainId, seq, receiptHash, signature }: DecisionReceipt): Uint8Array {
  try {
    return receiptLeaf(receiptHash, signature)
  } catch (cause) {
    throw new QuittanceError('STORE_CORRUPT', `seq ${seq} of chain ${chainId} has no hash and signature of a receipt`, {
      details: { chainId, seq },
      cause,
    })
  }
}

/**
 * Reads the data of leaves and holds it against the hashes of their tile.
 *
 * @param tile - of level 0
 * @param hashes - its hashes
 * @param fetchTile - where the log is
 * @returns the data of each leaf
 * @throws QuittanceError `TLOG_UNAVAILABLE`, `TLOG_UNTRUSTED`
 */
export async function entriesOf(tile: Tile, hashes: Uint8Array, fetchTile: FetchTile): Promise<Uint8Array[]> {
  const file = entriesPath(tile)
  const bundle = await fetchTile(file)
  if (bundle === undefined)
    throw new QuittanceError('TLOG_UNAVAILABLE', `there is no exported file ${file}`, {
      details: { reason: 'tile', file },
    })
  const entries = decodeEntries(bundle)
  if (entries?.length !== tile.width) throw untrueFile(file, `does not hold ${tile.width} entries`)
  for (const [at, entry] of entries.entries())
    if (!equalBytes(leafHash(entry), hashes.subarray(at * 32, at * 32 + 32)))
      throw untrueFile(file, `has an entry that is not the leaf at ${tile.index * TILE_WIDTH + at}`)
  return entries
}

/**
 * Reads the checkpoint of a folder.
 *
 * @param directory - where a log may be
 * @returns it, parsed and as it stands there; `undefined` where there is none
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export async function standingCheckpoint(
  directory: string,
): Promise<Pick<Standing, 'checkpoint' | 'bytes'> | undefined> {
  const bytes = await directoryTiles(directory)(CHECKPOINT_FILE)
  return bytes === undefined ? undefined : { checkpoint: readCheckpoint(bytes), bytes }
}

/**
 * Reads the right edge of the tree in a folder.
 *
 * @param directory - where a log may be
 * @returns what it takes to go on; `undefined` where there is no checkpoint
 * @throws QuittanceError `TLOG_MALFORMED`, `TLOG_UNAVAILABLE`, `TLOG_UNTRUSTED` where the files do not lead to the checkpoint's root
 */
export async function readStanding(directory: string): Promise<Standing | undefined> {
  const found = await standingCheckpoint(directory)
  if (found === undefined) return undefined
  const fetchTile = directoryTiles(directory)
  const { size, rootHash } = found.checkpoint
  const edge: FilledTile[] = []
  for (const tile of edgeTiles(size)) edge.push({ ...tile, hashes: await fetchHashes(tile, fetchTile) })
  if (!equalBytes(tileBuilder({ from: { size, edge } }).root(), rootHash))
    throw untrueFile(CHECKPOINT_FILE, 'has another root than the tiles beside it')
  if (size === 0) return { ...found, edge, open: [] }
  const tile = tileAt(size, 0, Math.floor((size - 1) / TILE_WIDTH)) as Tile
  const first = tile.index * TILE_WIDTH
  const nodes = Array.from({ length: tile.width }, (_, at) => ({ height: 0, index: first + at }))
  const hashes = await readNodes({ size, rootHash, fetchTile }, nodes)
  const entries = await entriesOf(tile, Buffer.concat(hashes), fetchTile)
  return { ...found, edge, open: tile.width < TILE_WIDTH ? entries : [], last: entries.at(-1) }
}

async function receiptAt(store: ReceiptStore, chainId: string, seq: number): Promise<DecisionReceipt | undefined> {
  for await (const receipt of store.read(chainId, { fromSeq: seq, toSeq: seq })) return receipt
  return undefined
}

/**
 * Checks that a chain goes on from what was exported.
 *
 * @param standing - what was exported
 * @param store - where the chain is
 * @param chainId - the chain
 * @param bounds - what the store holds of it
 * @throws QuittanceError `TLOG_REFUSED` when it does not
 */
export async function checkGoesOn(
  { checkpoint, last }: Standing,
  store: ReceiptStore,
  chainId: string,
  bounds: { readonly first: number; readonly last: number },
): Promise<void> {
  if (last === undefined) return
  const seq = checkpoint.size - 1
  if (bounds.last < seq)
    throw refused(chainId, `it ends at seq ${bounds.last}, and ${checkpoint.size} leaves were exported`, bounds.last)
  const same = await receiptAt(store, chainId, Math.max(bounds.first, seq))
  if (same?.seq === seq) {
    if (!equalBytes(leafOf(same), last)) throw refused(chainId, `seq ${seq} is another than the one exported`, seq)
  } else if (same?.seq === seq + 1) {
    // what was exported last is pruned; the receipt behind it names it
    if (same.prevReceiptHash !== `sha256:${toHex(last.subarray(0, HASH_PART))}`)
      throw refused(chainId, `seq ${seq + 1} does not go on from the receipt exported last`, seq + 1)
  }
}
