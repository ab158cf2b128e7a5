import { QuittanceError } from '../errors.js'
import type { KeyProvider } from '../keys/provider.js'
import type { ReceiptStore } from '../store/store.js'
import type { Secrets } from './secret.js'
import type { HealthCheck } from './types.js'

/** How long one look may take, in milliseconds. */
const LOOK_MS = 5_000

/** What is looked at. */
export interface Patient {
  readonly store: ReceiptStore
  readonly keys: KeyProvider
  readonly secrets: Secrets
  readonly queue: () => { readonly pending: number; readonly maxQueued: number; readonly closed: boolean }
}

function codeOf(error: unknown, signal: AbortSignal): string {
  if (QuittanceError.is(error)) return error.code
  if (signal.aborted)
    return (signal.reason as Error | undefined)?.name === 'TimeoutError' ? 'LEDGER_TIMEOUT' : 'LEDGER_ABORTED'
  return error instanceof Error ? error.name : 'Error'
}

/** Ends with the signal, also where what is looked at does not hear it. */
async function within(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  signal.throwIfAborted()
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    await Promise.race([work(), aborted])
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Looks at store, key, queue and, where there is one, the secret. It writes nothing and signs nothing.
 *
 * @param patient - the ledger's parts
 * @param given - gives up; each look takes at most 5 seconds
 * @returns what was found
 */
export async function health(
  patient: Patient,
  given?: AbortSignal,
): Promise<{ readonly ok: boolean; readonly checks: readonly HealthCheck[] }> {
  const { store, keys, secrets, queue } = patient
  const look = async (
    name: HealthCheck['name'],
    work: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<HealthCheck> => {
    const timer = new AbortController()
    const timeout = setTimeout(() => timer.abort(new DOMException('too slow', 'TimeoutError')), LOOK_MS)
    const signal = given === undefined ? timer.signal : AbortSignal.any([given, timer.signal])
    try {
      await within(signal, () => work(signal))
      return { name, ok: true }
    } catch (error) {
      return { name, ok: false, code: codeOf(error, signal) }
    } finally {
      clearTimeout(timeout)
    }
  }
  const checks = await Promise.all([
    look('store', async (signal) => {
      for await (const _ of store.chains({ signal })) break
    }),
    look('keys', (signal) => keys.signer({ signal })),
    look('queue', async () => {
      const { pending, maxQueued, closed } = queue()
      if (closed) throw new QuittanceError('LEDGER_CLOSED', 'the ledger was closed')
      if (pending >= maxQueued) throw new QuittanceError('LEDGER_OVERLOADED', 'the queue is full')
    }),
    ...(secrets.configured ? [look('secret', async () => secrets.current())] : []),
  ])
  return { ok: checks.every(({ ok }) => ok), checks }
}
