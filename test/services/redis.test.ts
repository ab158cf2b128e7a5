import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startRedis } from '../../scripts/services/redis.js'
import { infoOf } from '../../scripts/services/redis-reply.js'
import { until } from '../../scripts/services/until.js'
import { startValkey } from '../../scripts/services/valkey.js'
import { root } from '../support/program.js'
import { expectNothingLeft, isAlive, stopped } from './gone.js'

test('a server answers under its URL, and leaves nothing', async () => {
  const redis = stopped(await startRedis({ password: 'p@ss w/rd' }))
  const client = new Redis(redis.url)
  expect(await client.set('a', '1')).toBe('OK')
  expect(await redis.command('GET', 'a')).toBe('1')
  await client.quit()
  await expect(redis.command('GET')).rejects.toThrow('wrong number of arguments')
  await expectNothingLeft([redis], redis.stop)
})

test('another password is refused', async () => {
  const redis = stopped(await startRedis({ password: 'one' }))
  const errors: unknown[] = []
  const stranger = new Redis(redis.port, { password: 'two', retryStrategy: () => null })
  stranger.on('error', (error) => errors.push(error))
  await expect(stranger.ping()).rejects.toThrow()
  expect(String(errors[0])).toContain('WRONGPASS')
})

test('what an append-only file holds is there after SIGKILL, on the same port', async () => {
  const redis = stopped(await startRedis({ aof: 'always' }))
  await redis.command('SET', 'a', 'kept')
  const { pid } = redis
  await redis.kill()
  expect([isAlive(pid), redis.running]).toEqual([false, false])
  await redis.start()
  expect(redis.pid).not.toBe(pid)
  expect(await redis.command('GET', 'a')).toBe('kept')
})

test('without one nothing is kept', async () => {
  const redis = stopped(await startRedis())
  await redis.command('SET', 'a', 'lost')
  await redis.kill()
  await redis.start()
  expect(await redis.command('GET', 'a')).toBeNull()
})

test('a folder that was given stays', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const redis = stopped(await startRedis({ aof: 'always', dir }))
  await redis.command('SET', 'a', 'kept')
  await redis.stop()
  const again = stopped(await startRedis({ aof: 'always', dir, port: redis.port }))
  expect(await again.command('GET', 'a')).toBe('kept')
})

test('a paused server answers once it goes on', async () => {
  const redis = stopped(await startRedis())
  redis.pause()
  const answer = redis.command('PING')
  const isStopped = () => /^State:\tT/m.test(readFileSync(`/proc/${redis.pid}/status`, 'utf8'))
  expect(await until('it is stopped', isStopped)).toBe(true)
  redis.resume()
  expect(await answer).toBe('PONG')
})

test('TLS is for those who trust its authority', async () => {
  const redis = stopped(await startRedis({ tls: true }))
  expect(redis.url).toMatch(/^rediss:/)
  const trusting = new Redis(redis.url, { tls: { ca: readFileSync(redis.ca!) } })
  expect(await trusting.ping()).toBe('PONG')
  trusting.disconnect()
  const errors: unknown[] = []
  const stranger = new Redis(redis.url, { retryStrategy: () => null })
  stranger.on('error', (error) => errors.push(error))
  await expect(stranger.ping()).rejects.toThrow()
  expect(String(errors[0])).toMatch(/certificate/)
})

test('a replica has what its primary has', async () => {
  const primary = stopped(await startRedis())
  const replica = stopped(await startRedis({ replicaOf: primary }))
  await primary.command('SET', 'a', '1')
  expect(await until('it is there', async () => (await replica.command('GET', 'a')) === '1')).toBe(true)
  expect(infoOf(await replica.command('INFO', 'replication')).get('role')).toBe('slave')
})

test('a server that does not start says why, and leaves no folder', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  vi.stubEnv('TMPDIR', dir)
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(startRedis({ config: { 'maxmemory-policy': 'none-such' } })).rejects.toThrow('none-such')
  await expect(startRedis({ binary: 'no-such-redis-server' })).rejects.toThrow('no-such-redis-server')
  expect(await readdir(dir)).toEqual([])
})

test.each(['SIGTERM', 'SIGKILL'] as const)('a server ends with the program that started it, by %s', async (signal) => {
  const source = `import { startRedis } from './scripts/services/redis.ts'
    startRedis().then(({ pid, dir }) => console.log(pid + ' ' + dir)); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], { cwd: root })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const [pid = '', dir = ''] = said.toString().trim().split(' ')
  expect([isAlive(Number(pid)), existsSync(dir)]).toEqual([true, true])
  child.kill(signal)
  const [, by] = await once(child, 'exit')
  expect(by).toBe(signal)
  await until('the server has ended', () => !isAlive(Number(pid)))
  // a program that was killed can remove nothing
  expect(existsSync(dir)).toBe(signal === 'SIGKILL')
  await rm(dir, { recursive: true, force: true })
})

test('the command says where the server is, and stops it on Ctrl-C', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/services/run.ts', 'redis'], { cwd: root })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  const url = await until('it says so', () => (said.includes('Ctrl-C') ? said.split('\n')[0] : undefined))
  const client = new Redis(url)
  expect(await client.ping()).toBe('PONG')
  const dir = ((await client.config('GET', 'dir')) as string[])[1]!
  const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1])
  client.disconnect()
  expect([isAlive(pid), existsSync(dir)]).toEqual([true, true])
  child.kill('SIGINT')
  const [code, signal] = await once(child, 'exit')
  expect([code, signal, isAlive(pid), existsSync(dir)]).toEqual([0, null, false, false])
})

test('Valkey 8 confirms what is on disk', async ({ skip }) => {
  const valkey = await startValkey({ aof: 'always' })
  if ('reason' in valkey) return skip(valkey.reason)
  stopped(valkey)
  expect(infoOf(await valkey.command('INFO', 'server')).get('valkey_version')).toMatch(/^8\./)
  const client = new Redis(valkey.url)
  await client.set('a', '1')
  expect(await client.call('WAITAOF', 1, 0, 5_000)).toEqual([1, 0])
  client.disconnect()
  await expectNothingLeft([valkey], valkey.stop)
})
