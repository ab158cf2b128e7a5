/** Packages whose parts all hold, and that show less than they seem to; and what their verdict has to be. */
import { createHash } from 'node:crypto'
import { parseDidKey } from '../../src/keys/did-key.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { signatureLine } from '../../src/tlog/note.js'
import { noteKey } from '../../src/tlog/vkey.js'
import { chainEnd, chainOf, days, type EntryOf, keyNamed, keys, msAfter } from '../verify/support.js'
import {
  acme,
  asking,
  beta,
  chainOrigin,
  entryAbout,
  LOG,
  log,
  logKey,
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

/** One package, what is asked of it, and the answer: the verdict, and the codes but those of single chains. */
export interface Misleading {
  readonly name: string
  readonly bytes: Uint8Array
  readonly policy?: string | undefined
  readonly keyring?: Keyring | undefined
  readonly expected: string
}

const witnesses = { policy: tlogPolicy }
const rootOfChain = ([first]: readonly DecisionReceipt[]) => first?.receiptHash as string

/** What the log's chain said of a chain under a former name of the log. */
const formerEntry = (receipts: readonly DecisionReceipt[]) =>
  entryAbout(receipts, receipts.length, chainOrigin(receipts).replace(LOG, 'log.example/former'))

/** A chain of one name by itself, with these notes. */
const alone = async (receipts: readonly DecisionReceipt[], ...notes: readonly string[]) =>
  packed({
    store: await storeOf(receipts),
    logChain: undefined,
    checkpoints: notes.map((note) => ({ note, timestamps: [] })),
  })

/** A note that a witness cosigned in any second. */
async function cosignedIn(second: number): Promise<string> {
  const origin = chainOrigin(acme)
  const seen = await noteOf(origin, acme, [1], undefined, second)
  return `${await noteOf(origin, acme, [0])}${seen.split('\n').slice(-2).join('\n')}`
}

async function ended(): Promise<readonly Misleading[]> {
  // the first ten of `acme` as they were, then an end: all that it takes is the chain's key
  const cut = chainOf([startOf('a'), ...Array.from({ length: 9 }, () => ({})), chainEnd()], {})
  const origin = chainOrigin(cut)
  const below = await alone(cut, await noteOf(origin, cut.slice(0, 10), [0, 1]))
  const signed = await alone(cut, await noteOf(origin, cut), await noteOf(origin, cut.slice(0, 10), [0, 1]))
  const seen = await alone(cut, await noteOf(origin, cut, [0, 1]))
  const short = acme.slice(0, 12)
  const shortened = await alone(short, await noteOf(origin, short), await noteOf(origin, short.slice(0, 10), [0, 1]))
  const later = { receiptsUntil: days(30) }
  return [
    {
      name: 'an end by the own word, until',
      bytes: below,
      policy: asking({ checkpoints: witnesses, ...later }),
      expected: 'INCOMPLETE REQUIRED_RECEIPTS_MISSING',
    },
    {
      name: 'an end by the own word, tail',
      bytes: below,
      policy: asking({ checkpoints: witnesses, tail: true }),
      expected: 'INCOMPLETE CHAIN_INCOMPLETE',
    },
    {
      name: 'an end by the own word, where no log is asked for',
      bytes: below,
      policy: asking({ tail: true }),
      expected: 'VALID',
    },
    {
      name: 'an end that no witness saw',
      bytes: signed,
      policy: asking({ checkpoints: witnesses, ...later, tail: true }),
      expected: 'INCOMPLETE CHAIN_INCOMPLETE REQUIRED_RECEIPTS_MISSING',
    },
    {
      name: 'a cut that the log signed and no witness saw',
      bytes: shortened,
      policy: asking({ checkpoints: witnesses, tail: true }),
      expected: 'INCOMPLETE CHAIN_INCOMPLETE',
    },
    {
      name: 'a cut that the log signed, where no witness is asked for',
      bytes: shortened,
      policy: asking({ checkpoints: { from: [logVkey] }, tail: true }),
      expected: 'VALID',
    },
    {
      name: 'an end that witnesses saw',
      bytes: seen,
      policy: asking({ checkpoints: witnesses, ...later, tail: true }),
      expected: 'VALID',
    },
  ]
}

async function aged(): Promise<readonly Misleading[]> {
  const origin = chainOrigin(acme)
  const note = (size: number, at: string) => noteOf(origin, acme.slice(0, size), [0, 1], undefined, at)
  const minutes = (count: number) => new Date(Date.parse(now) + count * 60_000).toISOString()
  const within = (hours: number) => asking({ checkpoints: witnesses, maxCheckpointAgeHours: hours })
  const old = await alone(acme, await note(14, minutes(-180)))
  const cases: readonly [string, Uint8Array, number, string][] = [
    ['seen three hours ago, of three', old, 3, 'VALID'],
    ['seen three hours ago, of less', old, 2.999, 'INCOMPLETE REQUIRED_CHECKPOINT_OLD'],
    ['seen a little ahead', await alone(acme, await note(14, minutes(4))), 1, 'VALID'],
    ['seen far ahead', await alone(acme, await note(14, minutes(6))), 1e9, 'INCOMPLETE REQUIRED_CHECKPOINT_OLD'],
    [
      'an old one cosigned anew',
      await alone(acme, await note(10, minutes(-1)), await note(14, minutes(-180))),
      1,
      'INCOMPLETE REQUIRED_CHECKPOINT_OLD',
    ],
    ['the largest is new', await alone(acme, await note(10, minutes(-180)), await note(14, minutes(-1))), 1, 'VALID'],
    [
      'the largest was seen by nobody',
      await alone(acme, await note(10, minutes(-180)), await noteOf(origin, acme)),
      1,
      'INCOMPLETE REQUIRED_CHECKPOINT_OLD',
    ],
  ]
  return cases.map(([name, bytes, hours, expected]) => ({ name, bytes, policy: within(hours), expected }))
}

async function dated(): Promise<readonly Misleading[]> {
  const chain = chainOf([startOf('a'), {}, {}], {})
  const bytes = await alone(chain, await noteOf(chainOrigin(chain), chain, [0, 2], undefined, days(3)))
  const revoked = (ms: number) =>
    new Keyring([
      { keyId: keys.one.keyId, revokedAt: msAfter(3 * 86_400_000 + ms) },
      { keyId: packer.keyId, uses: ['report'] },
    ])
  const policy = asking({ checkpoints: witnesses })
  const far = asking({ checkpoints: witnesses, maxCheckpointAgeHours: 1e9 })
  const absurd = await Promise.all(
    [9e15, 4e11, 253402300800].map(async (at) => [at, await alone(acme, await cosignedIn(at))] as const),
  )
  return [
    // somewhere within its second: perhaps behind the theft
    {
      name: 'cosigned in the second of a theft',
      bytes,
      policy,
      keyring: revoked(200),
      expected: 'INCOMPLETE CHAIN_INCOMPLETE',
    },
    { name: 'cosigned before a theft', bytes, policy, keyring: revoked(1000), expected: 'VALID' },
    ...absurd.flatMap(([at, package_]) => [
      { name: `cosigned in second ${at}`, bytes: package_, policy, expected: 'VALID' },
      {
        name: `cosigned in second ${at}, aged`,
        bytes: package_,
        policy: far,
        expected: 'INCOMPLETE REQUIRED_CHECKPOINT_OLD',
      },
    ]),
  ]
}

async function labelled(): Promise<readonly Misleading[]> {
  const cut = acme.slice(0, 4)
  const policy = asking({ checkpoints: witnesses, receiptsUntil: days(30), maxCheckpointAgeHours: 24 })
  const labels = async (bytes: Uint8Array) =>
    resealed(await entriesOf(bytes), (manifest) => ({ ...manifest, logChain: 'acme' }))
  const nothing =
    'INCOMPLETE REQUIRED_CHECKPOINT_MISSING REQUIRED_CHECKPOINT_OLD REQUIRED_RECEIPTS_MISSING REQUIRED_WITNESS_MISSING'
  const whole = await packed({
    store: await storeOf(log),
    chains: [],
    checkpoints: [{ note: await noteOf(LOG, log, [0, 2]), timestamps: [] }],
  })
  return [
    { name: 'a chain that calls itself the log', bytes: await labels(await alone(cut)), policy, expected: nothing },
    {
      name: 'the same, with the empty log of the first day',
      bytes: await labels(await alone(cut, await noteOf(LOG, [], [0, 2]))),
      policy,
      expected: nothing,
    },
    {
      name: 'the same, beside one that is honest',
      bytes: await labels(
        await packed({
          store: await storeOf(cut, beta),
          logChain: undefined,
          checkpoints: [await noteOf(LOG, [], [0, 2]), await noteOf(chainOrigin(beta), beta, [0, 2])].map((note) => ({
            note,
            timestamps: [],
          })),
        }),
      ),
      policy: asking({ checkpoints: witnesses }),
      expected: 'INCOMPLETE REQUIRED_CHECKPOINT_MISSING REQUIRED_WITNESS_MISSING',
    },
    { name: 'the log alone', bytes: whole, expected: 'VALID' },
    { name: 'the log alone, asked', bytes: whole, policy, expected: 'INCOMPLETE REQUIRED_CHAIN_MISSING' },
    {
      name: 'the log alone, tail',
      bytes: whole,
      policy: asking({ tail: true }),
      keyring: new Keyring([...verifierKeyring.entries(), { keyId: keyNamed('log').keyId, uses: ['checkpoint'] }]),
      expected: 'INCOMPLETE REQUIRED_CHAIN_MISSING',
    },
    {
      name: 'the log alone, a report',
      bytes: whole,
      policy: asking({ report: true }),
      expected: 'INCOMPLETE REQUIRED_REPORT_MISSING',
    },
  ]
}

async function anew(): Promise<readonly Misleading[]> {
  // the chain was begun anew under its name, and the log signs for that too: it has another root
  const forged = chainOf([startOf('f'), ...Array.from({ length: 13 }, () => ({}))], {})
  const both = chainOf([startOf('c'), entryAbout(acme, 10), entryAbout(acme), entryAbout(forged)], {
    chainId: 'the-log',
  })
  const bytes = await packed({
    store: await storeOf(forged, both),
    checkpoints: [
      { note: await noteOf(chainOrigin(forged), forged), timestamps: [] },
      { note: await noteOf(LOG, both, [0, 2]), timestamps: [] },
    ],
  })
  const of = (root: string) => asking({ chains: [{ chainId: 'acme', root }], checkpoints: witnesses })
  const all = (more: object = {}) => asking({ checkpoints: witnesses, allChains: true, ...more })
  const missing = 'INCOMPLETE REQUIRED_CHAIN_MISSING'
  const logged = async (...entries: EntryOf[]) => {
    const chain = chainOf([startOf('c'), ...entries], { chainId: 'the-log' })
    return packed({
      store: await storeOf(acme, chain),
      checkpoints: [{ note: await noteOf(LOG, chain, [0, 2]), timestamps: [] }],
    })
  }
  const behind = chainOf([startOf('c'), entryAbout(acme), entryAbout(beta)], { chainId: 'the-log' })
  return [
    {
      name: 'begun anew, by its name',
      bytes,
      policy: asking({ chains: ['acme'], checkpoints: witnesses }),
      expected: 'VALID',
    },
    { name: 'begun anew, by its root', bytes, policy: of(rootOfChain(acme)), expected: missing },
    { name: 'begun anew, by the new root', bytes, policy: of(rootOfChain(forged)), expected: 'VALID' },
    { name: 'begun anew, all', bytes, policy: all(), expected: missing },
    { name: 'all are there', bytes: await packed(), policy: all({ chains: ['acme'] }), expected: 'VALID' },
    {
      name: 'one that the log knows is not there',
      bytes: await packed({ store: await storeOf(acme, log) }),
      policy: all(),
      expected: missing,
    },
    {
      name: 'one that the log knows behind its checkpoint is not there',
      bytes: await packed({
        store: await storeOf(acme, behind),
        checkpoints: [{ note: await noteOf(LOG, behind.slice(0, 2), [0, 2]), timestamps: [] }],
      }),
      policy: all(),
      expected: 'VALID',
    },
    {
      name: 'one that the log knew under its former name is not there',
      bytes: await logged(entryAbout(acme), formerEntry(beta)),
      policy: all(),
      expected: missing,
    },
    {
      name: 'one that the log knew under its former name is there',
      bytes: await logged(formerEntry(acme)),
      policy: all({ tail: true }),
      expected: 'VALID',
    },
    {
      name: 'one of which the log has nothing but its beginning',
      bytes: await logged(entryAbout(acme), entryAbout(beta, 0)),
      policy: all(),
      expected: 'VALID',
    },
    {
      name: 'all, without the log',
      bytes: await alone(acme, await noteOf(chainOrigin(acme), acme, [0, 1])),
      policy: all(),
      expected: missing,
    },
  ]
}

async function large(): Promise<readonly Misleading[]> {
  const entries = await entriesOf(await packed())
  const text = (bytes: number) => Buffer.alloc(bytes, 'a\n')
  const instead = (name: string, bytes: Buffer) => [...entries.filter((one) => one.name !== name), { name, bytes }]
  const many = (name: (number: number) => string) =>
    Array.from({ length: 10_001 }, (_, number) => ({ name: name(number + 3), bytes: Buffer.alloc(0) }))
  const limit = 'INCOMPLETE PACKAGE_LIMIT'
  const extra = (bytes: readonly number[]) =>
    zipOf(entries.map((one, at) => (at === 0 ? { ...one, central: { extra: Buffer.from(bytes) } } : one)))
  return [
    {
      name: 'a note of its limit',
      bytes: resealed(instead('checkpoints/3.txt', text(1_000_000))),
      expected: 'INVALID MEMBER_MALFORMED',
    },
    {
      name: 'a note beyond its limit',
      bytes: resealed(instead('checkpoints/3.txt', text(1_000_001))),
      expected: limit,
    },
    { name: 'a token of its limit', bytes: resealed(instead('timestamps/1.1.p7s', text(65_536))), expected: 'VALID' },
    { name: 'a token beyond its limit', bytes: resealed(instead('timestamps/1.1.p7s', text(65_537))), expected: limit },
    {
      name: 'a keyring beyond its limit',
      bytes: resealed(instead('keyring.json', text(4 * 2 ** 20 + 1))),
      expected: limit,
    },
    {
      name: 'a manifest beyond its limit',
      bytes: zipOf(instead('manifest.json', text(16 * 2 ** 20 + 1))),
      expected: limit,
    },
    { name: 'a signature beyond its limit', bytes: zipOf(instead('manifest.sig', text(65_537))), expected: limit },
    {
      name: 'too many notes',
      bytes: resealed([...entries, ...many((one) => `checkpoints/${one}.txt`)]),
      expected: limit,
    },
    {
      name: 'too many tokens',
      bytes: resealed([...entries, ...many((one) => `timestamps/1.${one}.p7s`)]),
      expected: limit,
    },
    {
      name: 'more ZIP64 numbers than are needed',
      bytes: extra([1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      expected: 'INVALID PACKAGE_MALFORMED',
    },
    { name: 'a ZIP64 field without numbers', bytes: extra([1, 0, 0, 0]), expected: 'INVALID PACKAGE_MALFORMED' },
  ]
}

async function unsealed(): Promise<readonly Misleading[]> {
  const entries = await entriesOf(await packed())
  const foreign = resealed(entries, (manifest) => ({ ...manifest, format: 'quittance/evidence/2' as never }))
  const broken = (await entriesOf(foreign)).map((one) =>
    one.name === 'manifest.json' ? { ...one, bytes: Buffer.concat([one.bytes, Buffer.from(' ')]) } : one,
  )
  return [
    {
      name: 'a list that nobody signed is not read',
      bytes: zipOf(broken),
      expected: 'INVALID MANIFEST_SIGNATURE_INVALID',
    },
    {
      name: 'a list by a stranger',
      bytes: resealed(entries, undefined, keyNamed('stranger')),
      keyring: verifierKeyring,
      expected: 'INCOMPLETE MANIFEST_KEY_UNKNOWN',
    },
  ]
}

/** A text that some inflaters have given only in part when they have taken in all of it; a little over 1 MiB. */
function slowToCome(seed: number): Buffer {
  const blocks = Array.from({ length: 200 }, (_, at) => createHash('sha256').update(`${seed} ${at}`).digest('hex'))
  const head = blocks.join('').slice(0, 9_000 + seed)
  return Buffer.from(head.padEnd(2 ** 20 + 1, 'a'))
}

/** An end that counts more members than a number can hold. */
function countless(): Buffer {
  const bytes = Buffer.alloc(56 + 20 + 22)
  bytes.writeUInt32LE(0x06064b50, 0)
  bytes.writeBigUInt64LE(44n, 4)
  bytes.writeBigUInt64LE(1n << 60n, 24)
  bytes.writeBigUInt64LE(1n << 60n, 32)
  bytes.writeUInt32LE(0x07064b50, 56)
  bytes.writeUInt32LE(1, 72)
  bytes.writeUInt32LE(0x06054b50, 76)
  bytes.fill(0xff, 84, 96)
  return bytes
}

/** A note of a log of nobody, whose name is as long as a note allows. */
function longNamed(bytes: number): Buffer {
  const origin = 'a'.repeat(bytes)
  const text = checkpointText({ origin, size: 14, rootHash: rootOf(acme) })
  const key = noteKey(origin, 'ed25519', parseDidKey(keyNamed('log').keyId))
  return Buffer.from(`${text}\n${signatureLine(key, Buffer.alloc(64, 1))}`)
}

/** Receipts that say more than a thousand times, and each time otherwise, how another chain ended. */
async function contradicting(): Promise<Uint8Array> {
  const outbox = chainOf([{}, chainEnd()], { chainId: 'outbox' })
  const joins = (at: number) =>
    Array.from({ length: 32 }, (_, link) => ({
      rel: 'joins',
      receiptId: outbox[1]?.receiptId as string,
      chainId: 'outbox',
      receiptHash: `sha256:${createHash('sha256').update(`${at} ${link}`).digest('hex')}`,
    }))
  const gap = { event: 'gap', from: days(0), to: days(0), reason: 'outage' } as const
  const gaps = Array.from({ length: 40 }, (_, at) => ({
    // the last says again what the one before it said
    body: { eventType: 'system', system: gap, links: joins(Math.min(at, 38)) as never },
  })) as readonly EntryOf[]
  const store = await storeOf(chainOf(gaps, { chainId: 'joining' }), outbox)
  return packed({ store, logChain: undefined, checkpoints: [] })
}

async function odd(): Promise<readonly Misleading[]> {
  const entries = await entriesOf(await packed())
  const late = [63, 117, 133].map((seed) => ({ name: `late/${seed}.txt`, bytes: slowToCome(seed), deflate: true }))
  const keyring = new Keyring([...verifierKeyring.entries(), { keyId: keyNamed('log').keyId, uses: ['checkpoint'] }])
  const named = (bytes: number) =>
    resealed([...entries, ...[3, 4].map((at) => ({ name: `checkpoints/${at}.txt`, bytes: longNamed(bytes) }))])
  return [
    { name: 'compressed members whose ends come late', bytes: resealed([...entries, ...late]), expected: 'VALID' },
    { name: 'a thousand contradictions', bytes: await contradicting(), expected: 'INVALID CHAIN_INVALID' },
    { name: 'an end with a count beyond 2^53', bytes: countless(), expected: 'INVALID PACKAGE_MALFORMED' },
    {
      name: 'a forged note of a name that a log can have',
      bytes: named(256),
      keyring,
      expected: 'INVALID CHECKPOINT_INVALID',
    },
    { name: 'a forged note of a name that no log can have', bytes: named(257), keyring, expected: 'VALID' },
    { name: 'the same, as long as a note can be', bytes: named(490_000), keyring, expected: 'VALID' },
  ]
}

/** The key was revoked after the witnesses had seen everything; then the thief went on. */
async function stolen(): Promise<readonly Misleading[]> {
  const keyring = new Keyring([
    ...verifierKeyring.entries().filter(({ keyId }) => keyId !== keys.one.keyId),
    { keyId: keys.one.keyId, revokedAt: days(4) },
  ])
  const before = chainOf([startOf('c'), entryAbout(acme), entryAbout(beta)], { chainId: 'the-log' })
  const after = chainOf([{ ...entryAbout(beta), at: days(5) }], { chainId: 'the-log', on: before })
  const head = await noteOf(LOG, before, [0, 2])
  const of = async (...notes: readonly string[]) =>
    packed({
      store: await storeOf(acme, beta, [...before, ...(notes.length > 1 ? after : [])]),
      checkpoints: notes.map((note) => ({ note, timestamps: [] })),
    })
  const policy = asking({ checkpoints: witnesses })
  return [
    { name: 'a key that was revoked later', bytes: await of(head), keyring, policy, expected: 'VALID' },
    {
      name: 'a key that was revoked, and has added to the log: what was seen before stays seen',
      bytes: await of(head, await noteOf(LOG, [...before, ...after], [0, 2], logKey, days(6))),
      keyring,
      policy,
      expected: 'INVALID CHAIN_INVALID',
    },
  ]
}

/** All of them. */
export const misleading = async (): Promise<readonly Misleading[]> =>
  (await Promise.all([ended(), aged(), dated(), labelled(), anew(), large(), unsealed(), odd(), stolen()])).flat()

/** Policies that nobody can mean: a checkpoint's age, where no witness is asked for that could tell it. */
export const refusedPolicies: readonly string[] = [
  asking({ checkpoints: { from: [logVkey] }, maxCheckpointAgeHours: 24 }),
  asking({ checkpoints: { policy: `log ${logVkey}\nquorum none\n` }, maxCheckpointAgeHours: 24 }),
  asking({ maxCheckpointAgeHours: 24 }),
  asking({ chains: [{ chainId: 'acme' }] }),
  asking({ chains: [{ chainId: 'acme', root: 'sha256:00' }] }),
  asking({ chains: ['acme', { chainId: 'acme', root: `sha256:${'0'.repeat(64)}` }] }),
  asking({ chains: [] }),
  asking({ allChains: 'yes' }),
]
