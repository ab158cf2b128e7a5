/** The right to write in a directory: taken at the first write, kept until the store is closed. */
import { readFileSync, statSync, unlinkSync, utimesSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { QuittanceError } from '../../errors.js'
import type { Beacon } from './beacon.js'
import { type EpochRecord, raiseEpoch, type Succession, writeEpoch } from './epoch.js'
import { errnoOf, type FileSystem, ifThere } from './fs.js'
import { EPOCH_FILE, LOCK_FILE } from './layout.js'
import { type LockOwner, takeLock } from './lock-file.js'
import { silenceWatch } from './silence.js'
import { turns } from './turns.js'

/** How long to wait for the lock. */
export interface LockPatience {
  /** For another process to let go of it, in milliseconds. */
  readonly waitMs: number
  /** How long an owner that lives must have shown no sign of it before its lock is taken; `undefined`: never. */
  readonly takeOverAfterMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The right to write in one directory. */
export interface WriterLock {
  /** Counts the takings; 0 while the lock is not held. What was known of the disk under another count must be looked at again. */
  readonly tenure: number
  /** Which writer of this directory we are: no earlier one had that number; 0 while the lock is not held. */
  readonly epoch: number
  /** The highest epoch whose writer may still have a file open, -1 where there is none. */
  readonly doubtful: number
  /**
   * Takes the lock unless it is held.
   *
   * @throws QuittanceError `STORE_LOCKED` with `details.pid`
   */
  hold(patience: LockPatience): Promise<void>
  /** Takes a higher epoch, where a segment of ours or a higher one stands that this process has not begun. */
  raise(least: number): Promise<void>
  /** Asks the disk whether lock and epoch are still ours, on the calling thread; if not, the lock is no longer held. */
  stillOurs(): boolean
  /** Gives the lock back. */
  release(): Promise<void>
}

interface Held {
  readonly succession: Succession
  record: EpochRecord
  lock: Mark | undefined
  epoch: Mark | undefined
}

/** Tells a file from another of its name without reading it. */
interface Mark {
  readonly inode: bigint
  readonly modified: bigint
}

const RETRY_MS = 50
/** How often an owner shows that it lives. */
export const SIGN_OF_LIFE_MS = 500

/**
 * @param directory - the directory's path; it must exist when the lock is taken
 * @param fs - the file system
 * @returns its lock, not yet held
 */
export function writerLock(directory: string, fs: FileSystem): WriterLock {
  const file = join(directory, LOCK_FILE)
  const epochFile = join(directory, EPOCH_FILE)
  const attempts = turns()
  const watch = silenceWatch(file, readToken)
  /** Lit for the lock that is held, or for one that was lost; each is put out when the lock is given back. */
  const beacons: Beacon[] = []
  let held: Held | undefined
  let takings = 0
  let pulse: NodeJS.Timeout | undefined

  const lose = (): void => {
    held = undefined
    clearInterval(pulse)
  }

  const attempt = async (takeOverAfterMs: number | undefined): Promise<LockOwner | undefined | 'ours'> => {
    if (held) return 'ours'
    const silent = takeOverAfterMs === undefined ? undefined : watch.silentFor(takeOverAfterMs)
    const taking = await takeLock(file, silent)
    if (!taking.ours) return taking.owner
    const { token, beacon, before } = taking
    const succession = { token, before }
    try {
      held = { succession, record: await raiseEpoch(fs, directory, succession), lock: undefined, epoch: undefined }
    } catch (error) {
      // a lock without a number of its own is none
      if (readToken(file) === token) await ifThere(unlink(file))
      await beacon?.put()
      throw error
    }
    if (beacon) beacons.push(beacon)
    takings += 1
    pulse = setInterval(showLife, SIGN_OF_LIFE_MS).unref()
    return 'ours'
  }

  const isOurs = (now: Held): boolean => {
    const lock = markOf(file)
    if (!isSame(lock, now.lock)) {
      if (readToken(file) !== now.succession.token) return false
      now.lock = lock
    }
    const epoch = markOf(epochFile)
    if (!isSame(epoch, now.epoch)) {
      if (readToken(epochFile) !== now.succession.token) {
        // a writer that was replaced woke up and counted itself: whoever writes next takes a number above it. Unless it is
        // this one that was replaced, since the look at the lock: then the lock is another's
        if (readToken(file) === now.succession.token) unlinkSync(file)
        return false
      }
      now.epoch = epoch
    }
    return true
  }

  const stillOurs = (): boolean => {
    if (!held) return false
    if (isOurs(held)) return true
    lose()
    return false
  }

  const showLife = (): void => {
    try {
      if (!stillOurs()) return
      const now = new Date()
      utimesSync(file, now, now)
    } catch (error) {
      // no room for open files, not allowed any more, or the file went this moment: nobody hears of it from a timer, and
      // whoever takes the lock then is found by its token
      if (errnoOf(error) === undefined) throw error
    }
  }

  return {
    get tenure() {
      return held ? takings : 0
    },
    get epoch() {
      return held?.record.epoch ?? 0
    },
    get doubtful() {
      return held?.record.doubtful ?? -1
    },
    async hold({ waitMs, takeOverAfterMs, signal }) {
      const deadline = performance.now() + waitMs
      while (!held) {
        const owner = await attempts.run(() => attempt(takeOverAfterMs))
        if (owner === 'ours') return
        // an owner of whom it is not known yet whether it is silent is waited for as well
        const open = takeOverAfterMs === undefined ? 0 : watch.openFor(takeOverAfterMs)
        const left = Math.max(deadline - performance.now(), open)
        if (left <= 0) throw locked(file, owner)
        await waitFor(Math.min(RETRY_MS, left), signal)
      }
    },
    async raise(uncounted) {
      await attempts.run(async () => {
        if (!held || !isOurs(held)) return
        const { succession } = held
        const record = await raiseEpoch(fs, directory, succession, uncounted)
        held.record = record
        held.epoch = undefined
      })
    },
    stillOurs,
    async release() {
      await attempts.run(async () => {
        if (held && stillOurs()) {
          const { record, succession } = held
          const lost = new Error('the lock was lost')
          try {
            await writeEpoch(fs, directory, { ...record, closed: true }, () => {
              // of who was replaced meanwhile the count would fall back behind that of the successor
              if (readToken(file) !== succession.token) throw lost
            })
          } catch (error) {
            // without the word that this writer ended as it should, the next takes its files for open: it copies them
            if (errnoOf(error) === undefined && error !== lost) throw error
          }
          if (readToken(file) === succession.token) await ifThere(unlink(file))
        }
        lose()
        for (const beacon of beacons.splice(0)) await beacon.put()
      })
    },
  }
}

function markOf(file: string): Mark | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat && { inode: stat.ino, modified: stat.mtimeNs }
}

function isSame(a: Mark | undefined, b: Mark | undefined): boolean {
  return a !== undefined && a.inode === b?.inode && a.modified === b.modified
}

async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(ms, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

function readToken(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Partial<LockOwner>).token
  } catch (error) {
    // gone or unreadable: in either case not ours
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

function locked(file: string, owner: LockOwner | undefined): QuittanceError {
  const who = owner === undefined ? 'somebody' : `process ${owner.pid} on host ${owner.host}`
  const thread = owner?.pid === process.pid ? ' (this one: another thread, or another copy of its globals)' : ''
  return new QuittanceError(
    'STORE_LOCKED',
    `${who}${thread} writes in this directory, and a file store has one writer at a time; several processes can share a Redis store. If that process is gone for certain, remove the lock file`,
    { details: { file, pid: owner?.pid, outcome: 'absent', retryable: false } },
  )
}
