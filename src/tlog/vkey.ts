/** Names, ids and public keys of those who sign notes: C2SP signed-note, "verifier keys". */
import { concatBytes, utf8 } from '../primitives/bytes.js'
import { sha256 } from '../primitives/sha256.js'
import { base64Of, bytesIn } from './lines.js'
import { malformed } from './malformed.js'

/** The signature types of C2SP signed-note that are known here, by their identifier byte. */
export const noteKeyTypes = {
  /** Ed25519 over the note's text. */
  ed25519: 0x01,
  /** Ed25519 over a time and the text: a witness's cosignature. */
  'ed25519-cosignature': 0x04,
  /** ML-DSA-44 over a time and the tree head: a witness's cosignature. */
  'ml-dsa-44-cosignature': 0x06,
} as const

/** A signature type, by its name. */
export type NoteKeyType = keyof typeof noteKeyTypes

const PUBLIC_KEY_BYTES = { ed25519: 32, 'ed25519-cosignature': 32, 'ml-dsa-44-cosignature': 1312 } satisfies Record<
  NoteKeyType,
  number
>

/** A public key under the name and for the signature type that it may be used for. */
export interface NoteKey {
  readonly name: string
  /** The first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), big-endian. */
  readonly id: number
  readonly type: NoteKeyType
  /** 32 bytes, or 1,312 for ML-DSA-44. */
  readonly publicKey: Uint8Array
}

/**
 * @param name - perhaps the name of a key
 * @returns whether it is not empty, well-formed, and has no white space, control character or plus
 */
export function isKeyName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+\u0000-\u001f]/u.test(name)
}

/**
 * Puts a public key under a name.
 *
 * @param name - a schema-less URL, such as a log's origin; no white space, no plus
 * @param type - the signature type
 * @param publicKey - 32 bytes, or 1,312 for ML-DSA-44
 * @returns the key with its id
 * @throws RangeError when the name or the length is wrong
 * @example
 * ```ts
 * import { noteKey, vkeyOf } from 'quittance/transparency'
 * const key = noteKey('log.example/acme', 'ed25519', new Uint8Array(32).fill(7))
 * console.log(vkeyOf(key))
 * ```
 */
export function noteKey(name: string, type: NoteKeyType, publicKey: Uint8Array): NoteKey {
  if (typeof name !== 'string' || !isKeyName(name))
    throw new RangeError('name must be a text without white space and plus')
  if (publicKey.length !== PUBLIC_KEY_BYTES[type])
    throw new RangeError(`publicKey must be ${PUBLIC_KEY_BYTES[type]} bytes`)
  const digest = sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(noteKeyTypes[type]), publicKey))
  const id = new DataView(digest.buffer, digest.byteOffset).getUint32(0)
  return { name, id, type, publicKey: Uint8Array.from(publicKey) }
}

/**
 * @param id - a key's id
 * @returns its 8 hex digits, as a verifier key has them
 */
export const keyIdHex = (id: number): string => id.toString(16).padStart(8, '0')

/**
 * Writes a key as a verifier key.
 *
 * @param key - from `noteKey` or `parseVkey`
 * @returns `<name>+<8 hex digits>+<base64>`
 */
export function vkeyOf({ name, id, type, publicKey }: NoteKey): string {
  return `${name}+${keyIdHex(id)}+${base64Of(concatBytes(Uint8Array.of(noteKeyTypes[type]), publicKey))}`
}

/**
 * Reads a verifier key.
 *
 * @param vkey - `<name>+<8 hex digits>+<base64>`
 * @returns the key
 * @throws QuittanceError `TLOG_MALFORMED` when it is none, its id is not its own, or its type is not known here
 * @example
 * ```ts
 * import { parseVkey } from 'quittance/transparency'
 * const { name, type } = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
 * ```
 */
export function parseVkey(vkey: string): NoteKey {
  const [name = '', id = '', rest = '', ...more] = typeof vkey === 'string' ? vkey.split('+') : []
  // base64 may hold a plus too
  const material = bytesIn([rest, ...more].join('+'))
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(id) || material === undefined)
    throw malformed('vkey', 'it is not <name>+<8 hex digits>+<base64>')
  const found = Object.entries(noteKeyTypes).find(([, byte]) => byte === material[0])
  if (found === undefined) throw malformed('vkey', 'its signature type is not known')
  const type = found[0] as NoteKeyType
  if (material.length !== 1 + PUBLIC_KEY_BYTES[type]) throw malformed('vkey', 'its public key has another length')
  const key = noteKey(name, type, material.subarray(1))
  if (keyIdHex(key.id) !== id) throw malformed('vkey', 'its id does not fit its name and key')
  return key
}
