/** Keys that derive from others, and keys of one purpose: what takes their right away, and how far it goes. */
import { describe, expect, test } from 'vitest'
import {
  chainOf,
  days,
  delegated,
  delegation,
  type Entry,
  entryOf,
  judge,
  judged,
  keyNamed,
  keys,
  msAfter,
  revocation,
  rotation,
  trusting,
} from './support.js'

const three = keyNamed('three')
const mayRotate = entryOf(keys.one, { uses: ['receipt', 'rotate'] })

describe('a key that took the chain over', () => {
  test('does not count once it is itself revoked', async () => {
    const receipts = chainOf([
      {},
      rotation(keys.two),
      { by: keys.two },
      revocation(keys.two, days(2), { by: three, at: days(1) }),
      { by: keys.two, at: days(2) },
    ])
    const keyring = trusting(mayRotate, three)
    expect(await judged(receipts.slice(0, 4), { keyring })).toEqual(['VALID'])
    expect(await judged(receipts, { keyring })).toEqual(['INVALID', 'KEY_REVOKED@4'])
  })

  test('falls with the first of those that handed it on, however many lie between, whoever signed last', async () => {
    const handed = [
      { at: days(0) },
      rotation(keys.two, { at: days(0) }),
      rotation(three, { by: keys.two, at: days(1) }),
    ]
    const keyring = trusting({ ...mayRotate, revokedAt: days(3) })
    for (const between of [[{ at: days(2) }], [{ by: keys.two, at: days(2) }], [{ by: three, at: days(2) }], []]) {
      const receipts = chainOf([...handed, ...between, { by: three, at: days(3) }])
      expect(await judged(receipts, { keyring })).toContain(`KEY_REVOKED@${receipts.length - 1}`)
    }
  })
})

describe('a delegate', () => {
  const root = entryOf(keys.root, { uses: ['delegate'] })

  test('does not count before its certificate’s time, also where times go back to there', async () => {
    const later = delegation({ notBefore: msAfter(5_000), notAfter: days(1) })
    const receipts = chainOf([delegated(later, { at: msAfter(6_000) }), { by: keys.delegate, at: msAfter(4_999) }])
    expect(await judged(receipts, { keyring: trusting(root) })).toEqual([
      'INVALID',
      'TIME_WENT_BACK@1',
      'DELEGATION_INVALID@1',
    ])
    const exact = chainOf([delegated(later, { at: msAfter(5_000) }), { by: keys.delegate, at: msAfter(5_000) }])
    expect(await judged(exact, { keyring: trusting(root) })).toEqual(['VALID'])
  })

  test('of two roots derives from the other one as soon as the first certificate has ended', async () => {
    const otherRoot = keyNamed('other root')
    const lasting = delegation({ root: otherRoot.keyId, notAfter: days(2) }, { root: otherRoot })
    const receipts = chainOf([
      delegated(lasting),
      delegated(delegation(), { at: msAfter(1_000) }),
      { by: keys.delegate, at: days(1) },
    ])
    const keyring = trusting({ ...root, revokedAt: days(1) }, entryOf(otherRoot, { uses: ['delegate'] }))
    // the second receipt alone is the revoked root's, and nobody dates it
    const { verdict, counts, problems } = await judge(receipts, { keyring })
    expect([verdict, counts, problems[0]?.seq]).toEqual(['INCOMPLETE', { KEY_REVOKED_UNDATED: 1 }, 1])
  })
})

describe('a key of one purpose signs what serves it, and nothing else', () => {
  const report: Entry = {
    body: { eventType: 'system', system: { event: 'report', hash: `sha256:${'0'.repeat(64)}`, fromSeq: 0, toSeq: 0 } },
  }
  const heartbeat: Entry = { body: { eventType: 'system', system: { event: 'heartbeat' } } }
  const named: Readonly<Record<string, Entry>> = {
    decision: {},
    report,
    heartbeat,
    revocation: revocation(three, days(9)),
    rotation: rotation(three, { from: keys.two }),
  }
  test.each([
    ['report', ['report']],
    ['revoke', ['revocation']],
    ['rotate', ['rotation']],
    ['receipt', Object.keys(named)],
    ['retention', []],
    ['checkpoint', []],
  ] as const)('%s', async (use, allowed) => {
    const keyring = trusting(keys.one, entryOf(keys.two, { uses: [use] }))
    for (const [name, entry] of Object.entries(named)) {
      const receipts = chainOf([{}, { ...entry, by: keys.two }])
      const expected = (allowed as readonly string[]).includes(name) ? ['VALID'] : ['INVALID', 'KEY_NOT_ALLOWED@1']
      expect([name, ...(await judged(receipts, { keyring }))]).toEqual([name, ...expected])
    }
  })
})
