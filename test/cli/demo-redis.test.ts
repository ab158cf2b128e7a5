/** The demonstration with its receipts in Redis. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { runCli } from './run-cli.js'

let redis: RedisService
let dir: string
beforeAll(async () => {
  redis = await startRedis({ password: 'pass-word' })
  dir = await mkdtemp(join(tmpdir(), 'quittance-demo-'))
})
afterAll(async () => {
  await redis.stop()
  await rm(dir, { recursive: true, force: true })
})

const cli = (...args: readonly string[]) => runCli(args, { cwd: dir })
const prefixes = async () => {
  const keys = (await redis.command('KEYS', 'quittance-demo-*')) as string[]
  return [...new Set(keys.map((key) => key.slice(0, key.indexOf(':'))))]
}

describe('quittance demo --redis', () => {
  it('leaves the same page, verdicts and files, under a prefix of its own each time', async () => {
    const file = JSON.parse((await cli('demo', '--dir', 'file', '--json')).stdout)
    const told = await cli('demo', '--dir', 'out', '--redis', redis.url, '--json')
    expect([told.code, told.stderr]).toEqual([0, ''])
    const { verdict, scope, checked, counts, forgeries } = JSON.parse(told.stdout)
    expect({ verdict, tail: scope.tail, checked, counts }).toEqual({
      verdict: 'VALID',
      tail: 'expected-head',
      checked: file.checked,
      counts: file.counts,
    })
    expect(forgeries).toEqual(file.forgeries)
    expect((await readdir(join(dir, 'out'))).sort()).toEqual(
      (await readdir(join(dir, 'file'))).filter((name) => name !== 'receipts').sort(),
    )
    const again = await cli('demo', '--dir', 'out', '--redis', redis.url)
    expect(again.code).toBe(0)
    expect(again.stdout).toContain('every receipt in Redis.')
    const page = await readFile(join(dir, 'out/index.html'), 'utf8')
    expect(page).toContain('redis://127.0.0.1')
    expect(`${page}${again.stdout}`).not.toContain('pass-word')
    expect(await prefixes()).toHaveLength(2)
  }, 120_000)

  it('leaves a store that the command line judges alike, and copies', async () => {
    await cli('demo', '--dir', 'third', '--redis', redis.url, '--json')
    const head = (await readFile(join(dir, 'third/head.txt'), 'utf8')).trim()
    const trusted = ['--keyring', 'third/keyring.json']
    const codes: (readonly [verified: number, copied: number, judged: number, reported: number])[] = []
    for (const prefix of await prefixes()) {
      expect(prefix).toMatch(/^quittance-demo-[0-9a-f]{8}$/)
      const url = `${redis.url}?prefix=${prefix}`
      const verified = await cli('verify', url, ...trusted, '--expect-head', head)
      const judged = await cli('report', 'verify', 'third/report.json', ...trusted, '--store', url)
      const month = ['--period', '2026-01', '--format', 'json', '--out', prefix]
      const reported = await cli('report', url, ...month, ...trusted)
      codes.push([verified.code, (await cli('copy', url, prefix, ...trusted)).code, judged.code, reported.code])
    }
    // one of the three is the third's, the others were sealed with keys of their own
    expect(codes.sort()).toEqual([
      [0, 0, 0, 0],
      [1, 3, 1, 3],
      [1, 3, 1, 3],
    ])
  })

  it('refuses what is no Redis, and tells of one that is away', async () => {
    expect((await cli('demo', '--dir', 'x', '--redis')).code).toBe(2)
    for (const bad of [
      'http://localhost',
      'localhost:6379',
      'file:./x',
      'redis://h?prefix=a',
      'redis://h?colour=blue',
    ]) {
      expect([bad, (await cli('demo', '--dir', 'x', '--redis', bad)).code]).toEqual([bad, 2])
    }
    expect(await readdir(dir)).not.toContain('x')
    const { code, stderr } = await cli('demo', '--dir', 'x', '--redis', 'redis://127.0.0.1:1')
    expect([code, stderr.includes('STORE_UNAVAILABLE')]).toEqual([2, true])
  })
})
