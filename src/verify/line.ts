/** From a line to a receipt, and everything that the line itself gets wrong. */
import { QuittanceError } from '../errors.js'
import { duplicateMember } from '../keys/duplicate-member.js'
import { utf8 } from '../primitives/bytes.js'
import type { CanonicalReason } from '../receipt/canonical.js'
import { MAX_DEPTH, MAX_LINE_BYTES, MAX_PREIMAGE_BYTES } from '../receipt/limits.js'
import { type PlainReceipt, plainReceipt } from '../receipt/plain.js'
import { type ReceiptTexts, textsOf } from '../receipt/seal.js'
import { type SnapshotFault, snapshot } from './snapshot.js'
import type { NoticeCode, ProblemCode } from './types.js'

/** One line as a splitter hands it on: its text, or what kept it from being one. */
export type RawLine =
  | { readonly text: string; readonly terminated: boolean }
  | { readonly fault: 'LINE_MALFORMED' | 'LINE_TOO_LONG'; readonly message: string; readonly terminated: boolean }

/** Something found, not yet placed in a chain. */
export interface Remark<Code extends string = ProblemCode | NoticeCode> {
  readonly code: Code
  readonly message: string
}

/** What a line or an object was read as. */
export interface Reading {
  /** A JSON object that claims to be a receipt; nothing about it was checked yet. */
  readonly claim?: Readonly<Record<string, unknown>> | undefined
  /** Its canonical texts, where it has any. */
  readonly texts?: ReceiptTexts | undefined
  /** Where it shows at once that nothing is wrong with it, its signature not looked at. */
  readonly plain?: PlainReceipt | undefined
  readonly problems: readonly Remark<ProblemCode>[]
  readonly notices: readonly Remark<NoticeCode>[]
}

const problem = (code: ProblemCode, message: string): Reading => ({ problems: [{ code, message }], notices: [] })

const codeOf: Readonly<Record<CanonicalReason, ProblemCode>> = {
  'lone-surrogate': 'NOT_CANONICAL',
  'number-not-finite': 'NOT_CANONICAL',
  'integer-not-safe': 'NOT_CANONICAL',
  'not-json': 'NOT_CANONICAL',
  'forbidden-name': 'MEMBER_FORBIDDEN',
  'reserved-name': 'MEMBER_FORBIDDEN',
  'too-deep': 'FIELD_INVALID',
}

/**
 * Names in a path come from the data: shown as far as they can't be commands to a terminal, a text, or endless.
 *
 * @param path - as `checks[0].score`
 * @returns the path, other names than plain ones as `…`
 */
export function shownPath(path: string): string {
  const steps = path.slice(0, 256).split('.')
  return steps.map((step) => (/^[A-Za-z][A-Za-z0-9_-]{0,39}(?:\[\d+\])*$/.test(step) ? step : '…')).join('.')
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** At most three bytes of UTF-8 a UTF-16 unit: short texts are known small without encoding them. */
const longerThan = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && utf8(text).length > bytes)

const snapshotProblems: Readonly<Record<SnapshotFault, Reading>> = {
  'not-data': problem(
    'NOT_CANONICAL',
    'is not plain JSON data: it has accessors, hidden or inherited members, or holes',
  ),
  'too-deep': problem('FIELD_INVALID', `stands more than ${MAX_DEPTH} levels deep`),
  'too-large': problem('LINE_TOO_LONG', `has a line of more than ${MAX_LINE_BYTES} bytes`),
}

/**
 * Reads an object in memory that claims to be a receipt.
 *
 * @param value - a receipt, or anything
 * @returns the claim, copied once, with its canonical texts; or what forbids them
 */
export function readObject(value: unknown): Reading {
  const taken = snapshot(value)
  if ('fault' in taken) return snapshotProblems[taken.fault]
  const reading = readParsed(taken.copy)
  const line = taken.lossy ? undefined : reading.texts?.line
  return (line === undefined ? undefined : readPlain(line)) ?? reading
}

/** As `readObject`, by the general way alone: what a test holds the quick way against. */
export function readObjectGenerally(value: unknown): Reading {
  const taken = snapshot(value)
  return 'fault' in taken ? snapshotProblems[taken.fault] : readParsed(taken.copy)
}

const none: readonly never[] = []

/** Reads a line with which nothing is wrong; `undefined` where that does not show at once. */
function readPlain(line: string): Reading | undefined {
  const plain = plainReceipt(line)
  if (plain === undefined || longerThan(plain.preimage, MAX_PREIMAGE_BYTES)) return undefined
  const claim = plain.receipt as unknown as Reading['claim']
  return { claim, texts: plain, plain, problems: none, notices: none }
}

/** Reads what JSON.parse made, or a copy as plain. */
function readParsed(value: unknown): Reading {
  if (!isObject(value)) return problem('LINE_MALFORMED', 'is not a JSON object')
  let texts: ReceiptTexts
  try {
    texts = textsOf(value)
  } catch (error) {
    if (!QuittanceError.is(error, 'RECEIPT_NOT_JSON')) throw error
    const { path = '', reason } = error.details
    const message = path === '' ? error.message : error.message.replace(path, () => shownPath(path))
    return { claim: value, problems: [{ code: codeOf[reason as CanonicalReason], message }], notices: [] }
  }
  if (longerThan(texts.preimage, MAX_PREIMAGE_BYTES)) {
    return { claim: value, ...problem('LINE_TOO_LONG', `has a preimage of more than ${MAX_PREIMAGE_BYTES} bytes`) }
  }
  if (longerThan(texts.line, MAX_LINE_BYTES)) {
    return { claim: value, ...problem('LINE_TOO_LONG', `has a line of more than ${MAX_LINE_BYTES} bytes`) }
  }
  return { claim: value, texts, problems: [], notices: [] }
}

const scalar = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** Whether every string and number of a JSON text is spelled as RFC 8785 spells it. */
function spelledCanonically(json: string): boolean {
  for (const [token] of json.matchAll(scalar)) {
    if (JSON.stringify(JSON.parse(token)) !== token) return false
  }
  return true
}

/**
 * Reads one line, strictly: JSON, no member twice, no second spelling of a number or a string.
 *
 * @param text - the line without its newline
 * @returns the claim, or what is wrong with the line; another order of members or white space is a notice
 */
export function readLine(text: string): Reading {
  if (longerThan(text, MAX_LINE_BYTES)) return tooLong
  const plain = readPlain(text)
  if (plain !== undefined) return plain
  const value = parsed(text)
  if (value instanceof Unread) return value.reading
  return readText(text, value)
}

/** As `readLine`, by the general way alone: what a test holds the quick way against. */
export function readLineGenerally(text: string): Reading {
  if (longerThan(text, MAX_LINE_BYTES)) return tooLong
  const value = parsed(text)
  return value instanceof Unread ? value.reading : readText(text, value)
}

const tooLong = problem('LINE_TOO_LONG', `has more than ${MAX_LINE_BYTES} bytes`)

/** A line that is no JSON. */
class Unread {
  readonly reading: Reading
  constructor(reading: Reading) {
    this.reading = reading
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // the parser's own message quotes the text
    return new Unread(problem('LINE_MALFORMED', 'is not JSON'))
  }
}

function readText(text: string, value: unknown): Reading {
  const reading = readParsed(value)
  if (reading.texts === undefined || reading.texts.line === text) return reading
  if (duplicateMember(text) !== undefined) {
    return { ...reading, ...problem('MEMBER_DUPLICATE', 'has an object that has a member twice') }
  }
  if (!spelledCanonically(text)) {
    return { ...reading, ...problem('NOT_CANONICAL', 'spells a number or a string otherwise than RFC 8785') }
  }
  const notice = { code: 'LINE_NOT_CANONICAL', message: 'has its members in another order, or white space' } as const
  return { ...reading, notices: [notice] }
}
