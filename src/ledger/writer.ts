import type { KeyProvider } from '../keys/provider.js'
import { type Ahead, takeAhead } from './ahead.js'
import { createBatch, LEAST_AHEAD, takeSlots } from './batch.js'
import type { Place } from './capacity.js'
import { type Chain, createChain, type Parts } from './chain.js'
import { commit, type Hooks } from './commit.js'
import { failSlot } from './linking.js'
import { isPromise, type Maybe } from './maybe.js'
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

/** A batch that left the queue, perhaps before its turn, with its place. */
interface Taken extends Ahead {
  readonly place: Place
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

  /** What was taken ahead. */
  let next: Taken | undefined
  let looking = false
  /** Whether a place was asked for and not given yet. */
  let asked = false
  /** The worker, where it waits for a place. */
  let wake: ((taken: Taken) => void) | undefined

  const set = (place: Place): number => {
    asked = false
    if (wake !== undefined) {
      // with all that came while it waited for its turn
      const batch = createBatch(takeSlots(queue))
      wake({ batch, ready: undefined, place })
      wake = undefined
      return batch.slots.length
    }
    const ahead = takeAhead(parts, chain, queue)
    if (ahead === undefined) return 0
    next = { ...ahead, place }
    return ahead.batch.slots.length
  }

  const ask = (): void => {
    if (asked) return
    asked = true
    parts.capacity.ask(set)
  }

  const lookAhead = (): void => {
    if (next === undefined && chain.tentative !== undefined && queue.length >= LEAST_AHEAD) ask()
  }

  /** What is being committed. */
  let current: Taken | undefined

  const hooks: Hooks = {
    linked() {
      lookAhead()
      return next !== undefined
    },
    fill(batch) {
      // what was taken ahead comes first
      if (next !== undefined) return
      const before = batch.slots.length
      batch.fill(queue)
      current?.place.grow(batch.slots.length - before)
    },
    faulted: () => current?.place.leave(),
  }

  const take = (): Maybe<Taken> => {
    if (next !== undefined) {
      const taken = next
      next = undefined
      return taken
    }
    let given: Taken | undefined
    wake = (taken) => {
      given = taken
    }
    ask()
    if (given !== undefined) return given
    return new Promise((resolve) => {
      wake = resolve
    })
  }

  const work = async (): Promise<void> => {
    // one microtask, so that what is appended in one turn goes in one batch
    await undefined
    while (next !== undefined || queue.length > 0) {
      const given = take()
      current = isPromise(given) ? await given : given
      const { batch, ready, place } = current
      const { slots } = batch
      try {
        await commit(parts, chain, batch, ready, hooks)
      } catch (error) {
        // a mistake of this library: nobody may wait for ever because of it
        chain.head = undefined
        for (const slot of slots) failSlot(slot, chainId, error)
      } finally {
        place.leave()
      }
    }
    current = undefined
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
