import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisOptions, type RedisService, startRedis } from '../../scripts/services/redis.js'
import { startTcpProxy } from '../../scripts/services/tcp-proxy.js'
import { until } from '../../scripts/services/until.js'
import { startValkey } from '../../scripts/services/valkey.js'
import { QuittanceError } from '../../src/errors.js'
import type { Link } from '../../src/store/redis/link.js'
import { afterwards, faultOf, linkTo, write, written } from './redis-links.js'

async function started(options: RedisOptions = {}): Promise<RedisService> {
  const redis = await startRedis(options)
  afterwards(() => redis.stop())
  return redis
}

const next = (link: Link, key: string, version: number) =>
  link.script('statePut', [key], ['name', version, 'value'], { durable: true })

describe('replicated', () => {
  let primary: RedisService
  let replica: RedisService
  beforeAll(async () => {
    primary = await startRedis({ config: { 'repl-diskless-sync-delay': '0' } })
    replica = await startRedis({ replicaOf: primary })
    await until('the replica is up', async () => (await primary.command('WAIT', 1, 10)) === 1)
  })
  afterAll(() => Promise.all([primary.stop(), replica.stop()]))

  it('resolves once the replica has it', async () => {
    const link = linkTo({ url: primary.url }, { durability: 'replicated', confirmMs: 10_000 })
    for (let round = 0; round < 5; round += 1) {
      const key = randomUUID()
      expect(await write(link, key)).toEqual([1, 1])
      expect(await replica.command('HGET', key, 'name')).toBe('1:value')
    }
    expect(await link.status({})).toMatchObject({ durability: 'replicated', writable: true })
  })

  it('rejects where the replica is silent, though the primary has it; later the same works, also on a new connection', async () => {
    const link = linkTo({ url: primary.url }, { durability: 'replicated', confirmMs: 100 })
    const [key, other] = [randomUUID(), randomUUID()]
    await write(link, other)
    replica.pause()
    try {
      const { details, message } = await faultOf(write(link, key), 'STORE_DURABILITY')
      expect(details).toEqual({ reason: 'WAIT', outcome: 'unknown', retryable: true, chainId: 'chain' })
      expect(message).toContain('0 of 1 replicas')
      expect(await written(link, key)).toBe('1:value')
      const fresh = linkTo({ url: primary.url }, { durability: 'replicated', confirmMs: 100 })
      await faultOf(next(fresh, key, 1), 'STORE_DURABILITY')
    } finally {
      replica.resume()
    }
    const fresh = linkTo({ url: primary.url }, { durability: 'replicated', confirmMs: 10_000 })
    expect(await next(fresh, key, 2)).toEqual([1, 3])
    expect(await replica.command('HGET', key, 'name')).toBe('3:value')
  })

  it('a replica that is silent for some seconds is none', async () => {
    const link = linkTo({ url: primary.url }, { durability: 'replicated' })
    await until('it was heard of', async () => (await link.status({})).writable)
    replica.pause()
    try {
      await until('its silence was noticed', async () => !(await link.status({})).writable)
      expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_DURABILITY' })
      expect(String(await primary.command('INFO', 'replication'))).toContain('connected_slaves:1')
    } finally {
      replica.resume()
    }
    await until('it is heard again', async () => (await link.status({})).writable)
  })

  it('is not fooled where the server had forgotten the script', async () => {
    const link = linkTo({ url: primary.url }, { durability: 'replicated', confirmMs: 200 })
    const key = randomUUID()
    await write(link, key)
    replica.pause()
    try {
      // the first confirmation is about the write before, which the replica has
      await primary.command('SCRIPT', 'FLUSH')
      await faultOf(next(link, key, 1), 'STORE_DURABILITY')
    } finally {
      replica.resume()
    }
  })

  it('asks in the same round trip', async () => {
    const proxy = await startTcpProxy(primary)
    afterwards(() => proxy.stop())
    const link = linkTo({ url: `redis://127.0.0.1:${proxy.port}` }, { durability: 'replicated', confirmMs: 20_000 })
    const key = randomUUID()
    await write(link, key)
    replica.pause()
    try {
      proxy.hold('replies')
      const writing = next(link, key, 1)
      // it blocks in WAIT although nothing of the script's reply came through
      await until('the server waits', async () =>
        / flags=b .* cmd=wait /.test(String(await primary.command('CLIENT', 'LIST'))),
      )
      proxy.release()
      replica.resume()
      expect(await writing).toEqual([1, 2])
    } finally {
      replica.resume()
    }
  })

  it('a refusal, a read and the write of a state value are not held up', async () => {
    const link = linkTo({ url: primary.url }, { durability: 'replicated', confirmMs: 600_000 })
    const key = randomUUID()
    await write(link, key)
    replica.pause()
    try {
      const refused = await link.script('statePut', [key], ['name', 0, 'value'], {
        durable: (reply) => (reply as number[])[0] === 1,
      })
      expect(refused).toEqual([0, 1])
      expect(await written(link, key)).toBe('1:value')
      expect(await write(link, randomUUID(), 'value', false)).toEqual([1, 1])
      const controller = new AbortController()
      const waiting = link.script('statePut', [key], ['name', 1, 'value'], { durable: true, signal: controller.signal })
      expect(await written(link, key)).toMatch(/^[12]:value$/)
      controller.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
    } finally {
      replica.resume()
    }
  })

  it('asks for as many replicas as it was told', async () => {
    const link = linkTo({ url: primary.url }, { durability: 'replicated', replicas: 2, confirmMs: 50 })
    const { message } = await faultOf(write(link, randomUUID()), 'STORE_DURABILITY')
    expect(message).toContain('1 of 2 replicas')
  })
})

describe('memory', () => {
  it('waits for nobody', async () => {
    const redis = await started()
    const link = linkTo({ url: redis.url }, { durability: 'memory', confirmMs: 600_000 })
    expect(await write(link, 'k')).toEqual([1, 1])
    expect(String(await redis.command('INFO', 'commandstats'))).not.toContain('cmdstat_wait')
  })
})

describe('fsynced before WAITAOF', () => {
  const fsynced = { durability: 'fsynced' } as const

  it('takes a server that syncs before it replies: what was acknowledged is there after a kill', async () => {
    const redis = await started({ aof: 'always' })
    const link = linkTo({ url: redis.url }, fsynced)
    const keys = Array.from({ length: 50 }, () => randomUUID())
    await Promise.all(keys.map((key) => write(link, key)))
    await redis.kill()
    await redis.start()
    expect(await Promise.all(keys.map((key) => written(link, key)))).toEqual(keys.map(() => '1:value'))
    expect(await link.status({})).toMatchObject({ durability: 'fsynced', writable: true })
  })

  it('refuses any other, and says what to run', async () => {
    const redis = await started()
    const link = linkTo({ url: redis.url }, fsynced)
    const off = await faultOf(write(link, 'k'), 'STORE_UNSAFE')
    expect(off.details).toMatchObject({ reason: 'no-aof', outcome: 'absent' })
    expect(off.message).toContain('CONFIG SET appendonly yes')
    await redis.command('CONFIG', 'SET', 'appendonly', 'yes')
    const late = await faultOf(write(link, 'k'), 'STORE_UNSAFE')
    expect(late.details.reason).toBe('no-aof')
    expect(late.message).toContain('CONFIG SET appendfsync always')
    await redis.command('CONFIG', 'SET', 'appendfsync', 'always')
    expect(await write(link, 'k')).toEqual([1, 1])
  })

  it('notices on an open connection that the server does not sync any more', async () => {
    const redis = await started({ aof: 'always' })
    const link = linkTo({ url: redis.url }, fsynced)
    await write(link, 'k')
    await redis.command('CONFIG', 'SET', 'appendfsync', 'everysec')
    const clients = () =>
      redis.command('INFO', 'stats').then((info) => /connections_received:(\d+)/.exec(String(info))?.[1])
    const before = Number(await clients())
    await until('it was noticed', async () => {
      const fault = await write(link, 'k').catch((error: unknown) => error)
      return QuittanceError.is(fault, 'STORE_UNSAFE') && fault.details.outcome === 'absent'
    })
    // each question of ours is a connection, the store made none
    expect(Number(await clients()) - before).toBe(1)
    await redis.command('CONFIG', 'SET', 'appendfsync', 'always')
    expect(await write(link, 'k2')).toEqual([1, 1])
  })

  it('accepted without a file, says that it reaches memory only', async () => {
    const redis = await started()
    const link = linkTo({ url: redis.url }, { ...fsynced, accept: ['no-aof'] })
    expect(await write(link, 'k')).toEqual([1, 1])
    expect(await link.status({})).toMatchObject({ durability: 'memory' })
  })
})

describe('fsynced with WAITAOF (Valkey)', () => {
  it('resolves once it is on the disk, and rejects where it does not get there', async (context) => {
    const valkey = await startValkey({ aof: 'everysec' })
    if ('reason' in valkey) return context.skip(valkey.reason)
    afterwards(() => valkey.stop())
    const link = linkTo({ url: valkey.url }, { durability: 'fsynced', confirmMs: 20_000 })
    const key = randomUUID()
    expect(await write(link, key)).toEqual([1, 1])
    expect(String(await valkey.command('INFO', 'commandstats'))).toContain('cmdstat_waitaof')
    expect(await link.status({})).toMatchObject({ durability: 'fsynced' })
    await valkey.kill()
    await valkey.start()
    expect(await written(link, key)).toBe('1:value')
    await valkey.command('CONFIG', 'SET', 'appendfsync', 'no')
    // everysec gets to the disk within a second or two, on a busy one too; `no` never
    const hasty = linkTo({ url: valkey.url }, { durability: 'fsynced', confirmMs: 5_000 })
    expect((await faultOf(write(hasty, 'k'), 'STORE_UNSAFE')).message).toContain('CONFIG SET appendfsync everysec')
    await valkey.command('CONFIG', 'SET', 'appendfsync', 'everysec')
    expect(await write(hasty, 'k')).toEqual([1, 1])
    await valkey.command('CONFIG', 'SET', 'appendfsync', 'no')
    const unmet = await faultOf(next(hasty, 'k', 1), 'STORE_DURABILITY')
    expect(unmet.details).toEqual({ reason: 'WAITAOF', outcome: 'unknown', retryable: true })
    const accepted = linkTo({ url: valkey.url }, { durability: 'fsynced', confirmMs: 50, accept: ['no-aof'] })
    expect(await next(accepted, 'k', 2)).toEqual([1, 3])
    expect(await accepted.status({})).toMatchObject({ durability: 'memory' })
  })

  it('says in other words that a user may run a script, and nothing in it that writes', async (context) => {
    const valkey = await startValkey()
    if ('reason' in valkey) return context.skip(valkey.reason)
    afterwards(() => valkey.stop())
    const rights = ['+@read', '+@connection', '+info', '+time', '+eval', '+evalsha']
    await valkey.command('ACL', 'SETUSER', 'reader', 'on', '>pass-word', '~*', ...rights)
    const link = linkTo({ url: `redis://reader:pass-word@${valkey.host}:${valkey.port}` })
    const { details, message, cause } = await faultOf(write(link, 'k'), 'STORE_PERMISSION')
    expect(details).toEqual({ reason: 'NOPERM', outcome: 'absent', retryable: false, chainId: 'chain' })
    expect(`${message} ${cause}`).not.toContain('reader')
    expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_PERMISSION' })
  })

  it('does everything else as Redis does', async (context) => {
    const valkey = await startValkey()
    if ('reason' in valkey) return context.skip(valkey.reason)
    afterwards(() => valkey.stop())
    const link = linkTo({ url: valkey.url })
    expect(await write(link, 'k')).toEqual([1, 1])
    const keys = { holder: 'h', token: 't' }
    await (await link.lease(keys, 5_000, {})).release()
    expect(await link.status({})).toMatchObject({ durability: 'memory', writable: true })
  })
})
