/** Whether the main store answers, chain by chain: in a cluster one chain may be out of reach and the next not. */
import { type HeadRef, QuittanceError } from '../errors.js'
import { utf8 } from '../primitives/bytes.js'
import { isoTime } from '../primitives/time.js'
import type { ReceiptStore } from '../store/store.js'
import { inLanes } from './lanes.js'
import { refOf } from './rollback.js'
import { type Asked, watchedStore } from './watched-store.js'

/** How long one look at a store that was away may take, in milliseconds. */
const PROBE_MS = 5_000
/** After a timer that may have been late, how long until the next look, in milliseconds. */
const CONFIRM_MS = 10
/** How many chains one round looks at, and how many of them at once. */
const ROUND = 32
const LANES = 8
const MIN_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000
/** How many chains at rest are remembered. */
const MAX_CHAINS = 10_000

/** An append that goes elsewhere when the store is away. */
export interface Expectation {
  /** Since when the append waits. */
  readonly since: number
  /** Ends the waiting when the store is taken to be away. */
  wait: { giveUp(why: string): void } | undefined
  /** Whether it was ended so. */
  gone: boolean
}

interface Contact {
  /** Under way; the oldest first. */
  readonly calls: Set<Asked>
  readonly expecting: Set<Expectation>
  /** The begin of the first call that failed since an append was answered. */
  failingSince: number | undefined
  /** The begin of a call that was given up unanswered. */
  unanswered: number | undefined
  fault: unknown
  away: boolean
  head: HeadRef | undefined
}

/** What is known of the main store. */
export interface Presence {
  /** The store, watched: what it answers and what it does not is taken note of. */
  readonly store: ReceiptStore
  away(chainId: string): boolean
  /** Chains whose store is away. */
  awayChains(): readonly string[]
  /** The last fault that was met, the cause of an error. */
  faultOf(chainId: string): unknown
  /** The newest head that the store named or took. */
  headOf(chainId: string): HeadRef | undefined
  /** An append begins to wait for the store. */
  expect(chainId: string): Expectation
  /** It waits no more. */
  settled(chainId: string, expectation: Expectation): void
  /** @returns for how long at the most the store has left a call unanswered or failed, in milliseconds */
  silence(chainId: string): number
  /** Takes the store to be away for this chain, until it answers. */
  markAway(chainId: string, fault: unknown): void
  /** The store answered. */
  markThere(chainId: string): void
  /** Asks once whether the store is there; one that refuses is there. */
  probe(chainId: string, signal?: AbortSignal): Promise<boolean>
  /** Asks no more. */
  stop(): void
}

/** What `createPresence` needs. */
export interface PresenceOptions {
  readonly store: ReceiptStore
  /** How long a store may be silent before it is taken to be away, in milliseconds. */
  readonly afterMs: number
  /** The time, for what a look leaves in the store. */
  readonly now: () => number
  /** Hears that a chain's store is back. */
  readonly onBack: (chainId: string) => void
}

/**
 * @param error - what a store or a ledger threw
 * @returns whether it means that the store can't be reached, or not with the durability that was asked for
 */
export function isAwayFault(error: unknown): boolean {
  return QuittanceError.is(error, 'STORE_UNAVAILABLE') || QuittanceError.is(error, 'STORE_DURABILITY')
}

/**
 * Ends with the signal or after a time, also where what is asked does not hear it.
 *
 * @param work - what is asked
 * @param ms - how long it may take
 * @param given - gives up
 * @returns what `work` gives
 * @throws QuittanceError `STORE_UNAVAILABLE` when it took too long; the signal's reason
 */
export async function answered<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  given?: AbortSignal,
): Promise<T> {
  given?.throwIfAborted()
  const controller = new AbortController()
  const give = (): void => controller.abort(given?.reason)
  const timer = setTimeout(() => {
    controller.abort(
      new QuittanceError('STORE_UNAVAILABLE', `the store did not answer within ${ms} ms`, {
        details: { retryable: true, outcome: 'unknown' },
      }),
    )
  }, ms)
  given?.addEventListener('abort', give, { once: true })
  try {
    const ended = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
    })
    return await Promise.race([work(controller.signal), ended])
  } finally {
    clearTimeout(timer)
    given?.removeEventListener('abort', give)
  }
}

const oldest = <T>(set: ReadonlySet<T>): T | undefined => set.values().next().value

/**
 * @param options - the store, and how long it may be silent
 * @returns what is known of it: nothing yet, so it is taken to be there
 */
export function createPresence({ store, afterMs, now, onBack }: PresenceOptions): Presence {
  const contacts = new Map<string, Contact>()
  /** In the order in which they are looked at. */
  const away = new Set<string>()
  const expecting = new Set<string>()
  /** Silent for long enough, once: an answer may lie ready behind the timer that looked. */
  const suspected = new Set<string>()
  let ticker: ReturnType<typeof setTimeout> | undefined
  let prober: ReturnType<typeof setTimeout> | undefined
  let pauseMs = MIN_PAUSE_MS
  let stopped = false

  const forgetIdle = (): void => {
    let looked = 0
    for (const [chainId, contact] of contacts) {
      if (contacts.size <= MAX_CHAINS || looked === 64) return
      looked += 1
      contacts.delete(chainId)
      if (contact.away || contact.calls.size > 0 || contact.expecting.size > 0) contacts.set(chainId, contact)
    }
  }

  const contactOf = (chainId: string): Contact => {
    const known = contacts.get(chainId)
    if (known !== undefined) return known
    const contact: Contact = {
      calls: new Set(),
      expecting: new Set(),
      failingSince: undefined,
      unanswered: undefined,
      fault: undefined,
      away: false,
      head: undefined,
    }
    contacts.set(chainId, contact)
    if (contacts.size > MAX_CHAINS) forgetIdle()
    return contact
  }

  const there = (chainId: string, contact: Contact): void => {
    contact.failingSince = undefined
    contact.unanswered = undefined
    if (!contact.away) return
    contact.away = false
    contact.fault = undefined
    away.delete(chainId)
    onBack(chainId)
  }

  /** Since when the store has been silent; what nobody waits for any more does not count. */
  const silentSince = ({ calls, failingSince }: Contact): number =>
    Math.min(oldest(calls)?.since ?? Number.POSITIVE_INFINITY, failingSince ?? Number.POSITIVE_INFINITY)

  const markAway = (chainId: string, fault: unknown): void => {
    const contact = contactOf(chainId)
    if (fault !== undefined) contact.fault = fault
    if (!contact.away) {
      contact.away = true
      away.add(chainId)
      scheduleProbe()
    }
    for (const expectation of [...contact.expecting]) {
      if (expectation.gone || expectation.wait === undefined) continue
      expectation.gone = true
      expectation.wait.giveUp('the store is away')
    }
  }

  const tick = (): void => {
    ticker = undefined
    const time = performance.now()
    for (const chainId of [...expecting]) {
      const contact = contactOf(chainId)
      const first = oldest(contact.expecting)
      const silent = first !== undefined && time - Math.max(first.since, silentSince(contact)) >= afterMs
      if (first === undefined) expecting.delete(chainId)
      if (!silent) suspected.delete(chainId)
      else if (!suspected.delete(chainId)) suspected.add(chainId)
      else markAway(chainId, undefined)
    }
    if (expecting.size > 0) scheduleTick()
  }

  /** Appends that wait keep the process alive; looking after them need not. */
  const scheduleTick = (): void => {
    ticker ??= setTimeout(tick, suspected.size > 0 ? CONFIRM_MS : Math.min(500, Math.max(5, afterMs / 4)))
    ticker.unref?.()
  }

  const probe = async (chainId: string, signal?: AbortSignal): Promise<boolean> => {
    try {
      await answered(
        async (ending) => {
          // a replica that can be read is no store that takes receipts: only a write shows that it is back
          const found = await store.state.get(chainId, 'outbox-probe', { signal: ending })
          const bytes = utf8(JSON.stringify({ probedAt: isoTime(now()) }))
          await store.state.put(chainId, 'outbox-probe', bytes, found?.version ?? 0, { signal: ending })
        },
        PROBE_MS,
        signal,
      )
    } catch (error) {
      signal?.throwIfAborted()
      // a store that refuses is there, and appends shall be told why
      if (!QuittanceError.is(error) || isAwayFault(error)) {
        contactOf(chainId).fault = error
        return false
      }
    }
    there(chainId, contactOf(chainId))
    return true
  }

  const probeRound = async (): Promise<void> => {
    const round = [...away].slice(0, ROUND)
    let back = 0
    await inLanes(round, LANES, async (chainId) => {
      if (await probe(chainId)) back += 1
      else if (away.delete(chainId)) away.add(chainId)
    })
    if (back === 0) pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)
    prober = undefined
    if (away.size > 0) scheduleProbe()
  }

  const scheduleProbe = (): void => {
    if (stopped || prober !== undefined) return
    prober = setTimeout(() => void probeRound(), pauseMs)
    prober.unref?.()
  }

  const watched = watchedStore(store, {
    begin(chainId) {
      const asked = { since: performance.now() }
      contactOf(chainId).calls.add(asked)
      return asked
    },
    end(chainId, asked, error, { writes, givenUp, head }) {
      const contact = contactOf(chainId)
      contact.calls.delete(asked)
      if (head !== undefined) contact.head = refOf(head)
      if (isAwayFault(error)) {
        contact.failingSince ??= asked.since
        contact.fault = error
      } else if (givenUp) contact.unanswered = asked.since
      else if (writes && (error === undefined || QuittanceError.is(error))) {
        // what was asked before and never answered will not be answered any more
        for (const call of contact.calls) if (call.since <= asked.since) contact.calls.delete(call)
        pauseMs = MIN_PAUSE_MS
        there(chainId, contact)
      }
    },
  })

  return {
    store: watched,
    away: (chainId) => contacts.get(chainId)?.away === true,
    awayChains: () => [...away],
    faultOf: (chainId) => contacts.get(chainId)?.fault,
    headOf: (chainId) => contacts.get(chainId)?.head,
    expect(chainId) {
      const contact = contactOf(chainId)
      const expectation: Expectation = { since: performance.now(), wait: undefined, gone: false }
      contact.expecting.add(expectation)
      expecting.add(chainId)
      scheduleTick()
      return expectation
    },
    settled(chainId, expectation) {
      contacts.get(chainId)?.expecting.delete(expectation)
    },
    silence(chainId) {
      const contact = contacts.get(chainId)
      if (contact === undefined) return 0
      const since = Math.min(silentSince(contact), contact.unanswered ?? Number.POSITIVE_INFINITY)
      return Math.max(0, performance.now() - since)
    },
    markAway,
    markThere: (chainId) => there(chainId, contactOf(chainId)),
    probe,
    stop() {
      stopped = true
      clearTimeout(ticker)
      clearTimeout(prober)
    },
  }
}
