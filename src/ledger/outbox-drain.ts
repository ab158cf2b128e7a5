/**
 * Brings one outbox chain into the main store: it is ended, copied as it is, and named in the main chain. Each step may be
 * done again, by this process or the next: what is there already is found and not written twice.
 */
import { QuittanceError } from '../errors.js'
import { genesisHash } from '../receipt/digest.js'
import type { DecisionReceipt, SystemEvent } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import type { Desk } from './desk.js'
import type { Turn } from './order.js'
import { isCallers, type OutboxChain } from './outbox-chains.js'
import { createDuplicates } from './outbox-duplicates.js'
import { joinId } from './outbox-names.js'
import type { OwnBody, Preparer } from './prepare.js'
import { answered } from './presence.js'
import { refOf } from './rollback.js'

/** Receipts that one call of the main store gets. */
const CHUNK = 128
/** How often a copy begins again that another one got ahead of. */
const MAX_TRIES = 8
/** How many chain ends are followed to where the main chain goes on. */
const MAX_HOPS = 16

/** What draining needs. */
export interface Drain {
  readonly main: ReceiptStore
  readonly local: ReceiptStore
  /** The ledger's, whose queue the main chain has. */
  readonly desk: Desk
  readonly outboxDesk: Desk
  readonly preparer: Preparer
  /** How long one call of the main store, or one receipt, may take. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly warn: (error: unknown) => void
}

/** What a chain holds. */
interface Contents {
  readonly end: DecisionReceipt
  /** Callers' receipts. */
  readonly count: number
  readonly from: string
  readonly to: string
}

/** Thrown where a chain was named but never written. */
class NothingThere extends Error {}

/** Ends the chain, behind everything that was accepted into it. */
async function end({ outboxDesk, timeoutMs, signal }: Drain, chain: OutboxChain): Promise<DecisionReceipt | undefined> {
  const { chainId, mainChainId } = chain
  try {
    return await outboxDesk.submitOwn(
      chainId,
      ({ head }) => {
        if (head === undefined) throw new NothingThere()
        if (head.system?.event === 'chain_end') return { present: head }
        const system: SystemEvent = { event: 'chain_end', reason: 'outage-over', successorChainId: mainChainId }
        return { eventType: 'system', system }
      },
      { timeoutMs, signal },
      { alone: true, afterEnd: true },
    )
  } catch (error) {
    if (error instanceof NothingThere) return undefined
    throw error
  }
}

function differs(chainId: string, seq: number): QuittanceError {
  return new QuittanceError('STORE_CONFLICT', 'the main store has another receipt in the place of one of the outbox', {
    details: { chainId, seq, outcome: 'absent' },
  })
}

function unlinked({ chainId, seq, receiptId }: DecisionReceipt): QuittanceError {
  return new QuittanceError('STORE_CORRUPT', 'a receipt of the outbox does not link to the one before it', {
    details: { chainId, seq, receiptId },
  })
}

/** Copies what the main store does not have yet, byte for byte, and counts. */
async function copy(drain: Drain, chain: OutboxChain, last: DecisionReceipt): Promise<Contents> {
  const { main, local, timeoutMs, signal } = drain
  const { chainId } = chain
  const there = await answered((ending) => main.head(chainId, { signal: ending }), timeoutMs, signal)
  if (there !== undefined && there.seq > last.seq) throw differs(chainId, there.seq)
  let before = there
  let chunk: DecisionReceipt[] = []
  const flush = async (): Promise<void> => {
    const receipts = chunk
    const expected = before && refOf(before)
    if (receipts.length === 0) return
    await answered((ending) => main.append(chainId, receipts, expected, { signal: ending }), timeoutMs, signal)
    before = receipts.at(-1)
    chunk = []
  }
  let count = 0
  let from = last.timestamp
  let to = last.timestamp
  let previous: string = genesisHash(chainId)
  for await (const receipt of local.read(chainId, { toSeq: last.seq, signal })) {
    const { seq, receiptHash, prevReceiptHash, timestamp } = receipt
    if (prevReceiptHash !== previous) throw unlinked(receipt)
    previous = receiptHash
    if (seq === 0) from = timestamp
    if (isCallers(receipt)) {
      count += 1
      to = timestamp
    }
    if (seq === there?.seq && receiptHash !== there.receiptHash) throw differs(chainId, seq)
    if (there !== undefined && seq <= there.seq) continue
    chunk.push(receipt)
    if (chunk.length === CHUNK) await flush()
  }
  await flush()
  return { end: last, count, from, to }
}

/** As `copy`, also where another ledger of this process copies the same chain. */
async function copyWhole(drain: Drain, chain: OutboxChain, last: DecisionReceipt): Promise<Contents> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await copy(drain, chain, last)
    } catch (error) {
      if (!QuittanceError.is(error, 'STORE_CONFLICT') || tries === MAX_TRIES) throw error
    }
  }
}

/**
 * Writes one receipt about the outbox chain into the main chain, unless it is there.
 *
 * @returns the receipt
 */
async function tell(
  drain: Drain,
  chainId: string,
  end: DecisionReceipt,
  what: 'gap' | 'notice',
  event: (turn: Turn) => Promise<SystemEvent>,
): Promise<DecisionReceipt> {
  const { main, desk, preparer, timeoutMs, signal } = drain
  const receiptId = joinId(end, what)
  const find = () => answered((ending) => main.get(chainId, receiptId, { signal: ending }), timeoutMs, signal)
  const there = await find()
  if (there !== undefined) return there
  const links = [{ rel: 'joins', receiptId: end.receiptId, receiptHash: end.receiptHash, chainId: end.chainId }]
  let turns = 0
  const frame = async (turn: Turn) => {
    turns += 1
    // somebody else who drains the same chain may have been faster
    const present = turns > 1 ? await find() : undefined
    if (present !== undefined) return { present }
    const tenantId = turn.head?.tenantId ?? end.tenantId
    const system = await event(turn)
    return preparer.own({ chainId, tenantId, eventType: 'system', system, links } as OwnBody, receiptId)
  }
  return desk.submit(
    () => ({ chainId, receiptId }),
    () => ({ chainId, order: { receiptId, frame } }),
    { timeoutMs, signal },
    { late: true },
  )
}

/** Says in the main chain that receipts of a period are elsewhere, where, and how many of them are here as well. */
async function join(drain: Drain, chain: OutboxChain, chainId: string, contents: Contents): Promise<void> {
  const { end, count, from, to } = contents
  const duplicates = createDuplicates(drain, chain.chainId, chainId)
  await duplicates.lookUp()
  const gap = await tell(drain, chainId, end, 'gap', async ({ head }) => {
    const also = await duplicates.upTo(head?.seq ?? -1)
    return { event: 'gap', from, to, reason: 'outage', count: count - also }
  })
  const elsewhere = gap.system?.event === 'gap' ? (gap.system.count ?? count) : count
  if (elsewhere === count) return
  await tell(drain, chainId, end, 'notice', async () => ({
    event: 'notice',
    code: 'outbox.also-here',
    count: count - elsewhere,
  }))
}

/** As `join`, in the chain that the main chain goes on in. */
async function joinWhereItGoesOn(drain: Drain, chain: OutboxChain, contents: Contents): Promise<void> {
  const { main, timeoutMs, signal, warn } = drain
  let chainId = chain.mainChainId
  for (let hop = 0; ; hop += 1) {
    try {
      await join(drain, chain, chainId, contents)
      return
    } catch (error) {
      if (!QuittanceError.is(error, 'LEDGER_CHAIN_ENDED')) throw error
      const ended = chainId
      const head = await answered((ending) => main.head(ended, { signal: ending }), timeoutMs, signal)
      const next = head?.system?.event === 'chain_end' ? head.system.successorChainId : undefined
      if (next === undefined || hop === MAX_HOPS) {
        // nothing can name it there; its own first and last receipts name the chain that it belongs to
        warn(error)
        return
      }
      chainId = next
    }
  }
}

/**
 * Drains one chain, which must take nothing more.
 *
 * @param drain - what it needs
 * @param chain - the outbox chain
 * @returns how many callers' receipts it held; `undefined` where nothing was ever written into it
 * @throws what the stores throw; what was done stays done
 */
export async function drainChain(drain: Drain, chain: OutboxChain): Promise<number | undefined> {
  const last = await end(drain, chain)
  if (last === undefined) return undefined
  const contents = await copyWhole(drain, chain, last)
  await joinWhereItGoesOn(drain, chain, contents)
  return contents.count
}
