/** One leaf's proof against a signed checkpoint, as one text (C2SP tlog-proof). */
import { QuittanceError } from '../errors.js'
import { HASH_BYTES } from '../merkle/hash.js'
import { verifyInclusion } from '../merkle/verify-inclusion.js'
import { decodeUtf8 } from '../primitives/bytes.js'
import { readCheckpoint, type SignedCheckpoint } from './checkpoint.js'
import { base64Of, bytesIn, countIn } from './lines.js'
import { malformed } from './malformed.js'

const HEADER = 'c2sp.org/tlog-proof@v1'
/** More than any tree of up to 2^53-1 leaves has levels. */
const MAX_HASHES = 64
/** A note of the largest size, a receipt of the largest size as `extra`, and room to spare. */
const MAX_PROOF_LENGTH = 4_000_000

/** That a leaf is in a log. */
export interface LogProof {
  /** What the application needs to build the leaf. Nothing vouches for it before the leaf is checked. */
  readonly extra?: Uint8Array | undefined
  /** The leaf, counted from 0. */
  readonly index: number
  /** From the leaf's neighbour up to the root's child, 32 bytes each. */
  readonly hashes: readonly Uint8Array[]
  /** The signed checkpoint, with its cosignatures. */
  readonly note: string
}

/**
 * Writes a proof as text, for a file that ends in `.tlog-proof`.
 *
 * @param proof - an `extra` without bytes is left out
 * @returns the text
 * @throws RangeError when index or hashes can't be a proof's, or it is too long; QuittanceError `TLOG_MALFORMED` when `note` is no checkpoint
 * @example
 * ```ts
 * import { formatProof } from 'quittance/transparency'
 * const fileOf = (note: string, index: number, hashes: readonly Uint8Array[]) => formatProof({ index, hashes, note })
 * ```
 */
export function formatProof({ extra, index, hashes, note }: LogProof): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError('index must be an integer from 0 to 2^53-1')
  if (hashes.length > MAX_HASHES || hashes.some((hash) => hash.length !== HASH_BYTES))
    throw new RangeError(`hashes must be at most ${MAX_HASHES} of ${HASH_BYTES} bytes`)
  readCheckpoint(note)
  const extraLines = extra === undefined || extra.length === 0 ? [] : [`extra ${base64Of(extra)}`]
  const text = [HEADER, ...extraLines, `index ${index}`, ...hashes.map(base64Of), '', note].join('\n')
  if (text.length > MAX_PROOF_LENGTH) throw new RangeError(`a proof may have ${MAX_PROOF_LENGTH} characters`)
  return text
}

/**
 * Reads a proof. Nothing is verified: see `checkProof`.
 *
 * @param proof - its bytes or text
 * @returns what it says; its note can be read as a checkpoint
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function parseProof(proof: string | Uint8Array): LogProof {
  const whole = proof.length > MAX_PROOF_LENGTH ? '' : typeof proof === 'string' ? proof : decodeUtf8(proof)
  if (whole === undefined) throw malformed('proof', 'it is not UTF-8')
  const gap = whole.indexOf('\n\n')
  if (whole === '' || gap < 0) throw malformed('proof', 'it is empty, too long, or has no checkpoint')
  const lines = whole.slice(0, gap).split('\n')
  if (lines[0] !== HEADER) throw malformed('proof', `its first line is not ${HEADER}`, 1)
  const extraText = lines[1]?.startsWith('extra ') ? lines[1].slice('extra '.length) : undefined
  const extra = extraText === undefined ? undefined : bytesIn(extraText)
  if (extraText !== undefined && (extra === undefined || extra.length === 0))
    throw malformed('proof', 'its extra data is not base64 of at least one byte', 2)
  const indexAt = extraText === undefined ? 1 : 2
  const indexLine = lines[indexAt] ?? ''
  const index = indexLine.startsWith('index ') ? countIn(indexLine.slice('index '.length)) : undefined
  if (index === undefined) throw malformed('proof', 'a line is not "index <decimal number up to 2^53-1>"', indexAt + 1)
  const hashLines = lines.slice(indexAt + 1)
  if (hashLines.length > MAX_HASHES) throw malformed('proof', `it has more than ${MAX_HASHES} hashes`)
  const hashes = hashLines.map((line, at) => {
    const hash = bytesIn(line, HASH_BYTES)
    if (hash === undefined) throw malformed('proof', 'a line is not the base64 of 32 bytes', indexAt + 2 + at)
    return hash
  })
  const note = whole.slice(gap + 2)
  readCheckpoint(note)
  return extra === undefined ? { index, hashes, note } : { extra, index, hashes, note }
}

/**
 * Checks that a proof leads from a leaf to the root of its checkpoint. Who signed the checkpoint is not looked at:
 * without that the proof shows nothing.
 *
 * @param proof - from `parseProof`
 * @param leaf - the leaf's hash, 32 bytes, from `leafHash` over what the application knows the leaf to be
 * @returns the checkpoint, for `verifyNote` or a policy
 * @throws QuittanceError `TLOG_UNTRUSTED` with the reason `inclusion` when it does not lead there; `TLOG_MALFORMED` when
 *   the note is no checkpoint
 * @example
 * ```ts
 * import { leafHash } from 'quittance/merkle'
 * import { checkProof, type NoteKey, parseProof, verifyNote } from 'quittance/transparency'
 * const check = (file: string, data: Uint8Array, log: NoteKey) => {
 *   const checkpoint = checkProof(parseProof(file), leafHash(data))
 *   if (checkpoint.origin !== log.name) throw new Error('another log')
 *   verifyNote(checkpoint.note, [log])
 * }
 * ```
 */
export function checkProof(proof: LogProof, leaf: Uint8Array): SignedCheckpoint {
  const checkpoint = readCheckpoint(proof.note)
  if (!verifyInclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.rootHash))
    throw new QuittanceError('TLOG_UNTRUSTED', 'the proof does not lead from the leaf to the root of the checkpoint', {
      details: { reason: 'inclusion' },
    })
  return checkpoint
}
