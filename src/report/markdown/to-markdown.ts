/** A report as GitHub-flavoured Markdown. */
import { formatOf } from '../document/format.js'
import { type OutlineOptions, outlineOf } from '../document/outline.js'
import { textsOf } from '../document/texts/index.js'
import type { Block, Document } from '../document/types.js'
import { visible } from '../text/visible.js'
import type { Report } from '../types.js'
import { blockLines } from './blocks.js'
import { escapeText } from './escape.js'
import { createSlugs } from './slugs.js'

/**
 * Writes a report as GitHub-flavoured Markdown. What comes from receipts stands in it as text: no mark-up, no HTML and
 * no link is made of it. Charts are their description and a table of their figures.
 *
 * @param report - The data.
 * @param options - Language and seal.
 * @returns The text, with a newline at its end.
 */
export function toMarkdown(report: Report, options: OutlineOptions = {}): string {
  return documentMarkdown(outlineOf(report, options))
}

/**
 * Writes a document as GitHub-flavoured Markdown.
 *
 * @param document - The text to set.
 * @returns The Markdown, with a newline at its end.
 */
export function documentMarkdown(document: Document): string {
  const setting = {
    anchors: anchorsOf(document),
    texts: textsOf(document.locale),
    format: formatOf(document.locale),
  }
  const pieces = [
    `# ${escapeText(document.title)}`,
    ...document.lead.flatMap((block) => blockLines(block, 2, setting)),
    ...document.sections.flatMap((section) => blockLines(section, 2, setting)),
  ]
  return `${pieces.join('\n\n')}\n`
}

/** Every heading gets its name in the order of the page, as GitHub does it. */
function anchorsOf(document: Document): ReadonlyMap<string, string> {
  const slugs = createSlugs()
  const anchors = new Map<string, string>()
  slugs.of(headingText(document.title))
  const visit = (block: Block): void => {
    if (block.kind !== 'section') return
    anchors.set(block.id, slugs.of(headingText(block.title)))
    for (const inner of block.blocks) visit(inner)
  }
  for (const block of [...document.lead, ...document.sections]) visit(block)
  return anchors
}

function headingText(title: string): string {
  return visible(title).replace(/ +/g, ' ').trim()
}
