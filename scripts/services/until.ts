import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks again and again until there is an answer. An error counts as "not yet", and is the cause if time runs out.
 *
 * @param what - for the error's message
 * @param ask - resolves to `undefined` or `false` while there is no answer
 * @param limitMs - when to give up, in milliseconds
 * @returns the answer
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 20_000,
): Promise<T> {
  const end = performance.now() + limitMs
  for (;;) {
    let cause: unknown
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`, { cause })
    await delay(15)
  }
}
