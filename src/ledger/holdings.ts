/** What a chain says of holds: which stand, and what they cover. Fed with its receipts in order. */
import type { Keyring } from '../keys/keyring.js'
import type { DecisionReceipt, RetentionEvent } from '../receipt/types.js'
import { examineReceipt } from '../verify/examine.js'
import { ChainTrust } from '../verify/trust.js'
import type { DisregardedRelease } from './types.js'

/** How many releases are remembered that do not count; the oldest are forgotten first. */
const MAX_DISREGARDED = 1_000

type Reason = DisregardedRelease['reason']
type Hold = RetentionEvent & { readonly event: 'hold' }
type Release = RetentionEvent & { readonly event: 'release' }
type Terms = Pick<Hold, 'fromSeq' | 'toSeq' | 'decisionId'>

/** A hold that stands, and the receipt that placed it. */
export interface Placed {
  readonly receipt: DecisionReceipt
  readonly hold: Hold
}

/** The holds of one chain. */
export interface Holdings {
  /** Takes the next receipt. */
  feed(receipt: DecisionReceipt): void
  /** Those that stand, oldest first. */
  readonly standing: readonly Placed[]
  /** Cases whose receipts must stay. */
  readonly cases: ReadonlySet<string>
  /** @returns those that cover a receipt */
  covering(receipt: Pick<DecisionReceipt, 'seq' | 'decisionId'>): readonly Placed[]
  /**
   * @param most - no further than this
   * @param first - the first seq that is still there
   * @returns the last seq that may go, cases not looked at; a hold that stands stays itself
   */
  unheld(most: number, first: number): number
  /** Whether a key is a delegate's, who may place a hold and not end one. */
  isDelegate(keyId: string): boolean
  /** @returns later releases that would have ended a hold, had they counted */
  disregarded(placed: Placed): readonly DisregardedRelease[]
  /** The newest receipt that ended a hold of that id, under those terms. */
  releasedBy(holdId: string, terms: Terms): DecisionReceipt | undefined
}

const isRanged = ({ fromSeq, toSeq }: Terms): boolean => fromSeq !== undefined || toSeq !== undefined
const isWhole = (terms: Terms): boolean => !isRanged(terms) && terms.decisionId === undefined

/** @returns whether two cover the same */
export function sameTerms(one: Terms, other: Terms): boolean {
  return one.fromSeq === other.fromSeq && one.toSeq === other.toSeq && one.decisionId === other.decisionId
}

/** A release without terms ends every hold of its id; one with terms those that were placed with the same. */
export function endsHold(release: Terms & { readonly holdId: string }, hold: Terms & { readonly holdId: string }) {
  return release.holdId === hold.holdId && (isWhole(release) || sameTerms(release, hold))
}

function covers(hold: Hold, { seq, decisionId }: Pick<DecisionReceipt, 'seq' | 'decisionId'>): boolean {
  if (isWhole(hold)) return true
  if (hold.decisionId !== undefined && hold.decisionId === decisionId) return true
  return isRanged(hold) && seq >= (hold.fromSeq ?? 0) && seq <= (hold.toSeq ?? Number.MAX_SAFE_INTEGER)
}

/**
 * A hold counts whoever placed it, for it only keeps more. A release counts only by a key that is trusted, by itself or by a
 * rotation, and is nobody's delegate.
 *
 * @param keyring - the keys that are trusted
 * @param chainId - the chain
 * @returns no holds yet
 */
export function createHoldings(keyring: Keyring, chainId: string): Holdings {
  // a hold that is placed again under its id adds to the first: whoever may only place holds can't narrow one
  let standing: Placed[] = []
  const delegates = new Set<string>()
  const releases: { readonly receipt: DecisionReceipt; readonly release: Release }[] = []

  const disregarded: { readonly receipt: DecisionReceipt; readonly release: Release; readonly reason: Reason }[] = []

  const trust = new ChainTrust(keyring, chainId)
  const isDelegate = (keyId: string): boolean => delegates.has(keyId) && keyring.get(keyId) === undefined

  /** Looks at a receipt as a verifier does, and learns what it says of keys. */
  const faultOf = (receipt: DecisionReceipt): Reason | undefined => {
    const { sound, wellFormed } = examineReceipt(receipt)
    const remarks = wellFormed ? trust.judge(receipt, sound) : []
    if (!sound) return 'invalid'
    if (remarks.some(({ code }) => code === 'KEY_REVOKED')) return 'key-revoked'
    return remarks.length > 0 ? 'key-untrusted' : undefined
  }

  return {
    feed(receipt) {
      const { key, retention, keyId } = receipt
      if (key?.event === 'delegate') delegates.add(key.certificate.delegate)
      if (retention?.event === 'hold') standing.push({ receipt, hold: retention })
      if (key === undefined && retention?.event !== 'release') return
      const fault = faultOf(receipt)
      if (retention?.event !== 'release') return
      // whoever stole a key that was revoked since may have dated what it signs
      const revoked = keyring.get(keyId)?.revokedAt !== undefined
      const reason = revoked ? 'key-revoked' : (fault ?? (isDelegate(keyId) ? 'delegate' : undefined))
      if (reason !== undefined) {
        if (disregarded.length === MAX_DISREGARDED) disregarded.shift()
        disregarded.push({ receipt, release: retention, reason })
        return
      }
      const left = standing.filter(({ hold }) => !endsHold(retention, hold))
      if (left.length === standing.length) return
      standing = left
      releases.push({ receipt, release: retention })
    },
    get standing() {
      return standing
    },
    get cases() {
      return new Set(standing.flatMap(({ hold }) => hold.decisionId ?? []))
    },
    covering: (receipt) => standing.filter(({ hold }) => covers(hold, receipt)),
    unheld(most, first) {
      let through = most
      for (const { receipt, hold } of standing) {
        if (isWhole(hold)) return -1
        through = Math.min(through, receipt.seq - 1)
        if (isRanged(hold) && (hold.toSeq ?? Number.MAX_SAFE_INTEGER) >= first)
          through = Math.min(through, (hold.fromSeq ?? 0) - 1)
      }
      return through
    },
    isDelegate,
    disregarded: ({ receipt, hold }) =>
      disregarded
        .filter((one) => one.receipt.seq > receipt.seq && endsHold(one.release, hold))
        .map(({ receipt: { seq, receiptId }, reason }) => ({ seq, receiptId, reason })),
    releasedBy: (holdId, terms) =>
      releases.findLast(({ release }) => release.holdId === holdId && sameTerms(release, terms))?.receipt,
  }
}
