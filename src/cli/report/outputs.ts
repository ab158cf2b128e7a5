/** The files of a report: written whole or not at all, and never over something else. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { handedReport } from '../../report/checking/input.js'
import type { ReportFormat } from '../../report/formats.js'
import { cannotWrite } from '../cannot-write.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'

/** The endings of the files of one report. */
export type FileKind = ReportFormat | 'seal.json'

/** Every ending that a report of a name may have. */
export const fileKinds = ['html', 'md', 'json', 'pdf', 'seal.json'] as const satisfies readonly FileKind[]

/** A file to be written. */
export interface ReportFile {
  readonly kind: FileKind
  readonly content: string | Uint8Array
}

/** Where a report's files go. */
export interface OutputPlace {
  /** As it was typed. */
  readonly out: string
  readonly name: string
  /** Files of an earlier report of that name, which are there now. */
  readonly earlier: ReadonlySet<FileKind>
}

/** What `report` writes at the end of Markdown: a text that only speaks of reports is somebody's own. */
const markdownMark = /\n<!-- quittance-report\/\d+ sha256:[0-9a-f]{64} -->\n$/

function isSealText(text: string): boolean {
  try {
    const value = JSON.parse(text) as { digest?: unknown; lines?: unknown } | null
    return typeof value?.digest === 'string' && Array.isArray(value.lines)
  } catch {
    return false
  }
}

/** Whether a file is one that this command wrote before. */
async function isEarlier(kind: FileKind, bytes: Uint8Array): Promise<boolean> {
  if (kind === 'md') return markdownMark.test(Buffer.from(bytes).toString('utf8'))
  if (kind === 'seal.json') return isSealText(Buffer.from(bytes).toString('utf8'))
  const handed = await handedReport(bytes)
  if (handed.text === undefined || (kind === 'json') !== (handed.kind === 'json')) return false
  try {
    const value = JSON.parse(handed.text) as { format?: unknown } | null
    return typeof value?.format === 'string' && value.format.startsWith('quittance-report/')
  } catch {
    return false
  }
}

/** A name that stays in its folder. */
const plainName = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u

/**
 * Looks where the files would go, before anything is read or written.
 *
 * @param out - of `--out`
 * @param name - of the files
 * @param kinds - those that will be written
 * @param io - the process
 * @returns the place
 * @throws UsageError where a file of that name is no report
 */
export async function outputPlace(out: string, name: string, kinds: readonly FileKind[], io: Io): Promise<OutputPlace> {
  if (!plainName.test(name))
    throw new UsageError('--name must be letters, digits, spaces and ._-, and begin with one of the first two')
  const earlier = new Set<FileKind>()
  for (const kind of fileKinds) {
    const file = `${name}.${kind}`
    let bytes: Uint8Array
    try {
      const path = join(pathFrom(io, out), file)
      // a pipe would be waited for
      if (!(await stat(path)).isFile()) throw new UsageError(`${join(out, file)} is there, and is no file`)
      bytes = await readFile(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') continue
      if (error instanceof UsageError) throw error
      throw new UsageError(`cannot look at ${join(out, file)}: ${code}`)
    }
    if (await isEarlier(kind, bytes)) earlier.add(kind)
    else if (kinds.includes(kind))
      throw new UsageError(`${join(out, file)} is there, and is no report: it is left alone`, [
        'Name another --out, or another --name.',
      ])
  }
  return { out, name, earlier }
}

/** Files that are written, and not yet in their place. */
export interface Drafts {
  readonly files: ReadonlyMap<FileKind, string>
  /** The folder, where it was made for them. */
  readonly folder: string | undefined
}

/** @param drafts - to be removed, with a folder that was made for nothing else */
export async function dropDrafts({ files, folder }: Drafts): Promise<void> {
  for (const draft of files.values()) await rm(draft, { force: true })
  if (folder === undefined) return
  try {
    await rmdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
  }
}

/**
 * Writes files beside their place. Before something that can't be undone it shows that there is room, and that they may be
 * written there.
 *
 * @param place - from `outputPlace`
 * @param files - what to write
 * @param io - the process
 * @param before - earlier drafts, which are written again
 * @returns what `writeFiles` takes, or `dropDrafts` removes
 * @throws UsageError where something can't be written; nothing of it stays then
 */
export async function writeDrafts(
  { out, name }: OutputPlace,
  files: readonly ReportFile[],
  io: Io,
  before?: Drafts,
): Promise<Drafts> {
  const folder = pathFrom(io, out)
  const drafts = new Map(before?.files)
  let made = before?.folder
  let at: string = out
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) made = folder
    for (const { kind, content } of files) {
      at = join(out, `${name}.${kind}`)
      const earlier = before?.files.get(kind)
      const draft = earlier ?? join(folder, `${name}.${kind}.${randomBytes(6).toString('hex')}.tmp`)
      drafts.set(kind, draft)
      await writeFile(draft, content, { flag: earlier === undefined ? 'wx' : 'w' })
    }
    return { files: drafts, folder: made }
  } catch (error) {
    await dropDrafts({ files: drafts, folder: made })
    throw cannotWrite(at, error)
  }
}

/**
 * Writes the files of a report. Each replaces one of an earlier report whole. A seal of an earlier report is taken away where
 * none comes in its place: it would be about another report.
 *
 * @param place - from `outputPlace`
 * @param files - what to write
 * @param io - the process
 * @param before - of `writeDrafts`, for the same kinds
 * @returns the names of what was written, in that order, and of what is left of an earlier report
 * @throws UsageError where something can't be written
 */
export async function writeFiles(
  place: OutputPlace,
  files: readonly ReportFile[],
  io: Io,
  before?: Drafts,
): Promise<{
  readonly written: readonly string[]
  readonly removed: readonly string[]
  readonly stale: readonly string[]
}> {
  const { out, name, earlier } = place
  const folder = pathFrom(io, out)
  const pathOf = (kind: FileKind) => join(folder, `${name}.${kind}`)
  const shown = (kind: FileKind) => join(out, `${name}.${kind}`)
  const drafts = await writeDrafts(place, files, io, before)
  let at: string = out
  try {
    for (const [kind, draft] of drafts.files) {
      at = shown(kind)
      await rename(draft, pathOf(kind))
    }
  } catch (error) {
    await dropDrafts(drafts)
    throw cannotWrite(at, error)
  }
  const kinds = new Set(files.map(({ kind }) => kind))
  const left = fileKinds.filter((kind) => earlier.has(kind) && !kinds.has(kind))
  const removed = left.filter((kind) => kind === 'seal.json')
  for (const kind of removed) await rm(pathOf(kind), { force: true })
  return {
    written: files.map(({ kind }) => shown(kind)),
    removed: removed.map(shown),
    stale: left.filter((kind) => kind !== 'seal.json').map(shown),
  }
}
