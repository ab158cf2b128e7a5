/** A chain as JSON Lines, verified on the way. */
import { fastestBackend } from '../keys/ed25519/sodium.js'
import { Keyring } from '../keys/keyring.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import { checkChainId, checkRange } from './checks.js'
import { exportChain } from './copying/export-chain.js'
import type { ExportedChain, ExportOptions } from './copying/export-types.js'
import type { ReceiptStore } from './store.js'

export type { ExportedChain, ExportOptions, ExportProgress } from './copying/export-types.js'

const optionNames = {
  keyring: true,
  fromSeq: true,
  toSeq: true,
  from: true,
  to: true,
  after: true,
  acceptPruned: true,
  signal: true,
  onProgress: true,
} satisfies Record<keyof ExportOptions, true>

function checkOptions(options: ExportOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  const { keyring, after, onProgress } = options
  if (keyring !== false && !(keyring instanceof Keyring)) {
    throw new TypeError('options.keyring must be a Keyring, or false to export without verifying')
  }
  checkRange(options)
  for (const name of ['from', 'to'] as const) {
    const time = options[name]
    if (time !== undefined && !isTime(time))
      throw new RangeError(`options.${name} must be a time as YYYY-MM-DDTHH:MM:SS.sssZ`)
  }
  if ((options.fromSeq ?? 0) > (options.toSeq ?? Number.MAX_SAFE_INTEGER))
    throw new RangeError('options.toSeq must not be less than options.fromSeq')
  if (after !== undefined && !(Number.isSafeInteger(after.seq) && typeof after.receiptHash === 'string')) {
    throw new TypeError('options.after must be {seq, receiptHash}')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('options.onProgress must be a function')
  }
}

/**
 * Gives the lines of a chain, as they are stored, one after another. Joined with `\n` behind each they are the exchange
 * format: what `verifyFile` judges and `importLines` takes. Memory stays constant. A chain that grows meanwhile is exported
 * up to the head that it had.
 *
 * @param from - the store; it is only read
 * @param chainId - the chain
 * @param write - takes a line, without its newline; the next is read when its promise has resolved
 * @param options - whom to trust, and what to export
 * @returns what was exported, and the verifier's result. INCOMPLETE is no error, and neither is a chain that is not there
 * @throws QuittanceError `COPY_INVALID` where the chain is INVALID: nothing from that place on was given; `STORE_CONFLICT`
 *   where `after` is not in the chain, or what follows it was pruned; what the store throws
 * @throws TypeError, RangeError that name the argument
 * @example
 * ```ts
 * import { createWriteStream } from 'node:fs'
 * import { once } from 'node:events'
 * import { exportLines } from 'quittance/store/copy'
 * import { fileStore } from 'quittance/store/file'
 * import { keyringFromFile } from 'quittance/url'
 *
 * async function archive() {
 *   const store = fileStore('./receipts')
 *   const out = createWriteStream('acme.jsonl', { flags: 'wx' })
 *   const write = async (line: string) => void (out.write(`${line}\n`) || (await once(out, 'drain')))
 *   const { exported, verification } = await exportLines(store, 'acme', write, {
 *     keyring: await keyringFromFile('./keyring.json'),
 *   })
 *   console.log(exported, verification?.verdict)
 *   out.end()
 * }
 * ```
 */
export async function exportLines(
  from: ReceiptStore,
  chainId: string,
  write: (line: string) => void | Promise<void>,
  options: ExportOptions,
): Promise<ExportedChain> {
  if (typeof from?.read !== 'function') throw new TypeError('from must be a ReceiptStore')
  checkChainId(chainId)
  if (typeof write !== 'function') throw new TypeError('write must be a function')
  checkOptions(options)
  return exportChain({ ...options, store: from, chainId, write, backend: await fastestBackend() })
}
