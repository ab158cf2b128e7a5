/** The state cell `checkpoint` beside a chain: what was signed last, and the tree to go on from. */
import { QuittanceError } from '../../errors.js'
import { frontierRoot } from '../../merkle/frontier.js'
import { decodeFrontier, encodeFrontier } from '../../merkle/frontier-bytes.js'
import { decodeUtf8, equalBytes, utf8 } from '../../primitives/bytes.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { readCheckpoint } from '../../tlog/checkpoint.js'
import { base64Of, bytesIn } from '../../tlog/lines.js'
import type { StoredCheckpoint } from './types.js'

/** The name of the cell. */
export const CELL = 'checkpoint'

/** Who has given something for a checkpoint. */
export interface Token {
  readonly name: string
  readonly token: Uint8Array
}

/** What the cell holds. */
export interface Kept extends Omit<StoredCheckpoint, 'timestamps'> {
  /** The tokens, with the names of their authorities. */
  readonly tokens: readonly Token[]
  /** The names of the witnesses that have cosigned it. */
  readonly witnessed: readonly string[]
  /** The size up to which the log chain is known to have it. */
  readonly logged: number
}

/** A value and what the next `put` must name. */
export interface CellValue {
  readonly kept?: Kept | undefined
  readonly version: number
}

const digest = /^sha256:[0-9a-f]{64}$/
const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

function tokenOf(json: unknown): Token | undefined {
  const { name, token } = (json ?? {}) as Record<string, unknown>
  const bytes = typeof token === 'string' ? bytesIn(token) : undefined
  return typeof name === 'string' && bytes !== undefined ? { name, token: bytes } : undefined
}

/** @returns `undefined` for what is no such value, or does not agree with itself */
function decode(chainId: string, text: string): Kept | undefined {
  const json = JSON.parse(text) as Record<string, unknown>
  const { root, head, frontier: encoded, note, at, tokens, witnessed, logged } = json
  const bytes = typeof encoded === 'string' ? bytesIn(encoded) : undefined
  const frontier = bytes && decodeFrontier(bytes)
  if (frontier === undefined || typeof note !== 'string') return undefined
  const { origin, size, rootHash } = readCheckpoint(note)
  if (frontier.size !== size || size === 0 || !equalBytes(frontierRoot(frontier), rootHash)) return undefined
  if (typeof root !== 'string' || !digest.test(root) || typeof head !== 'string' || !digest.test(head)) return undefined
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(logged) || !isStrings(witnessed)) return undefined
  const list = Array.isArray(tokens) ? tokens.map(tokenOf) : [undefined]
  if (list.includes(undefined)) return undefined
  return {
    chainId,
    origin,
    size,
    rootHash,
    note,
    tokens: list as Token[],
    witnessed,
    frontier,
    root,
    head: { seq: size - 1, receiptHash: head },
    madeAt: at as number,
    logged: logged as number,
  }
}

/**
 * Reads the cell.
 *
 * @param store - where the chain is kept
 * @param chainId - the chain
 * @param options - gives up
 * @returns what it holds, if anything, and its version
 * @throws QuittanceError `STORE_CORRUPT` for what can't be read: taken for absent, it would let a log sign a fork
 */
export async function readCell(store: ReceiptStore, chainId: string, options?: StoreOptions): Promise<CellValue> {
  const found = await store.state.get(chainId, CELL, options)
  if (found === undefined) return { version: 0 }
  const text = decodeUtf8(found.bytes)
  let cause: unknown
  try {
    const kept = text === undefined ? undefined : decode(chainId, text)
    if (kept !== undefined) return { kept, version: found.version }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    // a parser's own message may quote what it read
    cause = error instanceof SyntaxError ? undefined : error
  }
  throw new QuittanceError(
    'STORE_CORRUPT',
    `the state "${CELL}" is not what was written, and nothing is signed on it`,
    {
      details: { chainId },
      cause,
    },
  )
}

/**
 * Writes the cell.
 *
 * @param store - where the chain is kept
 * @param kept - what it is to hold
 * @param expectedVersion - the version that was read
 * @param options - gives up
 * @returns the new version
 * @throws QuittanceError `STORE_STATE_CONFLICT` where another process was faster
 */
export function writeCell(
  store: ReceiptStore,
  { chainId, root, head, frontier, note, madeAt, tokens, witnessed, logged }: Kept,
  expectedVersion: number,
  options?: StoreOptions,
): Promise<number> {
  const json = {
    root,
    head: head.receiptHash,
    frontier: base64Of(encodeFrontier(frontier)),
    note,
    at: madeAt,
    tokens: tokens.map(({ name, token }) => ({ name, token: base64Of(token) })),
    witnessed,
    logged,
  }
  return store.state.put(chainId, CELL, utf8(JSON.stringify(json)), expectedVersion, options)
}

/**
 * The newest checkpoint that was signed of a chain; of the log chain with its cosignatures and time stamps. It is as true as
 * the store: a verifier takes checkpoints from elsewhere.
 *
 * @param store - where the chain is kept
 * @param chainId - the chain, or the log chain
 * @param options - gives up
 * @returns the checkpoint; `undefined` where none was made
 * @throws QuittanceError `STORE_CORRUPT`, and what the store throws
 * @example
 * ```ts
 * import type { ReceiptStore } from 'quittance'
 * import { storedCheckpoint } from 'quittance/transparency'
 * const noteOf = async (store: ReceiptStore) => (await storedCheckpoint(store, 'transparency-log'))?.note
 * ```
 */
export async function storedCheckpoint(
  store: ReceiptStore,
  chainId: string,
  options?: StoreOptions,
): Promise<StoredCheckpoint | undefined> {
  const { kept } = await readCell(store, chainId, options)
  if (kept === undefined) return undefined
  const { tokens, witnessed: _, logged: __, ...rest } = kept
  return { ...rest, timestamps: tokens.map(({ token }) => token) }
}
