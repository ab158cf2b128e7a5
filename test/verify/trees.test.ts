/** A chain that is followed from a tree of what was removed: what the tree, and the retention receipt beside it, are believed. */
import { describe, expect, it } from 'vitest'
import { appendLeaf, emptyFrontier, type Frontier } from '../../src/merkle/frontier.js'
import { leafHash } from '../../src/merkle/hash.js'
import { receiptLeaf } from '../../src/merkle/receipt-leaf.js'
import type { DecisionReceipt, RetentionEvent } from '../../src/receipt/types.js'
import { judgeExamined } from '../../src/verify/chain.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { examineReceipt } from '../../src/verify/examine.js'
import type { VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import { noteOf, policyOf } from './notes.js'
import { chainOf, days, entryOf, judge, judged, keys, plainChain, prune, trusting } from './support.js'

const whole = chainOf(Array.from({ length: 12 }, (_, index) => ({ at: days(index) })))
const root = (whole[0] as DecisionReceipt).receiptHash

/** The whole chain, and behind it that everything through seq 3 is removed. */
function pruned(more: Partial<RetentionEvent & { event: 'prune' }> = {}): DecisionReceipt[] {
  const through = whole[3] as DecisionReceipt
  const retention: RetentionEvent = {
    event: 'prune',
    through: { seq: 3, receiptHash: through.receiptHash },
    count: 4,
    merkleRoot: anchorOf(whole, 4).rootHash as `sha256:${string}`,
    policy: 'retention-policy-1',
    reason: 'expired',
    ...more,
  }
  const said = prune(through, { at: days(200), body: { eventType: 'retention', retention } })
  return [...whole, ...chainOf([said], { on: whole })]
}

const all = pruned()
const treeOf = (receipts: readonly DecisionReceipt[]): Frontier =>
  receipts.reduce(
    (tree, { receiptHash, signature }) => appendLeaf(tree, leafHash(receiptLeaf(receiptHash, signature))),
    emptyFrontier,
  )
const from = (size: number) => ({ beginning: { root, frontier: treeOf(all.slice(0, size)) } })
const open = async (...notes: Promise<string>[]) => openCheckpoints(await Promise.all(notes), policyOf())
const options = {
  keyring: trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] })),
  acceptPruned: { minDays: 184 },
  now: days(1000),
} satisfies Partial<VerifyOptions>

describe('what a retention receipt says of the tree', () => {
  /** Another receipt stands at seq 12 of this chain than of that of the checkpoint. */
  const forked = (receipts: readonly DecisionReceipt[]) => [
    ...receipts.slice(0, 12),
    ...plainChain(1, { on: receipts.slice(0, 12) }),
  ]

  it('counts where the tree is of all that ever was before', async () => {
    const checkpoints = await open(noteOf(forked(all)))
    const found = await judged(all.slice(4), { ...options, checkpoints, ...from(4) })
    expect(found).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@12'])
  })

  it('is nothing where fewer were removed than stood before, whatever root it names', async () => {
    const later = pruned({ count: 2 })
    const checkpoints = await open(noteOf(forked(later)))
    const found = await judged(later.slice(4), { ...options, checkpoints, ...from(4) })
    expect(found).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@12'])
  })
})

describe('a checkpoint of what was removed', () => {
  it('is passed over only where pruning was accepted, not where the removed was not asked for', async () => {
    const checkpoints = await open(noteOf(all, { size: 2 }), noteOf(all))
    expect(await judged(all.slice(4), { ...options, checkpoints, ...from(4) })).toEqual(['VALID'])
    const asked = { ...options, checkpoints, ...from(4), expect: { fromSeq: 4 } }
    const { verdict, problems, scope } = await judge(all.slice(4), asked)
    expect([verdict, scope.checkpoint?.size]).toEqual(['INCOMPLETE', 13])
    expect(problems).toMatchObject([{ code: 'CHECKPOINT_NOT_REACHED', message: expect.stringContaining('of size 2') }])
  })
})

/** The checkpoints that were not reached, by size. */
const notReached = ({ problems }: VerifyResult) =>
  problems
    .filter(({ code }) => code === 'CHECKPOINT_NOT_REACHED')
    .map(({ message }) => message.match(/size (\d+)/)?.[1])
const longer = [...all, ...plainChain(6, { on: all })]
const sizes = (...wanted: number[]) => open(...wanted.map((size) => noteOf(longer, { size })))

describe('the tree that was given', () => {
  it('changes nothing where the chain is there from seq 0 on', async () => {
    const checkpoints = await sizes(2, 4, 13)
    for (const size of [0, 3, 9])
      expect(await judged(all, { ...options, checkpoints, ...from(size) })).toEqual(['VALID'])
    const stranger = { root, frontier: treeOf(plainChain(5)) }
    expect(await judged(all, { ...options, checkpoints, beginning: stranger })).toEqual(['VALID'])
    const rewritten = [...all.slice(0, 1), ...plainChain(9, { on: all.slice(0, 1) })]
    expect(await judged(rewritten, { ...options, checkpoints: await sizes(2, 4, 9), ...from(9) })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@1',
    ])
  })

  it('is begun with once, also where the first receipts are in it', async () => {
    const checkpoints = await sizes(2, 13)
    const strict = { ...options, acceptPruned: undefined, checkpoints }
    for (const size of [4, 6, 9]) {
      const result = await judge(all.slice(4), { ...strict, ...from(size) })
      expect([result.scope.checkpoint?.size, notReached(result)]).toEqual([13, ['2']])
    }
  })

  it('is no beginning where receipts are missing behind it', async () => {
    const anchors = [anchorOf(all, 2), anchorOf(all, 12)]
    const result = await judge(all.slice(4), { ...options, anchors, checkpoints: await sizes(13), ...from(3) })
    expect([result.verdict, notReached(result)]).toEqual(['INCOMPLETE', ['2', '12', '13']])
  })

  it('and what it covers is not told beside what is missing behind it', async () => {
    const result = await judge(all.slice(4), { ...options, checkpoints: await sizes(2, 18), ...from(4) })
    expect([result.verdict, notReached(result)]).toEqual(['INCOMPLETE', ['18']])
  })
})

describe('a tree that nothing says is the right one', () => {
  const stranger = { beginning: { root, frontier: treeOf(plainChain(4)) } }

  it('proves nothing against the chain, without a retention receipt too', async () => {
    const found = await judged(whole.slice(4), { ...options, checkpoints: await sizes(12), ...stranger })
    expect(found).toEqual(['INCOMPLETE', 'STARTS_LATE@4', 'CHECKPOINT_NOT_REACHED@11'])
  })

  it('is not shown to be right by a checkpoint of no receipt, to which everything leads', async () => {
    const found = await judged(all.slice(4), { ...options, checkpoints: await sizes(0, 13), ...stranger })
    expect(found).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@12'])
  })

  it('is shown to be right by any checkpoint to which it leads, before or behind one to which it does not', async () => {
    const false8 = { ...anchorOf(plainChain(8), 8) }
    const after = { ...options, anchors: [false8], checkpoints: await sizes(13), ...from(6) }
    expect(await judged(all.slice(4), after)).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@7'])
    const anchors = [false8, anchorOf(plainChain(10), 10)]
    const before = { ...options, anchors, checkpoints: await sizes(7), ...from(6) }
    expect(await judged(all.slice(4), before)).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@7', 'CHECKPOINT_MISMATCH@9'])
  })
})

describe('receipts that are taken many at once', () => {
  const kept = longer.slice(4)
  /** As one thread and as several do it; which of the runs were taken. */
  async function byRuns(
    more: Partial<VerifyOptions>,
    runs: readonly (readonly [from: number, to: number, leaves: boolean])[],
  ) {
    const given = { ...options, ...more } as VerifyOptions
    const judgeRuns = judgeExamined(given)
    const taken = runs.map(([start, end, withLeaves]) => {
      const before = kept.slice(judgeRuns.checked, start).map((one) => examineReceipt(one))
      for (const one of before) judgeRuns.next(one)
      const following = kept.slice(start, end)
      const leaves = following.map((one) => leafHash(receiptLeaf(one.receiptHash, one.signature)))
      return judgeRuns.run({
        first: before.at(-1)?.receipt as DecisionReceipt,
        count: following.length,
        last: following.at(-1) as DecisionReceipt,
        ...(withLeaves && { leaves: Buffer.concat(leaves) }),
      })
    })
    for (const one of kept.slice(judgeRuns.checked)) judgeRuns.next(examineReceipt(one))
    const one = judgeExamined(given)
    for (const receipt of kept) one.next(examineReceipt(receipt))
    const result = judgeRuns.finish()
    expect(result).toEqual(one.finish())
    return [result.verdict, ...taken]
  }

  it('need no leaves where all of them are in the tree, and can not begin within it', async () => {
    // seq 4 to 8 are in the tree, seq 9 is the first behind it; seq 12 says what was removed
    const given = { checkpoints: await sizes(15, 19), ...from(9) }
    expect(await byRuns(given, [[1, 5, false]])).toEqual(['VALID', true])
    expect(await byRuns(given, [[1, 4, false]])).toEqual(['VALID', true])
    expect(await byRuns(given, [[1, 6, true]])).toEqual(['VALID', false])
    expect(await byRuns(given, [[3, 8, true]])).toEqual(['VALID', false])
    expect(await byRuns(given, [[5, 8, true]])).toEqual(['VALID', true])
    expect(await byRuns(given, [[5, 8, false]])).toEqual(['VALID', false])
  })
})
