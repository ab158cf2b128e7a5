import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { type RedisCluster, startCluster } from '../../scripts/services/redis-cluster.js'
import { type SentinelGroup, startSentinel } from '../../scripts/services/redis-sentinel.js'
import { until } from '../../scripts/services/until.js'
import { QuittanceError } from '../../src/errors.js'
import { createLink } from '../../src/store/redis/connect.js'
import type { Link } from '../../src/store/redis/link.js'
import type { RedisTarget } from '../../src/store/redis/options.js'
import { slotOf } from '../../src/store/redis/slots.js'
import { afterwards, faultOf, linkTo, write, written } from './redis-links.js'

const keysOf = async (link: Link, pattern: string) => {
  const keys = new Set<string>()
  for await (const key of link.scan(pattern, {})) keys.add(key)
  return keys
}

const connectionsOf = async (redis: RedisService, name = 'quittance') =>
  String(await redis.command('CLIENT', 'LIST')).split(`name=${name} `).length - 1

describe('a single server', () => {
  let redis: RedisService
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  const targets: Record<string, () => RedisTarget> = {
    'a URL': () => ({ url: redis.url }),
    'a client': () => {
      const client = new Redis(redis.port)
      afterwards(() => client.disconnect())
      return { client }
    },
    'a client that never connected': () => ({ client: new Redis(redis.port, { lazyConnect: true }) }),
    'a client of version 5': () => {
      const client = new Redis5(redis.port)
      afterwards(() => client.disconnect())
      return { client: client as unknown as Redis }
    },
    'a client with habits of its own': () => {
      const client = new Redis(redis.port, {
        stringNumbers: true,
        enableAutoPipelining: true,
        commandTimeout: 50,
        replyMapping: 'resp3',
        protocol: 3,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
      })
      afterwards(() => client.disconnect())
      return { client: client as unknown as Redis }
    },
  }

  for (const [name, target] of Object.entries(targets)) {
    it(`does everything by ${name}`, async () => {
      const link = linkTo(target())
      const key = `${randomUUID()}{x}`
      expect(await write(link, key, 'þ one')).toEqual([1, 1])
      expect(await write(link, key)).toEqual([0, 1])
      expect(await link.read('hgetall', [key], {})).toEqual(['name', '1:þ one'])
      expect(await link.readBytes('HGET', [key, 'name'], {})).toEqual(Buffer.from('1:þ one'))
      expect(await keysOf(link, `${key.slice(0, 36)}*`)).toEqual(new Set([key]))
      const { now, ...status } = await link.status({})
      expect(status).toMatchObject({ durability: 'memory', writable: true })
      expect(Math.abs((now as number) - Date.now())).toBeLessThan(60_000)
      const turns = { holder: `${key}l`, token: `${key}t` }
      const turn = await link.lease(turns, 10_000, {})
      // longer than that client's own limit for a command
      const next = link.lease(turns, 10_000, {})
      await new Promise<void>((resolve) => setTimeout(resolve, 120))
      await turn.release()
      await (await next).release()
    })
  }

  it('opens nothing before the first call, and leaves a given client as it was', async () => {
    const client = new Redis(redis.port, { connectionName: 'theirs', lazyConnect: true })
    afterwards(() => client.disconnect())
    const options = { ...client.options }
    const link = linkTo({ client })
    expect(client.status).toBe('wait')
    expect(await connectionsOf(redis, 'theirs')).toBe(0)
    await write(link, randomUUID())
    expect(client.status).toBe('wait')
    expect(await connectionsOf(redis, 'theirs')).toBe(1)
    await client.connect()
    await link.close()
    expect(await client.ping()).toBe('PONG')
    expect({ ...client.options }).toEqual(options)
    expect(client.eventNames()).toEqual([])
  })

  it('finds a script forgotten by the server, and one that never was there', async () => {
    const link = linkTo({ url: redis.url })
    for (let round = 0; round < 3; round += 1) {
      const key = randomUUID()
      await write(link, key)
      await redis.command('SCRIPT', 'FLUSH')
      expect(await write(link, key)).toEqual([0, 1])
    }
  })

  it('scans more keys than one step shows', async () => {
    const prefix = randomUUID()
    await redis.command('EVAL', `for i = 1, 5000 do redis.call('SET', ARGV[1] .. i, 'x') end`, 0, prefix)
    expect((await keysOf(linkTo({ url: redis.url }), `${prefix}*`)).size).toBe(5_000)
  })

  it('keeps the order of calls made at once, also while it connects', async () => {
    const key = randomUUID()
    const link = linkTo({ url: redis.url })
    const versions = Array.from({ length: 50 }, (_, version) =>
      link.script('statePut', [key], ['name', version, `${version}`], {}),
    )
    expect(await Promise.all(versions)).toEqual(Array.from({ length: 50 }, (_, version) => [1, version + 1]))
  })

  it('takes one target only, and says which part of it is wrong', () => {
    const refused = (target: unknown) => {
      try {
        createLink(target as RedisTarget, {})
      } catch (error) {
        return error
      }
      return expect.unreachable('accepted')
    }
    for (const target of [
      undefined,
      {},
      { url: redis.url, cluster: [] },
      { client: {} },
      { url: 1 },
      { cluster: [] },
    ]) {
      expect(refused(target)).toBeInstanceOf(TypeError)
    }
    expect(refused({ client: new Redis({ lazyConnect: true, keyPrefix: 'app:' }) })).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('prefix'),
    })
    const cluster = new Cluster([{ port: 1 }], { lazyConnect: true, redisOptions: { keyPrefix: 'app:' } })
    expect(refused({ client: cluster })).toBeInstanceOf(TypeError)
    for (const url of [
      'redis//user:s3cret@host',
      'http://user:s3cret@host',
      'redis://user:s3cret@host/x',
      'redis://user:s3cret@host?family=6',
      'redis://user:s3cret@:77777',
      'redis://user:%s3cret@host',
    ]) {
      const error = refused({ url })
      expect(QuittanceError.is(error, 'STORE_URL'), url).toBe(true)
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
    }
    expect(QuittanceError.is(refused({ cluster: ['redis://host/1'] }), 'STORE_URL')).toBe(true)
  })

  it('takes the database that a URL names', async () => {
    const key = randomUUID()
    await write(linkTo({ url: `${redis.url}/3` }), key)
    expect(await written(linkTo({ url: redis.url }), key)).toBe(null)
    expect(await written(linkTo({ url: `${redis.url}/3` }), key)).toBe('1:value')
  })
})

describe('giving up and closing', () => {
  let redis: RedisService
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  it('rejects at once with the signal’s reason, whatever the server does', async () => {
    const link = linkTo({ url: redis.url })
    await write(link, randomUUID())
    redis.pause()
    try {
      const reason = new Error('enough')
      const controller = new AbortController()
      const { signal } = controller
      const keys = { holder: 'h', token: 't' }
      const calls = [
        link.script('statePut', ['k'], ['n', 0, 'b'], { signal }),
        link.read('GET', ['k'], { signal }),
        link.status({ signal }),
        link.lease(keys, 5_000, { signal }),
        keysOf({ ...link, scan: (pattern) => link.scan(pattern, { signal }) }, '*'),
        linkTo({ url: redis.url }).status({ signal }),
      ]
      const results = Promise.allSettled(calls)
      controller.abort(reason)
      for (const result of await results) expect(result).toEqual({ status: 'rejected', reason })
      for (const call of [link.read('GET', ['k'], { signal }), link.lease(keys, 5, { signal })]) {
        await expect(call).rejects.toBe(reason)
      }
    } finally {
      redis.resume()
    }
    expect(await write(link, randomUUID())).toEqual([1, 1])
  })

  it('finishes what was begun, also what waits for its connection, then refuses', async () => {
    const link = createLink({ url: redis.url }, {})
    const keys = Array.from({ length: 5 }, () => randomUUID())
    const begun = keys.map((key) => write(link, key))
    await Promise.all([link.close(), link.close()])
    expect(await Promise.all(begun)).toEqual(keys.map(() => [1, 1]))
    await link.close()
    for (const call of [write(link, 'k'), link.status({}), link.lease({ holder: 'h', token: 't' }, 5, {})]) {
      expect((await faultOf(call, 'STORE_CLOSED')).details.outcome).toBe('absent')
    }
    await faultOf(keysOf(link, '*'), 'STORE_CLOSED')
    await until('no connection is left', async () => (await connectionsOf(redis)) === 0)
  })

  it('ends a wait for the turn', async () => {
    const link = createLink({ url: redis.url }, {})
    const keys = { holder: randomUUID(), token: randomUUID() }
    await link.lease(keys, 30_000, {})
    const waiting = faultOf(link.lease(keys, 30_000, {}), 'STORE_CLOSED')
    await until('somebody blocks', async () => / flags=b /.test(String(await redis.command('CLIENT', 'LIST'))))
    await link.close()
    await waiting
    await until('no connection is left', async () => (await connectionsOf(redis)) === 0)
  })

  it('closes though the server does not answer', async () => {
    const link = createLink({ url: redis.url }, {})
    await link.status({})
    redis.pause()
    try {
      await link.close()
    } finally {
      redis.resume()
    }
    await until('no connection is left', async () => (await connectionsOf(redis)) === 0)
  })

  it('closes though the server never answered, once nobody waits for it', async () => {
    redis.pause()
    try {
      const link = createLink({ url: redis.url }, {})
      const silence = faultOf(link.status({}), 'STORE_UNAVAILABLE')
      const other = createLink({ url: redis.url }, {})
      const controller = new AbortController()
      const given = expect(other.status({ signal: controller.signal })).rejects.toThrow('enough')
      setTimeout(() => controller.abort(new Error('enough')), 100)
      await given
      // who waits is told after six silent seconds; who gave up holds up nobody
      expect(await Promise.race([other.close().then(() => 'closed'), silence])).toBe('closed')
      await silence
      await link.close()
    } finally {
      redis.resume()
    }
  })

  it('a process ends by itself after close', async () => {
    const connect = fileURLToPath(new URL('../../src/store/redis/connect.ts', import.meta.url))
    const program = `
      import { createLink } from ${JSON.stringify(connect)}
      const link = createLink({ url: process.argv[1] }, {})
      const keys = { holder: 'h' + process.pid, token: 't' + process.pid }
      const turn = await link.lease(keys, 20_000, {})
      const next = link.lease(keys, 20_000, {})
      setTimeout(() => turn.release(), 50)
      await (await next).release()
      await link.close()
    `
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, redis.url], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    afterwards(() => child.kill('SIGKILL'))
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })

  it('says what to install where ioredis is missing', async () => {
    const connect = fileURLToPath(new URL('../../src/store/redis/connect.ts', import.meta.url))
    const program = `
      import { register } from 'node:module'
      const hooks = \`export async function resolve(specifier, context, next) {
        if (specifier !== 'ioredis') return next(specifier, context)
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
      }\`
      register('data:text/javascript,' + encodeURIComponent(hooks))
      const { createLink } = await import(${JSON.stringify(connect)})
      const error = await createLink({ url: 'redis://127.0.0.1' }, {}).status({}).catch((error) => error)
      console.log(error.code, error.message)
    `
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    afterwards(() => child.kill('SIGKILL'))
    let said = ''
    for await (const piece of child.stdout) said += piece
    expect(said).toMatch(/^STORE_UNSUPPORTED .*npm install ioredis/)
  })
})

describe('TLS', () => {
  let redis: RedisService
  beforeAll(async () => {
    redis = await startRedis({ tls: true, password: 'pass:w@rd/1' })
  })
  afterAll(() => redis.stop())

  it('works by a client that knows the authority', async () => {
    const client = new Redis({
      host: redis.host,
      port: redis.port,
      password: redis.password as string,
      tls: { ca: readFileSync(redis.ca as string) },
      lazyConnect: true,
    })
    expect(await write(linkTo({ client }), randomUUID())).toEqual([1, 1])
  })

  it('refuses an authority that it does not know, and another name', async () => {
    const unknown = await faultOf(write(linkTo({ url: redis.url }), 'k'), 'STORE_TLS')
    expect(unknown.details).toMatchObject({ outcome: 'absent', retryable: false, chainId: 'chain' })
    expect(unknown.details.reason).toMatch(/SELF_SIGNED|UNABLE_TO_/)
    const client = new Redis({
      host: redis.host,
      port: redis.port,
      password: redis.password as string,
      tls: { ca: readFileSync(redis.ca as string), servername: 'elsewhere.example' },
      lazyConnect: true,
    })
    const misnamed = await faultOf(write(linkTo({ client }), 'k'), 'STORE_TLS')
    expect(misnamed.details).toMatchObject({ reason: 'ERR_TLS_CERT_ALTNAME_INVALID', outcome: 'absent' })
  })

  it('does not get through in the clear', async () => {
    const link = linkTo({ url: redis.url.replace('rediss:', 'redis:') })
    expect((await faultOf(write(link, 'k'), 'STORE_UNAVAILABLE')).details.outcome).toBe('absent')
  })
})

describe('a cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster()
  }, 120_000)
  afterAll(() => cluster.stop())

  const theirs = (options = {}) => {
    const client = new Cluster([...cluster.urls], options)
    afterwards(() => client.disconnect())
    return client
  }

  it('knows the slot of a key as the servers do', async () => {
    // from the cluster specification: CRC16 of "123456789" is 0x31C3
    expect(slotOf('123456789')).toBe(0x31c3 % 16_384)
    const [node] = cluster.nodes as [RedisService]
    const keys = [
      '',
      'a',
      '{user1000}.following',
      'foo{}{bar}',
      'foo{{bar}}zap',
      'foo{bar}{zap}',
      'q:{þ/ñ}:h',
      '}{',
      '{a',
    ]
    for (const key of keys) expect(slotOf(key), key).toBe(await node.command('CLUSTER', 'KEYSLOT', key))
  })

  const ways: Record<string, () => RedisTarget> = {
    URLs: () => ({ cluster: cluster.urls }),
    'the URL of one node': () => ({ cluster: cluster.urls.slice(4, 5) }),
    'a client': () => ({ client: theirs() }),
    'a client that never connected': () => ({ client: theirs({ lazyConnect: true }) }),
    'a client of version 5': () => {
      const client = new Cluster5([...cluster.urls])
      afterwards(() => client.disconnect())
      return { client: client as unknown as Cluster }
    },
    'a client of version 5 that never connected': () => ({
      client: new Cluster5([...cluster.urls], { lazyConnect: true }) as unknown as Cluster,
    }),
    'a client that reads from replicas': () => ({ client: theirs({ scaleReads: 'slave' }) }),
  }
  for (const [name, target] of Object.entries(ways)) {
    it(`spreads chains by ${name}, and scans all of them`, async () => {
      const link = linkTo(target())
      const prefix = randomUUID()
      const keys = Array.from({ length: 30 }, (_, index) => `${prefix}:{${index}}:h`)
      for (const result of await Promise.all(keys.map((key) => write(link, key)))) expect(result).toEqual([1, 1])
      expect(await Promise.all(keys.map((key) => written(link, key)))).toEqual(keys.map(() => '1:value'))
      expect(await keysOf(link, `${prefix}:*`)).toEqual(new Set(keys))
      expect(new Set(await Promise.all(keys.map(async (key) => (await cluster.ownerOf(key)).port))).size).toBe(3)
      expect(await link.status({})).toMatchObject({ durability: 'memory', writable: true })
      const turns = { holder: `{${prefix}}l`, token: `{${prefix}}t` }
      const turn = await link.lease(turns, 10_000, {})
      const next = link.lease(turns, 10_000, {})
      await turn.release()
      await (await next).release()
    })
  }

  it('waits for the replica of the node that took the write', async () => {
    const link = linkTo({ cluster: cluster.urls }, { durability: 'replicated', confirmMs: 5_000 })
    const keys = Array.from({ length: 12 }, (_, index) => `${randomUUID()}{${index}}`)
    for (const result of await Promise.all(keys.map((key) => write(link, key)))) expect(result).toEqual([1, 1])
    expect(await link.status({})).toMatchObject({ durability: 'replicated', writable: true })
    const [primary] = (await cluster.primaries()) as [RedisService]
    await primary.command('CONFIG', 'SET', 'min-replicas-to-write', '2')
    expect(await link.status({})).toMatchObject({ writable: false, refusal: 'STORE_DURABILITY' })
    await primary.command('CONFIG', 'SET', 'min-replicas-to-write', '0')
    expect(await link.status({})).toMatchObject({ writable: true })
    const short = linkTo({ cluster: cluster.urls }, { durability: 'replicated', replicas: 2, confirmMs: 50 })
    await faultOf(write(short, randomUUID()), 'STORE_DURABILITY')
  })

  it('follows a key whose slot moves, while it moves and afterwards', async () => {
    for (const options of [{}, { durability: 'replicated', confirmMs: 5_000 }] as const) {
      const link = linkTo({ cluster: cluster.urls }, options)
      const tag = randomUUID()
      const [first, second, third, fourth] = ['1', '2', '3', '4'].map((name) => `{${tag}}${name}`) as [
        string,
        string,
        string,
        string,
      ]
      await write(link, first)
      const from = await cluster.ownerOf(first)
      const to = (await cluster.primaries()).find(({ port }) => port !== from.port) as RedisService
      const [source, target] = [
        String(await from.command('CLUSTER', 'MYID')),
        String(await to.command('CLUSTER', 'MYID')),
      ]
      const slot = slotOf(first)
      await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source)
      await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target)
      // a key that the old node has not: it answers ASK, and the new node takes it only behind ASKING
      expect(await write(link, second)).toEqual([1, 1])
      expect(await written(link, second)).toBe('1:value')
      await Promise.all([from, to].map((node) => node.command('SCRIPT', 'FLUSH')))
      expect(await write(link, third)).toEqual([1, 1])
      expect(await written(link, first)).toBe('1:value')
      await from.command('MIGRATE', to.host, to.port, first, 0, 5_000)
      for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', target)
      expect(await write(link, fourth)).toEqual([1, 1])
      expect(await Promise.all([first, second, third, fourth].map((key) => written(link, key)))).toEqual(
        Array.from({ length: 4 }, () => '1:value'),
      )
    }
  })

  it('says which form of target fits', async () => {
    const [node] = cluster.nodes as [RedisService]
    const client = new Redis(node.url, { lazyConnect: true })
    for (const target of [{ url: node.url }, { client }]) {
      const link = linkTo(target)
      const scanned = () => keysOf(link, '*')
      // whichever node has the key, and for what needs none
      const calls = Array.from({ length: 20 }, (_, index) => write(link, `{${index}}`))
      for (const call of [...calls, scanned(), link.status({})]) {
        expect((await faultOf(call, 'STORE_UNSUPPORTED')).message).toContain('redis+cluster://')
      }
    }
    const single = await startRedis()
    afterwards(() => single.stop())
    await faultOf(write(linkTo({ cluster: [single.url] }), 'k'), 'STORE_UNSUPPORTED')
  })

  it('goes on after a primary died', async () => {
    const link = linkTo({ cluster: cluster.urls })
    const tag = randomUUID()
    await write(link, `{${tag}}0`)
    const owner = await cluster.ownerOf(`{${tag}}`)
    await owner.kill()
    const first = await faultOf(write(link, `{${tag}}1`), 'STORE_UNAVAILABLE')
    expect(first.details.retryable).toBe(true)
    await until('a replica took over', () => write(link, `{${tag}}2`), 30_000)
    expect(await written(link, `{${tag}}2`)).toBe('1:value')
    expect((await cluster.ownerOf(`{${tag}}`)).port).not.toBe(owner.port)
    await owner.start()
  })
})

describe('a group with sentinels', () => {
  let group: SentinelGroup
  beforeAll(async () => {
    group = await startSentinel({ password: 's3cret' })
  }, 120_000)
  afterAll(() => group.stop())

  it('follows a failover, by either major of the client', async () => {
    const theirs = { sentinels: [...group.sentinels], name: group.name, password: 's3cret', lazyConnect: true }
    const links = [new Redis(theirs), new Redis5(theirs) as unknown as Redis].map((client) =>
      linkTo({ client }, { durability: 'replicated', confirmMs: 500 }),
    )
    const before = links.map(() => randomUUID())
    const after = links.map(() => randomUUID())
    for (const [index, link] of links.entries()) expect(await write(link, before[index] as string)).toEqual([1, 1])
    const old = await group.primary()
    expect((await group.failover()).port).not.toBe(old.port)
    await group.rejoin(old)
    for (const [index, link] of links.entries()) {
      await until('the new primary takes a durable write', () => write(link, after[index] as string), 30_000)
      for (const key of [before[index], after[index]]) expect(await written(link, key as string)).toBe('1:value')
      expect(await link.status({})).toMatchObject({ durability: 'replicated', writable: true })
    }
  })

  it('tells at once that no sentinel can be reached', async () => {
    const client = new Redis({ sentinels: [{ host: '127.0.0.1', port: 1 }], name: 'none', lazyConnect: true })
    const { details } = await faultOf(write(linkTo({ client }), 'k'), 'STORE_UNAVAILABLE')
    expect(details).toMatchObject({ outcome: 'absent', retryable: true })
  })
})
