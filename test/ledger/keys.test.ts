import { describe, expect, test } from 'vitest'
import { Keyring, type KeyringEntry } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

const ledgerOn = (store: ReceiptStore, keys: KeyProvider = keyNamed('a'), keyring?: Keyring): Ledger =>
  createLedger({ store, keys, redactor: false, keyring })
const idOf = async (keys: KeyProvider): Promise<string> => (await keys.signer()).keyId
const entry = async (keys: KeyProvider, more: Partial<KeyringEntry> = {}): Promise<KeyringEntry> => ({
  keyId: await idOf(keys),
  ...more,
})
const verdict = async (store: ReceiptStore, keyring: Keyring) => {
  const { verdict, problems } = await verifyChain(await stored(store), { keyring })
  return { verdict, codes: [...new Set(problems.map(({ code }) => code))] }
}
const valid = { verdict: 'VALID', codes: [] }

describe('rotate', () => {
  test('hands one chain over, with both signatures', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store)
    await ledger.append(draft())
    await ledger.append(draft({ chainId: 'other' }))
    const [a, b] = [await idOf(keyNamed('a')), await idOf(keyNamed('b'))]
    const rotation = await ledger.rotate('acme', { to: keyNamed('b') })
    expect(rotation).toMatchObject({
      eventType: 'key',
      tenantId: 'acme',
      keyId: a,
      key: { event: 'rotate', newKeyId: b },
    })
    expect((await ledger.append(draft())).keyId).toBe(b)
    expect((await ledger.append(draft({ chainId: 'other' }))).keyId).toBe(a)
    // with the ledger's own keyring, and with one that knows the old key only
    expect(await verdict(store, await ledger.keyring())).toEqual(valid)
    expect(await verdict(store, new Keyring([await entry(keyNamed('a'), { uses: ['receipt', 'rotate'] })]))).toEqual(
      valid,
    )
    expect(await verdict(store, new Keyring([await entry(keyNamed('a'))]))).toEqual({
      verdict: 'INCOMPLETE',
      codes: ['KEY_UNKNOWN'],
    })
  })

  test('what was appended before it is signed by the old key, what comes after by the new one', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store)
    await ledger.append(draft())
    const [one, rotation, two] = await Promise.all([
      ledger.append(draft()),
      ledger.rotate('acme', { to: keyNamed('b') }),
      ledger.append(draft()),
    ])
    expect([one.seq, rotation.seq, two.seq]).toEqual([2, 3, 4])
    expect([one.keyId, rotation.keyId, two.keyId]).toEqual([
      await idOf(keyNamed('a')),
      await idOf(keyNamed('a')),
      await idOf(keyNamed('b')),
    ])
  })

  test('is followed by another ledger, through the chain itself', async () => {
    const store = memoryStore()
    const first = ledgerOn(store)
    await first.append(draft())
    await first.rotate('acme', { to: keyNamed('b') })
    await first.append(draft())
    const keyring = new Keyring([await entry(keyNamed('a'), { uses: ['receipt', 'rotate'] })])
    expect((await ledgerOn(store, keyNamed('b'), keyring).append(draft())).seq).toBe(4)
    // without the use, nothing says that the head's key counts
    await expect(
      ledgerOn(store, keyNamed('b'), new Keyring([await entry(keyNamed('a'))])).append(draft()),
    ).rejects.toMatchObject({ code: 'STORE_BAD_HEAD' })
  })

  test('owns the new provider and closes it', async () => {
    const closed: string[] = []
    const closing = (name: string): KeyProvider => {
      const keys = keyNamed(name)
      return {
        signer: (o) => keys.signer(o),
        publicKeys: () => keys.publicKeys!(),
        close: async () => {
          closed.push(name)
        },
      }
    }
    const ledger = ledgerOn(memoryStore(), closing('a'))
    await ledger.append(draft())
    await ledger.rotate('acme', { to: closing('b') })
    await ledger.close()
    expect(closed).toEqual(['a', 'b'])
  })

  test('survives an answer that was lost', async () => {
    for (const kind of ['before', 'after'] as const) {
      const store = faultyStore(memoryStore(), [{ method: 'append', call: 2, kind }])
      const ledger = ledgerOn(store)
      await ledger.append(draft())
      await ledger.rotate('acme', { to: keyNamed('b') })
      expect((await ledger.append(draft())).keyId).toBe(await idOf(keyNamed('b')))
      expect((await stored(store)).filter(({ key }) => key?.event === 'rotate')).toHaveLength(1)
      expect(await verdict(store, await ledger.keyring())).toEqual(valid)
    }
  })

  test('to the same key is a mistake, and a new key that fails leaves the old one', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store)
    await ledger.append(draft())
    await expect(ledger.rotate('acme', { to: keyNamed('a') })).rejects.toThrow(RangeError)
    const broken: KeyProvider = {
      signer: async () => {
        throw new Error('no')
      },
    }
    await expect(ledger.rotate('acme', { to: broken })).rejects.toMatchObject({
      code: 'KEY_SIGNING_FAILED',
      details: { outcome: 'absent' },
    })
    expect((await ledger.append(draft())).keyId).toBe(await idOf(keyNamed('a')))
  })
})

describe('revoke', () => {
  const effectiveAt = '2020-01-01T00:00:00.000Z'

  test('of the key that another ledger signs with stops that ledger', async () => {
    const store = memoryStore()
    const keyring = new Keyring([await entry(keyNamed('a')), await entry(keyNamed('b'))])
    const [a, b] = [ledgerOn(store, keyNamed('a'), keyring), ledgerOn(store, keyNamed('b'), keyring)]
    await a.append(draft())
    await b.append(draft())
    const revocation = await a.revoke('acme', {
      keyId: await idOf(keyNamed('b')),
      effectiveAt: '2099-01-01T00:00:00.000Z',
      reason: 'retired',
    })
    expect(revocation).toMatchObject({ eventType: 'key', key: { event: 'revoke', reason: 'retired' } })
    await b.append(draft())
    await a.revoke('acme', { keyId: await idOf(keyNamed('b')), effectiveAt, reason: 'compromised' })
    await expect(b.append(draft())).rejects.toMatchObject({
      code: 'LEDGER_KEY_REVOKED',
      details: { outcome: 'absent', keyId: await idOf(keyNamed('b')) },
    })
    // a ledger that opens the chain later learns it too, though the revocation is not the head
    await a.append(draft())
    await expect(ledgerOn(store, keyNamed('b'), keyring).append(draft())).rejects.toMatchObject({
      code: 'LEDGER_KEY_REVOKED',
    })
    expect((await a.append(draft())).keyId).toBe(await idOf(keyNamed('a')))
  })

  test('of a root covers its delegates', async () => {
    const store = memoryStore()
    const keyring = new Keyring([await entry(keyNamed('a')), await entry(keyNamed('root'), { uses: ['delegate'] })])
    const a = ledgerOn(store, keyNamed('a'), keyring)
    const delegate = ledgerOn(store, await delegatedBy(keyNamed('root'), keyNamed('d')), keyring)
    await a.append(draft())
    await delegate.append(draft())
    await a.revoke('acme', { keyId: await idOf(keyNamed('root')), effectiveAt, reason: 'compromised' })
    await expect(delegate.append(draft())).rejects.toMatchObject({ code: 'LEDGER_KEY_REVOKED' })
  })

  test('of the signing key as of now is refused', async () => {
    const ledger = ledgerOn(memoryStore())
    await ledger.append(draft())
    const keyId = await idOf(keyNamed('a'))
    await expect(ledger.revoke('acme', { keyId, effectiveAt, reason: 'compromised' })).rejects.toMatchObject({
      code: 'LEDGER_KEY_REVOKED',
    })
    await ledger.rotate('acme', { to: keyNamed('b') })
    await ledger.revoke('acme', { keyId, effectiveAt, reason: 'compromised' })
    // what derives from a revoked key is revoked with it, unless the keyring knows it by itself
    expect((await ledger.append(draft())).keyId).toBe(await idOf(keyNamed('b')))
  })

  test('refuses what is no time, no key, no reason', async () => {
    const ledger = ledgerOn(memoryStore())
    await ledger.append(draft())
    const keyId = await idOf(keyNamed('b'))
    await expect(ledger.revoke('acme', { keyId, effectiveAt: 'today', reason: 'r' })).rejects.toThrow(RangeError)
    await expect(ledger.revoke('acme', { keyId: 'did:key:z6Mk', effectiveAt, reason: 'r' })).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
    })
    await expect(ledger.revoke('acme', { keyId, effectiveAt, reason: 'because of' })).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
    })
  })
})

describe('a delegate', () => {
  const root = keyNamed('root')
  const trusted = async () => new Keyring([await entry(root, { uses: ['delegate'] })])

  test('carries its certificate on the first receipt of each chain, and only there', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store, await delegatedBy(root, keyNamed('d')))
    for (const chainId of ['acme', 'other']) {
      await ledger.append(draft({ chainId }))
      await ledger.append(draft({ chainId }))
      const chain = await stored(store, chainId)
      expect(chain.map(({ key }) => key?.event)).toEqual(['delegate', undefined, undefined])
      expect(await verifyChain(chain, { keyring: await trusted() })).toMatchObject({ verdict: 'VALID' })
    }
    expect(await ledger.keyring()).toEqual(await trusted())
  })

  test('on a chain that others began rides on its first receipt, whatever its type', async () => {
    const store = memoryStore()
    const keyring = new Keyring([...(await trusted()).entries(), await entry(keyNamed('a'))])
    await ledgerOn(store, keyNamed('a'), keyring).append(draft())
    const ledger = ledgerOn(store, await delegatedBy(root, keyNamed('d')), keyring)
    const receipts = [await ledger.append(draft()), await ledger.append(draft()), await ledger.heartbeat('acme')]
    expect(receipts.map(({ key, eventType }) => [eventType, key?.event])).toEqual([
      ['decision', 'delegate'],
      ['decision', undefined],
      ['system', undefined],
    ])
    expect(await verdict(store, keyring)).toEqual(valid)
  })

  test('whose first receipt is about keys itself gets one of its own before', async () => {
    const store = memoryStore()
    const keyring = new Keyring([...(await trusted()).entries(), await entry(keyNamed('a'))])
    await ledgerOn(store, keyNamed('a'), keyring).append(draft())
    const ledger = ledgerOn(store, await delegatedBy(root, keyNamed('d')), keyring)
    await ledger.revoke('acme', {
      keyId: await idOf(keyNamed('gone')),
      effectiveAt: '2020-01-01T00:00:00.000Z',
      reason: 'lost',
    })
    expect((await stored(store)).slice(2).map(({ eventType, key }) => [eventType, key?.event])).toEqual([
      ['key', 'delegate'],
      ['key', 'revoke'],
    ])
    expect(await verdict(store, keyring)).toEqual(valid)
  })

  test('whose first receipt has no room for a certificate gets one of its own before', async () => {
    const store = memoryStore()
    const keyring = new Keyring([...(await trusted()).entries(), await entry(keyNamed('a'))])
    await ledgerOn(store, keyNamed('a'), keyring).append(draft())
    const ledger = ledgerOn(store, await delegatedBy(root, keyNamed('d')), keyring)
    // as large as a receipt may be
    const sized = (length: number) =>
      draft({ tags: [...Array.from({ length: 63 }, () => 'x'.repeat(1000)), 'y'.repeat(length)] })
    const plain = ledgerOn(memoryStore())
    let length = 2000
    while (
      await plain.append(sized(length)).then(
        () => false,
        () => true,
      )
    )
      length -= 10
    const big = sized(length)
    const settled = await Promise.all([ledger.append(big), ledger.append(draft())])
    expect(settled.map(({ seq }) => seq)).toEqual([3, 4])
    expect((await stored(store)).map(({ key }) => key?.event)).toEqual([
      undefined,
      undefined,
      'delegate',
      undefined,
      undefined,
    ])
    expect(await verdict(store, keyring)).toEqual(valid)
  })

  test('is known to a ledger that comes later, without reading the whole chain', async () => {
    const memory = memoryStore()
    const keyring = await trusted()
    await ledgerOn(memory, await delegatedBy(root, keyNamed('d1')), keyring).append(draft())
    const store = faultyStore(memory, [])
    const second = ledgerOn(store, await delegatedBy(root, keyNamed('d2')), keyring)
    await second.append(draft())
    await second.append(draft())
    expect(store.calls.filter(({ method }) => method === 'read')).toHaveLength(1)
    expect(await verdict(memory, keyring)).toEqual(valid)
  })

  test('is found by reading the chain where no note says where', async () => {
    const memory = memoryStore()
    const keyring = await trusted()
    const first = ledgerOn(memory, await delegatedBy(root, keyNamed('d1')), keyring)
    for (let index = 0; index < 5; index += 1) await first.append(draft())
    const forgetful: ReceiptStore = { ...memory, state: { get: async () => undefined, put: async () => 1 } }
    expect((await ledgerOn(forgetful, await delegatedBy(root, keyNamed('d2')), keyring).append(draft())).seq).toBe(6)
  })

  test('whose certificate was renewed carries the new one', async () => {
    const store = memoryStore()
    let keys = await delegatedBy(root, keyNamed('d'), { serial: '1' })
    const ledger = ledgerOn(store, { signer: (o) => keys.signer(o), publicKeys: () => keys.publicKeys!() })
    await ledger.append(draft())
    keys = await delegatedBy(root, keyNamed('d'), { serial: '2' })
    await ledger.append(draft())
    await ledger.append(draft())
    expect((await stored(store)).map(({ key }) => key?.event === 'delegate' && key.certificate.serial)).toEqual([
      '1',
      false,
      '2',
      false,
    ])
    expect(await verdict(store, await ledger.keyring())).toEqual(valid)
  })

  test.each([
    ['that is over', { notAfter: '2021-01-01T00:00:00.000Z' }],
    ['for other chains', { chains: ['other'] }],
  ])('with a certificate %s does not sign', async (_, more) => {
    const store = memoryStore()
    const ledger = ledgerOn(store, await delegatedBy(root, keyNamed('d'), more))
    await expect(ledger.append(draft())).rejects.toMatchObject({
      code: 'LEDGER_KEY_UNTRUSTED',
      details: { reason: 'DELEGATION_INVALID', outcome: 'absent' },
    })
    expect(await stored(store)).toEqual([])
  })

  test('of a root that the given keyring does not trust does not sign', async () => {
    const keyring = new Keyring([await entry(root)])
    await expect(
      ledgerOn(memoryStore(), await delegatedBy(root, keyNamed('d')), keyring).append(draft()),
    ).rejects.toMatchObject({
      code: 'LEDGER_KEY_UNTRUSTED',
      details: { reason: 'DELEGATION_INVALID' },
    })
  })

  test('of a provider that names no keys is trusted through its root', async () => {
    const delegated = await delegatedBy(root, keyNamed('d'))
    const ledger = ledgerOn(memoryStore(), { signer: (o) => delegated.signer(o) })
    await ledger.append(draft())
    expect(await ledger.keyring()).toEqual(await trusted())
  })
})

describe('a note beside the chain', () => {
  test('teaches nothing that the receipts do not', async () => {
    const memory = memoryStore()
    const keyring = new Keyring([await entry(keyNamed('a'))])
    await ledgerOn(memory, keyNamed('a'), keyring).append(draft())
    // a note that names a place where nothing about keys stands, and one that is nonsense
    for (const text of ['{"seqs":[0,1,99]}', '{"seqs":["x"]}', 'null']) {
      const version = (await memory.state.get('acme', 'keys'))?.version ?? 0
      await memory.state.put('acme', 'keys', new TextEncoder().encode(text), version)
      const ledger = ledgerOn(memory, keyNamed('a'), keyring)
      const warnings: unknown[] = []
      ledger.on('warning', ({ error }) => warnings.push(error))
      await ledger.append(draft())
      expect(warnings).toHaveLength(text.includes('[0') ? 0 : 1)
    }
  })

  test('to a receipt that somebody forged is not followed', async () => {
    const memory = memoryStore()
    const keyring = new Keyring([await entry(keyNamed('a'), { uses: ['receipt', 'rotate'] })])
    const first = ledgerOn(memory, keyNamed('a'), keyring)
    await first.append(draft())
    await first.rotate('acme', { to: keyNamed('b') })
    await first.append(draft())
    // the rotation now names another key: its signature no longer holds
    const forged: ReceiptStore = {
      ...memory,
      async *read(chainId, range) {
        for await (const receipt of memory.read(chainId, range)) {
          yield receipt.key?.event === 'rotate'
            ? { ...receipt, key: { ...receipt.key, newKeyId: (await idOf(keyNamed('evil'))) as never } }
            : receipt
        }
      },
    }
    await expect(ledgerOn(forged, keyNamed('a'), keyring).append(draft())).rejects.toMatchObject({
      code: 'STORE_BAD_HEAD',
      details: { reason: 'KEY_UNKNOWN' },
    })
  })
})
