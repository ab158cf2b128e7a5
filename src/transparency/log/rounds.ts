/** When the log's head goes out: one round at a time, again after a pause where one failed. */
import type { PublishedCheckpoint } from '../types.js'
import { codeOf } from './destination.js'
import type { Following } from './following.js'
import type { Making } from './making.js'
import { pauseAfter, type Trouble } from './pauses.js'
import type { Publishing } from './publishing.js'

/** What rounds need. */
export interface RoundsOptions {
  readonly publishing: Publishing
  readonly making: Making
  /** What the ledger told of the log chain itself. */
  readonly ofLog: Following
  readonly logChainId: string
  readonly everyMs: number
  readonly firstPauseMs: number
  readonly trouble: Trouble
  /** Whether a chain has its next checkpoint coming, which will say that the log has this one. */
  isGrowing(chainId: string): boolean
  /** Hears that a round ended. */
  moved(): void
}

/** Publishes in rounds. */
export interface Rounds {
  /** Since when the log chain has entries that no published head covers, by `performance.now()`. */
  readonly unpublishedSince: number | undefined
  readonly isUnderWay: boolean
  /** Whether there is something to publish, now or after a pause. */
  readonly isWaiting: boolean
  /** Takes note of a chain's new entry. */
  entered(chainId: string): void
  /** Whether a round is due at a time, by `performance.now()`. */
  isDue(at: number): boolean
  /** Whoever asks while a round is under way gets the next. */
  publish(atOnce: boolean): Promise<PublishedCheckpoint>
  /** Waits for the round under way, and publishes what is left. */
  finish(): Promise<void>
}

/**
 * @param options - what they need
 * @returns rounds, none under way
 */
export function createRounds(options: RoundsOptions): Rounds {
  const { publishing, making, ofLog, logChainId, everyMs, firstPauseMs, trouble } = options
  let unpublishedSince: number | undefined
  let retryAt = 0
  let failures = 0
  let round: Promise<PublishedCheckpoint> | undefined

  const run = async (atOnce: boolean): Promise<PublishedCheckpoint> => {
    const since = unpublishedSince
    unpublishedSince = undefined
    try {
      const checkpoint = await publishing.round(ofLog.take(logChainId)?.run, atOnce)
      failures = 0
      retryAt = 0
      trouble.code = undefined
      await making.settle(options.isGrowing)
      return checkpoint
    } catch (error) {
      unpublishedSince ??= since
      failures += 1
      retryAt = performance.now() + pauseAfter(firstPauseMs, failures)
      trouble.code = codeOf(error)
      throw error
    }
  }

  const ended = async (): Promise<void> => {
    while (round !== undefined) await round.catch(() => undefined)
  }

  const publish = async (atOnce: boolean): Promise<PublishedCheckpoint> => {
    await ended()
    round = run(atOnce).finally(() => {
      round = undefined
      options.moved()
    })
    return round
  }

  const isWaiting = (): boolean => unpublishedSince !== undefined || publishing.dueAt() !== undefined

  return {
    get unpublishedSince() {
      return unpublishedSince
    },
    get isUnderWay() {
      return round !== undefined
    },
    get isWaiting() {
      return isWaiting()
    },
    entered(chainId) {
      publishing.add(chainId)
      unpublishedSince ??= performance.now()
    },
    isDue(at) {
      if (unpublishedSince !== undefined && at >= Math.max(unpublishedSince + everyMs, retryAt)) return true
      const due = publishing.dueAt()
      return due !== undefined && at >= Math.max(due, retryAt)
    },
    publish,
    async finish() {
      await ended()
      if (isWaiting()) await publish(true)
    },
  }
}
