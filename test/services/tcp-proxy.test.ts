import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { startTcpProxy } from '../../scripts/services/tcp-proxy.js'
import { until } from '../../scripts/services/until.js'
import { stopped } from './gone.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** A client behind a proxy, which asks everything once. */
async function wired() {
  await redis.command('FLUSHALL')
  const proxy = stopped(await startTcpProxy(redis))
  const client = new Redis(proxy.port, { maxRetriesPerRequest: 0, retryStrategy: () => 10 })
  client.on('error', () => {
    // it is told by its calls
  })
  onTestFinished(() => client.disconnect())
  expect(await client.ping()).toBe('PONG')
  return { proxy, client, again: () => until('it is connected', async () => (await client.ping()) === 'PONG') }
}

test('what goes in comes out', async () => {
  const { proxy, client } = await wired()
  const long = 'x'.repeat(300_000)
  await client.set('a', long)
  expect([await client.get('a'), proxy.connections]).toEqual([long, 1])
})

test('a cut ends what is open', async () => {
  const { proxy, client, again } = await wired()
  const waits = client.blpop('none', 0)
  proxy.cut()
  await expect(waits).rejects.toThrow()
  await again()
})

test.each([
  ['requests', null],
  ['replies', '1'],
] as const)('held %s go on at the release', async (way, meanwhile) => {
  const { proxy, client } = await wired()
  proxy.hold(way)
  const set = client.set('a', '1')
  if (meanwhile !== null) await until('it was done', async () => (await redis.command('GET', 'a')) === meanwhile)
  else await redis.command('PING')
  expect(await redis.command('GET', 'a')).toBe(meanwhile)
  proxy.release()
  expect(await set).toBe('OK')
  expect(await redis.command('GET', 'a')).toBe('1')
})

test('a dropped reply is a failure of what happened', async () => {
  const { proxy, client, again } = await wired()
  const cut = proxy.dropReplies(1, { after: 'incr' })
  expect(await client.set('a', '5')).toBe('OK')
  await expect(client.incr('a')).rejects.toThrow()
  await cut
  expect(await redis.command('GET', 'a')).toBe('6')
  await again()
  expect(await client.incr('a')).toBe(7)
})

test('a cut request is a failure of what did not happen', async () => {
  const { proxy, client, again } = await wired()
  const cut = proxy.cutOnRequest('incr')
  expect(await client.set('a', '5')).toBe('OK')
  await expect(client.incr('a')).rejects.toThrow()
  await cut
  expect(await redis.command('GET', 'a')).toBe('5')
  await again()
})

test('it refuses and accepts', async () => {
  const { proxy, client, again } = await wired()
  await proxy.refuse()
  expect(await client.ping()).toBe('PONG')
  const stranger = new Redis(proxy.port, { lazyConnect: true, retryStrategy: () => null })
  const errors: unknown[] = []
  stranger.on('error', (error) => errors.push(error))
  await expect(stranger.connect()).rejects.toThrow()
  expect(String(errors[0])).toContain('ECONNREFUSED')
  proxy.cut()
  await proxy.accept()
  await again()
})
