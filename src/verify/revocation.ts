/**
 * Revoked keys. What one signed at or after its revocation does not count. What it signed before counts only where
 * something that its holder couldn't forge dates it before: a later receipt of an independent key, or a witness.
 * Memory grows with the number of keys, not of receipts; time with the number of keys a signer derives from only where the
 * signer changes.
 */
import { ownText } from '../primitives/one-piece.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Anchor, Finding, ProblemCode } from './types.js'

interface Signed {
  readonly seq: number
  readonly receiptId: string
  readonly timestamp: string
}

/** What is kept of a line would keep all of it. */
const own = ({ seq, receiptId, timestamp }: Signed): Signed => ({
  seq,
  receiptId: ownText(receiptId),
  timestamp: ownText(timestamp),
})

/** What one key, or what derives from it, signed. */
interface Track {
  count: number
  last: Signed
  /** Dated latest: the last, unless times went back. */
  latest: Signed
  /** Signed since an independent key last signed behind it. */
  open: number
  /** The latest independent receipt that closed `open`, and what it derives from. */
  dated?: { readonly at: string; readonly by: readonly string[] }
}

/** What was found in the chain and may say when. */
type Dated = Pick<Anchor, 'size' | 'witnessedAt'>

/** Receipts of one signer in a row: what they mean for every key that it derives from is noted once for all. */
interface Run {
  readonly lineage: readonly string[]
  count: number
  last: Signed
  latest: Signed
}

const later = (a: Signed, b: Signed): Signed => (b.timestamp >= a.timestamp ? b : a)

/** Earlier of two times, where there is one. */
const earlier = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined ? b : b === undefined || a < b ? a : b

/** What is known of revocations in one chain. */
export class RevocationLog {
  readonly #keyringSays: (keyId: string) => string | undefined
  readonly #inChain = new Map<string, string>()
  readonly #tracks = new Map<string, Track>()
  readonly #open = new Set<string>()
  #run: Run | undefined
  /** The earliest revocation among the keys of the lineage that was last asked for. */
  #earliest: { readonly lineage: readonly string[]; readonly at: string | undefined } | undefined

  /** @param keyringSays - `revokedAt` of a key in the keyring */
  constructor(keyringSays: (keyId: string) => string | undefined) {
    this.#keyringSays = keyringSays
  }

  /** An in-chain revocation: it narrows trust, so the earliest wins. */
  revoke(keyId: string, effectiveAt: string): void {
    this.#endRun()
    this.#earliest = undefined
    this.#inChain.set(keyId, earlier(this.#inChain.get(keyId), effectiveAt) as string)
  }

  #revokedAt(keyId: string): string | undefined {
    return earlier(this.#keyringSays(keyId), this.#inChain.get(keyId))
  }

  /** @returns the key of a lineage that was revoked at or before a time, if any */
  revokedBy(lineage: readonly string[], timestamp: string): string | undefined {
    const at = this.#earliestOf(lineage)
    if (at === undefined || timestamp < at) return undefined
    return lineage.find((keyId) => this.#isRevoked(keyId, timestamp))
  }

  #isRevoked(keyId: string, timestamp: string): boolean {
    const at = this.#revokedAt(keyId)
    return at !== undefined && timestamp >= at
  }

  #earliestOf(lineage: readonly string[]): string | undefined {
    if (this.#earliest?.lineage !== lineage) {
      const at = lineage.reduce<string | undefined>((found, keyId) => earlier(found, this.#revokedAt(keyId)), undefined)
      this.#earliest = { lineage, at }
    }
    return this.#earliest.at
  }

  /**
   * Takes note of a receipt that counts.
   *
   * @param receipt - the next of the chain
   * @param lineage - its signer and what that derives from; the same list for a signer in a row saves looking again
   */
  saw(receipt: DecisionReceipt, lineage: readonly string[]): void {
    const last = { seq: receipt.seq, receiptId: receipt.receiptId, timestamp: receipt.timestamp }
    if (this.#run?.lineage === lineage) {
      this.#run.count += 1
      this.#run.last = last
      this.#run.latest = later(this.#run.latest, last)
      return
    }
    this.#endRun()
    if (this.#earliestOf(lineage) === undefined) this.#date(receipt.timestamp, lineage)
    this.#run = { lineage, count: 1, last, latest: last }
  }

  /**
   * Takes note of receipts that count and follow one of the same signer.
   *
   * @param lineage - their signer and what that derives from: the very list that came with the one before them
   * @param before - the seq of the one before them
   * @param count - how many
   * @param last - the last of them
   * @returns false, and no note taken, where that one did not count, or where one of these is signed after a revocation
   */
  goesOn(lineage: readonly string[], before: number, count: number, last: Signed): boolean {
    const run = this.#run
    if (run?.lineage !== lineage || run.last.seq !== before) return false
    // times don't go back: what holds for the last holds for all
    if (this.revokedBy(lineage, last.timestamp) !== undefined) return false
    run.count += count
    run.last = { seq: last.seq, receiptId: last.receiptId, timestamp: last.timestamp }
    run.latest = later(run.latest, run.last)
    return true
  }

  /** Only the first of a run can date anything: what it dated is not open for the others. */
  #date(timestamp: string, lineage: readonly string[]): void {
    const own = new Set(lineage)
    for (const keyId of this.#open) {
      if (own.has(keyId) || this.#isRevoked(keyId, timestamp)) continue
      const track = this.#tracks.get(keyId)!
      track.open = 0
      track.dated = { at: ownText(timestamp), by: lineage }
      this.#open.delete(keyId)
    }
  }

  #endRun(): void {
    if (this.#run === undefined) return
    const { lineage, count } = this.#run
    const [last, latest] = [own(this.#run.last), own(this.#run.latest)]
    this.#run = undefined
    for (const keyId of lineage) {
      const track = this.#tracks.get(keyId)
      if (track) {
        track.count += count
        track.open += count
        track.last = last
        track.latest = later(track.latest, latest)
      } else this.#tracks.set(keyId, { count, open: count, last, latest })
      this.#open.add(keyId)
    }
  }

  /** What remains to be said at the end of the chain. */
  finish(anchors: readonly Dated[]): readonly { readonly finding: Finding<ProblemCode>; readonly count: number }[] {
    this.#endRun()
    const found: { finding: Finding<ProblemCode>; count: number }[] = []
    for (const [keyId, track] of this.#tracks) {
      const at = this.#revokedAt(keyId)
      if (at === undefined) continue
      const { last, latest } = track
      const tooLate = latest.timestamp >= at ? 1 : 0
      if (tooLate > 0) {
        const message = `is signed at or after the revocation of ${keyId}, which it or a later receipt records`
        const { seq, receiptId } = latest
        found.push({ finding: { code: 'KEY_REVOKED', seq, receiptId, message }, count: tooLate })
      }
      const undated = this.#undated(track, at, anchors) - tooLate
      if (undated > 0) {
        const message = `and before it, ${undated} in all: signed before the revocation of ${keyId}, but nothing that its holder couldn't forge dates them`
        const { seq, receiptId } = last
        found.push({ finding: { code: 'KEY_REVOKED_UNDATED', seq, receiptId, message }, count: undated })
      }
    }
    return found
  }

  #undated(track: Track, at: string, anchors: readonly Dated[]): number {
    if (anchors.some(({ witnessedAt, size }) => witnessedAt !== undefined && witnessedAt < at && track.last.seq < size))
      return 0
    const { dated } = track
    const holds =
      dated !== undefined && dated.at < at && !dated.by.some((keyId) => this.#revokedAt(keyId) !== undefined)
    return holds ? track.open : track.count
  }
}
