/** What somebody who holds a session key, or the store, can make of pruning: nothing that a verifier takes for complete. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt, RetentionEvent } from '../../src/receipt/types.js'
import {
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  entryOf,
  judge,
  judged,
  keyNamed,
  keys,
  type Loose,
  prune,
  resealed,
  rotation,
  type TestKey,
  trusting,
} from './support.js'

/** A chain whose session is a delegate's: seq 0 to 11, one a day, the certificate on seq 0. */
const certificate = delegation({ notAfter: days(700) })
const session = (receipts: number): DecisionReceipt[] =>
  chainOf(
    [
      delegated(certificate, { ...chainStart(), at: days(0) }),
      ...Array.from({ length: receipts - 1 }, (_, index) => ({ at: days(index + 1) })),
    ],
    { by: keys.delegate },
  )
const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }), entryOf(keys.retention, { uses: ['retention'] }))
const acceptPruned = { minDays: 184 }
const accepting = { keyring, acceptPruned, now: days(1000) }

/** A service of two keys: `one` signs receipts, `retention` signs removals; seq n is of day n. */
const whole = chainOf(Array.from({ length: 12 }, (_, index) => ({ at: days(index) })))
const trusted = trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] }))
const at = (seq: number) => whole[seq] as DecisionReceipt
/** Pruned as it should be: on day 200 everything before seq 4 was announced, and went. */
const honest = [...whole.slice(4), ...chainOf([prune(at(3), { at: days(200) })], { on: whole })]
const one = { keyring: trusted, acceptPruned, now: days(1000) }

/** Links and seals anew whatever it is given, with a key that the attacker has. */
function relinked(receipts: readonly object[], by: TestKey, prevReceiptHash: string): Loose[] {
  let previous = prevReceiptHash
  return receipts.map((receipt) => {
    const sealed = resealed(receipt, { prevReceiptHash: previous, keyId: by.keyId }, by)
    previous = sealed.receiptHash as string
    return sealed
  })
}

test('what the attacks start from is complete, and only to those who accept it', async () => {
  expect(await judged(honest, one)).toEqual(['VALID'])
  expect(await judged(honest, { ...one, acceptPruned: undefined })).toEqual(['INCOMPLETE', 'PRUNED@4'])
  // seq 4 is of day 4: 196 days
  expect(await judged(honest, { ...one, acceptPruned: { minDays: 196 } })).toEqual(['VALID'])
  expect(await judged(honest, { ...one, acceptPruned: { minDays: 197 } })).toEqual(['INCOMPLETE', 'PRUNED@4'])
})

describe('prunes with a session key', () => {
  test('a delegate announces the removal itself', async () => {
    const chain = session(12)
    const said = chainOf([prune(chain[3] as DecisionReceipt, { by: keys.delegate, at: days(300) })], { on: chain })
    expect(await judged([...chain, ...said], accepting)).toEqual(['VALID'])
    // with it went the certificate, so nothing that is left is anybody's
    const left = await judge([...chain.slice(4), ...said], accepting)
    expect([left.verdict, left.counts.STARTS_LATE, left.counts.PRUNED]).toEqual(['INCOMPLETE', 1, undefined])
  })

  test('and brings its certificate again, so that what is left is its own', async () => {
    const chain = session(12)
    const again = chainOf([delegated(certificate, { at: days(12) })], { on: chain, by: keys.delegate })
    const on = [...chain, ...again]
    const said = chainOf([prune(chain[11] as DecisionReceipt, { by: keys.delegate, at: days(300) })], { on })
    expect(await judged([...again, ...said], accepting)).toEqual(['INCOMPLETE', 'STARTS_LATE@12'])
    const real = chainOf([prune(chain[11] as DecisionReceipt, { at: days(300) })], { on })
    expect(await judged([...again, ...real], accepting)).toEqual(['VALID'])
  })

  test('under a root that may itself prune: the use is not handed on', async () => {
    const chain = session(12)
    const again = chainOf([delegated(certificate, { at: days(12) })], { on: chain, by: keys.delegate })
    const on = [...chain, ...again]
    const said = chainOf([prune(chain[11] as DecisionReceipt, { by: keys.delegate, at: days(300) })], { on })
    const generous = trusting(entryOf(keys.root, { uses: ['delegate', 'retention', 'receipt'] }))
    expect(await judged([...again, ...said], { ...accepting, keyring: generous })).toEqual([
      'INCOMPLETE',
      'STARTS_LATE@12',
    ])
  })

  test('with a key that a retention key handed over to', async () => {
    const mine = keyNamed('mine')
    const handed = chainOf([rotation(mine, { by: keys.retention, from: keys.retention, at: days(12) })], { on: whole })
    const on = [...whole, ...handed]
    const said = chainOf([prune(at(3), { by: mine, at: days(200) })], { on })
    const rotating = trusting(keys.one, entryOf(keys.retention, { uses: ['retention', 'rotate', 'receipt'] }))
    expect(await judged([...on.slice(4), ...said], { ...one, keyring: rotating })).toEqual([
      'INCOMPLETE',
      'STARTS_LATE@4',
    ])
  })

  test('with the key that signs the receipts', async () => {
    const said = chainOf([prune(at(3), { by: keys.one, at: days(200) })], { on: whole })
    expect(await judged([...whole.slice(4), ...said], one)).toEqual(['INCOMPLETE', 'STARTS_LATE@4'])
  })
})

describe('prunes what is young', () => {
  test.each([
    [187, 'VALID'],
    [188, 'INCOMPLETE'],
  ])('held for %i days at most, it is %s', async (minDays, verdict) => {
    const kept = [...whole.slice(9), ...chainOf([prune(at(8), { at: days(196) })], { on: whole })]
    expect((await judge(kept, { ...one, acceptPruned: { minDays } })).verdict).toBe(verdict)
  })

  test('and dates the announcement ahead: no clock has seen that day', async () => {
    const kept = [...whole.slice(9), ...chainOf([prune(at(8), { at: days(400) })], { on: whole })]
    expect(await judged(kept, { ...one, now: days(20) })).toEqual(['INVALID', 'TIME_IN_FUTURE@12'])
  })

  test('and dates the first kept receipt back: its hash is in the next, and its signature is another’s', async () => {
    const kept = [...whole.slice(9), ...chainOf([prune(at(8), { at: days(30) })], { on: whole })]
    const backdated = { ...(kept[0] as DecisionReceipt), timestamp: days(-200) }
    expect(await judged([backdated, ...kept.slice(1)], one)).toEqual(['INVALID', 'HASH_MISMATCH@9'])
    const signed = resealed(kept[0] as DecisionReceipt, { timestamp: days(-200) })
    expect((await judge([signed, ...kept.slice(1)], one)).counts).toEqual({ LINK_MISMATCH: 1 })
  })

  test('and seals all of it anew with the session key: the announcement is not theirs to seal', async () => {
    const kept = [...whole.slice(9), ...chainOf([prune(at(8), { at: days(30) })], { on: whole })]
    const older = kept.map((receipt, index) => (index < 3 ? { ...receipt, timestamp: days(index - 200) } : receipt))
    const forged = relinked(older, keys.one, (kept[0] as DecisionReceipt).prevReceiptHash)
    expect(await judged(forged, one)).toEqual(['INCOMPLETE', 'STARTS_LATE@9'])
    // with the true announcement at the end the chain breaks before it
    const broken = await judge([...forged.slice(0, -1), kept.at(-1) as DecisionReceipt], one)
    expect([broken.verdict, broken.counts.LINK_MISMATCH]).toEqual(['INVALID', 1])
  })
})

describe('re-anchors', () => {
  test('cuts further than was announced, or less far', async () => {
    expect(await judged(honest.slice(1), one)).toEqual(['INCOMPLETE', 'STARTS_LATE@5'])
    expect(await judged([at(3), ...honest], one)).toEqual(['INCOMPLETE', 'STARTS_LATE@3'])
  })

  test('rewrites through: the announcement does not hold any more', async () => {
    const announced = honest.at(-1) as DecisionReceipt
    const retention = announced.retention as RetentionEvent & { event: 'prune' }
    const through = { seq: 5, receiptHash: at(5).receiptHash }
    const changed = { ...announced, retention: { ...retention, through } }
    const kept = whole.slice(6)
    expect((await judge([...kept, changed], one)).counts).toEqual({ HASH_MISMATCH: 1, STARTS_LATE: 1 })
    const hashed = { ...resealed(changed, {}, keys.one), signature: announced.signature }
    expect((await judge([...kept, hashed], one)).counts).toEqual({ SIGNATURE_INVALID: 1, STARTS_LATE: 1 })
    const own = resealed(changed, { keyId: keys.one.keyId }, keys.one)
    expect(await judged([...kept, own], one)).toEqual(['INCOMPLETE', 'STARTS_LATE@6'])
  })

  test('rewrites the first kept receipt so that it links to what was announced', async () => {
    // seq 4 goes as well; seq 5 takes its place and its link
    const [, fifth, ...rest] = honest
    const moved = resealed(fifth as DecisionReceipt, { seq: 4, prevReceiptHash: at(3).receiptHash })
    const result = await judge([moved, ...rest], one)
    expect([result.verdict, result.counts]).toEqual(['INVALID', { SEQ_GAP: 1 }])
    // renumbered as well, nothing links to it, and what follows is not theirs to seal
    const renumbered = rest.map((receipt) => ({ ...receipt, seq: receipt.seq - 1 }))
    const forged = relinked([moved, ...renumbered.slice(0, -1)], keys.one, at(3).receiptHash)
    const ended = await judge([...forged, renumbered.at(-1) as DecisionReceipt], one)
    expect(ended.verdict).toBe('INVALID')
    expect(ended.counts).toMatchObject({ LINK_MISMATCH: 1, HASH_MISMATCH: 1 })
    const without = await judge(forged, one)
    expect([without.verdict, without.counts]).toEqual(['INCOMPLETE', { STARTS_LATE: 1 }])
  })

  test('brings the announcement of another chain, or of another line of this one', async () => {
    const other = chainOf(
      Array.from({ length: 12 }, (_, index) => ({ at: days(index) })),
      { chainId: 'globex' },
    )
    const theirs = chainOf([prune(other[3] as DecisionReceipt, { at: days(200) })], { on: other, chainId: 'globex' })
    expect((await judge([...whole.slice(4), ...theirs], one)).counts).toMatchObject({
      CHAIN_MISMATCH: 1,
      STARTS_LATE: 1,
    })
    const line = chainOf(
      Array.from({ length: 12 }, (_, index) => ({ at: days(index) })),
      { label: 'second' },
    )
    const forked = chainOf([prune(line[3] as DecisionReceipt, { at: days(200) })], { on: line })
    expect((await judge([...whole.slice(4), ...forked], one)).counts).toMatchObject({
      LINK_MISMATCH: 1,
      STARTS_LATE: 1,
    })
  })

  test('leaves the announcement out of what it hands over', async () => {
    expect(await judged(honest.slice(0, -1), one)).toEqual(['INCOMPLETE', 'STARTS_LATE@4'])
  })

  test('keeps the beginning and takes the middle: that is a gap, whatever was announced', async () => {
    const [first, ...others] = whole
    const kept = [first as DecisionReceipt, ...others.slice(3), honest.at(-1) as DecisionReceipt]
    expect(await judged(kept, one)).toEqual(['INVALID', 'SEQ_GAP@4'])
  })
})
