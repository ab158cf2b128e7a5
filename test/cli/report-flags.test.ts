/** What is typed for a report: periods, failure rules, and where files go. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { openInViewer } from '../../src/cli/report/open.js'
import { periodOf } from '../../src/cli/report/period.js'
import { failureRule } from '../../src/cli/report/statistics-flags.js'
import { table } from '../../src/cli/report/table.js'
import { duration, estimateText, percent } from '../../src/cli/report/words.js'
import { differences } from '../../src/report/checking/differences.js'
import { wilson } from '../../src/report/statistics/intervals.js'

describe('a period', () => {
  it.each([
    ['2026', '2026-01-01', '2027-01-01'],
    ['2026-Q1', '2026-01-01', '2026-04-01'],
    ['2026-Q4', '2026-10-01', '2027-01-01'],
    ['2026-02', '2026-02-01', '2026-03-01'],
    ['2026-12', '2026-12-01', '2027-01-01'],
    ['2024-02-29', '2024-02-29', '2024-03-01'],
    ['2026-12-31', '2026-12-31', '2027-01-01'],
    ['0001', '0001-01-01', '0002-01-01'],
    ['2026-01-01/2026-07-01', '2026-01-01', '2026-07-01'],
  ])('%s is from %s until %s', (text, from, until) => {
    expect(periodOf(text)).toEqual({ from: `${from}T00:00:00.000Z`, until: `${until}T00:00:00.000Z` })
  })

  it('takes times to the millisecond', () => {
    expect(periodOf('2026-01-01T10:00:00Z/2026-01-01T10:00:00.001Z')).toEqual({
      from: '2026-01-01T10:00:00.000Z',
      until: '2026-01-01T10:00:00.001Z',
    })
  })

  it.each([
    '',
    '26',
    '2026-Q0',
    '2026-Q5',
    '2026-00',
    '2026-13',
    '2025-02-29',
    '2026-1',
    '9999',
    '2026/2026-07',
    '2026-01-01/',
    '2026-01-01/2026-01-01',
    '2026-07-01/2026-01-01',
    '2026-01-01/2026-02-01/2026-03-01',
    '2026-01-01T10:00/2026-02-01',
  ])('%j is none', (text) => {
    expect(() => periodOf(text)).toThrow()
  })

  it('of a quarter holds its three months, one after another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1970, max: 9998 }), fc.integer({ min: 1, max: 4 }), (year, quarter) => {
        const whole = periodOf(`${String(year).padStart(4, '0')}-Q${quarter}`)
        const months = [1, 2, 3].map((month) =>
          periodOf(`${String(year).padStart(4, '0')}-${String((quarter - 1) * 3 + month).padStart(2, '0')}`),
        )
        expect(months.map(({ until }) => until)).toEqual([...months.slice(1).map(({ from }) => from), whole.until])
        expect(months[0]?.from).toBe(whole.from)
      }),
    )
  })
})

describe('a failure rule', () => {
  it.each([
    ['error', { kind: 'error' }],
    ['check', { kind: 'check' }],
    ['check:a,b', { kind: 'check', names: ['a', 'b'] }],
    ['check:a, a', { kind: 'check', names: ['a'] }],
    ['action:reject', { kind: 'action', actions: ['reject'] }],
    ['check:a:b', { kind: 'check', names: ['a:b'] }],
  ])('%s', (text, rule) => {
    expect(failureRule(text)).toEqual([rule])
    expect(failureRule(text, [{ kind: 'error' }])).toEqual([{ kind: 'error' }, rule])
  })
  it.each(['', 'action', 'action:', 'check:', 'check:a,,b', 'error:x', 'custom:x', 'Action:a'])(
    '%j is none',
    (text) => {
      expect(() => failureRule(text)).toThrow()
    },
  )
})

describe('figures in words', () => {
  it('never show as nothing, or as all, what is not', () => {
    expect([0, 1e-9, 0.0004, 0.1234, 0.99999, 1].map(percent)).toEqual([
      '0 %',
      '< 0.01 %',
      '0.04 %',
      '12.3 %',
      '> 99.99 %',
      '100 %',
    ])
    expect(estimateText(wilson(0, 0))).toBe('0 of 0, none seen')
    expect(estimateText(wilson(81, 263))).toBe('81 of 263, 30.8 %, 95 % interval 25.5 % to 36.6 %')
  })
  it('have the unit that fits', () => {
    expect([0, 12.34, 999, 1_000, 90_000, 5_400_000, 172_800_000].map(duration)).toEqual([
      '0 ms',
      '12.3 ms',
      '999 ms',
      '1 s',
      '1.5 min',
      '1.5 h',
      '2 d',
    ])
  })
  it('let no text break a line or move a cursor', () => {
    const lines = table(['a\n', 'b'], [['x\u001b[2J', '\u202ey\r']])
    expect(lines).toEqual([`  a\\n${' '.repeat(9)}b`, '  x\\u{1b}[2J  \\u{202e}y\\r'])
  })
})

describe('differences', () => {
  it('are the innermost members, in order, as far as asked for', () => {
    const one = { a: 1, b: { c: [1, 2], d: null, 'e f': 1 }, g: undefined }
    const other = { a: 1, b: { c: [1, 3, 4], 'e f': 2 }, h: 0 }
    expect(differences(one, other)).toEqual(['b.c[1]', 'b.c[2]', 'b.d', 'b["e f"]', 'h'])
    expect(differences(one, other, 2)).toEqual(['b.c[1]', 'b.c[2]'])
  })
  it('are none exactly where JSON is the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(differences(one, structuredClone(one))).toEqual([])
        const copy = JSON.parse(JSON.stringify(other))
        if (differences(one, copy).length === 0) expect(JSON.parse(JSON.stringify(one))).toEqual(copy)
      }),
    )
  })
})

describe('--open', () => {
  const io = (said: string[]): Io =>
    ({ cwd: '/reports', env: {}, stderr: { write: (text: string) => said.push(text) } }) as unknown as Io

  it('shows the page before the PDF, and nothing else', async () => {
    const shown: string[] = []
    const open = async (path: string) => shown.push(path)
    await openInViewer(['out/r.json', 'out/r.pdf', 'out/r.html'], io([]), open)
    await openInViewer(['out/r.json', 'out/r.pdf'], io([]), open)
    await openInViewer(['out/r.json'], io([]), open)
    expect(shown).toEqual(['/reports/out/r.html', '/reports/out/r.pdf'])
  })

  it('tells where nothing can show it, and ends nothing', async () => {
    const said: string[] = []
    await openInViewer(['r.html'], io(said), () => Promise.reject(new Error('no display\u001b[2J')))
    expect(said).toEqual(['note: r.html can not be shown: no display\\u{1b}[2J\n'])
  })
})
