/** What witnesses have seen, and what only the holder of the keys says, where a policy asks for witnesses. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { CheckpointSet } from '../../src/verify/checkpoints.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { LOG_CHAIN, missingChains, verifyLog } from '../../src/verify/log.js'
import { anchorOf } from './anchor.js'
import { logNoteOf, noteOf, originOf, policyOf } from './notes.js'
import { chainOf, chainStart, type Entry, judge, judged, NOW, plainChain, trustOne } from './support.js'

const [a, b] = [plainChain(9, { chainId: 'a' }), plainChain(6, { chainId: 'b' })]
const rootOf = (receipts: readonly DecisionReceipt[]): string => (receipts[0] as DecisionReceipt).receiptHash
const seconds = 1_790_000_000

function entry(receipts: readonly DecisionReceipt[], size: number, log?: string): Entry {
  const rootHash = anchorOf(receipts, size).rootHash as `sha256:${string}`
  return {
    body: {
      eventType: 'system',
      system: { event: 'checkpoint', origin: originOf(rootOf(receipts), log), size, rootHash },
    },
  }
}
const logOf = (...entries: Entry[]): DecisionReceipt[] => chainOf([chainStart(), ...entries], { chainId: LOG_CHAIN })

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

describe('a log chain that went on under another name', () => {
  const renamed = logOf(entry(a, 5, 'former.example/log'), entry(b, 6, 'former.example/log'), entry(a, 9))

  it('still has the chains that it had', async () => {
    const log = await seen(renamed)
    expect(log.chains.map(({ origin, size }) => [origin, size])).toEqual([
      [originOf(rootOf(a)), 9],
      [originOf(rootOf(b)), 6],
    ])
    const missing = missingChains(log, [await judge(a, { checkpoints: log.checkpoints })])
    expect(missing.map(({ chain }) => chain.origin)).toEqual([originOf(rootOf(b))])
  })

  it('still shows that one was rewritten', async () => {
    const rewritten = plainChain(9, { chainId: 'a', on: a.slice(0, 1), label: 'forged' }).slice(0, 8)
    const other = [...a.slice(0, 1), ...rewritten]
    const { checkpoints } = await seen(logOf(entry(a, 5, 'former.example/log'), entry(other, 9)))
    expect((await judged(other, { checkpoints }))[0]).toBe('INVALID')
    expect((await judged(a, { checkpoints }))[0]).toBe('INVALID')
  })
})
