/** Callouts: a bar in the colour of the tone beside words that say the same. */
import type { Phrase, Tone } from '../../document/types.js'
import { drawLine, type Owner } from '../draw.js'
import { linesOf } from '../lines.js'
import type { Sheet } from '../sheet.js'
import { column, leading, sizes, tints } from '../style.js'
import { baselineOf, type Place } from './text.js'

const pad = { x: 12, y: 8 }
const bar = 3

/**
 * Draws a callout; over pages, if it has to be.
 *
 * @param sheet - Where.
 * @param callout - What.
 * @param place - Its column and its parent.
 */
export function drawCallout(
  sheet: Sheet,
  { tone, title, content }: { readonly tone: Tone; readonly title: string; readonly content: Phrase },
  place: Place,
): void {
  const { ink, ground } = tints[tone]
  const size = sizes.text
  const height = leading(size)
  const width = place.width - 2 * pad.x - bar
  const left = place.left + bar + pad.x
  const box = sheet.element('Div', place.parent)
  const said = [
    { phrase: [title], setting: { size, face: 'bold' as const, colour: ink } },
    { phrase: content, setting: { size } },
  ].filter(({ phrase }) => phrase.length > 0)
  const lines = said.flatMap(({ phrase, setting }) => {
    const owner: Owner = { type: 'P', element: sheet.element('P', box) }
    return linesOf(sheet.fonts, phrase, width, setting).map((line) => ({ line, owner }))
  })
  sheet.y += 2
  sheet.need(Math.min(lines.length, 4) * height + 2 * pad.y)
  for (let from = 0; from < lines.length; ) {
    const fits = Math.max(1, Math.floor((column.bottom - sheet.y - 2 * pad.y) / height))
    const part = lines.slice(from, from + fits)
    const tall = part.length * height + 2 * pad.y
    const top = sheet.y
    sheet.artifact(() => {
      sheet.pdf.rect(place.left, top, place.width, tall).fillColor(ground).fill()
      sheet.pdf.rect(place.left, top, bar, tall).fillColor(ink).fill()
    })
    for (const [i, { line, owner }] of part.entries())
      drawLine(sheet, line, left, top + pad.y + i * height + baselineOf(size), owner)
    sheet.y += tall
    from += part.length
    if (from < lines.length) sheet.turn()
  }
  sheet.y += size
}
