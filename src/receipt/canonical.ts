/**
 * RFC 8785 (JCS), strict: what two readers could read differently is refused, not written.
 */
import { QuittanceError } from '../errors.js'
import { MAX_DEPTH } from './limits.js'

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

/** The steps to where the writer stands; only read when something is refused. */
const trail: (string | number)[] = []

function pathOf(last?: string): string {
  let path = ''
  for (const step of last === undefined ? trail : [...trail, last]) {
    path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`
  }
  return path
}

function writeString(value: string): string {
  if (!needsCare.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw notCanonical('lone-surrogate', pathOf())
  return JSON.stringify(value)
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw notCanonical('number-not-finite', pathOf())
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw notCanonical('integer-not-safe', pathOf())
  return String(value)
}

const prefixes = new Map<string, string>()

/** `"name":`, remembered for the names that come again and again. */
function writeName(name: string): string {
  const known = prefixes.get(name)
  if (known !== undefined) return known
  if (forbidden.has(name)) throw notCanonical('forbidden-name', pathOf(name))
  const written = `${writeString(name)}:`
  if (prefixes.size < 1_000 && name.length <= 64) prefixes.set(name, written)
  return written
}

/** The names of an object in UTF-16 code unit order, which is what JavaScript's `<` compares. */
function sortedNames(value: object): string[] {
  const names = Object.keys(value)
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] as string) > (names[index] as string)) return names.sort()
  }
  return names
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  // an object of another realm (a worker, a vm context) is as plain
  return Object.getPrototypeOf(prototype as object) === null && Object.hasOwn(prototype as object, 'hasOwnProperty')
}

function write(value: unknown, depth: number, reservedFound: string[] | undefined): string {
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'number') return writeNumber(value)
  if (value === true) return 'true'
  if (value === false) return 'false'
  if (value === null) return 'null'
  if (typeof value !== 'object') throw notCanonical('not-json', pathOf())
  if (depth > MAX_DEPTH) throw notCanonical('too-deep', pathOf())
  if (Array.isArray(value)) {
    let items = ''
    for (let index = 0; index < value.length; index += 1) {
      trail.push(index)
      items += (index === 0 ? '' : ',') + write(value[index], depth + 1, reservedFound)
      trail.pop()
    }
    return `[${items}]`
  }
  if (!isPlain(value)) throw notCanonical('not-json', pathOf())
  let members = ''
  for (const name of sortedNames(value)) {
    const prefix = writeName(name)
    trail.push(name)
    if (reservedFound && depth > 1 && reserved.has(name)) reservedFound.push(pathOf())
    members += (members === '' ? '' : ',') + prefix + write((value as Record<string, unknown>)[name], depth + 1, reservedFound)
    trail.pop()
  }
  return `{${members}}`
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
  trail.length = 0
  return write(value, 1, undefined)
}

/** Where the format itself uses a reserved name below the top. */
const granted = /^(?:links\[\d+\]|system\.predecessor|system\.lost\[\d+\]|retention\.through)\.receiptHash$|^retention\.receipts\[\d+\]\.detailsHash$/

/**
 * Writes one member of a receipt, `"name":value`, refusing reserved names below the top.
 *
 * @param name - the member's name at the top of the receipt
 * @param value - its value
 * @returns the canonical text of both
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function canonicalMember(name: string, value: unknown): string {
  trail.length = 0
  const prefix = writeName(name)
  trail.push(name)
  const found: string[] | undefined = name === 'details' ? undefined : []
  const text = prefix + write(value, 2, found)
  for (const path of found ?? []) if (!granted.test(path)) throw notCanonical('reserved-name', path)
  return text
}

/**
 * @param value - a plain object
 * @returns its names in canonical order
 */
export function canonicalNames(value: object): readonly string[] {
  return sortedNames(value)
}
