/** Chains from store to store, and out of and into JSON Lines, verified on the way: the subpath `quittance/store/copy`. */
import { fastestBackend } from '../keys/ed25519/sodium.js'
import { Keyring } from '../keys/keyring.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { checkChainId } from './checks.js'
import { type CopiedChain, type CopyProgress, copyChain } from './copying/chain.js'
import type { ReceiptStore } from './store.js'

export type { CopiedChain, CopyProgress } from './copying/chain.js'
export type { KeptText } from './copying/erasures.js'
export { type ExportedChain, type ExportOptions, type ExportProgress, exportLines } from './export-lines.js'
export { type ImportedChain, type ImportOptions, type ImportProgress, importLines } from './import-lines.js'

/** How to copy. */
export interface CopyOptions {
  /** Judges the source as it flows by. `false` says in so many words that nothing but the links is looked at. */
  readonly keyring: Keyring | false
  /** Default: every chain of the source. */
  readonly chains?: readonly string[] | undefined
  /** Takes a pruned beginning for complete, as `verifyChain` does; it is copied either way. */
  readonly acceptPruned?: { readonly minDays: number } | undefined
  /** How many receipts are written at once, 1 to 1,000; default 500. */
  readonly batch?: number | undefined
  /** Gives up, with the signal's reason. What was written stays, and the same copy goes on from there. */
  readonly signal?: AbortSignal | undefined
  /** Called after each batch. What it throws ends the copy. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined
}

const optionNames = {
  keyring: true,
  chains: true,
  acceptPruned: true,
  batch: true,
  signal: true,
  onProgress: true,
} satisfies Record<keyof CopyOptions, true>

/** As many as any store takes in one append. */
const MAX_BATCH = 1_000

function checkOptions({ keyring, chains, batch, onProgress }: CopyOptions): void {
  if (keyring !== false && !(keyring instanceof Keyring)) {
    throw new TypeError('options.keyring must be a Keyring, or false to copy without verifying')
  }
  if (chains !== undefined) {
    if (!Array.isArray(chains)) throw new TypeError('options.chains must be an array of chain ids')
    for (const chainId of chains) checkChainId(chainId)
  }
  if (batch !== undefined && !(Number.isSafeInteger(batch) && batch >= 1 && batch <= MAX_BATCH)) {
    throw new RangeError(`options.batch must be an integer from 1 to ${MAX_BATCH}`)
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('options.onProgress must be a function')
  }
}

async function* named(chains: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* new Set(chains)
}

/**
 * Copies chains from one store to another: the same lines, in order, each judged before it is written. What the target has
 * already is compared at its head and left alone, so a copy that broke off is repeated, and goes on. A chain that grows
 * meanwhile is copied up to the head that it had. Free text that was erased in the source is erased in the target, where a
 * receipt against which nothing was found says so. State values are not copied: ledgers make theirs anew.
 *
 * @param from - the source; it is only read
 * @param to - the target
 * @param options - the keyring that judges, the chains, and how to work
 * @returns for each chain how many receipts were written, and the verifier's result. A verdict of INCOMPLETE is no error,
 *   and neither is a source without any chain, such as a directory that does not exist: then `chains` is empty
 * @throws QuittanceError `COPY_INVALID` where the source is INVALID: nothing from that place on is written;
 *   `STORE_CONFLICT` where the target has another chain of that name; what the stores throw
 * @throws TypeError, RangeError that name the argument
 * @example
 * ```ts
 * import { copy } from 'quittance/store/copy'
 * import { fileStore } from 'quittance/store/file'
 * import { redisStore } from 'quittance/store/redis'
 * import { keyringFromFile } from 'quittance/url'
 *
 * async function migrate() {
 *   const keyring = await keyringFromFile('./keyring.json')
 *   const [from, to] = [fileStore('./receipts'), redisStore({ url: 'redis://localhost:6379' })]
 *   try {
 *     const { chains } = await copy(from, to, { keyring })
 *     for (const { chainId, copied, verification } of chains) console.log(chainId, copied, verification?.verdict)
 *   } finally {
 *     await from.close()
 *     await to.close()
 *   }
 * }
 * ```
 */
export async function copy(
  from: ReceiptStore,
  to: ReceiptStore,
  options: CopyOptions,
): Promise<{ readonly chains: readonly CopiedChain[] }> {
  for (const [name, store] of Object.entries({ from, to })) {
    if (typeof store?.append !== 'function') throw new TypeError(`${name} must be a ReceiptStore`)
  }
  if (from === to) throw new TypeError('to must be another store than from')
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  checkOptions(options)
  const { keyring, chains, acceptPruned, batch = 500, signal, onProgress = () => undefined } = options
  const backend = await fastestBackend()
  const plan = { from, to, keyring, acceptPruned, backend, batch, signal, onProgress }
  const copied: CopiedChain[] = []
  for await (const chainId of chains === undefined ? from.chains({ signal }) : named(chains)) {
    copied.push(await copyChain(plan, chainId))
  }
  return { chains: copied }
}
