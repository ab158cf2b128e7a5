import { token } from '../receipt/schema/words.js'
import type { ErrorInfo } from '../receipt/types.js'

/** What a receipt says of something that was thrown. */
export interface DescribedError {
  readonly error: ErrorInfo
  /** Free text; the ledger redacts it. */
  readonly details: { readonly message?: string; readonly stack?: string; readonly xCode?: string } | undefined
}

/**
 * The most characters of a message or a stack that are handed on. The ledger cuts them to what fits into a receipt, after
 * redaction: a value that is cut in two would no longer be known.
 */
export const MAX_ERROR_TEXT = 262_144

const isToken = (value: string) => token.check(value) === undefined

/** Reads one property; a getter or a proxy that throws counts as absent, because describing a fault must not be a fault. */
function read(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return (value as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

function readText(value: unknown, name: string): string | undefined {
  const text = read(value, name)
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** Cut and made well-formed, and it says so. */
function shortened(text: string): string {
  if (text.length <= MAX_ERROR_TEXT) return text.toWellFormed()
  return `${text.slice(0, MAX_ERROR_TEXT).toWellFormed()} [cut: ${text.length} characters]`
}

/** What the thrown value calls itself: its code, else its class, else its number. */
function nameOf(thrown: unknown): string | undefined {
  const code = readText(thrown, 'code')
  if (code !== undefined) return code
  const name = readText(thrown, 'name')
  const number = read(thrown, 'code')
  if (typeof number === 'number' && Number.isSafeInteger(number) && (name === undefined || name === 'Error'))
    return String(number)
  return name
}

/** The most digits that codes have (SQLSTATE, ORA-…): more may be somebody's number or address. */
const MAX_CODE_DIGITS = 5

const holdsNumber = (name: string): boolean =>
  !/^0x[\dA-Fa-f]{1,8}$/.test(name) &&
  (name.replace(/\P{Nd}+/gu, '').length > MAX_CODE_DIGITS || /\d\.\d+\.\d|[\dA-Fa-f]:[\dA-Fa-f]*:/.test(name))

/**
 * Writes a name as a token. One that isn't a token is mapped in a stated form: what doesn't begin with a letter gets
 * `code:` before it, and each character outside the alphabet becomes `_`. One that may hold a number or an address of
 * somebody is not written: the redactor would no longer know it.
 */
function toToken(name: string): string | undefined {
  if (isToken(name)) return name
  // an address must not be disguised from the redactor by losing its @, nor a number by losing what stands before it
  if (name.includes('@') || name.length > 120 || holdsNumber(name)) return undefined
  const mapped = (/^[A-Za-z]/.test(name) ? name : `code:${name}`).replace(/[^A-Za-z0-9._:()/-]/gu, '_')
  return isToken(mapped) ? mapped : undefined
}

/** What a thrown value that is no object says. */
function primitiveText(thrown: unknown): string | undefined {
  if (typeof thrown === 'string') return thrown
  if (typeof thrown === 'number' || typeof thrown === 'boolean' || typeof thrown === 'bigint') return String(thrown)
  return undefined
}

/**
 * Describes anything that was thrown.
 *
 * The code is, in this order: `code` given here; the value's own `code` (a string); its `name`; its numeric `code`,
 * where the name says nothing; `NonError`. A name that isn't a token is mapped (`toToken`), and stands as it came
 * in `details.error.xCode`; one that can't be mapped gives the code `UNREADABLE`.
 *
 * @param thrown - anything
 * @param given - what the caller knows better
 * @returns the members `error` and `details.error`
 */
export function describeError(thrown: unknown, given: Partial<ErrorInfo> = {}): DescribedError {
  const details: { message?: string; stack?: string; xCode?: string } = {}
  const message = readText(thrown, 'message') ?? primitiveText(thrown)
  const stack = readText(thrown, 'stack')
  if (message !== undefined) details.message = shortened(message)
  if (stack !== undefined) details.stack = shortened(stack)

  let code = given.code
  if (code === undefined) {
    const name = nameOf(thrown)
    code = name === undefined ? 'NonError' : (toToken(name) ?? 'UNREADABLE')
    if (name !== undefined && code !== name) details.xCode = shortened(name)
  }
  const status = given.status ?? httpStatus(thrown)
  const error: ErrorInfo = { ...given, code, ...(status === undefined ? {} : { status }) }
  return { error, details: Object.keys(details).length === 0 ? undefined : details }
}

/** The status that HTTP clients put on their errors. */
function httpStatus(thrown: unknown): number | undefined {
  for (const name of ['status', 'statusCode']) {
    const status = read(thrown, name)
    if (typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599) return status
  }
  return undefined
}
