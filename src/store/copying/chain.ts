/** Copies one chain: line by line, judged first, in batches. */
import type { HeadRef } from '../../errors.js'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import type { Keyring } from '../../keys/keyring.js'
import { type Counted, judgeLines, type LineJudge } from '../../verify/chain.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'
import { conflict, refOf } from '../plan.js'
import type { ReceiptStore } from '../store.js'
import { Erasures, type KeptText } from './erasures.js'
import { copyInvalid, receiptOf } from './line.js'
import { pacer } from './pace.js'
import { refusal } from './refusal.js'
import { startOf } from './start.js'
import { storedLines } from './stored-lines.js'
import { Writer } from './writer.js'

/** How chains are copied. */
export interface CopyPlan {
  readonly from: ReceiptStore
  readonly to: ReceiptStore
  readonly keyring: Keyring | false
  readonly acceptPruned: VerifyOptions['acceptPruned']
  readonly backend: Ed25519Backend
  readonly batch: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: CopyProgress) => void
}

/** How far the copy of one chain is. */
export interface CopyProgress {
  readonly chainId: string
  /** Receipts that were written. */
  readonly copied: number
  /** Receipts that the target had already. */
  readonly already: number
  /** The first and the last seq that this copy is about. */
  readonly fromSeq: number
  readonly toSeq: number
}

/** What became of one chain. */
export interface CopiedChain {
  readonly chainId: string
  /** Receipts that were written now. */
  readonly copied: number
  /** Receipts of the source that the target had already. */
  readonly already: number
  /** The lowest seq that the source held; absent where it held nothing of this chain. */
  readonly first?: number | undefined
  /** The source's newest receipt when the copy began, and the last that was copied. */
  readonly head?: HeadRef | undefined
  /** The verifier's result on what was read of the source; absent with `keyring: false`. */
  readonly verification?: VerifyResult | undefined
  /**
   * Free text that the target keeps and the source has no more: a receipt says that it was erased, but of one whose key is
   * not trusted that is no more than a word. Absent where there is none.
   */
  readonly kept?: readonly KeptText[] | undefined
}

/**
 * Copies what one chain of the source has and the target has not.
 *
 * @param plan - how
 * @param chainId - which
 * @returns what was done, and the verdict on the source
 * @throws QuittanceError `COPY_INVALID`, `STORE_CONFLICT`; what the stores throw
 */
export async function copyChain(plan: CopyPlan, chainId: string): Promise<CopiedChain> {
  const { from, to, keyring, acceptPruned, backend, batch, signal, onProgress } = plan
  let counted: number | undefined
  const counts: Counted = ({ seq }) => {
    counted = seq
  }
  const judging = (toSeq?: number): LineJudge | undefined =>
    keyring === false ? undefined : judgeLines({ keyring, chainId, acceptPruned, expect: { toSeq } }, backend, counts)
  const start = await startOf(from, to, chainId, signal)
  if (start === undefined) {
    const verification = judging()?.finish()
    return { chainId, copied: 0, already: 0, ...(verification && { verification }) }
  }
  const { first, last, held } = start
  const judge = judging(last.seq)
  // what the target has is judged too: a rotation or a certificate among it decides about what follows
  const fromSeq = judge === undefined && held !== undefined ? Math.max(first, held.seq + 1) : first
  const writer = new Writer(plan, chainId, held)
  const erasures = new Erasures(plan, chainId)
  const already = held === undefined ? 0 : Math.max(0, Math.min(held.seq, last.seq) - first + 1)
  const tell = (seen: number) =>
    onProgress({ chainId, copied: writer.written, already: seen, fromSeq: first, toSeq: last.seq })
  let next = fromSeq
  let after = held !== undefined && fromSeq === held.seq + 1 ? held.receiptHash : undefined
  const paced = pacer()
  for await (const line of storedLines(from, chainId, { fromSeq, toSeq: last.seq, signal })) {
    signal?.throwIfAborted()
    if (judge?.next({ text: line, terminated: true }) === 'INVALID')
      throw refusal({ chainId, seq: next }, judge.finish())
    const receipt = receiptOf(line, { chainId, seq: next, after }, judge !== undefined)
    if (held?.seq === next && held.receiptHash !== receipt.receiptHash) throw conflict(chainId, refOf(receipt), held)
    const copied = writer.written
    if (receipt.retention?.event === 'erase') {
      await writer.flush()
      // of what the target has already too: the copy before may have broken off before the erasure was repeated
      await erasures.meet(receipt, judge === undefined ? 'unjudged' : counted === next)
    }
    if (held === undefined || next > held.seq) await writer.take(receipt, line)
    after = receipt.receiptHash
    next += 1
    if (writer.written > copied) tell(already)
    else if (held !== undefined && next <= held.seq && next % batch === 0) tell(next - first)
    const turn = paced()
    if (turn) await turn
  }
  const verification = judge?.finish()
  // also what only the end can show, such as a key revoked for the time before
  if (verification?.verdict === 'INVALID') throw refusal({ chainId, seq: next }, verification)
  if (next <= last.seq) throw copyInvalid({ chainId, seq: next }, 'HEAD_NOT_REACHED')
  const kept = await erasures.finish(verification)
  await writer.flush()
  tell(already)
  return {
    chainId,
    copied: writer.written,
    already,
    first,
    head: last,
    ...(verification && { verification }),
    ...(kept.length > 0 && { kept }),
  }
}
