import { frozenCopy } from '../ledger/copy.js'
import { programPath } from '../primitives/program-name.js'
import { notCanonical } from '../receipt/canonical.js'
import type { Shape } from '../receipt/schema/describe.js'
import { commitment } from '../receipt/schema/receipt.js'
import type { ContentOptions } from './options.js'

/** On what level things stand: content is hashed alone; a member of the receipt; a member of `details`. */
export const ALONE = 1
export const MEMBER = 2
export const DETAIL = 3

/** How a member of one's own is named: a word, because no redactor rewrites a name. */
export const extensionName: RegExp = /^x[A-Z][A-Za-z0-9]{0,63}$/

/** Names that a line tool cuts out of a receipt: refused below the top of what is hashed as it stands. */
const reserved: ReadonlySet<string> = new Set(['receiptHash', 'signature', 'details', 'detailsHash'])

function refuseReserved(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, below] of Object.entries(value)) {
    if (!Array.isArray(value) && reserved.has(name)) throw notCanonical('reserved-name', path)
    refuseReserved(below, path)
  }
}

/**
 * Copies what will be part of the preimage.
 *
 * @param value - what the caller gave
 * @param path - the member, as `checks[2]`
 * @param depth - the level on which it will stand; a member at the top stands on 2
 * @returns the frozen copy
 * @throws QuittanceError `RECEIPT_NOT_JSON` with `details.path`
 */
export function copyMember(value: unknown, path: string, depth: number): unknown {
  const copy = frozenCopy(value, path, depth)
  refuseReserved(copy, path)
  return copy
}

/**
 * Holds a value against its description.
 *
 * @param shape - what it must be
 * @param value - the value
 * @param path - names the argument
 * @throws TypeError naming the member that is wrong
 */
export function hold(shape: Shape<unknown>, value: unknown, path: string): void {
  const [fault] = shape.check(value) ?? []
  if (!fault) return
  const step = fault.path === '' || fault.path.startsWith('[') ? fault.path : `.${fault.path}`
  // `path` is written here, what follows may be a caller's own words
  const plain = programPath(`a${step}`).slice(1)
  throw new TypeError(
    plain === step
      ? `${path}${step} ${fault.message}`
      : `${path}${plain} has a member whose name or value the format does not take`,
  )
}

/**
 * Holds one word against its description.
 *
 * @param shape - what it must be
 * @param value - what the caller gave
 * @param name - the argument
 * @returns the value
 * @throws TypeError naming the argument
 */
export function demandWord<T>(shape: Shape<T>, value: unknown, name: string): T {
  hold(shape, value, name)
  return value as T
}

/**
 * @param value - what the caller gave
 * @param name - the argument
 * @returns the value, when it is a well-formed string that is not empty
 * @throws TypeError naming the argument
 */
export function demandText(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a string that is not empty`)
  if (!value.isWellFormed()) throw new TypeError(`${name} holds half a surrogate pair`)
  return value
}

/**
 * @param value - anything
 * @param name - the argument
 * @returns the value, when it is a plain object
 * @throws TypeError naming the argument
 */
export function demandObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${name} must be an object`)
  return value as Record<string, unknown>
}

/**
 * Lays what is given over what stood there: members given replace those given before; the others stay.
 *
 * @param shape - what the whole must be
 * @param before - what stood there
 * @param given - what the caller gave
 * @param name - the member of the receipt
 * @returns the whole, frozen
 * @throws TypeError naming the member that is wrong
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function merged<T>(shape: Shape<T>, before: T | undefined, given: object, name: string): T {
  const whole = Object.freeze({ ...before, ...(copyMember(given, name, MEMBER) as object) })
  hold(shape, whole, name)
  return whole as T
}

/** Only so that options can be held against the commitment's own description. */
const anyHash = { kind: 'text', hash: `sha256:${'0'.repeat(64)}` } as const

/**
 * Holds what stands beside a content's hash against the format.
 *
 * @param options - the caller's
 * @param path - the member, as `output`
 * @returns them, copied
 * @throws TypeError naming the option
 */
export function demandContentOptions(options: ContentOptions, path: string): ContentOptions {
  const { ref, mediaType, partial } = demandObject(options, `${path} options`) as ContentOptions
  const beside = copyMember({ ref, mediaType, partial }, path, MEMBER) as ContentOptions
  hold(commitment, { ...anyHash, ...beside }, path)
  return beside
}
