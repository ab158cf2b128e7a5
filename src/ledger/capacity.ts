/** Signing and storing, shared in turns between the chains of a ledger. */

/** How many receipts may be under way when another batch sets out: what two busy chains have, signing ahead included. */
export const MAX_UNDER_WAY = 512

/** How long a batch keeps its place from others who wait for one, in milliseconds: a store or key that hangs for one chain stops no other. */
const PATIENCE_MS = 100

/** A batch that is under way. */
export interface Place {
  /** Says that so many more receipts go with it. */
  grow(count: number): void
  /** Gives the place up; what it is called for twice is done once. */
  leave(): void
}

/** The places of a ledger. */
export interface Capacity {
  /** How many batches are under way. */
  readonly batches: number
  /**
   * Asks for a place: at once where there is room, else behind everybody who asked before. Who has more to do asks again
   * when it has its place, so that the busy take turns.
   *
   * @param set - called when it is the caller's turn: sets out with the place, and says with how many receipts; 0 where
   *   there is nothing to be done any more, and then the place is given up. Asks once until it is called
   */
  ask(set: (place: Place) => number): void
}

interface Held extends Place {
  readonly since: number
}

/** @returns capacity of which nothing is used; a timer runs only while somebody waits for a place */
export function createCapacity(): Capacity {
  /** In the order in which they set out. */
  const held = new Set<Held>()
  const waiting = new Set<(place: Place) => number>()
  let underWay = 0
  let granting = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const grant = (set: (place: Place) => number): void => {
    let receipts = 0
    const place: Held = {
      since: performance.now(),
      grow(count) {
        if (!held.has(place)) return
        receipts += count
        underWay += count
      },
      leave() {
        if (!held.delete(place)) return
        underWay -= receipts
        if (waiting.size > 0) grantAll()
      },
    }
    held.add(place)
    const count = set(place)
    if (count === 0) place.leave()
    else place.grow(count)
  }

  /** Takes places from batches that have been under way for too long. */
  const lookAgain = (): void => {
    timer = undefined
    const before = performance.now() - PATIENCE_MS
    for (const place of held) {
      if (place.since > before) break
      place.leave()
    }
    watch()
  }

  const watch = (): void => {
    const [oldest] = held
    if (waiting.size === 0 || timer !== undefined || oldest === undefined) return
    timer = setTimeout(lookAgain, Math.max(1, Math.ceil(oldest.since + PATIENCE_MS - performance.now())))
  }

  const grantAll = (): void => {
    // whoever sets out may leave at once, and so come back here
    if (granting) return
    granting = true
    try {
      for (const set of waiting) {
        if (underWay >= MAX_UNDER_WAY) break
        waiting.delete(set)
        grant(set)
      }
    } finally {
      granting = false
    }
    if (waiting.size > 0) watch()
    else {
      clearTimeout(timer)
      timer = undefined
    }
  }

  return {
    get batches() {
      return held.size
    },
    ask(set) {
      if (waiting.size === 0 && underWay < MAX_UNDER_WAY && !granting) {
        grant(set)
        return
      }
      waiting.add(set)
      if (!granting) watch()
    },
  }
}
