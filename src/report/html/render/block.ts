/** The parts of the document as HTML. */
import type { Block, Section } from '../../document/types.js'
import { chartFigure } from './chart.js'
import type { RenderContext } from './context.js'
import { icon, toneIcon } from './icons.js'
import { phrase } from './inline.js'
import { html, type Markup, trusted } from './markup.js'

type TableBlock = Extract<Block, { readonly kind: 'table' }>

function table({ caption, columns, rows }: TableBlock, context: RenderContext): Markup {
  const id = `page-table-${context.next()}`
  const end = (index: number): string => (columns[index]?.align === 'end' ? 'end' : 'start')
  const cell = (content: TableBlock['rows'][number][number], index: number): Markup =>
    index === 0
      ? html`<th scope="row" class="${end(index)}">${phrase(content, context)}</th>`
      : html`<td class="${end(index)}">${phrase(content, context)}</td>`
  return html`<div class="table" role="group" aria-labelledby="${id}" tabindex="0"><table><caption id="${id}">${caption}</caption>
<thead><tr>${columns.map(({ title }, index) => html`<th scope="col" class="${end(index)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>\n`
}

/** What is good by the report's own word is not shown as if this page had found it so. */
function callout(
  { tone, title, content }: Extract<Block, { readonly kind: 'callout' }>,
  context: RenderContext,
): Markup {
  const reported = tone === 'good' ? html` <span class="as">${context.texts.asReported}</span>` : undefined
  return html`<div class="callout ${tone === 'good' ? 'neutral reported' : tone}">${icon(toneIcon[tone])}<div><p class="callout-title">${title}${reported}</p>
<p>${phrase(content, context)}</p></div></div>\n`
}

/**
 * @param part - of the document
 * @param level - of the heading that a section in this place has
 * @param context - of the page
 * @returns its HTML
 */
export function block(part: Block, level: number, context: RenderContext): Markup {
  switch (part.kind) {
    case 'section':
      return section(part, level, context)
    case 'paragraph':
      return html`<p>${phrase(part.content, context)}</p>\n`
    case 'list':
      return html`<ul>${part.items.map((item) => html`<li>${phrase(item, context)}</li>`)}</ul>\n`
    case 'facts':
      return html`<dl class="facts">${part.items.map(
        ({ term, value }) => html`<div><dt>${term}</dt><dd>${phrase(value, context)}</dd></div>`,
      )}</dl>\n`
    case 'table':
      return table(part, context)
    case 'callout':
      return callout(part, context)
    case 'chart':
      return chartFigure(part, context)
  }
}

/**
 * @param part - a section
 * @param level - of its heading
 * @param context - of the page
 * @returns its HTML, what is inside it included
 */
export function section({ id, title, blocks }: Section, level: number, context: RenderContext): Markup {
  const tag = trusted(`h${Math.min(level, 6)}`)
  return html`<section id="${id}" class="level-${level}" aria-labelledby="${id}-title"><${tag} id="${id}-title">${title}</${tag}>
${blocks.map((part) => block(part, level + 1, context))}</section>\n`
}
