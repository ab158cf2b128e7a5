/** What somebody can do who stole a key, and what a verifier says of it before and after the theft is known. */
import { describe, expect, test } from 'vitest'
import { anchorOf } from './anchor.js'
import {
  chainOf,
  days,
  delegated,
  delegation,
  entryOf,
  judge,
  judged,
  keyNamed,
  keys,
  msAfter,
  rotation,
  trusting,
} from './support.js'

const HOUR = 3_600_000
/** Stolen on Tuesday at noon, found on Friday at noon. */
const [TUESDAY, FRIDAY] = [msAfter(12 * HOUR), msAfter(84 * HOUR)]
const rootEntry = (more: object = {}) => entryOf(keys.root, { uses: ['delegate'], ...more })
const honest = [delegated(), { by: keys.delegate, at: msAfter(HOUR) }, { by: keys.delegate, at: msAfter(11 * HOUR) }]

describe('a thief with the session key', () => {
  test('signs what verifies, to the end of the certificate: nobody can tell it from the owner', async () => {
    const receipts = chainOf([...honest, { by: keys.delegate, at: msAfter(13 * HOUR) }])
    expect(await judged(receipts, { keyring: trusting(rootEntry()) })).toEqual(['VALID'])
  })

  test('signs nothing that verifies after it, nor in another chain, nor a certificate of its own', async () => {
    const keyring = trusting(rootEntry())
    const late = chainOf([...honest, { by: keys.delegate, at: days(1) }])
    expect(await judged(late, { keyring })).toEqual(['INVALID', 'DELEGATION_INVALID@3'])
    const elsewhere = chainOf([delegated()], { chainId: 'other' })
    expect(await judged(elsewhere, { keyring })).toEqual(['INVALID', 'DELEGATION_INVALID@0'])
    const accomplice = keyNamed('accomplice')
    const issued = delegation(
      { root: keys.delegate.keyId, delegate: accomplice.keyId, notAfter: days(30) },
      { root: keys.delegate },
    )
    const further = chainOf([...honest, delegated(issued, { by: accomplice, at: msAfter(12 * HOUR) })])
    expect(await judged(further, { keyring })).toEqual(['INVALID', 'DELEGATION_INVALID@3'])
    const forged = delegation({ notAfter: days(30), serial: 'longer' }, { signer: keys.delegate })
    const extended = chainOf([...honest, delegated(forged, { at: msAfter(12 * HOUR) })])
    expect(await judged(extended, { keyring })).toEqual(['INVALID', 'DELEGATION_INVALID@3'])
  })

  test('cannot hand the chain over', async () => {
    const accomplice = keyNamed('accomplice')
    const receipts = chainOf([
      ...honest,
      rotation(accomplice, { by: keys.delegate, at: TUESDAY }),
      { by: accomplice, at: days(2) },
    ])
    const { verdict, counts } = await judge(receipts, { keyring: trusting(rootEntry()) })
    expect([verdict, counts]).toEqual(['INVALID', { KEY_NOT_ALLOWED: 1, KEY_UNKNOWN: 1 }])
  })

  test('once it is known: what is dated after the theft is INVALID, what nobody else dates is INCOMPLETE', async () => {
    // the session key gets an entry of its own, as narrow as its certificate, that ends it
    const revoked = entryOf(keys.delegate, {
      chains: ['acme'],
      validFrom: msAfter(0),
      validUntil: days(1),
      revokedAt: TUESDAY,
    })
    const keyring = trusting(rootEntry(), keys.two, revoked)
    const plain = honest.map((entry, index) => (index === 0 ? { by: keys.delegate } : entry))
    const stolen = chainOf([...plain, { by: keys.delegate, at: msAfter(13 * HOUR) }])
    expect((await judge(stolen, { keyring })).counts).toEqual({ KEY_REVOKED: 1, KEY_REVOKED_UNDATED: 3 })
    // a receipt of another key, before the theft, dates what lies before it
    const dated = chainOf([...plain, { by: keys.two, at: msAfter(11.5 * HOUR) }])
    expect(await judged(dated, { keyring })).toEqual(['VALID'])
  })
})

describe('backdating with a stolen key', () => {
  const keyring = trusting(entryOf(keys.one, { revokedAt: TUESDAY }), keys.two)

  test('is INCOMPLETE, never VALID: an old date is only what the thief says', async () => {
    const backdated = chainOf([{ at: msAfter(0) }, { at: msAfter(HOUR) }, { at: msAfter(2 * HOUR) }])
    expect(await judged(backdated, { keyring })).toEqual(['INCOMPLETE', 'KEY_REVOKED_UNDATED@2'])
  })

  test('behind a receipt of another key leaves what came before it proved', async () => {
    const receipts = chainOf([{ at: msAfter(0) }, { by: keys.two, at: msAfter(HOUR) }, { at: msAfter(2 * HOUR) }])
    const { verdict, counts } = await judge(receipts, { keyring })
    expect([verdict, counts]).toEqual(['INCOMPLETE', { KEY_REVOKED_UNDATED: 1 }])
  })

  test('before a checkpoint that somebody witnessed contradicts it', async () => {
    const receipts = chainOf([{ at: msAfter(0) }, { at: msAfter(HOUR) }])
    const witnessed = anchorOf(receipts, 2, msAfter(2 * HOUR))
    expect(await judged(receipts, { keyring, anchors: [witnessed] })).toEqual(['VALID'])
    const rewritten = chainOf([{ at: msAfter(0) }, { at: msAfter(HOUR) }], { label: 'rewritten' })
    const result = await judge(rewritten, { keyring, anchors: [witnessed] })
    expect([result.verdict, Object.keys(result.counts)]).toEqual([
      'INVALID',
      expect.arrayContaining(['CHECKPOINT_MISMATCH']),
    ])
  })

  test('by a delegate of a stolen root is INCOMPLETE too: the thief of the root makes delegates', async () => {
    const made = chainOf([delegated(delegation({ notAfter: days(30) })), { by: keys.delegate, at: msAfter(HOUR) }])
    const revoked = trusting(rootEntry({ revokedAt: TUESDAY }), keys.two)
    expect((await judge(made, { keyring: revoked })).verdict).toBe('INCOMPLETE')
    expect((await judge(made, { keyring: trusting(rootEntry()) })).verdict).toBe('VALID')
  })

  test('is not made better by the thief’s own later receipts, nor by the owner’s after the cut', async () => {
    const receipts = chainOf([{ at: msAfter(0) }, { at: msAfter(HOUR) }, { by: keys.two, at: FRIDAY }])
    expect((await judge(receipts, { keyring })).counts).toEqual({ KEY_REVOKED_UNDATED: 2 })
  })
})
