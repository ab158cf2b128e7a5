/** A text with evasions folded away, and the way back to the offsets of the original. */
import {
  DASH,
  DOT,
  DROP,
  ENCLOSED,
  FLAG,
  FOREIGN,
  isMark,
  KEEP,
  kindAt,
  MAP,
  MARK,
  meaningOf,
  RAISED,
  UNSEEN,
} from './folding/characters.js'
import { type Back, composed, createEdits, type Edited, type Edits } from './folding/edits.js'
import { backslashAt, type Escape, entityAt, equalsAt, inPassword, percentAt } from './folding/escapes.js'
import { placeholderEnd, SUBSTITUTE } from './folding/placeholders.js'
import { bracketedAt, isOpener, unspelled } from './folding/spelled.js'
import { sequenceAt } from './folding/terminal.js'
import { insteadOf } from './folding/unseen.js'

/** What folding gives. */
export interface Folded {
  readonly text: string
  /** The way back to the original; absent where every unit stands in its old place. */
  readonly back?: Back | undefined
}

/** How often what was written several times over is taken apart: `%25252540`, `&amp;amp;commat;`. */
const PASSES = 6

const ESCAPE = 0x1b
const REPLACED = SUBSTITUTE.charCodeAt(0)

const CONTROLS = '\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f'
/** What may stand for something else: no letters of the most usual scripts and no quotes. Each further range costs time. */
const search = new RegExp(
  `[&%\\\\=[({<${CONTROLS}\\x80-\\xbf\\u0100-\\u040f\\u0450-\\u2017\\u2020-\\u3040\\u3097-\\u4e00\\ua000-\\uffff]`,
  'g',
)

/** After this many characters that mean nothing else the next that may is searched for. */
const RUN = 24

/** What of ASCII may stand for something else. */
const suspect = new Uint8Array(128)
for (const character of '&%\\=[({<') suspect[character.charCodeAt(0)] = 1

const isControl = (code: number): boolean =>
  (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f
for (let code = 0; code < 0x80; code += 1) if (isControl(code)) suspect[code] = 1

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isAlnum = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

/** What a character means; of one that means several, the first. */
const meant = (point: number): number => meaningOf(point).charCodeAt(0) || point

const codeAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return code < 0x80 || at >= text.length ? code : meant(text.codePointAt(at) as number)
}

const codeBefore = (text: string, at: number): number => {
  const code = text.charCodeAt(at - 1)
  if (code < 0x80 || at === 0) return code
  const low = code >= 0xdc00 && code <= 0xdfff && at > 1
  return codeAt(text, low && (text.codePointAt(at - 2) as number) > 0xffff ? at - 2 : at - 1)
}

const isPart = (code: number, blanks: boolean): boolean => isDigit(code) || (!blanks && code >= 0x41 && code <= 0x5a)

/** A dash between digits, or between a digit and a capital: a number's separator. One blank may stand on either side. */
function isHyphen(text: string, at: number): boolean {
  let before = codeBefore(text, at)
  let behind = codeAt(text, at + 1)
  const blanks = before === 0x20 && behind === 0x20
  if (blanks) {
    before = codeBefore(text, at - 1)
    behind = codeAt(text, at + 2)
  }
  if (isDigit(before)) return isPart(behind, blanks) || behind === 0x28
  if (before === 0x29) return isPart(behind, blanks)
  return isDigit(behind) && isPart(before, blanks)
}

const letter = /^\p{L}$/u
const MOST_MARKS = 8

/** A letter and one mark, as one: there are few of them, and most texts hold them again and again. */
const pairs = new Map<string, string>()
const MOST_PAIRS = 1_024

function togetherOf(letters: string): string {
  const known = pairs.get(letters)
  if (known !== undefined) return known
  const base = letters.charAt(0)
  const whole = letter.test(base) ? letters.normalize('NFC').charAt(0) : base
  if (letters.length === 2 && pairs.size < MOST_PAIRS) pairs.set(letters, whole)
  return whole
}

/** A letter and the marks behind it become one letter; what can't be drawn together is dropped. */
function combine(edits: Edits, text: string, at: number): number {
  let end = at + 1
  while (isMark(text.charCodeAt(end))) end += 1
  const whole = at === 0 || at - 1 < edits.done ? '' : togetherOf(text.slice(at - 1, Math.min(end, at + MOST_MARKS)))
  if (whole === '') edits.replace(at, end, '')
  else edits.replace(at - 1, end, whole)
  return end
}

/** An emoji's own signs: nothing hides behind them. */
function ofEmoji(text: string, at: number, code: number): boolean {
  const before = text.charCodeAt(at - 1)
  if (code === 0xfe0f || code === 0xfe0e) return before > 0x2000
  if (code !== 0x200d) return false
  const behind = text.charCodeAt(at + 1)
  return (before === 0xfe0f || (before >= 0xdc00 && before <= 0xdfff)) && behind > 0x2000
}

function escapeAt(text: string, at: number, code: number, userInfo: boolean): Escape | undefined {
  switch (code) {
    case 0x26:
      return entityAt(text, at)
    case 0x25: {
      const found = percentAt(text, at)
      return found && userInfo && inPassword(text, at) ? undefined : found
    }
    case 0x5c:
      return backslashAt(text, at)
    case 0x3d:
      return equalsAt(text, at)
    default:
      return undefined
  }
}

const isLetter = (code: number): boolean => isAlnum(code) && !isDigit(code)

/** What an address goes on with, beside letters and digits. */
const isJoint = (code: number): boolean =>
  code === 0x40 || code === 0x2e || code === 0x2d || code === 0x5f || code === 0x3a

/** The most raised digits that are looked at: a number longer than that is one anyhow. */
const MOST_RAISED = 24
/** So many raised digits are no note's mark. */
const NO_NOTE = 4

/** Whether raised digits behind a word or number go on with it: `4¹¹¹1111`, not `m²` and no note's mark. */
function goesOn(text: string, at: number): boolean {
  const before = codeBefore(text, at)
  if (!isAlnum(before)) return false
  let end = at + 1
  while (end < at + MOST_RAISED && kindAt(text.charCodeAt(end)) === RAISED) end += 1
  const count = end - at
  const behind = codeAt(text, end)
  if (behind === 0x40) return true
  if (isDigit(behind)) return isDigit(before) || count > 1
  if (!isDigit(before)) return false
  const more = (behind === 0x20 || behind === 0x2d) && kindAt(text.charCodeAt(end + 1)) === RAISED
  return count >= NO_NOTE || (count > 1 && more)
}

/** Where a line ends, or what was or will be replaced begins: what is said of a place is the same before and after. */
const isEdge = (code: number): boolean => (code < 0x20 && code !== 0x09) || code === 0x5b

/** So near another enclosed digit is one of the same number. */
const NEAR = 6

/** Whether an enclosed digit or letter stands among others. */
function isAmongOthers(text: string, at: number, end: number, by: string): boolean {
  const before = codeBefore(text, at)
  const behind = codeAt(text, end)
  if (isAlnum(before) && text.charCodeAt(at - 1) >= 0x80) return true
  if (isAlnum(behind) && text.charCodeAt(end) >= 0x80) return true
  if (isDigit(by.charCodeAt(0))) {
    if (isDigit(before)) return true
    if (isDigit(behind))
      for (let to = end; to < end + NEAR && !isEdge(text.charCodeAt(to)); to += 1)
        if (kindAt(text.codePointAt(to) ?? 0) === ENCLOSED) return true
  } else if (isLetter(before) || isLetter(behind) || behind === 0x40) return true
  return (isAlnum(before) || isJoint(before)) && (isAlnum(behind) || isJoint(behind))
}

/** Where the letters of flags end that begin at a place, and whether they write a word: two alone are a flag. */
function lettersAt(text: string, at: number): [end: number, isWord: boolean] {
  let end = at + 2
  while (kindAt(text.codePointAt(end) ?? 0) === FLAG) end += 2
  const before = codeBefore(text, at)
  const behind = codeAt(text, end)
  if (end - at !== 4) return [end, isAlnum(before) || isJoint(before) || isAlnum(behind) || isJoint(behind)]
  const dotted =
    (before === 0x2e && isAlnum(codeBefore(text, at - 1))) || (behind === 0x2e && isAlnum(codeAt(text, end + 1)))
  return [end, before === 0x40 || behind === 0x40 || dotted]
}

interface Pass {
  readonly edited?: Edited | undefined
  /** Whether a bracketed sign was seen. */
  readonly brackets: boolean
}

function pass(text: string, types: ReadonlySet<string>, own: boolean): Pass {
  let edits: Edits | undefined
  const replace = (start: number, end: number, by: string): void => {
    edits ??= createEdits(text)
    edits.replace(start, end, by)
  }
  const { length } = text
  const userInfo = text.includes('://')
  let brackets = false
  let last = -RUN
  let foreignEnd = -1
  /** What a terminal does not show goes; what it carries stands on a line of its own. */
  const silence = (at: number): number => {
    const { end, carried } = sequenceAt(text, at)
    if (carried) {
      replace(at, carried[0], '\n')
      replace(carried[1], end, '\n')
    } else replace(at, end, '')
    return end
  }
  for (let at = 0; at < length; at += 1) {
    let code = text.charCodeAt(at)
    if (code < 0x80 && suspect[code] === 0) {
      if (at - last < RUN) continue
      search.lastIndex = at
      if (!search.test(text)) break
      at = search.lastIndex - 1
      code = text.charCodeAt(at)
    }
    last = at
    if (code < 0x80) {
      if (isOpener(code)) {
        const end = code === 0x5b ? placeholderEnd(text, at, types) : -1
        if (end > 0) {
          replace(at, end, SUBSTITUTE)
          at = end - 1
        } else brackets ||= bracketedAt(text, at) !== undefined
        continue
      }
      if (isControl(code)) {
        if (code === REPLACED && !own) continue
        let end = at + 1
        if (code === ESCAPE) {
          if (placeholderEnd(text, end, types) > 0) replace(at, end, '')
          else end = silence(at)
        } else {
          for (let next = text.charCodeAt(end); isControl(next) && next !== ESCAPE; next = text.charCodeAt(end)) {
            if (next === REPLACED && !own) break
            end += 1
          }
          replace(at, end, insteadOf(text, at, end))
        }
        at = end - 1
        continue
      }
      const found = escapeAt(text, at, code, userInfo)
      if (found) {
        replace(at, found.end, found.by === SUBSTITUTE ? '' : found.by)
        at = found.end - 1
      }
      continue
    }
    const astral = code >= 0xd800 && code <= 0xdbff
    const point = astral ? (text.codePointAt(at) as number) : code
    const kind = kindAt(point)
    if (kind === KEEP) {
      if (point > 0xffff) at += 1
      continue
    }
    let end = at + (point > 0xffff ? 2 : 1)
    switch (kind) {
      case DROP:
        if (!ofEmoji(text, at, code)) replace(at, end, '')
        break
      case MAP:
        replace(at, end, meaningOf(point))
        break
      case DASH:
        if (isHyphen(text, at)) replace(at, end, '-')
        break
      case DOT:
        if (isAlnum(codeBefore(text, at)) && isAlnum(codeAt(text, end))) replace(at, end, '.')
        break
      case RAISED: {
        // behind a word it is a note's mark or an exponent
        const before = text.charCodeAt(at - 1)
        const follows = before >= 0x80 && kindAt(before) === RAISED
        if (follows ? (edits?.done ?? 0) === at : !(before >= 0x80 || isAlnum(before)) || goesOn(text, at))
          replace(at, end, meaningOf(point))
        break
      }
      case MARK:
        if (ofEmoji(text, at, code)) break
        edits ??= createEdits(text)
        at = combine(edits, text, at) - 1
        continue
      case UNSEEN:
        if (point >= 0x90 && point <= 0x9d && (point === 0x9b || point === 0x9d || point === 0x90)) end = silence(at)
        // dashes of another character set
        else if ((point === 0x96 || point === 0x97) && isHyphen(text, at)) replace(at, end, '-')
        else replace(at, end, insteadOf(text, at, end))
        break
      case FOREIGN: {
        const before = codeBefore(text, at)
        if (foreignEnd === at || (before >= 0x20 && before < 0x7f) || before === REPLACED) {
          replace(at, end, '')
          foreignEnd = end
        }
        break
      }
      case ENCLOSED: {
        const by = meaningOf(point)
        if (isAmongOthers(text, at, end, by)) replace(at, end, by)
        break
      }
      case FLAG: {
        const [stop, isWord] = lettersAt(text, at)
        if (isWord)
          for (let unit = at; unit < stop; unit += 2)
            replace(unit, unit + 2, meaningOf(text.codePointAt(unit) as number))
        end = stop
        break
      }
      default:
    }
    at = end - 1
  }
  return { edited: edits?.finish(), brackets }
}

/** Nothing but what detectors of this package report. */
const noTypes: ReadonlySet<string> = new Set()

/**
 * Characters are taken for what they mean (NFKC where that is one ASCII character, digits of every script, blanks,
 * separators), what can't be seen is dropped, escapes of the usual formats are resolved and spelled-out addresses are put
 * together. What an earlier redaction left becomes one character that is no part of anything.
 *
 * @param text - the original
 * @param types - of placeholders, beside those of the package
 * @param own - whether a character that stands for a placeholder is the text's own, so that nothing hides behind it
 * @returns what detectors look through
 */
export function fold(text: string, types: ReadonlySet<string> = noTypes, own = false): Folded {
  let folded = text
  let back: Back | undefined
  let brackets = false
  for (let count = 0; count < PASSES; count += 1) {
    const { edited, brackets: seen } = pass(folded, types, own && count === 0)
    brackets ||= seen
    if (!edited) break
    folded = edited.text
    back = composed(back, edited.back)
  }
  const signs = unspelled(folded, brackets)
  if (!signs) return back ? { text: folded, back } : { text: folded }
  return { text: signs.text, back: composed(back, signs.back) }
}
