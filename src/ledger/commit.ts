/** One batch on its way into the chain, through every fault that can be waited out. */
import type { QuittanceError } from '../errors.js'
import type { Signer } from '../keys/provider.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Lease } from '../store/store.js'
import type { Ready } from './ahead.js'
import { Abandoned, type Batch, isAwaited } from './batch.js'
import { acknowledge, type Chain, type Parts } from './chain.js'
import { judgeFault, keyFault } from './faults.js'
import { failSlot, type LinkedBatch, linkBatch } from './linking.js'
import { lookUpExisting, recogniseOwn, settleSlot } from './looking-up.js'
import { goOn, type Opened, openHead } from './opening.js'
import { refOf } from './rollback.js'
import { signAll } from './sign.js'

/** How long a turn to write is held, in milliseconds. */
const LEASE_MS = 5_000
const MAX_PAUSE_MS = 1_000

/** How far an attempt came. */
interface Progress {
  handed: boolean
  lease: Lease | undefined
  /** Failures and conflicts so far. */
  faults: number
  conflicts: number
  /** What was made before its turn; looked at once. */
  ahead: Promise<Ready | undefined> | undefined
  /** Hears that the next batch may be made. */
  readonly linked: () => void
}

/** Receipts that may be stored; the first ones may be the ledger's own. */
interface Sealed {
  readonly linked: LinkedBatch
  readonly receipts: readonly DecisionReceipt[]
}

/** The first retry is immediate; the following ones double from 10 ms on, jittered so that writers don't march in step. */
function pauseMs(retries: number): number {
  if (retries <= 1) return 0
  return Math.min(MAX_PAUSE_MS, 10 * 2 ** Math.min(10, retries - 2)) * (0.5 + Math.random())
}

async function pause(ms: number, batch: Batch): Promise<void> {
  if (ms === 0) return
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await batch.during(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms)
      }),
    )
  } finally {
    clearTimeout(timer)
  }
}

async function signerOf(chain: Chain, batch: Batch): Promise<Signer> {
  const provider = batch.slots[0]?.order.keys ?? chain.provider
  try {
    return await batch.during(provider.signer({ chainId: chain.chainId, signal: batch.signal }))
  } catch (error) {
    if (error instanceof Abandoned) throw error
    throw keyFault(error)
  }
}

/** A turn to write is only advice: without it the compare-and-swap still holds. */
async function takeLease(parts: Parts, chain: Chain, batch: Batch): Promise<Lease | undefined> {
  const { store } = parts
  if (store.lease === undefined) return undefined
  const release = (lease: Lease): void => {
    lease.release().catch(chain.warn)
  }
  try {
    return await batch.during(store.lease(chain.chainId, LEASE_MS, { signal: batch.signal }), { done: release })
  } catch (error) {
    if (error instanceof Abandoned) throw error
    chain.warn(error)
    return undefined
  }
}

/** Marks what the store is about to see; from here on an end by time or signal is `unknown`. */
function hand({ slots }: LinkedBatch, receipts: readonly DecisionReceipt[]): void {
  const first = receipts.length - slots.length
  slots.forEach((slot, index) => {
    slot.sealed.push(receipts[first + index] as DecisionReceipt)
    for (const wait of slot.waits) if (wait.exposure === 'none') wait.exposure = 'handed'
  })
}

/** Takes the mark back, or makes it stay. */
function unhand(batch: Batch, ambiguous: boolean): void {
  for (const { waits } of batch.slots) {
    for (const wait of waits) if (wait.exposure === 'handed') wait.exposure = ambiguous ? 'ambiguous' : 'none'
  }
}

async function handOver(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  opened: Opened,
  { slots }: LinkedBatch,
  receipts: readonly DecisionReceipt[],
): Promise<void> {
  const { head } = opened
  const first = receipts.length - slots.length
  const settle = (): void => {
    for (const [index, slot] of slots.entries()) settleSlot(slot, receipts[first + index] as DecisionReceipt)
  }
  await batch.during(parts.store.append(chain.chainId, receipts, head && refOf(head), { signal: batch.signal }), {
    // nobody waits, but what became durable is known to be
    done() {
      acknowledge(parts, chain, receipts)
      settle()
    },
    failed(error) {
      if (error !== batch.signal.reason) chain.warn(error)
    },
  })
  // its waits end now because it succeeded
  batch.finish()
  chain.head = { receipt: receipts.at(-1) }
  goOn(parts, chain, opened, receipts)
  settle()
}

/** Links and signs a batch in its turn. */
async function makeNow(parts: Parts, chain: Chain, batch: Batch, opened: Opened, progress: Progress): Promise<Sealed> {
  const signer = await signerOf(chain, batch)
  const linked = await batch.during(linkBatch(parts, chain, batch, signer, opened))
  if (linked.slots.length === 0) return { linked, receipts: [] }
  const signing = signAll(signer, linked.linked, batch.signal)
  offer(chain, linked, signer, progress)
  return { linked, receipts: await batch.during(signing) }
}

/** What is linked now is what the next batch may be linked on. */
function offer(chain: Chain, { linked, slots }: LinkedBatch, signer: Signer, progress: Progress): void {
  const last = linked.at(-1)
  if (last === undefined || !slots.every(({ order }) => typeof order.frame === 'object')) return
  const { seq, timestamp } = last.place
  chain.tentative = { before: { seq, timestamp, receiptHash: last.receiptHash }, signer }
  progress.linked()
}

/** @returns what was made ready before its turn, if it still fits */
async function madeAhead(chain: Chain, batch: Batch, progress: Progress): Promise<Sealed | undefined> {
  const { ahead } = progress
  progress.ahead = undefined
  const ready = ahead && (await batch.during(ahead))
  const fits =
    ready !== undefined && chain.head?.receipt?.receiptHash === ready.on && ready.linked.slots.every(isAwaited)
  if (!fits) return undefined
  offer(chain, ready.linked, ready.signer, progress)
  return { linked: ready.linked, receipts: await batch.during(ready.receipts) }
}

async function attempt(parts: Parts, chain: Chain, batch: Batch, progress: Progress): Promise<void> {
  const accepts = batch.slots[0]?.order.acceptsRollback === true
  // who accepts a rollback means what the store says now
  if (accepts) chain.head = undefined
  const opened = chain.head
    ? { head: chain.head.receipt, lost: [] }
    : await batch.during(openHead(parts, chain, accepts, batch.signal))
  if (batch.slots.some(({ waits }) => waits.some(({ exposure }) => exposure === 'ambiguous'))) {
    await batch.during(recogniseOwn(parts, chain, batch))
    if (batch.slots.length === 0) return
  }
  const { linked, receipts } =
    (await madeAhead(chain, batch, progress)) ?? (await makeNow(parts, chain, batch, opened, progress))
  if (linked.slots.length === 0) return
  // who was told that a receipt is absent must not find it in the chain: link again without it
  if (!linked.slots.every(isAwaited)) return
  hand(linked, receipts)
  progress.handed = true
  await handOver(parts, chain, batch, opened, linked, receipts)
}

/** Decides what follows a fault; what can't be waited out is told to everybody. */
async function recover(parts: Parts, chain: Chain, batch: Batch, progress: Progress, error: unknown): Promise<void> {
  const { chainId } = chain
  const { remedy, ambiguous } = judgeFault(error, progress.handed)
  unhand(batch, ambiguous)
  chain.tentative = undefined
  for (const { waits } of batch.slots) for (const wait of waits) wait.trouble = error
  const refuse = (): void => {
    for (const slot of batch.slots) failSlot(slot, chainId, error)
  }
  switch (remedy) {
    case 'relink': {
      progress.conflicts += 1
      chain.head = undefined
      const { expected, actual } = (error as QuittanceError).details
      parts.events.emit('conflict', { chainId, ...(expected ? { expected } : {}), ...(actual ? { actual } : {}) })
      await pause(pauseMs(progress.conflicts), batch)
      progress.lease ??= await takeLease(parts, chain, batch)
      return
    }
    case 'look-up': {
      const found = await batch.during(lookUpExisting(parts, chain, batch, (error as QuittanceError).details.receiptId))
      if (found === 0) refuse()
      return
    }
    case 'retry':
      progress.faults += 1
      if (progress.handed) chain.head = undefined
      parts.events.emit('retry', { chainId, attempt: progress.faults, error })
      await pause(pauseMs(progress.faults), batch)
      return
    case 'refuse':
      if (progress.handed) chain.head = undefined
      refuse()
  }
}

/**
 * Brings a batch into the chain. Everybody who waits is told; nothing is thrown.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param batch - what is to be written
 * @param ahead - what was made of it before its turn
 * @param linked - hears that the batch is linked, so that the next may be made
 */
export async function commit(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  ahead: Promise<Ready | undefined> | undefined,
  linked: () => void,
): Promise<void> {
  const progress: Progress = { handed: false, lease: undefined, faults: 0, conflicts: 0, ahead, linked }
  try {
    for (;;) {
      batch.dropEnded()
      if (batch.slots.length === 0) return
      progress.handed = false
      try {
        await attempt(parts, chain, batch, progress)
      } catch (error) {
        await faced(parts, chain, batch, progress, error)
      }
    }
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error
    // what the store was asked for may still come
    chain.head = undefined
  } finally {
    batch.finish()
    chain.tentative = undefined
    progress.lease?.release().catch(chain.warn)
  }
}

/** A fault while recovering is a fault like any other. */
async function faced(parts: Parts, chain: Chain, batch: Batch, progress: Progress, error: unknown): Promise<void> {
  let fault = error
  for (;;) {
    if (fault instanceof Abandoned) throw fault
    try {
      return await recover(parts, chain, batch, progress, fault)
    } catch (next) {
      progress.handed = false
      fault = next
    }
  }
}
