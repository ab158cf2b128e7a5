import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { storeConformance } from '../../src/testing/store-conformance.js'

describe('memoryStore keeps the contract', () => {
  for (const { name, run } of storeConformance(async () => ({ store: memoryStore() }), { without: ['lease'] }))
    it(name, run)
})

describe('memoryStore', () => {
  const refOf = ({ seq, receiptHash }: DecisionReceipt) => ({ seq, receiptHash })

  it('is bounded by an error over all chains, takes a batch whole or not at all, and forgets nothing', async () => {
    const store = memoryStore({ maxReceipts: 5 })
    const a = testReceipts({ chainId: 'a', count: 6 })
    const b = testReceipts({ chainId: 'b', count: 2 })
    await store.append('a', a.slice(0, 3), undefined)
    await store.append('b', b.slice(0, 1), undefined)
    await expect(store.append('a', a.slice(3, 5), refOf(a[2]!))).rejects.toMatchObject({
      code: 'STORE_FULL',
      details: { outcome: 'absent', chainId: 'a' },
    })
    expect(await store.bounds('a')).toEqual({ first: 0, last: 2 })
    await store.append('a', a.slice(0, 3), undefined)
    await store.append('a', a.slice(3, 4), refOf(a[2]!))
    await expect(store.append('b', b.slice(1), refOf(b[0]!))).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await store.prune?.('a', 2, refOf(a[1]!))).toBe(2)
    await store.append('b', b.slice(1), refOf(b[0]!))
    await store.append('a', a.slice(4, 5), refOf(a[3]!))
    expect(await store.bounds('a')).toEqual({ first: 2, last: 4 })
  })

  it('leaves no trace of a chain whose first append was refused', async () => {
    const store = memoryStore({ maxReceipts: 1 })
    await expect(store.append('a', testReceipts({ chainId: 'a', count: 2 }), undefined)).rejects.toMatchObject({
      code: 'STORE_FULL',
    })
    const listed: string[] = []
    for await (const chainId of store.chains()) listed.push(chainId)
    expect(listed).toEqual([])
    expect(await store.bounds('a')).toBeUndefined()
  })

  it('hands out what was appended, frozen, and no object that somebody else holds', async () => {
    const store = memoryStore()
    const [first, second] = testReceipts({ chainId: 'a', count: 2 }) as [DecisionReceipt, DecisionReceipt]
    await store.append('a', [first], undefined)
    expect(await store.head('a')).toStrictEqual(first)
    const open = structuredClone(second)
    await store.append('a', [open], refOf(first))
    const kept = await store.head('a')
    expect(kept).toEqual(second)
    expect(kept).not.toBe(open)
    expect(Object.isFrozen(kept) && Object.isFrozen(kept?.checks) && Object.isFrozen(kept?.checks?.[0])).toBe(true)
  })

  it('refuses a receipt that no line can hold, and arguments that are of another type', async () => {
    const store = memoryStore()
    const [sealed] = testReceipts({ chainId: 'a', count: 1, rationale: () => 'short' })
    const long = { ...sealed!, details: { ...sealed!.details!, rationale: 'é'.repeat(70_000) } }
    await expect(store.append('a', [long], undefined)).rejects.toMatchObject({
      code: 'RECEIPT_TOO_LARGE',
      details: { outcome: 'absent', receiptId: sealed!.receiptId },
    })
    await expect(store.append('a', [{ ...sealed!, receiptId: 'x' }], undefined)).rejects.toThrow(RangeError)
    await expect(store.append('a', [{ ...sealed!, receiptHash: 'sha256:x' }], undefined)).rejects.toThrow(RangeError)
    await expect(store.append('a', sealed as never, undefined)).rejects.toThrow(TypeError)
    await expect(store.append('a', [null as never], undefined)).rejects.toThrow(TypeError)
    await expect(store.append('a', [sealed!], 'head' as never)).rejects.toThrow(TypeError)
    await expect(store.append('a', [sealed!], { seq: 1 } as never)).rejects.toThrow(TypeError)
    await expect(store.append('a', [sealed!], { receiptHash: 'x' } as never)).rejects.toThrow(RangeError)
    await expect(store.state.put('a', 'x', 'text' as never, 0)).rejects.toThrow(TypeError)
    await expect(store.state.put('a', 'x', new Uint8Array(1), -1)).rejects.toThrow(RangeError)
    expect(await store.head('a')).toBeUndefined()
  })

  it('refuses a bound that is none', () => {
    for (const maxReceipts of [0, -1, 1.5, Number.NaN]) expect(() => memoryStore({ maxReceipts })).toThrow(RangeError)
  })
})
