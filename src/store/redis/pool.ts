import type { Wire } from './wire.js'

/** Turns follow one another closely; a new connection for each would cost more than the turn. */
const LINGER_MS = 1_000

/** Connections on which somebody blocks: one each while they wait, a few for a moment after, none when nobody comes. */
export interface Pool {
  /** Runs something that may block on a connection of its own. */
  use<T>(work: (wire: Wire) => Promise<T>): Promise<T>
  /** Ends those on which nobody waits. */
  rest(): void
  /** Ends all of them, for good; who waits is rejected. */
  interrupt(): void
}

/**
 * @param open - opens one
 * @returns the pool
 */
export function createPool(open: () => Promise<Wire>): Pool {
  const idle: Wire[] = []
  const busy = new Set<Wire>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function dropIdle(): void {
    for (const wire of idle.splice(0)) wire.drop()
  }

  async function take(): Promise<Wire> {
    for (let wire = idle.pop(); wire; wire = idle.pop()) if (wire.alive) return wire
    return open()
  }

  return {
    async use(work) {
      clearTimeout(timer)
      const wire = await take()
      busy.add(wire)
      try {
        if (closed) wire.drop()
        return await work(wire)
      } finally {
        busy.delete(wire)
        if (wire.alive && !closed) idle.push(wire)
        clearTimeout(timer)
        if (!closed && busy.size === 0) timer = setTimeout(dropIdle, LINGER_MS).unref()
      }
    },
    rest: dropIdle,
    interrupt() {
      closed = true
      clearTimeout(timer)
      dropIdle()
      for (const wire of busy) wire.drop()
    },
  }
}
