import { describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { LedgerEvents } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

/** A view of a store as another process has it: each answer takes a turn of the event loop. */
function remote(store: ReceiptStore, extra: Partial<ReceiptStore> = {}): ReceiptStore {
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    ...store,
    async head(chainId, options) {
      await turn()
      return store.head(chainId, options)
    },
    async append(chainId, receipts, expected, options) {
      await turn()
      await store.append(chainId, receipts, expected, options)
      await turn()
    },
    close: async () => undefined,
    ...extra,
  }
}

describe.each([2, 4])('%i ledgers on one chain', (count) => {
  test.each(['the same key', 'a key each'])('lose nothing and double nothing, with %s', async (which) => {
    const memory = memoryStore()
    const providers = Array.from({ length: count }, (_, index) => keyNamed(which === 'a key each' ? `k${index}` : 'a'))
    const entries = (await Promise.all(providers.map((keys) => keys.publicKeys!()))).flat()
    const keyring = new Keyring([...new Map(entries.map((entry) => [entry.keyId, entry])).values()])
    const ledgers = providers.map((keys) => createLedger({ store: remote(memory), keys, redactor: false, keyring }))
    let conflicts = 0
    for (const ledger of ledgers)
      ledger.on('conflict', () => {
        conflicts += 1
      })

    const rounds = 30
    const perLedger = await Promise.all(
      ledgers.map(async (ledger, which) => {
        const seqs: number[] = []
        for (let round = 0; round < rounds; round += 1) {
          const receipts = await Promise.all(
            Array.from({ length: 1 + ((round + which) % 4) }, () => ledger.append(draft())),
          )
          seqs.push(...receipts.map(({ seq }) => seq))
        }
        return seqs
      }),
    )
    const chain = await stored(memory)
    const all = perLedger.flat().sort((a, b) => a - b)
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => index + 1))
    expect(chain).toHaveLength(all.length + 1)
    for (const seqs of perLedger) expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    expect(conflicts).toBeGreaterThan(0)
    expect(await verifyChain(chain, { keyring })).toMatchObject({ verdict: 'VALID', problems: [] })
  })
})

test('a conflict is told with both heads, and the retry keeps id and salt', async () => {
  const memory = memoryStore()
  const one = createLedger({ store: remote(memory), keys: keyNamed('a'), redactor: false })
  const two = createLedger({ store: remote(memory), keys: keyNamed('a'), redactor: false })
  await one.append(draft())
  const theirs = await two.append(draft())
  const events: LedgerEvents['conflict'][] = []
  one.on('conflict', (event) => events.push(event))
  const mine = draft({ details: { rationale: 'why' } })
  const receipt = await one.append(mine)
  expect(receipt).toMatchObject({ receiptId: mine.receiptId, seq: 3, details: { rationale: 'why' } })
  expect(events).toEqual([
    {
      chainId: 'acme',
      expected: { seq: 1, receiptHash: expect.any(String) },
      actual: { seq: 2, receiptHash: theirs.receiptHash },
    },
  ])
})

test('after a conflict the turn to write is taken before signing, and given back', async () => {
  const memory = memoryStore()
  const other = createLedger({ store: remote(memory), keys: keyNamed('a'), redactor: false })
  const taken: string[] = []
  let conflicts = 0
  const store: ReceiptStore = remote(memory, {
    async append(chainId, receipts, expected, options) {
      // somebody is faster twice: only the first time is before the turn was taken
      if (conflicts < 2) {
        conflicts += 1
        await other.append(draft())
      }
      taken.push('append')
      await memory.append(chainId, receipts, expected, options)
    },
    async lease(chainId, ttlMs) {
      taken.push(`lease ${chainId} ${ttlMs > 0}`)
      return {
        release: async () => {
          taken.push('release')
        },
      }
    },
  })
  const ledger = createLedger({ store, keys: keyNamed('a'), redactor: false })
  await ledger.append(draft())
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toEqual(['append', 'lease acme true', 'append', 'append', 'release'])
  // whoever met a conflict once takes its turn first from then on
  await ledger.append(draft())
  expect(taken.slice(5)).toEqual(['lease acme true', 'append', 'release'])
})

test('a turn that can not be had is only a warning', async () => {
  const memory = memoryStore()
  const other = createLedger({ store: remote(memory), keys: keyNamed('a'), redactor: false })
  const leased: ReceiptStore = { ...remote(memory), lease: async () => ({ release: async () => undefined }) }
  const ledger = createLedger({
    store: faultyStore(leased, [{ method: 'lease', call: 1, kind: 'before' }]),
    keys: keyNamed('a'),
    redactor: false,
  })
  const warnings: unknown[] = []
  ledger.on('warning', ({ error }) => warnings.push(error))
  await ledger.append(draft())
  await other.append(draft())
  expect((await ledger.append(draft())).seq).toBe(3)
  expect(warnings).toMatchObject([{ code: 'STORE_UNAVAILABLE' }])
})
