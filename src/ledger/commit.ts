/** One batch on its way into the chain, through every fault that can be waited out. */
import type { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Ready } from './ahead.js'
import { Abandoned, type Batch, isAwaited, type Slot } from './batch.js'
import { acknowledge, type Chain, type Parts } from './chain.js'
import { judgeFault, keyFault } from './faults.js'
import { failSlot, type LinkedBatch, linkBatch } from './linking.js'
import { lookUpExisting, recogniseOwn, settleSlot } from './looking-up.js'
import { isPromise } from './maybe.js'
import { type Behind, goOn, type Opened, openHead } from './opening.js'
import { refOf } from './rollback.js'
import { type Signing, signBatch } from './signing.js'

const MAX_PAUSE_MS = 1_000
/** How often somebody in its turn tries at once after a conflict: it needs to win only once against a writer that takes no turns. */
const MAX_HASTE = 16
/** How long other writers get to put back what a store lost, in milliseconds, and how often it is looked. */
const PATIENCE_MS = 2_000
const LOOK_MS = 50
/** How long somebody who put back the last of its own waits for them: a new receipt would end it. */
const GRACE_MS = 150

/** What the queue does for the batch that is under way. */
export interface Hooks {
  /** Hears that the batch is linked, so that the next may be made; true if it is. */
  linked(): boolean
  /** Takes what waits into the batch. */
  fill(batch: Batch): void
  /** Hears of each fault: what has to be waited out keeps no other chain waiting. */
  faulted(): void
}

/** How far an attempt came. */
interface Progress {
  handed: boolean
  /** Failures and conflicts so far. */
  faults: number
  conflicts: number
  /** Whether what was acknowledged was not found where it stood. */
  doubts: boolean
  /** What was made before its turn; looked at once. */
  ahead: Promise<Ready | undefined> | undefined
  readonly hooks: Hooks
  /** Whether it is done and the next batch goes in the same turn. */
  goesOn: boolean
}

/** Receipts that may be stored; the first ones may be the ledger's own. */
interface Sealed {
  readonly linked: LinkedBatch
  readonly signer: Signing['signer']
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

/** Marks what the store is about to see; from here on an end by time or signal is `unknown`. */
function hand({ slots }: LinkedBatch, receipts: readonly DecisionReceipt[]): void {
  const first = receipts.length - slots.length
  for (let index = 0; index < slots.length; index += 1) {
    const slot = slots[index] as Slot
    slot.sealed = [...slot.sealed, receipts[first + index] as DecisionReceipt]
    for (const wait of slot.waits) if (wait.exposure === 'none') wait.exposure = 'handed'
  }
}

/** Takes the mark back, or makes it stay. */
function unhand(batch: Batch, ambiguous: boolean): void {
  for (const { waits } of batch.slots) {
    for (const wait of waits) if (wait.exposure === 'handed') wait.exposure = ambiguous ? 'ambiguous' : 'none'
  }
}

/** Ends the turn, and only then tells the callers: what they do next keeps nobody waiting. */
function endTurn(chain: Chain): void {
  chain.turns.end()
  const settling = chain.settling.splice(0)
  for (const settle of settling) settle()
}

async function handOver(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  opened: Opened,
  { linked, receipts, signer }: Sealed,
  progress: Progress,
): Promise<void> {
  const { head } = opened
  const { turns } = chain
  const { slots } = linked
  const first = receipts.length - slots.length
  const settle = (): void => {
    for (let index = 0; index < slots.length; index += 1)
      settleSlot(slots[index] as Slot, receipts[first + index] as DecisionReceipt)
  }
  const storing = parts.store.append(chain.chainId, receipts, head && refOf(head), { signal: batch.signal })
  turns.used()
  const goesOn = turns.contended && turns.roomy && !batch.narrow && offer(chain, linked, signer, progress)
  await batch.during(storing, {
    // nobody waits, but what became durable is known to be
    done() {
      acknowledge(parts, chain, receipts, [])
      settle()
    },
    failed(error) {
      if (error !== batch.signal.reason) chain.warn(error)
    },
  })
  const { narrow } = batch
  // whoever was faster meets a conflict now and waits for its turn: the rest goes in this one
  if (narrow) batch.narrow = false
  // its waits end now because it succeeded
  else batch.finish()
  if (!narrow && !goesOn) turns.end()
  chain.head = { receipt: receipts.at(-1) }
  goOn(parts, chain, opened, receipts, slots)
  progress.goesOn = goesOn
  chain.settling.push(settle)
  if (narrow) for (const tell of chain.settling.splice(0)) tell()
  else if (!goesOn) endTurn(chain)
}

/** Links and signs a batch in its turn. */
async function makeNow(parts: Parts, chain: Chain, batch: Batch, opened: Opened, progress: Progress): Promise<Sealed> {
  const provider = batch.slots[0]?.order.keys ?? chain.provider
  let signer: Signing['signer']
  try {
    signer = await batch.during(provider.signer({ chainId: chain.chainId, signal: batch.signal }))
  } catch (error) {
    throw error instanceof Abandoned ? error : keyFault(error)
  }
  const made = linkBatch(parts, chain, batch, signer, opened)
  const linked = isPromise(made) ? await batch.during(made) : made
  if (linked.slots.length === 0) return { linked, signer, receipts: [] }
  const receipts = signBatch(parts, chain, { provider, signer }, linked.linked, batch.signal)
  // where others write in between, what is linked now may be linked in vain
  if (!chain.turns.contended) offer(chain, linked, signer, progress)
  return { linked, signer, receipts: await batch.during(receipts) }
}

/** What is linked now is what the next batch may be linked on; true if there is one. */
function offer(chain: Chain, { linked, slots }: LinkedBatch, signer: Signing['signer'], { hooks }: Progress): boolean {
  const last = linked.at(-1)
  if (last === undefined || !slots.every(({ order }) => typeof order.frame === 'object')) return false
  const { seq, timestamp } = last.place
  chain.tentative = { before: { seq, timestamp, receiptHash: last.receiptHash }, signer }
  return hooks.linked()
}

/** @returns what was made ready before its turn, if it still fits */
async function madeAhead(chain: Chain, batch: Batch, progress: Progress): Promise<Sealed | undefined> {
  const { ahead } = progress
  progress.ahead = undefined
  const ready = ahead && (await batch.during(ahead))
  const fits =
    ready !== undefined && chain.head?.receipt?.receiptHash === ready.on && ready.linked.slots.every(isAwaited)
  if (!fits) return undefined
  const { linked, signer } = ready
  if (!chain.turns.contended) offer(chain, linked, signer, progress)
  return { linked, signer, receipts: await batch.during(ready.receipts) }
}

/** How long somebody still waits for the batch, in milliseconds. */
function timeLeft({ slots }: Batch): number {
  const deadlines = slots.flatMap(({ waits }) => waits.filter(({ ended }) => !ended).map(({ deadline }) => deadline))
  return Math.max(0, ...deadlines.map((deadline) => deadline - performance.now()))
}

/** Lets other writers put back what is theirs, before anybody is told that it is gone. */
async function standBack({ store }: Parts, chain: Chain, batch: Batch, opened: Behind): Promise<void> {
  const { behind, head, mayCome } = opened
  if (!mayCome || store.lease === undefined) throw behind
  const found = head?.receiptHash
  if (chain.patience === undefined || chain.patience.found !== found) {
    chain.patience = { found, until: performance.now() + Math.min(PATIENCE_MS, timeLeft(batch) / 2) }
  }
  if (performance.now() >= chain.patience.until) throw behind
  for (const { waits } of batch.slots) for (const wait of waits) wait.trouble = behind
  chain.turns.end()
  await pause(LOOK_MS * (0.5 + Math.random()), batch)
}

/**
 * Finds what to chain on; on a contended chain once it is this ledger's turn.
 *
 * @returns nothing where others were let go first: look again
 */
async function open(parts: Parts, chain: Chain, batch: Batch, progress: Progress): Promise<Opened | undefined> {
  const { turns } = chain
  const { acceptsRollback = false, inTurn = false } = batch.slots[0]?.order ?? {}
  // who accepts a rollback means what the store says now
  if (acceptsRollback) chain.head = undefined
  const left = chain.head
  const inTurns = turns.contended || inTurn
  const begins = inTurns && !turns.held
  if (begins) {
    await turns.take(batch, timeLeft(batch))
    // others wrote meanwhile
    chain.head = undefined
    progress.ahead = undefined
  }
  const terms = { accepts: acceptsRollback, hurries: inTurns && !acceptsRollback && !progress.doubts }
  const opened = chain.head
    ? { head: chain.head.receipt, lost: [] }
    : await batch.during(openHead(parts, chain, terms, batch.signal))
  if ('behind' in opened) {
    await standBack(parts, chain, batch, opened)
    return undefined
  }
  if (opened.restored && !acceptsRollback && parts.store.lease !== undefined) {
    chain.head = undefined
    turns.end()
    await pause(Math.min(GRACE_MS, timeLeft(batch) / 4), batch)
    return undefined
  }
  chain.patience = undefined
  if (begins) turns.found(left !== undefined && left.receipt?.receiptHash === opened.head?.receiptHash)
  if (inTurns && progress.ahead === undefined) progress.hooks.fill(batch)
  return opened
}

async function attempt(parts: Parts, chain: Chain, batch: Batch, progress: Progress): Promise<void> {
  const opened = await open(parts, chain, batch, progress)
  if (opened === undefined) return
  if (batch.slots.some(({ waits }) => waits.some(({ exposure }) => exposure === 'ambiguous'))) {
    await batch.during(recogniseOwn(parts, chain, batch))
    if (batch.slots.length === 0) return
  }
  const sealed = (await madeAhead(chain, batch, progress)) ?? (await makeNow(parts, chain, batch, opened, progress))
  const { linked, receipts } = sealed
  if (linked.slots.length === 0) return
  // who was told that a receipt is absent must not find it in the chain: link again without it
  if (!linked.slots.every(isAwaited)) return
  if (opened.stands !== undefined && !(await batch.during(opened.stands))) {
    progress.doubts = true
    return
  }
  hand(linked, receipts)
  progress.handed = true
  await handOver(parts, chain, batch, opened, sealed, progress)
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
      const { turns } = chain
      // a writer that takes no turns is too fast for a whole batch: one receipt has to get in between
      batch.narrow = turns.held
      turns.lost()
      await pause(pauseMs(turns.held ? progress.conflicts - MAX_HASTE : progress.conflicts), batch)
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
      chain.turns.end()
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
 * @param hooks - what the queue does for it
 */
export async function commit(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  ahead: Promise<Ready | undefined> | undefined,
  hooks: Hooks,
): Promise<void> {
  const progress: Progress = { handed: false, faults: 0, conflicts: 0, doubts: false, ahead, hooks, goesOn: false }
  try {
    for (;;) {
      batch.dropEnded()
      if (batch.slots.length === 0) return
      progress.handed = false
      try {
        await attempt(parts, chain, batch, progress)
        if (progress.goesOn) return
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
    if (!progress.goesOn) endTurn(chain)
  }
}

/** A fault while recovering is a fault like any other. */
async function faced(parts: Parts, chain: Chain, batch: Batch, progress: Progress, error: unknown): Promise<void> {
  let fault = error
  progress.hooks.faulted()
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
