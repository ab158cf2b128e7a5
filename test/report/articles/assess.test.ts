/** Judging: each state, each reason, and what can't lower a state. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import {
  type AssessedChain,
  type AssessmentContext,
  assessProvisions,
  createProvisionEvidence,
} from '../../../src/report/articles/assess/index.js'
import type { ProvisionReason, ProvisionState } from '../../../src/report/types.js'
import { details, oversight, person, receipt } from '../../statistics/receipts.js'
import { fullChain } from '../../verify/full-receipts.js'
import { context, instant, judged, oldChain, provisions, verdictOf } from './support.js'

const hash = `sha256:${'1'.repeat(64)}` as const

/** A decision of a search for a face that holds all that Article 12(3) asks for. */
const search = (seq: number, more: object = {}) =>
  receipt(seq, {
    startedAt: instant(0),
    endedAt: instant(0),
    modelId: 'm-1',
    systemVersion: '4',
    traceId: `trace-${seq}`,
    latencyMs: 12,
    capture: { method: 'middleware' },
    sources: [{ type: 'reference_database', id: 'faces', match: { found: true, recordId: person(7) } }],
    pseudonymKeyId: 'people-1',
    input: { kind: 'bytes', hash },
    checks: [{ name: 'quality', fired: false }],
    ...more,
  })

const searches = [search(0), search(1), oversight(2, 'verification', [0])]

const everything: readonly DecisionReceipt[] = [...searches, ...fullChain]

describe('a state', () => {
  it('is EVIDENCE where receipts show all they can, on a chain that is VALID', () => {
    const shown = [...judged(searches)].filter(([, { state }]) => state === 'EVIDENCE').map(([id]) => id)
    expect(shown).toEqual([
      'ai-act-12-1',
      'ai-act-12-2-a',
      'ai-act-12-2-b',
      'ai-act-12-2-c',
      'ai-act-12-3',
      'ai-act-19',
      'ai-act-26-6',
    ])
    for (const id of shown) expect(verdictOf(id, searches).reasons).toEqual([])
  })

  it('is PARTIAL at the most where the article is about more than receipts', () => {
    for (const { id, atMost } of provisions) {
      if (atMost === 'EVIDENCE') continue
      const { state, reasons } = verdictOf(id, everything)
      expect(reasons.includes('CEILING'), id).toBe(state === 'PARTIAL')
      expect(state, id).not.toBe('EVIDENCE')
    }
  })

  it('is NO EVIDENCE where nothing speaks, and says whether there was anything at all', () => {
    const start = receipt(0, { eventType: 'system', system: { event: 'heartbeat' } })
    expect(verdictOf('ai-act-14', [start])).toEqual({ state: 'NO EVIDENCE', reasons: ['NONE'] })
    for (const [id, { state, reasons, evidence }] of judged([])) {
      expect({ id, state, reasons }).toEqual({ id, state: 'NO EVIDENCE', reasons: ['PERIOD_EMPTY'] })
      for (const { speaking } of evidence) expect(speaking).toMatchObject({ count: 0, n: 0, absent: 'NO_OBSERVATIONS' })
    }
  })

  it('is not raised by what only goes beside other things', () => {
    // decisions alone say nothing of incidents, disclosures or of anybody watching
    for (const id of ['ai-act-73', 'ai-act-50', 'ai-act-26-5', 'ai-act-20']) {
      expect(verdictOf(id, [search(0)]), id).toEqual({ state: 'NO EVIDENCE', reasons: ['NONE'] })
    }
    const told = search(1, { details: details({ disclosures: ['You talk to a machine.'] }) })
    expect(verdictOf('ai-act-50', [told]).state).toBe('PARTIAL')
  })

  it('is not lowered for want of an incident, a gap, a change or a removal', () => {
    for (const id of ['ai-act-12-1', 'ai-act-12-2-a', 'ai-act-12-2-c', 'ai-act-19']) {
      expect(verdictOf(id, searches).reasons, id).not.toContain('SOME_MISSING')
    }
  })

  it('is lowered for want of decisions', () => {
    const onlyAnnotated = [receipt(0, { eventType: 'annotation', reasonCodes: ['ground_truth'] })]
    expect(verdictOf('ai-act-12-2-b', onlyAnnotated)).toEqual({ state: 'PARTIAL', reasons: ['SOME_MISSING'] })
    expect(verdictOf('ai-act-12-1', onlyAnnotated)).toEqual({ state: 'PARTIAL', reasons: ['SOME_MISSING'] })
  })

  it('is lowered where only some carry what each should', () => {
    const without = search(3, { endedAt: undefined })
    expect(verdictOf('ai-act-12-3', [...searches, without])).toEqual({ state: 'PARTIAL', reasons: ['SOME_WITHOUT'] })
    const byHand = search(3, { capture: undefined })
    expect(verdictOf('ai-act-12-1', [...searches, byHand])).toEqual({ state: 'PARTIAL', reasons: ['SOME_WITHOUT'] })
  })

  it('is PARTIAL at the most on a chain that is not VALID', () => {
    const broken: AssessedChain = { ...oldChain, chainId: 'broken', verdict: 'INVALID' }
    const short: AssessedChain = { ...oldChain, chainId: 'short', verdict: 'INCOMPLETE' }
    const of = (...chains: AssessedChain[]) => verdictOf('ai-act-12-1', searches, { chains })
    expect(of(oldChain, broken)).toEqual({ state: 'PARTIAL', reasons: ['CHAIN_INVALID'] })
    expect(of(oldChain, short)).toEqual({ state: 'PARTIAL', reasons: ['CHAIN_INCOMPLETE'] })
    expect(of(broken, short)).toEqual({ state: 'PARTIAL', reasons: ['CHAIN_INVALID', 'CHAIN_INCOMPLETE'] })
    // what was not counted may be why there is nothing
    expect(verdictOf('gdpr-17', searches, { chains: [broken] })).toEqual({
      state: 'NO EVIDENCE',
      reasons: ['NONE', 'CHAIN_INVALID'],
    })
  })
})

describe('scope', () => {
  const stateFor = (id: string, system: AssessmentContext['system']) => verdictOf(id, everything, { system })
  const out = (reason: ProvisionReason) => ({ state: 'OUT OF SCOPE', reasons: [reason] })

  it('follows what the caller said of risk', () => {
    for (const { id, covers } of provisions) {
      const { state, reasons } = stateFor(id, { highRisk: false })
      const aboutHighRisk = covers === 'high-risk' || covers.startsWith('annex-iii')
      if (aboutHighRisk) expect({ state, reasons }, id).toEqual(out('NOT_HIGH_RISK'))
      else expect(state, id).not.toBe('OUT OF SCOPE')
    }
  })

  it('follows the point of Annex III', () => {
    expect(stateFor('ai-act-12-3', { annexIII: '5(b)' })).toEqual(out('OTHER_ANNEX_III_POINT'))
    expect(stateFor('ai-act-12-3', { annexIII: '1(b)' })).toEqual(out('OTHER_ANNEX_III_POINT'))
    expect(stateFor('ai-act-12-3', { annexIII: '1(a)' }).state).not.toBe('OUT OF SCOPE')
    // Articles 27(1) and 86(1) leave out critical infrastructure
    for (const id of ['ai-act-27', 'ai-act-86']) {
      expect(stateFor(id, { annexIII: '2' })).toEqual(out('OTHER_ANNEX_III_POINT'))
      expect(stateFor(id, { annexIII: '5(b)' }).state).toBe('PARTIAL')
    }
    expect(stateFor('ai-act-14', { annexIII: '2' }).state).toBe('PARTIAL')
  })

  it('is never guessed: what nobody said is judged as if it were, and that is said', () => {
    const unstated = (system: AssessmentContext['system']) =>
      provisions.filter(({ id }) => stateFor(id, system).reasons.includes('SYSTEM_UNSTATED')).map(({ cite }) => cite)
    const all = provisions.filter(({ covers }) => covers === 'high-risk' || covers.startsWith('annex'))
    expect(unstated(undefined)).toEqual(all.map(({ cite }) => cite))
    expect(unstated({})).toEqual(unstated(undefined))
    // which annex makes it high-risk stays open
    expect(unstated({ highRisk: true })).toEqual(['12(3)', '27', '86'])
    expect(unstated({ annexIII: '5(b)' })).toEqual([])
    expect(unstated({ annexIII: '1' })).toEqual(['12(3)'])
    const { state } = stateFor('ai-act-12-1', undefined)
    expect(state).toBe(stateFor('ai-act-12-1', { highRisk: true }).state)
  })
})

describe('whether a provision applied', () => {
  const appliesTo = (id: string, day: string, system?: AssessmentContext['system']) =>
    judged([], { asOf: `${day}T12:00:00.000Z`, system }).get(id)?.applies

  it('follows the day and the annex', () => {
    expect(appliesTo('ai-act-12-1', '2027-12-01', { annexIII: '5(b)' })).toBe('not-yet')
    expect(appliesTo('ai-act-12-1', '2027-12-02', { annexIII: '5(b)' })).toBe('yes')
    expect(appliesTo('ai-act-12-1', '2027-12-02', { highRisk: true })).toBe('depends')
    expect(appliesTo('ai-act-12-1', '2028-08-02', { highRisk: true })).toBe('yes')
    expect(appliesTo('ai-act-12-3', '2027-12-02')).toBe('yes')
    expect(appliesTo('gdpr-17', '2018-05-24')).toBe('not-yet')
    expect(appliesTo('gdpr-17', '2018-05-25')).toBe('yes')
  })

  it('leaves open what the texts leave open', () => {
    // Article 50(2) has a later day for earlier systems
    expect(appliesTo('ai-act-50', '2026-08-01')).toBe('not-yet')
    expect(appliesTo('ai-act-50', '2026-08-02')).toBe('depends')
    expect(appliesTo('ai-act-50', '2026-12-02')).toBe('yes')
    // Chapter IX applies before the article that says what is high-risk
    for (const id of ['ai-act-72', 'ai-act-73', 'ai-act-86']) {
      expect(appliesTo(id, '2026-08-01', { annexIII: '5(b)' })).toBe('not-yet')
      expect(appliesTo(id, '2026-08-02', { annexIII: '5(b)' })).toBe('depends')
      expect(appliesTo(id, '2027-12-02', { annexIII: '5(b)' })).toBe('yes')
    }
  })
})

describe('every state and every reason', () => {
  it('can be reached', () => {
    const young = { ...oldChain, oldest: { ...oldChain.oldest!, timestamp: instant(300) } }
    const pruned = {
      ...young,
      oldest: { ...young.oldest, seq: 9 },
      retentionDays: 30,
      prunes: [{ timestamp: instant(330), throughSeq: 8, policy: '30d:override:test:age' }],
    }
    const runs: readonly ReturnType<typeof judged>[] = [
      judged(searches),
      judged([]),
      judged(searches, { system: undefined }),
      judged(searches, { system: { highRisk: false } }),
      judged(searches, { system: { annexIII: '2' } }),
      judged([...searches, search(3, { endedAt: undefined })], { chains: [young] }),
      judged([receipt(0, { eventType: 'annotation' })], { chains: [pruned] }),
      judged(searches, { chains: [{ ...oldChain, verdict: 'INVALID' }] }),
      judged(searches, { chains: [{ ...oldChain, verdict: 'INCOMPLETE' }] }),
    ]
    const found = runs.flatMap((run) => [...run.values()])
    const states: Record<ProvisionState, true> = {
      EVIDENCE: true,
      PARTIAL: true,
      'NO EVIDENCE': true,
      'OUT OF SCOPE': true,
    }
    const reasons: Record<ProvisionReason, true> = {
      CEILING: true,
      SOME_MISSING: true,
      SOME_WITHOUT: true,
      NONE: true,
      PERIOD_EMPTY: true,
      CHAIN_INVALID: true,
      CHAIN_INCOMPLETE: true,
      YOUNGER_THAN_LEAST: true,
      REMOVED_EARLY: true,
      RETENTION_BELOW_LEAST: true,
      NOT_HIGH_RISK: true,
      OTHER_ANNEX_III_POINT: true,
      SYSTEM_UNSTATED: true,
    }
    expect([...new Set(found.map(({ state }) => state))].sort()).toEqual(Object.keys(states).sort())
    expect([...new Set(found.flatMap((one) => one.reasons))].sort()).toEqual(Object.keys(reasons).sort())
    for (const { state, reasons: why } of found) {
      expect(new Set(why).size).toBe(why.length)
      if (state === 'EVIDENCE') expect(why.filter((reason) => reason !== 'SYSTEM_UNSTATED')).toEqual([])
      else expect(why).not.toEqual([])
    }
  })
})

describe('more evidence', () => {
  const rank: Record<ProvisionState, number> = { 'OUT OF SCOPE': 0, 'NO EVIDENCE': 0, PARTIAL: 1, EVIDENCE: 2 }
  // each of these carries whatever each of its kind should carry
  const good = [...everything.filter(({ eventType }) => eventType !== 'decision'), ...searches]
    .filter(({ eventType }) => !/^(inference|tool_|session_)/.test(eventType))
    .map((one, seq) => ({ ...one, seq }))

  it('never lowers a state, all else equal', () => {
    fc.assert(
      fc.property(fc.subarray(good), fc.subarray(good), fc.boolean(), (some, more, valid) => {
        const chains: AssessedChain[] = [{ ...oldChain, verdict: valid ? 'VALID' : 'INCOMPLETE' }]
        const before = judged(some, { chains })
        const after = judged([...some, ...more], { chains })
        for (const [id, { state }] of before) {
          expect(rank[after.get(id)?.state ?? 'OUT OF SCOPE'], id).toBeGreaterThanOrEqual(rank[state])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('of a worse chain never raises one', () => {
    fc.assert(
      fc.property(fc.subarray(good), fc.constantFrom('INVALID' as const, 'INCOMPLETE' as const), (some, verdict) => {
        const before = judged(some)
        const after = judged(some, { chains: [oldChain, { ...oldChain, chainId: 'worse', verdict }] })
        for (const [id, { state }] of before) {
          expect(rank[after.get(id)?.state ?? 'EVIDENCE'], id).toBeLessThanOrEqual(rank[state])
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('a finding', () => {
  it('has a rate with its interval for each pointer and each member, and its receipts', () => {
    const finding = judged(searches, { level: 0.99 }).get('ai-act-12-3')
    const [period] = finding?.evidence ?? []
    // Wilson's interval for 2 of 2 at 99 %: lower end 2 / (2 + 2.5758²)
    expect(period?.speaking).toMatchObject({ count: 2, n: 2, level: 0.99, rate: 1 })
    expect(period?.speaking.interval?.lower).toBeCloseTo(2 / (2 + 2.5758293 ** 2), 6)
    expect(period?.members[0]).toMatchObject({
      path: 'startedAt',
      first: { chainId: 'acme', seq: 0 },
      last: { chainId: 'acme', seq: 1 },
    })
  })

  it('names figures, for every provision and for no other', () => {
    const findings = [...judged([]).values()]
    expect(findings.map(({ id }) => id)).toEqual(provisions.map(({ id }) => id))
    for (const { id, figures } of findings) {
      expect(new Set(figures).size).toBe(figures.length)
      if (id !== 'ai-act-18') expect(figures.length, id).toBeGreaterThan(0)
    }
  })

  it('asks for a count of the same tables', () => {
    const counted = createProvisionEvidence({ provisions: [] }).snapshot()
    expect(() => assessProvisions(counted, context)).toThrow(RangeError)
    expect(assessProvisions(counted, context, [])).toEqual([])
  })
})
