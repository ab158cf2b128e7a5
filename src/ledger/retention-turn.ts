/** What every removal has in common: its refusals, and its turn. */
import { QuittanceError } from '../errors.js'
import type { Lease } from '../store/store.js'
import type { Parts } from './chain.js'

/** How long a removal may keep others from their turn, in milliseconds. */
const TURN_MS = 5_000

/** Thrown when its turn finds that the chain says something new about what may go. */
export class Outdated extends Error {}

/** @returns the error of a store that lacks something */
export const unsupported = (what: string): QuittanceError =>
  new QuittanceError('STORE_UNSUPPORTED', `the store can't ${what}`, { details: { outcome: 'absent' } })

/** @returns the error of what retention does not allow */
export const notAllowed = (chainId: string, message: string, reason: string): QuittanceError =>
  new QuittanceError('LEDGER_RETENTION', message, { details: { chainId, outcome: 'absent', reason } })

/**
 * Looks and removes in one turn, where the store gives turns: a hold takes its turn too, so that none is placed between the
 * look and the removal. The turn is advice and ends alone; it is not waited for for ever.
 *
 * @param parts - the ledger's
 * @param chainId - the chain
 * @param signal - gives up
 * @param work - looks, then removes
 * @returns what the work returns
 */
export async function turnToRemove<T>(
  { store, events }: Parts,
  chainId: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const warn = (error: unknown): void => events.emit('warning', { chainId, error })
  let lease: Lease | undefined
  try {
    lease = await store.lease?.(chainId, TURN_MS, { signal })
  } catch (error) {
    signal.throwIfAborted()
    warn(error)
  }
  try {
    return await work()
  } finally {
    await lease?.release().catch(warn)
  }
}
