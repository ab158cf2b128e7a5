/** A drawing as SVG: colours come from the page's stylesheet, by class; nothing in it acts or asks for anything. */
import { escapeMarkup } from '../text/markup.js'
import { dashes, lineWidthOf, paintOf, palettes, roles, type Scheme, washOf } from './palette.js'
import type { Drawing, Mark, Role } from './types.js'

/** What an SVG is called. */
export interface SvgOptions {
  /** Unique in the page: a letter, then letters, digits, `-` or `_`. */
  readonly id: string
  /** The chart's title. */
  readonly title: string
  /** What the chart shows, for who can't see it. */
  readonly description: string
}

/** XML has no way to write the characters that it forbids; they become the sign of replacement. */
function escapeXml(text: string): string {
  return escapeMarkup(
    text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd'),
  )
}

function classesOf(mark: Mark): string {
  const paint = paintOf(mark)
  const kind =
    mark.kind === 'text'
      ? 'qc-text'
      : paint.by === 'stroke'
        ? 'qc-stroke'
        : mark.kind === 'path'
          ? 'qc-area'
          : 'qc-fill'
  return `${kind} qc-${mark.role}${paint.dash === undefined ? '' : ' qc-dashed'}`
}

function elementOf(mark: Mark): string {
  const classes = `class="${classesOf(mark)}"`
  switch (mark.kind) {
    case 'path':
      return `<path ${classes} d="${escapeXml(mark.d)}"/>`
    case 'rect':
      return `<rect ${classes} x="${mark.x}" y="${mark.y}" width="${mark.width}" height="${mark.height}"/>`
    case 'circle':
      return `<circle ${classes} cx="${mark.x}" cy="${mark.y}" r="${mark.r}"/>`
    case 'text': {
      const anchor = mark.anchor === 'start' ? '' : ` text-anchor="${mark.anchor}"`
      return `<text ${classes} x="${mark.x}" y="${mark.y}" font-size="${mark.size}"${anchor}>${escapeXml(mark.text)}</text>`
    }
  }
}

/**
 * Writes a drawing as an SVG element that is also a whole XML document. It has no style, script or reference: the
 * page adds `chartStyles()`.
 *
 * @param drawing - from `drawChart`
 * @param options - its id in the page, its title and its description
 * @returns the element, without a line end
 * @throws TypeError when the id is not a letter with letters, digits, `-` and `_` after it
 */
export function toSvg(drawing: Drawing, { id, title, description }: SvgOptions): string {
  if (!/^[A-Za-z][\w-]*$/.test(id)) throw new TypeError('id must be a letter with letters, digits, - and _ after it')
  const { width, height } = drawing
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="qc" id="${id}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeXml(title)}</title>`,
    `<desc id="${id}-desc">${escapeXml(description)}</desc>`,
    ...drawing.marks.map(elementOf),
    '</svg>',
  ].join('\n')
}

const family = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'

/**
 * Gives the stylesheet of every SVG of `toSvg`. Which of light and dark holds, follows the page's `color-scheme`;
 * printed pages are light.
 *
 * @returns CSS, all of it under the class `qc`
 */
export function chartStyles(): string {
  const colours = (role: Role, colourOf: (scheme: Scheme) => string, property: 'fill' | 'stroke', kinds: string) =>
    `${kinds
      .split(' ')
      .map((kind) => `.qc .${kind}.qc-${role}`)
      .join(',')}{${property}:${colourOf('light')};${property}:light-dark(${colourOf('light')},${colourOf('dark')})}`
  const printed = (role: Role, colour: string, property: 'fill' | 'stroke', kinds: string) =>
    `${kinds
      .split(' ')
      .map((kind) => `.qc .${kind}.qc-${role}`)
      .join(',')}{${property}:${colour}}`
  const { light, dark, print } = palettes
  return [
    `.qc{display:block;max-width:100%;height:auto;font-family:${family};background:${light.surface};background:light-dark(${light.surface},${dark.surface});forced-color-adjust:none}`,
    '.qc .qc-stroke{fill:none;stroke-linejoin:round}',
    `.qc .qc-dashed{stroke-dasharray:${dashes.join(' ')}}`,
    ...roles.flatMap((role) => [
      colours(role, (scheme) => palettes[scheme][role], 'fill', 'qc-fill qc-text'),
      colours(role, (scheme) => washOf(role, scheme), 'fill', 'qc-area'),
      colours(role, (scheme) => palettes[scheme][role], 'stroke', 'qc-stroke'),
      `.qc .qc-stroke.qc-${role}{stroke-width:${lineWidthOf(role)}}`,
    ]),
    '@media print{',
    `.qc{background:${print.surface}}`,
    ...roles.flatMap((role) => [
      printed(role, print[role], 'fill', 'qc-fill qc-text'),
      printed(role, washOf(role, 'print'), 'fill', 'qc-area'),
      printed(role, print[role], 'stroke', 'qc-stroke'),
    ]),
    '}',
  ].join('\n')
}
