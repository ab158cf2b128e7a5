/** Certificates in other hands, beside other rights, and repeated: what each of them gives, and to whom. */
import { describe, expect, test } from 'vitest'
import type { KeyUse } from '../../src/keys/keyring.js'
import {
  chainOf,
  days,
  delegated,
  delegation,
  type Entry,
  entryOf,
  judged,
  keyNamed,
  keys,
  msAfter,
  rotation,
  trusting,
} from './support.js'

const three = keyNamed('three')
const root = entryOf(keys.root, { uses: ['delegate'] })
const mayRotate = entryOf(keys.one, { uses: ['receipt', 'rotate'] })

describe('a certificate that was seen before', () => {
  const given = delegation()

  test('still is of its delegate alone: with another key’s receipt it is refused, whoever that is', async () => {
    const keyring = trusting(keys.one, root)
    const others: Entry[] = [delegated(given, { by: keys.one }), delegated(given, { by: keys.two })]
    for (const other of others) {
      const receipts = chainOf([delegated(given), other])
      expect(await judged(receipts, { keyring })).toEqual(['INVALID', 'DELEGATION_INVALID@1'])
    }
    expect(await judged(chainOf([delegated(given), delegated(given)]), { keyring })).toEqual(['VALID'])
  })

  test('says nothing behind its time', async () => {
    const receipts = chainOf([delegated(given), delegated(given, { at: days(1) })])
    expect(await judged(receipts, { keyring: trusting(root) })).toContain('DELEGATION_INVALID@1')
  })

  test('says nothing with another signature', async () => {
    const forged = { ...given, certificateSignature: `ed25519:${'0'.repeat(128)}` as const }
    const receipts = chainOf([delegated(given), delegated(forged)])
    expect(await judged(receipts, { keyring: trusting(root) })).toContain('DELEGATION_INVALID@1')
  })

  test('says nothing more where it was changed', async () => {
    const longer = { ...given, certificate: { ...given.certificate, notAfter: days(2) } }
    const receipts = chainOf([delegated(given), delegated(longer), { by: keys.delegate, at: days(1) }])
    expect(await judged(receipts, { keyring: trusting(root) })).toEqual([
      'INVALID',
      'DELEGATION_INVALID@1',
      'DELEGATION_INVALID@2',
    ])
  })
})

describe('a key that was handed the chain, handed it on, and was certified then', () => {
  const certified = delegated(delegation({ delegate: keys.two.keyId }), { by: keys.two })
  const receipts = chainOf([
    {},
    rotation(keys.two),
    rotation(three, { by: keys.two }),
    certified,
    { by: three },
    { by: keys.two },
    { by: three },
  ])

  test('gives its successor no other right than it had itself when it handed over', async () => {
    expect(await judged(receipts, { keyring: trusting(mayRotate, root) })).toEqual(['VALID'])
  })

  test('falls, as a delegate, with its root; its successor does not', async () => {
    const keyring = trusting(mayRotate, { ...root, revokedAt: msAfter(3_000) })
    expect(await judged(receipts, { keyring })).toEqual(['INVALID', 'KEY_REVOKED@3', 'KEY_REVOKED@5'])
  })

  test('does not fall, as a delegate, with who handed it the chain; its successor does', async () => {
    const keyring = trusting({ ...mayRotate, revokedAt: msAfter(4_000) }, root)
    const found = await judged(receipts, { keyring })
    expect(found).toContain('KEY_REVOKED@4')
    expect(found).toContain('KEY_REVOKED@6')
    expect(found).not.toContain('KEY_REVOKED@5')
  })
})

test.each<KeyUse>(['revoke', 'rotate', 'report', 'retention'])(
  'a key of the keyring for %s only signs no certificate of its own into a chain',
  async (use) => {
    const own = delegated(delegation({ delegate: keys.two.keyId }), { by: keys.two, body: { eventType: 'key' } })
    const keyring = trusting(keys.one, root, entryOf(keys.two, { uses: [use] }))
    expect(await judged(chainOf([{}, own]), { keyring })).toEqual(['INVALID', 'KEY_NOT_ALLOWED@1'])
    const both = trusting(keys.one, root, entryOf(keys.two, { uses: [use, 'receipt'] }))
    expect(await judged(chainOf([{}, own]), { keyring: both })).toEqual(['VALID'])
  },
)
