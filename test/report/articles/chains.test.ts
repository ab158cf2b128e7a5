/** Chains made by hand, each with what one article asks for, and the same without it. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt, RetentionEvent } from '../../../src/receipt/types.js'
import type { AssessedChain, PruneFact } from '../../../src/report/articles/assess/index.js'
import { type Members, oversight, receipt } from '../../statistics/receipts.js'
import { DAY, instant, judged, oldChain } from './support.js'

const hash = `sha256:${'2'.repeat(64)}` as const
const day = (days: number): Members => ({ ms: days * DAY })

const chainStart = (retentionDays: number) =>
  receipt(0, {
    ...day(0),
    eventType: 'system',
    system: { event: 'chain_start', nonce: '0'.repeat(32), retentionDays, operator: 'example-bank' },
  })

const retention = (seq: number, days: number, event: RetentionEvent) =>
  receipt(seq, { ...day(days), eventType: 'retention', retention: event })

const pruned = (seq: number, days: number, throughSeq: number, policy = '184d:age') =>
  retention(seq, days, {
    event: 'prune',
    through: { seq: throughSeq, receiptHash: hash },
    count: throughSeq + 1,
    merkleRoot: hash,
    policy,
    reason: 'age',
  })

const decided = (seq: number, days: number, more: Members = {}) =>
  receipt(seq, { ...day(days), capture: { method: 'middleware' }, modelId: 'm-1', ...more })

/** What a verifier and a reader of the chain know beside the counts. */
function known(chain: readonly DecisionReceipt[]): AssessedChain {
  const [oldest] = chain
  const first = chain.find(({ system }) => system?.event === 'chain_start')?.system
  return {
    ...oldChain,
    oldest,
    retentionDays: first?.event === 'chain_start' ? first.retentionDays : undefined,
    prunes: chain.flatMap(({ timestamp, retention: event }): PruneFact[] =>
      event?.event === 'prune' ? [{ timestamp, throughSeq: event.through.seq, policy: event.policy }] : [],
    ),
  }
}

const shown = (id: string, chain: readonly DecisionReceipt[], asOfDay = 400) =>
  judged(chain, { chains: [known(chain)], asOf: instant(asOfDay) }).get(id)

describe('Article 12(1)', () => {
  const chain = [chainStart(184), decided(1, 1), decided(2, 2)]

  it('is shown by events that were recorded one after another, by themselves', () => {
    const finding = shown('ai-act-12-1', chain)
    expect(finding).toMatchObject({ state: 'EVIDENCE', reasons: [] })
    expect(finding?.evidence.map(({ receipts, speaking }) => [receipts, speaking.count])).toEqual([
      [3, 3],
      [2, 2],
      [1, 1],
    ])
  })

  it('is shown in a later period too, which has no beginning of the chain in it', () => {
    expect(shown('ai-act-12-1', chain.slice(1))).toMatchObject({ state: 'EVIDENCE', reasons: [] })
  })

  it('is shown in part where nothing says how events were recorded', () => {
    const silent = [chainStart(184), receipt(1, day(1))]
    expect(shown('ai-act-12-1', silent)).toMatchObject({ state: 'PARTIAL', reasons: ['SOME_MISSING'] })
  })
})

describe('Article 14', () => {
  const asks = { decision: { oversight: 'before', role: 'recommends' } } as const

  it('is shown in part by people who reviewed, approved or stopped', () => {
    const chain = [decided(0, 0, asks), oversight(1, 'approval', [0], day(0)), oversight(2, 'stop', [], day(1))]
    const finding = shown('ai-act-14', chain)
    expect(finding).toMatchObject({ state: 'PARTIAL', reasons: ['CEILING'], figures: ['oversight'] })
    expect(finding?.evidence[0]).toMatchObject({ receipts: 2, speaking: { count: 2, n: 2 } })
    expect(finding?.evidence[0]?.members.find(({ path }) => path === 'links.receiptId')?.present).toMatchObject({
      count: 1,
      n: 2,
    })
  })

  it('lacks something where nobody did what decisions asked for', () => {
    expect(shown('ai-act-14', [decided(0, 0, asks)])).toMatchObject({
      state: 'PARTIAL',
      reasons: ['CEILING', 'SOME_MISSING'],
    })
  })

  it('has no evidence in decisions that say nothing of people, and some where one was handed on', () => {
    expect(shown('ai-act-14', [decided(0, 0)])).toMatchObject({ state: 'NO EVIDENCE', reasons: ['NONE'] })
    const escalated = shown('ai-act-14', [decided(0, 0), decided(1, 0, { action: 'escalate' })])
    expect(escalated?.state).toBe('PARTIAL')
    expect(escalated?.evidence[2]).toMatchObject({ receipts: 1, speaking: { count: 1, n: 1 } })
  })
})

describe.each(['ai-act-19', 'ai-act-26-6'])('Articles 19 and 26(6): %s', (id) => {
  const of = (chain: readonly DecisionReceipt[], asOfDay?: number) => {
    const finding = shown(id, chain, asOfDay)
    return [finding?.state, ...(finding?.reasons ?? [])]
  }

  it('are shown by receipts that are still there after six months: 184 days', () => {
    const chain = [chainStart(184), decided(1, 1), decided(2, 183)]
    expect(of(chain, 184)).toEqual(['EVIDENCE'])
    expect(of(chain, 183.9)).toEqual(['PARTIAL', 'YOUNGER_THAN_LEAST'])
  })

  it('are shown where what went was old enough', () => {
    // the first that stayed is 184 days old when the removal is recorded
    const chain = [decided(5, 16), decided(6, 199), pruned(7, 200, 4)]
    expect(of(chain, 210)).toEqual(['EVIDENCE'])
  })

  it('are not shown where what went may have been younger', () => {
    const chain = [decided(5, 100), decided(6, 199), pruned(7, 200, 4)]
    expect(of(chain, 400)).toEqual(['PARTIAL', 'REMOVED_EARLY'])
  })

  it('look at the removal that was carried out, not at one that was only recorded, nor at those before', () => {
    // recorded at day 210 through seq 6, but seq 5 is still there
    const recorded = [decided(5, 16), decided(6, 100), pruned(7, 200, 4), pruned(8, 210, 6)]
    expect(of(recorded, 400)).toEqual(['EVIDENCE'])
    // removed twice, a month apart; the first that stayed then is gone by now
    const twice = [decided(9, 46), pruned(10, 200, 4), pruned(11, 230, 8)]
    expect(of(twice, 400)).toEqual(['EVIDENCE'])
  })

  it('are not shown by a chain that promises less', () => {
    expect(of([chainStart(30), decided(1, 1)])).toEqual(['PARTIAL', 'RETENTION_BELOW_LEAST'])
    // the promise stands in the policy of a removal, once the beginning is gone
    const chain = [decided(5, 1), pruned(6, 200, 4, '30d:override:test:age')]
    expect(of(chain)).toEqual(['PARTIAL', 'RETENTION_BELOW_LEAST'])
    expect(of([decided(5, 1), pruned(6, 200, 4, 'by-hand')])).toEqual(['EVIDENCE'])
  })

  it('are not undone by a chain that began lately and lost nothing', () => {
    const old = [chainStart(184), decided(1, 1)]
    const young = known([decided(0, 399)])
    const finding = judged(old, { chains: [known(old), young] }).get(id)
    expect(finding).toMatchObject({ state: 'EVIDENCE', reasons: [] })
    expect(judged(old, { chains: [young] }).get(id)?.reasons).toEqual(['YOUNGER_THAN_LEAST'])
  })
})

describe('Article 17 of the GDPR', () => {
  const erased = retention(2, 2, {
    event: 'erase',
    receipts: [{ seq: 1, receiptId: '00000000-0000-7000-8000-000000000001', detailsHash: hash }],
    reason: 'request',
  })

  it('is shown in part by an erasure, a destroyed secret or a removal', () => {
    const shredded = retention(3, 3, { event: 'shred', secretId: 'people-1', use: 'pseudonym', reason: 'request' })
    for (const event of [erased, shredded, pruned(4, 200, 0)]) {
      expect(shown('gdpr-17', [chainStart(184), decided(1, 1), event])).toMatchObject({
        state: 'PARTIAL',
        reasons: ['CEILING'],
      })
    }
    expect(shown('gdpr-17', [chainStart(184), decided(1, 1), erased])?.evidence[0]).toMatchObject({
      receipts: 1,
      speaking: { count: 1, n: 1 },
    })
  })

  it('has no evidence where nothing was erased, and that is no fault of the chain', () => {
    expect(shown('gdpr-17', [chainStart(184), decided(1, 1)])).toMatchObject({
      state: 'NO EVIDENCE',
      reasons: ['NONE'],
    })
  })

  it('is in scope whatever the system is', () => {
    const finding = judged([erased], { system: { highRisk: false } }).get('gdpr-17')
    expect(finding).toMatchObject({ state: 'PARTIAL', applies: 'yes', covers: 'personal-data' })
  })
})
