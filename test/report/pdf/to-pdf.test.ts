import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outlineOf } from '../../../src/report/document/outline.js'
import type { Block } from '../../../src/report/document/types.js'
import { reportDigest, toJson } from '../../../src/report/json.js'
import { plain } from '../../../src/report/pdf/fonts.js'
import { toPdf } from '../../../src/report/pdf/to-pdf.js'
import { sealReport } from '../../../src/report/seal.js'
import type { Report } from '../../../src/report/types.js'
import { verifyChain } from '../../../src/verify/index.js'
import { hostileTexts, makeSample, sample, sampleReport } from '../support/sample.js'
import { type Bookmark, namesIn, nodesOf, type Read, readPdf, solid } from './support/read.js'
import { validate, veraPdfMissing } from './support/verapdf.js'

const text = (bytes: Uint8Array | undefined): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)
const titles = (bookmarks: readonly Bookmark[]): string[] =>
  bookmarks.flatMap(({ title, items }) => [title, ...titles(items)])

/** What stands in every section: its title, and what tables and callouts are about. */
const landmarks = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => {
    switch (block.kind) {
      case 'section':
        return [block.title, ...landmarks(block.blocks)]
      case 'table':
        return [block.caption, ...block.columns.map(({ title }) => title)]
      case 'callout':
      case 'chart':
        return [block.title]
      case 'facts':
        return block.items.map(({ term }) => term)
      default:
        return []
    }
  })

const files = new Map<string, Uint8Array>()

async function checked(name: string, report: Report, options: Parameters<typeof toPdf>[1] = {}): Promise<Read> {
  const bytes = await toPdf(report, options)
  files.set(name, bytes)
  const read = await readPdf(bytes)
  const document = outlineOf(report, options)
  const expected = [document.title, ...landmarks([...document.lead, ...document.sections])].map(plain)
  expect(expected.filter((one) => !read.solid.includes(solid(one)))).toEqual([])
  expect(read.title).toBe(plain(document.title))
  expect(text(read.attachments.get('report.json')?.bytes)).toBe(toJson(report))
  const figures = nodesOf(read.structure).filter(({ role }) => role === 'Figure')
  expect(figures.every(({ alt }) => alt !== undefined && alt.length > 20)).toBe(true)
  const { keys, names } = await namesIn(bytes)
  for (const one of ['JS', 'JavaScript', 'Launch', 'OpenAction', 'AA', 'AcroForm'])
    expect([one, keys.has(one), names.has(one)]).toEqual([one, false, false])
  return read
}

describe('a report as a PDF', () => {
  let report: Report
  let read: Read
  beforeAll(async () => {
    report = await sampleReport()
    read = await checked('sample', report)
  })

  it('says every section, and carries the report and its receipts as they are', async () => {
    expect(titles(read.bookmarks).length).toBeGreaterThan(17)
    expect(read.solid).toContain(reportDigest(report))
    const receipts = text(read.attachments.get('receipts.jsonl')?.bytes)
    const { ranges, cited } = report.excerpt
    expect(receipts.split('\n').filter((line) => line !== '')).toHaveLength(
      ranges.reduce((sum, { lines }) => sum + lines.length, cited.length),
    )
    expect(receipts.endsWith('\n')).toBe(true)
    for (const line of ranges.flatMap(({ lines }) => lines).slice(0, 20)) expect(receipts).toContain(`${line}\n`)
  })

  it('carries receipts that verify', async () => {
    const { keyring, now } = await sample()
    const receipts = text(read.attachments.get('receipts.jsonl')?.bytes)
    const { verdict, checked: count } = await verifyChain(receipts.trimEnd().split('\n'), {
      keyring,
      now: new Date(now),
    })
    expect(verdict).toBe('VALID')
    expect(count).toBe(report.chains[0]?.checked)
  })

  it('is the same each time, and its only date is the report’s', async () => {
    const again = await toPdf(structuredClone(report))
    expect(Buffer.compare(again, files.get('sample') as Uint8Array)).toBe(0)
    const file = Buffer.from(again).toString('latin1')
    const day = report.asOf.replace(/[-:T]|\.\d+Z/g, '')
    const dates = [...file.matchAll(/\(D:(\d{14})Z\)/g)].map(([, date]) => date)
    expect(new Set(dates)).toEqual(new Set([day]))
  })

  it('speaks German', async () => {
    const german = await checked('German', report, { locale: 'de' })
    expect(german.language).toBe('de')
    expect(german.pages[0]).toContain('Seite 1 von')
    // The data are the same in every language.
    expect(text(german.attachments.get('report.json')?.bytes)).toBe(text(read.attachments.get('report.json')?.bytes))
  })

  it('says INVALID of a falsified chain, in words', async () => {
    const invalid = await sampleReport({ tampered: true })
    expect(invalid.verdict).toBe('INVALID')
    const { pages } = await checked('INVALID', invalid)
    expect(pages[0]).toContain('INVALID')
  })

  it('says of an empty period that it is empty', async () => {
    const empty = await sampleReport({ empty: true })
    expect(empty.period.empty).toBe(true)
    const { attachments } = await checked('empty', empty)
    expect([...attachments.keys()]).toContain('report.json')
  })

  it('prints hostile texts of two chains as what they are, and keeps their receipts apart', async () => {
    const hostile = await sampleReport({ hostile: true, chains: 2 })
    const { solid: found, attachments, pages } = await checked('hostile', hostile)
    const shown = hostileTexts.map((one) => solid(plain(one.replaceAll('\u0000', ''))))
    // The picture of a receipt has no glyph.
    expect(shown.filter((one) => !found.includes(one.replace('\u{1F9FE}', '\\u{1F9FE}')))).toEqual([])
    expect(pages.join('')).not.toMatch(/[\u202A-\u202E]/u)
    expect([...attachments.keys()].sort()).toEqual(['receipts-1.jsonl', 'receipts-2.jsonl', 'report.json'])
    for (const i of [1, 2]) {
      const file = attachments.get(`receipts-${i}.jsonl`)
      const lines = text(file?.bytes).trimEnd().split('\n')
      const chains = new Set(lines.map((line) => (JSON.parse(line) as { chainId: string }).chainId))
      expect(chains.size).toBe(1)
      for (const chainId of chains) expect(file?.description).toContain(plain(chainId))
      const seqs = lines.map((line) => (JSON.parse(line) as { seq: number }).seq)
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    }
  })

  it('carries its seal', async () => {
    const made = await makeSample({ n: 20 })
    const short = await sampleReport({ n: 20 })
    const seal = await sealReport(short, { ledger: made.ledger })
    const sealed = await checked('sealed', short, { seal })
    expect(text(sealed.attachments.get('seal.jsonl')?.bytes)).toBe(`${seal.lines.join('\n')}\n`)
    expect(text(sealed.attachments.get('seal.jsonl')?.bytes)).toContain(reportDigest(short))
  })
})

describe('veraPDF on reports', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quittance-pdf-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  if (veraPdfMissing !== undefined) console.error(`PDF/A and PDF/UA of reports are NOT validated: ${veraPdfMissing}`)

  it.skipIf(veraPdfMissing !== undefined)(
    'finds nothing against PDF/A-3a and PDF/UA-1',
    async () => {
      // The others differ from these in words only, and each takes a while.
      const names = ['German', 'hostile', 'sealed']
      const paths = names.map((_, i) => join(folder, `${i}.pdf`))
      for (const [i, name] of names.entries()) await writeFile(paths[i] as string, files.get(name) as Uint8Array)
      for (const profile of ['3a', 'ua1'] as const) {
        const found = validate(paths, profile)
        expect(Object.fromEntries(names.map((name, i) => [name, found[i]]))).toEqual(
          Object.fromEntries(names.map((name) => [name, []])),
        )
      }
    },
    600_000,
  )
})
