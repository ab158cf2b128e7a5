/** Imports one chain: each line judged, then compared with what the store has, then appended. */
import { type HeadRef, QuittanceError } from '../../errors.js'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { judgeLines, type LineJudge } from '../../verify/chain.js'
import { examineLine } from '../../verify/examine.js'
import type { RawLine } from '../../verify/line.js'
import { invalidCodes, type VerifyResult } from '../../verify/types.js'
import { conflict, refOf } from '../plan.js'
import { receiptAt } from '../receipt-at.js'
import type { ReceiptStore } from '../store.js'
import type { ImportedChain, ImportOptions } from './import-types.js'
import { copyInvalid, receiptOf } from './line.js'
import { pacer } from './pace.js'
import { refusal } from './refusal.js'
import { storedLines } from './stored-lines.js'
import { TextsErased } from './texts-erased.js'
import { Writer } from './writer.js'

/** How lines are imported. */
export interface ImportPlan extends ImportOptions {
  readonly to: ReceiptStore
  readonly batch: number
  readonly backend: Ed25519Backend
}

/** What the store has of the chain. */
interface Held {
  readonly first: number
  readonly head: HeadRef
}

const invalid: ReadonlySet<string> = new Set(invalidCodes)

/** A line that was never acknowledged: what it says counts for nothing. */
const tornLine: RawLine = { fault: 'LINE_MALFORMED', message: 'is torn', terminated: false }

/** What a first line says of itself, before anything about it was checked. */
function claimOf(raw: RawLine): { readonly chainId?: string; readonly seq?: number; readonly before?: string } {
  if (!('text' in raw)) return {}
  try {
    const { chainId, seq, prevReceiptHash } = JSON.parse(raw.text) as Record<string, unknown>
    return {
      ...(typeof chainId === 'string' && chainIdPattern.test(chainId) && { chainId }),
      ...(Number.isSafeInteger(seq) && (seq as number) >= 0 && { seq: seq as number }),
      ...(typeof prevReceiptHash === 'string' && { before: prevReceiptHash }),
    }
  } catch {
    return {}
  }
}

/** Follows the lines of one chain. */
class Importing {
  readonly #plan: ImportPlan
  readonly #chainId: string
  readonly #held: Held | undefined
  readonly #judge: LineJudge | undefined
  readonly #writer: Writer
  readonly #erased: TextsErased
  readonly #first: number
  #stored: AsyncIterator<string> | undefined
  #next: number
  #after: string | undefined
  #counted: number | undefined
  #last: HeadRef | undefined
  /** Lines of the store that were judged before those of the source. */
  #judgedHeld = 0
  /** The number of the line that was taken last. */
  #line = 0
  already = 0

  constructor(plan: ImportPlan, chainId: string, first: number, held: Held | undefined) {
    const { keyring, acceptPruned, backend, signal } = plan
    this.#plan = plan
    this.#chainId = chainId
    this.#held = held
    this.#first = first
    this.#next = first
    this.#writer = new Writer({ ...plan, signal }, chainId, held?.head)
    this.#erased = new TextsErased(plan.to, chainId, first, signal)
    const counted = ({ seq }: DecisionReceipt) => {
      this.#counted = seq
    }
    if (keyring !== false) this.#judge = judgeLines({ keyring, chainId, acceptPruned }, backend, counted)
    if (held !== undefined && first === held.head.seq + 1) this.#after = held.head.receiptHash
    if (held !== undefined && first <= held.head.seq) {
      const range = { fromSeq: Math.max(first, held.first), toSeq: held.head.seq, signal }
      this.#stored = storedLines(plan.to, chainId, range)[Symbol.asyncIterator]()
    }
  }

  get appended(): number {
    return this.#writer.written
  }

  /** Judges what the store has before the lines begin: a rotation or a certificate there decides about what follows. */
  async judgeHeld(): Promise<void> {
    const { to, signal } = this.#plan
    if (this.#judge === undefined || this.#held === undefined || this.#held.first >= this.#first) return
    const paced = pacer()
    let seq = this.#held.first
    for await (const text of storedLines(to, this.#chainId, { fromSeq: seq, toSeq: this.#first - 1, signal })) {
      if (this.#judge.next({ text, terminated: true }) === 'INVALID') throw this.#heldInvalid(seq)
      seq += 1
      this.#judgedHeld += 1
      const turn = paced()
      if (turn) await turn
    }
  }

  #heldInvalid(seq: number): QuittanceError {
    const { message, details } = refusal({ chainId: this.#chainId, seq }, (this.#judge as LineJudge).finish())
    return new QuittanceError('COPY_INVALID', message.replace('the source is', 'what the store has is'), { details })
  }

  /** @param torn - the line that has no end */
  leaveOut(): void {
    this.#line += 1
    this.#judge?.next(tornLine)
  }

  async take(raw: RawLine): Promise<void> {
    const seq = this.#next
    this.#line += 1
    const place = { chainId: this.#chainId, seq, after: this.#after }
    const there = this.#held !== undefined && seq >= this.#held.first && seq <= this.#held.head.seq
    const stored = there ? await this.#storedLine() : undefined
    // before the judge, to whom a line of another chain would be no more than a bad one of this
    if (stored !== undefined && !('text' in raw && raw.text === stored)) await this.#compare(raw, stored)
    if (this.#judge?.next(raw) === 'INVALID') throw await this.#refuse()
    const receipt = await this.#receipt(raw, place)
    this.#after = receipt.receiptHash
    this.#last = { seq, receiptHash: receipt.receiptHash }
    this.#next = seq + 1
    if (receipt.retention?.event === 'erase')
      await this.#erased.meet(receipt, this.#judge === undefined || this.#counted === seq)
    if (this.#held === undefined || seq > this.#held.head.seq)
      await this.#writer.take(receipt, 'text' in raw ? raw.text : '')
    else this.already += 1
  }

  async #receipt(raw: RawLine, place: Parameters<typeof receiptOf>[1]): Promise<DecisionReceipt> {
    try {
      if (!('text' in raw)) throw copyInvalid(place, raw.fault)
      return receiptOf(raw.text, place, this.#judge !== undefined)
    } catch (error) {
      if (!QuittanceError.is(error, 'COPY_INVALID')) throw error
      await this.#writer.flush()
      throw copyInvalid(place, String(error.details.reason), { actual: this.#writer.head, line: this.#line })
    }
  }

  async #storedLine(): Promise<string> {
    const step = await this.#stored?.next()
    if (step === undefined || step.done)
      throw new QuittanceError('STORE_UNAVAILABLE', 'the chain was changed in the store while it was compared', {
        details: { chainId: this.#chainId, seq: this.#next, retryable: true },
      })
    return step.value
  }

  /** A line that is not, byte for byte, the one that the store has. */
  async #compare(raw: RawLine, stored: string): Promise<void> {
    const { keyring, backend } = this.#plan
    const place = { chainId: this.#chainId, seq: this.#next, after: undefined }
    const { problems } = keyring === false ? { problems: [] } : examineLine(raw, backend)
    const found = problems.find(({ code }) => invalid.has(code))
    if (found !== undefined) throw copyInvalid(place, found.code, { actual: this.#writer.head, line: this.#line })
    const receipt = await this.#receipt(raw, place)
    const other = JSON.parse(stored) as DecisionReceipt
    const same = other.receiptHash === receipt.receiptHash && other.signature === receipt.signature
    // members in another order, or free text that was erased on one side
    if (same && lineOf(receipt) === stored) return
    if (same && other.details === undefined) return
    if (same && receipt.details === undefined) return this.#erased.missing(receipt)
    throw conflict(this.#chainId, refOf(receipt), refOf(other))
  }

  async #refuse(): Promise<QuittanceError> {
    // what stands before it holds: where the import ends does not depend on the size of its batches
    await this.#writer.flush()
    return this.#refusal((this.#judge as LineJudge).finish())
  }

  #refusal(result: VerifyResult): QuittanceError {
    const { message, details } = refusal({ chainId: this.#chainId, seq: this.#next }, result, this.#writer.head)
    const line = details.line === undefined ? undefined : details.line - this.#judgedHeld
    return new QuittanceError('COPY_INVALID', message, { details: { ...details, line } })
  }

  /** What can be said only at the end. */
  async finish(torn: number): Promise<ImportedChain> {
    const verification = this.#judge?.finish()
    if (verification?.verdict === 'INVALID') throw this.#refusal(verification)
    await this.#endsBefore()
    await this.#writer.flush()
    const kept = await this.#erased.finish(verification)
    return {
      chainId: this.#chainId,
      appended: this.#writer.written,
      already: this.already,
      ...(this.#last && { first: this.#first, last: this.#last }),
      torn,
      ...(verification && { verification }),
      ...(kept.length > 0 && { kept }),
    }
  }

  /** Lines that end before what the store still holds: only a link tells whether they are of the same chain. */
  async #endsBefore(): Promise<void> {
    const { to, signal } = this.#plan
    if (this.#held === undefined || this.#last === undefined || this.#next > this.#held.first) return
    const kept = await receiptAt(to, this.#chainId, this.#held.first, signal)
    const before = kept && { seq: kept.seq - 1, receiptHash: kept.prevReceiptHash }
    if (before?.seq === this.#last.seq && before.receiptHash === this.#last.receiptHash) return
    const { code, message, details } = conflict(this.#chainId, this.#last, before)
    throw new QuittanceError(code, message, { details: { ...details, reason: 'pruned' } })
  }

  async close(): Promise<void> {
    await this.#stored?.return?.()
  }
}

/** Begins with the first line: it says which chain it is, and where the lines begin. */
async function begun(plan: ImportPlan, raw: RawLine): Promise<Importing> {
  const { to, signal } = plan
  const { seq = 0, before, ...claim } = claimOf(raw)
  const chainId = plan.chainId ?? claim.chainId
  // without a name for it there is no chain that could be looked at
  if (chainId === undefined)
    throw new QuittanceError('COPY_INVALID', 'the source is INVALID: LINE_MALFORMED, and names no chain', {
      details: { seq, reason: 'LINE_MALFORMED', line: 1, retryable: false },
    })
  const head = await to.head(chainId, { signal })
  const first = head && ((await to.bounds(chainId, { signal }))?.first ?? head.seq)
  const held = head === undefined || first === undefined ? undefined : { first, head: refOf(head) }
  const importing = new Importing(plan, chainId, seq, held)
  const ofThis = claim.chainId === chainId && before !== undefined && held !== undefined
  const expected = { seq: seq - 1, receiptHash: before ?? '' }
  if (ofThis && (seq > held.head.seq + 1 || (seq === held.head.seq + 1 && before !== held.head.receiptHash)))
    throw conflict(chainId, expected, held.head)
  await importing.judgeHeld()
  return importing
}

/**
 * Imports the lines of one chain.
 *
 * @param plan - how
 * @param source - the lines, in order
 * @returns what was done, and the verdict on the lines
 * @throws QuittanceError `COPY_INVALID`, `STORE_CONFLICT`; what the store throws
 */
export async function importChain(plan: ImportPlan, source: AsyncIterable<RawLine>): Promise<ImportedChain> {
  const { keyring, chainId, acceptPruned, backend, signal, onProgress } = plan
  let importing: Importing | undefined
  let torn = 0
  let told = 0
  const paced = pacer()
  const tell = () => onProgress?.({ chainId, appended: importing?.appended ?? 0, already: importing?.already ?? 0 })
  try {
    for await (const raw of source) {
      signal?.throwIfAborted()
      if (!raw.terminated) {
        torn += 1
        importing?.leaveOut()
        continue
      }
      if (importing === undefined) {
        importing = await begun(plan, raw)
        for (let left = torn; left > 0; left -= 1) importing.leaveOut()
      }
      await importing.take(raw)
      const seen = importing.appended + importing.already
      if (seen - told >= plan.batch) {
        told = seen
        tell()
      }
      const turn = paced()
      if (turn) await turn
    }
    if (importing === undefined) {
      const judge = keyring === false ? undefined : judgeLines({ keyring, chainId, acceptPruned }, backend)
      if (torn > 0) judge?.next(tornLine)
      const verification = judge?.finish()
      return { ...(chainId && { chainId }), appended: 0, already: 0, torn, ...(verification && { verification }) }
    }
    const done = await importing.finish(torn)
    tell()
    return done
  } finally {
    await importing?.close()
  }
}
