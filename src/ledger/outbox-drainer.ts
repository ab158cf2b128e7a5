/** When outbox chains are drained: in the background once the main store is back, when asked, and at the end. */
import { QuittanceError } from '../errors.js'
import type { Events } from './events.js'
import { inLanes } from './lanes.js'
import type { OutboxChain, OutboxChains } from './outbox-chains.js'
import { type Drain, drainChain } from './outbox-drain.js'
import type { KeptChain } from './outbox-kept.js'
import { answered, isAwayFault, type Presence } from './presence.js'
import { rolledBack } from './rollback.js'

/** After a fault that is no absence, how long until the next try, in milliseconds. */
const RETRY_MS = 10_000
/** What was accepted in one go is drained in one. */
const SOON_MS = 20
/** How many drained chains are held against the main store at once, and how long it may take to answer, in milliseconds. */
const LOOKS = 8
const LOOK_MS = 5_000

/** What a drainer needs. */
export interface DrainerOptions {
  readonly chains: OutboxChains
  readonly presence: Presence
  readonly events: Events
  readonly drain: Omit<Drain, 'signal'>
  /** Hears of a chain of which no more will be asked. */
  readonly forget: (chainId: string) => void
}

/** Drains. */
export interface Drainer {
  /** Begins in the background, soon. */
  soon(): void
  /** Drains everything; the first failure is thrown, after the other chains were tried. */
  drainAll(): Promise<{ readonly chains: number; readonly receipts: number }>
  /** Drains what it can in that time and warns of what is left. */
  close(timeoutMs: number): Promise<void>
}

/**
 * @param options - the chains, and what draining one of them needs
 * @returns the drainer, at rest
 */
export function createDrainer({ chains, presence, events, drain, forget }: DrainerOptions): Drainer {
  const stopping = new AbortController()
  const done = { chains: 0, receipts: 0 }
  /** One pass after another. */
  let passing: Promise<unknown> = Promise.resolve()
  let queued = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  const begin = (): void => {
    timer = undefined
    if (queued || closed) return
    queued = true
    void pass(false).catch(drain.warn)
  }

  const later = (ms: number): void => {
    if (closed) return
    timer ??= setTimeout(begin, ms)
    timer.unref?.()
  }

  /** A store that is away is asked by the presence, which says when it is back. */
  const failed = (chain: OutboxChain, error: unknown): void => {
    const { mainChainId, chainId } = chain
    const known = QuittanceError.is(chain.failure) && QuittanceError.is(error, chain.failure.code)
    chain.failure = error
    const gone = isAwayFault(error) || (QuittanceError.is(error, 'LEDGER_TIMEOUT') && presence.silence(mainChainId) > 0)
    if (gone) presence.markAway(mainChainId, error)
    else {
      if (!known) events.emit('warning', { chainId, error })
      later(RETRY_MS)
    }
  }

  const drainOne = async (chain: OutboxChain): Promise<void> => {
    const { chainId: outboxChainId, mainChainId: chainId, receipts } = chain
    chains.retire(chain)
    events.emit('outbox', { chainId, outboxChainId, phase: 'draining', count: receipts })
    const count = await drainChain({ ...drain, signal: stopping.signal }, chain)
    forget(outboxChainId)
    if (count === undefined) {
      chains.drop(chain)
      return
    }
    await chains.drained(chain)
    presence.markThere(chainId)
    done.chains += 1
    done.receipts += count
    events.emit('outbox', { chainId, outboxChainId, phase: 'drained', count })
  }

  /** Holds one drained chain against the main store; what that lost is drained again. */
  const lookAt = async (kept: KeptChain): Promise<void> => {
    const { chainId } = kept
    const { signal } = stopping
    const last = await drain.local.head(chainId, { signal })
    const look = (ending: AbortSignal) => drain.main.head(chainId, { signal: ending })
    const there = await answered(look, Math.min(LOOK_MS, drain.timeoutMs), signal)
    const isThere =
      there !== undefined &&
      last !== undefined &&
      (there.seq > last.seq || (there.seq === last.seq && there.receiptHash === last.receiptHash))
    if (last === undefined || isThere) {
      chains.kept.sure(kept)
      return
    }
    await chains.again(kept)
    events.emit('warning', { chainId, error: rolledBack(chainId, last, there) })
  }

  /** Once the store is found away the rest is left for later. */
  const lookAtKept = async (insist: boolean): Promise<readonly unknown[]> => {
    const failures: unknown[] = []
    const isGone = (): boolean => stopping.signal.aborted || failures.some(isAwayFault)
    await inLanes(chains.kept.doubted(), LOOKS, async (kept) => {
      if (isGone() || (presence.away(kept.mainChainId) && !insist)) return
      try {
        await lookAt(kept)
      } catch (error) {
        if (!stopping.signal.aborted) failures.push(error)
      }
    })
    const fault = failures.find((error) => !isAwayFault(error))
    if (fault !== undefined && !insist) drain.warn(fault)
    if (failures.length > 0) later(RETRY_MS)
    return failures
  }

  /** Drains the chains that are there now, one after another, the oldest first. */
  const pass = (insist: boolean): Promise<readonly unknown[]> => {
    const run = async (): Promise<readonly unknown[]> => {
      queued = false
      const failures: unknown[] = [...(await lookAtKept(insist))]
      for (const chain of chains.undrained()) {
        if (stopping.signal.aborted) break
        if (
          presence.away(chain.mainChainId) &&
          !(insist && (await presence.probe(chain.mainChainId, stopping.signal)))
        ) {
          failures.push(presence.faultOf(chain.mainChainId))
          continue
        }
        try {
          await drainOne(chain)
        } catch (error) {
          if (stopping.signal.aborted) break
          failed(chain, error)
          failures.push(error)
        }
      }
      return failures
    }
    const running = passing.then(run)
    passing = running.catch(() => {})
    return running
  }

  const left = (): QuittanceError | undefined => {
    const undrained = chains.undrained().filter(({ since }) => since !== undefined)
    if (undrained.length === 0) return undefined
    const receipts = undrained.reduce((sum, chain) => sum + chain.receipts, 0)
    const cause = undrained.find(({ failure }) => failure !== undefined)?.failure
    const message = `${receipts} receipts in ${undrained.length} outbox chains are not in the main store yet; the next ledger with this outbox drains them`
    return new QuittanceError('STORE_UNAVAILABLE', message, {
      details: { retryable: true },
      ...(cause === undefined ? {} : { cause }),
    })
  }

  return {
    soon: () => later(SOON_MS),
    async drainAll() {
      const before = { ...done }
      await chains.scan()
      chains.kept.doubt()
      const [first] = await pass(true)
      if (first !== undefined) throw first
      return { chains: done.chains - before.chains, receipts: done.receipts - before.receipts }
    },
    async close(timeoutMs) {
      clearTimeout(timer)
      closed = true
      const limit = setTimeout(
        () => {
          stopping.abort(new QuittanceError('LEDGER_TIMEOUT', 'the ledger was closed before its outbox was drained'))
        },
        Math.min(timeoutMs, 2 ** 31 - 1),
      )
      try {
        if (chains.undrained().length > 0 || chains.kept.doubted().length > 0) await pass(true)
        else await passing
      } catch (error) {
        if (!stopping.signal.aborted) throw error
      } finally {
        clearTimeout(limit)
      }
      const remains = left()
      if (remains !== undefined) drain.warn(remains)
    },
  }
}
