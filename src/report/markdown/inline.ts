/** Running text as Markdown. */
import type { Inline, Phrase } from '../document/types.js'
import { escapeCode, escapeStrong, escapeText } from './escape.js'

/** The name of each section's heading. */
export type Anchors = ReadonlyMap<string, string>

/**
 * A phrase.
 *
 * @param phrase - The text.
 * @param anchors - Where sections begin.
 * @returns Markdown on one line.
 */
export function inlines(phrase: Phrase, anchors: Anchors): string {
  let line = ''
  for (const piece of phrase) {
    const next = inline(piece, anchors)
    // two spans of code side by side would be read as one
    line += line.endsWith('`') && next.startsWith('`') ? ` ${next}` : next
  }
  return line
}

function inline(piece: Inline, anchors: Anchors): string {
  if (typeof piece === 'string') return escapeText(piece)
  switch (piece.kind) {
    case 'strong':
      return escapeStrong(piece.text)
    case 'code':
      return escapeCode(piece.text)
    case 'link':
      return `[${escapeText(piece.text)}](<${address(piece.href)}>)`
    case 'see': {
      const anchor = anchors.get(piece.section)
      return anchor === undefined
        ? escapeText(piece.text)
        : `[${escapeText(piece.text)}](#${encodeURIComponent(anchor)})`
    }
    case 'receipt':
      return escapeCode(`${piece.ref.chainId}#${piece.ref.seq}`)
    case 'verdict':
      return `**${piece.verdict}**`
    case 'state':
      return escapeStrong(piece.text)
    case 'time':
      return escapeText(piece.text)
  }
}

/** Addresses come from tables of ours; still none can end its own brackets. */
function address(href: string): string {
  return href.replace(/[^\w\-.~:/?#@!$&'()*+,;=%]/g, encodeURIComponent)
}
