/** One caller who waits for one receipt to be durable. */
import { type ErrorDetails, QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Deadlines, Expiring } from './deadlines.js'

/** What a store may hold of a receipt: nothing; it is being asked; it was asked and its answer was lost. */
export type Exposure = 'none' | 'handed' | 'ambiguous'

/** A caller's wait. It ends once; what comes later is not heard. */
export interface Wait {
  readonly promise: Promise<DecisionReceipt>
  readonly ended: boolean
  exposure: Exposure
  /** The last trouble that was met and waited out: the cause of a timeout. */
  trouble: unknown
  /** The batch that hears of the end, whoever brought it about. */
  onEnd: (() => void) | undefined
  resolve(receipt: DecisionReceipt): void
  reject(error: unknown): void
  /** Ends it as a timeout would. */
  giveUp(why: string): void
}

/** What a wait needs to know. */
export interface WaitOptions {
  /** Absent where it is not known to be well-formed, for it is shown in errors. */
  readonly chainId?: string | undefined
  readonly receiptId?: string | undefined
  /** In milliseconds; Infinity for as long as it takes. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Hears of the end first. */
  readonly ended: (wait: Wait) => void
}

const standing = {
  absent: 'it is not in the chain',
  unknown: 'the store had been asked, so it may be in the chain: the same append may be repeated',
} as const

/**
 * Begins a wait.
 *
 * @param deadlines - the ledger's
 * @param options - whose receipt, and how long
 * @returns the wait; its promise rejects with `LEDGER_TIMEOUT` or `LEDGER_ABORTED`, whose outcome is the truth at that moment
 */
export function beginWait(deadlines: Deadlines, options: WaitOptions): Wait {
  const { chainId, receiptId, timeoutMs, signal } = options
  let resolvePromise!: (receipt: DecisionReceipt) => void
  let rejectPromise!: (error: unknown) => void
  const promise = new Promise<DecisionReceipt>((resolve, reject) => {
    resolvePromise = resolve
    rejectPromise = reject
  })
  let ended = false

  const end = (): boolean => {
    if (ended) return false
    ended = true
    deadlines.remove(expiring)
    signal?.removeEventListener('abort', onAbort)
    options.ended(wait)
    return true
  }

  const giveUp = (code: 'LEDGER_TIMEOUT' | 'LEDGER_ABORTED', why: string, cause: unknown): void => {
    const outcome = wait.exposure === 'none' ? 'absent' : 'unknown'
    const details: ErrorDetails = { outcome, retryable: true, chainId, receiptId }
    wait.reject(new QuittanceError(code, `${why}; ${standing[outcome]}`, { details, ...(cause === undefined ? {} : { cause }) }))
  }

  const expiring: Expiring = {
    deadline: performance.now() + timeoutMs,
    expire: () => giveUp('LEDGER_TIMEOUT', `the receipt did not become durable within ${timeoutMs} ms`, wait.trouble),
  }
  const onAbort = (): void => giveUp('LEDGER_ABORTED', 'the append was given up', signal?.reason)

  const wait: Wait = {
    promise,
    get ended() {
      return ended
    },
    exposure: 'none',
    trouble: undefined,
    onEnd: undefined,
    resolve(receipt) {
      if (!end()) return
      resolvePromise(receipt)
      wait.onEnd?.()
    },
    reject(error) {
      if (!end()) return
      rejectPromise(error)
      wait.onEnd?.()
    },
    giveUp: (why) => giveUp('LEDGER_TIMEOUT', why, wait.trouble),
  }
  deadlines.add(expiring)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return wait
}
