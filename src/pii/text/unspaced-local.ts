/** Local parts with letters of a script that is written without blanks, where prose may stand right before an address. */
import { isAsciiWord, isDigit, isUnspacedAt, isWordAt } from './letters.js'

const LONGEST_NAME = 6
const MOST_DIGITS = 4
const LONGEST_LOCAL = 64

/** What prose ends in before an address: "to", "is", "mail", particles. */
const prose = new Set(
  '是为為到给給至系箱件址在与與和或向从從于於码碼叫用发發写寫即请請はへにをでがともやの로에게은는이가을를과와의',
)

const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a
const isJoint = (code: number): boolean => code === 0x2e || code === 0x5f || code === 0x2d

/**
 * `用户88@`: a name and few digits. `hans.m端ller@`: one sign inside of a word of small letters. Before anything longer the
 * letters are prose: `联系alice@`, `邮箱123456789@`.
 *
 * @param text - the text
 * @param index - of the last letter of such a script before the sign
 * @param at - of the sign
 * @param floor - no local part begins before it
 * @returns where the local part begins, or -1 where it begins behind `index`
 */
export function unspacedStart(text: string, index: number, at: number, floor: number): number {
  if (prose.has(text.charAt(index))) return -1
  let start = index
  if (isLower(text.charCodeAt(index + 1)) && isLower(text.charCodeAt(index - 1))) {
    const lowest = Math.max(floor, at - LONGEST_LOCAL)
    start -= 1
    while (start > lowest && (isAsciiWord(text.charCodeAt(start - 1)) || isJoint(text.charCodeAt(start - 1))))
      start -= 1
  } else {
    let digits = index + 1
    if (isJoint(text.charCodeAt(digits))) digits += 1
    const count = at - digits
    if (count < 1 || count > MOST_DIGITS) return -1
    for (; digits < at; digits += 1) if (!isDigit(text.charCodeAt(digits))) return -1
    while (
      start > floor &&
      index - start < LONGEST_NAME &&
      text.charCodeAt(start - 1) > 127 &&
      isUnspacedAt(text, start - 1)
    )
      start -= 1
  }
  return start > 0 && (isWordAt(text, start - 1) || isJoint(text.charCodeAt(start - 1))) ? -1 : start
}
