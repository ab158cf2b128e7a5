/** Certificates: which key may sign for which root, where and when; every other way is DELEGATION_INVALID. */
import { describe, expect, test } from 'vitest'
import type { DelegationCertificate } from '../../src/keys/provider.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import {
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  type Entry,
  entryOf,
  judge,
  judged,
  keyEvent,
  keyNamed,
  keys,
  type Loose,
  msAfter,
  resealed,
  revocation,
  rotation,
  trusting,
} from './support.js'

const rootEntry = (more: object = {}) => entryOf(keys.root, { uses: ['delegate'], ...more })
const trustRoot = trusting(rootEntry())
const byDelegate = (at?: string): Entry => ({ by: keys.delegate, at })

describe('a delegate counts', () => {
  test.each([
    ['a decision', {}],
    ['a receipt of eventType key', { body: { eventType: 'key' } }],
    ['the start of the chain', chainStart()],
    ['a tool call', { body: { eventType: 'tool_call', tool: { name: 'search' } } }],
    ['the end of the chain', { body: { eventType: 'system', system: { event: 'chain_end', reason: 'closed' } } }],
  ] as [string, Entry][])('from the receipt on that carries its certificate, be it %s', async (_name, entry) => {
    const receipts = chainOf([
      delegated(delegation(), entry),
      ...(_name.includes('end') ? [] : [byDelegate(), byDelegate()]),
    ])
    expect(await judged(receipts, { keyring: trustRoot })).toEqual(['VALID'])
  })

  test('in the middle of a chain that its root’s operator began', async () => {
    const receipts = chainOf([{}, delegated(), byDelegate(), {}, byDelegate()])
    expect(await judged(receipts, { keyring: trusting(keys.one, rootEntry()) })).toEqual(['VALID'])
  })

  test('after its certificate was renewed, for the time that either covers', async () => {
    const renewed = delegation({ notBefore: days(1), notAfter: days(2), serial: 'certificate-2' })
    const receipts = chainOf([
      delegated(),
      byDelegate(msAfter(86_399_999)),
      delegated(renewed, { at: days(1) }),
      byDelegate(msAfter(2 * 86_400_000 - 1)),
    ])
    expect(await judged(receipts, { keyring: trustRoot })).toEqual(['VALID'])
    const late = chainOf([byDelegate(days(2))], { on: receipts })
    expect(await judged([...receipts, ...late], { keyring: trustRoot })).toEqual(['INVALID', 'DELEGATION_INVALID@4'])
    const between = chainOf([delegated(), byDelegate(days(1)), delegated(renewed, { at: days(1) })])
    expect(await judged(between, { keyring: trustRoot })).toEqual(['INVALID', 'DELEGATION_INVALID@1'])
  })

  test('for every chain that certificate and root cover', async () => {
    const wide = delegation({ chains: ['globex', 'ac*'] })
    expect(await judged(chainOf([delegated(wide)]), { keyring: trusting(rootEntry({ chains: ['acme*'] })) })).toEqual([
      'VALID',
    ])
  })

  test('two delegates of one root, and of two', async () => {
    const [otherRoot, other] = [keyNamed('other root'), keyNamed('other')]
    const second = delegation({ root: otherRoot.keyId, delegate: other.keyId }, { root: otherRoot })
    const receipts = chainOf([delegated(), delegated(second, { by: other }), byDelegate(), { by: other }])
    expect(
      await judged(receipts, { keyring: trusting(rootEntry(), entryOf(otherRoot, { uses: ['delegate'] })) }),
    ).toEqual(['VALID'])
    expect(await judged(receipts, { keyring: trustRoot })).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@1', 'KEY_UNKNOWN@3'])
  })

  test('to the millisecond of its certificate, [notBefore, notAfter)', async () => {
    const given = delegation({ notBefore: msAfter(1_000), notAfter: msAfter(2_000) })
    for (const [ms, codes] of [
      [999, ['INVALID', 'DELEGATION_INVALID@0']],
      [1_000, ['VALID']],
      [1_999, ['VALID']],
      [2_000, ['INVALID', 'DELEGATION_INVALID@0']],
    ] as const) {
      expect(await judged(chainOf([delegated(given, { at: msAfter(ms) })]), { keyring: trustRoot })).toEqual(codes)
    }
    const later = chainOf([delegated(given, { at: msAfter(1_500) }), byDelegate(msAfter(2_000))])
    expect(await judged(later, { keyring: trustRoot })).toEqual(['INVALID', 'DELEGATION_INVALID@1'])
  })

  test('after its root retired, until its certificate ends: retirement is not compromise', async () => {
    const receipts = chainOf([delegated(delegation({ notAfter: days(9) })), byDelegate(days(5))])
    expect(await judged(receipts, { keyring: trusting(rootEntry({ validUntil: days(2) })) })).toEqual(['VALID'])
  })
})

describe('DELEGATION_INVALID', () => {
  const somebody = keyNamed('somebody')
  const changed = (changes: Partial<DelegationCertificate>, by = {}) => delegated(delegation(changes, by))

  /** Each a certificate that its root did sign, and that is wrong all the same. */
  const wrong: Record<string, Entry> = {
    'for another key than the one that signs the receipt': changed({ delegate: somebody.keyId }),
    'of a key for itself': changed({ root: keys.delegate.keyId }, { root: keys.delegate }),
    'for no chain': changed({ chains: [] }),
    'for another chain': changed({ chains: ['globex'] }),
    'for a prefix that this chain does not have': changed({ chains: ['acme/*'] }),
    'for no use': changed({ uses: [] }),
    'for one use twice': changed({ uses: ['receipt', 'receipt'] }),
    'that ends before it begins': changed({ notBefore: msAfter(1), notAfter: msAfter(0) }),
    'that ends as it begins': changed({ notBefore: msAfter(0), notAfter: msAfter(0) }),
    'that begins later': changed({ notBefore: msAfter(1) }),
    'that ended': changed({ notBefore: '2025-01-01T00:00:00.000Z', notAfter: msAfter(0) }),
    'signed by the delegate itself': changed({}, { signer: keys.delegate }),
    'signed by another trusted key': changed({}, { signer: keys.one }),
    'of a root that is no admissible key': changed({ root: `did:key:z6Mk${'1'.repeat(44)}` }),
  }
  const trusted = trusting(keys.one, rootEntry(), entryOf(keys.two, { uses: ['delegate'] }))
  test.each(Object.entries(wrong))('a certificate %s', async (_name, entry) => {
    expect(await judged(chainOf([entry]), { keyring: trusted })).toEqual(['INVALID', 'DELEGATION_INVALID@0'])
    // and it teaches nothing: the delegate's next receipt is unknown
    const [verdict, ...codes] = await judged(chainOf([entry, byDelegate()]), { keyring: trusted })
    expect([verdict, codes]).toEqual(['INVALID', ['DELEGATION_INVALID@0', 'KEY_UNKNOWN@1']])
  })

  const fields: (keyof DelegationCertificate)[] = ['root', 'delegate', 'chains', 'notBefore', 'notAfter', 'serial']
  test.each(fields)('the certificate’s %s changed after it was signed', async (field) => {
    const { certificate, certificateSignature } = delegation({ notBefore: '2025-12-31T00:00:00.000Z' })
    const other = delegation({
      root: keys.two.keyId,
      delegate: keys.delegate.keyId,
      chains: ['acme', 'globex'],
      notBefore: '2025-12-30T00:00:00.000Z',
      notAfter: days(400),
      serial: 'certificate-9',
    }).certificate
    const value = field === 'delegate' ? somebody.keyId : other[field]
    expect(value).not.toEqual(certificate[field])
    const entry = delegated({ certificate: { ...certificate, [field]: value }, certificateSignature })
    const by = field === 'delegate' ? somebody : keys.delegate
    expect(await judged(chainOf([{ ...entry, by }]), { keyring: trusted })).toEqual(['INVALID', 'DELEGATION_INVALID@0'])
  })

  test('a use that only a later release may know delegates nothing, and contradicts nothing', async () => {
    const [plain] = chainOf([delegated()])
    const { certificate, certificateSignature } = delegation({ uses: ['rotate'] as never })
    const forged = resealed(
      plain as DecisionReceipt,
      { key: { event: 'delegate', certificate, certificateSignature } },
      keys.delegate,
    )
    expect(await judged([forged], { keyring: trusted })).toEqual(['INCOMPLETE', 'UNSUPPORTED@0', 'KEY_UNKNOWN@0'])
  })

  test.each(['../acme', 'acme/', 'ac*me', 'a b', ''])(
    'a certificate for the malformed chain %j beside the right one is no certificate',
    async (chain) => {
      const [plain] = chainOf([delegated()])
      const key = { event: 'delegate', ...delegation({ chains: ['acme', chain] }) }
      expect(await judged([resealed(plain as DecisionReceipt, { key }, keys.delegate)], { keyring: trusted })).toEqual([
        'INVALID',
        'FIELD_INVALID@0',
      ])
    },
  )

  test('a certificate with a member more, which the signature covers', async () => {
    const [plain] = chainOf([delegated()])
    const { certificate, certificateSignature } = delegation({ maxDepth: 2 } as never)
    const forged = resealed(
      plain as DecisionReceipt,
      { key: { event: 'delegate', certificate, certificateSignature } },
      keys.delegate,
    )
    expect(await judged([forged], { keyring: trusted })).toEqual(['INCOMPLETE', 'UNSUPPORTED@0', 'KEY_UNKNOWN@0'])
  })

  test('the signature of another certificate of the same root', async () => {
    const { certificate } = delegation()
    const { certificateSignature } = delegation({ serial: 'certificate-2' })
    expect(await judged(chainOf([delegated({ certificate, certificateSignature })]), { keyring: trusted })).toEqual([
      'INVALID',
      'DELEGATION_INVALID@0',
    ])
  })

  test('a certificate replayed from another chain', async () => {
    const elsewhere = chainOf([delegated(delegation({ chains: ['globex'] }))], { chainId: 'globex' })
    expect(await judged(elsewhere, { keyring: trusted })).toEqual(['VALID'])
    expect(await judged(chainOf([delegated(delegation({ chains: ['globex'] }))]), { keyring: trusted })).toEqual([
      'INVALID',
      'DELEGATION_INVALID@0',
    ])
  })

  const roots: Record<string, object> = {
    'without the use delegate': { uses: ['receipt', 'rotate'] },
    'not trusted for this chain': { chains: ['globex'] },
    'whose window began later': { validFrom: msAfter(1) },
    'whose window ended before': { validUntil: msAfter(0) },
  }
  test.each(Object.entries(roots))('a root %s', async (_name, more) => {
    expect(await judged(chainOf([delegated()]), { keyring: trusting(rootEntry(more)) })).toEqual([
      'INVALID',
      'DELEGATION_INVALID@0',
    ])
  })

  test('a root that is revoked: KEY_REVOKED', async () => {
    expect(await judged(chainOf([delegated()]), { keyring: trusting(rootEntry({ revokedAt: msAfter(0) })) })).toEqual([
      'INVALID',
      'KEY_REVOKED@0',
    ])
  })

  test('a delegate of a delegate, however well signed', async () => {
    const below = keyNamed('delegate of the delegate')
    const deeper = delegation({ root: keys.delegate.keyId, delegate: below.keyId }, { root: keys.delegate })
    const receipts = chainOf([delegated(), delegated(deeper, { by: below })])
    expect(await judged(receipts, { keyring: trustRoot })).toEqual(['INVALID', 'DELEGATION_INVALID@1'])
  })

  test('a delegate in a chain of plain name does not reach the chain of another', async () => {
    const receipts = chainOf([delegated(delegation({ chains: ['globex'] }))], { chainId: 'globex' })
    const moved = receipts.map((receipt) => resealed(receipt, { chainId: 'acme' }, keys.delegate))
    const [verdict, ...codes] = await judged(moved, { keyring: trustRoot })
    expect([verdict, codes]).toEqual(['INVALID', ['GENESIS_MISMATCH@0', 'DELEGATION_INVALID@0']])
  })
})

describe('without a certificate that counts, a delegate is an unknown key', () => {
  test('before its certificate', async () => {
    const receipts = chainOf([byDelegate(), delegated(), byDelegate()])
    expect(await judged(receipts, { keyring: trustRoot })).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@0'])
  })

  test('under a root that is not in the keyring', async () => {
    expect(await judged(chainOf([delegated(), byDelegate()]))).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@0', 'KEY_UNKNOWN@1'])
  })

  test('under a root that is not in the keyring and did not sign', async () => {
    const entry = delegated(delegation({}, { signer: keys.delegate }))
    expect(await judged(chainOf([entry]))).toEqual(['INVALID', 'DELEGATION_INVALID@0'])
  })

  test('when the part that was read begins behind its certificate', async () => {
    const receipts = chainOf([delegated(), byDelegate(), byDelegate()])
    expect(await judged(receipts.slice(1), { keyring: trustRoot, expect: { fromSeq: 1 } })).toEqual([
      'INCOMPLETE',
      'KEY_UNKNOWN@1',
      'KEY_UNKNOWN@2',
    ])
  })

  test('when the receipt that carries it does not hold', async () => {
    const receipts = chainOf([delegated(), byDelegate()])
    const forged = { ...(receipts[0] as unknown as Loose), traceId: 'forged' }
    expect(await judged([forged, receipts[1] as unknown as Loose], { keyring: trustRoot })).toEqual([
      'INVALID',
      'HASH_MISMATCH@0',
      'KEY_UNKNOWN@0',
      'KEY_UNKNOWN@1',
    ])
  })

  test('when it was sealed by somebody else', async () => {
    const [receipt] = chainOf([delegated()])
    const stolen = resealed(receipt as DecisionReceipt, { keyId: keys.one.keyId }, keys.one)
    expect(await judged([stolen], { keyring: trusting(keys.one, rootEntry()) })).toEqual([
      'INVALID',
      'DELEGATION_INVALID@0',
    ])
  })
})

describe('a delegate may sign receipts, nothing more', () => {
  test('it may not rotate', async () => {
    const receipts = chainOf([delegated(), rotation(keys.two, { by: keys.delegate }), { by: keys.two }])
    expect(await judged(receipts, { keyring: trustRoot })).toEqual(['INVALID', 'KEY_NOT_ALLOWED@1', 'KEY_UNKNOWN@2'])
  })

  test('it may revoke, because that only narrows', async () => {
    const receipts = chainOf([delegated(), revocation(keys.one, msAfter(0), byDelegate()), {}])
    expect(await judged(receipts, { keyring: trusting(keys.one, rootEntry()) })).toEqual(['INVALID', 'KEY_REVOKED@2'])
  })

  test('a certificate beside a rotation is two events, which one receipt can not hold', async () => {
    const both = keyEvent({
      ...(rotation(keys.two).body?.key as object),
      ...(delegated().body?.key as object),
    } as never)
    expect(() => chainOf([both])).toThrow()
  })

  test('a root that may only delegate signs no receipt itself', async () => {
    expect(await judged(chainOf([{ by: keys.root }]), { keyring: trustRoot })).toEqual(['INVALID', 'KEY_NOT_ALLOWED@0'])
  })
})

test('a delegate that the keyring names itself is judged by the keyring', async () => {
  const receipts = chainOf([delegated(), byDelegate(days(3))])
  expect(await judged(receipts, { keyring: trusting(rootEntry(), keys.delegate) })).toEqual(['VALID'])
  const narrowed = trusting(rootEntry(), entryOf(keys.delegate, { uses: ['checkpoint'] }))
  expect((await judge(receipts, { keyring: narrowed })).counts).toEqual({ KEY_NOT_ALLOWED: 2 })
})
