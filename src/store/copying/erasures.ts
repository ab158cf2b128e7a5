/** Free text that was erased in the source must not go on in the target; and nobody may have it erased there by a mere word. */
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { VerifyResult } from '../../verify/types.js'
import type { ReceiptStore } from '../store.js'

/** Free text of one receipt that the target has and the source has not. */
export interface KeptText {
  readonly seq: number
  readonly receiptId: string
}

interface Stores {
  readonly from: ReceiptStore
  readonly to: ReceiptStore
  readonly signal: AbortSignal | undefined
}

interface Found extends KeptText {
  /** Whether nothing was found against a record of its erasure. */
  readonly vouched: boolean
}

/** Meets the records of erasures of one chain, and repeats those that count. */
export class Erasures {
  readonly #stores: Stores
  readonly #chainId: string
  readonly #found = new Map<string, Found>()

  /**
   * @param stores - source and target
   * @param chainId - the chain
   */
  constructor(stores: Stores, chainId: string) {
    this.#stores = stores
    this.#chainId = chainId
  }

  /**
   * Takes note of what a record names: what the target has and the source has no more.
   *
   * @param record - a receipt of the source; what the source holds before it is in the target
   * @param vouched - whether nothing was found against it; `unjudged` without a verifier: then it is repeated at once,
   *   because a copy that goes on later does not come by here again
   */
  async meet({ seq, retention }: DecisionReceipt, vouched: boolean | 'unjudged'): Promise<void> {
    if (retention?.event !== 'erase') return
    const { from, to, signal } = this.#stores
    for (const named of retention.receipts) {
      if (named.seq >= seq) continue
      const there = await to.get(this.#chainId, named.receiptId, { signal })
      if (there?.details === undefined) continue
      const here = await from.get(this.#chainId, named.receiptId, { signal })
      // the record comes before the removal: one that broke off in between took nothing from the source
      if (here?.details !== undefined) continue
      const text = { seq: there.seq, receiptId: there.receiptId }
      if (vouched !== false && to.eraseDetails === undefined) {
        throw new QuittanceError(
          'STORE_UNSUPPORTED',
          'the target can not erase free text that was erased in the source',
          { details: { chainId: this.#chainId, ...text } },
        )
      }
      if (vouched === 'unjudged') await to.eraseDetails?.(this.#chainId, text.receiptId, { signal })
      else {
        const before = this.#found.get(text.receiptId)?.vouched ?? false
        this.#found.set(text.receiptId, { ...text, vouched: before || vouched })
      }
    }
  }

  /**
   * Repeats the erasures that count, when all that can be said of their keys was said.
   *
   * @param verification - on the whole source; not INVALID
   * @returns what the target keeps
   */
  async finish(verification: VerifyResult | undefined): Promise<readonly KeptText[]> {
    const { to, signal } = this.#stores
    // it is said once for a key, not for each of its receipts: any record may be of a thief
    const doubtful = (verification?.counts.KEY_REVOKED_UNDATED ?? 0) > 0
    const kept: KeptText[] = []
    for (const { vouched, ...text } of this.#found.values()) {
      if (vouched && !doubtful) await to.eraseDetails?.(this.#chainId, text.receiptId, { signal })
      else kept.push(text)
    }
    return kept
  }
}
