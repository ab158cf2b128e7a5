/** Chains that hold. */
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { anchorOf } from '../anchor.js'
import { fullChain } from '../full-receipts.js'
import {
  chainEnd,
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  entryOf,
  keys,
  type Loose,
  lineOfLoose,
  msAfter,
  plainChain,
  prune,
  resealed,
  rotation,
} from '../support.js'
import { type Definition, define, one, retentionEntry, rootEntry, VECTOR_NOW, type VectorFile } from './define.js'

type Source = Parameters<typeof define>[2]
const valid = (name: string, source: Source, definition: Definition): VectorFile =>
  define('VALID', name, source, definition)

const without = (receipt: DecisionReceipt, ...names: string[]): Loose =>
  Object.fromEntries(Object.entries(receipt).filter(([name]) => !names.includes(name)))

const plain = plainChain(3)
const [, middle, last] = plain as [DecisionReceipt, DecisionReceipt, DecisionReceipt]

const detailed = chainOf([
  chainStart(),
  { details: { rationale: 'income is steady', metadata: { branch: 'Zürich' } } },
  { details: { checks: { limit: 'below the limit' } } },
])

/** Five receipts, one a day; on day 100 the retention key says that what is before seq 3 goes. */
export const prunedChain = (by = keys.retention): DecisionReceipt[] => {
  const whole = chainOf(Array.from({ length: 5 }, (_, index) => ({ at: days(index) })))
  const said = chainOf([prune(whole[2] as DecisionReceipt, { by, at: days(100) })], { on: whole })
  return [...whole.slice(3), ...said]
}

/** Where RFC 8785 differs from a plain sort or a plain `toString`. */
const unicode = chainOf([
  {
    details: {
      rationale: 'ASCII ä € 😀 \u202e rtl e\u0301 \ufb01',
      metadata: {
        '€': 'Euro Sign',
        '\r': 'Carriage Return',
        '\ufb33': 'Hebrew Letter Dalet With Dagesh',
        '1': 'One',
        '😀': 'Emoji: Grinning Face',
        '\u0080': 'Control',
        ö: 'Latin Small Letter O With Diaeresis',
        '': 'Empty',
      },
    },
    body: {
      tags: ['\u0000\u0001\b\t\n\f\r\u001f', '"\\/', '\u007f\u0080\u2028\u2029', '\ufeff', 'א', '\u{10ffff}'],
      xNames: {
        10: 'ten',
        9: 'nine',
        a: 1,
        A: 2,
        'a b': 3,
        '\u{10000}': 'astral',
        '\uffee': 'behind it in code points',
      },
    },
  },
])

const numbers = chainOf([
  {
    body: {
      latencyMs: 0.1,
      xNumbers: [
        0, 1, -1, 0.5, -0.5, 1e-7, 1e-6, 0.000001, 5e-324, 2.2250738585072014e-308, 333333333.3333333, 4.35, 0.002,
        1e-27, 123456.789, 9007199254740991, -9007199254740991, 4503599627370495.5, 1.0000000000000002, 100,
      ],
    },
  },
])

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })

/** A receipt whose preimage has so many bytes. */
export function ofPreimage(bytes: number): Loose {
  const [receipt] = plainChain(1) as [DecisionReceipt]
  const empty = without(resealed(receipt, { xText: '' }) as never, 'receiptHash', 'signature')
  return resealed(receipt, { xText: 'a'.repeat(bytes - lineOfLoose(empty).length) })
}

const longest = ofPreimage(65_000)
const deepest = resealed(plain[0] as DecisionReceipt, { xDeep: nested(15) })

const revokedOne = entryOf(keys.one, { revokedAt: days(9) })
const dated = chainOf([{}, {}, { by: keys.two, at: days(3) }])
const ended = chainOf([chainStart(), {}, chainEnd()])
const delegatedChain = chainOf([
  delegated(delegation(), chainStart()),
  { by: keys.delegate },
  {},
  delegated(delegation({ notBefore: days(1), notAfter: days(2), serial: 'certificate-2' }), { at: days(1) }),
  { by: keys.delegate },
])
const rotated = chainOf([
  {},
  rotation(keys.two),
  { by: keys.two },
  rotation(keys.delegate, { by: keys.two }),
  { by: keys.delegate },
])
const turns = chainOf([{ at: msAfter(0) }, { at: msAfter(86_399_999) }, { by: keys.two, at: days(1) }])
const still = chainOf([{ at: '2026-12-31T12:05:00.000Z' }, { at: '2026-12-31T12:05:00.000Z' }])

/** Another order, white space, a carriage return: the same receipts. */
const loosely = [
  JSON.stringify(Object.fromEntries(Object.entries(plain[0] as object).reverse())),
  ` ${lineOfLoose(middle as object)}\t`,
  `${lineOfLoose(last as object)}\r`,
]

export const validVectors: readonly VectorFile[] = [
  valid('plain', plain, { about: 'Three decisions by one key.' }),
  valid('details', detailed, { about: 'A chain_start, and receipts with details under their detailsHash.' }),
  valid('details-erased', [detailed[0], without(detailed[1] as DecisionReceipt, 'details'), detailed[2]] as Loose[], {
    about: 'The details of seq 1 were erased; hash, link and signature hold without them.',
    placed: detailed,
    notices: ['DETAILS_ERASED@1:2'],
  }),
  valid('every-member', fullChain, {
    about: 'Every member of the format and every event, in 25 receipts; chain_end proves the tail.',
    keyring: [entryOf(keys.one, { uses: ['receipt', 'rotate', 'retention'] }), rootEntry],
    options: { requireTail: true },
    tail: 'chain-end',
  }),
  valid('unicode', unicode, {
    about: 'Texts and names that escape and sort in the ways of RFC 8785: by UTF-16 code units.',
  }),
  valid('numbers', numbers, { about: 'Numbers whose shortest form is that of RFC 8785.' }),
  valid('largest-preimage', [longest], { about: 'A preimage of exactly 65,000 bytes.', placed: [longest as never] }),
  valid('deepest', [deepest], { about: '16 levels, the receipt being the first.', placed: [deepest as never] }),
  valid('white-space-and-order', loosely, {
    about: 'Members in another order, white space, and a CRLF: noted, no fault.',
    placed: plain,
    notices: ['LINE_NOT_CANONICAL@0:1', 'LINE_NOT_CANONICAL@1:2', 'LINE_NOT_CANONICAL@2:3'],
  }),
  valid('time-at-the-limit', still, {
    about: 'Two receipts of one millisecond, exactly 5 minutes ahead of the judge’s clock.',
    options: { now: VECTOR_NOW },
  }),
  valid('two-keys', turns, {
    about: 'A key signs to the last millisecond of its window [from, until), the next one from its first.',
    keyring: [entryOf(keys.one, { validUntil: days(1) }), entryOf(keys.two, { validFrom: days(1) })],
  }),
  valid('delegated', delegatedChain, {
    about:
      'A delegate opens the chain under its certificate, and renews it on the day it ends; the keyring’s own key signs between.',
    keyring: [one, rootEntry],
  }),
  valid('rotated', rotated, {
    about:
      'The key, trusted to rotate, hands the chain on; the new key does so again. Only the first is in the keyring.',
    keyring: [entryOf(keys.one, { uses: ['receipt', 'rotate'], validUntil: days(1) })],
  }),
  valid('revoked-and-dated', dated, {
    about: 'The first key is revoked later; a receipt of an independent key, dated before, dates what it signed.',
    keyring: [revokedOne, entryOf(keys.two)],
  }),
  valid('revoked-and-witnessed', plain, {
    about: 'The key is revoked later; a checkpoint witnessed before dates what it signed.',
    keyring: [revokedOne],
    options: { anchors: [anchorOf(plain, 3, days(5))] },
    tail: 'checkpoint',
  }),
  valid('pruned-and-accepted', prunedChain(), {
    about:
      'Seq 0 to 2 were removed, as a retention receipt says; the first kept was 97 days old then, and 97 are asked for.',
    keyring: [one, retentionEntry],
    options: { acceptPruned: { minDays: 97 } },
  }),
  valid('chain-end', ended, {
    about: 'A chain_end is terminal: it proves the tail.',
    options: { requireTail: true },
    tail: 'chain-end',
  }),
  valid('expected-head', plain, {
    about: 'The last receipt is the head that was noted elsewhere: it proves the tail.',
    options: {
      chainId: 'acme',
      requireTail: true,
      expect: { head: { seq: 2, receiptHash: (last as DecisionReceipt).receiptHash } },
    },
    tail: 'expected-head',
  }),
  valid('passed-head', plain, {
    about: 'The head that was noted elsewhere is in the chain, which went on: the tail is unproved.',
    options: { expect: { head: { seq: 1, receiptHash: (middle as DecisionReceipt).receiptHash } } },
  }),
  valid('checkpoints', plain, {
    about: 'Checkpoints of sizes 0 to 3; the one of the whole chain proves the tail.',
    options: { requireTail: true, anchors: [0, 1, 2, 3].map((size) => anchorOf(plain, size)) },
    tail: 'checkpoint',
  }),
  valid('part', plain.slice(1), {
    about: 'A part of a chain, asked for as such. Without seq 0 no root is seen.',
    options: { expect: { fromSeq: 1, toSeq: 2, minReceipts: 2 } },
  }),
  valid('root', plain, {
    about: 'The root that was noted elsewhere is that of this chain.',
    options: { expect: { root: (plain[0] as DecisionReceipt).receiptHash } },
  }),
]
