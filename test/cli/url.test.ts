import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { didKey } from '../../src/keys/did-key.js'
import { generateKeyFile } from '../../src/keys/local.js'
import { shownUrl } from '../../src/store/redis/from-url.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import {
  keyProviderFromUrl,
  keyringFromEnv,
  keyringFromFile,
  ledgerFromEnv,
  pathOfFileUrl,
  storeFromUrl,
} from '../../src/url.js'
import { verifyChain } from '../../src/verify/chain.js'

let dir: string
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'quittance-url-')))
  vi.stubEnv('QUITTANCE_STORE_URL', undefined)
  vi.stubEnv('QUITTANCE_KEY_URL', undefined)
  vi.stubEnv('QUITTANCE_KEYRING', undefined)
  vi.stubEnv('QUITTANCE_SIGNING_KEY', undefined)
  vi.stubEnv('QUITTANCE_SIGNING_KEY_FILE', undefined)
  vi.stubEnv('QUITTANCE_SIGNING_KEY_PASSPHRASE', undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dir, { recursive: true })
})

const receipts = testReceipts({ chainId: 'acme', count: 2 })
const url = (...names: string[]) => pathToFileURL(join(dir, ...names)).href

function refusal(open: () => unknown): { code: string; reason: string | undefined; message: string } {
  try {
    open()
  } catch (error) {
    if (QuittanceError.is(error)) return { code: error.code, reason: error.details.reason, message: error.message }
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('file: URLs', () => {
  test.runIf(process.platform !== 'win32')('name paths, relative ones from the working directory', () => {
    const paths = [
      'file:./receipts',
      'file:receipts',
      'file:../x/receipts',
      'file:/var/r',
      'file:///var/r',
      'file://localhost/var/r',
    ]
    expect(paths.map((one) => pathOfFileUrl(one, '/data/x'))).toEqual([
      '/data/x/receipts',
      '/data/x/receipts',
      '/data/x/receipts',
      '/var/r',
      '/var/r',
      '/var/r',
    ])
    expect(pathOfFileUrl('FILE:./r', '/data')).toBe('/data/r')
  })

  test.runIf(process.platform !== 'win32')('are percent-decoded, and the working directory is not', () => {
    expect(pathOfFileUrl('file:./a%20b%23c%3Fd%25', '/data')).toBe('/data/a b#c?d%')
    expect(pathOfFileUrl('file:./r%C3%A9', '/data')).toBe('/data/ré')
    expect(pathOfFileUrl('file:./r', '/da ta/50%/#1?')).toBe('/da ta/50%/#1?/r')
    expect(pathOfFileUrl('file:.', '/data')).toBe('/data/')
  })

  test.each([
    ['nothing', 'file:'],
    ['no path', 'file://'],
    ['the root alone', 'file:///'],
    ['another host', 'file://server/share/receipts'],
    ['a query', 'file:./receipts?mode=ro'],
    ['an empty query', 'file:./receipts?'],
    ['a fragment', 'file:./receipts#1'],
    ['an encoded slash', 'file:./a%2Fb'],
    ['a NUL', 'file:./a%00b'],
    ['bad percent-encoding', 'file:./a%ZZ%E9'],
    ['a bad host', 'file://[/x'],
  ])('with %s are refused', (_, bad) => {
    expect(refusal(() => storeFromUrl(bad))).toMatchObject({ code: 'STORE_URL', reason: 'malformed' })
    expect(refusal(() => keyProviderFromUrl(bad))).toMatchObject({ code: 'KEY_URL', reason: 'malformed' })
  })
})

describe('storeFromUrl', () => {
  test('opens a file store, lazily', async () => {
    const store = storeFromUrl(url('a b', 'receipts'))
    expect(store.durable).toBe(true)
    await expect(readFile(join(dir, 'a b'))).rejects.toMatchObject({ code: 'ENOENT' })
    await mkdir(join(dir, 'a b'))
    await store.append('acme', receipts, undefined)
    await store.close()
    const again = storeFromUrl(url('a b', 'receipts'))
    expect(await again.head('acme')).toEqual(receipts[1])
    await again.close()
  })

  test('opens a memory store, a new one each time', async () => {
    const [one, other] = [storeFromUrl('memory:'), storeFromUrl('memory:')]
    await one.append('acme', receipts, undefined)
    expect([one.durable, await other.head('acme')]).toEqual([false, undefined])
    expect(refusal(() => storeFromUrl('memory:x'))).toMatchObject({ code: 'STORE_URL', reason: 'malformed' })
  })

  test('takes its default from QUITTANCE_STORE_URL', () => {
    expect(refusal(() => storeFromUrl())).toMatchObject({
      code: 'STORE_URL',
      reason: 'absent',
      message: expect.stringContaining('QUITTANCE_STORE_URL'),
    })
    vi.stubEnv('QUITTANCE_STORE_URL', '')
    expect(refusal(() => storeFromUrl())).toMatchObject({ reason: 'absent' })
    vi.stubEnv('QUITTANCE_STORE_URL', 'memory:')
    expect(storeFromUrl().durable).toBe(false)
    expect(refusal(() => storeFromUrl(''))).toMatchObject({ reason: 'absent' })
  })

  test.each(['postgres://u:secret@h/db', 's3://secret/x'])(
    '%s is not in this release, and its password is not repeated',
    (other) => {
      const { code, reason, message } = refusal(() => storeFromUrl(other))
      expect([code, reason]).toEqual(['STORE_URL', 'unsupported-scheme'])
      expect(message).toContain('not in this release')
      expect(message).not.toContain('secret')
    },
  )

  test.each([
    'redis://localhost',
    'REDIS://user:secret@localhost:6379/3',
    'rediss://:secret@host',
    'redis://[::1]:6379/0?durability=replicated&replicas=2&confirmMs=500&prefix=a.b&indexes=traceId,action&accept=unchecked,no-aof',
    'redis+cluster://a:1,b:2',
    'rediss+cluster://user:secret@a:1,b:2/?durability=fsynced',
  ])('%s opens a Redis store, lazily', async (named) => {
    const store = storeFromUrl(named)
    expect([store.durable, typeof store.status]).toEqual([true, 'function'])
    await store.close()
  })

  test.each([
    ['no host', 'redis://'],
    ['no host behind a user', 'redis://user:secret@'],
    ['a database that is no number', 'redis://:secret@host/a'],
    ['a fragment', 'redis://:secret@host#1'],
    ['a password that is not encoded', 'redis://user:secr#et@host'],
    ['a password that looks like a query', 'redis://user:sec?secret@host'],
    ['an unknown parameter', 'redis://:secret@host?durabillity=fsynced'],
    ['the name of an inherited member', 'redis://:secret@host?constructor=1'],
    ['a parameter twice', 'redis://:secret@host?prefix=a&prefix=b'],
    ['an unknown durability', 'redis://:secret@host?durability=secret'],
    ['a count that is none', 'redis://:secret@host?durability=replicated&replicas=secret'],
    ['replicas without replication', 'redis://:secret@host?replicas=2'],
    ['an unknown index', 'redis://:secret@host?indexes=secret'],
    ['an unknown risk', 'redis://:secret@host?accept=secret'],
    ['a prefix that is none', 'redis://:secret@host?prefix={secret}'],
    ['a cluster without nodes', 'redis+cluster://:secret@'],
    ['a cluster with an empty node', 'redis+cluster://:secret@a:1,,b:2'],
    ['a cluster with a database', 'redis+cluster://:secret@a:1,b:2/3'],
    ['a single slash', 'redis:/secret@host'],
  ])('a Redis URL with %s is refused, and nothing of it is repeated', (_, bad) => {
    const { code, message } = refusal(() => storeFromUrl(bad))
    expect(code).toBe('STORE_URL')
    expect(message).not.toMatch(/secret|secr|sec\?/)
  })

  test('a Redis URL is shown without what is secret', () => {
    const shown = ['redis://u:p@h:1/2?prefix=a', 'rediss+cluster://:p@a:1,b:2', 'redis://h', 'redis://u:p@x@h'].map(
      shownUrl,
    )
    expect(shown).toEqual(['redis://h:1/2', 'rediss+cluster://a:1,b:2', 'redis://h', 'redis://h'])
  })

  test.each(['./receipts', '/var/receipts', 'receipts', 'C:\\receipts', 'C:/receipts', ':memory:', '://x'])(
    '%s is no URL',
    (path) => {
      expect(refusal(() => storeFromUrl(path))).toMatchObject({ code: 'STORE_URL', reason: 'no-scheme' })
    },
  )

  test('what is not a string is a TypeError', () => {
    for (const wrong of [1, null, {}, new URL('file:///x')]) {
      expect(() => storeFromUrl(wrong as string)).toThrow(TypeError)
      expect(() => keyProviderFromUrl(wrong as string)).toThrow(TypeError)
    }
  })
})

describe('keyProviderFromUrl', () => {
  test('opens a key file, with the passphrase of the environment', async () => {
    const { keyId } = await generateKeyFile(join(dir, 'a.pem'))
    expect((await keyProviderFromUrl(url('a.pem')).signer()).keyId).toBe(keyId)
    const locked = await generateKeyFile(join(dir, 'b.pem'), { passphrase: 'one two' })
    await expect(keyProviderFromUrl(url('b.pem')).signer()).rejects.toMatchObject({ code: 'KEY_PASSPHRASE' })
    vi.stubEnv('QUITTANCE_SIGNING_KEY_PASSPHRASE', 'one two')
    expect((await keyProviderFromUrl(url('b.pem')).signer()).keyId).toBe(locked.keyId)
    vi.stubEnv('QUITTANCE_KEY_URL', url('b.pem'))
    expect((await keyProviderFromUrl().signer()).keyId).toBe(locked.keyId)
  })

  test('never makes a key', async () => {
    await expect(keyProviderFromUrl(url('absent.pem')).signer()).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    await expect(readFile(join(dir, 'absent.pem'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('env: is the key of the environment', async () => {
    await expect(keyProviderFromUrl('env:').signer()).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    // RFC 8032, section 7.1, test 1
    vi.stubEnv('QUITTANCE_SIGNING_KEY', '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
    const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')
    expect((await keyProviderFromUrl('env:').signer()).keyId).toBe(didKey(publicKey))
  })

  test.each([
    [undefined, 'absent', /QUITTANCE_KEY_URL/],
    ['./receipts.key.pem', 'no-scheme', /file:\.\/receipts\.key\.pem/],
    ['env:OTHER', 'malformed', /nothing follows env:/],
    ['azurekeyvault://secret@vault.example/key', 'unsupported-scheme', /keys of this kind are not in this release/],
    ['vault://secret@vault.example/transit/receipts', 'malformed', /does not belong in a key URL/],
  ])('%s is refused', (bad, reason, message) => {
    expect(refusal(() => keyProviderFromUrl(bad))).toMatchObject({
      code: 'KEY_URL',
      reason,
      message: expect.stringMatching(message),
    })
    expect(refusal(() => keyProviderFromUrl(bad)).message).not.toContain('secret')
  })
})

describe('keyrings', () => {
  const did = testReceiptKeyId()

  test('are read from a file, a file: URL, or the environment', async () => {
    const file = join(dir, 'keyring.json')
    await writeFile(file, JSON.stringify({ keys: [{ keyId: did, comment: 'test' }] }))
    const entries = [{ keyId: did, comment: 'test' }]
    expect((await keyringFromFile(file)).entries()).toEqual(entries)
    expect((await keyringFromFile(url('keyring.json'))).entries()).toEqual(entries)
    expect(await keyringFromEnv()).toBeUndefined()
    for (const named of [file, url('keyring.json')]) {
      vi.stubEnv('QUITTANCE_KEYRING', named)
      expect((await keyringFromEnv())?.entries()).toEqual(entries)
    }
  })

  test('that can not be read say which file', async () => {
    const file = join(dir, 'keyring.json')
    await expect(keyringFromFile(file)).rejects.toMatchObject({
      code: 'KEYRING_INVALID',
      details: { file, reason: 'ENOENT' },
    })
    await expect(keyringFromFile(dir)).rejects.toMatchObject({ code: 'KEYRING_INVALID', details: { reason: 'EISDIR' } })
    await writeFile(file, '{"keys":[{"keyId":"x"}]}')
    await expect(keyringFromFile(file)).rejects.toMatchObject({
      code: 'KEYRING_INVALID',
      details: { file, path: expect.stringContaining('keys[0]') },
    })
    vi.stubEnv('QUITTANCE_KEYRING', join(dir, 'absent'))
    await expect(keyringFromEnv()).rejects.toMatchObject({ code: 'KEYRING_INVALID' })
    await expect(keyringFromFile('')).rejects.toThrow(TypeError)
  })
})

describe('ledgerFromEnv', () => {
  const draft = {
    receiptId: '01970000-0000-7000-8000-000000000001',
    chainId: 'acme',
    tenantId: 'acme',
    eventType: 'decision',
    checks: [],
    action: 'allow',
  } as const

  test('seals into the store with the key that the environment names', async () => {
    const { keyId, file } = await generateKeyFile(join(dir, 'a.pem'))
    vi.stubEnv('QUITTANCE_STORE_URL', url('receipts'))
    vi.stubEnv('QUITTANCE_KEY_URL', pathToFileURL(file).href)
    const ledger = await ledgerFromEnv({ redactor: false })
    expect((await ledger.append(draft)).keyId).toBe(keyId)
    const { verdict } = await verifyChain(ledger.store.read('acme'), { keyring: await ledger.keyring() })
    await ledger.close()
    expect(verdict).toBe('VALID')
    const store = storeFromUrl(url('receipts'))
    expect((await store.head('acme'))?.receiptId).toBe(draft.receiptId)
    await store.close()
  })

  test('refuses an environment that says too little, or a keyring that is none', async () => {
    await expect(ledgerFromEnv({ redactor: false })).rejects.toMatchObject({ code: 'STORE_URL' })
    vi.stubEnv('QUITTANCE_STORE_URL', 'memory:')
    await expect(ledgerFromEnv({ redactor: false })).rejects.toMatchObject({ code: 'KEY_URL' })
    vi.stubEnv('QUITTANCE_KEYRING', join(dir, 'absent.json'))
    await expect(ledgerFromEnv({ redactor: false })).rejects.toMatchObject({ code: 'KEYRING_INVALID' })
    await expect(ledgerFromEnv(undefined as never)).rejects.toThrow(TypeError)
  })

  test('what is given wins over the environment', async () => {
    vi.stubEnv('QUITTANCE_STORE_URL', 'redis://localhost')
    vi.stubEnv('QUITTANCE_KEY_URL', 'vault://localhost')
    const store = storeFromUrl('memory:')
    await generateKeyFile(join(dir, 'a.pem'))
    const ledger = await ledgerFromEnv({ redactor: false, store, keys: keyProviderFromUrl(url('a.pem')) })
    expect(ledger.store).toBe(store)
    await ledger.close()
  })
})
