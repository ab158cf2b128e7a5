/** Where receipts are handed in: the bound over the whole ledger, the waits, and one writer a chain. */
import { QuittanceError } from '../errors.js'
import type { KeyProvider } from '../keys/provider.js'
import type { Frame } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import type { AcknowledgedHead } from './acknowledged.js'
import type { Parts } from './chain.js'
import { createDeadlines } from './deadlines.js'
import { shownChain, tell } from './faults.js'
import { holdAgain } from './hold-again.js'
import { inLanes } from './lanes.js'
import { after, isPromise, type Maybe } from './maybe.js'
import type { Order, Present, Turn } from './order.js'
import type { OwnBody } from './prepare.js'
import type { AppendOptions, NoteOptions } from './types.js'
import { Wait, type WaitKeeper } from './wait.js'
import { type ChainWriter, createWriter } from './writer.js'

/** How many chains are known at once; one at rest is forgotten first and read again when it is needed. */
const MAX_CHAINS = 10_000

/** What a receipt of the ledger's own says, without chain and tenant. */
export type OwnEvent = OwnBody extends infer B ? (B extends OwnBody ? Omit<B, 'chainId' | 'tenantId'> : never) : never

/** Whose receipt it is. */
export interface Addressed {
  readonly chainId: string
  readonly receiptId: string
}

/** What a layer over the desk may ask for. */
export interface SubmitTerms {
  /** Belongs to what was admitted before the desk was closed. */
  readonly late?: boolean | undefined
  /** A failure is no news yet: the layer tells of it. */
  readonly untold?: boolean | undefined
  /** Hears of the wait, which it may end. */
  readonly begun?: ((wait: Wait) => void) | undefined
}

/** The queues of a ledger. */
export interface Desk {
  /** How many receipts somebody waits for. */
  readonly pending: number
  readonly closed: boolean
  /**
   * @param addressed - whose receipt, as far as it is fit to be shown in an error
   * @param make - the order, perhaps still being prepared
   * @returns the receipt, once it is durable
   */
  submit(
    addressed: () => Partial<Addressed>,
    make: () => Maybe<{ readonly chainId: string; readonly order: Order }>,
    options?: AppendOptions,
    terms?: SubmitTerms,
  ): Promise<DecisionReceipt>
  /**
   * A receipt of the ledger's own, its tenant by default that of the head.
   *
   * @param event - what it says, made when its turn comes
   */
  submitOwn(
    chainId: string,
    event: (turn: Turn) => Maybe<OwnEvent | Present>,
    options?: NoteOptions,
    terms?: Omit<Order, 'receiptId' | 'frame'>,
  ): Promise<DecisionReceipt>
  /** @returns chains that were written, those that came last, at most so many */
  openChains(most: number): readonly string[]
  /** @returns the newest receipt that this ledger knows to be durable, from memory alone */
  remembered(chainId: string): AcknowledgedHead | undefined
  /**
   * Holds the chains that this ledger wrote against what it knows to be durable, and puts back what it can.
   *
   * @param skip - chains that can't be reached
   * @returns what can't be put back, and what could not be looked at
   */
  holdAgain(skip: ReadonlySet<string>, signal: AbortSignal): Promise<readonly unknown[]>
  /** @returns who signs a chain */
  providerOf(chainId: string): KeyProvider
  /** Hands a chain over to another provider, for this process. */
  handOver(chainId: string, provider: KeyProvider): void
  /** Lets `drained` wait for work that goes on after its receipt is durable. */
  track<T>(work: Promise<T>): Promise<T>
  /** Refuses what comes from now on. */
  close(): void
  /** Resolves when nobody waits and nothing is under way. */
  drained(): Promise<void>
  /** Rejects everybody who still waits. */
  giveUp(): void
  /** Writes what is remembered. */
  flush(): Promise<void>
}

function checkedTimeout(timeoutMs: number): number {
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0))
    throw new RangeError('timeoutMs must be a number of milliseconds above 0')
  return timeoutMs
}

/**
 * @param parts - the ledger's
 * @param keys - signs every chain that was not handed over
 * @param limits - `maxQueued` and the default `timeoutMs`
 * @returns the desk, nothing waiting
 */
export function createDesk(
  parts: Parts,
  keys: KeyProvider,
  limits: { readonly maxQueued: number; readonly timeoutMs: number },
): Desk {
  const waits = createDeadlines<Wait>()
  const tracked = new Set<Promise<unknown>>()
  const writers = new Map<string, ChainWriter>()
  const handedOver = new Map<string, KeyProvider>()
  let whenNone: (() => void)[] = []
  let closed = false

  const forgetIdle = (): void => {
    let looked = 0
    for (const [chainId, writer] of writers) {
      if (writers.size <= MAX_CHAINS || looked === 64) return
      looked += 1
      writers.delete(chainId)
      // not at rest: back to the end
      if (!writer.idle) writers.set(chainId, writer)
    }
  }

  const providerOf = (chainId: string): KeyProvider => handedOver.get(chainId) ?? keys

  const writerOf = (chainId: string): ChainWriter => {
    const known = writers.get(chainId)
    if (known !== undefined) return known
    const writer = createWriter(parts, chainId, providerOf(chainId))
    writers.set(chainId, writer)
    if (writers.size > MAX_CHAINS) forgetIdle()
    return writer
  }

  const keeper: WaitKeeper = {
    waits,
    ended() {
      if (waits.size > 0 || whenNone.length === 0) return
      for (const resolve of whenNone) resolve()
      whenNone = []
    },
    failed: (chainId, error) => parts.events.emit('failed', { ...shownChain(error, chainId), error }),
  }

  const admit = (late: boolean): void => {
    if (closed && !late) throw new QuittanceError('LEDGER_CLOSED', 'the ledger was closed')
    if (waits.size >= limits.maxQueued) {
      const message = `${limits.maxQueued} receipts wait already, which is the most that maxQueued allows`
      throw new QuittanceError('LEDGER_OVERLOADED', message, { details: { retryable: true } })
    }
  }

  const submit: Desk['submit'] = (addressed, make, options = {}, { late = false, untold = false, begun } = {}) => {
    const since = performance.now()
    try {
      admit(late)
      const { signal } = options
      const timeoutMs = checkedTimeout(options.timeoutMs ?? limits.timeoutMs)
      const begin = (ids: Partial<Addressed>): Wait => {
        const { chainId, receiptId } = ids
        const wait = new Wait(keeper, { chainId, receiptId, timeoutMs, since, signal, untold })
        begun?.(wait)
        return wait
      }
      // an append that was given up before it began does no work
      if (signal?.aborted) return begin(addressed()).promise
      const made = make()
      if (!isPromise(made)) {
        const wait = begin({ chainId: made.chainId, receiptId: made.order.receiptId })
        writerOf(made.chainId).push({ order: made.order, wait })
        return wait.promise
      }
      const wait = begin(addressed())
      made.then(
        ({ chainId, order }) => {
          if (!wait.ended) writerOf(chainId).push({ order, wait })
        },
        (error: unknown) => wait.reject(tell(error, { ...addressed(), outcome: 'absent' })),
      )
      return wait.promise
    } catch (error) {
      const told = tell(error, { ...addressed(), outcome: 'absent' })
      if (!untold) keeper.failed(addressed().chainId, told)
      return Promise.reject(told)
    }
  }

  const submitOwn: Desk['submitOwn'] = async (chainId, event, options = {}, terms = {}) => {
    checkChainId(chainId)
    const receiptId = parts.environment.uuid()
    const framed = async (turn: Turn): Promise<Frame | Present> => {
      const said = await event(turn)
      if ('present' in said) return said
      const tenantId = options.tenantId ?? turn.head?.tenantId
      if (tenantId === undefined) {
        throw new QuittanceError('RECEIPT_INVALID', 'tenantId is required where the chain is empty', {
          details: { path: 'tenantId' },
        })
      }
      return parts.preparer.own({ chainId, tenantId, ...said } as OwnBody, receiptId)
    }
    return submit(
      () => ({ chainId, receiptId }),
      // before anything is asked of the store by that name
      () => after(parts.preparer.named(chainId), () => ({ chainId, order: { receiptId, frame: framed, ...terms } })),
      options,
    )
  }

  return {
    get pending() {
      return waits.size
    },
    get closed() {
      return closed
    },
    submit,
    submitOwn,
    openChains: (most) => [...writers.keys()].slice(-most),
    remembered: (chainId) => writers.get(chainId)?.chain.acknowledged.head,
    holdAgain: (skip, signal) => {
      const chains = [...writers.values()].map(({ chain }) => chain)
      return holdAgain(
        parts,
        chains.filter(({ chainId }) => !skip.has(chainId)),
        signal,
      )
    },
    providerOf,
    handOver(chainId, provider) {
      handedOver.set(chainId, provider)
      const writer = writers.get(chainId)
      if (writer) writer.chain.provider = provider
    },
    close() {
      closed = true
    },
    track(work) {
      tracked.add(work)
      const done = (): void => {
        tracked.delete(work)
      }
      work.then(done, done)
      return work
    },
    async drained() {
      while (waits.size > 0 || tracked.size > 0) {
        if (waits.size > 0) await new Promise<void>((resolve) => whenNone.push(resolve))
        await Promise.allSettled(tracked)
      }
      for (const writer of [...writers.values()]) await writer.drained()
    },
    giveUp() {
      for (const wait of [...waits]) wait.giveUp('the ledger was closed before the receipt became durable')
    },
    async flush() {
      await inLanes([...writers.values()], 16, async ({ chain }) => {
        await chain.acknowledged.flush()
        await chain.keys.flush()
      })
    },
  }
}
