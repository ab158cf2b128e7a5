/** Looks through a document. */
import type { Block, Document, Inline, Section } from '../../../src/report/document/types.js'

/** Every block, sections and what is in them, in order. */
export function blocksOf(document: Document): Block[] {
  const visit = (block: Block): Block[] =>
    block.kind === 'section' ? [block, ...block.blocks.flatMap(visit)] : [block]
  return [...document.lead, ...document.sections].flatMap(visit)
}

/** Every mark of running text. */
export function inlinesOf(document: Document): Inline[] {
  return blocksOf(document).flatMap((block): readonly Inline[] => {
    switch (block.kind) {
      case 'paragraph':
      case 'callout':
        return block.content
      case 'list':
        return block.items.flat()
      case 'facts':
        return block.items.flatMap(({ value }) => value)
      case 'table':
        return block.rows.flat(2)
      default:
        return []
    }
  })
}

/** All that is to be read, titles included. */
export function textOf(document: Document): string {
  const titles = blocksOf(document).flatMap((block) => {
    switch (block.kind) {
      case 'section':
        return [block.title]
      case 'callout':
        return [block.title]
      case 'chart':
        return [block.title, block.description]
      case 'table':
        return [block.caption, ...block.columns.map(({ title }) => title)]
      case 'facts':
        return block.items.map(({ term }) => term)
      default:
        return []
    }
  })
  return [document.title, ...titles, ...inlinesOf(document).map(inlineText)].join('\n')
}

/** A mark as text. */
export function inlineText(inline: Inline): string {
  if (typeof inline === 'string') return inline
  if (inline.kind === 'receipt') return `${inline.ref.chainId}#${inline.ref.seq}`
  return inline.kind === 'verdict' ? inline.verdict : inline.text
}

/** The section of that id, at any depth. */
export function sectionOf(document: Document, id: string): Section {
  const found = blocksOf(document).find((block): block is Section => block.kind === 'section' && block.id === id)
  if (found === undefined) throw new Error(`no section ${id}`)
  return found
}

/** What is the same in every language: kinds, ids, rows, columns, marks that aren't words. */
export function shapeOf(document: Document): readonly string[] {
  const marks = (phrase: readonly Inline[]): string =>
    phrase.flatMap((piece) => (typeof piece === 'string' || piece.kind === 'time' ? [] : [piece.kind])).join('+')
  const shape = (block: Block): string => {
    switch (block.kind) {
      case 'section':
        return `section ${block.id} ${block.blocks.length}`
      case 'paragraph':
        return `paragraph ${marks(block.content)}`
      case 'callout':
        return `callout ${block.tone} ${marks(block.content)}`
      case 'list':
        return `list ${block.items.map(marks).join('|')}`
      case 'facts':
        return `facts ${block.items.map(({ value }) => marks(value)).join('|')}`
      case 'table':
        return `table ${block.columns.length} ${block.rows.map((row) => row.map(marks).join(',')).join('|')}`
      case 'chart':
        return `chart ${block.chart.kind}`
    }
  }
  return blocksOf(document).map(shape)
}
