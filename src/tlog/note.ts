/** Signed notes: a text and the signatures of those who stand for it (C2SP signed-note). */
import { QuittanceError } from '../errors.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { concatBytes, decodeUtf8, utf8 } from '../primitives/bytes.js'
import { base64Of, bytesIn } from './lines.js'
import { malformed } from './malformed.js'
import { isKeyName, keyIdHex, type NoteKey } from './vkey.js'

const MAX_NOTE_BYTES = 1_000_000
const MAX_SIGNATURES = 100
const KEY_ID_BYTES = 4

/** One signature line. */
export interface NoteSignature {
  readonly name: string
  readonly keyId: number
  /** What stands behind the key id; its form is its type's. */
  readonly signature: Uint8Array
}

/** A text with signatures, none of them checked. */
export interface Note {
  /** Ends in a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Signs the text of a note under one name. */
export interface NoteSigner {
  readonly key: NoteKey
  /** @returns the signature line, with its newline */
  sign(text: string): Promise<string>
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const controls = /[\u0000-\u0009\u000b-\u001f]/

/**
 * @param text - perhaps the text of a note
 * @returns whether it ends in a newline and has no other control character
 */
export function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !controls.test(text)
}

/**
 * Reads a note. Nothing is checked yet: see `verifyNote`.
 *
 * @param note - its bytes, or its text
 * @returns text and signatures
 * @throws QuittanceError `TLOG_MALFORMED`; more than 1,000,000 bytes or 100 signatures are refused too
 */
export function parseNote(note: string | Uint8Array): Note {
  const whole = typeof note === 'string' ? note : note.length <= MAX_NOTE_BYTES ? decodeUtf8(note) : ''
  if (whole === undefined) throw malformed('note', 'it is not UTF-8')
  if (whole === '' || utf8(whole).length > MAX_NOTE_BYTES) throw malformed('note', 'it is empty or too long')
  if (!isNoteText(whole)) throw malformed('note', 'it has control characters, or no newline at its end')
  const gap = whole.lastIndexOf('\n\n')
  if (gap < 0) throw malformed('note', 'no empty line stands before its signatures')
  const text = whole.slice(0, gap + 1)
  const first = text.split('\n').length + 1
  const lines = whole.slice(gap + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) throw malformed('note', `it has more than ${MAX_SIGNATURES} signatures`)
  return { text, signatures: lines.map((line, index) => parseSignatureLine(line, first + index)) }
}

/**
 * @param line - a signature line without its newline
 * @param number - where it stands, counted from 1
 * @returns what it says
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function parseSignatureLine(line: string, number?: number): NoteSignature {
  const [dash, name = '', encoded = '', ...more] = line.split(' ')
  const bytes = bytesIn(encoded)
  if (dash !== '—' || more.length > 0 || !isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES)
    throw malformed('note', 'a line is not "— <name> <base64>"', number)
  const keyId = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return { name, keyId, signature: bytes.slice(KEY_ID_BYTES) }
}

/**
 * @param key - whose signature it is
 * @param signature - as its type has it
 * @returns the signature line, with its newline
 */
export function signatureLine({ name, id }: Pick<NoteKey, 'name' | 'id'>, signature: Uint8Array): string {
  const keyId = new Uint8Array(KEY_ID_BYTES)
  new DataView(keyId.buffer).setUint32(0, id)
  return `— ${name} ${base64Of(concatBytes(keyId, signature))}\n`
}

/**
 * Writes a note.
 *
 * @param note - a text and its signatures
 * @returns the note as text
 */
export function formatNote({ text, signatures }: Note): string {
  const lines = signatures.map(({ name, keyId, signature }) => signatureLine({ name, id: keyId }, signature))
  return `${text}\n${lines.join('')}`
}

/**
 * Signs a text.
 *
 * @param text - ends in a newline, no other control character
 * @param signers - who stands for it, in this order
 * @returns the signed note
 * @throws RangeError when the text can't be a note's; what a signer throws
 */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<string> {
  if (!isNoteText(text)) throw new RangeError('text must end in a newline and have no other control character')
  const lines: string[] = []
  for (const signer of signers) lines.push(await signer.sign(text))
  return `${text}\n${lines.join('')}`
}

/**
 * Checks one Ed25519 signature by the strict rules of `quittance/verify`.
 *
 * @param publicKey - 32 bytes
 * @param message - the bytes that were signed
 * @param signature - what claims to be the signature
 * @returns whether it holds
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { key } = admitKey(publicKey)
  return key !== undefined && verifySignature(key, message, signature)
}

/**
 * Checks the Ed25519 signatures of a note under keys that are trusted for it. Lines of others are passed over.
 *
 * @param note - from `parseNote`
 * @param keys - of type `ed25519`
 * @returns those of the keys that signed it
 * @throws QuittanceError `TLOG_UNTRUSTED` when none did, or when a line that claims to be one's is wrong
 * @throws TypeError when a key has another type
 * @example
 * ```ts
 * import { parseNote, parseVkey, verifyNote } from 'quittance/transparency'
 * const open = (text: string) =>
 *   verifyNote(parseNote(text), [parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')])
 * ```
 */
export function verifyNote(note: Note, keys: readonly NoteKey[]): readonly NoteKey[] {
  const message = utf8(note.text)
  const signed = new Set<NoteKey>()
  for (const key of keys) {
    if (key.type !== 'ed25519') throw new TypeError('keys must be of type ed25519')
    for (const { name, keyId, signature } of note.signatures) {
      if (name !== key.name || keyId !== key.id) continue
      if (!verifyEd25519(key.publicKey, message, signature))
        throw new QuittanceError('TLOG_UNTRUSTED', `the signature of ${name} (${keyIdHex(keyId)}) is wrong`, {
          details: { reason: 'signature' },
        })
      signed.add(key)
    }
  }
  if (signed.size > 0) return [...signed]
  throw new QuittanceError('TLOG_UNTRUSTED', 'no key that is trusted for it has signed the note', {
    details: { reason: 'no-known-key' },
  })
}
