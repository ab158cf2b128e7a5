/** Long histories of keys: judged in one pass, with the same answers as the rule says of each receipt by itself. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { RevocationLog } from '../../src/verify/revocation.js'
import { chainOf, days, type EntryOf, entryOf, judge, judged, keyNamed, keys, rotation, trusting } from './support.js'

const named = Array.from({ length: 100 }, (_, index) => keyNamed(`in turn ${index}`))
const hundred: readonly EntryOf[] = named.flatMap((to, index): EntryOf[] => {
  const by = index === 0 ? keys.one : named[index - 1]
  return [{ by }, rotation(to, { by }), { by: to }]
})

describe('100 rotations in one chain', () => {
  test('verify in one pass from the first key alone', async () => {
    const receipts = chainOf(hundred)
    const result = await judge(receipts, { keyring: trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] })) })
    expect(result).toMatchObject({ verdict: 'VALID', checked: 300, counts: {} })
  })

  test('end where the first key may not rotate', async () => {
    const result = await judge(chainOf(hundred), { keyring: trusting(entryOf(keys.one)) })
    expect(result).toMatchObject({ verdict: 'INCOMPLETE', counts: { KEY_UNKNOWN: 298 } })
  })

  test('fall together when the first key is revoked', async () => {
    const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'], revokedAt: days(30) }))
    expect((await judge(chainOf(hundred), { keyring })).counts).toEqual({ KEY_REVOKED_UNDATED: 300 * 1 })
    const dated = chainOf([...hundred, { by: keys.two, at: days(20) }])
    expect(await judged(dated, { keyring: trusting(...keyring.entries(), keys.two) })).toEqual(['VALID'])
  })

  test('one of which is revoked take with them only what came after it', async () => {
    const receipts = chainOf(hundred)
    const entries = [
      entryOf(keys.one, { uses: ['receipt', 'rotate'] }),
      ...named.map((key) => entryOf(key, { uses: ['receipt', 'rotate'] })),
    ]
    const stolen = named[49]!.keyId
    const keyring = trusting(
      ...entries.map((entry) => (entry.keyId === stolen ? { ...entry, revokedAt: days(30) } : entry)),
    )
    // the keys after it stand in the keyring themselves, and date what it signed
    expect(await judged(receipts, { keyring })).toEqual(['VALID'])
  })
})

/** The rule, receipt by receipt and key by key, as slowly as it reads. */
class Plainly {
  readonly tracks = new Map<string, { count: number; open: number; dated?: { at: string; by: readonly string[] } }>()
  readonly inChain = new Map<string, string>()

  constructor(readonly keyringSays: (keyId: string) => string | undefined) {}

  revokedAt(keyId: string): string | undefined {
    const times = [this.keyringSays(keyId), this.inChain.get(keyId)].filter((time) => time !== undefined)
    return times.sort()[0]
  }

  revoke(keyId: string, at: string): void {
    const before = this.inChain.get(keyId)
    if (before === undefined || at < before) this.inChain.set(keyId, at)
  }

  saw(timestamp: string, lineage: readonly string[]): void {
    if (lineage.every((keyId) => this.revokedAt(keyId) === undefined)) {
      for (const [keyId, track] of this.tracks) {
        const at = this.revokedAt(keyId)
        if (lineage.includes(keyId) || track.open === 0 || (at !== undefined && timestamp >= at)) continue
        track.open = 0
        track.dated = { at: timestamp, by: lineage }
      }
    }
    for (const keyId of lineage) {
      const track = this.tracks.get(keyId) ?? { count: 0, open: 0 }
      track.count += 1
      track.open += 1
      this.tracks.set(keyId, track)
    }
  }

  undated(keyId: string): number {
    const track = this.tracks.get(keyId)
    const at = this.revokedAt(keyId)
    if (track === undefined || at === undefined) return 0
    const { dated } = track
    const holds = dated !== undefined && dated.at < at && dated.by.every((by) => this.revokedAt(by) === undefined)
    return holds ? track.open : track.count
  }
}

test('runs of one signer are counted as each receipt by itself', () => {
  const lineages = [['a'], ['b', 'a'], ['c', 'b', 'a'], ['x'], ['y', 'x'], ['z']]
  const timeOf = (tick: number) => new Date(Date.UTC(2026, 0, 1) + tick * 1_000).toISOString()
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('saw' as const), of: fc.nat(5), same: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('revoke' as const), of: fc.constantFrom(...'abcxyz'), at: fc.nat(80) }),
    },
  )
  const said = fc.dictionary(fc.constantFrom(...'abcxyz'), fc.nat(80), { maxKeys: 2 })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), said, (steps, revoked) => {
      const says = (keyId: string) => (Object.hasOwn(revoked, keyId) ? timeOf(revoked[keyId] as number) : undefined)
      const [fast, slow] = [new RevocationLog(says), new Plainly(says)]
      steps.forEach((one, tick) => {
        if (one.kind === 'revoke') {
          fast.revoke(one.of, timeOf(one.at))
          slow.revoke(one.of, timeOf(one.at))
          return
        }
        const kept = lineages[one.of] as string[]
        const timestamp = timeOf(tick)
        const byRule = kept.find((keyId) => {
          const at = slow.revokedAt(keyId)
          return at !== undefined && timestamp >= at
        })
        expect(fast.revokedBy(kept, timestamp)).toBe(byRule)
        // what does not count is not seen
        if (byRule !== undefined) return
        fast.saw({ seq: tick, receiptId: `${tick}`, timestamp } as DecisionReceipt, one.same ? kept : [...kept])
        slow.saw(timestamp, kept)
      })
      const undated = new Map<string, number>()
      for (const { finding, count } of fast.finish([])) {
        const keyId = /revocation of (\w)/.exec(finding.message)?.[1] as string
        undated.set(keyId, (undated.get(keyId) ?? 0) + count)
      }
      for (const keyId of 'abcxyz') expect([keyId, undated.get(keyId) ?? 0]).toEqual([keyId, slow.undated(keyId)])
    }),
    { numRuns: 500 },
  )
})
