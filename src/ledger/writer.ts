import type { KeyProvider } from '../keys/provider.js'
import { type Ahead, takeAhead } from './ahead.js'
import { type Batch, createBatch, takeSlots } from './batch.js'
import { type Chain, createChain, type Parts } from './chain.js'
import { commit, type Hooks } from './commit.js'
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

  let next: Ahead | undefined
  let looking = false

  const lookAhead = (): void => {
    next ??= takeAhead(parts, chain, queue)
  }

  const hooks: Hooks = {
    linked() {
      lookAhead()
      return next !== undefined
    },
    fill(batch) {
      // what was taken ahead comes first
      if (next === undefined) batch.fill(queue)
    },
  }

  const take = (): { readonly batch: Batch; readonly ready: Ahead['ready'] | undefined } => {
    const taken = next ?? { batch: createBatch(takeSlots(queue)), ready: undefined }
    next = undefined
    return taken
  }

  const work = async (): Promise<void> => {
    // one microtask, so that what is appended in one turn goes in one batch
    await undefined
    while (next !== undefined || queue.length > 0) {
      const { batch, ready } = take()
      const { slots } = batch
      try {
        await commit(parts, chain, batch, ready, hooks)
      } catch (error) {
        // a mistake of this library: nobody may wait for ever because of it
        chain.head = undefined
        for (const slot of slots) failSlot(slot, chainId, error)
      }
    }
    working = undefined
  }

  /** One microtask later, so that what is appended in one turn is looked at together. */
  const lookSoon = (): void => {
    if (looking || next !== undefined || chain.tentative === undefined) return
    looking = true
    queueMicrotask(() => {
      looking = false
      lookAhead()
    })
  }

  return {
    chain,
    push(entry) {
      queue.push(entry)
      if (working === undefined) working = work()
      else lookSoon()
    },
    get idle() {
      return working === undefined && chain.acknowledged.clean && chain.keys.clean
    },
    async drained() {
      while (working !== undefined) await working
      await chain.turns.settled()
    },
  }
}
