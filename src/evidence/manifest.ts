/** The list of a package: what it holds, with digests, and who vouches for the list. */
import { duplicateMember } from '../keys/duplicate-member.js'
import { ascii } from '../primitives/bytes.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { isTime } from '../primitives/time.js'
import { canonicalize } from '../receipt/canonical.js'
import { digestOf, type Sha256 } from '../receipt/digest.js'
import { isMemberName, MANIFEST, SIGNATURE } from './names.js'

/** Which form of a package this release writes and reads. */
export const EVIDENCE_FORMAT = 'quittance/evidence/1'

/** What the list says of one chain. */
export interface EvidenceChain {
  readonly chainId: string
  /** The member that holds its receipts, a line each. */
  readonly file: string
  readonly receipts: number
  /** The `receiptHash` of seq 0, where seq 0 is in the package. */
  readonly root?: string | undefined
  /** Absent where it holds no receipt. */
  readonly fromSeq?: number | undefined
  readonly head?: { readonly seq: number; readonly receiptHash: string } | undefined
}

/** One member of a package. */
export interface EvidenceMember {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** `sha256:` and hex, of its bytes. */
  readonly sha256: string
  readonly mediaType: string
}

/** What was left out of a package, and why. */
export interface EvidenceOmission {
  /** What it would have been: the name of a member, or `chain <id>`. */
  readonly what: string
  readonly why: string
}

/** What `manifest.json` says. */
export interface EvidenceManifest {
  readonly format: typeof EVIDENCE_FORMAT
  /** When it was packed, by the clock of who packed it. */
  readonly madeAt: string
  readonly chains: readonly EvidenceChain[]
  /** The chain that holds the checkpoints of all others, where it is among `chains`. */
  readonly logChain?: string | undefined
  /** All but the manifest and its signature, in the order in which they stand. */
  readonly members: readonly EvidenceMember[]
  readonly omitted: readonly EvidenceOmission[]
}

/** What `manifest.sig` says. */
export interface EvidenceSignature {
  readonly keyId: string
  readonly signature: string
}

/**
 * @param manifest - the text of `manifest.json`
 * @returns the bytes that its signer signs
 */
export function manifestMessage(manifest: Uint8Array): Uint8Array {
  return ascii(`quittance/1 evidence\n${digestOf(manifest)}\n`)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isDigest = (value: unknown): value is Sha256 => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)
const isWords = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 1_000
const isChain = (value: unknown): value is string => typeof value === 'string' && chainIdPattern.test(value)
const isFile = (value: unknown): value is string => typeof value === 'string' && isMemberName(value)

type Shape = Readonly<Record<string, (value: unknown) => boolean>>

function fits(value: unknown, required: Shape, optional: Shape = {}): boolean {
  if (!isObject(value)) return false
  const known = { ...required, ...optional }
  return (
    Object.keys(required).every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => Object.hasOwn(known, name) && known[name]?.(member) === true)
  )
}

const listOf = (one: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(one)
const head = (value: unknown): boolean => fits(value, { seq: isSeq, receiptHash: isDigest })

function isEvidenceChain(value: unknown): boolean {
  const required = { chainId: isChain, file: isFile, receipts: isSeq }
  if (!fits(value, required, { root: isDigest, fromSeq: isSeq, head })) return false
  const { receipts, fromSeq, head: last, root } = value as EvidenceChain
  const empty = receipts === 0
  if (empty !== (fromSeq === undefined) || empty !== (last === undefined)) return false
  return root === undefined || fromSeq === 0
}

const isMember = (value: unknown): boolean =>
  fits(value, { name: isFile, size: isSeq, sha256: isDigest, mediaType: isWords })

const isManifest = (value: unknown): value is EvidenceManifest =>
  fits(
    value,
    {
      format: (format) => format === EVIDENCE_FORMAT,
      madeAt: (time) => typeof time === 'string' && isTime(time),
      chains: listOf(isEvidenceChain),
      members: listOf(isMember),
      omitted: listOf((one) => fits(one, { what: isWords, why: isWords })),
    },
    { logChain: isChain },
  )

const repeats = (names: readonly string[]): boolean => new Set(names).size !== names.length

/** @returns what contradicts itself in a manifest whose members have their form */
function contradictionIn({ chains, members, logChain }: EvidenceManifest): string | undefined {
  if (repeats(members.map(({ name }) => name))) return 'it names a member twice'
  if (members.some(({ name }) => name === MANIFEST || name === SIGNATURE)) return 'it names itself'
  if (repeats(chains.map(({ chainId }) => chainId))) return 'it names a chain twice'
  if (repeats(chains.map(({ file }) => file))) return 'two chains are in one member'
  const names = new Set(members.map(({ name }) => name))
  if (chains.some(({ file }) => !names.has(file))) return 'it has a chain whose member it does not name'
  const receipts = members.filter(({ name }) => name.startsWith('receipts/')).map(({ name }) => name)
  const files = new Set(chains.map(({ file }) => file))
  if (receipts.some((name) => !files.has(name)) || receipts.length !== files.size)
    return 'its receipts are not those of its chains'
  if (logChain !== undefined && !chains.some(({ chainId }) => chainId === logChain))
    return 'its log is none of its chains'
  return undefined
}

/** What a text could not be read as. */
export interface Unreadable {
  readonly unreadable: string
  /** True where a later release may know it. */
  readonly unsupported?: true | undefined
}

function parsed(text: string | undefined): unknown | Unreadable {
  if (text === undefined) return { unreadable: 'it is not UTF-8' }
  let value: unknown
  try {
    value = JSON.parse(text)
    if (duplicateMember(text) !== undefined) return { unreadable: 'a member stands in it twice' }
    if (canonicalize(value) !== text) return { unreadable: 'it is not in canonical form' }
  } catch {
    return { unreadable: 'it is not JSON that has a canonical form' }
  }
  return value
}

const isUnreadable = (value: unknown): value is Unreadable => isObject(value) && Object.hasOwn(value, 'unreadable')

/**
 * @param text - of `manifest.json`; `undefined` where it is not UTF-8
 * @returns the manifest, or why it is none
 */
export function parseManifest(text: string | undefined): EvidenceManifest | Unreadable {
  const value = parsed(text)
  if (isUnreadable(value)) return value
  const format = isObject(value) ? value.format : undefined
  if (typeof format === 'string' && /^quittance\/evidence\/[0-9]{1,9}$/.test(format) && format !== EVIDENCE_FORMAT)
    return { unreadable: 'its format is one that this release does not know', unsupported: true }
  if (!isManifest(value)) return { unreadable: 'it is not a manifest of the format' }
  const contradiction = contradictionIn(value)
  return contradiction === undefined ? value : { unreadable: contradiction }
}

/**
 * @param text - of `manifest.sig`; `undefined` where it is not UTF-8
 * @returns the signature, or why it is none
 */
export function parseSignature(text: string | undefined): EvidenceSignature | Unreadable {
  const value = parsed(text)
  if (isUnreadable(value)) return value
  const holds = fits(value, {
    keyId: (keyId) => typeof keyId === 'string' && /^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/.test(keyId),
    signature: (signature) => typeof signature === 'string' && /^ed25519:[0-9a-f]{128}$/.test(signature),
  })
  return holds ? (value as EvidenceSignature) : { unreadable: 'it is not a signature of the format' }
}
