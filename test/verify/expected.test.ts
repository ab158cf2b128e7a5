/** What was asked for beside the chain itself: a head, a range, a number of receipts, a proved tail, checkpoints. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import type { VerifyOptions } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import {
  chainEnd,
  chainOf,
  codesOf,
  days,
  entryOf,
  fileOf,
  judge,
  judged,
  keyNamed,
  keys,
  linesOf,
  msAfter,
  plainChain,
  prune,
  resealed,
  trusting,
  trustOne,
} from './support.js'

const chain = plainChain(6)
const at = (seq: number) => chain[seq] as DecisionReceipt
const headAt = (seq: number) => ({ seq, receiptHash: at(seq).receiptHash })
const hash = (digit: string) => `sha256:${digit.repeat(64)}`

describe('expect.head', () => {
  test('the last receipt is it: the tail is proved', async () => {
    const { verdict, scope } = await judge(chain, { expect: { head: headAt(5) } })
    expect([verdict, scope.tail]).toEqual(['VALID', 'expected-head'])
  })

  test('an earlier receipt is it: the chain went on, its tail is unproved', async () => {
    const { verdict, scope } = await judge(chain, { expect: { head: headAt(3) } })
    expect([verdict, scope.tail]).toEqual(['VALID', 'unproved'])
  })

  test('another receipt stands there: HEAD_MISMATCH', async () => {
    expect(await judged(chain, { expect: { head: { seq: 3, receiptHash: hash('0') } } })).toEqual([
      'INVALID',
      'HEAD_MISMATCH@3',
    ])
    expect(await judged(chain, { expect: { head: { seq: 5, receiptHash: hash('0') } } })).toEqual([
      'INVALID',
      'HEAD_MISMATCH@5',
    ])
  })

  test('a shorter chain: HEAD_NOT_REACHED, naming what is missing', async () => {
    const result = await judge(chain.slice(0, 3), { expect: { head: headAt(5) } })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
    expect(result.problems[0]?.message).toContain('seq 3 to 5 are missing')
    expect(result.scope.tail).toBe('unproved')
  })

  test('a part that begins behind it', async () => {
    const result = await judge(chain.slice(3), { expect: { head: headAt(1), fromSeq: 3 } })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
  })

  test('a hole where it was', async () => {
    const result = await judge([...chain.slice(0, 3), ...chain.slice(4)], { expect: { head: headAt(3) } })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INVALID', 'SEQ_GAP@4', 'HEAD_NOT_REACHED@-'])
  })

  test('a receipt that only claims its hash does not stand for it', async () => {
    const forged = { ...at(5), action: 'reject' }
    expect(await judged([...chain.slice(0, 5), forged], { expect: { head: headAt(5) } })).toEqual([
      'INVALID',
      'HASH_MISMATCH@5',
    ])
  })

  test('a receipt of another chain does not stand for it', async () => {
    const other = plainChain(6, { chainId: 'globex' })[5] as DecisionReceipt
    const expected = { head: { seq: 5, receiptHash: other.receiptHash } }
    expect(await judged([...chain.slice(0, 5), other], { expect: expected })).toEqual([
      'INVALID',
      'CHAIN_MISMATCH@5',
      'HEAD_NOT_REACHED@-',
    ])
  })
})

describe('expect.fromSeq and expect.toSeq', () => {
  test('a part that begins and ends as asked for, or reaches further', async () => {
    const { verdict, scope } = await judge(chain.slice(2, 5), { expect: { fromSeq: 2, toSeq: 4 } })
    expect([verdict, scope]).toEqual([
      'VALID',
      { chainId: 'acme', fromSeq: 2, toSeq: 4, head: headAt(4), tail: 'unproved' },
    ])
    expect(await judged(chain, { expect: { fromSeq: 2, toSeq: 4 } })).toEqual(['VALID'])
    expect(await judged(chain, { expect: { fromSeq: 4, toSeq: 4 } })).toEqual(['VALID'])
  })

  test('a part that begins later', async () => {
    expect(await judged(chain.slice(3), { expect: { fromSeq: 2 } })).toEqual(['INCOMPLETE', 'STARTS_LATE@3'])
    expect(await judged(chain.slice(1))).toEqual(['INCOMPLETE', 'STARTS_LATE@1'])
  })

  test('a part that ends sooner', async () => {
    const result = await judge(chain.slice(0, 4), { expect: { toSeq: 5 } })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
    expect(result.problems[0]?.message).toContain('seq 4 to 5 are missing')
  })

  test('a chain that ends before the part begins', async () => {
    expect(await judged(chain, { expect: { fromSeq: 6 } })).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
    expect(await judged(chain, { expect: { fromSeq: 6, toSeq: 9 } })).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
    expect(await judged(chain, { expect: { fromSeq: 5 } })).toEqual(['VALID'])
  })
})

test('expect.minReceipts', async () => {
  expect(await judged(chain, { expect: { minReceipts: 6 } })).toEqual(['VALID'])
  expect(await judged(chain, { expect: { minReceipts: 7 } })).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
  expect(await judged([], { expect: { minReceipts: 0 } })).toEqual(['INCOMPLETE', 'EMPTY@-'])
})

describe('requireTail', () => {
  test('an unproved tail is TAIL_UNPROVED', async () => {
    expect(await judged(chain, { requireTail: true })).toEqual(['INCOMPLETE', 'TAIL_UNPROVED@5'])
    expect(await judged(chain, { requireTail: false })).toEqual(['VALID'])
    expect(await judged(chain, { requireTail: true, expect: { head: headAt(3) } })).toEqual([
      'INCOMPLETE',
      'TAIL_UNPROVED@5',
    ])
    expect(await judged([], { requireTail: true })).toEqual(['INCOMPLETE', 'EMPTY@-', 'TAIL_UNPROVED@-'])
  })

  test('a head noted elsewhere, a checkpoint, and a chain_end prove it', async () => {
    const ended = chainOf([{}, {}, chainEnd()])
    const results = await Promise.all([
      judge(chain, { requireTail: true, expect: { head: headAt(5) } }),
      judge(chain, { requireTail: true, anchors: [anchorOf(chain)] }),
      judge(ended, { requireTail: true }),
    ])
    expect(results.map(({ verdict, scope }) => [verdict, scope.tail])).toEqual([
      ['VALID', 'expected-head'],
      ['VALID', 'checkpoint'],
      ['VALID', 'chain-end'],
    ])
  })
})

describe('chain_end', () => {
  const ended = chainOf([{}, {}, chainEnd()])

  test('is terminal: what follows is HEAD_MISMATCH', async () => {
    const more = plainChain(2, { on: ended })
    const result = await judge([...ended, ...more])
    expect([result.verdict, ...codesOf(result)]).toEqual(['INVALID', 'HEAD_MISMATCH@3', 'HEAD_MISMATCH@4'])
    expect(result.scope.tail).toBe('unproved')
  })

  test('twice', async () => {
    expect(await judged([...ended, ...chainOf([chainEnd()], { on: ended })])).toEqual(['INVALID', 'HEAD_MISMATCH@3'])
  })

  test('by a key that is not trusted proves no tail', async () => {
    const forged = chainOf([{}, {}, chainEnd({ by: keyNamed('mallory') })])
    const result = await judge(forged, { requireTail: true })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@2', 'TAIL_UNPROVED@2'])
    expect(result.scope.tail).toBe('unproved')
  })

  test('by a key that may not sign it proves no tail', async () => {
    const forged = chainOf([{}, chainEnd({ by: keys.two })])
    const result = await judge(forged, { keyring: trusting(keys.one, entryOf(keys.two, { uses: ['retention'] })) })
    expect([result.verdict, result.scope.tail]).toEqual(['INVALID', 'unproved'])
  })

  test('that does not hold, or says more than this release knows, proves no tail', async () => {
    const last = ended[2] as DecisionReceipt
    const forged = { ...last, timestamp: msAfter(999_999) }
    expect((await judge([...ended.slice(0, 2), forged])).scope.tail).toBe('unproved')
    const unknown = resealed(last, { system: { event: 'chain_end', reason: 'closed', except: 'not' } })
    const result = await judge([...ended.slice(0, 2), unknown as never])
    expect([result.verdict, result.scope.tail]).toEqual(['INCOMPLETE', 'unproved'])
    const malformed = resealed(last, { system: { event: 'chain_end', reason: '' } })
    const bad = await judge([...ended.slice(0, 2), malformed as never])
    expect([bad.verdict, ...codesOf(bad), bad.scope.tail]).toEqual(['INVALID', 'FIELD_INVALID@2', 'unproved'])
  })

  test('that was never acknowledged, because its newline is missing, proves no tail', async () => {
    const result = await judge(fileOf(linesOf(ended)).subarray(0, -1), { requireTail: true })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'LINE_UNTERMINATED@2', 'TAIL_UNPROVED@2'])
  })

  test('half a line behind it is LINE_UNTERMINATED, no matter that the chain ended', async () => {
    const file = Buffer.from(`${ended.map((receipt) => JSON.stringify(receipt)).join('\n')}\n{"action`)
    expect((await judge(file)).verdict).toBe('INCOMPLETE')
  })
})

describe('anchors', () => {
  test('every size of a chain', async () => {
    const anchors = Array.from({ length: 7 }, (_, size) => anchorOf(chain, size))
    const result = await judge(chain, { anchors: [...anchors].reverse() })
    expect([result.verdict, result.scope.tail]).toEqual(['VALID', 'checkpoint'])
    expect((await judge(chain, { anchors: anchors.slice(0, 6) })).scope.tail).toBe('unproved')
  })

  test('of another history: CHECKPOINT_MISMATCH, where it shows', async () => {
    const other = plainChain(6, { label: 'other' })
    expect(await judged(chain, { anchors: [anchorOf(other, 3)] })).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@2'])
    expect(await judged(chain, { anchors: [anchorOf(chain, 2), anchorOf(other, 3), anchorOf(other, 4)] })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@2',
      'CHECKPOINT_MISMATCH@3',
    ])
  })

  test('of a chain that the key’s holder rewrote in full', async () => {
    const rewritten = plainChain(6, { label: 'rewritten' })
    expect(await judged(rewritten)).toEqual(['VALID'])
    expect(await judged(rewritten, { anchors: [anchorOf(chain, 4)] })).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@3'])
  })

  test('of a longer chain: CHECKPOINT_NOT_REACHED', async () => {
    const result = await judge(chain.slice(0, 4), { anchors: [anchorOf(chain)] })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
    expect(result.problems[0]?.message).toContain('seq 4 to 5')
  })

  test('of a chain that was not seen from its start', async () => {
    const result = await judge(chain.slice(2), { expect: { fromSeq: 2 }, anchors: [anchorOf(chain, 4)] })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
    expect(result.problems[0]?.message).toContain('not seen whole')
  })

  test('behind a hole, or a line that can not be read', async () => {
    expect(
      await judged([...chain.slice(0, 2), ...chain.slice(3)], { anchors: [anchorOf(chain, 2), anchorOf(chain)] }),
    ).toEqual(['INVALID', 'SEQ_GAP@3', 'CHECKPOINT_NOT_REACHED@-'])
    expect(await judged([...chain.slice(0, 2), '{', ...chain.slice(3)], { anchors: [anchorOf(chain)] })).toEqual([
      'INVALID',
      'LINE_MALFORMED@-',
      'CHECKPOINT_NOT_REACHED@-',
    ])
  })

  test.each([[null], [1], [{}], [{ toString: 1 }], ['none:']] as [unknown][])(
    'over a receipt whose signature is %j',
    async (signature) => {
      const result = await judge([{ ...at(0), signature } as never, ...chain.slice(1)], { anchors: [anchorOf(chain)] })
      expect([result.verdict, result.counts.CHECKPOINT_NOT_REACHED]).toEqual(['INVALID', 1])
    },
  )

  test('of another chain are passed over, and prove no tail', async () => {
    const other = plainChain(6, { chainId: 'globex' })
    const result = await judge(chain, { anchors: [anchorOf(other)] })
    expect([result.verdict, result.scope.tail]).toEqual(['VALID', 'unproved'])
  })

  test('of an empty chain agree with every chain, one that says otherwise with none', async () => {
    const empty = anchorOf(chain, 0)
    expect(empty.rootHash).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(await judged(chain, { anchors: [empty] })).toEqual(['VALID'])
    expect(await judged(chain.slice(3), { expect: { fromSeq: 3 }, anchors: [empty] })).toEqual(['VALID'])
    expect(await judged([], { anchors: [{ ...empty, chainId: 'acme' }] })).toEqual(['INCOMPLETE', 'EMPTY@-'])
    expect(await judged(chain, { anchors: [{ ...empty, rootHash: hash('0') }] })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@0',
    ])
  })

  test('over no input at all', async () => {
    expect(await judged([], { anchors: [anchorOf(chain)] })).toEqual([
      'INCOMPLETE',
      'EMPTY@-',
      'CHECKPOINT_NOT_REACHED@-',
    ])
    expect(await judged([], { chainId: 'acme', anchors: [anchorOf(chain)] })).toEqual([
      'INCOMPLETE',
      'EMPTY@-',
      'CHECKPOINT_NOT_REACHED@-',
    ])
    expect(await judged([], { chainId: 'globex', anchors: [anchorOf(chain)] })).toEqual(['INCOMPLETE', 'EMPTY@-'])
  })
})

describe('a pruned beginning', () => {
  /** Ten receipts, one a day; on day 100 the retention key says that what is before seq 3 goes. */
  const kept = (more: object = {}, by = keys.retention, day = 100) => {
    const whole = chainOf(Array.from({ length: 10 }, (_, index) => ({ at: days(index) })))
    const retention = chainOf([prune(whole[2] as DecisionReceipt, { by, at: days(day), ...more })], { on: whole })
    return [...whole.slice(3), ...retention]
  }
  const keyring = trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] }))

  test('is PRUNED, until the verifier accepts it', async () => {
    const refused = await judge(kept(), { keyring })
    expect([refused.verdict, ...codesOf(refused)]).toEqual(['INCOMPLETE', 'PRUNED@3'])
    expect(refused.problems[0]?.message).toContain('seq 0 to 2 were removed')
    const accepted = await judge(kept(), { keyring, acceptPruned: { minDays: 97 } })
    expect([accepted.verdict, accepted.scope.root, accepted.scope.fromSeq]).toEqual(['VALID', undefined, 3])
  })

  test('must have been old enough: the first kept receipt, to the millisecond', async () => {
    expect(await judged(kept(), { keyring, acceptPruned: { minDays: 97.000001 } })).toEqual(['INCOMPLETE', 'PRUNED@3'])
    const early = kept({ at: new Date(Date.parse(days(100)) - 1).toISOString() })
    expect(await judged(early, { keyring, acceptPruned: { minDays: 97 } })).toEqual(['INCOMPLETE', 'PRUNED@3'])
    expect(await judged(kept(), { keyring, acceptPruned: { minDays: 0 } })).toEqual(['VALID'])
  })

  test.each([
    ['a key without the use', trusting(keys.one, keys.retention)],
    ['a key that is not trusted', trusting(keys.one)],
    ['a key that is revoked', trusting(keys.one, entryOf(keys.retention, { uses: ['retention'], revokedAt: days(1) }))],
    [
      'a key outside its window',
      trusting(keys.one, entryOf(keys.retention, { uses: ['retention'], validUntil: days(1) })),
    ],
    [
      'a key for other chains',
      trusting(keys.one, entryOf(keys.retention, { uses: ['retention'], chains: ['globex'] })),
    ],
  ])('said by %s, it is merely a late start', async (_name, weaker) => {
    const result = await judge(kept(), { keyring: weaker, acceptPruned: { minDays: 1 } })
    expect([result.verdict === 'VALID', result.counts.STARTS_LATE]).toEqual([false, 1])
  })

  test('said by a delegate, it is merely a late start', async () => {
    const { delegation, delegated } = await import('./support.js')
    const whole = chainOf([{}, {}, delegated(delegation({ notAfter: days(400) }))])
    const said = chainOf([prune(whole[1] as DecisionReceipt, { by: keys.delegate, at: days(300) })], { on: whole })
    const trusted = trusting(keys.one, entryOf(keys.root, { uses: ['delegate', 'retention'] }))
    expect(await judged([...whole, ...said], { keyring: trusted })).toEqual(['VALID'])
    expect(
      await judged([whole[2] as DecisionReceipt, ...said], { keyring: trusted, acceptPruned: { minDays: 1 } }),
    ).toEqual(['INCOMPLETE', 'STARTS_LATE@2'])
  })

  test('cut further than was said', async () => {
    expect(await judged(kept().slice(1), { keyring, acceptPruned: { minDays: 1 } })).toEqual([
      'INCOMPLETE',
      'STARTS_LATE@4',
    ])
  })

  test('said of another receipt at that seq, or of another seq', async () => {
    const whole = chainOf(Array.from({ length: 10 }, (_, index) => ({ at: days(index) })))
    for (const through of [
      { seq: 2, receiptHash: hash('0') },
      { seq: 1, receiptHash: (whole[2] as DecisionReceipt).receiptHash },
      { seq: 3, receiptHash: (whole[3] as DecisionReceipt).receiptHash },
    ]) {
      const entry = prune(whole[2] as DecisionReceipt, { at: days(100) })
      const retention = { ...(entry.body?.retention as object), through } as never
      const said = chainOf([{ ...entry, body: { ...entry.body, retention } }], { on: whole })
      expect(await judged([...whole.slice(3), ...said], { keyring, acceptPruned: { minDays: 1 } })).toEqual([
        'INCOMPLETE',
        'STARTS_LATE@3',
      ])
    }
  })

  test('said on a receipt that does not hold', async () => {
    const receipts = kept()
    const forged = { ...(receipts.at(-1) as DecisionReceipt), timestamp: days(300) }
    const result = await judge([...receipts.slice(0, -1), forged], { keyring, acceptPruned: { minDays: 97 } })
    expect(codesOf(result)).toEqual(['HASH_MISMATCH@10', 'STARTS_LATE@3'])
  })

  test('said twice: the first word counts, so that a removal that came too early stays one', async () => {
    const early = kept({}, keys.retention, 10)
    const again = chainOf(
      [
        prune(
          { ...(early[0] as DecisionReceipt), seq: 2, receiptHash: (early[0] as DecisionReceipt).prevReceiptHash },
          { at: days(300) },
        ),
      ],
      { on: early },
    )
    expect(await judged([...early, ...again], { keyring, acceptPruned: { minDays: 100 } })).toEqual([
      'INCOMPLETE',
      'PRUNED@3',
    ])
  })

  test('of which the root was asked for: that can not be shown any more', async () => {
    const options = { keyring, acceptPruned: { minDays: 1 } }
    expect(await judged(kept(), { ...options, expect: { root: hash('0') } })).toEqual(['INCOMPLETE', 'PRUNED@3'])
    expect(await judged(kept(), { ...options, expect: { root: hash('0'), fromSeq: 3 } })).toEqual([
      'INCOMPLETE',
      'PRUNED@3',
    ])
  })

  test('is no matter where the part that was asked for begins behind it', async () => {
    expect(await judged(kept(), { keyring, expect: { fromSeq: 3 } })).toEqual(['VALID'])
  })

  test('announced but not carried out is no fault', async () => {
    const whole = chainOf([{}, {}, (before) => prune(before[0] as DecisionReceipt, { at: days(300) })])
    expect(await judged(whole, { keyring })).toEqual(['VALID'])
  })

  test('can not be shown by a checkpoint, which needs the whole', async () => {
    const receipts = kept()
    const anchors = [{ chainId: 'acme', size: 11, rootHash: hash('0') }]
    expect(await judged(receipts, { keyring, acceptPruned: { minDays: 1 }, anchors })).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED@-',
    ])
  })
})

describe('options that would weaken a verdict are refused, naming the option', () => {
  const anchor = anchorOf(chain)
  const cases: [string, object][] = [
    ['options.keyring', { keyring: undefined }],
    ['options.keyring', { keyring: { keys: [] } }],
    ['options.keyring', { keyring: trustOne.toJSON() }],
    ['options.chainId', { chainId: '' }],
    ['options.chainId', { chainId: 'a/' }],
    ['options.chainId', { chainId: ['acme'] }],
    ['options has no member "expects"', { expects: {} }],
    ['options.expect has no member "heads"', { expect: { heads: 1 } }],
    ['options.expect must be an object', { expect: null }],
    ['options.expect must be an object', { expect: 'head' }],
    ['options.acceptPruned.minDays', { acceptPruned: null }],
    ['options.acceptPruned.minDays', { acceptPruned: 30 }],
    ['options.expect.head', { expect: { head: { seq: -1, receiptHash: hash('0') } } }],
    ['options.expect.head', { expect: { head: { seq: 1.5, receiptHash: hash('0') } } }],
    ['options.expect.head', { expect: { head: { seq: 1, receiptHash: 'sha256:00' } } }],
    ['options.expect.head', { expect: { head: { seq: 1, receiptHash: hash('A') } } }],
    ['options.expect.head', { expect: { head: null } }],
    ['options.expect.root', { expect: { root: '' } }],
    ['options.expect.root', { expect: { root: [hash('0')] } }],
    ['options.expect.fromSeq', { expect: { fromSeq: -1 } }],
    ['options.expect.fromSeq', { expect: { fromSeq: '1' } }],
    ['options.expect.fromSeq', { expect: { fromSeq: 5, toSeq: 4 } }],
    ['options.expect.toSeq', { expect: { toSeq: Number.NaN } }],
    ['options.expect.minReceipts', { expect: { minReceipts: 2 ** 53 } }],
    ['options.acceptPruned', { acceptPruned: { minDays: Number.POSITIVE_INFINITY } }],
    ['options.acceptPruned', { acceptPruned: { minDays: -1 } }],
    ['options.acceptPruned', { acceptPruned: {} }],
    ['options.now', { now: new Date(Number.NaN) }],
    ['options.now', { now: '2026-01-01' }],
    ['options.now', { now: 'now' }],
    ['options.now', { now: 1_767_225_600_000 }],
    ['options.now', { now: null }],
    ['options.anchors[1]', { anchors: [anchor, { ...anchor, size: -1 }] }],
    ['options.anchors[0]', { anchors: [{ ...anchor, rootHash: 'sha256:' }] }],
    ['options.anchors[0].chainId', { anchors: [{ ...anchor, chainId: undefined }] }],
    ['options.anchors[0].witnessedAt', { anchors: [{ ...anchor, witnessedAt: '' }] }],
    ['options.anchors[0].witnessedAt', { anchors: [{ ...anchor, witnessedAt: '2026-01-01' }] }],
    ['options.anchors[0].witnessedAt', { anchors: [{ ...anchor, witnessedAt: new Date() }] }],
  ]
  test.each(cases)('%s: %j', async (name, given) => {
    const options = { keyring: trustOne, ...given } as VerifyOptions
    const refused = await verifyChain(chain, options).catch((error: unknown) => error)
    expect(refused instanceof TypeError || refused instanceof RangeError).toBe(true)
    expect((refused as Error).message).toContain(name)
  })

  test('one text where lines are meant would be taken letter by letter', async () => {
    await expect(verifyChain(JSON.stringify(chain[0]), { keyring: trustOne })).rejects.toThrow(TypeError)
  })

  test('an aborted signal ends the verification with VERIFY_ABORTED, its reason as the cause', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    function* source() {
      yield* chain.slice(0, 2)
      controller.abort(reason)
      yield* chain.slice(2)
    }
    const ended = verifyChain(source(), { keyring: trustOne, signal: controller.signal })
    await expect(ended).rejects.toMatchObject({ code: 'VERIFY_ABORTED', cause: reason })
  })

  test('what the source throws comes out as it is', async () => {
    const fault = new Error('the disk is gone')
    async function* source() {
      yield at(0)
      throw fault
    }
    await expect(verifyChain(source(), { keyring: trustOne })).rejects.toBe(fault)
  })
})
