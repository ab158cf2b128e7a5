/** Counting: against a plain second count, in any order, in bounded memory, over every path of the tables. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { createProvisionEvidence, crosswalkFindings } from '../../../src/report/articles/assess/index.js'
import { iso42001Crosswalk, nistAiRmfCrosswalk } from '../../../src/report/articles/index.js'
import { oversight, receipt } from '../../statistics/receipts.js'
import { fullChain } from '../../verify/full-receipts.js'
import { isInQuestion, provisions, valuesAt } from './support.js'

const crosswalks = [iso42001Crosswalk, nistAiRmfCrosswalk]

const countOf = (receipts: readonly DecisionReceipt[], patternLimit?: number) => {
  const evidence = createProvisionEvidence({ patternLimit })
  for (const one of receipts) evidence.update(one)
  return evidence.snapshot()
}

/** Members that any receipt but those of the ledger may have, taken from the fullest decision there is. */
const fullest = fullChain.find(({ eventType }) => eventType === 'decision') as DecisionReceipt
const free = Object.keys(fullest).filter(
  (name) =>
    ![
      'version receiptId chainId seq timestamp eventType tenantId keyId prevReceiptHash receiptHash signature',
      'checks action details detailsHash subjectId principalId pseudonymKeyId sources',
    ]
      .join(' ')
      .split(' ')
      .includes(name),
)
const withAction = ['decision', 'inference', 'tool_call', 'tool_result', 'human_oversight']

/** Each kind with all the members that it may have. */
const fullOfEachKind = fullChain.map((one) => {
  if (['system', 'key', 'retention'].includes(one.eventType)) return one
  const { action, ...others } = fullest
  return {
    ...others,
    ...(withAction.includes(one.eventType) ? { action } : {}),
    ...one,
    tool: fullest.tool,
    ...(one.eventType === 'human_oversight' ? {} : { humanOversight: undefined }),
  } as DecisionReceipt
})

const anyReceipt = fc
  .record({
    seq: fc.nat({ max: 60 }),
    chain: fc.constantFrom('acme', 'beta'),
    kind: fc.constantFrom(...fullChain),
    kept: fc.subarray(free),
    minute: fc.nat({ max: 5 }),
  })
  .map(({ seq, chain, kind, kept, minute }): DecisionReceipt => {
    const ledger = ['system', 'key', 'retention'].includes(kind.eventType)
    const extra = Object.fromEntries(kept.map((name) => [name, fullest[name as keyof DecisionReceipt]]))
    const place = receipt(seq, { ms: minute * 60_000 })
    return {
      ...(ledger ? {} : extra),
      ...kind,
      chainId: chain,
      seq,
      receiptId: `${chain}-${seq}`,
      timestamp: place.timestamp,
    } as DecisionReceipt
  })

const anyChains = fc.uniqueArray(anyReceipt, { selector: ({ receiptId }) => receiptId, maxLength: 40 })

const earlier = (one: DecisionReceipt, other: DecisionReceipt): number =>
  one.timestamp.localeCompare(other.timestamp) || one.chainId.localeCompare(other.chainId) || one.seq - other.seq

const refOf = (one: DecisionReceipt | undefined) =>
  one === undefined ? undefined : { chainId: one.chainId, seq: one.seq, receiptId: one.receiptId }

describe('counting', () => {
  it('finds every member of every pointer in receipts that have all there is', () => {
    const stop = oversight(99, 'stop', [1])
    const { provisions: counted, crosswalks: mapped } = countOf([...fullOfEachKind, stop])
    const unseen = [
      ...Object.entries(counted).flatMap(([id, pointers]) =>
        pointers.map((pointer, index) => ({ id, index, pointer })),
      ),
      ...Object.values(mapped).flatMap((entries) =>
        Object.entries(entries).map(([id, pointer]) => ({ id, index: 0, pointer })),
      ),
    ].flatMap(({ id, index, pointer }) =>
      pointer.members.filter(({ present }) => present === 0).map(({ path }) => `${id} ${index} ${path}`),
    )
    expect(unseen).toEqual([])
  })

  it('agrees with a plain second count, for any receipts', () => {
    fc.assert(
      fc.property(anyChains, (receipts) => {
        const counted = countOf(receipts)
        expect(counted.receipts).toBe(receipts.length)
        for (const { id, evidence } of provisions) {
          for (const [index, pointer] of evidence.entries()) {
            const question = receipts.filter((one) => isInQuestion(one, pointer))
            const count = counted.provisions[id]?.[index]
            const by = pointer.by ?? pointer.members
            // a certificate that rides on a decision makes no key event of it: no pointer of the articles asks for one there
            const speaking = question.filter((one) => by.some((path) => valuesAt(one, path).length > 0))
            expect(count?.receipts, id).toBe(question.length)
            expect(count?.speaking, id).toBe(speaking.length)
            for (const [at, path] of pointer.members.entries()) {
              const carriers = question.filter((one) => valuesAt(one, path).length > 0).sort(earlier)
              const member = count?.members[at]
              expect(member?.path).toBe(path)
              expect(member?.present, `${id} ${path}`).toBe(carriers.length)
              expect(member?.n, `${id} ${path}`).toBeGreaterThanOrEqual(carriers.length)
              expect(member?.n, `${id} ${path}`).toBeLessThanOrEqual(question.length)
              expect(member?.first, `${id} ${path}`).toEqual(refOf(carriers[0]))
              expect(member?.last, `${id} ${path}`).toEqual(refOf(carriers.at(-1)))
            }
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not depend on the order of receipts, nor on how many patterns are remembered', () => {
    fc.assert(
      fc.property(anyChains, fc.integer({ min: 1, max: 7 }), fc.integer(), (receipts, limit, seed) => {
        const shuffled = receipts.toSorted(
          (one, other) => ((one.seq * 31 + seed) % 17) - ((other.seq * 31 + seed) % 17) || earlier(other, one),
        )
        expect(countOf(shuffled)).toEqual(countOf(receipts))
        expect(countOf(receipts, limit)).toEqual(countOf(receipts))
      }),
      { numRuns: 60 },
    )
  })

  it('can be looked at in between', () => {
    const evidence = createProvisionEvidence()
    const halves = [fullChain.slice(0, 9), fullChain.slice(9)]
    for (const half of halves) {
      for (const one of half) evidence.update(one)
      evidence.snapshot()
    }
    expect(evidence.snapshot()).toEqual(countOf(fullChain))
  })

  it('gives plain data', () => {
    const counted = countOf(fullChain)
    expect(JSON.parse(JSON.stringify(counted))).toEqual(counted)
  })

  it('counts a member only among receipts that can have it', () => {
    const events = [
      receipt(0, { eventType: 'system', system: { event: 'heartbeat' } }),
      receipt(1, {
        eventType: 'system',
        system: { event: 'gap', from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:01.000Z', reason: 'overload' },
      }),
    ]
    const pointer = countOf(events).provisions['ai-act-12-1']?.[2]
    expect(pointer?.receipts).toBe(2)
    expect(pointer?.members.find(({ path }) => path === 'system.dropped')).toMatchObject({ n: 1, present: 0 })
    expect(pointer?.members.find(({ path }) => path === 'system.reason')).toMatchObject({ n: 1, present: 1 })
    expect(pointer?.members.find(({ path }) => path === 'system.retentionDays')).toMatchObject({ n: 0, present: 0 })
  })

  it('reads an empty list as none and an empty record as one', () => {
    const hash = `sha256:${'0'.repeat(64)}` as const
    const counted = countOf([receipt(0, { checks: [], input: { kind: 'text', hash, redactions: {} } })])
    const checks = counted.provisions['ai-act-9']?.[0]?.members.find(({ path }) => path === 'checks.name')
    const redactions = counted.provisions['gdpr-5']?.[0]?.members.find(({ path }) => path === 'input.redactions')
    expect(checks?.present).toBe(0)
    expect(redactions?.present).toBe(1)
  })

  it('refuses what it does not know', () => {
    expect(() => createProvisionEvidence({ patternLimit: 0 })).toThrow(RangeError)
    expect(() => createProvisionEvidence({ pattern: 1 } as object)).toThrow(TypeError)
    const unknown = { ...receipt(0), eventType: 'rumour' } as unknown as DecisionReceipt
    expect(() => createProvisionEvidence().update(unknown)).toThrow(TypeError)
  })
})

describe('crosswalks', () => {
  it('count for each entry the receipts that speak to it, with the first and the last', () => {
    const receipts = [...fullChain, ...fullOfEachKind.map((one, index) => ({ ...one, seq: 100 + index }))]
    const findings = crosswalkFindings(countOf(receipts))
    expect(findings.map(({ framework }) => framework)).toEqual(['ISO/IEC 42001', 'NIST AI RMF'])
    for (const [index, table] of crosswalks.entries()) {
      expect(findings[index]?.version).toBe(table.version)
      for (const [place, entry] of table.entries.entries()) {
        const speaking = receipts
          .filter((one) => isInQuestion(one, entry))
          .filter((one) =>
            entry.members.some((path) => {
              // `key` belongs to key events; a delegation that rides elsewhere is none
              if (path.startsWith('key.') && one.eventType !== 'key') return false
              return valuesAt(one, path).length > 0
            }),
          )
          .sort(earlier)
        expect(findings[index]?.entries[place], entry.id).toEqual({
          id: entry.id,
          receipts: speaking.length,
          first: refOf(speaking[0]),
          last: refOf(speaking.at(-1)),
        })
      }
    }
  })

  it('say zero, and no place, where there is nothing', () => {
    for (const { entries } of crosswalkFindings(countOf([]))) {
      for (const entry of entries) expect(entry).toEqual({ id: entry.id, receipts: 0 })
    }
  })

  it('refuse a table that was not counted for', () => {
    const other = { ...iso42001Crosswalk, framework: 'Another' }
    expect(() => crosswalkFindings(countOf([]), [other])).toThrow(RangeError)
  })
})
