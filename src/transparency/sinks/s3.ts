/** Checkpoints in S3 under Object Lock: the subpath `quittance/transparency/sinks/s3`. It needs `@aws-sdk/client-s3`. */
import { createHash } from 'node:crypto'
import type {
  GetObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import { QuittanceError } from '../../errors.js'
import { decodeUtf8, equalBytes, utf8 } from '../../primitives/bytes.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { missingPackage } from '../../primitives/missing-package.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { checkedTimeout, unavailable } from '../http-exchange.js'
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'
import { noteFiles, originDigits } from './note-files.js'
import { largestNote } from './s3-newest.js'

type Sdk = typeof import('@aws-sdk/client-s3')

/**
 * What is needed of an `S3Client` of `@aws-sdk/client-s3`. Written out here, so that the types of this package can be read
 * where that one is not installed.
 */
export interface S3SinkClient {
  send(command: never, options?: { abortSignal?: AbortSignal }): Promise<unknown>
}

/** Where checkpoints go, and for how long nobody can take them away. */
export interface S3SinkOptions {
  /** An `S3Client` that is yours: its region, credentials, retries and endpoint are used as they are. */
  readonly client: S3SinkClient
  /** A bucket that was made with Object Lock. */
  readonly bucket: string
  /** What every key begins with, such as `checkpoints/`; default nothing. */
  readonly prefix?: string | undefined
  /** For how many days from now each object is locked, 1 to 36,500. */
  readonly retainDays: number
  /** `COMPLIANCE`: nobody can shorten it. `GOVERNANCE`: who has `s3:BypassGovernanceRetention` can. */
  readonly mode: 'COMPLIANCE' | 'GOVERNANCE'
  /** For messages and metrics; default `s3`. */
  readonly name?: string | undefined
  /** For each checkpoint, in milliseconds; default 30,000. */
  readonly timeoutMs?: number | undefined
}

const names = {
  client: true,
  bucket: true,
  prefix: true,
  retainDays: true,
  mode: true,
  name: true,
  timeoutMs: true,
} satisfies Record<keyof S3SinkOptions, true>

const DAY_MS = 86_400_000
/** What S3 may cut off the time that it is told. */
const ROUNDED_MS = 1_000
const DIGITS = 16

interface Stored {
  readonly key: string
  readonly body: Uint8Array
  readonly type: string
}

/** Notes of one head may differ in their cosignatures: each has an object of its own. */
function objectsOf(checkpoint: PublishedCheckpoint, prefix: string): readonly Stored[] {
  const { name, tokens } = noteFiles(checkpoint)
  const note = utf8(checkpoint.note)
  const stem = name.slice(0, -'.note'.length)
  return [
    ...tokens.map(({ name, content }) => ({
      key: `${prefix}${name}`,
      body: content,
      type: 'application/vnd.etsi.timestamp-token',
    })),
    {
      key: `${prefix}${stem}.${sha256Hex(note).slice(0, DIGITS)}.note`,
      body: note,
      type: 'text/plain; charset=utf-8',
    },
  ]
}

async function loadSdk(): Promise<Sdk> {
  // Not a literal, so that no bundler takes an optional package for a needed one.
  const name: string = '@aws-sdk/client-s3'
  try {
    return (await import(name)) as Sdk
  } catch (error) {
    if (missingPackage(error) !== name) throw error
    throw new QuittanceError(
      'TLOG_UNAVAILABLE',
      'the S3 sink needs the package @aws-sdk/client-s3, which is not installed: npm install @aws-sdk/client-s3',
      { details: { reason: 'not-installed', retryable: false } },
    )
  }
}

interface AwsError {
  readonly name?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number | undefined } | undefined
  readonly $retryable?: unknown
}

const statusOf = (error: unknown): number | undefined => (error as AwsError | undefined)?.$metadata?.httpStatusCode
const nameOf = (error: unknown): string => {
  const { name } = (error ?? {}) as AwsError
  return typeof name === 'string' && /^[A-Za-z]{1,64}$/.test(name) ? name : 'unknown'
}
const passing = (error: unknown): boolean => {
  const status = statusOf(error)
  return status === undefined || status >= 500 || status === 429 || status === 408 || status === 409
}

/** What one publishing needs. */
interface Put {
  readonly sdk: Sdk
  readonly client: Pick<S3Client, 'send'>
  readonly options: S3SinkOptions
  readonly who: string
  readonly abortSignal: AbortSignal
}

/** S3's own error is no cause here: it holds the request with its signature, and whoever logs causes would log that. */
const noLock = (who: string): QuittanceError =>
  unavailable(
    who,
    'no-object-lock',
    'has a bucket without Object Lock: what is put there can be deleted. Make a bucket with Object Lock enabled',
    false,
  )

/** Whether S3 refused because the bucket has no Object Lock; where that may not be asked, nobody knows. */
async function lacksLock({ sdk, client, options, abortSignal }: Put): Promise<boolean> {
  const command = new sdk.GetObjectLockConfigurationCommand({ Bucket: options.bucket })
  try {
    const { ObjectLockConfiguration: found } = await client.send(command, { abortSignal })
    return found?.ObjectLockEnabled !== 'Enabled'
  } catch (error) {
    return nameOf(error) === 'ObjectLockConfigurationNotFoundError'
  }
}

/** @returns the version that was written; `undefined` where the key is taken */
async function put(at: Put, { key, body, type }: Stored, ifFree: boolean): Promise<PutObjectCommandOutput | undefined> {
  const { sdk, client, options, abortSignal } = at
  const input: PutObjectCommandInput = {
    Bucket: options.bucket,
    Key: key,
    Body: body,
    ContentLength: body.length,
    ContentType: type,
    ChecksumAlgorithm: 'SHA256',
    ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
    ObjectLockMode: options.mode,
    ObjectLockRetainUntilDate: new Date(Date.now() + options.retainDays * DAY_MS),
    ...(ifFree ? { IfNoneMatch: '*' } : {}),
  }
  try {
    return await client.send(new sdk.PutObjectCommand(input), { abortSignal })
  } catch (error) {
    if (ifFree && statusOf(error) === 412) return undefined
    // An S3 that does not know the condition: the same bytes again are only one more version.
    if (ifFree && statusOf(error) === 501) return put(at, { key, body, type }, false)
    if (statusOf(error) === 400 && (await lacksLock(at))) throw noLock(at.who)
    throw error
  }
}

type Standing = 'good' | 'absent' | 'unlocked' | 'other'

/** Reads back what is there: it must be these bytes, and locked as it was asked. */
async function standingOf(
  at: Put,
  { key, body }: Stored,
  version: string | undefined,
  before: number,
): Promise<Standing> {
  const { sdk, client, options, abortSignal } = at
  const Key = { Bucket: options.bucket, Key: key, ...(version === undefined ? {} : { VersionId: version }) }
  let found: GetObjectCommandOutput
  try {
    found = await client.send(new sdk.GetObjectCommand(Key), { abortSignal })
  } catch (error) {
    if (statusOf(error) === 404) return 'absent'
    throw error
  }
  const sameLength = found.ContentLength === undefined || found.ContentLength === body.length
  const bytes = sameLength ? await found.Body?.transformToByteArray() : undefined
  if (bytes === undefined || !equalBytes(bytes, body)) return 'other'
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, LastModified: written } = found
  // Who repeats later is content with a lock that began when it was written.
  const from = version === undefined && written !== undefined ? written.getTime() : before
  const locked = mode === options.mode || mode === 'COMPLIANCE'
  if (!locked || until === undefined || until.getTime() < from + options.retainDays * DAY_MS - ROUNDED_MS)
    return 'unlocked'
  return 'good'
}

async function store(at: Put, object: Stored): Promise<void> {
  const { who } = at
  const before = Date.now()
  let written = await put(at, object, true)
  let standing = await standingOf(at, object, written?.VersionId, before)
  if (written === undefined && standing !== 'good') {
    // The key is taken by something else, or by the same with a shorter lock: a version of its own lies beside it.
    written = await put(at, object, false)
    standing = await standingOf(at, object, written?.VersionId, before)
  }
  if (standing === 'good') return
  if (standing === 'unlocked') throw noLock(who)
  const why = standing === 'absent' ? 'does not have what it said it took' : 'has something else than it was given'
  throw unavailable(who, `read-back-${standing}`, why)
}

function checked(options: S3SinkOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const { client, bucket, prefix = '', retainDays, mode, name = 's3' } = options
  if (typeof client?.send !== 'function') throw new TypeError('options.client must be an S3Client')
  if (typeof bucket !== 'string' || bucket === '') throw new TypeError('options.bucket must be the name of a bucket')
  if (typeof prefix !== 'string' || prefix.startsWith('/'))
    throw new TypeError('options.prefix must be a text without a leading /')
  if (!Number.isInteger(retainDays) || retainDays < 1 || retainDays > 36_500)
    throw new RangeError('options.retainDays must be an integer from 1 to 36500')
  if (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE')
    throw new RangeError('options.mode must be COMPLIANCE or GOVERNANCE')
  if (typeof name !== 'string' || name === '') throw new TypeError('options.name must be a text')
}

/**
 * Puts checkpoints into S3 under Object Lock, and reads each back: when `publish` resolves, the note is there, byte for byte,
 * with a lock that is long enough. A bucket without Object Lock is refused.
 *
 * A note is the object `<prefix><16 hex of SHA-256 of the origin>-<size>.<16 hex of SHA-256 of the note>.note`; a time stamp
 * lies beside it as `….tst`. Where S3 knows `If-None-Match` the same note is written once, else each time as one more
 * version. It needs `s3:PutObject`, `s3:PutObjectRetention`, `s3:GetObject` and `s3:GetObjectRetention`; and
 * `s3:ListBucketVersions` and `s3:GetObjectVersion`, so that a log can ask for its newest head before it signs, hidden or not;
 * with `s3:GetBucketObjectLockConfiguration` a refusal is told more clearly. Deleting such an object only hides it: its
 * versions stay, so whoever looks must look at those.
 *
 * @param options - client, bucket, and the lock
 * @returns the sink; `publish` rejects with `TLOG_UNAVAILABLE` (`details.reason` `no-object-lock`, `timeout`,
 *   `read-back-absent`, `read-back-other`, `not-installed`, or the name of S3's error) or an aborted signal's reason
 * @throws TypeError, RangeError for a wrong option
 * @example
 * ```ts
 * import { S3Client } from '@aws-sdk/client-s3'
 * import { s3Sink } from 'quittance/transparency/sinks/s3'
 * const sink = s3Sink({
 *   client: new S3Client({ region: 'eu-central-1' }),
 *   bucket: 'acme-checkpoints',
 *   retainDays: 3650,
 *   mode: 'COMPLIANCE',
 * })
 * ```
 */
export function s3Sink(options: S3SinkOptions): CheckpointSink {
  checked(options)
  const { prefix = '', name = 's3' } = options
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 30_000)
  const who = `the sink ${name}`

  /** In time, and with errors that tell nothing of the request. */
  const within = async <T>(
    what: string,
    signal: AbortSignal | undefined,
    work: (at: Put) => Promise<T>,
  ): Promise<T> => {
    signal?.throwIfAborted()
    const sdk = await loadSdk()
    const timeout = AbortSignal.timeout(timeoutMs)
    const abortSignal = signal ? AbortSignal.any([signal, timeout]) : timeout
    const client = options.client as unknown as Pick<S3Client, 'send'>
    try {
      return await work({ sdk, client, options, who, abortSignal })
    } catch (error) {
      signal?.throwIfAborted()
      if (timeout.aborted) throw unavailable(who, 'timeout', `was not done within ${timeoutMs} ms`)
      if (QuittanceError.is(error)) throw error
      throw unavailable(who, nameOf(error), what, passing(error))
    }
  }

  return Object.freeze({
    name,
    async publish(checkpoint, { signal } = {}) {
      return within('could not be written or read back', signal, async (at) => {
        // The note last: where it lies, its time stamps do.
        for (const object of objectsOf(checkpoint, prefix)) await store(at, object)
      })
    },
    async newest(origin, { signal } = {}) {
      return within('could not be asked for its newest checkpoint', signal, async ({ sdk, client, abortSignal }) => {
        const Bucket = options.bucket
        const stem = `${prefix}${originDigits(origin)}-`
        const versions = await largestNote(stem, async (after) => {
          const asked = { Bucket, Prefix: stem, KeyMarker: after?.key, VersionIdMarker: after?.version }
          const page = await client.send(new sdk.ListObjectVersionsCommand(asked), { abortSignal })
          const { IsTruncated: more, NextKeyMarker: key, NextVersionIdMarker: version } = page
          return { versions: page.Versions ?? [], next: more && key !== undefined ? { key, version } : undefined }
        })
        if (versions.length === 0) return undefined
        for (const { Key, VersionId } of versions) {
          const found = await client.send(new sdk.GetObjectCommand({ Bucket, Key, VersionId }), { abortSignal })
          const bytes = await found.Body?.transformToByteArray()
          // somebody may have put another one over it, as a version of the same name
          if (bytes !== undefined && Key?.endsWith(`.${sha256Hex(bytes).slice(0, DIGITS)}.note`) === true)
            return decodeUtf8(bytes)
        }
        throw unavailable(who, 'read-back-other', 'has something else under the name of its newest checkpoint')
      })
    },
  } satisfies CheckpointSink)
}
