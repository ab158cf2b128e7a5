/** What a log chain may be believed: who saw it and when, whose entries count, and nothing where it is INVALID. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { type DatedNote, openCheckpoints } from '../../src/verify/checkpoints.js'
import { LOG_CHAIN, missingChains, type VerifiedLog, verifyLog } from '../../src/verify/log.js'
import { anchorOf } from './anchor.js'
import { a, b, entry, LOG_ORIGIN, logNoteOf, logOf, originOf, policyOf, rootOf } from './notes.js'
import { entryOf, judge, keys, type Loose, NOW, rotation, trusting, trustOne } from './support.js'

const originA = originOf(rootOf(a))

const seconds = 1_790_000_000
const timeOf = (time: number): string => new Date(time * 1000 + 999).toISOString()
const head = (source: readonly DecisionReceipt[], size: number, time?: number): Promise<string> =>
  logNoteOf(source, { size, witnesses: time === undefined ? [] : [[0, time]] })

async function verified(
  source: readonly (DecisionReceipt | Loose)[],
  notes: readonly (string | DatedNote | Promise<string | DatedNote>)[],
  quorum: 0 | 1 = 1,
  keyring = trustOne,
): Promise<VerifiedLog> {
  const checkpoints = openCheckpoints(await Promise.all(notes), policyOf(quorum))
  return verifyLog(source as DecisionReceipt[], { keyring, now: NOW, checkpoints })
}

describe('the time at which a log was seen', () => {
  /** seq 0 to 4 */
  const log = logOf(entry(a, 3), entry(b, 6), entry(a, 7), entry(a, 9))

  it('is the earliest of all heads that have the entry: who saw a larger tree saw this one too', async () => {
    const times = async (...heads: Promise<string>[]) =>
      (await verified(log, heads)).anchorsFor(rootOf(a), 'a').map(({ size, witnessedAt }) => [size, witnessedAt])
    // the larger head was seen first
    expect(await times(head(log, 2, seconds + 60), head(log, 5, seconds))).toEqual([
      [3, timeOf(seconds)],
      [7, timeOf(seconds)],
      [9, timeOf(seconds)],
    ])
    // the one between was seen first, the largest last: nothing dates by a smaller one
    expect(await times(head(log, 2, seconds + 60), head(log, 4, seconds), head(log, 5, seconds + 90))).toEqual([
      [3, timeOf(seconds)],
      [7, timeOf(seconds)],
      [9, timeOf(seconds + 90)],
    ])
  })

  it('is that of a larger head where nothing dates the first one', async () => {
    const stamped = { note: await head(log, 4), stampedAt: timeOf(seconds + 60) }
    const notes = [head(log, 2), stamped, head(log, 5)]
    const { anchorsFor, chains, checkpoints } = await verified(log, notes, 0)
    expect(anchorsFor(rootOf(a), 'a')).toStrictEqual([
      { ...anchorOf(a, 3), witnessedAt: timeOf(seconds + 60) },
      { ...anchorOf(a, 7), witnessedAt: timeOf(seconds + 60) },
      anchorOf(a, 9),
    ])
    expect(chains).toStrictEqual([
      { origin: originA, size: 9, rootHash: anchorOf(a).rootHash },
      { origin: originOf(rootOf(b)), size: 6, rootHash: anchorOf(b).rootHash, witnessedAt: timeOf(seconds + 60) },
    ])
    for (const one of checkpoints.known) if ('witnessedAt' in one) expect(one.witnessedAt).toBe(timeOf(seconds + 60))
  })
})

describe('what the log says of its chains', () => {
  it('is by size, in whatever order it came to the log', async () => {
    const log = logOf(entry(a, 7), entry(a, 9), entry(a, 3))
    const { anchorsFor, chains } = await verified(log, [head(log, 4, seconds)])
    expect(anchorsFor(rootOf(a), 'a').map(({ size }) => size)).toEqual([3, 7, 9])
    expect(chains.map(({ size }) => size)).toEqual([9])
  })

  it('is only of chains that are named by 16 digits of their own', async () => {
    const digits = rootOf(a).slice(7, 23)
    const others = [
      LOG_ORIGIN,
      `${LOG_ORIGIN}x${digits}`,
      `${LOG_ORIGIN}/0${digits}`,
      `${LOG_ORIGIN}/${digits}0`,
      `${LOG_ORIGIN}/${digits}/0`,
      `${LOG_ORIGIN}/${digits.slice(1)}`,
    ]
    const log = logOf(...others.map((origin) => entry(a, 3, origin)), entry(a, 7))
    const { result, chains, checkpoints } = await verified(log, [head(log, log.length, seconds)])
    expect(result.verdict).toBe('VALID')
    expect(chains.map(({ origin, size }) => [origin, size])).toEqual([[originA, 7]])
    expect(checkpoints.known.map(({ origin }) => origin)).toEqual([LOG_ORIGIN, originA])
  })

  it('is of two entries of one size what the later says', async () => {
    const former = `former.example/log/${rootOf(a).slice(7, 23)}`
    const newest = async (...origins: readonly string[]) => {
      const log = logOf(entry(a, 3), ...origins.map((origin) => entry(a, 9, origin)))
      return (await verified(log, [head(log, log.length, seconds)])).chains
    }
    const said = { origin: originA, size: 9, rootHash: anchorOf(a).rootHash, witnessedAt: timeOf(seconds) }
    expect(await newest(former, originA)).toStrictEqual([said])
    expect(await newest(originA, former)).toStrictEqual([{ ...said, formerOrigin: former }])
  })

  it('is not that a chain is there of which it has no receipt', async () => {
    const log = logOf(entry(a, 0), entry(b, 6))
    const { result, chains, anchorsFor } = await verified(log, [head(log, 3, seconds)])
    expect([result.verdict, chains.map(({ size }) => size), anchorsFor(rootOf(a), 'a')]).toEqual(['VALID', [6], []])
  })

  it.each([
    ['behind a head that holds: what the head covers', 3, [7], [3, 7]],
    ['below a head that holds: nothing', 1, [], []],
  ])('is, where the log is INVALID %s', async (_, at, newest, anchors) => {
    const log = logOf(entry(a, 3), entry(a, 7), entry(a, 9))
    const heads = [await head(log, 3, seconds)]
    const forged = log.map((one, seq) => (seq === at ? { ...one, timestamp: '2020-01-01T00:00:00.000Z' } : one))
    const { result, chains, anchorsFor } = await verified(forged, heads)
    expect([result.verdict, result.scope.checkpoint?.size]).toEqual(['INVALID', 3])
    expect(chains.map(({ size }) => size)).toEqual(newest)
    expect(anchorsFor(rootOf(a), 'a').map(({ size }) => size)).toEqual(anchors)
  })

  it('stands beside what else the log chain has', async () => {
    const log = logOf(entry(a, 3), rotation(keys.two, { chainId: LOG_CHAIN }), { ...entry(a, 9), by: keys.two })
    const mayRotate = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }))
    const { result, chains } = await verified(log, [head(log, 4, seconds)], 1, mayRotate)
    expect(result.verdict).toBe('VALID')
    expect(chains.map(({ size }) => size)).toEqual([9])
  })

  it('names no log where no head of one was given', async () => {
    const log = logOf(entry(a, 3))
    const found = await verified(log, [])
    expect([found.result.verdict, found.chains]).toEqual(['INCOMPLETE', []])
    expect(found).not.toHaveProperty('origin')
  })
})

it('is refused by name without checkpoints, or without options', async () => {
  const log = logOf(entry(a, 3))
  const wanted = /^options\.checkpoints must be from openCheckpoints/
  await expect(verifyLog(log, { keyring: trustOne } as never)).rejects.toThrow(wanted)
  await expect(verifyLog(log, undefined as never)).rejects.toThrow(wanted)
})

it('a chain that is not there has an INCOMPLETE result of its own, over nothing', async () => {
  const log = logOf(entry(a, 9), entry(b, 6))
  const found = await verified(log, [head(log, 3, seconds)])
  const [missing] = missingChains(found, [await judge(a)])
  expect(missing?.chain).toEqual(found.chains[1])
  const { problems, ...rest } = missing?.result ?? { problems: [] }
  expect(rest).toStrictEqual({
    verdict: 'INCOMPLETE',
    scope: { tail: 'unproved' },
    checked: 0,
    counts: { CHECKPOINT_NOT_REACHED: 1 },
    notices: [],
  })
  expect(problems.map(({ code }) => code)).toEqual(['CHECKPOINT_NOT_REACHED'])
})
