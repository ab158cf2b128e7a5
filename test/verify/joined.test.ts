/** A chain that a `gap` receipt of another chain names is held against what is said of it. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { MAX_LISTED } from '../../src/verify/findings.js'
import { joinProblem, joinsOf, withProblem } from '../../src/verify/joined.js'
import type { VerifyResult } from '../../src/verify/types.js'
import { chainEnd, chainOf, type Entry, judge, msAfter, plainChain } from './support.js'

const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const
const id = (digit: string) => `019a0000-0000-7000-8000-${digit.repeat(12)}`
/** A link with some members changed; what is undefined is left out. */
const link = (more: object) =>
  JSON.parse(
    JSON.stringify({ rel: 'joins', receiptId: id('1'), receiptHash: digest('1'), chainId: 'outbox', ...more }),
  ) as object
const gap = (...links: object[]): Entry => ({
  body: {
    eventType: 'system',
    system: { event: 'gap', from: msAfter(0), to: msAfter(1), reason: 'outage' },
    ...(links.length === 0 ? {} : { links: links as never }),
  },
})
const receiptOf = (entry: Entry) => chainOf([{}, entry])[1] as DecisionReceipt

describe('the chains that a receipt joins to its own', () => {
  test('are those of the links of a gap, each with the hash of its end', () => {
    const receipt = receiptOf(gap(link({}), link({ chainId: 'other', receiptHash: undefined })))
    const by = { chainId: 'acme', seq: 1, receiptId: receipt.receiptId }
    expect(joinsOf(receipt)).toEqual([
      { chainId: 'outbox', receiptHash: digest('1'), by },
      { chainId: 'other', receiptHash: undefined, by },
    ])
  })

  test('are none where a link is of another kind, names no chain, or its own', () => {
    expect(
      joinsOf(receiptOf(gap(link({ rel: 'about' }), link({ chainId: undefined }), link({ chainId: 'acme' })))),
    ).toEqual([])
    expect(joinsOf(receiptOf(gap()))).toEqual([])
  })

  test('are none where the receipt is no gap', () => {
    const links = [link({})] as never
    expect(joinsOf(receiptOf({ body: { links } }))).toEqual([])
    expect(joinsOf(receiptOf(chainEnd({ body: { links } })))).toEqual([])
  })
})

const ended = chainOf([{}, {}, chainEnd()], { chainId: 'outbox' })
const end = ended[2] as DecisionReceipt
const by = { chainId: 'acme', seq: 7, receiptId: id('7') }
const named = (receiptHash?: string) => ({ chainId: 'outbox', receiptHash, by })
const resultOf = (receipts: readonly DecisionReceipt[]) => judge(receipts)
/** Who names the chain is in the words. */
const words = expect.stringContaining(`${by.receiptId}, seq 7 of chain acme`)

describe('what is wrong with a chain that is named', () => {
  test('nothing, where it ends as is said, or where nothing is said of its end', async () => {
    const result = await resultOf(ended)
    expect(joinProblem(named(end.receiptHash), result)).toBeUndefined()
    expect(joinProblem(named(), result)).toBeUndefined()
    expect(joinProblem(named(), await resultOf(ended.slice(0, 1)))).toBeUndefined()
  })

  test('that it is not there, or empty', async () => {
    const empty = { code: 'EMPTY', message: words }
    expect(joinProblem(named(end.receiptHash), undefined)).toEqual(empty)
    expect(joinProblem(named(), undefined)).toEqual(empty)
    expect(joinProblem(named(end.receiptHash), await resultOf([]))).toEqual(empty)
  })

  test('that it stops before', async () => {
    const problem = joinProblem(named(end.receiptHash), await resultOf(ended.slice(0, 2)))
    expect(problem).toEqual({ code: 'HEAD_NOT_REACHED', message: words })
    const unread = await judge(['{'])
    expect(unread.scope.head).toBeUndefined()
    expect(joinProblem(named(end.receiptHash), unread)).toEqual({ code: 'HEAD_NOT_REACHED', message: words })
  })

  test('that it ends otherwise', async () => {
    const problem = joinProblem(named(digest('0')), await resultOf(ended))
    expect(problem).toEqual({ code: 'HEAD_MISMATCH', seq: 2, message: words })
    const headless = { ...(await resultOf(ended)), scope: { tail: 'chain-end' } } as VerifyResult
    expect(joinProblem(named(digest('0')), headless)).toStrictEqual({ code: 'HEAD_MISMATCH', message: words })
  })
})

describe('a result with one more problem', () => {
  const empty = { code: 'EMPTY', message: 'named' } as const
  const notReached = { code: 'HEAD_NOT_REACHED', message: 'named' } as const
  const mismatch = { code: 'HEAD_MISMATCH', message: 'named' } as const

  test('of a chain that is not there', () => {
    expect(withProblem(undefined, 'outbox', empty)).toEqual({
      verdict: 'INCOMPLETE',
      scope: { chainId: 'outbox', tail: 'unproved' },
      checked: 0,
      problems: [empty],
      counts: { EMPTY: 1 },
      notices: [],
    })
  })

  test('of a chain that is empty: it is said once, by whoever names it', async () => {
    const before = await resultOf([])
    const result = withProblem(before, 'outbox', empty)
    expect([result.verdict, result.problems, result.counts]).toEqual(['INCOMPLETE', [empty], { EMPTY: 1 }])
    // and what else is wrong with it is kept
    const { problems, counts } = withProblem(await judge([], { expect: { minReceipts: 9 } }), 'outbox', empty)
    expect(problems.map(({ code }) => code)).toEqual(['EMPTY', 'HEAD_NOT_REACHED'])
    expect(counts).toEqual({ EMPTY: 1, HEAD_NOT_REACHED: 1 })
  })

  test('has it first, counts it, and keeps the rest', async () => {
    const before = await judge([...plainChain(2), '{', '{'])
    expect(before.verdict).toBe('INVALID')
    const result = withProblem(before, 'acme', notReached)
    expect(result).toEqual({
      ...before,
      problems: [notReached, ...before.problems],
      counts: { LINE_MALFORMED: 2, HEAD_NOT_REACHED: 1 },
    })
    expect(withProblem(result, 'acme', notReached).counts).toEqual({ LINE_MALFORMED: 2, HEAD_NOT_REACHED: 2 })
    // an end that is missing says nothing of a chain that was found empty
    const both = withProblem(await resultOf([]), 'acme', notReached)
    expect(both.problems.map(({ code }) => code)).toEqual(['HEAD_NOT_REACHED', 'EMPTY'])
    expect(both.counts).toEqual({ EMPTY: 1, HEAD_NOT_REACHED: 1 })
  })

  test('lists no more than any result does, and counts all', async () => {
    const full = await judge(Array.from({ length: MAX_LISTED + 3 }, () => '{'))
    const { problems, counts } = withProblem(full, 'acme', notReached)
    expect(problems).toEqual([notReached, ...full.problems.slice(0, -1)])
    expect(problems).toHaveLength(MAX_LISTED)
    expect(counts).toEqual({ LINE_MALFORMED: MAX_LISTED + 3, HEAD_NOT_REACHED: 1 })
  })

  test('has the verdict that follows', async () => {
    const valid = await resultOf(ended)
    expect(valid.verdict).toBe('VALID')
    expect(withProblem(valid, 'outbox', notReached).verdict).toBe('INCOMPLETE')
    expect(withProblem(valid, 'outbox', mismatch).verdict).toBe('INVALID')
    const invalid = await judge(['{'])
    expect(withProblem(invalid, 'outbox', notReached).verdict).toBe('INVALID')
    const incomplete = await judge(ended, { expect: { minReceipts: 9 } })
    expect(withProblem(incomplete, 'outbox', notReached).verdict).toBe('INCOMPLETE')
  })
})
