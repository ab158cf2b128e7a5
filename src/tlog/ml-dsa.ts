/** Cosignatures of ML-DSA-44 keys (C2SP tlog-cosignature); the signature scheme itself is the caller's to bring. */
import { concatBytes, utf8 } from '../primitives/bytes.js'
import { parseCheckpoint } from './checkpoint.js'
import { type Cosignature, timedSignature } from './cosignature.js'
import type { Note, NoteSignature } from './note.js'
import type { NoteKey } from './vkey.js'

const SIGNATURE_BYTES = 2420
const MAX_NAME_BYTES = 255
const label = utf8('subtree/v1\n\0')

/** Verifies ML-DSA-44 (FIPS 204, pure, empty context). */
export interface MlDsa44 {
  /**
   * @param publicKey - 1,312 bytes
   * @param message - what was signed
   * @param signature - 2,420 bytes
   * @returns whether it holds
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

/** What an ML-DSA-44 cosigner signs: a tree head, and whose word on it this is. */
export interface CosignedTree {
  /** The name of the cosigner's key. */
  readonly cosigner: string
  /** Seconds since 1970; 0 where the cosigner says nothing about the newest tree. */
  readonly time: number
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly rootHash: Uint8Array
}

function number64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/** A name behind its length; `undefined` where the length does not fit a byte. */
function prefixed(name: string): Uint8Array | undefined {
  const bytes = utf8(name)
  return bytes.length === 0 || bytes.length > MAX_NAME_BYTES
    ? undefined
    : concatBytes(Uint8Array.of(bytes.length), bytes)
}

/**
 * The bytes that an ML-DSA-44 cosigner signs for a tree head (`cosigned_message`, from leaf 0 on).
 * A checkpoint's extension lines are not in them: no cosigner says anything about those.
 *
 * @param tree - the tree head, the cosigner and the time
 * @returns the message; `undefined` where a name is empty or longer than 255 bytes, so that nobody can have signed it
 */
export function mlDsaMessage({ cosigner, time, origin, size, rootHash }: CosignedTree): Uint8Array | undefined {
  const [name, log] = [prefixed(cosigner), prefixed(origin)]
  if (name === undefined || log === undefined) return undefined
  return concatBytes(label, name, number64(time), log, number64(0), number64(size), rootHash)
}

/**
 * Makes what checks the ML-DSA-44 lines of checkpoints out of an implementation of ML-DSA-44.
 *
 * @param mlDsa44 - the implementation
 * @returns for a checkpoint's note, one of its lines, and the key with the line's name and id: the cosignature, or `undefined` when
 *   it is wrong. It throws a TypeError when the key has another type, and `TLOG_MALFORMED` when the note is no checkpoint
 * @example
 * ```ts
 * import { mlDsa44Cosignatures, openTrusted, type Policy } from 'quittance/transparency'
 * import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
 * const mlDsa44 = mlDsa44Cosignatures({
 *   verify: (publicKey, message, signature) => ml_dsa44.verify(signature, message, publicKey),
 * })
 * const open = (note: string, policy: Policy) => openTrusted(note, policy, { mlDsa44 })
 * ```
 */
export function mlDsa44Cosignatures(
  mlDsa44: MlDsa44,
): (note: Note, line: NoteSignature, key: NoteKey) => Cosignature | undefined {
  return (note, line, key) => {
    if (key.type !== 'ml-dsa-44-cosignature') throw new TypeError('key must be of type ml-dsa-44-cosignature')
    const { origin, size, rootHash } = parseCheckpoint(note.text)
    const timed = timedSignature(line)
    if (timed === undefined || line.name !== key.name || line.keyId !== key.id) return undefined
    const { time, signature } = timed
    const message = mlDsaMessage({ cosigner: key.name, time, origin, size, rootHash })
    if (message === undefined || signature.length !== SIGNATURE_BYTES) return undefined
    return mlDsa44.verify(key.publicKey, message, signature) ? { key, time } : undefined
  }
}
