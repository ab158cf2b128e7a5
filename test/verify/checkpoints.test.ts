/** Chains held against checkpoints from elsewhere, also where the one who cut or rewrote them has the signing key. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import { appendLeaf, emptyFrontier, type Frontier } from '../../src/merkle/frontier.js'
import { leafHash } from '../../src/merkle/hash.js'
import { receiptLeaf } from '../../src/merkle/receipt-leaf.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { vkeyOf } from '../../src/tlog/vkey.js'
import { checkpointsOf, openCheckpoints } from '../../src/verify/checkpoints.js'
import { verifyFile } from '../../src/verify/node/file.js'
import type { VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import { LOG_ORIGIN, logNoteOf, noteOf, originOf, policyOf, policyTextOf, signerOf } from './notes.js'
import {
  chainOf,
  codesOf,
  days,
  entryOf,
  fileOf,
  judge,
  judged,
  keyNamed,
  keys,
  linesOf,
  NOW,
  plainChain,
  prune,
  trusting,
  trustOne,
} from './support.js'

const chain = plainChain(12)
const at = (seq: number): DecisionReceipt => chain[seq] as DecisionReceipt
const root = at(0).receiptHash
/** Whoever has the signing key can put other receipts behind any that are there. */
const rewritten = (kept: number, count = chain.length): DecisionReceipt[] => [
  ...chain.slice(0, kept),
  ...plainChain(count - kept, { on: chain.slice(0, kept), label: 'rewritten' }),
]
const open = async (...notes: (string | Promise<string>)[]) => openCheckpoints(await Promise.all(notes), policyOf())

describe('verifyChain with checkpoints', () => {
  it('is VALID where the chain leads to them, and says how far', async () => {
    const checkpoints = await open(noteOf(chain, { size: 4 }), noteOf(chain, { size: 12 }))
    const { verdict, scope } = await judge(chain, { checkpoints })
    expect(verdict).toBe('VALID')
    expect(scope).toMatchObject({ tail: 'checkpoint', checkpoint: { origin: originOf(root), size: 12 } })
    expect(await judged(chain, { checkpoints, requireTail: true })).toEqual(['VALID'])
  })

  it('proves the tail only where a checkpoint is of the last receipt', async () => {
    const checkpoints = await open(noteOf(chain, { size: 11 }))
    const { verdict, scope } = await judge(chain, { checkpoints })
    expect([verdict, scope.tail, scope.checkpoint?.size]).toEqual(['VALID', 'unproved', 11])
    expect(await judged(chain, { checkpoints, requireTail: true })).toEqual(['INCOMPLETE', 'TAIL_UNPROVED@11'])
  })

  it('is INCOMPLETE where the tail was cut, and names what is missing', async () => {
    const checkpoints = await open(noteOf(chain), noteOf(chain, { size: 5 }), noteOf(chain, { size: 10 }))
    const result = await judge(chain.slice(0, 9), { checkpoints })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
    expect(result.problems[0]?.message).toContain('seq 9 to 11')
    expect(result.scope.checkpoint?.size).toBe(5)
  })

  it('is INVALID where it was rewritten with the signing key, at the first checkpoint behind that', async () => {
    const notes = await Promise.all([3, 6, 9, 12].map((size) => noteOf(chain, { size })))
    const result = await judge(rewritten(7), { checkpoints: openCheckpoints(notes, policyOf()) })
    expect([result.verdict, ...codesOf(result)]).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@8'])
    expect(result.problems[0]).toMatchObject({ notes: [notes[2]] })
    expect(result.problems[0]?.message).toContain('behind the one of size 6')
    expect(await judged(rewritten(7))).toEqual(['VALID'])
  })

  it('is INCOMPLETE where no checkpoint is of this chain', async () => {
    const other = plainChain(3, { chainId: 'other' })
    expect(await judged(chain, { checkpoints: await open(noteOf(other)) })).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED@-',
    ])
    expect(await judged(chain, { checkpoints: await open() })).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
    // a chain that was rewritten from its first receipt on is another chain
    expect((await judged(rewritten(0), { checkpoints: await open(noteOf(chain)) }))[0]).toBe('INCOMPLETE')
    const expectRoot = { checkpoints: await open(noteOf(chain)), expect: { root } }
    expect((await judged(rewritten(0), expectRoot))[0]).toBe('INVALID')
  })

  it('says so where it may be the log itself that was not named', async () => {
    const result = await judge(chain, { checkpoints: await open(logNoteOf(chain)) })
    expect(result.problems[0]?.message).toMatch(/log itself has to be named/)
    const named = await judge(chain, { checkpoints: await open(noteOf(plainChain(2, { chainId: 'other' }))) })
    expect(named.problems[0]?.message).not.toMatch(/has to be named/)
  })

  it('passes over those of other chains, also where they contradict each other', async () => {
    const [a, b] = [plainChain(3, { chainId: 'other' }), plainChain(3, { chainId: 'other', label: 'b' })]
    const b3 = noteOf(b, { origin: originOf((a[0] as DecisionReceipt).receiptHash) })
    const checkpoints = await open(noteOf(chain), noteOf(a), b3)
    expect(checkpoints.conflicts).toHaveLength(1)
    expect(await judged(chain, { checkpoints })).toEqual(['VALID'])
  })

  it('is INVALID where the log has signed two histories of it, whichever is shown', async () => {
    const [a, b] = await Promise.all([noteOf(chain), noteOf(rewritten(7))])
    const checkpoints = openCheckpoints([a, b], policyOf())
    for (const shown of [chain, rewritten(7)]) {
      const { verdict, problems } = await judge(shown, { checkpoints })
      expect(verdict).toBe('INVALID')
      expect(problems[0]).toMatchObject({ code: 'CHECKPOINT_MISMATCH', notes: [a, b] })
    }
  })

  it('is INCOMPLETE where two logs of the policy have signed for it: which is the true one is nobody’s guess', async () => {
    const key = keyNamed('another log')
    const other = 'log.example/test'
    const policy = parsePolicy(policyTextOf().replace('quorum', `log ${vkeyOf(signerOf(key, other).key)}\nquorum`))
    const cut = chain.slice(0, 4)
    const theirs = await noteOf(cut, { origin: originOf(root, other), by: key })
    const checkpoints = openCheckpoints([await noteOf(chain), theirs], policy)
    expect(await judged(cut, { checkpoints })).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED@-',
      'CHECKPOINT_NOT_REACHED@-',
    ])
    expect(await judged(chain, { checkpoints })).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
  })

  it('is INVALID where the log has signed two heads of itself', async () => {
    const [a, b] = [plainChain(3, { chainId: 'log' }), plainChain(3, { chainId: 'log', label: 'b' })]
    const checkpoints = await open(noteOf(chain), logNoteOf(a), logNoteOf(b))
    expect(await judged(chain, { checkpoints })).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@-'])
  })

  it('is INCOMPLETE where there is no receipt at all', async () => {
    const checkpoints = await open(noteOf(chain))
    expect(await judged([], { checkpoints })).toEqual(['INCOMPLETE', 'EMPTY@-', 'CHECKPOINT_NOT_REACHED@-'])
    const result = await judge([], { checkpoints, expect: { root } })
    expect(result.problems.at(-1)?.message).toContain('seq 0 to 11')
  })

  it("is INCOMPLETE where the chain's head was cut off, for it can't be followed", async () => {
    const checkpoints = await open(noteOf(chain))
    expect((await judged(chain.slice(3), { checkpoints }))[0]).toBe('INCOMPLETE')
    const options = { checkpoints, expect: { root, fromSeq: 3 } }
    expect(await judged(chain.slice(3), options)).toEqual(['INCOMPLETE', 'STARTS_LATE@3', 'CHECKPOINT_NOT_REACHED@-'])
  })

  it('dates receipts by witnesses, and by time stamps that the caller has verified', async () => {
    const stolen = entryOf(keys.one, { revokedAt: '2026-01-10T00:00:00.000Z' })
    const keyring = trusting(stolen)
    const seconds = Date.parse('2026-01-05T00:00:00.000Z') / 1000
    const cosigned = await noteOf(chain, {
      witnesses: [
        [0, seconds],
        [1, seconds + 60],
      ],
    })
    expect((await judged(chain, { keyring, checkpoints: await open(noteOf(chain)) }))[0]).toBe('INCOMPLETE')
    const enough = openCheckpoints([cosigned], policyOf(2))
    expect(enough.known[0]?.witnessedAt).toBe('2026-01-05T00:01:00.999Z')
    expect(await judged(chain, { keyring, checkpoints: enough })).toEqual(['VALID'])
    expect((await judged(chain, { keyring, checkpoints: openCheckpoints([cosigned], policyOf(3)) }))[0]).toBe(
      'INCOMPLETE',
    )
    const stamped = openCheckpoints([{ note: await noteOf(chain), stampedAt: '2026-01-09T00:00:00.000Z' }], policyOf())
    expect(await judged(chain, { keyring, checkpoints: stamped })).toEqual(['VALID'])
    const late = openCheckpoints([{ note: await noteOf(chain), stampedAt: '2026-01-10T00:00:00.000Z' }], policyOf())
    expect((await judged(chain, { keyring, checkpoints: late }))[0]).toBe('INCOMPLETE')
  })

  it('holds the log chain against the heads of the log', async () => {
    const checkpoints = await open(logNoteOf(chain))
    expect(await judged(chain, { checkpoints, logChain: 'acme' })).toEqual(['VALID'])
    expect((await judged(rewritten(7), { checkpoints, logChain: 'acme' }))[0]).toBe('INVALID')
    expect((await judged(chain, { checkpoints, logChain: 'another' }))[0]).toBe('INCOMPLETE')
    expect((await judged(chain, { checkpoints: await open(noteOf(chain)), logChain: 'acme' }))[0]).toBe('INCOMPLETE')
  })

  it('gives what the definition says, for any chain, checkpoints and cut', async () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 })
    const kept = fc.integer({ min: 1, max: 12 })
    await fc.assert(
      fc.asyncProperty(sizes, kept, fc.integer({ min: 1, max: 12 }), async (of, keptUnchanged, length) => {
        const shown = rewritten(Math.min(keptUnchanged, length), length)
        const notes = await Promise.all(of.map((size) => noteOf(chain, { size })))
        const { verdict, scope } = await judge(shown, { checkpoints: openCheckpoints(notes, policyOf()) })
        const changed = Math.min(keptUnchanged, length)
        const contradicted = of.some((size) => size > changed && size <= length)
        const short = of.some((size) => size > length)
        expect(verdict).toBe(contradicted ? 'INVALID' : short ? 'INCOMPLETE' : 'VALID')
        const held = Math.max(0, ...of.filter((size) => size <= changed))
        expect(scope.checkpoint?.size ?? 0).toBe(held)
        expect(scope.tail).toBe(held === length ? 'checkpoint' : 'unproved')
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a set that openCheckpoints did not make, and heads of several logs for one log chain', async () => {
    const checkpoints = await open(noteOf(chain))
    await expect(judge(chain, { checkpoints: { ...checkpoints } })).rejects.toThrow(/options\.checkpoints/)
    await expect(judge(chain, { checkpoints, logChain: '' })).rejects.toThrow(/options\.logChain/)
    const frontier = { size: 3, peaks: [] }
    await expect(judge(chain, { checkpoints, beginning: { root, frontier } })).rejects.toThrow(/options\.beginning/)
  })
})

describe('openCheckpoints', () => {
  it('passes over what the policy does not take, and says so', async () => {
    const stranger = await noteOf(chain, { by: keyNamed('stranger') })
    const few = await logNoteOf(chain, { witnesses: [[0, 5]] })
    const set = openCheckpoints([stranger, few, await noteOf(chain)], policyOf(2))
    expect(set.passedOver).toEqual([
      { index: 0, reason: 'no-known-key' },
      { index: 1, reason: 'quorum' },
    ])
    expect(set.known.map(({ origin }) => origin)).toEqual([originOf(root)])
    const result = await judge(chain, { checkpoints: openCheckpoints([stranger, few], policyOf(2)) })
    expect(result.problems[0]?.message).toContain('2 are not by the policy')
  })

  it('refuses one that is wrong or no checkpoint, and says which', async () => {
    const good = await noteOf(chain)
    const wrong = good.replace('\n12\n', '\n11\n')
    const thrown = (notes: string[]): string => {
      try {
        openCheckpoints(notes, policyOf())
      } catch (error) {
        return `${(error as QuittanceError).code} ${(error as Error).message}`
      }
      return ''
    }
    expect(thrown([good, wrong])).toMatch(/^TLOG_UNTRUSTED checkpoint 2: /)
    expect(thrown(['hello'])).toMatch(/^TLOG_MALFORMED checkpoint 1: /)
    expect(() => openCheckpoints(good, policyOf())).toThrow(TypeError)
    expect(() => openCheckpoints([{ note: good, stampedAt: 'yesterday' }], policyOf())).toThrow(/stampedAt/)
  })

  it('keeps one of those that say the same: the one that dates best', async () => {
    const notes = await Promise.all([
      noteOf(chain),
      noteOf(chain, { witnesses: [[0, 90]] }),
      noteOf(chain, { witnesses: [[1, 60]] }),
      noteOf(chain, { witnesses: [[2, 70]] }),
    ])
    const set = openCheckpoints(notes, policyOf(1))
    expect(set.known.map(({ note }) => note)).toEqual([notes[2]])
    expect(checkpointsOf(set, root).marks).toHaveLength(1)
  })

  it('takes no time from beyond the calendar', async () => {
    const far = await noteOf(chain, { witnesses: [[0, Number.MAX_SAFE_INTEGER]] })
    expect(openCheckpoints([far], policyOf(1)).known[0]).not.toHaveProperty('witnessedAt')
  })
})

describe('a pruned chain', () => {
  const old = chainOf(Array.from({ length: 12 }, (_, index) => ({ at: days(index) })))
  const tree = (receipts: readonly DecisionReceipt[]): Frontier =>
    receipts.reduce(
      (so, { receiptHash, signature }) => appendLeaf(so, leafHash(receiptLeaf(receiptHash, signature))),
      emptyFrontier,
    )
  const retention = (through: number) => ({
    event: 'prune' as const,
    through: { seq: through, receiptHash: (old[through] as DecisionReceipt).receiptHash },
    count: through + 1,
    merkleRoot: anchorOf(old, through + 1).rootHash as `sha256:${string}`,
    policy: 'retention-policy-1',
    reason: 'expired',
  })
  const pruning = prune(old[3] as DecisionReceipt, {
    at: days(200),
    body: { eventType: 'retention', retention: retention(3) },
  })
  const all = [...old, ...chainOf([pruning], { on: old })]
  const kept = all.slice(4)
  const keyring = trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] }))
  const options: Partial<VerifyOptions> & { keyring: typeof keyring } = {
    keyring,
    acceptPruned: { minDays: 184 },
    now: days(1000),
  }
  const rootOfAll = (all[0] as DecisionReceipt).receiptHash
  const from = (size: number) => ({ beginning: { root: rootOfAll, frontier: tree(all.slice(0, size)) } })

  it('is followed from the tree of what was removed', async () => {
    const checkpoints = await open(noteOf(all), noteOf(all, { size: 2 }))
    expect(await judged(kept, { ...options, checkpoints })).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED@-'])
    const { verdict, scope } = await judge(kept, { ...options, checkpoints, ...from(4) })
    expect([verdict, scope.tail, scope.checkpoint?.size]).toEqual(['VALID', 'checkpoint', 13])
    // without acceptance, what only covers the removed is said to be unproved too
    const strict = await judged(kept, { ...options, acceptPruned: undefined, checkpoints, ...from(4) })
    expect(strict).toEqual(['INCOMPLETE', 'PRUNED@4', 'CHECKPOINT_NOT_REACHED@-'])
  })

  it('is followed from a later tree: the links bind what is before', async () => {
    const checkpoints = await open(noteOf(all))
    expect(await judged(kept, { ...options, checkpoints, ...from(9) })).toEqual(['VALID'])
    // but a tree of the whole chain binds nothing that was seen
    expect((await judged(kept, { ...options, checkpoints, ...from(13) }))[0]).toBe('INCOMPLETE')
    expect((await judged(kept, { ...options, checkpoints, ...from(3) }))[0]).toBe('INCOMPLETE')
  })

  it('is INVALID where it leads elsewhere and the retention receipt vouches for the tree', async () => {
    const checkpoints = await open(noteOf([...all.slice(0, 12), ...plainChain(1, { on: all.slice(0, 12) })]))
    const set = openCheckpoints([(checkpoints.known[0] as { note: string }).note], policyOf())
    expect(await judged(kept, { ...options, checkpoints: set, ...from(4) })).toEqual([
      'INVALID',
      'CHECKPOINT_MISMATCH@12',
    ])
  })

  it('is INCOMPLETE where it leads elsewhere from a tree that nobody vouches for', async () => {
    const checkpoints = await open(noteOf(all))
    const wrong = { root: rootOfAll, frontier: tree(plainChain(4)) }
    expect(await judged(kept, { ...options, checkpoints, beginning: wrong })).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED@12',
    ])
  })

  it('is INVALID where a checkpoint that it led to shows that the tree was right', async () => {
    const forked = [...all.slice(0, 12), ...plainChain(1, { on: all.slice(0, 12) })]
    const checkpoints = await open(noteOf(all, { size: 8 }), noteOf(forked))
    expect(await judged(kept, { ...options, checkpoints, ...from(6) })).toEqual(['INVALID', 'CHECKPOINT_MISMATCH@12'])
  })

  it('is INCOMPLETE where checkpoints cover only what was removed', async () => {
    const checkpoints = await open(noteOf(all, { size: 2 }), noteOf(all, { size: 4 }))
    expect(await judged(kept, { ...options, checkpoints, ...from(4) })).toEqual([
      'INCOMPLETE',
      'CHECKPOINT_NOT_REACHED@-',
    ])
  })
})

describe('files, by threads and by one', () => {
  let directory: string
  const long = plainChain(1_500, { chainId: 'long' })
  const other = [...long.slice(0, 900), ...plainChain(600, { chainId: 'long', on: long.slice(0, 900), label: 'other' })]
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'checkpoints-'))
    await writeFile(join(directory, 'long'), fileOf(linesOf(long)))
    await writeFile(join(directory, 'cut'), fileOf(linesOf(long.slice(0, 1_200))))
    await writeFile(join(directory, 'other'), fileOf(linesOf(other)))
    await writeFile(join(directory, 'late'), fileOf(linesOf(long.slice(100))))
  })
  afterAll(() => rm(directory, { recursive: true }))

  it.each([
    ['long', 'VALID', 1_500],
    ['cut', 'INCOMPLETE', 1_001],
    ['other', 'INVALID', 333],
    ['late', 'INCOMPLETE', undefined],
  ] as const)('%s gives %s', async (name, verdict, held) => {
    const notes = await Promise.all([1, 333, 1_001, 1_500].map((size) => noteOf(long, { size })))
    const options = { keyring: trustOne, now: NOW, checkpoints: openCheckpoints(notes, policyOf()) }
    const results: VerifyResult[] = []
    for (const workers of [1, 2]) results.push(await verifyFile(join(directory, name), { ...options, workers }))
    expect(results[1]).toEqual(results[0])
    expect([results[0]?.verdict, results[0]?.scope.checkpoint?.size]).toEqual([verdict, held])
  })

  it('late is followed from a tree by both', async () => {
    const tree = (count: number): Frontier =>
      long
        .slice(0, count)
        .reduce((so, one) => appendLeaf(so, leafHash(receiptLeaf(one.receiptHash, one.signature))), emptyFrontier)
    const root = (long[0] as DecisionReceipt).receiptHash
    const notes = await Promise.all([50, 1_001, 1_500].map((size) => noteOf(long, { size })))
    for (const size of [100, 700]) {
      const options = {
        keyring: trustOne,
        now: NOW,
        expect: { fromSeq: 100 },
        checkpoints: openCheckpoints(notes, policyOf()),
        beginning: { root, frontier: tree(size) },
      }
      const results: VerifyResult[] = []
      for (const workers of [1, 2]) results.push(await verifyFile(join(directory, 'late'), { ...options, workers }))
      expect(results[1]).toEqual(results[0])
      expect(results[0]?.scope).toMatchObject({
        tail: 'checkpoint',
        checkpoint: { size: 1_500, origin: originOf(root) },
      })
    }
  })
})

it('the log of the tests is the one that the policies name', () => {
  expect(policyOf().logs.map(({ key }) => key.name)).toEqual([LOG_ORIGIN])
})
