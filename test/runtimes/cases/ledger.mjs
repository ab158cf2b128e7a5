/** Ledgers in memory: what is sealed, and what becomes of it when something fails. */
import assert from 'node:assert/strict'
import { createLedger, Keyring, verifyChain } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { memoryStore } from 'quittance/store/memory'
import { faultyStore } from 'quittance/testing'
import { all, collect } from './support.mjs'

export const ledgerCases = [
  {
    name: 'ledger: what is collected is sealed and verifies, and no member of it can be changed',
    async run() {
      const ledger = createLedger({
        store: memoryStore(),
        keys: localKey({ ephemeral: true }),
        redactor: false,
        secret: new Uint8Array(32).fill(7),
        commitment: 'hmac-sha256',
      })
      const first = await collect(ledger).setAction('allow').emit()
      await collect(ledger, { systemId: 'scoring' })
        .setSubject('Person One')
        .setInput({ income: 4000 })
        .setOutput(new TextEncoder().encode('bytes'))
        .addCheck('risk', { op: 'gt', score: 0.1, threshold: 0.5, detail: 'low' })
        .setAction('reject')
        .addReason('DTI')
        .setModel({ modelId: 'm-1' })
        .addLink('corrects', first)
        .setError(new Error('late'), { code: 'LATE' })
        .emit()
      const receipts = await all(ledger.store.read('acme'))
      const keyring = await ledger.keyring()
      assert.equal((await verifyChain(receipts, { keyring })).verdict, 'VALID')
      const [start, , last] = receipts
      assert.equal(receipts.length, 3)
      for (const name of Object.keys(last)) {
        const changed = { ...last, [name]: name === 'seq' ? 3 : undefined }
        const { verdict, problems } = await verifyChain([start, receipts[1], changed], { keyring })
        // free text may be erased: that is the one thing that may be missing
        assert.equal(verdict, name === 'details' ? 'VALID' : 'INVALID', `${name} ${JSON.stringify(problems)}`)
      }
      await ledger.close()
    },
  },
  {
    name: 'ledger: 300 appends at once on ten chains keep their order',
    async run() {
      const ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })
      const appended = Array.from({ length: 300 }, (_, index) =>
        collect(ledger, { chainId: `chain-${index % 10}` })
          .setState({ index })
          .setAction('allow')
          .emit(),
      )
      const receipts = await Promise.all(appended)
      for (const [index, { seq }] of receipts.entries()) assert.equal(seq, 1 + Math.floor(index / 10))
      const keyring = await ledger.keyring()
      for (let chain = 0; chain < 10; chain += 1) {
        const { verdict, checked } = await verifyChain(ledger.store.read(`chain-${chain}`), { keyring })
        assert.deepEqual([verdict, checked], ['VALID', 31])
      }
      await ledger.close()
    },
  },
  {
    name: 'ledger: a store that fails, before and after it wrote, loses and doubles nothing',
    async run() {
      const store = faultyStore(memoryStore(), [
        { method: 'append', call: 1, kind: 'before' },
        { method: 'append', call: 2, kind: 'after' },
      ])
      const ledger = createLedger({ store, keys: localKey({ ephemeral: true }), redactor: false })
      const receipts = await Promise.all(Array.from({ length: 5 }, () => collect(ledger).setAction('allow').emit()))
      const kept = await all(ledger.store.read('acme'))
      assert.deepEqual(
        kept.slice(1).map(({ receiptId }) => receiptId),
        receipts.map(({ receiptId }) => receiptId),
      )
      assert.deepEqual(
        store.calls.filter(({ fault }) => fault !== undefined).map(({ fault }) => fault),
        ['before', 'after'],
      )
      await ledger.close()
    },
  },
  {
    name: 'ledger: a key is rotated and another revoked, and the chain says so',
    async run() {
      const [one, two] = ['33', '44'].map((pair) => localKey({ seed: pair.repeat(32) }))
      const [oneKeyId, twoKeyId] = await Promise.all([one, two].map(async (key) => (await key.signer()).keyId))
      const keyring = new Keyring([{ keyId: oneKeyId, uses: ['receipt', 'rotate'] }])
      const ledger = createLedger({ store: memoryStore(), keys: one, keyring, redactor: false })
      await collect(ledger).setAction('allow').emit()
      await ledger.rotate('acme', { to: two })
      const after = await collect(ledger).setAction('allow').emit()
      assert.equal(after.keyId, twoKeyId)
      assert.equal((await verifyChain(ledger.store.read('acme'), { keyring })).verdict, 'VALID')
      await ledger.close()
    },
  },
  {
    name: 'ledger: an append is given up by signal and by time, and says what came of it',
    async run() {
      const store = { ...memoryStore(), append: () => new Promise(() => {}) }
      const ledger = createLedger({ store, keys: localKey({ ephemeral: true }), redactor: false })
      await assert.rejects(
        collect(ledger).setAction('allow').emit({ timeoutMs: 50 }),
        ({ code, details }) => code === 'LEDGER_TIMEOUT' && details.outcome === 'unknown',
      )
      await assert.rejects(collect(ledger).setAction('allow').emit({ signal: AbortSignal.abort() }), {
        code: 'LEDGER_ABORTED',
      })
      await ledger.close({ timeoutMs: 50 })
    },
  },
  {
    name: 'ledger: health says yes, and no once the store is gone',
    async run() {
      const ledger = createLedger({ store: memoryStore(), keys: localKey({ ephemeral: true }), redactor: false })
      assert.equal((await ledger.health()).ok, true)
      await ledger.close()
      assert.equal((await ledger.health()).ok, false)
    },
  },
]
