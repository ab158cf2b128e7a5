/** Chains against which nothing speaks, but that are not all there. */
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { anchorOf } from '../anchor.js'
import {
  chainEnd,
  chainOf,
  days,
  delegated,
  entryOf,
  fileOf,
  keys,
  linesOf,
  plainChain,
  resealed,
  rotation,
} from '../support.js'
import { type Definition, define, one, retentionEntry, rootEntry, stranger, type VectorFile } from './define.js'
import { prunedChain } from './valid.js'

type Source = Parameters<typeof define>[2]
const incomplete = (name: string, source: Source, definition: Definition): VectorFile =>
  define('INCOMPLETE', name, source, definition)

const plain = plainChain(3)
const at = (seq: number) => plain[seq] as DecisionReceipt
const head = { seq: 2, receiptHash: at(2).receiptHash }
const whole = fileOf(linesOf(plain))

const strange = plainChain(2, { by: stranger })
const undated = chainOf([{}, {}, { by: keys.two, at: days(9) }])
const delegateFirst = chainOf([{ by: keys.delegate }, delegated(), { by: keys.delegate }])
const delegateOnly = chainOf([delegated(), { by: keys.delegate }])
const rotatedWithoutUse = chainOf([rotation(keys.two), { by: keys.two }])
const later = plain.map((receipt) => ({ ...receipt, version: 'quittance/2' }))
const unknownMember = resealed(at(2), { mood: 'good' })
const unknownEvent = resealed(at(2), { eventType: 'vote' })
const unknownAction = resealed(at(2), { action: 'postpone' })
const strangeEnd = chainOf([{}, chainEnd({ by: stranger })])

export const incompleteVectors: readonly VectorFile[] = [
  incomplete('empty', new Uint8Array(), { about: 'No byte at all.', problems: ['EMPTY'], checked: 0 }),
  incomplete('starts-late', plain.slice(1), { about: 'Seq 0 is missing.', problems: ['STARTS_LATE@1'] }),
  incomplete('part-whose-root-was-asked-for', plain.slice(1), {
    about: 'A part can’t show the root of its chain, here asked for.',
    options: { expect: { fromSeq: 1, root: at(0).receiptHash } },
    problems: ['STARTS_LATE@1'],
  }),
  incomplete('head-not-reached', plain.slice(0, 2), {
    about: 'The head that was noted elsewhere is not reached: the tail was cut.',
    options: { expect: { head } },
    problems: ['HEAD_NOT_REACHED'],
  }),
  incomplete('last-seq-not-reached', plain.slice(0, 2), {
    about: 'Receipts through seq 2 were asked for.',
    options: { expect: { toSeq: 2 } },
    problems: ['HEAD_NOT_REACHED'],
  }),
  incomplete('too-few', plain, {
    about: 'Four receipts were asked for.',
    options: { expect: { minReceipts: 4 } },
    problems: ['HEAD_NOT_REACHED'],
  }),
  incomplete('checkpoint-not-reached', plain.slice(0, 2), {
    about: 'A checkpoint covers three receipts.',
    options: { anchors: [anchorOf(plain)] },
    problems: ['CHECKPOINT_NOT_REACHED'],
  }),
  incomplete('tail-unproved', plain, {
    about: 'A proved tail was asked for, and nothing proves it.',
    options: { requireTail: true },
    problems: ['TAIL_UNPROVED@2'],
  }),
  incomplete('chain-end-by-a-stranger', strangeEnd, {
    about: 'A chain_end by a key that is not trusted proves no tail.',
    options: { requireTail: true },
    problems: ['KEY_UNKNOWN@1:2', 'TAIL_UNPROVED@1'],
  }),
  incomplete('key-unknown', strange, {
    about: 'A chain in itself sound, by a key that is not in the keyring.',
    problems: ['KEY_UNKNOWN@0:1', 'KEY_UNKNOWN@1:2'],
  }),
  incomplete('delegate-before-its-certificate', delegateFirst, {
    about: 'A certificate counts from the receipt on that carries it.',
    keyring: [rootEntry],
    problems: ['KEY_UNKNOWN@0:1'],
  }),
  incomplete('delegate-of-an-unknown-root', delegateOnly, {
    about: 'The root that signed the certificate is not in the keyring.',
    problems: ['KEY_UNKNOWN@0:1', 'KEY_UNKNOWN@1:2'],
  }),
  incomplete('rotated-without-the-use', rotatedWithoutUse, {
    about: 'The old key may not rotate: its word extends no trust, and is no fault.',
    problems: ['KEY_UNKNOWN@1:2'],
  }),
  incomplete('revoked-and-undated', plain, {
    about: 'The key was revoked later, and nothing dates what it signed before.',
    keyring: [entryOf(keys.one, { revokedAt: days(9) })],
    problems: ['KEY_REVOKED_UNDATED@2'],
    counts: { KEY_REVOKED_UNDATED: 3 },
  }),
  incomplete('revoked-and-dated-too-late', undated, {
    about: 'A receipt of an independent key follows, dated at the revocation itself.',
    keyring: [entryOf(keys.one, { revokedAt: days(9) }), entryOf(keys.two)],
    problems: ['KEY_REVOKED_UNDATED@1'],
    counts: { KEY_REVOKED_UNDATED: 2 },
  }),
  incomplete('pruned', prunedChain(), {
    about: 'Seq 0 to 2 were removed, as a retention receipt says; the verifier was not told to accept that.',
    keyring: [one, retentionEntry],
    problems: ['PRUNED@3'],
  }),
  incomplete('pruned-too-young', prunedChain(), {
    about: 'The first kept receipt was 97 days old when the rest was removed; 98 are asked for.',
    keyring: [one, retentionEntry],
    options: { acceptPruned: { minDays: 98 } },
    problems: ['PRUNED@3'],
  }),
  incomplete('pruned-by-a-key-without-the-use', prunedChain(keys.one), {
    about: 'A retention receipt of a key that is not trusted for retention explains nothing.',
    options: { acceptPruned: { minDays: 1 } },
    problems: ['STARTS_LATE@3'],
  }),
  incomplete('line-unterminated', whole.subarray(0, -1), {
    about: 'The last line is whole but has no newline: it is judged, but it was never acknowledged.',
    placed: plain,
    checked: 3,
    problems: ['LINE_UNTERMINATED@2:3'],
  }),
  incomplete('line-torn', whole.subarray(0, -100), {
    about: 'The last line is half there.',
    placed: plain.slice(0, 2),
    checked: 3,
    problems: ['LINE_UNTERMINATED:3'],
  }),
  incomplete('unknown-version', later, {
    about: 'A whole chain of a version that quittance/1 verifiers do not know: nothing of it is looked at.',
    placed: [],
    problems: ['UNSUPPORTED@0:1', 'UNSUPPORTED@1:2', 'UNSUPPORTED@2:3'],
  }),
  incomplete('unknown-member', [at(0), at(1), unknownMember], {
    about: 'A member that the format does not have, under hash and signature.',
    placed: [at(0), at(1), unknownMember as never],
    problems: ['UNSUPPORTED@2:3'],
  }),
  incomplete('unknown-event-type', [at(0), at(1), unknownEvent], {
    about: 'An eventType that the format does not have.',
    placed: [at(0), at(1), unknownEvent as never],
    problems: ['UNSUPPORTED@2:3'],
  }),
  incomplete('unknown-action', [at(0), at(1), unknownAction], {
    about: 'An action that the format does not have.',
    placed: [at(0), at(1), unknownAction as never],
    problems: ['UNSUPPORTED@2:3'],
  }),
]
