/** A chain that does not start where it should: cut by somebody, or pruned by a retention receipt that says so. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { Findings } from './findings.js'

const DAY_MS = 24 * 60 * 60 * 1000

/** Follows the first receipt and the retention receipts that explain it. */
export class Beginning {
  readonly #wanted: number
  #first: DecisionReceipt | undefined
  #prunedAt: string | undefined

  /** @param wanted - the first seq that was asked for */
  constructor(wanted: number) {
    this.#wanted = wanted
  }

  /** The first receipt that has a place. */
  starts(receipt: DecisionReceipt): void {
    this.#first = receipt
  }

  /**
   * @param receipt - a receipt against which nothing was found
   * @param retentionKey - whether its key is in the keyring for `retention`
   */
  saw(receipt: DecisionReceipt, retentionKey: boolean): void {
    const { retention } = receipt
    if (retention?.event !== 'prune' || !retentionKey || this.#first === undefined || this.#prunedAt !== undefined)
      return
    const { seq, receiptHash } = retention.through
    if (seq === this.#first.seq - 1 && receiptHash === this.#first.prevReceiptHash) this.#prunedAt = receipt.timestamp
  }

  /** @param acceptPruned - how old what went must have been, where pruning is accepted at all */
  finish(findings: Findings, acceptPruned: { readonly minDays: number } | undefined): void {
    const first = this.#first
    if (first === undefined || first.seq <= this.#wanted) return
    const place = { seq: first.seq, receiptId: first.receiptId }
    if (this.#prunedAt === undefined) {
      const message = `is the first; seq ${this.#wanted} to ${first.seq - 1} are missing`
      findings.problem({ code: 'STARTS_LATE', ...place, message })
      return
    }
    const keptDays = (Date.parse(this.#prunedAt) - Date.parse(first.timestamp)) / DAY_MS
    if (acceptPruned !== undefined && keptDays >= acceptPruned.minDays) return
    const message =
      acceptPruned === undefined
        ? `is the first; a retention receipt says that seq ${this.#wanted} to ${first.seq - 1} were removed`
        : `is the first and was ${Math.floor(keptDays)} days old when what is before it was removed; ${acceptPruned.minDays} days were asked for`
    findings.problem({ code: 'PRUNED', ...place, message })
  }
}
