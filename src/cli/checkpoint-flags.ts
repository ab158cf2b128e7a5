/** Checkpoints from elsewhere, and whom to believe about them. */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { QuittanceError } from '../errors.js'
import type { Policy } from '../tlog/policy.js'
import { openTrusted, type TrustOptions } from '../tlog/trusted.js'
import { type CheckpointSet, openCheckpoints, type PassedOver } from '../verify/checkpoints.js'
import { unreadable } from '../verify/node/chunks.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'
import { noteTrustFor, tlogPolicyIn } from './log-keys.js'
import { printable } from './printable.js'
import { once } from './values.js'

/** The options that `addCheckpointOptions` adds. */
export interface CheckpointOptions {
  readonly checkpoints?: readonly string[] | undefined
  readonly policy?: string | undefined
  readonly logChain?: string | undefined
  readonly tiles?: string | undefined
}

const collect = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text]

/**
 * @param command - the command
 * @returns the command, with the options that say which checkpoints chains are held against
 */
export function addCheckpointOptions(command: Command): Command {
  return command
    .option(
      '--checkpoints <file>',
      'signed checkpoints from elsewhere, also for a package: a file of notes, or a directory of *.note files; may be repeated',
      collect,
    )
    .option(
      '--policy <file>',
      'the logs and witnesses that you believe, and how many of them (C2SP tlog-policy)',
      once(String),
    )
    .option(
      '--log-chain <file|id>',
      'the chain that holds the checkpoints of all others: an export of it, or its id in the store',
      once(String),
    )
    .option(
      '--tiles <dir>',
      'tiles of the chain that were exported before it was pruned: its checkpoints are led to from them',
      once(String),
    )
}

/** @returns the notes of a text, in which they may stand one behind the other */
export function notesIn(text: string): string[] {
  const notes: string[] = []
  let lines: string[] = []
  for (const line of text.split('\n')) {
    if (lines.at(-1)?.startsWith('— ') && !line.startsWith('— ')) {
      notes.push(`${lines.join('\n')}\n`)
      lines = []
    }
    if (line !== '' || lines.length > 0) lines.push(line)
  }
  // what is left is no whole note: whoever opens it says so
  if (lines.length > 0) notes.push(lines.join('\n'))
  return notes
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = (await readdir(directory, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'))
  const files = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry: Dirent) => {
        const path = join(directory, entry.name)
        if (entry.isDirectory()) return filesIn(path)
        // a pipe of that name would be waited for
        return entry.name.endsWith('.note') && (await stat(path)).isFile() ? [path] : []
      }),
  )
  return files.flat()
}

/** A note, and how to find it. */
interface PlacedNote {
  readonly note: string
  readonly place: string
}

async function notesOf(path: string, shown: string): Promise<PlacedNote[]> {
  const notes = notesIn(await readFile(path, 'utf8'))
  return notes.map((note, at) => ({ note, place: notes.length === 1 ? shown : `${shown} (note ${at + 1})` }))
}

async function notesAt(named: string, io: Io): Promise<PlacedNote[]> {
  const path = pathFrom(io, named)
  try {
    if (!(await stat(path)).isDirectory()) return await notesOf(path, named)
    const notes: PlacedNote[] = []
    for (const file of await filesIn(path)) notes.push(...(await notesOf(file, join(named, relative(path, file)))))
    return notes
  } catch (error) {
    throw unreadable(error, named)
  }
}

async function policyAt(named: string, io: Io): Promise<Policy> {
  const bytes = await readFile(pathFrom(io, named)).catch((error: unknown) => {
    throw unreadable(error, named)
  })
  return tlogPolicyIn(bytes, named)
}

/** Where a repository keeps its commits, and no file of them. */
async function isBareRepository(named: string, io: Io): Promise<boolean> {
  const entries = await readdir(pathFrom(io, named)).catch((): string[] => [])
  return ['HEAD', 'objects', 'refs'].every((name) => entries.includes(name))
}

/** A place without a checkpoint is a slip, and no fault of the policy. */
async function refuseNone(notes: readonly (readonly PlacedNote[])[], places: readonly string[], io: Io): Promise<void> {
  if (notes.some((found) => found.length > 0)) {
    for (const [at, found] of notes.entries())
      if (found.length === 0) io.stderr.write(`warning: there is no checkpoint in ${printable(places[at] ?? '')}\n`)
    return
  }
  const bare: string[] = []
  for (const named of places) if (await isBareRepository(named, io)) bare.push(named)
  throw new UsageError(
    `there is no checkpoint in ${places.join(', ')}: a file of notes, or a directory with *.note files, was expected`,
    bare.map(
      (named) => `${named} is a git repository without files: git clone -b checkpoints ${named} DIR, and give DIR.`,
    ),
  )
}

const passesOver = (error: QuittanceError): boolean =>
  error.code === 'TLOG_UNTRUSTED' && ['no-known-key', 'quorum'].includes(String(error.details.reason))

/** Opens the notes; of one that is wrong it says in which file it is. */
function openPlaced(notes: readonly PlacedNote[], policy: Policy, terms: TrustOptions): CheckpointSet {
  try {
    return openCheckpoints(
      notes.map(({ note }) => note),
      policy,
      terms,
    )
  } catch (thrown) {
    for (const { note, place } of notes) {
      try {
        openTrusted(note, policy, terms)
      } catch (error) {
        if (!QuittanceError.is(error) || passesOver(error)) continue
        const { code, message, details } = error
        throw new QuittanceError(code, `${place}: ${message}`, { details, cause: error })
      }
    }
    throw thrown
  }
}

const MOST_NAMES = 5

function passedWords(
  notes: readonly PlacedNote[],
  { passedOver }: CheckpointSet,
  reason: PassedOver['reason'],
  words: string,
): string[] {
  const places = passedOver.filter((one) => one.reason === reason).map(({ index }) => notes[index]?.place ?? '')
  if (places.length === 0) return []
  const names = places.slice(0, MOST_NAMES).map((place) => printable(place))
  const more = places.length > MOST_NAMES ? ` and ${places.length - MOST_NAMES} more` : ''
  return [`${places.length} of ${notes.length} checkpoints ${words}: ${names.join(', ')}${more}`]
}

/**
 * @param options - what was typed
 * @param io - the process; what the policy does not take is told on stderr
 * @returns the checkpoints; `undefined` where none were asked for
 * @throws UsageError where one option needs another; QuittanceError `TLOG_MALFORMED`, `TLOG_UNTRUSTED`, `VERIFY_INPUT`
 */
export async function checkpointsFor(options: CheckpointOptions, io: Io): Promise<CheckpointSet | undefined> {
  const { checkpoints, policy: file, logChain, tiles } = options
  if (checkpoints === undefined) {
    if (file !== undefined) throw new UsageError('--policy says whose checkpoints count: give some with --checkpoints')
    if (logChain !== undefined)
      throw new UsageError('--log-chain is held against checkpoints: give some with --checkpoints')
    if (tiles !== undefined) throw new UsageError('--tiles leads to checkpoints: give some with --checkpoints')
    return undefined
  }
  if (file === undefined)
    throw new UsageError('--checkpoints needs --policy FILE: a key found beside a checkpoint is never trusted.', [
      'The policy names the log, its witnesses and how many of them it takes: see docs/transparency.md.',
    ])
  const policy = await policyAt(file, io)
  const found = await Promise.all(checkpoints.map((named) => notesAt(named, io)))
  await refuseNone(found, checkpoints, io)
  const notes = found.flat()
  const set = openPlaced(notes, policy, await noteTrustFor(policy))
  const said = [
    ...passedWords(notes, set, 'no-known-key', 'are of no log of the policy'),
    ...passedWords(notes, set, 'quorum', 'have too few witnesses'),
    ...(set.unverified > 0
      ? [`${set.unverified} cosignatures count for nothing: to check ML-DSA-44, npm install @noble/post-quantum`]
      : []),
  ]
  for (const line of said) io.stderr.write(`warning: ${line}\n`)
  return set
}
