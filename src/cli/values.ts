/** What options mean. A value that makes no sense is refused before anything is read. */
import { InvalidArgumentError } from 'commander'
import type { HeadRef } from '../errors.js'
import { isTime } from '../primitives/time.js'

const digits = /^(?:0|[1-9]\d{0,15})$/
const digest = /^sha256:[0-9a-f]{64}$/

/**
 * Of an option that was given twice neither value is meant for sure.
 *
 * @param parse - what the option means
 * @returns the same, but throws `InvalidArgumentError` when the option is given again
 */
export function once<T>(parse: (text: string) => T): (text: string, before: T | undefined) => T {
  return (text, before) => {
    if (before !== undefined) throw new InvalidArgumentError('It may be given only once.')
    return parse(text)
  }
}

/**
 * @param values - that there are
 * @returns one of them, given once
 */
export function oneOf<T extends string>(values: readonly T[]): (text: string, before: T | undefined) => T {
  return once((text) => {
    const value = values.find((one) => one === text)
    if (value === undefined) throw new InvalidArgumentError(`It must be ${values.join(', ')}.`)
    return value
  })
}

/**
 * @param text - a whole number, 0 or more
 * @returns it
 * @throws InvalidArgumentError
 */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!digits.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number, 0 or more.')
  }
  return value
}

/**
 * @param text - a whole number, 1 or more
 * @returns it
 * @throws InvalidArgumentError
 */
export function positiveNumber(text: string): number {
  if (!digits.test(text) || wholeNumber(text) < 1) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.')
  }
  return wholeNumber(text)
}

/**
 * @param text - how many receipts go to a store at once: 1 to 1000
 * @returns it
 * @throws InvalidArgumentError
 */
export function batchSize(text: string): number {
  const size = positiveNumber(text)
  if (size > 1_000) throw new InvalidArgumentError('It may be at most 1000.')
  return size
}

/** Digits and a point, as people write a number. */
export const decimal = /^(?:0|[1-9]\d{0,8})?(?:\.\d{1,12})?$/

/**
 * @param text - a number above 0, such as 0.5
 * @returns it
 * @throws InvalidArgumentError
 */
export function positiveRate(text: string): number {
  const value = Number(text)
  if (text === '' || !decimal.test(text) || !(value > 0)) throw new InvalidArgumentError('It must be a number above 0.')
  return value
}

/**
 * @param text - `sha256:` and 64 hex digits
 * @returns it
 * @throws InvalidArgumentError
 */
export function sha256Digest(text: string): string {
  if (!digest.test(text)) throw new InvalidArgumentError('It must be sha256: and 64 lower-case hex digits.')
  return text
}

/**
 * @param text - `SEQ:sha256:HEX`, as `quittance head` prints it
 * @returns the head
 * @throws InvalidArgumentError
 */
export function headRef(text: string): HeadRef {
  const colon = text.indexOf(':')
  const [seq, receiptHash] = [text.slice(0, colon), text.slice(colon + 1)]
  if (!digits.test(seq) || !Number.isSafeInteger(Number(seq)) || !digest.test(receiptHash)) {
    throw new InvalidArgumentError('It must be SEQ:sha256:HEX, as "quittance head" prints it.')
  }
  return { seq: Number(seq), receiptHash }
}

/**
 * @param head - a head
 * @returns `SEQ:sha256:HEX`
 */
export function headText(head: HeadRef): string {
  return `${head.seq}:${head.receiptHash}`
}

const withoutMilliseconds = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
const dayOnly = /^\d{4}-\d{2}-\d{2}$/

/**
 * @param text - `2026-01-31T12:00:00.000Z`; milliseconds and the time of day may be left out
 * @returns it in full
 * @throws InvalidArgumentError
 */
export function instant(text: string): string {
  const full = withoutMilliseconds.test(text)
    ? `${text.slice(0, -1)}.000Z`
    : dayOnly.test(text)
      ? `${text}T00:00:00.000Z`
      : text
  if (!isTime(full)) throw new InvalidArgumentError('It must be a UTC time such as 2026-01-31T12:00:00Z.')
  return full
}
