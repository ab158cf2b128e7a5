/** The chains that wait for a checkpoint: a few at once, of each one at a time, again after a pause where it failed. */
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import type { PublishedCheckpoint } from '../types.js'
import { readCell } from './cell.js'
import { codeOf } from './destination.js'
import type { Entries } from './entries.js'
import { createFollowing, type Followed, type Following, type Run } from './following.js'
import type { Making } from './making.js'
import { pauseAfter, type Trouble } from './pauses.js'
import { publishedOf } from './publishing.js'
import { cutWords, refused as refusal } from './refused.js'
import { turnsByName } from './turns-by-name.js'

/** So many chains get their checkpoint at once. */
const AT_ONCE = 4
/** So many refused chains are listed. */
const MAX_REFUSED = 100

/** What following chains needs. */
export interface ChainsOptions {
  readonly store: ReceiptStore
  readonly making: Making
  readonly entries: Entries
  readonly origin: string
  readonly logChainId: string
  readonly everyReceipts: number
  readonly everyMs: number
  readonly firstPauseMs: number
  readonly signal: AbortSignal
  readonly trouble: Trouble
  warn(error: unknown, about: { readonly chainId: string }): void
  /** Hears of each checkpoint that came into the log chain. */
  entered(chainId: string): void
  /** Hears that something ended, and that more may wait. */
  moved(): void
  isClosed(): boolean
}

/** Makes the checkpoints of chains when they are due. */
export interface Chains {
  readonly following: Following
  /** Chains whose history forbids a checkpoint, and why. */
  readonly refused: ReadonlyMap<string, string>
  /** Takes note of receipts, which are durable; makes the checkpoint where there are enough. */
  note(chainId: string, receipts: readonly DecisionReceipt[]): void
  /** Makes those that are due by the time, `performance.now()`. */
  look(at: number): void
  /** Makes one now. */
  checkpoint(chainId: string): Promise<PublishedCheckpoint>
  /** Makes all that wait, and gives those that fail a second attempt. */
  drain(): Promise<void>
  /** Makes those of every chain of the store that lack one. */
  catchUp(): Promise<{ readonly chains: number; readonly failed: number }>
}

const isRefused = (error: unknown): error is QuittanceError => QuittanceError.is(error, 'TLOG_REFUSED')

/**
 * @param options - what it needs
 * @returns what follows chains, none yet
 */
export function createChains(options: ChainsOptions): Chains {
  const { store, making, entries, origin, logChainId, everyReceipts, everyMs, firstPauseMs, signal, trouble, warn } =
    options
  const following = createFollowing()
  const refused = new Map<string, string>()
  const busy = new Set<string>()
  const queue = new Set<string>()
  const idle: (() => void)[] = []
  const inTurn = turnsByName()

  const make = async (chainId: string, run: Run | undefined, patient: boolean): Promise<PublishedCheckpoint> => {
    const { kept, entered, open } = await making.make(chainId, run, { patient })
    refused.delete(chainId)
    if (open) following.touch(chainId, performance.now() + 2 * everyMs)
    if (entered) options.entered(chainId)
    return publishedOf('chain', kept)
  }

  /** @returns whether it is news */
  const noteRefusal = (chainId: string, { details: { reason = 'refused' } }: QuittanceError): boolean => {
    // an outbox chain that is not drained yet, say
    if (reason === 'empty' || refused.get(chainId) === reason) return false
    if (refused.size < MAX_REFUSED || refused.has(chainId)) refused.set(chainId, reason)
    return true
  }

  /** What the chain's own history forbids is told once, and tried again when the chain changes. */
  const makingFailed = (chainId: string, followed: Followed, error: unknown): void => {
    if (signal.aborted) {
      following.putBack(chainId, followed)
      return
    }
    if (isRefused(error)) {
      if (!noteRefusal(chainId, error)) return
    } else {
      const failures = followed.failures + 1
      const retryAt = performance.now() + pauseAfter(firstPauseMs, failures)
      following.putBack(chainId, { ...followed, failures, retryAt })
    }
    trouble.code = codeOf(error)
    warn(error, { chainId })
  }

  const work = async (chainId: string): Promise<void> => {
    const taken = following.take(chainId)
    if (taken === undefined) return
    try {
      await make(chainId, taken.run, !options.isClosed())
      trouble.code = undefined
    } catch (error) {
      makingFailed(chainId, taken.followed, error)
    }
  }

  const isFull = ({ count, retryAt }: Followed, at: number): boolean => count >= everyReceipts && at >= retryAt

  const fill = (): void => {
    for (const chainId of queue) {
      if (busy.size >= AT_ONCE) return
      if (busy.has(chainId)) continue
      queue.delete(chainId)
      busy.add(chainId)
      void inTurn(chainId, () => work(chainId)).finally(() => {
        busy.delete(chainId)
        const more = following.get(chainId)
        if (more !== undefined && !signal.aborted && isFull(more, performance.now())) queue.add(chainId)
        fill()
        options.moved()
        if (busy.size > 0 || queue.size > 0) return
        for (const resolve of idle.splice(0)) resolve()
      })
    }
  }

  const makeAll = async (): Promise<void> => {
    for (const [chainId] of following.entries()) queue.add(chainId)
    fill()
    if (busy.size > 0 || queue.size > 0) await new Promise<void>((resolve) => idle.push(resolve))
  }

  /** Receipts and checkpoint that came back from the past together agree with each other, and not with the log chain. */
  const assertNotBehindLog = async (chainId: string, ofChain: string, size: number): Promise<void> => {
    const entered = entries.known(ofChain)?.size ?? 0
    if (entered <= size) return
    // another process may have appended, and entered that, since the size was asked
    const now = ((await store.bounds(chainId, { signal }))?.last ?? -1) + 1
    if (entered > now) throw refusal(chainId, 'rolled-back', now, cutWords(chainId, now, entered))
  }

  /** @returns whether a chain of the store has all that it can have */
  const isWhole = async (chainId: string): Promise<boolean> => {
    const [bounds, { kept }] = await Promise.all([
      store.bounds(chainId, { signal }),
      readCell(store, chainId, { signal }),
    ])
    const size = (bounds?.last ?? -1) + 1
    const isOurs = kept?.origin.slice(0, kept.origin.lastIndexOf('/')) === origin
    if (isOurs) await assertNotBehindLog(chainId, kept.origin, size)
    return size === 0 || (isOurs && kept.size === size && kept.logged >= size)
  }

  return {
    following,
    refused,
    note(chainId, receipts) {
      const { count, failures } = following.note(chainId, receipts)
      if (count < everyReceipts || failures > 0 || queue.has(chainId) || busy.has(chainId)) return
      queue.add(chainId)
      fill()
    },
    look(at) {
      for (const [chainId, followed] of following.entries())
        if (at >= Math.max(followed.since + everyMs, followed.retryAt) || isFull(followed, at)) queue.add(chainId)
      fill()
    },
    checkpoint: (chainId) =>
      inTurn(chainId, async () => {
        const taken = following.take(chainId)
        try {
          return await make(chainId, taken?.run, false)
        } catch (error) {
          if (isRefused(error)) noteRefusal(chainId, error)
          else if (taken !== undefined) following.putBack(chainId, taken.followed)
          throw error
        } finally {
          options.moved()
        }
      }),
    async drain() {
      await makeAll()
      // what came while those were made, and what failed: once more
      await makeAll()
    },
    async catchUp() {
      await entries.read({ signal })
      let chains = 0
      let failed = 0
      const lane = async (ids: AsyncIterator<string>): Promise<void> => {
        for (let next = await ids.next(); !next.done; next = await ids.next()) {
          const chainId = next.value
          if (chainId === logChainId) continue
          chains += 1
          try {
            if (await isWhole(chainId)) continue
            await inTurn(chainId, () => make(chainId, following.take(chainId)?.run, false))
          } catch (error) {
            signal.throwIfAborted()
            failed += 1
            const begun = { since: performance.now(), count: 1, failures: 0, retryAt: 0 }
            makingFailed(chainId, following.get(chainId) ?? begun, error)
          }
        }
      }
      const ids = store.chains({ signal })[Symbol.asyncIterator]()
      await Promise.all(Array.from({ length: AT_ONCE }, () => lane(ids)))
      fill()
      return { chains, failed }
    },
  }
}
