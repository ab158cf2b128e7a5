/** Up to where a log chain counts in which something is wrong: never beyond the first thing that is, never by what is not listed. */
import { describe, expect, it } from 'vitest'
import { soundThrough } from '../../src/verify/log.js'
import { incompleteCodes, invalidCodes, type Problem, type ProblemCode, type Verdict } from '../../src/verify/types.js'

const at = (code: ProblemCode, seq?: number): Problem => ({ code, message: 'said', ...(seq !== undefined && { seq }) })

function through(verdict: Verdict, problems: readonly Problem[], more: Partial<Record<ProblemCode, number>> = {}) {
  const counts: Partial<Record<ProblemCode, number>> = { ...more }
  for (const { code } of problems) counts[code] = (counts[code] ?? 0) + 1
  return soundThrough({ verdict, scope: { tail: 'unproved' }, checked: 9, problems, counts, notices: [] })
}

describe('a log chain counts', () => {
  it('to its end where nothing in it is INVALID', () => {
    expect(through('VALID', [])).toBe(Number.POSITIVE_INFINITY)
    for (const code of incompleteCodes) expect(through('INCOMPLETE', [at(code, 3)])).toBe(Number.POSITIVE_INFINITY)
  })

  it('to the first receipt that is INVALID, in whatever order that was found', () => {
    for (const code of invalidCodes.filter((one) => one !== 'CHECKPOINT_MISMATCH')) {
      expect(through('INVALID', [at(code, 3)])).toBe(3)
      expect(through('INVALID', [at(code, 7), at('SIGNATURE_INVALID', 5), at('LINK_MISMATCH', 6)])).toBe(5)
    }
  })

  it('not less for what is only missing', () => {
    expect(through('INVALID', [at('KEY_UNKNOWN', 1), at('SIGNATURE_INVALID', 5), at('TAIL_UNPROVED')])).toBe(5)
  })

  it('for nothing where what is wrong has no place', () => {
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5), at('LINE_MALFORMED')])).toBe(0)
    expect(through('INVALID', [at('HEAD_MISMATCH')])).toBe(0)
  })

  it('for nothing where it contradicts a checkpoint, wherever', () => {
    expect(through('INVALID', [at('CHECKPOINT_MISMATCH', 8)])).toBe(0)
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5), at('CHECKPOINT_MISMATCH', 8)])).toBe(0)
  })

  it('for nothing where something was found that is not listed', () => {
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5)], { CHECKPOINT_MISMATCH: 1 })).toBe(0)
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5)], { LINK_MISMATCH: 2 })).toBe(0)
    expect(through('INVALID', [], { SIGNATURE_INVALID: 1 })).toBe(0)
    // what is only missing takes nothing away
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5)], { KEY_UNKNOWN: 2 })).toBe(5)
  })
})
