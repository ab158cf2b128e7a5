import { QuittanceError } from '../../errors.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { type ContextWords, contextWords, near } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'
import { type PatternEngine, type PatternLike, safePattern } from '../patterns/check.js'
import { detectorOf } from './index.js'

/** A detector of one's own by a pattern. */
export interface CustomPattern {
  /** The type of its findings: a capital letter, then capital letters, digits and `_`, 32 at most. No type of the package. */
  readonly name: string
  /** With any of the flags `imsuv`; `g` and `y` are left out of account. A text is the source of one with the flag `u`. */
  readonly pattern: RegExp | string
  /** 0 to 1. Default: 0.85; 0.4 where context words are given. */
  readonly score?: number | undefined
  /** Words beside a match, or in the name of its place, that add 0.4 to the score; a `*` before or behind leaves it open. */
  readonly context?: readonly string[] | undefined
  /** Has the last word on a match, such as a check digit. */
  readonly validate?: ((match: string) => boolean) | undefined
  /** Changes whenever `validate` does; required with it. */
  readonly version?: string | undefined
  /** Runs the pattern in linear time, such as RE2; patterns that aren't safe otherwise need one. */
  readonly engine?: PatternEngine | undefined
}

/** One finding of a function, in UTF-16 offsets into the text it was given. */
export interface CustomFinding {
  readonly start: number
  /** The offset behind the last. */
  readonly end: number
  /** 0 to 1. Default: the detector's. */
  readonly score?: number | undefined
}

/** A detector of one's own by a function. */
export interface CustomFunction {
  /** The type of its findings, as for a pattern. */
  readonly name: string
  /** Looks through one text after folding. Whoever writes it answers for its time; errors refuse the text. */
  readonly find: (text: string) => Iterable<CustomFinding>
  /** Changes whenever what it finds changes. */
  readonly version: string
  /** 0 to 1. Default: 0.85. */
  readonly score?: number | undefined
}

const patternNames = {
  name: true,
  pattern: true,
  score: true,
  context: true,
  validate: true,
  version: true,
  engine: true,
} satisfies Record<keyof CustomPattern, true>
const functionNames = { name: true, find: true, version: true, score: true } satisfies Record<
  keyof CustomFunction,
  true
>

const SHAPE = /^[A-Z][A-Z0-9_]{0,31}$/
const FLAGS = /^[imsuv]*$/
const ALONE = 0.85
const WITH_CONTEXT = 0.4
const CONTEXT_ADDS = 0.4

const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1

function assertName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new TypeError('custom: name must be a string')
  if (!SHAPE.test(name)) throw new RangeError('custom: name must be A-Z, then A-Z, 0-9 and _, 32 characters at most')
  if (Object.hasOwn(detectorOf, name)) throw new RangeError(`custom: ${name} is a type of the package`)
}

function scoreOf(score: unknown, otherwise: number): number {
  if (score === undefined) return otherwise
  if (!isShare(score)) throw new RangeError('custom: score must be a number from 0 to 1')
  return score
}

function versionOf(version: unknown, required: boolean): string {
  if (version === undefined && !required) return '1'
  if (typeof version !== 'string' || version === '')
    throw new TypeError('custom: version must be given with a function, as a non-empty string')
  return version
}

function wordsOf(context: unknown): string[] {
  if (context === undefined) return []
  if (!Array.isArray(context)) throw new TypeError('custom: context must be an array of words')
  return context.map((word: unknown) => {
    if (typeof word !== 'string' || /^\*?\s*\*?$/.test(word))
      throw new TypeError('custom: context holds what is no word')
    return word.toLowerCase()
  })
}

const kebab = (name: string): string => `custom-${name.toLowerCase().replaceAll('_', '-')}`

const failed = (name: string, reason: string, message: string): QuittanceError =>
  new QuittanceError('PII_DETECTOR_FAILED', `the detector ${name} ${message}, so nothing was let through`, {
    details: { reason },
  })

/** What a function of the user's does wrong refuses the text. Its error may quote the text: only its name goes on. */
function guarded<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (QuittanceError.is(error)) throw error
    const reason = error instanceof Error && /^[A-Za-z]{1,64}$/.test(error.name) ? error.name : 'failed'
    throw failed(name, reason, 'threw')
  }
}

function everyMatch(
  name: string,
  expression: PatternLike,
  text: string,
  visit: (start: number, match: string) => void,
): void {
  expression.lastIndex = 0
  while (true) {
    const from = expression.lastIndex
    const match = guarded(name, () => expression.exec(text))
    if (!match) return
    const { index, 0: value } = match
    const end = index + value.length
    if (!(index >= from) || value === '' || expression.lastIndex !== end)
      throw failed(name, 'malformed', 'matched nothing, or did not move on')
    visit(index, value)
  }
}

function byPattern(options: CustomPattern): Detector {
  const { name, pattern, validate, engine } = options
  if (typeof pattern !== 'string' && !(pattern instanceof RegExp))
    throw new TypeError('custom: pattern must be a RegExp or a string')
  if (validate !== undefined && typeof validate !== 'function')
    throw new TypeError('custom: validate must be a function')
  if (engine !== undefined && typeof engine !== 'function') throw new TypeError('custom: engine must be a function')
  const source = typeof pattern === 'string' ? pattern : pattern.source
  const flags = typeof pattern === 'string' ? 'u' : pattern.flags.replace(/[gy]/g, '')
  if (!FLAGS.test(flags)) throw new RangeError('custom: of the flags only g, i, m, s, u, v and y are allowed')
  const context = wordsOf(options.context)
  const words: ContextWords | undefined = context.length > 0 ? contextWords(...context) : undefined
  const score = scoreOf(options.score, words ? WITH_CONTEXT : ALONE)
  const version = versionOf(options.version, validate !== undefined)
  const expression = safePattern(name, source, flags, engine)
  return {
    name: kebab(name),
    version,
    types: [name],
    config: { source, flags, context, score, validate: validate !== undefined, engine: engine !== undefined },
    find(haystack: Haystack, report: Report) {
      everyMatch(name, expression, haystack.text, (start, match) => {
        haystack.step()
        if (validate) {
          const valid: unknown = guarded(name, () => validate(match))
          if (typeof valid !== 'boolean') throw failed(name, 'malformed', 'has a validate that returned no boolean')
          if (!valid) return
        }
        const end = start + match.length
        if (words && near(haystack, start, end, words))
          report(start, end, name, Math.min(1, score + CONTEXT_ADDS), 'pattern; context')
        else report(start, end, name, score, 'pattern')
      })
    },
  }
}

function byFunction(options: CustomFunction): Detector {
  const { name, find } = options
  if (typeof find !== 'function') throw new TypeError('custom: pattern or find must be given')
  const score = scoreOf(options.score, ALONE)
  return {
    name: kebab(name),
    version: versionOf(options.version, true),
    types: [name],
    config: { score, function: true },
    find({ text, step }: Haystack, report: Report) {
      const findings = guarded(name, () => [...find(text)])
      for (const finding of findings) {
        step()
        const { start, end, score: own = score } = finding ?? {}
        if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length))
          throw failed(name, 'malformed', 'reported offsets outside of the text')
        if (!isShare(own)) throw failed(name, 'malformed', 'reported a score that is none')
        report(start, end, name, own, 'function')
      }
    },
  }
}

/**
 * Makes a detector of one's own, by a pattern or by a function. A pattern is checked here: one that could take more than
 * linear time is refused unless an engine such as RE2 runs it.
 *
 * @param options - its type and how it finds
 * @returns the detector
 * @throws TypeError or RangeError naming what is wrong with the options
 * @throws QuittanceError `PII_UNSAFE_PATTERN`; when it looks, `PII_DETECTOR_FAILED` where a function of yours throws or
 * answers with something that makes no sense: the text is refused
 * @example
 * ```ts
 * import { custom, defaultTypes, piiRedactor } from 'quittance/pii'
 * const employee = custom({ name: 'EMPLOYEE_NO', pattern: /\bE-\d{6}\b/, context: ['employee', 'personalnummer'] })
 * const redactor = piiRedactor({ detectors: [...defaultTypes, employee] })
 * console.log(redactor.redact('employee E-123456', { path: 'input', kind: 'text' }).text) // employee [EMPLOYEE_NO]
 * ```
 */
export function custom(options: CustomPattern | CustomFunction): Detector {
  if (typeof options !== 'object' || options === null) throw new TypeError('custom: options must be an object')
  assertName(options.name)
  if ('pattern' in options && options.pattern !== undefined) {
    if ('find' in options && options.find !== undefined)
      throw new TypeError('custom: pattern and find exclude each other')
    refuseUnknownMembers(options, patternNames, 'custom: options')
    return byPattern(options)
  }
  refuseUnknownMembers(options, functionNames, 'custom: options')
  return byFunction(options as CustomFunction)
}
