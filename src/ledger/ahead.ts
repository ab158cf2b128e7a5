/** The next batch, linked on one that is still being stored and signed meanwhile. */
import type { Signer } from '../keys/provider.js'
import type { Frame } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { type Batch, createBatch, LEAST_AHEAD, MAX_BATCH, mostInTurn, takeSlots } from './batch.js'
import type { Chain, Parts, Tentative } from './chain.js'
import { type LinkedBatch, linkFrames, mayBeSigned } from './linking.js'
import type { Entry } from './order.js'
import { signBatch } from './signing.js'

/** What was made ready; it counts only if the batch before got its place. */
export interface Ready {
  /** The `receiptHash` that it is linked to. */
  readonly on: string
  readonly linked: LinkedBatch
  readonly signer: Signer
  readonly receipts: Promise<DecisionReceipt[]>
}

/** A batch that has left the queue before its turn. */
export interface Ahead {
  readonly batch: Batch
  /** Absent, or of `undefined`, where it has to be made in its turn, faults included. */
  readonly ready: Promise<Ready | undefined> | undefined
}

const isSameKey = (one: Signer, other: Signer): boolean =>
  one.keyId === other.keyId && one.delegation?.certificateSignature === other.delegation?.certificateSignature

/** Whatever goes wrong here goes wrong again, and is told, when the batch has its turn. */
async function makeReady(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  { before, signer: last }: Tentative,
): Promise<Ready | undefined> {
  const { slots } = batch
  const frames = slots.map(({ frame }) => frame as Frame)
  try {
    const signer = await chain.provider.signer({ chainId: chain.chainId, signal: batch.signal })
    // another key may have to say something first
    if (!isSameKey(signer, last)) return undefined
    const linked = linkFrames(parts, chain, frames, before, signer.keyId)
    await mayBeSigned(chain, linked, undefined, batch.signal)
    const receipts = signBatch(parts, chain, { provider: chain.provider, signer }, linked, batch.signal)
    receipts.catch(() => undefined)
    return { on: before.receiptHash, linked: { linked, slots }, signer, receipts }
  } catch {
    return undefined
  }
}

/**
 * Takes the next batch from a queue that is long enough, while the one before is under way.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param queue - is shortened
 * @returns the batch; `undefined` where it is better to wait
 */
export function takeAhead(parts: Parts, chain: Chain, queue: Entry[]): Ahead | undefined {
  const { tentative } = chain
  if (tentative === undefined || queue.length < LEAST_AHEAD) return undefined
  const { delegation } = tentative.signer
  if (delegation !== undefined && !chain.keys.holds(delegation)) return undefined
  const slots = takeSlots(queue, {
    draftsOnly: true,
    most: chain.turns.contended ? mostInTurn(queue.length) : MAX_BATCH,
  })
  if (slots.length === 0) return undefined
  const batch = createBatch(slots)
  return { batch, ready: makeReady(parts, chain, batch, tentative) }
}
