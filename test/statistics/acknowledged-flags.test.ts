/** Which flags an acknowledgement settles, where it names one, or a receipt that came after some. */
import { describe, expect, it } from 'vitest'
import { createSprt } from '../../src/report/statistics/sprt.js'

/** Flags at seq 2, 5, 8 …: three failures in a row each. */
function flagged(count: number) {
  const sprt = createSprt({ keep: { first: 50_000, last: 0 } })
  for (let seq = 0; seq < 3 * count; seq += 1) sprt.update(true, seq)
  return sprt
}
const at = (seq: number) => ({ seq, receiptId: `receipt-${seq}` })
const openIn = (sprt: ReturnType<typeof createSprt>) =>
  sprt.snapshot().flags.items.flatMap(({ endSeq, acknowledgement }) => (acknowledgement === undefined ? [endSeq] : []))

describe('an acknowledgement', () => {
  it('of one flag settles that one', () => {
    const sprt = flagged(3)
    expect(sprt.acknowledge(at(10), { flag: 5 })).toBe(1)
    expect(openIn(sprt)).toEqual([2, 8])
    expect(sprt.snapshot()).toMatchObject({ status: 'FLAGGED', openFlags: 2, acknowledgements: 1 })
    // again, or of what raised none
    expect(sprt.acknowledge(at(11), { flag: 5 })).toBe(0)
    expect(sprt.acknowledge(at(11), { flag: 4 })).toBe(0)
    expect(sprt.snapshot().acknowledgements).toBe(1)
  })

  it('of what came before a receipt settles those, and not the one that it raised itself', () => {
    const sprt = flagged(3)
    expect(sprt.acknowledge(at(10), { before: 8 })).toBe(2)
    expect(openIn(sprt)).toEqual([8])
    expect(sprt.acknowledge(at(10))).toBe(1)
    expect(sprt.snapshot()).toMatchObject({ status: 'MONITORING', openFlags: 0, acknowledgements: 2 })
    // a later receipt than the acknowledgement itself can't be meant
    const other = flagged(1)
    expect(other.acknowledge(at(2), { before: 99 })).toBe(0)
    expect(other.acknowledge(at(2), { flag: 2 })).toBe(0)
  })

  it('settles the oldest of very many only together', () => {
    const count = 20_000
    const sprt = flagged(count)
    const last = 3 * count - 1
    expect(sprt.snapshot().openFlags).toBe(count)
    // among the oldest 10,000, which are only counted
    expect(sprt.acknowledge(at(last + 1), { flag: 2 })).toBe(0)
    expect(sprt.acknowledge(at(last + 1), { flag: last })).toBe(1)
    // not behind all of the oldest: they stay, and so do those that are listed
    expect(sprt.acknowledge(at(last + 1), { before: 3000 })).toBe(0)
    expect(openIn(sprt)).toHaveLength(count - 1)
    expect(sprt.acknowledge(at(last + 1))).toBe(count - 1)
    expect(openIn(sprt)).toEqual([])
  })
})
