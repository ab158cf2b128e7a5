/**
 * The heads that a witness has cosigned, as a file: a first line that says what it is, then a line for each group of heads
 * that became durable together. A line begins with the SHA-256 of the rest. A group is written only after the one before it
 * is durable, so a crash can damage the last line alone.
 */
import { sha256Hex } from '../../primitives/sha256.js'
import { parseCheckpoint } from '../../tlog/checkpoint.js'
import { parseNote } from '../../tlog/note.js'
import type { WitnessedHead } from './types.js'

const FIRST = 'quittance/1 witness\n'
const DIGEST_CHARS = 64

/**
 * @param heads - that become durable together; none is a journal's beginning
 * @returns their line
 */
export function journalLine(heads: readonly WitnessedHead[]): string {
  const json = JSON.stringify(heads.map(({ time, note }) => ({ time, note })))
  return `${sha256Hex(json)} ${json}\n`
}

/**
 * @param heads - the newest of every log
 * @returns a whole journal
 */
export function journalOf(heads: Iterable<WitnessedHead>): string {
  const lines = [FIRST]
  // a line a head: a group that is too long for one text can't come up
  for (const head of heads) lines.push(journalLine([head]))
  return lines.join('')
}

function headOf(value: unknown): WitnessedHead {
  const { time, note } = value as { readonly time: number; readonly note: string }
  if (!Number.isSafeInteger(time)) throw new TypeError('no time')
  const { origin, size, rootHash } = parseCheckpoint(parseNote(note).text)
  return { origin, size, rootHash, time, note }
}

/** @returns the heads of a line; `torn` where it is not whole, `foreign` where it was written whole by something else */
function headsOf(line: Buffer): readonly WitnessedHead[] | 'torn' | 'foreign' {
  const json = line.toString('utf8', DIGEST_CHARS + 1)
  if (line.toString('latin1', 0, DIGEST_CHARS + 1) !== `${sha256Hex(json)} `) return 'torn'
  try {
    return (JSON.parse(json) as readonly unknown[]).map(headOf)
  } catch {
    // its digest holds, so it is no damage: another version's, perhaps
    return 'foreign'
  }
}

/**
 * Reads a journal. A line at its end that was not written as a whole is left out: nothing that was cosigned in it can have
 * been told to anybody.
 *
 * @param bytes - what stands in the file
 * @returns the newest head of each log; otherwise the line, from 1, where it is damaged as no crash can have damaged it
 */
export function readJournal(
  bytes: Buffer,
): { readonly heads: Map<string, WitnessedHead> } | { readonly damaged: number } {
  const heads = new Map<string, WitnessedHead>()
  if (bytes.toString('utf8', 0, FIRST.length) !== FIRST) return { damaged: 1 }
  let torn: number | undefined
  let number = 1
  let at = FIRST.length
  while (at < bytes.length) {
    number += 1
    const newline = bytes.indexOf(0x0a, at)
    const end = newline < 0 ? bytes.length : newline
    const line = newline < 0 ? 'torn' : headsOf(bytes.subarray(at, end))
    at = end + 1
    if (line === 'torn') {
      torn ??= number
      continue
    }
    // behind a line that was not durable no other one was begun
    if (torn !== undefined) return { damaged: torn }
    if (line === 'foreign') return { damaged: number }
    for (const head of line) {
      if ((heads.get(head.origin)?.size ?? 0) > head.size) return { damaged: number }
      heads.set(head.origin, head)
    }
  }
  return { heads }
}
