/** Reading a head: verified where another writer sealed it, held against what was acknowledged. */
import type { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Slot } from './batch.js'
import { acknowledge, type Chain, type Parts } from './chain.js'
import { holdAgainst, type Lost, lostOf, MAX_LOST, refOf, rolledBack, type Standing, stands } from './rollback.js'

/** What to chain on. */
export interface Opened {
  readonly head: DecisionReceipt | undefined
  /** Receipts that were lost and that a `rollback` receipt must name before anything else. */
  readonly lost: readonly Lost[]
  /** Whether what was acknowledged stands before that head, where that is still being asked: nothing may be stored before it is known. */
  readonly stands?: Promise<boolean> | undefined
  /** Whether lost receipts were put back before: other writers may have lost theirs too. */
  readonly restored?: boolean | undefined
}

/** A store that went back further than this ledger can put right. */
export interface Behind {
  /** What appends are told. */
  readonly behind: QuittanceError
  readonly head: DecisionReceipt | undefined
  /** Whether other writers may put it right. */
  readonly mayCome: boolean
}

/** How a head is opened. */
export interface Terms {
  /** Goes on though receipts were lost that can't be put back or are not all known. */
  readonly accepts: boolean
  /** Does not wait to hear that what was acknowledged stands: `Opened.stands` tells. */
  readonly hurries: boolean
}

async function readHead(parts: Parts, chain: Chain, signal: AbortSignal): Promise<DecisionReceipt | undefined> {
  const { store } = parts
  // what is remembered first: a head that is read after it can't be older in a store that keeps its word
  await chain.acknowledged.load(signal)
  const [found] = await Promise.all([store.head(chain.chainId, { signal }), chain.keys.refresh(signal)])
  if (found === undefined) return undefined
  const own = chain.acknowledged.find(found.receiptHash)
  if (!own) await chain.keys.verifyHead(found, signal)
  return own ?? found
}

/** An erasure that was acknowledged stays done: what came back with older receipts goes again. */
async function eraseAgain(
  { store }: Parts,
  { chainId }: Chain,
  receipts: readonly DecisionReceipt[],
  signal: AbortSignal,
): Promise<void> {
  for (const { retention } of receipts) {
    if (retention?.event !== 'erase') continue
    for (const { receiptId } of retention.receipts) await store.eraseDetails?.(chainId, receiptId, { signal })
  }
}

/** Puts lost receipts back as they were, if nothing else came to stand there meanwhile. */
async function restore(
  parts: Parts,
  chain: Chain,
  { run, expected }: Standing & { readonly kind: 'restorable' },
  signal: AbortSignal,
): Promise<void> {
  const { chainId, acknowledged } = chain
  const last = run.at(-1) as DecisionReceipt
  const behind = acknowledged.head ?? last
  for (let from = 0; from < run.length; from += MAX_LOST) {
    const before = from === 0 ? expected : refOf(run[from - 1] as DecisionReceipt)
    await parts.store.append(chainId, run.slice(from, from + MAX_LOST), before, { signal })
  }
  parts.events.emit('rolled_back', {
    chainId,
    acknowledged: refOf(behind),
    ...(expected ? { found: expected } : {}),
    outcome: 'restored',
    lost: run.map(lostOf),
  })
  await eraseAgain(parts, chain, run, signal)
}

/**
 * Finds what to chain on: the head that is known, or the one that the store has. Lost receipts of this ledger that link
 * to it are put back before, a run at a time: in between other writers may put back theirs.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param terms - how
 * @param signal - gives up
 * @returns the head, and what was lost; or that nothing may be chained on it
 * @throws QuittanceError `STORE_BAD_HEAD`, and what the store throws
 */
export async function openHead(
  parts: Parts,
  chain: Chain,
  { accepts, hurries }: Terms,
  signal: AbortSignal,
): Promise<Opened | Behind> {
  const { chainId, acknowledged, keys } = chain
  for (let restored = false; ; ) {
    if (chain.patience !== undefined) await acknowledged.reload(signal)
    const head = await readHead(parts, chain, signal)
    const last = acknowledged.head
    if (hurries && head !== undefined && last !== undefined && head.seq > last.seq) {
      const asked = stands(parts.store, chainId, last, signal)
      // who opened it hears of a failure when it waits for the answer
      asked.catch(() => undefined)
      return { head, lost: [], stands: asked }
    }
    const standing = await holdAgainst(parts.store, chainId, head, acknowledged, signal)
    switch (standing.kind) {
      case 'holds':
        chain.head = { receipt: head }
        return { head, lost: [], restored }
      case 'restorable':
        await restore(parts, chain, standing, signal)
        restored = true
        break
      case 'recordable':
        await eraseAgain(parts, chain, standing.lost, signal)
        await keys.relearn(signal)
        return { head, lost: standing.lost.map(lostOf) }
      case 'behind':
        if (!accepts) {
          const behind = rolledBack(chainId, acknowledged.head as Lost, head, standing)
          return { behind, head, mayCome: standing.mayCome }
        }
        await eraseAgain(parts, chain, standing.known, signal)
        await keys.relearn(signal)
        return { head, lost: standing.lost }
    }
  }
}

/**
 * Takes note that lost receipts were named and the chain goes on.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param opened - from `openHead`
 * @param receipts - what is durable now
 * @param slots - those of callers who wait for them
 */
export function goOn(
  parts: Parts,
  chain: Chain,
  opened: Opened,
  receipts: readonly DecisionReceipt[],
  slots: readonly Slot[],
): void {
  const { head, lost } = opened
  const before = chain.acknowledged.head
  if (lost.length > 0) chain.acknowledged.startOver()
  acknowledge(parts, chain, receipts, slots)
  if (lost.length === 0 || before === undefined) return
  parts.events.emit('rolled_back', {
    chainId: chain.chainId,
    acknowledged: refOf(before),
    ...(head ? { found: refOf(head) } : {}),
    outcome: 'recorded',
    lost,
  })
}
