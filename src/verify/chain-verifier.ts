/**
 * What a chain is judged by. Each receipt by itself (`examine.ts`: signature, self-hash, details) comes in judged; here its
 * place (link, seq, time) and then its key (`trust.ts`); at the end what was asked for and is not there. Constant memory,
 * every problem listed.
 */
import { ownText } from '../primitives/one-piece.js'
import { genesisHash } from '../receipt/digest.js'
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { AnchorWatch, type Mark } from './anchored.js'
import { Beginning } from './beginning.js'
import { type CheckpointSet, checkpointsOf, LOG } from './checkpoints.js'
import type { Examined } from './examine.js'
import { Findings, type Place } from './findings.js'
import { type Counted, isPlain, type Reached, type Run } from './run.js'
import { ChainTrust } from './trust.js'
import type { ProblemCode, Scope, ScopeCheckpoint, Tail, Verdict, VerifyOptions, VerifyResult } from './types.js'

/** Follows one chain from receipt to receipt. */
export class ChainVerifier {
  readonly #options: VerifyOptions
  readonly #findings = new Findings()
  readonly #latest: string
  readonly #beginning: Beginning
  #anchors: AnchorWatch | undefined
  #trust: ChainTrust | undefined
  #chainId: string | undefined
  #version: string | undefined
  #root: string | undefined
  #first: number | undefined
  #previous: Reached | undefined
  #ended: number | undefined
  /** Lines since `#previous` that could not be placed: they may be the receipts that are missing. */
  #unplaced = 0
  #headFound: 'match' | 'mismatch' | undefined
  #checked = 0
  readonly #counted: Counted | undefined

  constructor(options: VerifyOptions, counted?: Counted) {
    this.#options = options
    this.#counted = counted
    this.#chainId = options.chainId
    this.#latest = latestTime(options.now)
    this.#beginning = new Beginning(options.expect)
  }

  /** How many were looked at. */
  get checked(): number {
    return this.#checked
  }

  /** How many problems were found. */
  get found(): number {
    return this.#findings.found
  }

  /** On what was looked at so far; the end may still make it worse. */
  get verdict(): Verdict {
    return this.#findings.verdict
  }

  /** Takes the next one. `line` counts from 1 where the source is lines. */
  next(examined: Examined, line: number | undefined): void {
    this.#checked += 1
    const before = this.#findings.found
    const { receipt, claimed, otherVersion } = examined
    const place: Place = { seq: claimed?.seq, receiptId: claimed?.receiptId, line }
    for (const { code, message } of examined.problems) this.#findings.problem({ code, ...place, message })
    for (const { code, message } of examined.notices) this.#findings.notice({ code, ...place, message })
    this.#oneVersion(otherVersion ?? receipt?.version, place)
    if (receipt === undefined) {
      this.#unplaced += 1
      return
    }
    if (!this.#begin(receipt, place)) return
    this.#compareHead(receipt, place)
    if (!this.#place(receipt, place)) return
    const counts = this.#key(receipt, examined, place)
    this.#anchors?.saw(receipt, place, this.#findings)
    if (counts && receipt.system?.event === 'chain_end') this.#ended = receipt.seq
    // whoever hears of it may keep any of it
    if (this.#findings.found === before)
      this.#counted?.(examined.line === undefined ? receipt : (JSON.parse(examined.line) as DecisionReceipt))
    this.#previous = receipt
    this.#unplaced = 0
  }

  /**
   * Takes what follows the receipt that `next` took last, where it is certain that `next` would find nothing and end in the
   * same state.
   *
   * @returns false where that is not certain: nothing was taken, and the receipts have to come one by one
   */
  run({ first, count, last, leaves }: Run): boolean {
    if (this.#previous !== first || this.#version !== first.version || this.#ended !== undefined) return false
    if (!isPlain(first) || last.timestamp > this.#latest) return false
    const head = this.#options.expect?.head
    const holdsHead = head !== undefined && head.seq > first.seq && head.seq <= last.seq
    if (holdsHead && (head.seq !== last.seq || head.receiptHash !== last.receiptHash)) return false
    const followed = this.#anchors?.follow(first.seq + 1, count, leaves)
    if (followed === undefined || !this.#trust?.goesOn(first, count, last)) return false
    followed()
    if (holdsHead) this.#headFound ??= 'match'
    this.#checked += count
    this.#previous = last
    this.#unplaced = 0
    return true
  }

  #problem(code: ProblemCode, place: Place, message: string): void {
    this.#findings.problem({ code, ...place, message })
  }

  /** A version that is not known can hold no other rule of this one, but it can't stand beside another. */
  #oneVersion(version: string | undefined, place: Place): void {
    if (typeof version !== 'string') return
    this.#version ??= version
    if (version !== this.#version) {
      this.#problem('VERSION_CHANGED', place, 'has another version than the chain began with')
    }
  }

  /**
   * What the first receipt settles, or is held against.
   *
   * @returns false for a receipt of another chain: it has no place in this one, and nothing to say in it
   */
  #begin(receipt: DecisionReceipt, place: Place): boolean {
    const { chainId } = receipt
    this.#chainId ??= chainId
    if (chainId !== this.#chainId) {
      this.#problem('CHAIN_MISMATCH', place, `belongs to chain ${chainId}, not to ${this.#chainId}`)
      return false
    }
    if (this.#first !== undefined) return true
    this.#first = receipt.seq
    this.#beginning.starts(receipt, this.#unplaced)
    this.#trust = new ChainTrust(this.#options.keyring, chainId)
    this.#anchors = this.#watch(receipt)
    return true
  }

  /** What the chain is held against, as its first receipt or what was asked for names it. */
  #watch(first: DecisionReceipt | undefined): AnchorWatch {
    const { anchors = [], checkpoints, beginning } = this.#options
    const chainId = this.#chainId
    const own: readonly Mark[] = anchors.filter((anchor) => chainId === undefined || anchor.chainId === chainId)
    if (checkpoints === undefined) return new AnchorWatch(own)
    const named = this.#named(first)
    const { marks, conflicts } = named === undefined ? { marks: [], conflicts: [] } : checkpointsOf(checkpoints, named)
    for (const [a, b] of conflicts) {
      const message = `${a.origin} has signed two roots for size ${a.size}, ${a.rootHash} and ${b.rootHash}: it shows different histories to different people`
      this.#findings.problem({ code: 'CHECKPOINT_MISMATCH', message, notes: [a.note, b.note] })
    }
    if (marks.every(({ size, kind, witnessed }) => size === 0 || (kind === LOG && !witnessed)))
      this.#problem('CHECKPOINT_NOT_REACHED', {}, noCheckpoint(checkpoints, named))
    const logs = [...new Set(marks.map(({ log }) => log))]
    if (logs.length > 1) {
      const message = `${logs.join(' and ')} have both signed for this chain, and a chain has one log: name the one that it has in the policy`
      this.#problem('CHECKPOINT_NOT_REACHED', {}, message)
    }
    return new AnchorWatch([...own, ...marks], beginning?.frontier)
  }

  /** Which chain it is, for checkpoints: the log's, or the root that is there, or that was asked for where seq 0 is not. */
  #named(first: DecisionReceipt | undefined): string | undefined {
    const { logChain, expect, beginning } = this.#options
    if (logChain !== undefined && logChain === this.#chainId) return LOG
    return first?.seq === 0 ? first.receiptHash : (expect?.root ?? beginning?.root)
  }

  /** @returns whether the receipt carries the chain on */
  #place(receipt: DecisionReceipt, place: Place): boolean {
    const { seq, timestamp, prevReceiptHash } = receipt
    if (timestamp > this.#latest)
      this.#problem('TIME_IN_FUTURE', place, `is dated ${timestamp}, more than 5 minutes ahead of the clock`)
    const previous = this.#previous
    if (previous !== undefined && seq <= previous.seq) {
      this.#problem('SEQ_REPEATED', place, `comes again, or too late: seq ${previous.seq} was there before it`)
      return false
    }
    if (seq === 0) this.#genesis(receipt, place)
    if (previous === undefined) return true
    const step = seq - previous.seq
    if (step === 1) {
      if (prevReceiptHash !== previous.receiptHash)
        this.#problem('LINK_MISMATCH', place, `does not link to the receipt before it`)
    } else if (step - 1 > this.#unplaced) {
      this.#problem('SEQ_GAP', place, `follows seq ${previous.seq}; what lies between is missing`)
    }
    if (timestamp < previous.timestamp) this.#problem('TIME_WENT_BACK', place, 'is dated before the receipt before it')
    if (this.#ended !== undefined)
      this.#problem('HEAD_MISMATCH', place, `follows the chain_end at seq ${this.#ended}, which is terminal`)
    return true
  }

  #genesis(receipt: DecisionReceipt, place: Place): void {
    this.#root = receipt.receiptHash
    if (receipt.prevReceiptHash !== genesisHash(receipt.chainId)) {
      this.#problem('GENESIS_MISMATCH', place, "does not link to its chain's genesis")
    }
    const root = this.#options.expect?.root
    if (root !== undefined && receipt.receiptHash !== root) {
      this.#problem('GENESIS_MISMATCH', place, 'is not the root that was asked for: another chain of that name')
    }
  }

  /** @returns whether nothing was found against the receipt: then what it says counts */
  #key(receipt: DecisionReceipt, examined: Examined, place: Place): boolean {
    if (!examined.wellFormed) return false
    const trust = this.#trust as ChainTrust
    const remarks = trust.judge(receipt, examined.sound)
    for (const { code, message } of remarks) this.#problem(code, place, message)
    if (!examined.sound || remarks.length > 0) return false
    this.#beginning.saw(receipt, trust.holdsUse(receipt, 'retention'))
    return true
  }

  #compareHead(receipt: DecisionReceipt, place: Place): void {
    const head = this.#options.expect?.head
    if (head === undefined || receipt.seq !== head.seq) return
    if (receipt.receiptHash === head.receiptHash) {
      this.#headFound ??= 'match'
      return
    }
    this.#headFound = 'mismatch'
    this.#problem('HEAD_MISMATCH', place, 'is another receipt than the head that was asked for')
  }

  /** The end of the source: what was asked for and is not there. */
  finish(): VerifyResult {
    const findings = this.#findings
    const { requireTail, acceptPruned } = this.#options
    const last = this.#previous
    if (this.#checked === 0) this.#problem('EMPTY', {}, 'there is no receipt')
    this.#beginning.finish(findings, acceptPruned)
    this.#reach(last?.seq)
    this.#anchors ??= this.#watch(undefined)
    this.#anchors.finish(last?.seq, findings, this.#beginning.pruned)
    for (const { finding, count } of this.#trust?.finish(this.#anchors.matched) ?? []) findings.problem(finding, count)
    this.#seenByWitnesses()
    const tail = this.#tail()
    // where checkpoints are asked for, a chain's own word that it has ended is not enough
    const isOwnWord = tail === 'chain-end' && this.#options.checkpoints !== undefined && !this.#isHeldToEnd(last?.seq)
    if (requireTail && (tail === 'unproved' || isOwnWord)) {
      const message = isOwnWord
        ? 'only its own key says that it ended here, and no checkpoint covers that'
        : 'nothing proves that no receipt was cut behind the last one'
      this.#problem('TAIL_UNPROVED', { seq: last?.seq, receiptId: last?.receiptId }, message)
    }
    // the result is kept, and a text that was read from a line would keep all of it
    const head = last && { seq: last.seq, receiptHash: ownText(last.receiptHash) }
    const scope: Scope = {
      chainId: this.#chainId && ownText(this.#chainId),
      root: this.#root && ownText(this.#root),
      fromSeq: this.#first,
      toSeq: last?.seq,
      head,
      tail,
      checkpoint: this.#held(),
    }
    const { verdict, problems, counts, notices } = findings
    return {
      verdict,
      scope: defined(scope),
      checked: this.#checked,
      problems: problems.map(defined),
      counts,
      notices: notices.map(defined),
    }
  }

  /** A policy that asks for witnesses is not met by checkpoints that only the log has signed. Of the log's own it takes no others. */
  #seenByWitnesses(): void {
    if (this.#named(undefined) === LOG) return
    const matched = this.#anchors?.matched ?? []
    const isSeen = (mark: Mark) => isVouched(mark) && (mark.origin !== undefined || mark.witnessedAt !== undefined)
    if (matched.every(({ origin }) => origin === undefined) || matched.some(isSeen)) return
    const message =
      'the policy asks for witnesses, and nothing shows that they have seen a checkpoint of this chain: hold it against the log chain too'
    this.#problem('CHECKPOINT_NOT_REACHED', {}, message)
  }

  #held(): ScopeCheckpoint | undefined {
    const ofLog = this.#anchors?.matched.filter(({ origin }) => origin !== undefined)
    const largest = ofLog?.findLast(isVouched) ?? ofLog?.at(-1)
    if (largest?.origin === undefined) return undefined
    const { origin, size, witnessedAt } = largest
    return defined({ origin, size, witnessedAt })
  }

  #reach(last: number | undefined): void {
    const { head, toSeq, minReceipts, fromSeq } = this.#options.expect ?? {}
    const next = last === undefined ? (fromSeq ?? 0) : last + 1
    const missing = (through: number) =>
      next > through ? 'lies before what was read' : `seq ${next} to ${through} are missing`
    if (head !== undefined && this.#headFound === undefined) {
      this.#problem(
        'HEAD_NOT_REACHED',
        {},
        `the head that was asked for, seq ${head.seq}, was not found: ${missing(head.seq)}`,
      )
    }
    if (toSeq !== undefined && (last === undefined || last < toSeq)) {
      this.#problem('HEAD_NOT_REACHED', {}, `receipts through seq ${toSeq} were asked for: ${missing(toSeq)}`)
    }
    if (fromSeq !== undefined && toSeq === undefined && last !== undefined && last < fromSeq) {
      this.#problem('HEAD_NOT_REACHED', {}, `receipts from seq ${fromSeq} on were asked for: the last is seq ${last}`)
    }
    if (minReceipts !== undefined && this.#checked < minReceipts) {
      this.#problem('HEAD_NOT_REACHED', {}, `${minReceipts} receipts were asked for, ${this.#checked} are there`)
    }
  }

  #tail(): Tail {
    const last = this.#previous
    if (last === undefined) return 'unproved'
    if (this.#ended === last.seq) return 'chain-end'
    if (this.#headFound === 'match' && this.#options.expect?.head?.seq === last.seq) return 'expected-head'
    return this.#isHeldToEnd(last.seq) ? 'checkpoint' : 'unproved'
  }

  #isHeldToEnd(last: number | undefined): boolean {
    return this.#anchors?.matched.some((mark) => mark.size - 1 === last && isVouched(mark)) === true
  }
}

/** What the log alone has signed says nothing to whom asks for witnesses: who has its key can sign it anew. */
const isVouched = ({ origin, witnessed }: Mark): boolean => origin === undefined || witnessed === true

/** Why a chain is held against none of the checkpoints that were given. */
function noCheckpoint({ known, passedOver }: CheckpointSet, named: string | undefined): string {
  const refused = passedOver.length === 0 ? '' : `; ${passedOver.length} are not by the policy`
  if (known.length === 0) return `no checkpoint was given that the policy takes${refused}`
  if (named === undefined)
    return 'nothing says which checkpoints are of this chain: seq 0 was not seen, and no root was asked for'
  const whose = named === LOG ? 'the log itself' : `this chain, whose root begins with ${named.slice(0, 23)}`
  const log =
    named !== LOG && known.some(({ kind }) => kind === 'log') ? '; the chain of the log itself has to be named' : ''
  return `of ${known.length} checkpoints none is of receipts of ${whose}${log}${refused}`
}

/** Without the members that are undefined, so that JSON and a deep comparison see the same. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}

const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z')

function latestTime(now: Date | string | undefined): string {
  const judged = now === undefined ? Date.now() : typeof now === 'string' ? Date.parse(now) : now.getTime()
  // later years have another spelling, which does not compare
  return new Date(Math.min(judged + MAX_AHEAD_MS, LAST_TIME)).toISOString()
}
