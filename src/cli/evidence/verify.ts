/** `quittance verify PACKAGE.zip` */
import { open, readFile } from 'node:fs/promises'
import type { EvidenceResult } from '../../evidence/findings.js'
import { evidenceText } from '../../evidence/text.js'
import { verifyEvidence } from '../../evidence/verify.js'
import { pathOfFileUrl } from '../../url.js'
import { unreadable } from '../../verify/node/chunks.js'
import { UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { type TrustOptions, trustIfAny } from '../trust-flags.js'
import { isStoreUrl } from '../typed-url.js'
import { exitCodeOf, paintVerdict, resultJson } from '../verdict.js'
import { defaultMaxProblems } from '../verify-flags.js'

/** The options of `verify` that are about packages too. */
export interface PackageOptions extends TrustOptions {
  readonly policy?: string | undefined
  readonly now?: string | undefined
  readonly workers?: number | undefined
  readonly maxProblems?: number | undefined
  readonly json?: true | undefined
}

const known: ReadonlySet<string> = new Set<keyof PackageOptions>([
  'keyring',
  'trust',
  'policy',
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
  const { policy, now, workers, maxProblems, json } = options
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
  const progress = progressOn(io)
  const result = await verifyEvidence(path, {
    keyring,
    policy: text,
    now,
    workers,
    onProgress: progress.update,
  }).finally(progress.clear)
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
