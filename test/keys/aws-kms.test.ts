/** AWS KMS that signs: the real client against a real server, MiniStack or the user's own (`AWS_ENDPOINT_URL_KMS`). */
import { createPublicKey, verify } from 'node:crypto'
import {
  CreateKeyCommand,
  DisableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AwsService } from '../../scripts/services/aws-server.js'
import { startMiniStack } from '../../scripts/services/ministack.js'
import { createLedger, didKey, ReceiptCollector, verifyChain } from '../../src/index.js'
import { awsKmsKey } from '../../src/keys/aws-kms.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { memoryStore } from '../../src/store/memory.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { credentials, type KmsUnderTest, kmsUnderTest, region } from './aws-servers.js'

const ed25519 = { KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' } as const
const message = Buffer.from('quittance/1 receipt\nsha256:00\n')

let kms: KmsUnderTest
let arn: string
const open: KeyProvider[] = []
const keyOf = (options: Parameters<typeof awsKmsKey>[0]): KeyProvider => {
  const provider = awsKmsKey(options)
  open.push(provider)
  return provider
}

beforeAll(async () => {
  kms = await kmsUnderTest(startMiniStack)
  arn = await kms.createKey(ed25519)
}, 300_000)
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((provider) => provider.close?.()))
})
afterAll(() => kms?.stop())

describe('the conformance suite', () => {
  const cases = keyProviderConformance(async () => awsKmsKey({ keyId: arn, client: kms.client }), {
    messageBytes: { min: 1, max: 4096 },
  })
  for (const { name, run } of cases) it(name, run)
})

describe('a key in AWS KMS', () => {
  it('is named by id, by alias, and by the ARN of either', async () => {
    const alias = await kms.createAlias(arn)
    const { PublicKey } = await kms.client.send(new GetPublicKeyCommand({ KeyId: arn }))
    const publicKey = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })
    const aliasArn = arn.replace(/key\/.*$/, alias)
    for (const keyId of [arn, arn.split('/')[1] ?? '', alias, aliasArn]) {
      const signer = await keyOf({ keyId, client: kms.client }).signer()
      const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
      expect(signer.keyId).toBe(didKey(x))
      expect(verify(null, message, publicKey, await signer.sign(message))).toBe(true)
    }
  })

  it('stays the same when its alias is moved: keyId and signature are of one key', async () => {
    const alias = await kms.createAlias(arn)
    const provider = keyOf({ keyId: alias, client: kms.client })
    const before = await provider.signer()
    await kms.client.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: await kms.createKey(ed25519) }))
    expect((await provider.signer()).keyId).toBe(before.keyId)
    expect(await before.sign(message)).toHaveLength(64)
    const another = await keyOf({ keyId: alias, client: kms.client }).signer()
    expect(another.keyId).not.toBe(before.keyId)
  })

  it('signs a chain that verifies', async () => {
    const store = memoryStore()
    const keys = keyOf({ keyId: arn, client: kms.client })
    const ledger = createLedger({ store, keys, redactor: false })
    const emits = Array.from({ length: 40 }, (_, index) =>
      new ReceiptCollector({ ledger, tenantId: 'acme' }).setInput(`question ${index}`).setAction('allow').emit(),
    )
    await Promise.all(emits)
    const { verdict, checked } = await verifyChain(store.read('acme'), { keyring: await ledger.keyring() })
    expect({ verdict, checked }).toEqual({ verdict: 'VALID', checked: 41 })
    await ledger.close()
  })
})

describe('a key that can not sign', () => {
  const refusal = (keyId: string) =>
    keyOf({ keyId, client: kms.client })
      .signer()
      .then((signer) => signer.sign(message))
      .then(
        () => 'signed',
        (error: { code?: string }) => error.code,
      )

  it('is KEY_NOT_FOUND where there is none', async () => {
    expect(await refusal('alias/quittance-test-absent')).toBe('KEY_NOT_FOUND')
    expect(await refusal('00000000-0000-4000-8000-000000000000')).toBe('KEY_NOT_FOUND')
  })

  it('is KEY_DISABLED once it is disabled, also for a signer that was there before', async () => {
    const key = await kms.createKey(ed25519)
    const signer = await keyOf({ keyId: key, client: kms.client }).signer()
    await kms.client.send(new DisableKeyCommand({ KeyId: key }))
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_DISABLED' })
    expect(await refusal(key)).toBe('KEY_DISABLED')
  })

  it('is KEY_DISABLED while it waits to be deleted', async () => {
    const key = await kms.createKey(ed25519)
    await kms.client.send(new ScheduleKeyDeletionCommand({ KeyId: key, PendingWindowInDays: 7 }))
    expect(await refusal(key)).toBe('KEY_DISABLED')
  })

  it.each([
    ['another curve', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }],
    ['RSA', { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }],
    ['RSA for encryption', { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }],
    ['a symmetric key', {}],
  ] as const)('is KEY_WRONG_TYPE where it is %s', async (_, input) => {
    expect(await refusal(await kms.createKey(input))).toBe('KEY_WRONG_TYPE')
  })
})

describe('a server of its own', () => {
  let own: AwsService
  let key: string
  const environment = () => {
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', own.endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
  }

  beforeAll(async () => {
    own = await startMiniStack()
    const client = new KMSClient({ endpoint: own.endpoint, region, credentials })
    key = (await client.send(new CreateKeyCommand(ed25519))).KeyMetadata?.Arn ?? ''
    client.destroy()
  }, 300_000)
  afterAll(() => own?.stop())

  it('is found by the environment, and its region by the ARN', async () => {
    environment()
    const signer = await keyOf({ keyId: key }).signer()
    expect(await signer.sign(message)).toHaveLength(64)
  })

  it('is asked in the region that the option names', async () => {
    environment()
    const id = key.split('/')[1] ?? ''
    expect((await keyOf({ keyId: id, region }).signer()).keyId).toMatch(/^did:key:/)
    await expect(keyOf({ keyId: id, region: 'eu-west-1' }).signer()).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  })

  it('is KEY_NOT_FOUND, with a cure, where no region is known', async () => {
    environment()
    await expect(keyOf({ keyId: 'alias/receipts' }).signer()).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
      message: expect.stringContaining('AWS_REGION'),
    })
  })

  it('is KEY_UNAVAILABLE while it hangs, and is there again afterwards', async () => {
    environment()
    const signer = await keyOf({ keyId: key, timeoutMs: 2_000 }).signer()
    own.pause()
    try {
      await expect(signer.sign(message)).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        details: { retryable: true },
      })
    } finally {
      own.resume()
    }
    expect(await signer.sign(message)).toHaveLength(64)
  })

  it('is KEY_UNAVAILABLE, to be tried again, once it is gone', async () => {
    environment()
    const signer = await keyOf({ keyId: key, maxAttempts: 2 }).signer()
    await own.stop()
    const error = { code: 'KEY_UNAVAILABLE', details: { reason: 'ECONNREFUSED', retryable: true } }
    await expect(signer.sign(message)).rejects.toMatchObject(error)
    await expect(keyOf({ keyId: key, maxAttempts: 1 }).signer()).rejects.toMatchObject(error)
  })
})
