/** Judging a report that somebody was handed. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Keyring } from '../../../src/keys/keyring.js'
import { lineOf } from '../../../src/receipt/seal.js'
import { buildReport } from '../../../src/report/build.js'
import { renderReport } from '../../../src/report/formats.js'
import { parseReport, toJson } from '../../../src/report/json.js'
import { sealReport } from '../../../src/report/seal.js'
import type { Report, ReportSeal } from '../../../src/report/types.js'
import {
  reportIncompleteCodes,
  reportInvalidCodes,
  type VerifyReportOptions,
  verifyReport,
} from '../../../src/report/verify-report.js'
import { memoryStore } from '../../../src/store/memory.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { draft, keyNamed, stored } from '../../ledger/support.js'
import { fixtureCodes } from './codes.js'
import { ledgerOver, now, period, type World, world } from './world.js'

let w: World
beforeAll(async () => {
  w = await world()
})

const judge = async (input: string | Uint8Array, options: Partial<VerifyReportOptions> = {}) => {
  const result = await verifyReport(input, { keyring: w.keyring, ...options })
  return { ...result, codes: result.problems.map(({ code }) => code) }
}
type Changed = {
  -readonly [K in keyof Report]: Report[K] extends object ? Record<string, unknown> & Report[K] : Report[K]
}
/** The report with something else in it, as text. */
const changed = (change: (report: Changed) => void, report: Report = w.report): string => {
  const copy = structuredClone(report) as Changed
  change(copy)
  return toJson(copy as Report)
}

/** A ledger that goes on after the report was asked for. */
const later = (store: ReceiptStore) => ledgerOver(store, keyNamed('a'), undefined, 3_000)

describe('verifyReport', () => {
  test('is VALID with seal, keyring and receipts, and says by what', async () => {
    const result = await judge(toJson(w.report), { seal: w.seal, source: w.store })
    expect(result).toMatchObject({
      verdict: 'VALID',
      problems: [],
      kind: 'json',
      digest: w.seal.digest,
      embedded: { receipts: result.embedded?.holding },
      rebuilt: true,
    })
    expect(result.sealed).toMatchObject([{ chainId: 'acme', seq: 21 }])
    expect(result.embedded?.receipts).toBeGreaterThanOrEqual(5)
    const bytes = await judge(Buffer.from(`${toJson(w.report)}\n`), { seal: JSON.stringify(w.seal), source: w.store })
    expect(bytes.verdict).toBe('VALID')
  })

  test('finds the seal in the store', async () => {
    const { verdict, sealed } = await judge(toJson(w.report), { source: w.store })
    expect([verdict, sealed.length]).toEqual(['VALID', 1])
  })

  test('is VALID after the chain grew, and by the lines of the chain as well', async () => {
    const own = await world()
    await later(own.store).decide(5)
    const receipts = await stored(own.store)
    for (const source of [own.store, receipts, receipts.map(lineOf)]) {
      const result = await judge(toJson(own.report), { seal: own.seal, source })
      expect([result.verdict, result.codes]).toEqual(['VALID', []])
    }
  })

  test('is INCOMPLETE where the file alone can’t show it', async () => {
    expect(await judge(toJson(w.report), { seal: w.seal })).toMatchObject({
      verdict: 'INCOMPLETE',
      codes: ['SOURCE_NOT_GIVEN'],
      rebuilt: false,
    })
    expect(await judge(toJson(w.report))).toMatchObject({
      verdict: 'INCOMPLETE',
      codes: ['NOT_SEALED', 'SOURCE_NOT_GIVEN'],
    })
  })

  test('a keyring without the key is INCOMPLETE, never VALID', async () => {
    const keyring = new Keyring([(await keyNamed('stranger').signer()).keyId])
    const result = await judge(toJson(w.report), { keyring, seal: w.seal, source: w.store })
    expect(result.verdict).toBe('INCOMPLETE')
    expect(new Set(result.codes)).toEqual(new Set(['EXCERPT_KEY_UNKNOWN', 'SEAL_KEY_UNKNOWN', 'KEYS_DIFFER']))
    expect(result.sealed).toEqual([])
  })

  test('a report that was changed no longer fits its seal', async () => {
    const text = changed((report) => {
      const chain = report.chains[0] as unknown as { newest: { timestamp: string } }
      chain.newest.timestamp = '2026-01-31T00:00:00.000Z'
    })
    const alone = await judge(text, { seal: w.seal })
    expect([alone.verdict, alone.codes]).toEqual([
      'INVALID',
      ['SEAL_DIGEST_MISMATCH', 'SEAL_DIGEST_MISMATCH', 'SOURCE_NOT_GIVEN'],
    ])
    const result = await judge(text, { source: w.store })
    expect([result.verdict, result.codes]).toEqual(['INVALID', ['NOT_SEALED', 'FIGURES_DIFFER']])
  })

  test('a figure that does not follow from those beside it makes no report at all', async () => {
    const text = changed((report) => {
      const estimate = report.figures.failure.estimate as { rate: number }
      estimate.rate = 0.01
    })
    expect(await judge(text)).toMatchObject({ verdict: 'INVALID', codes: ['FILE_MALFORMED'] })
  })

  test('a false report that was sealed by the key’s holder is caught by the receipts', async () => {
    const own = await world()
    const lie = structuredClone(own.report) as Changed
    ;(lie.chains[0] as { newest: { timestamp: string } }).newest.timestamp = '2026-01-31T00:00:00.000Z'
    const seal = await sealReport(lie as Report, { ledger: own.ledger })
    const alone = await judge(toJson(lie as Report), { seal })
    expect(alone.verdict).toBe('INCOMPLETE')
    const result = await judge(toJson(lie as Report), { seal, source: own.store })
    expect(result.verdict).toBe('INVALID')
    expect(result.problems).toMatchObject([{ code: 'FIGURES_DIFFER', paths: ['chains[0].newest.timestamp'] }])
  })

  test.each([
    ['', 'no text'],
    ['{}', 'no member'],
    ['<!doctype html><title>x</title>', 'a page without a report'],
    ['# Report', 'Markdown'],
    ['null', 'null'],
  ])('%j is no report: %s', async (text) => {
    expect(await judge(text)).toMatchObject({ verdict: 'INVALID', codes: ['FILE_MALFORMED'] })
  })

  test('a PDF without attachments, and bytes that are no text, are no report either', async () => {
    for (const bytes of [Buffer.from('%PDF-1.7\n'), Buffer.from([0xff, 0xfe, 0x00])])
      expect(await judge(bytes)).toMatchObject({ verdict: 'INVALID', codes: ['FILE_MALFORMED'] })
  })

  test.each([
    ['nothing', 'SEAL_MALFORMED'],
    ['{"digest":"sha256:00","lines":[1]}', 'SEAL_MALFORMED'],
    ['{"digest":"sha256:00","lines":[],"more":1}', 'SEAL_MALFORMED'],
  ])('the seal %s is %s', async (seal, code) => {
    const result = await judge(toJson(w.report), { seal })
    expect([result.verdict, result.codes[0]]).toEqual(['INVALID', code])
  })

  test('a seal without receipts seals no chain', async () => {
    const result = await judge(toJson(w.report), { seal: { digest: w.seal.digest, lines: [] }, source: w.store })
    expect([result.verdict, result.codes]).toEqual(['INCOMPLETE', ['CHAIN_NOT_SEALED']])
  })

  describe('a seal that is not this report’s', () => {
    const line = (index = 0): string => w.seal.lines[index] as string
    const lines = (...given: readonly string[]): ReportSeal => ({ digest: w.seal.digest, lines: given })

    test('a receipt that was changed', async () => {
      const forged = line().replace('"toSeq":20', '"toSeq":19')
      const result = await judge(toJson(w.report), { seal: lines(forged), source: w.store })
      expect(result.verdict).toBe('INVALID')
      expect(new Set(result.codes)).toEqual(new Set(['SEAL_RECEIPT_INVALID', 'SEAL_RANGE_MISMATCH']))
    })

    test('a receipt that seals another report, another range, or nothing', async () => {
      const own = await world()
      const other = await own.ledger.report('acme', { hash: `sha256:${'0b'.repeat(32)}`, fromSeq: 0, toSeq: 20 })
      const range = await own.ledger.report('acme', { hash: own.seal.digest, fromSeq: 0, toSeq: 19 })
      const [, decision] = await stored(own.store)
      const note = await own.ledger.heartbeat('acme')
      const found: string[] = []
      for (const receipt of [other, range, decision, note]) {
        const seal = { digest: own.seal.digest, lines: [JSON.stringify(receipt)] }
        const result = await judge(toJson(own.report), { keyring: own.keyring, seal, source: own.store })
        expect(result.verdict).toBe('INVALID')
        found.push(result.codes[0] as string)
      }
      expect(found).toEqual(['SEAL_DIGEST_MISMATCH', 'SEAL_RANGE_MISMATCH', 'SEAL_MISPLACED', 'SEAL_MISPLACED'])
    })

    test('a receipt that is not in the chain', async () => {
      const own = await world()
      const copy = memoryStore()
      await copy.append('acme', (await stored(own.store)).slice(0, 21), undefined)
      const result = await judge(toJson(own.report), { keyring: own.keyring, seal: own.seal, source: copy })
      expect([result.verdict, result.codes]).toEqual(['INVALID', ['SEAL_NOT_IN_SOURCE']])
    })
  })

  describe('an excerpt that is not what it says', () => {
    const withLines = (edit: (lines: string[]) => string[]) =>
      changed((report) => {
        const range = report.excerpt.ranges[0] as unknown as { lines: string[] }
        range.lines = edit([...range.lines])
      })

    test('a receipt that was changed', async () => {
      const text = withLines(([first = '', ...rest]) => [first.replace(/"action":"\w+"/, '"action":"other"'), ...rest])
      const { verdict, codes } = await judge(text)
      expect(verdict).toBe('INVALID')
      expect(codes).toContain('EXCERPT_RECEIPT_INVALID')
    })

    test('two that changed places', async () => {
      const { verdict, codes } = await judge(withLines(([a = '', b = '', ...rest]) => [b, a, ...rest]))
      expect(verdict).toBe('INVALID')
      expect(codes).toContain('EXCERPT_MISPLACED')
    })

    test('receipts of another chain of that name', async () => {
      const other = await world()
      const foreign = (other.report.excerpt.ranges[0] as { lines: readonly string[] }).lines
      const { verdict, codes } = await judge(withLines(() => [...foreign]))
      expect(verdict).toBe('INVALID')
      expect(codes).toContain('EXCERPT_MISPLACED')
    })
  })

  describe('a source that is not the one', () => {
    test('another chain of that name', async () => {
      const other = await world()
      const result = await judge(toJson(w.report), { seal: w.seal, source: other.store })
      expect(result.verdict).toBe('INVALID')
      expect(result.codes).toContain('SOURCE_OTHER_CHAIN')
    })

    test('one that ends before', async () => {
      const copy = memoryStore()
      await copy.append('acme', (await stored(w.store)).slice(0, 10), undefined)
      for (const source of [copy, await stored(copy), memoryStore()]) {
        const { verdict, codes } = await judge(toJson(w.report), { source })
        expect([verdict, codes]).toEqual(['INCOMPLETE', ['NOT_SEALED', 'SOURCE_ENDS_EARLY']])
      }
    })

    test('one whose beginning, or whose details, are gone', async () => {
      const own = await world()
      const receipts = await stored(own.store)
      const pruned = await judge(toJson(own.report), { seal: own.seal, source: receipts.slice(5) })
      expect([pruned.verdict, pruned.codes]).toEqual(['INCOMPLETE', ['SOURCE_PRUNED']])
    })
  })

  test('details that were erased since explain a difference', async () => {
    const store = memoryStore()
    const { ledger } = ledgerOver(store)
    const labelled = draft({ decision: { favourable: true, groupBasis: 'direct' }, details: { groups: { age: 'a' } } })
    const { receiptId } = await ledger.append(labelled)
    const report = await buildReport(store, { chainId: 'acme', period, keyring: w.keyring, now, embed: 0 })
    const seal = await sealReport(report, { ledger })
    expect((await judge(toJson(report), { seal, source: store })).verdict).toBe('VALID')
    expect(await ledger.eraseDetails('acme', receiptId, { reason: 'asked' })).toBe(true)
    const result = await judge(toJson(report), { seal, source: store })
    expect([result.verdict, result.codes]).toEqual(['INCOMPLETE', ['SOURCE_ERASED']])
  })

  test('another version may count and show otherwise', async () => {
    const text = changed((report) => {
      const generator = report.generator as { version: string }
      generator.version = '0.0.1'
      const chain = report.chains[0] as unknown as { newest: { timestamp: string } }
      chain.newest.timestamp = '2026-01-31T00:00:00.000Z'
    })
    const result = await judge(text, { source: w.store })
    expect([result.verdict, result.codes]).toEqual(['INCOMPLETE', ['NOT_SEALED', 'OTHER_VERSION']])
    const page = (await renderReport(parseReport(text), 'html')) as string
    const shown = await judge(page.replace('</h1>', '</h1> '))
    expect([shown.verdict, shown.codes]).toEqual([
      'INCOMPLETE',
      ['PAGE_NOT_COMPARED', 'NOT_SEALED', 'SOURCE_NOT_GIVEN'],
    ])
  })

  test('a custom rule can’t be repeated without its function, and with it can', async () => {
    const test_ = () => false
    const own = await world({ statistics: { failure: [{ kind: 'custom', name: 'mine', test: test_ }] } })
    const text = toJson(own.report)
    const without = await judge(text, { seal: own.seal, source: own.store })
    expect([without.verdict, without.codes]).toEqual(['INCOMPLETE', ['RULE_NOT_REPEATABLE']])
    const given = await judge(text, { seal: own.seal, source: own.store, custom: { mine: test_ } })
    expect(given.verdict).toBe('VALID')
    const other = await judge(text, { seal: own.seal, source: own.store, custom: { mine: () => true } })
    expect([other.verdict, other.codes]).toEqual(['INVALID', ['FIGURES_DIFFER']])
  })

  test('a report that says INVALID may itself be VALID: it is what was made', async () => {
    const own = await world()
    const receipts = await stored(own.store)
    const broken = memoryStore()
    await broken.append('acme', receipts, undefined)
    const lines = receipts.map((one, index) =>
      index === 4 ? JSON.stringify(one).replace('"allow"', '"reject"') : JSON.stringify(one),
    )
    const report = await buildReport(lines, { period, keyring: own.keyring, now })
    expect(report.verdict).toBe('INVALID')
    const result = await judge(toJson(report), { source: lines })
    expect([result.verdict, result.codes, result.rebuilt]).toEqual(['INCOMPLETE', ['NOT_SEALED'], true])
  })

  test('an empty chain that has grown since is still empty in the report', async () => {
    const store = memoryStore()
    const report = await buildReport(store, { chainId: 'acme', period, keyring: w.keyring, now })
    const seal = { digest: 'x', lines: [] }
    expect((await judge(toJson(report), { seal, source: store })).verdict).toBe('INVALID')
    await later(store).decide(2)
    const result = await judge(toJson(report), { source: store })
    expect([result.verdict, result.codes]).toEqual(['INCOMPLETE', ['NOT_SEALED']])
  })

  test('every code belongs to one verdict, and none is an error code or a problem code of a chain', () => {
    const own = [...reportInvalidCodes, ...reportIncompleteCodes]
    expect(new Set(own).size).toBe(own.length)
    const others = fixtureCodes()
    expect(own.filter((code) => others.has(code))).toEqual([])
  })

  test('refuses what is no keyring and no text', async () => {
    await expect(verifyReport('{}', {} as never)).rejects.toThrow(TypeError)
    await expect(verifyReport(5 as never, { keyring: w.keyring })).rejects.toThrow(TypeError)
  })
})

describe('a page and a PDF', () => {
  test.each(['en', 'de'] as const)('the page in %s is judged as the report that it carries', async (locale) => {
    const page = (await renderReport(w.report, 'html', { seal: w.seal, locale })) as string
    const result = await judge(page, { source: w.store })
    expect([result.verdict, result.kind, result.digest, result.codes]).toEqual(['VALID', 'html', w.seal.digest, []])
    expect(parseReport(toJson(result.report as Report))).toEqual(w.report)
  })

  test('a page that shows something else than it carries is INVALID', async () => {
    const page = (await renderReport(w.report, 'html', { seal: w.seal })) as string
    const forged = page.replace('</h1>', '!</h1>')
    expect(forged).not.toBe(page)
    const result = await judge(forged, { source: w.store })
    expect([result.verdict, result.codes]).toEqual(['INVALID', ['PAGE_DIFFERS']])
  })

  test('the PDF carries report and seal, and is judged alike', async () => {
    const pdf = (await renderReport(w.report, 'pdf', { seal: w.seal })) as Uint8Array
    const result = await judge(pdf, { source: w.store })
    expect([result.verdict, result.kind, result.digest, result.codes]).toEqual(['VALID', 'pdf', w.seal.digest, []])
  })
})
