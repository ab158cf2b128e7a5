/** Up to where a log chain counts in which something is wrong: never beyond the first receipt that is, never by what is not listed. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { verifyLog } from '../../src/verify/log.js'
import { soundness } from '../../src/verify/soundness.js'
import { invalidCodes, type Problem, type ProblemCode, type Verdict } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import { logNoteOf, originOf, policyOf } from './notes.js'
import { chainOf, chainStart, type Entry, keys, msAfter, NOW, plainChain, revocation, trusting } from './support.js'

const log = chainOf([chainStart(), ...Array.from({ length: 8 }, () => ({}))])
const at = (code: ProblemCode, seq?: number, line?: number): Problem => ({
  code,
  message: 'said',
  ...(seq !== undefined && { seq }),
  ...(line !== undefined && { line }),
})

/** What counts where all but some of the receipts had nothing against them. */
function through(verdict: Verdict, wrong: readonly number[], problems: readonly Problem[], receipts = log): number {
  const sound = soundness()
  for (const receipt of receipts) if (!wrong.includes(receipt.seq)) sound.heard(receipt)
  const counts: Partial<Record<ProblemCode, number>> = {}
  for (const { code } of problems) counts[code] = (counts[code] ?? 0) + 1
  return sound.through({ verdict, scope: { tail: 'unproved' }, checked: 9, problems, counts, notices: [] })
}

describe('a log chain counts', () => {
  it('to its end where nothing in it is INVALID', () => {
    expect(through('VALID', [], [])).toBe(Number.POSITIVE_INFINITY)
    expect(through('INCOMPLETE', [3], [at('KEY_UNKNOWN', 3)])).toBe(Number.POSITIVE_INFINITY)
  })

  it('to the first receipt against which something was found, whatever else is', () => {
    for (const code of invalidCodes.filter((one) => one !== 'CHECKPOINT_MISMATCH')) {
      expect(through('INVALID', [3], [at(code, 3)])).toBe(3)
      expect(through('INVALID', [7, 5, 6], [at(code, 7), at('SIGNATURE_INVALID', 5)])).toBe(5)
      // of more than are listed
      expect(through('INVALID', [2, 4], [at(code, 4)])).toBe(2)
    }
    expect(through('INVALID', [1, 5], [at('KEY_UNKNOWN', 1), at('SIGNATURE_INVALID', 5)])).toBe(1)
    expect(through('INVALID', [], [at('LINE_MALFORMED', undefined, 10)])).toBe(9)
  })

  it('for nothing where what is wrong has no place', () => {
    expect(through('INVALID', [5], [at('SIGNATURE_INVALID', 5), at('HEAD_MISMATCH')])).toBe(0)
  })

  it('for nothing where it contradicts a checkpoint, wherever', () => {
    expect(through('INVALID', [8], [at('CHECKPOINT_MISMATCH', 8)])).toBe(0)
    expect(through('INVALID', [5, 8], [at('SIGNATURE_INVALID', 5), at('CHECKPOINT_MISMATCH', 8)])).toBe(0)
  })

  it('for nothing where it revokes a key, and receipts of that are late', async () => {
    const [a, b] = [plainChain(9, { chainId: 'a' }), plainChain(6, { chainId: 'b' })]
    const entry = (receipts: readonly DecisionReceipt[], size: number): Entry => {
      const origin = originOf((receipts[0] as DecisionReceipt).receiptHash)
      const rootHash = anchorOf(receipts, size).rootHash as `sha256:${string}`
      return { body: { eventType: 'system', system: { event: 'checkpoint', origin, size, rootHash } } }
    }
    const revoking = chainOf(
      [
        chainStart(),
        entry(a, 5),
        { ...entry(b, 6), by: keys.two, at: msAfter(10_000) },
        { ...entry(a, 9), by: keys.two, at: msAfter(11_000) },
        revocation(keys.two, msAfter(9_000), { at: msAfter(12_000) }),
      ],
      { chainId: 'transparency-log' },
    )
    const note = (size: number) => logNoteOf(revoking, { size, witnesses: [[0, 1_790_000_000 + size]] })
    const { result, chains } = await verifyLog(revoking, {
      keyring: trusting(keys.one, keys.two),
      now: NOW,
      checkpoints: openCheckpoints([await note(2), await note(3), await note(5)], policyOf(1)),
    })
    expect([result.verdict, chains]).toEqual(['INVALID', []])
    // a key that was revoked elsewhere, and one that nothing came of, take nothing away
    expect(through('INVALID', [3], [at('KEY_REVOKED', 3)])).toBe(3)
    expect(through('INVALID', [3], [at('SIGNATURE_INVALID', 3)], revoking)).toBe(3)
  })
})
