/** Whoever acts on receipts that hold hears of those alone against which nothing was found: by themselves, and in their place. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { judgeReceipts, verifyLines } from '../../src/verify/chain.js'
import { chainOf, linesOf, msAfter, NOW, plainChain, trustOne } from './support.js'

const plain = plainChain(5)
const fork = chainOf([{}, {}], { on: plain.slice(0, 2), label: 'rival' })
const at = (...order: number[]) => order.map((index) => plain[index] as DecisionReceipt)

const cases: readonly (readonly [string, readonly DecisionReceipt[], readonly number[]])[] = [
  ['a chain that holds', plain, [0, 1, 2, 3, 4]],
  ['one behind a hole', at(0, 1, 3, 4), [0, 1, 4]],
  ['one that comes again', at(0, 1, 1, 2), [0, 1, 2]],
  ['one that another does not link to', [...at(0, 1), fork[0] as DecisionReceipt, ...at(3, 4)], [0, 1, 2, 4]],
  ['one dated before the one before it', chainOf([{ at: msAfter(9_000) }, { at: msAfter(8_000) }, {}]), [0, 2]],
  ['another chain', [...at(0), ...chainOf([{}], { chainId: 'other' })], [0]],
]

describe('the receipts that count', () => {
  test.each(cases)('with %s', async (_name, receipts, expected) => {
    const heard: number[] = []
    const lines = linesOf(receipts).map((text) => ({ text, terminated: true }))
    const result = await verifyLines(lines, { keyring: trustOne, now: NOW }, undefined, ({ seq }) => heard.push(seq))
    expect(heard).toEqual(expected)
    expect(result.verdict).toBe(heard.length === receipts.length ? 'VALID' : 'INVALID')
    const objects: number[] = []
    const judge = judgeReceipts({ keyring: trustOne, now: NOW }, ({ seq }) => objects.push(seq))
    for (const receipt of receipts) judge.next(receipt)
    expect(objects).toEqual(expected)
    expect(judge.finish().counts).toEqual(result.counts)
  })
})
