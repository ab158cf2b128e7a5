/** What shows to anybody that a log has signed two histories. */
import type { QuittanceError } from '../../errors.js'
import { consistencyProof } from '../../merkle/consistency-proof.js'
import { HASH_BYTES } from '../../merkle/hash.js'
import { type LeafHashes, merkleRoot } from '../../merkle/range-root.js'
import { verifyConsistency } from '../../merkle/verify-consistency.js'
import { equalBytes } from '../../primitives/bytes.js'
import { openCheckpoint, readCheckpoint, type SignedCheckpoint } from '../../tlog/checkpoint.js'
import { base64Of, bytesIn } from '../../tlog/lines.js'
import { malformed } from '../../tlog/malformed.js'
import type { NoteKey } from '../../tlog/vkey.js'

const FORMAT = 'quittance/1 fork-proof'
const MAX_TEXT = 4_000_000
const MAX_PROOF = 63

/** What the larger of two trees of different sizes says of its own beginning. */
export interface LargerTree {
  /** The leaf hashes of the larger tree, 32 bytes each, or a lookup. */
  readonly leaves: LeafHashes
}

/** Two heads of one log, of which neither goes on from the other. */
export interface Fork {
  readonly origin: string
  /** The smaller one first; of one size, as they were given. */
  readonly heads: readonly [SignedCheckpoint, SignedCheckpoint]
}

interface ForkText {
  readonly format: typeof FORMAT
  readonly notes: readonly [string, string]
  /** Where the sizes differ: the root that the larger tree has at the smaller size, and the proof that it has it. */
  readonly root?: string
  readonly proof?: readonly string[]
}

function notAFork(why: string): QuittanceError {
  return malformed('fork proof', why)
}

/**
 * Makes a proof that a log has signed two histories.
 *
 * Two heads of one size with different roots are proof by themselves. For heads of different sizes, the leaves of the
 * larger tree are needed: from them it is shown which root that tree had at the smaller size, and that it is not the one
 * that was signed. Without them nothing is proved, because a log that hides its leaves may still have them.
 *
 * @param a - a signed checkpoint
 * @param b - another one of the same origin
 * @param larger - for different sizes: the larger one's leaves
 * @returns JSON for `verifyForkProof`; nothing is verified but that it would prove a fork if the signatures hold
 * @throws QuittanceError `TLOG_MALFORMED` where a note can't be read, or the two are no fork
 * @throws TypeError when the sizes differ and no leaves were given; RangeError when the leaves are not those of the larger head
 * @example
 * ```ts
 * import { forkProof, verifyForkProof, parseVkey } from 'quittance/transparency'
 * const show = (a: string, b: string, vkey: string) => verifyForkProof(forkProof(a, b), [parseVkey(vkey)]).origin
 * ```
 */
export function forkProof(a: string, b: string, larger?: LargerTree): string {
  const [first, second] = ordered(a, b)
  if (first.origin !== second.origin) throw notAFork('the heads are of two logs')
  if (first.size === second.size) {
    if (equalBytes(first.rootHash, second.rootHash)) throw notAFork('both heads have the same size and root')
    return textOf(first, second)
  }
  if (larger === undefined) throw new TypeError('larger is required where the sizes differ')
  if (!equalBytes(merkleRoot(larger.leaves, second.size), second.rootHash))
    throw new RangeError('larger.leaves must be those of the larger head')
  const root = merkleRoot(larger.leaves, first.size)
  if (equalBytes(root, first.rootHash)) throw notAFork('the larger head goes on from the smaller one')
  const proof = consistencyProof(larger.leaves, first.size, second.size)
  return textOf(first, second, { root: base64Of(root), proof: proof.map(base64Of) })
}

interface Read extends SignedCheckpoint {
  readonly whole: string
}

function ordered(a: string, b: string): readonly [Read, Read] {
  const heads = [a, b].map((whole) => ({ ...readCheckpoint(whole), whole })) as [Read, Read]
  return heads[0].size <= heads[1].size ? heads : [heads[1], heads[0]]
}

function textOf(first: Read, second: Read, claim: Pick<ForkText, 'root' | 'proof'> = {}): string {
  const proof: ForkText = { format: FORMAT, notes: [first.whole, second.whole], ...claim }
  return `${JSON.stringify(proof, undefined, 2)}\n`
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

function parseText(text: string): ForkText {
  if (text.length > MAX_TEXT) throw notAFork('it is too long')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw notAFork('it is not JSON')
  }
  if (typeof value !== 'object' || value === null) throw notAFork('it is not an object')
  const { format, notes, root, proof, ...more } = value as Record<string, unknown>
  if (format !== FORMAT || !isTexts(notes) || notes.length !== 2 || Object.keys(more).length > 0)
    throw notAFork(`it is not of the format "${FORMAT}"`)
  const [a, b] = notes as readonly [string, string]
  if (root === undefined && proof === undefined) return { format, notes: [a, b] }
  if (typeof root !== 'string' || !isTexts(proof) || proof.length > MAX_PROOF)
    throw notAFork('root and proof are not base64')
  return { format, notes: [a, b], root, proof }
}

function hashOf(text: string): Uint8Array {
  const hash = bytesIn(text, HASH_BYTES)
  if (hash === undefined) throw notAFork('root and proof are not base64 of 32 bytes')
  return hash
}

/**
 * Checks a proof that a log has signed two histories. It needs nothing but the log's keys.
 *
 * @param text - from `forkProof`, a witness's evidence, or anybody
 * @param logs - the keys of logs, from a source that the verifier trusts
 * @returns the fork: both heads were signed by a key of that origin, and no history has both
 * @throws QuittanceError `TLOG_MALFORMED` when it can't be read or proves no fork; `TLOG_UNTRUSTED` when no such key signed
 *   one of the heads (`details.reason` `no-known-key`) or a signature is wrong (`signature`)
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { parseVkey, verifyForkProof } from 'quittance/transparency'
 * const log = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
 * const check = (file: string) => verifyForkProof(readFileSync(file, 'utf8'), [log]).heads.map(({ size }) => size)
 * ```
 */
export function verifyForkProof(text: string, logs: readonly NoteKey[]): Fork {
  const { notes, root, proof = [] } = parseText(text)
  const first = openCheckpoint(notes[0], logs)
  const second = openCheckpoint(notes[1], logs)
  if (first.origin !== second.origin) throw notAFork('the heads are of two logs')
  if (root === undefined) {
    if (first.size !== second.size) throw notAFork('the heads have different sizes, and nothing shows that they differ')
    if (equalBytes(first.rootHash, second.rootHash)) throw notAFork('both heads have the same size and root')
  } else {
    if (first.size >= second.size) throw notAFork('the first head is not the smaller one')
    const before = hashOf(root)
    if (!verifyConsistency(first.size, second.size, before, second.rootHash, proof.map(hashOf)))
      throw notAFork('its proof does not hold')
    if (equalBytes(before, first.rootHash)) throw notAFork('the larger head goes on from the smaller one')
  }
  return { origin: first.origin, heads: [first, second] }
}
