import { QuittanceError } from '../errors.js'
import { missingPackage } from '../primitives/missing-package.js'
import { colorsFor, type Io } from './io.js'
import { type OpenedStore, onlyStore } from './opened-stores.js'
import { printable, printableJson } from './printable.js'
import { shownPath } from './typed-url.js'
import { comesAlong } from './version.js'

/** What was typed makes no sense, or can't be done here; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly advice: readonly string[]
  /** `USAGE`, or the operating system's code. */
  readonly code: string

  /**
   * @param message - one line
   * @param advice - further lines
   * @param code - the operating system's, where it refused
   */
  constructor(message: string, advice: readonly string[] = [], code = 'USAGE') {
    super(message)
    this.advice = advice
    this.code = code
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

/** What a store can't know, and whoever reads the message at night needs first. */
function adviceOn({ code, details }: QuittanceError): Pick<Failure, 'advice'> {
  if (code === 'STORE_CORRUPT' && details.file !== undefined)
    return {
      advice: [
        'Keep a copy before anything is changed. "quittance verify" says what still holds; what to do then is in docs/stores.md, "STORE_CORRUPT".',
      ],
    }
  if (code === 'STORE_FULL' && (details.reason === 'ENOSPC' || details.reason === 'EDQUOT'))
    return {
      advice: ['No space is left for the store. Nothing that it had taken is lost: make room, and run this again.'],
    }
  if (code === 'TLOG_REFUSED' && ['unknown-origin', 'behind', 'entries-lost'].includes(details.reason ?? ''))
    return {
      advice: [
        '"quittance checkpoint" takes the former name of a log as --former-origin NAME; see docs/transparency.md.',
      ],
    }
  if (code === 'TLOG_REFUSED' && details.reason === 'unknown-key')
    return { advice: ['"quittance checkpoint" takes a former key of a log as --former-key DID.'] }
  return {}
}

/** Options that the library names as its own. */
const flags: Readonly<Record<string, string>> = { formerKeys: '--former-key', formerOrigins: '--former-origin' }

/** @returns what the library says of a log, with the options of the command line in it */
function asTyped({ code, message }: QuittanceError): string {
  if (code !== 'TLOG_REFUSED') return message
  return message.replace(/\bin (former(?:Keys|Origins))\b/g, (_, name: string) => `with ${flags[name]}`)
}

/**
 * @param error - anything that was thrown
 * @returns what to tell of it: no stack trace, no payload
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) {
    const { code, message, advice } = error
    return { code, message, ...(advice.length === 0 ? {} : { advice }) }
  }
  if (QuittanceError.is(error)) {
    const { file } = error.details
    if (file === undefined) return { code: error.code, message: asTyped(error), ...adviceOn(error) }
    const where = error.message.includes(file) ? '' : ` (${file})`
    const message = `${error.message}${where}`.replaceAll(file, () => shownPath(file))
    return { code: error.code, message, ...adviceOn(error) }
  }
  const missing = missingPackage(error)
  if (missing !== undefined) {
    return {
      code: 'ERR_MODULE_NOT_FOUND',
      message: `the package ${missing} is not installed`,
      advice: [
        `Install it: npm install ${missing}. What needs it is in the README, under "The parts".`,
        ...(comesAlong(missing)
          ? [
              'It and others that reports and the redactor need come with "npm install quittance" without --omit=optional.',
            ]
          : []),
      ],
    }
  }
  if (error instanceof Error) {
    const { code, path } = error as NodeJS.ErrnoException
    const message = path ? error.message.replaceAll(path, () => shownPath(path)) : error.message
    return { code: typeof code === 'string' ? code : 'UNEXPECTED', message }
  }
  return { code: 'UNEXPECTED', message: String(error) }
}

/** A mail from a job says nothing of its command line: which of ten stores it is must stand in the message. */
function ofStore(failure: Failure, store: OpenedStore | undefined): Failure {
  const { code, message } = failure
  if (store === undefined || !code.startsWith('STORE_') || code === 'STORE_URL') return failure
  const { name, directory } = store
  // most of its faults name the very file
  if (message.includes(shownPath(directory ?? name))) return failure
  return { ...failure, message: `${shownPath(name)}: ${message}` }
}

/**
 * Tells of a failure on stderr: a line for people, with advice under it, or one line of JSON.
 *
 * @param io - the process
 * @param told - what failed
 * @param json - whether JSON was asked for
 */
export function tell(io: Io, told: Failure, json: boolean): void {
  const failure = ofStore(told, onlyStore(io))
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
