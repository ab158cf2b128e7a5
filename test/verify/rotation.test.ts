/** One key hands a chain to the next. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import {
  chainOf,
  days,
  type EntryOf,
  entryOf,
  judge,
  judged,
  keyNamed,
  keys,
  prune,
  rotation,
  trusting,
} from './support.js'

const mayRotate = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }))
const three = keyNamed('three')
const byTwo: EntryOf = { by: keys.two }

describe('the new key counts', () => {
  test('from the rotation on, when the old one has the use rotate', async () => {
    expect(await judged(chainOf([{}, rotation(keys.two), byTwo, byTwo]), { keyring: mayRotate })).toEqual(['VALID'])
  })

  test('after the old key retired', async () => {
    const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'], validUntil: days(1) }))
    const receipts = chainOf([{}, rotation(keys.two), { by: keys.two, at: days(5) }])
    expect(await judged(receipts, { keyring })).toEqual(['VALID'])
    expect(await judged([...receipts, ...chainOf([{ at: days(6) }], { on: receipts })], { keyring })).toEqual([
      'INVALID',
      'KEY_OUTSIDE_WINDOW@3',
    ])
  })

  test('and may hand the chain on', async () => {
    const receipts = chainOf([rotation(keys.two), rotation(three, { by: keys.two }), { by: three }])
    expect(await judged(receipts, { keyring: mayRotate })).toEqual(['VALID'])
  })

  test('for what the old key was trusted, not for more', async () => {
    const keyring = trusting(keys.retention, entryOf(keys.one, { uses: ['rotate'] }))
    const receipts = chainOf([rotation(keys.two), byTwo])
    expect(await judged(receipts, { keyring })).toEqual(['INVALID', 'KEY_NOT_ALLOWED@1'])
    expect(await judged(chainOf([rotation(keys.two), rotation(three, { by: keys.two })]), { keyring })).toEqual([
      'VALID',
    ])
  })
})

describe('the new key does not count', () => {
  test('before the rotation', async () => {
    expect(await judged(chainOf([byTwo, rotation(keys.two), byTwo]), { keyring: mayRotate })).toEqual([
      'INCOMPLETE',
      'KEY_UNKNOWN@0',
    ])
  })

  test('when the old one lacks the use: its word extends nothing, and is no fault', async () => {
    expect(await judged(chainOf([rotation(keys.two), byTwo]))).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@1'])
    expect(await judged(chainOf([rotation(keys.two), byTwo]), { keyring: trusting(keys.one, keys.two) })).toEqual([
      'VALID',
    ])
  })

  test('when it did not countersign: SIGNATURE_INVALID', async () => {
    for (const signer of [keys.one, three]) {
      expect(await judged(chainOf([rotation(keys.two, { signer }), byTwo]), { keyring: mayRotate })).toEqual([
        'INVALID',
        'SIGNATURE_INVALID@0',
        'KEY_UNKNOWN@1',
      ])
    }
  })

  test('when it countersigned for another chain', async () => {
    const receipts = chainOf([rotation(keys.two, { chainId: 'globex' }), byTwo])
    expect(await judged(receipts, { keyring: mayRotate })).toEqual(['INVALID', 'SIGNATURE_INVALID@0', 'KEY_UNKNOWN@1'])
  })

  test('when it did not countersign, whoever trusts the old key', async () => {
    const receipts = chainOf([{}, rotation(keys.two, { by: three, signer: keys.one }), byTwo])
    expect(await judged(receipts, { keyring: mayRotate })).toEqual([
      'INVALID',
      'SIGNATURE_INVALID@1',
      'KEY_UNKNOWN@1',
      'KEY_UNKNOWN@2',
    ])
    const elsewhere = trusting(keys.one, entryOf(three, { chains: ['globex'] }))
    expect(await judged(receipts, { keyring: elsewhere })).toEqual([
      'INVALID',
      'SIGNATURE_INVALID@1',
      'KEY_NOT_ALLOWED@1',
      'KEY_UNKNOWN@2',
    ])
  })

  test('when it countersigned for another old key', async () => {
    const receipts = chainOf([rotation(keys.two, { from: three }), byTwo])
    expect(await judged(receipts, { keyring: mayRotate })).toEqual(['INVALID', 'SIGNATURE_INVALID@0', 'KEY_UNKNOWN@1'])
  })

  test('when the rotation was signed by a key that is not trusted', async () => {
    expect(await judged(chainOf([rotation(keys.two, { by: three }), byTwo]), { keyring: mayRotate })).toEqual([
      'INCOMPLETE',
      'KEY_UNKNOWN@0',
      'KEY_UNKNOWN@1',
    ])
  })

  test('when the rotation is outside the old key’s window', async () => {
    const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'], validFrom: days(1) }))
    expect(await judged(chainOf([rotation(keys.two), byTwo]), { keyring })).toEqual([
      'INVALID',
      'KEY_OUTSIDE_WINDOW@0',
      'KEY_UNKNOWN@1',
    ])
  })

  test('when the rotation was changed', async () => {
    const receipts = chainOf([rotation(keys.two), { by: three }])
    const [first, second] = receipts as [DecisionReceipt, DecisionReceipt]
    const forged = { ...first, key: { ...first.key, newKeyId: three.keyId } as never }
    expect(await judged([forged, second], { keyring: mayRotate })).toEqual([
      'INVALID',
      'HASH_MISMATCH@0',
      'KEY_UNKNOWN@1',
    ])
  })

  test('as a retention key: what it says of pruning proves nothing', async () => {
    const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate', 'retention'] }))
    const receipts = chainOf([
      {},
      rotation(keys.two),
      (before) => prune(before[0] as DecisionReceipt, { by: keys.two, at: days(300) }),
    ])
    expect(await judged(receipts, { keyring })).toEqual(['VALID'])
    // the rotation must be kept: the first kept receipt is it
    expect(await judged(receipts.slice(1), { keyring, acceptPruned: { minDays: 1 } })).toEqual([
      'INCOMPLETE',
      'STARTS_LATE@1',
    ])
  })
})

test('a key that the chain was handed to can not be taken over by a second rotation to it', async () => {
  // whoever signs first is where it derives from: revoking the second does not concern it
  const other = entryOf(keys.delegate, { uses: ['receipt', 'rotate'], revokedAt: days(1) })
  const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }), other)
  const receipts = chainOf([
    rotation(keys.two),
    rotation(keys.two, { by: keys.delegate }),
    {},
    { by: keys.two, at: days(3) },
  ])
  expect(await judged(receipts, { keyring })).toEqual(['VALID'])
})

test('handing the chain back and forth ends nowhere else', async () => {
  const receipts = chainOf([rotation(keys.two), rotation(keys.one, { by: keys.two }), rotation(keys.two), {}, byTwo])
  expect(await judged(receipts, { keyring: mayRotate })).toEqual(['VALID'])
})

test('a rotation behind a receipt whose chain is malformed does not stop the verifier', async () => {
  const receipts = chainOf([rotation(keys.two)])
  const result = await judge([{ ...receipts[0], chainId: 'no chain/' } as never, ...receipts], { keyring: mayRotate })
  expect(result.verdict).toBe('INVALID')
})
