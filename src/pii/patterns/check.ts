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

/** How many ways the bounded repetitions of a pattern may be tried together at one place. */
const WAYS = 2_000

/**
 * The checker follows every turn of a bounded repetition, so that `{1,30}` alone uses up its steps. Where no group is
 * repeated, bounds are only factors: the pattern is checked with small ones, and the factors are multiplied here.
 *
 * @param source - of an expression that compiles
 * @returns the source with small bounds, and the product of what was taken off; the source itself where a group is repeated
 */
function withSmallBounds(source: string): { readonly source: string; readonly ways: number } {
  let small = ''
  let ways = 1
  let inClass = false
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] as string
    if (character === '\\') {
      small += source.slice(at, at + 2)
      at += 1
      continue
    }
    if (character === '[') inClass = true
    if (character === ']') inClass = false
    const [whole, min = '', comma, max = ''] = inClass
      ? []
      : (/^\{(\d+)(?:(,)(\d*))?\}/.exec(source.slice(at, at + 40)) ?? [])
    if (!inClass && source[at - 1] === ')' && /[*+{]/.test(character)) return { source, ways: 1 }
    if (whole === undefined) {
      small += character
      continue
    }
    const from = Math.min(Number(min), 3)
    if (comma === undefined) small += `{${from}}`
    else if (max === '') small += `{${from},}`
    else {
      ways *= Number(max) - Number(min) + 1
      small += `{${from},${from + Math.min(Number(max) - Number(min), 2)}}`
    }
    at += whole.length - 1
  }
  return { source: small, ways }
}

const unsafe = (message: string): QuittanceError => new QuittanceError('PII_UNSAFE_PATTERN', message)

function compiled(name: string, source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags)
  } catch {
    throw new RangeError(`custom: the pattern of ${name} is no regular expression`)
  }
}

/**
 * The checker passes over what looks ahead or behind, and such a look is taken at every place: within it nothing may repeat
 * without a small bound.
 *
 * @param source - of an expression that compiles
 */
function looksFar(source: string): boolean {
  const depths: boolean[] = []
  let inClass = false
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] as string
    if (character === '\\') at += 1
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '(') depths.push(depths.at(-1) === true || /^\(\?<?[=!]/.test(source.slice(at, at + 4)))
    else if (character === ')') depths.pop()
    else if (depths.at(-1) === true && /^(?:[*+]|\{\d+,\}|\{\d+,(?:\d{3,}|[4-9]\d)\})/.test(source.slice(at, at + 16)))
      return true
  }
  return false
}

function assertLinear(name: string, source: string, flags: string): void {
  if (flags.includes('v'))
    throw unsafe(
      `the pattern of ${name} has the flag v, which can't be checked; give an engine that runs in linear time`,
    )
  let safe: boolean
  try {
    const small = withSmallBounds(source)
    safe = !looksFar(source) && small.ways <= WAYS && isSafe(new RegExp(small.source, flags), { maxSteps: STEPS }).safe
  } catch {
    safe = false
  }
  if (safe) return
  throw unsafe(
    `the pattern of ${name} may take more than linear time, or could not be shown not to; bound what repeats ({1,20} instead of +), repeat no group, or give an engine that runs in linear time`,
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
