/** What kind of character stands at a place; all of it by code, so that a glance costs next to nothing. */

/**
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether it is one of 0-9
 */
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/**
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether it is one of A-Z and a-z
 */
export const isLetter = (code: number): boolean => {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

/**
 * Scripts that put no space between words end no word: an account number may follow a Chinese character at once.
 *
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether a word or a number goes on there: ASCII letters and digits, Latin, Greek and Cyrillic letters
 */
export const isWord = (code: number): boolean =>
  isLetter(code) || isDigit(code) || (code >= 0xc0 && code <= 0x52f && code !== 0xd7 && code !== 0xf7)

/** An escaped line end or tab, as in JSON inside of JSON: its letter is no letter of a word. */
const isEscape = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return (code === 0x6e || code === 0x74 || code === 0x72) && text.charCodeAt(at - 1) === 0x5c
}

/**
 * @param text - that is looked at
 * @param start - of a candidate
 * @returns whether no word or number runs into it from before
 */
export const opensAt = (text: string, start: number): boolean =>
  start === 0 || !isWord(text.charCodeAt(start - 1)) || isEscape(text, start - 1)

/**
 * @param text - that is looked at
 * @param end - of a candidate
 * @returns whether no word or number goes on behind it
 */
export const closesAt = (text: string, end: number): boolean => !isWord(text.charCodeAt(end))

/**
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether it is a space of any width, without line ends
 */
export const isSpace = (code: number): boolean =>
  code === 0x20 ||
  code === 0x09 ||
  code === 0xa0 ||
  (code >= 0x2000 && code <= 0x200a) ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x3000

/**
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether it is a hyphen, dash or minus
 */
export const isDash = (code: number): boolean =>
  code === 0x2d || (code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xfe58 || code === 0xfe63

/**
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether people put it between the groups of one number: spaces, dashes, dots, `/`, `_`, `+`
 */
export const isGap = (code: number): boolean =>
  isSpace(code) ||
  isDash(code) ||
  code === 0x2e ||
  code === 0x2f ||
  code === 0x5f ||
  code === 0x2b ||
  code === 0xb7 ||
  code === 0x2022 ||
  code === 0x2027

/**
 * @param code - UTF-16 unit; NaN outside of the text
 * @returns whether it stands between groups only where someone hides a number, or in a table: `,`, `:`, `;`, `|`, `*`, `~`, `#` and the backslash
 */
export const isOddGap = (code: number): boolean =>
  code === 0x2c ||
  code === 0x3a ||
  code === 0x3b ||
  code === 0x7c ||
  code === 0x2a ||
  code === 0x7e ||
  code === 0x23 ||
  code === 0x5c
