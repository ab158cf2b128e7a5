/** What witnesses have seen, and what only the holder of the keys says, where a policy asks for witnesses. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { CheckpointSet } from '../../src/verify/checkpoints.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { LOG_CHAIN, missingChains, verifyLog } from '../../src/verify/log.js'
import { a, b, entry, logNoteOf, logOf, noteOf, originOf, policyOf, rootOf } from './notes.js'
import { chainOf, type Entry, entryOf, judge, judged, keys, NOW, plainChain, trusting, trustOne } from './support.js'

const seconds = 1_790_000_000
/** The origin of a chain under a former name of the log. */
const former = (receipts: readonly DecisionReceipt[]): string => originOf(rootOf(receipts), 'former.example/log')

/** The log's chain, its head seen by a witness, and what else the holder of the log's key has signed. */
async function seen(log: readonly DecisionReceipt[], ...others: string[]) {
  const notes = [await logNoteOf(log, { witnesses: [[0, seconds]] }), ...others]
  return verifyLog(log, { keyring: trustOne, now: NOW, checkpoints: openCheckpoints(notes, policyOf(1)) })
}
const forged = [...a.slice(0, 5), ...plainChain(4, { chainId: 'a', on: a.slice(0, 5), label: 'forged' })]
const tailOf = async (receipts: readonly DecisionReceipt[], checkpoints: CheckpointSet) => {
  const { verdict, scope, counts } = await judge(receipts, { checkpoints, requireTail: true })
  return [verdict, scope.tail, scope.checkpoint?.size, ...Object.keys(counts)]
}

describe('a policy that asks for witnesses', () => {
  it('takes no tail from what the log alone has signed: behind what was seen, the holder of the keys can rewrite', async () => {
    const { checkpoints } = await seen(logOf(entry(a, 5)), await noteOf(forged))
    expect(await tailOf(forged, checkpoints)).toEqual(['INCOMPLETE', 'unproved', 5, 'TAIL_UNPROVED'])
    const honest = await seen(logOf(entry(a, 5)))
    expect(await tailOf(a.slice(0, 5), honest.checkpoints)).toEqual(['VALID', 'checkpoint', 5])
  })

  it('takes the log alone where it asks for none', async () => {
    const checkpoints = openCheckpoints([await noteOf(a)], policyOf(0))
    expect(await tailOf(a, checkpoints)).toEqual(['VALID', 'checkpoint', 9])
  })

  it("takes no tail from the chain's own word that it has ended", async () => {
    const ending: Entry = { body: { eventType: 'system', system: { event: 'chain_end', reason: 'closed' } } }
    const on = a.slice(0, 5)
    const ended = [...on, ...chainOf([ending], { chainId: 'a', on })]
    const { checkpoints } = await seen(logOf(entry(a, 5)))
    expect(await tailOf(ended, checkpoints)).toEqual(['INCOMPLETE', 'chain-end', 5, 'TAIL_UNPROVED'])
    const covered = await seen(logOf(entry(ended, 6)))
    expect(await tailOf(ended, covered.checkpoints)).toEqual(['VALID', 'chain-end', 6])
    expect((await judge(ended, { requireTail: true })).verdict).toBe('VALID')
  })

  it('is not met by an entry of size 0, to which every chain leads', async () => {
    const { checkpoints, chains } = await seen(logOf(entry(a, 0)), await noteOf(a))
    expect(chains).toEqual([])
    expect(await judged(a, { checkpoints })).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
    const empty = openCheckpoints([await noteOf(a, { size: 0, witnesses: [[0, seconds]] })], policyOf(0))
    expect(await judged(a, { checkpoints: empty })).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
  })
})

describe('a head of the log that too few witnesses have seen', () => {
  const log = logOf(entry(a, 5), entry(a, 9))
  const other = [...log.slice(0, 2), ...chainOf([entry(b, 6)], { chainId: LOG_CHAIN, on: log.slice(0, 2) })]

  it('vouches for nothing, and shows that the log has shown another history', async () => {
    const { result } = await seen(log, await logNoteOf(other))
    expect([result.verdict, ...Object.keys(result.counts)]).toEqual(['INVALID', 'CHECKPOINT_MISMATCH'])
    const notes = [await logNoteOf(log, { witnesses: [[0, seconds]] }), await logNoteOf(other)]
    const set = openCheckpoints(notes, policyOf(1))
    expect([set.known.length, set.passedOver, set.conflicts.length]).toEqual([1, [{ index: 1, reason: 'quorum' }], 1])
  })

  it('is none, where there is no other', async () => {
    const { result, chains } = await verifyLog(log, {
      keyring: trustOne,
      now: NOW,
      checkpoints: openCheckpoints([await logNoteOf(log)], policyOf(1)),
    })
    expect([result.verdict, result.counts, chains]).toEqual(['INCOMPLETE', { CHECKPOINT_NOT_REACHED: 1 }, []])
    expect(result.problems[0]?.message).toBe('no checkpoint was given that the policy takes; 1 are not by the policy')
  })

  it('says that the log has more than is shown', async () => {
    const { result, chains } = await verifyLog(log.slice(0, 2), {
      keyring: trustOne,
      now: NOW,
      checkpoints: openCheckpoints(
        [await logNoteOf(log, { size: 2, witnesses: [[0, seconds]] }), await logNoteOf(log)],
        policyOf(1),
      ),
    })
    expect([result.verdict, ...result.problems.map(({ code }) => code)]).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED',
    ])
    expect(chains.map(({ size }) => size)).toEqual([5])
  })

  it('covers no entry', async () => {
    const { checkpoints, chains } = await verifyLog(log, {
      keyring: trustOne,
      now: NOW,
      checkpoints: openCheckpoints(
        [await logNoteOf(log, { size: 2, witnesses: [[0, seconds]] }), await logNoteOf(log)],
        policyOf(1),
      ),
    })
    expect(chains.map(({ size }) => size)).toEqual([5])
    expect(await tailOf(a, checkpoints)).toEqual(['INCOMPLETE', 'unproved', 5, 'TAIL_UNPROVED'])
  })
})

describe('a log chain to which a stolen key has added something', () => {
  const revokedAt = new Date((seconds + 60) * 1000).toISOString()
  const keyring = trusting(entryOf(keys.one, { revokedAt }))
  const later = '2027-01-01T00:00:00.000Z'

  it('still dates what witnesses had seen before, and is INVALID itself', async () => {
    const before = logOf(entry(a, 9), entry(b, 6))
    const added = [
      ...before,
      ...chainOf([{ ...entry(a, 9), at: new Date((seconds + 120) * 1000).toISOString() }], {
        chainId: LOG_CHAIN,
        on: before,
      }),
    ]
    const notes = [
      await logNoteOf(before, { witnesses: [[0, seconds]] }),
      await logNoteOf(added, { witnesses: [[0, seconds + 130]] }),
    ]
    const { result, checkpoints, chains } = await verifyLog(added, {
      keyring,
      now: later,
      checkpoints: openCheckpoints(notes, policyOf(1)),
    })
    expect([result.verdict, Object.keys(result.counts)]).toEqual(['INVALID', ['KEY_REVOKED']])
    expect(chains.map(({ size }) => size)).toEqual([9, 6])
    for (const chain of [a, b]) expect(await judged(chain, { checkpoints, keyring, now: later })).toEqual(['VALID'])
  })
})

describe('a log chain that went on under another name', () => {
  const renamed = logOf(entry(a, 5, former(a)), entry(b, 6, former(b)), entry(a, 9))

  it('still has the chains that it had', async () => {
    const log = await seen(renamed)
    expect(log.chains.map(({ origin, size }) => [origin, size])).toEqual([
      [originOf(rootOf(a)), 9],
      [originOf(rootOf(b)), 6],
    ])
    const missing = missingChains(log, [await judge(a, { checkpoints: log.checkpoints })])
    expect(missing.map(({ chain }) => [chain.origin, chain.formerOrigin])).toEqual([[originOf(rootOf(b)), former(b)]])
    // as whoever looks it up in the log finds it
    const said = missing.flatMap(({ result }) => result.problems.map(({ message }) => message))
    expect(said).toEqual([`the log has a checkpoint of size 6 of ${former(b)}, and no chain with that root is there`])
  })

  it('still shows that one was rewritten', async () => {
    const rewritten = plainChain(9, { chainId: 'a', on: a.slice(0, 1), label: 'forged' }).slice(0, 8)
    const other = [...a.slice(0, 1), ...rewritten]
    const { checkpoints } = await seen(logOf(entry(a, 5, former(a)), entry(other, 9)))
    expect((await judged(other, { checkpoints }))[0]).toBe('INVALID')
    expect((await judged(a, { checkpoints }))[0]).toBe('INVALID')
  })
})
