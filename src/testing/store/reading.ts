/** What the contract promises of looking at a chain. */
import assert from 'node:assert/strict'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptQuery } from '../../store/store.js'
import { testReceipts } from '../receipts.js'
import { appendAfter, assertHolds, collect, feature, freshChain, type StoreCase, seqsOf } from './harness.js'

export const readingCases: readonly StoreCase[] = [
  {
    name: 'read: a chain that holds nothing has no head, no bounds, no receipts and is not listed',
    async run({ store }) {
      const chainId = freshChain()
      await assertHolds(store, chainId, [])
      assert.equal(await store.get(chainId, '01890a5d-ac96-774b-bcce-b302099a8057'), undefined)
      assert.ok(!(await collect(store.chains())).includes(chainId))
      assert.equal(await store.state.get(chainId, 'nothing'), undefined)
    },
  },
  {
    name: 'read: ranges are inclusive at both ends, and may reach beyond what is held',
    async run({ store }) {
      const chainId = freshChain()
      await appendAfter(store, undefined, testReceipts({ chainId, count: 7 }))
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 2, toSeq: 4 }), [2, 3, 4])
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 5 }), [5, 6])
      assert.deepEqual(await seqsOf(store, chainId, { toSeq: 1 }), [0, 1])
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 6, toSeq: 6 }), [6])
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 5, toSeq: 99 }), [5, 6])
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 7 }), [])
      assert.deepEqual(await seqsOf(store, chainId, { fromSeq: 4, toSeq: 3 }), [])
      for (const bad of [-1, 1.5, Number.NaN]) {
        await assert.rejects(seqsOf(store, chainId, { fromSeq: bad }), RangeError)
        await assert.rejects(seqsOf(store, chainId, { toSeq: bad }), RangeError)
      }
    },
  },
  {
    name: 'read: a batch is there whole or not at all, and the head never runs ahead of it',
    async run({ store }) {
      const chainId = freshChain()
      const size = 5
      const receipts = testReceipts({ chainId, count: 12 * size })
      let writing = true
      const write = async () => {
        for (let at = 0; at < receipts.length; at += size) {
          await appendAfter(store, receipts[at - 1], receipts.slice(at, at + size))
        }
        writing = false
      }
      const watch = async () => {
        let rounds = 0
        while (writing || rounds === 0) {
          rounds += 1
          const head = await store.head(chainId)
          assert.equal(((head?.seq ?? -1) + 1) % size, 0, 'the head stands inside a batch')
          const seqs = await seqsOf(store, chainId)
          assert.equal(seqs.length % size, 0, `${seqs.length} receipts: part of a batch was read`)
          assert.deepEqual(seqs, [...seqs.keys()])
          assert.ok(seqs.length >= (head?.seq ?? -1) + 1, 'the head was there, its receipts were not')
          const bounds = await store.bounds(chainId)
          assert.equal(((bounds?.last ?? -1) + 1) % size, 0, 'the bounds stand inside a batch')
          // a store that answers without I/O would keep the writer from its turn
          await new Promise<void>((resolve) => setImmediate(resolve))
        }
      }
      await Promise.all([write(), watch()])
      await assertHolds(store, chainId, receipts)
    },
  },
  {
    name: 'read: shows at least what was there when it began, gap-free, whatever is appended meanwhile',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 40 })
      await appendAfter(store, undefined, receipts.slice(0, 20))
      const seen: DecisionReceipt[] = []
      for await (const receipt of store.read(chainId)) {
        seen.push(receipt)
        if (seen.length === 3) await appendAfter(store, receipts[19], receipts.slice(20))
      }
      assert.ok(seen.length >= 20)
      assert.deepEqual(seen, receipts.slice(0, seen.length))
    },
  },
  {
    name: 'read: a reader that stops early leaves nothing behind that would keep the store from closing',
    async run({ store }) {
      const chainId = freshChain()
      await appendAfter(store, undefined, testReceipts({ chainId, count: 10 }))
      for await (const receipt of store.read(chainId)) if (receipt.seq === 2) break
      const abandoned = store.read(chainId)[Symbol.asyncIterator]()
      assert.equal((await abandoned.next()).done, false)
      await store.close()
    },
  },
  {
    name: 'lines: the canonical line of each receipt, without the newline',
    needs: 'lines',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({ chainId, count: 5, rationale: (seq) => (seq % 2 === 0 ? 'é\n"' : undefined) })
      await appendAfter(store, undefined, receipts)
      const lines = feature(store, 'lines')
      assert.deepEqual(await collect(lines(chainId)), receipts.map(lineOf))
      assert.deepEqual(await collect(lines(chainId, { fromSeq: 1, toSeq: 3 })), receipts.slice(1, 4).map(lineOf))
      assert.deepEqual(await collect(lines(freshChain())), [])
    },
  },
  {
    name: 'query: every member narrows, all together, ascending, up to the limit',
    needs: 'query',
    async run({ store }) {
      const chainId = freshChain()
      const receipts = testReceipts({
        chainId,
        count: 12,
        body: (seq) => ({
          traceId: `trace-${seq % 3}`,
          sessionId: `session-${seq % 2}`,
          action: seq % 4 === 0 ? 'reject' : 'allow',
          eventType: seq % 5 === 0 ? 'inference' : 'decision',
          ...(seq % 6 === 0 ? { subjectId: `hmac-sha256:${'ab'.repeat(32)}` as const, pseudonymKeyId: 'k1' } : {}),
        }),
      })
      await appendAfter(store, undefined, receipts)
      await appendAfter(
        store,
        undefined,
        testReceipts({ chainId: freshChain(), count: 2, body: () => ({ traceId: 'trace-0' }) }),
      )
      const query = feature(store, 'query')
      const found = async (by: Omit<ReceiptQuery, 'chainId'>) => {
        const hits = await collect(query({ chainId, ...by }))
        for (const hit of hits) assert.deepEqual(hit, receipts[hit.seq])
        return hits.map((hit) => hit.seq)
      }
      const timeOf = (seq: number) => (receipts[seq] as DecisionReceipt).timestamp
      assert.deepEqual(await found({}), [...receipts.keys()])
      assert.deepEqual(await found({ traceId: 'trace-1' }), [1, 4, 7, 10])
      assert.deepEqual(await found({ sessionId: 'session-1' }), [1, 3, 5, 7, 9, 11])
      assert.deepEqual(await found({ action: 'reject' }), [0, 4, 8])
      assert.deepEqual(await found({ eventType: 'inference' }), [0, 5, 10])
      assert.deepEqual(await found({ subjectId: `hmac-sha256:${'ab'.repeat(32)}` }), [0, 6])
      assert.deepEqual(await found({ from: timeOf(9) }), [9, 10, 11])
      assert.deepEqual(await found({ to: timeOf(2) }), [0, 1])
      assert.deepEqual(await found({ from: timeOf(3), to: timeOf(6) }), [3, 4, 5])
      assert.deepEqual(await found({ traceId: 'trace-1', sessionId: 'session-0' }), [4, 10])
      assert.deepEqual(await found({ traceId: 'trace-1', limit: 2 }), [1, 4])
      assert.deepEqual(await found({ limit: 0 }), [])
      assert.deepEqual(await found({ traceId: 'trace-9' }), [])
      assert.deepEqual(await collect(query({ chainId: freshChain() })), [])
      await assert.rejects(found({ from: 'yesterday' }), RangeError)
      await assert.rejects(found({ limit: -1 }), RangeError)
    },
  },
  {
    name: 'chains: each chain that holds a receipt, once; a state value alone does not count',
    async run({ store }) {
      const held = Array.from({ length: 3 }, freshChain)
      for (const chainId of held) await appendAfter(store, undefined, testReceipts({ chainId, count: 2 }))
      const onlyState = freshChain()
      await store.state.put(onlyState, 'note', Uint8Array.of(1), 0)
      const listed = await collect(store.chains())
      for (const chainId of held) assert.equal(listed.filter((name) => name === chainId).length, 1)
      assert.ok(!listed.includes(onlyState))
    },
  },
  {
    name: 'chains: ids that differ only in case, or that file systems and key spaces could confuse, are separate chains',
    async run({ store }) {
      const base = freshChain()
      const ids = [
        `${base}/tenant`,
        `${base}/Tenant`,
        `${base}/TENANT`,
        `${base}:tenant`,
        `${base}@tenant`,
        `${base}.tenant`,
        `${base}_tenant`,
        `${base}-tenant`,
        `${base}/tenant.`,
        `${base}/CON`,
        `${base}/con`,
        `${base}/nul.txt`,
        `${base}/a/b`,
        `${base}/a:b`,
        `${base}/.hidden`,
        `${base}/${'x'.repeat(255 - base.length)}`,
        `${base}/${'x'.repeat(254 - base.length)}X`,
      ]
      const made = ids.map((chainId, index) => testReceipts({ chainId, count: (index % 3) + 1 }))
      for (const receipts of made) await appendAfter(store, undefined, receipts)
      for (const [index, chainId] of ids.entries()) {
        await store.state.put(chainId, 'number', Uint8Array.of(index), 0)
        await assertHolds(store, chainId, made[index] as DecisionReceipt[])
      }
      for (const [index, chainId] of ids.entries()) {
        assert.deepEqual((await store.state.get(chainId, 'number'))?.bytes, Uint8Array.of(index))
      }
      const listed = await collect(store.chains())
      assert.deepEqual(listed.filter((name) => name.startsWith(base)).sort(), [...ids].sort())
    },
  },
]
