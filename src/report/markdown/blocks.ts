/** Blocks as Markdown. */
import { chartFigures, type FiguresIn } from '../document/chart-figures.js'
import type { Block, Tone } from '../document/types.js'
import { asParagraph, escapeStrong, escapeText } from './escape.js'
import { type Anchors, inlines } from './inline.js'

const alerts: Readonly<Record<Tone, string>> = { neutral: 'NOTE', good: 'NOTE', warning: 'WARNING', bad: 'CAUTION' }

type Table = Extract<Block, { readonly kind: 'table' }>

/** What blocks are set with. */
export interface Setting extends FiguresIn {
  readonly anchors: Anchors
}

/**
 * A block with its inner blocks.
 *
 * @param block - What to set.
 * @param depth - Of the heading, where it has one.
 * @param setting - Anchors and language.
 * @returns Pieces that are parted by empty lines.
 */
export function blockLines(block: Block, depth: number, setting: Setting): readonly string[] {
  const { anchors } = setting
  switch (block.kind) {
    case 'section':
      return [
        `${'#'.repeat(Math.min(6, depth))} ${escapeText(block.title)}`,
        ...block.blocks.flatMap((inner) => blockLines(inner, depth + 1, setting)),
      ]
    case 'paragraph':
      return [asParagraph(inlines(block.content, anchors))]
    case 'list':
      return [block.items.map((item) => `- ${asParagraph(inlines(item, anchors))}`).join('\n')]
    case 'facts':
      return [
        block.items
          .map(({ term, value }) => `- ${escapeStrong(`${term}:`)} ${inlines(value, anchors)}`.trimEnd())
          .join('\n'),
      ]
    case 'table':
      return tableLines(block, anchors)
    case 'callout':
      return [
        `> [!${alerts[block.tone]}]\n> ${escapeStrong(block.title)}\n>\n> ${asParagraph(inlines(block.content, anchors))}`,
      ]
    case 'chart': {
      // the rates of checks stand in the table that follows
      const figures = block.chart.kind === 'rates' ? undefined : chartFigures(block.chart, setting)
      return [
        escapeStrong(block.title),
        asParagraph(escapeText(block.description)),
        ...(figures === undefined ? [] : tableLines(figures, anchors)),
      ]
    }
  }
}

/** A caption as a line of its own, then the table. */
function tableLines({ caption, columns, rows }: Table, anchors: Anchors): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => (cell === '' ? ' ' : cell)).join(' | ')} |`
  return [
    escapeStrong(caption),
    [
      line(columns.map(({ title }) => escapeText(title))),
      line(columns.map(({ align }) => (align === 'end' ? '---:' : '---'))),
      ...rows.map((row) => line(row.map((cell) => inlines(cell, anchors)))),
    ].join('\n'),
  ]
}
