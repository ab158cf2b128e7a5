import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecent } from '../../src/ledger/acknowledged.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'

const OF_A_CHAIN = 256
const IN_ALL = 8_192

/** As the documentation has it: the chain that was written longest ago is forgotten first, whole. */
function model() {
  const counts = new Map<string, number>()
  const total = () => [...counts.values()].reduce((sum, count) => sum + count, 0)
  return {
    counts,
    add(chainId: string, count: number) {
      const known = counts.get(chainId) ?? 0
      counts.delete(chainId)
      counts.set(chainId, Math.min(OF_A_CHAIN, known + count))
      while (total() > IN_ALL) counts.delete([...counts.keys()][0] as string)
    },
  }
}

const chain = fc.integer({ min: 0, max: 59 }).map((index) => `chain-${index}`)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ chain, count: fc.constantFrom(1, 100, 256) }) },
  { weight: 1, arbitrary: fc.record({ chain, count: fc.constant(0) }) },
)

test('whatever is written and forgotten in between, the chains that were written last are kept, and no more than the bound', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 200 }), (steps) => {
      const recent = createRecent()
      const expected = model()
      const next = new Map<string, number>()
      for (const { chain: chainId, count } of steps) {
        if (count === 0) {
          recent.forget(chainId)
          expected.counts.delete(chainId)
          continue
        }
        const first = next.get(chainId) ?? 0
        next.set(chainId, first + count)
        const receipts = Array.from(
          { length: count },
          (_, index) =>
            ({ seq: first + index, receiptHash: `${chainId} ${first + index}` }) as unknown as DecisionReceipt,
        )
        recent.add(chainId, receipts)
        expected.add(chainId, count)
      }
      for (let index = 0; index < 60; index += 1) {
        const chainId = `chain-${index}`
        const count = expected.counts.get(chainId) ?? 0
        expect(recent.count(chainId)).toBe(count)
        const last = next.get(chainId) ?? 0
        expect(recent.of(chainId).map(({ seq }) => seq)).toEqual(
          Array.from({ length: count }, (_, at) => last - count + at),
        )
      }
    }),
    { numRuns: 30 },
  )
})
