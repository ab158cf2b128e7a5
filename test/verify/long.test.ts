/** Chains of thousands of receipts and of keys. */
import { expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { chainOf, entryOf, judge, keyNamed, keys, NOW, plainChain, rotation, trusting, trustOne } from './support.js'

const options = { keyring: trustOne, now: NOW }

test('20,000 receipts from a generator: one chain, linked to its end', async () => {
  // made as they are asked for: nobody ever holds the chain
  let made = 0
  let last: DecisionReceipt | undefined
  function* source() {
    for (; made < 20_000; made += 1) {
      const [next] = plainChain(1, { by: keys.one, on: last ? [last] : [] }) as [DecisionReceipt]
      last = next
      yield next
    }
  }
  const { verdict, scope, checked } = await verifyChain(source(), { ...options, expect: { minReceipts: 20_000 } })
  expect([verdict, checked, scope.toSeq, scope.head?.receiptHash]).toEqual(['VALID', 20_000, 19_999, last?.receiptHash])
}, 120_000)

test('a chain counts through 2,000 rotations', async () => {
  const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }))
  const names = Array.from({ length: 2_000 }, (_, index) => keyNamed(`rotated ${index}`))
  const receipts = chainOf(names.map((to, index) => rotation(to, { by: index === 0 ? keys.one : names[index - 1] })))
  expect((await judge(receipts, { keyring })).counts).toEqual({})
}, 120_000)
