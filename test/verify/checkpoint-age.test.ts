/** How old the newest checkpoint may be, as the page has it: by what witnesses say, and by nobody else's word. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { type CheckpointSet, openCheckpoints } from '../../src/verify/checkpoints.js'
import type { Verdict } from '../../src/verify/types.js'
import { noteOf, policyOf } from './notes.js'
import { chainOf, judge, judged, NOW, plainChain, trustOne } from './support.js'

const HOUR_MS = 3_600_000
const AHEAD_MS = 300_000
const chain = plainChain(9)
const seconds = Math.floor(Date.parse(NOW) / 1000)

async function judgeLately(checkpoints: CheckpointSet, hours: number, receipts = chain): Promise<Verdict> {
  const { verdict, scope } = await judge(receipts, { keyring: trustOne, checkpoints })
  const age = Date.parse(NOW) - Date.parse(scope.checkpoint?.witnessedAt ?? '')
  const isYoung = age >= -AHEAD_MS && age <= hours * HOUR_MS
  return verdict === 'VALID' && !isYoung ? 'INCOMPLETE' : verdict
}

const seenAt = (time: number, receipts: readonly DecisionReceipt[] = chain, size = receipts.length) =>
  noteOf(receipts, { size, witnesses: [[0, time]] })

describe('a chain whose newest checkpoint', () => {
  it('witnesses have seen within the time is VALID, and INCOMPLETE where they have not', async () => {
    const young = openCheckpoints([await seenAt(seconds - 3_000)], policyOf(1))
    const old = openCheckpoints([await seenAt(seconds - 3 * 3_600)], policyOf(1))
    expect(await judged(chain, { keyring: trustOne, checkpoints: old })).toEqual(['VALID'])
    expect([await judgeLately(young, 1), await judgeLately(old, 1), await judgeLately(old, 4)]).toEqual([
      'VALID',
      'INCOMPLETE',
      'VALID',
    ])
    // an older copy, with the checkpoint of that time
    const before = openCheckpoints([await seenAt(seconds - 3 * 3_600, chain, 5)], policyOf(1))
    expect(await judgeLately(before, 1, chain.slice(0, 5))).toBe('INCOMPLETE')
  })

  it('is dated by a clock that is ahead, or by nobody, is INCOMPLETE', async () => {
    const ahead = openCheckpoints([await seenAt(seconds + 3_600)], policyOf(1))
    const nobody = openCheckpoints([await noteOf(chain)], policyOf(0))
    expect([await judgeLately(ahead, 1), await judgeLately(nobody, 1)]).toEqual(['INCOMPLETE', 'INCOMPLETE'])
  })

  it('contradicts stays INVALID, however old that one is', async () => {
    const forged = chainOf(Array.from({ length: 9 }, (_, seq) => (seq === 6 ? { body: { action: 'reject' } } : {})))
    expect(forged[5]).toEqual(chain[5])
    const old = openCheckpoints([await seenAt(1_500_000_000, chain, 7)], policyOf(1))
    expect(await judgeLately(old, 1, forged)).toBe('INVALID')
  })
})
