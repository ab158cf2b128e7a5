/** One receipt by itself. */
import { describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyReceipt } from '../../src/verify/receipt.js'
import { ChainTrust } from '../../src/verify/trust.js'
import { chainOf, codesOf, days, delegated, entryOf, keyNamed, keys, resealed, trusting, trustOne } from './support.js'

const [first, second] = chainOf([{}, { details: { rationale: 'why' } }]) as [DecisionReceipt, DecisionReceipt]
const head = ({ seq, receiptHash }: DecisionReceipt) => ({ seq, receiptHash })

test('what holds is VALID, and the scope is this one receipt, its tail unproved', () => {
  expect(verifyReceipt(first, { keyring: trustOne })).toEqual({
    verdict: 'VALID',
    scope: { chainId: 'acme', root: first.receiptHash, fromSeq: 0, toSeq: 0, head: head(first), tail: 'unproved' },
    checked: 1,
    problems: [],
    counts: {},
    notices: [],
  })
  expect(verifyReceipt(lineOf(second), { keyring: trustOne })).toEqual({
    verdict: 'VALID',
    scope: { chainId: 'acme', fromSeq: 1, toSeq: 1, head: head(second), tail: 'unproved' },
    checked: 1,
    problems: [],
    counts: {},
    notices: [],
  })
})

test('that it stands in a chain is not said', () => {
  const loose = { ...second, prevReceiptHash: `sha256:${'0'.repeat(64)}` } as DecisionReceipt
  expect(codesOf(verifyReceipt(loose, { keyring: trustOne }))).toEqual(['HASH_MISMATCH@1'])
})

describe('what does not hold', () => {
  test.each([
    ['a changed member', { ...second, action: 'reject' }, 'INVALID', ['HASH_MISMATCH@1']],
    [
      'other details',
      { ...second, details: { ...second.details, rationale: 'because' } },
      'INVALID',
      ['DETAILS_MISMATCH@1'],
    ],
    ['another version', { ...second, version: 'quittance/2' }, 'INCOMPLETE', ['UNSUPPORTED@1']],
    ['no object', null, 'INVALID', ['LINE_MALFORMED@-']],
    ['nothing', undefined, 'INVALID', ['LINE_MALFORMED@-']],
    ['a line that is none', '{', 'INVALID', ['LINE_MALFORMED@-']],
    ['a line with a member twice', lineOf(second).replace(/\}$/, ',"seq":1}'), 'INVALID', ['MEMBER_DUPLICATE@1']],
  ] as const)('%s', (_name, receipt, verdict, codes) => {
    const result = verifyReceipt(receipt as DecisionReceipt, { keyring: trustOne })
    expect([result.verdict, codesOf(result), result.scope.tail]).toEqual([verdict, codes, 'unproved'])
  })

  test('a place that is not in the form of one is not shown', () => {
    const result = verifyReceipt({ ...second, seq: '1', receiptId: 'x' } as never, { keyring: trustOne })
    expect(result.verdict).toBe('INVALID')
    for (const problem of result.problems) expect(Object.keys(problem).sort()).toEqual(['code', 'message'])
    expect(result.scope).toEqual({ tail: 'unproved' })
  })
})

describe('its key', () => {
  test.each([
    ['not trusted', trusting(keyNamed('other')), 'INCOMPLETE', ['KEY_UNKNOWN@1']],
    ['outside its window', trusting(entryOf(keys.one, { validFrom: days(1) })), 'INVALID', ['KEY_OUTSIDE_WINDOW@1']],
    ['revoked before', trusting(entryOf(keys.one, { revokedAt: days(0) })), 'INVALID', ['KEY_REVOKED@1']],
    [
      'revoked later, which nothing dates',
      trusting(entryOf(keys.one, { revokedAt: days(1) })),
      'INCOMPLETE',
      ['KEY_REVOKED_UNDATED@1'],
    ],
    ['for other chains', trusting(entryOf(keys.one, { chains: ['globex'] })), 'INVALID', ['KEY_NOT_ALLOWED@1']],
  ] as const)('%s', (_name, keyring, verdict, codes) => {
    const result = verifyReceipt(second, { keyring })
    expect([result.verdict, codesOf(result)]).toEqual([verdict, codes])
  })

  test('a delegate’s receipt holds with the certificate that it carries; the next one needs what the chain said before', () => {
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }))
    const [opening, next] = chainOf([delegated(), { by: keys.delegate }]) as [DecisionReceipt, DecisionReceipt]
    expect(verifyReceipt(opening, { keyring }).verdict).toBe('VALID')
    expect(codesOf(verifyReceipt(next, { keyring }))).toEqual(['KEY_UNKNOWN@1'])
    const trust = new ChainTrust(keyring, 'acme')
    expect([opening, next].map((receipt) => verifyReceipt(receipt, { keyring, trust }).verdict)).toEqual([
      'VALID',
      'VALID',
    ])
  })

  test('is not judged where the receipt is malformed', () => {
    const malformed = resealed(second, { tenantId: 1 }, keyNamed('other'))
    expect(codesOf(verifyReceipt(malformed as never, { keyring: trustOne }))).toEqual([
      'FIELD_INVALID@1',
      'SIGNATURE_INVALID@1',
    ])
    const strange = resealed(second, { tenantId: 1, keyId: keyNamed('other').keyId }, keyNamed('other'))
    expect(codesOf(verifyReceipt(strange as never, { keyring: trustOne }))).toEqual(['FIELD_INVALID@1'])
  })

  test('that is revoked later is whoever’s to judge who follows the chain', () => {
    const keyring = trusting(entryOf(keys.one, { revokedAt: days(1) }))
    const trust = new ChainTrust(keyring, 'acme')
    expect([first, second].map((receipt) => verifyReceipt(receipt, { keyring, trust }).verdict)).toEqual([
      'VALID',
      'VALID',
    ])
    expect(trust.finish([]).map(({ finding, count }) => [finding.code, finding.seq, count])).toEqual([
      ['KEY_REVOKED_UNDATED', 1, 2],
    ])
  })

  test('what is no Keyring is refused', () => {
    const keyring = { get: () => ({ keyId: keys.one.keyId }) } as unknown as Keyring
    expect(() => verifyReceipt(first, { keyring })).toThrow(TypeError)
  })
})

test('both views of a receipt, object and line, come to one verdict', () => {
  for (const receipt of chainOf([{}, delegated(), { details: { groups: { a: 'b' } } }])) {
    const keyring = new Keyring([keys.one.keyId])
    expect(verifyReceipt(receipt, { keyring })).toEqual(verifyReceipt(lineOf(receipt), { keyring }))
  }
})
