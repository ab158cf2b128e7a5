import { type ScriptName, scripts } from '../lua/scripts.js'
import type { Argument } from './link.js'
import type { Wire } from './wire.js'

/** A script and what it is to work on. */
export interface Evaluation {
  readonly name: ScriptName
  readonly keys: readonly string[]
  readonly args: readonly Argument[]
}

const words = (code: string, { keys, args }: Evaluation): Argument[] => [code, keys.length, ...keys, ...args]

/** Runs a script that the server is thought to know; rejects with its NOSCRIPT otherwise. */
export const byName = (wire: Wire, script: Evaluation): Promise<unknown> =>
  wire.call('EVALSHA', words(scripts[script.name].sha1, script))

/** Runs a script from its text. */
export const inFull = (wire: Wire, script: Evaluation): Promise<unknown> =>
  wire.call('EVAL', words(scripts[script.name].text, script))

/**
 * A node takes a key that is moving to it only right behind ASKING.
 *
 * @param send - sends the command, without a pause before
 * @returns its reply
 */
export async function behindAsking<T>(wire: Wire, send: () => Promise<T>): Promise<T> {
  const asked = wire.call('ASKING', [])
  const [reply] = await Promise.all([send(), asked])
  return reply
}
