/**
 * Testing code that makes decisions, with the real ledger: `testLedger` keeps everything in memory, its clock stands still
 * and its ids come from a seed, so that the same calls give the same bytes. There is nothing to mock.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ledger, ReceiptCollector, verifyChain } from 'quittance'
import { testLedger } from 'quittance/testing'

/** The code under test takes its ledger, as it would take a database. */
async function moderate(ledger: Ledger, text: string): Promise<boolean> {
  return new ReceiptCollector({ ledger, tenantId: 'acme' }).run((receipt) => {
    const score = /buy now/i.test(text) ? 0.97 : 0.01
    const blocked = score > 0.5
    receipt.setInput(text).addCheck('spam', { op: 'gt', score, threshold: 0.5 })
    receipt.setAction(blocked ? 'reject' : 'allow').setOutput({ blocked })
    return !blocked
  })
}

test('spam is rejected, and the receipt says why', async () => {
  await using ledger = testLedger()
  assert.equal(await moderate(ledger, 'Buy now!'), false)

  const [start, decision] = await ledger.receipts('acme')
  assert.equal(start?.eventType, 'system')
  assert.equal(decision?.action, 'reject')
  assert.deepEqual(decision?.checks, [{ name: 'spam', op: 'gt', score: 0.97, threshold: 0.5, fired: true }])

  const { verdict } = await verifyChain(ledger.store.read('acme'), { keyring: await ledger.keyring() })
  assert.equal(verdict, 'VALID')
})

test('the same calls give the same bytes', async () => {
  const hashes = await Promise.all(
    [1, 2].map(async () => {
      await using ledger = testLedger({ now: '2026-03-01T00:00:00.000Z', seed: 7 })
      await moderate(ledger, 'Hello.')
      return (await ledger.receipts()).map((receipt) => receipt.receiptHash)
    }),
  )
  assert.deepEqual(hashes[0], hashes[1])
})
