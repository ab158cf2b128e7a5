/** verify, inspect and head on a Redis store named by its URL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { startCluster } from '../../scripts/services/redis-cluster.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storeFromUrl } from '../../src/url.js'
import { runCli } from './run-cli.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis({ password: 'pass-word' })
})
afterAll(() => redis.stop())

const trusted = ['--trust', testReceiptKeyId()]
const cli = (...args: readonly string[]) => runCli(args, { cwd: '/' })
const acme = testReceipts({ chainId: 'acme', count: 600, rationale: (seq) => `why ${seq}` })
const other = testReceipts({ chainId: 'Acme/EU', count: 4 })

async function fill(url: string, ...chains: readonly (typeof acme)[]): Promise<string> {
  const store = storeFromUrl(url)
  for (const receipts of chains) await store.append(receipts[0]?.chainId as string, receipts, undefined)
  await store.close()
  return url
}
const shown = () => `redis://127.0.0.1:${redis.port}`

describe('a store with several chains', () => {
  let url: string
  beforeAll(async () => {
    url = await fill(`${redis.url}?prefix=several`, acme, other)
  })

  test('verify judges the one that is named, or all', async () => {
    const one = await cli('verify', url, '--chain', 'acme', ...trusted)
    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toContain('VALID  chain acme, seq 0 to 599, 600 receipts checked')
    expect(one.stdout).toContain(`from    ${shown()}\n`)
    const all = await cli('verify', url, '--all', ...trusted, '--json')
    expect(JSON.parse(all.stdout)).toMatchObject({
      verdict: 'VALID',
      chains: [
        { name: 'Acme/EU', checked: 4, scope: { chainId: 'Acme/EU', root: other[0]?.receiptHash } },
        { name: 'acme', checked: 600 },
      ],
    })
    const cut = await cli('verify', url, '--chain', 'acme', ...trusted, '--expect-head', `700:${acme[0]?.receiptHash}`)
    expect(cut.code).toBe(3)
    const [stranger] = ['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw']
    expect((await cli('verify', url, '--all', '--trust', stranger as string)).code).toBe(3)
  })

  test('a chain must be named; one that is absent is INCOMPLETE', async () => {
    for (const command of [
      ['verify', url, ...trusted],
      ['inspect', url],
      ['head', url],
    ]) {
      const { code, stdout, stderr } = await cli(...command)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain('holds 2 chains')
      expect(stderr).toContain('  Acme/EU\n  acme\n')
      expect(stderr).not.toContain('pass-word')
    }
    const absent = await cli('verify', url, '--chain', 'absent', ...trusted, '--json')
    expect([absent.code, JSON.parse(absent.stdout).counts]).toEqual([3, { EMPTY: 1 }])
    expect((await cli('head', url, '--chain', 'absent')).code).toBe(3)
    expect((await cli('verify', url, '--chain', '../x', ...trusted)).code).toBe(2)
  })

  test('head prints the newest receipt, inspect shows one', async () => {
    const newest = `599:${acme[599]?.receiptHash}`
    expect(await cli('head', url, '--chain', 'acme')).toEqual({ code: 0, stdout: `${newest}\n`, stderr: '' })
    expect((await cli('head', url, '--all')).stdout).toBe(`3:${other[3]?.receiptHash}\tAcme/EU\n${newest}\tacme\n`)
    expect(JSON.parse((await cli('head', url, '--chain', 'acme', '--json')).stdout)).toMatchObject({
      verdict: 'VALID',
      name: shown(),
      chainId: 'acme',
      expectHead: newest,
    })
    const one = await cli('inspect', url, '--chain', 'acme', '--seq', '7', ...trusted, '--json')
    expect(JSON.parse(one.stdout)).toMatchObject({ verdict: 'VALID', line: 8, receipt: acme[7] })
    const none = await cli('inspect', url, '--chain', 'acme', '--seq', '7000')
    expect(none.code).toBe(2)
    expect(none.stderr).toContain(`in ${shown()}`)
    expect(none.stderr).not.toContain('pass-word')
  })
})

test('the only chain need not be named, and an empty store is INCOMPLETE', async () => {
  const url = await fill(`${redis.url}?prefix=one`, other)
  expect((await cli('verify', url, ...trusted)).code).toBe(0)
  expect((await cli('head', url)).stdout).toBe(`3:${other[3]?.receiptHash}\n`)
  expect(JSON.parse((await cli('inspect', url, '--json')).stdout)).toMatchObject({ line: 4 })
  const empty = `${redis.url}?prefix=none`
  expect((await cli('verify', empty, ...trusted)).code).toBe(3)
  expect((await cli('verify', empty, '--all', ...trusted)).code).toBe(3)
  expect((await cli('head', empty)).code).toBe(3)
})

test('what was put there by hand is INVALID, wherever it stands', async () => {
  const url = await fill(`${redis.url}?prefix=byhand`, other)
  const line = JSON.stringify({ ...other[3], action: 'reject' })
  await redis.command('DEL', 'byhand:{Acme/EU}:r')
  for (const [seq, receipt] of other.slice(0, 3).entries()) {
    await redis.command('XADD', 'byhand:{Acme/EU}:r', `${seq}-1`, 'l', JSON.stringify(receipt))
  }
  await redis.command('XADD', 'byhand:{Acme/EU}:r', '3-1', 'l', line)
  expect((await cli('verify', url, ...trusted)).code).toBe(1)
  expect((await cli('head', url)).code).toBe(1)
})

test('a stream that was cut below the head is not VALID, with --all neither', async () => {
  const url = await fill(`${redis.url}?prefix=cut`, acme)
  for (let seq = 300; seq < 600; seq += 1) await redis.command('XDEL', 'cut:{acme}:r', `${seq}-1`)
  for (const more of [['--chain', 'acme'], ['--all']]) {
    const { code, stdout, stderr } = await cli('verify', url, ...more, ...trusted)
    expect([code, stdout.includes('VALID ')]).toEqual([2, false])
    expect(stderr).toContain('STORE_CORRUPT')
  }
})

test('what cannot be reached or must not be used is exit 2 with its code', async () => {
  const codes = async (url: string) => {
    const { code, stdout, stderr } = await cli('verify', url, ...trusted, '--json')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toContain('pass-word')
    return JSON.parse(stderr).error.code
  }
  expect(await codes(redis.url.replace('redis:', 'rediss:'))).toMatch(/^STORE_(TLS|UNAVAILABLE)$/)
  expect(await codes(`${redis.url}?colour=blue`)).toBe('STORE_URL')
  const evicting = await startRedis({ config: { 'maxmemory-policy': 'allkeys-lru' } })
  try {
    expect(await codes(evicting.url)).toBe('STORE_UNSAFE')
    expect((await cli('verify', `${evicting.url}?accept=eviction`, ...trusted)).code).toBe(3)
  } finally {
    await evicting.stop()
  }
})

test('a cluster is named by several of its nodes', async () => {
  const cluster = await startCluster()
  try {
    const nodes = cluster.nodes.slice(0, 2).map(({ port }) => `127.0.0.1:${port}`)
    const url = await fill(`redis+cluster://${nodes.join(',')}`, acme, other)
    expect(JSON.parse((await cli('verify', url, '--all', ...trusted, '--json')).stdout)).toMatchObject({
      verdict: 'VALID',
      chains: [{ name: 'Acme/EU' }, { name: 'acme' }],
    })
    const { code, stderr } = await cli('verify', `redis://${nodes[0]}`, '--all', ...trusted)
    expect(code).toBe(2)
    expect(stderr).toContain('redis+cluster://')
    expect(stderr).toContain('STORE_UNSUPPORTED')
  } finally {
    await cluster.stop()
  }
})
