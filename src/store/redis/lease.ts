import { randomUUID } from 'node:crypto'
import { QuittanceError } from '../../errors.js'
import type { Argument, LeaseKeys } from './link.js'

/** What is needed of a link to queue for a turn. */
export interface LeaseDesk {
  run(name: 'lease' | 'leaseRelease', keys: readonly string[], args: readonly Argument[]): Promise<unknown>
  /** Blocks until a token can be popped or the time is over; true when it was popped. */
  pop(key: string, waitMs: number): Promise<boolean>
  /** True once nobody waits for the turn any more. */
  abandoned(): boolean
}

/** How long whoever popped the token has to take the turn, before those behind may. */
const PASSING_MS = 1_000
/** A turn that ended by itself is surely over by then. */
const AFTER_MS = 5

/**
 * Waits for the turn: those who come while it is taken block on a list, which Redis serves in the order they came.
 *
 * @param desk - the link's side
 * @param keys - of the turn
 * @param ttlMs - how long the turn lasts, and how long it is waited for
 * @returns the turn
 * @throws QuittanceError `STORE_UNAVAILABLE` with the reason `lease` when it did not come in time
 */
export async function takeTurn(desk: LeaseDesk, keys: LeaseKeys, ttlMs: number): Promise<{ release(): Promise<void> }> {
  const id = randomUUID()
  const both = [keys.holder, keys.token]
  const until = performance.now() + ttlMs
  const release = async () => {
    await desk.run('leaseRelease', both, [id, PASSING_MS])
  }
  let popped = false
  for (;;) {
    const waitMs = Number(await desk.run('lease', both, [id, ttlMs, popped ? '1' : '']))
    if (waitMs === 0) {
      // nobody would give it back
      if (desk.abandoned()) await release()
      return { release }
    }
    const leftMs = until - performance.now()
    if (leftMs <= 0 || desk.abandoned()) {
      throw new QuittanceError('STORE_UNAVAILABLE', 'the turn to write did not come in time (lease)', {
        details: { reason: 'lease', retryable: true },
      })
    }
    popped = await desk.pop(keys.token, Math.min(waitMs + AFTER_MS, leftMs))
  }
}
