/**
 * RFC 8785 (JCS), strict: what two readers could read differently is refused, not written.
 */
import { QuittanceError } from '../errors.js'
import { MAX_DEPTH } from './limits.js'
import { perNameOrder } from './name-orders.js'

/** Why a value has no canonical form here. */
export type CanonicalReason =
  | 'lone-surrogate'
  | 'number-not-finite'
  | 'integer-not-safe'
  | 'forbidden-name'
  | 'reserved-name'
  | 'too-deep'
  | 'not-json'

/** Names that JavaScript readers could take for the object's prototype. */
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Names that must mean one thing in a preimage, so that a line tool can cut them out: allowed below the top only where
 * the format itself puts them (`links[].receiptHash` …).
 */
const reserved: ReadonlySet<string> = new Set(['receiptHash', 'signature', 'details', 'detailsHash'])

/** Characters that JSON.stringify would escape, or that may be half a surrogate pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const needsCare = /["\\\u0000-\u001f\ud800-\udfff]/

/**
 * @param reason - why
 * @param path - where, as `a.b[0]`
 * @returns the error that says so
 */
export function notCanonical(reason: CanonicalReason, path: string): QuittanceError {
  const words: Record<CanonicalReason, string> = {
    'lone-surrogate': 'holds half a surrogate pair',
    'number-not-finite': 'is a number that is not finite',
    'integer-not-safe': 'is an integer beyond 2^53-1',
    'forbidden-name': 'is named __proto__, constructor or prototype',
    'reserved-name': 'is named receiptHash, signature, details or detailsHash below the top of a receipt',
    'too-deep': `stands more than ${MAX_DEPTH} levels deep`,
    'not-json': 'is not a JSON value',
  }
  return new QuittanceError('RECEIPT_NOT_JSON', `${path === '' ? 'the value' : path} ${words[reason]}`, {
    details: { path, reason },
  })
}

/** Thrown inside this file only: the writer does not keep track of where it is, the path is looked for once it is needed. */
class Refusal {
  readonly reason: CanonicalReason
  constructor(reason: CanonicalReason) {
    this.reason = reason
  }
}

function writeString(value: string): string {
  if (!needsCare.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new Refusal('lone-surrogate')
  return JSON.stringify(value)
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Refusal('number-not-finite')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new Refusal('integer-not-safe')
  return String(value)
}

const prefixes = new Map<string, string>()

/** `"name":`, remembered for the names that come again and again. */
function writeName(name: string): string {
  const known = prefixes.get(name)
  if (known !== undefined) return known
  if (forbidden.has(name)) throw new Refusal('forbidden-name')
  const written = `${writeString(name)}:`
  if (prefixes.size < 1_000 && name.length <= 64) prefixes.set(name, written)
  return written
}

/** The names of an object in UTF-16 code unit order. */
const sortedNames = perNameOrder((sorted) => sorted, 256)

/**
 * @param value - any object
 * @returns whether it is a plain object, of this realm or another: no class, no prototype of its own
 */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  // an object of another realm (a worker, a vm context) is as plain
  return Object.getPrototypeOf(prototype as object) === null && Object.hasOwn(prototype as object, 'hasOwnProperty')
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'number') return writeNumber(value)
  if (value === true) return 'true'
  if (value === false) return 'false'
  if (value === null) return 'null'
  if (typeof value !== 'object') throw new Refusal('not-json')
  if (depth > MAX_DEPTH) throw new Refusal('too-deep')
  if (Array.isArray(value)) {
    let items = ''
    // by index, so that a hole is met and refused
    for (let index = 0; index < value.length; index += 1)
      items += (index === 0 ? '' : ',') + write(value[index], depth + 1)
    return `[${items}]`
  }
  if (!isPlain(value)) throw new Refusal('not-json')
  const openings = openingsOf(value)
  return openings === undefined ? refuseNames(value, depth) : writeMembers(value, openings, depth)
}

/** What comes before a member's value, which is a text or not, and stands behind a text, not yet closed, or not. */
interface Opening {
  readonly name: string
  /** `{"name":` for the first, `,"name":` for the others. */
  readonly plain: string
  readonly quoted: string
  readonly plainBehindText: string
  readonly quotedBehindText: string
}

const openingsOf = perNameOrder((sorted): readonly Opening[] | undefined => {
  if (!sorted.every(nameHolds)) return undefined
  return sorted.map((name, index) => {
    const plain = `${index === 0 ? '{' : ','}${writeString(name)}:`
    return { name, plain, quoted: `${plain}"`, plainBehindText: `"${plain}`, quotedBehindText: `"${plain}"` }
  })
}, 256)

/** In as few pieces as can be: a closing quote is written with what follows it. */
function writeMembers(value: object, openings: readonly Opening[], depth: number): string {
  let text = ''
  let behindText = false
  for (const { name, plain, quoted, plainBehindText, quotedBehindText } of openings) {
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'string' && !needsCare.test(member)) {
      text += (behindText ? quotedBehindText : quoted) + member
      behindText = true
    } else {
      text += (behindText ? plainBehindText : plain) + write(member, depth + 1)
      behindText = false
    }
  }
  if (text === '') return '{}'
  return text + (behindText ? '"}' : '}')
}

/** One by one, where a name has no form: what stands before it may have none either, and is named first. */
function refuseNames(value: object, depth: number): never {
  for (const name of sortedNames(value)) {
    writeName(name)
    write((value as Record<string, unknown>)[name], depth + 1)
  }
  throw new Refusal('forbidden-name')
}

/** The parts of a value one by one: the first that is refused ends the search, however many there are. */
function* partsOf(value: object): Generator<[string | number, unknown]> {
  if (Array.isArray(value)) for (let index = 0; index < value.length; index += 1) yield [index, value[index]]
  else for (const name of Object.keys(value)) yield [name, (value as Record<string, unknown>)[name]]
}

/** Where in a value the writer's refusal comes from: the first place whose parts are each fine or the place itself. */
function locate(value: unknown, path: string, depth: number): string {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return path
  for (const [step, part] of partsOf(value)) {
    const below = typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`
    try {
      if (typeof step === 'string') writeName(step)
      write(part, depth + 1)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      return typeof step === 'string' && !nameHolds(step) ? below : locate(part, below, depth + 1)
    }
  }
  return path
}

function nameHolds(name: string): boolean {
  return !forbidden.has(name) && name.isWellFormed()
}

function writeOrRefuse(value: unknown, path: string, depth: number): string {
  try {
    return write(value, depth)
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    throw notCanonical(refusal.reason, locate(value, path, depth))
  }
}

/**
 * Writes a JSON value in the one form that RFC 8785 gives it.
 *
 * @param value - JSON: null, booleans, finite numbers, well-formed strings, arrays, plain objects; at most 16 levels
 * @returns the canonical text
 * @throws QuittanceError `RECEIPT_NOT_JSON` with `details.path` and `details.reason`
 * @see {@link https://www.rfc-editor.org/rfc/rfc8785 | RFC 8785}
 * @example
 * ```ts
 * import { canonicalize } from 'quittance/verify'
 * canonicalize({ b: 1e2, a: 'é' }) // '{"a":"é","b":100}'
 * ```
 */
export function canonicalize(value: unknown): string {
  return writeOrRefuse(value, '', 1)
}

/** Where the format itself uses a reserved name below the top. */
const granted =
  /^(?:links\[\d+\]|system\.predecessor|system\.lost\[\d+\]|retention\.through)\.receiptHash$|^retention\.receipts\[\d+\]\.detailsHash$/

/** The first reserved name below the top that the format does not put there. */
function reservedBelow(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const isArray = Array.isArray(value)
  for (const [step, part] of Object.entries(value)) {
    const below = isArray ? `${path}[${step}]` : `${path}.${step}`
    if (!isArray && reserved.has(step) && !granted.test(below)) return below
    const found = reservedBelow(part, below)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a canonical text may hold a reserved name as a member; a text that looks so is looked at closely. */
const mayBeReserved = /"(?:receiptHash|signature|details|detailsHash)":/

/**
 * Writes one member of a receipt, `"name":value`, refusing reserved names below the top.
 *
 * @param name - the member's name at the top of the receipt
 * @param value - its value
 * @returns the canonical text of both
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function canonicalMember(name: string, value: unknown): string {
  let prefix = prefixes.get(name)
  if (prefix === undefined) {
    if (!nameHolds(name)) throw notCanonical(forbidden.has(name) ? 'forbidden-name' : 'lone-surrogate', name)
    prefix = writeName(name)
  }
  if (typeof value === 'string' && !needsCare.test(value)) return `${prefix}"${value}"`
  const text = writeOrRefuse(value, name, 2)
  if (typeof value === 'object' && name !== 'details' && mayBeReserved.test(text)) {
    const path = reservedBelow(value, name)
    if (path !== undefined) throw notCanonical('reserved-name', path)
  }
  return prefix + text
}

/**
 * @param value - a plain object
 * @returns its names in canonical order
 */
export function canonicalNames(value: object): readonly string[] {
  return sortedNames(value)
}

/**
 * Writes any JSON value that stands below the top of a receipt, where nothing about it is wrong.
 *
 * @param value - anything
 * @param depth - its level, the receipt itself being the first
 * @returns its canonical text; `undefined` where it has none, or where it may hold a reserved name
 */
export function freeText(value: unknown, depth: number): string | undefined {
  try {
    const text = write(value, depth)
    return mayBeReserved.test(text) ? undefined : text
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    return undefined
  }
}

/**
 * @param value - any string
 * @returns its canonical text; `undefined` where it holds half a surrogate pair
 */
export function wellFormedText(value: string): string | undefined {
  if (!needsCare.test(value)) return `"${value}"`
  return value.isWellFormed() ? JSON.stringify(value) : undefined
}

/**
 * @param value - any object
 * @returns its names in canonical order; `undefined` where it is not a plain object, or has a name that is forbidden
 *   everywhere or reserved in a place that has names of its own
 */
export function freeNames(value: object): readonly string[] | undefined {
  if (!isPlain(value)) return undefined
  const names = sortedNames(value)
  for (const name of names) if (forbidden.has(name) || reserved.has(name)) return undefined
  return names
}
