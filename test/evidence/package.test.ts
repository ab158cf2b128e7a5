/** Packing and judging again: the same bytes, every altered member caught, nothing missing called VALID. */
import { describe, expect, test } from 'vitest'
import { verifyEvidence } from '../../src/evidence/index.js'
import { Keyring } from '../../src/keys/keyring.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { keyNamed, plainChain } from '../verify/support.js'
import {
  acme,
  chainOrigin,
  fileOf,
  logVkey,
  noteOf,
  now,
  packed,
  resealed,
  storeOf,
  tlogPolicy,
  verifierKeyring,
} from './support.js'
import { entriesOf } from './zip-of.js'

const judge = async (bytes: Uint8Array, more: Parameters<typeof verifyEvidence>[1] = {}) =>
  verifyEvidence(await fileOf(bytes), { keyring: verifierKeyring, now, ...more })
const codes = ({ problems }: Awaited<ReturnType<typeof judge>>) => [...new Set(problems.map(({ code }) => code))].sort()

/** A store that gives what it was given. */
const linesStore = (receipts: readonly DecisionReceipt[]) =>
  ({
    async *chains() {
      yield 'long'
    },
    bounds: async () => ({ first: 0, last: receipts.length - 1 }),
    async *lines() {
      for (const receipt of receipts) yield canonicalize(receipt)
    },
  }) as unknown as ReceiptStore

const policy = JSON.stringify({
  require: {
    chains: ['acme', 'Beta/Unicode'],
    checkpoints: { policy: tlogPolicy },
    receiptsUntil: '2026-01-01T00:00:05.000Z',
  },
})

describe('a package', () => {
  test('is the same bytes for the same input', async () => {
    expect((await packed()).equals(await packed())).toBe(true)
    expect((await packed({ compress: true })).equals(await packed({ compress: true }))).toBe(true)
  })

  test.each([false, true])('is VALID as it was packed (compressed: %s)', async (compress) => {
    const result = await judge(await packed({ compress }), { policy })
    expect(result.problems).toEqual([])
    expect(result.verdict).toBe('VALID')
    expect(result.chains.map(({ chainId, result: { verdict, scope } }) => [chainId, verdict, scope.tail])).toEqual([
      ['the-log', 'VALID', 'checkpoint'],
      ['Beta/Unicode', 'VALID', 'checkpoint'],
      ['acme', 'VALID', 'checkpoint'],
    ])
    expect(result.proved.filter(({ chainId }) => chainId === 'acme').map(({ code }) => code)).toEqual([
      'RECEIPTS',
      'TAIL',
      'CHECKPOINT',
      'WITNESSES',
    ])
  })

  test('threads come to the same result, also where lines and members end elsewhere than their parts', async () => {
    const long = plainChain(900, { chainId: 'long' })
    const damaged = long.map((receipt, index) => (index === 500 ? { ...receipt, action: 'reject' as const } : receipt))
    for (const [store, verdict] of [
      [await storeOf(long, acme), 'VALID'],
      [linesStore(damaged), 'INVALID'],
    ] as const) {
      const bytes = await packed({
        store,
        logChain: undefined,
        checkpoints: [{ note: await noteOf(chainOrigin(long), long.slice(0, 899)), timestamps: [] }],
      })
      const asked = { policy: JSON.stringify({ require: { chains: ['long'], checkpoints: { from: [logVkey] } } }) }
      const one = await judge(bytes, { ...asked, workers: 1 })
      expect(one.verdict).toBe(verdict)
      expect(await judge(bytes, { ...asked, workers: 3 })).toEqual(one)
    }
  })

  test('holds nothing of the machine, and every member by its digest', async () => {
    const entries = await entriesOf(await packed())
    const manifest = JSON.parse(String(entries.find(({ name }) => name === 'manifest.json')?.bytes))
    expect(manifest.members.map(({ name }: { name: string }) => name)).toEqual(
      entries.slice(0, -2).map(({ name }) => name),
    )
    expect(manifest.chains.map(({ chainId }: { chainId: string }) => chainId)).toEqual([
      'the-log',
      'Beta/Unicode',
      'acme',
    ])
    const receipts = String(entries.find(({ name }) => name === 'receipts/3.jsonl')?.bytes)
    expect(
      receipts
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).receiptHash),
    ).toEqual(acme.map(({ receiptHash }) => receiptHash))
  })

  test('never counts by its own keyring', async () => {
    const bytes = await packed()
    expect(await judge(bytes, { keyring: undefined })).toMatchObject({ verdict: 'INCOMPLETE' })
    const without = await judge(bytes, { keyring: undefined })
    expect(codes(without)).toEqual(['CHAIN_INCOMPLETE', 'KEYRING_NEEDED', 'MANIFEST_KEY_UNKNOWN'])
  })
})

describe('an altered package', () => {
  test('each member changed in turn is caught', async () => {
    const entries = await entriesOf(await packed())
    const { zipOf } = await import('./zip-of.js')
    for (const [index, { name, bytes }] of entries.entries()) {
      const other = Buffer.from(bytes)
      if (other.length > 0) other[other.length >> 1] = (other[other.length >> 1] as number) ^ 1
      const altered = entries.map((entry, at) =>
        at === index ? { name, bytes: other.length > 0 ? other : Buffer.from('x') } : entry,
      )
      const result = await judge(zipOf(altered))
      expect([name, result.verdict]).toEqual([name, 'INVALID'])
      const expected = name.startsWith('manifest') ? /^MANIFEST_/ : /^MEMBER_CHANGED$/
      expect([name, codes(result).some((code) => expected.test(code))]).toEqual([name, true])
    }
  })

  test('each member removed in turn is caught', async () => {
    const entries = await entriesOf(await packed())
    const { zipOf } = await import('./zip-of.js')
    for (const [index, { name }] of entries.entries()) {
      const result = await judge(zipOf(entries.filter((_, at) => at !== index)))
      expect([name, result.verdict, codes(result)]).toEqual([
        name,
        'INVALID',
        [name.startsWith('manifest') ? 'MANIFEST_MALFORMED' : 'MEMBER_MISSING'],
      ])
    }
  })

  test('a member that is not listed is caught', async () => {
    const entries = await entriesOf(await packed())
    const { zipOf } = await import('./zip-of.js')
    const result = await judge(zipOf([...entries, { name: 'receipts/9.jsonl', bytes: Buffer.from('{}\n') }]))
    expect(codes(result)).toEqual(['MEMBER_UNLISTED'])
  })

  test('signed anew by its own packer without evidence, it lacks what the policy asks for', async () => {
    const entries = await entriesOf(await packed())
    const without = (...names: readonly RegExp[]) =>
      resealed(entries.filter(({ name }) => !names.some((one) => one.test(name))))
    expect(codes(await judge(without(), { policy }))).toEqual([])
    // the log's chain is still there, and nothing vouches for what it says
    expect(codes(await judge(without(/^checkpoints/), { policy }))).toEqual([
      'REQUIRED_CHECKPOINT_MISSING',
      'REQUIRED_WITNESS_MISSING',
    ])
    expect(codes(await judge(without(/^checkpoints\/2/), { policy }))).toEqual([
      'REQUIRED_CHECKPOINT_MISSING',
      'REQUIRED_WITNESS_MISSING',
    ])
    expect(codes(await judge(without(/^receipts\/3/), { policy }))).toEqual(['REQUIRED_CHAIN_MISSING'])
    const cut = entries.map(({ name, bytes }) => {
      if (name !== 'receipts/3.jsonl') return { name, bytes }
      return { name, bytes: Buffer.from(`${String(bytes).trimEnd().split('\n').slice(0, 3).join('\n')}\n`) }
    })
    const shown = resealed(cut, (manifest) => ({
      ...manifest,
      chains: manifest.chains.map((chain) =>
        chain.chainId === 'acme'
          ? { ...chain, receipts: 3, head: { seq: 2, receiptHash: acme[2]?.receiptHash as string } }
          : chain,
      ),
    }))
    const result = await judge(shown, { policy })
    expect(result.verdict).toBe('INCOMPLETE')
    expect(codes(result)).toEqual([
      'CHAIN_INCOMPLETE',
      'REQUIRED_CHECKPOINT_MISSING',
      'REQUIRED_RECEIPTS_MISSING',
      'REQUIRED_WITNESS_MISSING',
    ])
  })

  test('signed by somebody whom the verifier does not know, it is INCOMPLETE', async () => {
    const entries = await entriesOf(await packed())
    const result = await judge(resealed(entries, undefined, keyNamed('stranger')))
    expect([result.verdict, codes(result)]).toEqual(['INCOMPLETE', ['MANIFEST_KEY_UNKNOWN']])
  })

  test('its key must be trusted for it, then, and not be revoked', async () => {
    const bytes = await packed()
    const [ledger, packer] = verifierKeyring.entries()
    const withKey = (more: object) =>
      new Keyring([
        { ...ledger, keyId: ledger?.keyId as string },
        { ...packer, keyId: packer?.keyId as string, ...more },
      ])
    for (const more of [
      { uses: ['delegate'] },
      { validUntil: '2026-01-02T00:00:00.000Z' },
      { revokedAt: '2026-12-01T00:00:00.000Z' },
    ])
      expect(codes(await judge(bytes, { keyring: withKey(more) }))).toEqual(['MANIFEST_KEY_REFUSED'])
  })

  test('a log of whom the policy does not know counts for nothing', async () => {
    const other = logVkey.replace('log.example/acme', 'log.example/other')
    await expect(
      judge(await packed(), { policy: JSON.stringify({ require: { checkpoints: { from: [other] } } }) }),
    ).rejects.toMatchObject({
      code: 'TLOG_MALFORMED',
    })
  })
})
