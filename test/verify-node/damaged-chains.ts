/** Chains of every kind, damaged at random, cut into files at random, asked for at random: drawn by fast-check. */
import fc from 'fast-check'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { Anchor, VerifyOptions } from '../../src/verify/types.js'
import { anchorOf } from '../verify/anchor.js'
import {
  chainEnd,
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  entryOf,
  keyNamed,
  keys,
  lineOfLoose,
  linesOf,
  msAfter,
  NOW,
  plainChain,
  prune,
  resealed,
  revocation,
  rotation,
  trusting,
} from '../verify/support.js'

const entries = <T>(count: number, entry: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => entry(at))

const late = keyNamed('late')
const plain = plainChain(11)
const daily = chainOf(entries(12, (day) => ({ at: days(day) })))

/** Every kind of chain; all of them are of `acme` but one. */
const chains: readonly (readonly DecisionReceipt[])[] = [
  plain,
  daily,
  chainOf([chainStart(), ...entries(14, () => ({}))]),
  chainOf([chainStart(), ...entries(6, () => ({})), chainEnd()]),
  chainOf([...entries(5, () => ({})), chainEnd(), ...entries(5, () => ({}))]),
  // two keys in turns, so that one dates the other
  chainOf(entries(20, (at) => ({ by: at % 7 < 4 ? keys.one : keys.two, at: days(at) }))),
  chainOf([
    ...entries(5, () => ({})),
    revocation(keys.two, days(3)),
    ...entries(6, (at) => ({ by: keys.two, at: days(at) })),
  ]),
  chainOf([...entries(4, () => ({})), rotation(keys.two), ...entries(8, () => ({ by: keys.two }))]),
  chainOf([delegated(), ...entries(9, () => ({}))], { by: keys.delegate }),
  // the certificate ends in the middle, and is renewed
  chainOf(
    [
      delegated(delegation({ notAfter: msAfter(6_000) })),
      ...entries(4, () => ({})),
      delegated(delegation({ notBefore: msAfter(3_000), serial: 'certificate-2' })),
      ...entries(6, () => ({})),
    ],
    { by: keys.delegate },
  ),
  chainOf([delegated(delegation({ notAfter: msAfter(5_000) })), ...entries(9, () => ({}))], { by: keys.delegate }),
  // times that go back, and one that is ahead of every clock
  chainOf(entries(12, (at) => (at === 6 ? { at: days(2) } : at === 7 ? { at: days(1) } : {}))),
  chainOf([...entries(5, () => ({})), { at: '2031-01-01T00:00:00.000Z' }, ...entries(4, () => ({}))]),
  chainOf(entries(14, (at) => (at % 3 === 0 ? { details: { rationale: `é ${at}` } } : {}))),
  [...daily.slice(4), ...chainOf([prune(daily[3] as DecisionReceipt, { at: days(200) })], { on: daily })],
  chainOf([...entries(4, () => ({})), ...entries(9, () => ({ by: late }))]),
  plainChain(9, { chainId: 'other' }),
]

const strangers = [...linesOf(plainChain(6, { chainId: 'other' })), ...linesOf(plainChain(12, { label: 'rival' }))]
const unsupported = plain.slice(0, 4).map((receipt) => lineOfLoose(resealed(receipt, { version: 'quittance/2' })))
const odd = [
  '',
  'null',
  '{',
  '[]',
  '{"seq":3}',
  '{"seq":3e0}',
  '{"__proto__":3}',
  `{"chainId":"acme","chainId":"acme"}`,
  'x'.repeat(700),
  ...unsupported,
  ...plain.slice(2, 5).map((receipt) => lineOfLoose(resealed(receipt, { seq: -1 }))),
  ...plain.slice(2, 5).map((receipt) => lineOfLoose(resealed(receipt, { action: 'perhaps' }))),
]
const endless = Buffer.alloc(131_500, 0x7b)

/** One thing that may have happened to an export; `at` and `other` are reduced to what is there. */
interface Damage {
  readonly kind: number
  readonly at: number
  readonly other: number
}

type Lines = Buffer[]
const put = (lines: Lines, at: number, line: Buffer): void => {
  lines[at] = line
}
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T

function edited(line: Buffer, edit: (members: Record<string, unknown>) => unknown): Buffer {
  try {
    const members = JSON.parse(line.toString()) as Record<string, unknown>
    edit(members)
    return Buffer.from(JSON.stringify(members))
  } catch {
    return line
  }
}

const damages: readonly ((lines: Lines, at: number, other: number) => void)[] = [
  (lines, at, other) => {
    const line = Buffer.from(lines[at] as Buffer)
    if (line.length > 0) line[other % line.length] = (line[other % line.length] as number) ^ (1 << (other % 8))
    lines[at] = line
  },
  (lines, at, other) => {
    const line = Buffer.from(lines[at] as Buffer)
    if (line.length > 0) line[other % line.length] = 0xff
    lines[at] = line
  },
  (lines, at) => void lines.splice(at, 1),
  (lines, at, other) => void lines.splice(at, 1 + (other % 4)),
  (lines, at, other) => void lines.splice(other % lines.length, 0, lines[at] as Buffer),
  (lines, at, other) => {
    const to = other % lines.length
    const [a, b] = [lines[at] as Buffer, lines[to] as Buffer]
    lines[at] = b
    lines[to] = a
  },
  (lines, at, other) => void lines.splice(at, 0, Buffer.from(pick(strangers, other))),
  (lines, at, other) => void lines.splice(at, 1, Buffer.from(pick(strangers, other))),
  (lines, at, other) => void lines.splice(at, 0, Buffer.from(pick(odd, other))),
  (lines, at) => put(lines, at, Buffer.concat([lines[at] as Buffer, Buffer.from('\r')])),
  (lines, at) =>
    put(
      lines,
      at,
      edited(lines[at] as Buffer, (members) => Object.assign(members, { action: 'reject' })),
    ),
  (lines, at) =>
    put(
      lines,
      at,
      edited(lines[at] as Buffer, (members) => delete members.details),
    ),
  (lines, at, other) =>
    put(
      lines,
      at,
      edited(lines[at] as Buffer, (members) => delete members[pick(Object.keys(members), other)]),
    ),
  (lines, at) => {
    lines[at] = edited(lines[at] as Buffer, (members) => {
      const { version } = members
      delete members.version
      members.version = version
    })
  },
  (lines) => put(lines, 0, Buffer.concat([Buffer.from('\ufeff'), lines[0] ?? Buffer.alloc(0)])),
  (lines, at) => void lines.splice(at, lines.length),
  (lines, at) => void lines.splice(0, at),
  (lines) => void lines.splice(0, 0, ...lines.splice(0).reverse()),
]

/** How the bytes end, or where they are cut into files. */
interface Cut {
  readonly file: number
  /** Between two lines, or anywhere. */
  readonly clean: boolean
  readonly at: number
}

/** One export and what to hold it against. */
export interface DamagedChain {
  readonly files: readonly Buffer[]
  readonly options: VerifyOptions
}

const keyrings = [
  trusting(
    keys.one,
    keys.two,
    late,
    entryOf(keys.retention, { uses: ['retention'] }),
    entryOf(keys.root, { uses: ['delegate'] }),
  ),
  trusting(
    entryOf(keys.one, { uses: ['receipt', 'rotate', 'revoke'] }),
    entryOf(keys.root, { uses: ['delegate'] }),
    entryOf(keys.retention, { uses: ['retention'] }),
  ),
  trusting(entryOf(keys.one, { validUntil: days(6) }), keys.two),
  trusting(entryOf(keys.one, { validFrom: msAfter(4_000), validUntil: days(9) }), keys.two),
  trusting(entryOf(keys.one, { revokedAt: days(5) }), keys.two),
  trusting(
    entryOf(keys.one, { revokedAt: msAfter(7_000) }),
    entryOf(keys.root, { uses: ['delegate'], revokedAt: msAfter(4_000) }),
  ),
  trusting(entryOf(keys.one, { chains: ['other'] }), keys.two),
  trusting(entryOf(keys.one, { uses: ['retention'] }), keys.two),
  trusting(keys.two),
]

const index = fc.nat({ max: 999 })
/** In one case of so many. */
const oneIn = <T>(cases: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: cases - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

function anchorsOf(receipts: readonly DecisionReceipt[], sizes: readonly number[], wrong: true | undefined): Anchor[] {
  return sizes.map((size) => {
    const anchor = anchorOf(receipts, Math.min(size, receipts.length), size % 2 === 0 ? days(4) : undefined)
    return wrong ? { ...anchor, size } : anchor
  })
}

/** @returns an export of any of the chains, damaged or not */
export const damagedChain: fc.Arbitrary<DamagedChain> = fc
  .record({
    chain: fc.nat({ max: chains.length - 1 }),
    // most of what goes wrong does so alone
    damages: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      {
        weight: 6,
        arbitrary: fc.array(fc.record({ kind: fc.nat({ max: damages.length - 1 }), at: index, other: index }), {
          minLength: 1,
          maxLength: 3,
        }),
      },
    ) as fc.Arbitrary<Damage[]>,
    endless: oneIn(100, index),
    cuts: fc.array(
      fc.record({
        file: fc.nat({ max: 3 }),
        clean: fc.nat({ max: 4 }).map((of) => of > 0),
        at: fc.nat({ max: 30_000 }),
      }),
      {
        maxLength: 3,
      },
    ) as fc.Arbitrary<Cut[]>,
    torn: oneIn(6, fc.integer({ min: 1, max: 900 })),
    keyring: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: fc.nat({ max: keyrings.length - 1 }) },
    ),
    chainId: oneIn(4, fc.constantFrom('acme', 'acme', 'acme', 'other')),
    head: oneIn(4, fc.record({ seq: fc.nat({ max: 16 }), wrong: oneIn(4, fc.constant(true)) })),
    root: oneIn(8, fc.constantFrom(0, 0, 1)),
    fromSeq: oneIn(5, fc.nat({ max: 6 })),
    toSeq: oneIn(6, fc.integer({ min: 6, max: 26 })),
    minReceipts: oneIn(6, fc.nat({ max: 20 })),
    requireTail: oneIn(5, fc.constant(true)),
    acceptPruned: oneIn(2, fc.constantFrom(184, 197)),
    anchors: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(fc.nat({ max: 16 }), { minLength: 1, maxLength: 4 }) },
    ) as fc.Arbitrary<number[]>,
    wrongAnchors: oneIn(4, fc.constant(true)),
    now: fc.constantFrom(NOW, NOW, NOW, NOW, msAfter(0), days(3)),
  })
  .map((drawn) => {
    const receipts = pick(chains, drawn.chain)
    const lines = linesOf(receipts).map((line) => Buffer.from(line))
    for (const { kind, at, other } of drawn.damages) {
      if (lines.length > 0) damages[kind]?.(lines, at % lines.length, other)
    }
    if (drawn.endless !== undefined) lines.splice(drawn.endless % (lines.length + 1), 0, endless)
    const ended = lines.map((line) => Buffer.concat([line, Buffer.from('\n')]))
    let whole = Buffer.concat(ended)
    whole = whole.subarray(0, Math.max(0, whole.length - (drawn.torn ?? 0)))
    // an empty file comes about where two cuts fall on one place
    const ends = ended.map((_, at) => Buffer.concat(ended.slice(0, at + 1)).length)
    const places = drawn.cuts
      .map(({ clean, at }) => (clean && ends.length > 0 ? pick(ends, at) : at))
      .map((at) => Math.min(at, whole.length))
      .sort((a, b) => a - b)
    const files = [0, ...places].map((from, at) => whole.subarray(from, places[at] ?? whole.length))
    const head = drawn.head && {
      seq: drawn.head.seq,
      receiptHash: drawn.head.wrong ? `sha256:${'0'.repeat(64)}` : pick(receipts, drawn.head.seq).receiptHash,
    }
    const root = drawn.root === undefined ? undefined : pick(receipts, drawn.root).receiptHash
    const options: VerifyOptions = {
      keyring: pick(keyrings, drawn.keyring),
      chainId: drawn.chainId,
      expect: { head, root, fromSeq: drawn.fromSeq, toSeq: drawn.toSeq, minReceipts: drawn.minReceipts },
      requireTail: drawn.requireTail,
      acceptPruned: drawn.acceptPruned === undefined ? undefined : { minDays: drawn.acceptPruned },
      anchors: anchorsOf(receipts, drawn.anchors, drawn.wrongAnchors),
      now: drawn.now,
    }
    // what is shown of a case that fails
    const text = `${JSON.stringify(drawn)} ${files.map(({ length }) => length)}`
    return { files, options, [fc.toStringMethod]: () => text }
  })
