import { expect, test } from 'vitest'
import { createLedger } from '../../src/ledger/ledger.js'
import { memoryStore } from '../../src/store/memory.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

test('smoke', async () => {
  const store = memoryStore()
  const ledger = createLedger({ store, keys: keyNamed('a'), redactor: false })
  const receipts = await Promise.all(Array.from({ length: 1000 }, () => ledger.append(draft())))
  expect(receipts.map((r) => r.seq)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  const result = await verifyChain(await stored(store), { keyring: await ledger.keyring() })
  expect(result.verdict).toBe('VALID')
  expect(result.checked).toBe(1001)
  await ledger.close()
})
