/** Ledgers over keys that change under them: delegations that end, roots that go away, keys that take over. */
import { afterEach, describe, expect, test } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import { createDelegate } from '../../src/keys/delegated/delegate.js'
import { checkedOptions } from '../../src/keys/delegated/options.js'
import { delegatedKey } from '../../src/keys/delegated.js'
import { failover } from '../../src/keys/failover.js'
import { Keyring } from '../../src/keys/keyring.js'
import { limited } from '../../src/keys/limited.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { verifyChain } from '../../src/verify/chain.js'
import { idOf, keyNamed, switched, until } from '../keys/wrapped-support.js'
import { draft, stored } from './support.js'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)

const opened: Ledger[] = []
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close()
})

/** A ledger and a key over one clock that the test sets. */
function under(keys: (now: () => number) => KeyProvider, more: { keyring?: Keyring } = {}) {
  const clock = { now: START }
  const store = memoryStore()
  const provider = keys(() => clock.now)
  const ledger = createLedgerWith(
    { store, keys: provider, redactor: false, ...more },
    { ...realEnvironment, now: () => clock.now },
  )
  opened.push(ledger)
  const warnings: QuittanceError[] = []
  ledger.on('warning', ({ error }) => warnings.push(error as QuittanceError))
  return { clock, store, ledger, warnings, provider }
}

const delegatedBy = (root: KeyProvider) => (now: () => number) =>
  createDelegate(checkedOptions({ root, chains: ['acme', 'other'] }), now)

const rootOnly = async () => new Keyring([{ keyId: await idOf(keyNamed('root')), uses: ['delegate'] }])
const NOW = '2026-02-01T00:00:00.000Z'

describe('a delegated key', () => {
  test('signs chains that verify with nothing but the root, across renewals', async () => {
    const root = switched('root')
    const { ledger, clock, store, warnings } = under(delegatedBy(root.provider))
    for (let hour = 0; hour < 96; hour += 1) {
      await ledger.append(draft())
      await ledger.append(draft({ chainId: 'other' }))
      clock.now += HOUR
      const asked = root.calls.sign
      await new Promise((resolve) => setImmediate(resolve))
      if (root.calls.sign > asked) await until(() => root.underWay.now === 0)
    }
    for (const chainId of ['acme', 'other']) {
      const chain = await stored(store, chainId)
      expect(await verifyChain(chain, { keyring: await rootOnly(), now: NOW })).toMatchObject({ verdict: 'VALID' })
      // one certificate a key, on its first receipt in each chain
      const certificates = chain.filter(({ key }) => key?.event === 'delegate')
      expect(certificates.map(({ keyId }) => keyId)).toEqual([...new Set(chain.map(({ keyId }) => keyId))])
    }
    expect(root.calls.sign).toBe(5)
    expect(warnings).toEqual([])
  })

  test('outlives an outage of its root, warns through the ledger, and stops at its end', async () => {
    const root = switched('root')
    const { ledger, clock, store, warnings } = under(delegatedBy(root.provider))
    await ledger.append(draft())
    root.set('down')
    clock.now = START + 23 * HOUR
    await ledger.append(draft())
    await until(() => warnings.length > 0)
    expect(warnings[0]).toMatchObject({ code: 'KEY_UNAVAILABLE' })
    clock.now = START + 24 * HOUR
    await expect(ledger.append(draft())).rejects.toMatchObject({ code: 'KEY_EXPIRED', details: { outcome: 'absent' } })
    root.set('up')
    clock.now += HOUR
    await ledger.append(draft())
    const chain = await stored(store)
    expect(chain).toHaveLength(4)
    expect(await verifyChain(chain, { keyring: await rootOnly(), now: NOW })).toMatchObject({ verdict: 'VALID' })
  })

  test('is renewed under load, where one batch is made while another is stored', async () => {
    const root = switched('root')
    const { ledger, clock, store } = under(delegatedBy(root.provider))
    const load = Array.from({ length: 30 }, async (_, lane) => {
      for (let round = 0; round < 40; round += 1) {
        await Promise.all(Array.from({ length: 10 }, () => ledger.append(draft())))
        if (lane === 0) clock.now += HOUR
      }
    })
    await Promise.all(load)
    const chain = await stored(store)
    expect(chain).toHaveLength(12_001)
    expect(new Set(chain.map(({ keyId }) => keyId)).size).toBeGreaterThan(1)
    expect(await verifyChain(chain, { keyring: await rootOnly(), now: '2026-03-01T00:00:00.000Z' })).toMatchObject({
      verdict: 'VALID',
    })
  })

  test('signs no chain that it is not certified for', async () => {
    const { ledger, store } = under(delegatedBy(keyNamed('root')))
    await expect(ledger.append(draft({ chainId: 'third' }))).rejects.toMatchObject({
      code: 'KEY_PERMISSION',
      details: { outcome: 'absent', chainId: 'third' },
    })
    expect(await stored(store, 'third')).toEqual([])
  })

  test('is followed by another process, which has a session key of its own', async () => {
    const store = memoryStore()
    for (let writer = 0; writer < 3; writer += 1) {
      const keys = delegatedKey({ root: keyNamed('root'), chains: ['acme'] })
      const ledger = createLedgerWith(
        { store: { ...store, close: async () => {} }, keys, redactor: false },
        realEnvironment,
      )
      await ledger.append(draft())
      await ledger.close()
    }
    const chain = await stored(store)
    expect(new Set(chain.map(({ keyId }) => keyId)).size).toBe(3)
    expect(await verifyChain(chain, { keyring: await rootOnly() })).toMatchObject({ verdict: 'VALID' })
  })
})

describe('a failover', () => {
  const both = async () => new Keyring([await idOf(keyNamed('a')), await idOf(keyNamed('b'))])

  test('in the middle of a batch loses nothing: the batch is signed again by the next key', async () => {
    const [a, b] = [switched('a', { names: false }), switched('b')]
    const { ledger, store, warnings } = under(() => failover([a.provider, b.provider]))
    await ledger.append(draft())
    a.set('down')
    await Promise.all(Array.from({ length: 100 }, () => ledger.append(draft())))
    const chain = await stored(store)
    expect(chain).toHaveLength(102)
    expect([...new Set(chain.map(({ keyId }) => keyId))]).toEqual([
      await idOf(keyNamed('a')),
      await idOf(keyNamed('b')),
    ])
    expect(await verifyChain(chain, { keyring: await both(), now: NOW })).toMatchObject({ verdict: 'VALID' })
    expect(warnings.map(({ details }) => details.reason)).toEqual(['failover'])
  })

  test('from a key that hangs, too', async () => {
    const [a, b] = [switched('a', { names: false }), switched('b')]
    const { ledger, store } = under(() => failover([a.provider, b.provider], { timeoutMs: 50 }))
    await ledger.append(draft())
    a.set('hanging')
    expect((await ledger.append(draft())).keyId).toBe(await idOf(keyNamed('b')))
    expect(await verifyChain(await stored(store), { keyring: await both(), now: NOW })).toMatchObject({
      verdict: 'VALID',
    })
  })

  test('to a delegated key carries its certificate', async () => {
    const a = switched('a', { names: false })
    const root = keyNamed('root')
    const { ledger, store } = under((now) => failover([a.provider, delegatedBy(root)(now)]))
    await ledger.append(draft())
    a.set('down')
    await ledger.append(draft())
    const keyring = (await rootOnly()).with(await idOf(keyNamed('a')))
    expect(await verifyChain(await stored(store), { keyring, now: NOW })).toMatchObject({ verdict: 'VALID' })
  })
})

test('sixty-four calls at once disturb no signal', async () => {
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  try {
    const a = switched('a')
    const { ledger } = under(() => limited(a.provider, { concurrency: 64 }))
    await ledger.append(draft())
    await Promise.all(Array.from({ length: 300 }, () => ledger.append(draft())))
    expect(a.underWay.most).toBe(64)
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings.map(({ name }) => name)).toEqual([])
  } finally {
    process.off('warning', onWarning)
  }
})

test('a provider that hangs holds nobody longer than the caller waits', async () => {
  const a = switched('a')
  const { ledger, store } = under(() => a.provider)
  await ledger.append(draft())
  a.set('hanging')
  await expect(ledger.append(draft(), { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'LEDGER_TIMEOUT',
    details: { outcome: 'absent' },
  })
  a.set('up')
  await ledger.append(draft())
  expect(await stored(store)).toHaveLength(3)
})

test('what a key warns of after a rotation is heard, too', async () => {
  const root = switched('root')
  const { ledger, warnings } = under(() => keyNamed('a'), {
    keyring: new Keyring([
      { keyId: await idOf(keyNamed('a')), uses: ['receipt', 'rotate'] },
      await idOf(keyNamed('b')),
      await idOf(root.provider),
    ]),
  })
  await ledger.append(draft())
  const b = switched('b')
  await ledger.rotate('acme', { to: failover([b.provider, root.provider]) })
  b.set('down')
  await ledger.append(draft())
  expect(warnings.map(({ details }) => details.reason)).toEqual(['failover'])
})
