/** Free text that lines no more have and the store still has: removed on the word of a record that counts, never of less. */
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { VerifyResult } from '../../verify/types.js'
import type { ReceiptStore } from '../store.js'
import type { KeptText } from './erasures.js'

interface Found extends KeptText {
  /** Whether a record of its erasure counts, and the text was seen to be gone. */
  vouched: boolean
}

/** Follows the erasures of one chain of lines. */
export class TextsErased {
  readonly #to: ReceiptStore
  readonly #chainId: string
  readonly #first: number
  readonly #signal: AbortSignal | undefined
  readonly #found = new Map<string, Found>()

  /**
   * @param to - the store
   * @param chainId - the chain
   * @param first - the first seq of the lines
   * @param signal - gives up
   */
  constructor(to: ReceiptStore, chainId: string, first: number, signal: AbortSignal | undefined) {
    this.#to = to
    this.#chainId = chainId
    this.#first = first
    this.#signal = signal
  }

  /** @param receipt - of the lines, where it has no free text and in the store it has */
  missing({ seq, receiptId }: DecisionReceipt): void {
    this.#found.set(receiptId, { seq, receiptId, vouched: false })
  }

  /**
   * @param record - a receipt of the lines, in its turn
   * @param counts - whether nothing was found against it
   */
  async meet({ seq, retention }: DecisionReceipt, counts: boolean): Promise<void> {
    if (retention?.event !== 'erase') return
    for (const named of retention.receipts) {
      if (named.seq >= seq) continue
      const found = this.#found.get(named.receiptId)
      if (found !== undefined) found.vouched ||= counts
      else if (named.seq < this.#first) await this.#before(named.receiptId)
    }
  }

  /** The lines do not show whether the text of a receipt before them is gone: whoever imports them decides. */
  async #before(receiptId: string): Promise<void> {
    const there = await this.#to.get(this.#chainId, receiptId, { signal: this.#signal })
    if (there?.details !== undefined) this.missing(there)
  }

  /**
   * Removes what counts as erased, when all that can be said of keys was said.
   *
   * @param verification - on all lines; not INVALID
   * @returns what the store keeps
   */
  async finish(verification: VerifyResult | undefined): Promise<readonly KeptText[]> {
    // it is said once for a key, not for each of its receipts: any record may be of a thief
    const doubtful = (verification?.counts.KEY_REVOKED_UNDATED ?? 0) > 0
    const kept: KeptText[] = []
    for (const { vouched, ...text } of this.#found.values()) {
      if (!vouched || doubtful) kept.push(text)
      else if (this.#to.eraseDetails === undefined)
        throw new QuittanceError(
          'STORE_UNSUPPORTED',
          'the store can not erase free text that was erased in the lines',
          {
            details: { chainId: this.#chainId, ...text },
          },
        )
      else await this.#to.eraseDetails(this.#chainId, text.receiptId, { signal: this.#signal })
    }
    return kept
  }
}
