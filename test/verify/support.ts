/** Chains made for tests: keys from public seeds, every id, salt and time derived, so that the same calls give the same bytes. */
import { createHash, createPrivateKey, sign as nodeSign } from 'node:crypto'
import { rotationMessage, signedDelegationMessage } from '../../src/keys/delegation.js'
import { didKey } from '../../src/keys/did-key.js'
import { nodeBackend } from '../../src/keys/ed25519/node.js'
import { Keyring, type KeyringEntry } from '../../src/keys/keyring.js'
import type { Delegation, DelegationCertificate } from '../../src/keys/provider.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { detailsHashOf, digestOf, genesisHash } from '../../src/receipt/digest.js'
import { frame, lineOf, link, type ReceiptBody, seal } from '../../src/receipt/seal.js'
import type { DecisionReceipt, Details, KeyEvent } from '../../src/receipt/types.js'
import { verifyLines } from '../../src/verify/chain.js'
import type { RawLine } from '../../src/verify/line.js'
import { lineSplitter } from '../../src/verify/node/lines.js'
import type { VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { rfc8032 } from '../keys/rfc8032.js'
import { jcs } from '../receipt/jcs.js'

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex')

/** A key whose seed everybody knows. */
export interface TestKey {
  readonly seed: Uint8Array
  readonly keyId: string
  readonly sign: (message: Uint8Array) => Uint8Array
}

export function testKey(seed: Uint8Array): TestKey {
  const { publicKey, signSync } = nodeBackend.signerFromSeed(seed)
  return { seed, keyId: didKey(publicKey), sign: signSync }
}

const seedOf = (index: number) => (rfc8032[index] as (typeof rfc8032)[number]).seed

/** The seeds of RFC 8032, section 7.1, in its order. */
export const keys = {
  one: testKey(seedOf(0)),
  two: testKey(seedOf(1)),
  root: testKey(seedOf(2)),
  delegate: testKey(seedOf(3)),
  retention: testKey(seedOf(4)),
} as const

/** A further key, for tests that need many. */
export const keyNamed = (name: string): TestKey => testKey(createHash('sha256').update(`test key ${name}`).digest())

/** The judge's clock in every test that does not test it. */
export const NOW = '2027-01-01T00:00:00.000Z'
const START = Date.UTC(2026, 0, 1)
const DAY_MS = 86_400_000

/** @returns the time so many milliseconds after the first receipt's */
export const msAfter = (ms: number): string => new Date(START + ms).toISOString()
export const days = (count: number): string => msAfter(count * DAY_MS)

/** A UUIDv7 whose random part is derived. */
export function derivedId(time: string, from: string): string {
  const ms = Date.parse(time).toString(16).padStart(12, '0')
  const random = sha256Hex(from)
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`
}

/** One receipt to be: a plain decision, but for what is said. */
export interface Entry {
  readonly by?: TestKey | undefined
  /** Default: a second after the one before, or the chain's start. */
  readonly at?: string | undefined
  /** Members over those of a plain decision; `eventType` other than decision drops the decision's own. */
  readonly body?: Partial<ReceiptBody> | undefined
  /** Free text; salt and `detailsHash` are derived. */
  readonly details?: Omit<Details, 'salt'> | undefined
}

export type EntryOf = Entry | ((before: readonly DecisionReceipt[]) => Entry)

export interface ChainOptions {
  readonly chainId?: string | undefined
  /** Who signs where the entry does not say; default `keys.one`. */
  readonly by?: TestKey | undefined
  /** Chains of another label are others, also where they say the same. */
  readonly label?: string | undefined
  /** The receipts that the first entry follows. */
  readonly on?: readonly DecisionReceipt[] | undefined
}

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) frozen(member)
    Object.freeze(value)
  }
  return value
}

function receiptOf(entry: Entry, before: readonly DecisionReceipt[], options: ChainOptions): DecisionReceipt {
  const { chainId = 'acme', label = '' } = options
  const previous = before.at(-1)
  const seq = previous === undefined ? 0 : previous.seq + 1
  const timestamp = entry.at ?? (previous ? new Date(Date.parse(previous.timestamp) + 1_000).toISOString() : msAfter(0))
  const name = JSON.stringify([chainId, label, seq])
  const details = entry.details && { salt: sha256Hex(`salt ${name}`), ...entry.details }
  const decision = (entry.body?.eventType ?? 'decision') === 'decision'
  const body = {
    version: 'quittance/1',
    receiptId: derivedId(timestamp, name),
    chainId,
    eventType: 'decision',
    tenantId: 'tenant-1',
    ...(decision
      ? {
          input: { kind: 'text', hash: `sha256:${sha256Hex(`input ${name}`)}` },
          checks: [{ name: 'limit', score: 0.25, threshold: 0.5, op: 'gte', fired: false }],
          action: 'allow',
        }
      : {}),
    ...(details && { details, detailsHash: detailsHashOf(details) }),
    ...entry.body,
  } as ReceiptBody
  const by = entry.by ?? options.by ?? keys.one
  const linked = link(frame(frozen(body)), {
    seq,
    timestamp,
    keyId: by.keyId,
    prevReceiptHash: previous?.receiptHash ?? genesisHash(chainId),
  })
  return seal(linked, by.sign(linked.message))
}

/** Seals one entry after another. */
export function chainOf(entries: readonly EntryOf[], options: ChainOptions = {}): DecisionReceipt[] {
  const receipts = [...(options.on ?? [])]
  const start = receipts.length
  for (const entry of entries) {
    receipts.push(receiptOf(typeof entry === 'function' ? entry(receipts) : entry, receipts, options))
  }
  return receipts.slice(start)
}

/** A chain of so many plain decisions. */
export const plainChain = (count: number, options: ChainOptions = {}): DecisionReceipt[] =>
  chainOf(
    Array.from({ length: count }, () => ({})),
    options,
  )

export const keyEvent = (key: KeyEvent, more: Entry = {}): Entry => ({
  ...more,
  body: { eventType: 'key', key, ...more.body },
})

/** A certificate, signed by its root or by whoever is said to have. */
export function delegation(
  changes: Partial<DelegationCertificate> = {},
  by: { readonly root?: TestKey; readonly signer?: TestKey } = {},
): Delegation {
  const root = by.root ?? keys.root
  const certificate: DelegationCertificate = {
    root: root.keyId,
    delegate: keys.delegate.keyId,
    chains: ['acme'],
    notBefore: msAfter(0),
    notAfter: days(1),
    uses: ['receipt'],
    serial: 'certificate-1',
    ...changes,
  }
  const message = signedDelegationMessage(digestOf(canonicalize(certificate)))
  const signature = (by.signer ?? root).sign(message)
  return { certificate, certificateSignature: `ed25519:${Buffer.from(signature).toString('hex')}` }
}

/** A delegate's receipt that carries its certificate. */
export const delegated = (given: Delegation = delegation(), more: Entry = {}): Entry => ({
  by: keys.delegate,
  ...more,
  body: { ...more.body, key: { event: 'delegate', ...given } as KeyEvent },
})

/** The old key hands the chain over; the new one countersigns. */
export function rotation(
  to: TestKey,
  more: Entry & { readonly signer?: TestKey; readonly from?: TestKey; readonly chainId?: string } = {},
): Entry {
  const { signer = to, from = more.by ?? keys.one, chainId = 'acme', ...entry } = more
  const countersignature = signer.sign(rotationMessage(chainId, from.keyId, to.keyId))
  return keyEvent(
    {
      event: 'rotate',
      newKeyId: to.keyId as `did:key:z6Mk${string}`,
      countersignature: `ed25519:${Buffer.from(countersignature).toString('hex')}`,
    },
    entry,
  )
}

export const revocation = (of: TestKey, effectiveAt: string, more: Entry = {}): Entry =>
  keyEvent({ event: 'revoke', keyId: of.keyId as `did:key:z6Mk${string}`, effectiveAt, reason: 'compromise' }, more)

/** Says that everything through a receipt is about to be removed. */
export const prune = (through: DecisionReceipt, more: Entry = {}): Entry => ({
  by: keys.retention,
  ...more,
  body: {
    eventType: 'retention',
    retention: {
      event: 'prune',
      through: { seq: through.seq, receiptHash: through.receiptHash },
      count: through.seq + 1,
      merkleRoot: `sha256:${sha256Hex('leaves')}`,
      policy: 'retention-policy-1',
      reason: 'expired',
    },
    ...more.body,
  },
})

export const chainEnd = (more: Entry = {}): Entry => ({
  ...more,
  body: { eventType: 'system', system: { event: 'chain_end', reason: 'closed' }, ...more.body },
})

export const chainStart = (more: Entry = {}): Entry => ({
  ...more,
  body: {
    eventType: 'system',
    system: { event: 'chain_start', nonce: sha256Hex('nonce').slice(0, 32), retentionDays: 184 },
    ...more.body,
  },
})

/** Anything that looks like a receipt. */
export type Loose = Record<string, unknown>

/** PKCS#8 of an Ed25519 seed (RFC 8410). */
const privateKeyOf = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  })

/**
 * Hashes and signs whatever it is given, by the format's page and with nothing of the product: another writer of RFC 8785,
 * another SHA-256, another Ed25519. Also seals what the product would refuse.
 */
export function sealedLoosely(members: Loose, by: TestKey): Loose {
  const { receiptHash: _hash, signature: _signature, details, ...covered } = members
  const receiptHash = `sha256:${sha256Hex(jcs(covered))}`
  const signature = nodeSign(null, Buffer.from(`quittance/1 receipt\n${receiptHash}\n`), privateKeyOf(by.seed))
  return {
    ...covered,
    receiptHash,
    signature: `ed25519:${signature.toString('hex')}`,
    ...(details === undefined ? {} : { details }),
  }
}

/** A receipt with some members changed (`undefined` removes one), hashed and signed again. */
export function resealed(receipt: object, changes: Loose, by: TestKey = keys.one): Loose {
  const members = Object.entries({ ...receipt, ...changes }).filter(([, value]) => value !== undefined)
  return sealedLoosely(Object.fromEntries(members), by)
}

/** The line of anything, canonical where it has such a form. */
export const lineOfLoose = (members: object): string => jcs(members)

export const linesOf = (receipts: readonly DecisionReceipt[]): string[] => receipts.map(lineOf)

/** The bytes of an export. */
export const fileOf = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''))

/** A keyring of the keys that the tests sign with. */
export const trusting = (...entries: (TestKey | KeyringEntry)[]): Keyring =>
  new Keyring(entries.map((entry) => ('seed' in entry ? entry.keyId : entry)))

export const entryOf = (key: TestKey, more: Omit<KeyringEntry, 'keyId'> = {}): KeyringEntry => ({
  keyId: key.keyId,
  ...more,
})

export const trustOne = trusting(keys.one)

export type JudgeOptions = Omit<VerifyOptions, 'keyring'> & { readonly keyring?: Keyring | undefined }

/** The raw lines of an export. */
export function rawLines(file: Uint8Array): RawLine[] {
  const splitter = lineSplitter()
  const lines = [...splitter.push(file)]
  const last = splitter.end()
  return last === undefined ? lines : [...lines, last]
}

type Judged = Uint8Array | readonly (DecisionReceipt | Loose | string)[]

/** Verifies an export: bytes as they are, receipts and lines as the lines that a store keeps. Each finding has words. */
export async function judge(source: Judged, options: JudgeOptions = {}): Promise<VerifyResult> {
  const file =
    source instanceof Uint8Array
      ? source
      : fileOf(
          source.map((item) =>
            typeof item === 'string' ? item : 'receiptHash' in item ? lineOfLoose(item) : jcs(item),
          ),
        )
  const result = await verifyLines(rawLines(file), { now: NOW, ...options, keyring: options.keyring ?? trustOne })
  const wordless = [...result.problems, ...result.notices].find(({ message }) => !/\w/.test(message))
  if (wordless !== undefined) throw new Error(`${wordless.code} says nothing`)
  return result
}

/** `CODE@seq` of every problem in order; `CODE@-` where it has no seq. */
export const codesOf = (result: VerifyResult): string[] =>
  result.problems.map(({ code, seq }) => `${code}@${seq ?? '-'}`)

/** Verdict and problems in one value, which is what most tests compare. */
export async function judged(source: Judged, options: JudgeOptions = {}): Promise<readonly [string, ...string[]]> {
  const result = await judge(source, options)
  return [result.verdict, ...codesOf(result)]
}
