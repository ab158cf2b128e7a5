/** Checkpoints of every chain of a ledger, in one log: made beside its work, kept with the chains, published. */
import { QuittanceError } from '../../errors.js'
import { alsoLook } from '../../ledger/further-looks.js'
import type { Ledger } from '../../ledger/types.js'
import { checkChainId } from '../../store/checks.js'
import { createChains } from './chains.js'
import { compareWithReceipts } from './comparing.js'
import { destinationsOf, within } from './destination.js'
import { createElsewhere } from './elsewhere.js'
import { createEntries } from './entries.js'
import { createEvents } from './events.js'
import { createFollowing } from './following.js'
import { createHeads } from './heads.js'
import { createLooks, type Moment } from './looks.js'
import { createMaking } from './making.js'
import { checkedOptions } from './options.js'
import { firstPauseOf, pauseAfter, type Trouble } from './pauses.js'
import { createPublishing, type ServedSink } from './publishing.js'
import { createRounds } from './rounds.js'
import type { CheckpointLog, CheckpointLogOptions } from './types.js'

/** The timer looks so often within `everyMs`, and at least once a second. */
const LOOKS = 10
const MAX_LOOK_MS = 1_000
/** So long the first signature waits at most for those who are asked what they have, in milliseconds. */
const MAX_ASK_MS = 10_000
/** So long the sinks have at least to close, in milliseconds. */
const MIN_CLOSE_MS = 1_000
/** How often looking at every chain has failed, as far as the pause before the next attempt goes. */
const CATCH_UP_FAILURES = 6

const unavailable = (message: string, details: object): QuittanceError =>
  new QuittanceError('TLOG_UNAVAILABLE', message, { details })
const closedError = (): QuittanceError => unavailable('the log of checkpoints was closed', { reason: 'closed' })

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
  const firstPauseMs = firstPauseOf(everyMs)
  const { on, emit, warn } = createEvents(ledger)
  const trouble: Trouble = { code: undefined }
  let published: Moment['published']
  let caughtUp: 'not' | 'under-way' | 'done' = 'not'
  let catchUpAt = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  let closing: Promise<void> | undefined
  let closed = false

  const sinks = destinationsOf(checked.sinks, ({ name, id = name }) => id).map(
    ({ one: sink, as }): ServedSink => ({ sink, as, lacks: new Set(), has: undefined }),
  )
  const witnesses = destinationsOf(checked.clients).map(({ one: witness, as }) => ({ witness, as }))
  const authorities = destinationsOf(checked.timestamps).map(({ one: authority, as }) => ({ authority, as }))
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
    keys: checked.keys,
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
  const ofLog = createFollowing()
  const chains = createChains({
    store,
    making,
    entries,
    origin,
    logChainId,
    everyReceipts,
    everyMs,
    firstPauseMs,
    signal,
    trouble,
    warn,
    entered: (chainId) => rounds.entered(chainId),
    moved: () => arm(),
    isClosed: () => closed,
  })
  const { following } = chains
  const rounds = createRounds({
    publishing,
    making,
    ofLog,
    logChainId,
    everyMs,
    firstPauseMs,
    trouble,
    isGrowing: (chainId) => !closed && following.get(chainId) !== undefined,
    moved: () => arm(),
  })

  const catchUp = async (): Promise<{ readonly chains: number; readonly failed: number }> => {
    const found = await chains.catchUp()
    caughtUp = 'done'
    arm()
    return found
  }

  const catchUpOnce = async (): Promise<void> => {
    caughtUp = 'under-way'
    try {
      await catchUp()
    } catch (error) {
      caughtUp = 'not'
      catchUpAt = performance.now() + pauseAfter(firstPauseMs, CATCH_UP_FAILURES)
      if (!signal.aborted) warn(error)
    }
  }

  const look = (): void => {
    timer = undefined
    if (closed) return
    const at = performance.now()
    chains.look(at)
    if (!rounds.isUnderWay && rounds.isDue(at))
      void rounds.publish(false).catch((error: unknown) => !signal.aborted && warn(error))
    if (caughtUp === 'not' && at >= catchUpAt) void catchUpOnce()
    arm()
  }

  const arm = (): void => {
    if (timer !== undefined || closed) return
    const catchesUp = caughtUp === 'not' && catchUpAt < Number.POSITIVE_INFINITY
    if (following.size === 0 && !rounds.isWaiting && !catchesUp) return
    timer = setTimeout(look, Math.max(1, Math.min(MAX_LOOK_MS, everyMs / LOOKS)))
    timer.unref?.()
  }

  const stopFollowing = ledger.on(
    'appended',
    ({ chainId, receipts }) => {
      if (chainId === logChainId) {
        ofLog.note(chainId, receipts)
        entries.note(receipts)
        return
      }
      chains.note(chainId, receipts)
      if (catchUpAt === Number.POSITIVE_INFINITY) catchUpAt = performance.now() + everyMs
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
    now: () => ({
      published,
      unpublishedSince: rounds.unpublishedSince,
      refused: chains.refused,
      code: trouble.code,
      closed,
    }),
  })
  const stopLooking = alsoLook(ledger, health)

  const assertOpen = (): void => {
    if (closing !== undefined) throw closedError()
  }

  const finish = async (): Promise<void> => {
    await chains.drain()
    await rounds.finish()
  }

  const closeSinks = async (ms: number): Promise<void> => {
    const { signal } = new AbortController()
    await Promise.all(
      sinks.map(async ({ sink, as }) => {
        try {
          await within(ms, signal, async () => sink.close?.())
        } catch (error) {
          warn(error, { name: as.name })
        }
      }),
    )
  }

  const close = async (): Promise<void> => {
    stopFollowing()
    closed = true
    clearTimeout(timer)
    const until = performance.now() + timeoutMs
    let late: ReturnType<typeof setTimeout> | undefined
    const inTime = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        const message = `the log of checkpoints was not done within ${timeoutMs} ms`
        const error = unavailable(message, { reason: 'timeout', retryable: true })
        giveUp.abort(error)
        reject(error)
      }, timeoutMs)
    })
    try {
      await Promise.race([finish(), inTime])
      if (following.size > 0)
        throw unavailable(`${following.size} chains have receipts that no checkpoint covers`, { retryable: true })
    } catch (error) {
      if (trouble.code !== 'LEDGER_CLOSED') throw error
      throw unavailable('the ledger was closed before this log, which writes with it: close the log first', {
        reason: 'closed',
      })
    } finally {
      clearTimeout(late)
      giveUp.abort(closedError())
      stopLooking()
      await closeSinks(Math.ceil(Math.max(MIN_CLOSE_MS, until - performance.now())))
    }
  }

  const log: CheckpointLog = {
    origin,
    chainId: logChainId,
    async checkpoint(chainId) {
      checkChainId(chainId)
      assertOpen()
      if (chainId === logChainId) throw new RangeError('chainId must not be the log chain: publish() signs its head')
      return chains.checkpoint(chainId)
    },
    async publish() {
      assertOpen()
      return rounds.publish(true)
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
    on,
    close() {
      closing ??= close()
      return closing
    },
    [Symbol.asyncDispose]: () => log.close(),
  }
  return log
}
