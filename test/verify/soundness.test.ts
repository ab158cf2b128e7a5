/** Up to where a log chain counts in which something is wrong: never beyond the first receipt that is, never by what is not listed. */
import { describe, expect, it } from 'vitest'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { MAX_LISTED } from '../../src/verify/findings.js'
import { verifyLog } from '../../src/verify/log.js'
import { soundness } from '../../src/verify/soundness.js'
import { invalidCodes, type Problem, type ProblemCode, type Verdict } from '../../src/verify/types.js'
import { a, b, entry, logNoteOf, logOf, policyOf } from './notes.js'
import { chainOf, chainStart, keys, msAfter, NOW, revocation, trusting } from './support.js'

const log = chainOf([chainStart(), ...Array.from({ length: 8 }, () => ({}))])
const at = (code: ProblemCode, seq?: number, line?: number): Problem => ({
  code,
  message: 'said',
  ...(seq !== undefined && { seq }),
  ...(line !== undefined && { line }),
})

/** What counts where these problems were found, and of them the first were listed. */
function through(verdict: Verdict, found: readonly Problem[], receipts = log, listed = MAX_LISTED): number {
  const sound = soundness()
  for (const receipt of receipts) sound.heard(receipt)
  const counts: Partial<Record<ProblemCode, number>> = {}
  for (const { code } of found) counts[code] = (counts[code] ?? 0) + 1
  const problems = found.slice(0, listed)
  return sound.through({ verdict, scope: { tail: 'unproved' }, checked: 9, problems, counts, notices: [] })
}

describe('a log chain counts', () => {
  it('to its end where nothing in it is INVALID', () => {
    expect(through('VALID', [])).toBe(Number.POSITIVE_INFINITY)
    expect(through('INCOMPLETE', [at('KEY_UNKNOWN', 3)])).toBe(Number.POSITIVE_INFINITY)
    // also where more is missing than is listed
    const many = Array.from({ length: MAX_LISTED + 1 }, (_, index) => at('KEY_UNKNOWN', index))
    expect(through('INCOMPLETE', many)).toBe(Number.POSITIVE_INFINITY)
  })

  it('to the first receipt that is INVALID, in whatever order that was found', () => {
    for (const code of invalidCodes.filter((one) => one !== 'CHECKPOINT_MISMATCH')) {
      expect(through('INVALID', [at(code, 3)])).toBe(3)
      expect(through('INVALID', [at(code, 7), at('SIGNATURE_INVALID', 5), at('LINK_MISMATCH', 6)])).toBe(5)
    }
    // what is only missing takes nothing away, nor does a line that is no receipt: the tree of the checkpoint has none there
    expect(through('INVALID', [at('KEY_UNKNOWN', 1), at('SIGNATURE_INVALID', 5)])).toBe(5)
    expect(through('INVALID', [at('LINE_MALFORMED', undefined, 3), at('SIGNATURE_INVALID', 5)])).toBe(5)
  })

  it('to the first of anything, where more was found than is listed', () => {
    const many = Array.from({ length: MAX_LISTED }, (_, index) => at('KEY_UNKNOWN', 20 + index))
    expect(through('INVALID', [...many, at('SIGNATURE_INVALID', 5_000)])).toBe(20)
    expect(through('INVALID', [...many.slice(1), at('LINE_MALFORMED', undefined, 3)])).toBe(0)
  })

  it('for nothing where what is wrong has no place', () => {
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5), at('HEAD_MISMATCH')])).toBe(0)
  })

  it('for nothing where it contradicts a checkpoint, wherever', () => {
    expect(through('INVALID', [at('CHECKPOINT_MISMATCH', 8)])).toBe(0)
    expect(through('INVALID', [at('SIGNATURE_INVALID', 5), at('CHECKPOINT_MISMATCH', 8)], log, 1)).toBe(0)
  })

  it('for nothing where it revokes a key, and receipts of that are late', async () => {
    const revoking = logOf(
      entry(a, 5),
      { ...entry(b, 6), by: keys.two, at: msAfter(10_000) },
      { ...entry(a, 9), by: keys.two, at: msAfter(11_000) },
      revocation(keys.two, msAfter(9_000), { at: msAfter(12_000) }),
    )
    const note = (size: number) => logNoteOf(revoking, { size, witnesses: [[0, 1_790_000_000 + size]] })
    const { result, chains } = await verifyLog(revoking, {
      keyring: trusting(keys.one, keys.two),
      now: NOW,
      checkpoints: openCheckpoints([await note(2), await note(3), await note(5)], policyOf(1)),
    })
    expect([result.verdict, chains]).toEqual(['INVALID', []])
    // a key that was revoked elsewhere, and one that nothing came of, take nothing away
    expect(through('INVALID', [at('KEY_REVOKED', 3)])).toBe(3)
    expect(through('INVALID', [at('SIGNATURE_INVALID', 3)], revoking)).toBe(3)
  })
})
