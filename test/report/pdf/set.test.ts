import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDFArray, PDFDict, PDFHexString, PDFName, type PDFRawStream, PDFString } from '@cantoo/pdf-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Block, Document } from '../../../src/report/document/types.js'
import type { Attachment } from '../../../src/report/pdf/attachments.js'
import { type Imprint, setDocument } from '../../../src/report/pdf/set.js'
import { handMade, hidden, hostile } from './support/document.js'
import {
  type Bookmark,
  catalogueOf,
  namesIn,
  nodesOf,
  type Read,
  readPdf,
  type StructureNode,
  solid,
} from './support/read.js'
import { validate, veraPdfMissing } from './support/verapdf.js'

const utf8 = new TextEncoder()
const attachments: readonly Attachment[] = [
  {
    name: 'receipts.jsonl',
    type: 'application/jsonl',
    relationship: 'Data',
    description: `Receipts ${hostile[0]}`,
    bytes: utf8.encode('{"seq":0}\n{"seq":1}\n'),
  },
  {
    name: 'report.json',
    type: 'application/json',
    relationship: 'Source',
    description: 'The report',
    bytes: utf8.encode('{"a":"ü"}'),
  },
]
const imprint: Imprint = {
  digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
  asOf: new Date('2026-07-02T03:04:05.000Z'),
  creator: 'quittance 0.1.0',
  foot: 'quittance-report/1 · 2026-07-02T03:04:05.000Z',
  attachments,
}

const headings = (nodes: readonly StructureNode[]): string[] =>
  nodesOf(nodes).flatMap(({ role }) => (role !== undefined && /^H\d$/.test(role) ? [role] : []))

const titles = (bookmarks: readonly Bookmark[]): string[] =>
  bookmarks.flatMap(({ title, items }) => [title, ...titles(items)])

const sectionTitles = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => (block.kind === 'section' ? [block.title, ...sectionTitles(block.blocks)] : []))

const empty = (title: string): Document => ({ locale: 'en', title, lead: [], sections: [] })

let folder: string
let bytes: Uint8Array
let read: Read

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quittance-pdf-'))
  bytes = await setDocument(handMade(), imprint)
  read = await readPdf(bytes)
})
afterAll(() => rm(folder, { recursive: true }))

describe('a document set as a PDF', () => {
  it('says what kind of file it is, in which language, and shows its title', async () => {
    expect(read.xmp).toMatch(/<pdfaid:part>3<\/pdfaid:part>\s*<pdfaid:conformance>A<\/pdfaid:conformance>/)
    expect(read.xmp).toContain('<pdfuaid:part>1</pdfuaid:part>')
    expect(read.xmp).toContain('Report on decisions: “Loan pre-check” &amp; &lt;others&gt;')
    expect(read.xmp).toContain(imprint.digest)
    expect(read.title).toBe(handMade().title)
    expect(read.language).toBe('en')
    expect(read.marked).toBe(true)
    const catalogue = await catalogueOf(bytes)
    expect(catalogue.lookup(PDFName.of('StructTreeRoot'), PDFDict).get(PDFName.of('K'))).toBeDefined()
    expect(String(catalogue.lookup(PDFName.of('ViewerPreferences'), PDFDict).get(PDFName.of('DisplayDocTitle')))).toBe(
      'true',
    )
    expect(Buffer.from(bytes.subarray(0, 8)).toString('latin1')).toBe('%PDF-1.7')
  })

  it('holds every text of the document', () => {
    const texts = (value: unknown): string[] => {
      if (typeof value !== 'object' || value === null) return []
      const { text, title, caption, term, content, value: inner } = value as Record<string, unknown>
      const own = [text, title, caption, term, ...[content, inner].flat()].filter((one) => typeof one === 'string')
      return [...own, ...Object.values(value).flatMap(texts)]
    }
    const { title, lead, sections } = handMade()
    const plainTexts = [title, ...texts(lead), ...texts(sections)].filter(
      (text) => !hidden.some(([one]) => one === text),
    )
    expect(plainTexts.length).toBeGreaterThan(100)
    expect(plainTexts.filter((text) => !read.solid.includes(solid(text)))).toEqual([])
    expect(read.solid).toContain(solid('2026-01-01 00:00 UTC to 2026-07-01 00:00 UTC'))
    for (const word of ['loans-eu#7', 'VALID', 'INCOMPLETE', 'INVALID', 'NOEVIDENCE', 'OUTOFSCOPE'])
      expect(read.solid).toContain(word)
    expect(read.solid.includes(`begin${'loremipsumdolor'.repeat(700)}end`)).toBe(true)
  })

  it('draws the charts with their texts', () => {
    for (const text of ['approve', 'escalate', 'toxicity', hostile[0]]) expect(read.pages.join(' ')).toContain(text)
    const figures = nodesOf(read.structure).filter(({ role }) => role === 'Figure')
    expect(figures.map(({ alt }) => alt)).toEqual([
      'Failure rate. The rate stays near 4 %.',
      'Actions over time. Approvals prevail.',
      'Checks. How often each fired.',
    ])
  })

  it('numbers its pages and repeats its title and digest on each', () => {
    const count = read.pages.length
    expect(count).toBeGreaterThan(5)
    for (const [i, page] of read.pages.entries()) {
      expect(page).toContain(`Page ${i + 1} of ${count}`)
      expect(page).toContain('sha256:0123456789ab…')
      expect(page).toContain('Report on decisions: “Loan pre-check” & <others>')
    }
  })

  it('repeats the heads of a table on each page that it goes over, once for a screen reader', async () => {
    const over = read.pages.filter((page) => page.includes('What receipts show of each article (continued)'))
    expect(over.length).toBeGreaterThan(1)
    for (const page of over) expect(page).toContain('Article   State')
    const { roles } = await namesIn(bytes)
    // Three tables: articles, the long row, the attachments.
    expect(roles.filter((role) => role === 'THead')).toHaveLength(3)
    expect(read.solid.split('ArticleStateReceiptsWhattheyshow')).toHaveLength(2)
  })

  it('has headings in order, none left out, and a bookmark for each section', () => {
    const levels = headings(read.structure).map((role) => Number(role.slice(1)))
    expect(levels[0]).toBe(1)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    for (const [i, level] of levels.entries()) expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1)
    const expected = [...sectionTitles(handMade().sections), 'Files in this PDF']
    expect(titles(read.bookmarks)).toEqual(expected)
    // The title and the table of contents have none.
    expect(levels).toHaveLength(expected.length + 2)
  })

  it('tags lists, tables and their heads', () => {
    const roles = nodesOf(read.structure).map(({ role }) => role)
    for (const role of [
      'Document',
      'Sect',
      'P',
      'L',
      'LI',
      'Lbl',
      'LBody',
      'Table',
      'Caption',
      'THead',
      'TBody',
      'TR',
      'TH',
      'TD',
      'Figure',
      'Link',
      'TOC',
      'TOCI',
      'Div',
    ])
      expect(roles).toContain(role)
    const rows = nodesOf(read.structure).filter(({ role, children }) => role === 'TR' && children?.length === 4)
    for (const { children } of rows) expect(['TH', 'TD']).toContain(children?.[1]?.role)
  })

  it('has one link where a link has several words, says where it leads, and leads nowhere else', () => {
    const outside = read.links.filter(({ url }) => url !== undefined)
    expect(outside).toHaveLength(1)
    expect(outside[0]?.url).toBe('https://eur-lex.europa.eu/eli/reg/2024/1689/oj')
    expect(outside[0]?.contents).toContain('Regulation (EU) 2024/1689')
    for (const { contents, url, dest } of read.links) {
      expect(contents).not.toBe('')
      if (url === undefined) expect(read.destinations).toContain(dest)
    }
    const { links } = read
    expect(links.filter(({ contents }) => contents === 'nowhere')).toHaveLength(0)
  })

  it('leaves out a link that is not https', async () => {
    const href = 'javascript:alert(1)' as 'https://'
    const document: Document = {
      ...empty('T'),
      lead: [{ kind: 'paragraph', content: [{ kind: 'link', text: 'there', href }] }],
    }
    const file = await setDocument(document, imprint)
    const { links, solid: text } = await readPdf(file)
    expect(links.filter(({ url }) => url !== undefined)).toEqual([])
    expect(text).toContain('there')
    expect((await namesIn(file)).names).not.toContain('URI')
  })

  it('is the same file each time, and another for another digest', async () => {
    const again = await setDocument(handMade(), { ...imprint, asOf: new Date(imprint.asOf) })
    expect(Buffer.compare(again, bytes)).toBe(0)
    const other = await setDocument(handMade(), { ...imprint, digest: `sha256:${'f'.repeat(64)}` })
    const idOf = (file: Uint8Array): string =>
      /\/ID \[([^\]]*)\]/s.exec(Buffer.from(file).toString('latin1'))?.[1] ?? ''
    expect(idOf(other)).not.toBe(idOf(bytes))
    expect(idOf(bytes)).not.toBe('')
  })

  it('speaks German', async () => {
    const german = await readPdf(await setDocument(handMade('de'), imprint))
    expect(german.language).toBe('de')
    expect(german.pages[0]).toContain(`Seite 1 von ${german.pages.length}`)
    expect(titles(german.bookmarks)).toContain('Dateien in diesem PDF')
    expect(german.solid).toContain('Inhalt')
  })

  it('sets a document without a word in it', async () => {
    const { pages, bookmarks } = await readPdf(await setDocument(empty(''), { ...imprint, attachments: [] }))
    expect(pages).toHaveLength(1)
    expect(bookmarks).toEqual([])
  })
})

describe('what the file carries', () => {
  it('is what was given, byte for byte', () => {
    expect([...read.attachments.keys()].sort()).toEqual(['receipts.jsonl', 'report.json'])
    for (const { name, bytes: given, description } of attachments) {
      const found = read.attachments.get(name)
      expect(Buffer.compare(found?.bytes as Uint8Array, given)).toBe(0)
      expect(found?.description).toBe(description)
      expect(read.solid).toContain(createHash('sha256').update(given).digest('hex'))
    }
  })

  it('bears its type, its date, its checksum and how it belongs to the pages', async () => {
    const catalogue = await catalogueOf(bytes)
    const specs = catalogue.lookup(PDFName.of('AF'), PDFArray)
    expect(specs.size()).toBe(2)
    for (const [i, { name, type, relationship, bytes: given }] of attachments.entries()) {
      const spec = specs.lookup(i, PDFDict)
      expect(spec.lookup(PDFName.of('UF'), PDFString).asString()).toBe(name)
      expect(spec.lookup(PDFName.of('AFRelationship'), PDFName).decodeText()).toBe(relationship)
      const { dict } = spec.lookup(PDFName.of('EF'), PDFDict).lookup(PDFName.of('F')) as PDFRawStream
      expect(dict.lookup(PDFName.of('Subtype'), PDFName).decodeText()).toBe(type)
      const params = dict.lookup(PDFName.of('Params'), PDFDict)
      expect(params.lookup(PDFName.of('ModDate'), PDFString).decodeDate().toISOString()).toBe(
        imprint.asOf.toISOString(),
      )
      expect(String(params.get(PDFName.of('Size')))).toBe(String(given.byteLength))
      const sum = params.lookup(PDFName.of('CheckSum'), PDFHexString).asString()
      expect(sum.toLowerCase()).toBe(createHash('md5').update(given).digest('hex'))
    }
  })
})

describe('texts of others', () => {
  it('come out as they are', () => {
    expect(hostile.filter((text) => !read.solid.includes(solid(text)))).toEqual([])
    expect(read.solid.includes(`a${'x'.repeat(9_998)}z`)).toBe(true)
  })

  it('hide nothing, turn nothing round, and have a sign for what no font draws', () => {
    expect(hidden.filter(([, shown]) => !read.solid.includes(solid(shown)))).toEqual([])
    expect(read.pages.join('')).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B\uFFFE]/u)
  })

  it('become no part of the file that does anything', async () => {
    const { keys, names } = await namesIn(bytes)
    for (const name of [
      'JS',
      'JavaScript',
      'Launch',
      'OpenAction',
      'AA',
      'SubmitForm',
      'ImportData',
      'GoToR',
      'AcroForm',
      'RichMedia',
      'XFA',
    ]) {
      expect(keys).not.toContain(name)
      expect(names).not.toContain(name)
    }
    expect(names).toContain('GoTo')
  })

  it('stay text in the title, the bookmarks and the metadata', async () => {
    const title = hostile.join(' ') + hidden[0][0]
    const file = await setDocument({ ...handMade('en', 1), title }, imprint)
    const { title: found, xmp, pages } = await readPdf(file)
    expect(found).toBe(hostile.join(' ') + hidden[0][1])
    expect(xmp).toContain('&lt;script&gt;')
    expect(xmp).not.toContain('<script>')
    expect(pages[0]).toContain('…')
    const { keys, names } = await namesIn(file)
    for (const name of ['JS', 'OpenAction', 'Launch']) expect([...keys, ...names]).not.toContain(name)
  })

  it('may be in any script that the fonts know', async () => {
    const text = 'Ελληνικά Кириллица Đặng Łódź € ≤ ≥ ≠ ± × − → ✓ ✗ ½ §'
    const content: Document = {
      ...empty('T'),
      lead: [{ kind: 'paragraph', content: [text, ' ', { kind: 'strong', text }, ' ', { kind: 'code', text }] }],
    }
    const { pages, solid: found } = await readPdf(await setDocument(content, imprint))
    expect(found.split(solid(text))).toHaveLength(4)
    expect(pages.join('')).not.toContain('\\u{')
  })
})

describe('veraPDF', () => {
  if (veraPdfMissing !== undefined) console.error(`PDF/A and PDF/UA are NOT validated: ${veraPdfMissing}`)
  it.skipIf(veraPdfMissing !== undefined)(
    'finds nothing against PDF/A-3a and PDF/UA-1, and would find something',
    async () => {
      const files: Readonly<Record<string, Uint8Array>> = {
        'every kind of block, hostile texts': bytes,
        German: await setDocument(handMade('de', 5), imprint),
        nothing: await setDocument(empty('Nothing'), { ...imprint, attachments: [] }),
        'a hostile title': await setDocument(empty([...hostile, ...hidden.map(([text]) => text)].join(' ')), imprint),
        // The same length, so that no offset moves: the file no longer says that it is tagged.
        broken: Buffer.from(Buffer.from(bytes).toString('latin1').replace('/Marked true', '/Marked null'), 'latin1'),
      }
      const names = Object.keys(files)
      const paths = names.map((_, i) => join(folder, `${i}.pdf`))
      for (const [i, file] of Object.values(files).entries()) await writeFile(paths[i] as string, file)
      for (const profile of ['3a', 'ua1'] as const) {
        const found = validate(paths, profile)
        const against = Object.fromEntries(names.map((name, i) => [name, found[i] ?? ['not judged']]))
        const { broken, ...good } = against
        expect(good).toEqual({
          'every kind of block, hostile texts': [],
          German: [],
          nothing: [],
          'a hostile title': [],
        })
        expect(broken).not.toEqual([])
      }
    },
    600_000,
  )
})
