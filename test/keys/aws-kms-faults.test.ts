/** What goes wrong on the way to AWS KMS: the real client against a double of its documented HTTP API. */
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { KMSClient } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { awsKmsKey } from '../../src/keys/aws-kms.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { type AwsKmsDouble, type Fault, startAwsKmsDouble } from '../doubles/aws-kms.js'

const message = Buffer.from('quittance/1 receipt\nsha256:00\n')
/** Looked for in all that is thrown. */
const canary = `canary${randomBytes(16).toString('hex')}`

let kms: AwsKmsDouble
let arn: string
const closing: (() => unknown)[] = []

beforeEach(async () => {
  kms = await startAwsKmsDouble()
  arn = kms.createKey('ECC_NIST_EDWARDS25519')
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await kms.stop()
})

const clientOf = (maxAttempts = 1): KMSClient => {
  const client = new KMSClient({
    endpoint: kms.endpoint,
    region: 'eu-central-1',
    maxAttempts,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: `${canary}-secret`, sessionToken: `${canary}-token` },
  })
  closing.push(() => client.destroy())
  return client
}

const keyOf = (options: Partial<Parameters<typeof awsKmsKey>[0]> = {}): KeyProvider => {
  const provider = awsKmsKey({ keyId: arn, client: clientOf(), ...options })
  closing.push(() => provider.close?.())
  return provider
}

const thrownBy = async (run: () => Promise<unknown>): Promise<QuittanceError> => {
  try {
    await run()
  } catch (error) {
    if (QuittanceError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** All that a logger could make of an error. */
const everything = (error: unknown): string => {
  const texts: string[] = []
  for (let one: unknown = error; one !== undefined; one = (one as { cause?: unknown }).cause) {
    texts.push(String(one), String((one as Error).stack), JSON.stringify(one))
    for (const name of Reflect.ownKeys(one as object))
      texts.push(inspect((one as Record<PropertyKey, unknown>)[name], { depth: 20, showHidden: true }))
  }
  return `${inspect(error, { depth: 20, showHidden: true, getters: true })}\n${texts.join('\n')}`
}

const table: readonly (readonly [Fault, string, boolean | undefined])[] = [
  [{ type: 'ThrottlingException' }, 'KEY_THROTTLED', true],
  [{ type: 'LimitExceededException' }, 'KEY_THROTTLED', true],
  [{ type: 'SomethingNew', status: 429 }, 'KEY_THROTTLED', true],
  [{ type: 'AccessDeniedException' }, 'KEY_PERMISSION', undefined],
  [{ type: 'UnrecognizedClientException' }, 'KEY_PERMISSION', undefined],
  [{ type: 'InvalidSignatureException', status: 403 }, 'KEY_PERMISSION', undefined],
  [{ type: 'SomethingNew', status: 403 }, 'KEY_PERMISSION', undefined],
  [{ type: 'ExpiredTokenException' }, 'KEY_EXPIRED', undefined],
  [{ type: 'NotFoundException' }, 'KEY_NOT_FOUND', undefined],
  [{ type: 'InvalidArnException' }, 'KEY_NOT_FOUND', undefined],
  [{ type: 'DisabledException' }, 'KEY_DISABLED', undefined],
  [{ type: 'KMSInvalidStateException' }, 'KEY_DISABLED', undefined],
  [{ type: 'InvalidKeyUsageException' }, 'KEY_WRONG_TYPE', undefined],
  [{ type: 'UnsupportedOperationException' }, 'KEY_WRONG_TYPE', undefined],
  [{ type: 'DependencyTimeoutException', status: 500 }, 'KEY_UNAVAILABLE', true],
  [{ type: 'KeyUnavailableException', status: 500 }, 'KEY_UNAVAILABLE', true],
  [{ type: 'KMSInternalException', status: 500 }, 'KEY_UNAVAILABLE', true],
  [{ type: 'SomethingNew', status: 503 }, 'KEY_UNAVAILABLE', true],
  [{ type: 'ValidationException' }, 'KEY_SIGNING_FAILED', undefined],
  [{ type: 'toString' }, 'KEY_SIGNING_FAILED', undefined],
]

describe.each(['Sign', 'GetPublicKey'])('an error that %s answers', (action) => {
  it.each(table)('%o is %s', async (fault, code, retryable) => {
    const provider = keyOf()
    if (action === 'Sign') await provider.signer()
    kms.fail({ ...fault, action })
    const error = await thrownBy(async () => (await provider.signer()).sign(message))
    expect({ code: error.code, retryable: error.details.retryable }).toEqual({ code, retryable })
  })

  it('holds no credentials, whatever AWS repeats in it', async () => {
    for (const [fault] of table) {
      const provider = keyOf()
      if (action === 'Sign') await provider.signer()
      // As AWS does where a signature is wrong: it shows the canonical request, session token included.
      const repeated = fault.type.startsWith('InvalidSignature') || fault.type.startsWith('Something')
      kms.fail({ ...fault, action, times: 1, ...(repeated ? { message: `x-amz-security-token:${canary}-token` } : {}) })
      const error = await thrownBy(async () => (await provider.signer()).sign(message))
      const shown = everything(error)
      expect(shown).not.toContain(canary)
      expect(shown).not.toContain('AWS4-HMAC-SHA256')
    }
    expect(kms.asked.some(({ authorization }) => authorization.includes('AKIDEXAMPLE'))).toBe(true)
  })
})

it('an error of the network holds no credentials either', async () => {
  const signer = await keyOf().signer()
  kms.hang()
  const hung = thrownBy(() => signer.sign(message))
  await vi.waitUntil(() => kms.asked.length === 2)
  await kms.stop()
  const errors = [await hung, await thrownBy(() => signer.sign(message))]
  for (const error of errors) {
    expect(error.code).toBe('KEY_UNAVAILABLE')
    expect(everything(error)).not.toContain(canary)
    expect(everything(error)).not.toContain('AWS4-HMAC-SHA256')
  }
})

describe('a refusal', () => {
  it.each([
    ['GetPublicKey', 'kms:GetPublicKey'],
    ['Sign', 'kms:Sign'],
  ])(
    'of %s names the permission that is missing, and has the words of AWS as its cause',
    async (action, permission) => {
      const words = `User: arn:aws:iam::111122223333:user/app is not authorized to perform: ${permission} because no identity-based policy allows the ${permission} action`
      kms.fail({ type: 'AccessDeniedException', message: words, action })
      const error = await thrownBy(async () => (await keyOf().signer()).sign(message))
      expect(error.message).toContain(permission)
      expect(error.message).toContain('key policy')
      expect(error.cause).toMatchObject({ name: 'AccessDeniedException', message: words })
    },
  )

  it('for want of credentials is KEY_PERMISSION', async () => {
    const client = new KMSClient({
      endpoint: kms.endpoint,
      region: 'eu-central-1',
      credentials: () => Promise.reject(Object.assign(new Error(canary), { name: 'CredentialsProviderError' })),
    })
    closing.push(() => client.destroy())
    const error = await thrownBy(() => keyOf({ client }).signer())
    expect(error.code).toBe('KEY_PERMISSION')
    expect(everything(error)).not.toContain(canary)
  })
})

describe('throttling', () => {
  it("is left to the client's own retry", async () => {
    const signer = await keyOf({ client: clientOf(3) }).signer()
    kms.fail({ type: 'ThrottlingException', action: 'Sign', times: 2 })
    expect(await signer.sign(message)).toHaveLength(64)
    expect(kms.asked.filter(({ action }) => action === 'Sign')).toHaveLength(3)
  })

  it('is KEY_THROTTLED once the client has tried as often as it may', async () => {
    const signer = await keyOf({ client: clientOf(3) }).signer()
    kms.fail({ type: 'ThrottlingException', action: 'Sign' })
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_THROTTLED', details: { retryable: true } })
    expect(kms.asked.filter(({ action }) => action === 'Sign')).toHaveLength(3)
  })

  it('that is over leaves nothing behind: a failed opening is tried again', async () => {
    const provider = keyOf()
    kms.fail({ type: 'ThrottlingException', times: 1 })
    await expect(provider.signer()).rejects.toMatchObject({ code: 'KEY_THROTTLED' })
    expect(await (await provider.signer()).sign(message)).toHaveLength(64)
  })
})

describe('a service that hangs', () => {
  it('is KEY_UNAVAILABLE after timeoutMs, for the key and for a signature', async () => {
    const provider = keyOf({ timeoutMs: 1_500 })
    const signer = await provider.signer()
    kms.hang()
    const late = { code: 'KEY_UNAVAILABLE', details: { reason: 'timeout', retryable: true } }
    await expect(signer.sign(message)).rejects.toMatchObject(late)
    await expect(keyOf({ timeoutMs: 60 }).signer()).rejects.toMatchObject(late)
    kms.release()
    expect(await signer.sign(message)).toHaveLength(64)
  })

  it('is left at once when the caller gives up, with the reason of the signal', async () => {
    const signer = await keyOf().signer()
    kms.hang()
    const controller = new AbortController()
    const reason = new Error('given up')
    const signing = signer.sign(message, { signal: controller.signal })
    const opening = keyOf().signer({ signal: controller.signal })
    controller.abort(reason)
    await expect(signing).rejects.toBe(reason)
    await expect(opening).rejects.toBe(reason)
  })

  it('keeps no other caller from the key when one gives up', async () => {
    const provider = keyOf()
    kms.hang()
    const controller = new AbortController()
    const impatient = provider.signer({ signal: controller.signal })
    const patient = provider.signer()
    controller.abort(new Error('given up'))
    await expect(impatient).rejects.toThrow('given up')
    kms.release()
    expect((await patient).keyId).toMatch(/^did:key:z6Mk/)
    expect(kms.asked).toHaveLength(1)
  })

  it('is left when the provider is closed', async () => {
    const provider = keyOf()
    const signer = await provider.signer()
    kms.hang()
    const signing = signer.sign(message)
    const refused = expect(signing).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    await provider.close?.()
    await refused
  })

  it('is left also where the client looks for credentials, which hears no signal', async () => {
    const client = new KMSClient({
      endpoint: kms.endpoint,
      region: 'eu-central-1',
      credentials: () => new Promise(() => {}),
    })
    closing.push(() => client.destroy())
    await expect(keyOf({ client, timeoutMs: 60 }).signer()).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })
})

describe('a service that answers wrongly', () => {
  const twisted = (change: (signature: Buffer) => Buffer) =>
    kms.twist('Sign', (answer) => ({
      ...answer,
      Signature: change(Buffer.from(String(answer.Signature), 'base64')).toString('base64'),
    }))

  it.each<[string, (signature: Buffer) => Buffer]>([
    ['a wrong signature', (signature) => Buffer.from(signature.map((byte, index) => (index === 5 ? byte ^ 1 : byte)))],
    ['63 bytes', (signature) => signature.subarray(0, 63)],
    ['65 bytes', (signature) => Buffer.concat([signature, Buffer.alloc(1)])],
    ['nothing but zeros', () => Buffer.alloc(64)],
  ])('with %s is KEY_BAD_SIGNATURE', async (_, change) => {
    const signer = await keyOf().signer()
    twisted(change)
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_BAD_SIGNATURE' })
  })

  it("with another key's signature is KEY_BAD_SIGNATURE", async () => {
    const other = await keyOf({ keyId: kms.createKey('ECC_NIST_EDWARDS25519') }).signer()
    const signature = Buffer.from(await other.sign(message))
    const signer = await keyOf().signer()
    twisted(() => signature)
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_BAD_SIGNATURE' })
  })

  it('is caught at the first signature even where few are looked at', async () => {
    const signer = await keyOf({ sample: 1e-9 }).signer()
    twisted(() => Buffer.alloc(64))
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_BAD_SIGNATURE' })
  })

  it('with no signature at all is KEY_UNAVAILABLE', async () => {
    const signer = await keyOf().signer()
    kms.twist('Sign', () => ({}))
    await expect(signer.sign(message)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      details: { reason: 'malformed-answer' },
    })
  })

  it('with a public key that is none is KEY_ENCODING', async () => {
    kms.twist('GetPublicKey', (answer) => ({ ...answer, PublicKey: Buffer.alloc(44).toString('base64') }))
    await expect(keyOf().signer()).rejects.toMatchObject({ code: 'KEY_ENCODING' })
  })

  it.each([
    ['key spec', { KeySpec: 'ECC_NIST_P256' }],
    ['usage', { KeyUsage: 'KEY_AGREEMENT' }],
    ['list of algorithms', { SigningAlgorithms: ['ED25519_PH_SHA_512'] }],
  ])('with another %s is KEY_WRONG_TYPE', async (_, change) => {
    kms.twist('GetPublicKey', (answer) => ({ ...answer, ...change }))
    await expect(keyOf().signer()).rejects.toMatchObject({ code: 'KEY_WRONG_TYPE' })
  })
})

describe('states and limits that AWS documents', () => {
  it.each([
    ['Disabled', 'KEY_DISABLED'],
    ['PendingDeletion', 'KEY_DISABLED'],
  ] as const)('a key that is %s is %s', async (state, code) => {
    const signer = await keyOf().signer()
    kms.setState(arn, state)
    await expect(signer.sign(message)).rejects.toMatchObject({ code })
  })

  it.each(['ECC_NIST_P256', 'RSA_2048', 'SYMMETRIC_DEFAULT'] as const)(
    'a key of %s is KEY_WRONG_TYPE',
    async (spec) => {
      await expect(keyOf({ keyId: kms.createKey(spec) }).signer()).rejects.toMatchObject({ code: 'KEY_WRONG_TYPE' })
    },
  )

  it('messages of 1 to 4096 bytes are signed, no other is sent', async () => {
    const signer = await keyOf().signer()
    for (const length of [1, 4096]) expect(await signer.sign(Buffer.alloc(length))).toHaveLength(64)
    const before = kms.asked.length
    for (const length of [0, 4097]) await expect(signer.sign(Buffer.alloc(length))).rejects.toThrow(RangeError)
    await expect(signer.sign('text' as never)).rejects.toThrow(TypeError)
    expect(kms.asked).toHaveLength(before)
  })

  it('asks for pure Ed25519 of the raw message, by the ARN', async () => {
    const signer = await keyOf({ keyId: arn.split('/')[1] ?? '' }).signer()
    await signer.sign(message)
    expect(kms.asked.at(-1)).toMatchObject({
      action: 'Sign',
      body: {
        KeyId: arn,
        Message: message.toString('base64'),
        MessageType: 'RAW',
        SigningAlgorithm: 'ED25519_SHA_512',
      },
    })
  })
})

describe('the provider', () => {
  it('does nothing before the first signer()', async () => {
    keyOf()
    await new Promise((resolve) => setImmediate(resolve))
    expect(kms.asked).toEqual([])
  })

  it('leaves a client that is not its own open', async () => {
    const client = clientOf()
    const first = keyOf({ client })
    await first.signer()
    await first.close?.()
    expect((await keyOf({ client }).signer()).keyId).toMatch(/^did:key:/)
  })

  it.each<[string, unknown]>([
    ['a key that is no reference', { keyId: 'alias receipts' }],
    ['no key', {}],
    ['an ARN of another service', { keyId: 'arn:aws:s3:::bucket' }],
    ['a region against the ARN', { keyId: 'arn:aws:kms:eu-central-1:111122223333:alias/x', region: 'us-east-1' }],
    ['a region that is none', { keyId: 'alias/x', region: 'EU (Frankfurt)' }],
    ['a client that is none', { keyId: 'alias/x', client: {} }],
    ['a region for a client that has one', { keyId: 'alias/x', region: 'us-east-1', client: { send: () => {} } }],
    ['a misspelt option', { keyId: 'alias/x', reigon: 'us-east-1' }],
  ])('refuses %s', (_, options) => {
    expect(() => awsKmsKey(options as never)).toThrow(TypeError)
  })

  it.each([{ maxAttempts: 0 }, { maxAttempts: 21 }, { timeoutMs: 0 }, { timeoutMs: 1.5 }, { sample: 0 }])(
    'refuses %o',
    (wrong) => {
      expect(() => awsKmsKey({ keyId: 'alias/x', ...wrong })).toThrow(RangeError)
    },
  )
})
