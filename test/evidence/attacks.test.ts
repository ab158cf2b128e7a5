/** Packages by whoever holds keys that a verifier trusts, and wants to leave something out. */
import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  type EvidenceResult,
  parseEvidencePolicy,
  verifyEvidence,
  type WriteEvidenceOptions,
} from '../../src/evidence/index.js'
import { openPackage } from '../../src/evidence/open-package.js'
import { limitsOf } from '../../src/evidence/zip/limits.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { signatureLine } from '../../src/tlog/note.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { startAuthority } from '../transparency/timestamp-fixture.js'
import { chainEnd, chainOf, days, keyNamed, keys, linesOf } from '../verify/support.js'
import { tokenBy } from './stamped.js'
import {
  acme,
  chainOrigin,
  entryAbout,
  fileOf,
  LOG,
  log,
  logVkey,
  noteOf,
  now,
  packed,
  packer,
  resealed,
  rootOf,
  startOf,
  storeOf,
  tlogPolicy,
  verifierKeyring,
} from './support.js'
import { entriesOf, zipOf } from './zip-of.js'

const HOUR = 3_600_000
const hoursBefore = (time: string, hours: number) => new Date(Date.parse(time) - hours * HOUR).toISOString()
const codes = ({ problems }: EvidenceResult) => [...new Set(problems.map(({ code }) => code))].sort()
const said = ({ proved, notProved }: EvidenceResult, code: string, chainId?: string) => ({
  proved: proved.filter((one) => one.code === code && one.chainId === chainId).map(({ message }) => message),
  notProved: notProved.filter((one) => one.code === code && one.chainId === chainId).map(({ message }) => message),
})

async function judge(
  bytes: Uint8Array,
  require: object | undefined,
  keyring: Keyring = verifierKeyring,
): Promise<EvidenceResult> {
  const policy = require && JSON.stringify({ require })
  return verifyEvidence(await fileOf(bytes), { keyring, now, policy })
}

/** What acme was when it had ten receipts, and its end by whoever has its key. */
const ended = chainOf([startOf('a'), ...Array.from({ length: 9 }, () => ({})), chainEnd()], {})
const asksAll = { chains: ['acme'], checkpoints: { policy: tlogPolicy } }

/** `YYYYMMDDHHMMSSZ`, as time stamps have it. */
const stampTime = (time: string) => `${time.replace(/\D/g, '').slice(0, 14)}Z`

describe('a chain that was cut and ended by its own key', () => {
  const oldLog = log.slice(0, 2)
  const cut = async (more: Partial<WriteEvidenceOptions> = {}) =>
    packed({
      store: await storeOf(ended, oldLog),
      checkpoints: [
        { note: await noteOf(chainOrigin(acme), acme.slice(0, 10)), timestamps: [] },
        { note: await noteOf(LOG, oldLog, [0, 2], undefined, days(1)), timestamps: [] },
      ],
      ...more,
    })

  test('is the real one as far as it goes', () => {
    expect(ended[9]?.receiptHash).toBe(acme[9]?.receiptHash)
  })

  test('does not reach a time by its own word', async () => {
    const result = await judge(await cut(), { ...asksAll, receiptsUntil: days(300) })
    expect(codes(result)).toEqual(['REQUIRED_RECEIPTS_MISSING'])
  })

  test('does so where witnesses have seen its end, and not where the log alone has', async () => {
    const until = { ...asksAll, receiptsUntil: days(300) }
    const seenBy = async (cosigners: readonly number[]) => {
      const own = chainOf([startOf('c'), entryAbout(ended)], { chainId: 'the-log' })
      return packed({
        store: await storeOf(ended, own),
        checkpoints: [
          { note: await noteOf(LOG, own.slice(0, 1), [0, 2]), timestamps: [] },
          { note: await noteOf(LOG, own, cosigners), timestamps: [] },
        ],
      })
    }
    expect(codes(await judge(await seenBy([0, 2]), until))).toEqual([])
    expect(codes(await judge(await seenBy([0]), until))).toEqual([
      'REQUIRED_RECEIPTS_MISSING',
      'REQUIRED_WITNESS_MISSING',
    ])
  })

  test('has no tail by its own word where the policy names logs', async () => {
    const result = await judge(await cut(), { ...asksAll, tail: true })
    expect([result.verdict, codes(result)]).toEqual(['INCOMPLETE', ['CHAIN_INCOMPLETE']])
    expect(result.chains.find(({ chainId }) => chainId === 'acme')?.result.counts).toEqual({ TAIL_UNPROVED: 1 })
    const alone = await cut({ chains: ['acme'], logChain: undefined, checkpoints: [] })
    const without = await judge(alone, { chains: ['acme'], tail: true })
    expect(codes(without)).toEqual([])
    expect(said(without, 'TAIL', 'acme').proved).toEqual(['chain acme: the chain’s own key says that it ended here'])
  })

  test('is not made new by a time stamp of today over an old checkpoint', async () => {
    const stamps = await startAuthority()
    try {
      const stampedAt = async (note: string, time: string) => ({
        note,
        timestamps: [await tokenBy(stamps, note, stampTime(time))],
      })
      const stamped = await cut({
        checkpoints: [
          await stampedAt(await noteOf(chainOrigin(acme), acme.slice(0, 10)), hoursBefore(now, 12)),
          await stampedAt(await noteOf(LOG, oldLog, [0, 2], undefined, days(1)), days(1)),
        ],
      })
      const timestamp = { authorities: [stamps.pem('root')], withinHours: 48 }
      const result = await judge(stamped, { ...asksAll, timestamp, maxCheckpointAgeHours: 48 })
      expect(said(result, 'TIMESTAMP', 'acme').proved).toHaveLength(1)
      expect(codes(result)).toContain('REQUIRED_CHECKPOINT_OLD')
    } finally {
      await stamps.stop()
    }
  })
})

describe('the age of a checkpoint', () => {
  const aged = async (at: string, require: object = { ...asksAll, maxCheckpointAgeHours: 48 }) =>
    codes(
      await judge(
        await packed({ checkpoints: [{ note: await noteOf(LOG, log, [0, 2], undefined, at), timestamps: [] }] }),
        require,
      ),
    )

  test('is that of the cosignatures, of which one from the future does not count', async () => {
    expect(await aged(hoursBefore(now, 47))).toEqual([])
    expect(await aged(hoursBefore(now, 49))).toEqual(['REQUIRED_CHECKPOINT_OLD'])
    expect(await aged(hoursBefore(now, -0.05))).toEqual([])
    expect(await aged(hoursBefore(now, -0.1))).toEqual(['REQUIRED_CHECKPOINT_OLD'])
  })

  test('is that of the largest, not of an older one that was shown again', async () => {
    const bytes = await packed({
      checkpoints: [
        { note: await noteOf(LOG, log, [0, 2], undefined, days(1)), timestamps: [] },
        {
          note: await noteOf(chainOrigin(acme), acme.slice(0, 5), [0, 1], undefined, hoursBefore(now, 1)),
          timestamps: [],
        },
      ],
    })
    expect(codes(await judge(bytes, { ...asksAll, maxCheckpointAgeHours: 48 }))).toEqual(['REQUIRED_CHECKPOINT_OLD'])
  })

  test('can not be asked for without witnesses', () => {
    for (const checkpoints of [{ from: [logVkey] }, { policy: `log ${logVkey}\nquorum none\n` }])
      expect(() =>
        parseEvidencePolicy(JSON.stringify({ require: { checkpoints, maxCheckpointAgeHours: 24 } })),
      ).toThrow(expect.objectContaining({ code: 'TLOG_MALFORMED' }))
  })
})

test('a chain is not the log’s because the list calls it so', async () => {
  const bytes = await packed({ store: await storeOf(acme.slice(0, 4)), logChain: undefined, checkpoints: [] })
  const relabelled = resealed(await entriesOf(bytes), (manifest) => ({ ...manifest, logChain: 'acme' }))
  const asked = { checkpoints: { policy: tlogPolicy }, receiptsUntil: days(300), maxCheckpointAgeHours: 24 }
  const honest = await judge(bytes, asked)
  expect(honest.verdict).toBe('INCOMPLETE')
  expect(codes(await judge(relabelled, asked))).toEqual(codes(honest))
  // the first note of a log is of no receipt, and every chain begins with no receipt
  const first = await packed({
    store: await storeOf(acme.slice(0, 4)),
    logChain: undefined,
    checkpoints: [{ note: await noteOf(LOG, [], [0, 2]), timestamps: [] }],
  })
  const empty = resealed(await entriesOf(first), (manifest) => ({ ...manifest, logChain: 'acme' }))
  const result = await judge(empty, asked)
  expect(codes(result)).toEqual(codes(honest))
  expect(result.chains[0]?.checkpoints).toEqual([])
})

test('a package of nothing but the log’s chain has no chain to ask', async () => {
  const bytes = await packed({ chains: [] })
  expect(codes(await judge(bytes, undefined))).toEqual([])
  expect(codes(await judge(bytes, { checkpoints: { policy: tlogPolicy } }))).toEqual(['REQUIRED_CHAIN_MISSING'])
})

describe('chains that the log knows', () => {
  const anew = chainOf([startOf('f'), ...Array.from({ length: 13 }, () => ({}))], {})
  const both = chainOf([startOf('c'), entryAbout(acme, 10), entryAbout(acme), entryAbout(anew)], {
    chainId: 'the-log',
  })
  const forged = async () =>
    packed({
      store: await storeOf(anew, both),
      checkpoints: [{ note: await noteOf(LOG, both, [0, 2]), timestamps: [] }],
    })

  test('are named where they are not in the package', async () => {
    const result = await judge(await forged(), { ...asksAll, tail: true })
    expect(said(result, 'ALL_CHAINS')).toEqual({
      proved: [],
      notProved: [`the log knows 1 chains that are not in the package: ${chainOrigin(acme)}`],
    })
    expect(said(await judge(await packed(), undefined), 'ALL_CHAINS').notProved).toHaveLength(1)
    expect(said(await judge(await packed(), asksAll), 'ALL_CHAINS').proved).toHaveLength(1)
  })

  test('are missing where all are asked for', async () => {
    const all = { ...asksAll, allChains: true }
    expect(codes(await judge(await packed(), all))).toEqual([])
    expect(codes(await judge(await forged(), all))).toEqual(['REQUIRED_CHAIN_MISSING'])
    expect(codes(await judge(await packed({ logChain: undefined, chains: ['acme', 'Beta/Unicode'] }), all))).toContain(
      'REQUIRED_CHAIN_MISSING',
    )
  })

  test('are missing also where the log has more of others than are told apart', async () => {
    const { chainEvidence, MOST_ORIGINS } = await import('../../src/evidence/chain-evidence.js')
    const chains = [{ chainId: 'the-log', file: 'a.jsonl', receipts: 1, root: `sha256:${'0'.repeat(64)}` }]
    const size = MOST_ORIGINS + 2
    const note = { origin: LOG, log: LOG, kind: 'log', size, rootHash: 'sha256:', witnessed: true } as const
    const evidence = chainEvidence({ chains, logChain: 'the-log' } as never, [note], {})
    for (let seq = 0; seq < size; seq += 1) {
      const origin = `b.example/other/${(seq + 1).toString(16).padStart(16, '0')}`
      evidence.hear({ seq, system: { event: 'checkpoint', origin, size: 7, rootHash: 'sha256:' } } as never)
    }
    const known = evidence.settle({ verdict: 'VALID', scope: { fromSeq: 0 }, counts: {}, problems: [] } as never)
    expect([known.counts, known.missing.length]).toEqual([true, MOST_ORIGINS])
  })

  test('are told apart by their roots', async () => {
    const asked = { ...asksAll, chains: [{ chainId: 'acme', root: acme[0]?.receiptHash }] }
    expect(codes(await judge(await packed(), asked))).toEqual([])
    expect(codes(await judge(await forged(), asked))).toEqual(['REQUIRED_CHAIN_MISSING'])
    for (const chains of [
      [{ chainId: 'acme' }],
      [{ chainId: 'acme', root: 'x' }],
      ['acme', { chainId: 'acme', root: acme[0]?.receiptHash }],
    ])
      expect(() => parseEvidencePolicy(JSON.stringify({ require: { chains } }))).toThrow(
        expect.objectContaining({ code: 'TLOG_MALFORMED' }),
      )
  })
})

describe('members that are held at once', () => {
  test.each([
    ['checkpoints/3.txt', 1_000_001],
    ['timestamps/1.1.p7s', 65_537],
    ['keyring.json', 4 * 2 ** 20 + 1],
  ])('%s of more bytes than allowed is not read', async (name, size) => {
    const entries = (await entriesOf(await packed())).filter((entry) => entry.name !== name)
    const result = await judge(resealed([...entries, { name, bytes: Buffer.alloc(size, 'a') }]), undefined)
    expect(result.problems.map(({ code, member }) => [code, member])).toEqual([['PACKAGE_LIMIT', name]])
  })

  test('a list of more than 16 MiB is not read', async () => {
    const entries = await entriesOf(await packed())
    const large = entries.map(({ name, bytes }) => ({
      name,
      bytes: name === 'manifest.json' ? Buffer.alloc(16 * 2 ** 20 + 1, ' ') : bytes,
    }))
    expect(codes(await judge(zipOf(large), undefined))).toEqual(['PACKAGE_LIMIT'])
  })

  test('a list that its key did not sign is not taken apart', async () => {
    const entries = await entriesOf(await packed())
    const other = entries.map(({ name, bytes }) => ({
      name,
      bytes: name === 'manifest.json' ? Buffer.from('['.repeat(100_000)) : bytes,
    }))
    expect(codes(await judge(zipOf(other), undefined))).toEqual(['MANIFEST_SIGNATURE_INVALID'])
  })

  test('more than 10,000 notes are not opened', async () => {
    const entries = await entriesOf(await packed())
    const many = Array.from({ length: 10_001 }, (_, index) => ({
      name: `checkpoints/${index + 1}.txt`,
      bytes: Buffer.from('x'),
    }))
    const kept = entries.filter(({ name }) => !name.startsWith('checkpoints/'))
    const result = await judge(resealed([...kept, ...many]), undefined)
    expect(result.problems.map(({ code, member }) => [code, member])).toEqual([['PACKAGE_LIMIT', undefined]])
    expect(result.checkpoints).toEqual([])
  })

  test('what is said of a note with a long name is short', async () => {
    const origin = 'log.example/'.padEnd(490_000, 'a')
    const key = noteKey(origin, 'ed25519', parseDidKey(keyNamed('log').keyId))
    const text = checkpointText({ origin, size: 14, rootHash: rootOf(acme) })
    const forged = `${text}\n${signatureLine(key, Buffer.alloc(64, 1))}`
    const bytes = await packed({ checkpoints: [{ note: forged, timestamps: [] }] })
    const result = await judge(bytes, { checkpoints: { policy: `log ${vkeyOf(key)}\nquorum none\n` } })
    expect(codes(result)).toContain('CHECKPOINT_INVALID')
    expect(Math.max(...result.problems.map(({ message }) => message.length))).toBeLessThan(500)
  })

  test('a line that is too long for a receipt ends the search for one behind it', async () => {
    const { linesOfMember } = await import('../../src/evidence/zip/member.js')
    const { readArchive } = await import('../../src/evidence/zip/archive.js')
    const bytes = zipOf([{ name: 'a.jsonl', bytes: Buffer.from(`one\n${'x'.repeat(3_000_000)}\nthree\n`) }])
    const handle = await open(await fileOf(bytes), 'r')
    const access = openPackage(handle, bytes.length, 'package')
    const [member] = await readArchive(access, limitsOf(undefined))
    const lines = await linesOfMember(access, member as NonNullable<typeof member>, new Set([0, 2]))
    await handle.close()
    expect([...lines]).toEqual([[0, 'one']])
  })
})

describe('the second of a cosignature', () => {
  const chain = chainOf([startOf('a'), {}, {}], {})
  const judged = async (note: string, revokedAt: string) =>
    judge(
      await packed({ store: await storeOf(chain), logChain: undefined, checkpoints: [{ note, timestamps: [] }] }),
      { chains: ['acme'], checkpoints: { policy: tlogPolicy } },
      new Keyring([
        { keyId: keys.one.keyId, revokedAt },
        { keyId: packer.keyId, uses: ['report'] },
      ]),
    )

  test('counts from its end', async () => {
    const note = await noteOf(chainOrigin(chain), chain, [0, 2], undefined, '2026-01-04T00:00:00.900Z')
    // whoever stole the key at .200 may have written what was seen at .900
    expect((await judged(note, '2026-01-04T00:00:00.200Z')).verdict).toBe('INCOMPLETE')
    expect((await judged(note, '2026-01-04T00:00:01.000Z')).verdict).toBe('VALID')
  })

  test.each([253_402_300_800, 9e15])('beyond year 9999 dates nothing (%s)', async (second) => {
    const note = await noteOf(chainOrigin(chain), chain, [0, 2], undefined, second)
    const result = await judged(note, '2027-01-04T00:00:01.000Z')
    expect(result.chains[0]?.checkpoints).toEqual([{ size: 3, by: 'note', witnessed: true }])
  })
})

describe('what is proved', () => {
  test('of an INVALID chain is nothing', async () => {
    const other = [...acme.slice(0, 13), chainOf([{}], { by: keyNamed('stranger') })[0] as DecisionReceipt]
    const entries = await entriesOf(await packed())
    const bytes = resealed(
      entries.map(({ name, bytes: before }) => ({
        name,
        bytes: name === 'receipts/3.jsonl' ? Buffer.from(`${linesOf(other).join('\n')}\n`) : before,
      })),
    )
    const result = await judge(bytes, asksAll)
    expect(result.verdict).toBe('INVALID')
    expect(result.proved.filter(({ chainId }) => chainId === 'acme')).toEqual([])
    expect(result.chains.find(({ chainId }) => chainId === 'acme')?.checkpoints).toEqual([])
  })

  test('is no checkpoint that the verifier could not compare', async () => {
    // a line of a later version in the middle, and all behind it written anew
    const lines = linesOf(acme)
    const anew = chainOf(
      [startOf('a'), ...Array.from({ length: 13 }, () => ({ details: { rationale: 'nothing to see' } }))],
      {},
    )
    const text = [...lines.slice(0, 3), lines[3]?.replace('"version":"', '"version":"9'), ...linesOf(anew).slice(4)]
    const entries = await entriesOf(await packed())
    const bytes = resealed(
      entries.map(({ name, bytes: before }) => ({
        name,
        bytes: name === 'receipts/3.jsonl' ? Buffer.from(`${text.join('\n')}\n`) : before,
      })),
    )
    const result = await judge(bytes, asksAll)
    expect(result.chains.find(({ chainId }) => chainId === 'acme')?.checkpoints).toEqual([])
    expect(said(result, 'CHECKPOINT', 'acme').proved).toEqual([])
    expect(said(result, 'WITNESSES', 'acme').proved).toEqual([])
  })

  test('of a tail is no more than what was seen', async () => {
    const result = await judge(await packed(), asksAll)
    expect(said(result, 'TAIL', 'acme').proved).toEqual([
      'chain acme: the chain has not been cut before receipt 13, which was seen at 2026-01-04T00:00:00.999Z; what came after is not shown',
    ])
  })
})
