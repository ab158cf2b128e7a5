import { statSync } from 'node:fs'

/** Looks whether the owner of a lock shows that it lives, on the clock of who looks. */
export interface SilenceWatch {
  /** @returns the token of the lock, where its owner gave no sign for so long; else `undefined` */
  silentFor(ms: number): string | undefined
  /** @returns for how long it can't be told yet, in milliseconds; 0 once the owner was seen to live */
  openFor(ms: number): number
}

/**
 * An owner touches its lock again and again. How old the touch is does not count: clocks of two machines differ. What
 * counts is how long the lock was seen to stay the same.
 *
 * @param file - the lock's path
 * @param tokenOf - reads whose lock it is
 * @returns a watch that has not looked yet
 */
export function silenceWatch(file: string, tokenOf: (file: string) => string | undefined): SilenceWatch {
  let sign: string | undefined
  let since = 0
  /** Whether the owner was seen to touch this very lock. */
  let lives = false

  const look = (): void => {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
    const now = stat && `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`
    if (now === sign) return
    lives = sign !== undefined && now !== undefined
    sign = now
    since = performance.now()
  }

  return {
    silentFor(ms) {
      look()
      return sign !== undefined && performance.now() - since >= ms ? tokenOf(file) : undefined
    },
    openFor(ms) {
      return sign === undefined || lives ? 0 : Math.max(1, ms - (performance.now() - since))
    },
  }
}
