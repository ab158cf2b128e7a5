/** What the contract promises of `append`. */
import assert from 'node:assert/strict'
import { QuittanceError } from '../../errors.js'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import { testReceipts } from '../receipts.js'
import { appendAfter, assertHolds, freshChain, refOf, rejectsWith, type StoreCase, seqsOf } from './harness.js'

/** Rivals for one place: each would follow `after`. */
function rivalsAfter(after: DecisionReceipt | undefined, chainId: string, count: number): DecisionReceipt[] {
  return Array.from({ length: count }, (_, index) => {
    const [rival] = testReceipts({ chainId, count: 1, after, label: `rival ${index}` })
    return rival as DecisionReceipt
  })
}

async function exactlyOneWins(
  store: ReceiptStore,
  chainId: string,
  after: DecisionReceipt | undefined,
): Promise<DecisionReceipt> {
  const rivals = rivalsAfter(after, chainId, 16)
  const results = await Promise.allSettled(rivals.map((rival) => appendAfter(store, after, [rival])))
  const winners = rivals.filter((_, index) => results[index]?.status === 'fulfilled')
  assert.equal(winners.length, 1, `${winners.length} of 16 rivals won`)
  const winner = winners[0] as DecisionReceipt
  for (const result of results) {
    if (result.status === 'fulfilled') continue
    assert.ok(QuittanceError.is(result.reason, 'STORE_CONFLICT'), String(result.reason))
    assert.deepEqual(result.reason.details.actual, refOf(winner))
    assert.equal(result.reason.details.outcome, 'absent')
  }
  return winner
}

/** Appends one receipt, trying again on the new head for as long as it loses. */
async function appendPatiently(store: ReceiptStore, chainId: string, label: string): Promise<DecisionReceipt> {
  for (;;) {
    const head = await store.head(chainId)
    const [receipt] = testReceipts({ chainId, count: 1, after: head, label })
    assert.ok(receipt)
    try {
      await appendAfter(store, head, [receipt])
      return receipt
    } catch (error) {
      if (!QuittanceError.is(error, 'STORE_CONFLICT')) throw error
    }
  }
}

export const appendingCases: readonly StoreCase[] = [
  {
    name: 'append: what resolved is shown by head, get, read and bounds',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 6 })
      await appendAfter(store, undefined, receipts.slice(0, 1))
      await assertHolds(store, chainId, receipts.slice(0, 1))
      await appendAfter(store, receipts[0], receipts.slice(1, 5))
      await assertHolds(store, chainId, receipts.slice(0, 5))
      await appendAfter(store, receipts[4], receipts.slice(5))
      await assertHolds(store, chainId, receipts)
    },
  },
  {
    name: 'append: of rivals for the first place exactly one wins, the others get STORE_CONFLICT with the actual head',
    async run({ store }) {
      const chainId = freshChain()
      const winner = await exactlyOneWins(store, chainId, undefined)
      await assertHolds(store, chainId, [winner])
    },
  },
  {
    name: 'append: of rivals for a later place exactly one wins, round after round',
    async run({ store }) {
      const chainId = freshChain()
      const held = testReceipts({ chainId, count: 3 })
      await appendAfter(store, undefined, held)
      for (let round = 0; round < 4; round += 1) held.push(await exactlyOneWins(store, chainId, held.at(-1)))
      await assertHolds(store, chainId, held)
    },
  },
  {
    name: 'append: writers that try again until they win leave one gap-free chain with each receipt once',
    async run({ store }) {
      const chainId = freshChain()
      const appended = await Promise.all(
        Array.from({ length: 4 }, async (_, writer) => {
          const own: DecisionReceipt[] = []
          for (let index = 0; index < 6; index += 1) {
            own.push(await appendPatiently(store, chainId, `writer ${writer} receipt ${index}`))
          }
          return own
        }),
      )
      await assertHolds(
        store,
        chainId,
        appended.flat().sort((a, b) => a.seq - b.seq),
      )
    },
  },
  {
    name: 'append: several chains at once do not disturb each other',
    async run({ store }) {
      const chains = Array.from({ length: 8 }, () => testReceipts({ chainId: freshChain(), count: 5 }))
      await Promise.all(
        chains.map(async (receipts) => {
          for (const [index, receipt] of receipts.entries()) await appendAfter(store, receipts[index - 1], [receipt])
        }),
      )
      for (const receipts of chains) await assertHolds(store, (receipts[0] as DecisionReceipt).chainId, receipts)
    },
  },
  {
    name: 'append: a stale, foreign or missing expected head is STORE_CONFLICT, and nothing is left',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 4 })
      const [first, second, third] = receipts as [DecisionReceipt, DecisionReceipt, DecisionReceipt]
      const ahead = await rejectsWith(appendAfter(store, first, [second]), 'STORE_CONFLICT')
      assert.equal(ahead.details.actual, undefined)
      assert.deepEqual(ahead.details.expected, refOf(first))
      await appendAfter(store, undefined, [first, second, third])

      const [late] = testReceipts({ chainId, count: 1, after: second, label: 'late' })
      const [restart] = testReceipts({ chainId, count: 1, label: 'restart' })
      const elsewhere = testReceipts({ chainId, count: 4, label: 'elsewhere' })
      const attempts: [DecisionReceipt | undefined, DecisionReceipt | undefined][] = [
        [second, late],
        [undefined, restart],
        [elsewhere[2], elsewhere[3]],
      ]
      for (const [before, receipt] of attempts) {
        assert.ok(receipt)
        const error = await rejectsWith(appendAfter(store, before, [receipt]), 'STORE_CONFLICT')
        assert.deepEqual(error.details.actual, refOf(third))
        assert.deepEqual(error.details.expected, before && refOf(before))
        assert.equal(error.details.outcome, 'absent')
        assert.equal(error.details.chainId, chainId)
        assert.equal(await store.get(chainId, receipt.receiptId), undefined)
      }
      await assertHolds(store, chainId, [first, second, third])
    },
  },
  {
    name: 'append: the identical receipts again are a no-op, newest or not, whole or in part',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 9 })
      await appendAfter(store, undefined, receipts.slice(0, 3))
      await appendAfter(store, undefined, receipts.slice(0, 3))
      await appendAfter(store, receipts[2], receipts.slice(3, 6))
      await appendAfter(store, undefined, receipts.slice(0, 3))
      await appendAfter(store, receipts[0], receipts.slice(1, 2))
      await appendAfter(store, receipts[3], receipts.slice(4, 6))
      await assertHolds(store, chainId, receipts.slice(0, 6))
      // a batch of which a prefix is there: the rest is appended
      await appendAfter(store, receipts[3], receipts.slice(4, 9))
      await assertHolds(store, chainId, receipts)
    },
  },
  {
    name: 'append: the same receipts from many callers at once are there once, and every caller succeeds',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 4 })
      await Promise.all(Array.from({ length: 8 }, () => appendAfter(store, undefined, receipts)))
      await assertHolds(store, chainId, receipts)
    },
  },
  {
    name: 'append: a batch whose beginning is there but whose rest lost its place is STORE_CONFLICT',
    async run({ store }) {
      const chainId = freshChain()
      const [first, second] = testReceipts({ chainId, count: 2 }) as [DecisionReceipt, DecisionReceipt]
      const [rival] = testReceipts({ chainId, count: 1, after: first, label: 'rival' })
      await appendAfter(store, undefined, [first, second])
      assert.ok(rival)
      const error = await rejectsWith(appendAfter(store, undefined, [first, rival]), 'STORE_CONFLICT')
      assert.deepEqual(error.details.actual, refOf(second))
      await assertHolds(store, chainId, [first, second])
    },
  },
  {
    name: 'append: an id that stands at another seq is STORE_ID_EXISTS, and the whole batch is refused',
    async run({ store }) {
      const chainId = freshChain()
      const held = testReceipts({ chainId, count: 3 })
      const reused = (held[1] as DecisionReceipt).receiptId
      await appendAfter(store, undefined, held)
      const [again] = testReceipts({
        chainId,
        count: 1,
        after: held[2],
        label: 'again',
        body: () => ({ receiptId: reused }),
      })
      assert.ok(again)
      const error = await rejectsWith(appendAfter(store, held[2], [again]), 'STORE_ID_EXISTS')
      assert.equal(error.details.receiptId, reused)
      assert.equal(error.details.outcome, 'absent')
      const behindGood = testReceipts({
        chainId,
        count: 2,
        after: held[2],
        label: 'behind',
        body: (seq) => (seq === 4 ? { receiptId: reused } : {}),
      })
      await rejectsWith(appendAfter(store, held[2], behindGood), 'STORE_ID_EXISTS')
      const own = '01890a5d-ac96-774b-bcce-b302099a8057'
      const twice = testReceipts({
        chainId,
        count: 2,
        after: held[2],
        label: 'twice',
        body: () => ({ receiptId: own }),
      })
      await rejectsWith(appendAfter(store, held[2], twice), 'STORE_ID_EXISTS')
      await assertHolds(store, chainId, held)
      // ids belong to their chain
      const other = freshChain()
      const elsewhere = testReceipts({ chainId: other, count: 1, body: () => ({ receiptId: reused }) })
      await appendAfter(store, undefined, elsewhere)
      await assertHolds(store, other, elsewhere)
    },
  },
  {
    name: 'append: receipts that are not consecutive, not linked or not of the chain are a RangeError',
    async run({ store }) {
      const chainId = freshChain()
      const [a, b, c] = testReceipts({ chainId, count: 3 }) as [DecisionReceipt, DecisionReceipt, DecisionReceipt]
      const rivals = testReceipts({ chainId, count: 2, label: 'rival' })
      const foreign = testReceipts({ chainId: freshChain(), count: 1 })
      const wrong: [readonly DecisionReceipt[], DecisionReceipt | undefined][] = [
        [[], undefined],
        [[a, c], undefined],
        [[b], undefined],
        [[a], a],
        [[b, a], a],
        [[a, a], undefined],
        [[a, rivals[1] as DecisionReceipt], undefined],
        [[rivals[1] as DecisionReceipt], a],
        [foreign, undefined],
      ]
      for (const [receipts, before] of wrong) {
        await assert.rejects(store.append(chainId, receipts, before && refOf(before)), RangeError)
      }
      for (const bad of ['', '/a', 'a/', 'a..b', 'a b', 'ä', 'a'.repeat(257)]) {
        await assert.rejects(store.append(bad, [a], undefined), RangeError)
      }
      await assertHolds(store, chainId, [])
    },
  },
  {
    name: 'append: lines up to the 128 KiB limit, and any Unicode, come back as they went in',
    async run({ store }) {
      const chainId = freshChain()
      const texts = [
        'x'.repeat(129_200),
        '€'.repeat(43_060),
        '\u0000\u001f"\\\u2028\u2029\ufeff',
        '👩🏽‍🚀 ǅ שלום ไทย',
        '\ud83d\ude00'.repeat(2_000),
      ]
      const receipts = testReceipts({ chainId, count: texts.length, rationale: (seq) => texts[seq] })
      const longest = Math.max(...receipts.map((receipt) => new TextEncoder().encode(lineOf(receipt)).length))
      assert.ok(longest > 130_000 && longest <= MAX_LINE_BYTES)
      await appendAfter(store, undefined, receipts)
      await assertHolds(store, chainId, receipts)
    },
  },
  {
    name: 'append: a batch of a thousand is as whole as a batch of one',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 1_000 })
      await appendAfter(store, undefined, receipts)
      const seqs = await seqsOf(store, chainId)
      assert.deepEqual(
        seqs,
        receipts.map((receipt) => receipt.seq),
      )
      for (const seq of [0, 499, 999]) {
        const receipt = receipts[seq] as DecisionReceipt
        assert.deepEqual(await store.get(chainId, receipt.receiptId), receipt)
      }
    },
  },
  {
    name: 'append: nobody can edit the store through an object that went in or came out',
    async run({ store }) {
      const chainId = freshChain()
      const [sealed] = testReceipts({ chainId, count: 1, rationale: () => 'as sealed' })
      assert.ok(sealed)
      const given = structuredClone(sealed)
      await appendAfter(store, undefined, [given])
      const vandalise = (receipt: unknown): void => {
        const open = receipt as { action: string; checks: { fired: boolean }[]; details: { rationale: string } }
        for (const edit of [
          () => Object.assign(open, { action: 'reject' }),
          () => Object.assign(open.checks[0] ?? {}, { fired: true }),
          () => Object.assign(open.details, { rationale: 'edited' }),
        ]) {
          try {
            edit()
          } catch (error) {
            // a frozen object is the better answer
            assert.ok(error instanceof TypeError)
          }
        }
      }
      vandalise(given)
      vandalise(await store.head(chainId))
      vandalise(await store.get(chainId, sealed.receiptId))
      for await (const receipt of store.read(chainId)) vandalise(receipt)
      await assertHolds(store, chainId, [sealed])
    },
  },
  {
    name: 'append: afterPruned begins an empty chain behind the expected head, and changes nothing for any other',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 130, rationale: (seq) => `free text ${seq}` })
      const [gone, first] = receipts.slice(99, 101) as [DecisionReceipt, DecisionReceipt]
      const { actual, outcome } = (await rejectsWith(appendAfter(store, gone, [first]), 'STORE_CONFLICT')).details
      assert.deepEqual([actual, outcome], [undefined, 'absent'])
      const begin = (batch: readonly DecisionReceipt[]) =>
        store.append(chainId, batch, refOf(gone), { afterPruned: true })
      await begin(receipts.slice(100, 103))
      await assertHolds(store, chainId, receipts.slice(100, 103))
      await begin(receipts.slice(100, 103))
      await begin(receipts.slice(100, 105))
      await assertHolds(store, chainId, receipts.slice(100, 105))
      const [rival] = testReceipts({ chainId, count: 1, after: gone, label: 'rival' })
      await rejectsWith(begin([rival as DecisionReceipt]), 'STORE_CONFLICT')
      await rejectsWith(appendAfter(store, undefined, receipts.slice(0, 2)), 'STORE_CONFLICT')
      await rejectsWith(
        store.append(chainId, receipts.slice(110, 112), refOf(receipts[109] as DecisionReceipt), { afterPruned: true }),
        'STORE_CONFLICT',
      )
      await appendAfter(store, receipts[104], receipts.slice(105))
      await assertHolds(store, chainId, receipts.slice(100))
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 90, toSeq: 101 }), [100, 101])
      assert.equal(await store.get(chainId, gone.receiptId), undefined)
    },
  },
  {
    name: 'append: of one that begins at seq 0 and others that begin behind pruned heads exactly one wins',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 12 })
      const starts = [0, 4, 5, 9]
      const results = await Promise.allSettled(
        starts.map((seq) => {
          const before = seq === 0 ? undefined : refOf(receipts[seq - 1] as DecisionReceipt)
          return store.append(chainId, [receipts[seq] as DecisionReceipt], before, { afterPruned: seq > 0 })
        }),
      )
      const won = starts.filter((_, index) => results[index]?.status === 'fulfilled')
      const first = won[0] as number
      // the next receipt of the same chain is no rival of one that won
      assert.ok(won.length === 1 || (won.length === 2 && won[0] === 4 && won[1] === 5), `${won} won`)
      for (const result of results) {
        if (result.status === 'rejected') assert.ok(QuittanceError.is(result.reason, 'STORE_CONFLICT'))
      }
      await assertHolds(store, chainId, receipts.slice(first, first + won.length))
    },
  },
  {
    name: 'append: a chain that began behind a pruned head is there again after it was reopened',
    async run(harness) {
      if (harness.reopen === undefined) return
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 8 })
      await harness.store.append(chainId, receipts.slice(3, 6), refOf(receipts[2] as DecisionReceipt), {
        afterPruned: true,
      })
      await harness.store.close()
      const store = await harness.reopen()
      try {
        await assertHolds(store, chainId, receipts.slice(3, 6))
        await appendAfter(store, receipts[5], receipts.slice(6))
        await assertHolds(store, chainId, receipts.slice(3))
      } finally {
        await store.close()
      }
    },
  },
]
