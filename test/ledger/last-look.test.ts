/** What a ledger that knows more than its store says about it: in `health`, and when it goes. */
import { expect, test } from 'vitest'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { draft, keyNamed, stored } from './support.js'

/** A shared store that outlives the process, and that loses receipts together with all that is remembered beside them. */
function losing(durable = true) {
  let current = memoryStore()
  const store: ReceiptStore = {
    durable,
    head: (...args) => current.head(...args),
    append: (...args) => current.append(...args),
    get: (...args) => current.get(...args),
    read: (...args) => current.read(...args),
    chains: (...args) => current.chains(...args),
    bounds: (...args) => current.bounds(...args),
    state: { get: (...args) => current.state.get(...args), put: (...args) => current.state.put(...args) },
    lease: async () => ({ release: async () => undefined }),
    close: async () => undefined,
  }
  return {
    store,
    async keepOnly(count: number) {
      const kept = (await stored(current)).slice(0, count)
      current = memoryStore()
      if (kept.length > 0) await current.append('acme', kept, undefined)
    },
  }
}

const make = (store: ReceiptStore): Ledger => createLedger({ store, keys: keyNamed('a'), redactor: false })
const headOf = async (ledger: Ledger) => (await ledger.health()).checks.find(({ name }) => name === 'head')
const heard = (ledger: Ledger) => {
  const warnings: string[] = []
  const events: LedgerEvents['rolled_back'][] = []
  ledger.on('warning', ({ error }) => warnings.push((error as { code: string }).code))
  ledger.on('rolled_back', (event) => events.push(event))
  return { warnings, events }
}

test.each([0, 3])(
  'health holds a store that lost all but %i receipts against memory, and changes nothing',
  async (kept) => {
    const { store, keepOnly } = losing()
    const ledger = make(store)
    for (let count = 0; count < 15; count += 1) await ledger.append(draft())
    const before = await stored(store)
    expect(await headOf(ledger)).toEqual({ name: 'head', chainId: 'acme', ok: true })
    await keepOnly(kept)
    expect(await headOf(ledger)).toEqual({ name: 'head', chainId: 'acme', ok: false, code: 'STORE_ROLLED_BACK' })
    expect(await headOf(ledger)).toMatchObject({ code: 'STORE_ROLLED_BACK' })
    expect(await stored(store)).toEqual(before.slice(0, kept))
    await ledger.close()
  },
)

test.each([0, 3])('a ledger that is closed puts back what its store lost behind %i receipts', async (kept) => {
  const { store, keepOnly } = losing()
  const ledger = make(store)
  const { warnings, events } = heard(ledger)
  for (let count = 0; count < 15; count += 1) await ledger.append(draft())
  const before = await stored(store)
  await keepOnly(kept)
  await ledger.close()
  expect(await stored(store)).toEqual(before)
  expect(events.map(({ outcome, lost }) => [outcome, lost.length])).toEqual([['restored', before.length - kept]])
  expect(warnings).toEqual([])
})

test('what it cannot put back, because others wrote there, is a warning', async () => {
  const { store, keepOnly } = losing()
  const ledger = make(store)
  const { warnings, events } = heard(ledger)
  for (let count = 0; count < 5; count += 1) await ledger.append(draft())
  await keepOnly(2)
  const other = make(store)
  await other.append(draft())
  const line = await stored(store)
  await ledger.close()
  expect(warnings).toEqual(['STORE_ROLLED_BACK'])
  expect(events).toEqual([])
  expect(await stored(store)).toEqual(line)
  await other.close()
})

test('a ledger that only read, and one whose store is whole, say nothing and write nothing', async () => {
  const { store } = losing()
  const ledger = make(store)
  const { warnings, events } = heard(ledger)
  await ledger.append(draft())
  const line = await stored(store)
  await ledger.close()
  const reader = make(store)
  const told = heard(reader)
  await reader.health({ chains: ['acme'] })
  await reader.close()
  expect([warnings, events, told.warnings, told.events]).toEqual([[], [], [], []])
  expect(await stored(store)).toEqual(line)
})

test('a store that can not be asked any more is one warning, and closing ends', async () => {
  const { store } = losing()
  let deaf = false
  const head: ReceiptStore['head'] = (...args) => (deaf ? new Promise(() => undefined) : store.head(...args))
  const ledger = make({ ...store, head })
  const { warnings } = heard(ledger)
  await ledger.append(draft())
  deaf = true
  await ledger.close({ timeoutMs: 100 })
  expect(warnings).toEqual(['LEDGER_TIMEOUT'])
})
