/** Compromised keys: what they signed from `revokedAt` on never counts, what they signed before only where somebody else dates it. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { Anchor } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import {
  chainOf,
  days,
  delegated,
  delegation,
  type Entry,
  type EntryOf,
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

/** One receipt a day, signed by the keys named: `1` and `2` are keyring keys. */
const signers = { 1: keys.one, 2: keys.two, 3: keyNamed('three') } as const
const daily = (by: string) =>
  chainOf([...by].map((name, day): Entry => ({ by: signers[name as never], at: days(day) })))

const three = signers[3]
const revoked = (at: string, key = keys.one) => entryOf(key, { revokedAt: at })

describe('revoked in the keyring', () => {
  test('at or after the time: KEY_REVOKED; the millisecond before: only undated', async () => {
    const receipts = chainOf([{ at: msAfter(999) }])
    expect(await judged(receipts, { keyring: trusting(revoked(msAfter(999))) })).toEqual(['INVALID', 'KEY_REVOKED@0'])
    expect(await judged(receipts, { keyring: trusting(revoked(msAfter(998))) })).toEqual(['INVALID', 'KEY_REVOKED@0'])
    expect(await judged(receipts, { keyring: trusting(revoked(msAfter(1_000))) })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED@0',
    ])
  })

  test('nothing dates what it signed before: one finding, counting all', async () => {
    const result = await judge(daily('111'), { keyring: trusting(revoked(days(5))) })
    expect([result.verdict, result.counts]).toEqual(['INCOMPLETE', { KEY_REVOKED_UNDATED: 3 }])
    expect(result.problems).toMatchObject([{ code: 'KEY_REVOKED_UNDATED', seq: 2 }])
  })

  test('a later receipt of another keyring key dates it, when dated before the revocation', async () => {
    const keyring = trusting(revoked(days(5)), keys.two)
    expect(await judged(daily('1112'), { keyring })).toEqual(['VALID'])
    expect(await judged(daily('11121112').slice(0, 5), { keyring })).toEqual(['INCOMPLETE', 'KEY_REVOKED_UNDATED@4'])
    expect((await judge(daily('11121'), { keyring })).counts).toEqual({ KEY_REVOKED_UNDATED: 1 })
  })

  test('a later receipt dated at the revocation or after it comes too late', async () => {
    expect(await judged(daily('1112'), { keyring: trusting(revoked(days(3)), keys.two) })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED@2',
    ])
    expect((await judge(daily('11212'), { keyring: trusting(revoked(days(4)), keys.two) })).counts).toEqual({
      KEY_REVOKED_UNDATED: 1,
    })
  })

  test('a receipt before does not date it', async () => {
    expect(await judged(daily('2111'), { keyring: trusting(revoked(days(9)), keys.two) })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED@3',
    ])
  })

  test('an unknown key dates nothing', async () => {
    expect(await judged(daily('112'), { keyring: trusting(revoked(days(9))) })).toEqual([
      'INCOMPLETE',
      'KEY_UNKNOWN@2',
      'KEY_REVOKED_UNDATED@1',
    ])
  })

  test('a key that is not allowed to sign, or outside its window, dates nothing', async () => {
    for (const more of [{ uses: ['checkpoint'] }, { validFrom: days(8) }, { chains: ['globex'] }] as const) {
      const result = await judge(daily('112'), { keyring: trusting(revoked(days(9)), entryOf(keys.two, more)) })
      expect([result.verdict, result.counts.KEY_REVOKED_UNDATED]).toEqual(['INVALID', 2])
    }
  })

  test('another revoked key dates nothing, a third one does', async () => {
    const two = revoked(days(20), keys.two)
    expect((await judge(daily('112'), { keyring: trusting(revoked(days(9)), two) })).counts).toEqual({
      KEY_REVOKED_UNDATED: 3,
    })
    expect(await judged(daily('1123'), { keyring: trusting(revoked(days(9)), two, three) })).toEqual(['VALID'])
  })

  test('a receipt that does not hold dates nothing', async () => {
    const receipts = daily('112')
    const forged = { ...(receipts[2] as DecisionReceipt), action: 'reject' }
    const result = await judge([...receipts.slice(0, 2), forged as never], {
      keyring: trusting(revoked(days(9)), keys.two),
    })
    expect([result.verdict, result.counts]).toEqual(['INVALID', { HASH_MISMATCH: 1, KEY_REVOKED_UNDATED: 2 }])
  })

  test('before and after the revocation, both are said', async () => {
    const result = await judge(daily('1121'), { keyring: trusting(revoked(days(3)), keys.two) })
    expect([result.verdict, result.counts]).toEqual(['INVALID', { KEY_REVOKED: 1 }])
  })

  test('a receipt in a chain of another keyring key is not concerned', async () => {
    expect(await judged(daily('222'), { keyring: trusting(revoked(days(0)), keys.two) })).toEqual(['VALID'])
  })
})

describe('a witnessed checkpoint', () => {
  const receipts = daily('1111')
  const witnessed = (size: number, witnessedAt?: string): Anchor => anchorOf(receipts, size, witnessedAt)
  const keyring = trusting(revoked(days(9)))

  test('dates the receipts that it covers', async () => {
    expect(await judged(receipts, { keyring, anchors: [witnessed(4, days(5))] })).toEqual(['VALID'])
  })

  test('does not, when it was witnessed at the revocation or later, or by nobody', async () => {
    for (const at of [days(9), days(10), undefined]) {
      expect(await judged(receipts, { keyring, anchors: [witnessed(4, at)] })).toEqual([
        'INCOMPLETE',
        'KEY_REVOKED_UNDATED@3',
      ])
    }
  })

  test('does not date what it does not cover', async () => {
    expect(await judged(receipts, { keyring, anchors: [witnessed(3, days(5))] })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED@3',
    ])
  })

  test('does not, when this chain is not the one that it is of', async () => {
    const anchors = [{ ...witnessed(4, days(5)), rootHash: `sha256:${'0'.repeat(64)}` }]
    expect(await judged(receipts, { keyring, anchors })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@3',
      'KEY_REVOKED_UNDATED@3',
    ])
    expect(await judged(receipts, { keyring, anchors: [{ ...witnessed(4, days(5)), chainId: 'globex' }] })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED@3',
    ])
  })
})

describe('revoked in the chain', () => {
  const trusted = trusting(keys.one, keys.two, three)
  const by = (key = keys.two, at?: string): Entry => ({ by: key, at })
  const revokesOne = (effectiveAt: string, more: Entry = by(keys.two, days(3))) =>
    revocation(keys.one, effectiveAt, more)

  test('from then on the key does not count', async () => {
    const receipts = chainOf([
      by(keys.one, days(0)),
      by(keys.two, days(1)),
      revokesOne(days(2)),
      by(keys.one, days(4)),
      by(keys.two, days(5)),
    ])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['INVALID', 'KEY_REVOKED@3'])
  })

  test('what it signed before, and another key dated, goes on counting', async () => {
    const receipts = chainOf([by(keys.one, days(0)), by(keys.two, days(1)), revokesOne(days(2))])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['VALID'])
  })

  test('what it signed before, and nothing dates, does not', async () => {
    const receipts = chainOf([by(keys.one, days(0)), by(keys.one, days(1)), revokesOne(days(2))])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['INCOMPLETE', 'KEY_REVOKED_UNDATED@1'])
  })

  test('what another key dated only at the effect itself does not', async () => {
    const receipts = chainOf([by(keys.one, days(0)), by(keys.two, days(2)), revokesOne(days(2))])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['INCOMPLETE', 'KEY_REVOKED_UNDATED@0'])
  })

  test('with an effect in the past, what lies between is KEY_REVOKED after all', async () => {
    const receipts = chainOf([by(keys.one, days(0)), by(keys.two, days(1)), by(keys.one, days(2)), revokesOne(days(2))])
    const result = await judge(receipts, { keyring: trusted })
    expect([result.verdict, result.counts.KEY_REVOKED, result.problems[0]?.seq]).toEqual(['INVALID', 1, 2])
  })

  test('with an effect in the future, it counts until then', async () => {
    const receipts = chainOf([
      by(keys.one, days(0)),
      revokesOne(days(6)),
      by(keys.one, days(5)),
      by(keys.two, days(5)),
      by(keys.one, days(6)),
    ])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['INVALID', 'KEY_REVOKED@4'])
    expect(await judged(receipts.slice(0, 4), { keyring: trusted })).toEqual(['VALID'])
  })

  test('it only narrows: the earliest wins, over a later one and over the keyring’s', async () => {
    const receipts = chainOf([revokesOne(days(4)), revokesOne(days(9)), by(keys.one, days(5))])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['INVALID', 'KEY_REVOKED@2'])
    const keyring = trusting(revoked(days(9)), keys.two)
    expect(await judged(receipts, { keyring })).toEqual(['INVALID', 'KEY_REVOKED@2'])
    const later = chainOf([revokesOne(days(9)), by(keys.one, days(5))])
    expect(await judged(later, { keyring: trusting(revoked(days(4)), keys.two) })).toEqual(['INVALID', 'KEY_REVOKED@1'])
  })

  test('a key that revokes itself does not count from then on, the revocation included', async () => {
    const receipts = chainOf([revocation(keys.one, days(0), by(keys.one, days(0)))])
    expect(await judged(receipts, { keyring: trusted })).toEqual(['INVALID', 'KEY_REVOKED@0'])
  })

  test('nor does it where what it signed next is dated before: times that went back hide nothing', async () => {
    const receipts = chainOf([revocation(keys.one, days(3), by(keys.one, days(3))), by(keys.one, days(1))])
    const { verdict, counts, problems } = await judge(receipts, { keyring: trusted })
    expect([verdict, counts]).toEqual(['INVALID', { TIME_WENT_BACK: 1, KEY_REVOKED: 1, KEY_REVOKED_UNDATED: 1 }])
    expect(problems.find(({ code }) => code === 'KEY_REVOKED')?.seq).toBe(0)
  })

  test('by a key that is not trusted, or on a receipt that does not hold, it says nothing', async () => {
    const stranger = keyNamed('mallory')
    const unknown = chainOf([by(keys.one), revokesOne(days(1), by(stranger)), by(keys.one, days(2))])
    expect(await judged(unknown, { keyring: trusted })).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@1'])
    const receipts = chainOf([by(keys.one), revokesOne(days(1)), by(keys.one, days(5))])
    const forged = { ...(receipts[1] as DecisionReceipt), traceId: 'forged' }
    expect(
      await judged([receipts[0] as DecisionReceipt, forged, receipts[2] as DecisionReceipt], { keyring: trusted }),
    ).toEqual(['INVALID', 'HASH_MISMATCH@1'])
  })

  test('a key revoked later does not date any more', async () => {
    const receipts = chainOf([
      by(keys.one, days(0)),
      by(keys.two, days(1)),
      revocation(keys.two, days(1), by(three, days(2))),
    ])
    const keyring = trusting(revoked(days(5)), keys.two, three)
    const result = await judge(receipts, { keyring })
    expect([result.verdict, Object.keys(result.counts).sort()]).toEqual([
      'INVALID',
      ['KEY_REVOKED', 'KEY_REVOKED_UNDATED'],
    ])
  })

  test('a key that derives from one revoked later does not date any more', async () => {
    const receipts = chainOf([
      by(keys.one, days(0)),
      delegated(delegation({ notAfter: days(30) }), { at: days(1) }),
      revocation(keys.root, days(8), by(keys.two, days(2))),
    ])
    const keyring = trusting(revoked(days(9)), keys.two, entryOf(keys.root, { uses: ['delegate'] }))
    expect(await judged(receipts.slice(0, 2), { keyring })).toEqual(['VALID'])
    expect(await judged(receipts, { keyring })).toEqual(['INCOMPLETE', 'KEY_REVOKED_UNDATED@0'])
  })

  test('a revocation of a key that is nowhere else is no fault', async () => {
    expect(await judged(chainOf([{}, revocation(keyNamed('never seen'), days(0))]))).toEqual(['VALID'])
  })
})

describe('a revoked key takes with it what derives from it', () => {
  const rootEntry = (more: object = {}) => entryOf(keys.root, { uses: ['delegate'], ...more })
  const long = delegation({ notAfter: days(30) })
  const asDelegate = (at: string): Entry => ({ by: keys.delegate, at })

  test('its delegates, from then on', async () => {
    const receipts = chainOf([delegated(long), asDelegate(days(2))])
    expect(await judged(receipts, { keyring: trusting(rootEntry({ revokedAt: days(2) })) })).toEqual([
      'INVALID',
      'KEY_REVOKED@1',
      'KEY_REVOKED_UNDATED@0',
    ])
  })

  test('its delegates, before, unless somebody else dates them', async () => {
    const receipts = chainOf([delegated(long), { by: keys.two, at: days(1) }])
    expect(await judged(receipts.slice(0, 1), { keyring: trusting(rootEntry({ revokedAt: days(2) })) })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED@0',
    ])
    expect(await judged(receipts, { keyring: trusting(rootEntry({ revokedAt: days(2) }), keys.two) })).toEqual([
      'VALID',
    ])
  })

  test('a delegate of the same root can not date another one: whoever holds the root makes both', async () => {
    const second = keyNamed('second delegate')
    const receipts = chainOf([
      delegated(long),
      delegated(delegation({ delegate: second.keyId, notAfter: days(30) }), { by: second, at: days(1) }),
    ])
    const result = await judge(receipts, { keyring: trusting(rootEntry({ revokedAt: days(2) })) })
    expect([result.verdict, result.counts]).toEqual(['INCOMPLETE', { KEY_REVOKED_UNDATED: 2 }])
  })

  test('nor can a delegate date what its root signed', async () => {
    const receipts = chainOf([{ by: keys.root }, delegated(long), asDelegate(days(1))])
    const keyring = trusting(rootEntry({ uses: ['receipt', 'delegate'], revokedAt: days(2) }))
    expect((await judge(receipts, { keyring })).counts).toEqual({ KEY_REVOKED_UNDATED: 3 })
  })

  test('a delegate of another root can', async () => {
    const otherRoot = keyNamed('other root')
    const other = keyNamed('its delegate')
    const certificate = delegation(
      { root: otherRoot.keyId, delegate: other.keyId, notAfter: days(30) },
      { root: otherRoot },
    )
    const receipts = chainOf([delegated(long), delegated(certificate, { by: other, at: days(1) })])
    const keyring = trusting(rootEntry({ revokedAt: days(2) }), entryOf(otherRoot, { uses: ['delegate'] }))
    expect(await judged(receipts, { keyring })).toEqual(['VALID'])
  })

  test('a delegate under two roots derives, at each time, from the one whose certificate covers it', async () => {
    const otherRoot = keyNamed('other root')
    const lasting = delegation({ root: otherRoot.keyId, notAfter: days(2) }, { root: otherRoot })
    const receipts = chainOf([
      delegated(lasting),
      delegated(delegation(), { at: msAfter(1_000) }),
      { by: keys.two, at: msAfter(2_000) },
      asDelegate(days(1)),
    ])
    // the first root was stolen when its certificate had just ended
    const keyring = trusting(rootEntry({ revokedAt: days(1) }), entryOf(otherRoot, { uses: ['delegate'] }), keys.two)
    expect(await judged(receipts, { keyring })).toEqual(['VALID'])
  })

  test('a delegate revoked in the chain, alone: the next delegate of the root dates what it signed', async () => {
    const second = keyNamed('second delegate')
    const next = delegated(delegation({ delegate: second.keyId, notAfter: days(30) }), { by: second, at: days(1) })
    const receipts = chainOf([
      delegated(long),
      next,
      revocation(keys.delegate, days(2), { by: keys.two, at: days(3) }),
      asDelegate(days(4)),
    ])
    const keyring = trusting(rootEntry(), keys.two)
    expect(await judged(receipts.slice(0, 3), { keyring })).toEqual(['VALID'])
    expect(await judged(receipts, { keyring })).toEqual(['INVALID', 'KEY_REVOKED@3'])
  })

  test('the key that it was rotated to', async () => {
    const rotated = (more: EntryOf[]) =>
      chainOf([{ at: days(0) }, rotation(keys.two, { at: days(1) }), { by: keys.two, at: days(2) }, ...more])
    const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'], revokedAt: days(4) }), three)
    expect((await judge(rotated([]), { keyring })).counts).toEqual({ KEY_REVOKED_UNDATED: 3 })
    expect(await judged(rotated([{ by: three, at: days(3) }]), { keyring })).toEqual(['VALID'])
    expect(
      await judged(
        rotated([
          { by: three, at: days(3) },
          { by: keys.two, at: days(4) },
        ]),
        { keyring },
      ),
    ).toEqual(['INVALID', 'KEY_REVOKED@4'])
  })
})
