/** Waiting for something to happen in a directory, or for a time to pass: whichever is first. */
import { type FSWatcher, watch } from 'node:fs'

/** Wakes whoever waits. */
export interface Waker {
  /**
   * @param folder - to be watched; one that can't be is looked at when the time has passed
   * @param id - what has changed when something happens there
   */
  watch(folder: string, id: string): void
  /**
   * @param ms - how long at most
   * @returns what has changed since the last time; nothing where the time has passed, or the signal came
   */
  next(ms: number): Promise<ReadonlySet<string>>
  close(): void
}

/** Each costs the system something; the others are looked at when the time has passed. */
const MOST_WATCHED = 512
/** What is written in several steps is looked at once. */
const SETTLE_MS = 15

/**
 * @param signal - ends the waiting
 * @returns a waker that watches nothing yet
 */
export function createWaker(signal: AbortSignal): Waker {
  const watchers = new Map<string, FSWatcher>()
  let changed = new Set<string>()
  let wake = () => {}

  const drop = (folder: string) => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }

  return {
    watch(folder, id) {
      if (watchers.has(folder) || watchers.size >= MOST_WATCHED) return
      try {
        const watcher = watch(folder, { persistent: false }, () => {
          changed.add(id)
          wake()
        })
        // a folder that goes, or a system that has no more of them: the time passes all the same
        watcher.on('error', () => drop(folder))
        watchers.set(folder, watcher)
      } catch {
        // as above
      }
    },
    async next(ms) {
      if (changed.size === 0 && !signal.aborted) await waiting(ms)
      if (changed.size > 0 && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const found = changed
      changed = new Set()
      return found
    },
    close() {
      for (const folder of [...watchers.keys()]) drop(folder)
    },
  }

  function waiting(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        wake = () => {}
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done)
      wake = done
    })
  }
}
