/** Texts of a drawing: how wide they are, how they are cut, and what hostile ones are turned into. */

// In hundredths of the size, of a wide sans-serif face: a narrower face only leaves more room.
const groups: readonly (readonly [number, string])[] = [
  [30, "ijlIJ'"],
  [34, ' \u00a0.,:;/\\|·'],
  [42, 'frt-‑()[]!'],
  [50, '"`*_–'],
  [56, 'cszL?'],
  [62, 'aeokvxyTYFPäöé'],
  [65, 'bdghnpquES0123456789$üßµ'],
  [70, 'ABCKRVXZÄ'],
  [80, 'DGHNOQU&ÖÜ'],
  [84, 'w+<>=~^#×≤≥±→'],
  [100, 'mMW%@—…'],
]
const widths = new Map(groups.flatMap(([width, letters]) => [...letters].map((letter) => [letter, width] as const)))

/**
 * Estimates the width of a text, rather too wide than too narrow.
 *
 * @param text - any text
 * @param size - of the letters, in the drawing's units
 * @returns the width in the drawing's units
 */
export function textWidth(text: string, size: number): number {
  let sum = 0
  for (const letter of text) sum += widths.get(letter) ?? widthOfOther(letter.codePointAt(0) as number)
  return (sum * size) / 100
}

function widthOfOther(code: number): number {
  if (code >= 0xfb50 && code <= 0xfdff) return 300
  return code < 0x590 ? 85 : 110
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Cuts a text to a width, between the characters that a reader sees, and ends what was cut with an ellipsis.
 *
 * @param text - any text
 * @param size - of the letters, in the drawing's units
 * @param room - the width that there is
 * @returns the text, or its beginning and an ellipsis; empty when not even that has room
 */
export function cut(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text
  const ellipsis = textWidth('…', size)
  let kept = ''
  let width = 0
  for (const { segment } of segmenter.segment(text)) {
    width += textWidth(segment, size)
    if (width + ellipsis > room) break
    kept += segment
  }
  return ellipsis > room ? '' : `${kept.trimEnd()}…`
}

/** As much of a text as a drawing could ever show: cutting a text of megabytes must not take its time. */
const longest = 400

/**
 * Makes a text from elsewhere fit for one line of a drawing: control characters, line ends and marks that turn the
 * direction of writing become a sign of replacement or a space, half surrogates too.
 *
 * @param text - any text
 * @returns one line that XML can hold
 */
export function cleanText(text: string): string {
  const beginning = text.length > longest ? `${text.slice(0, longest)}…` : text
  return beginning
    .toWellFormed()
    .replace(/\s+/gu, (space) => (space === '\u00a0' ? space : ' '))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/gu, '\ufffd')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1')
}
