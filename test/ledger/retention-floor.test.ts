import { describe, expect, test } from 'vitest'
import { retentionPresets } from '../../src/index.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import { policyText, promisedBy } from '../../src/ledger/retention-policy.js'
import type { LedgerOptions } from '../../src/ledger/types.js'
import { appendAsIs } from './retention-forger.js'
import { days, idOf, judged, prune, retention, root, shortly, trusted, type World, world } from './retention-world.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

const withOptions = (options: Partial<LedgerOptions>) =>
  world({ retentionDays: undefined, retentionOverride: undefined, ...options })

describe('the floor', () => {
  test('is as long as the longest six months', () => {
    const lengths = Array.from({ length: 48 }, (_, month) => Date.UTC(2027, month + 6, 1) - Date.UTC(2027, month, 1))
    expect(Math.max(...lengths) / 86_400_000).toBe(retentionPresets.general.days)
  })

  test.each([0, 1, 30, 183])('%i days need an override that says why', async (retentionDays) => {
    await expect(withOptions({ retentionDays })).rejects.toThrow(/^retentionDays .*retentionOverride/)
    await expect(withOptions({ retentionDays })).rejects.toThrow(RangeError)
    await expect(withOptions({ retentionDays, retentionOverride: { reason: 'test_system' } })).resolves.toBeDefined()
  })

  test.each([184, 1827])('%i days need none', async (retentionDays) => {
    await expect(withOptions({ retentionDays })).resolves.toBeDefined()
  })

  test.each<[string, unknown, RegExp]>([
    ['no reason', {}, /retentionOverride.reason/],
    ['an empty reason', { reason: '' }, /retentionOverride.reason/],
    ['a sentence', { reason: 'for the law' }, /retentionOverride.reason/],
    ['parentheses, which a policy does not take', { reason: 'a(b)' }, /retentionOverride.reason/],
    ['a reason too long for a policy', { reason: 'a'.repeat(101) }, /retentionOverride.reason/],
    ['a misspelt reason', { reasons: 'r' }, /reasons/],
    ['true', true, /retentionOverride/],
    ['null', null, /retentionOverride/],
  ])('an override of %s is refused', async (_, retentionOverride, message) => {
    await expect(withOptions({ retentionDays: 10, retentionOverride: retentionOverride as never })).rejects.toThrow(
      message,
    )
  })

  test('an override alone does not lower anything', async () => {
    const w = await withOptions({ retentionOverride: { reason: 'test' } })
    await days(w, 190)
    await expect(prune(w, 183)).rejects.toMatchObject({ code: 'LEDGER_RETENTION', details: { reason: 'too-young' } })
    expect((await prune(w, 184)).receipt?.retention).toMatchObject({ policy: '184d:age' })
  })
})

describe('presets', () => {
  const longest = (years: number) =>
    Math.max(
      ...Array.from({ length: 8 }, (_, from) => Date.UTC(2024 + from + years, 0, 1) - Date.UTC(2024 + from, 0, 1)),
    ) / 86_400_000

  test('are the longest that their years can be', () => {
    const { mifid, mifidOnRequest, medical, employment } = retentionPresets
    expect([mifid.days, mifidOnRequest.days, medical.days]).toEqual([longest(5), longest(7), longest(10)])
    // three years from the end of the year in which the receipt was made
    expect(employment.days).toBe(longest(4))
  })

  test('name where they stand, promise nothing, and can not be changed', async () => {
    for (const preset of Object.values(retentionPresets)) {
      expect(preset.basis).toMatch(/\d/)
      expect(preset.note).not.toMatch(/complian|certif|guarantee/i)
      expect(Object.isFrozen(preset)).toBe(true)
      const w = await withOptions({ retentionDays: preset.days })
      await w.ledger.append(draft())
      expect((await stored(w.store))[0]?.system).toMatchObject({ event: 'chain_start', retentionDays: preset.days })
    }
    expect(Object.isFrozen(retentionPresets)).toBe(true)
  })
})

describe('what a chain promised', () => {
  test('outlives its beginning: a ledger that promises less is held to it', async () => {
    const w = await world({ retentionDays: 40 })
    await days(w, 60)
    expect((await prune(w, 40)).receipt?.retention).toMatchObject({ policy: '40d:override:test:age' })
    expect((await stored(w.store))[0]?.seq).toBeGreaterThan(0)
    const lax = await lessPromising(w)
    await expect(prune(lax, 20)).rejects.toMatchObject({ code: 'LEDGER_RETENTION' })
    // and again after a further removal took the first word of it
    w.time.day = 130
    for (let day = 100; day < 130; day += 1) await w.ledger.append(draft())
    w.time.day = 200
    expect((await prune(lax, 40)).removed).toBeGreaterThan(60)
    await expect(prune(lax, 39)).rejects.toMatchObject({ code: 'LEDGER_RETENTION' })
    expect((await judged(w, 40)).verdict).toBe('VALID')
  })

  test('is raised by nobody but a key that may prune', async () => {
    const w = await world()
    await days(w, 30)
    const last = (await stored(w.store)).at(-1)!
    const policy = '99999d:age'
    const event = {
      event: 'prune',
      through: { seq: 3, receiptHash: last.receiptHash },
      count: 4,
      merkleRoot: last.receiptHash,
      policy,
      reason: 'r',
    }
    // the chain's own key, past the ledger that would refuse it
    const forging = createLedgerWith(
      { store: w.store, keys: keyNamed('a'), redactor: false, ...shortly, keyring: await trusted() },
      w.time,
    )
    await expect(
      forging.prune('acme', { olderThanDays: 10, reason: 'r', policy: '99999d:age', keys: keyNamed('a') }),
    ).rejects.toMatchObject({ code: 'LEDGER_KEY_UNTRUSTED' })
    await appendAsIs(w, keyNamed('a'), event as never)
    expect((await prune(w, 10)).removed).toBe(20)
  })

  test('a policy says it in front, and nothing else is taken for it', () => {
    for (const [days, older, override, name] of [
      [184, 184, undefined, 'age'],
      [1827, 4000, 'x', 'p/30d'],
      [30, 30, 'court:30d', 'age'],
    ] as const)
      expect(promisedBy(policyText(days, older, override, name))).toBe(days)
    for (const policy of ['age', 'p-7', 'd:age', 'x184d:age', '184:age', '12345678901d:age'])
      expect(promisedBy(policy)).toBe(0)
  })
})

describe('who prunes with a key that may not', () => {
  test('a session key: refused by the ledger, finished by none, explained to no verifier', async () => {
    const keyring = await trusted({ keyId: await idOf(keyNamed('root')), uses: ['delegate', 'retention'] })
    const w = await world({ keyring })
    await days(w, 30)
    const session = await delegatedBy(keyNamed('root'), keyNamed('d'))
    await expect(prune(w, 10, { keys: session })).rejects.toMatchObject({ details: { reason: 'delegate' } })
    // past the ledger: the delegate seals it itself and then cuts the store
    const delegate = createLedgerWith({ store: w.store, keys: session, redactor: false, ...shortly, keyring }, w.time)
    await delegate.append(draft())
    const chain = await stored(w.store)
    const through = { seq: 19, receiptHash: chain[19]!.receiptHash }
    await appendAsIs(w, keyNamed('d'), {
      event: 'prune',
      through,
      count: 20,
      merkleRoot: root(chain.slice(0, 20)),
      policy: '10d:age',
      reason: 'age',
    } as never)
    // the next who prunes finds the announcement and does not carry it out: it records its own
    expect(await prune(w, 14)).toMatchObject({ removed: 16, through: { seq: 15 } })
    expect((await judged(w)).verdict).toBe('VALID')
    // who holds the store can cut it, and can't explain it
    await w.store.prune!('acme', 20, through)
    expect((await judged(w)).counts).toEqual({ STARTS_LATE: 1 })
  })

  test.each<[string, object, number]>([
    ['may', {}, 16],
    ['was revoked before', { revokedAt: '2026-01-15T00:00:00.000Z' }, 10],
    ['was revoked since', { revokedAt: '2026-02-15T00:00:00.000Z' }, 10],
    ['is out of its window', { validUntil: '2026-01-15T00:00:00.000Z' }, 10],
    ['is for other chains', { chains: ['globex'] }, 10],
    ['is for something else', { uses: ['receipt'] }, 10],
  ])('what a retention key that %s announced is carried out, or not', async (_, limits, first) => {
    const w = await world()
    await days(w, 30)
    const chain = await stored(w.store)
    await appendAsIs(w, retention, {
      event: 'prune',
      through: { seq: 15, receiptHash: chain[15]!.receiptHash as never },
      count: 16,
      merkleRoot: root(chain.slice(0, 16)),
      policy: '10d:age',
      reason: 'age',
    })
    await w.ledger.append(draft())
    const successor = keyNamed('retention-2')
    const keyring = new Keyring([
      { keyId: await idOf(keyNamed('a')) },
      { keyId: await idOf(retention), uses: ['retention'], ...limits },
      { keyId: await idOf(successor), uses: ['retention'] },
    ])
    const other = await world({ store: w.store, keyring })
    other.time.day = 29
    // by age alone what is before seq 10 goes: the announcement went further
    await prune(other, 20, { keys: successor })
    expect((await stored(w.store))[0]?.seq).toBe(first)
  })

  test('a retention key that the chain itself revokes', async () => {
    const w = await world()
    await days(w, 30)
    const chain = await stored(w.store)
    await appendAsIs(w, retention, {
      event: 'prune',
      through: { seq: 15, receiptHash: chain[15]!.receiptHash as never },
      count: 16,
      merkleRoot: root(chain.slice(0, 16)),
      policy: '10d:age',
      reason: 'age',
    })
    await w.ledger.revoke('acme', {
      keyId: await idOf(retention),
      effectiveAt: '2026-01-20T00:00:00.000Z',
      reason: 'lost',
    })
    const successor = keyNamed('retention-2')
    const keyring = w.keyring.with({ keyId: await idOf(successor), uses: ['retention'] })
    const other = await world({ store: w.store, keyring })
    other.time.day = 29
    await prune(other, 20, { keys: successor })
    expect((await stored(w.store))[0]?.seq).toBe(10)
  })

  test('young receipts, announced by a key that may: carried out by no ledger that promises more', async () => {
    const w = await world()
    await days(w, 30)
    const chain = await stored(w.store)
    await appendAsIs(w, retention, {
      event: 'prune',
      through: { seq: 28, receiptHash: chain[28]!.receiptHash },
      count: 29,
      merkleRoot: root(chain.slice(0, 29)),
      policy: '0d:age',
      reason: 'age',
    } as never)
    const { through, receipt } = await prune(w, 10)
    expect([through?.seq, receipt?.seq]).toEqual([19, 32])
    expect((await judged(w)).verdict).toBe('VALID')
  })
})

async function lessPromising(w: World): Promise<World> {
  const ledger = createLedgerWith(
    { store: w.store, keys: keyNamed('a'), redactor: false, ...shortly, keyring: w.keyring },
    w.time,
  )
  return { ...w, ledger }
}
