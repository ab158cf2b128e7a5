/** The rules of the pointers: what they ask of receipts can be asked, and what is counted can be carried. */
import { describe, expect, it } from 'vitest'
import { receiptFaults } from '../../../src/receipt/validate.js'
import { provisionFigures } from '../../../src/report/articles/assess/figures.js'
import { canHave, isAlwaysThere, kindNameOf, kinds } from '../../../src/report/articles/assess/kinds.js'
import { iso42001Crosswalk, nistAiRmfCrosswalk } from '../../../src/report/articles/index.js'
import type { EvidencePointer } from '../../../src/report/articles/types.js'
import { reviewKinds } from '../../../src/report/statistics/index.js'
import { fullChain } from '../../verify/full-receipts.js'
import { isInQuestion, provisions, valuesAt } from './support.js'

const pointers: readonly (Omit<EvidencePointer, 'shows'> & { readonly of: string })[] = [
  ...provisions.flatMap(({ id, evidence }) => evidence.map((pointer, index) => ({ ...pointer, of: `${id} ${index}` }))),
  ...[iso42001Crosswalk, nistAiRmfCrosswalk].flatMap(({ entries }) =>
    entries.map((entry) => ({ ...entry, of: entry.id })),
  ),
]

const kindsOf = ({ eventTypes, events }: Omit<EvidencePointer, 'shows'>) =>
  kinds.filter(
    ({ eventType, event }) =>
      (eventTypes === 'any' || eventTypes.includes(eventType)) &&
      (events === undefined || (event !== undefined && events.includes(event))),
  )

describe('a pointer', () => {
  it('asks only for members that some receipt in question can have', () => {
    for (const pointer of pointers) {
      for (const path of pointer.members) {
        expect(
          kindsOf(pointer).some((kind) => canHave(kind, path)),
          `${pointer.of} ${path}`,
        ).toBe(true)
      }
    }
  })

  it('asks for words only where each receipt in question can have them', () => {
    for (const { having, of, ...pointer } of pointers) {
      if (having === undefined) continue
      expect(having.values.length, of).toBeGreaterThan(0)
      for (const kind of kindsOf(pointer)) expect(canHave(kind, having.path), of).toBe(true)
    }
  })

  it('speaks by members of its own, and asks each receipt for members that each can have', () => {
    for (const { by = [], each = [], ...pointer } of pointers) {
      for (const path of [...by, ...each]) expect(pointer.members, pointer.of).toContain(path)
      for (const path of each) {
        for (const kind of kindsOf(pointer)) expect(canHave(kind, path), `${pointer.of} ${path}`).toBe(true)
      }
    }
  })

  it('speaks by something that not every receipt has, unless the record itself is what it shows', () => {
    const bySelf = pointers
      .filter(({ by, members, weight }) => weight !== 'beside' && (by ?? members).some(isAlwaysThere))
      .map(({ of }) => of)
    expect(bySelf.sort()).toEqual([
      // the record as such
      'A.6.2.8',
      // reports, checkpoints and heartbeats date themselves
      'GOVERN 1.5',
      // what people did is dated and named by itself
      'MANAGE 2.4',
      'MEASURE 2.8',
      'ai-act-12-1 0',
      'ai-act-12-3 1',
      'ai-act-19 0',
      'ai-act-20 0',
      'ai-act-26-5 1',
      'ai-act-26-6 0',
      // how often and over which time it was used
      'ai-act-27 0',
      // an erasure and a destroyed secret
      'gdpr-17 0',
      'gdpr-17 1',
    ])
  })

  it('about who verified a result means the kinds that the statistics call a review', () => {
    const verified = provisions.find(({ id }) => id === 'ai-act-12-3')?.evidence.at(-1)
    expect(verified?.having?.values.toSorted()).toEqual(reviewKinds.toSorted())
  })
})

describe('each provision', () => {
  it('has a pointer that can speak, and figures of its own', () => {
    for (const { id, evidence } of provisions) {
      expect(
        evidence.some(({ weight }) => weight !== 'beside'),
        id,
      ).toBe(true)
    }
    expect(Object.keys(provisionFigures)).toEqual(provisions.map(({ id }) => id))
  })
})

describe('kinds', () => {
  it('are all that the format has', () => {
    const seen = fullChain.map(kindNameOf)
    // the delegation of the full chain rides on a decision
    expect(kinds.map(({ name }) => name).sort()).toEqual([...new Set([...seen, 'key.delegate'])].sort())
  })

  it('can have what receipts of theirs have', () => {
    for (const receipt of fullChain) {
      const kind = kinds.find(({ name }) => name === kindNameOf(receipt))
      if (kind === undefined) throw new Error(`no kind ${kindNameOf(receipt)}`)
      for (const pointer of pointers.filter((one) => isInQuestion(receipt, one))) {
        for (const path of pointer.members.filter((one) => valuesAt(receipt, one).length > 0)) {
          // a delegation may ride on any receipt and is no event of its own
          if (path.startsWith('key.') && receipt.eventType !== 'key') continue
          expect(canHave(kind, path), `${kind.name} ${path}`).toBe(true)
        }
      }
    }
  })

  it('always have what the format asks of every receipt', () => {
    const required = Object.keys(fullChain[0] ?? {}).filter(isAlwaysThere)
    expect(required.length).toBeGreaterThan(8)
    for (const receipt of fullChain) {
      for (const name of required) {
        const without = Object.fromEntries(Object.entries(receipt).filter(([key]) => key !== name))
        expect(receiptFaults(without).length, name).toBeGreaterThan(0)
      }
    }
    expect(isAlwaysThere('checks')).toBe(false)
    expect(isAlwaysThere('toString')).toBe(false)
  })
})
