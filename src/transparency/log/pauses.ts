/** How long the log waits after a failure of its own, and the code of the last one. */

/** The first pause after a failure, in milliseconds; not longer than `everyMs`. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** What failed last, whoever it was; told until something goes well again. */
export interface Trouble {
  code: string | undefined
}

/**
 * @param everyMs - how often there is something to do
 * @returns the first pause of those who are asked again
 */
export const firstPauseOf = (everyMs: number): number => Math.min(FIRST_PAUSE_MS, everyMs)

/**
 * @param firstPauseMs - from `firstPauseOf`
 * @param failures - how many there were, one after another
 * @returns the pause before the next attempt: it doubles, jittered so that processes don't march in step
 */
export const pauseAfter = (firstPauseMs: number, failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** Math.min(failures - 1, 16)) * (0.5 + Math.random() / 2)
