/** Checkpoints that are to be packed: those beside the chains, and those that a sink keeps in files. */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { Beside } from '../../evidence/judge-written.js'
import type { ReceiptStore } from '../../store/store.js'
import { readCell } from '../../transparency/log/cell.js'
import type { PublishedCheckpoint } from '../../transparency/types.js'
import { unreadable } from '../../verify/node/chunks.js'
import { type Io, pathFrom } from '../io.js'

/** A note and its time stamps. */
export type Packed = Pick<PublishedCheckpoint, 'note' | 'timestamps'>

async function notesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const found = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry: Dirent) => {
        const path = join(directory, entry.name)
        if (entry.isDirectory()) return notesBelow(path)
        // a pipe of that name would be waited for
        return entry.name.endsWith('.note') && (await stat(path)).isFile() ? [path] : []
      }),
  )
  return found.flat()
}

/**
 * @param named - files of notes, or directories of `*.note` files, as they were typed
 * @param io - the process
 * @returns what is in them, each with where it is
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function noteFiles(
  named: readonly string[],
  io: Io,
): Promise<readonly { readonly text: string; readonly place: string }[]> {
  const found: { text: string; place: string }[] = []
  for (const one of named) {
    try {
      const path = pathFrom(io, one)
      const isDirectory = (await stat(path)).isDirectory()
      for (const file of isDirectory ? await notesBelow(path) : [path])
        found.push({ text: await readFile(file, 'utf8'), place: isDirectory ? join(one, relative(path, file)) : one })
    } catch (error) {
      throw unreadable(error, one)
    }
  }
  return found
}

/** The tokens of a note stand beside it: `<stem>.<digits>.tst`. */
async function packedFrom(file: string): Promise<Packed> {
  const stem = basename(file).replace(/\.note$/, '')
  const names = (await readdir(dirname(file))).filter((name) => name.startsWith(`${stem}.`) && name.endsWith('.tst'))
  const timestamps = await Promise.all(names.sort().map((name) => readFile(join(dirname(file), name))))
  return { note: await readFile(file, 'utf8'), timestamps }
}

/**
 * @param named - files of one note, or directories of `*.note` files, as they were typed
 * @param io - the process
 * @returns the notes, each with the time stamps beside it
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function checkpointFiles(named: readonly string[], io: Io): Promise<readonly Packed[]> {
  const found: Packed[] = []
  for (const one of named) {
    try {
      const path = pathFrom(io, one)
      const files = (await stat(path)).isDirectory() ? await notesBelow(path) : [path]
      for (const file of files) found.push(await packedFrom(file))
    } catch (error) {
      throw unreadable(error, one)
    }
  }
  return found
}

/**
 * @param store - holds the chains
 * @param chains - which
 * @returns the newest checkpoint of each, as far as it has one, with cosignatures and time stamps
 * @throws what the store throws
 */
export async function keptCheckpoints(
  store: ReceiptStore,
  chains: readonly string[],
): Promise<readonly (Packed & Beside)[]> {
  const found: (Packed & Beside)[] = []
  for (const chainId of chains) {
    const { kept } = await readCell(store, chainId)
    if (kept === undefined) continue
    const { note, origin, root, size, tokens } = kept
    found.push({ chainId, note, origin, root, size, timestamps: tokens.map(({ token }) => token) })
  }
  return found
}

/**
 * @param all - any notes
 * @returns each note once, with all of its time stamps
 */
export function eachOnce(all: readonly Packed[]): readonly Packed[] {
  const byNote = new Map<string, Packed>()
  for (const { note, timestamps } of all) {
    const before = byNote.get(note)?.timestamps ?? []
    const more = timestamps.filter((token) => !before.some((one) => Buffer.from(one).equals(token)))
    byNote.set(note, { note, timestamps: [...before, ...more] })
  }
  return [...byNote.values()]
}
