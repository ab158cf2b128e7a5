/**
 * The durable outbox, a layer over the desk: what the main store can't take is sealed at once into a chain of its own in a
 * local store, and brought to the main store when that is back.
 */
import { QuittanceError } from '../errors.js'
import type { KeyProvider } from '../keys/provider.js'
import { type Frame, frame } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { createRecent } from './acknowledged.js'
import { agrees } from './agreement.js'
import { createCapacity } from './capacity.js'
import type { Parts, Predecessor } from './chain.js'
import { type Addressed, createDesk, type Desk } from './desk.js'
import { shownChain, tell } from './faults.js'
import { after, type Maybe } from './maybe.js'
import { createOutboxChains, type OutboxChain } from './outbox-chains.js'
import { createClaim } from './outbox-claim.js'
import { createDrainer } from './outbox-drainer.js'
import { mayBeOutboxed } from './outbox-names.js'
import type { Expectation, Presence } from './presence.js'
import { isAwayFault } from './presence.js'
import type { AppendOptions, OutboxStatus } from './types.js'

/** What the ledger hands in. */
export interface OutboxAppend {
  readonly addressed: () => Partial<Addressed>
  /** Copies the draft at the first call, and makes one frame however often it is called. */
  readonly framed: () => Maybe<Frame>
  readonly options: AppendOptions | undefined
}

/** The outbox of one ledger. */
export interface Outbox {
  /** Appends to the main store, or, where it is away, to the outbox. */
  append(append: OutboxAppend): Promise<DecisionReceipt>
  /** How the outbox stands, from memory alone. */
  status(): OutboxStatus
  /** Asks the local store whether it takes receipts; throws why it does not. */
  look(signal: AbortSignal): Promise<void>
  /** The main store is back. */
  onBack(): void
  /** Drains every chain that is there; a failure is thrown. */
  drain(): Promise<{ readonly chains: number; readonly receipts: number }>
  /** After the desk was closed and drained: drains what it can, says what is left, closes the local store. */
  close(timeoutMs: number): Promise<void>
}

/** What an outbox needs. */
export interface OutboxParts {
  /** The ledger's parts; `store` is the main store, watched. */
  readonly parts: Parts
  readonly presence: Presence
  /** The main store itself. */
  readonly main: ReceiptStore
  readonly local: ReceiptStore
  readonly desk: Desk
  readonly keys: KeyProvider
  readonly afterMs: number
  readonly maxQueued: number
  readonly timeoutMs: number
}

/** While appends go on to be told of a rollback, how long until drained chains are looked at again, in milliseconds. */
const DOUBT_AGAIN_MS = 10_000

/** Thrown inside an append whose receipt is in an outbox chain already. */
class Delivered extends Error {
  constructor(readonly receipt: DecisionReceipt) {
    super('the receipt is there already')
  }
}

/** The same frame in another chain. */
function rehomed({ body }: Frame, chainId: string): Frame {
  return frame(Object.freeze({ ...body, chainId }))
}

/**
 * @param options - the ledger's parts and the local store
 * @returns the outbox; nothing is opened
 */
export function createOutbox(options: OutboxParts): Outbox {
  const { parts, presence, main, local, desk, keys, afterMs, maxQueued, timeoutMs } = options
  const { environment, events, preparer } = parts
  const warn = (error: unknown): void => events.emit('warning', { error })
  const mainOf = new Map<string, string>()
  const outboxParts: Parts = {
    ...parts,
    store: local,
    recent: createRecent(),
    capacity: createCapacity(),
    predecessorOf: (chainId) => {
      const mainChainId = mainOf.get(chainId)
      const head = mainChainId === undefined ? undefined : presence.headOf(mainChainId)
      if (mainChainId === undefined || head === undefined) return undefined
      return { chainId: mainChainId, ...head } as Predecessor
    },
  }
  const outboxDesk = createDesk(outboxParts, keys, { maxQueued, timeoutMs })
  const chains = createOutboxChains({
    store: local,
    random: (bytes) => environment.random(bytes),
    now: () => environment.now(),
    warn,
    opened({ chainId, mainChainId }) {
      mainOf.set(chainId, mainChainId)
      outboxDesk.handOver(chainId, desk.providerOf(mainChainId))
    },
    found: () => drainer.soon(),
  })
  const drainer = createDrainer({
    chains,
    presence,
    events,
    drain: { main, local, desk, outboxDesk, preparer, timeoutMs, warn },
    forget: (chainId) => mainOf.delete(chainId),
  })
  /** A main store that went back may have lost outbox chains as well. */
  const doubt = (): void => {
    chains.kept.doubt()
    if (chains.kept.doubted().length > 0) drainer.soon()
  }
  events.on('rolled_back', doubt, { passive: true })
  // every append may be told of the same rollback
  let toldAt = Number.NEGATIVE_INFINITY
  const whenTold = ({ error }: { readonly error: unknown }): void => {
    if (!QuittanceError.is(error, 'STORE_ROLLED_BACK') || performance.now() - toldAt < DOUBT_AGAIN_MS) return
    toldAt = performance.now()
    doubt()
  }
  events.on('failed', whenTold, { passive: true })
  const claim = createClaim(local, () => environment.now(), warn)
  let open = 0
  let whenNone: (() => void)[] = []

  /** A receipt that is in an outbox chain already is not sealed again, wherever the main chain stands. */
  const notDelivered = (made: Frame): Maybe<Frame> => {
    const { chainId, receiptId } = made.body
    const holder = chains.holding(chainId, receiptId)
    if (holder === undefined) return made
    return local.get(holder, receiptId).then((stored) => {
      if (stored === undefined) return made
      if (agrees({ ...made.body, chainId: holder }, stored)) throw new Delivered(stored)
      const message = `another receipt of this id stands in the outbox, at seq ${stored.seq}; this one was not appended`
      throw new QuittanceError('LEDGER_ID_REUSED', message, {
        details: { chainId: holder, receiptId, seq: stored.seq, outcome: 'absent' },
      })
    })
  }

  const ready = (framed: () => Maybe<Frame>): Maybe<Frame> => {
    claim.begin()
    return after(framed(), (made) => after(chains.ready(), () => notDelivered(made)))
  }

  const emitAccepted = (chain: OutboxChain): void => {
    if (!events.heard('outbox')) return
    const { chainId: outboxChainId, mainChainId: chainId } = chain
    events.emit('outbox', { chainId, outboxChainId, phase: 'accepted', count: 1 })
  }

  /** Takes a receipt into the outbox. */
  const accept = async (
    { addressed, framed, options: given = {} }: OutboxAppend,
    deadline: number,
    ambiguous: boolean,
  ): Promise<DecisionReceipt> => {
    for (;;) {
      let chain: OutboxChain | undefined
      try {
        const receipt = await outboxDesk.submit(
          addressed,
          () =>
            after(ready(framed), (made) => {
              chain = chains.current(made.body.chainId)
              const { chainId } = chain
              const order = { receiptId: made.body.receiptId, frame: rehomed(made, chainId) }
              return { chainId, order }
            }),
          { signal: given.signal, timeoutMs: Math.max(afterMs, deadline - performance.now()) },
          { untold: true },
        )
        if (chain === undefined) return receipt
        claim.taken()
        chains.accepted(chain, receipt)
        emitAccepted(chain)
        // the main store came back while this was written
        if (!presence.away(chain.mainChainId)) drainer.soon()
        return receipt
      } catch (error) {
        if (error instanceof Delivered) return error.receipt
        if (chain !== undefined && QuittanceError.is(error, 'LEDGER_CHAIN_ENDED')) {
          chains.retire(chain)
          continue
        }
        if (QuittanceError.is(error) && error.code.startsWith('STORE_')) claim.refused(error)
        const unknown = ambiguous || (QuittanceError.is(error) && error.details.outcome === 'unknown')
        throw tell(error, { ...addressed(), outcome: unknown ? 'unknown' : 'absent' })
      }
    }
  }

  /** Whether an append ended because the main store is away, and for no other reason. */
  const isAway = (error: unknown, chainId: string, expected: Expectation): boolean => {
    if (isAwayFault(error)) return true
    if (!QuittanceError.is(error, 'LEDGER_TIMEOUT')) return false
    if (expected.gone || isAwayFault(error.cause)) return true
    const waited = performance.now() - expected.since
    return presence.silence(chainId) >= Math.min(afterMs, waited) / 2
  }

  const away = (chainId: string, outcome: 'absent' | 'unknown', addressed: Partial<Addressed>): QuittanceError => {
    const cause = presence.faultOf(chainId)
    return new QuittanceError('STORE_UNAVAILABLE', 'the store is away', {
      details: { ...addressed, outcome, retryable: true },
      ...(cause === undefined ? {} : { cause }),
    })
  }

  const toMain = (
    { addressed, framed, options: given = {} }: OutboxAppend,
    expected: Expectation | undefined,
  ): Promise<DecisionReceipt> =>
    desk.submit(
      addressed,
      () =>
        after(ready(framed), (made) => ({
          chainId: made.body.chainId,
          order: { receiptId: made.body.receiptId, frame: made },
        })),
      { timeoutMs: given.timeoutMs, signal: given.signal },
      {
        untold: true,
        begun:
          expected &&
          ((wait) => {
            expected.wait = wait
          }),
      },
    )

  /** Appends as asked; what its caller is told that failed is for `append` to say. */
  const route = async (append: OutboxAppend): Promise<DecisionReceipt> => {
    const { addressed, options: given = {} } = append
    const { chainId } = addressed()
    const deadline = performance.now() + (given.timeoutMs ?? timeoutMs)
    const whenAway = given.whenAway ?? 'accept'
    if (whenAway === 'wait' || chainId === undefined || !mayBeOutboxed(chainId)) return toMain(append, undefined)
    if (presence.away(chainId) && !desk.closed) {
      if (whenAway === 'fail') throw away(chainId, 'absent', addressed())
      return accept(append, deadline, false)
    }
    const expected = presence.expect(chainId)
    try {
      return await toMain(append, expected)
    } catch (error) {
      if (!isAway(error, chainId, expected)) throw error
      const outcome = QuittanceError.is(error) && error.details.outcome === 'unknown' ? 'unknown' : 'absent'
      if (whenAway === 'fail') throw expected.gone ? away(chainId, outcome, addressed()) : error
      presence.markAway(chainId, QuittanceError.is(error) && !isAwayFault(error) ? error.cause : error)
      return await accept(append, deadline, outcome === 'unknown')
    } finally {
      presence.settled(chainId, expected)
    }
  }

  return {
    async append(append) {
      open += 1
      try {
        return await route(append)
      } catch (error) {
        if (error instanceof Delivered) return error.receipt
        events.emit('failed', { ...shownChain(error, append.addressed().chainId), error })
        throw error
      } finally {
        open -= 1
        if (open === 0) for (const resolve of whenNone.splice(0)) resolve()
      }
    },
    status() {
      const undrained = chains.undrained().filter(({ since }) => since !== undefined)
      const stuck = undrained.find((chain) => chain.failure !== undefined)?.failure
      const failure = claim.refusal ?? stuck ?? chains.unread
      return {
        away: presence.awayChains(),
        chains: undrained.length,
        receipts: undrained.reduce((sum, { receipts }) => sum + receipts, 0),
        ...(undrained[0]?.since === undefined ? {} : { oldest: undrained[0].since }),
        ...(QuittanceError.is(failure) ? { code: failure.code } : {}),
      }
    },
    async look(signal) {
      await chains.scan()
      const found = await local.status?.({ signal })
      if (found?.writable === false) {
        throw new QuittanceError(found.refusal ?? 'STORE_UNAVAILABLE', 'the outbox takes no receipts now')
      }
    },
    onBack() {
      chains.kept.doubt()
      drainer.soon()
    },
    drain: () => drainer.drainAll(),
    async close(ms) {
      const until = performance.now() + ms
      if (open > 0) await new Promise<void>((resolve) => whenNone.push(resolve))
      whenNone = []
      await outboxDesk.drained()
      await claim.end()
      await drainer.close(Math.max(1, until - performance.now()))
      presence.stop()
      outboxDesk.close()
      try {
        await outboxDesk.flush()
      } finally {
        await local.close()
      }
    },
  }
}
