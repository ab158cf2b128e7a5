/** Which chains, in whatever order and from whatever source: the same bytes. */
import { describe, expect, it } from 'vitest'
import { ReceiptCollector } from '../../../src/collector/collector.js'
import { buildReport } from '../../../src/report/build.js'
import { reportDigest, toJson } from '../../../src/report/json.js'
import type { BuildReportOptions, ReportProgress } from '../../../src/report/options.js'
import { rebuildOptions } from '../../../src/report/rebuild.js'
import type { Report } from '../../../src/report/types.js'
import { memoryStore } from '../../../src/store/memory.js'
import { chainOf, linesOf, msAfter, plainChain, trustOne } from '../../verify/support.js'
import { makeSample, sample, sampleReport, sampleSystem } from '../support/sample.js'

const about = (more: Partial<BuildReportOptions> = {}): BuildReportOptions => ({
  period: { from: '2026-01-01', until: '2026-02-01' },
  keyring: trustOne,
  now: '2026-06-01',
  ...more,
})
const codeOf = (error: unknown): unknown => (error as { code?: string }).code

describe('chains', () => {
  it('of a store are all reported, sorted, with the figures of both together', async () => {
    const { store, keyring, period, now, chainIds } = await sample({ chains: 2 })
    const both = await sampleReport({ chains: 2 })
    expect(both.chains.map(({ chainId }) => chainId)).toEqual(chainIds)
    const each = await Promise.all(chainIds.map((chainId) => buildReport(store, { chainId, keyring, period, now })))
    const sum = (of: (report: Report) => number) => each.reduce((all, report) => all + of(report), 0)
    expect(both.period.receipts).toBe(sum(({ period }) => period.receipts))
    expect(both.figures.failure.estimate).toMatchObject({
      count: sum(({ figures }) => figures.failure.estimate.count),
      n: sum(({ figures }) => figures.failure.estimate.n),
    })
    expect(both.figures.failure.course.at(-1)?.n).toBe(both.figures.failure.estimate.n)
    const times = both.figures.failure.course.map(({ at }) => at)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(both.chains).toEqual(each.map(({ chains }) => chains[0]))
  })

  it('give the same bytes in whatever order they are named', async () => {
    const { store, keyring, period, now, chainIds } = await sample({ chains: 2 })
    const options = { keyring, period, now, system: sampleSystem }
    const [one, other, all] = await Promise.all([
      buildReport(store, { ...options, chains: chainIds }),
      buildReport(store, { ...options, chains: [...chainIds].reverse() }),
      buildReport(store, options),
    ])
    expect(toJson(one as Report)).toBe(toJson(other as Report))
    expect(toJson(one as Report)).toBe(toJson(all as Report))
    expect(toJson(one as Report)).toBe(toJson(await sampleReport({ chains: 2 })))
  })

  it('are as good as the worst of them; one that is not there is INCOMPLETE', async () => {
    const { store, keyring, period, now, chainIds } = await sample({ chains: 2, tampered: true })
    expect((await buildReport(store, { keyring, period, now })).verdict).toBe('INVALID')
    const [, second = ''] = chainIds
    expect((await buildReport(store, { keyring, period, now, chainId: second })).verdict).toBe('VALID')
    const missing = await buildReport(store, { keyring, period, now, chains: [second, 'not-there'] })
    expect(missing.verdict).toBe('INCOMPLETE')
    expect(missing.chains[1]).toMatchObject({
      chainId: 'not-there',
      verdict: 'INCOMPLETE',
      checked: 0,
      counts: { EMPTY: 1 },
      period: { receipts: 0 },
      monitor: { decisions: 0 },
    })
    expect(missing.chains[1]?.oldest).toBeUndefined()
  })

  it('that a gap receipt names must be there, where all were asked for', async () => {
    const store = memoryStore()
    const outbox = chainOf([{ body: { eventType: 'system', system: { event: 'chain_end', reason: 'drained' } } }], {
      chainId: 'acme-outbox',
    })
    const [end] = outbox
    const chain = chainOf([
      {},
      {
        body: {
          eventType: 'system',
          system: { event: 'gap', from: msAfter(0), to: msAfter(1000), reason: 'store-away' },
          links: [
            {
              rel: 'joins',
              receiptId: end?.receiptId as string,
              receiptHash: end?.receiptHash as `sha256:${string}`,
              chainId: 'acme-outbox',
            },
          ],
        },
      },
    ])
    await store.append('acme', chain, undefined)
    const report = await buildReport(store, about())
    expect(report.verdict).toBe('INCOMPLETE')
    expect(report.chains.map(({ chainId, verdict }) => [chainId, verdict])).toEqual([
      ['acme', 'VALID'],
      ['acme-outbox', 'INCOMPLETE'],
    ])
    expect((await buildReport(store, about({ chainId: 'acme' }))).verdict).toBe('VALID')
    await store.append('acme-outbox', outbox, undefined)
    expect((await buildReport(store, about())).verdict).toBe('VALID')
  })

  it('need a source that has them', async () => {
    await expect(buildReport(memoryStore(), about()).catch(codeOf)).resolves.toBe('REPORT_SOURCE')
    await expect(buildReport([], about()).catch(codeOf)).resolves.toBe('REPORT_SOURCE')
    await expect(buildReport(plainChain(1), about({ chains: ['acme', 'b'] })).catch(codeOf)).resolves.toBe(
      'REPORT_SOURCE',
    )
    const empty = await buildReport([], about({ chainId: 'acme' }))
    expect(empty).toMatchObject({ verdict: 'INCOMPLETE', period: { empty: true } })
    const other = await buildReport(plainChain(2), about({ chainId: 'other' }))
    expect(other.chains[0]).toMatchObject({
      chainId: 'other',
      verdict: 'INVALID',
      counted: 0,
      counts: { CHAIN_MISMATCH: 2 },
    })
  })

  it('are held against what was noted elsewhere', async () => {
    const chain = plainChain(4)
    const head = { seq: 9, receiptHash: `sha256:${'0'.repeat(64)}` }
    const report = await buildReport(chain, about({ chains: [{ chainId: 'acme', expect: { head } }] }))
    expect(report.chains[0]?.counts).toEqual({ HEAD_NOT_REACHED: 1 })
    const reached = { seq: 3, receiptHash: chain[3]?.receiptHash as string }
    const held = await buildReport(chain, about({ chains: [{ chainId: 'acme', expect: { head: reached } }] }))
    expect(held.chains[0]?.scope.tail).toBe('expected-head')
  })
})

describe('the same input', () => {
  it('as lines, as receipts, at once or one by one gives the same report', async () => {
    const receipts = await (await sample()).receipts()
    const { keyring, period, now } = await sample()
    const options = { keyring, period, now }
    async function* slowly<T>(items: readonly T[]) {
      for (const item of items) {
        await Promise.resolve()
        yield item
      }
    }
    const texts = await Promise.all(
      [
        receipts,
        linesOf(receipts),
        slowly(receipts),
        slowly(linesOf(receipts)),
        JSON.parse(JSON.stringify(receipts)),
      ].map(async (source) => toJson(withoutLines(await buildReport(source, options)))),
    )
    expect(new Set(texts).size).toBe(1)
    const { store } = await sample()
    expect(toJson(withoutLines(await buildReport(store, options)))).toBe(texts[0])
  })

  it('is not changed by being read', async () => {
    const receipts = JSON.parse(JSON.stringify(plainChain(3)))
    const before = JSON.stringify(receipts)
    await buildReport(receipts, about())
    expect(JSON.stringify(receipts)).toBe(before)
  })

  it('makes the same sample, and the same digest, each time', async () => {
    const digests = await Promise.all(
      [makeSample({ n: 30 }), makeSample({ n: 30 })].map(async (made) => {
        const { store, keyring, period, now } = await made
        return reportDigest(await buildReport(store, { keyring, period, now }))
      }),
    )
    expect(digests[0]).toBe(digests[1])
  })

  it('ends where it is told to, also in a list; a chain that ends before is INCOMPLETE', async () => {
    const chain = plainChain(6)
    const upTo = (toSeq: number, source: Parameters<typeof buildReport>[0] = chain) =>
      buildReport(source, about({ chains: [{ chainId: 'acme', toSeq }] }))
    const lines = linesOf(chain)
    const store = memoryStore()
    await store.append('acme', chain, undefined)
    const three = await buildReport(chain.slice(0, 4), about({ chainId: 'acme' }))
    for (const source of [chain, lines, store]) {
      expect(await upTo(3, source)).toEqual(three)
      const none = await upTo(-1, source)
      expect(none).toMatchObject({ verdict: 'INCOMPLETE', period: { receipts: 0 } })
      expect(none.chains[0]).toMatchObject({ checked: 0, counts: { EMPTY: 1 } })
      expect((await upTo(9, source)).chains[0]?.counts).toEqual({ HEAD_NOT_REACHED: 1 })
    }
    // what can't be read has no place, and is judged
    const spoilt = await upTo(1, [lines[0] as string, 'no receipt', ...lines.slice(1)])
    expect(spoilt.chains[0]).toMatchObject({ checked: 3, counts: { LINE_MALFORMED: 1 } })
  })

  it('gives the same report again from its own parameters, also when the chains grew', async () => {
    const growing = await makeSample({ chains: 2, n: 60 })
    const { store, keyring, period, now, ledger, setClock } = growing
    const options: BuildReportOptions = {
      keyring,
      period,
      now,
      system: sampleSystem,
      locale: 'de',
      embed: 40,
      chains: ['brook-savings', 'not-there-yet'],
      statistics: {
        failure: [{ kind: 'error' }, { kind: 'action', actions: ['reject'] }],
        level: 0.99,
        expectedPerHour: 1,
      },
    }
    const report = await buildReport(store, options)
    setClock(Date.parse('2026-04-12T08:00:00.000Z'))
    for (const chainId of ['brook-savings', 'not-there-yet'])
      await new ReceiptCollector({ ledger, tenantId: 'brook-savings', chainId }).setInput('x').setAction('allow').emit()
    const grown = await buildReport(store, options)
    expect(toJson(grown)).not.toBe(toJson(report))
    const again = await buildReport(store, { ...rebuildOptions(report), keyring })
    expect(toJson(again)).toBe(toJson(report))
  })

  it('needs the functions that a report only names', async () => {
    const test = ({ action }: { action?: string | undefined }) => action === 'allow'
    const failure = [{ kind: 'custom', name: 'allowed', test }] as const
    const report = await buildReport(plainChain(3), about({ statistics: { failure } }))
    expect(report.parameters.failure).toEqual([{ kind: 'custom', name: 'allowed' }])
    expect(report.figures.failure.estimate).toMatchObject({ count: 3, n: 3 })
    expect(() => rebuildOptions(report)).toThrow(expect.objectContaining({ code: 'REPORT_CUSTOM_RULE' }))
    expect(() => rebuildOptions(report, { custom: {} })).toThrow(
      expect.objectContaining({ code: 'REPORT_CUSTOM_RULE' }),
    )
    const options = rebuildOptions(report, { custom: { allowed: test } })
    expect(toJson(await buildReport(plainChain(3), { ...options, keyring: trustOne }))).toBe(toJson(report))
  })
})

/** Where something was found in a list of objects has no line. */
function withoutLines(report: Report): Report {
  const strip = <T extends { readonly line?: number | undefined }>({ line: _line, ...rest }: T) => rest
  return {
    ...report,
    chains: report.chains.map((chain) => ({
      ...chain,
      problems: chain.problems.map(strip),
      notices: chain.notices.map(strip),
    })) as Report['chains'],
  }
}

describe('on the way', () => {
  it('it can be given up', async () => {
    const { store, keyring, period, now } = await sample()
    const reason = new Error('enough')
    await expect(buildReport(store, { keyring, period, now, signal: AbortSignal.abort(reason) })).rejects.toSatisfy(
      (error) => error === reason || codeOf(error) === 'VERIFY_ABORTED',
    )
    const controller = new AbortController()
    async function* endless() {
      for (const [index, receipt] of plainChain(20).entries()) {
        if (index === 10) controller.abort(reason)
        yield receipt
      }
    }
    await expect(buildReport(endless(), about({ signal: controller.signal }))).rejects.toMatchObject({
      code: 'VERIFY_ABORTED',
      cause: reason,
    })
  })

  it('it says how far it is', async () => {
    const { store, keyring, period, now, chainIds } = await sample({ chains: 2 })
    const heard: ReportProgress[] = []
    const report = await buildReport(store, { keyring, period, now, onProgress: (progress) => heard.push(progress) })
    const receipts = report.chains.reduce((sum, { checked }) => sum + checked, 0)
    expect(heard.at(-1)).toEqual({ chain: 2, chains: chainIds.length, receipts, totalReceipts: receipts })
  })

  it('a source that fails fails the report', async () => {
    async function* broken() {
      yield* plainChain(2)
      throw new Error('disk')
    }
    await expect(buildReport(broken(), about())).rejects.toThrow('disk')
  })
})
