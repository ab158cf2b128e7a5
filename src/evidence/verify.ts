import { type FileHandle, open } from 'node:fs/promises'
import { QuittanceError } from '../errors.js'
import { fastestBackend } from '../keys/ed25519/sodium.js'
import { Keyring } from '../keys/keyring.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import type { Counted } from '../verify/chain.js'
import { unreadable } from '../verify/node/chunks.js'
import { type FileVerifyOptions, meterFor } from '../verify/node/meter.js'
import { onThreads, threadsFor } from '../verify/node/workers.js'
import type { VerifyOptions, VerifyResult } from '../verify/types.js'
import type { EvidenceResult } from './findings.js'
import { judgeEvidence } from './judge.js'
import { judgeOneChain } from './judge-chain.js'
import type { Judging, PackagedChain, Tools } from './judging.js'
import { openPackage } from './open-package.js'
import { type EvidencePolicy, parseEvidencePolicy } from './policy.js'
import { type EvidenceLimits, limitsOf } from './zip/limits.js'

/** What to hold a package against. */
export interface VerifyEvidenceOptions {
  /** The keys that are trusted, never taken from the package; without any it is INCOMPLETE at best. */
  readonly keyring?: Keyring | undefined
  /** What must be in it: `parseEvidencePolicy`'s, or the text of a policy file. */
  readonly policy?: EvidencePolicy | string | undefined
  /**
   * Signed checkpoints that you have from elsewhere, of the logs in `policy.require.checkpoints`, or without those of your keyring's
   * keys for checkpoints. Each chain that is asked about must lead to one of them. Those of others are passed over.
   */
  readonly checkpoints?: readonly (string | Uint8Array)[] | undefined
  readonly limits?: EvidenceLimits | undefined
  /** The judge's clock; default now. */
  readonly now?: Date | string | undefined
  /** As for `verifyFile`. */
  readonly workers?: FileVerifyOptions['workers']
  readonly onProgress?: FileVerifyOptions['onProgress']
  readonly signal?: AbortSignal | undefined
}

const optionNames = {
  keyring: true,
  policy: true,
  checkpoints: true,
  limits: true,
  now: true,
  workers: true,
  onProgress: true,
  signal: true,
} satisfies Record<keyof VerifyEvidenceOptions, true>

function clockOf(now: Date | string | undefined): Date {
  if (now === undefined) return new Date()
  if (now instanceof Date ? Number.isNaN(now.getTime()) : !isTime(now))
    throw new RangeError('options.now must be a valid Date or YYYY-MM-DDTHH:MM:SS.sssZ')
  return new Date(now)
}

function toolsFor(
  path: string,
  handle: FileHandle,
  size: number,
  options: Pick<VerifyEvidenceOptions, 'workers' | 'onProgress'>,
): Tools {
  const { workers, onProgress } = options

  async function* judgeChains(
    chains: readonly PackagedChain[],
    asked: Omit<VerifyOptions, 'anchors'>,
    counted: Counted | undefined,
  ): AsyncGenerator<VerifyResult> {
    const total = chains.reduce((sum, { member }) => sum + member.size, 0)
    const meter = meterFor({ ...asked, onProgress }, total)
    const threads = threadsFor(workers, total)
    // a thread reads from the file itself, which has only what is not compressed
    if (threads > 1 && chains.every(({ member }) => !member.deflated)) {
      const planned = chains.map(({ chainId, anchors, member: { name, at, size: bytes } }) => ({
        name,
        chainId,
        anchors,
        files: bytes === 0 ? [] : [{ name, path, bytes, at }],
      }))
      for await (const { result } of onThreads(threads, planned, asked, meter, counted)) yield result
    } else {
      const backend = await fastestBackend()
      for (const chain of chains)
        yield await judgeOneChain(openPackage(handle, size, path), chain, asked, { backend, counted, meter })
    }
  }

  return { judgeChains }
}

/** What checks lines of ML-DSA-44 keys, where the policy has such keys and the optional package is there. */
async function mlDsa44For({ checkpoints }: EvidencePolicy): Promise<Judging['mlDsa44']> {
  const keys = [...(checkpoints?.logs ?? []), ...(checkpoints?.witnesses ?? [])]
  if (!keys.some(({ key }) => key.type === 'ml-dsa-44-cosignature')) return undefined
  try {
    const { loadMlDsa44 } = await import('../tlog/ml-dsa-noble.js')
    return await loadMlDsa44()
  } catch (error) {
    // without it they count for nothing, which the result says
    if (QuittanceError.is(error, 'TLOG_UNAVAILABLE')) return undefined
    throw error
  }
}

/** Whether the file is as it was when it was opened. */
async function unchanged(handle: FileHandle, before: bigint, size: number): Promise<boolean> {
  const stat = await handle.stat({ bigint: true })
  return stat.mtimeNs === before && Number(stat.size) === size
}

/**
 * Judges a package: the archive, the signed list of its members, every chain in it, and all that the policy asks for. What the
 * package itself says of keys is never believed. Constant memory; receipts on several threads where the package is not compressed.
 *
 * @param file - its path
 * @param options - the keyring and the policy, which are the verifier's own
 * @returns verdict, problems, what each chain came to, what is proved and what is not; a fault of the package is never thrown
 * @throws QuittanceError `VERIFY_INPUT` where the file can't be read or changes meanwhile, `VERIFY_ABORTED`, `TLOG_MALFORMED` for a
 *   policy or one of `checkpoints` that can't be read, `TLOG_UNTRUSTED` where a signature on one of `checkpoints` is wrong
 * @throws TypeError or RangeError that names the option
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { verifyEvidence } from 'quittance/evidence'
 * import { Keyring } from 'quittance/verify'
 *
 * async function judge() {
 *   const keyring = Keyring.parse(await readFile('keyring.json', 'utf8'))
 *   const { verdict, problems, notProved } = await verifyEvidence('acme.zip', { keyring, policy: await readFile('policy.json', 'utf8') })
 *   console.log(verdict, problems.map(({ code }) => code), notProved.length)
 * }
 * ```
 */
export async function verifyEvidence(file: string, options: VerifyEvidenceOptions = {}): Promise<EvidenceResult> {
  if (typeof file !== 'string' || file === '') throw new TypeError('file must be a string that is not empty')
  refuseUnknownMembers(options, optionNames, 'options')
  const { keyring, policy = {}, checkpoints, signal } = options
  if (keyring !== undefined && !(keyring instanceof Keyring)) throw new TypeError('options.keyring must be a Keyring')
  if (checkpoints !== undefined && !isNotes(checkpoints))
    throw new TypeError('options.checkpoints must be a list of signed checkpoints, each a string or bytes')
  const read = typeof policy === 'string' ? parseEvidencePolicy(policy) : policy
  const judging = {
    keyring,
    policy: read,
    limits: limitsOf(options.limits),
    now: clockOf(options.now),
    signal,
    given: checkpoints,
    mlDsa44: await mlDsa44For(read),
  }
  return judgeFile(file, judging, options)
}

const isNotes = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' || one instanceof Uint8Array)

/**
 * @param file - the path of a package
 * @param judging - against what
 * @param options - of which threads and progress are taken
 * @returns as `verifyEvidence`
 * @throws as `verifyEvidence`
 */
export async function judgeFile(
  file: string,
  judging: Judging,
  options: Pick<VerifyEvidenceOptions, 'workers' | 'onProgress'>,
): Promise<EvidenceResult> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw unreadable(error, file)
  })
  try {
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile()) throw unreadable({ code: stat.isDirectory() ? 'EISDIR' : 'not-a-file' }, file)
    const size = Number(stat.size)
    const access = openPackage(handle, size, file)
    const result = await judgeEvidence(access, judging, toolsFor(file, handle, size, options))
    if (!(await unchanged(handle, stat.mtimeNs, size)))
      throw new QuittanceError('VERIFY_INPUT', `${file} was changed while it was read`, {
        details: { file, reason: 'changed' },
      })
    return result
  } finally {
    await handle.close()
  }
}
