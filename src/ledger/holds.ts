/** Placing and ending legal holds, and the erasure that they stop. */
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { DecisionReceipt, RetentionEvent } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import type { Parts } from './chain.js'
import type { Desk, OwnEvent } from './desk.js'
import { withinLimit } from './giving-up.js'
import { createHoldings, endsHold, type Holdings, sameTerms } from './holdings.js'
import type { Present, Turn } from './order.js'
import { notAllowed } from './retention-turn.js'
import { checkLink } from './survey.js'
import type { HoldOptions, HoldTerms, StandingHold } from './types.js'

/** How many chains' holds are remembered. */
const MAX_CHAINS = 1_000

/** How far a chain was read. */
interface Watch {
  holdings: Holdings
  last: DecisionReceipt | undefined
  /** One reader at a time. */
  turn: Promise<unknown>
}

const watches = new WeakMap<Parts, Map<string, Watch>>()

async function watchOf(parts: Parts, chainId: string): Promise<Watch> {
  const known = watches.get(parts) ?? new Map<string, Watch>()
  watches.set(parts, known)
  const there = known.get(chainId)
  if (there !== undefined) return there
  const [oldest] = known.keys()
  if (known.size >= MAX_CHAINS && oldest !== undefined) known.delete(oldest)
  const made = {
    holdings: createHoldings(await parts.keyrings.current(), chainId),
    last: undefined,
    turn: Promise.resolve(),
  }
  // another call may have made one meanwhile
  const watch = known.get(chainId) ?? made
  known.set(chainId, watch)
  return watch
}

async function readOn(parts: Parts, chainId: string, watch: Watch, signal: AbortSignal | undefined): Promise<void> {
  const fromSeq = watch.last === undefined ? undefined : watch.last.seq + 1
  for await (const receipt of parts.store.read(chainId, { fromSeq, signal })) {
    signal?.throwIfAborted()
    checkLink(receipt, watch.last)
    watch.holdings.feed(receipt)
    watch.last = receipt
  }
}

/**
 * Reads what a chain says of holds; what was read before is not read again.
 *
 * @param parts - the ledger's
 * @param chainId - the chain
 * @param signal - gives up
 * @returns its holds, through the newest receipt
 * @throws QuittanceError `STORE_CORRUPT`, and what a read throws
 */
export async function holdingsOf(parts: Parts, chainId: string, signal: AbortSignal | undefined): Promise<Holdings> {
  const watch = await watchOf(parts, chainId)
  const read = async (): Promise<Holdings> => {
    try {
      await readOn(parts, chainId, watch, signal)
    } catch (error) {
      if (!QuittanceError.is(error, 'STORE_CORRUPT') || watch.last === undefined) throw error
      // what was read is gone: pruned by somebody, or lost; the chain is read anew
      watch.holdings = createHoldings(await parts.keyrings.current(), chainId)
      watch.last = undefined
      await readOn(parts, chainId, watch, signal)
    }
    return watch.holdings
  }
  const turn = watch.turn.then(read, read)
  watch.turn = turn.catch(() => undefined)
  return turn
}

const eventOf = (
  event: 'hold' | 'release',
  { holdId, fromSeq, toSeq, decisionId, reason }: HoldTerms,
): RetentionEvent => ({ event, holdId, fromSeq, toSeq, decisionId, reason })

const termNames = {
  holdId: true,
  reason: true,
  fromSeq: true,
  toSeq: true,
  decisionId: true,
} satisfies Record<keyof HoldTerms, true>

/** A misspelt range would hold, or release, the whole chain. */
function checkTerms(terms: HoldTerms): void {
  refuseUnknownMembers(terms, termNames, 'hold')
  const { fromSeq, toSeq } = terms
  if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq)
    throw new RangeError('fromSeq must not be greater than toSeq')
}

const ordered = (keys: HoldOptions['keys']) => ({ alone: true, inTurn: true, keys })

/**
 * Places a hold. The same hold again, while it stands, is the receipt that placed it.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param terms - what is held
 * @param options - how to wait, and who signs
 * @returns the receipt
 */
export async function hold(
  parts: Parts,
  desk: Desk,
  chainId: string,
  terms: HoldTerms,
  options: HoldOptions = {},
): Promise<DecisionReceipt> {
  checkChainId(chainId)
  checkTerms(terms)
  const { keys, ...given } = options
  return withinLimit(given, chainId, async (limit) => {
    // before its turn comes: nobody waits behind the reading of a whole chain
    await holdingsOf(parts, chainId, limit.signal)
    const event = async (): Promise<OwnEvent | Present> => {
      const { standing } = await holdingsOf(parts, chainId, limit.signal)
      const same = standing.find(
        ({ hold: placed }) =>
          placed.holdId === terms.holdId && placed.reason === terms.reason && sameTerms(placed, terms),
      )
      return same ? { present: same.receipt } : { eventType: 'retention', retention: eventOf('hold', terms) }
    }
    return desk.submitOwn(chainId, event, { ...given, ...limit.append() }, ordered(keys))
  })
}

/**
 * Ends holds of one id: all of them, or those that were placed with the same terms. The same release again is the receipt
 * that ended them.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param terms - which hold
 * @param options - how to wait, and who signs
 * @returns the receipt
 * @throws QuittanceError `LEDGER_RETENTION` where no such hold stands, or a delegate would sign
 */
export async function release(
  parts: Parts,
  desk: Desk,
  chainId: string,
  terms: HoldTerms,
  options: HoldOptions = {},
): Promise<DecisionReceipt> {
  checkChainId(chainId)
  checkTerms(terms)
  const { keys, ...given } = options
  return withinLimit(given, chainId, async (limit) => {
    await holdingsOf(parts, chainId, limit.signal)
    const event = async ({ signer }: Turn): Promise<OwnEvent | Present> => {
      const holdings = await holdingsOf(parts, chainId, limit.signal)
      if (!holdings.standing.some(({ hold: placed }) => endsHold(terms, placed))) {
        const before = holdings.releasedBy(terms.holdId, terms)
        if (before !== undefined) return { present: before }
        throw notAllowed(chainId, 'no hold of that holdId, with those terms, stands in the chain', 'no-such-hold')
      }
      const trusted = (await parts.keyrings.current()).get(signer.keyId) !== undefined
      if ((signer.delegation && !trusted) || holdings.isDelegate(signer.keyId))
        throw notAllowed(chainId, 'a delegate may place a hold, not end one', 'delegate')
      return { eventType: 'retention', retention: eventOf('release', terms) }
    }
    return desk.submitOwn(chainId, event, { ...given, ...limit.append() }, ordered(keys))
  })
}

/**
 * @param parts - the ledger's
 * @param chainId - the chain
 * @param signal - gives up
 * @returns the holds that stand, oldest first
 */
export async function standingHolds(
  parts: Parts,
  chainId: string,
  signal: AbortSignal | undefined,
): Promise<readonly StandingHold[]> {
  checkChainId(chainId)
  const holdings = await holdingsOf(parts, chainId, signal)
  return holdings.standing.map((one) => {
    const { receipt, hold } = one
    const { holdId, reason, fromSeq, toSeq, decisionId } = hold
    const disregarded = holdings.disregarded(one)
    return {
      holdId,
      reason,
      ...(fromSeq === undefined ? {} : { fromSeq }),
      ...(toSeq === undefined ? {} : { toSeq }),
      ...(decisionId === undefined ? {} : { decisionId }),
      placed: { seq: receipt.seq, receiptId: receipt.receiptId, timestamp: receipt.timestamp },
      ...(disregarded.length === 0 ? {} : { disregarded }),
    }
  })
}
