/** What a keyring says of a key: uses, windows, chains. */
import { describe, expect, test } from 'vitest'
import type { Keyring, KeyUse } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import {
  chainOf,
  days,
  delegated,
  type EntryOf,
  entryOf,
  judge,
  judged,
  keyEvent,
  keys,
  msAfter,
  plainChain,
  prune,
  revocation,
  rotation,
  trusting,
} from './support.js'

describe('windows are [from, until), to the millisecond', () => {
  const dated = (ms: number) => chainOf([{ at: msAfter(ms) }])
  test.each([
    [999, 'KEY_OUTSIDE_WINDOW@0'],
    [1_000, undefined],
    [1_999, undefined],
    [2_000, 'KEY_OUTSIDE_WINDOW@0'],
  ])('a receipt dated %i ms in a window of [1000, 2000)', async (ms, code) => {
    const keyring = trusting(entryOf(keys.one, { validFrom: msAfter(1_000), validUntil: msAfter(2_000) }))
    expect(await judged(dated(ms), { keyring })).toEqual(code ? ['INVALID', code] : ['VALID'])
  })

  test('a window may be open at either end', async () => {
    expect(await judged(dated(1_000), { keyring: trusting(entryOf(keys.one, { validFrom: msAfter(1_000) })) })).toEqual(
      ['VALID'],
    )
    expect(await judged(dated(999), { keyring: trusting(entryOf(keys.one, { validFrom: msAfter(1_000) })) })).toEqual([
      'INVALID',
      'KEY_OUTSIDE_WINDOW@0',
    ])
    expect(await judged(dated(999), { keyring: trusting(entryOf(keys.one, { validUntil: msAfter(1_000) })) })).toEqual([
      'VALID',
    ])
    expect(
      await judged(dated(1_000), { keyring: trusting(entryOf(keys.one, { validUntil: msAfter(1_000) })) }),
    ).toEqual(['INVALID', 'KEY_OUTSIDE_WINDOW@0'])
  })

  test('a retired key goes on counting for what it signed in its time', async () => {
    const receipts = chainOf([{ at: days(0) }, { at: days(1), by: keys.two }])
    const keyring = trusting(entryOf(keys.one, { validUntil: days(1) }), entryOf(keys.two, { validFrom: days(1) }))
    expect(await judged(receipts, { keyring })).toEqual(['VALID'])
  })
})

describe('uses', () => {
  const plain: EntryOf = {}
  const hold: EntryOf = {
    body: { eventType: 'retention', retention: { event: 'hold', holdId: 'hold-1', reason: 'claim' } },
  }
  const pruning: EntryOf = (before) => prune(before[0] as DecisionReceipt, { by: keys.two })
  const rotating: EntryOf = rotation(keys.delegate, { by: keys.two })
  const revoking: EntryOf = revocation(keys.delegate, days(9))
  const ending: EntryOf = { body: { eventType: 'system', system: { event: 'chain_end', reason: 'closed' } } }
  const delegating: EntryOf = keyEvent({ event: 'delegate', ...(delegated().body?.key as object) } as never)

  const events: Record<string, EntryOf> = { plain, ending, hold, pruning, rotating, revoking }
  /** Which uses may sign which event; `receipt` may sign all of them. */
  const may: Record<KeyUse, readonly string[]> = {
    receipt: Object.keys(events),
    retention: ['hold', 'pruning'],
    rotate: ['rotating'],
    revoke: ['revoking'],
    delegate: [],
    checkpoint: [],
    report: [],
  }
  const cases = Object.entries(may).flatMap(([use, allowed]) =>
    Object.keys(events).map((event) => [use, event, allowed.includes(event)] as const),
  )

  test.each(cases)('a key with the use %s signs %s: %s', async (use, event, allowed) => {
    const entry = events[event] as EntryOf
    const receipts = chainOf([
      {},
      (before) => ({ ...(typeof entry === 'function' ? entry(before) : entry), by: keys.two }),
    ])
    const keyring = trusting(keys.one, entryOf(keys.two, { uses: [use as KeyUse] }))
    expect(await judged(receipts, { keyring })).toEqual(allowed ? ['VALID'] : ['INVALID', 'KEY_NOT_ALLOWED@1'])
  })

  test('several uses add up', async () => {
    const receipts = chainOf([{ by: keys.two }, (before) => prune(before[0] as DecisionReceipt, { by: keys.two })])
    expect(
      await judged(receipts, { keyring: trusting(entryOf(keys.two, { uses: ['receipt', 'retention'] })) }),
    ).toEqual(['VALID'])
  })

  test('a certificate on a receipt of a keyring key is for another key than its own', async () => {
    expect(
      await judged(chainOf([delegating]), { keyring: trusting(keys.one, entryOf(keys.root, { uses: ['delegate'] })) }),
    ).toEqual(['INVALID', 'DELEGATION_INVALID@0'])
  })
})

describe('chains', () => {
  const cases: [chains: string[], chainId: string, covered: boolean][] = [
    [['acme'], 'acme', true],
    [['acme'], 'acme2', false],
    [['acme'], 'Acme', false],
    [['acme*'], 'acme', true],
    [['acme*'], 'acme/eu', true],
    [['acme/*'], 'acme', false],
    [['acme/*'], 'acme/eu', true],
    [['globex', 'acme/*'], 'acme/eu', true],
    [['globex'], 'acme', false],
    [['*'], 'acme', true],
  ]
  test.each(cases)('a key for %j signs in %s: %s', async (chains, chainId, covered) => {
    const keyring = trusting(entryOf(keys.one, { chains }))
    expect(await judged(plainChain(1, { chainId }), { keyring })).toEqual(
      covered ? ['VALID'] : ['INVALID', 'KEY_NOT_ALLOWED@0'],
    )
  })
})

test('everything that is wrong with a key is listed', async () => {
  const entry = entryOf(keys.one, { uses: ['checkpoint'], chains: ['globex'], validFrom: days(1), revokedAt: days(0) })
  const result = await judge(plainChain(1), { keyring: trusting(entry) })
  expect([result.verdict, result.counts]).toEqual([
    'INVALID',
    { KEY_NOT_ALLOWED: 2, KEY_OUTSIDE_WINDOW: 1, KEY_REVOKED: 1 },
  ])
})

test('the key of each receipt is looked up anew: two keys may take turns', async () => {
  const receipts = chainOf([{}, { by: keys.two }, {}, { by: keys.two }])
  expect(await judged(receipts, { keyring: trusting(keys.one, keys.two) })).toEqual(['VALID'])
  expect(await judged(receipts)).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@1', 'KEY_UNKNOWN@3'])
})

test('a keyring is not taken from the data, nor from what only looks like one', async () => {
  const lookalike = { get: () => ({ keyId: keys.one.keyId }), entries: () => [] } as unknown as Keyring
  await expect(judge(plainChain(1), { keyring: lookalike })).rejects.toThrow(TypeError)
})
