/** Making running text from words and marks. */
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import type { Block, Column, Inline, Phrase, Section, Tone } from './types.js'

/**
 * A template whose gaps take text, marks or whole phrases.
 *
 * @param strings - The words between the gaps.
 * @param gaps - What goes in.
 * @returns One phrase.
 */
export function p(strings: TemplateStringsArray, ...gaps: readonly (Inline | Phrase | number)[]): Phrase {
  return phrase(strings.flatMap((words, i) => (i < gaps.length ? [words, gaps[i] as Inline] : [words])))
}

/**
 * Puts pieces together; neighbouring texts become one.
 *
 * @param pieces - Texts, marks, phrases.
 * @returns One phrase, without empty texts.
 */
export function phrase(pieces: readonly (Inline | Phrase | number)[]): Phrase {
  const result: Inline[] = []
  const push = (piece: Inline | Phrase | number): void => {
    if (Array.isArray(piece)) for (const inner of piece as Phrase) push(inner)
    else if (typeof piece === 'string' || typeof piece === 'number') {
      const last = result.at(-1)
      if (piece === '') return
      if (typeof last === 'string') result[result.length - 1] = `${last}${piece}`
      else result.push(String(piece))
    } else result.push(piece as Inline)
  }
  for (const piece of pieces) push(piece)
  return result
}

/**
 * Pieces with something between them.
 *
 * @param items - The pieces.
 * @param between - What parts them.
 * @returns One phrase.
 */
export function joined(items: readonly (Inline | Phrase)[], between: Inline | Phrase = ', '): Phrase {
  return phrase(items.flatMap((item, i) => (i === 0 ? [item] : [between, item])))
}

/** @returns Text that stands as it is typed: a name, an id, a command. */
export const code = (text: string): Inline => ({ kind: 'code', text })
/** @returns Text with weight. */
export const strong = (text: string): Inline => ({ kind: 'strong', text })
/** @returns A way to a section. */
export const see = (section: string, text: string): Inline => ({ kind: 'see', text, section })

/**
 * A receipt by its name.
 *
 * @param ref - The receipt.
 * @returns A mark with these three members only.
 */
export function receipt({ chainId, seq, receiptId }: ReceiptRef): Inline {
  return { kind: 'receipt', ref: { chainId, seq, receiptId } }
}

/** @returns A paragraph. */
export const paragraph = (...content: readonly (Inline | Phrase)[]): Block => ({
  kind: 'paragraph',
  content: phrase(content),
})

/** @returns A list. */
export const list = (items: readonly Phrase[]): Block => ({ kind: 'list', items })

/** @returns A callout. */
export const callout = (tone: Tone, title: string, ...content: readonly (Inline | Phrase)[]): Block => ({
  kind: 'callout',
  tone,
  title,
  content: phrase(content),
})

/** @returns A section. */
export const section = (id: string, title: string, blocks: readonly (Block | undefined)[]): Section => ({
  kind: 'section',
  id,
  title,
  blocks: blocks.filter((block) => block !== undefined),
})

/**
 * Names and what they are; pairs without a value are left out.
 *
 * @param items - Pairs of a term and its value.
 * @returns The block.
 */
export function facts(items: readonly (readonly [term: string, value: Inline | Phrase | undefined])[]): Block {
  return {
    kind: 'facts',
    items: items.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value: phrase([value]) }])),
  }
}

/**
 * A table.
 *
 * @param caption - What it shows.
 * @param columns - Titles; one that starts with `>` is of figures, set to the end.
 * @param rows - As many cells as columns.
 * @returns The block; without rows, nothing.
 */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (Inline | Phrase)[])[],
): Block | undefined {
  if (rows.length === 0) return undefined
  return {
    kind: 'table',
    caption,
    columns: columns.map(
      (title): Column => (title.startsWith('>') ? { title: title.slice(1), align: 'end' } : { title }),
    ),
    rows: rows.map((row) => row.map((cell) => phrase([cell]))),
  }
}
