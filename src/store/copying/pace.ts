/** Long work in short turns. */
import { setTimeout as pause } from 'node:timers/promises'

/** How long one turn may keep the event loop, in milliseconds. */
const TURN_MS = 50

/**
 * @returns to be called after each piece of work: a promise where others must have their turn now, else nothing
 */
export function pacer(): () => Promise<void> | undefined {
  let turnEnds = Date.now() + TURN_MS
  return () => {
    if (Date.now() <= turnEnds) return undefined
    return pause(0).then(() => {
      turnEnds = Date.now() + TURN_MS
    })
  }
}
