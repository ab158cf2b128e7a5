/** A witness's word, at a time, that a tree head goes on from all that it has seen (C2SP tlog-cosignature). */
import { concatBytes, utf8 } from '../primitives/bytes.js'
import { type Note, type NoteSignature, signatureLine, verifyEd25519 } from './note.js'
import type { NoteKey } from './vkey.js'

const TIME_BYTES = 8

/** A cosignature that was verified. */
export interface Cosignature {
  readonly key: NoteKey
  /** When the witness says it was made, in seconds since 1970. */
  readonly time: number
}

/**
 * @param text - the whole text of the checkpoint
 * @param time - seconds since 1970
 * @returns the bytes that a witness signs with Ed25519
 */
export function cosignatureMessage(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

/**
 * @param signature - a signature line's, of type `ed25519-cosignature` or `ml-dsa-44-cosignature`
 * @returns its time and the signature behind it; `undefined` where it is too short, or the time above 2^53-1
 */
export function timedSignature({
  signature,
}: NoteSignature): { readonly time: number; readonly signature: Uint8Array } | undefined {
  if (signature.length <= TIME_BYTES) return undefined
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
  return Number.isSafeInteger(time) ? { time, signature: signature.subarray(TIME_BYTES) } : undefined
}

/**
 * Cosigns a checkpoint with Ed25519. Whoever calls it has checked that the tree only grew, and recorded it.
 *
 * @param text - the whole text of the checkpoint
 * @param key - of type `ed25519-cosignature`
 * @param time - seconds since 1970, not 0
 * @param sign - signs bytes with the key
 * @returns the signature line, with its newline
 * @throws TypeError when the key has another type, RangeError when the time is none
 */
export async function cosign(
  text: string,
  key: NoteKey,
  time: number,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  if (key.type !== 'ed25519-cosignature') throw new TypeError('key must be of type ed25519-cosignature')
  if (!Number.isSafeInteger(time) || time <= 0) throw new RangeError('time must be whole seconds since 1970')
  return cosignatureLine(key, time, await sign(cosignatureMessage(text, time)))
}

/**
 * @param key - of type `ed25519-cosignature`
 * @param time - seconds since 1970, as they were signed
 * @param signature - of `cosignatureMessage`
 * @returns the signature line, with its newline
 */
export function cosignatureLine(key: NoteKey, time: number, signature: Uint8Array): string {
  const seconds = new Uint8Array(TIME_BYTES)
  new DataView(seconds.buffer).setBigUint64(0, BigInt(time))
  return signatureLine(key, concatBytes(seconds, signature))
}

/**
 * Checks one Ed25519 cosignature.
 *
 * @param note - the checkpoint's
 * @param line - one of its signatures
 * @param key - of type `ed25519-cosignature`, with the line's name and id
 * @returns the cosignature; `undefined` when it is wrong
 * @throws TypeError when the key has another type
 */
export function verifyCosignature(note: Note, line: NoteSignature, key: NoteKey): Cosignature | undefined {
  if (key.type !== 'ed25519-cosignature') throw new TypeError('key must be of type ed25519-cosignature')
  const timed = timedSignature(line)
  if (timed === undefined || line.name !== key.name || line.keyId !== key.id) return undefined
  const holds = verifyEd25519(key.publicKey, cosignatureMessage(note.text, timed.time), timed.signature)
  return holds ? { key, time: timed.time } : undefined
}
