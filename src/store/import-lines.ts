/** A chain from JSON Lines, verified on the way. */
import { fastestBackend } from '../keys/ed25519/sodium.js'
import { Keyring } from '../keys/keyring.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { RawLine } from '../verify/line.js'
import { lineSplitter } from '../verify/node/lines.js'
import { checkChainId } from './checks.js'
import { importChain } from './copying/import-chain.js'
import type { ImportedChain, ImportOptions } from './copying/import-types.js'
import type { ReceiptStore } from './store.js'

export type { ImportedChain, ImportOptions, ImportProgress } from './copying/import-types.js'

const optionNames = {
  keyring: true,
  chainId: true,
  acceptPruned: true,
  batch: true,
  signal: true,
  onProgress: true,
} satisfies Record<keyof ImportOptions, true>

/** As many as any store takes in one append. */
const MAX_BATCH = 1_000

function checkOptions(options: ImportOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  const { keyring, chainId, batch, onProgress } = options
  if (keyring !== false && !(keyring instanceof Keyring)) {
    throw new TypeError('options.keyring must be a Keyring, or false to import without verifying')
  }
  if (chainId !== undefined) checkChainId(chainId)
  if (batch !== undefined && !(Number.isSafeInteger(batch) && batch >= 1 && batch <= MAX_BATCH)) {
    throw new RangeError(`options.batch must be an integer from 1 to ${MAX_BATCH}`)
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('options.onProgress must be a function')
  }
}

async function* linesIn(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<RawLine> {
  const splitter = lineSplitter()
  for await (const chunk of source) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError('source must yield bytes: a stream with an encoding hides bad UTF-8')
    yield* splitter.push(chunk)
  }
  const last = splitter.end()
  if (last !== undefined) yield last
}

/**
 * As `importLines`, for lines that were cut already.
 *
 * @param source - the lines of one chain, in order
 * @param to - the store
 * @param options - whom to trust, and how to work
 * @returns as `importLines`
 * @throws as `importLines`
 * @internal
 */
export async function importRawLines(
  source: AsyncIterable<RawLine>,
  to: ReceiptStore,
  options: ImportOptions,
): Promise<ImportedChain> {
  checkOptions(options)
  return importChain({ ...options, batch: options.batch ?? 500, to, backend: await fastestBackend() }, source)
}

/**
 * Appends the lines of one chain to a store, each judged first. What the store has already is compared line by line and
 * left alone, so an import that broke off, for whatever reason, is repeated, and goes on. Lines that begin behind the
 * store's head go on where it ends; with a keyring what the store holds is then judged before them. Where the store has
 * nothing of the chain, it begins there where the lines begin. Memory stays constant.
 *
 * @param source - JSON Lines as bytes: a file's stream, or chunks
 * @param to - the store
 * @param options - whom to trust, and how to work
 * @returns what was appended, and the verifier's result. INCOMPLETE is no error, and neither is a last line without a
 *   newline: it is left out
 * @throws QuittanceError `COPY_INVALID` where the lines are INVALID: what stands before that place was appended, nothing from
 *   there on, and `details.actual` is the head that the store has now; `STORE_CONFLICT` where the store has another receipt
 *   at a seq (`details.expected` is that of the lines, `details.actual` the store's), or ends before the lines begin; what
 *   the store throws
 * @throws TypeError, RangeError that name the argument
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs'
 * import { importLines } from 'quittance/store/copy'
 * import { fileStore } from 'quittance/store/file'
 * import { keyringFromFile } from 'quittance/url'
 *
 * async function restore() {
 *   const store = fileStore('./restored')
 *   const keyring = await keyringFromFile('./keyring.json')
 *   try {
 *     const { appended, verification } = await importLines(createReadStream('acme.jsonl'), store, { keyring })
 *     console.log(appended, verification?.verdict)
 *   } finally {
 *     await store.close()
 *   }
 * }
 * ```
 */
export async function importLines(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  to: ReceiptStore,
  options: ImportOptions,
): Promise<ImportedChain> {
  if (typeof source !== 'object' || source === null || source instanceof Uint8Array)
    throw new TypeError('source must be a stream of bytes')
  if (typeof to?.append !== 'function') throw new TypeError('to must be a ReceiptStore')
  checkOptions(options)
  return importRawLines(linesIn(source), to, options)
}
