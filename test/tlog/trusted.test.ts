import * as ed25519 from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import { emptyRoot } from '../../src/merkle/hash.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { cosign } from '../../src/tlog/cosignature.js'
import { type NoteSigner, signatureLine, signNote } from '../../src/tlog/note.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { openTrusted } from '../../src/tlog/trusted.js'
import { type NoteKey, type NoteKeyType, noteKey, vkeyOf } from '../../src/tlog/vkey.js'

ed25519.hashes.sha512 = sha512

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const keyOf = (fill: number, name: string, type: NoteKeyType): NoteKey =>
  noteKey(name, type, ed25519.getPublicKey(secret(fill)))
const signer = (fill: number, name: string): NoteSigner => {
  const key = keyOf(fill, name, 'ed25519')
  return { key, sign: async (text) => signatureLine(key, ed25519.sign(utf8(text), secret(fill))) }
}

const ORIGIN = 'log.example/acme'
const CHAIN = `${ORIGIN}/0123456789abcdef`
const witnesses = [11, 12, 13].map((fill) => ({ fill, key: keyOf(fill, `w${fill}.example`, 'ed25519-cosignature') }))
const post = noteKey('pq.example', 'ml-dsa-44-cosignature', new Uint8Array(1312).fill(5))
const lines = [
  `log ${vkeyOf(keyOf(1, ORIGIN, 'ed25519'))}`,
  ...witnesses.map(({ fill, key }) => `witness w${fill} ${vkeyOf(key)}`),
  `witness pq ${vkeyOf(post)}`,
  'group two 2 w11 w12 w13 pq',
]
const policy = parsePolicy(`${[...lines, 'quorum two'].join('\n')}\n`)
const alone = parsePolicy(`${[...lines, 'quorum none'].join('\n')}\n`)

const head = (origin: string, size = 0): string => checkpointText({ origin, size, rootHash: emptyRoot() })

async function noteOf(origin: string, cosigners: readonly [who: number, time: number][] = [], by = 1): Promise<string> {
  const text = head(origin)
  let note = await signNote(text, [signer(by, origin)])
  for (const [who, time] of cosigners) {
    const { fill, key } = witnesses[who] as (typeof witnesses)[number]
    note += await cosign(text, key, time, async (message) => ed25519.sign(message, secret(fill)))
  }
  return note
}

function reason(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    return `${(error as QuittanceError).code} ${(error as QuittanceError).details.reason}`
  }
  return undefined
}

describe('openTrusted', () => {
  it("takes a log's checkpoint with enough witnesses, and tells since when there were enough", async () => {
    const note = await noteOf(ORIGIN, [
      [2, 900],
      [0, 700],
      [1, 800],
    ])
    expect(openTrusted(note, policy)).toMatchObject({
      kind: 'log',
      log: ORIGIN,
      witnessedAt: 800,
      unverified: 0,
      checkpoint: { origin: ORIGIN, size: 0 },
    })
    expect(openTrusted(utf8(note), policy).cosignatures.map(({ key, time }) => [key.name, time])).toEqual([
      ['w11.example', 700],
      ['w12.example', 800],
      ['w13.example', 900],
    ])
  })

  it('refuses one with too few, and one witness does not count twice', async () => {
    const note = await noteOf(ORIGIN, [
      [0, 700],
      [0, 701],
    ])
    expect(reason(() => openTrusted(note, policy))).toBe('TLOG_UNTRUSTED quorum')
    expect(openTrusted(note, alone).witnessedAt).toBeUndefined()
  })

  it('refuses what no log of the policy has signed', async () => {
    const stranger = await noteOf(
      ORIGIN,
      [
        [0, 1],
        [1, 2],
      ],
      2,
    )
    expect(reason(() => openTrusted(stranger, policy))).toBe('TLOG_UNTRUSTED no-known-key')
    const elsewhere = await noteOf('log.example/other', [
      [0, 1],
      [1, 2],
    ])
    expect(reason(() => openTrusted(elsewhere, policy))).toBe('TLOG_UNTRUSTED no-known-key')
  })

  it('refuses a wrong signature of the log, and a wrong line of a witness, though there are enough others', async () => {
    const note = await noteOf(ORIGIN, [
      [0, 1],
      [1, 2],
    ])
    const forged = note.replace(/^— log.*\n/m, signatureLine(keyOf(1, ORIGIN, 'ed25519'), new Uint8Array(64).fill(1)))
    expect(reason(() => openTrusted(forged, policy))).toBe('TLOG_UNTRUSTED signature')
    const third = (witnesses[2] as (typeof witnesses)[number]).key
    expect(reason(() => openTrusted(note + signatureLine(third, new Uint8Array(72).fill(1)), policy))).toBe(
      'TLOG_UNTRUSTED signature',
    )
    expect(reason(() => openTrusted(note + signatureLine(third, new Uint8Array(3)), policy))).toBe(
      'TLOG_UNTRUSTED signature',
    )
  })

  it("does not take a cosignature for another checkpoint's, or at another time", async () => {
    const other = await noteOf(CHAIN, [
      [0, 1],
      [1, 2],
    ])
    const swapped =
      (await noteOf(ORIGIN)) +
      other
        .split('\n')
        .filter((line) => line.startsWith('— w'))
        .join('\n')
        .concat('\n')
    expect(reason(() => openTrusted(swapped, policy))).toBe('TLOG_UNTRUSTED signature')
  })

  it('passes over lines of others', async () => {
    const note =
      (await noteOf(ORIGIN, [
        [0, 1],
        [1, 2],
      ])) + signatureLine(keyOf(40, 'w40.example', 'ed25519-cosignature'), new Uint8Array(72))
    expect(openTrusted(note, policy).cosignatures).toHaveLength(2)
  })

  it("takes a chain's checkpoint by the log's key under the longer name, without witnesses", async () => {
    expect(openTrusted(await noteOf(CHAIN), policy)).toMatchObject({
      kind: 'chain',
      log: ORIGIN,
      checkpoint: { origin: CHAIN },
    })
    expect(
      openTrusted(
        await noteOf(CHAIN, [
          [0, 5],
          [1, 6],
        ]),
        policy,
      ).witnessedAt,
    ).toBe(6)
  })

  it.each([
    ['no 16 digits', `${ORIGIN}/0123456789abcde`],
    ['17 digits', `${ORIGIN}/0123456789abcdef0`],
    ['capitals', `${ORIGIN}/0123456789ABCDEF`],
    ['two parts', `${ORIGIN}/0123456789abcdef/0123456789abcdef`],
    ['another log', 'log.example/0123456789abcdef'],
    ['digits alone', '0123456789abcdef'],
  ])('does not take an origin with %s for a chain of the log', async (_, origin) => {
    const note = await noteOf(origin)
    expect(reason(() => openTrusted(note, policy))).toBe('TLOG_UNTRUSTED no-known-key')
  })

  it("does not take the log's own signature for one under a chain's name", async () => {
    const text = head(CHAIN)
    const note = await signNote(text, [signer(1, ORIGIN)])
    expect(reason(() => openTrusted(note, policy))).toBe('TLOG_UNTRUSTED no-known-key')
  })

  it('asks the quorum of a log that is named as a chain would be', async () => {
    const named = parsePolicy(`log ${vkeyOf(keyOf(1, CHAIN, 'ed25519'))}\n${lines.slice(1).join('\n')}\nquorum two\n`)
    const note = await noteOf(CHAIN)
    expect(reason(() => openTrusted(note, named))).toBe('TLOG_UNTRUSTED quorum')
  })

  it('counts lines of ML-DSA-44 witnesses as unverified, and takes them with a library', async () => {
    const note = (await noteOf(ORIGIN, [[0, 3]])) + signatureLine(post, new Uint8Array(8 + 2420).fill(7))
    expect(reason(() => openTrusted(note, policy))).toBe('TLOG_UNTRUSTED quorum')
    expect(openTrusted(note, alone).unverified).toBe(1)
    const asked: string[] = []
    const opened = openTrusted(note, policy, {
      mlDsa44: (_, line, key) => {
        asked.push(`${line.name} ${key.type}`)
        return { key, time: 9 }
      },
    })
    expect(opened).toMatchObject({ witnessedAt: 9, unverified: 0 })
    expect(asked).toEqual(['pq.example ml-dsa-44-cosignature'])
    expect(reason(() => openTrusted(note, policy, { mlDsa44: () => undefined }))).toBe('TLOG_UNTRUSTED signature')
  })

  it('takes a log with an ML-DSA-44 key with a library only', () => {
    const log = noteKey(ORIGIN, 'ml-dsa-44-cosignature', new Uint8Array(1312).fill(6))
    const own = parsePolicy(`log ${vkeyOf(log)}\nquorum none\n`)
    const note = `${head(ORIGIN)}\n${signatureLine(log, new Uint8Array(8 + 2420))}`
    expect(reason(() => openTrusted(note, own))).toBe('TLOG_UNTRUSTED no-known-key')
    expect(openTrusted(note, own, { mlDsa44: (_, __, key) => ({ key, time: 1 }) }).log).toBe(ORIGIN)
    expect(reason(() => openTrusted(note, own, { mlDsa44: () => undefined }))).toBe('TLOG_UNTRUSTED signature')
  })

  it('says what is not a checkpoint', () => {
    expect(reason(() => openTrusted('hello\n', policy))).toBe('TLOG_MALFORMED note')
    expect(reason(() => openTrusted(`hello\n\n${signatureLine(post, new Uint8Array(9))}`, policy))).toBe(
      'TLOG_MALFORMED checkpoint',
    )
  })
})
