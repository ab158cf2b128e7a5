/** What the contract promises of state values, signals, leases, `close` and what comes after. */
import assert from 'node:assert/strict'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
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
  type StoreHarness,
} from './harness.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Every call of a store, each on a signal. */
function everyCall(
  store: ReceiptStore,
  receipts: readonly DecisionReceipt[],
  signal?: AbortSignal,
): [string, () => Promise<unknown>][] {
  const [first, second] = receipts as [DecisionReceipt, DecisionReceipt]
  const { chainId } = first
  const calls: [string, () => Promise<unknown>][] = [
    ['head', () => store.head(chainId, { signal })],
    ['append', () => store.append(chainId, [second], refOf(first), { signal })],
    ['get', () => store.get(chainId, first.receiptId, { signal })],
    ['read', () => collect(store.read(chainId, { signal }))],
    ['chains', () => collect(store.chains({ signal }))],
    ['bounds', () => store.bounds(chainId, { signal })],
    ['state.get', () => store.state.get(chainId, 'value', { signal })],
    ['state.put', () => store.state.put(chainId, 'value', bytesOf('new'), 0, { signal })],
  ]
  const { lines, query, prune, eraseDetails, lease } = store
  if (lines) calls.push(['lines', () => collect(lines.call(store, chainId, { signal }))])
  if (query) calls.push(['query', () => collect(query.call(store, { chainId, signal }))])
  if (prune) calls.push(['prune', () => prune.call(store, chainId, 1, refOf(first), { signal })])
  if (eraseDetails) calls.push(['eraseDetails', () => eraseDetails.call(store, chainId, first.receiptId, { signal })])
  if (lease) calls.push(['lease', () => lease.call(store, chainId, 1_000, { signal })])
  return calls
}

async function reopened(harness: StoreHarness): Promise<ReceiptStore> {
  await harness.store.close()
  assert.ok(harness.reopen, 'a durable store needs `reopen` in its harness')
  return harness.reopen()
}

export const livingCases: readonly StoreCase[] = [
  {
    name: 'state: a value has a version, and only who names it may replace it',
    async run({ store }) {
      const chainId = freshChain()
      const { state } = store
      await rejectsWith(state.put(chainId, 'frontier', bytesOf('early'), 1), 'STORE_STATE_CONFLICT')
      const first = await state.put(chainId, 'frontier', bytesOf('one'), 0)
      assert.deepEqual(await state.get(chainId, 'frontier'), { bytes: bytesOf('one'), version: first })
      await rejectsWith(state.put(chainId, 'frontier', bytesOf('again'), 0), 'STORE_STATE_CONFLICT')
      const second = await state.put(chainId, 'frontier', bytesOf('two'), first)
      assert.notEqual(second, first)
      await rejectsWith(state.put(chainId, 'frontier', bytesOf('stale'), first), 'STORE_STATE_CONFLICT')
      assert.deepEqual(await state.get(chainId, 'frontier'), { bytes: bytesOf('two'), version: second })
      assert.equal(await state.get(chainId, 'frontie'), undefined)
      assert.equal(await state.get(freshChain(), 'frontier'), undefined)
    },
  },
  {
    name: 'state: of rivals for one version exactly one wins',
    async run({ store }) {
      const chainId = freshChain()
      let version = 0
      for (let round = 0; round < 3; round += 1) {
        const rivals = Array.from({ length: 8 }, (_, index) => bytesOf(`round ${round} rival ${index}`))
        const results = await Promise.allSettled(
          rivals.map((bytes) => store.state.put(chainId, 'turn', bytes, version)),
        )
        const winners = results.flatMap((result, index) =>
          result.status === 'fulfilled' ? [{ index, version: result.value }] : [],
        )
        assert.equal(winners.length, 1)
        const [winner] = winners as [{ index: number; version: number }]
        version = winner.version
        assert.deepEqual(await store.state.get(chainId, 'turn'), { bytes: rivals[winner.index], version })
      }
    },
  },
  {
    name: 'state: empty, binary and 64 KiB values; longer ones and odd names are a RangeError; bytes are copied',
    async run({ store }) {
      const chainId = freshChain()
      const { state } = store
      const full = Uint8Array.from({ length: 64 * 1024 }, (_, index) => index % 256)
      await state.put(chainId, 'full', full, 0)
      assert.deepEqual((await state.get(chainId, 'full'))?.bytes, full)
      await state.put(chainId, 'empty', new Uint8Array(0), 0)
      assert.equal((await state.get(chainId, 'empty'))?.bytes.length, 0)
      await assert.rejects(state.put(chainId, 'long', new Uint8Array(64 * 1024 + 1), 0), RangeError)
      assert.equal(await state.get(chainId, 'long'), undefined)
      for (const name of ['', 'A', 'a_b', '../a', 'a/b', 'a'.repeat(65)]) {
        await assert.rejects(state.put(chainId, name, bytesOf('x'), 0), RangeError)
        await assert.rejects(state.get(chainId, name), RangeError)
      }
      for (const name of ['con', 'a'.repeat(64), '-', '0']) {
        await state.put(chainId, name, bytesOf(name), 0)
        assert.deepEqual((await state.get(chainId, name))?.bytes, bytesOf(name))
      }
      const given = bytesOf('given')
      await state.put(chainId, 'copied', given, 0)
      given.fill(0)
      ;(await state.get(chainId, 'copied'))?.bytes.fill(0)
      assert.deepEqual((await state.get(chainId, 'copied'))?.bytes, bytesOf('given'))
    },
  },
  {
    name: 'signal: an aborted one rejects every call with its reason and leaves nothing',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 2, rationale: () => 'free text' })
      await appendAfter(store, undefined, receipts.slice(0, 1))
      const reason = new Error('enough')
      const signal = AbortSignal.abort(reason)
      for (const [name, call] of everyCall(store, receipts, signal)) {
        await assert.rejects(call(), (error) => error === reason, `${name} did not reject with the signal's reason`)
      }
      await assertHolds(store, chainId, receipts.slice(0, 1))
      assert.equal(await store.state.get(chainId, 'value'), undefined)
    },
  },
  {
    name: 'signal: it ends a read under way',
    async run({ store }) {
      const chainId = freshChain()
      await appendAfter(store, undefined, testReceipts({ chainId, count: 50 }))
      const controller = new AbortController()
      const reason = new Error('enough')
      let seen = 0
      const read = async () => {
        for await (const _ of store.read(chainId, { signal: controller.signal })) {
          seen += 1
          if (seen === 3) controller.abort(reason)
        }
      }
      await assert.rejects(read(), (error) => error === reason)
      assert.equal(seen, 3)
    },
  },
  {
    name: 'lease: turns are taken one after another, and one that is not given back ends alone',
    needs: 'lease',
    async run({ store }) {
      const chainId = freshChain()
      const lease = feature(store, 'lease')
      const first = await lease(chainId, 30_000)
      const order: string[] = []
      const second = lease(chainId, 30_000).then((taken) => {
        order.push('second')
        return taken
      })
      // time enough for a store that lets everybody in at once
      await new Promise<void>((resolve) => setTimeout(resolve, 50))
      order.push('first gives back')
      await first.release()
      await (await second).release()
      assert.deepEqual(order, ['first gives back', 'second'])
      await lease(chainId, 50)
      await (await lease(chainId, 30_000)).release()
    },
  },
  {
    name: 'close: twice is once, and every call after it is STORE_CLOSED',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 2, rationale: () => 'free text' })
      await appendAfter(store, undefined, receipts.slice(0, 1))
      await Promise.all([store.close(), store.close()])
      await store.close()
      for (const [, call] of everyCall(store, receipts)) await rejectsWith(call(), 'STORE_CLOSED')
    },
  },
  {
    name: 'close: a store that was never used closes',
    async run({ store }) {
      await store.close()
      await rejectsWith(store.head(freshChain()), 'STORE_CLOSED')
    },
  },
  {
    name: 'close: finishes the appends that were begun',
    async run(harness) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 6 })
      const begun = [
        appendAfter(harness.store, undefined, receipts.slice(0, 3)),
        appendAfter(harness.store, undefined, receipts.slice(0, 3)),
      ]
      await harness.store.close()
      await Promise.all(begun)
      if (harness.reopen) {
        const again = await harness.reopen()
        await assertHolds(again, chainId, receipts.slice(0, 3))
        await again.close()
      }
    },
  },
  {
    name: 'reopen: receipts, state values, pruning and erasure are still there, and the chain goes on',
    async run(harness) {
      if (!harness.store.durable)
        return assert.equal(harness.reopen, undefined, 'a store that forgets can not be reopened')
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 12, rationale: (seq) => `free text ${seq}` })
      await appendAfter(harness.store, undefined, receipts.slice(0, 8))
      const version = await harness.store.state.put(chainId, 'value', bytesOf('kept'), 0)
      let store = await reopened(harness)
      await assertHolds(store, chainId, receipts.slice(0, 8))
      await appendAfter(store, undefined, receipts.slice(0, 8))
      assert.deepEqual(await store.state.get(chainId, 'value'), { bytes: bytesOf('kept'), version })
      await rejectsWith(store.state.put(chainId, 'value', bytesOf('stale'), 0), 'STORE_STATE_CONFLICT')
      await store.state.put(chainId, 'value', bytesOf('newer'), version)
      assert.ok((await collect(store.chains())).includes(chainId))

      let held = receipts.slice(0, 8)
      if (store.prune) {
        assert.equal(await store.prune(chainId, 3, refOf(receipts[2] as DecisionReceipt)), 3)
        held = held.slice(3)
      }
      if (store.eraseDetails) {
        assert.equal(await store.eraseDetails(chainId, (receipts[5] as DecisionReceipt).receiptId), true)
        held = held.map(({ details, ...rest }) => (rest.seq === 5 ? rest : { ...rest, details }) as DecisionReceipt)
      }
      store = await reopened({ ...harness, store })
      await assertHolds(store, chainId, held)
      assert.deepEqual((await store.state.get(chainId, 'value'))?.bytes, bytesOf('newer'))
      await appendAfter(store, receipts[7], receipts.slice(8))
      await assertHolds(store, chainId, [...held, ...receipts.slice(8)])
      await store.close()
    },
  },
]
