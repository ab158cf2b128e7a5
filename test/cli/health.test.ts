/** quittance health: fit for a probe, and it changes nothing. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { until } from '../../scripts/services/until.js'
import { generateKeyFile } from '../../src/keys/local.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storeFromUrl } from '../../src/url.js'
import { type CliOptions, runCli } from './run-cli.js'

let redis: RedisService
let dir: string
beforeAll(async () => {
  redis = await startRedis({ aof: 'always', password: 'pass-word' })
})
afterAll(() => redis.stop())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-health-'))
})
afterEach(() => rm(dir, { recursive: true }))

const cli = (args: readonly string[], options: Partial<CliOptions> = {}) =>
  runCli(['health', ...args], { cwd: dir, ...options })
const receipts = testReceipts({ chainId: 'acme', count: 3 })
const trusted = ['--trust', testReceiptKeyId()]

async function fill(): Promise<void> {
  const store = fileStore(join(dir, 'receipts'))
  await store.append('acme', receipts, undefined)
  await store.close()
}

describe('a file store', () => {
  test('and a key that are well are exit 0', async () => {
    await fill()
    await generateKeyFile(join(dir, 'a.pem'))
    expect(await cli(['receipts', '--key', 'file:./a.pem'])).toEqual({
      code: 0,
      stderr: '',
      stdout: 'ok  store\nok  writable\nok  durability  fsynced\nok  keys\n',
    })
    expect((await cli(['receipts', '--chain', 'acme', ...trusted])).stdout).toBe(
      'ok  store\nok  writable\nok  durability  fsynced\nok  head        acme\n',
    )
    const { code, stdout } = await cli(['receipts', '--chain', 'acme', ...trusted, '--key', 'a.pem', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      checks: [
        { name: 'store', ok: true },
        { name: 'writable', ok: true },
        { name: 'durability', ok: true, durability: 'fsynced' },
        { name: 'keys', ok: true },
        { name: 'head', chainId: 'acme', ok: true },
        { name: 'keys', chainId: 'acme', ok: false, code: 'LEDGER_KEY_UNTRUSTED', reason: 'KEY_UNKNOWN' },
      ],
    })
  })

  test('that a writer has open is well', async () => {
    await fill()
    const writer = fileStore(join(dir, 'receipts'))
    const { seq, receiptHash } = receipts[2] as (typeof receipts)[0]
    await writer.append('acme', testReceipts({ chainId: 'acme', count: 1, after: receipts[2] }), { seq, receiptHash })
    expect((await cli(['receipts', '--chain', 'acme', ...trusted])).code).toBe(0)
    await writer.close()
  })

  test('that is not there is told and not made', async () => {
    expect(await cli(['absent'])).toEqual({ code: 1, stderr: '', stdout: 'no  store       STORE_URL\n' })
    expect((await cli(['file:./absent', '--json'])).stdout).toBe(
      '{"ok":false,"checks":[{"name":"store","ok":false,"code":"STORE_URL"}]}\n',
    )
    expect(await readdir(dir)).toEqual([])
  })

  test('a key that is not there is told and not made', async () => {
    await fill()
    const { code, stdout } = await cli(['receipts', '--key', 'file:./absent.pem'])
    expect([code, stdout.includes('no  keys        KEY_NOT_FOUND')]).toEqual([1, true])
    expect(await readdir(dir)).toEqual(['receipts'])
  })

  test('without a keyring the newest receipt is judged by itself; with one, by whom it trusts', async () => {
    await fill()
    expect((await cli(['receipts', '--chain', 'acme'])).code).toBe(0)
    const stranger = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
    const { code, stdout } = await cli(['receipts', '--chain', 'acme', '--trust', stranger])
    expect([code, stdout.includes('no  head        acme  STORE_BAD_HEAD')]).toEqual([1, true])
    const own = await generateKeyFile(join(dir, 'a.pem'))
    expect(own.keyId).not.toBe(testReceiptKeyId())
    expect((await cli(['receipts', '--chain', 'acme', '--key', 'a.pem'])).stdout).toContain('STORE_BAD_HEAD')
  })
})

describe('a Redis store', () => {
  test('is asked for durability and clock; the environment names it', async () => {
    const url = `${redis.url}?durability=fsynced&prefix=health`
    const store = storeFromUrl(url)
    await store.append('acme', receipts, undefined)
    await store.close()
    const { code, stdout } = await cli(['--chain', 'acme', ...trusted], { env: { QUITTANCE_STORE_URL: url } })
    expect([code, stdout]).toEqual([
      0,
      'ok  store\nok  writable\nok  durability  fsynced\nok  clock\nok  head        acme\n',
    ])
  })

  test('that must not be used, refuses, or does not answer is exit 1, and no password is shown', async () => {
    await redis.command('CONFIG', 'SET', 'appendfsync', 'everysec')
    expect((await cli([`${redis.url}?durability=fsynced`])).stdout).toMatch(
      /^no {2}store {7}STORE_UNSAFE {2}no-aof\n {6}.*Run CONFIG SET appendfsync always; or accept it: .* in a URL \?accept=no-aof\n$/,
    )
    expect(JSON.parse((await cli([`${redis.url}?durability=fsynced`, '--json'])).stdout)).toEqual({
      ok: false,
      checks: [{ name: 'store', ok: false, code: 'STORE_UNSAFE', reason: 'no-aof' }],
    })
    await redis.command('CONFIG', 'SET', 'appendfsync', 'always')
    const wrong = await cli([redis.url.replace('pass-word', 'wrong-pass')])
    expect(wrong).toEqual({ code: 1, stderr: '', stdout: 'no  store       STORE_PERMISSION  WRONGPASS\n' })
    const nobody = await cli(['redis://127.0.0.1:1', '--timeout', '1000', '--json'])
    expect([nobody.code, JSON.parse(nobody.stdout)]).toEqual([
      1,
      { ok: false, checks: [{ name: 'store', ok: false, code: 'STORE_UNAVAILABLE', reason: 'ECONNREFUSED' }] },
    ])
    redis.pause()
    try {
      const { code, stdout } = await cli([redis.url, '--timeout', '200'])
      expect([code, stdout]).toEqual([1, 'no  store       LEDGER_TIMEOUT\n'])
    } finally {
      redis.resume()
    }
  })
})

test('rediss: to a port that says nothing in TLS: no connection is left that would keep the process', async () => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const { code, stdout } = await cli([`rediss://127.0.0.1:${port}`, '--timeout', '200'])
    expect([code, stdout]).toEqual([1, 'no  store       LEDGER_TIMEOUT\n'])
    // well below the ten seconds for which the client would wait
    await until('all are closed', () => sockets.size === 0, 4_000)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

test('wrong usage is exit 2', async () => {
  for (const args of [
    [],
    ['memory:'],
    ['ftp://x/y'],
    ['redis://h?x=1'],
    ['.', '--chain', '../x'],
    ['.', '--timeout', '0'],
    ['.', '--keyring', 'absent.json'],
    ['a', 'b'],
  ]) {
    const { code, stdout } = await cli(args)
    expect([args, code, stdout]).toEqual([args, 2, ''])
  }
})
