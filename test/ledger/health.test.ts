/** What `health` sees of store, heads, keys, queue and secret, and that it changes nothing. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { HealthCheck, LedgerOptions } from '../../src/ledger/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import { redisStore } from '../../src/store/redis.js'
import type { ReceiptStore, StoreStatus } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { delegatedBy, draft, keyNamed } from './support.js'

const make = (options: Partial<LedgerOptions> = {}) => {
  const ledger = createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, ...options })
  onTestFinished(() => ledger.close())
  return ledger
}
const withStatus = (status: Partial<StoreStatus>): ReceiptStore => {
  const store = memoryStore()
  return { ...store, status: async () => ({ durability: 'process', writable: true, ...status }) }
}
const idOf = async (name: string) => (await keyNamed(name).signer()).keyId
const shown = ({ name, chainId, ok, code }: HealthCheck) =>
  `${name}${chainId === undefined ? '' : ` ${chainId}`} ${ok ? 'ok' : code}`
const saw = async (ledger: ReturnType<typeof make>, chains?: readonly string[]) => {
  const { ok, checks } = await ledger.health({ chains })
  expect(ok).toBe(checks.every((check) => check.ok))
  return checks.map(shown)
}

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-health-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const well = ['store ok', 'writable ok', 'durability ok']

describe('the store', () => {
  test('is reached, takes receipts and is as durable as asked', async () => {
    expect(await make().health()).toEqual({
      ok: true,
      checks: [
        { name: 'store', ok: true },
        { name: 'writable', ok: true },
        { name: 'durability', ok: true, durability: 'process' },
        { name: 'keys', ok: true },
        { name: 'queue', ok: true },
      ],
    })
  })

  test.each([
    [{ writable: false, refusal: 'STORE_FULL' }, ['store ok', 'writable STORE_FULL', 'durability ok']],
    [{ writable: false }, ['store ok', 'writable STORE_UNAVAILABLE', 'durability ok']],
    [{ durability: 'memory', asked: 'fsynced' }, ['store ok', 'writable ok', 'durability STORE_DURABILITY']],
    [{ durability: 'fsynced', asked: 'fsynced' }, well],
  ] as const)('%o is told', async (status, expected) => {
    expect((await saw(make({ store: withStatus(status) }))).slice(0, 3)).toEqual(expected)
  })

  test("a clock that is more than 5 minutes from the ledger's is STORE_CLOCK", async () => {
    for (const [ahead, expected] of [
      [0, 'clock ok'],
      [290_000, 'clock ok'],
      [-290_000, 'clock ok'],
      [310_000, 'clock STORE_CLOCK'],
      [-310_000, 'clock STORE_CLOCK'],
    ] as const) {
      expect(await saw(make({ store: withStatus({ now: Date.now() + ahead }) }))).toContain(expected)
    }
  })

  test('that does not answer hides nothing of the rest; one without a status is only reached', async () => {
    const away = faultyStore(memoryStore(), [{ method: 'status', call: 'every', kind: 'before' }])
    expect(await saw(make({ store: away }))).toEqual(['store STORE_UNAVAILABLE', 'keys ok', 'queue ok'])
    const { status: _, ...plain } = memoryStore()
    expect(await saw(make({ store: plain }))).toEqual(['store ok', 'keys ok', 'queue ok'])
    const silent = faultyStore(plain, [{ method: 'chains', call: 1, kind: 'before' }])
    expect((await saw(make({ store: silent })))[0]).toBe('store STORE_UNAVAILABLE')
  })

  test('that is deaf is given up, after its time or on the signal', async () => {
    const deaf: ReceiptStore = { ...memoryStore(), status: () => new Promise(() => undefined) }
    expect((await make({ store: deaf }).health({ timeoutMs: 20 })).checks[0]).toEqual({
      name: 'store',
      ok: false,
      code: 'LEDGER_TIMEOUT',
    })
    const given = new AbortController()
    const looking = make({ store: deaf }).health({ signal: given.signal })
    given.abort()
    expect((await looking).checks[0]).toEqual({ name: 'store', ok: false, code: 'LEDGER_ABORTED' })
  })
})

describe('heads', () => {
  test('of the chains that the ledger wrote, or of those that are named, are verified', async () => {
    const store = memoryStore()
    const ledger = make({ store })
    expect(await saw(ledger)).toEqual([...well, 'keys ok', 'queue ok'])
    await ledger.append(draft({ chainId: 'a' }))
    await ledger.append(draft({ chainId: 'b' }))
    expect(await saw(ledger)).toEqual([
      ...well,
      'keys ok',
      'head a ok',
      'keys a ok',
      'head b ok',
      'keys b ok',
      'queue ok',
    ])
    expect((await saw(ledger, ['b', 'empty'])).slice(4, -1)).toEqual([
      'head b ok',
      'keys b ok',
      'head empty ok',
      'keys empty ok',
    ])
    expect(await saw(ledger, [])).toEqual([...well, 'keys ok', 'queue ok'])
  })

  test('of many chains are looked at up to a bound', async () => {
    const ledger = make()
    await Promise.all(Array.from({ length: 40 }, (_, index) => ledger.append(draft({ chainId: `c${index}` }))))
    expect((await saw(ledger)).filter((line) => line.startsWith('head'))).toHaveLength(16)
  })

  test('by a stranger, changed, or dated in the future are told', async () => {
    const store = memoryStore()
    const [stranger] = testReceipts({ chainId: 'stranger', count: 1 })
    await store.append('stranger', [stranger as never], undefined)
    const [receipt] = testReceipts({ chainId: 'changed', count: 1 })
    await store.append('changed', [{ ...receipt, action: 'reject' } as never], undefined)
    const trusting = new Keyring([(stranger as { keyId: string }).keyId, await idOf('a')])
    expect(await saw(make({ store }), ['stranger', 'changed'])).toEqual([
      ...well,
      'keys ok',
      'head stranger STORE_BAD_HEAD',
      'head changed STORE_BAD_HEAD',
      'queue ok',
    ])
    expect(await saw(make({ store, keyring: trusting }), ['stranger', 'changed'])).toEqual([
      ...well,
      'keys ok',
      'head stranger ok',
      'keys stranger ok',
      'head changed STORE_BAD_HEAD',
      'queue ok',
    ])
    // the receipts of a test are dated 2026
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2025-12-31T23:54:00.000Z') })
    onTestFinished(() => void vi.useRealTimers())
    expect((await saw(make({ store, keyring: trusting }), ['stranger'])).slice(4, -1)).toEqual([
      'head stranger STORE_CLOCK',
    ])
  })

  test('of a store that went back behind what it acknowledged are STORE_ROLLED_BACK', async () => {
    const dir = await folder()
    const first = createLedger({ store: fileStore(dir), keys: keyNamed('a'), redactor: false })
    const receipt = await first.append(draft())
    await first.close()
    const other = memoryStore()
    const forgetful: ReceiptStore = {
      ...other,
      durable: true,
      state: {
        ...other.state,
        get: async (_chain, name) =>
          name === 'acknowledged'
            ? {
                version: 1,
                bytes: new TextEncoder().encode(
                  JSON.stringify({
                    seq: receipt.seq,
                    receiptId: receipt.receiptId,
                    receiptHash: receipt.receiptHash,
                    rollbacks: 0,
                  }),
                ),
              }
            : undefined,
      },
    }
    expect(await saw(make({ store: forgetful }), ['acme'])).toContain('head acme STORE_ROLLED_BACK')
    expect(await saw(make({ store: fileStore(dir) }), ['acme'])).toContain('head acme ok')
  })
})

describe('keys', () => {
  test('in this process are tried; of a service only the signer is asked for', async () => {
    const broken = (name: string | undefined): KeyProvider => ({
      ...(name === undefined ? {} : { name }),
      signer: async () => ({ ...(await keyNamed('a').signer()), sign: async () => new Uint8Array(64) }),
    })
    expect(await saw(make({ keys: broken('local') }))).toContain('keys KEY_SIGNING_FAILED')
    expect(await saw(make({ keys: broken('aws-kms') }))).toContain('keys ok')
    const failing: KeyProvider = { signer: () => Promise.reject(new Error('private')) }
    const { checks } = await make({ keys: failing }).health()
    expect(checks.find(({ name }) => name === 'keys')).toEqual({ name: 'keys', ok: false, code: 'KEY_SIGNING_FAILED' })
    expect(JSON.stringify(checks)).not.toContain('private')
  })

  test('the probe is signed under words of its own', async () => {
    const asked: string[] = []
    const signer = await keyNamed('a').signer()
    const sign = async (message: Uint8Array) => {
      asked.push(new TextDecoder().decode(message))
      return signer.sign(message)
    }
    const keys: KeyProvider = { name: 'local', signer: async () => ({ keyId: signer.keyId, sign }) }
    expect(await saw(make({ keys }))).toContain('keys ok')
    expect(asked).toEqual(['quittance/1 health\n'])
  })

  test('that may not sign what comes next are told for each chain', async () => {
    const store = memoryStore()
    const trusted = new Keyring([await idOf('a'), { keyId: await idOf('b'), chains: ['b'] }])
    await make({ store, keyring: trusted }).append(draft({ chainId: 'a' }))
    expect((await saw(make({ store, keys: keyNamed('b'), keyring: trusted }), ['a', 'b'])).slice(4, -1)).toEqual([
      'head a ok',
      'keys a LEDGER_KEY_UNTRUSTED',
      'head b ok',
      'keys b ok',
    ])
    const expired = new Keyring([{ keyId: await idOf('a'), validUntil: '2020-01-01T00:00:00.000Z' }])
    expect(await saw(make({ keyring: expired }), ['x'])).toContain('keys x LEDGER_KEY_UNTRUSTED')
    const revoked = new Keyring([{ keyId: await idOf('a'), revokedAt: '2020-01-01T00:00:00.000Z' }])
    expect(await saw(make({ keyring: revoked }), ['x'])).toContain('keys x LEDGER_KEY_REVOKED')
  })

  test('under a certificate, and behind a rotation, are known again by another process', async () => {
    const store = memoryStore()
    const delegated = await delegatedBy(keyNamed('root'), keyNamed('delegate'))
    const one = make({ store, keys: delegated })
    expect((await saw(one, ['d'])).slice(4, -1)).toEqual(['head d ok', 'keys d ok'])
    await one.append(draft({ chainId: 'd' }))
    expect((await saw(make({ store, keys: delegated }), ['d'])).slice(4, -1)).toEqual(['head d ok', 'keys d ok'])
    const trusted = new Keyring([{ keyId: await idOf('old'), uses: ['receipt', 'rotate'] }])
    const other = make({ store, keys: keyNamed('old'), keyring: trusted })
    await other.append(draft({ chainId: 'r' }))
    await other.rotate('r', { to: keyNamed('new') })
    expect((await saw(other, ['r'])).slice(4, -1)).toEqual(['head r ok', 'keys r ok'])
    const fresh = make({ store, keys: keyNamed('new'), keyring: trusted })
    expect((await saw(fresh, ['r'])).slice(4, -1)).toEqual(['head r ok', 'keys r ok'])
  })
})

test('a secret that can not be had, a full queue and a closed ledger are told', async () => {
  const secret = () => Promise.reject(new Error('private'))
  expect(await saw(make({ secret }))).toContain('secret LEDGER_SECRET_UNAVAILABLE')
  expect(await saw(make({ secret: new Uint8Array(32) }))).toContain('secret ok')
  const ledger = make()
  await ledger.close()
  expect(await saw(ledger)).toEqual(['store STORE_CLOSED', 'keys KEY_UNAVAILABLE', 'queue LEDGER_CLOSED'])
})

test('an outbox is told of where there is one', async () => {
  const dir = await folder()
  const ledger = make({ store: fileStore(join(dir, 'main')), outbox: { store: fileStore(join(dir, 'outbox')) } })
  expect(await saw(ledger)).toContain('outbox ok')
})

describe('it changes nothing', () => {
  test('a file store that is not there is not made', async () => {
    const dir = await folder()
    const ledger = make({ store: fileStore(join(dir, 'a', 'receipts')) })
    expect(await saw(ledger, ['acme'])).toEqual([...well, 'keys ok', 'head acme ok', 'keys acme ok', 'queue ok'])
    expect(await readdir(dir)).toEqual([])
    await writeFile(join(dir, 'a'), '')
    expect((await saw(make({ store: fileStore(join(dir, 'a')) }))).slice(0, 2)).toEqual([
      'store ok',
      'writable STORE_IO',
    ])
  })

  test('no call writes, also where a key must be looked for in the whole chain', async () => {
    const store = memoryStore()
    const trusted = new Keyring([{ keyId: await idOf('old'), uses: ['receipt', 'rotate'] }])
    const ledger = make({ store, keys: keyNamed('old'), keyring: trusted })
    await ledger.append(draft())
    await ledger.rotate('acme', { to: keyNamed('new') })
    await ledger.append(draft())
    const watched = faultyStore({ ...store, durable: true, state: { ...store.state, get: async () => undefined } }, [])
    expect(await saw(make({ store: watched, keys: keyNamed('new'), keyring: trusted }), ['acme'])).toContain(
      'keys acme ok',
    )
    const reading = ['status', 'chains', 'head', 'get', 'read', 'bounds', 'state.get']
    expect(watched.calls.map(({ method }) => method).filter((method) => !reading.includes(method))).toEqual([])
  })

  test('wrong arguments are named', async () => {
    const ledger = make()
    await expect(ledger.health({ chains: 'a' as never })).rejects.toThrow(/options\.chains/)
    await expect(ledger.health({ chains: ['../a'] })).rejects.toThrow(RangeError)
    await expect(ledger.health({ timeoutMs: 0 })).rejects.toThrow(/options\.timeoutMs/)
  })
})

describe('on Redis', () => {
  let redis: RedisService
  beforeAll(async () => {
    redis = await startRedis({ aof: 'always' })
  })
  afterAll(() => redis.stop())

  test('the server is asked for its clock, its role and its durability', async () => {
    const options = { durability: 'fsynced' } as const
    const ledger = make({ store: redisStore({ url: redis.url }, options) })
    await ledger.append(draft())
    expect(await saw(ledger)).toEqual([...well, 'clock ok', 'keys ok', 'head acme ok', 'keys acme ok', 'queue ok'])
    await redis.command('CONFIG', 'SET', 'appendfsync', 'everysec')
    expect((await saw(make({ store: redisStore({ url: redis.url }, options) })))[0]).toBe('store STORE_UNSAFE')
    const lenient = redisStore({ url: redis.url }, { ...options, accept: ['no-aof'] })
    expect((await saw(make({ store: lenient }))).slice(0, 4)).toEqual([
      'store ok',
      'writable ok',
      'durability STORE_DURABILITY',
      'clock ok',
    ])
    await redis.command('CONFIG', 'SET', 'appendfsync', 'always')
  })

  test('a replica that is missing, a full memory and an absent server are told', async () => {
    const replicated = redisStore({ url: redis.url }, { durability: 'replicated' })
    expect((await saw(make({ store: replicated }))).slice(0, 2)).toEqual(['store ok', 'writable STORE_DURABILITY'])
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    expect((await saw(make({ store: redisStore({ url: redis.url }) }))).slice(0, 2)).toEqual([
      'store ok',
      'writable STORE_FULL',
    ])
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    const ledger = make({ store: redisStore({ url: redis.url }) })
    redis.pause()
    try {
      expect((await ledger.health({ timeoutMs: 100 })).checks[0]).toMatchObject({ name: 'store', ok: false })
    } finally {
      redis.resume()
    }
    await redis.kill()
    expect((await saw(ledger))[0]).toBe('store STORE_UNAVAILABLE')
    await redis.start()
    expect((await saw(ledger))[0]).toBe('store ok')
  })
})
