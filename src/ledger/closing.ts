import { QuittanceError } from '../errors.js'
import type { KeyProvider } from '../keys/provider.js'
import type { ReceiptStore } from '../store/store.js'
import type { Desk } from './desk.js'

/** What is closed with a ledger. */
export interface Closing {
  readonly desk: Desk
  readonly store: ReceiptStore
  readonly outbox?: { close(timeoutMs: number): Promise<void> } | undefined
  /** The ledger's own provider and those that chains were handed over to. */
  readonly providers: () => Iterable<KeyProvider>
  readonly warn: (error: unknown) => void
}

/** @returns whether it was done in time; a failure is thrown */
async function inTime(work: Promise<void>, ms: number): Promise<boolean> {
  if (ms === Number.POSITIVE_INFINITY) {
    await work
    return true
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.min(ms, 2 ** 31 - 1))
  })
  try {
    return await Promise.race([work.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}

function notDrained(pending: number): QuittanceError {
  return new QuittanceError(
    'LEDGER_TIMEOUT',
    `the ledger was closed while ${pending} receipts waited; each of their callers was told`,
  )
}

/**
 * Drains, writes what is remembered, closes store and keys: each also where the step before failed.
 *
 * @param closing - what is closed
 * @param timeoutMs - how long draining may take
 * @throws the first failure; further ones are warnings
 */
export async function closeAll({ desk, store, outbox, providers, warn }: Closing, timeoutMs: number): Promise<void> {
  const failures: unknown[] = []
  const step = async (work: () => Promise<void> | undefined): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.push(error)
    }
  }
  const until = performance.now() + timeoutMs
  desk.close()
  await step(async () => {
    if (await inTime(desk.drained(), timeoutMs)) return
    const { pending } = desk
    desk.giveUp()
    failures.push(notDrained(pending))
  })
  await step(() => outbox?.close(Math.max(0, until - performance.now())))
  await step(async () => {
    if (!(await inTime(desk.flush(), timeoutMs)))
      failures.push(
        new QuittanceError('LEDGER_TIMEOUT', 'what is remembered beside the chains could not be written in time'),
      )
  })
  await step(() => store.close())
  for (const provider of providers()) await step(() => provider.close?.())
  const [first, ...others] = failures
  others.forEach(warn)
  if (first !== undefined) throw first
}
