/** What runs out at a time. */
export interface Expiring {
  /** On the clock of `performance.now()`; Infinity for never. */
  readonly deadline: number
  expire(): void
}

/** Everything that waits, with one timer for all of it, and none while nothing does. */
export interface Deadlines<T extends Expiring> extends Iterable<T> {
  readonly size: number
  add(one: T): void
  remove(one: T): void
}

/** The longest that a timer takes. */
const MAX_DELAY = 2 ** 31 - 1

/**
 * The timer keeps the process alive: somebody awaits what it guards. Most things are removed long before, so it is armed
 * for the earliest deadline and looks at the rest only when it fires.
 *
 * @returns deadlines, none yet
 */
export function createDeadlines<T extends Expiring>(): Deadlines<T> {
  const waiting = new Set<T>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let armedFor = Number.POSITIVE_INFINITY

  const disarm = (): void => {
    clearTimeout(timer)
    timer = undefined
    armedFor = Number.POSITIVE_INFINITY
  }

  const arm = (deadline: number): void => {
    disarm()
    armedFor = deadline
    timer = setTimeout(fire, Math.min(MAX_DELAY, Math.max(1, Math.ceil(deadline - performance.now()))))
  }

  const fire = (): void => {
    disarm()
    const now = performance.now()
    for (const one of [...waiting]) {
      if (one.deadline > now) continue
      waiting.delete(one)
      one.expire()
    }
    let next = Number.POSITIVE_INFINITY
    for (const one of waiting) next = Math.min(next, one.deadline)
    if (next < armedFor) arm(next)
  }

  return {
    get size() {
      return waiting.size
    },
    [Symbol.iterator]: () => waiting.values(),
    add(one) {
      waiting.add(one)
      if (one.deadline < armedFor) arm(one.deadline)
    },
    remove(one) {
      if (waiting.delete(one) && waiting.size === 0) disarm()
    },
  }
}
