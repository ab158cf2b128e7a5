import { describe, expect, it } from 'vitest'
import { createGaps } from '../../src/report/statistics/gaps.js'
import { chainOf, msAfter } from '../verify/support.js'

const start = Date.parse(msAfter(0))
const period = { from: start, to: start + 3_600_000 }

describe('the end of a chain', () => {
  it('ends what could be silence', () => {
    const chain = chainOf([{}, {}, { body: { eventType: 'system', system: { event: 'chain_end', reason: 'closed' } } }])
    const silenceAfter = (count: number) => {
      const gaps = createGaps({ expectedPerHour: 3600, period })
      for (const receipt of chain.slice(0, count)) gaps.update(receipt)
      return gaps.snapshot()
    }
    // an hour of a receipt a second: longer than ln(3600 / 0.01) seconds is unusual
    expect(silenceAfter(2).unusual).toMatchObject([{ position: 'after-last', ms: 3_599_000 }])
    expect(silenceAfter(3).unusual).toEqual([])
    expect(silenceAfter(3).longest).toMatchObject({ ms: 1_000 })
  })
})
