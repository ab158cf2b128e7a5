/** HTML that was written here, told apart from text: whatever is not markup is escaped, and data can't be markup. */
import { escapeMarkup } from '../../text/markup.js'
import { visible } from '../../text/visible.js'

const written = Symbol('markup')

/** A piece of HTML. Only `html` and `trusted` make one; nothing that JSON can hold is one. */
export interface Markup {
  readonly [written]: string
}

/** What may stand in a gap: text is escaped, nothing is left out. */
export type Gap = Markup | string | number | undefined | readonly Gap[]

function isMarkup(gap: unknown): gap is Markup {
  return typeof gap === 'object' && gap !== null && written in gap
}

function filled(gap: Gap): string {
  if (gap === undefined) return ''
  if (Array.isArray(gap)) return (gap as readonly Gap[]).map(filled).join('')
  if (isMarkup(gap)) return gap[written]
  return escapeMarkup(visible(String(gap)))
}

/**
 * A template of HTML. Texts in its gaps are escaped, for text and for quoted attributes alike, and show what can't be seen.
 *
 * @param strings - the HTML
 * @param gaps - what goes in
 * @returns the markup
 */
export function html(strings: TemplateStringsArray, ...gaps: readonly Gap[]): Markup {
  let text = strings[0] as string
  gaps.forEach((gap, index) => {
    text += filled(gap) + (strings[index + 1] as string)
  })
  return { [written]: text }
}

/**
 * @param text - HTML or SVG that this package made, never from a receipt
 * @returns it as markup
 */
export function trusted(text: string): Markup {
  return { [written]: text }
}

/**
 * @param markup - of `html`
 * @returns its text
 */
export function textOfMarkup(markup: Markup): string {
  return markup[written]
}
