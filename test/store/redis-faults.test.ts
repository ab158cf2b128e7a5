import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RedisOptions, type RedisService, startRedis } from '../../scripts/services/redis.js'
import { startTcpProxy, type TcpProxy } from '../../scripts/services/tcp-proxy.js'
import { until } from '../../scripts/services/until.js'
import type { ErrorCode, QuittanceError } from '../../src/errors.js'
import type { AcceptedRisk, RedisStoreOptions, RedisTarget } from '../../src/store/redis/options.js'
import { afterwards, faultOf, linkTo, write, written } from './redis-links.js'

const payload = 'PAYLOAD-of-a-receipt'
const password = 'PASSWORD-of-ours'

/** Nothing of what must stay secret can be got out of an error, whichever way it is logged. */
function expectNoSecrets(error: QuittanceError): void {
  const everything = [
    inspect(error, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null }),
    JSON.stringify(error),
    JSON.stringify(error.cause),
    String(error.stack),
    String((error.cause as Error | undefined)?.stack),
  ].join('\n')
  expect(everything).not.toContain(payload)
  expect(everything).not.toContain(password)
}

async function refusal(
  call: Promise<unknown>,
  code: ErrorCode,
  expected: { reason: string; outcome: string; retryable: boolean },
): Promise<QuittanceError> {
  const error = await faultOf(call, code)
  expect(error.details).toEqual({ ...expected, chainId: 'chain' })
  expectNoSecrets(error)
  return error
}

async function started(options: RedisOptions = {}): Promise<RedisService> {
  const redis = await startRedis(options)
  afterwards(() => redis.stop())
  return redis
}

describe('a connection that is cut', () => {
  let redis: RedisService
  let proxy: TcpProxy
  beforeAll(async () => {
    redis = await startRedis({ password })
  })
  afterAll(() => redis.stop())
  beforeEach(async () => {
    proxy = await startTcpProxy(redis)
  })
  afterEach(() => proxy.stop())

  const url = () => `redis://:${password}@127.0.0.1:${proxy.port}`
  const majors: Record<string, () => RedisTarget> = {
    'ioredis 6': () => ({ url: url() }),
    'ioredis 5': () => ({ client: new Redis5(url(), { lazyConnect: true }) as unknown as Redis }),
  }
  const atServer = (key: string) => redis.command('HGET', key, 'name')
  const lost = { outcome: 'unknown', retryable: true }

  for (const [major, target] of Object.entries(majors)) {
    it(`before the script: failed, and nothing is there (${major})`, async () => {
      const link = linkTo(target())
      await link.status({})
      const key = randomUUID()
      const cut = proxy.cutOnRequest(key)
      await refusal(write(link, key, payload), 'STORE_UNAVAILABLE', { ...lost, reason: 'closed' })
      await cut
      expect(await atServer(key)).toBe(null)
      expect(await write(link, key, payload)).toEqual([1, 1])
    })

    it(`after the script: failed, though it is there (${major})`, async () => {
      const link = linkTo(target())
      await link.status({})
      const key = randomUUID()
      const cut = proxy.dropReplies(1, { after: key })
      await refusal(write(link, key, payload), 'STORE_UNAVAILABLE', { ...lost, reason: 'closed' })
      await cut
      expect(await atServer(key)).toBe(`1:${payload}`)
      expect(await write(link, key, payload)).toEqual([0, 1])
    })

    it(`with many calls in flight: each is told, and each call afterwards works (${major})`, async () => {
      const link = linkTo(target())
      await link.status({})
      proxy.hold('replies')
      const keys = Array.from({ length: 20 }, () => randomUUID())
      const calls = [...keys.map((key) => write(link, key, payload)), written(link, keys[0] as string)]
      const faults = Promise.all(calls.map((call) => faultOf(call, 'STORE_UNAVAILABLE')))
      await until('the server has all of them', async () => (await atServer(keys[19] as string)) !== null)
      proxy.cut()
      proxy.release()
      for (const fault of await faults) expectNoSecrets(fault)
      expect(await Promise.all(keys.map((key) => write(link, key)))).toEqual(keys.map(() => [0, 1]))
    })
  }

  it('while it is made, and refused: nothing was sent', async () => {
    const link = linkTo({ url: url() })
    const key = randomUUID()
    const cut = proxy.cutOnRequest()
    await refusal(write(link, key, payload), 'STORE_UNAVAILABLE', {
      reason: 'closed',
      outcome: 'absent',
      retryable: true,
    })
    await cut
    await proxy.refuse()
    await refusal(write(link, key, payload), 'STORE_UNAVAILABLE', {
      reason: 'ECONNREFUSED',
      outcome: 'absent',
      retryable: true,
    })
    await proxy.accept()
    expect(await write(link, key)).toEqual([1, 1])
  })

  it('a failed read has no outcome', async () => {
    const link = linkTo({ url: url() })
    await link.status({})
    const cut = proxy.cutOnRequest('HGET')
    const { details } = await faultOf(written(link, 'k'), 'STORE_UNAVAILABLE')
    await cut
    expect(details).toEqual({ reason: 'closed', retryable: true })
  })

  it('killed by the server, or restarted: the next call works', async () => {
    const own = await started({ aof: 'always' })
    const link = linkTo({ url: own.url })
    const keys = [randomUUID(), randomUUID(), randomUUID()] as const
    await write(link, keys[0])
    await own.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await until('the link noticed or not', () => write(link, keys[1]))
    await own.kill()
    await until('the link noticed', async () => {
      const { details } = await faultOf(write(link, keys[2], payload), 'STORE_UNAVAILABLE')
      return details.reason === 'ECONNREFUSED' && details.outcome === 'absent'
    })
    await own.start()
    expect(await write(link, keys[2])).toEqual([1, 1])
    expect(await written(link, keys[0])).toBe('1:value')
  })

  it('silent for long: given up, and another is made', async () => {
    const link = linkTo({ url: url() })
    await link.status({})
    proxy.hold()
    const key = randomUUID()
    await refusal(write(link, key, payload), 'STORE_UNAVAILABLE', { ...lost, reason: 'ETIMEDOUT' })
    proxy.release()
    expect(await until('it works', () => write(link, randomUUID()))).toEqual([1, 1])
  })
})

describe('what the server refuses', () => {
  it('a wrong password, none, and a user who may not', async () => {
    const redis = await started({ password })
    const { host, port } = redis
    const fixed = { outcome: 'absent', retryable: false }
    const theirs = { host, port, password: `${password}!`, lazyConnect: true }
    for (const client of [new Redis(theirs), new Redis5(theirs) as unknown as Redis]) {
      await refusal(write(linkTo({ client }), 'k', payload), 'STORE_PERMISSION', { ...fixed, reason: 'WRONGPASS' })
    }
    const wrong = linkTo({ url: `redis://:${password}x@${host}:${port}` })
    await refusal(write(wrong, 'k', payload), 'STORE_PERMISSION', { ...fixed, reason: 'WRONGPASS' })
    const none = linkTo({ url: `redis://${host}:${port}` })
    await refusal(write(none, 'k', payload), 'STORE_PERMISSION', { ...fixed, reason: 'NOAUTH' })
    await redis.command(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      `>${password}`,
      '~*',
      '+@read',
      '+info',
      '+@connection',
      '+time',
    )
    const reader = linkTo({ url: `redis://reader:${password}@${host}:${port}` })
    const denied = await refusal(write(reader, 'k', payload), 'STORE_PERMISSION', { ...fixed, reason: 'NOPERM' })
    expect(inspect(denied, { depth: 9 })).not.toContain('reader')
    expect(await written(reader, 'k')).toBe(null)
  })

  it('memory that is full', async () => {
    const redis = await started()
    const link = linkTo({ url: redis.url })
    const key = randomUUID()
    await link.status({})
    await redis.command('CONFIG', 'SET', 'maxmemory', '1mb')
    await redis.command('CONFIG', 'SET', 'maxmemory', '100')
    await refusal(write(link, key, payload), 'STORE_FULL', { reason: 'OOM', outcome: 'absent', retryable: false })
    expect(await link.status({})).toMatchObject({ writable: false })
    expect(await written(link, key)).toBe(null)
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    expect(await write(link, key)).toEqual([1, 1])
    expect(await link.status({})).toMatchObject({ writable: true })
  })

  it('a disk that could not be saved to', async () => {
    const redis = await started({ config: { save: '3600 1' } })
    const link = linkTo({ url: redis.url })
    mkdirSync(join(redis.dir, 'dump.rdb'))
    await write(link, randomUUID())
    await redis.command('BGSAVE')
    await until('the snapshot failed', async () =>
      /rdb_last_bgsave_status:err/.test(String(await redis.command('INFO'))),
    )
    const expected = { reason: 'MISCONF', outcome: 'absent', retryable: true }
    await refusal(write(link, 'k', payload), 'STORE_IO', expected)
    expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_IO' })
    rmSync(join(redis.dir, 'dump.rdb'), { recursive: true })
    await redis.command('SAVE')
    expect(await link.status({})).toMatchObject({ writable: true })
  })

  it('too few replicas for its own rule', async () => {
    const redis = await started({ config: { 'min-replicas-to-write': '1' } })
    const expected = { reason: 'NOREPLICAS', outcome: 'absent', retryable: true }
    const link = linkTo({ url: redis.url })
    await refusal(write(link, 'k', payload), 'STORE_DURABILITY', expected)
    expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_DURABILITY' })
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    expect(await link.status({})).toMatchObject({ writable: true })
    // status asks by writing nothing
    expect(await redis.command('DBSIZE')).toBe(0)
  })

  it('a user who may run scripts, and nothing that writes', async () => {
    const redis = await started()
    const rights = ['+@read', '+@connection', '+info', '+time', '+eval', '+evalsha']
    await redis.command('ACL', 'SETUSER', 'reader', 'on', `>${password}`, '~*', ...rights)
    const link = linkTo({ url: `redis://reader:${password}@${redis.host}:${redis.port}` })
    const expected = { reason: 'NOPERM', outcome: 'absent', retryable: false }
    const denied = await refusal(write(link, 'k', payload), 'STORE_PERMISSION', expected)
    expect(inspect(denied, { depth: 9 })).not.toContain('reader')
    expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_PERMISSION' })
    await redis.command('ACL', 'SETUSER', 'reader', '-eval', '-evalsha', '+@write')
    expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_PERMISSION' })
    await redis.command('ACL', 'SETUSER', 'reader', '+eval', '+evalsha')
    expect(await link.status({})).toMatchObject({ writable: true })
    expect(await write(link, 'k')).toEqual([1, 1])
  })

  it('a key that somebody else put there', async () => {
    const redis = await started()
    await redis.command('SET', 'k', 'theirs')
    const expected = { reason: 'WRONGTYPE', outcome: 'unknown', retryable: false }
    await refusal(write(linkTo({ url: redis.url }), 'k', payload), 'STORE_CORRUPT', expected)
  })

  it('a command that it does not have', async () => {
    const redis = await started({ args: ['--rename-command', 'HGET', 'HIDDEN'] })
    const link = linkTo({ url: redis.url })
    const { details } = await faultOf(link.read('HGET', [payload, payload], {}), 'STORE_UNSUPPORTED')
    expect(details).toEqual({ reason: 'ERR', retryable: false })
    expectNoSecrets(await faultOf(link.read('HGET', [payload, payload], {}), 'STORE_UNSUPPORTED'))
    const without = await started({ args: ['--rename-command', 'WAIT', 'HIDDEN'] })
    const replicated = linkTo({ url: without.url }, { durability: 'replicated' })
    // the script ran, and only its confirmation could not be asked for
    await refusal(write(replicated, 'k', payload), 'STORE_UNSUPPORTED', {
      reason: 'ERR',
      outcome: 'unknown',
      retryable: false,
    })
    expect(await without.command('HGET', 'k', 'name')).toBe(`1:${payload}`)
  })

  it('anything else', async () => {
    const redis = await started()
    const error = await faultOf(linkTo({ url: redis.url }).read('HGET', [payload], {}), 'STORE_IO')
    expect(error.details).toEqual({ reason: 'ERR', retryable: false })
    expectNoSecrets(error)
  })

  it('a server that is busy with a script of somebody else', async () => {
    const redis = await started({ config: { 'busy-reply-threshold': '20' } })
    const link = linkTo({ url: redis.url })
    await link.status({})
    const other = new Redis(redis.port)
    afterwards(() => other.disconnect())
    const endless = other.eval('while true do end', 0).catch((error: Error) => error.message)
    const expected = { reason: 'BUSY', outcome: 'absent', retryable: true }
    try {
      await until('it is busy', async () => {
        const said = await redis.command('PING').catch((error: Error) => error.message)
        return String(said).startsWith('BUSY')
      })
      await refusal(write(link, 'k', payload), 'STORE_UNAVAILABLE', expected)
      await refusal(write(linkTo({ url: redis.url }), 'k', payload), 'STORE_UNAVAILABLE', expected)
    } finally {
      await redis.command('SCRIPT', 'KILL')
      expect(await endless).toContain('killed')
    }
    expect(await write(link, 'k')).toEqual([1, 1])
  })

  it('a server that still loads its data', async () => {
    const redis = await started()
    await redis.command('EVAL', `for i = 1, 2000 do redis.call('SET', i, string.rep('x', 2000)) end`, 0)
    await redis.command('SAVE')
    const link = linkTo({ url: redis.url })
    await link.status({})
    await redis.kill()
    const start = redis.start(['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'])
    const seen = await until('it loads', async () => {
      const fault = await faultOf(write(link, 'k', payload), 'STORE_UNAVAILABLE')
      return fault.details.reason === 'LOADING' && fault
    })
    expect(seen.details).toMatchObject({ outcome: 'absent', retryable: true })
    await start
    expect(await write(link, 'k')).toEqual([1, 1])
  })

  it('too many clients', async () => {
    const redis = await started({ config: { maxclients: '1' } })
    const other = new Redis(redis.port)
    afterwards(() => other.disconnect())
    await other.ping()
    const error = await faultOf(write(linkTo({ url: redis.url }), 'k', payload), 'STORE_UNAVAILABLE')
    expect(error.details).toMatchObject({ outcome: 'absent', retryable: true })
    expectNoSecrets(error)
  })

  it('a cluster that has lost slots', async () => {
    const redis = await started({ config: { 'cluster-enabled': 'yes' } })
    const expected = { reason: 'CLUSTERDOWN', outcome: 'absent', retryable: true }
    await refusal(write(linkTo({ cluster: [redis.url] }), 'k', payload), 'STORE_UNAVAILABLE', expected)
    // the slots come back, and the wrong form of target stays wrong
    await faultOf(write(linkTo({ url: redis.url }), 'k', payload), 'STORE_UNSUPPORTED')
  })

  it('what is not Redis at all', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${payload}`))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    afterwards(() => server.close())
    const { port } = server.address() as { port: number }
    const error = await faultOf(write(linkTo({ url: `redis://127.0.0.1:${port}` }), 'k'), 'STORE_UNSUPPORTED')
    expect(error.details.reason).toBe('protocol')
    expectNoSecrets(error)
  })
})

describe('a server that could lose receipts', () => {
  async function unsafe(redis: RedisService, reason: AcceptedRisk, cure: string, options: RedisStoreOptions = {}) {
    const link = linkTo({ url: redis.url }, options)
    for (const call of [
      write(link, 'k', payload),
      written(link, 'k'),
      link.status({}),
      link.lease({ holder: 'h', token: 't' }, 5, {}),
    ]) {
      const error = await faultOf(call, 'STORE_UNSAFE')
      expect(error.details).toMatchObject({ reason, retryable: false })
      expect(error.message).toContain(cure)
      expect(error.message).toContain(`accept: ['${reason}']`)
    }
    return link
  }
  const cured = (redis: RedisService, command: string) => redis.command(...(command.split(' ') as [string]))

  for (const policy of ['allkeys-lru', 'allkeys-random', 'volatile-ttl', 'volatile-lfu']) {
    it(`because it evicts: ${policy}`, async () => {
      const redis = await started({ config: { 'maxmemory-policy': policy } })
      const cure = 'CONFIG SET maxmemory-policy noeviction'
      const link = await unsafe(redis, 'eviction', cure)
      expect(await write(linkTo({ url: redis.url }, { accept: ['eviction'] }), 'k')).toEqual([1, 1])
      await cured(redis, cure)
      expect(await write(link, 'k2')).toEqual([1, 1])
    })
  }

  it('is found out after a reconnection and by status, too', async () => {
    const redis = await started()
    const link = linkTo({ url: redis.url })
    await write(link, 'k')
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await faultOf(link.status({}), 'STORE_UNSAFE')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await until('the end was noticed', async () => {
      const fault = await write(link, randomUUID()).catch((error: QuittanceError) => error)
      return (fault as QuittanceError).code === 'STORE_UNSAFE'
    })
  })

  it('because it is a replica; accepted, it is for reading', async () => {
    const redis = await started()
    await write(linkTo({ url: redis.url }), 'k')
    const replica = await started({ replicaOf: redis })
    const link = linkTo({ url: replica.url }, { accept: ['replica'] })
    await until('it has the value', async () => (await written(link, 'k')) === '1:value')
    await unsafe(replica, 'replica', `${redis.host}:${redis.port}`)
    expect(await link.status({})).toMatchObject({ writable: false })
    const expected = { reason: 'READONLY', outcome: 'absent', retryable: false }
    await refusal(write(link, 'k2', payload), 'STORE_PERMISSION', expected)
  })

  it('is waited for where it was the primary before', async () => {
    const [redis, other] = [await started(), await started()]
    const link = linkTo({ url: redis.url })
    await write(link, 'k')
    await redis.command('REPLICAOF', other.host, other.port)
    const expected = { reason: 'READONLY', outcome: 'absent', retryable: true }
    for (let round = 0; round < 3; round += 1) {
      const error = await faultOf(write(link, 'k2', payload), 'STORE_UNAVAILABLE')
      expect(error.details.retryable).toBe(true)
      expectNoSecrets(error)
    }
    await refusal(write(link, 'k2', payload), 'STORE_UNAVAILABLE', expected)
    await redis.command('REPLICAOF', 'NO', 'ONE')
    expect(await write(link, 'k2')).toEqual([1, 1])
  })

  it('because it does not tell', async () => {
    const redis = await started()
    await redis.command('ACL', 'SETUSER', 'app', 'on', `>${password}`, '~*', '+@all', '-info', '-config')
    const url = `redis://app:${password}@${redis.host}:${redis.port}`
    const link = linkTo({ url })
    expectNoSecrets(await faultOf(write(link, 'k', payload), 'STORE_UNSAFE'))
    expect((await faultOf(write(link, 'k', payload), 'STORE_UNSAFE')).details.reason).toBe('unchecked')
    expect(await write(linkTo({ url }, { accept: ['unchecked'] }), 'k')).toEqual([1, 1])
    await redis.command('ACL', 'SETUSER', 'app', '+info', '+config|get')
    expect(await write(link, 'k2')).toEqual([1, 1])
  })

  it('needs no more rights than the documentation says', async () => {
    const redis = await started({ aof: 'always' })
    const rights = ['+info', '+time', '+scan', '+eval', '+evalsha', '+@read', '+@write']
    await redis.command('ACL', 'SETUSER', 'app', 'on', `>${password}`, '~k*', '~quittance:*', ...rights)
    const url = `redis://app:${password}@${redis.host}:${redis.port}`
    const link = linkTo({ url })
    expect(await write(link, 'k')).toEqual([1, 1])
    for await (const key of link.scan('k*', {})) expect(key).toBe('k')
    const turn = await link.lease({ holder: 'kl', token: 'kt' }, 5_000, {})
    const next = link.lease({ holder: 'kl', token: 'kt' }, 5_000, {})
    await turn.release()
    await (await next).release()
    expect(await link.status({})).toMatchObject({ writable: true })
    await redis.command('ACL', 'SETUSER', 'app', '+wait', '+config|get')
    await faultOf(write(linkTo({ url }, { durability: 'replicated', confirmMs: 10 }), 'k2'), 'STORE_DURABILITY')
    expect(await write(linkTo({ url }, { durability: 'fsynced' }), 'k3')).toEqual([1, 1])
  })
})
