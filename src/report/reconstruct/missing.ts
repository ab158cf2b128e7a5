/** What ought to be in a reconstruction and is not. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { reviewKinds } from '../statistics/oversight.js'
import { refOf } from '../statistics/receipt-ref.js'
import { isSettled, toolsIn } from './facts.js'
import type { MissingPiece, ReconstructedChain, TimelineEntry } from './types.js'

const keyOf = (chainId: string, receiptId: string): string => `${chainId} ${receiptId}`
const reviews: ReadonlySet<string> = new Set(reviewKinds)

/** @returns the receipts that somebody's review is about, the targets of an answered request included */
function reviewed(receipts: readonly DecisionReceipt[]): { decisions: Set<string>; requests: Set<string> } {
  const decisions = new Set<string>()
  const requests = new Set<string>()
  const asked = receipts.filter(({ humanOversight }) => humanOversight?.kind === 'request')
  const about = ({ links, chainId }: DecisionReceipt) =>
    (links ?? []).flatMap((link) => (link.rel === 'about' ? [keyOf(link.chainId ?? chainId, link.receiptId)] : []))
  for (const review of receipts) {
    if (!reviews.has(review.humanOversight?.kind ?? '')) continue
    const targets = about(review)
    for (const target of targets) decisions.add(target)
    for (const request of asked) {
      const key = keyOf(request.chainId, request.receiptId)
      const ids = [request.humanOversight?.requestId, review.humanOversight?.requestId] as const
      const same = ids[0] !== undefined && ids[0] === ids[1]
      const unnamed = ids[0] === undefined && about(request).some((one) => targets.includes(one))
      if (!same && !unnamed && !targets.includes(key)) continue
      requests.add(key)
      for (const target of about(request)) decisions.add(target)
    }
  }
  return { decisions, requests }
}

/**
 * @param timeline - all that is here
 * @param receipts - those of it that can be taken at their word
 * @param chains - that were read and have a receipt here
 * @param chainIds - of all chains that were read
 * @returns what is missing, each with the receipt that shows it
 */
export function missingIn(
  timeline: readonly TimelineEntry[],
  receipts: readonly DecisionReceipt[],
  chains: readonly ReconstructedChain[],
  chainIds: ReadonlySet<string>,
): MissingPiece[] {
  const missing: MissingPiece[] = []
  const here = new Set(timeline.map(({ ref }) => keyOf(ref.chainId, ref.receiptId)))
  const { decisions, requests } = reviewed(receipts)
  const byKey = new Map(receipts.map((receipt) => [keyOf(receipt.chainId, receipt.receiptId), receipt]))
  const withoutResult = new Set(
    toolsIn(receipts)
      .filter(({ result }) => result === undefined)
      .map(({ call }) => keyOf(call.chainId, call.receiptId)),
  )
  for (const { ref: by, relation, state, links, details } of timeline) {
    const key = keyOf(by.chainId, by.receiptId)
    const receipt = byKey.get(key)
    if (state !== 'HOLDS') missing.push({ code: 'RECEIPT_UNSOUND', by })
    if (details === 'erased') missing.push({ code: 'DETAILS_ERASED', by })
    if (receipt === undefined) continue
    const parent = receipt.parentReceiptId
    if (
      parent !== undefined &&
      (relation === 'member' || relation === 'parent') &&
      !here.has(keyOf(by.chainId, parent))
    )
      missing.push({ code: 'PARENT_NOT_SEALED', by, receiptId: parent, chainId: by.chainId })
    if (relation === 'member') {
      for (const { receiptId, chainId, found } of links) {
        if (found) continue
        const code = chainIds.has(chainId) ? 'LINK_TARGET_MISSING' : 'CHAIN_NOT_READ'
        missing.push({ code, by, receiptId, chainId })
      }
    }
    if (withoutResult.has(key) && !isSettled(receipt)) missing.push({ code: 'TOOL_RESULT_MISSING', by })
    const wish = receipt.eventType === 'decision' ? receipt.decision?.oversight : undefined
    if ((wish === 'before' || wish === 'after') && !decisions.has(key)) missing.push({ code: 'OVERSIGHT_MISSING', by })
    if (receipt.humanOversight?.kind === 'request' && !requests.has(key))
      missing.push({ code: 'REQUEST_OPEN', by: refOf(receipt) })
  }
  for (const { chainId, scope } of chains) {
    if ((scope.fromSeq ?? 0) > 0) missing.push({ code: 'RECEIPTS_PRUNED', chainId, firstSeq: scope.fromSeq })
  }
  return missing
}
