/** Receipts that were judged and wait to be written together. */
import type { HeadRef } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { refOf } from '../plan.js'
import type { ReceiptStore } from '../store.js'

/** Where they go, and how many at once. */
export interface Writing {
  readonly to: ReceiptStore
  readonly batch: number
  readonly signal: AbortSignal | undefined
}

/** A batch ends here though it has few receipts: what a server takes in one call has a bound. */
const MAX_BATCH_UNITS = 4 * 1024 * 1024

/** Appends to one chain, batch by batch. */
export class Writer {
  readonly #writing: Writing
  readonly #chainId: string
  #waiting: DecisionReceipt[] = []
  #units = 0
  #head: HeadRef | undefined
  /** How many were written. */
  written = 0

  /**
   * @param writing - where they go
   * @param chainId - the chain
   * @param held - its head there; where there is none, the first receipt may be one that follows a pruned beginning
   */
  constructor(writing: Writing, chainId: string, held: HeadRef | undefined) {
    this.#writing = writing
    this.#chainId = chainId
    this.#head = held
  }

  /** The newest receipt that is known to be there. */
  get head(): HeadRef | undefined {
    return this.#head
  }

  /** Takes the next one, and writes when they are enough. */
  async take(receipt: DecisionReceipt, line: string): Promise<void> {
    this.#waiting.push(receipt)
    this.#units += line.length
    if (this.#waiting.length >= this.#writing.batch || this.#units >= MAX_BATCH_UNITS) await this.flush()
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    const [first] = this.#waiting
    if (first === undefined) return
    const { to, signal } = this.#writing
    const pruned = this.#head === undefined && first.seq > 0
    const expected = pruned ? { seq: first.seq - 1, receiptHash: first.prevReceiptHash } : this.#head
    await to.append(this.#chainId, this.#waiting, expected, { signal, ...(pruned ? { afterPruned: true } : {}) })
    this.#head = refOf(this.#waiting.at(-1) as DecisionReceipt)
    this.written += this.#waiting.length
    this.#waiting = []
    this.#units = 0
  }
}
