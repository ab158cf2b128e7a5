/** The receipts that come with a report: as many as were asked for, the newest, those that are named, each as it is stored. */
import { describe, expect, it } from 'vitest'
import { lineOf } from '../../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { refsIn } from '../../../src/report/build/refs.js'
import { buildReport } from '../../../src/report/build.js'
import { toJson } from '../../../src/report/json.js'
import type { Report } from '../../../src/report/types.js'
import { memoryStore } from '../../../src/store/memory.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { verifyReceipt } from '../../../src/verify/receipt.js'
import { plainChain, trustOne } from '../../verify/support.js'
import { sample, sampleReport } from '../support/sample.js'

const seqsOf = (report: Report, chainId: string): number[] =>
  report.excerpt.ranges
    .filter((range) => range.chainId === chainId)
    .flatMap(({ fromSeq, lines }) => lines.map((_, index) => fromSeq + index))
const linesIn = ({ excerpt }: Report): string[] => [...excerpt.ranges.flatMap(({ lines }) => lines), ...excerpt.cited]
const parsed = (line: string): DecisionReceipt => JSON.parse(line) as DecisionReceipt

describe('the excerpt', () => {
  it('is the whole period where that fits, each line as it is stored', async () => {
    const report = await sampleReport()
    const receipts = await (await sample()).receipts()
    expect(report.excerpt).toMatchObject({ whole: true, cited: [] })
    expect(report.excerpt.ranges).toEqual([
      { chainId: 'brook-savings', fromSeq: 0, toSeq: receipts.length - 1, lines: receipts.map(lineOf) },
    ])
  })

  it.each([0, 1, 2, 3, 10, 37, 100, 231, 232, 233])(
    'has at most %d lines, the newest and what is named',
    async (embed) => {
      const receipts = await (await sample()).receipts()
      const report = await sampleReport({ report: { embed } })
      const { excerpt } = report
      expect(linesIn(report).length).toBeLessThanOrEqual(embed)
      expect(excerpt.cited.length).toBeLessThanOrEqual(embed / 2)
      expect(excerpt.whole).toBe(embed >= receipts.length)
      const seqs = seqsOf(report, 'brook-savings')
      expect(seqs).toEqual(receipts.slice(receipts.length - seqs.length).map(({ seq }) => seq))
      if (embed > 3) expect(linesIn(report).length).toBeGreaterThanOrEqual(Math.min(embed - 1, receipts.length))
      const named = new Set(refsIn({ ...report, excerpt: undefined }).map(({ seq }) => seq))
      for (const line of excerpt.cited) {
        expect(named).toContain(parsed(line).seq)
        expect(seqs).not.toContain(parsed(line).seq)
        expect(lineOf(receipts[parsed(line).seq] as DecisionReceipt)).toBe(line)
      }
    },
  )

  it('is shared evenly by chains; what a small one leaves goes to the large one', async () => {
    const { keyring } = await sample({ chains: 2 })
    const report = await sampleReport({ chains: 2, report: { embed: 200 } })
    const [first, second] = ['brook-savings', 'brook-savings/branch-2'].map((chainId) => seqsOf(report, chainId).length)
    // 82 receipts in the second
    expect(Math.abs((first as number) - (second as number))).toBeLessThanOrEqual(first === 82 ? 100 : 30)
    expect((first as number) + (second as number) + report.excerpt.cited.length).toBeLessThanOrEqual(200)
    for (const line of linesIn(report)) expect(verifyReceipt(line, { keyring }).verdict).toBe('VALID')
    const cited = report.excerpt.cited.map(parsed).map(({ chainId, seq }) => [chainId, seq] as const)
    expect(cited).toEqual([...cited].sort(([a, m], [b, n]) => (a === b ? m - n : a < b ? -1 : 1)))
  })

  it('names flags and findings first', async () => {
    const report = await sampleReport({ report: { embed: 90 } })
    const seqs = linesIn(report).map((line) => parsed(line).seq)
    for (const { seq } of report.chains[0]?.monitor.flags ?? []) expect(seqs).toContain(seq)
  })

  it('leaves out a receipt that the store no longer gives as it was', async () => {
    const { store, keyring, period, now } = await sample()
    const { length } = await (await sample()).receipts()
    async function* lines(chainId: string, range: { fromSeq?: number; toSeq?: number } = {}) {
      for await (const line of (store.lines as NonNullable<ReceiptStore['lines']>)(chainId, range)) {
        // only when it is asked for alone, after it was verified
        if (range.fromSeq === undefined) yield line
        else yield line.replace('"timestamp":"2026', '"timestamp":"2025')
      }
    }
    const other = new Proxy(store, { get: (target, name) => (name === 'lines' ? lines : Reflect.get(target, name)) })
    const options = { keyring, period, now, embed: 60 }
    const honest = await buildReport(store, options)
    const report = await buildReport(other, options)
    // the newest sixty were held since they were verified
    const early = (from: Report) => from.excerpt.cited.filter((line) => parsed(line).seq < length - 60)
    expect(early(honest).length).toBeGreaterThan(10)
    expect(early(report)).toEqual([])
    expect(report.verdict).toBe('VALID')
  })

  it('has what is named of a list that can be read only once, as far as it was held', async () => {
    const receipts = await (await sample()).receipts()
    const { keyring, period, now } = await sample()
    const report = await buildReport(receipts, { keyring, period, now, embed: 40 })
    const early = report.excerpt.cited.map(parsed).filter(({ seq }) => seq < receipts.length - 40)
    expect(new Set(early.map(({ eventType }) => eventType))).toEqual(new Set(['system']))
    expect(report.excerpt.cited.map((line) => parsed(line).seq)).toContain(0)
  })

  it('is bounded, and the same in any order, for many chains', async () => {
    const store = memoryStore()
    const names = Array.from({ length: 130 }, (_, index) => `chain-${String(index).padStart(3, '0')}`)
    for (const [index, chainId] of names.entries())
      await store.append(chainId, plainChain(1 + (index % 7), { chainId }), undefined)
    const options = { keyring: trustOne, period: { from: '2026-01-01', until: '2027-01-01' }, now: '2027-01-01' }
    const report = await buildReport(store, { ...options, embed: 300 })
    expect(report).toMatchObject({ verdict: 'VALID', period: { receipts: 514 } })
    expect(linesIn(report).length).toBeLessThanOrEqual(300)
    // half of the room may go to what is named; the rest is one of each chain
    expect(report.excerpt.ranges.length).toBe(130)
    const backwards = await buildReport(store, { ...options, embed: 300, chains: [...names].reverse() })
    expect(toJson(backwards)).toBe(toJson(report))
    const whole = await buildReport(store, { ...options, embed: 514 })
    expect(whole.excerpt.whole).toBe(true)
    const none = await buildReport(store, { ...options, embed: 100 })
    expect(linesIn(none).length).toBeLessThanOrEqual(100)
  })
})
