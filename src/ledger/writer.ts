import type { KeyProvider } from '../keys/provider.js'
import { createBatch, takeSlots } from './batch.js'
import { type Chain, createChain, type Parts } from './chain.js'
import { commit } from './commit.js'
import { failSlot } from './linking.js'
import type { Entry } from './order.js'

/** The queue of one chain and the one worker that empties it. */
export interface ChainWriter {
  readonly chain: Chain
  push(entry: Entry): void
  /** True when nothing waits, nothing is under way and everything is remembered: it can be forgotten. */
  readonly idle: boolean
  /** Resolves when nothing waits or is under way. */
  drained(): Promise<void>
}

/**
 * @param parts - the ledger's
 * @param chainId - the chain
 * @param provider - signs it
 * @returns its writer, at rest
 */
export function createWriter(parts: Parts, chainId: string, provider: KeyProvider): ChainWriter {
  const chain = createChain(parts, chainId, provider)
  const queue: Entry[] = []
  let working: Promise<void> | undefined

  const work = async (): Promise<void> => {
    // one microtask, so that what is appended in one turn goes in one batch
    await undefined
    while (queue.length > 0) {
      const slots = takeSlots(queue)
      if (slots.length === 0) continue
      const batch = createBatch(slots)
      try {
        await commit(parts, chain, batch)
      } catch (error) {
        // a mistake of this library: nobody may wait for ever because of it
        chain.head = undefined
        for (const slot of slots) failSlot(slot, chainId, error)
      }
    }
    working = undefined
  }

  return {
    chain,
    push(entry) {
      queue.push(entry)
      working ??= work()
    },
    get idle() {
      return working === undefined && chain.acknowledged.clean && chain.keys.clean
    },
    async drained() {
      while (working !== undefined) await working
    },
  }
}
