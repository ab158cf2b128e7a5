/**
 * Receipts that are taken many at once, because somebody looked at each of them already: either all that a look at each in
 * turn would have found is certain, or nothing is taken.
 */
import { describe, expect, test } from 'vitest'
import { leafHash, receiptLeaf } from '../../src/merkle/index.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { judgeExamined, judgeLines, judgeReceipts, verifyLineBatches } from '../../src/verify/chain.js'
import { examineLine } from '../../src/verify/examine.js'
import type { RawLine } from '../../src/verify/line.js'
import { isPlain, type Run } from '../../src/verify/run.js'
import type { Anchor, VerifyOptions } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
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
  resealed,
  revocation,
  rotation,
  trusting,
  trustOne,
} from './support.js'

const raw = (receipts: readonly DecisionReceipt[]): RawLine[] =>
  receipts.map((receipt) => ({ text: lineOfLoose(receipt), terminated: true }))

/** The receipts behind the first, as whoever looked at each of them tells of them. */
function runOf(first: DecisionReceipt, following: readonly DecisionReceipt[], leaves = true): Run {
  const { seq, receiptId, receiptHash, timestamp } = following.at(-1)!
  const hashes = following.map((one) => leafHash(receiptLeaf(one.receiptHash, one.signature)))
  return {
    first,
    count: following.length,
    last: { seq, receiptId, receiptHash, timestamp },
    ...(leaves ? { leaves: Buffer.concat(hashes) } : {}),
  }
}

interface Case {
  /** How many are taken one by one before the run, and how many then make the run; the rest follows one by one. */
  readonly before: number
  readonly count: number
  readonly leaves?: boolean
}

/** Whether the run was taken; the result is compared with that of a look at each. */
function taken(receipts: readonly DecisionReceipt[], more: Partial<VerifyOptions>, { before, count, leaves }: Case) {
  const options = { keyring: trustOne, now: NOW, ...more }
  const examined = raw(receipts).map((line) => examineLine(line))
  const one = judgeExamined(options)
  for (const each of examined) one.next(each)
  const many = judgeExamined(options)
  for (const each of examined.slice(0, before)) many.next(each)
  const first = examined[before - 1]?.receipt as DecisionReceipt
  const checked = many.checked
  const found = many.found
  const isTaken = many.run(runOf(first, receipts.slice(before, before + count), leaves))
  // what was not taken has left no trace
  expect([many.checked, many.found]).toEqual([isTaken ? checked + count : checked, found])
  for (const each of examined.slice(isTaken ? before + count : before)) many.next(each)
  expect(many.finish()).toEqual(one.finish())
  return isTaken
}

const chain = plainChain(8)
const other = plainChain(8, { label: 'other' })
const headAt = (receipts: readonly DecisionReceipt[], seq: number) => ({
  seq,
  receiptHash: (receipts[seq] as DecisionReceipt).receiptHash,
})

describe('a run is taken', () => {
  test('where nothing is asked for', () => {
    expect(taken(chain, {}, { before: 1, count: 7 })).toBe(true)
    expect(taken(chain, {}, { before: 3, count: 1 })).toBe(true)
    expect(taken(chain, {}, { before: 1, count: 6, leaves: false })).toBe(true)
  })

  test('to a head, or past one that stands before it or behind it', () => {
    for (const seq of [0, 1, 6, 7]) {
      const expected = { expect: { head: headAt(chain, seq) } }
      expect(taken(chain, expected, { before: 2, count: 5 })).toBe(true)
    }
    // to the very end, which the head then proves; and where the head lies behind it, and is missing
    expect(taken(chain, { expect: { head: headAt(chain, 7) } }, { before: 2, count: 6 })).toBe(true)
    const beyond = { expect: { head: headAt(plainChain(10), 9) } }
    expect(taken(chain, beyond, { before: 2, count: 6 })).toBe(true)
    expect(taken(chain, beyond, { before: 2, count: 5 })).toBe(true)
  })

  test('through checkpoints, which are compared on the way', () => {
    const anchors = [3, 8, 3, 1, 0, 5].map((size) => anchorOf(chain, size))
    expect(taken(chain, { anchors }, { before: 1, count: 7 })).toBe(true)
    expect(taken(chain, { anchors, requireTail: true }, { before: 2, count: 5 })).toBe(true)
    // behind the last checkpoint nobody needs leaves
    expect(taken(chain, { anchors: [anchorOf(chain, 2)] }, { before: 2, count: 5, leaves: false })).toBe(true)
    const foreign: Anchor = { ...anchorOf(chain, 4), chainId: 'globex' }
    expect(taken(chain, { anchors: [foreign] }, { before: 2, count: 5, leaves: false })).toBe(true)
  })

  test('up to the judge’s clock', () => {
    const now = new Date(Date.parse(msAfter(7_000)) - 5 * 60_000)
    expect(taken(chain, { now }, { before: 2, count: 6 })).toBe(true)
  })

  test('of a key in its window, of a delegate in its certificate’s time, of a key that another handed over to', () => {
    const window = { validFrom: msAfter(0), validUntil: msAfter(8_000) }
    expect(taken(chain, { keyring: trusting(entryOf(keys.one, window)) }, { before: 2, count: 6 })).toBe(true)
    const certified = chainOf([delegated(delegation({ notAfter: msAfter(5_000) })), {}, {}, {}, {}], {
      by: keys.delegate,
    })
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }))
    expect(taken(certified, { keyring }, { before: 2, count: 3 })).toBe(true)
    const handed = chainOf([rotation(keys.two), ...Array.from({ length: 4 }, () => ({ by: keys.two }))])
    const mayRotate = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }))
    expect(taken(handed, { keyring: mayRotate }, { before: 2, count: 3 })).toBe(true)
  })

  test('of a delegate whose certificate was renewed', () => {
    const renewed = delegation({ notBefore: msAfter(1_000), notAfter: days(2), serial: 'certificate-2' })
    const short = delegation({ notAfter: msAfter(2_000) })
    const certified = chainOf([delegated(short), delegated(renewed), {}, {}, {}], { by: keys.delegate })
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }))
    expect(taken(certified, { keyring }, { before: 3, count: 2 })).toBe(true)
  })

  test('before a revocation, and counts where nothing dates it', () => {
    const keyring = trusting(entryOf(keys.one, { revokedAt: msAfter(7_001) }), keys.two)
    expect(taken(chain, { keyring }, { before: 2, count: 6 })).toBe(true)
    const dated = [...chain, ...chainOf([{ by: keys.two }, {}, {}], { on: chain })]
    const later = trusting(entryOf(keys.one, { revokedAt: days(1) }), keys.two)
    expect(taken(dated, { keyring: later }, { before: 2, count: 6 })).toBe(true)
    expect(taken(dated, { keyring: later }, { before: 10, count: 1 })).toBe(true)
  })
})

describe('a run is not taken', () => {
  test('behind another receipt than the last, or behind none', () => {
    const judge = judgeExamined({ keyring: trustOne, now: NOW })
    const examined = raw(chain).map((line) => examineLine(line))
    const receiptAt = (at: number) => examined[at]?.receipt as DecisionReceipt
    expect(judge.run(runOf(receiptAt(0), chain.slice(1)))).toBe(false)
    judge.next(examined[0]!)
    judge.next(examined[1]!)
    expect(judge.run(runOf(receiptAt(0), chain.slice(1)))).toBe(false)
    expect(judge.run(runOf(receiptAt(1), chain.slice(2)))).toBe(true)
    // once taken, its last receipt is known only by what places it
    expect(judge.run(runOf(receiptAt(1), chain.slice(2)))).toBe(false)
    expect([judge.checked, judge.finish().verdict]).toEqual([8, 'VALID'])
  })

  test('behind another receipt of the same seq', () => {
    const judge = judgeExamined({ keyring: trustOne, now: NOW })
    for (const line of raw(chain.slice(0, 3))) judge.next(examineLine(line))
    const fork = examineLine(raw(other)[2]!).receipt as DecisionReceipt
    expect(judge.run(runOf(fork, other.slice(3)))).toBe(false)
    expect(judge.checked).toBe(3)
  })

  test('where another head stands in it', () => {
    for (const seq of [3, 5, 7]) {
      const head = { seq, receiptHash: headAt(other, seq).receiptHash }
      expect(taken(chain, { expect: { head } }, { before: 2, count: 6 })).toBe(false)
    }
  })

  test('where a head has the hash of its last receipt, and another seq', () => {
    const head = { seq: 4, receiptHash: headAt(chain, 7).receiptHash }
    expect(taken(chain, { expect: { head } }, { before: 2, count: 6 })).toBe(false)
  })

  test('where a line before it was of another version', () => {
    const later = resealed(chain[0] as DecisionReceipt, { version: 'quittance/2' }) as unknown as DecisionReceipt
    expect(taken([later, ...chain.slice(1)], {}, { before: 3, count: 4 })).toBe(false)
  })

  test('where a head stands in its midst, which it can not tell', () => {
    expect(taken(chain, { expect: { head: headAt(chain, 4) } }, { before: 2, count: 6 })).toBe(false)
    expect(taken(chain, { expect: { head: headAt(chain, 2) } }, { before: 2, count: 6 })).toBe(false)
  })

  test('where it does not lead to a checkpoint, first or last', () => {
    for (const size of [3, 5, 8]) {
      const anchors = [anchorOf(chain, 2), { ...anchorOf(chain, size), rootHash: anchorOf(other, size).rootHash }]
      expect(taken(chain, { anchors }, { before: 2, count: 6 })).toBe(false)
      expect(taken(chain, { anchors: [anchorOf(chain, 4), ...anchors] }, { before: 2, count: 6 })).toBe(false)
    }
  })

  test('where a checkpoint waits and nobody took the leaves', () => {
    expect(taken(chain, { anchors: [anchorOf(chain)] }, { before: 2, count: 6, leaves: false })).toBe(false)
    const judge = judgeExamined({ keyring: trustOne, now: NOW, anchors: [anchorOf(chain)] })
    const first = examineLine(raw(chain)[0]!)
    judge.next(first)
    const run = runOf(first.receipt as DecisionReceipt, chain.slice(1))
    expect(judge.run({ ...run, leaves: run.leaves?.subarray(32) })).toBe(false)
    expect(judge.run(run)).toBe(true)
  })

  test('ahead of the judge’s clock', () => {
    const now = new Date(Date.parse(msAfter(7_000)) - 5 * 60_000 - 1)
    expect(taken(chain, { now }, { before: 2, count: 6 })).toBe(false)
    expect(taken(chain, { now }, { before: 2, count: 5 })).toBe(true)
  })

  test('behind an event of the ledger’s own, or the end of the chain', () => {
    expect(taken(chainOf([chainStart(), {}, {}]), {}, { before: 1, count: 2 })).toBe(false)
    expect(taken(chainOf([{}, revocation(keys.two, days(9)), {}, {}]), {}, { before: 2, count: 2 })).toBe(false)
    expect(taken(chainOf([chainEnd(), {}, {}, {}]), {}, { before: 2, count: 2 })).toBe(false)
  })

  test('of a key that nobody trusts, or is not in its window', () => {
    expect(taken(plainChain(5, { by: keyNamed('mallory') }), {}, { before: 2, count: 3 })).toBe(false)
    for (const window of [{ validUntil: msAfter(7_000) }, { validFrom: msAfter(1_500) }])
      expect(taken(chain, { keyring: trusting(entryOf(keys.one, window)) }, { before: 2, count: 6 })).toBe(false)
  })

  test('of a delegate past its certificate’s time', () => {
    const certified = chainOf([delegated(delegation({ notAfter: msAfter(4_000) })), {}, {}, {}, {}], {
      by: keys.delegate,
    })
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }))
    expect(taken(certified, { keyring }, { before: 2, count: 3 })).toBe(false)
    expect(taken(certified, { keyring }, { before: 2, count: 2 })).toBe(true)
  })

  test('of a delegate of two roots, of which each receipt may derive from another', () => {
    const root = keyNamed('other root')
    const second = delegation({ root: root.keyId, notBefore: msAfter(0) }, { root })
    const certified = chainOf([delegated(), delegated(second), {}, {}, {}], { by: keys.delegate })
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }), entryOf(root, { uses: ['delegate'] }))
    expect(taken(certified, { keyring }, { before: 3, count: 2 })).toBe(false)
  })

  test('behind one that did not count, whatever its key said before', () => {
    const spoilt = (receipt: DecisionReceipt | undefined) => ({ ...receipt, action: 'reject' }) as DecisionReceipt
    expect(taken([chain[0]!, spoilt(chain[1]), ...chain.slice(2)], {}, { before: 2, count: 6 })).toBe(false)
    const after = chainOf([{}, revocation(keys.two, days(9)), {}, {}, {}])
    expect(taken([...after.slice(0, 2), spoilt(after[2]), ...after.slice(3)], {}, { before: 3, count: 2 })).toBe(false)
  })

  test('of a key that was revoked in it', () => {
    const keyring = trusting(entryOf(keys.one, { revokedAt: msAfter(7_000) }))
    expect(taken(chain, { keyring }, { before: 2, count: 6 })).toBe(false)
    expect(taken(chain, { keyring }, { before: 2, count: 5 })).toBe(true)
  })
})

test('what only carries its chain on has nothing of the ledger’s own, neither a member nor a type', () => {
  const [plain] = chain as [DecisionReceipt]
  expect(isPlain(plain)).toBe(true)
  for (const name of ['key', 'retention', 'system']) {
    expect(isPlain({ ...plain, [name]: {} } as DecisionReceipt)).toBe(false)
    expect(isPlain({ ...plain, eventType: name } as DecisionReceipt)).toBe(false)
  }
})

describe('every way to a judge', () => {
  const broken = [...chain.slice(0, 3), ...chain.slice(4)]

  test('gives the same result, and the same verdict on the way', async () => {
    const options = { keyring: trustOne, now: NOW, expect: { head: headAt(chain, 7) } }
    const lines = raw(broken)
    const heard: number[] = []
    const judge = judgeLines(options, undefined, ({ seq }) => heard.push(seq))
    const verdicts = lines.map((line) => judge.next(line))
    expect(verdicts).toEqual(['VALID', 'VALID', 'VALID', 'INVALID', 'INVALID', 'INVALID', 'INVALID'])
    expect(heard).toEqual([0, 1, 2, 5, 6, 7])
    const result = judge.finish()
    expect(result.problems).toMatchObject([{ code: 'SEQ_GAP', seq: 4, line: 4 }])
    async function* batches() {
      yield lines.slice(0, 2)
      yield lines.slice(2)
    }
    expect(await verifyLineBatches(batches(), options)).toEqual(result)
    const texts = judgeReceipts(options)
    expect(linesOf(broken).map((text) => texts.next(text))).toEqual(verdicts)
    expect(texts.finish()).toEqual(result)
    const examined = judgeExamined(options)
    const found = lines.map((line) => {
      examined.next(examineLine(line))
      return examined.found
    })
    expect(found).toEqual([0, 0, 0, 1, 1, 1, 1])
    expect(examined.checked).toBe(7)
    expect(examined.finish()).toEqual(result)
    // receipts in memory have no line
    const objects = judgeReceipts(options)
    for (const receipt of broken) objects.next(receipt)
    expect(objects.finish().problems[0]).toStrictEqual({
      code: 'SEQ_GAP',
      seq: 4,
      receiptId: broken[3]?.receiptId,
      message: result.problems[0]?.message,
    })
  })

  test('refuses options that are none', async () => {
    const wrong = { keyring: trustOne, chainId: '/' }
    for (const begin of [judgeLines, judgeReceipts, judgeExamined])
      expect(() => begin(wrong)).toThrow(/options\.chainId/)
    await expect(verifyLineBatches((async function* () {})(), wrong)).rejects.toThrow(/options\.chainId/)
  })

  test('can be aborted in the midst of a batch', async () => {
    const controller = new AbortController()
    const lines = raw(chain)
    async function* batches() {
      yield (function* () {
        yield* lines.slice(0, 2)
        controller.abort('enough')
        yield* lines.slice(2)
      })()
    }
    const options = { keyring: trustOne, now: NOW, signal: controller.signal }
    await expect(verifyLineBatches(batches(), options)).rejects.toMatchObject({
      code: 'VERIFY_ABORTED',
      cause: 'enough',
    })
  })
})
