/** Writing that a report was made: its digest, and the receipts that it is about. */
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { digest } from '../receipt/schema/words.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import { examineReceipt } from '../verify/examine.js'
import { ChainTrust } from '../verify/trust.js'
import type { Parts } from './chain.js'
import type { Desk, OwnEvent } from './desk.js'
import { withinLimit } from './giving-up.js'
import type { Present, Turn } from './order.js'
import type { ReportMade, ReportOptions } from './types.js'

const members = { hash: true, fromSeq: true, toSeq: true } satisfies Record<keyof ReportMade, true>

const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

function checkMade(made: ReportMade): void {
  if (typeof made !== 'object' || made === null) throw new TypeError('report must be an object')
  refuseUnknownMembers(made, members, 'report')
  if (digest.check(made.hash) !== undefined) throw new RangeError('hash must be sha256: and 64 lower-case hex digits')
  if (!isSeq(made.fromSeq)) throw new RangeError('fromSeq must be an integer of 0 or more')
  if (!isSeq(made.toSeq)) throw new RangeError('toSeq must be an integer of 0 or more')
  if (made.fromSeq > made.toSeq) throw new RangeError('fromSeq must not be greater than toSeq')
}

/** Looks behind the receipts of a report for one that says that it was made. */
function createSearch(parts: Parts, chainId: string, { hash, fromSeq, toSeq }: ReportMade) {
  let read = toSeq
  let found: DecisionReceipt | undefined

  /** Whether a receipt holds, by what the whole chain says of keys. */
  const holds = async (candidate: DecisionReceipt, signal: AbortSignal): Promise<boolean> => {
    if (!examineReceipt(candidate).sound) return false
    const keyring = await parts.keyrings.current()
    const alone = new ChainTrust(keyring, chainId)
    if (alone.judge(candidate, true).length === 0) return true
    const trust = new ChainTrust(keyring, chainId)
    for await (const receipt of parts.store.read(chainId, { toSeq: candidate.seq - 1, signal })) {
      if (receipt.key !== undefined) trust.judge(receipt, examineReceipt(receipt).sound)
    }
    return trust.judge(candidate, true).length === 0
  }

  return async (signal: AbortSignal): Promise<DecisionReceipt | undefined> => {
    if (found !== undefined) return found
    for await (const receipt of parts.store.read(chainId, { fromSeq: read + 1, signal })) {
      signal.throwIfAborted()
      read = receipt.seq
      const { system } = receipt
      if (system?.event !== 'report' || system.hash !== hash) continue
      if (system.fromSeq !== fromSeq || system.toSeq !== toSeq) continue
      if (!(await holds(receipt, signal))) continue
      found = receipt
      return found
    }
    return undefined
  }
}

/**
 * Writes that a report was made. The same again is the receipt that says so already.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param made - the report's digest and range
 * @param options - how to wait, and who signs
 * @returns the receipt, once it is durable
 * @throws RangeError, TypeError naming what is wrong; QuittanceError as `append`, `LEDGER_CHAIN_ENDED` among them
 */
export async function report(
  parts: Parts,
  desk: Desk,
  chainId: string,
  made: ReportMade,
  options: ReportOptions = {},
): Promise<DecisionReceipt> {
  checkChainId(chainId)
  checkMade(made)
  const { hash, fromSeq, toSeq } = made
  const { keys, ...given } = options
  return withinLimit(given, chainId, async (limit) => {
    const search = createSearch(parts, chainId, { hash, fromSeq, toSeq })
    // before its turn comes: nobody waits behind the reading of what came since
    await search(limit.signal)
    const event = async ({ head }: Turn): Promise<OwnEvent | Present> => {
      if (head === undefined || head.seq < toSeq)
        throw new RangeError('toSeq must be the seq of a receipt of the chain')
      const present = await search(limit.signal)
      if (present) return { present }
      if (head.system?.event === 'chain_end')
        throw new QuittanceError('LEDGER_CHAIN_ENDED', 'the chain has ended: nothing follows its end', {
          details: { chainId, seq: head.seq },
        })
      // its form was checked
      return { eventType: 'system', system: { event: 'report', hash: hash as `sha256:${string}`, fromSeq, toSeq } }
    }
    return desk.submitOwn(
      chainId,
      event,
      { ...given, ...limit.append() },
      { alone: true, inTurn: true, afterEnd: true, keys },
    )
  })
}
