/** The right to write in a directory: taken at the first write, kept until the store is closed. */
import { readFileSync, statSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { QuittanceError } from '../../errors.js'
import type { Beacon } from './beacon.js'
import { errnoOf, ifThere } from './fs.js'
import { LOCK_FILE } from './layout.js'
import { type LockOwner, takeLock } from './lock-file.js'
import { turns } from './turns.js'

/** The right to write in one directory. */
export interface WriterLock {
  /** Counts the takings; 0 while the lock is not held. What was known of the disk under another count must be looked at again. */
  readonly tenure: number
  /**
   * Takes the lock unless it is held.
   *
   * @param waitMs - how long to wait for another process, in milliseconds
   * @throws QuittanceError `STORE_LOCKED` with `details.pid`
   */
  hold(waitMs: number, signal?: AbortSignal): Promise<void>
  /** Asks the disk whether the lock is still ours, on the calling thread; if not, it is no longer held. */
  stillOurs(): boolean
  /** Gives the lock back. */
  release(): Promise<void>
}

interface Held {
  readonly token: string
  mark: Mark | undefined
}

/** Tells the lock file from another of its name without reading it. */
interface Mark {
  readonly inode: bigint
  readonly modified: bigint
}

const RETRY_MS = 50

/**
 * @param directory - the directory's path; it must exist when the lock is taken
 * @returns its lock, not yet held
 */
export function writerLock(directory: string): WriterLock {
  const file = join(directory, LOCK_FILE)
  const attempts = turns()
  /** Lit for the lock that is held, or for one that was lost; each is put out when the lock is given back. */
  const beacons: Beacon[] = []
  let held: Held | undefined
  let takings = 0

  const attempt = async (): Promise<LockOwner | undefined | 'ours'> => {
    if (held) return 'ours'
    const taking = await takeLock(file)
    if (!taking.ours) return taking.owner
    held = { token: taking.token, mark: undefined }
    if (taking.beacon) beacons.push(taking.beacon)
    takings += 1
    return 'ours'
  }

  const stillOurs = (): boolean => {
    if (!held) return false
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
    const { mark } = held
    if (stat && mark && stat.ino === mark.inode && stat.mtimeNs === mark.modified) return true
    if (stat && readToken(file) === held.token) {
      held.mark = { inode: stat.ino, modified: stat.mtimeNs }
      return true
    }
    held = undefined
    return false
  }

  return {
    get tenure() {
      return held ? takings : 0
    },
    async hold(waitMs, signal) {
      const deadline = performance.now() + waitMs
      while (!held) {
        const owner = await attempts.run(attempt)
        if (owner === 'ours') return
        const left = deadline - performance.now()
        if (left <= 0) throw locked(file, owner)
        await waitFor(Math.min(RETRY_MS, left), signal)
      }
    },
    stillOurs,
    async release() {
      await attempts.run(async () => {
        if (stillOurs()) await ifThere(unlink(file))
        held = undefined
        for (const beacon of beacons.splice(0)) await beacon.put()
      })
    },
  }
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
