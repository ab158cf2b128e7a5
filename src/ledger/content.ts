/** Input and output: redacted, hashed and forgotten; only a commitment reaches the receipt. */
import { QuittanceError } from '../errors.js'
import { sha256Hex } from '../primitives/sha256.js'
import { type CanonicalReason, canonicalize, notCanonical } from '../receipt/canonical.js'
import type { Commitment } from '../receipt/types.js'
import { frozenCopy } from './copy.js'
import { after, type Maybe } from './maybe.js'
import type { Counts, Redaction } from './redaction.js'

/** The two members that hold content. */
export type ContentMember = 'input' | 'output'

/** What a commitment says beside its hash. */
type Beside = Pick<Commitment, 'ref' | 'mediaType' | 'partial'>

/** Content as it was at the call: bytes are hashed already, the rest waits for the redactor. */
export type CopiedContent = { readonly beside: Beside } & (
  | { readonly kind: 'text'; readonly content: string }
  | { readonly kind: 'json'; readonly content: unknown }
  | { readonly kind: 'bytes'; readonly digest: string }
)

/** Content after redaction: its SHA-256 in hex, and what was redacted. */
export interface HashedContent {
  readonly kind: Commitment['kind']
  readonly digest: string
  readonly counts: Counts
}

const besideNames: ReadonlySet<string> = new Set(['ref', 'mediaType', 'partial'])
const hashText = /^sha256:([0-9a-f]{64})$/

const invalid = (path: string, message: string): QuittanceError =>
  new QuittanceError('RECEIPT_INVALID', `${path} ${message}`, { details: { path, outcome: 'absent' } })

function digestOfBytes(given: { readonly content?: unknown; readonly hash?: unknown }, member: ContentMember): string {
  const { content, hash } = given
  if ((content === undefined) === (hash === undefined)) throw invalid(member, 'must have either content or hash')
  if (content !== undefined) {
    if (!(content instanceof Uint8Array)) throw invalid(`${member}.content`, 'must be a Uint8Array')
    return sha256Hex(content)
  }
  const digits = typeof hash === 'string' ? hashText.exec(hash)?.[1] : undefined
  if (digits === undefined) throw invalid(`${member}.hash`, 'must be "sha256:" and 64 lower-case hex digits')
  return digits
}

/** Most contents have nothing beside them. */
const nothing: Beside = Object.freeze({})

function copyBeside(given: { readonly [name: string]: unknown }, member: ContentMember): Beside {
  let rest: Record<string, unknown> | undefined
  for (const name of Object.keys(given)) {
    if (name === 'kind' || name === 'content' || name === 'hash') continue
    if (!besideNames.has(name))
      throw invalid(member, 'has a member that is not known: it may have kind, content, hash, ref, mediaType, partial')
    rest ??= {}
    rest[name] = given[name]
  }
  return rest === undefined ? nothing : (frozenCopy(rest, member, 2) as Beside)
}

/**
 * Copies content at the call.
 *
 * @param given - a `ContentDraft`
 * @param member - where it stands
 * @returns the copy
 * @throws QuittanceError `RECEIPT_INVALID`, `RECEIPT_NOT_JSON` with `details.path`
 */
export function copyContent(given: unknown, member: ContentMember): CopiedContent {
  if (typeof given !== 'object' || given === null) throw invalid(member, 'must be {kind, content}')
  const { kind, content, hash } = given as { readonly [name: string]: unknown }
  const beside = copyBeside(given as { readonly [name: string]: unknown }, member)
  if (kind === 'bytes') return { beside, kind, digest: digestOfBytes({ content, hash }, member) }
  if (hash !== undefined) throw invalid(`${member}.hash`, 'is for kind bytes only')
  if (kind === 'json') return { beside, kind, content: frozenCopy(content, `${member}.content`, 1) }
  if (kind !== 'text') throw invalid(`${member}.kind`, 'must be text, json or bytes')
  if (typeof content !== 'string') throw invalid(`${member}.content`, 'must be a string')
  return { beside, kind, content }
}

function digestOfText(text: string, member: ContentMember): string {
  if (!text.isWellFormed()) throw notCanonical('lone-surrogate', `${member}.content`)
  return sha256Hex(text.normalize('NFC'))
}

/** Nobody writes into it: it is what was redacted where nothing is. */
const none: Counts = new Map()

function digestAsIs(copied: CopiedContent, member: ContentMember): string {
  if (copied.kind === 'text') return digestOfText(copied.content, member)
  return copied.kind === 'bytes' ? copied.digest : digestOfJson(copied.content, member)
}

/**
 * Redacts and hashes content.
 *
 * @param copied - from `copyContent`
 * @param member - where it stands
 * @param redaction - `undefined` where the ledger has none
 * @returns its digest
 * @throws QuittanceError `LEDGER_REDACTION_FAILED`, `RECEIPT_INVALID`, `RECEIPT_NOT_JSON`
 */
export function hashContent(
  copied: CopiedContent,
  member: ContentMember,
  redaction: Redaction | undefined,
): Maybe<HashedContent> {
  const { kind } = copied
  if (redaction === undefined) return { kind, digest: digestAsIs(copied, member), counts: none }
  const counts: Counts = new Map()
  if (kind === 'bytes') return { kind, digest: copied.digest, counts }
  if (kind === 'text') {
    const text = redaction.text(copied.content, member, counts)
    return after(text, (redacted) => ({ kind, digest: digestOfText(redacted, member), counts }))
  }
  const value = redaction.json(copied.content, member, counts)
  return after(value, (redacted) => ({ kind, digest: digestOfJson(redacted, member), counts }))
}

function digestOfJson(value: unknown, member: ContentMember): string {
  try {
    return sha256Hex(canonicalize(value))
  } catch (error) {
    if (!QuittanceError.is(error, 'RECEIPT_NOT_JSON')) throw error
    // the writer's own path holds the caller's names as they are
    throw notCanonical(error.details.reason as CanonicalReason, `${member}.content`)
  }
}

/** How a digest becomes a hash: plain, or keyed. */
export type Commit = (digest: string) => Pick<Commitment, 'hash' | 'commitKeyId'>

/** A hash that anybody can recompute. */
export const plainCommit: Commit = (digest) => ({ hash: `sha256:${digest}` })

/**
 * @param hashed - from `hashContent`
 * @param beside - what stands beside the hash, looked at by the redactor
 * @param commit - plain or keyed
 * @param withCounts - whether the counts of what was redacted are written
 * @returns the commitment, frozen
 */
export function commitmentOf(hashed: HashedContent, beside: Beside, commit: Commit, withCounts: boolean): Commitment {
  const { kind, digest, counts } = hashed
  const counted = withCounts && counts.size > 0
  if (commit === plainCommit && !counted && beside === nothing) return Object.freeze({ kind, hash: `sha256:${digest}` })
  const redactions = counted ? { redactions: Object.freeze(Object.fromEntries(counts)) } : {}
  return Object.freeze({ kind, ...commit(digest), ...redactions, ...beside })
}
