import { QUIT_MS, type Wire } from './wire.js'

/** A connection that is there when it is needed: opened at the first use, and again after it ended. */
export interface Lane<T extends { readonly wire: Wire }> {
  /** @returns the open connection; whoever asks earlier gets it earlier, also while it is being opened */
  ready(): Promise<T>
  /** Lets go of a connection that is of no more use; what is in flight on it is answered still. */
  retire(used: T): void
  /** Lets go of the present one and waits until all that were let go are closed. */
  rest(): Promise<void>
}

/**
 * @param open - opens one; gives up with the signal
 * @returns the lane
 */
export function createLane<T extends { readonly wire: Wire }>(open: (signal: AbortSignal) => Promise<T>): Lane<T> {
  let opening: Promise<T> | undefined
  let giveUp = new AbortController()
  let current: T | undefined
  const leaving = new Set<Promise<void>>()

  function begin(): Promise<T> {
    giveUp = new AbortController()
    const begun = open(giveUp.signal)
    opening = begun
    current = undefined
    begun.then(
      (opened) => {
        if (opening === begun) current = opened
      },
      () => {
        if (opening === begun) opening = undefined
      },
    )
    return begun
  }

  function leave(used: T): void {
    if (current === used) {
      current = undefined
      opening = undefined
    }
    const left = used.wire.finish().finally(() => leaving.delete(left))
    leaving.add(left)
  }

  return {
    ready: () => (opening && (current === undefined || current.wire.alive) ? opening : begin()),
    retire(used) {
      if (current === used) leave(used)
    },
    async rest() {
      // an opening that fails is told to whoever asked for it
      const timer = setTimeout(() => giveUp.abort(), QUIT_MS)
      await opening?.then(leave, () => undefined)
      clearTimeout(timer)
      await Promise.all(leaving)
    },
  }
}
