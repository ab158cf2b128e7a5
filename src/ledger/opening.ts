/** Reading a head: verified where another writer sealed it, held against what was acknowledged. */
import type { DecisionReceipt } from '../receipt/types.js'
import { acknowledge, type Chain, type Parts } from './chain.js'
import { holdAgainst, type Lost, lostOf, MAX_LOST, refOf, rolledBack, type Standing } from './rollback.js'

/** What to chain on. */
export interface Opened {
  readonly head: DecisionReceipt | undefined
  /** Receipts that were lost and that a `rollback` receipt must name before anything else. */
  readonly lost: readonly Lost[]
}

async function readHead(parts: Parts, chain: Chain, signal: AbortSignal): Promise<DecisionReceipt | undefined> {
  const { store } = parts
  // what is remembered first: a head that is read after it can't be older in a store that keeps its word
  await chain.acknowledged.load(signal)
  const found = await store.head(chain.chainId, { signal })
  await chain.keys.refresh(signal)
  if (found === undefined) return undefined
  const own = chain.acknowledged.find(found.receiptHash)
  if (!own) await chain.keys.verifyHead(found, signal)
  return own ?? found
}

/** Puts lost receipts back as they were; nothing else may stand there. */
async function restore(
  parts: Parts,
  chain: Chain,
  standing: Standing & { readonly kind: 'restorable' },
  signal: AbortSignal,
): Promise<DecisionReceipt> {
  const { lost, expected } = standing
  const { chainId, acknowledged } = chain
  for (let from = 0; from < lost.length; from += MAX_LOST) {
    const before = from === 0 ? expected : refOf(lost[from - 1] as DecisionReceipt)
    await parts.store.append(chainId, lost.slice(from, from + MAX_LOST), before, { signal })
  }
  const last = lost.at(-1) as DecisionReceipt
  parts.events.emit('rolled_back', {
    chainId,
    acknowledged: refOf(acknowledged.head ?? last),
    ...(expected ? { found: expected } : {}),
    outcome: 'restored',
    lost: lost.map(lostOf),
  })
  return last
}

/**
 * Finds what to chain on: the head that is known, or the one that the store has.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param accepts - whether to go on though receipts were lost of which not all is known
 * @param signal - gives up
 * @returns the head, and what was lost
 * @throws QuittanceError `STORE_BAD_HEAD`, `STORE_ROLLED_BACK`, and what the store throws
 */
export async function openHead(parts: Parts, chain: Chain, accepts: boolean, signal: AbortSignal): Promise<Opened> {
  if (chain.head !== undefined) return { head: chain.head.receipt, lost: [] }
  const head = await readHead(parts, chain, signal)
  const standing = await holdAgainst(parts.store, chain.chainId, head, chain.acknowledged, signal)
  switch (standing.kind) {
    case 'holds':
      chain.head = { receipt: head }
      return { head, lost: [] }
    case 'restorable': {
      const restored = await restore(parts, chain, standing, signal)
      chain.head = { receipt: restored }
      return { head: restored, lost: [] }
    }
    case 'recordable':
      await chain.keys.relearn(signal)
      return { head, lost: standing.lost.map(lostOf) }
    case 'unknown':
      if (!accepts) throw rolledBack(chain.chainId, chain.acknowledged.head as Lost, head)
      await chain.keys.relearn(signal)
      return { head, lost: standing.lost }
  }
}

/**
 * Takes note that lost receipts were named and the chain goes on.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param opened - from `openHead`
 * @param receipts - what is durable now
 */
export function goOn(parts: Parts, chain: Chain, opened: Opened, receipts: readonly DecisionReceipt[]): void {
  const { head, lost } = opened
  const before = chain.acknowledged.head
  if (lost.length > 0) chain.acknowledged.startOver()
  acknowledge(parts, chain, receipts)
  if (lost.length === 0 || before === undefined) return
  parts.events.emit('rolled_back', {
    chainId: chain.chainId,
    acknowledged: refOf(before),
    ...(head ? { found: refOf(head) } : {}),
    outcome: 'recorded',
    lost,
  })
}
