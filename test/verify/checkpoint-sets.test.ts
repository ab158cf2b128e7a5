/** Sets of checkpoints: what two that say the same come to, what dates them, and what is no set at all. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { signatureLine } from '../../src/tlog/note.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { checkpointsOf, type DatedNote, endOf, isCheckpointSet, openCheckpoints } from '../../src/verify/checkpoints.js'
import { anchorOf } from './anchor.js'
import { LOG_ORIGIN, logNoteOf, noteOf, originOf, policyOf, policyTextOf } from './notes.js'
import { judged, plainChain } from './support.js'

const chain = plainChain(4)
const root = (chain[0] as DecisionReceipt).receiptHash
const seconds = 1_790_000_000
const timeOf = (time: number): string => new Date(time * 1000 + 999).toISOString()

describe('the end of a second', () => {
  it('is its last millisecond', () => {
    expect(endOf(0)).toBe('1970-01-01T00:00:00.999Z')
    expect(endOf(1_767_225_600)).toBe('2026-01-01T00:00:00.999Z')
  })

  it('is none without a second, and none beyond the last of year 9999', () => {
    expect(endOf(undefined)).toBeUndefined()
    expect(endOf(253_402_300_799)).toBe('9999-12-31T23:59:59.999Z')
    expect(endOf(253_402_300_800)).toBeUndefined()
  })
})

describe('two that say the same', () => {
  /** Of a policy that asks for two witnesses. */
  const kept = (...notes: (string | DatedNote)[]) => openCheckpoints(notes, policyOf(2))
  const unseen = noteOf(chain)
  const halfSeen = noteOf(chain, { witnesses: [[0, seconds]] })
  const seen = noteOf(chain, {
    witnesses: [
      [0, seconds + 60],
      [2, seconds + 30],
    ],
  })

  it('are one, which no policy contradicts', async () => {
    for (const notes of [
      [await unseen, await seen],
      [await seen, await unseen],
      [await seen, await seen],
      [await unseen, await halfSeen, await unseen],
    ]) {
      const set = kept(...notes)
      expect([set.known.length, set.conflicts]).toEqual([1, []])
      expect((await judged(chain, { checkpoints: set }))[0]).toBe(notes.includes(await seen) ? 'VALID' : 'INCOMPLETE')
    }
  })

  it('were seen by enough where either was, whichever dates best', async () => {
    const early = { note: await unseen, stampedAt: timeOf(seconds) }
    for (const notes of [
      [early, await seen],
      [await seen, early],
    ]) {
      const [one] = kept(...notes).known
      expect(one).toMatchObject({ note: await unseen, witnessedAt: timeOf(seconds), witnessed: true })
      expect(Object.isFrozen(one)).toBe(true)
    }
    const late = { note: await unseen, stampedAt: timeOf(seconds + 90) }
    for (const notes of [
      [late, await seen],
      [await seen, late],
    ])
      expect(kept(...notes).known).toMatchObject([
        { note: await seen, witnessedAt: timeOf(seconds + 60), witnessed: true },
      ])
  })

  it('were not seen by enough where neither was, however they are dated', async () => {
    const stamped = { note: await unseen, stampedAt: timeOf(seconds) }
    for (const notes of [
      [stamped, await halfSeen],
      [await halfSeen, stamped],
    ])
      expect(kept(...notes).known).toMatchObject([{ witnessedAt: timeOf(seconds), witnessed: false }])
    expect(kept(await halfSeen).known[0]).toMatchObject({ witnessed: false })
  })

  it('and one that says otherwise are a conflict, with the first of them', async () => {
    const other = await noteOf(plainChain(4, { label: 'other' }), { origin: originOf(root) })
    const { known, conflicts } = kept(await unseen, other, await seen, other)
    expect(known.map(({ rootHash }) => rootHash)).toEqual([anchorOf(chain).rootHash, expect.not.stringMatching(root)])
    expect(conflicts.map((pair) => pair.map(({ note }) => note))).toEqual([[await unseen, other]])
  })

  it('are dated by the earlier of stamp and quorum', async () => {
    const at = (stampedAt: string, note: string) => kept({ note, stampedAt }).known[0]?.witnessedAt
    expect(at(timeOf(seconds + 59), await seen)).toBe(timeOf(seconds + 59))
    expect(at(timeOf(seconds + 61), await seen)).toBe(timeOf(seconds + 60))
    expect(kept(await seen).known[0]?.witnessedAt).toBe(timeOf(seconds + 60))
    expect(kept(await unseen).known[0]).not.toHaveProperty('witnessedAt')
  })
})

describe('lines that nobody can check', () => {
  const post = noteKey('pq.example', 'ml-dsa-44-cosignature', new Uint8Array(1312).fill(5))
  const policy = parsePolicy(policyTextOf().replace('quorum', `witness pq ${vkeyOf(post)}\nquorum`))
  const line = signatureLine(post, new Uint8Array(8 + 2420).fill(7))

  it('are counted over all checkpoints', async () => {
    const notes = [(await logNoteOf(chain)) + line, await noteOf(chain), (await noteOf(chain, { size: 2 })) + line]
    expect(openCheckpoints(notes, policy).unverified).toBe(2)
    expect(openCheckpoints(notes, policy, { mlDsa44: (_, __, key) => ({ key, time: 9 }) }).unverified).toBe(0)
  })

  it('pass on what a library throws', async () => {
    const mine = new RangeError('mine')
    const mlDsa44 = () => {
      throw mine
    }
    expect(() =>
      openCheckpoints(
        [line].map((one) => note + one),
        policy,
        { mlDsa44 },
      ),
    ).toThrow(mine)
    expect(() => openCheckpoints([note + line], policy, { mlDsa44: () => undefined })).toThrow(
      expect.objectContaining({ code: 'TLOG_UNTRUSTED', details: { reason: 'signature' } }),
    )
  })
})

const note = await noteOf(chain)

describe('what is no set, and no list', () => {
  it('is not taken for one', () => {
    const set = openCheckpoints([note], policyOf())
    expect(isCheckpointSet(set)).toBe(true)
    for (const other of [{ ...set }, Object.create(set), structuredClone(set), {}, null, undefined, 1, 'set'])
      expect(isCheckpointSet(other)).toBe(false)
  })

  it('is refused by name', () => {
    for (const one of [note, Buffer.from(note)])
      expect(() => openCheckpoints(one as never, policyOf())).toThrow(/^notes must be a list of signed checkpoints/)
    const dated = { note, stampedAt: '2026-01-01' }
    expect(() => openCheckpoints([note, dated], policyOf())).toThrow(/^notes\[1\]\.stampedAt must be/)
  })

  it('a set can not be changed: neither what is known nor one of it', () => {
    const set = openCheckpoints([note], policyOf())
    expect([set, set.known, set.known[0]].map((one) => Object.isFrozen(one))).toEqual([true, true, true])
  })
})

it('the set gives each chain its own checkpoints, and the log those of itself', async () => {
  const other = plainChain(3, { chainId: 'other' })
  const set = openCheckpoints(
    [note, await noteOf(other), await logNoteOf(other), await noteOf(chain, { size: 2 })],
    policyOf(),
  )
  const sizes = (of: string) => checkpointsOf(set, of).marks.map(({ origin, size }) => `${origin} ${size}`)
  expect(sizes(root)).toEqual([`${originOf(root)} 4`, `${originOf(root)} 2`])
  expect(sizes('log')).toEqual([`${LOG_ORIGIN} 3`])
  expect(sizes(`sha256:${'0'.repeat(64)}`)).toEqual([])
})
