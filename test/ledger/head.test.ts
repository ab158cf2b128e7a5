import { describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import { createLedger, createLedgerWith } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

const ledgerOn = (store: ReceiptStore, keys: KeyProvider = keyNamed('a'), keyring?: Keyring): Ledger =>
  createLedger({ store, keys, redactor: false, keyring })

/** The store with another head than it has. */
const withHead = (store: ReceiptStore, change: (head: DecisionReceipt) => DecisionReceipt): ReceiptStore => ({
  ...store,
  async head(chainId, options) {
    const head = await store.head(chainId, options)
    return head && change(head)
  },
})

describe('a head that another writer sealed', () => {
  test('is chained on when it verifies', async () => {
    const memory = memoryStore()
    await ledgerOn(memory).append(draft())
    expect((await ledgerOn(memory).append(draft())).seq).toBe(2)
  })

  test.each<[string, (head: DecisionReceipt) => DecisionReceipt, string]>([
    ['whose action was changed', (head) => ({ ...head, action: 'reject' }), 'HASH_MISMATCH'],
    ['whose hash was changed', (head) => ({ ...head, receiptHash: `sha256:${'0'.repeat(64)}` }), 'SIGNATURE_INVALID'],
    [
      'whose signature was changed',
      (head) => ({ ...head, signature: `ed25519:${'0'.repeat(128)}` }),
      'SIGNATURE_INVALID',
    ],
    [
      'whose details were changed',
      (head) => ({ ...head, details: { ...head.details!, rationale: 'other' } }),
      'DETAILS_MISMATCH',
    ],
    ['with a member more', (head) => ({ ...head, note: 1 }) as never, 'UNSUPPORTED'],
    ['of another version', (head) => ({ ...head, version: 'quittance/2' }) as never, 'UNSUPPORTED'],
    ['that is no receipt', () => ({ seq: 1 }) as never, 'FIELD_INVALID'],
  ])('%s is refused', async (_, change) => {
    const memory = memoryStore()
    await ledgerOn(memory).append(draft({ details: { rationale: 'why' } }))
    const ledger = ledgerOn(withHead(memory, change))
    await expect(ledger.append(draft())).rejects.toMatchObject({
      code: 'STORE_BAD_HEAD',
      details: { chainId: 'acme', outcome: 'absent', reason: expect.any(String) },
    })
    expect(await stored(memory)).toHaveLength(2)
  })

  test('of another chain is refused', async () => {
    const memory = memoryStore()
    await ledgerOn(memory).append(draft({ chainId: 'other' }))
    const store: ReceiptStore = { ...memory, head: (_, options) => memory.head('other', options) }
    await expect(ledgerOn(store).append(draft())).rejects.toMatchObject({
      code: 'STORE_BAD_HEAD',
      details: { reason: 'CHAIN_MISMATCH' },
    })
  })

  test('by a key that is not in the keyring is refused, and taken when it is', async () => {
    const memory = memoryStore()
    await ledgerOn(memory, keyNamed('stranger')).append(draft())
    await expect(ledgerOn(memory).append(draft())).rejects.toMatchObject({
      code: 'STORE_BAD_HEAD',
      details: { reason: 'KEY_UNKNOWN' },
    })
    const entries = [...(await keyNamed('stranger').publicKeys!()), ...(await keyNamed('a').publicKeys!())]
    expect((await ledgerOn(memory, keyNamed('a'), new Keyring(entries)).append(draft())).seq).toBe(2)
  })

  test('by a key outside its window is refused', async () => {
    const memory = memoryStore()
    await ledgerOn(memory).append(draft())
    const [entry] = await keyNamed('a').publicKeys!()
    const own = await keyNamed('b').publicKeys!()
    const keyring = new Keyring([{ ...entry!, validUntil: '2020-01-01T00:00:00.000Z' }, ...own])
    await expect(ledgerOn(memory, keyNamed('b'), keyring).append(draft())).rejects.toMatchObject({
      code: 'STORE_BAD_HEAD',
      details: { reason: 'KEY_OUTSIDE_WINDOW' },
    })
  })

  test('by a key that was compromised later is chained on by its successor', async () => {
    const memory = memoryStore()
    await ledgerOn(memory).append(draft())
    const [entry] = await keyNamed('a').publicKeys!()
    const keyring = new Keyring([
      { ...entry!, revokedAt: '2099-01-01T00:00:00.000Z' },
      ...(await keyNamed('b').publicKeys!()),
    ])
    expect((await ledgerOn(memory, keyNamed('b'), keyring).append(draft())).seq).toBe(2)
  })

  test('is read once: an undisturbed ledger asks neither for heads nor for receipts', async () => {
    const store = faultyStore(memoryStore(), [])
    const ledger = ledgerOn(store)
    for (let index = 0; index < 5; index += 1) await ledger.append(draft())
    const methods = store.calls.map(({ method }) => method)
    expect(methods).toEqual(['head', 'state.get', 'append', 'append', 'append', 'append', 'append'])
  })
})

describe('the key that would sign', () => {
  test('must be one that the given keyring trusts', async () => {
    const memory = memoryStore()
    const ledger = ledgerOn(memory, keyNamed('a'), new Keyring(await keyNamed('b').publicKeys!()))
    await expect(ledger.append(draft())).rejects.toMatchObject({
      code: 'LEDGER_KEY_UNTRUSTED',
      details: { reason: 'KEY_UNKNOWN', outcome: 'absent', keyId: (await keyNamed('a').signer()).keyId },
    })
    expect(await stored(memory)).toEqual([])
  })

  test.each<[string, object, string, string]>([
    ['revoked', { revokedAt: '2020-01-01T00:00:00.000Z' }, 'LEDGER_KEY_REVOKED', 'KEY_REVOKED'],
    ['retired', { validUntil: '2020-01-01T00:00:00.000Z' }, 'LEDGER_KEY_UNTRUSTED', 'KEY_OUTSIDE_WINDOW'],
    ['for other chains', { chains: ['other/*'] }, 'LEDGER_KEY_UNTRUSTED', 'KEY_NOT_ALLOWED'],
    ['for other uses', { uses: ['checkpoint'] }, 'LEDGER_KEY_UNTRUSTED', 'KEY_NOT_ALLOWED'],
  ])('is refused when the keyring has it as %s', async (_, more, code, reason) => {
    const [entry] = await keyNamed('a').publicKeys!()
    const ledger = ledgerOn(memoryStore(), keyNamed('a'), new Keyring([{ ...entry!, ...more }]))
    await expect(ledger.append(draft())).rejects.toMatchObject({ code, details: { reason, outcome: 'absent' } })
  })

  test('may be a new one of a provider that names its keys', async () => {
    const memory = memoryStore()
    let current = keyNamed('a')
    const keys: KeyProvider = {
      signer: (options) => current.signer(options),
      publicKeys: async () =>
        [
          ...(await keyNamed('a').publicKeys!()),
          ...(current === keyNamed('a') ? [] : await current.publicKeys!()),
        ].filter((entry, index, all) => all.findIndex(({ keyId }) => keyId === entry.keyId) === index),
    }
    const ledger = ledgerOn(memory, keys)
    const one = await ledger.append(draft())
    current = keyNamed('b')
    const two = await ledger.append(draft())
    expect(two.keyId).not.toBe(one.keyId)
    expect((await verifyChain(await stored(memory), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('of a provider that names no keys is trusted by its own ledger', async () => {
    const memory = memoryStore()
    let current = keyNamed('a')
    const ledger = ledgerOn(memory, { signer: (options) => current.signer(options) })
    await ledger.append(draft())
    current = keyNamed('b')
    await ledger.append(draft())
    expect((await verifyChain(await stored(memory), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })
})

describe('the clock', () => {
  const at = (times: readonly string[]) => {
    let index = 0
    return { ...realEnvironment, now: () => Date.parse(times[Math.min(index++, times.length - 1)]!) }
  }

  test('set back never backdates a receipt', async () => {
    const memory = memoryStore()
    const times = [
      '2026-01-01T10:00:00.000Z',
      '2026-01-01T09:00:00.000Z',
      '2026-01-01T09:30:00.000Z',
      '2026-01-01T11:00:00.000Z',
    ]
    const ledger = createLedgerWith({ store: memory, keys: keyNamed('a'), redactor: false }, at(times))
    for (let index = 0; index < times.length; index += 1) await ledger.append(draft())
    expect((await stored(memory)).map(({ timestamp }) => timestamp.slice(11, 16))).toEqual([
      '10:00',
      '10:00',
      '10:00',
      '10:00',
      '11:00',
    ])
    expect((await verifyChain(await stored(memory), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('behind the head by more than 5 minutes is a warning', async () => {
    const memory = memoryStore()
    const ahead = createLedgerWith(
      { store: memory, keys: keyNamed('a'), redactor: false },
      at(['2026-01-01T10:06:00.000Z']),
    )
    await ahead.append(draft())
    for (const [now, expected] of [
      ['2026-01-01T10:00:00.000Z', ['STORE_CLOCK']],
      ['2026-01-01T10:02:00.000Z', []],
    ] as const) {
      const ledger = createLedgerWith({ store: memory, keys: keyNamed('a'), redactor: false }, at([now]))
      const warnings: unknown[] = []
      ledger.on('warning', ({ error }) => warnings.push((error as { code: string }).code))
      const { timestamp } = await ledger.append(draft())
      expect(timestamp).toBe('2026-01-01T10:06:00.000Z')
      expect(warnings).toEqual(expected)
    }
  })

  test('that jumped ahead and came back is a warning, once until the head is no longer ahead', async () => {
    const memory = memoryStore()
    const times = [
      '2027-01-01T10:00:00.000Z',
      '2026-01-01T10:00:00.000Z',
      '2026-01-01T10:00:01.000Z',
      '2027-01-01T10:00:00.000Z',
    ]
    const ledger = createLedgerWith({ store: memory, keys: keyNamed('a'), redactor: false }, at(times))
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push((error as { code: string }).code))
    const counts: number[] = []
    for (let index = 0; index < times.length; index += 1) {
      await ledger.append(draft())
      counts.push(warnings.length)
    }
    expect(counts).toEqual([0, 1, 1, 1])
    expect(new Set(warnings)).toEqual(new Set(['STORE_CLOCK']))
  })
})
