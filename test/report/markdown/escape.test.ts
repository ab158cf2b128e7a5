import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asParagraph, escapeCode, escapeStrong, escapeText } from '../../../src/report/markdown/escape.js'
import { visible } from '../../../src/report/text/visible.js'
import { hostileTexts } from '../support/sample.js'
import { type Node, nodesOf, parse, readable } from './parse.js'

/** What GitHub makes of text after the Markdown was read, where it is not code. */
const madeByGitHub = /@\w|#\d|\bgh-\d|:\/\/|\bwww\.|:[a-z+_-][\w+-]*:|\$|(?<![\w-])[0-9a-f]{7,40}(?![\w-])/

const attacks = [
  ...hostileTexts,
  'https://evil.example/?a=b&c',
  'see www.evil.example now',
  'mail a@evil.example, @admin #12 GH-3 org/repo#4 deadbeefcafe',
  '<https://evil.example> <b@evil.example> &lt;b&gt; &#x3c;b&#x3e;',
  '[text](https://evil.example) ![alt](x.png) [ref][1] [1]: https://evil.example [^1]',
  '| a | b |\n|---|---|\n| c | d |',
  'a|b \\| c \\\\| d | `e|f` ``|`` a@b.example|c',
  '# heading',
  '- item',
  '+ item',
  '1. item',
  '12) item',
  '> quote',
  '=====',
  '-----',
  '```js',
  '~~~',
  '~~gone~~ ~gone~',
  '    code',
  '\tcode',
  '- [ ] task',
  '[ ] task',
  '***both*** __strong__ _em_ *em*',
  '`code` ``co`de`` ` `` ```',
  'a@b.example`',
  '`a@b.example',
  ':smile: :+1: :100: 12:34:56',
  ':_: :+: :-: :__1:',
  '$x^2$ $$y$$ $`z`$',
  '<!-- --> <?php ?> <![CDATA[ x ]]>',
  '\\ \\\\ \\* trailing \\',
  'hard  \nbreak\\\nhere',
  '\u00a0no-break\u00a0',
  'xmpp:a@b.example mailto:a@b.example ftp://x.example',
  '',
  ' ',
]

/** As it is read when spaces count as one, which is how Markdown shows them. */
const flat = (text: string): string => text.replace(/ +/g, ' ').trim()

function onlyText(node: Node): void {
  for (const { type, value } of nodesOf(node)) {
    expect(['paragraph', 'text', 'inlineCode', 'tableCell', 'root', 'listItem', 'list', 'strong']).toContain(type)
    if (type === 'text') expect(value).not.toMatch(madeByGitHub)
  }
}

function asParagraphReads(text: string): void {
  const tree = parse(asParagraph(escapeText(text)))
  onlyText(tree)
  expect(tree.children?.length ?? 0).toBeLessThanOrEqual(1)
  expect(nodesOf(tree).filter(({ type }) => type === 'list')).toEqual([])
  expect(flat(readable(tree))).toBe(flat(visible(text)))
}

function asCellReads(text: string): void {
  const cell = escapeText(text)
  const tree = parse(`| head | other |\n| --- | --- |\n| ${cell === '' ? ' ' : cell} | last |`)
  const [table] = tree.children ?? []
  expect(table?.type).toBe('table')
  const row = table?.children?.[1]?.children ?? []
  expect(row).toHaveLength(2)
  onlyText(row[0] as Node)
  expect(flat(readable(row[0] as Node))).toBe(flat(visible(text)))
  expect(readable(row[1] as Node)).toBe('last')
}

function asCodeReads(text: string): void {
  const cell = escapeCode(text)
  const tree = parse(`| head | other |\n| --- | --- |\n| x ${cell} | last |`)
  const row = tree.children?.[0]?.children?.[1]?.children ?? []
  expect(row).toHaveLength(2)
  onlyText(row[0] as Node)
  expect(flat(readable(row[0] as Node))).toBe(flat(`x ${visible(text)}`))
}

describe.each(attacks)('%j', (text) => {
  test('is text in a paragraph', () => asParagraphReads(text))
  test('is text in a cell', () => asCellReads(text))
  test('is text as code in a cell', () => asCodeReads(text))
  test('is text in weight', () => {
    const tree = parse(`> ${escapeStrong(`${text}:`)} after`)
    const [strong] = nodesOf(tree).filter(({ type }) => type === 'strong')
    expect(flat(readable(strong as Node))).toBe(flat(visible(`${text}:`)))
  })
})

describe('any text', () => {
  const pieces = [
    '|',
    '\\',
    '`',
    '``',
    '*',
    '_',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '&',
    '#',
    '@',
    ':',
    '//',
    'www.',
    '-',
    '1.',
    '~',
    '$',
    '!',
    '^',
    '=',
    ' ',
    'a',
    '\n',
    '\u202e',
    'http',
    '\u00a0',
  ]
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => parts.join('')),
  )

  test('is text in a paragraph', () => fc.assert(fc.property(texts, asParagraphReads), { numRuns: 1000 }))
  test('is text in a cell', () => fc.assert(fc.property(texts, asCellReads), { numRuns: 1000 }))
  test('is text as code', () => fc.assert(fc.property(texts, asCodeReads), { numRuns: 1000 }))
})
