/** Why nothing was signed, with what was found and what was asked for: a slip of one letter can't be seen otherwise. */
import { QuittanceError } from '../../errors.js'
import type { ReceiptStore } from '../../store/store.js'
import { storedCheckpoint } from '../../transparency/log/cell.js'

/** What was asked for. */
export interface Asked {
  readonly origin: string
  /** Of the checkpoint key. */
  readonly keyId: string
}

async function foundIn(store: ReceiptStore, chainId: string): Promise<string | undefined> {
  // what can't be read is told by whoever needs it
  return (await storedCheckpoint(store, chainId).catch(() => undefined))?.origin
}

/**
 * @param error - what a log threw
 * @param store - its store
 * @param asked - what was asked for
 * @returns the same; of a refusal with the chain, and what was found there
 */
export async function explained(error: unknown, store: ReceiptStore, { origin, keyId }: Asked): Promise<unknown> {
  if (!QuittanceError.is(error, 'TLOG_REFUSED')) return error
  const { code, message, details } = error
  const { chainId, reason } = details
  if (chainId === undefined) return error
  const found = reason === 'unknown-origin' ? await foundIn(store, chainId) : undefined
  const facts =
    reason === 'unknown-key'
      ? ` (--key is ${keyId})`
      : found !== undefined
        ? ` (it is of ${found}, and --origin is ${origin})`
        : ''
  const about = message.includes(chainId) ? '' : `${chainId}: `
  return new QuittanceError(code, `${about}${message}${facts}`, { details, cause: error })
}
