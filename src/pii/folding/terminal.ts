/** What a terminal obeys and does not show: colours, links, titles, character sets. */

import { SUBSTITUTE } from './placeholders.js'

/** A stretch that is not shown. */
export interface Sequence {
  readonly end: number
  /** Where what it carries begins and ends, if a value may be in it. */
  readonly carried?: readonly [from: number, to: number] | undefined
}

const ESCAPE = 0x1b
const BELL = 0x07
/** In eight bits: begin of a string, end of a string. */
const STRING = 0x9d
const DEVICE = 0x90
const TERMINATOR = 0x9c
const CSI = 0x9b

const MOST_PARAMETERS = 1_024

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a

/** `@`, `=` or more than three digits in a row, signs that stand for others, and what stands for a placeholder. */
const telling = new RegExp(`[@=%&\\\\[${SUBSTITUTE}]|[0-9]{4}`)

/** Parameters and the letter behind them; -1 where none comes. The sign `@` is left: it may be an address's. */
function controlEnd(text: string, from: number, eightBits: boolean): number {
  let to = from
  while (to < from + MOST_PARAMETERS && text.charCodeAt(to) >= 0x30 && text.charCodeAt(to) <= 0x3f) to += 1
  const code = text.charCodeAt(to)
  // in other character sets the one unit is a quotation mark
  if (eightBits && to === from && isLetter(text.charCodeAt(to + 1))) return -1
  if (isLetter(code) || code === 0x7e || code === 0x60) return to + 1
  if (code === 0x40) return to
  if (!eightBits && code >= 0x20 && code <= 0x27 && 'pqtuxyz'.includes(text.charAt(to + 1) || '-')) return to + 2
  return -1
}

/** `ESC ] 8 ; ; https://… BEL`: up to its end, but not past the beginning of another. */
function stringAt(text: string, at: number, from: number): Sequence {
  for (let to = from; to < text.length; to += 1) {
    const code = text.charCodeAt(to)
    if (code === STRING || code === DEVICE || code === 0x0a) break
    const short = code === ESCAPE && text.charCodeAt(to + 1) === 0x5c
    if (code === ESCAPE && !short) break
    if (!short && code !== BELL && code !== TERMINATOR) continue
    const end = short ? to + 2 : to + 1
    return telling.test(text.slice(from, to)) ? { end, carried: [from, to] } : { end }
  }
  return { end: at + 1 }
}

/** `ESC ( B`, but not `ESC (020)` */
function isCharacterSet(text: string, at: number): boolean {
  const sign = text.charCodeAt(at + 1)
  const final = text.charAt(at + 2)
  if (sign === 0x23) return /^[3-68]$/.test(final)
  if (sign === 0x25 || sign === 0x20) return final === 'G' || (sign === 0x20 && final === 'F')
  if (sign < 0x28 || sign > 0x2f) return false
  if (final === 'A' || final === 'B' || final === '<') return true
  return (sign === 0x28 || sign === 0x29) && /^[012]$/.test(final) && !/[0-9]{0,5}\)/y.test(text.slice(at + 3, at + 9))
}

/**
 * @param text - the text
 * @param at - of an escape character, or of what stands for one and a bracket in eight bits
 * @returns what a terminal does not show; of what is no known sequence, the one character
 */
export function sequenceAt(text: string, at: number): Sequence {
  const first = text.charCodeAt(at)
  if (first === CSI) {
    const end = controlEnd(text, at + 1, true)
    return { end: end < 0 ? at + 1 : end }
  }
  if (first !== ESCAPE) return stringAt(text, at, at + 1)
  const next = text.charCodeAt(at + 1)
  if (next === 0x5b) {
    const end = controlEnd(text, at + 2, false)
    return { end: end < 0 ? at + 1 : end }
  }
  if (next === 0x5d || next === 0x50) {
    const { end, carried } = stringAt(text, at, at + 2)
    return end === at + 1 ? { end: at + 2 } : { end, carried }
  }
  if (next === 0x5c || (next >= 0x3d && next <= 0x3e) || (next >= 0x7c && next <= 0x7e)) return { end: at + 2 }
  if (next < 0x30) return { end: isCharacterSet(text, at) ? at + 3 : at + 1 }
  const known = 'cDEHMNOZ'.includes(text.charAt(at + 1) || '-') && isDigit(text.charCodeAt(at - 1))
  return { end: known && !isLetter(text.charCodeAt(at + 2)) ? at + 2 : at + 1 }
}
