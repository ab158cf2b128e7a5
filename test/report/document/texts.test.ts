import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commandOf } from '../../../src/report/document/command.js'
import { formatOf } from '../../../src/report/document/format.js'
import { textsOf } from '../../../src/report/document/texts/index.js'
import { visible } from '../../../src/report/text/visible.js'
import { incompleteCodes, invalidCodes } from '../../../src/verify/types.js'

describe('texts', () => {
  const [en, de] = [textsOf('en'), textsOf('de')]

  test('each problem code is explained in both languages', () => {
    for (const code of [...invalidCodes, ...incompleteCodes]) {
      expect(en.verification.problem[code]).toMatch(/^[A-Z].*\.$/)
      expect(de.verification.problem[code]).toMatch(/^[A-ZÄÖÜ].*\.$/)
    }
  })

  test('both languages have the same names, and no list of sentences is shorter', () => {
    const names = (value: unknown, path = ''): string[] =>
      Array.isArray(value)
        ? [`${path} ${value.length}`]
        : typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([name, inner]) => names(inner, `${path}.${name}`))
          : [`${path} ${typeof value}`]
    expect(names(de).sort()).toEqual(names(en).sort())
  })

  test('no sentence was left untranslated', () => {
    const strings = (value: unknown, path = ''): (readonly [string, string])[] =>
      typeof value === 'string'
        ? [[path, value]]
        : typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([name, inner]) => strings(inner, `${path}.${name}`))
          : []
    const german = new Map(strings(de))
    const same = strings(en).filter(([path, text]) => german.get(path) === text && /\s/.test(text))
    // titles of journals are the same everywhere
    expect(same.filter(([path]) => !path.startsWith('.sources.methods'))).toEqual([])
  })
})

describe('the German words', () => {
  const folder = fileURLToPath(new URL('../../../src/report/', import.meta.url))
  const files = [
    ...['document/texts/de', 'articles/de'].flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => join(name, file)),
    ),
    'html/texts/de.ts',
    'charts/words.ts',
    'coverage/texts.ts',
    'reconstruct/words.ts',
  ]

  // one word for one thing: Signatur, Hashwert, Antwortzeit, Kontrolle, Detektor, Fehlfall, TEILWEISE
  test.each(files)('in %s: one for each thing', (file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    expect(text).toMatch(/[äöüß]/)
    expect(text).not.toMatch(/[Uu]nterschr[ie]|Prüfsumme|Latenz|Erkenner|Fehlerrate|bereinigt|als PARTIAL/)
    expect(text).not.toMatch(/Prüfung(?:en)? (?:lief|anschl|anschlug|erkannte)|Prüfungen, die|ohne Prüfung/)
  })
})

describe('figures in words', () => {
  const [en, de] = [formatOf('en'), formatOf('de')]

  test.each([
    [0, '0%', '0\u00a0%'],
    [1, '100%', '100\u00a0%'],
    [0.05, '5.0%', '5,0\u00a0%'],
    [0.0004, '0.040%', '0,040\u00a0%'],
    [0.99996, '99.9960%', '99,9960\u00a0%'],
    [1e-9, '0.00000010%', '0,00000010\u00a0%'],
  ])('a share of %d', (share, english, german) => {
    expect(en.percent(share)).toBe(english)
    expect(de.percent(share)).toBe(german)
  })

  test('a share is 0 % or 100 % only when it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (share) => {
        const value = Number(en.percent(share).replace('%', ''))
        expect(value).toBeGreaterThan(0)
        expect(value).toBeLessThan(100)
        expect(Math.abs(value / 100 - share)).toBeLessThanOrEqual(0.0005001)
      }),
    )
  })

  test.each([
    [0, '0\u00a0ms', '0\u00a0ms'],
    [12.345, '12.35\u00a0ms', '12,35\u00a0ms'],
    [1500, '1.5\u00a0s', '1,5\u00a0s'],
    [60_000, '1\u00a0minute', '1\u00a0Minute'],
    [3_661_000, '1\u00a0hour 1\u00a0minute', '1\u00a0Stunde 1\u00a0Minute'],
    [86_400_000, '1\u00a0day', '1\u00a0Tag'],
    [90_000_000, '1\u00a0day 1\u00a0hour', '1\u00a0Tag 1\u00a0Stunde'],
    [86_460_000, '1\u00a0day', '1\u00a0Tag'],
    [1_000 * 86_400_000, '1,000\u00a0days', '1.000\u00a0Tage'],
  ])('a span of %d ms', (ms, english, german) => {
    expect(en.duration(ms)).toBe(english)
    expect(de.duration(ms)).toBe(german)
  })

  test('instants are in UTC', () => {
    expect(en.time('2026-01-31T23:59:59.999Z')).toEqual({
      kind: 'time',
      iso: '2026-01-31T23:59:59.999Z',
      text: '31 January 2026, 23:59:59.999 UTC',
    })
    expect(de.time('2026-03-01T00:00:00.000Z')).toMatchObject({ text: '1. März 2026, 00:00:00 UTC' })
    expect(en.stamp(0)).toMatchObject({ iso: '1970-01-01T00:00:00.000Z', text: '1970-01-01 00:00:00 UTC' })
    expect(de.stamp('2026-03-01T07:08:09.123Z')).toMatchObject({ text: '01.03.2026 07:08:09 UTC' })
    expect(en.day('2027-12-02')).toBe('2 December 2027')
  })
})

describe('characters that hide', () => {
  test.each([
    ['a\u202eb', 'a\\u{202E}b'],
    ['\r\n\t\u0000\u001b[31m', '\\u{D}\\u{A}\\u{9}\\u{0}\\u{1B}[31m'],
    [
      '\u200b\u200f\ufeff\u2066\u2069\u0085\u2028\u061c\u00ad',
      '\\u{200B}\\u{200F}\\u{FEFF}\\u{2066}\\u{2069}\\u{85}\\u{2028}\\u{61C}\\u{AD}',
    ],
    ['\ud800x\udc00', '\\u{D800}x\\u{DC00}'],
    ['\u{e0041}', '\\u{E0041}'],
    ['Grüße 🧾 e\u0301 ١', 'Grüße 🧾 e\u0301 ١'],
  ])('%j', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  test('nothing that hides is left, and what is left has one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(visible(visible(text))).toBe(visible(text))
      }),
    )
  })
})

describe('the command', () => {
  const scope = { tail: 'unproved' } as const

  test('keeps the name of a chain one word of the shell', () => {
    expect(commandOf({ chainId: "a'; rm -rf ~ #", scope }, undefined)).toBe(
      "quittance verify ./receipts --chain 'a'\\''; rm -rf ~ #' --keyring keyring.json",
    )
  })

  test('accepts removal only as the report did', () => {
    expect(commandOf({ chainId: 'acme', scope }, { minDays: 200 })).toContain('--accept-pruned 200')
    expect(commandOf({ chainId: 'acme', scope }, undefined)).not.toContain('--accept-pruned')
  })
})
