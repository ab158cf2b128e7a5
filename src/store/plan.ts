/** What an append comes to, decided the same way by every driver that decides in this process. */
import { type HeadRef, QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Batch } from './checks.js'

/** What is asked of a chain to decide an append. */
export interface ChainView {
  readonly head: HeadRef | undefined
  /** @returns where that id stands, `undefined` where the chain has none */
  seqOf(receiptId: string): number | undefined
  /** @returns the line at a seq up to the head's, `undefined` where it was pruned */
  lineAt(seq: number): string | undefined
}

/** Append what is left from an index on (perhaps nothing), or refuse. */
export type Plan =
  | { readonly kind: 'append'; readonly from: number }
  | { readonly kind: 'refuse'; readonly error: QuittanceError }

/**
 * Decides an append: what is there already, byte for byte at its seq, is left alone; what is missing follows only on
 * the very head that it links to.
 *
 * @param chainId - the chain
 * @param batch - from `checkAppend`
 * @param view - the chain as it stands
 * @returns what to do; `from` is the batch's length where all of it is there
 */
export function planAppend(chainId: string, batch: Batch, view: ChainView): Plan {
  const { receipts, expected } = batch
  const { head } = view
  const present = head === undefined ? 0 : countPresent(batch, head, view)
  if (present === receipts.length) return { kind: 'append', from: present }
  const last = present === 0 ? expected : refOf(receipts[present - 1] as DecisionReceipt)
  if (last?.seq !== head?.seq || last?.receiptHash !== head?.receiptHash) {
    return { kind: 'refuse', error: conflict(chainId, expected, head) }
  }
  const fresh = new Set<string>()
  for (let index = present; index < receipts.length; index += 1) {
    const { receiptId } = receipts[index] as DecisionReceipt
    const before = fresh.size
    fresh.add(receiptId)
    const twice = fresh.size === before
    const stands = twice ? receipts.find((one) => one.receiptId === receiptId)?.seq : view.seqOf(receiptId)
    if (stands !== undefined) {
      const error = new QuittanceError('STORE_ID_EXISTS', 'a receipt of this id stands at another seq', {
        details: { chainId, receiptId, seq: stands, outcome: 'absent' },
      })
      return { kind: 'refuse', error }
    }
  }
  return { kind: 'append', from: present }
}

/** How many of the first receipts stand in the chain already. */
function countPresent({ receipts, lines }: Batch, head: HeadRef, view: ChainView): number {
  let index = 0
  for (const receipt of receipts) {
    if (receipt.seq > head.seq) break
    const stored = view.lineAt(receipt.seq)
    if (stored === undefined || !isSame(stored, receipt, lines[index] as string)) break
    index += 1
  }
  return index
}

function isSame(stored: string, receipt: DecisionReceipt, line: string): boolean {
  if (stored === line) return true
  // what was erased since then stays erased; hash and signature say that it is the same receipt
  const there = JSON.parse(stored) as DecisionReceipt
  return (
    there.details === undefined && there.receiptHash === receipt.receiptHash && there.signature === receipt.signature
  )
}

/**
 * @param receipt - a receipt
 * @returns what names and compares it
 */
export function refOf(receipt: DecisionReceipt): HeadRef {
  return { seq: receipt.seq, receiptHash: receipt.receiptHash }
}

/**
 * @param chainId - the chain
 * @param expected - what the caller took for the head, or for the receipt at its seq
 * @param actual - what stands there
 * @returns the error that says so
 */
export function conflict(chainId: string, expected: HeadRef | undefined, actual: HeadRef | undefined): QuittanceError {
  return new QuittanceError('STORE_CONFLICT', 'the chain does not stand where the caller took it to be', {
    details: {
      chainId,
      outcome: 'absent',
      expected: expected && { seq: expected.seq, receiptHash: expected.receiptHash },
      actual: actual && { seq: actual.seq, receiptHash: actual.receiptHash },
    },
  })
}
