/** Deep, frozen copies of what callers give, so that nothing they do afterwards reaches a receipt. */
import { QuittanceError } from '../errors.js'
import { isProgramName } from '../primitives/program-name.js'
import { type CanonicalReason, isPlain, notCanonical } from '../receipt/canonical.js'
import { MAX_DEPTH } from '../receipt/limits.js'

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The most values of one copy: shared references can stand for far more than a caller ever made. */
const MAX_VALUES = 1_000_000

/** How many values may still come. */
interface Budget {
  left: number
}

function spend(budget: Budget, path: string): void {
  budget.left -= 1
  if (budget.left >= 0) return
  const message = `${path === '' ? 'the value' : path} has more than ${MAX_VALUES} values`
  throw new QuittanceError('RECEIPT_TOO_LARGE', message, { details: { path } })
}

/**
 * @param path - where an object stands
 * @param name - one of its members
 * @returns where that member stands, fit for an error
 */
export function memberPath(path: string, name: string): string {
  const safe = isProgramName(name) ? name : '*'
  return path === '' ? safe : `${path}.${safe}`
}

function refuse(reason: CanonicalReason, path: string): never {
  throw notCanonical(reason, path)
}

/**
 * @param name - a member that a caller made up
 * @param path - the object it stands in
 * @returns the name
 * @throws QuittanceError `RECEIPT_NOT_JSON` when assigning it could mean something else than a member
 */
export function checkedName(name: string, path: string): string {
  if (forbidden.has(name)) refuse('forbidden-name', path)
  if (!name.isWellFormed()) refuse('lone-surrogate', path)
  return name
}

/**
 * Copies a JSON value and freezes the copy at every level. Members that are `undefined` are dropped, as JSON does;
 * whatever else JSON would drop or change is refused.
 *
 * @param value - what the caller gave
 * @param path - where it stands, for the error
 * @param depth - the level on which the value itself stands, the outermost being 1
 * @returns the frozen copy
 * @throws QuittanceError `RECEIPT_NOT_JSON` with `details.path` and `details.reason`; `RECEIPT_TOO_LARGE` beyond a million
 *   values, shared ones counted wherever they stand
 */
export function frozenCopy(value: unknown, path: string, depth: number): unknown {
  return typeof value === 'object'
    ? copyWithin(value, path, depth, { left: MAX_VALUES })
    : scalar(value, path, undefined)
}

function copyWithin(value: object | null, path: string, depth: number, budget: Budget): unknown {
  if (value === null) return null
  if (depth > MAX_DEPTH) refuse('too-deep', path)
  if (Array.isArray(value)) {
    const items: unknown[] = []
    // by index, so that a hole is met and refused
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index]
      spend(budget, path)
      items.push(
        typeof item === 'object' ? copyWithin(item, `${path}[${index}]`, depth + 1, budget) : scalar(item, path, index),
      )
    }
    return Object.freeze(items)
  }
  if (!isPlain(value)) refuse('not-json', path)
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name]
    if (member === undefined) continue
    spend(budget, path)
    copy[checkedName(name, path)] =
      typeof member === 'object'
        ? copyWithin(member, memberPath(path, name), depth + 1, budget)
        : scalar(member, path, name)
  }
  return Object.freeze(copy)
}

/** Most members are scalars: their path is only written when one is refused. */
function scalar(value: unknown, path: string, step: string | number | undefined): unknown {
  const reason = scalarFault(value)
  if (reason === undefined) return value
  if (step === undefined) return refuse(reason, path)
  return refuse(reason, typeof step === 'number' ? `${path}[${step}]` : memberPath(path, step))
}

function scalarFault(value: unknown): CanonicalReason | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'lone-surrogate'
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'number-not-finite'
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? 'integer-not-safe' : undefined
  }
  return typeof value === 'boolean' ? undefined : 'not-json'
}
