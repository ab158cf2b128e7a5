/** Checkpoints of every chain of a ledger, in one log: made beside its work, kept with the chains, published. */
import { QuittanceError } from '../../errors.js'
import { alsoLook } from '../../ledger/further-looks.js'
import type { Ledger } from '../../ledger/types.js'
import { checkChainId } from '../../store/checks.js'
import type { PublishedCheckpoint } from '../types.js'
import { readCell } from './cell.js'
import { compareWithReceipts } from './comparing.js'
import { codeOf, destination, distinct } from './destination.js'
import { createElsewhere } from './elsewhere.js'
import { createEntries } from './entries.js'
import { createFollowing, type Followed, type Run } from './following.js'
import { createHeads } from './heads.js'
import { createLooks, type Moment } from './looks.js'
import { createMaking } from './making.js'
import { checkedOptions } from './options.js'
import { createPublishing, publishedOf, type ServedSink } from './publishing.js'
import type { CheckpointLog, CheckpointLogEvents, CheckpointLogOptions } from './types.js'

/** So many chains get their checkpoint at once. */
const AT_ONCE = 4
/** The timer looks so often within `everyMs`, and at least once a second. */
const LOOKS = 10
const MAX_LOOK_MS = 1_000
/** The first pause after a failure, in milliseconds; not longer than `everyMs`. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000
/** So many refused chains are listed. */
const MAX_REFUSED = 100
/** So long the first signature waits at most for those who are asked what they have, in milliseconds. */
const MAX_ASK_MS = 10_000

const isRefused = (error: unknown): error is QuittanceError => QuittanceError.is(error, 'TLOG_REFUSED')

/**
 * Follows a ledger and makes checkpoints of its chains: every so many receipts, after so much time, and on `close`. Each is
 * signed, kept beside its chain and entered into the log chain, whose own head is cosigned, stamped and published.
 *
 * Nothing is read or sent before the first receipt, and no timer runs while nothing waits. Only receipts whose append was
 * acknowledged are covered. What fails is a `warning` and tried again; receipts go on all the time. Several processes may each
 * have one on the same store, with the same origin and key.
 *
 * @param ledger - whose chains; it writes the log chain
 * @param options - `origin` and `keys` are required
 * @returns the log; close it before the ledger
 * @throws TypeError, RangeError naming the option that is wrong
 * @example
 * ```ts
 * import type { Ledger } from 'quittance'
 * import { localKey } from 'quittance/keys/local'
 * import { checkpointLog } from 'quittance/transparency'
 *
 * async function serve(ledger: Ledger, work: () => Promise<void>) {
 *   const keys = localKey({ file: './checkpoint.key.pem', create: true })
 *   await using log = checkpointLog(ledger, { origin: 'acme.example/decisions', keys })
 *   log.on('warning', ({ error }) => console.error(error))
 *   await work()
 * }
 * ```
 */
export function checkpointLog(ledger: Ledger, options: CheckpointLogOptions): CheckpointLog {
  const checked = checkedOptions(options)
  const { origin, chainId: logChainId, everyReceipts, everyMs, timeoutMs } = checked
  const { store } = ledger
  const giveUp = new AbortController()
  const { signal } = giveUp
  const now = (): number => Date.now()
  const firstPauseMs = Math.min(FIRST_PAUSE_MS, everyMs)

  const listeners = { published: new Set(), warning: new Set() } as {
    readonly [Name in keyof CheckpointLogEvents]: Set<(event: CheckpointLogEvents[Name]) => void>
  }
  const emit = <Name extends keyof CheckpointLogEvents>(name: Name, event: CheckpointLogEvents[Name]): void => {
    for (const listener of [...listeners[name]]) {
      try {
        listener(event)
      } catch (thrown) {
        ledger.warn(thrown)
      }
    }
  }
  const warn = (error: unknown, about: Omit<CheckpointLogEvents['warning'], 'error'> = {}): void => {
    if (listeners.warning.size === 0) ledger.warn(error)
    else emit('warning', { error, ...about })
  }

  const sinkNames = distinct(checked.sinks.map(({ name, id = name }) => id))
  const sinks = checked.sinks.map(
    (sink, index): ServedSink => ({
      sink,
      as: destination(sinkNames[index] as string),
      lacks: new Set(),
      has: undefined,
    }),
  )
  const witnessNames = distinct(checked.clients.map(({ name }) => name))
  const witnesses = checked.clients.map((witness, at) => ({ witness, as: destination(witnessNames[at] as string) }))
  const authorityNames = distinct(checked.timestamps.map(({ name }) => name))
  const authorities = checked.timestamps.map((authority, at) => ({
    authority,
    as: destination(authorityNames[at] as string),
  }))
  const elsewhere = createElsewhere({
    store,
    origin,
    logChainId,
    asked: [
      ...sinks.map(({ sink, as }) => ({ name: as.name, by: sink })),
      ...witnesses.map(({ witness, as }) => ({ name: as.name, by: witness })),
    ],
    timeoutMs: Math.ceil(Math.min(timeoutMs / 3, MAX_ASK_MS)),
    firstPauseMs,
    signal,
    warn,
  })
  const entries = createEntries(store, logChainId)
  const heads = createHeads({
    store,
    keys: checked.keys,
    formerKeys: checked.formerKeys,
    formerOrigins: checked.formerOrigins,
    origin,
    logChainId,
    entries,
    elsewhere,
    now,
  })
  const making = createMaking({
    ledger,
    heads,
    origin,
    logChainId,
    tenantId: checked.tenantId,
    graceMs: 2 * everyMs,
    signal,
    warn,
    now,
  })
  const publishing = createPublishing({
    store,
    heads,
    entries,
    origin,
    chainId: logChainId,
    publishChains: checked.publishChains,
    policy: checked.policy,
    sinks,
    witnesses,
    authorities,
    timeoutMs,
    firstPauseMs,
    signal,
    warn,
    published(checkpoint, names) {
      published = { size: checkpoint.size, at: performance.now() }
      emit('published', { checkpoint, sinks: names })
    },
    now,
  })

  const following = createFollowing()
  const ofLog = createFollowing()
  const refusedChains = new Map<string, string>()
  const busy = new Set<string>()
  const queue = new Set<string>()
  const idle: (() => void)[] = []
  let published: Moment['published']
  /** Since when the log chain has entries that no published head covers. */
  let unpublishedSince: number | undefined
  let publishRetryAt = 0
  let publishFailures = 0
  let code: string | undefined
  let round: Promise<PublishedCheckpoint> | undefined
  let caughtUp: 'not' | 'under-way' | 'done' = 'not'
  let catchUpAt = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  let closing: Promise<void> | undefined
  let closed = false

  const pauseMs = (failures: number): number =>
    Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** Math.min(failures - 1, 16)) * (0.5 + Math.random() / 2)

  const takeRun = (): Run | undefined => ofLog.take(logChainId)?.run

  const make = async (chainId: string, run: Run | undefined, patient: boolean): Promise<PublishedCheckpoint> => {
    const { kept, entered, open } = await making.make(chainId, run, { patient })
    refusedChains.delete(chainId)
    if (open) following.touch(chainId, performance.now() + 2 * everyMs)
    if (entered) {
      publishing.add(chainId)
      unpublishedSince ??= performance.now()
    }
    return publishedOf('chain', kept)
  }

  /** @returns whether it is news */
  const noteRefusal = (chainId: string, { details: { reason = 'refused' } }: QuittanceError): boolean => {
    // an outbox chain that is not drained yet, say
    if (reason === 'empty' || refusedChains.get(chainId) === reason) return false
    if (refusedChains.size < MAX_REFUSED || refusedChains.has(chainId)) refusedChains.set(chainId, reason)
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
      following.putBack(chainId, { ...followed, failures, retryAt: performance.now() + pauseMs(failures) })
    }
    code = codeOf(error)
    warn(error, { chainId })
  }

  const work = async (chainId: string): Promise<void> => {
    const taken = following.take(chainId)
    if (taken === undefined) return
    try {
      await make(chainId, taken.run, !closed)
      code = undefined
    } catch (error) {
      makingFailed(chainId, taken.followed, error)
    }
  }

  const turns = new Map<string, Promise<void>>()
  /** One at a time of each chain. */
  const inTurn = async <T>(chainId: string, task: () => Promise<T>): Promise<T> => {
    const before = turns.get(chainId)
    let done: () => void = () => undefined
    const mine = new Promise<void>((resolve) => {
      done = resolve
    })
    turns.set(chainId, mine)
    await before
    try {
      return await task()
    } finally {
      if (turns.get(chainId) === mine) turns.delete(chainId)
      done()
    }
  }

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
        arm()
        if (busy.size > 0 || queue.size > 0) return
        for (const resolve of idle.splice(0)) resolve()
      })
    }
  }

  const enqueue = (chainId: string): void => {
    queue.add(chainId)
    fill()
  }

  const whenIdle = async (): Promise<void> => {
    if (busy.size > 0 || queue.size > 0) await new Promise<void>((resolve) => idle.push(resolve))
  }

  const runRound = async (atOnce: boolean): Promise<PublishedCheckpoint> => {
    const since = unpublishedSince
    unpublishedSince = undefined
    try {
      const checkpoint = await publishing.round(takeRun(), atOnce)
      publishFailures = 0
      publishRetryAt = 0
      code = undefined
      await making.settle((chainId) => !closed && following.get(chainId) !== undefined)
      return checkpoint
    } catch (error) {
      unpublishedSince ??= since
      publishFailures += 1
      publishRetryAt = performance.now() + pauseMs(publishFailures)
      code = codeOf(error)
      throw error
    }
  }

  /** One round at a time; whoever asks while one is under way gets the next. */
  const publish = async (atOnce: boolean): Promise<PublishedCheckpoint> => {
    while (round !== undefined) await round.catch(() => undefined)
    round = runRound(atOnce).finally(() => {
      round = undefined
      arm()
    })
    return round
  }

  const publishDue = (at: number): boolean => {
    if (unpublishedSince !== undefined && at >= Math.max(unpublishedSince + everyMs, publishRetryAt)) return true
    const due = publishing.dueAt()
    return due !== undefined && at >= Math.max(due, publishRetryAt)
  }

  const catchUp = async (): Promise<{ readonly chains: number; readonly failed: number }> => {
    let chains = 0
    let failed = 0
    const lane = async (ids: AsyncIterator<string>): Promise<void> => {
      for (let next = await ids.next(); !next.done; next = await ids.next()) {
        const chainId = next.value
        if (chainId === logChainId) continue
        chains += 1
        try {
          const [bounds, { kept }] = await Promise.all([
            store.bounds(chainId, { signal }),
            readCell(store, chainId, { signal }),
          ])
          const size = (bounds?.last ?? -1) + 1
          const isOurs = kept?.origin.slice(0, kept.origin.lastIndexOf('/')) === origin
          if (size === 0 || (isOurs && kept.size === size && kept.logged >= size)) continue
          await inTurn(chainId, () => make(chainId, following.take(chainId)?.run, false))
        } catch (error) {
          signal.throwIfAborted()
          failed += 1
          makingFailed(
            chainId,
            following.get(chainId) ?? { since: performance.now(), count: 1, failures: 0, retryAt: 0 },
            error,
          )
        }
      }
    }
    const ids = store.chains({ signal })[Symbol.asyncIterator]()
    await Promise.all(Array.from({ length: AT_ONCE }, () => lane(ids)))
    caughtUp = 'done'
    fill()
    arm()
    return { chains, failed }
  }

  const catchUpOnce = async (): Promise<void> => {
    caughtUp = 'under-way'
    try {
      await catchUp()
    } catch (error) {
      caughtUp = 'not'
      catchUpAt = performance.now() + pauseMs(6)
      if (!signal.aborted) warn(error)
    }
  }

  const look = (): void => {
    timer = undefined
    if (closed) return
    const at = performance.now()
    for (const [chainId, followed] of following.entries())
      if (at >= Math.max(followed.since + everyMs, followed.retryAt) || isFull(followed, at)) queue.add(chainId)
    fill()
    if (round === undefined && publishDue(at))
      void publish(false).catch((error: unknown) => !signal.aborted && warn(error))
    if (caughtUp === 'not' && at >= catchUpAt) void catchUpOnce()
    arm()
  }

  const isFull = ({ count, retryAt }: Followed, at: number): boolean => count >= everyReceipts && at >= retryAt

  const arm = (): void => {
    if (timer !== undefined || closed) return
    const waits =
      following.size > 0 ||
      unpublishedSince !== undefined ||
      publishing.dueAt() !== undefined ||
      (caughtUp === 'not' && catchUpAt < Number.POSITIVE_INFINITY)
    if (!waits) return
    timer = setTimeout(look, Math.max(1, Math.min(MAX_LOOK_MS, everyMs / LOOKS)))
    timer.unref?.()
  }

  const stopFollowing = ledger.on(
    'appended',
    ({ chainId, receipts }) => {
      if (chainId === logChainId) {
        ofLog.note(chainId, receipts)
        return
      }
      const followed = following.note(chainId, receipts)
      if (catchUpAt === Number.POSITIVE_INFINITY) catchUpAt = performance.now() + everyMs
      if (followed.count >= everyReceipts && followed.failures === 0 && !queue.has(chainId) && !busy.has(chainId))
        enqueue(chainId)
      arm()
    },
    { passive: true },
  )

  const { status, health } = createLooks({
    origin,
    chainId: logChainId,
    everyMs,
    following,
    publishing,
    sinks,
    witnesses,
    authorities,
    now: () => ({ published, unpublishedSince, refused: refusedChains, code, closed }),
  })
  const stopLooking = alsoLook(ledger, health)

  const assertOpen = (): void => {
    if (closing !== undefined)
      throw new QuittanceError('TLOG_UNAVAILABLE', 'the log of checkpoints was closed', {
        details: { reason: 'closed' },
      })
  }

  const finish = async (): Promise<void> => {
    for (const [chainId] of following.entries()) queue.add(chainId)
    fill()
    await whenIdle()
    // what came while those were made, and what failed: once more
    for (const [chainId] of following.entries()) queue.add(chainId)
    fill()
    await whenIdle()
    while (round !== undefined) await round.catch(() => undefined)
    if (unpublishedSince !== undefined || publishing.dueAt() !== undefined) await publish(true)
  }

  const close = async (): Promise<void> => {
    stopFollowing()
    closed = true
    clearTimeout(timer)
    let late: ReturnType<typeof setTimeout> | undefined
    const inTime = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        const message = `the log of checkpoints was not done within ${timeoutMs} ms`
        const error = new QuittanceError('TLOG_UNAVAILABLE', message, {
          details: { reason: 'timeout', retryable: true },
        })
        giveUp.abort(error)
        reject(error)
      }, timeoutMs)
    })
    try {
      await Promise.race([finish(), inTime])
      if (following.size > 0) {
        const message = `${following.size} chains have receipts that no checkpoint covers`
        throw new QuittanceError('TLOG_UNAVAILABLE', message, { details: { retryable: true } })
      }
    } finally {
      clearTimeout(late)
      giveUp.abort(
        new QuittanceError('TLOG_UNAVAILABLE', 'the log of checkpoints was closed', { details: { reason: 'closed' } }),
      )
      stopLooking()
      await Promise.all(
        sinks.map(async ({ sink, as }) => {
          try {
            await sink.close?.()
          } catch (error) {
            warn(error, { name: as.name })
          }
        }),
      )
    }
  }

  const log: CheckpointLog = {
    origin,
    chainId: logChainId,
    async checkpoint(chainId) {
      checkChainId(chainId)
      assertOpen()
      if (chainId === logChainId) throw new RangeError('chainId must not be the log chain: publish() signs its head')
      return inTurn(chainId, async () => {
        const taken = following.take(chainId)
        try {
          return await make(chainId, taken?.run, false)
        } catch (error) {
          if (isRefused(error)) noteRefusal(chainId, error)
          else if (taken !== undefined) following.putBack(chainId, taken.followed)
          throw error
        } finally {
          arm()
        }
      })
    },
    async publish() {
      assertOpen()
      return publish(true)
    },
    async catchUp() {
      assertOpen()
      return catchUp()
    },
    async compare(chainId) {
      checkChainId(chainId)
      assertOpen()
      return compareWithReceipts(store, chainId, { signal })
    },
    status,
    health,
    on(name, listener) {
      if (!Object.hasOwn(listeners, name)) throw new TypeError('event must be published or warning')
      if (typeof listener !== 'function') throw new TypeError('listener must be a function')
      const own: typeof listener = (event) => listener(event)
      listeners[name].add(own)
      return () => {
        listeners[name].delete(own)
      }
    },
    close() {
      closing ??= close()
      return closing
    },
    [Symbol.asyncDispose]: () => log.close(),
  }
  return log
}
