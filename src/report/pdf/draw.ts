/** Lines of text onto the page, with their badges and links. */
import { plain } from './fonts.js'
import { badgePad, type Ink, type Line, type Span } from './lines.js'
import type { Element } from './pdfkit.js'
import type { Sheet } from './sheet.js'
import { colours } from './style.js'

/** The element that drawn text belongs to. */
export interface Owner {
  readonly type: string
  readonly element: Element
}

/**
 * Draws a line.
 *
 * @param sheet - Where.
 * @param line - What.
 * @param x - Its left end.
 * @param baseline - Where its letters stand, from the top of the page.
 * @param owner - The element that says it; without one it is an artifact that is drawn as it is.
 */
export function drawLine(sheet: Sheet, line: Line, x: number, baseline: number, owner: Owner | undefined): void {
  const { spans } = line
  let at = x
  for (let i = 0; i < spans.length; ) {
    // Neighbours that belong to one element are one stretch of content.
    let end = i + 1
    const { link } = (spans[i] as Span).ink
    while (link === undefined && end < spans.length && (spans[end] as Span).ink.link === undefined) end++
    const stretch = spans.slice(i, end)
    const width = stretch.reduce((sum, span) => sum + span.width, 0)
    const start = at
    const draw = (): void => {
      let left = start
      for (const span of stretch) {
        drawSpan(sheet, span, left, baseline)
        left += span.width
      }
    }
    if (owner === undefined) draw()
    else if (link === undefined || !drawLink(sheet, stretch[0] as Span, start, width, baseline, owner, draw))
      sheet.within(owner.type, owner.element, draw)
    at += width
    i = end
  }
}

/** Where a link leads; nothing where there is no such place. */
function targetOf(
  { destination }: Sheet,
  { link }: Ink,
): { readonly href: string } | { readonly name: string } | undefined {
  if (link === undefined) return undefined
  if ('href' in link) {
    const href = address(link.href)
    return href === undefined ? undefined : { href }
  }
  const name = destination(link.section)
  return name === undefined ? undefined : { name }
}

/** @returns false where there is nothing that the link could lead to */
function drawLink(
  sheet: Sheet,
  { ink, runs }: Span,
  x: number,
  width: number,
  baseline: number,
  owner: Owner,
  draw: () => void,
): boolean {
  const target = targetOf(sheet, ink)
  if (target === undefined) return false
  const { pdf } = sheet
  const structParent = sheet.element('Link', owner.element)
  sheet.within('Link', structParent, draw)
  const text = runs.map((run) => run.text).join('')
  const [top, height] = [baseline - ink.size * 0.85, ink.size * 1.15]
  if ('href' in target) {
    const Contents = new String(plain(`${text}: ${target.href}`))
    pdf.link(x, top, width, height, target.href, { structParent, Contents })
  } else pdf.goTo(x, top, width, height, target.name, { structParent, Contents: new String(plain(text)) })
  return true
}

/** An address as PDF writes it, in ASCII; anything but `https:` leads nowhere. */
function address(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined
  const url = new URL(href)
  return url.protocol === 'https:' ? url.href : undefined
}

function drawSpan(sheet: Sheet, { ink, runs, width }: Span, x: number, baseline: number): void {
  const { pdf } = sheet
  const { badge, size } = ink
  if (badge !== undefined) {
    pdf.save()
    pdf
      .roundedRect(x, baseline - size * 0.98, width, size * 1.32, 2)
      .fillColor(badge.ground)
      .fill()
    pdf.roundedRect(x + 0.25, baseline - size * 0.98 + 0.25, width - 0.5, size * 1.32 - 0.5, 2)
    pdf.lineWidth(0.5).strokeColor(badge.ink).stroke()
    pdf.restore()
  }
  const leads = targetOf(sheet, ink) !== undefined
  if (leads) {
    pdf.save()
    pdf.moveTo(x, baseline + 1.6).lineTo(x + width, baseline + 1.6)
    pdf.lineWidth(0.4).strokeColor(ink.colour).stroke()
    pdf.restore()
  }
  let at = x + (badge === undefined ? 0 : badgePad)
  for (const { font, text } of runs) {
    pdf
      .font(font)
      .fontSize(size)
      .fillColor(ink.link === undefined || leads ? ink.colour : colours.text)
    pdf.text(text, at, baseline, { lineBreak: false, baseline: 'alphabetic' })
    at += pdf.widthOfString(text)
  }
}
