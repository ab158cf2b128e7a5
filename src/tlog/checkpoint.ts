/** Checkpoints: the size and root of a log, as the text of a signed note (C2SP tlog-checkpoint). */
import { emptyRoot, HASH_BYTES } from '../merkle/hash.js'
import { equalBytes } from '../primitives/bytes.js'
import { base64Of, bytesIn, countIn } from './lines.js'
import { malformed } from './malformed.js'
import { isNoteText, type Note, parseNote, verifyNote } from './note.js'
import type { NoteKey } from './vkey.js'

/** What a log says of itself at one size. */
export interface Checkpoint {
  /** Which log: a schema-less URL. */
  readonly origin: string
  /** How many leaves it has. */
  readonly size: number
  /** The RFC 6962 root over them, 32 bytes. */
  readonly rootHash: Uint8Array
  /** Further lines, which nobody can audit; none of ours has any. */
  readonly extensions: readonly string[]
}

/**
 * Writes a checkpoint's text, to be signed.
 *
 * @param checkpoint - origin, size and root
 * @returns at least three lines, each with its newline
 * @throws RangeError when it can't be a checkpoint
 */
export function checkpointText({
  origin,
  size,
  rootHash,
  extensions = [],
}: Omit<Checkpoint, 'extensions'> & Partial<Checkpoint>): string {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError('size must be an integer from 0 to 2^53-1')
  if (rootHash.length !== HASH_BYTES) throw new RangeError(`rootHash must be ${HASH_BYTES} bytes`)
  const lines = [origin, String(size), base64Of(rootHash), ...extensions]
  const text = `${lines.join('\n')}\n`
  if (!isNoteText(text) || lines.some((line) => line === '' || line.includes('\n')))
    throw new RangeError('origin and extensions must be lines that are not empty')
  return text
}

/**
 * Reads a checkpoint's text.
 *
 * @param text - the text of a note
 * @returns what it says; nobody has been asked whether it is so
 * @throws QuittanceError `TLOG_MALFORMED`; also for an empty tree with another root than it has
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', count = '', root = '', ...rest] = text.split('\n')
  const extensions = rest.slice(0, -1)
  const size = countIn(count)
  const rootHash = bytesIn(root, HASH_BYTES)
  if (!isNoteText(text) || rest.at(-1) !== '' || origin === '' || extensions.includes(''))
    throw malformed('checkpoint', 'it is not three lines or more, none of them empty')
  if (size === undefined) throw malformed('checkpoint', 'its size is not a decimal number up to 2^53-1', 2)
  if (rootHash === undefined) throw malformed('checkpoint', 'its root is not the base64 of 32 bytes', 3)
  if (size === 0 && !equalBytes(rootHash, emptyRoot()))
    throw malformed('checkpoint', 'its root is not that of an empty tree', 3)
  return { origin, size, rootHash, extensions }
}

/** A checkpoint in its note. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note
}

/**
 * Reads a signed checkpoint; nothing is verified.
 *
 * @param note - its bytes or text
 * @returns the checkpoint and its note
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readCheckpoint(note: string | Uint8Array): SignedCheckpoint {
  const parsed = parseNote(note)
  return { ...parseCheckpoint(parsed.text), note: parsed }
}

/**
 * Reads a signed checkpoint and checks that its log signed it: with a key whose name is the checkpoint's origin.
 *
 * @param note - its bytes or text
 * @param logs - the keys of logs that are trusted
 * @returns the checkpoint
 * @throws QuittanceError `TLOG_MALFORMED`, `TLOG_UNTRUSTED`
 */
export function openCheckpoint(note: string | Uint8Array, logs: readonly NoteKey[]): SignedCheckpoint {
  const checkpoint = readCheckpoint(note)
  verifyNote(
    checkpoint.note,
    logs.filter(({ name }) => name === checkpoint.origin),
  )
  return checkpoint
}
