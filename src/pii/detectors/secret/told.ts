/** Values that a word beside them tells of. */
import type { Haystack, Report } from '../../detector.js'
import { isSpace, isToken, makeupOf } from './chars.js'
import { listAround } from './connection.js'
import { flagValue, isArgument, isCommand } from './flags.js'
import { isBasic } from './headers.js'
import type { Memory } from './memory.js'
import { isInCode } from './names.js'
import { type Form, type Telling, type TellingWords, tellingWords } from './telling.js'
import { gapOf, isAbout, linkedAt, tieOf, toldBehind, userBeside } from './ties.js'
import type { Value, Values } from './value.js'
import { worth } from './worth.js'

const NAMED = 'telling word'

/** Where the value behind an operator begins: behind spaces, and at most two line ends. */
function valueStart(text: string, operator: number): { from: number; below: boolean } {
  let from = operator + 1
  const second = text.charCodeAt(from)
  if (second === 0x3e || second === 0x3d) from += text.charCodeAt(from + 1) === 0x3d ? 2 : 1
  if (text.startsWith('**', from) && isSpace(text.charCodeAt(from + 2))) from += 2
  let below = false
  let steps = 0
  while (steps < 24 && isSpace(text.charCodeAt(from))) {
    if (text.charCodeAt(from) === 0x0a) below = true
    from += 1
    steps += 1
  }
  // `N'…'`, `b"…"`: what kind of string it is
  const mark = text.charCodeAt(from + 1)
  if ((mark === 0x27 || mark === 0x22) && /[bBfFnNrRuU]/.test(text[from] as string)) from += 1
  return { from, below }
}

/** A name made of several parts is a setting's, not a word of prose. */
function isSetting(text: string, telling: Telling, operator: number): boolean {
  let start = telling.start
  while (start > 0 && telling.start - start < 40) {
    const code = text.charCodeAt(start - 1)
    if (!isToken(code) && code !== 0x2e) break
    start -= 1
  }
  const name = text.slice(start, operator).trimEnd()
  return /[_.]|[a-z][A-Z]|^--?/.test(name) && !name.includes(' ')
}

/** The list that was last looked at: its other members need no second look. */
export interface Lists {
  last?: ReturnType<typeof listAround>
}

const isQuoted = (text: string, { start, end, quoted }: Value): boolean =>
  quoted || (/["'`“„«]/.test(text[start - 1] ?? '') && /["'`“”»]/.test(text[end] ?? ''))

function reportValue(
  text: string,
  telling: Telling,
  value: Value,
  form: Form,
  memory: Memory,
  report: Report,
  lists?: Lists,
): void {
  let { start, end } = value
  let plain = text.slice(start, end)
  if (telling.kind === 'token' || telling.kind === 'scheme') {
    const lead = /^(?:bearer|token|basic|bot)\s+/i.exec(plain)
    if (lead) {
      start += lead[0].length
      plain = text.slice(start, end)
    }
  }
  if (telling.end - telling.start === 2 && /^ww$/i.test(text.slice(telling.start, telling.end))) {
    // also the number of a week in formats of dates
    if (form === 'loose' || plain.length < 6 || !/\d/.test(plain)) return
  }
  if (telling.kind === 'pin' && plain.length === 6 && telling.end - telling.start > 3) return
  if ((form === 'loose' || form === 'beside') && telling.kind === 'password' && memory.is('about', plain, isAbout))
    return
  const stands = form === 'prose' || (form === 'beside' && /\d\D*\d/.test(plain) && !/^passw/i.test(plain))
  const score = memory.worth(plain, telling.kind, stands && isQuoted(text, value) ? 'apart' : form)
  if (score === 0) return
  if (lists && (!lists.last || telling.start >= lists.last.end)) lists.last = listAround(text, telling.start, end)
  const list = lists?.last
  if (list && list.score > 0 && telling.start >= list.start && end <= list.end) {
    report(list.start, list.end, 'SECRET', list.score, list.reason)
    return
  }
  end = start + plain.length
  report(start, end, 'SECRET', score, NAMED)
}

/** The value behind a `:` or `=`. */
export function atOperator(
  text: string,
  operator: number,
  words: TellingWords,
  values: Values,
  lists: Lists,
  memory: Memory,
  haystack: Haystack,
  report: Report,
): void {
  const code = text.charCodeAt(operator)
  const next = text.charCodeAt(operator + 1)
  const before = text.charCodeAt(operator - 1)
  if (code === 0x3a ? next === 0x3d || next === 0x3a || before === 0x3a : next === 0x3d) return
  const telling = words.last(operator)
  if (!telling || text.startsWith('hmac:', operator + 1)) return
  let gapEnd = operator
  if (code === 0x3d)
    while (
      gapEnd > telling.end &&
      (text[gapEnd - 1] === '=' || text[gapEnd - 1] === '!' || text[gapEnd - 1] === ':' || text[gapEnd - 1] === '?')
    )
      gapEnd -= 1
  if (before === 0x3f && code === 0x3a) gapEnd -= 1
  const gap = text.slice(telling.end, gapEnd)
  const apart = gapOf(gap, memory)
  if (!apart) return
  haystack.step()
  const { from, below } = valueStart(text, operator)
  const value = values.at(from)
  if (!value) return
  if (!value.quoted && isInCode(text, telling.start, value.start, value.end, code === 0x3d, memory)) return
  let form: Form
  if (below && apart !== 'distant' && /^[ \t]*(?:[\r\n]|$)/.test(text.slice(value.end, value.end + 8)))
    form = telling.kind === 'token' ? 'loose' : 'apart'
  else if (apart === 'distant' || below) form = 'loose'
  else if (apart === 'purpose') form = telling.kind === 'token' ? 'loose' : 'apart'
  else if (value.quoted) form = 'quoted'
  else if (code === 0x3d || isSetting(text, telling, operator)) form = 'assigned'
  else form = 'colon'
  if (form === 'colon' && telling.kind === 'password') {
    const rest = text.charCodeAt(value.end)
    const endsLine = value.end >= text.length || rest === 0x0a || rest === 0x0d
    if (endsLine && /^\p{L}+$/u.test(text.slice(value.start, value.end)) && userBeside(text, telling)) form = 'assigned'
  }
  reportValue(text, telling, value, form, memory, report, code === 0x3d ? lists : undefined)
}

/** A value with a digit that no operator stands before. */
export function atChunk(
  text: string,
  start: number,
  end: number,
  words: TellingWords,
  values: Values,
  memory: Memory,
  haystack: Haystack,
  report: Report,
): void {
  const length = end - start
  if (length < 6 || length > 256) return
  const flag = flagValue(text, start)
  if (flag >= 0) {
    const value = values.at(flag)
    if (value && isCommand(text, start)) {
      const score = worth(text.slice(value.start, value.end), 'password', 'assigned')
      if (score > 0) report(value.start, value.end, 'SECRET', score, 'flag of a command')
      return
    }
  }
  const telling = words.last(start)
  if (isArgument(text, start)) {
    const value = values.at(start)
    const score = value ? worth(text.slice(value.start, value.end), 'password', 'apart') : 0
    if (value && score > 0) report(value.start, value.end, 'SECRET', score, 'argument of a call that takes a secret')
    if (score > 0) return
  }
  if (telling) {
    const form = tieOf(text, telling, start, memory)
    if (form) {
      haystack.step()
      const value = values.at(start)
      if (value && value.end > value.start) {
        reportValue(text, telling, value, form, memory, report)
        return
      }
    }
  }
  if (length >= 8 && text.charCodeAt(start - 1) === 0x20 && (text.charCodeAt(start - 2) | 0x20) === 0x63) {
    if (text.slice(start - 6, start - 1).toLowerCase() === 'basic') {
      const value = values.at(start)
      if (value && isBasic(text.slice(value.start, value.end)))
        report(value.start, value.end, 'SECRET', 0.9, 'HTTP basic credentials')
      return
    }
  }
  if (length >= 8) {
    let after = end
    while (after - end < 3 && text.charCodeAt(after) !== 0x20 && !isToken(text.charCodeAt(after))) after += 1
    if (text.charCodeAt(after) !== 0x20) return
    const first = text[after + 1]
    if (first !== 'i' && first !== 'a' && first !== 'e' && first !== 'c' && first !== 'è') return
    if (!toldBehind(text, end)) return
    const value = values.at(start)
    if (!value) return
    const score = memory.worth(text.slice(value.start, value.end), 'password', 'loose')
    if (score > 0) report(value.start, value.end, 'SECRET', score, 'telling word behind it')
  }
}

/** `password is …` where the value holds no digit and no operator stands between. */
export function atSpoken(
  text: string,
  end: number,
  words: TellingWords,
  values: Values,
  memory: Memory,
  haystack: Haystack,
  report: Report,
): void {
  const next = text.charCodeAt(end)
  if (next === 0x3a || next === 0x3d) return
  const telling = words.last(end)
  if (telling?.end !== end) return
  const from = linkedAt(text, end)
  if (from < 0) return
  const value = values.at(from)
  if (!value || value.end <= value.start) return
  const plain = text.slice(value.start, value.end)
  if (plain.length < 6 || /\d/.test(plain)) return
  const spoken = text.charCodeAt(from - 1) === 0x20 && text.charCodeAt(telling.start - 1) !== 0x2d
  const mixed = /[a-z][A-Z].*[a-z][A-Z]|[A-Z]{2}[a-z].*[a-z][A-Z]/.test(plain)
  if (spoken && !mixed && /^[A-Za-z]+$/.test(plain) && !text.slice(end, from).includes('|')) return
  // a word behind a flag is its value only where the sentence does not go on
  if (!spoken && /^[a-z]+$/.test(plain) && /^\s+[a-z]/.test(text.slice(value.end, value.end + 24))) return
  haystack.step()
  const form = tieOf(text, telling, value.start, memory)
  if (form === 'assigned' || form === 'colon') reportValue(text, telling, value, form, memory, report)
  else if (form === 'prose' && (mixed || makeupOf(plain).kinds >= 3))
    reportValue(text, telling, value, form, memory, report)
}

/** Whether a number may stand behind a verb: a glance at the letter before. */
export function mayBeSaid(text: string, start: number, end: number): boolean {
  const size = end - start
  if (size < 4 || size > 8) return false
  let before = start - 1
  const open = text.charCodeAt(before)
  if (open === 0x22 || open === 0x27 || open === 0x2a || open === 0x60) before -= 1
  if (text.charCodeAt(before) !== 0x20) return false
  const last = text.charCodeAt(before - 1)
  if (last !== 0x73 && last !== 0x74 && last !== 0xe8 && last !== 0x77 && last !== 0x65 && last !== 0x4e) return false
  const next = text.charCodeAt(end)
  const sentence = next === 0x2e || next === 0x2c
  return sentence
    ? !isToken(text.charCodeAt(end + 1))
    : next !== 0x3a && next !== 0x2f && next !== 0x25 && !isToken(next)
}

/** A number that a verb ties to a word: `the PIN is …`. */
export function atNumber(
  text: string,
  start: number,
  end: number,
  words: TellingWords,
  memory: Memory,
  haystack: Haystack,
  report: Report,
): void {
  const telling = words.last(start)
  if (telling?.kind !== 'pin' && telling?.kind !== 'password') return
  haystack.step()
  if (tieOf(text, telling, start, memory) === 'prose')
    reportValue(text, telling, { start, end, quoted: false }, 'prose', memory, report)
}

/** The value of a member whose name says that it is secret. */
export function whole({ text, hint }: Haystack, report: Report): void {
  if (hint === '' || text.length > 2_048) return
  const telling = tellingWords(hint).last(hint.length)
  if (!telling || telling.end !== hint.length || telling.kind === 'scheme') return
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  if (end <= start) return
  const score = worth(text.slice(start, end), telling.kind, 'quoted')
  if (score > 0) report(start, end, 'SECRET', score, 'name of the member')
}
