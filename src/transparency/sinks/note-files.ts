/** Checkpoints as files: how they are called, and how a second one of the same head adds to the first. */
import { QuittanceError } from '../../errors.js'
import { toHex } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { readCheckpoint } from '../../tlog/checkpoint.js'
import { formatNote } from '../../tlog/note.js'
import type { PublishedCheckpoint } from '../types.js'

/** What a checkpoint's files are called, without their endings: 16 hex digits of SHA-256 of the origin, and the size. */
export const noteFilePattern: RegExp = /^([0-9a-f]{16}-[0-9]{16})\.note$/
/** The time stamps beside it: the file's name without its ending, and 16 hex digits of SHA-256 of the token. */
export const tokenFilePattern: RegExp = /^([0-9a-f]{16}-[0-9]{16})\.[0-9a-f]{16}\.tst$/

const SIZE_DIGITS = 16
const DIGITS = 16

/** A file of a checkpoint. */
export interface NoteFile {
  readonly name: string
  readonly content: Uint8Array
}

/** The files of a checkpoint. */
export interface NoteFiles {
  /** The name of the note's own. */
  readonly name: string
  readonly tokens: readonly NoteFile[]
}

/**
 * @param checkpoint - what is published
 * @returns its files; the note's own content depends on what is there already
 */
export function noteFiles({ origin, size, timestamps }: PublishedCheckpoint): NoteFiles {
  const stem = `${originDigits(origin)}-${String(size).padStart(SIZE_DIGITS, '0')}`
  const tokens = timestamps.map((content) => ({ name: `${stem}.${sha256Hex(content).slice(0, DIGITS)}.tst`, content }))
  return { name: `${stem}.note`, tokens }
}

/** @returns what the names of an origin's files begin with, without the hyphen */
export const originDigits = (origin: string): string => sha256Hex(origin).slice(0, DIGITS)

/**
 * @param origin - of a log or chain
 * @param names - of files, without their directories
 * @returns the name of the note with the largest size
 */
export function newestOf(origin: string, names: readonly string[]): string | undefined {
  const begin = `${originDigits(origin)}-`
  let newest: string | undefined
  for (const name of names)
    if (name.startsWith(begin) && noteFilePattern.test(name) && (newest === undefined || name > newest)) newest = name
  return newest
}

/**
 * @param given - a note that is published
 * @param there - the note in the file of its name
 * @returns the note that has the signatures of both; `undefined` where nothing is new
 * @throws QuittanceError `TLOG_REFUSED` where the other is of another root; `TLOG_MALFORMED`
 */
export function mergedNote(given: string, there: string): string | undefined {
  const [one, other] = [readCheckpoint(there), readCheckpoint(given)]
  if (one.note.text !== other.note.text) {
    const message = 'another checkpoint of this origin and size is there already: one of the two is a fork'
    throw new QuittanceError('TLOG_REFUSED', message, { details: { reason: 'fork' } })
  }
  const keyOf = (line: (typeof one.note.signatures)[number]): string =>
    `${line.name} ${line.keyId} ${toHex(line.signature)}`
  const has = new Set(one.note.signatures.map(keyOf))
  const more = other.note.signatures.filter((line) => !has.has(keyOf(line)))
  if (more.length === 0) return undefined
  return formatNote({ text: one.note.text, signatures: [...one.note.signatures, ...more] })
}
