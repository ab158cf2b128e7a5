/** What becomes of characters that are no text: mostly nothing, but some programs put them between two values. */
import { topLevel } from '../text/email-domain.js'

const LONGEST = 64
/** Two numbers as long as this are no single one. */
const LONG_NUMBER = 10
const SHORTER_NUMBER = 7
const SHORTEST_WORD = 3

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
const isHost = (code: number): boolean => isDigit(code) || isLetter(code) || code === 0x2d || code === 0x2e
const isGap = (code: number): boolean =>
  code === 0x20 || code === 0x2d || code === 0x2e || code === 0x28 || code === 0x29 || code === 0x2f

/** How many digits there are in the number that begins or ends at a place. */
function digitsFrom(text: string, at: number, step: 1 | -1): number {
  let count = 0
  for (let to = at, gaps = 0; to >= 0 && count < LONG_NUMBER && gaps < 3; to += step) {
    const code = text.charCodeAt(to)
    if (isDigit(code)) {
      count += 1
      gaps = 0
    } else if (isGap(code)) gaps += 1
    else break
  }
  return count
}

function digitRun(text: string, at: number, step: 1 | -1): number {
  let count = 0
  while (count < LONG_NUMBER && isDigit(text.charCodeAt(at + count * step))) count += 1
  return count
}

/** Whether a word of letters alone begins or ends at a place: not `WEST` of `GB82WEST`. */
function isWordFrom(text: string, at: number, step: 1 | -1): boolean {
  let count = 0
  while (count < LONGEST && isLetter(text.charCodeAt(at + count * step))) count += 1
  return count >= SHORTEST_WORD && !isDigit(text.charCodeAt(at + count * step))
}

/** Whether a whole address ends at `end`, and would not with the letters at `next` too. */
function endsAddress(text: string, end: number, next: number): boolean {
  let at = end
  let dot = -1
  while (at > 0 && at > end - LONGEST && isHost(text.charCodeAt(at - 1))) {
    at -= 1
    if (dot < 0 && text.charCodeAt(at) === 0x2e) dot = at
  }
  if (dot < 0 || text.charCodeAt(at - 1) !== 0x40 || topLevel(text.slice(dot + 1, end)) !== 2) return false
  let to = next
  while (to < next + LONGEST && isLetter(text.charCodeAt(to))) to += 1
  return topLevel(text.slice(dot + 1, end) + text.slice(next, to)) !== 2
}

/** `A=1` and `B=2`, as the environment of a process is written. */
function isNextPair(text: string, start: number, end: number): boolean {
  let to = end
  while (to < end + LONGEST && (isLetter(text.charCodeAt(to)) || isDigit(text.charCodeAt(to)) || text[to] === '_'))
    to += 1
  if (to === end || text.charCodeAt(to) !== 0x3d) return false
  let at = start - 1
  while (at > start - LONGEST && text.charCodeAt(at) > 0x20 && text[at] !== '=' && text[at] !== ']') at -= 1
  return text.charCodeAt(at) === 0x3d
}

/**
 * @param text - the text
 * @param start - where what is no text begins
 * @param end - the offset behind it
 * @returns what is seen instead: a line end between two values, else nothing
 */
export function insteadOf(text: string, start: number, end: number): string {
  const before = text.charCodeAt(start - 1)
  const behind = text.charCodeAt(end)
  if (start === 0 || end >= text.length || before <= 0x20 || behind <= 0x20) return ''
  // beside a placeholder the same as beside what one is folded to
  if (before === 0x5d || behind === 0x5b) return ''
  if (isDigit(before) && isDigit(behind)) {
    if (digitsFrom(text, start - 1, -1) >= LONG_NUMBER && digitsFrom(text, end, 1) >= LONG_NUMBER) return '\n'
    const control = text.charCodeAt(start)
    const isBlank = control === 0x0b || control === 0x0c
    return isBlank && digitRun(text, start - 1, -1) + digitRun(text, end, 1) > 3 ? ' ' : ''
  }
  if (isDigit(before) && isLetter(behind)) {
    if (digitsFrom(text, start - 1, -1) >= SHORTER_NUMBER && isWordFrom(text, end, 1)) return '\n'
  } else if (isLetter(before) && isDigit(behind)) {
    if (digitsFrom(text, end, 1) >= SHORTER_NUMBER && isWordFrom(text, start - 1, -1)) return '\n'
  }
  return endsAddress(text, start, end) || isNextPair(text, start, end) ? '\n' : ''
}
