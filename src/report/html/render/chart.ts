/** Charts in the page: each drawn twice, wide and narrow, so that its words stay readable on a phone. */
import { drawChart, toSvg } from '../../charts/index.js'
import type { Block } from '../../document/types.js'
import type { RenderContext } from './context.js'
import { html, type Markup, trusted } from './markup.js'

const widths = [
  ['wide', 760],
  ['narrow', 340],
] as const

/**
 * @param part - a chart of the document
 * @param context - of the page
 * @returns the figure; of its two drawings the stylesheet shows one
 */
export function chartFigure(
  { title, description, chart }: Extract<Block, { readonly kind: 'chart' }>,
  context: RenderContext,
): Markup {
  const number = context.next()
  const drawings = widths.map(([name, width]) => {
    const drawing = drawChart(chart, { width, locale: context.locale })
    const svg = toSvg(drawing, { id: `page-chart-${number}-${name}`, title, description })
    return html`<div class="${name}">${trusted(svg)}</div>`
  })
  return html`<figure class="chart"><figcaption>${title}</figcaption>${drawings}</figure>\n`
}
