/** The chain that holds the checkpoints of all others, and what it says of them. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { LOG_CHAIN, missingChains, type VerifiedLog, verifyLog } from '../../src/verify/log.js'
import type { VerifyResult } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import { a, b, entry, logNoteOf, logOf, noteOf, originOf, policyOf, rootOf } from './notes.js'
import { chainOf, entryOf, judge, judged, keys, NOW, plainChain, trusting, trustOne } from './support.js'

/** seq 0 to 4: what happened in the deployment until now. */
const log = logOf(entry(a, 3), entry(b, 6), entry(a, 7), entry(a, 9))
const seconds = 1_790_000_000
const timeOf = (time: number): string => new Date(time * 1000 + 999).toISOString()

async function verified(
  source: readonly DecisionReceipt[],
  notes: readonly string[],
  quorum: 0 | 1 = 1,
): Promise<VerifiedLog> {
  return verifyLog(source, { keyring: trustOne, now: NOW, checkpoints: openCheckpoints(notes, policyOf(quorum)) })
}
const head = (source: readonly DecisionReceipt[], size: number, time: number): Promise<string> =>
  logNoteOf(source, { size, witnesses: [[0, time]] })

describe('verifyLog', () => {
  it('gives the newest checkpoint of each chain, and since when witnesses knew it', async () => {
    const { result, origin, chains } = await verified(log, [
      await head(log, 3, seconds),
      await head(log, 5, seconds + 60),
    ])
    expect([result.verdict, result.scope.tail, origin]).toEqual(['VALID', 'checkpoint', 'log.example/acme'])
    expect(chains).toEqual([
      { origin: originOf(rootOf(a)), size: 9, rootHash: anchorOf(a).rootHash, witnessedAt: timeOf(seconds + 60) },
      { origin: originOf(rootOf(b)), size: 6, rootHash: anchorOf(b).rootHash, witnessedAt: timeOf(seconds) },
    ])
  })

  it('gives the anchors of a chain, each dated by the first head that witnesses saw it in', async () => {
    const found = await verified(log, [await head(log, 5, seconds + 60), await head(log, 2, seconds)])
    expect(found.anchorsFor(rootOf(a), 'a')).toEqual([
      { ...anchorOf(a, 3), witnessedAt: timeOf(seconds) },
      { ...anchorOf(a, 7), witnessedAt: timeOf(seconds + 60) },
      { ...anchorOf(a, 9), witnessedAt: timeOf(seconds + 60) },
    ])
    expect(found.anchorsFor(rootOf(log), LOG_CHAIN)).toEqual([])
  })

  it('dates by a larger head where it was seen earlier', async () => {
    const found = await verified(log, [await head(log, 2, seconds + 60), await head(log, 5, seconds)])
    expect(found.chains.map(({ witnessedAt }) => witnessedAt)).toEqual([timeOf(seconds), timeOf(seconds)])
  })

  it('holds chains against what the log says, without checkpoints of their own', async () => {
    const { checkpoints } = await verified(log, [await head(log, 5, seconds)])
    expect((await judge(a, { checkpoints })).scope).toMatchObject({
      tail: 'checkpoint',
      checkpoint: { size: 9, witnessedAt: timeOf(seconds) },
    })
    expect((await judged(a.slice(0, 8), { checkpoints }))[0]).toBe('INCOMPLETE')
    const forged = [...a.slice(0, 5), ...plainChain(4, { chainId: 'a', on: a.slice(0, 5), label: 'forged' })]
    expect((await judged(forged, { checkpoints }))[0]).toBe('INVALID')
    const revoked = trusting(entryOf(keys.one, { revokedAt: new Date((seconds + 60) * 1000).toISOString() }))
    expect(await judged(a, { checkpoints, keyring: revoked, now: '2027-01-01T00:00:00.000Z' })).toEqual(['VALID'])
  })

  it('believes nothing that no head covers', async () => {
    const { result, chains } = await verified(log, [await head(log, 3, seconds)])
    expect([result.verdict, result.scope.tail]).toEqual(['VALID', 'unproved'])
    expect(chains.map(({ size }) => size)).toEqual([3, 6])
  })

  it('is INCOMPLETE where its tail was cut, and keeps what is covered', async () => {
    const { result, chains } = await verified(log.slice(0, 4), [
      await head(log, 3, seconds),
      await head(log, 5, seconds),
    ])
    expect([result.verdict, ...result.problems.map(({ code }) => code)]).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED',
    ])
    expect(chains.map(({ size }) => size)).toEqual([3, 6])
  })

  it('is INVALID where it was rewritten with the signing key, and says nothing of chains then', async () => {
    const short = entry(a, 3)
    const rewritten = [
      ...log.slice(0, 2),
      ...chainOf([short, short, short], { chainId: LOG_CHAIN, on: log.slice(0, 2) }),
    ]
    const { result, chains, checkpoints } = await verified(rewritten, [await head(log, 5, seconds)])
    expect(result.verdict).toBe('INVALID')
    expect(chains).toEqual([])
    expect(checkpoints.known).toHaveLength(1)
  })

  it('is INCOMPLETE without a head that enough witnesses have seen', async () => {
    const { result, origin, chains } = await verified(log, [await logNoteOf(log)])
    expect([result.verdict, origin, chains.length]).toEqual(['INCOMPLETE', undefined, 0])
    expect((await verified(log, [await logNoteOf(log)], 0)).result.verdict).toBe('VALID')
  })

  it('takes nothing for a chain of its own that is not named so', async () => {
    const odd = logOf(
      entry(a, 3, 'log.example/acme'),
      entry(a, 3, 'log.example/acme/x'),
      entry(a, 3, 'log.example/acme/0123456789abcdef0'),
    )
    expect((await verified(odd, [await head(odd, 4, seconds)])).chains).toEqual([])
  })

  it('shows a chain of which it has two roots for one size', async () => {
    const forged = plainChain(9, { chainId: 'a', label: 'forged' })
    const two = logOf(entry(a, 9), entry(forged, 9, originOf(rootOf(a))))
    const { checkpoints, result } = await verified(two, [await head(two, 3, seconds)])
    expect(result.verdict).toBe('VALID')
    expect((await judged(a, { checkpoints }))[0]).toBe('INVALID')
  })

  it('is one chain: another, or checkpoints that nobody checked, are refused', async () => {
    const notes = [await head(log, 5, seconds)]
    const checkpoints = openCheckpoints(notes, policyOf(1))
    const options = { keyring: trustOne, now: NOW, checkpoints }
    expect((await verifyLog(log, { ...options, chainId: 'another' })).result.verdict).toBe('INVALID')
    await expect(verifyLog(log, { ...options, checkpoints: { ...checkpoints } })).rejects.toThrow(/openCheckpoints/)
    await expect(verifyLog('log' as never, options)).rejects.toThrow(TypeError)
  })
})

describe('missingChains', () => {
  const results = async (...chains: readonly (readonly DecisionReceipt[])[]): Promise<VerifyResult[]> =>
    Promise.all(chains.map((chain) => judge(chain)))

  it('names a chain that is not there as a whole', async () => {
    const found = await verified(log, [await head(log, 5, seconds)])
    expect(missingChains(found, await results(a, b))).toEqual([])
    const [one, ...more] = missingChains(found, await results(a))
    const missing = one?.result
    expect(one?.chain.size).toBe(6)
    expect(more).toEqual([])
    expect([missing?.verdict, missing?.problems[0]?.code, missing?.scope.chainId]).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED',
      undefined,
    ])
    expect(missing?.problems[0]?.message).toContain(originOf(rootOf(b)))
  })

  it('is not deceived by a chain that was started anew under the old name', async () => {
    const found = await verified(log, [await head(log, 5, seconds)])
    const anew = plainChain(6, { chainId: 'b', label: 'anew' })
    expect(missingChains(found, await results(a, anew))).toHaveLength(1)
  })

  it('takes a pruned chain for there when it leads to its checkpoint', async () => {
    const found = await verified(log, [await head(log, 5, seconds)])
    const scope = { tail: 'checkpoint', checkpoint: { origin: originOf(rootOf(b)), size: 6 } } as const
    const [whole] = await results(a)
    expect(missingChains(found, [whole as VerifyResult, { ...(whole as VerifyResult), scope }])).toEqual([])
  })
})

it("a chain's own checkpoints and those of the log are one set", async () => {
  const notes = [await head(log, 5, seconds), await noteOf(a, { size: 4 }), await noteOf(a, { size: 9 })]
  const { checkpoints } = await verified(log, notes)
  const of = checkpoints.known.filter(({ origin }) => origin === originOf(rootOf(a))).map(({ size }) => size)
  expect(of.sort((x, y) => x - y)).toEqual([3, 4, 7, 9])
  // the log dates what the chain's own note does not
  expect(checkpoints.known.find(({ size, kind }) => size === 9 && kind === 'chain')?.witnessedAt).toBe(timeOf(seconds))
})
