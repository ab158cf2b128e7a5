/** Whether a pattern of one's own ends in time on any text. */
import { isSafe } from 'redos-detector'
import { QuittanceError } from '../../errors.js'

/** What a pattern is run with: JavaScript's own expressions, or something that behaves alike. */
export interface PatternLike {
  /** Where the next search begins, in UTF-16 units; set before each `exec`, moved behind the match by it. */
  lastIndex: number
  /**
   * @param text - to search, from `lastIndex` on
   * @returns the match, or null
   */
  exec(text: string): { readonly index: number; readonly 0: string } | null
}

/**
 * Compiles a pattern for an engine whose time is linear in the text, such as RE2.
 *
 * @param source - the expression
 * @param flags - `g`, and of `imsuv` what was given
 */
export type PatternEngine = (source: string, flags: string) => PatternLike

/** How far the checker follows a pattern; a count, so that every machine decides alike. */
const STEPS = 5_000

const unsafe = (message: string): QuittanceError => new QuittanceError('PII_UNSAFE_PATTERN', message)

function compiled(name: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch {
    throw new RangeError(`custom: the pattern of ${name} is no regular expression`)
  }
}

function assertLinear(name: string, source: string, flags: string): void {
  if (flags.includes('v'))
    throw unsafe(
      `the pattern of ${name} has the flag v, which can't be checked; give an engine that runs in linear time`,
    )
  let safe: boolean
  try {
    safe = isSafe(new RegExp(source, flags), { maxSteps: STEPS }).safe
  } catch {
    safe = false
  }
  if (safe) return
  throw unsafe(
    `the pattern of ${name} may take more than linear time; bound its quantifiers ({1,20} instead of +), or give an engine that runs in linear time`,
  )
}

/**
 * Makes of a pattern what a detector can run: without state from outside, and in time that is linear in the text.
 *
 * @param name - of the detector, for messages
 * @param source - the expression
 * @param flags - of `imsuv`
 * @param engine - runs it; without one the pattern is checked and JavaScript runs it
 * @returns what runs it
 * @throws RangeError when it is no expression, or matches the empty text
 * @throws QuittanceError `PII_UNSAFE_PATTERN`
 */
export function safePattern(name: string, source: string, flags: string, engine?: PatternEngine): PatternLike {
  if (!engine) {
    const plain = compiled(name, source, flags)
    if (plain.test('')) throw new RangeError(`custom: the pattern of ${name} matches the empty text`)
    assertLinear(name, source, flags)
    return new RegExp(source, `${flags}g`)
  }
  const made = engine(source, `${flags}g`)
  if (typeof made?.exec !== 'function')
    throw new TypeError(`custom: the engine of ${name} must return something with exec`)
  made.lastIndex = 0
  if (made.exec('')) throw new RangeError(`custom: the pattern of ${name} matches the empty text`)
  return made
}
