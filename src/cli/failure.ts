import { QuittanceError } from '../errors.js'
import { missingPackage } from '../primitives/missing-package.js'
import { colorsFor, type Io } from './io.js'
import { printable, printableJson } from './printable.js'
import { shownPath } from './typed-url.js'

/** What was typed makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly advice: readonly string[]

  /**
   * @param message - one line
   * @param advice - further lines
   */
  constructor(message: string, advice: readonly string[] = []) {
    super(message)
    this.advice = advice
  }
}

/** A failure as it is shown. */
export interface Failure {
  /** `USAGE`, a code of `QuittanceError`, an operating system's code, or `UNEXPECTED`. */
  readonly code: string
  readonly message: string
  /** What may help, line by line. */
  readonly advice?: readonly string[] | undefined
}

/**
 * @param error - anything that was thrown
 * @returns what to tell of it: no stack trace, no payload
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) {
    const { message, advice } = error
    return { code: 'USAGE', message, ...(advice.length === 0 ? {} : { advice }) }
  }
  if (QuittanceError.is(error)) {
    const { file } = error.details
    if (file === undefined) return { code: error.code, message: error.message }
    const where = error.message.includes(file) ? '' : ` (${file})`
    return { code: error.code, message: `${error.message}${where}`.replaceAll(file, () => shownPath(file)) }
  }
  const missing = missingPackage(error)
  if (missing !== undefined) {
    return {
      code: 'ERR_MODULE_NOT_FOUND',
      message: `the package ${missing} is not installed`,
      advice: [`Install it: npm install ${missing}. What needs it is in the README, under "The parts".`],
    }
  }
  if (error instanceof Error) {
    const { code, path } = error as NodeJS.ErrnoException
    const message = path ? error.message.replaceAll(path, () => shownPath(path)) : error.message
    return { code: typeof code === 'string' ? code : 'UNEXPECTED', message }
  }
  return { code: 'UNEXPECTED', message: String(error) }
}

/**
 * Tells of a failure on stderr: a line for people, with advice under it, or one line of JSON.
 *
 * @param io - the process
 * @param failure - what failed
 * @param json - whether JSON was asked for
 */
export function tell(io: Io, failure: Failure, json: boolean): void {
  if (json) {
    io.stderr.write(printableJson({ error: failure }))
    return
  }
  const { red } = colorsFor(io, io.stderr)
  const code = failure.code === 'USAGE' ? '' : ` [${printable(failure.code)}]`
  // escaped line by line: a name with a line break in it can't begin a line of its own
  const advice = (failure.advice ?? []).map((line) => `${printable(line)}\n`)
  io.stderr.write(`${red('quittance:')} ${printable(failure.message, 2_000)}${code}\n${advice.join('')}`)
}
