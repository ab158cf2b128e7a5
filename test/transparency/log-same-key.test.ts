/** A checkpoint key that signs receipts too. */
import { expect, it } from 'vitest'
import { memoryStore } from '../../src/store/memory.js'
import { keyNamed } from '../ledger/support.js'
import { fill, LOG_CHAIN, never, worldOn } from './log-support.js'

it.each([
  ['the key of the receipts', 'receipts', [{ code: 'TLOG_UNTRUSTED', details: { reason: 'same-key' } }]],
  ['a key of its own', 'checkpoints', []],
])('a log with %s', async (_, name, expected) => {
  const { ledger, log, warnings } = worldOn(memoryStore(), { ...never, keys: keyNamed(name) })
  await fill(ledger, 3)
  await fill(ledger, 3, 'umbrella')
  await log.checkpoint('acme')
  await log.checkpoint('umbrella')
  expect((await log.publish()).chainId).toBe(LOG_CHAIN)
  await log.close()
  await ledger.close()
  // once, and the log goes on
  expect(warnings).toMatchObject(expected)
  expect(warnings).toHaveLength(expected.length)
})
