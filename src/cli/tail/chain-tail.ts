/** The end of one chain, and what comes behind it. */
import type { HeadRef } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import { storedLines } from '../../store/copying/stored-lines.js'
import { refOf } from '../../store/plan.js'
import { receiptAt } from '../../store/receipt-at.js'
import type { ReceiptStore } from '../../store/store.js'
import type { ProblemCode } from '../../verify/types.js'
import { type Claim, matches, type QueryFilter } from '../query/filter.js'
import { createStreamJudge, type Judged, type StreamJudge } from '../query/judge-stream.js'
import type { Hit } from '../query/print.js'

/** What is followed, and how. */
export interface Following {
  readonly store: ReceiptStore
  readonly filter: QueryFilter
  /** Whom to trust; without it nothing is judged. */
  readonly keyring: Keyring | undefined
  readonly signal: AbortSignal
  /** Shows a receipt. */
  show(chainId: string, hit: Hit): Promise<void> | undefined
  /**
   * Says that what was shown is no more in the chain, or that something went by unseen.
   *
   * @param lost - whether it contradicts what a chain of receipts is
   */
  remark(chainId: string, text: string, lost: boolean): void
}

/** A receipt at the end of a chain, before it is judged. */
export interface Candidate {
  readonly chainId: string
  readonly timestamp: string
  readonly line: string
  readonly claim: Claim
}

/** How many receipts are remembered, to find where a chain went back to. */
const REMEMBERED = 64
const FIRST_WINDOW = 256
const WIDEST_WINDOW = 8_192

/** @returns what a line says; of what is no object nothing */
function claimIn(line: string): Claim {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Claim) : {}
  } catch {
    return {}
  }
}

const timeOf = ({ timestamp }: Claim): string => (typeof timestamp === 'string' ? timestamp : '')

/** Follows one chain. */
export class ChainTail {
  readonly chainId: string
  readonly #following: Following
  readonly #judge: StreamJudge | undefined
  /** The newest that were read, the newest last. */
  #recent: HeadRef[] = []
  #first: number | undefined
  #gone = false

  /**
   * @param following - how
   * @param chainId - which
   */
  constructor(following: Following, chainId: string) {
    this.#following = following
    this.chainId = chainId
    if (following.keyring !== undefined) this.#judge = createStreamJudge(following.keyring)
  }

  /**
   * Reads the end of the chain, backwards.
   *
   * @param most - how many are wanted
   * @returns the last receipts that match, ascending
   */
  async end(most: number): Promise<readonly Candidate[]> {
    const { store, signal } = this.#following
    const head = await store.head(this.chainId, { signal })
    if (head === undefined) return []
    this.#first = (await store.bounds(this.chainId, { signal }))?.first ?? head.seq
    this.#recent = [refOf(head)]
    return most === 0 ? [] : this.#lastMatches(this.#first, head.seq, most)
  }

  async #lastMatches(first: number, last: number, most: number): Promise<readonly Candidate[]> {
    const { store, signal, filter } = this.#following
    const filtered = Object.values(filter).some((value) => value !== undefined)
    let width = filtered ? Math.max(most, FIRST_WINDOW) : most
    let found: Candidate[] = []
    for (
      let to = last;
      to >= first && found.length < most;
      width = Math.min(2 * width, Math.max(most, WIDEST_WINDOW))
    ) {
      const from = Math.max(first, to - width + 1)
      const some: Candidate[] = []
      let earliest: string | undefined
      for await (const line of storedLines(store, this.chainId, { fromSeq: from, toSeq: to, signal })) {
        const claim = claimIn(line)
        earliest ??= timeOf(claim)
        if (!matches(claim, filter)) continue
        some.push({ chainId: this.chainId, timestamp: timeOf(claim), line, claim })
        if (some.length > most) some.shift()
      }
      found = [...some, ...found].slice(-most)
      // in a chain times never go back
      if (filter.from !== undefined && earliest !== undefined && earliest < filter.from) break
      to = from - 1
    }
    return found
  }

  /**
   * Judges those that are to be shown. The chain is read from its first receipt: a rotation or a certificate there decides.
   *
   * @param wanted - of `end`
   * @returns what was found, by line
   */
  async judge(wanted: readonly Candidate[]): Promise<ReadonlyMap<string, Judged>> {
    const judged = new Map<string, Judged>()
    const last = this.#recent.at(-1)
    if (this.#judge === undefined || last === undefined || this.#first === undefined) return judged
    const lines = new Set(wanted.map(({ line }) => line))
    const { store, signal } = this.#following
    for await (const text of storedLines(store, this.chainId, { fromSeq: this.#first, toSeq: last.seq, signal })) {
      const raw = { text, terminated: true }
      if (lines.has(text)) judged.set(text, this.#judge.judge(raw))
      else this.#judge.pass(raw)
    }
    return judged
  }

  /** Shows what came since. */
  async poll(): Promise<void> {
    const { store, signal } = this.#following
    const head = await store.head(this.chainId, { signal })
    const last = this.#recent.at(-1)
    if (head === undefined) {
      if (last !== undefined && !this.#gone) this.#following.remark(this.chainId, 'is no more in the store', true)
      this.#gone = last !== undefined
      return
    }
    this.#gone = false
    if (last?.seq === head.seq && last.receiptHash === head.receiptHash) return
    if (last !== undefined && head.seq <= last.seq) return this.#wentBack(last, refOf(head))
    await this.#show(last, refOf(head))
  }

  async #show(last: HeadRef | undefined, head: HeadRef): Promise<void> {
    const { store, signal, filter } = this.#following
    const range = { ...(last && { fromSeq: last.seq + 1 }), toSeq: head.seq, signal }
    let begun = false
    for await (const text of storedLines(store, this.chainId, range)) {
      const claim = claimIn(text)
      const { seq, receiptHash, prevReceiptHash } = claim
      if (!begun && last !== undefined) {
        if (seq === last.seq + 1 && prevReceiptHash !== last.receiptHash) return this.#wentBack(last, head)
        if (typeof seq === 'number' && seq > last.seq + 1)
          this.#following.remark(
            this.chainId,
            `seq ${last.seq + 1} to ${seq - 1} were pruned before they were seen`,
            false,
          )
      }
      begun = true
      if (typeof seq === 'number' && typeof receiptHash === 'string') {
        this.#recent.push({ seq, receiptHash })
        if (this.#recent.length > REMEMBERED) this.#recent.shift()
      }
      const raw = { text, terminated: true }
      if (matches(claim, filter)) {
        const judged = this.#judge?.judge(raw)
        const shown = this.#following.show(this.chainId, { line: text, claim, ...(judged && { judged }) })
        if (shown) await shown
      } else this.#judge?.pass(raw)
      signal.throwIfAborted()
    }
  }

  /** Another receipt stands where one was shown, or none: a store that lost its end, or was put back. */
  async #wentBack(last: HeadRef, head: HeadRef): Promise<void> {
    const { store, signal } = this.#following
    while (this.#recent.length > 0) {
      const one = this.#recent.at(-1) as HeadRef
      const there = one.seq > head.seq ? undefined : await receiptAt(store, this.chainId, one.seq, signal)
      if (there?.receiptHash === one.receiptHash) break
      this.#recent.pop()
    }
    const common = this.#recent.at(-1)
    const from =
      common === undefined
        ? `what stands before seq ${head.seq} now was not looked at`
        : `it goes on behind seq ${common.seq}`
    this.#following.remark(this.chainId, `was shown up to seq ${last.seq}, which is no more there: ${from}`, true)
    // where nothing is known to agree, the new end is where it goes on
    if (common === undefined) this.#recent = [head]
    else if (common.seq < head.seq) await this.#show(common, head)
  }

  /** @returns what can be said of revoked keys only at the end */
  finish(): readonly ProblemCode[] {
    return this.#judge?.finish() ?? []
  }
}
