/** Holding a store against what it acknowledged. */
import { type HeadRef, QuittanceError } from '../errors.js'
import { genesisHash } from '../receipt/digest.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { receiptAt } from '../store/receipt-at.js'
import type { ReceiptStore } from '../store/store.js'
import type { Acknowledged } from './acknowledged.js'
import { inLanes } from './lanes.js'

/** A receipt that was acknowledged and is not there any more. */
export interface Lost extends HeadRef {
  readonly receiptId: string
}

/** How a chain stands to what was acknowledged of it. */
export type Standing =
  | { readonly kind: 'holds' }
  /** A run of lost receipts links to the store's head: it can be put back, whatever else is lost. */
  | { readonly kind: 'restorable'; readonly run: readonly DecisionReceipt[]; readonly expected: HeadRef | undefined }
  /** Every lost receipt of this ledger is known, but another line stands where they stood. */
  | { readonly kind: 'recordable'; readonly lost: readonly DecisionReceipt[] }
  /** More was lost than this ledger knows, or what came before its own must be put back by others first. */
  | {
      readonly kind: 'behind'
      /** What is known of it, oldest first. */
      readonly lost: readonly Lost[]
      /** Those of which the whole receipt is known. */
      readonly known: readonly DecisionReceipt[]
      /** Whether more may be lost than is named. */
      readonly more: boolean
      /** Whether other writers may put it right. */
      readonly mayCome: boolean
    }

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
export async function stands(
  store: ReceiptStore,
  chainId: string,
  one: Lost,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const found = await store.get(chainId, one.receiptId, { signal })
  return found !== undefined && found.seq === one.seq && found.receiptHash === one.receiptHash
}

/** How many receipts are looked for at once. */
const LOOKS = 16

async function missing<T extends Lost>(
  store: ReceiptStore,
  chainId: string,
  receipts: readonly T[],
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const gone = new Set<T>()
  await inLanes(receipts, LOOKS, async (receipt) => {
    if (!(await stands(store, chainId, receipt, signal))) gone.add(receipt)
  })
  return receipts.filter((receipt) => gone.has(receipt))
}

/** The run of lost receipts that links to the head, each to the one before. */
function runOnto(lost: readonly DecisionReceipt[], head: DecisionReceipt | undefined): DecisionReceipt[] {
  const from = lost.findIndex((one) =>
    head === undefined ? one.seq === 0 : one.seq === head.seq + 1 && one.prevReceiptHash === head.receiptHash,
  )
  if (from < 0) return []
  const run = lost.slice(from)
  const end = run.findIndex((one, index) => index > 0 && one.prevReceiptHash !== run[index - 1]?.receiptHash)
  return end < 0 ? run : run.slice(0, end)
}

/** Whether nothing that this ledger wrote before can be lost: something older is known to stand, or there is nothing older. */
async function isAll(
  store: ReceiptStore,
  chainId: string,
  first: DecisionReceipt,
  acknowledged: Acknowledged,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (acknowledged.whole || (acknowledged.recent()[0]?.seq ?? first.seq) < first.seq) return true
  const before =
    first.seq === 0 ? genesisHash(chainId) : (await receiptAt(store, chainId, first.seq - 1, signal))?.receiptHash
  return before === first.prevReceiptHash
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
  if (head !== undefined && head.seq > last.seq && (await stands(store, chainId, last, signal)))
    return { kind: 'holds' }
  const oldest = (await store.bounds(chainId, { signal }))?.first ?? 0
  const isKept = ({ seq }: Lost): boolean => seq >= oldest
  const own = acknowledged.recent().filter(isKept)
  const lost = await missing(store, chainId, own, signal)
  const remembered = [...new Set([acknowledged.inherited, last])].filter(
    (one): one is NonNullable<typeof one> =>
      one !== undefined && isKept(one) && !own.some(({ receiptHash }) => receiptHash === one.receiptHash),
  )
  const others = await missing(store, chainId, remembered, signal)
  const named = [...lost, ...others].map(lostOf).sort((a, b) => a.seq - b.seq)
  const [lowest] = named
  if (lowest === undefined) return { kind: 'holds' }
  const run = runOnto(lost, head)
  if (run.length > 0) return { kind: 'restorable', run, expected: head && refOf(head) }
  const [first] = lost
  const all = others.length === 0 && first !== undefined && (await isAll(store, chainId, first, acknowledged, signal))
  const taken = head !== undefined && head.seq >= lowest.seq
  if (taken && all) return { kind: 'recordable', lost }
  return { kind: 'behind', lost: named, known: lost, more: !all, mayCome: !taken || others.length > 0 }
}

/** How many ranges a message shows. */
const MAX_RANGES = 16

/** The seqs of lost receipts, as text. */
function rangesOf(lost: readonly HeadRef[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const { seq } of lost) {
    const open = ranges.at(-1)
    if (open !== undefined && seq === open.to + 1) open.to = seq
    else ranges.push({ from: seq, to: seq })
  }
  const shown = ranges.slice(0, MAX_RANGES).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`))
  const left = ranges.length - shown.length
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more ranges` : ''}`
}

/**
 * @param chainId - the chain
 * @param expected - what was acknowledged
 * @param actual - what was found
 * @param behind - what is known to be lost
 * @returns the error that appends meet until it comes back, or until `acceptRollback`
 */
export function rolledBack(
  chainId: string,
  expected: HeadRef,
  actual: HeadRef | undefined,
  { lost, more }: { readonly lost: readonly HeadRef[]; readonly more: boolean } = { lost: [expected], more: true },
): QuittanceError {
  const gone = `seq ${rangesOf(lost)}${more ? ' and perhaps more' : ''}`
  const message = `the store went back behind receipts that it had acknowledged: ${gone}`
  return new QuittanceError('STORE_ROLLED_BACK', message, {
    details: { chainId, outcome: 'absent', expected: refOf(expected), ...(actual ? { actual: refOf(actual) } : {}) },
  })
}
