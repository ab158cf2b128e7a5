/** Chains that a `gap` receipt says belong to another chain, as those that an outbox left. */
import type { DecisionReceipt } from '../receipt/types.js'
import { MAX_LISTED } from './findings.js'
import type { Problem, VerifyResult } from './types.js'

/** What one `gap` receipt says of another chain: that it is there, and how it ends. */
export interface Join {
  /** The chain that is named. */
  readonly chainId: string
  /** Of its last receipt. */
  readonly receiptHash: string | undefined
  /** The receipt that names it. */
  readonly by: Pick<DecisionReceipt, 'chainId' | 'seq' | 'receiptId'>
}

/**
 * @param receipt - one against which nothing was found
 * @returns the chains that it joins to its own; none where it is no `gap`
 */
export function joinsOf({ system, links, chainId, seq, receiptId }: DecisionReceipt): readonly Join[] {
  if (system?.event !== 'gap') return []
  const by = { chainId, seq, receiptId }
  return (links ?? []).flatMap((link) =>
    link.rel === 'joins' && link.chainId !== undefined && link.chainId !== chainId
      ? [{ chainId: link.chainId, receiptHash: link.receiptHash, by }]
      : [],
  )
}

/**
 * Holds a chain against what a `gap` receipt says of it, as against a head that was noted elsewhere: a chain that stops before
 * is INCOMPLETE, and one that ends otherwise is INVALID.
 *
 * @param join - what is said
 * @param result - of the chain that is named; `undefined` where it is not there
 * @returns what is wrong
 */
export function joinProblem({ receiptHash, by }: Join, result: VerifyResult | undefined): Problem | undefined {
  const named = `the gap receipt ${by.receiptId}, seq ${by.seq} of chain ${by.chainId},`
  if (result === undefined || result.checked === 0)
    return { code: 'EMPTY', message: `there is no receipt, and ${named} names this chain` }
  const { head, tail } = result.scope
  if (receiptHash === undefined || head?.receiptHash === receiptHash) return undefined
  if (tail === 'chain-end')
    return {
      code: 'HEAD_MISMATCH',
      ...(head === undefined ? {} : { seq: head.seq }),
      message: `is another chain_end than the one that ${named} names`,
    }
  return { code: 'HEAD_NOT_REACHED', message: `the chain_end that ${named} names was not found` }
}

/**
 * @param result - of a chain; `undefined` where it is not there
 * @param chainId - the chain
 * @param problem - what else is wrong with it
 * @returns the result with that problem, first in its list, and the verdict that follows
 */
export function withProblem(result: VerifyResult | undefined, chainId: string, problem: Problem): VerifyResult {
  const before: VerifyResult = result ?? {
    verdict: 'VALID',
    scope: { chainId, tail: 'unproved' },
    checked: 0,
    problems: [],
    counts: {},
    notices: [],
  }
  // an empty chain has the same problem by itself; what names it says more
  const same = (one: Problem) => problem.code === 'EMPTY' && one.code === 'EMPTY'
  const problems = before.problems.filter((one) => !same(one))
  const counted = before.problems.some(same) ? 0 : 1
  return {
    ...before,
    verdict: problem.code === 'HEAD_MISMATCH' || before.verdict === 'INVALID' ? 'INVALID' : 'INCOMPLETE',
    problems: [problem, ...problems.slice(0, MAX_LISTED - 1)],
    counts: { ...before.counts, [problem.code]: (before.counts[problem.code] ?? 0) + counted },
  }
}
