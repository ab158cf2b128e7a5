/** Holding a store against what it acknowledged. */
import { type HeadRef, QuittanceError } from '../errors.js'
import { genesisHash } from '../receipt/digest.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import type { Acknowledged } from './acknowledged.js'

/** A receipt that was acknowledged and is not there any more. */
export interface Lost extends HeadRef {
  readonly receiptId: string
}

/** How a chain stands to what was acknowledged of it. */
export type Standing =
  | { readonly kind: 'holds' }
  /** Every lost receipt is in memory, and the store's head is what the first of them links to. */
  | { readonly kind: 'restorable'; readonly lost: readonly DecisionReceipt[]; readonly expected: HeadRef | undefined }
  /** Every lost receipt is known, but another line stands where they stood. */
  | { readonly kind: 'recordable'; readonly lost: readonly DecisionReceipt[] }
  /** More was lost than is known. */
  | { readonly kind: 'unknown'; readonly lost: readonly Lost[] }

/** How many lost receipts one `rollback` receipt can name. */
export const MAX_LOST = 256

/**
 * @param receipt - a receipt, or what stands for one
 * @returns what names and compares it
 */
export function refOf(receipt: HeadRef): HeadRef {
  return { seq: receipt.seq, receiptHash: receipt.receiptHash }
}

/**
 * @param receipt - a lost receipt
 * @returns how a `rollback` receipt names it
 */
export function lostOf(receipt: Lost): Lost {
  return { seq: receipt.seq, receiptId: receipt.receiptId, receiptHash: receipt.receiptHash }
}

/** Whether a receipt is still where it was acknowledged. */
async function stands(
  store: ReceiptStore,
  chainId: string,
  one: Lost,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const found = await store.get(chainId, one.receiptId, { signal })
  return found !== undefined && found.seq === one.seq && found.receiptHash === one.receiptHash
}

async function receiptAt(
  store: ReceiptStore,
  chainId: string,
  seq: number,
  signal: AbortSignal | undefined,
): Promise<DecisionReceipt | undefined> {
  for await (const receipt of store.read(chainId, { fromSeq: seq, toSeq: seq, signal })) return receipt
  return undefined
}

/**
 * @param store - the ledger's
 * @param chainId - the chain
 * @param head - the head that was just read
 * @param acknowledged - what is remembered
 * @param signal - gives up
 * @returns how the two stand to each other
 */
export async function holdAgainst(
  store: ReceiptStore,
  chainId: string,
  head: DecisionReceipt | undefined,
  acknowledged: Acknowledged,
  signal: AbortSignal | undefined,
): Promise<Standing> {
  const last = acknowledged.head
  if (last === undefined || head?.receiptHash === last.receiptHash) return { kind: 'holds' }
  if (head !== undefined && head.seq > last.seq) {
    if (await stands(store, chainId, last, signal)) return { kind: 'holds' }
    const bounds = await store.bounds(chainId, { signal })
    if (bounds !== undefined && bounds.first > last.seq) return { kind: 'holds' }
  }
  const known = acknowledged.recent().filter((receipt) => receipt.seq <= last.seq)
  const lost: DecisionReceipt[] = []
  for (let index = known.length - 1; index >= 0; index -= 1) {
    const receipt = known[index] as DecisionReceipt
    if (await stands(store, chainId, receipt, signal)) break
    lost.unshift(receipt)
  }
  const [first] = lost
  const whole =
    first !== undefined && lost.at(-1)?.receiptHash === last.receiptHash && lost.length === last.seq - first.seq + 1
  if (!whole) {
    const named = lost.map(lostOf)
    return {
      kind: 'unknown',
      lost: named.some((one) => one.receiptHash === last.receiptHash) ? named : [...named, lostOf(last)],
    }
  }
  if (head === undefined ? first.seq === 0 : head.receiptHash === first.prevReceiptHash) {
    return { kind: 'restorable', lost, expected: head && refOf(head) }
  }
  const before =
    first.seq === 0 ? genesisHash(chainId) : (await receiptAt(store, chainId, first.seq - 1, signal))?.receiptHash
  return before === first.prevReceiptHash ? { kind: 'recordable', lost } : { kind: 'unknown', lost: lost.map(lostOf) }
}

/**
 * @param chainId - the chain
 * @param expected - what was acknowledged
 * @param actual - what was found
 * @returns the error that appends meet until `acceptRollback`
 */
export function rolledBack(chainId: string, expected: HeadRef, actual: HeadRef | undefined): QuittanceError {
  return new QuittanceError('STORE_ROLLED_BACK', 'the store went back behind receipts that it had acknowledged', {
    details: { chainId, outcome: 'absent', expected: refOf(expected), ...(actual ? { actual: refOf(actual) } : {}) },
  })
}
