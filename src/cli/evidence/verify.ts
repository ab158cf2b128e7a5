/** `quittance verify PACKAGE.zip` */
import { open, readFile } from 'node:fs/promises'
import { QuittanceError } from '../../errors.js'
import type { EvidenceResult } from '../../evidence/findings.js'
import { evidenceText } from '../../evidence/text.js'
import { verifyEvidence } from '../../evidence/verify.js'
import { pathOfFileUrl } from '../../url.js'
import { unreadable } from '../../verify/node/chunks.js'
import { notesIn } from '../checkpoint-flags.js'
import { UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { isKeyring } from '../log-keys.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { type TrustOptions, trustIfAny } from '../trust-flags.js'
import { isStoreUrl } from '../typed-url.js'
import { exitCodeOf, paintVerdict, resultJson } from '../verdict.js'
import { defaultMaxProblems } from '../verify-flags.js'
import { noteFiles } from './checkpoint-files.js'

/** The options of `verify` that are about packages too. */
export interface PackageOptions extends TrustOptions {
  readonly policy?: string | undefined
  readonly checkpoints?: readonly string[] | undefined
  readonly now?: string | undefined
  readonly workers?: number | undefined
  readonly maxProblems?: number | undefined
  readonly json?: true | undefined
}

const known: ReadonlySet<string> = new Set<keyof PackageOptions>([
  'keyring',
  'trust',
  'policy',
  'checkpoints',
  'now',
  'workers',
  'maxProblems',
  'json',
])

/** A ZIP archive begins with a member, or with its end where it has none. */
const begins = [0x04034b50, 0x06054b50]

/**
 * @param text - the target, as it was typed
 * @param io - the process
 * @returns its path where it is a package; `undefined` for anything else, and for what can't be read: reading it will say why
 */
export async function packageAt(text: string, io: Io): Promise<string | undefined> {
  const isFileUrl = /^file:/i.test(text)
  if (text === '-' || (!isFileUrl && isStoreUrl(text))) return undefined
  const path = isFileUrl ? pathOfFileUrl(text, io.cwd) : pathFrom(io, text)
  const handle = await open(path, 'r').catch(() => undefined)
  try {
    const stat = await handle?.stat()
    if (handle === undefined || !stat?.isFile()) return undefined
    if (text.toLowerCase().endsWith('.zip')) return path
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && begins.includes(buffer.readUInt32LE(0)) ? path : undefined
  } finally {
    await handle?.close()
  }
}

function cutTo(result: EvidenceResult, most: number): object {
  return {
    ...result,
    problems: result.problems.slice(0, most),
    chains: result.chains.map((chain) => ({ ...chain, result: resultJson(chain.result, most) })),
  }
}

/** Checkpoints of the verifier's own, and where each stands. */
interface Given {
  readonly notes: readonly string[]
  readonly places: readonly string[]
}

async function givenNotes(named: readonly string[], io: Io): Promise<Given> {
  const notes: string[] = []
  const places: string[] = []
  for (const { text, place } of await noteFiles(named, io)) {
    const found = notesIn(text)
    notes.push(...found)
    places.push(...found.map((_, at) => (found.length === 1 ? place : `${place} (note ${at + 1})`)))
  }
  if (notes.length === 0) throw new UsageError(`there is no checkpoint in ${named.join(', ')}`)
  return { notes, places }
}

/** Says in which file it is, where one of the verifier's own checkpoints is wrong. */
function placed(error: unknown, { places }: Given): unknown {
  if (!QuittanceError.is(error) || !error.code.startsWith('TLOG_')) return error
  const { code, message, details } = error
  const [, number, what] = /^checkpoint (\d+): (.*)$/s.exec(message) ?? []
  const place = places[Number(number) - 1]
  return place === undefined ? error : new QuittanceError(code, `${place}: ${what}`, { details, cause: error })
}

const MOST_PLACES = 5

function warnOfUnknown({ checkpoints }: EvidenceResult, { places }: Given, io: Io): void {
  const unknown = checkpoints.flatMap(({ given, kind }) => (given === undefined || kind !== 'unknown' ? [] : [given]))
  if (unknown.length === 0) return
  const names = unknown.slice(0, MOST_PLACES).map((index) => printable(places[index] ?? ''))
  const more = unknown.length > MOST_PLACES ? ` and ${unknown.length - MOST_PLACES} more` : ''
  const what = `${unknown.length} of ${places.length} checkpoints are of no log that the policy or keyring names`
  io.stderr.write(`warning: ${what}: ${names.join(', ')}${more}\n`)
}

/**
 * Judges a package and prints what was found out.
 *
 * @param path - from `packageAt`
 * @param options - of `verify`
 * @param io - the process
 * @returns the exit code
 * @throws UsageError for options that are about one chain; what `verifyEvidence` throws
 */
export async function verifyPackage(path: string, options: PackageOptions, io: Io): Promise<ExitCode> {
  const other = Object.keys(options).find((name) => !known.has(name))
  if (other !== undefined) {
    const flag = other.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
    throw new UsageError(`--${flag} is not for packages: what is asked of one stands in a file, --policy FILE`)
  }
  const { policy, checkpoints, now, workers, maxProblems, json } = options
  const keyring = (await trustIfAny(options, io))?.keyring
  const text =
    policy === undefined
      ? undefined
      : await readFile(pathFrom(io, policy), 'utf8').catch((error: unknown) => {
          throw unreadable(error, policy)
        })
  if (text !== undefined && !/^\s*\{/.test(text) && /^[ \t]*(?:log|witness|group|quorum)[ \t]/m.test(text))
    throw new UsageError(`${policy} is a C2SP tlog-policy. For a package --policy is JSON: {"require": {…}}.`, [
      'The text of a tlog-policy goes into it, as require.checkpoints.policy: see docs/evidence.md.',
    ])
  if (text !== undefined && isKeyring(text))
    throw new UsageError(`${policy} is a keyring: it goes to --keyring. For a package --policy is {"require": {…}}.`)
  const given = checkpoints === undefined ? { notes: [], places: [] } : await givenNotes(checkpoints, io)
  const progress = progressOn(io)
  const result = await verifyEvidence(path, {
    keyring,
    policy: text,
    checkpoints: given.notes,
    now,
    workers,
    onProgress: progress.update,
  })
    .catch((error: unknown) => {
      throw placed(error, given)
    })
    .finally(progress.clear)
  warnOfUnknown(result, given, io)
  if (json) io.stdout.write(printableJson(cutTo(result, maxProblems ?? defaultMaxProblems.json)))
  else {
    const lines = evidenceText(result, {
      paint: (verdict) => verdict,
      maxProblems: maxProblems ?? defaultMaxProblems.text,
    })
      .trimEnd()
      .split('\n')
    const [, ...rest] = lines.map((line) => printable(line, 2_000))
    io.stdout.write(`${[paintVerdict(result.verdict, io), ...rest].join('\n')}\n`)
  }
  return exitCodeOf(result.verdict)
}
