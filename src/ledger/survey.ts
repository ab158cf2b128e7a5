/** One pass over a chain that finds how far it may be pruned. */
import { QuittanceError } from '../errors.js'
import { allows, type Keyring } from '../keys/keyring.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { examineReceipt } from '../verify/examine.js'
import { createHoldings, type Holdings } from './holdings.js'
import { promisedBy } from './retention-policy.js'

/** A receipt that later ones may need to be verified. */
interface Needed {
  readonly seq: number
  /** The key that it is about. */
  readonly keyId: string
  /** Until when it may be needed again, whoever signs: the end of a certificate. */
  readonly until?: string | undefined
}

/** What was found so far. */
export interface Survey {
  /** Takes the next receipt. */
  feed(receipt: DecisionReceipt): void
  readonly first: DecisionReceipt | undefined
  readonly last: DecisionReceipt | undefined
  /** What the chain itself promised, at its start or when it was pruned; 0 where nothing of that is there. */
  readonly retentionDays: number
  /** The newest `prune` receipt, by a key that the keyring trusts for it, whose receipts are still here. */
  readonly unfinished: DecisionReceipt | undefined
  readonly holdings: Holdings
  /** Whether the chain itself revokes a key. */
  revokes(keyId: string): boolean
  /**
   * @param most - no further than this
   * @param signers - keys that will sign again
   * @param now - the time
   * @returns the last seq that may go; below `first.seq` where nothing may
   */
  through(most: number, signers: ReadonlySet<string>, now: string): number
  /** @returns the last seq that no hold covers, cases not looked at */
  unheld(most: number): number
}

/**
 * @param receipt - the next of a chain
 * @param last - the one before it, as it was read
 * @throws QuittanceError `STORE_CORRUPT` when they don't link
 */
export function checkLink(receipt: DecisionReceipt, last: DecisionReceipt | undefined): void {
  if (last === undefined || (receipt.seq === last.seq + 1 && receipt.prevReceiptHash === last.receiptHash)) return
  throw new QuittanceError('STORE_CORRUPT', 'a receipt does not link to the one before it; nothing is removed', {
    details: { chainId: receipt.chainId, seq: receipt.seq, receiptId: receipt.receiptId },
  })
}

/**
 * @param cutoff - the first receipt that stays must not be younger
 * @param keyring - whose word on retention counts
 * @param chainId - the chain
 * @returns an empty survey
 */
export function createSurvey(cutoff: string, keyring: Keyring, chainId: string): Survey {
  let first: DecisionReceipt | undefined
  let last: DecisionReceipt | undefined
  let retentionDays = 0
  /** The newest receipt that may be the first to stay. */
  let firstToStay = -1
  let youngMet = false
  let lastPrune: DecisionReceipt | undefined
  const holdings = createHoldings(keyring, chainId)
  const needed: Needed[] = []
  /** Whoever the chain was handed to may sign again, also where another process prunes. */
  let lastRotation = -1
  const revoked = new Set<string>()
  const lastUse = new Map<string, number>()

  const learnRetention = (receipt: DecisionReceipt): void => {
    const { keyId, retention } = receipt
    if (retention?.event !== 'prune') return
    const entry = keyring.get(keyId)
    if (entry === undefined || !allows(entry, 'retention') || !examineReceipt(receipt).sound) return
    lastPrune = receipt
    retentionDays = Math.max(retentionDays, promisedBy(retention.policy))
  }

  const learnKey = ({ seq, key }: DecisionReceipt): void => {
    if (key?.event === 'delegate')
      needed.push({ seq, keyId: key.certificate.delegate, until: key.certificate.notAfter })
    else if (key?.event === 'rotate') {
      needed.push({ seq, keyId: key.newKeyId })
      lastRotation = seq
    } else if (key?.event === 'revoke') {
      needed.push({ seq, keyId: key.keyId })
      revoked.add(key.keyId)
    }
  }

  const unheld = (most: number): number => holdings.unheld(most, first?.seq ?? 0)

  return {
    get first() {
      return first
    },
    get last() {
      return last
    },
    get retentionDays() {
      return retentionDays
    },
    get unfinished() {
      const through = lastPrune?.retention?.event === 'prune' ? lastPrune.retention.through.seq : -1
      return first !== undefined && through >= first.seq ? lastPrune : undefined
    },
    holdings,
    revokes: (keyId) => revoked.has(keyId),
    feed(receipt) {
      checkLink(receipt, last)
      first ??= receipt
      last = receipt
      youngMet ||= receipt.timestamp > cutoff
      if (!youngMet) firstToStay = receipt.seq
      if (receipt.system?.event === 'chain_start') retentionDays = Math.max(retentionDays, receipt.system.retentionDays)
      lastUse.set(receipt.keyId, receipt.seq)
      holdings.feed(receipt)
      learnRetention(receipt)
      learnKey(receipt)
    },
    unheld,
    through(most, signers, now) {
      let through = unheld(Math.min(most, firstToStay - 1))
      // newest first: what makes one stay may make an earlier one stay
      for (const { seq, keyId, until } of [...needed].reverse()) {
        const again = seq === lastRotation || signers.has(keyId) || (until !== undefined && until > now)
        if (seq <= through && (again || (lastUse.get(keyId) ?? -1) > through)) through = seq - 1
      }
      return through
    },
  }
}
