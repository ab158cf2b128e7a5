/** What the contract promises of `prune` and `eraseDetails`. */
import assert from 'node:assert/strict'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { testReceipts } from '../receipts.js'
import {
  appendAfter,
  assertHolds,
  collect,
  feature,
  freshChain,
  refOf,
  rejectsWith,
  type StoreCase,
  seqsOf,
} from './harness.js'

function withoutDetails(receipt: DecisionReceipt): DecisionReceipt {
  const { details: _, ...rest } = receipt
  return rest as DecisionReceipt
}

export const removingCases: readonly StoreCase[] = [
  {
    name: 'prune: removes what lies before, keeps the rest, and the chain goes on',
    needs: 'prune',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 12 })
      const prune = feature(store, 'prune')
      await appendAfter(store, undefined, receipts.slice(0, 10))
      assert.equal(await prune(chainId, 4, refOf(receipts[3] as DecisionReceipt)), 4)
      await assertHolds(store, chainId, receipts.slice(4, 10))
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 2, toSeq: 5 }), [4, 5])
      for (const gone of receipts.slice(0, 4)) assert.equal(await store.get(chainId, gone.receiptId), undefined)
      assert.equal(await prune(chainId, 4, refOf(receipts[3] as DecisionReceipt)), 0)
      assert.equal(await prune(chainId, 2, refOf(receipts[1] as DecisionReceipt)), 0)
      await appendAfter(store, receipts[9], receipts.slice(10))
      await assertHolds(store, chainId, receipts.slice(4))
      assert.equal(await prune(chainId, 11, refOf(receipts[10] as DecisionReceipt)), 7)
      await assertHolds(store, chainId, receipts.slice(11))
      assert.equal(await prune(freshChain(), 4, refOf(receipts[3] as DecisionReceipt)), 0)
    },
  },
  {
    name: 'prune: another receipt at the cut is STORE_CONFLICT, emptying the chain a RangeError, and nothing goes',
    needs: 'prune',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 5 })
      const rivals = testReceipts({ chainId, count: 5, label: 'rival' })
      const prune = feature(store, 'prune')
      await appendAfter(store, undefined, receipts)
      await rejectsWith(prune(chainId, 3, refOf(rivals[2] as DecisionReceipt)), 'STORE_CONFLICT')
      const last = refOf(receipts[4] as DecisionReceipt)
      await assert.rejects(prune(chainId, 5, last), RangeError)
      await assert.rejects(prune(chainId, 9, { seq: 8, receiptHash: last.receiptHash }), RangeError)
      await assert.rejects(prune(chainId, 3, last), RangeError)
      await assert.rejects(prune(chainId, 0, last), RangeError)
      await assertHolds(store, chainId, receipts)
    },
  },
  {
    name: 'prune: what was pruned can not be appended again, and appends meanwhile are not lost',
    needs: 'prune',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 30 })
      const prune = feature(store, 'prune')
      await appendAfter(store, undefined, receipts.slice(0, 10))
      const append = async () => {
        for (let at = 10; at < 30; at += 1) await appendAfter(store, receipts[at - 1], receipts.slice(at, at + 1))
      }
      await Promise.all([append(), prune(chainId, 6, refOf(receipts[5] as DecisionReceipt))])
      await assertHolds(store, chainId, receipts.slice(6))
      const error = await rejectsWith(appendAfter(store, undefined, receipts.slice(0, 2)), 'STORE_CONFLICT')
      assert.deepEqual(error.details.actual, refOf(receipts[29] as DecisionReceipt))
    },
  },
  {
    name: 'prune: a reader under way goes on without a gap',
    needs: 'prune',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 20 })
      await appendAfter(store, undefined, receipts)
      const prune = feature(store, 'prune')
      const seqs: number[] = []
      try {
        for await (const receipt of store.read(chainId)) {
          seqs.push(receipt.seq)
          if (seqs.length === 2) await prune(chainId, 15, refOf(receipts[14] as DecisionReceipt))
        }
      } catch (error) {
        // a store that can't show them any longer says so; what it must not do is leave them out
        assert.ok(error instanceof Error)
      }
      assert.deepEqual(seqs, [...seqs.keys()])
    },
  },
  {
    name: 'eraseDetails: the details go, hash, signature and links stay, by every way of looking',
    needs: 'eraseDetails',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({
        chainId,
        count: 5,
        rationale: (seq) => (seq === 3 ? undefined : `free text ${seq}`),
      })
      await appendAfter(store, undefined, receipts)
      const erase = feature(store, 'eraseDetails')
      const held = [...receipts]
      for (const seq of [1, 4, 0]) {
        const { receiptId } = receipts[seq] as DecisionReceipt
        assert.equal(await erase(chainId, receiptId), true)
        held[seq] = withoutDetails(receipts[seq] as DecisionReceipt)
        await assertHolds(store, chainId, held)
        assert.equal(await erase(chainId, receiptId), false)
      }
      if (store.lines) assert.deepEqual(await collect(store.lines(chainId)), held.map(lineOf))
      assert.equal(await erase(chainId, (receipts[3] as DecisionReceipt).receiptId), false)
      assert.equal(await erase(chainId, '01890a5d-ac96-774b-bcce-b302099a8057'), false)
      assert.equal(await erase(freshChain(), (receipts[2] as DecisionReceipt).receiptId), false)
      const next = testReceipts({ chainId, count: 1, after: receipts[4], rationale: () => 'the chain goes on' })
      await appendAfter(store, receipts[4], next)
      await assertHolds(store, chainId, [...held, ...next])
    },
  },
  {
    name: 'eraseDetails: the same append again is still a no-op and brings nothing back',
    needs: 'eraseDetails',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 2, rationale: () => 'free text' })
      await appendAfter(store, undefined, receipts)
      assert.equal(await feature(store, 'eraseDetails')(chainId, (receipts[1] as DecisionReceipt).receiptId), true)
      await appendAfter(store, undefined, receipts)
      await assertHolds(store, chainId, [
        receipts[0] as DecisionReceipt,
        withoutDetails(receipts[1] as DecisionReceipt),
      ])
    },
  },
]
