/** Any value as JSON has it: what JSON has no form for is given a stated one or refused, and never dropped in silence. */
import { QuittanceError } from '../errors.js'
import { isProgramName } from '../primitives/program-name.js'

/** The most levels of one value. */
export const MAX_LEVELS = 64
/** The most values of one value: shared references can stand for far more than a caller ever made. */
export const MAX_VALUES = 1_000_000

/** Why a value is refused, as a stable word. */
export type ValueReason =
  | 'binary'
  | 'class-instance'
  | 'cycle'
  | 'forbidden-name'
  | 'lone-surrogate'
  | 'not-json'
  | 'number-not-finite'
  | 'same-name'
  | 'too-deep'
  | 'too-large'
  | 'unreadable'

/** The way to a value; only written out where one is refused. */
export interface Way {
  readonly parent: Way | undefined
  readonly step: string | number
}

function written(way: Way | undefined): string {
  const steps: string[] = []
  for (let at = way; at !== undefined; at = at.parent)
    steps.push(typeof at.step === 'number' ? `[${at.step}]` : isProgramName(at.step) ? `.${at.step}` : '.*')
  return `$${steps.reverse().join('')}`
}

/**
 * @param reason - why
 * @param way - to the value
 * @returns the error; it names the place and never the value
 */
export function refusedValue(reason: ValueReason, way: Way | undefined): QuittanceError {
  const path = written(way)
  return new QuittanceError('PII_VALUE_REFUSED', `the value at ${path} can not be looked through: ${reason}`, {
    details: { path, reason },
  })
}

interface Work {
  left: number
  readonly above: Set<object>
}

const isBinary = (value: object): boolean =>
  ArrayBuffer.isView(value) ||
  value instanceof ArrayBuffer ||
  (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer) ||
  (typeof Blob === 'function' && value instanceof Blob)

const isError = (value: object): value is Error => Object.prototype.toString.call(value) === '[object Error]'

function isPlainObject(value: object): boolean {
  const above: unknown = Object.getPrototypeOf(value)
  // another realm has an Object of its own
  return above === null || (Object.getPrototypeOf(above) === null && Object.hasOwn(above as object, 'hasOwnProperty'))
}

/** Reads what may be a caller's own code, whose error may hold the value. */
function read<T>(way: Way | undefined, get: () => T): T {
  try {
    return get()
  } catch {
    throw refusedValue('unreadable', way)
  }
}

/** The members of an object that isn't an array; `undefined` where there is no stated form. */
function membersOf(value: object, way: Way | undefined): readonly (readonly [unknown, unknown])[] | undefined {
  if (value instanceof Map) return [...value]
  if (isError(value)) {
    const own = Object.keys(value).filter((name) => name !== 'name' && name !== 'message' && name !== 'cause')
    const members: [unknown, unknown][] = ['name', 'message', ...own].map((name) => [
      name,
      read(way, () => (value as unknown as Record<string, unknown>)[name]),
    ])
    const causes = ['cause', 'errors'].filter((name) => Object.hasOwn(value, name) && !own.includes(name))
    for (const name of causes)
      members.push([name, read(way, () => (value as unknown as Record<string, unknown>)[name])])
    return members
  }
  if (!isPlainObject(value)) return undefined
  if (Object.getOwnPropertySymbols(value).some((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol)))
    throw refusedValue('not-json', way)
  return Object.keys(value).map((name) => [
    name,
    read({ parent: way, step: name }, () => (value as Record<string, unknown>)[name]),
  ])
}

function scalar(value: unknown, way: Way | undefined): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refusedValue('lone-surrogate', way)
      return value
    case 'number':
      if (!Number.isFinite(value)) throw refusedValue('number-not-finite', way)
      return value
    case 'boolean':
      return value
    case 'bigint':
      return String(value)
    default:
      throw refusedValue('not-json', way)
  }
}

function list(items: readonly unknown[], way: Way | undefined, level: number, work: Work): unknown[] {
  const copy: unknown[] = []
  // by index, so that a hole is met and refused
  for (let index = 0; index < items.length; index += 1) {
    const below = { parent: way, step: index }
    copy.push(
      plain(
        read(below, () => items[index]),
        below,
        level,
        work,
      ),
    )
  }
  return copy
}

function plain(value: unknown, way: Way | undefined, level: number, work: Work): unknown {
  work.left -= 1
  if (work.left < 0) throw refusedValue('too-large', way)
  if (typeof value !== 'object') return scalar(value, way)
  if (value === null) return null
  if (level > MAX_LEVELS) throw refusedValue('too-deep', way)
  if (work.above.has(value)) throw refusedValue('cycle', way)
  work.above.add(value)
  try {
    return composite(value, way, level, work)
  } finally {
    work.above.delete(value)
  }
}

function composite(value: object, way: Way | undefined, level: number, work: Work): unknown {
  if (isBinary(value)) throw refusedValue('binary', way)
  const toJson: unknown = read(way, () => (value as { toJSON?: unknown }).toJSON)
  if (typeof toJson === 'function') {
    const given: unknown = read(way, () => toJson.call(value, way === undefined ? '' : String(way.step)))
    // a date that is none gives null
    if (given === null || given === undefined) throw refusedValue('not-json', way)
    return plain(given, way, level + 1, work)
  }
  if (Array.isArray(value)) {
    if (Object.keys(value).length > value.length) throw refusedValue('not-json', way)
    return list(value, way, level + 1, work)
  }
  if (value instanceof Set) return list([...value], way, level + 1, work)
  const members = membersOf(value, way)
  if (members === undefined) throw refusedValue('class-instance', way)
  const copy: Record<string, unknown> = {}
  for (const [name, member] of members) {
    if (typeof name !== 'string') throw refusedValue('not-json', way)
    if (member === undefined) continue
    if (name === '__proto__') throw refusedValue('forbidden-name', way)
    if (!name.isWellFormed()) throw refusedValue('lone-surrogate', way)
    copy[name] = plain(member, { parent: way, step: name }, level + 1, work)
  }
  return copy
}

/**
 * Copies any value as JSON. `toJSON` is called (a `Date` becomes its text), a `Map` with texts as keys becomes an object, a
 * `Set` an array, a `bigint` its digits as text, an error an object with name, message, its own members and its cause.
 * Members that are `undefined` are left out, as JSON does.
 *
 * @param value - anything
 * @returns JSON that nobody else holds
 * @throws QuittanceError `PII_VALUE_REFUSED` for everything else, with `details.path` and `details.reason`
 */
export function toPlain(value: unknown): unknown {
  return plain(value, undefined, 1, { left: MAX_VALUES, above: new Set() })
}
