/** Follows chains until it is told to end. */
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { chainFolder } from '../../store/file/layout.js'
import { ChainTail, type Following } from './chain-tail.js'
import { createWaker } from './waker.js'

/** What to follow, and how. */
export interface Watch {
  readonly following: Following
  /** Those that are known; others are added as they appear. */
  readonly tails: ChainTail[]
  /** Whether chains that appear later are followed too. */
  readonly all: boolean
  /** The directory, where it is one: what happens in it is heard of at once. */
  readonly directory: string | undefined
  /** How often all is looked at, in milliseconds, whatever was heard. */
  readonly intervalMs: number
  /** Says that the store does not answer, and that it answers again. */
  say(text: string): void
}

/** The directory itself: a new chain is a new folder. */
const ROOT = ''
/** To list all chains costs more than to look at those that are known; in a directory a new one is heard of. */
const DISCOVER_EVERY = 5
/** So often in a row a store may fail before it is given up; one that is only away is waited for. */
const MOST_FAILURES = 5

/** Looks for chains that are new. */
async function discover({ following, tails, all }: Watch): Promise<void> {
  if (!all) return
  const known = new Set(tails.map(({ chainId }) => chainId))
  for await (const chainId of following.store.chains({ signal: following.signal })) {
    if (!known.has(chainId)) tails.push(new ChainTail(following, chainId))
  }
}

/** What to look at. */
interface Look {
  /** What was heard of; it may be more. */
  readonly heard: ReadonlySet<string>
  /** How often all was looked at before, where all is to be looked at now. */
  readonly turn: number | undefined
}

/** One look at what may have changed. */
async function look(watch: Watch, { heard, turn }: Look): Promise<void> {
  if (heard.has(ROOT) || (turn ?? 1) % DISCOVER_EVERY === 0) await discover(watch)
  for (const tail of watch.tails) {
    if (turn !== undefined || heard.has(tail.chainId) || heard.has(ROOT)) await tail.poll()
    watch.following.signal.throwIfAborted()
  }
}

/**
 * Shows what comes, until the signal of `following`.
 *
 * @param watch - what to follow
 * @throws QuittanceError what the store throws again and again, unless it is only away
 */
export async function follow(watch: Watch): Promise<void> {
  const { following, tails, directory, intervalMs, say } = watch
  const { signal } = following
  const waker = createWaker(signal)
  let failures = 0
  let turns = 0
  let next: Look = { heard: new Set(), turn: 0 }
  // what is heard of one chain is no reason to forget the others
  let due = Date.now() + intervalMs
  try {
    while (!signal.aborted) {
      if (directory !== undefined) {
        waker.watch(directory, ROOT)
        for (const { chainId } of tails) waker.watch(join(directory, chainFolder(chainId)), chainId)
      }
      try {
        await look(watch, next)
        if (failures > 0) say('the store answers again')
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (!QuittanceError.is(error)) throw error
        failures += 1
        const away = error.details.retryable === true || error.code === 'STORE_UNAVAILABLE'
        if (!away && failures >= MOST_FAILURES) throw error
        if (failures === 1) say(`the store does not answer (${error.code}); still looking`)
      }
      const heard = await waker.next(Math.max(0, due - Date.now()))
      const passed = Date.now() >= due || failures > 0
      if (passed) {
        due = Date.now() + intervalMs
        turns += 1
      }
      next = { heard, turn: passed ? turns : undefined }
    }
  } finally {
    waker.close()
  }
}
