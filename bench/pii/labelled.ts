/** Texts whose personal data is known: written with marks around each value, compiled to offsets so that none can be off. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a value stands, in UTF-16 offsets. */
export interface Label {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** One text with all that should be found in it. */
export interface Labelled {
  readonly id: string
  readonly lang: string
  readonly text: string
  readonly spans: readonly Label[]
  /** Findings of other types are left out of account: the text's source says nothing of them. */
  readonly only?: string | undefined
}

const MARK = /\{\{([A-Z][A-Z0-9_]*)\||\}\}/g
const CODE_POINTS = /⟦([0-9A-F ]*)⟧/g

/** `⟦200B⟧` stands for a character that nobody would see in a source file; `⟦⟧` for nothing, to cut a token that scanners of repositories would stop at. */
const spelled = (source: string): string =>
  source.replace(CODE_POINTS, (_, codes: string) =>
    codes === '' ? '' : String.fromCodePoint(...codes.split(' ').map((code) => Number.parseInt(code, 16))),
  )

/**
 * @param marked - a text in which each value is written `{{TYPE|value}}`; one may stand within another
 * @returns the plain text and where the values stand in it
 */
export function compile(marked: string): { text: string; spans: Label[] } {
  const source = spelled(marked)
  const spans: Label[] = []
  const open: { type: string; start: number }[] = []
  let text = ''
  let from = 0
  for (const match of source.matchAll(MARK)) {
    const closing = match[1] === undefined
    if (closing && open.length === 0) continue
    text += source.slice(from, match.index)
    from = match.index + match[0].length
    if (match[1] !== undefined) {
      open.push({ type: match[1], start: text.length })
      continue
    }
    const mark = open.pop()
    if (mark) spans.push({ ...mark, end: text.length })
  }
  if (open.length > 0) throw new Error(`an unclosed mark in: ${marked}`)
  return { text: text + source.slice(from), spans }
}

const folder = fileURLToPath(new URL('./hand-labelled/', import.meta.url))

/**
 * @returns the texts labelled by hand: one file a language, texts parted by lines of `%%`
 */
export function handLabelled(): Labelled[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) => {
      const lang = basename(name, '.txt')
      return readFileSync(join(folder, name), 'utf8')
        .split(/^%%.*\n/m)
        .map((block) => block.replace(/\n+$/, ''))
        .filter((block) => block !== '')
        .map((block, index) => ({ id: `${lang}-${index + 1}`, lang: lang.slice(0, 2), ...compile(block) }))
    })
}
