import { frozenCopy } from '../ledger/copy.js'
import { notCanonical } from '../receipt/canonical.js'
import type { Shape } from '../receipt/schema/describe.js'

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
  throw new TypeError(`${path}${step} ${fault.message}`)
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
