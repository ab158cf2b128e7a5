/** The KV provider against a real server. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { QuittanceError } from '../../src/index.js'
import { didKey } from '../../src/keys/did-key.js'
import { admitKey } from '../../src/keys/ed25519/admission.js'
import { verifySignature } from '../../src/keys/ed25519/verify.js'
import { parsePublicKey } from '../../src/keys/public-key.js'
import { type VaultKvKeyOptions, vaultKvKey } from '../../src/keys/vault-kv.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { startVaultDouble } from '../doubles/vault.js'
import { foreign, type VaultUnderTest, vaultUnderTest } from './vault-server.js'

let vault: VaultUnderTest
beforeAll(async () => {
  vault = await vaultUnderTest()
}, 180_000)
afterAll(() => vault?.stop())

/** The did:key that OpenSSL makes of a seed. */
function didOf(seed: Uint8Array): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  return didKey(parsePublicKey(key.export({ format: 'pem', type: 'spki' }).toString()))
}

let secrets = 0
const put = async (data: object, path = `receipts/k${++secrets}`) => {
  await vault.ask('POST', `${vault.kv}/data/${path}`, { data })
  return path
}
const provider = (options: Partial<VaultKvKeyOptions> & { path: string }) => {
  const { token = options.auth ? undefined : vault.token } = options
  const keys = vaultKvKey({ mount: vault.kv, address: vault.address, cacheMs: 60_000, ...options, token })
  onTestFinished(() => keys.close?.())
  return keys
}
async function fault(work: Promise<unknown>): Promise<QuittanceError> {
  const [result] = await Promise.allSettled([work])
  if (result.status === 'fulfilled') throw new Error('it did not fail')
  return result.reason
}
const verifies = (keyId: string, message: Uint8Array, signature: Uint8Array) =>
  verifySignature(admitKey(keyId).key as never, message, signature)

describe('the published suite', () => {
  const suite = keyProviderConformance(async () =>
    vaultKvKey({
      path: await put({ seed: randomBytes(32).toString('hex') }),
      mount: vault.kv,
      address: vault.address,
      token: vault.token,
      cacheMs: 60_000,
    }),
  )
  for (const { name, run } of suite) it(name, run)
})

describe('a seed', () => {
  const seed = randomBytes(32)
  it.each([
    ['hex', 'seed', seed.toString('hex')],
    ['base64', 'seed', seed.toString('base64')],
    ['base64url in a field of another name', 'signing-key', seed.toString('base64url')],
  ])('as %s', async (_, field, text) => {
    expect((await provider({ path: await put({ [field]: text }), field }).signer()).keyId).toBe(didOf(seed))
  })

  it('as PEM', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const { keyId } = await provider({ path: await put({ pem }), field: 'pem' }).signer()
    expect(keyId).toBe(didKey(parsePublicKey(publicKey.export({ format: 'pem', type: 'spki' }).toString())))
  })

  it('that is replaced is followed after the stated time; a signer keeps to its version', async () => {
    const [one, two] = [randomBytes(32), randomBytes(32)]
    const path = await put({ seed: one.toString('hex') })
    const keys = provider({ path, cacheMs: 200 })
    const first = await keys.signer()
    await put({ seed: two.toString('hex') }, path)
    await delay(300)
    const second = await keys.signer()
    expect([first.keyId, second.keyId]).toEqual([didOf(one), didOf(two)])
    for (const { keyId, sign } of [first, second]) expect(verifies(keyId, utf8('x'), await sign(utf8('x')))).toBe(true)
  })
})

it('is read once in its time, by however many signers, and again after it', async () => {
  const double = await startVaultDouble()
  onTestFinished(() => double.stop())
  double.secrets.set('receipts', { seed: randomBytes(32).toString('hex') })
  const connection = { address: double.address, token: double.token }
  const keys = vaultKvKey({ path: 'receipts', cacheMs: 400, ...connection })
  onTestFinished(() => keys.close?.())
  const reads = () => double.calls.filter(({ path }) => path.startsWith('secret/data/')).length
  const signers = await Promise.all(Array.from({ length: 20 }, () => keys.signer()))
  await Promise.all(signers.map(({ sign }) => sign(utf8('x'))))
  expect(reads()).toBe(1)
  await delay(500)
  const [signer] = signers
  await Promise.all(Array.from({ length: 20 }, (_, n) => signer?.sign(utf8(`${n}`))))
  expect(reads()).toBe(2)
  expect(double.calls.at(-1)?.path).toBe('secret/data/receipts?version=1')
})

it('signs no more after its time where the server is away, and again when it is back', async () => {
  const double = await startVaultDouble()
  onTestFinished(() => double.stop())
  double.secrets.set('receipts', { seed: randomBytes(32).toString('hex') })
  const keys = vaultKvKey({ path: 'receipts', cacheMs: 300, address: double.address, token: double.token })
  onTestFinished(() => keys.close?.())
  const signer = await keys.signer()
  double.instead = () => ({ status: 503, errors: ['Vault is sealed'] })
  await delay(400)
  for (const error of await Promise.all([fault(signer.sign(utf8('x'))), fault(keys.signer())]))
    expect(error).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'sealed', retryable: true } })
  double.instead = undefined
  expect(verifies(signer.keyId, utf8('x'), await signer.sign(utf8('x')))).toBe(true)

  // Another key under the version that the signer is pinned to.
  double.secrets.set('receipts', { seed: randomBytes(32).toString('hex') })
  await delay(400)
  expect((await fault(signer.sign(utf8('x')))).code).toBe('KEY_SIGNING_FAILED')
})

it('overwrites the bytes of the seed as soon as the key is made', async () => {
  const seen: Uint8Array[] = []
  const from = vi.spyOn(Uint8Array.prototype, 'fill').mockImplementation(function (
    this: Uint8Array,
    value,
    start,
    end,
  ) {
    if (this.length === 32 && value === 0) seen.push(Uint8Array.from(this))
    return TypedArrayFill.call(this, value as number, start, end)
  })
  onTestFinished(() => from.mockRestore())
  const seed = randomBytes(32)
  const keys = provider({ path: await put({ seed: seed.toString('hex') }) })
  await keys.signer()
  expect(seen.some((bytes) => Buffer.compare(bytes, seed) === 0)).toBe(true)
})
const TypedArrayFill = Object.getPrototypeOf(Uint8Array.prototype).fill

describe('what is wrong', () => {
  it.each<[string, object | undefined, string, string]>([
    ['no secret', undefined, 'KEY_NOT_FOUND', 'nothing at that path'],
    ['no such field', { other: 'x' }, 'KEY_NOT_FOUND', 'no such field'],
    ['a field that is no text', { seed: { a: 1 } }, 'KEY_NOT_FOUND', 'no such field'],
    ['a seed that is too short', { seed: 'canary00' }, 'KEY_ENCODING', 'neither 32 bytes'],
    [
      'a PEM that is none',
      { seed: '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----' },
      'KEY_ENCODING',
      'PEM',
    ],
    ['a PEM of another key', { seed: otherPem() }, 'KEY_ENCODING', 'another kind'],
  ])('%s', async (_, data, code, word) => {
    const path = data === undefined ? 'nothing/here' : await put(data)
    const error = await fault(provider({ path }).signer())
    expect(error).toMatchObject({ code, message: expect.stringContaining(word) })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary')
  })

  it('a secret that was deleted', async () => {
    const path = await put({ seed: randomBytes(32).toString('hex') })
    await vault.ask('DELETE', `${vault.kv}/data/${path}`)
    expect(await fault(provider({ path }).signer())).toMatchObject({ code: 'KEY_DISABLED' })
  })

  it('a token that may not read it', async () => {
    const path = await put({ seed: randomBytes(32).toString('hex') })
    const token = await vault.tokenFor(`path "${vault.kv}/data/other" { capabilities = ["read"] }`)
    const error = await fault(provider({ path, token }).signer())
    expect(error.code).toBe('KEY_PERMISSION')
    expect(error.message).toContain(`"read" on the path "${vault.kv}/data/${path}"`)
  })

  it.skipIf(foreign)('an engine of version 1', async () => {
    await vault.ask('POST', 'sys/mounts/old', { type: 'kv', options: { version: '1' } })
    await vault.ask('POST', 'old/data/receipts', { seed: randomBytes(32).toString('hex') })
    expect(await fault(provider({ path: 'receipts', mount: 'old' }).signer())).toMatchObject({ code: 'KEY_WRONG_TYPE' })
  })

  it.each<[string, object, string]>([
    ['no path', { cacheMs: 1 }, 'options.path'],
    ['a path that goes elsewhere', { path: 'a/../b', cacheMs: 1 }, 'options.path'],
    ['no time', { path: 'a' }, 'options.cacheMs'],
    ['a time without end', { path: 'a', cacheMs: Infinity }, 'options.cacheMs'],
    ['an empty field', { path: 'a', cacheMs: 1, field: '' }, 'options.field'],
    ['a misspelt one', { path: 'a', cacheMS: 1 }, 'cacheMS'],
  ])('in the options: %s', (_, options, word) => {
    expect(() => vaultKvKey(options as never)).toThrow(word)
  })
})

function otherPem(): string {
  return generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}
