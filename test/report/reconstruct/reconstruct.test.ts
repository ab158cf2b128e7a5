import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frame, lineOf, link, type ReceiptBody, seal } from '../../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { toTimelineText } from '../../../src/report/reconstruct/text.js'
import { type Reconstruction, reconstruct, reconstructChains } from '../../../src/report/reconstruct.js'
import { memoryStore } from '../../../src/store/memory.js'
import { testReceiptKeyId } from '../../../src/testing/receipts.js'
import { Keyring } from '../../../src/verify/index.js'
import { testKey } from '../../receipt/keys.js'
import { about, type Body, digest, good, idOf, keyring, now, person, sealed } from '../coverage/support.js'

const strip = (body: Body): Body => ({ ...body, traceId: undefined })

/** Trace-1 is seq 2 to 6; the rest is what belongs to it, or to another. */
const bodies: readonly Body[] = [
  { ...good.start(), traceId: 'session-trace' },
  strip(good.decision()),
  good.decision({
    parentReceiptId: idOf(0),
    links: [about(1, 0, 'derived_from')],
    subjectId: person(7),
    pseudonymKeyId: 'people-1',
    decisionId: 'case-1',
    decision: { type: 'credit', outcome: 'denied', oversight: 'after' },
    startedAt: '2026-03-04T05:06:08.000Z',
    endedAt: '2026-03-04T05:06:09.000Z',
  }),
  good.inference({ parentReceiptId: idOf(2) }),
  good.call('c-1', { parentReceiptId: idOf(2), startedAt: '2026-03-04T05:06:08.100Z' }),
  good.result('c-1', { parentReceiptId: idOf(4), endedAt: '2026-03-04T05:06:10.600Z' }),
  good.call('c-2', { parentReceiptId: idOf(2) }),
  good.decision({ traceId: 'trace-2' }),
  strip(good.inference({ parentReceiptId: idOf(3) })),
  good.request(2, 'q-1'),
  good.review(9, 'override', 'q-1', 3),
  { eventType: 'annotation', links: [about(2)] },
  { eventType: 'retention', retention: { event: 'hold', holdId: 'h-1', decisionId: 'case-1', reason: 'complaint' } },
  { eventType: 'retention', retention: { event: 'hold', holdId: 'h-2', decisionId: 'case-2', reason: 'complaint' } },
  {
    eventType: 'retention',
    retention: { event: 'erase', receipts: [{ seq: 2, receiptId: idOf(2), detailsHash: digest }], reason: 'gdpr' },
  },
  { eventType: 'system', system: { event: 'heartbeat' } },
]
const chain = sealed(bodies)

const of = (what: { traceId: string } | { decisionId: string } | { receiptId: string }, source = chain) =>
  reconstruct(source, { ...what, keyring, now })

const bySeq = ({ timeline }: Reconstruction) =>
  Object.fromEntries(timeline.map(({ ref, relation }) => [ref.seq, relation]))
const missing = (found: Reconstruction) =>
  found.missing.map(({ code, by, receiptId }) => [code, by?.seq, receiptId].filter((one) => one !== undefined))

describe('what belongs to a trace', () => {
  test('its members, parents, children, links, and what people did later', async () => {
    const found = await of({ traceId: 'trace-1' })
    expect(found).toMatchObject({
      format: 'quittance-reconstruction/1',
      verdict: 'VALID',
      traceIds: ['trace-1'],
      decisionIds: ['case-1'],
      chainsRead: 1,
      chains: [{ chainId: 'acme', verdict: 'VALID', checked: 16, receipts: 13 }],
    })
    expect(bySeq(found)).toEqual({
      0: 'parent',
      1: 'linked',
      2: 'member',
      3: 'member',
      4: 'member',
      5: 'member',
      6: 'member',
      8: 'child',
      9: 'linking',
      10: 'linking',
      11: 'linking',
      12: 'retention',
      14: 'retention',
    })
    expect(found.timeline.every(({ state, problems }) => state === 'HOLDS' && problems.length === 0)).toBe(true)
  })

  test('by time of begin, else of sealing, with depth under parents', async () => {
    const { timeline } = await of({ traceId: 'trace-1' })
    expect(timeline.map(({ ref }) => ref.seq)).toEqual([0, 1, 2, 4, 3, 5, 6, 8, 9, 10, 11, 12, 14])
    expect(timeline.map(({ at }) => at)).toEqual([...timeline.map(({ at }) => at)].sort())
    const depths = Object.fromEntries(timeline.map(({ ref, depth }) => [ref.seq, depth]))
    expect(depths).toMatchObject({ 0: 0, 2: 1, 3: 2, 4: 2, 5: 3, 8: 3, 10: 0 })
    expect(timeline.find(({ ref }) => ref.seq === 2)).toMatchObject({
      startedAt: '2026-03-04T05:06:08.000Z',
      timestamp: '2026-03-04T05:06:09.000Z',
      parent: { seq: 0 },
    })
  })

  test('says who decided, which tools ran and for how long, which models and persons there were', async () => {
    const { decisions, tools, models, people } = await of({ traceId: 'trace-1' })
    expect(decisions.map(({ ref, by, who, what, outcome }) => [ref.seq, by, who, what, outcome])).toEqual([
      [1, 'system', 'scoring 4.2.0', 'allow', undefined],
      [2, 'system', 'scoring 4.2.0', 'allow', 'denied'],
      [10, 'person', person(3), 'override', undefined],
    ])
    expect(tools.map(({ name, call, result, ms }) => [name, call.seq, result?.seq, ms])).toEqual([
      ['search', 4, 5, 2_500],
      ['search', 6, undefined, undefined],
    ])
    expect(models.map(({ modelId, receipts }) => [modelId, receipts.map(({ seq }) => seq)])).toEqual([
      ['model-1', [1, 2]],
      ['model-2', [3, 8]],
    ])
    expect(people.map(({ id, roles }) => [id, roles])).toEqual([
      [person(7), ['subject']],
      [person(3), ['reviewer']],
    ])
  })

  test('says how long a tool took as the language does', async () => {
    const found = await of({ traceId: 'trace-1' })
    expect(toTimelineText(found)).toContain('2.5 s')
    expect(toTimelineText(found, { locale: 'de' })).toContain('2,5 s')
  })

  test('says what is not there', async () => {
    expect(missing(await of({ traceId: 'trace-1' }))).toEqual([['TOOL_RESULT_MISSING', 6]])
    const broken = sealed([
      good.decision({ parentReceiptId: idOf(50), decision: { oversight: 'before' } }),
      good.call('c-1', { links: [about(51), { ...about(52), chainId: 'other' }] }),
      good.request(0, 'q-1'),
      good.decision({ detailsHash: digest }),
    ])
    expect(missing(await of({ traceId: 'trace-1' }, broken)).sort()).toEqual(
      [
        ['PARENT_NOT_SEALED', 0, idOf(50)],
        ['OVERSIGHT_MISSING', 0],
        ['LINK_TARGET_MISSING', 1, idOf(51)],
        ['CHAIN_NOT_READ', 1, idOf(52)],
        ['TOOL_RESULT_MISSING', 1],
        ['REQUEST_OPEN', 2],
        ['DETAILS_ERASED', 3],
      ].sort(),
    )
  })

  test('a chain that begins late says so', async () => {
    const late = await of({ traceId: 'trace-1' }, sealed([good.decision()], { firstSeq: 9 }))
    expect([late.verdict, late.missing]).toEqual([
      'INCOMPLETE',
      [{ code: 'RECEIPTS_PRUNED', chainId: 'acme', firstSeq: 9 }],
    ])
  })

  test('nothing found is INCOMPLETE, and says so', async () => {
    const none = await of({ traceId: 'absent' })
    expect([none.verdict, none.timeline, none.missing]).toEqual(['INCOMPLETE', [], [{ code: 'NOTHING_FOUND' }]])
  })

  test('free text is not in it', async () => {
    const found = await of({ traceId: 'trace-1' })
    expect(JSON.stringify(found)).not.toContain('"details":{')
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })

  test('more than the limit is said, and no more is taken', async () => {
    const found = await reconstruct(chain, { traceId: 'trace-1', keyring, now, limit: 3 })
    expect([found.timeline.length, found.missing.at(-1)?.code]).toEqual([3, 'TRUNCATED'])
  })
})

describe('what was asked for', () => {
  test('a case by its decisionId', async () => {
    const found = await of({ decisionId: 'case-1' })
    expect(bySeq(found)).toMatchObject({ 2: 'member', 3: 'child', 4: 'child', 5: 'child', 8: 'child', 0: 'parent' })
  })

  test('any member of a trace gives the same', async () => {
    const whole = await of({ traceId: 'trace-1' })
    const members = whole.timeline.filter(({ relation }) => relation === 'member').map(({ ref }) => ref.receiptId)
    expect(members).toHaveLength(5)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), async (receiptId) => {
        const { subject, ...rest } = await of({ receiptId })
        expect(subject).toEqual({ receiptId })
        expect({ ...rest, subject: whole.subject }).toEqual(whole)
      }),
      { numRuns: 5 },
    )
  })

  test('a receipt without trace and case stands for itself and what belongs to it', async () => {
    expect(bySeq(await of({ receiptId: idOf(1) }))).toEqual({
      1: 'member',
      2: 'linking',
      9: 'linking',
      10: 'linking',
      11: 'linking',
      14: 'retention',
    })
  })

  test('must be one thing', async () => {
    await expect(reconstruct(chain, { keyring })).rejects.toThrow(TypeError)
    await expect(reconstruct(chain, { keyring, traceId: 'a', decisionId: 'b' })).rejects.toThrow(TypeError)
    await expect(reconstruct(chain, { keyring, traceId: 'a', chains: ['acme'] })).rejects.toThrow(TypeError)
    await expect(reconstruct(chain, { keyring, traceId: 'a', limit: 0 })).rejects.toThrow(RangeError)
  })
})

describe('verification', () => {
  const lines = chain.map(lineOf)
  const changed = (seq: number, from: string, to: string) => {
    expect(lines[seq]).toContain(from)
    return lines.map((line, index) => (index === seq ? line.replace(from, to) : line))
  }

  test('a receipt that was changed is shown as broken, and believed in nothing', async () => {
    const found = await reconstruct(changed(10, '"override"', '"approval"'), { traceId: 'trace-1', keyring, now })
    expect([found.verdict, found.chains[0]?.counts]).toEqual(['INVALID', { HASH_MISMATCH: 1 }])
    const entry = found.timeline.find(({ ref }) => ref.seq === 10)
    expect([entry?.state, entry?.problems]).toEqual(['BROKEN', ['HASH_MISMATCH']])
    expect(found.timeline.filter(({ state }) => state !== 'HOLDS')).toHaveLength(1)
    expect(found.decisions.map(({ ref }) => ref.seq)).not.toContain(10)
    expect(missing(found)).toEqual(
      expect.arrayContaining([
        ['RECEIPT_UNSOUND', 10],
        ['REQUEST_OPEN', 9],
        ['OVERSIGHT_MISSING', 2],
      ]),
    )
  })

  test('what is not a receipt at all is shown without its members', async () => {
    const found = await reconstruct(changed(3, '"modelId":"model-2"', '"modelId":"\\u001b[31mx"'), {
      traceId: 'trace-1',
      keyring,
      now,
    })
    const entry = found.timeline.find(({ ref }) => ref.seq === 3)
    expect(entry?.state).toBe('BROKEN')
    expect(entry).not.toHaveProperty('receipt')
  })

  test('a chain whose key nobody vouches for proves nothing', async () => {
    const stranger = new Keyring([testReceiptKeyId()])
    const found = await reconstruct(chain, { traceId: 'trace-1', keyring: stranger, now })
    expect(found.verdict).toBe('INCOMPLETE')
    expect(new Set(found.timeline.map(({ state }) => state))).toEqual(new Set(['UNPROVED']))
    expect(found.timeline[0]?.problems).toEqual(['KEY_UNKNOWN'])
  })

  test('what a stranger sealed is shown as unproved, and believed in nothing', async () => {
    const stranger = testKey('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
    const decided = sealed([good.decision({ decision: { oversight: 'after' } })])
    const body = { version: 'quittance/1', receiptId: idOf(1), chainId: 'acme', tenantId: 'acme' }
    const review = link(frame({ ...body, ...good.review(0, 'approval') } as unknown as ReceiptBody), {
      seq: 1,
      timestamp: '2026-03-04T05:07:00.000Z',
      keyId: stranger.keyId,
      prevReceiptHash: decided[0]?.receiptHash as string,
    })
    const found = await of({ traceId: 'trace-1' }, [...decided, seal(review, stranger.sign(review.message))])
    expect(found.timeline.map(({ state }) => state)).toEqual(['HOLDS', 'UNPROVED'])
    expect(found.decisions.map(({ by }) => by)).toEqual(['system'])
    expect(found.people).toEqual([])
    expect(missing(found)).toEqual([
      ['OVERSIGHT_MISSING', 0],
      ['RECEIPT_UNSOUND', 1],
    ])
  })

  test('nothing found in a chain that does not hold is INVALID: the receipt may have been destroyed', async () => {
    const found = await reconstruct([lines[0] as string, (lines[2] as string).slice(0, -1)], {
      decisionId: 'case-1',
      keyring,
      now,
    })
    expect([found.verdict, found.timeline]).toEqual(['INVALID', []])
    expect(found.chains).toMatchObject([{ chainId: 'acme', verdict: 'INVALID', receipts: 0 }])
    expect(found.missing).toEqual([{ code: 'NOTHING_FOUND' }, { code: 'CHAIN_UNSOUND', chainId: 'acme' }])
  })

  test('a rival of the same id does not hide the one that holds', async () => {
    const copy = (lines[6] as string).replace('"c-2"', '"c-3"')
    const found = await reconstruct([...lines.slice(0, 7), copy, ...lines.slice(7)], {
      traceId: 'trace-1',
      keyring,
      now,
    })
    expect(
      found.timeline
        .filter(({ ref }) => ref.seq === 6)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['BROKEN', 'HOLDS'])
  })
})

describe('more than is taken', () => {
  const parents = (count: number) =>
    sealed(
      Array.from({ length: count }, (_, n) =>
        good.decision({ traceId: `trace-${n}`, parentReceiptId: n === 0 ? undefined : idOf(n - 1) }),
      ),
    )

  test('parents are followed far', async () => {
    const found = await of({ traceId: 'trace-59' }, parents(60))
    expect([found.timeline.length, found.missing]).toEqual([60, []])
    expect(found.timeline.map(({ depth }) => depth)).toEqual(Array.from({ length: 60 }, (_, depth) => depth))
  })

  test('where it was cut short, nothing is called missing that may be among the rest', async () => {
    const deep = await of({ traceId: 'trace-149' }, parents(150))
    expect(deep.missing).toEqual([{ code: 'TRUNCATED' }])
    const cut = sealed([good.call('c-1'), good.decision({ decision: { oversight: 'after' } }), good.result('c-1')])
    const short = await reconstruct(cut, { traceId: 'trace-1', keyring, now, limit: 2 })
    expect([short.timeline.length, short.missing]).toEqual([2, [{ code: 'TRUNCATED' }]])
  })

  test('a circle of parents has an end', async () => {
    const round = sealed([
      good.decision({ parentReceiptId: idOf(2) }),
      good.decision({ parentReceiptId: idOf(0) }),
      good.decision({ parentReceiptId: idOf(1) }),
      good.decision({ parentReceiptId: idOf(0) }),
      good.decision({ parentReceiptId: idOf(3) }),
      good.decision({ parentReceiptId: idOf(5) }),
    ])
    const { timeline } = await of({ traceId: 'trace-1' }, round)
    // as many as are met before one comes again
    expect(timeline.map(({ depth }) => depth)).toEqual([2, 2, 2, 3, 4, 0])
  })
})

describe('across chains of a store', () => {
  const storeOf = async (...chains: readonly (readonly DecisionReceipt[])[]) => {
    const store = memoryStore()
    for (const receipts of chains) await store.append(receipts[0]?.chainId as string, receipts, undefined)
    return store
  }
  const agent = sealed(
    [
      good.decision({ traceId: 'other', links: [{ ...about(2, 0, 'delegated_from'), chainId: 'acme' }] }),
      good.decision(),
    ],
    { chainId: 'agent', number: 1 },
  )

  test('what links into a chain and what shares the trace comes along', async () => {
    const store = await storeOf(agent, chain)
    const found = await reconstruct(store, { traceId: 'trace-1', keyring, now })
    expect(found.chains.map(({ chainId, receipts }) => [chainId, receipts])).toEqual([
      ['acme', 13],
      ['agent', 2],
    ])
    expect(found.timeline.filter(({ ref }) => ref.chainId === 'agent').map(({ relation }) => relation)).toEqual([
      'linking',
      'member',
    ])
    const one = await reconstruct(store, { traceId: 'trace-1', keyring, now, chains: ['acme'] })
    expect([one.chainsRead, one.chains.length]).toEqual([1, 1])
  })

  test('a chain that lost what belonged here is told of', async () => {
    const people = sealed(
      [good.start(), { ...good.review(2, 'override'), links: [{ ...about(2), chainId: 'acme' }] }],
      {
        chainId: 'people',
        number: 2,
      },
    )
    const whole = await reconstruct(await storeOf(chain, people), { traceId: 'trace-1', keyring, now })
    expect(whole.verdict).toBe('VALID')
    const torn = people.map(lineOf).map((line, index) => (index === 1 ? line.slice(0, -1) : line))
    const found = await reconstructChains(
      [chain.map(lineOf), torn].map((lines, index) => ({
        chainId: ['acme', 'people'][index],
        async *lines() {
          for (const text of lines) yield { text, terminated: true }
        },
      })),
      { traceId: 'trace-1' },
      { keyring, now },
    )
    expect(found.chains.map(({ chainId, verdict, receipts }) => [chainId, verdict, receipts])).toEqual([
      ['acme', 'VALID', 13],
      ['people', 'INVALID', 0],
    ])
    expect(found.verdict).toBe('INVALID')
    expect(found.missing).toContainEqual({ code: 'CHAIN_UNSOUND', chainId: 'people' })
  })

  test('a broken chain is told apart from one that holds', async () => {
    const store = await storeOf(agent, chain)
    const only = new Keyring([{ keyId: keyring.entries()[0]?.keyId as string, chains: ['acme'] }])
    const found = await reconstruct(store, { traceId: 'trace-1', keyring: only, now })
    expect(found.chains.map(({ chainId, verdict }) => [chainId, verdict])).toEqual([
      ['acme', 'VALID'],
      ['agent', 'INVALID'],
    ])
    expect(found.verdict).toBe('INVALID')
    expect(found.timeline.filter(({ state }) => state === 'BROKEN').map(({ ref }) => ref.chainId)).toEqual([
      'agent',
      'agent',
    ])
  })
})
