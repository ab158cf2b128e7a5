import { QuittanceError } from '../errors.js'
import type { KeyProvider } from '../keys/provider.js'
import type { ReceiptStore } from '../store/store.js'
import type { Desk } from './desk.js'

/** How long the last look at what was written may take, in milliseconds. */
const LAST_LOOK_MS = 5_000

/** What is closed with a ledger. */
export interface Closing {
  readonly desk: Desk
  readonly store: ReceiptStore
  readonly outbox?:
    | { close(timeoutMs: number): Promise<void>; status(): { readonly away: readonly string[] } }
    | undefined
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

/** What a store lost, this ledger may be the last to know. What can't be reached is one warning. */
async function lastLook({ desk, outbox, warn }: Pick<Closing, 'desk' | 'outbox' | 'warn'>, ms: number): Promise<void> {
  const away = new Set(outbox?.status().away)
  const controller = new AbortController()
  const looking = desk.holdAgain(away, controller.signal)
  const looked = looking.then((found) => {
    const [lost, others] = [found.filter(isRolledBack), found.filter((error) => !isRolledBack(error))]
    for (const error of [...lost, ...others.slice(0, 1)]) warn(error)
  })
  if (await inTime(looked, Math.max(0, Math.min(LAST_LOOK_MS, ms)))) return
  controller.abort(
    new QuittanceError('LEDGER_TIMEOUT', 'the ledger was closed before it saw that its store still has all receipts'),
  )
  warn(controller.signal.reason)
}

const isRolledBack = (error: unknown): boolean => QuittanceError.is(error, 'STORE_ROLLED_BACK')

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
  // before the outbox, which drains again what a store lost of it
  if (failures.length === 0) await lastLook({ desk, outbox, warn }, until - performance.now())
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
