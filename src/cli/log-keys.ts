/** The logs that a command believes, as they were typed: verifier keys, and a policy file. */
import { readFile, stat } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { QuittanceError } from '../errors.js'
import { loadMlDsa44 } from '../tlog/ml-dsa-noble.js'
import { type Policy, parsePolicy } from '../tlog/policy.js'
import type { TrustOptions } from '../tlog/trusted.js'
import { type NoteKey, parseVkey } from '../tlog/vkey.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'
import { once } from './values.js'

const MAX_BYTES = 4_000_000

/** What `addLogOptions` adds. */
export interface LogOptions {
  readonly log?: readonly NoteKey[] | undefined
  readonly policy?: string | undefined
}

function logKey(text: string, before: readonly NoteKey[] | undefined): readonly NoteKey[] {
  let key: NoteKey
  try {
    key = parseVkey(text)
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`)
  }
  if (key.type !== 'ed25519') throw new InvalidArgumentError('It is not an Ed25519 key of a log.')
  return [...(before ?? []), key]
}

/**
 * @param command - the command
 * @returns it, with `--log` and `--policy`
 */
export function addLogOptions(command: Command): Command {
  return command
    .option('--log <vkey>', 'a verifier key of a log, as its operator publishes it; may be repeated', logKey)
    .option('--policy <file>', 'a policy file (C2SP tlog-policy): its logs', once(String))
}

/**
 * @param options - what was typed
 * @param io - the process
 * @returns the keys, at least one
 * @throws UsageError where there is none, or the policy can't be read; QuittanceError `TLOG_MALFORMED`
 */
export async function logKeysOf({ log = [], policy }: LogOptions, io: Io): Promise<readonly NoteKey[]> {
  const keys = [...log, ...(policy === undefined ? [] : await policyKeys(policy, io))]
  if (keys.length === 0) throw new UsageError('no log was named: --log VKEY, or --policy FILE with log lines')
  return keys
}

/**
 * @param text - of a file that was given as a policy
 * @returns true where it is a keyring instead
 */
export function isKeyring(text: string): boolean {
  try {
    const { keys } = (JSON.parse(text) ?? {}) as { readonly keys?: unknown }
    return Array.isArray(keys)
  } catch {
    return false
  }
}

/**
 * Reads a tlog-policy. One in the format for packages is told apart: both options are called `--policy`.
 *
 * @param bytes - of the file
 * @param file - as it was typed
 * @returns the policy
 * @throws UsageError for the policy of a package; QuittanceError `TLOG_MALFORMED`
 */
export function tlogPolicyIn(bytes: Uint8Array, file: string): Policy {
  if (isKeyring(new TextDecoder().decode(bytes)))
    throw new UsageError(`${file} is a keyring: it goes to --keyring. Here --policy is a C2SP tlog-policy.`)
  if (/^\uFEFF?\s*\{/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 4_096))))
    throw new UsageError(`${file} is the policy of a package (JSON). Here --policy is a C2SP tlog-policy.`, [
      'It has lines such as "log VKEY", "witness NAME VKEY" and "quorum none": see docs/transparency.md.',
    ])
  try {
    return parsePolicy(bytes)
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    const { code, message, details } = error
    const place = details.line === undefined ? file : `${file}, line ${details.line}`
    throw new QuittanceError(code, `${place}: ${message}`, { details, cause: error })
  }
}

async function policyKeys(file: string, io: Io): Promise<readonly NoteKey[]> {
  const { logs } = tlogPolicyIn(await smallFile(file, io, 'policy'), file)
  const other = logs.find(({ key }) => key.type !== 'ed25519')
  if (other) throw new UsageError(`the key of the log ${other.key.name} is not an Ed25519 key: it can't be used here`)
  return logs.map(({ key }) => key)
}

/**
 * @param file - as it was typed
 * @param io - the process
 * @param what - what it is, for a message
 * @returns its bytes, at most 4,000,000
 * @throws UsageError when it can't be read or is longer
 */
export async function smallFile(file: string, io: Io, what: string): Promise<Uint8Array> {
  const path = pathFrom(io, file)
  try {
    if ((await stat(path)).size > MAX_BYTES) throw new UsageError(`the ${what} ${file} is too large`)
    return await readFile(path)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot read the ${what} ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

/**
 * What checks ML-DSA-44, where a policy has such keys and the optional package is there.
 *
 * @param policy - the verifier's
 * @returns what `openTrusted` takes
 */
export async function noteTrustFor({ logs, witnesses }: Policy): Promise<TrustOptions> {
  if (![...logs, ...witnesses].some(({ key }) => key.type === 'ml-dsa-44-cosignature')) return {}
  try {
    return { mlDsa44: await loadMlDsa44() }
  } catch (error) {
    if (QuittanceError.is(error, 'TLOG_UNAVAILABLE')) return {}
    throw error
  }
}

/**
 * @param files - certificates of time-stamp authorities, as they were typed
 * @param io - the process
 * @returns them, as `verifyTimestamp` takes them: PEM as text, DER as bytes
 * @throws UsageError when one can't be read
 */
export async function certificatesIn(files: readonly string[], io: Io): Promise<readonly (string | Uint8Array)[]> {
  const all = await Promise.all(files.map((file) => smallFile(file, io, 'certificate')))
  return all.map((one) => (one[0] === 0x30 ? one : new TextDecoder().decode(one)))
}
