import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineOf } from '../../../src/receipt/seal.js'
import {
  type Coverage,
  type CoverageCode,
  type CoverageOfOptions,
  coverageCodes,
  coverageOf,
  createCoverage,
} from '../../../src/report/coverage.js'
import { memoryStore } from '../../../src/store/memory.js'
import { testReceiptKeyId } from '../../../src/testing/receipts.js'
import { Keyring } from '../../../src/verify/index.js'
import { about, type Body, type ChainOptions, digest, good, idOf, keyring, now, START, sealed } from './support.js'

const of = (bodies: readonly Body[], more: Partial<CoverageOfOptions> = {}, chain: ChainOptions = {}) =>
  coverageOf(sealed(bodies, chain), { keyring, now, ...more })

/** Seqs of the first and the last example. */
const places = (coverage: Coverage) =>
  Object.fromEntries(
    coverage.findings.map(({ code, count, n, first, last }) => [code, [count, n, first?.seq, last?.seq]]),
  )

/** A chain of every type that a collector writes, in which nothing is left out. */
const clean: readonly Body[] = [
  good.start(),
  good.decision({ decision: { oversight: 'before' } }),
  good.request(1, 'q-1'),
  good.review(1, 'approval', 'q-1'),
  good.inference({ parentReceiptId: idOf(1) }),
  good.call('c-1', { parentReceiptId: idOf(1) }),
  good.result('c-1', { parentReceiptId: idOf(5) }),
  { ...good.decision(), eventType: 'annotation', action: undefined, checks: undefined, links: [about(1)] } as Body,
  good.end(),
  { eventType: 'system', system: { event: 'heartbeat', dropped: 0 } },
]

/** One defect each: the chain, and where it must be found. */
const defects: readonly (readonly [CoverageCode, readonly Body[], readonly [number, number, number, number]])[] = [
  ['OVERSIGHT_BEFORE_MISSING', [...clean, good.decision({ decision: { oversight: 'before' } })], [1, 2, 10, 10]],
  ['OVERSIGHT_AFTER_MISSING', [...clean, good.decision({ decision: { oversight: 'after' } })], [1, 1, 10, 10]],
  ['OVERSIGHT_REQUEST_OPEN', [...clean, good.request(1, 'q-2')], [1, 2, 10, 10]],
  ['INPUT_MISSING', [...clean, good.decision({ input: undefined })], [1, 3, 10, 10]],
  ['OUTPUT_MISSING', [...clean, good.decision({ output: undefined })], [1, 3, 10, 10]],
  ['CONTENT_MISSING', [...clean, good.decision({ input: undefined, output: undefined })], [1, 3, 10, 10]],
  ['CHECKS_MISSING', [...clean, good.decision({ checks: [] })], [1, 2, 10, 10]],
  ['MODEL_MISSING', [...clean, good.inference({ modelId: undefined })], [1, 3, 10, 10]],
  ['SYSTEM_VERSION_MISSING', [...clean, good.decision({ systemVersion: undefined })], [1, 2, 10, 10]],
  ['TOOL_RESULT_MISSING', [...clean, good.call('c-2')], [1, 2, 10, 10]],
  ['SESSION_NOT_CLOSED', [...clean, good.start('s-2')], [1, 2, 10, 10]],
  ['SPAN_NOT_ENDED', [...clean, good.decision({ startedAt: '2026-03-04T05:00:00.000Z' })], [1, 1, 10, 10]],
  ['PARENT_NOT_SEALED', [...clean, good.decision({ parentReceiptId: idOf(99) })], [1, 4, 10, 10]],
  ['LINK_TARGET_MISSING', [...clean, good.decision({ links: [about(98, 0, 'derived_from')] })], [1, 4, 10, 10]],
  ['CAPTURE_MISSING', [...clean, good.decision({ capture: undefined })], [1, 10, 10, 10]],
  ['REDACTOR_MISSING', [...clean, good.decision({ redactor: undefined })], [1, 10, 10, 10]],
  [
    'GAP_DECLARED',
    [
      ...clean,
      {
        eventType: 'system',
        system: {
          event: 'gap',
          from: '2026-03-04T05:06:10.000Z',
          to: '2026-03-04T05:06:11.000Z',
          reason: 'overload',
          count: 7,
        },
      },
    ],
    [1, 2, 10, 10],
  ],
  [
    'HEARTBEAT_DROPPED',
    [...clean, { eventType: 'system', system: { event: 'heartbeat', dropped: 3 } }],
    [1, 2, 10, 10],
  ],
  [
    'RECEIPTS_LOST',
    [
      ...clean,
      {
        eventType: 'system',
        system: { event: 'rollback', lost: [{ seq: 4, receiptId: idOf(97), receiptHash: digest }] },
      },
    ],
    [1, 2, 10, 10],
  ],
]

describe('a chain in which nothing is left out', () => {
  test('has no finding, says of how many, and says that this is not completeness', async () => {
    const coverage = await of(clean)
    expect(coverage).toMatchObject({
      format: 'quittance-coverage/1',
      verdict: 'VALID',
      receipts: 10,
      findings: [],
      withoutModel: 0,
    })
    expect(coverage.clear.map(({ code }) => code)).toEqual([...coverageCodes])
    expect(coverage.clear.find(({ code }) => code === 'OVERSIGHT_BEFORE_MISSING')?.n).toBe(1)
    expect(coverage.clear.find(({ code }) => code === 'SPAN_NOT_ENDED')?.n).toBe(0)
    expect(coverage.limits).toMatch(/never recorded can not be seen/)
    expect(coverage.eventTypes.missing.map(({ eventType }) => eventType)).toEqual(['key', 'retention'])
    expect(coverage.models.labels.map(({ label, count }) => [label, count])).toEqual([
      ['model-1', 2],
      ['model-2', 1],
    ])
    expect(coverage.capture).toMatchObject({
      by: [{ method: 'middleware', name: 'api', version: '2', count: 9 }],
      other: 0,
      without: 0,
    })
  })

  test('gives JSON that says it all', async () => {
    const coverage = await of(clean)
    expect(JSON.parse(JSON.stringify(coverage))).toEqual(coverage)
  })
})

describe('each defect', () => {
  test.each(defects)('%s is found once, in its place, and nothing else', async (code, bodies, place) => {
    const coverage = await of(bodies)
    expect(coverage.verdict).toBe('VALID')
    expect(places(coverage)).toEqual({ [code]: place })
    expect(coverage.findings[0]?.recommendation).toMatch(/\.$/)
  })

  test('that can be is in the table, but for silence', () => {
    const tried = new Set<string>(defects.map(([code]) => code))
    expect(coverageCodes.filter((code) => !tried.has(code))).toEqual(['GAP_UNEXPLAINED', 'SILENCE_TOO_LONG'])
  })

  test('silence that nothing explains', async () => {
    const steady = Array.from({ length: 80 }, (_, n) => good.decision({ ms: n * 1_000 }))
    const then = Array.from({ length: 20 }, (_, n) => good.decision({ ms: 4_000_000 + n * 1_000 }))
    const coverage = await of([...steady, ...then])
    expect(places(coverage)).toEqual({ GAP_UNEXPLAINED: [1, 99, 79, 80] })
    expect((await of(steady)).findings).toEqual([])
  })

  test('says how many receipts an admission names', async () => {
    const of19 = (code: CoverageCode) => defects.find(([one]) => one === code)?.[1] as readonly Body[]
    for (const [code, receipts] of [
      ['GAP_DECLARED', 7],
      ['HEARTBEAT_DROPPED', 3],
      ['RECEIPTS_LOST', 1],
    ] as const)
      expect((await of(of19(code))).findings).toMatchObject([{ code, receipts }])
  })

  test('has words in both languages', async () => {
    for (const [code, bodies] of defects) {
      const [en, de] = await Promise.all([of(bodies), of(bodies, { locale: 'de' })])
      expect([en.findings[0]?.code, de.findings[0]?.code]).toEqual([code, code])
      expect(de.findings[0]?.title).not.toBe(en.findings[0]?.title)
      expect(de.findings[0]?.recommendation).not.toBe(en.findings[0]?.recommendation)
    }
  })
})

describe('what is no defect', () => {
  const none = async (...more: readonly Body[]) => (await of([...clean, ...more])).findings.map(({ code }) => code)

  test('a parent that is sealed after its children', async () => {
    expect(await none(good.inference({ parentReceiptId: idOf(11) }), good.decision())).toEqual([])
  })

  test('a result that names its call by the id of the call, by its parent or by a link', async () => {
    expect(await none(good.call('c-2'), good.result('c-2'))).toEqual([])
    expect(await none(good.call('c-2'), good.result('other', { parentReceiptId: idOf(10) }))).toEqual([])
    expect(await none(good.call('c-2'), good.result('other', { links: [about(10)] }))).toEqual([])
    expect(await none(good.call('c-2'), good.result('c-2', { traceId: 'trace-2' }))).toEqual(['TOOL_RESULT_MISSING'])
  })

  test('a call that failed, was refused or holds its result', async () => {
    expect(await none(good.call('c-2', { error: { code: 'timeout' } }))).toEqual([])
    expect(await none(good.call('c-2', { action: 'reject' }))).toEqual([])
    expect(await none(good.call('c-2', { output: { kind: 'text', hash: digest } }))).toEqual([])
  })

  test('no output where something failed or was held back', async () => {
    expect(await none(good.decision({ output: undefined, action: 'reject' }))).toEqual([])
    expect(await none(good.decision({ output: undefined, action: undefined, error: { code: 'down' } }))).toEqual([])
  })

  test('a decision whose model call is an inference of its own, before or after it', async () => {
    const decision = good.decision({ modelId: undefined })
    expect(await none(good.inference({ parentReceiptId: idOf(11) }), decision)).toEqual([])
    expect(await none(decision, good.inference({ parentReceiptId: idOf(10) }))).toEqual([])
  })

  test('an approval of the request for it', async () => {
    const decision = good.decision({ decision: { oversight: 'after' } })
    expect(await none(decision, good.request(10, 'q-2'), good.review(11, 'approval'))).toEqual([])
    expect(await none(decision, good.request(10, 'q-2'), good.review(1, 'rejection', 'q-2'))).toEqual([])
    expect(await none(decision, good.request(10, 'q-2'), good.review(10, 'escalation', 'q-2'))).toEqual([
      'OVERSIGHT_AFTER_MISSING',
      'OVERSIGHT_REQUEST_OPEN',
    ])
  })

  test('a quorum is counted by persons', async () => {
    const asked = good.request(1, 'q-2', { humanOversight: { kind: 'request', requestId: 'q-2', quorum: 2 } })
    expect(await none(asked, good.review(1, 'approval', 'q-2', 1), good.review(1, 'approval', 'q-2', 1))).toEqual([
      'OVERSIGHT_REQUEST_OPEN',
    ])
    expect(await none(asked, good.review(1, 'approval', 'q-2', 1), good.review(1, 'approval', 'q-2', 2))).toEqual([])
  })

  test('a span that another receipt ends', async () => {
    const span = { traceId: 't', spanId: 'sp', startedAt: '2026-03-04T05:00:00.000Z' }
    expect(await none(good.decision(span), good.inference({ ...span, endedAt: '2026-03-04T05:00:01.000Z' }))).toEqual(
      [],
    )
  })
})

describe('what can not be known', () => {
  test('links into other chains are counted, not followed', async () => {
    const coverage = await of([
      ...clean,
      good.decision({ links: [{ ...about(7), rel: 'delegated_from', chainId: 'other' }] }),
    ])
    expect([coverage.findings, coverage.notSeen.linksElsewhere]).toEqual([[], 1])
  })

  test('what is older than a chain that was pruned may have been there', async () => {
    const older = idOf(1, 0, START - 86_400_000)
    const bodies = [good.decision({ parentReceiptId: older }), good.decision({ parentReceiptId: idOf(98) })]
    const coverage = await of(bodies, {}, { firstSeq: 5 })
    expect(coverage.verdict).toBe('INCOMPLETE')
    expect([places(coverage), coverage.notSeen.beforeBeginning]).toEqual([{ PARENT_NOT_SEALED: [1, 2, 6, 6] }, 1])
    expect(places(await of(bodies))).toEqual({ PARENT_NOT_SEALED: [2, 2, 0, 1] })
  })

  test('who was let go for want of memory is said', async () => {
    const calls = Array.from({ length: 20 }, (_, n) => good.call(`c-${n}`))
    const coverage = await of(calls, { waitingLimit: 2, receiptLimit: 2 })
    const [finding] = coverage.findings
    expect(finding?.code).toBe('TOOL_RESULT_MISSING')
    expect((finding?.count ?? 0) + (finding?.undecided ?? 0)).toBe(20)
    expect(finding?.undecided).toBeGreaterThan(0)
    expect(coverage.notSeen.forgottenReceipts).toBeGreaterThan(0)
  })
})

describe('verification comes first', () => {
  test('a receipt that was changed counts nowhere, and looks as if it had never been sealed', async () => {
    const lines = sealed(clean).map(lineOf)
    const changed = lines.map((line, seq) => (seq === 5 ? line.replace('"search"', '"delete"') : line))
    const coverage = await coverageOf(changed, { keyring, now })
    expect(coverage.verdict).toBe('INVALID')
    expect(coverage.chains).toMatchObject([{ checked: 10, counted: 9, counts: { HASH_MISMATCH: 1 } }])
    expect(places(coverage)).toEqual({ PARENT_NOT_SEALED: [1, 2, 6, 6] })
  })

  test('a key that nobody vouches for counts nothing', async () => {
    const stranger = new Keyring([testReceiptKeyId()])
    const coverage = await coverageOf(sealed(clean), { keyring: stranger, now })
    expect([coverage.verdict, coverage.receipts, coverage.chains[0]?.counted]).toEqual(['INCOMPLETE', 0, 0])
  })

  test('no chain is INCOMPLETE', async () => {
    expect(await coverageOf(memoryStore(), { keyring })).toMatchObject({
      verdict: 'INCOMPLETE',
      chains: [],
      receipts: 0,
    })
  })
})

describe('a period', () => {
  const period = { from: '2026-03-04T05:06:15.000Z', until: '2026-03-04T05:06:18.000Z' }

  test('counts what was sealed in it, and lets what was sealed outside answer it', async () => {
    const bodies = [
      good.decision({ checks: [] }),
      ...clean.slice(0, 7),
      good.call('late', { ms: 8_000 }),
      good.call('open', { ms: 9_000 }),
      good.decision({ ms: 20_000, checks: [] }),
      good.result('late', { ms: 30_000 }),
    ].map((body, n) => ({ ms: n * 1_000, ...body }))
    const coverage = await of(bodies, { period, chainId: 'acme' })
    expect([coverage.receipts, coverage.period]).toEqual([2, period])
    expect(coverage.findings.filter(({ code }) => !code.startsWith('GAP'))).toMatchObject([
      { code: 'TOOL_RESULT_MISSING', count: 1, n: 2, first: { seq: 9 } },
    ])
  })

  test('silence before the chain began, or ahead of the clock, is none', async () => {
    const bodies = Array.from({ length: 80 }, (_, n) => good.decision({ ms: n * 1_000 }))
    const year = { from: '2026-01-01T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z' }
    const gaps = async (at: string, firstSeq = 0) => {
      const { findings } = await of(bodies, { period: year, now: at }, { firstSeq })
      return findings.map(({ code, count }) => [code, count])
    }
    expect(await gaps('2026-03-04T05:07:28.000Z')).toEqual([])
    expect(await gaps('2026-06-01T00:00:00.000Z')).toEqual([['GAP_UNEXPLAINED', 1]])
    // a chain whose beginning is not there may have been silent before
    expect(await gaps('2026-06-01T00:00:00.000Z', 7)).toEqual([['GAP_UNEXPLAINED', 2]])
  })

  test('that makes no sense is refused', async () => {
    await expect(of(clean, { period: { from: period.until, until: period.from } })).rejects.toThrow(RangeError)
    expect(() => createCoverage({ locale: 'fr' as 'de' })).toThrow(TypeError)
    expect(() => createCoverage({ perod: period } as object)).toThrow(/perod/)
  })
})

describe('several chains', () => {
  const chains = [
    sealed([...clean, good.call('c-9')], { chainId: 'b', number: 2 }),
    sealed([good.decision({ checks: [] }), good.decision({ modelId: 'model-9' })], { chainId: 'a', number: 1 }),
    sealed([good.decision({ checks: [], capture: undefined })], { chainId: 'c', number: 3 }),
  ]

  test('of a store are added up, whichever is asked for', async () => {
    const store = memoryStore()
    for (const receipts of chains) await store.append(receipts[0]?.chainId as string, receipts, undefined)
    const all = await coverageOf(store, { keyring, now })
    expect(all.chains.map(({ chainId, receipts }) => [chainId, receipts])).toEqual([
      ['a', 2],
      ['b', 11],
      ['c', 1],
    ])
    expect(all.findings.find(({ code }) => code === 'CHECKS_MISSING')).toMatchObject({
      count: 2,
      n: 4,
      first: { chainId: 'a', seq: 0 },
      last: { chainId: 'c', seq: 0 },
    })
    const one = await coverageOf(store, { keyring, now, chainId: 'c' })
    expect(one.chains).toEqual(all.chains.slice(2))
    const two = await coverageOf(store, { keyring, now, chains: ['c', 'a'] })
    expect(two.chains.map(({ chainId }) => chainId)).toEqual(['a', 'c'])
  })

  test('come in any order, also mixed, as long as each is in order', () => {
    const together = (order: readonly number[]) => {
      const coverage = createCoverage({ now })
      const at = chains.map(() => 0)
      for (const chain of order) {
        const receipt = chains[chain]?.[at[chain] as number]
        if (receipt === undefined) continue
        at[chain] = (at[chain] as number) + 1
        coverage.update(receipt)
      }
      return coverage.figures()
    }
    const everyOne = chains.flatMap((receipts, chain) => receipts.map(() => chain))
    const expected = together(everyOne)
    expect(expected.receipts).toBe(14)
    fc.assert(
      fc.property(fc.shuffledSubarray(everyOne, { minLength: everyOne.length }), (order) => {
        expect(together(order)).toEqual(expected)
      }),
    )
  })
})
