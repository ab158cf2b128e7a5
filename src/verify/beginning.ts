/** A chain that does not start where it should: cut by somebody, or pruned by a retention receipt that says so. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { PrunedBeginning } from './anchored.js'
import type { Findings } from './findings.js'
import type { VerifyOptions } from './types.js'

const DAY_MS = 24 * 60 * 60 * 1000

/** Follows the first receipt and the retention receipts that explain it. */
export class Beginning {
  readonly #wanted: number
  readonly #rootWanted: boolean
  #first: DecisionReceipt | undefined
  #unread = 0
  #prunedAt: string | undefined
  #tree: PrunedBeginning['tree']
  #accepted = false

  /** @param expect - the first seq that was asked for; a root that was asked for stands at seq 0 and can't be pruned */
  constructor(expect: VerifyOptions['expect']) {
    this.#rootWanted = expect?.root !== undefined
    this.#wanted = this.#rootWanted ? 0 : (expect?.fromSeq ?? 0)
  }

  /**
   * @param receipt - the first receipt that has a place
   * @param unread - how many lines before it have none
   */
  starts(receipt: DecisionReceipt, unread: number): void {
    this.#first = receipt
    this.#unread = unread
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
    if (seq !== this.#first.seq - 1 || receiptHash !== this.#first.prevReceiptHash) return
    this.#prunedAt = receipt.timestamp
    // what was removed later has a root over the later ones alone
    if (retention.count === seq + 1) this.#tree = { size: seq + 1, rootHash: retention.merkleRoot }
  }

  /** What is known of what was removed; whether that is accepted, after `finish`. */
  get pruned(): PrunedBeginning {
    return { tree: this.#tree, accepted: this.#accepted }
  }

  /** @param acceptPruned - how old what went must have been, where pruning is accepted at all */
  finish(findings: Findings, acceptPruned: { readonly minDays: number } | undefined): void {
    const first = this.#first
    if (first === undefined || first.seq - this.#unread <= this.#wanted) return
    const place = { seq: first.seq, receiptId: first.receiptId }
    const missing = `seq ${this.#wanted} to ${first.seq - 1}`
    const root = this.#rootWanted ? ', the root that was asked for among them' : ''
    if (this.#prunedAt === undefined) {
      findings.problem({ code: 'STARTS_LATE', ...place, message: `is the first; ${missing} are missing${root}` })
      return
    }
    const keptDays = (Date.parse(this.#prunedAt) - Date.parse(first.timestamp)) / DAY_MS
    this.#accepted = acceptPruned !== undefined && !this.#rootWanted && keptDays >= acceptPruned.minDays
    if (this.#accepted) return
    const why =
      acceptPruned !== undefined && keptDays < acceptPruned.minDays
        ? `it was ${Math.floor(keptDays)} days old when what is before it was removed; ${acceptPruned.minDays} days were asked for`
        : `a retention receipt says that ${missing} were removed${root}`
    findings.problem({ code: 'PRUNED', ...place, message: `is the first; ${why}` })
  }
}
