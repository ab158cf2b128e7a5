/** Up to where a log chain stands in which something is wrong. */
import { MAX_LISTED } from './findings.js'
import type { Counted } from './run.js'
import { invalidCodes, type Problem, type VerifyResult } from './types.js'

const invalid: ReadonlySet<string> = new Set(invalidCodes)

/** Tells up to where a log chain stands, whatever is wrong behind it. */
export interface Soundness {
  /** Takes a receipt against which nothing was found. */
  readonly heard: Counted
  /**
   * @param result - of the log chain
   * @returns how many of its first receipts count, as far as a checkpoint covers them: what witnesses have seen does not become
   *   less by what the holder of a stolen key appends later. None of one that contradicts a checkpoint, or that revokes a key itself
   *   whose receipts are late: which those are is found at its end
   */
  through(result: VerifyResult): number
}

/** @returns what follows a log chain */
export function soundness(): Soundness {
  let revokes = false
  return {
    heard({ key }) {
      if (key?.event === 'revoke') revokes = true
    },
    through({ verdict, problems, counts }) {
      if (verdict !== 'INVALID') return Number.POSITIVE_INFINITY
      if (counts.CHECKPOINT_MISMATCH !== undefined || (revokes && counts.KEY_REVOKED !== undefined)) return 0
      // what is not listed stands behind all that is
      const isFull = problems.length >= MAX_LISTED
      const standing = isFull ? problems : problems.filter(({ code }) => invalid.has(code))
      const placeOf = ({ seq, line }: Problem) => seq ?? (isFull || line === undefined ? 0 : Number.POSITIVE_INFINITY)
      return Math.min(...standing.map(placeOf))
    },
  }
}
