/** Addresses with blanks in them: `alice @ example.com`, `a l i c e @ e x a m p l e . c o m`. */
import { readDomain } from '../text/email-domain.js'
import { isAsciiLetter, isAsciiWord, isDigit, isWordAt } from '../text/letters.js'
import { saysPlace } from '../text/places.js'

const SPACE = 0x20
const APOSTROPHE = 0x27
const LONGEST_SPREAD = 40
const LONGEST_LOCAL = 64

/** Where an address with blanks stands, and how sure it is one. */
export interface SpacedAddress {
  readonly start: number
  readonly end: number
  readonly score: number
}

const isPart = (code: number): boolean =>
  isAsciiWord(code) || code === 0x2e || code === 0x5f || code === 0x2d || code === 0x2b || code === APOSTROPHE

const isHost = (code: number): boolean => isAsciiWord(code) || code === 0x2e || code === 0x2d

const isCapital = (code: number): boolean => code >= 0x41 && code <= 0x5a
const isLetterAt = (text: string, index: number): boolean => text.charCodeAt(index) > 127 && isWordAt(text, index)

const prose = new Set('aàeyoiu')

/** Every character stands alone. */
function spreadAt(text: string, at: number, floor: number): SpacedAddress | undefined {
  const first = Math.max(floor, at - LONGEST_SPREAD * 2)
  let start = at
  while (start - 2 >= first && text.charCodeAt(start - 1) === SPACE) {
    if (!isPart(text.charCodeAt(start - 2)) && !isLetterAt(text, start - 2)) break
    const edge = text.charCodeAt(start - 3)
    if (start > 2 && edge !== APOSTROPHE && (isPart(edge) || isWordAt(text, start - 3))) break
    start -= 2
  }
  while (start < at && !isWordAt(text, start)) start += 2
  // `a A l i c e @ …`: the first is a word of the prose's
  if (prose.has(text.charAt(start)) && isCapital(text.charCodeAt(start + 2))) start += 2
  if (at - start < 4) return undefined
  const last = at + LONGEST_SPREAD * 2
  let host = ''
  let index = at
  while (index < last && text.charCodeAt(index + 1) === SPACE && isHost(text.charCodeAt(index + 2))) {
    if (text.charCodeAt(index + 3) === 0x2d || isWordAt(text, index + 3)) break
    index += 2
    host += text.charAt(index)
  }
  if (host.length < 4) return undefined
  const domain = readDomain(host, 0)
  if (domain?.top !== 2 || !(domain.end === host.length || /^[.-]+$/.test(host.slice(domain.end)))) return undefined
  return { start, end: at + domain.end * 2 + 1, score: 0.8 }
}

/** What a cell, a member or a line begins behind. */
const beginners = new Set(Array.from(':;,|<("\'=\n\t[', (char) => char.charCodeAt(0)))

const mailBefore =
  /(?:^|[^\p{L}])(?:e-?mails?|mailto|mailbox|mail|mél|courriel|correo|posta|contact|kontakt|contacto|contatto|write to|schreib(?:en sie|t)? an|reply to|cc|bcc|to|from)[:\s]{1,3}$/iu

const plainLocal = /^[a-z]{2,24}$/
/** With one of these inside, a name is made to be an address's. */
const madeLocal = /^(?!v\d)(?=.*[a-z].*)[a-z][a-z0-9-]*(?:[._][a-z0-9-]+)+$|^[a-z]{3,}\d{1,4}$/i

/** One blank on either side of the sign, or on both. */
function apartAt(text: string, at: number, floor: number): SpacedAddress | undefined {
  const before = text.charCodeAt(at - 1) === SPACE
  const behind = text.charCodeAt(at + 1) === SPACE
  const localEnd = before ? at - 1 : at
  const host = behind ? at + 2 : at + 1
  const first = text.charCodeAt(host)
  if (!isAsciiWord(text.charCodeAt(localEnd - 1)) || !isAsciiLetter(first) || (first | 32) !== first) return undefined
  const domain = readDomain(text, host)
  if (domain?.top !== 2) return undefined
  const { end } = domain
  const after = text.charCodeAt(end)
  if (after === 0x2f || after === 0x28 || after === 0x40 || after === 0x5f || /[A-Z]/.test(text.slice(host, end)))
    return undefined
  const lowest = Math.max(floor, localEnd - LONGEST_LOCAL)
  let start = localEnd
  while (start > lowest && isPart(text.charCodeAt(start - 1)) && text.charCodeAt(start - 1) !== APOSTROPHE) start -= 1
  const edge = text.charCodeAt(start - 1)
  if (start > 0 && edge !== SPACE && !beginners.has(edge)) return undefined
  const local = text.slice(start, localEnd)
  if (saysPlace(local)) return undefined
  // who is spoken to stands behind a blank and an `@` of his own
  if (madeLocal.test(local) && !isDigit(text.charCodeAt(start))) return { start, end, score: behind ? 0.7 : 0.6 }
  if (!behind || !plainLocal.test(local)) return undefined
  let index = start
  while (start - index < 3 && text.charCodeAt(index - 1) === SPACE) index -= 1
  const begins = index === 0 || beginners.has(text.charCodeAt(index - 1))
  if (!begins && !mailBefore.test(text.slice(Math.max(0, start - 24), start))) return undefined
  return { start, end, score: 0.6 }
}

/**
 * @param text - the text
 * @param at - of an `@` with a blank beside it
 * @param floor - where the last address ended
 * @returns the address around it, if there is one
 */
export function spacedAt(text: string, at: number, floor: number): SpacedAddress | undefined {
  const alone =
    text.charCodeAt(at - 1) === SPACE &&
    text.charCodeAt(at + 1) === SPACE &&
    text.charCodeAt(at + 3) === SPACE &&
    (at === 2 || !isAsciiWord(text.charCodeAt(at - 3)))
  return (alone ? spreadAt(text, at, floor) : undefined) ?? apartAt(text, at, floor)
}
