/** Exports one chain: line by line, judged first. */
import type { HeadRef } from '../../errors.js'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { judgeLines } from '../../verify/chain.js'
import type { VerifyOptions } from '../../verify/types.js'
import { conflict, refOf } from '../plan.js'
import { receiptAt } from '../receipt-at.js'
import type { ReceiptStore } from '../store.js'
import type { ExportedChain, ExportOptions } from './export-types.js'
import { copyInvalid } from './line.js'
import { pacer } from './pace.js'
import { refusal } from './refusal.js'
import { storedLines } from './stored-lines.js'
import { seqAtTime } from './time-bounds.js'

/** What is exported, where to. */
export interface ExportPlan extends ExportOptions {
  readonly store: ReceiptStore
  readonly chainId: string
  readonly write: (line: string) => void | Promise<void>
  readonly backend: Ed25519Backend
}

interface Bounds {
  readonly first: number
  readonly last: number
}

/** Every so many receipts the progress is told. */
const TELL_EVERY = 256

/** The seqs that are asked for, as far as they are held. */
async function wantedOf(
  { store, chainId, fromSeq, toSeq, from, to, signal }: ExportPlan,
  held: Bounds,
): Promise<Bounds> {
  const first = Math.max(
    held.first,
    fromSeq ?? 0,
    from === undefined ? 0 : await seqAtTime(store, chainId, from, held, signal),
  )
  const last = Math.min(
    held.last,
    toSeq ?? held.last,
    to === undefined ? held.last : (await seqAtTime(store, chainId, to, held, signal)) - 1,
  )
  return { first, last }
}

/** What the chain is held against: also that what was asked for is there at all. */
function expected(
  { fromSeq, toSeq, from }: ExportPlan,
  asked: Bounds,
  held: Bounds,
  last: number,
): VerifyOptions['expect'] {
  if (fromSeq !== undefined && fromSeq > held.last) return { fromSeq, toSeq }
  const first = fromSeq ?? (from !== undefined && asked.first <= last ? asked.first : undefined)
  return { fromSeq: first, toSeq: toSeq ?? last }
}

/** Holds the last receipt of an earlier export against the chain. */
async function goesOn(
  { store, chainId, signal }: ExportPlan,
  after: HeadRef,
  held: Bounds,
  head: HeadRef,
): Promise<void> {
  if (after.seq > held.last) throw conflict(chainId, after, head)
  const next = after.seq === held.first - 1 ? await receiptAt(store, chainId, held.first, signal) : undefined
  const there = next
    ? { seq: next.seq - 1, receiptHash: next.prevReceiptHash }
    : await receiptAt(store, chainId, after.seq, signal).then((found) => found && refOf(found))
  if (there?.receiptHash !== after.receiptHash) throw conflict(chainId, after, there)
}

/**
 * Exports what one chain holds of what is asked for.
 *
 * @param plan - what, and where to
 * @returns what was exported, and the verdict on what was read
 * @throws QuittanceError `COPY_INVALID`, `STORE_CONFLICT`; what the store throws
 */
export async function exportChain(plan: ExportPlan): Promise<ExportedChain> {
  const { store, chainId, keyring, acceptPruned, after, backend, signal, write, onProgress } = plan
  const judging = (expect: VerifyOptions['expect']) =>
    keyring === false ? undefined : judgeLines({ keyring, chainId, acceptPruned, expect }, backend)
  const head = await store.head(chainId, { signal })
  if (head === undefined) {
    if (after !== undefined) throw conflict(chainId, after, undefined)
    const verification = judging({ fromSeq: plan.fromSeq, toSeq: plan.toSeq })?.finish()
    return { chainId, exported: 0, ...(verification && { verification }) }
  }
  const held = { first: (await store.bounds(chainId, { signal }))?.first ?? head.seq, last: head.seq }
  const asked = await wantedOf(plan, held)
  if (after !== undefined) await goesOn(plan, after, held, refOf(head))
  const wanted = after === undefined ? asked : { ...asked, first: Math.max(asked.first, after.seq + 1) }
  // with a keyring what stands before is read too: a rotation or a certificate there decides about what follows
  const range = {
    fromSeq: keyring === false ? wanted.first : held.first,
    toSeq: keyring === false ? wanted.last : Math.max(wanted.last, held.first),
  }
  const judge = judging(expected(plan, asked, held, range.toSeq))
  const total = Math.max(0, range.toSeq - range.fromSeq + 1)
  const paced = pacer()
  let next = range.fromSeq
  let exported = 0
  let last: string | undefined
  for await (const line of total === 0 ? [] : storedLines(store, chainId, { ...range, signal })) {
    signal?.throwIfAborted()
    if (judge?.next({ text: line, terminated: true }) === 'INVALID')
      throw refusal({ chainId, seq: next }, judge.finish())
    if (next >= wanted.first && next <= wanted.last) {
      const writing = write(line)
      if (writing) await writing
      exported += 1
      last = line
    }
    next += 1
    if (onProgress !== undefined && (next - range.fromSeq) % TELL_EVERY === 0)
      onProgress({ chainId, read: next - range.fromSeq, total })
    const turn = paced()
    if (turn) await turn
  }
  const verification = judge?.finish()
  // also what only the end can show, such as a key revoked for the time before
  if (verification?.verdict === 'INVALID') throw refusal({ chainId, seq: next }, verification)
  if (next <= range.toSeq) throw copyInvalid({ chainId, seq: next }, 'HEAD_NOT_REACHED')
  onProgress?.({ chainId, read: next - range.fromSeq, total })
  return {
    chainId,
    exported,
    ...(last !== undefined && { first: wanted.first, last: refOf(JSON.parse(last) as DecisionReceipt) }),
    ...(verification && { verification }),
  }
}
