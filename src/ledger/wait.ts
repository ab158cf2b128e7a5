/** One caller who waits for one receipt to be durable. */
import { type ErrorDetails, QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Deadlines, Expiring } from './deadlines.js'

/** What a store may hold of a receipt: nothing; it is being asked; it was asked and its answer was lost. */
export type Exposure = 'none' | 'handed' | 'ambiguous'

/** What a wait needs to know. */
export interface WaitOptions {
  /** Absent where it is not known to be well-formed, for it is shown in errors. */
  readonly chainId?: string | undefined
  readonly receiptId?: string | undefined
  /** In milliseconds; Infinity for as long as it takes. */
  readonly timeoutMs: number
  /** When the append was called, on the clock of `performance.now()`. */
  readonly since: number
  readonly signal?: AbortSignal | undefined
  /** Whoever waits tells of a failure itself. */
  readonly untold?: boolean | undefined
}

/** Who keeps count of waits. */
export interface WaitKeeper {
  readonly waits: Deadlines<Wait>
  /** Hears of each end first. */
  ended(): void
  /** Hears what a caller is told that failed. */
  failed(chainId: string | undefined, error: unknown): void
}

const standing = {
  absent: 'it is not in the chain',
  unknown: 'the store had been asked, so it may be in the chain: the same append may be repeated',
} as const

/**
 * A caller's wait. It ends once; what comes later is not heard. A class, because one is made for each append and closures
 * would cost more than all the rest of it. Its promise rejects with `LEDGER_TIMEOUT` or `LEDGER_ABORTED` where nobody
 * else ends it; the outcome in them is the truth at that moment.
 */
export class Wait implements Expiring {
  readonly promise: Promise<DecisionReceipt>
  readonly deadline: number
  readonly since: number
  exposure: Exposure = 'none'
  /** The last trouble that was met and waited out: the cause of a timeout. */
  trouble: unknown = undefined
  /** The batch that hears of the end, whoever brought it about. */
  onEnd: (() => void) | undefined = undefined
  readonly #keeper: WaitKeeper
  readonly #options: WaitOptions
  readonly #onAbort: (() => void) | undefined
  #ended = false
  #resolve!: (receipt: DecisionReceipt) => void
  #reject!: (error: unknown) => void

  /**
   * @param keeper - the ledger's
   * @param options - whose receipt, and how long
   */
  constructor(keeper: WaitKeeper, options: WaitOptions) {
    this.#keeper = keeper
    this.#options = options
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const { timeoutMs, since, signal } = options
    this.since = since
    this.deadline = since + timeoutMs
    keeper.waits.add(this)
    if (signal === undefined) return
    this.#onAbort = () => this.#give('LEDGER_ABORTED', 'the append was given up', signal.reason)
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get ended(): boolean {
    return this.#ended
  }

  resolve(receipt: DecisionReceipt): void {
    if (!this.#end()) return
    this.#resolve(receipt)
    this.onEnd?.()
  }

  reject(error: unknown): void {
    if (!this.#end()) return
    if (this.#options.untold !== true) this.#keeper.failed(this.#options.chainId, error)
    this.#reject(error)
    this.onEnd?.()
  }

  expire(): void {
    this.giveUp(`the receipt did not become durable within ${this.#options.timeoutMs} ms`)
  }

  /** Ends it as a timeout does. */
  giveUp(why: string): void {
    this.#give('LEDGER_TIMEOUT', why, this.trouble)
  }

  #give(code: 'LEDGER_TIMEOUT' | 'LEDGER_ABORTED', why: string, cause: unknown): void {
    const { chainId, receiptId } = this.#options
    const outcome = this.exposure === 'none' ? 'absent' : 'unknown'
    const details: ErrorDetails = { outcome, retryable: true, chainId, receiptId }
    this.reject(
      new QuittanceError(code, `${why}; ${standing[outcome]}`, { details, ...(cause === undefined ? {} : { cause }) }),
    )
  }

  #end(): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#keeper.waits.remove(this)
    if (this.#onAbort) this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#keeper.ended()
    return true
  }
}
