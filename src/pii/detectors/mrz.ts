/** Machine-readable zones of travel documents, ICAO 9303: where they are, and whether each check digit is right. */
import { isDigit, isSpace } from '../chars.js'

const FILLER = 0x3c

const value = (code: number): number => (code === FILLER ? 0 : isDigit(code) ? code - 0x30 : code - 55)

const weights = [7, 3, 1] as const

/** A field with its check digit behind it. `ranges` are read one after the other: start, end, start, end … */
function checks(lines: string, digitAt: number, ...ranges: readonly number[]): boolean {
  const digit = lines.charCodeAt(digitAt)
  let sum = 0
  let count = 0
  for (let range = 0; range < ranges.length; range += 2) {
    for (let at = ranges[range] as number; at < (ranges[range + 1] as number); at += 1) {
      sum += value(lines.charCodeAt(at)) * (weights[count % 3] as number)
      count += 1
    }
  }
  return isDigit(digit) && sum % 10 === digit - 0x30
}

/** An empty optional field may have a filler as its check digit. */
const checksOrEmpty = (lines: string, digitAt: number, start: number, end: number): boolean =>
  checks(lines, digitAt, start, end) || (lines.charCodeAt(digitAt) === FILLER && /^<+$/.test(lines.slice(start, end)))

const isDate = (lines: string, start: number): boolean => {
  const month = lines.slice(start + 2, start + 4)
  // What is not known of a date of birth is filled.
  return /^(?:0[1-9]|1[0-2]|<<)$/.test(month) && /^(?:[0-9]{2}|<<)$/.test(lines.slice(start, start + 2))
}

/** Number, birth and expiry as they stand in the second line of all forms but TD1. */
function secondLine(lines: string, from: number): boolean {
  return (
    checks(lines, from + 9, from, from + 9) &&
    checks(lines, from + 19, from + 13, from + 19) &&
    checks(lines, from + 27, from + 21, from + 27) &&
    isDate(lines, from + 13) &&
    isDate(lines, from + 21) &&
    /^[A-Z]{1,3}<*$/.test(lines.slice(from + 10, from + 13)) &&
    /^[MFX<]$/.test(lines.charAt(from + 20))
  )
}

const td3Composite = (lines: string, from: number): boolean =>
  checksOrEmpty(lines, from + 42, from + 28, from + 42) &&
  checks(lines, from + 43, from, from + 10, from + 13, from + 20, from + 21, from + 43)

/** A number longer than nine characters goes on in the optional field, its check digit behind it. */
function td1Number(lines: string): boolean {
  if (lines.charCodeAt(14) !== FILLER) return checks(lines, 14, 5, 14)
  const end = lines.indexOf('<', 15)
  return end > 16 && end <= 30 && checks(lines, end - 1, 5, 14, 15, end - 1)
}

function td2Number(lines: string): boolean {
  if (lines.charCodeAt(45) !== FILLER) return checks(lines, 45, 36, 45)
  const end = lines.indexOf('<', 64)
  return end > 65 && end <= 71 && checks(lines, end - 1, 36, 45, 64, end - 1)
}

/** Two lines of 44: a passport, or a visa of the larger size. */
function wide(lines: string): boolean {
  const names = lines.slice(0, 44)
  if (/^P[A-Z<]/.test(names)) return secondLine(lines, 44) && td3Composite(lines, 44)
  return /^V[A-Z<]/.test(names) && secondLine(lines, 44)
}

/** Two lines of 36: a card of the middle size, a visa of the smaller, or the French card until 2021. */
function middle(lines: string): boolean {
  if (/^V[A-Z<]/.test(lines)) return secondLine(lines, 36)
  if (lines.startsWith('IDFRA'))
    if (checks(lines, 48, 36, 48) && checks(lines, 69, 63, 69) && checks(lines, 71, 0, 71)) return true
  if (!/^[ACIP][A-Z<]/.test(lines)) return false
  return (
    td2Number(lines) &&
    checks(lines, 55, 49, 55) &&
    checks(lines, 63, 57, 63) &&
    checks(lines, 71, 36, 46, 49, 56, 57, 71) &&
    isDate(lines, 49) &&
    isDate(lines, 57)
  )
}

/** Three lines of 30: a card of the size of a credit card. */
function narrow(lines: string): boolean {
  return (
    /^[ACI][A-Z0-9<]/.test(lines) &&
    td1Number(lines) &&
    checks(lines, 36, 30, 36) &&
    checks(lines, 44, 38, 44) &&
    checks(lines, 59, 5, 30, 30, 37, 38, 45, 48, 59) &&
    isDate(lines, 30) &&
    isDate(lines, 38) &&
    /^[A-Z]/.test(lines.slice(60))
  )
}

const isMrz = (code: number): boolean => code === FILLER || isDigit(code) || (code >= 0x41 && code <= 0x5a)

/** A line of a zone, and how the next one is reached from it. */
interface Line {
  readonly start: number
  readonly end: number
}

/** Three lines in one piece are the longest. */
const LONGEST_RUN = 90

function lineAt(text: string, at: number, least: number): Line | undefined {
  let start = at
  while (start > least && at - start <= LONGEST_RUN && isMrz(text.charCodeAt(start - 1))) start -= 1
  let end = at
  while (end - start <= LONGEST_RUN && isMrz(text.charCodeAt(end))) end += 1
  return end - start > LONGEST_RUN ? undefined : { start, end }
}

const isBreak = (code: number): boolean => code === 0x0a || code === 0x0d || isSpace(code)

/** Between two lines: a line end and what indents or quotes the next one, or a single blank. */
const WIDEST_BREAK = 6

function after(text: string, { end, start }: Line): Line | undefined {
  let at = end
  while (at - end < WIDEST_BREAK && (isBreak(text.charCodeAt(at)) || (at > end && /[>|*#"',]/.test(text.charAt(at)))))
    at += 1
  const line = at > end && isMrz(text.charCodeAt(at)) ? lineAt(text, at, at) : undefined
  return line && line.end - line.start === end - start ? line : undefined
}

function before(text: string, { start, end }: Line): Line | undefined {
  let at = start
  while (start - at < WIDEST_BREAK && (isBreak(text.charCodeAt(at - 1)) || /[>|*#"',]/.test(text.charAt(at - 1))))
    at -= 1
  const line = at < start && isMrz(text.charCodeAt(at - 1)) ? lineAt(text, at - 1, 0) : undefined
  return line && line.end - line.start === end - start && /[\s]/.test(text.slice(line.end, start)) ? line : undefined
}

/** Where a zone stands. */
export interface Zone {
  readonly start: number
  readonly end: number
}

/**
 * @param text - to be looked at
 * @param at - of a `<<`
 * @param least - nothing before it belongs to the zone
 * @returns the zone that the filler belongs to; where there is none, how far the run of its characters goes
 */
export function zoneAt(text: string, at: number, least: number): { zone?: Zone; end: number } {
  const line = lineAt(text, at, least)
  if (!line) {
    let end = at
    while (isMrz(text.charCodeAt(end))) end += 1
    return { end }
  }
  const { start, end } = line
  const length = end - start
  const whole = text.slice(start, end)
  // A table without its line ends.
  if ((length === 88 && wide(whole)) || (length === 72 && middle(whole)) || (length === 90 && narrow(whole)))
    return { zone: line, end }
  if (length !== 44 && length !== 36 && length !== 30) return { end }
  let first = line
  for (let back = 0; back < (length === 30 ? 3 : 2); back += 1) {
    const second = after(text, first)
    if (second && first.start >= least) {
      const two = text.slice(first.start, first.end) + text.slice(second.start, second.end)
      if (length !== 30) {
        if (length === 44 ? wide(two) : middle(two))
          return { zone: { start: first.start, end: second.end }, end: second.end }
      } else {
        const third = after(text, second)
        if (third && narrow(two + text.slice(third.start, third.end)))
          return { zone: { start: first.start, end: third.end }, end: third.end }
      }
    }
    const earlier = before(text, first)
    if (!earlier) break
    first = earlier
  }
  // The second line of a passport tells enough of itself.
  if (length === 44 && secondLine(whole, 0) && td3Composite(whole, 0)) return { zone: line, end }
  return { end }
}
