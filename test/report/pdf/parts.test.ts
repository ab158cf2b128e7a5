import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { QuittanceError } from '../../../src/errors.js'
import { shareWidth } from '../../../src/report/pdf/blocks/columns.js'
import { type Fonts, plain, registerFonts } from '../../../src/report/pdf/fonts.js'
import { linesOf } from '../../../src/report/pdf/lines.js'
import { missingPackage } from '../../../src/report/pdf/missing.js'
import { loadPdfkit } from '../../../src/report/pdf/pdfkit.js'
import { sfntOf } from '../../../src/report/pdf/sfnt.js'

const require = createRequire(import.meta.url)

describe('a web font', () => {
  const names = ['dejavu-sans/files/dejavu-sans-latin-400-normal', 'ibm-plex-sans/files/ibm-plex-sans-latin-600-normal']
  for (const name of names)
    it(`comes out with tables that have the checksums that they claim: ${name}`, async () => {
      const file = sfntOf(await readFile(require.resolve(`@fontsource/${name}.woff`)))
      const view = new DataView(file.buffer)
      const count = view.getUint16(4)
      expect(count).toBeGreaterThan(8)
      for (let i = 0; i < count; i++) {
        const at = 12 + i * 16
        const tag = Buffer.from(file.subarray(at, at + 4)).toString('latin1')
        const [claimed, offset, length] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)]
        expect(offset % 4).toBe(0)
        let sum = 0
        for (let n = offset; n < offset + Math.ceil(length / 4) * 4; n += 4) {
          // The head's own adjustment counts as nothing.
          if (tag !== 'head' || n !== offset + 8) sum = (sum + view.getUint32(n)) >>> 0
        }
        expect([tag, sum]).toEqual([tag, claimed])
      }
    })

  it('is refused when it is something else', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(100), new TextEncoder().encode('wOF2'.padEnd(100, 'x'))])
      expect(() => sfntOf(bytes)).toThrow(RangeError)
  })
})

describe('a package that is not there', () => {
  it('is named, with what to install; any other fault stays what it is', async () => {
    const error = await import('quittance-no-such-package' as string).catch((thrown: unknown) => thrown)
    const found = missingPackage('pdfkit', Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' }))
    expect(error).toBeInstanceOf(Error)
    expect(QuittanceError.is(found, 'REPORT_PACKAGE_MISSING')).toBe(true)
    expect((found as QuittanceError).message).toMatch(/npm install pdfkit @fontsource\/ibm-plex-sans/)
    expect((found as QuittanceError).details.reason).toBe('pdfkit')
    let thrown: unknown
    try {
      require.resolve('@fontsource/no-such-font/file.woff')
    } catch (real) {
      thrown = missingPackage('@fontsource/no-such-font', real)
    }
    expect(QuittanceError.is(thrown, 'REPORT_PACKAGE_MISSING')).toBe(true)
    const other = new SyntaxError('broken')
    expect(missingPackage('pdfkit', other)).toBe(other)
  })
})

describe('the columns of a table', () => {
  const cell = fc
    .tuple(
      fc.double({ min: 1, max: 900, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([whole, word, part]) => ({ whole, word: whole * word, part: whole * word * part }))
  const tables = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }))
    .chain(([columns, rows]) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
    )

  it('share all of the width, and each has some', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        const widths = shareWidth(rows, 480, 30)
        expect(widths).toHaveLength(rows[0]?.length ?? 0)
        expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(480, 3)
        expect(Math.min(...widths)).toBeGreaterThan(10)
      }),
    )
  })

  it('have room for their words where there is room for all words', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        const words = (rows[0] ?? []).map((_, i) => Math.max(30, ...rows.map((row) => row[i]?.word ?? 0)))
        fc.pre(words.reduce((sum, word) => sum + word, 0) < 480 && Math.max(...words) <= 240)
        for (const [i, width] of shareWidth(rows, 480, 30).entries())
          expect(width).toBeGreaterThanOrEqual((words[i] as number) - 1e-6)
      }),
    )
  })
})

describe('lines', () => {
  let fonts: Fonts
  beforeAll(async () => {
    const begin = await loadPdfkit()
    const pdf = begin({
      pdfVersion: '1.7',
      subset: 'PDF/A-3a',
      tagged: true,
      displayTitle: true,
      lang: 'en',
      size: 'A4',
      margin: 0,
      autoFirstPage: false,
      bufferPages: true,
      font: null,
      info: {},
    })
    fonts = await registerFonts(pdf)
  })
  const words = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a/b_c.d', 'sha256:abcdef', ' ', '  ', 'é', 'e\u0301', '漢'),
  )
  const phrases = fc.array(
    fc
      .tuple(words, fc.constantFrom('text', 'code', 'strong'))
      .map(([text, kind]) => (kind === 'text' ? text : { kind: kind as 'code' | 'strong', text })),
    { maxLength: 8 },
  )

  it('say all that the phrase says, in its order, and go over no edge', () => {
    fc.assert(
      fc.property(phrases, fc.integer({ min: 40, max: 400 }), (phrase, width) => {
        const lines = linesOf(fonts, phrase, width, { size: 9 })
        const said = lines.flatMap(({ spans }) => spans.flatMap(({ runs }) => runs.map(({ text }) => text))).join('')
        const meant = phrase.map((inline) => (typeof inline === 'string' ? inline : inline.text)).join('')
        // What no font draws is written as an escape.
        const escapes = /\\u\{[0-9A-F]+\}/g
        const drawn = fonts
          .runs(plain(meant), 'mono')
          .map(({ text }) => text)
          .join('')
        expect(said.replace(/ /g, '').replace(escapes, '').length).toBeLessThanOrEqual(drawn.replace(/ /g, '').length)
        if (/^[\x20-\x7e]*$/.test(meant)) expect(said.replace(/ /g, '')).toBe(meant.replace(/ /g, ''))
        for (const { width: taken } of lines) expect(taken).toBeLessThanOrEqual(Math.max(width + 3, 60))
        expect(lines.length).toBeGreaterThan(0)
      }),
    )
  })

  it('draw nothing without a glyph', () => {
    const missing = fonts.runs('a漢\u{1F9FE}b', 'bold')
    expect(missing.map(({ text }) => text).join('')).toBe('a\\u{6F22}\\u{1F9FE}b')
    expect(fonts.runs('', 'regular')).toEqual([])
    // One character for a reader, hundreds of escapes: it is broken all the same.
    const lines = linesOf(fonts, [`か${'\u3099'.repeat(300)}`], 100, { size: 9 })
    expect(lines.length).toBeGreaterThan(50)
    for (const { width } of lines) expect(width).toBeLessThanOrEqual(103)
  })
})
