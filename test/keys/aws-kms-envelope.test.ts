/** A seed that AWS KMS wraps: the real client against a real server, moto or the user's own, and the double for the rest. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { KMSClient } from '@aws-sdk/client-kms'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startMoto } from '../../scripts/services/moto.js'
import { createLedger, ReceiptCollector, verifyChain } from '../../src/index.js'
import {
  type AwsKmsEnvelopeKeyOptions,
  awsKmsEnvelopeKey,
  type WrappedSeedStore,
} from '../../src/keys/aws-kms-envelope.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { fileStore } from '../../src/store/file.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { type AwsKmsDouble, startAwsKmsDouble } from '../doubles/aws-kms.js'
import { type KmsUnderTest, kmsUnderTest } from './aws-servers.js'

const message = Buffer.from('quittance/1 receipt\nsha256:00\n')
const context = { tenant: 'acme' }
let folder: string
const closing: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quittance-envelope-'))
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await rm(folder, { recursive: true, force: true })
})

const keyOf = (options: AwsKmsEnvelopeKeyOptions): KeyProvider => {
  const provider = awsKmsEnvelopeKey(options)
  closing.push(() => provider.close?.())
  return provider
}

const memory = (text?: string): WrappedSeedStore & { text: string | undefined } => {
  const kept = {
    text,
    load: async () => kept.text,
    async create(made: string) {
      kept.text ??= made
    },
  }
  return kept
}

describe('against a server', () => {
  let kms: KmsUnderTest
  let wrappingKeyId: string
  beforeAll(async () => {
    kms = await kmsUnderTest(startMoto)
    wrappingKeyId = await kms.createKey({})
  }, 300_000)
  afterAll(() => kms?.stop())

  describe('the conformance suite', () => {
    const cases = keyProviderConformance(async () =>
      awsKmsEnvelopeKey({ wrappingKeyId, context, store: memory(), create: true, client: kms.client }),
    )
    for (const { name, run } of cases) it(name, run)
  })

  it('makes a seed once, and finds it again', async () => {
    const store = join(folder, 'seed.json')
    const options = { wrappingKeyId, context, store, client: kms.client }
    await expect(keyOf(options).signer()).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    const { keyId } = await keyOf({ ...options, create: true }).signer()
    expect((await keyOf({ ...options, create: true }).signer()).keyId).toBe(keyId)
    expect((await keyOf(options).signer()).keyId).toBe(keyId)
    expect(await readdir(folder)).toEqual(['seed.json'])
    expect((await stat(store)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(store, 'utf8'))).toMatchObject({ format: 'quittance/kms-seed/1', keyId })
  })

  it('gives all who begin at once the same key', async () => {
    const options = { wrappingKeyId, context, store: join(folder, 'seed.json'), create: true, client: kms.client }
    const signers = await Promise.all(Array.from({ length: 8 }, () => keyOf(options).signer()))
    expect(new Set(signers.map(({ keyId }) => keyId)).size).toBe(1)
  })

  it('is named by alias too', async () => {
    const store = memory()
    const alias = await kms.createAlias(wrappingKeyId)
    const { keyId } = await keyOf({ wrappingKeyId: alias, context, store, create: true, client: kms.client }).signer()
    expect((await keyOf({ wrappingKeyId, context, store, client: kms.client }).signer()).keyId).toBe(keyId)
  })

  it.each<[string, Record<string, string>]>([
    ['another tenant', { tenant: 'globex' }],
    ['another name', { chain: 'acme' }],
    ['a pair more', { tenant: 'acme', chain: 'a' }],
  ])('is not unwrapped in the context of %s', async (_, other) => {
    const store = memory()
    await keyOf({ wrappingKeyId, context, store, create: true, client: kms.client }).signer()
    const before = store.text
    await expect(
      keyOf({ wrappingKeyId, context: other, store, create: true, client: kms.client }).signer(),
    ).rejects.toMatchObject({ code: 'KEY_ENCODING', details: { reason: 'InvalidCiphertextException' } })
    expect(store.text).toBe(before)
  })

  it('is not unwrapped once a byte of it was changed', async () => {
    const store = memory()
    const options = { wrappingKeyId, context, store, create: true, client: kms.client }
    await keyOf(options).signer()
    const kept = JSON.parse(store.text ?? '') as { wrapped: string }
    const bytes = Buffer.from(kept.wrapped, 'base64')
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    store.text = JSON.stringify({ ...kept, wrapped: bytes.toString('base64') })
    await expect(keyOf(options).signer()).rejects.toMatchObject({ code: 'KEY_ENCODING' })
  })

  it('signs a chain that verifies, also after a restart', async () => {
    const store = join(folder, 'seed.json')
    for (const round of [1, 2]) {
      const keys = awsKmsEnvelopeKey({ wrappingKeyId, context, store, create: true, client: kms.client })
      const ledger = createLedger({ store: fileStore(join(folder, 'receipts')), keys, redactor: false })
      await new ReceiptCollector({ ledger, tenantId: 'acme' }).setInput('question').setAction('allow').emit()
      const { verdict, checked } = await verifyChain(ledger.store.read('acme'), { keyring: await ledger.keyring() })
      expect({ verdict, checked }).toEqual({ verdict: 'VALID', checked: 1 + round })
      await ledger.close()
    }
  })
})

describe('against the double', () => {
  let kms: AwsKmsDouble
  let client: KMSClient
  let wrappingKeyId: string
  const canary = `canary${randomBytes(8).toString('hex')}`
  beforeEach(async () => {
    kms = await startAwsKmsDouble()
    wrappingKeyId = kms.createKey('SYMMETRIC_DEFAULT')
    client = new KMSClient({
      endpoint: kms.endpoint,
      region: 'eu-central-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: canary, sessionToken: `${canary}-token` },
    })
    closing.push(
      () => client.destroy(),
      () => kms.stop(),
    )
  })
  const options = (more: Partial<AwsKmsEnvelopeKeyOptions> = {}): AwsKmsEnvelopeKeyOptions => ({
    wrappingKeyId,
    context,
    store: memory(),
    create: true,
    client,
    ...more,
  })

  it('unwraps once, and asks KMS nothing for a signature', async () => {
    const store = memory()
    await keyOf(options({ store })).signer()
    const before = kms.asked.length
    const provider = keyOf(options({ store }))
    const signers = await Promise.all(Array.from({ length: 20 }, () => provider.signer()))
    await Promise.all(signers.map((signer) => signer.sign(message)))
    expect(kms.asked.slice(before).map(({ action }) => action)).toEqual(['Decrypt'])
    expect(kms.asked.at(-1)?.body).toMatchObject({ KeyId: wrappingKeyId, EncryptionContext: context })
  })

  it('overwrites the seed wherever it was in bytes, as soon as the key is open', async () => {
    const seen: Uint8Array[] = []
    const spying = {
      async send(command: never, sending?: { abortSignal?: AbortSignal }) {
        const answer = (await client.send(command, sending)) as { Plaintext?: Uint8Array }
        const { input } = command as { input: { Plaintext?: Uint8Array } }
        for (const bytes of [answer.Plaintext, input.Plaintext]) if (bytes) seen.push(bytes)
        return answer
      },
    }
    const store = memory()
    const provider = keyOf(options({ store, client: spying }))
    expect(await (await provider.signer()).sign(message)).toHaveLength(64)
    expect(seen.map((bytes) => bytes.length)).toEqual([32, 32])
    for (const bytes of seen) expect(bytes.every((byte) => byte === 0)).toBe(true)
  })

  it('shows neither seed nor credentials, in no output of the provider, the kept text or an error', async () => {
    const store = memory()
    const provider = keyOf(options({ store }))
    const signer = await provider.signer()
    const sent = kms.asked.find(({ action }) => action === 'Encrypt')?.body.Plaintext as string
    expect(Buffer.from(sent, 'base64')).toHaveLength(32)
    kms.fail({ type: 'SomethingNew', message: sent })
    const error: unknown = await keyOf(options({ store }))
      .signer()
      .catch((caught: unknown) => caught)
    const refused: unknown = await keyOf(options())
      .signer()
      .catch((caught: unknown) => caught)
    const shown = [provider, signer, error, refused, store.text]
      .map((one) => `${inspect(one, { depth: 20, showHidden: true })}${JSON.stringify(one)}${String(one)}`)
      .join('\n')
    for (const secret of [sent, Buffer.from(sent, 'base64').toString('hex'), canary])
      expect(shown).not.toContain(secret)
  })

  it('is KEY_ENCODING under another wrapping key', async () => {
    const store = memory()
    await keyOf(options({ store })).signer()
    const other = kms.createKey('SYMMETRIC_DEFAULT')
    await expect(keyOf(options({ store, wrappingKeyId: other })).signer()).rejects.toMatchObject({
      code: 'KEY_ENCODING',
      details: { reason: 'IncorrectKeyException' },
    })
  })

  it.each([
    ['Disabled', 'KEY_DISABLED'],
    ['PendingDeletion', 'KEY_DISABLED'],
  ] as const)('is %s: %s', async (state, code) => {
    kms.setState(wrappingKeyId, state)
    await expect(keyOf(options()).signer()).rejects.toMatchObject({ code })
  })

  it.each([
    ['ECC_NIST_EDWARDS25519', 'KEY_WRONG_TYPE'],
    ['RSA_2048', 'KEY_WRONG_TYPE'],
  ] as const)('wraps with no key of %s', async (spec, code) => {
    await expect(keyOf(options({ wrappingKeyId: kms.createKey(spec) })).signer()).rejects.toMatchObject({ code })
  })

  it.each([
    ['ThrottlingException', 'KEY_THROTTLED', 'Encrypt'],
    ['ThrottlingException', 'KEY_THROTTLED', 'Decrypt'],
    ['AccessDeniedException', 'KEY_PERMISSION', 'Encrypt'],
    ['AccessDeniedException', 'KEY_PERMISSION', 'Decrypt'],
    ['KMSInternalException', 'KEY_UNAVAILABLE', 'Decrypt'],
  ])('%s is %s of %s, and the next signer() tries again', async (type, code, action) => {
    const provider = keyOf(options())
    kms.fail({ type, action, times: 1 })
    const error: unknown = await provider.signer().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code })
    if (code === 'KEY_PERMISSION') expect((error as Error).message).toContain(`kms:${action}`)
    expect(await (await provider.signer()).sign(message)).toHaveLength(64)
  })

  it('is KEY_UNAVAILABLE while KMS hangs, and once closed', async () => {
    kms.hang()
    await expect(keyOf(options({ timeoutMs: 60 })).signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    const provider = keyOf(options())
    const refused = expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    await provider.close?.()
    await refused
  })

  it('signs on while KMS is away, once it is open', async () => {
    const signer = await keyOf(options()).signer()
    await kms.stop()
    expect(await signer.sign(message)).toHaveLength(64)
  })

  it('catches a seed that is not the one of the public key beside it, and one of another length', async () => {
    const store = memory()
    await keyOf(options({ store })).signer()
    kms.twist('Decrypt', (answer) => ({ ...answer, Plaintext: randomBytes(32).toString('base64') }))
    await expect(keyOf(options({ store })).signer()).rejects.toMatchObject({ code: 'KEY_ENCODING' })
    kms.twist('Decrypt', (answer) => ({ ...answer, Plaintext: randomBytes(31).toString('base64') }))
    await expect(keyOf(options({ store })).signer()).rejects.toMatchObject({ code: 'KEY_ENCODING' })
  })

  it.each([
    'no JSON',
    '{}',
    'null',
    '{"format":"quittance/kms-seed/2","keyId":"did:key:z6Mk","wrapped":""}',
    '{"format":"quittance/kms-seed/1","keyId":"did:key:z6Mk","wrapped":"?"}',
    '{"format":"quittance/kms-seed/1","keyId":"did:key:z6Mk","wrapped":"","more":1}',
    ' '.repeat(20_000),
  ])('refuses what is kept where it is no wrapped seed, and leaves it: %#', async (text) => {
    const file = join(folder, 'seed.json')
    await writeFile(file, text)
    await expect(keyOf(options({ store: file })).signer()).rejects.toMatchObject({ code: 'KEY_ENCODING' })
    expect(await readFile(file, 'utf8')).toBe(text)
    expect(kms.asked).toEqual([])
  })

  it('says that the store failed, without what it threw', async () => {
    const failing = { load: () => Promise.reject(new Error(canary)), create: async () => {} }
    const error: unknown = await keyOf(options({ store: failing }))
      .signer()
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'store', retryable: true } })
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(canary)
  })

  it('says so when the store forgets', async () => {
    const forgetful = { load: async () => undefined, create: async () => {} }
    await expect(keyOf(options({ store: forgetful })).signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })

  it.each<[string, object]>([
    ['no context', { context: undefined }],
    ['an empty context', { context: {} }],
    ['a context of another kind', { context: { tenant: 1 } }],
    ["a name of AWS's own", { context: { 'aws:tenant': 'acme' } }],
    ['a value of several lines', { context: { tenant: 'a\nb' } }],
    ['no store', { store: undefined }],
    ['half a store', { store: { load: async () => undefined } }],
    ['a wrong backend', { backend: 'noble' }],
    ['create that is no flag', { create: 'yes' }],
    ['no key', { wrappingKeyId: undefined }],
    ['a misspelt option', { contxt: {} }],
  ])('refuses %s', (_, wrong) => {
    expect(() => awsKmsEnvelopeKey({ ...options(), ...wrong } as never)).toThrow(TypeError)
    expect(() => awsKmsEnvelopeKey({ ...options(), context: { long: 'x'.repeat(1024), ...many } })).toThrow(RangeError)
  })
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`n${index}`, 'x'.repeat(1000)]))
})
