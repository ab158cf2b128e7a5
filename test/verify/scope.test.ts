/** How far a result says that a chain was held, what proves its tail, and why no checkpoint was of any use. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { vkeyOf } from '../../src/tlog/vkey.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import type { Anchor, VerifyOptions } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import { LOG_ORIGIN, logNoteOf, noteOf, originOf, policyOf, policyTextOf, signerOf } from './notes.js'
import { chainEnd, chainOf, judge, judged, keyNamed, msAfter, NOW, plainChain } from './support.js'

const chain = plainChain(6)
const root = (chain[0] as DecisionReceipt).receiptHash
const origin = originOf(root)
const other = plainChain(3, { chainId: 'other' })
const cutBefore = plainChain(6, { label: 'another' })

/** Of a policy that asks for so many witnesses. */
const open = async (quorum: 0 | 1, ...notes: (string | Promise<string>)[]) =>
  openCheckpoints(await Promise.all(notes), policyOf(quorum))
const headAt = (receipts: readonly DecisionReceipt[], seq: number) => ({
  seq,
  receiptHash: (receipts[seq] as DecisionReceipt).receiptHash,
})

describe('the checkpoint that a result names', () => {
  it('is the largest signed one, also where an anchor is larger', async () => {
    const checkpoints = await open(0, noteOf(chain, { size: 2 }), noteOf(chain, { size: 4 }))
    const { verdict, scope } = await judge(chain, { checkpoints, anchors: [anchorOf(chain, 3), anchorOf(chain, 6)] })
    expect([verdict, scope.tail, scope.checkpoint]).toEqual(['VALID', 'checkpoint', { origin, size: 4 }])
    const { scope: anchored } = await judge(chain, { anchors: [anchorOf(chain, 6)] })
    expect(anchored.tail).toBe('checkpoint')
    expect(anchored).not.toHaveProperty('checkpoint')
  })

  it('is the largest that enough witnesses have seen, or the largest where they have seen none', async () => {
    const unseen = [1, 3, 5].map((size) => noteOf(chain, { size }))
    const seen = noteOf(chain, { size: 2, witnesses: [[0, 1_790_000_000]] })
    const sizeOf = async (...notes: Promise<string>[]) =>
      (await judge(chain, { checkpoints: await open(1, ...notes) })).scope.checkpoint?.size
    expect(await sizeOf(...unseen)).toBe(5)
    expect(await sizeOf(...unseen.slice(0, 1))).toBe(1)
    expect(await sizeOf(...unseen, seen)).toBe(2)
  })
})

describe('a policy that asks for witnesses', () => {
  it('is met by an anchor that is dated, and not by one that is not', async () => {
    const checkpoints = await open(1, noteOf(chain, { size: 4 }))
    const withAnchor = (...anchors: Anchor[]) => judged(chain, { checkpoints, anchors })
    const unmet = ['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-']
    expect(await withAnchor()).toEqual(unmet)
    expect(await withAnchor(anchorOf(chain, 4), anchorOf(chain, 6))).toEqual(unmet)
    expect(await withAnchor(anchorOf(chain, 5, NOW))).toEqual(['VALID'])
  })
})

describe('the tail', () => {
  it('is proved by the head that was asked for, whatever the checkpoints cover', async () => {
    const given = { checkpoints: await open(0, noteOf(chain, { size: 4 })), requireTail: true }
    const head = { expect: { head: headAt(chain, 5) } }
    expect((await judge(chain, { ...given, ...head })).scope.tail).toBe('expected-head')
    expect(await judged(chain, { ...given, ...head })).toEqual(['VALID'])
    expect(await judged(chain, given)).toEqual(['INCOMPLETE', 'TAIL_UNPROVED@5'])
    const ended = chainOf([{}, {}, chainEnd()])
    const early = { checkpoints: await open(0, noteOf(ended, { size: 2 })), requireTail: true }
    const { verdict, scope, problems } = await judge(ended, early)
    expect([verdict, scope.tail, problems.length]).toEqual(['INCOMPLETE', 'chain-end', 1])
    expect(problems[0]?.message).toMatch(/^only its own key says that it ended here/)
  })

  it('is not proved by a head in whose place another receipt stands', async () => {
    const head = headAt(cutBefore, 5)
    const { verdict, scope, counts } = await judge(chain, { expect: { head }, requireTail: true })
    expect([verdict, scope.tail]).toEqual(['INVALID', 'unproved'])
    expect(counts).toEqual({ HEAD_MISMATCH: 1, TAIL_UNPROVED: 1 })
  })
})

it('the root that was asked for is the one that is there, or is not', async () => {
  expect(await judged(chain, { expect: { root } })).toEqual(['VALID'])
  const wrong = (cutBefore[0] as DecisionReceipt).receiptHash
  expect(await judged(chain, { expect: { root: wrong } })).toEqual(['INVALID', 'GENESIS_MISMATCH@0'])
})

it('the judge’s clock counts milliseconds, as a Date or as a text', async () => {
  const late = chainOf([{ at: msAfter(500) }])
  const now = new Date(Date.parse(msAfter(500)) - 5 * 60_000)
  for (const at of [now, now.toISOString()]) expect(await judged(late, { now: at })).toEqual(['VALID'])
  const before = new Date(now.getTime() - 1)
  for (const at of [before, before.toISOString()])
    expect(await judged(late, { now: at })).toEqual(['INVALID', 'TIME_IN_FUTURE@0'])
})

describe('where no checkpoint is of the chain, it is told why', () => {
  const why = async (options: Partial<VerifyOptions>, receipts: readonly DecisionReceipt[] = chain) => {
    const { verdict, problems } = await judge(receipts, options)
    expect([verdict, problems.at(-1)?.code]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED'])
    return problems.at(-1)?.message
  }
  const stranger = noteOf(chain, { by: keyNamed('stranger') })
  const theirs = noteOf(other)
  const logs = logNoteOf(other)

  it('none that the policy takes', async () => {
    const none = 'no checkpoint was given that the policy takes'
    expect(await why({ checkpoints: await open(0) })).toBe(none)
    expect(await why({ checkpoints: await open(0, stranger) })).toBe(`${none}; 1 are not by the policy`)
  })

  it('only those of others', async () => {
    const mine = `this chain, whose root begins with ${root.slice(0, 23)}`
    const toBeNamed = '; the chain of the log itself has to be named'
    expect(await why({ checkpoints: await open(0, theirs) })).toBe(`of 1 checkpoints none is of receipts of ${mine}`)
    expect(await why({ checkpoints: await open(0, theirs, logs, stranger) })).toBe(
      `of 2 checkpoints none is of receipts of ${mine}${toBeNamed}; 1 are not by the policy`,
    )
    const log = { checkpoints: await open(0, theirs), logChain: 'acme' }
    expect(await why(log)).toBe('of 1 checkpoints none is of receipts of the log itself')
  })

  it('the log’s own, but none of a receipt', async () => {
    const empty = logNoteOf(chain, { size: 0 })
    const log = { checkpoints: await open(0, empty), logChain: 'acme' }
    expect(await why(log)).toBe('of 1 checkpoints none is of receipts of the log itself')
  })

  it('nothing that names the chain', async () => {
    const unnamed = 'nothing says which checkpoints are of this chain: seq 0 was not seen, and no root was asked for'
    const checkpoints = await open(0, noteOf(chain))
    expect(await why({ checkpoints, expect: { fromSeq: 3 } }, chain.slice(3))).toBe(unnamed)
  })

  it('two logs that signed for it', async () => {
    const key = keyNamed('another log')
    const second = 'log.example/second'
    const policy = parsePolicy(policyTextOf().replace('quorum', `log ${vkeyOf(signerOf(key, second).key)}\nquorum`))
    const notes = [await noteOf(chain, { size: 4 }), await noteOf(chain, { origin: originOf(root, second), by: key })]
    expect(await why({ checkpoints: openCheckpoints(notes, policy) })).toBe(
      `${LOG_ORIGIN} and ${second} have both signed for this chain, and a chain has one log: name the one that it has in the policy`,
    )
  })
})
