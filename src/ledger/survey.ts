/** One pass over a chain that finds how far it may be pruned. */
import { QuittanceError } from '../errors.js'
import type { DecisionReceipt, RetentionEvent } from '../receipt/types.js'

type Hold = RetentionEvent & { readonly event: 'hold' }

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
  /** What the chain itself promised, where its first receipt is still there. */
  readonly retentionDays: number
  /** The newest `prune` receipt whose receipts are still here. */
  readonly unfinished: DecisionReceipt | undefined
  /** Cases whose receipts must stay. */
  readonly heldCases: ReadonlySet<string>
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
 * @param cutoff - the first receipt that stays must not be younger
 * @returns an empty survey
 */
export function createSurvey(cutoff: string): Survey {
  let first: DecisionReceipt | undefined
  let last: DecisionReceipt | undefined
  let retentionDays = 0
  /** The newest receipt that may be the first to stay. */
  let firstToStay = -1
  let youngMet = false
  let lastPrune: DecisionReceipt | undefined
  const holds = new Map<string, { readonly seq: number; readonly hold: Hold }>()
  const needed: Needed[] = []
  const lastUse = new Map<string, number>()

  const learnRetention = (receipt: DecisionReceipt): void => {
    const { seq, retention } = receipt
    if (retention?.event === 'hold') holds.set(retention.holdId, { seq, hold: retention })
    else if (retention?.event === 'release') holds.delete(retention.holdId)
    else if (retention?.event === 'prune') lastPrune = receipt
  }

  const learnKey = ({ seq, key }: DecisionReceipt): void => {
    if (key?.event === 'delegate')
      needed.push({ seq, keyId: key.certificate.delegate, until: key.certificate.notAfter })
    else if (key?.event === 'rotate') needed.push({ seq, keyId: key.newKeyId })
    else if (key?.event === 'revoke') needed.push({ seq, keyId: key.keyId })
  }

  const unheld = (most: number): number => {
    let through = most
    for (const { seq, hold } of holds.values()) {
      const whole = hold.fromSeq === undefined && hold.toSeq === undefined && hold.decisionId === undefined
      const ranged = hold.fromSeq !== undefined || hold.toSeq !== undefined
      through = Math.min(through, seq - 1)
      if (whole) return -1
      if (ranged && (hold.toSeq ?? Number.MAX_SAFE_INTEGER) >= (first?.seq ?? 0))
        through = Math.min(through, (hold.fromSeq ?? 0) - 1)
    }
    return through
  }

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
    get heldCases() {
      return new Set([...holds.values()].flatMap(({ hold }) => hold.decisionId ?? []))
    },
    feed(receipt) {
      if (last !== undefined && (receipt.seq !== last.seq + 1 || receipt.prevReceiptHash !== last.receiptHash)) {
        throw new QuittanceError('STORE_CORRUPT', 'a receipt does not link to the one before it; nothing is removed', {
          details: { chainId: receipt.chainId, seq: receipt.seq, receiptId: receipt.receiptId },
        })
      }
      first ??= receipt
      last = receipt
      youngMet ||= receipt.timestamp > cutoff
      if (!youngMet) firstToStay = receipt.seq
      if (receipt.system?.event === 'chain_start') retentionDays = Math.max(retentionDays, receipt.system.retentionDays)
      lastUse.set(receipt.keyId, receipt.seq)
      learnRetention(receipt)
      learnKey(receipt)
    },
    unheld,
    through(most, signers, now) {
      let through = unheld(Math.min(most, firstToStay - 1))
      // newest first: what makes one stay may make an earlier one stay
      for (const { seq, keyId, until } of [...needed].reverse()) {
        const again = signers.has(keyId) || (until !== undefined && until > now)
        if (seq <= through && (again || (lastUse.get(keyId) ?? -1) > through)) through = seq - 1
      }
      return through
    },
  }
}
