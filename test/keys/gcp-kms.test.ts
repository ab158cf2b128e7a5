/** Google Cloud KMS: the official client over gRPC, against a double of the service. */
import { sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { status } from '@grpc/grpc-js'
import { crc32c } from '@node-rs/crc32'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createLedger, Keyring } from '../../src/index.js'
import { didKey } from '../../src/keys/did-key.js'
import { faultOf, permissions } from '../../src/keys/gcp/faults.js'
import { type GcpKmsClient, gcpKmsKey } from '../../src/keys/gcp-kms.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { parsePublicKey, publicKeyPem } from '../../src/keys/public-key.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { memoryStore } from '../../src/store/memory.js'
import { type KeyService, keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { verifyChain } from '../../src/verify/index.js'
import { type DoubleFault, type DoubleVersion, type GcpKmsDouble, startGcpKmsDouble } from '../doubles/gcp-kms.js'
import { draft } from '../ledger/support.js'
import { root } from '../support/program.js'

let kms: GcpKmsDouble
let client: ReturnType<GcpKmsDouble['client']>
let opened: KeyProvider[] = []

beforeAll(async () => {
  kms = await startGcpKmsDouble()
  client = kms.client()
})
afterAll(() => kms.stop())
afterEach(async () => {
  await Promise.all(opened.map((provider) => provider.close?.()))
  opened = []
  kms.faults.length = 0
  kms.calls.length = 0
  kms.versions.splice(1)
  first().state = 'ENABLED'
  first().algorithm = 'EC_SIGN_ED25519'
})

const first = (): DoubleVersion => kms.versions[0] as DoubleVersion
const didOf = ({ publicKey }: DoubleVersion) =>
  didKey(parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString()))

const pinned = (more: { timeoutMs?: number; sample?: number } = {}) => {
  const provider = gcpKmsKey({ client, keyVersion: first().name, timeoutMs: 5_000, ...more })
  opened.push(provider)
  return provider
}
const following = (rotationCheckMs?: number) => {
  const provider = gcpKmsKey({ client, key: kms.key, rotationCheckMs, timeoutMs: 5_000 })
  opened.push(provider)
  return provider
}
const message = utf8('quittance/1 receipt\n')
const failing = async (work: Promise<unknown>) =>
  work.then(
    () => ({ code: 'none' }),
    (error: unknown) => error as { code: string; message: string; details: { reason?: string; retryable?: boolean } },
  )

/** The service with a key and answers of the suite's. */
const over = ({ publicKey, sign: answer }: KeyService): KeyProvider => {
  const name = `${kms.key}/cryptoKeyVersions/1`
  const sumOf = (data: Uint8Array | string) => ({ value: String(crc32c(data)) })
  const pem = publicKeyPem(publicKey)
  const answering: GcpKmsClient = {
    getPublicKey: async () => [{ name, pem, pemCrc32c: sumOf(pem), algorithm: 'EC_SIGN_ED25519' }],
    async asymmetricSign({ data }) {
      const signature = await answer(data)
      return [{ name, signature, signatureCrc32c: sumOf(signature), verifiedDataCrc32c: true }]
    },
    listCryptoKeyVersions: async () => [[]],
    close: async () => {},
  }
  return gcpKmsKey({ client: answering, keyVersion: name })
}

describe('keeps every promise of a key provider', () => {
  describe.each([
    ['one version', () => gcpKmsKey({ client: kms.client(), keyVersion: first().name })],
    ['the newest version', () => gcpKmsKey({ client: kms.client(), key: kms.key })],
  ])('of %s', (_, make) => {
    for (const { name, run } of keyProviderConformance(async () => make(), { over })) it(name, run)
  })
})

describe('a chain', () => {
  it('signed by Cloud KMS is VALID under the public key of the service', async () => {
    const ledger = createLedger({ store: memoryStore(), keys: pinned(), redactor: false })
    for (let count = 0; count < 3; count++) await ledger.append(draft())
    const keyring = new Keyring([didOf(first())])
    const { verdict, checked } = await verifyChain(ledger.store.read('acme'), { keyring })
    await ledger.close()
    expect({ verdict, checked }).toEqual({ verdict: 'VALID', checked: 4 })
  })
})

describe('what is sent', () => {
  it('is the message itself with its checksum, to the version that was named', async () => {
    const signer = await pinned().signer()
    expect(signer.keyId).toBe(didOf(first()))
    await signer.sign(utf8('123456789'))
    const { request } = kms.calls.find(({ method }) => method === 'AsymmetricSign') as (typeof kms.calls)[number]
    expect(request.name).toBe(first().name)
    expect(Buffer.from(request.data as Buffer).toString()).toBe('123456789')
    expect(request.digest ?? null).toBeNull()
    // the check value that the catalogues of checksums publish for CRC-32C
    expect(request.dataCrc32c).toEqual({ value: String(0xe3069283) })
  })

  it('is nothing before the first use', () => {
    pinned()
    following()
    expect(kms.calls).toEqual([])
  })

  it('is one question for the key, however many ask at once', async () => {
    const provider = pinned()
    await Promise.all(Array.from({ length: 20 }, () => provider.signer()))
    await provider.publicKeys?.()
    expect(kms.calls.map(({ method }) => method)).toEqual(['GetPublicKey'])
  })
})

describe('integrity', () => {
  const flipped = (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, index) => (index === 5 ? byte ^ 1 : byte))
  const damage: readonly [string, string, DoubleFault][] = [
    [
      'an unconfirmed checksum of the message',
      'data-crc32c',
      { method: 'AsymmetricSign', change: (answer) => ({ ...answer, verifiedDataCrc32c: false }) },
    ],
    [
      'a signature that changed on the way',
      'signature-crc32c',
      { method: 'AsymmetricSign', change: (answer) => ({ ...answer, signature: flipped(answer.signature as Buffer) }) },
    ],
    [
      'a signature without a checksum',
      'signature-crc32c',
      { method: 'AsymmetricSign', change: ({ signatureCrc32c: _, ...answer }) => answer },
    ],
    [
      'a signature by another version',
      'name',
      { method: 'AsymmetricSign', change: (answer) => ({ ...answer, name: `${kms.key}/cryptoKeyVersions/9` }) },
    ],
    [
      'a message that changed on the way',
      'crc32c',
      {
        method: 'AsymmetricSign',
        status: {
          code: status.INVALID_ARGUMENT,
          details: 'The checksum in field data_crc32c did not match the data in field data.',
        },
      },
    ],
    [
      'a public key that changed on the way',
      'pem-crc32c',
      { method: 'GetPublicKey', change: (answer) => ({ ...answer, pem: `${answer.pem as string}\n` }) },
    ],
    [
      'a public key without a checksum',
      'pem-crc32c',
      { method: 'GetPublicKey', change: ({ pemCrc32c: _, ...answer }) => answer },
    ],
    [
      'the public key of another version',
      'name',
      { method: 'GetPublicKey', change: (answer) => ({ ...answer, name: `${kms.key}/cryptoKeyVersions/9` }) },
    ],
  ]

  it.each(damage)('%s is KEY_BAD_SIGNATURE after three tries', async (_, reason, fault) => {
    kms.faults.push(fault)
    const provider = pinned()
    const failed = await failing(provider.signer().then((signer) => signer.sign(message)))
    expect(failed).toMatchObject({ code: 'KEY_BAD_SIGNATURE', details: { reason, retryable: true } })
    expect(kms.calls.filter(({ method }) => method === fault.method)).toHaveLength(3)
  })

  it.each(damage)('%s that happens once is asked for again', async (_, _reason, fault) => {
    kms.faults.push({ ...fault, times: 1 })
    await expect(
      pinned()
        .signer()
        .then((signer) => signer.sign(message)),
    ).resolves.toHaveLength(64)
  })

  it.each([
    ['a signature by another key, whole and named as ours', (other: Buffer) => other],
    ['63 bytes', (other: Buffer) => other.subarray(0, 63)],
    ['nothing', () => Buffer.alloc(0)],
  ])('%s is KEY_BAD_SIGNATURE', async (_, make) => {
    const stranger = kms.addVersion()
    kms.faults.push({
      method: 'AsymmetricSign',
      change(answer) {
        const signature = make(sign(null, message, stranger.privateKey))
        return { ...answer, signature, signatureCrc32c: { value: String(crc32c(signature)) } }
      },
    })
    const signer = await pinned().signer()
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'KEY_BAD_SIGNATURE' })
  })
})

describe('errors of the service', () => {
  it.each([
    ['NOT_FOUND', 'KEY_NOT_FOUND', false],
    ['PERMISSION_DENIED', 'KEY_PERMISSION', false],
    ['UNAUTHENTICATED', 'KEY_PERMISSION', false],
    ['RESOURCE_EXHAUSTED', 'KEY_THROTTLED', true],
    ['DEADLINE_EXCEEDED', 'KEY_UNAVAILABLE', true],
    ['INTERNAL', 'KEY_UNAVAILABLE', true],
    ['UNKNOWN', 'KEY_UNAVAILABLE', true],
    ['ABORTED', 'KEY_UNAVAILABLE', true],
    ['UNIMPLEMENTED', 'KEY_UNAVAILABLE', false],
    ['INVALID_ARGUMENT', 'KEY_SIGNING_FAILED', false],
    ['DATA_LOSS', 'KEY_SIGNING_FAILED', false],
  ] as const)('%s when signing is %s', async (name, code, retryable) => {
    const signer = await pinned().signer()
    kms.faults.push({ method: 'AsymmetricSign', status: { code: status[name], details: 'as the double was told' } })
    expect(await failing(signer.sign(message))).toMatchObject({ code, details: { reason: name, retryable } })
  })

  it('UNAVAILABLE is tried again by the client', async () => {
    const signer = await pinned().signer()
    kms.faults.push({ method: 'AsymmetricSign', times: 2, status: { code: status.UNAVAILABLE, details: 'moved' } })
    await expect(signer.sign(message)).resolves.toHaveLength(64)
  })

  it('UNAVAILABLE that lasts is KEY_UNAVAILABLE before the time is over', async () => {
    const signer = await pinned({ timeoutMs: 800 }).signer()
    kms.faults.push({ method: 'AsymmetricSign', status: { code: status.UNAVAILABLE, details: 'moved' } })
    expect(await failing(signer.sign(message))).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { retryable: true } })
  })

  it('a service that never answers is KEY_UNAVAILABLE', async () => {
    const signer = await pinned({ timeoutMs: 300 }).signer()
    kms.faults.push({ method: 'AsymmetricSign', silent: true })
    expect(await failing(signer.sign(message))).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { retryable: true } })
  })

  it('a call that hangs is given up with its signal', async () => {
    const signer = await pinned().signer()
    kms.faults.push({ method: 'AsymmetricSign', silent: true })
    const giving = new AbortController()
    const signing = signer.sign(message, { signal: giving.signal })
    giving.abort(new Error('given up'))
    await expect(signing).rejects.toThrow('given up')
  })

  it.each([
    ['DISABLED', 'disabled', false],
    ['DESTROYED', 'destroyed', false],
    ['DESTROY_SCHEDULED', 'destroy-scheduled', false],
    ['PENDING_GENERATION', 'pending-generation', true],
    ['PENDING_IMPORT', 'pending-import', false],
    ['IMPORT_FAILED', 'failed', false],
  ])('a version that is %s is KEY_DISABLED, when opening and when signing', async (state, reason, retryable) => {
    const provider = pinned()
    const signer = await provider.signer()
    first().state = state
    const wanted = { code: 'KEY_DISABLED', details: { reason, retryable } }
    expect(await failing(signer.sign(message))).toMatchObject(wanted)
    expect(await failing(pinned().signer())).toMatchObject(wanted)
    first().state = 'ENABLED'
    await expect(signer.sign(message)).resolves.toHaveLength(64)
  })

  it.each([
    ['getPublicKey', 'cloudkms.cryptoKeyVersions.viewPublicKey', 'GetPublicKey'],
    ['asymmetricSign', 'cloudkms.cryptoKeyVersions.useToSign', 'AsymmetricSign'],
    ['listCryptoKeyVersions', 'cloudkms.cryptoKeyVersions.list', 'ListCryptoKeyVersions'],
  ] as const)('the permission that %s needs is named', async (_, permission, method) => {
    kms.faults.push({ method, status: { code: status.PERMISSION_DENIED, details: 'denied' } })
    const failed = await failing(
      following()
        .signer()
        .then((signer) => signer.sign(message)),
    )
    expect(failed).toMatchObject({ code: 'KEY_PERMISSION', message: expect.stringContaining(permission) })
  })

  it.each(['EC_SIGN_P256_SHA256', 'RSA_SIGN_PSS_2048_SHA256'])(
    'a version of %s is KEY_WRONG_TYPE',
    async (algorithm) => {
      first().algorithm = algorithm
      const wanted = { code: 'KEY_WRONG_TYPE', message: expect.stringContaining(algorithm) }
      expect(await failing(pinned().signer())).toMatchObject(wanted)
      expect(await failing(following().signer())).toMatchObject(wanted)
    },
  )

  it('a symmetric key is KEY_WRONG_TYPE', async () => {
    kms.faults.push({
      method: 'GetPublicKey',
      status: { code: status.INVALID_ARGUMENT, details: 'The CryptoKey has no public key.' },
    })
    expect(await failing(pinned().signer())).toMatchObject({ code: 'KEY_WRONG_TYPE' })
  })

  it('an opening that failed is tried again', async () => {
    const provider = pinned()
    kms.faults.push({ method: 'GetPublicKey', times: 1, status: { code: status.RESOURCE_EXHAUSTED, details: 'quota' } })
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_THROTTLED' })
    await expect(provider.signer()).resolves.toMatchObject({ keyId: didOf(first()) })
  })

  it('a server that is not there is KEY_UNAVAILABLE', async () => {
    const gone = await startGcpKmsDouble()
    const provider = gcpKmsKey({ client: gone.client(), keyVersion: first().name, timeoutMs: 800 })
    await gone.stop()
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })

  it.each(['/nowhere/credentials.json', undefined])(
    'credentials that are not at %s are KEY_PERMISSION',
    async (file) => {
      if (file !== undefined) vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file)
      vi.stubEnv('HOME', '/nowhere')
      const provider = gcpKmsKey({ keyVersion: first().name })
      opened.push(provider)
      const wanted = { code: 'KEY_PERMISSION', details: { reason: 'credentials', retryable: false } }
      expect(await failing(provider.signer())).toMatchObject(wanted)
      expect(await failing(provider.publicKeys?.() ?? Promise.resolve())).toMatchObject(wanted)
      vi.unstubAllEnvs()
    },
  )
})

describe('a key without a version', () => {
  it('signs with the newest version that is enabled, by number', async () => {
    for (let count = 2; count <= 11; count++) kms.addVersion()
    const tenth = kms.versions[9] as DoubleVersion
    ;(kms.versions[10] as DoubleVersion).state = 'DISABLED'
    const provider = following()
    expect((await provider.signer()).keyId).toBe(didOf(tenth))
    const keys = await provider.publicKeys?.()
    expect(keys?.map(({ keyId }) => keyId)).toEqual(kms.versions.slice(0, 10).reverse().map(didOf))
  })

  it('follows to a new version when it asks again; signers stay with theirs', async () => {
    const provider = following(0)
    const before = await provider.signer()
    const second = kms.addVersion()
    const after = await provider.signer()
    expect([before.keyId, after.keyId]).toEqual([didOf(first()), didOf(second)])
    await Promise.all([before.sign(message), after.sign(message)])
    expect(kms.calls.filter(({ method }) => method === 'AsymmetricSign').map(({ request }) => request.name)).toEqual([
      first().name,
      second.name,
    ])
  })

  it('does not ask again before its time', async () => {
    const provider = following()
    await provider.signer()
    kms.addVersion()
    expect((await provider.signer()).keyId).toBe(didOf(first()))
    expect(kms.calls.filter(({ method }) => method === 'ListCryptoKeyVersions')).toHaveLength(1)
  })

  it('is KEY_DISABLED where no version is enabled', async () => {
    first().state = 'DISABLED'
    expect(await failing(following().signer())).toMatchObject({ code: 'KEY_DISABLED' })
  })

  it('is KEY_NOT_FOUND where there is no such key', async () => {
    const provider = gcpKmsKey({ client, key: `${kms.key}-not` })
    expect(await failing(provider.signer())).toMatchObject({ code: 'KEY_NOT_FOUND' })
  })
})

describe('options', () => {
  const keyVersion = 'projects/acme/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1'
  it.each([
    [{}, 'exactly one of keyVersion and key'],
    [{ keyVersion, key: keyVersion }, 'exactly one of keyVersion and key'],
    [{ keyVersion: 'receipts' }, 'options.keyVersion must be'],
    [{ keyVersion: keyVersion.replace(/1$/, '0') }, 'options.keyVersion must be'],
    [{ key: keyVersion }, 'options.key must be'],
    [{ keyVersion, rotationCheckMs: 1 }, 'options.rotationCheckMs does not go with keyVersion'],
    [{ keyVersion, client: {} }, 'options.client must be'],
    [{ keyVersion, timeoutMs: 0 }, 'options.timeoutMs must be'],
    [{ keyVersion, sample: 2 }, 'sample must be'],
    [{ keyVersion, keyversion: 1 }, 'options has no member "keyversion"'],
  ])('%j are refused', (options, says) => {
    expect(() => gcpKmsKey(options as never)).toThrow(says)
  })

  it('an injected client is not closed', async () => {
    const provider = pinned()
    await provider.signer()
    await provider.close?.()
    await expect(client.getPublicKey({ name: first().name })).resolves.toBeDefined()
  })
})

describe('secrets', () => {
  it('do not come out of an error of the client', () => {
    const canary = 'ya29.canary-0123456789'
    const assertion = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJjYW5hcnkifQ.canarycanary'
    const error = Object.assign(new Error(`14 UNAVAILABLE: Bearer ${canary} then ${assertion}`), {
      code: 14,
      metadata: { authorization: `Bearer ${canary}` },
      config: { headers: { authorization: canary }, data: assertion },
    })
    const fault = faultOf(error, 'asymmetricSign')
    const shown = `${inspect(fault, { depth: 9, showHidden: true })}${JSON.stringify(fault)}${fault.stack}${String(fault.cause)}`
    expect(shown).not.toMatch(/canary/)
  })
})

describe('the policies of docs/keys.md', () => {
  interface Role {
    readonly includedPermissions: readonly string[]
  }
  interface IamPolicy {
    readonly bindings: readonly { readonly role: string; readonly members: readonly string[] }[]
  }
  let role: Role
  let policy: IamPolicy

  beforeAll(async () => {
    const page = await readFile(join(root, 'docs/keys.md'), 'utf8')
    const section = page.slice(page.indexOf('\n## Google Cloud KMS\n'), page.indexOf('\n## PKCS#11'))
    const blocks = [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as unknown)
    expect(blocks).toHaveLength(2)
    role = blocks[0] as Role
    policy = blocks[1] as IamPolicy
  })

  it('the role has the permissions that the calls need, and no other', () => {
    expect([...role.includedPermissions].sort()).toEqual(Object.values(permissions).sort())
  })

  it('nobody has two roles, nobody is everybody, and who administers does not sign', () => {
    const members = policy.bindings.flatMap((binding) => binding.members)
    expect(new Set(members).size).toBe(members.length)
    for (const member of members) expect(member).toMatch(/^(group|serviceAccount):[a-z.-]+@[a-z.-]+$/)
    expect(policy.bindings.map((binding) => binding.role)).toEqual([
      'roles/cloudkms.admin',
      'projects/acme/roles/receiptSigner',
    ])
  })
})
