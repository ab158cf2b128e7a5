import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startRedis } from '../../scripts/services/redis.js'
import { until } from '../../scripts/services/until.js'
import { QuittanceError } from '../../src/errors.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { redisStore } from '../../src/store/redis.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { draft, keyNamed, stored } from './support.js'

const unmet = (): QuittanceError =>
  new QuittanceError('STORE_DURABILITY', 'nobody confirmed', { details: { outcome: 'unknown', retryable: true } })

const ledgerOn = (store: ReceiptStore): Ledger => {
  const ledger = createLedger({ store, keys: keyNamed('a'), redactor: false })
  onTestFinished(() => ledger.close())
  ledger.on('warning', () => undefined)
  return ledger
}

/** A store that keeps everything and confirms nothing until it is told to. */
function unconfirmed(memory: ReceiptStore): { readonly store: ReceiptStore; confirm(): void } {
  let confirms = false
  const store = faultyStore(memory, ({ method }) =>
    method === 'append' && !confirms ? { method, call: 'every', kind: 'after', error: unmet() } : undefined,
  )
  return {
    store,
    confirm() {
      confirms = true
    },
  }
}

test('what was read in the chain is not acknowledged before the store confirms it', async () => {
  const memory = memoryStore()
  const { store, confirm } = unconfirmed(memory)
  const ledger = ledgerOn(store)
  const retries: LedgerEvents['retry'][] = []
  ledger.on('retry', (event) => retries.push(event))
  let settled = false
  const appends = Promise.all([ledger.append(draft()), ledger.append(draft())])
  appends.then(() => {
    settled = true
  })
  await until('it was tried four times', () => retries.length >= 4)
  expect(settled).toBe(false)
  // chain_start and the two: they are there all the while
  expect(await stored(memory)).toHaveLength(3)
  confirm()
  const receipts = await appends
  expect(await stored(memory)).toHaveLength(3)
  expect(receipts).toEqual((await stored(memory)).slice(1))
})

test('a redelivery is not acknowledged by what another process could not confirm', async () => {
  const memory = memoryStore()
  const { store, confirm } = unconfirmed(memory)
  const one = draft()
  await expect(ledgerOn(store).append(one, { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'LEDGER_TIMEOUT',
    details: { outcome: 'unknown' },
  })
  const again = ledgerOn(store)
  await expect(again.append(one, { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'LEDGER_TIMEOUT',
    details: { outcome: 'unknown' },
  })
  confirm()
  expect((await again.append(one)).receiptId).toBe(one.receiptId)
  expect(await stored(memory)).toHaveLength(2)
})

test('replicated is never said where there is no replica', async () => {
  const redis = await startRedis({ config: { 'repl-diskless-sync-delay': '0' } })
  onTestFinished(() => redis.stop())
  const prefix = randomUUID()
  const ledger = ledgerOn(redisStore({ url: redis.url }, { prefix, durability: 'replicated', confirmMs: 100 }))
  const one = draft()
  await expect(ledger.append(one, { timeoutMs: 1_500 })).rejects.toMatchObject({
    code: 'LEDGER_TIMEOUT',
    details: { outcome: 'unknown' },
    cause: { code: 'STORE_DURABILITY' },
  })
  const replica = await startRedis({ replicaOf: redis })
  onTestFinished(() => replica.stop())
  const receipt = await ledger.append(one, { timeoutMs: 20_000 })
  expect(Number(await replica.command('XLEN', `${prefix}:{${receipt.chainId}}:r`))).toBe(receipt.seq + 1)
})
