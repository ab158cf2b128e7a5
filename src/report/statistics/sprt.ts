/** Wald's sequential probability ratio test in recorded cycles, with flags that stay until a person acknowledged them. */
import { createEndsKeeper, type KeepOptions, type KeptEnds } from './kept-ends.js'
import { nextSeq } from './sequence.js'
import { decideSprt, type SprtParameters, type SprtPlan, sprtPlan } from './sprt-plan.js'

/** Where the test stands: a flag that nobody acknowledged, else how the last cycle ended, else no decision yet. */
export type SprtStatus = 'WITHIN_LIMIT' | 'MONITORING' | 'FLAGGED'

/** A cycle from its first receipt to the one that crossed a threshold. */
export interface SprtCycle {
  readonly startSeq: number
  readonly endSeq: number
  readonly n: number
  readonly failures: number
  /** The log-likelihood ratio at the end. */
  readonly llr: number
  readonly decision: 'WITHIN_LIMIT' | 'FLAGGED'
}

/** The receipt by which a person acknowledged what was flagged. */
export interface SprtAcknowledgement {
  readonly seq: number
  readonly receiptId: string
  readonly timestamp?: string | undefined
  readonly reviewerId?: string | undefined
}

/** A cycle that ended flagged. */
export interface SprtFlag extends SprtCycle {
  readonly decision: 'FLAGGED'
  /** Absent: nobody acknowledged it yet. */
  readonly acknowledgement?: SprtAcknowledgement | undefined
}

/** The cycle that is not decided yet. */
export interface SprtOpenCycle {
  /** Absent before its first receipt. */
  readonly startSeq?: number | undefined
  readonly n: number
  readonly failures: number
  readonly llr: number
}

/** Which flags a person means, by the receipt that ended a flagged cycle, or by a receipt that comes after. */
export type SprtAcknowledged = { readonly flag: number } | { readonly before: number }

/** What is tested, and how much of the history is kept. */
export interface SprtOptions extends SprtParameters {
  /** How many cycles, and how many flags, are kept at either end of their list: by default the first 50 and last 50. */
  readonly keep?: KeepOptions | undefined
}

/** The test so far, as plain data. */
export interface SprtSnapshot extends SprtPlan {
  readonly method: 'wald-sprt'
  readonly status: SprtStatus
  readonly n: number
  readonly failures: number
  readonly open: SprtOpenCycle
  readonly decided: { readonly withinLimit: number; readonly flagged: number }
  readonly cycles: KeptEnds<SprtCycle>
  readonly flags: KeptEnds<SprtFlag>
  /** Flags without an acknowledgement. */
  readonly openFlags: number
  readonly acknowledgements: number
  /**
   * How many of that many cycles would be flagged on average, were the rate exactly `p0`, at most: the error
   * probability is that of one cycle, and Wald's bound for it is alpha / (1 - beta).
   */
  readonly falseFlagsAtP0: number
}

/** Tests one receipt after another. */
export interface Sprt {
  /**
   * @param failed - whether the receipt counts as a failure
   * @param seq - its number in the chain, ascending
   * @returns the status after it
   * @throws RangeError when `seq` does not ascend
   */
  update(failed: boolean, seq: number): SprtStatus
  /**
   * Acknowledges flags raised before that receipt; the open cycle goes on.
   *
   * @param acknowledgement - the person's receipt
   * @param which - by seq: the one flag that a receipt raised, or those raised before a receipt; absent: all. Of more than
   *   10,000 open flags the older ones are only settled together
   * @returns how many flags it settled
   * @throws RangeError when its number lies before a receipt already seen
   */
  acknowledge(acknowledgement: SprtAcknowledgement, which?: SprtAcknowledged): number
  /** @returns the test so far; later updates don't change it */
  snapshot(): SprtSnapshot
}

/** So many open flags at least are told apart, so that each can be acknowledged by itself. */
const OPEN_FLAGS = 10_000

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * The sequential probability ratio test for a rate (Wald 1945), latched: crossing a threshold ends a cycle, which is
 * recorded, and the next begins at zero, so that a long good past never hides a bad present. `FLAGGED` stays until a
 * person's acknowledgement, whatever later cycles decide. alpha and beta hold for one cycle, not for a chain of many.
 * The log-likelihood ratio is computed from the counts, not summed up, so it carries no rounding along.
 *
 * @param options - the two rates, the error probabilities and how much is kept
 * @returns a test that has seen nothing; it holds at most as many cycles and flags as `keep` says
 * @throws RangeError when options make no sense
 * @example
 * ```ts
 * import { createSprt } from 'quittance/statistics'
 * const test = createSprt({ p0: 0.05, p1: 0.15 })
 * for (const [seq, failed] of [true, false, true, true].entries()) test.update(failed, seq)
 * test.snapshot().status // 'FLAGGED'
 * ```
 */
export function createSprt(options: SprtOptions = {}): Sprt {
  const plan = sprtPlan(options)
  const { logFailure, logGood, alpha, beta } = plan
  const cycles = createEndsKeeper<SprtCycle>('keep', options.keep)
  const flags = createEndsKeeper<Mutable<SprtFlag>>('keep', options.keep)
  const open = { startSeq: -1, n: 0, failures: 0 }
  let total = 0
  let failures = 0
  let withinLimit = 0
  let flagged = 0
  let lastSeq = -1
  // by seq, ascending; the oldest are only counted once there are too many
  let openFlags: number[] = []
  let merged = { count: 0, through: -1 }
  let acknowledgements = 0
  let last: SprtStatus = 'MONITORING'

  const openCount = (): number => openFlags.length + merged.count
  const status = (): SprtStatus => (openCount() > 0 ? 'FLAGGED' : last)
  const ratio = (): number => open.failures * logFailure + (open.n - open.failures) * logGood

  function close(endSeq: number, llr: number, decision: 'WITHIN_LIMIT' | 'FLAGGED'): void {
    const cycle = { startSeq: open.startSeq, endSeq, n: open.n, failures: open.failures, llr, decision }
    cycles.push(cycle)
    if (decision === 'FLAGGED') {
      flags.push({ ...cycle, decision })
      flagged += 1
      openFlags.push(endSeq)
      if (openFlags.length >= 2 * OPEN_FLAGS) {
        const oldest = openFlags.splice(0, OPEN_FLAGS)
        merged = { count: merged.count + oldest.length, through: oldest.at(-1) as number }
      }
      // once acknowledged, only a later decision says more than "being watched"
      last = 'MONITORING'
    } else {
      withinLimit += 1
      last = 'WITHIN_LIMIT'
    }
    open.startSeq = -1
    open.n = 0
    open.failures = 0
  }

  return {
    update(failed, seq) {
      lastSeq = nextSeq(seq, lastSeq)
      if (open.n === 0) open.startSeq = seq
      open.n += 1
      total += 1
      if (failed) {
        open.failures += 1
        failures += 1
      }
      const llr = ratio()
      const decision = decideSprt(plan, llr)
      if (decision) close(seq, llr, decision)
      return status()
    },
    acknowledge(acknowledgement, which = { before: acknowledgement.seq }) {
      const { seq } = acknowledgement
      if (!Number.isSafeInteger(seq) || seq < lastSeq) {
        throw new RangeError('an acknowledgement must not lie before a receipt already seen')
      }
      // a receipt can't acknowledge the flag that it raised itself
      const settles =
        'flag' in which
          ? (flag: number) => flag === which.flag && flag < seq
          : (flag: number) => flag < which.before && flag < seq
      const before = openCount()
      openFlags = openFlags.filter((flag) => !settles(flag))
      if (!('flag' in which) && settles(merged.through)) merged = { count: 0, through: -1 }
      const settled = before - openCount()
      if (settled === 0) return 0
      const stillMerged = (flag: number): boolean => flag <= merged.through
      for (const flag of flags.snapshot().items) {
        if (flag.acknowledgement === undefined && settles(flag.endSeq) && !stillMerged(flag.endSeq))
          flag.acknowledgement = { ...acknowledgement }
      }
      acknowledgements += 1
      return settled
    },
    snapshot() {
      const { startSeq, ...counts } = open
      const kept = flags.snapshot()
      return {
        method: 'wald-sprt',
        ...plan,
        status: status(),
        n: total,
        failures,
        open: { ...(startSeq >= 0 && { startSeq }), ...counts, llr: open.n === 0 ? 0 : ratio() },
        decided: { withinLimit, flagged },
        cycles: cycles.snapshot(),
        flags: { ...kept, items: kept.items.map((flag) => ({ ...flag })) },
        openFlags: openCount(),
        acknowledgements,
        falseFlagsAtP0: ((withinLimit + flagged) * alpha) / (1 - beta),
      }
    },
  }
}
