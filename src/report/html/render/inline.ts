/** Running text as HTML. */

import { verdictTones } from '../../document/tones.js'
import type { Inline, Phrase } from '../../document/types.js'
import { rowId } from '../row-id.js'
import type { RenderContext } from './context.js'
import { icon, stateClass, stateIcon, toneIcon } from './icons.js'
import { html, type Markup } from './markup.js'

function inline(piece: Inline, context: RenderContext): Markup {
  if (typeof piece === 'string') return html`${piece}`
  const { texts } = context
  switch (piece.kind) {
    case 'strong':
      return html`<strong>${piece.text}</strong>`
    case 'code':
      return html`<code>${piece.text}</code>`
    case 'link':
      // an address of any other kind would be a mistake in a table, and is no place to go
      return piece.href.startsWith('https://')
        ? html`<a class="external" href="${piece.href}" rel="noopener noreferrer">${piece.text}</a>`
        : html`${piece.text}`
    case 'see':
      return html`<a href="#${piece.section}">${piece.text}</a>`
    case 'receipt': {
      const { chainId, seq } = piece.ref
      const id = rowId(chainId, seq)
      const words = `${chainId} ${seq}`
      // a name that holds the words that one sees, for who speaks to the page
      const name = `${texts.receipt} ${words}`
      return context.rows.has(id)
        ? html`<a class="receipt" href="#${id}" aria-label="${name}">${words}</a>`
        : html`<a class="receipt elsewhere" href="#page-look-up" data-chain="${chainId}" data-seq="${seq}" aria-label="${name} (${texts.notHere})">${words}</a>`
    }
    case 'verdict':
      return html`<span class="badge reported ${piece.verdict === 'VALID' ? 'neutral' : verdictTones[piece.verdict]}">${icon(toneIcon[verdictTones[piece.verdict]])}${piece.verdict} <span class="as">${texts.asReported}</span></span>`
    case 'state':
      return html`<span class="badge state ${stateClass[piece.state]}">${icon(stateIcon[piece.state])}${piece.text}</span>`
    case 'time':
      return html`<time datetime="${piece.iso}">${piece.text}</time>`
  }
}

/**
 * @param content - running text
 * @param context - of the page
 * @returns its HTML
 */
export function phrase(content: Phrase, context: RenderContext): Markup {
  return html`${content.map((piece) => inline(piece, context))}`
}
