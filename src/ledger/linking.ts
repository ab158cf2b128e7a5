/** From a batch to linked receipts: what the ledger has to say first, then what is waiting, each on the one before. */
import { QuittanceError } from '../errors.js'
import type { Signer } from '../keys/provider.js'
import { toHex } from '../primitives/bytes.js'
import { isoTime } from '../primitives/time.js'
import { genesisHash } from '../receipt/digest.js'
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import { type Frame, frame, type Linked, link } from '../receipt/seal.js'
import type { DecisionReceipt, SystemEvent } from '../receipt/types.js'
import { Abandoned, type Batch, type Slot } from './batch.js'
import type { Before, Chain, Parts } from './chain.js'
import { tell } from './faults.js'
import { after, each, isPromise, type Maybe } from './maybe.js'
import type { Opened } from './opening.js'
import { type Lost, MAX_LOST } from './rollback.js'

/** Linked receipts; the first ones may be the ledger's own. */
export interface LinkedBatch {
  readonly linked: readonly Linked[]
  readonly slots: readonly Slot[]
}

/**
 * Rejects everybody who waits for a slot.
 *
 * @param slot - the slot
 * @param chainId - its chain
 * @param error - why; the outcome of each wait is added
 */
export function failSlot(slot: Slot, chainId: string, error: unknown): void {
  for (const wait of slot.waits) {
    const outcome = wait.exposure === 'none' ? 'absent' : 'unknown'
    wait.reject(tell(error, { outcome, chainId, receiptId: slot.order.receiptId }))
  }
}

/**
 * Gives a new chain its first words.
 *
 * @param parts - the ledger's
 * @param predecessor - the `chain_end` that it follows
 * @returns the event, with a fresh nonce
 */
export function chainStart(
  parts: Parts,
  predecessor?: (SystemEvent & { event: 'chain_start' })['predecessor'],
): SystemEvent {
  const { environment, retentionDays, operator } = parts
  return {
    event: 'chain_start',
    nonce: toHex(environment.random(16)),
    retentionDays,
    ...(operator === undefined ? {} : { operator }),
    ...(predecessor === undefined ? {} : { predecessor }),
  }
}

/** Makes the frames that depend on their turn; an order that throws fails alone. */
async function makeFrames(chain: Chain, batch: Batch, signer: Signer, opened: Opened): Promise<void> {
  const { head, lost } = opened
  const ended = head?.system?.event === 'chain_end'
  for (const slot of batch.slots) {
    const { order } = slot
    if (ended && !order.afterEnd) {
      const details = { seq: head?.seq }
      failSlot(
        slot,
        chain.chainId,
        new QuittanceError('LEDGER_CHAIN_ENDED', 'the chain has ended: append to its successor', { details }),
      )
      continue
    }
    if (typeof order.frame === 'object') continue
    try {
      const made = await batch.during(Promise.resolve(order.frame({ head, signer, lost })))
      if ('present' in made) for (const wait of slot.waits) wait.resolve(made.present)
      else slot.frame = made
    } catch (error) {
      if (error instanceof Abandoned) throw error
      failSlot(slot, chain.chainId, error)
    }
  }
  batch.dropEnded()
}

/**
 * @param lost - receipts that are gone
 * @returns what the `rollback` receipts say, at most 256 each
 */
export function rollbackEvents(lost: readonly Lost[]): (SystemEvent & { readonly event: 'rollback' })[] {
  const events: (SystemEvent & { readonly event: 'rollback' })[] = []
  for (let from = 0; from < lost.length; from += MAX_LOST) {
    events.push({
      event: 'rollback',
      lost: lost.slice(from, from + MAX_LOST) as (SystemEvent & { event: 'rollback' })['lost'],
    })
  }
  return events
}

/** The ledger's own receipts that must come first: most batches have none. */
function preludes(parts: Parts, chain: Chain, opened: Opened, first: Slot): Maybe<Frame[]> {
  const { chainId } = chain
  const events: SystemEvent[] = []
  if (opened.head === undefined && !first.order.opens) events.push(chainStart(parts, parts.predecessorOf?.(chainId)))
  if (opened.lost.length > 0) {
    const rollbacks = rollbackEvents(opened.lost)
    // the order that accepts the rollback names the last of them itself
    events.push(...(first.order.acceptsRollback ? rollbacks.slice(0, -1) : rollbacks))
  }
  if (events.length === 0) return []
  const { tenantId } = (first.frame as Frame).body
  return each(events, (system) =>
    parts.preparer.own({ chainId, tenantId, eventType: 'system', system }, parts.environment.uuid()),
  )
}

/** @returns the frame with a `key` member; `undefined` where it has one, or no room for it */
function carry(framed: Frame, key: NonNullable<DecisionReceipt['key']>): Frame | undefined {
  if (framed.body.key !== undefined) return undefined
  try {
    return frame(Object.freeze({ ...framed.body, key: Object.freeze(key) }))
  } catch (error) {
    if (QuittanceError.is(error, 'RECEIPT_TOO_LARGE')) return undefined
    throw error
  }
}

/** A delegate's first receipt in a chain carries its certificate, whatever else it says. */
function withDelegation(parts: Parts, chain: Chain, signer: Signer, frames: Frame[]): Maybe<Frame[]> {
  const { delegation } = signer
  const [first, ...rest] = frames
  if (delegation === undefined || first === undefined || chain.keys.holds(delegation)) return frames
  const { certificate, certificateSignature } = delegation
  const key = { event: 'delegate', certificate, certificateSignature } as NonNullable<DecisionReceipt['key']>
  const carrying = carry(first, key)
  if (carrying !== undefined) return [carrying, ...rest]
  const { chainId, tenantId } = first.body
  const carrier = parts.preparer.own({ chainId, tenantId, eventType: 'key', key }, parts.environment.uuid())
  return after(carrier, (one) => [one, ...frames])
}

/**
 * Links a batch on the head, and makes sure that its key may sign it.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param batch - orders that fail by themselves are rejected and dropped
 * @param signer - the batch's
 * @param opened - what to chain on
 * @returns the linked receipts; none where no order is left
 * @throws QuittanceError `LEDGER_KEY_REVOKED`, `LEDGER_KEY_UNTRUSTED`, and what the store throws
 */
export function linkBatch(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  signer: Signer,
  opened: Opened,
): Maybe<LinkedBatch> {
  const { head } = opened
  const waits =
    head?.system?.event === 'chain_end' || batch.slots.some(({ order: { frame: made } }) => typeof made !== 'object')
  return after(waits ? makeFrames(chain, batch, signer, opened) : undefined, () => {
    const { slots } = batch
    const [first] = slots
    if (first === undefined) return { linked: [], slots }
    const ready = slots.map((slot) => slot.frame as Frame)
    return after(preludes(parts, chain, opened, first), (own) =>
      after(withDelegation(parts, chain, signer, own.length === 0 ? ready : [...own, ...ready]), (frames) => {
        const linked = linkFrames(parts, chain, frames, head, signer.keyId)
        return after(mayBeSigned(chain, linked, head, batch.signal), () => ({ linked, slots }))
      }),
    )
  })
}

/** Warns, once until it is over, of a head that this clock can't have dated: what follows takes the head's time. */
function watchClock(chain: Chain, before: Before, clock: number): void {
  const ahead = Date.parse(before.timestamp) - clock > MAX_AHEAD_MS
  if (ahead && !chain.ahead) {
    chain.warn(
      new QuittanceError('STORE_CLOCK', "the chain's newest receipt is dated more than 5 minutes ahead of this clock", {
        details: { chainId: chain.chainId, seq: before.seq },
      }),
    )
  }
  chain.ahead = ahead
}

/**
 * @param parts - the ledger's
 * @param chain - the chain
 * @param frames - in order
 * @param before - what the first links to; `undefined` for an empty chain
 * @param keyId - the signer's
 * @returns the receipts, hashed; never dated before the one before
 */
export function linkFrames(
  parts: Parts,
  chain: Chain,
  frames: readonly Frame[],
  before: Before | undefined,
  keyId: string,
): Linked[] {
  const { chainId } = chain
  const clock = parts.environment.now()
  const now = isoTime(clock)
  if (before !== undefined) watchClock(chain, before, clock)
  const timestamp = before !== undefined && before.timestamp > now ? before.timestamp : now
  let seq = before === undefined ? 0 : before.seq + 1
  let prevReceiptHash: string = before?.receiptHash ?? genesisHash(chainId)
  return frames.map((one) => {
    const linked = link(one, { seq, timestamp, keyId, prevReceiptHash })
    prevReceiptHash = linked.receiptHash
    seq += 1
    return linked
  })
}

/**
 * Makes sure that the key may sign. All of a batch have one key and one time; only what is alone may ask for a use of its own.
 *
 * @param chain - the chain
 * @param linked - the batch
 * @param head - what is in the chain so far
 * @param signal - gives up
 * @param from - the first of them that is not looked at yet
 * @throws QuittanceError `LEDGER_KEY_REVOKED`, `LEDGER_KEY_UNTRUSTED`, and what the store throws; at once or as a rejection
 */
export function mayBeSigned(
  chain: Chain,
  linked: readonly Linked[],
  head: DecisionReceipt | undefined,
  signal: AbortSignal,
  from = 0,
): Maybe<void> {
  for (let index = from; index < linked.length; index += 1) {
    const { frame: framed, place } = linked[index] as Linked
    const { eventType } = framed.body
    if (index > 0 && eventType !== 'key' && eventType !== 'retention') continue
    const { chainId, receiptId, key, retention, system } = framed.body
    const { seq, timestamp, keyId } = place
    const asked = chain.keys.maySign(
      { chainId, receiptId, seq, timestamp, eventType, keyId, key, retention, system },
      head,
      signal,
    )
    if (isPromise(asked)) return asked.then(() => mayBeSigned(chain, linked, head, signal, index + 1))
  }
}
