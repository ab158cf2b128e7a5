/**
 * The S3 sink through Amazon's own client: against Ceph's gateway, whose locks hold, and against moto, which knows
 * `If-None-Match`.
 */
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AwsService } from '../../scripts/services/aws-server.js'
import { type CephService, startCeph } from '../../scripts/services/ceph.js'
import { startMoto } from '../../scripts/services/moto.js'
import { QuittanceError } from '../../src/index.js'
import { type S3SinkClient, type S3SinkOptions, s3Sink } from '../../src/transparency/sinks/s3.js'
import { largestNote } from '../../src/transparency/sinks/s3-newest.js'
import { published } from './sinks-support.js'

const DAY_MS = 86_400_000
let ceph: CephService
let moto: AwsService
let clients: Record<'ceph' | 'moto', S3Client>

beforeAll(async () => {
  ;[ceph, moto] = await Promise.all([startCeph(), startMoto()])
  const { accessKeyId, secretAccessKey } = ceph
  const credentials = { accessKeyId, secretAccessKey }
  const common = { credentials, forcePathStyle: true, region: 'us-east-1', maxAttempts: 1 }
  clients = {
    ceph: new S3Client({ ...common, endpoint: ceph.endpoint }),
    moto: new S3Client({ ...common, endpoint: moto.endpoint }),
  }
  for (const client of Object.values(clients)) {
    await client.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }))
    await client.send(new CreateBucketCommand({ Bucket: 'plain' }))
  }
}, 120_000)
afterAll(async () => {
  for (const client of Object.values(clients ?? {})) client.destroy()
  await Promise.all([ceph?.stop(), moto?.stop()])
})

type Where = keyof typeof clients
const both: readonly Where[] = ['ceph', 'moto']

const sinkOf = (where: Where, more: Partial<S3SinkOptions> = {}) =>
  s3Sink({ client: clients[where], bucket: 'locked', retainDays: 2, mode: 'COMPLIANCE', ...more })

const keyOf = (note: string, origin: string, size: number, prefix = '') => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${prefix}${hash(origin)}-${String(size).padStart(16, '0')}.${hash(note)}.note`
}

const versionsOf = async (where: Where, prefix: string) => {
  const { Versions = [] } = await clients[where].send(
    new ListObjectVersionsCommand({ Bucket: 'locked', Prefix: prefix }),
  )
  return Versions
}

const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!QuittanceError.is(error)) throw new Error('it did not fail as it should', { cause: error })
  return [error.code, error.details.reason, error.details.retryable]
}

const errorName = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it went well',
    (error: Error) => error.name,
  )

/** The real client, with something of the test's own before or after. */
const between = (
  where: Where,
  send: (command: object, pass: () => Promise<unknown>) => Promise<unknown>,
): S3SinkClient => ({
  send: (command, options) => send(command, () => clients[where].send(command, options) as Promise<unknown>),
})

describe.each(both)('a checkpoint in %s', (where) => {
  it('is there byte for byte, locked for as long as was asked', async () => {
    const checkpoint = await published(11, { timestamps: [Uint8Array.of(9, 8, 7)] })
    const before = Date.now()
    await sinkOf(where, { prefix: 'one/' }).publish(checkpoint)
    const Key = keyOf(checkpoint.note, checkpoint.origin, 11, 'one/')
    const found = await clients[where].send(new GetObjectCommand({ Bucket: 'locked', Key }))
    expect(await found.Body?.transformToString()).toBe(checkpoint.note)
    expect(found.ObjectLockMode).toBe('COMPLIANCE')
    expect(Number(found.ObjectLockRetainUntilDate)).toBeGreaterThanOrEqual(before + 2 * DAY_MS - 1_000)
    const keys = (await versionsOf(where, 'one/')).map((version) => version.Key)
    expect(keys.length).toBe(2)
    expect(keys.some((key) => /^one\/[0-9a-f]{16}-0{14}11\.[0-9a-f]{16}\.tst$/.test(key ?? ''))).toBe(true)
  })

  it('with further cosignatures lies beside the one without', async () => {
    const sink = sinkOf(where, { prefix: 'two/' })
    const [one, two] = [await published(12), await published(12, { by: ['checkpoints', 'witness'] })]
    for (const checkpoint of [one, two, one]) await sink.publish(checkpoint)
    expect(new Set((await versionsOf(where, 'two/')).map(({ Key }) => Key)).size).toBe(2)
  })

  it('is refused by a bucket without Object Lock, in so many words', async () => {
    const sink = sinkOf(where, { bucket: 'plain' })
    const error = await sink.publish(await published(13)).catch((reason: unknown) => reason)
    expect(String(error)).toContain('a bucket without Object Lock')
    expect(await failure(sink.publish(await published(13)))).toEqual(['TLOG_UNAVAILABLE', 'no-object-lock', false])
  })

  it('that was stored without its lock is not taken for published', async () => {
    // an S3 that knows no Object Lock, and says nothing
    const client = between(where, (command, pass) => {
      const { input } = command as { input: PutObjectCommandInput }
      delete input.ObjectLockMode
      delete input.ObjectLockRetainUntilDate
      return pass()
    })
    const sink = sinkOf(where, { client, bucket: 'plain', prefix: 'silent/' })
    expect(await failure(sink.publish(await published(14)))).toEqual(['TLOG_UNAVAILABLE', 'no-object-lock', false])
  })

  it('that was stored under a shorter or a weaker lock is not taken for published', async () => {
    for (const weaker of [
      { ObjectLockRetainUntilDate: new Date(Date.now() + DAY_MS) },
      { ObjectLockMode: 'GOVERNANCE' },
    ]) {
      const client = between(where, (command, pass) => {
        if (command instanceof PutObjectCommand) Object.assign(command.input, weaker)
        return pass()
      })
      const sink = sinkOf(where, { client, prefix: `weak-${Object.keys(weaker)}/` })
      expect((await failure(sink.publish(await published(15))))[1]).toBe('no-object-lock')
    }
  })

  it('is put again when an attempt failed, whether S3 had it or not', async () => {
    for (const stored of [false, true]) {
      let fails = true
      const client = between(where, async (command, pass) => {
        if (!(command instanceof PutObjectCommand) || !fails) return pass()
        fails = false
        if (stored) await pass()
        throw Object.assign(new Error('the connection was lost'), { name: 'TimeoutError' })
      })
      const prefix = `fault-${stored}/`
      const sink = sinkOf(where, { client, prefix })
      const checkpoint = await published(16)
      expect(await failure(sink.publish(checkpoint))).toEqual(['TLOG_UNAVAILABLE', 'TimeoutError', true])
      await sink.publish(checkpoint)
      const Key = keyOf(checkpoint.note, checkpoint.origin, 16, prefix)
      const found = await clients[where].send(new GetObjectCommand({ Bucket: 'locked', Key }))
      expect(await found.Body?.transformToString()).toBe(checkpoint.note)
    }
  })
})

describe.each(both)('the newest in %s', (where) => {
  const origin = 'log.example/acme'
  const few = (size: number, seen: string[] = []) =>
    between(where, (command, pass) => {
      if (command instanceof ListObjectVersionsCommand) {
        Object.assign(command.input, { MaxKeys: size })
        seen.push(command.input.KeyMarker ?? '')
      }
      return pass()
    })

  it('is the largest of the origin, hidden by a deletion or not, whatever a page holds', async () => {
    const prefix = 'newest/'
    const sink = sinkOf(where, { prefix })
    expect(await sink.newest?.(origin)).toBeUndefined()
    for (const size of [2, 3, 9, 10, 11, 40, 1_500]) await sink.publish(await published(size))
    await sink.publish(await published(40, { timestamps: [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)] }))
    await sink.publish(await published(90_000, { origin: 'log.example/another' }))
    const { note } = await published(1_500)
    // moto leaves out the first name behind one that is not there
    for (const pages of where === 'ceph' ? [1, 2, 3, 1_000] : [1_000]) {
      const seen: string[] = []
      expect(await sinkOf(where, { prefix, client: few(pages, seen) }).newest?.(origin)).toBe(note)
      expect(seen.length).toBeLessThan(40)
    }
    await clients[where].send(new DeleteObjectCommand({ Bucket: 'locked', Key: keyOf(note, origin, 1_500, prefix) }))
    expect(await sink.newest?.(origin)).toBe(note)
    if (where === 'ceph') expect(await sinkOf(where, { prefix, client: few(1) }).newest?.(origin)).toBe(note)
  })

  it('is not what somebody has put over it', async () => {
    const prefix = 'over/'
    const checkpoint = await published(60)
    await sinkOf(where, { prefix }).publish(checkpoint)
    const Key = keyOf(checkpoint.note, origin, 60, prefix)
    await clients[where].send(new PutObjectCommand({ Bucket: 'locked', Key, Body: (await published(5)).note }))
    expect(await sinkOf(where, { prefix }).newest?.(origin)).toBe(checkpoint.note)
    const larger = keyOf(checkpoint.note, origin, 61, prefix)
    await clients[where].send(new PutObjectCommand({ Bucket: 'locked', Key: larger, Body: 'something' }))
    expect(await failure(sinkOf(where, { prefix }).newest?.(origin) as Promise<unknown>)).toEqual([
      'TLOG_UNAVAILABLE',
      'read-back-other',
      true,
    ])
  })

  it('is not known where nobody may ask', async () => {
    expect((await failure(sinkOf(where, { bucket: 'nowhere' }).newest?.(origin) as Promise<unknown>))[1]).toBe(
      'NoSuchBucket',
    )
  })
})

describe('the largest of many names', () => {
  it('is found in few pages, whatever sizes there are', async () => {
    const stem = 'p/0123456789abcdef-'
    const nameOf = (size: number, end = 'note') => `${stem}${String(size).padStart(16, '0')}.${'a'.repeat(16)}.${end}`
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.oneof(fc.nat(60), fc.nat(5_000_000), fc.maxSafeNat()), { maxLength: 60 }),
        fc.uniqueArray(fc.nat(5_000_000), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (sizes, gone, perPage) => {
          const deleted = gone.filter((size) => !sizes.includes(size)).map((size) => ({ Key: nameOf(size) }))
          const stamps = sizes.filter((size) => size % 3 === 0).map((size) => ({ Key: nameOf(size, 'tst') }))
          const there = [...sizes.map((size) => ({ Key: nameOf(size) })), ...stamps]
          const all = [...there, ...deleted].sort((a, b) => (a.Key < b.Key ? -1 : 1))
          let pages = 0
          const found = await largestNote(stem, async (after) => {
            pages += 1
            const rest = all.filter(({ Key }) => Key > (after?.key ?? ''))
            const page = rest.slice(0, perPage)
            const next = rest.length > page.length && page.length > 0 ? { key: page.at(-1)?.Key ?? '' } : undefined
            return { versions: page.filter((one) => !deleted.includes(one)), next }
          })
          expect(found.map(({ Key }) => Key)).toEqual(sizes.length === 0 ? [] : [nameOf(Math.max(...sizes))])
          expect(pages).toBeLessThan(200)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('the lock of Ceph', () => {
  it('holds: nobody deletes the version or shortens its time, and what a deletion hides is still there', async () => {
    const checkpoint = await published(21)
    await sinkOf('ceph', { prefix: 'held/' }).publish(checkpoint)
    const Key = keyOf(checkpoint.note, checkpoint.origin, 21, 'held/')
    const [{ VersionId } = {}] = await versionsOf('ceph', 'held/')
    const bypassing = { Bucket: 'locked', Key, VersionId, BypassGovernanceRetention: true }
    expect(await errorName(clients.ceph.send(new DeleteObjectCommand(bypassing)))).toBe('AccessDenied')
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 3_600_000) } as const
    expect(await errorName(clients.ceph.send(new PutObjectRetentionCommand({ ...bypassing, Retention })))).toBe(
      'AccessDenied',
    )
    await clients.ceph.send(new DeleteObjectCommand({ Bucket: 'locked', Key }))
    const kept = await clients.ceph.send(new GetObjectCommand({ Bucket: 'locked', Key, VersionId }))
    expect(await kept.Body?.transformToString()).toBe(checkpoint.note)
    // and it is published again as something that can be seen
    await sinkOf('ceph', { prefix: 'held/' }).publish(checkpoint)
    const seen = await clients.ceph.send(new GetObjectCommand({ Bucket: 'locked', Key }))
    expect(await seen.Body?.transformToString()).toBe(checkpoint.note)
  })

  it('of GOVERNANCE is what it was asked for', async () => {
    const checkpoint = await published(22)
    await sinkOf('ceph', { prefix: 'governed/', mode: 'GOVERNANCE', retainDays: 1 }).publish(checkpoint)
    const Key = keyOf(checkpoint.note, checkpoint.origin, 22, 'governed/')
    const { Retention } = await clients.ceph.send(new GetObjectRetentionCommand({ Bucket: 'locked', Key }))
    expect(Retention?.Mode).toBe('GOVERNANCE')
  })
})

describe('a key that is taken', () => {
  it('by the same note is left as it is', async () => {
    const checkpoint = await published(31)
    for (let turn = 0; turn < 3; turn++) await sinkOf('moto', { prefix: 'taken/' }).publish(checkpoint)
    expect((await versionsOf('moto', 'taken/')).length).toBe(1)
  })

  it('by the same note with a shorter lock gets a version with the longer one', async () => {
    const checkpoint = await published(32)
    for (const retainDays of [1, 5, 5]) await sinkOf('moto', { prefix: 'short/', retainDays }).publish(checkpoint)
    expect((await versionsOf('moto', 'short/')).length).toBe(2)
    const Key = keyOf(checkpoint.note, checkpoint.origin, 32, 'short/')
    const { ObjectLockRetainUntilDate } = await clients.moto.send(new GetObjectCommand({ Bucket: 'locked', Key }))
    expect(Number(ObjectLockRetainUntilDate)).toBeGreaterThan(Date.now() + 4 * DAY_MS)
  })

  it('by something else gets a version of its own', async () => {
    const checkpoint = await published(33)
    const Key = keyOf(checkpoint.note, checkpoint.origin, 33, 'other/')
    await clients.moto.send(new PutObjectCommand({ Bucket: 'locked', Key, Body: 'not this' }))
    await sinkOf('moto', { prefix: 'other/' }).publish(checkpoint)
    const found = await clients.moto.send(new GetObjectCommand({ Bucket: 'locked', Key }))
    expect(await found.Body?.transformToString()).toBe(checkpoint.note)
  })

  it('in an S3 that does not know the condition is written without it', async () => {
    let refused = 0
    const client = between('moto', async (command, pass) => {
      if (!(command instanceof PutObjectCommand) || command.input.IfNoneMatch === undefined) return pass()
      refused += 1
      throw Object.assign(new Error('no'), { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } })
    })
    await sinkOf('moto', { client, prefix: 'unconditional/' }).publish(await published(34))
    expect([refused, (await versionsOf('moto', 'unconditional/')).length]).toEqual([1, 1])
  })
})

describe('what is read back', () => {
  it('must be what was written', async () => {
    const lying = between('moto', async (command, pass) => {
      if (command instanceof PutObjectCommand)
        Object.assign(command.input, { Body: 'x', ContentLength: 1, ChecksumSHA256: undefined })
      return pass()
    })
    expect((await failure(sinkOf('moto', { client: lying, prefix: 'lie/' }).publish(await published(41))))[1]).toBe(
      'read-back-other',
    )
    const forgetting = between('moto', async (command, pass) =>
      command instanceof PutObjectCommand ? { VersionId: undefined } : pass(),
    )
    expect(await failure(sinkOf('moto', { client: forgetting, prefix: 'gone/' }).publish(await published(42)))).toEqual(
      ['TLOG_UNAVAILABLE', 'read-back-absent', true],
    )
  })
})

describe('a fault', () => {
  it('has the name that S3 gives it', async () => {
    expect(await failure(sinkOf('ceph', { bucket: 'nowhere' }).publish(await published(51)))).toEqual([
      'TLOG_UNAVAILABLE',
      'NoSuchBucket',
      false,
    ])
    const credentials = { accessKeyId: ceph.accessKeyId, secretAccessKey: 'not the key' }
    const options = { forcePathStyle: true, region: 'us-east-1', maxAttempts: 1, endpoint: ceph.endpoint }
    const client = new S3Client({ ...options, credentials })
    const error = await sinkOf('ceph', { client })
      .publish(await published(51))
      .catch((reason: unknown) => reason)
    expect(QuittanceError.is(error) && error.details).toMatchObject({
      reason: 'SignatureDoesNotMatch',
      retryable: false,
    })
    // the request with its signature is nowhere in what may be logged
    expect(QuittanceError.is(error) && error.cause).toBe(undefined)
    expect(inspect(error, { depth: 9 })).not.toContain(ceph.accessKeyId)
    client.destroy()
  })

  it('is a gateway that is away, and passes when it is back', async () => {
    const checkpoint = await published(52)
    await ceph.kill()
    const [code, , retryable] = await failure(sinkOf('ceph', { prefix: 'away/' }).publish(checkpoint))
    expect([code, retryable]).toEqual(['TLOG_UNAVAILABLE', true])
    await ceph.start()
    await sinkOf('ceph', { prefix: 'away/' }).publish(checkpoint)
    expect((await versionsOf('ceph', 'away/')).length).toBe(1)
  })

  it('is not waited for: in time, or once the caller gave up', async () => {
    const hanging: S3SinkClient = {
      send: (_command, options) =>
        new Promise((_resolve, reject) => {
          options?.abortSignal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
        }),
    }
    const checkpoint = await published(53)
    expect(await failure(sinkOf('moto', { client: hanging, timeoutMs: 100 }).publish(checkpoint))).toEqual([
      'TLOG_UNAVAILABLE',
      'timeout',
      true,
    ])
    const reason = new Error('enough')
    const controller = new AbortController()
    const waiting = sinkOf('moto', { client: hanging }).publish(checkpoint, { signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(waiting).rejects.toBe(reason)
  })
})

describe('options', () => {
  const untyped = (value: object) => value as never

  it('that are wrong are refused by their names', () => {
    const good = { client: { send: async () => ({}) }, bucket: 'b', retainDays: 1, mode: 'COMPLIANCE' } as const
    expect(s3Sink(good).name).toBe('s3')
    expect(() => s3Sink(untyped({ ...good, retain: 1 }))).toThrow(new TypeError('options has no member "retain"'))
    expect(() => s3Sink(untyped({ ...good, client: {} }))).toThrow(TypeError)
    expect(() => s3Sink({ ...good, bucket: '' })).toThrow(TypeError)
    expect(() => s3Sink({ ...good, prefix: '/a' })).toThrow(TypeError)
    for (const bad of [{ retainDays: 0 }, { retainDays: 1.5 }, { mode: 'LEGAL' }, { timeoutMs: -1 }])
      expect(() => s3Sink(untyped({ ...good, ...bad }))).toThrow(RangeError)
  })
})
