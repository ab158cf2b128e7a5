/** Whether what lies beside a chain as its last head is this log's, and this chain's. */
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { parseNote, verifyNote } from '../../tlog/note.js'
import type { NoteKey } from '../../tlog/vkey.js'
import type { Kept } from './cell.js'
import { refused } from './refused.js'

/** The origin of a chain, from its root; under another name of the log where one is given. */
export type OriginOf = (root: string, log?: string) => string

/** What a cell is checked against. */
export interface CellChecks {
  readonly store: ReceiptStore
  /** Names under which this log ran before. */
  readonly formerOrigins: readonly string[]
  keysFor(origin: string): Promise<readonly NoteKey[]>
}

/** @returns the receipt at a place, if it is held */
export async function onlyReceipt(
  store: ReceiptStore,
  chainId: string,
  seq: number,
  options: StoreOptions,
): Promise<DecisionReceipt | undefined> {
  for await (const receipt of store.read(chainId, { ...options, fromSeq: seq, toSeq: seq })) return receipt
  return undefined
}

async function assertSigned({ chainId, origin, note }: Kept, { keysFor }: CellChecks): Promise<void> {
  try {
    verifyNote(parseNote(note), await keysFor(origin))
  } catch (error) {
    throw QuittanceError.is(error, 'TLOG_UNTRUSTED') ? refused(chainId, 'unknown-key') : error
  }
}

/**
 * Checks a cell before anything is signed on it. The note in it is signed, what is beside it is not: whoever can write state
 * could put one chain's cell beside another, or mix two of them.
 *
 * @param kept - what the cell holds
 * @param originOf - the origin that a chain of a root has
 * @param checks - what it is checked against
 * @param options - gives up
 * @returns it; `undefined` for one of a former origin where the receipts are there to begin anew from
 * @throws QuittanceError `TLOG_REFUSED`
 */
export async function ownCell(
  kept: Kept,
  originOf: OriginOf,
  checks: CellChecks,
  options: StoreOptions,
): Promise<Kept | undefined> {
  const { store, formerOrigins } = checks
  const { chainId, origin, root, head } = kept
  await assertSigned(kept, checks)
  const former = formerOrigins.some((log) => originOf(root, log) === origin)
  if (origin !== originOf(root) && !former) throw refused(chainId, 'unknown-origin')
  const bounds = await store.bounds(chainId, options)
  if (former && bounds?.first === 0) return undefined
  if (bounds === undefined || bounds.last < head.seq) throw refused(chainId, 'rolled-back', head.seq)
  const differs = async (seq: number, hash: string): Promise<boolean> => {
    if (seq < bounds.first) return false
    const receipt = await onlyReceipt(store, chainId, seq, options)
    // pruned since the bounds were asked
    return receipt !== undefined && receipt.receiptHash !== hash
  }
  if (await differs(0, root)) throw refused(chainId, 'unknown-origin', 0)
  if (await differs(head.seq, head.receiptHash)) throw refused(chainId, 'rewritten', head.seq)
  return kept
}
