/** A small deployment to be packed: two chains, the log's chain, its checkpoints, two witnesses. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type WriteEvidenceOptions, writeEvidence } from '../../src/evidence/index.js'
import { type EvidenceManifest, manifestMessage } from '../../src/evidence/manifest.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash, receiptLeaf } from '../../src/merkle/index.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { cosign } from '../../src/tlog/cosignature.js'
import { signatureLine } from '../../src/tlog/note.js'
import { type NoteKey, noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { chainOf, days, type EntryOf, keyEvent, keyNamed, keys, NOW, type TestKey } from '../verify/support.js'
import { entriesOf, type RawEntry, zipOf } from './zip-of.js'

export const LOG = 'log.example/acme'
export const packer = keyNamed('packer')
export const logKey = keyNamed('log')
export const witnessKeys = [keyNamed('witness one'), keyNamed('witness two'), keyNamed('witness three')] as const

export const providerOf = (key: TestKey): KeyProvider => ({
  signer: async () => ({ keyId: key.keyId, sign: async (message) => key.sign(message) }),
})

export const verifierKeyring = new Keyring([{ keyId: keys.one.keyId }, { keyId: packer.keyId, uses: ['report'] }])

const publicKey = (key: TestKey) => parseDidKey(key.keyId)
export const logVkey = vkeyOf(noteKey(LOG, 'ed25519', publicKey(logKey)))
const witnessKey = (index: number): NoteKey =>
  noteKey(`witness-${index + 1}.example/w`, 'ed25519-cosignature', publicKey(witnessKeys[index] as TestKey))

/** Two of three. */
export const tlogPolicy = [
  `log ${logVkey}`,
  ...witnessKeys.map((_, index) => `witness w${index + 1} ${vkeyOf(witnessKey(index))}`),
  'group all-of-them 2 w1 w2 w3',
  'quorum all-of-them',
  '',
].join('\n')

export const rootOf = (receipts: readonly DecisionReceipt[]): Uint8Array =>
  frontierRoot(
    receipts.reduce(
      (tree, { receiptHash, signature }) => appendLeaf(tree, leafHash(receiptLeaf(receiptHash, signature))),
      emptyFrontier,
    ),
  )

/** A checkpoint with cosignatures of these witnesses, at a time or in a second since 1970. */
export async function noteOf(
  origin: string,
  receipts: readonly DecisionReceipt[],
  cosigners: readonly number[] = [],
  by: TestKey = logKey,
  at: string | number = days(3),
): Promise<string> {
  const second = typeof at === 'number' ? at : Math.floor(Date.parse(at) / 1000)
  const text = checkpointText({ origin, size: receipts.length, rootHash: rootOf(receipts) })
  const lines = [signatureLine(noteKey(origin, 'ed25519', publicKey(by)), by.sign(Buffer.from(text)))]
  for (const index of cosigners)
    lines.push(
      await cosign(text, witnessKey(index), second, async (message) => (witnessKeys[index] as TestKey).sign(message)),
    )
  return `${text}\n${lines.join('')}`
}

export const chainOrigin = ([first]: readonly DecisionReceipt[]): string =>
  `${LOG}/${(first as DecisionReceipt).receiptHash.slice(7, 23)}`

/** The first receipt of a chain; another nonce makes another chain of it. */
export const startOf = (nonce: string): EntryOf => ({
  body: { eventType: 'system', system: { event: 'chain_start', nonce: nonce.repeat(32), retentionDays: 200 } },
})

const rotated: EntryOf = keyEvent({
  event: 'revoke',
  keyId: keyNamed('never used').keyId as `did:key:z6Mk${string}`,
  effectiveAt: days(1),
  reason: 'lost',
})

export const acme = chainOf([startOf('a'), ...Array.from({ length: 10 }, () => ({})), rotated, {}, {}], {})
export const beta = chainOf([startOf('b'), ...Array.from({ length: 5 }, () => ({ details: { rationale: 'Größe' } }))], {
  chainId: 'Beta/Ünicode'.replace('Ü', 'U'),
})

/** What the log's chain says of a chain when it had its first `size` receipts. */
export const entryAbout = (
  receipts: readonly DecisionReceipt[],
  size = receipts.length,
  origin = chainOrigin(receipts),
): EntryOf => ({
  body: {
    eventType: 'system',
    system: {
      event: 'checkpoint',
      origin,
      size,
      rootHash: `sha256:${Buffer.from(rootOf(receipts.slice(0, size))).toString('hex')}`,
    },
  },
})
export const log = chainOf([startOf('c'), entryAbout(acme, 10), entryAbout(beta), entryAbout(acme)], {
  chainId: 'the-log',
})

/** The policy file of a verifier who asks for this. */
export const asking = (require: object): string => JSON.stringify({ require })

export async function storeOf(...chains: readonly (readonly DecisionReceipt[])[]): Promise<ReceiptStore> {
  const store = memoryStore()
  for (const receipts of chains) await store.append((receipts[0] as DecisionReceipt).chainId, receipts, undefined)
  return store
}

/** All of it, as its operator packs it. */
export async function world(): Promise<Omit<WriteEvidenceOptions, 'out'>> {
  return {
    store: await storeOf(acme, beta, log),
    logChain: 'the-log',
    keyring: new Keyring([{ keyId: keys.one.keyId, comment: 'the ledger' }]),
    signer: providerOf(packer),
    checkpoints: [
      { note: await noteOf(chainOrigin(acme), acme), timestamps: [] },
      { note: await noteOf(LOG, log, [0, 2]), timestamps: [] },
    ],
    now: days(4),
  }
}

let folder: string | undefined
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true })
})

let files = 0
export async function fileOf(bytes: Uint8Array): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), 'quittance-evidence-'))
  files += 1
  const file = join(folder, `${files}.zip`)
  await writeFile(file, bytes)
  return file
}

export async function packed(more: Partial<WriteEvidenceOptions> = {}): Promise<Buffer> {
  const file = await fileOf(new Uint8Array())
  await writeEvidence({ ...(await world()), ...more, out: file })
  return readFile(file)
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** Signs a list of members anew, as whoever has the packer's key can. */
export function resealed(
  entries: readonly RawEntry[],
  change: (manifest: EvidenceManifest) => EvidenceManifest = (manifest) => manifest,
  by: TestKey = packer,
): Buffer {
  const kept = entries.filter(({ name }) => name !== 'manifest.json' && name !== 'manifest.sig')
  const before = JSON.parse(
    Buffer.from(entries.find(({ name }) => name === 'manifest.json')?.bytes ?? '').toString(),
  ) as EvidenceManifest
  const media = new Map(before.members.map(({ name, mediaType }) => [name, mediaType]))
  const members = kept.map(({ name, bytes }) => ({
    name: String(name),
    size: bytes.length,
    sha256: sha256(bytes),
    mediaType: media.get(String(name)) ?? 'application/octet-stream',
  }))
  const there = new Set(members.map(({ name }) => name))
  const chains = before.chains.filter(({ file }) => there.has(file))
  const manifest = Buffer.from(canonicalize(change({ ...before, chains, members })))
  const signature = `ed25519:${Buffer.from(by.sign(manifestMessage(manifest))).toString('hex')}`
  const sig = Buffer.from(canonicalize({ keyId: by.keyId, signature }))
  return zipOf([...kept, { name: 'manifest.json', bytes: manifest }, { name: 'manifest.sig', bytes: sig }])
}

/** The same package without its pages and the verifiers, which are most of it and say nothing. */
export async function slim(bytes: Buffer): Promise<Buffer> {
  return resealed(
    (await entriesOf(bytes)).filter(
      ({ name }) => !/^(?:format|verify|report\/report\.(?:html|md|pdf)$)/.test(String(name)),
    ),
  )
}

export const now = NOW
