/** The Transit provider against a real server. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import nodeVault from 'node-vault'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { makeTlsFiles } from '../../scripts/services/redis-tls.js'
import { until } from '../../scripts/services/until.js'
import { type QuittanceError, ReceiptCollector, verifyChain } from '../../src/index.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { admitKey } from '../../src/keys/ed25519/admission.js'
import { verifySignature } from '../../src/keys/ed25519/verify.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { type VaultTransitKeyOptions, vaultTransitKey } from '../../src/keys/vault-transit.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { memoryStore } from '../../src/store/memory.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'
import { foreign, type VaultUnderTest, vaultUnderTest } from './vault-server.js'

let vault: VaultUnderTest
let names = 0

beforeAll(async () => {
  vault = await vaultUnderTest()
}, 180_000)
afterAll(() => vault?.stop())

/** A key of its own for a test. */
async function newKey(options: object = {}): Promise<string> {
  names += 1
  await vault.ask('POST', `${vault.transit}/keys/k${names}`, { type: 'ed25519', ...options })
  return `k${names}`
}

/** A provider that is closed when the test ends. */
function provider(options: Omit<VaultTransitKeyOptions, 'mount'>): KeyProvider {
  const { client, auth, token = client || auth ? undefined : vault.token } = options
  const address = client === undefined ? vault.address : undefined
  const keys = vaultTransitKey({ address, mount: vault.transit, ...options, token })
  onTestFinished(() => keys.close?.())
  return keys
}

const rotate = (key: string) => vault.ask('POST', `${vault.transit}/keys/${key}/rotate`, {})
const signPolicy = (key: string) => `
path "${vault.transit}/keys/${key}" { capabilities = ["read"] }
path "${vault.transit}/sign/${key}" { capabilities = ["update"] }`

/** What it rejects with; nothing else than a rejection will do. */
async function fault(work: Promise<unknown>): Promise<QuittanceError> {
  const [result] = await Promise.allSettled([work])
  if (result.status === 'fulfilled') throw new Error('it did not fail')
  return result.reason
}

async function signs(keys: KeyProvider, count = 1): Promise<string> {
  const { keyId, sign } = await keys.signer()
  const { key } = admitKey(keyId)
  const messages = Array.from({ length: count }, (_, index) => utf8(`message ${index}`))
  const signatures = await Promise.all(messages.map((message) => sign(message)))
  for (const [index, message] of messages.entries())
    expect(verifySignature(key as never, message, signatures[index] as Uint8Array)).toBe(true)
  return keyId
}

describe('the published suite', () => {
  const suite = keyProviderConformance(async () =>
    vaultTransitKey({ key: await newKey(), mount: vault.transit, address: vault.address, token: vault.token }),
  )
  for (const { name, run } of suite) it(name, run)

  const injected = keyProviderConformance(async () => {
    const client = nodeVault({ endpoint: vault.address, token: vault.token })
    return vaultTransitKey({ key: await newKey(), mount: vault.transit, client })
  })
  for (const { name, run } of injected) it(`with a client that was injected: ${name}`, run)
})

describe('rotation', () => {
  it('is followed by the next signer; one that was given out keeps its version', async () => {
    const key = await newKey()
    const keys = provider({ key })
    const first = await keys.signer()
    await rotate(key)
    const second = await keys.signer()
    expect(second.keyId).not.toBe(first.keyId)
    for (const { keyId, sign } of [first, second]) {
      const message = utf8('pinned')
      expect(verifySignature(admitKey(keyId).key as never, message, await sign(message))).toBe(true)
    }
    const entries = (await keys.publicKeys?.()) ?? []
    expect(entries.map(({ keyId }) => keyId)).toEqual([first.keyId, second.keyId])
    expect(new Keyring([...entries]).get(first.keyId)).toBeDefined()
  })

  it('within the time that the newest version is taken as known is not asked for', async () => {
    const key = await newKey()
    const keys = provider({ key, rotationCheckMs: 3_600_000 })
    const { keyId } = await keys.signer()
    await rotate(key)
    expect((await keys.signer()).keyId).toBe(keyId)
    await keys.publicKeys?.()
    expect((await keys.signer()).keyId).not.toBe(keyId)
  })

  it('does not change a version that was named', async () => {
    const key = await newKey()
    const { keyId } = await provider({ key }).signer()
    await rotate(key)
    expect(await signs(provider({ key, version: 1 }))).toBe(keyId)
    expect(await signs(provider({ key, version: 2 }))).not.toBe(keyId)
  })

  it('in the middle of a chain leaves it valid under the public keys of all versions', async () => {
    const key = await newKey()
    const keys = provider({ key })
    const ledger = createLedger({ store: memoryStore(), keys, redactor: false })
    const emit = () => new ReceiptCollector({ ledger, tenantId: 'acme' }).setAction('allow').emit()
    const receipts = [await emit(), await emit()]
    await rotate(key)
    receipts.push(await emit(), await emit())
    const keyIds = new Set(receipts.map(({ keyId }) => keyId))
    expect(keyIds.size).toBe(2)
    const keyring = new Keyring([...((await keys.publicKeys?.()) ?? [])])
    const { verdict, checked, problems } = await verifyChain(ledger.store.read('acme'), { keyring })
    expect({ verdict, checked, problems }).toEqual({ verdict: 'VALID', checked: 5, problems: [] })
    await ledger.close()
  })
})

it('signs many messages in one call, an empty one among them', async () => {
  const { keyId, sign } = await provider({ key: await newKey() }).signer()
  const messages = [new Uint8Array(0), ...Array.from({ length: 300 }, (_, index) => utf8(`message ${index}`))]
  const signatures = await Promise.all(messages.map((message) => sign(message)))
  const { key } = admitKey(keyId)
  expect(signatures.every((one, index) => verifySignature(key as never, messages[index] as Uint8Array, one))).toBe(true)
})

describe('a login', () => {
  it('by AppRole signs, and is given back at close', async () => {
    const key = await newKey()
    const appRole = await vault.roleFor(signPolicy(key))
    const accessors = async () => {
      const { data } = (await vault.ask('LIST', 'auth/token/accessors')) as { data: { keys: string[] } }
      return new Set(data.keys)
    }
    const before = await accessors()
    const keys = provider({ key, auth: { appRole } })
    await signs(keys, 3)
    const during = [...(await accessors())].filter((accessor) => !before.has(accessor))
    await keys.close?.()
    const after = await accessors()
    if (foreign) return
    expect(during).toHaveLength(1)
    expect(during.filter((accessor) => after.has(accessor))).toEqual([])
  })

  it('is renewed, and made anew at its longest life, while signatures go on', async () => {
    const key = await newKey()
    const appRole = await vault.roleFor(signPolicy(key), { token_ttl: '1s', token_max_ttl: '3s' })
    const keys = provider({ key, auth: { appRole } })
    const warnings: QuittanceError[] = []
    keys.onWarning?.((warning) => warnings.push(warning))
    const end = performance.now() + 5_000
    let count = 0
    while (performance.now() < end) {
      await signs(keys, 4)
      count += 1
      await delay(20)
    }
    expect(count).toBeGreaterThan(10)
    expect(warnings).toEqual([])
  })

  it('that was idle past its end is made anew', async () => {
    const key = await newKey()
    const appRole = await vault.roleFor(signPolicy(key), { token_ttl: '1s', token_max_ttl: '1s' })
    const keys = provider({ key, auth: { appRole } })
    const keyId = await signs(keys)
    await delay(1_600)
    expect(await signs(keys)).toBe(keyId)
  })

  it('that is revoked in mid-batch is made anew, and the batch is signed', async () => {
    const key = await newKey()
    const appRole = await vault.roleFor(signPolicy(key))
    const keys = provider({ key, auth: { appRole } })
    const signer = await keys.signer()
    await signer.sign(utf8('one'))
    await vault.ask('POST', `sys/leases/revoke-prefix/auth/${appRole.mount}/login`, {})
    const signatures = await Promise.all(Array.from({ length: 500 }, (_, index) => signer.sign(utf8(`${index}`))))
    expect(signatures).toHaveLength(500)
  })

  it('with a wrong secret id is KEY_PERMISSION, and the secret id is nowhere', async () => {
    const key = await newKey()
    const { roleId, mount } = await vault.roleFor(signPolicy(key))
    const secretId = 'canary-5f0c8d1e-secret-id'
    const error = await fault(provider({ key, auth: { appRole: { roleId, secretId, mount } } }).signer())
    expect(error).toMatchObject({ code: 'KEY_PERMISSION', details: { retryable: false } })
    expect(error.message).toContain('login')
  })

  it.skipIf(foreign)('by Kubernetes shows the service account and signs', async () => {
    // Stands for the API of the cluster, which vouches for the service account.
    const reviews: unknown[] = []
    const cluster = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk) => {
        text += chunk
      })
      request.on('end', () => {
        const { spec } = JSON.parse(text)
        reviews.push(request.url)
        const username = 'system:serviceaccount:shop:receipts'
        const user = { username, uid: 'u-1', groups: ['system:serviceaccounts'] }
        const status = { authenticated: spec.token === jwt, user }
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec, status }))
      })
    })
    await new Promise<void>((resolve) => cluster.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void cluster.close())
    const { port } = cluster.address() as AddressInfo
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const account = { namespace: 'shop', serviceaccount: { name: 'receipts', uid: 'u-1' } }
    const iat = Math.floor(Date.now() / 1000) - 60
    const claims = {
      iss: 'kubernetes',
      iat,
      nbf: iat,
      exp: iat + 3600,
      sub: 'system:serviceaccount:shop:receipts',
      'kubernetes.io': account,
    }
    const jwt = `${part({ alg: 'RS256', kid: 'a' })}.${part(claims)}.${Buffer.alloc(256, 1).toString('base64url')}`

    const dir = await mkdtemp(join(tmpdir(), 'quittance-jwt-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const jwtFile = join(dir, 'token')
    await writeFile(jwtFile, `${jwt}\n`)

    const key = await newKey()
    await vault.ask('POST', 'sys/policies/acl/pod', { policy: signPolicy(key) })
    await vault.ask('POST', 'sys/auth/cluster', { type: 'kubernetes' })
    const kubernetes_ca_cert = await readFile(makeTlsFiles(dir).ca, 'utf8')
    const review = { kubernetes_host: `http://127.0.0.1:${port}`, kubernetes_ca_cert, disable_local_ca_jwt: true }
    await vault.ask('POST', 'auth/cluster/config', review)
    await vault.ask('POST', 'auth/cluster/role/receipts', {
      bound_service_account_names: ['receipts'],
      bound_service_account_namespaces: ['shop'],
      token_policies: ['pod'],
      token_ttl: '10m',
    })
    const auth = { kubernetes: { role: 'receipts', mount: 'cluster', jwtFile } }
    await signs(provider({ key, auth }), 3)
    expect(reviews).toEqual(['/apis/authentication.k8s.io/v1/tokenreviews'])

    await rm(jwtFile)
    const error = await fault(provider({ key, auth }).signer())
    expect(error).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'ENOENT', file: jwtFile } })
  })
})

describe('a token that was given', () => {
  it('is renewed while it can be', async () => {
    const key = await newKey()
    const keys = provider({ key, token: await vault.tokenFor(signPolicy(key), { ttl: '3s', period: '3s' }) })
    for (let tries = 0; tries < 25; tries++) {
      await signs(keys)
      await delay(200)
    }
  })

  it('that may not ask about itself is used as it is', async () => {
    const key = await newKey()
    await signs(provider({ key, token: await vault.tokenFor(signPolicy(key), { no_default_policy: true }) }))
  })

  it('that runs out warns first, and then is KEY_EXPIRED', async () => {
    const key = await newKey()
    const token = await vault.tokenFor(signPolicy(key), { ttl: '2s', renewable: false })
    const keys = provider({ key, token })
    const warnings: QuittanceError[] = []
    keys.onWarning?.((warning) => warnings.push(warning))
    const signer = await keys.signer()
    await signer.sign(utf8('in time'))
    await delay(2_500)
    expect(await fault(signer.sign(utf8('too late')))).toMatchObject({ code: 'KEY_EXPIRED' })
    expect(await fault(keys.signer())).toMatchObject({ code: 'KEY_EXPIRED' })
    expect(warnings.map(({ code }) => code)).toEqual(['KEY_EXPIRED'])
  })

  it('that is revoked in mid-batch is KEY_EXPIRED, also with a client that was injected', async () => {
    const key = await newKey()
    for (const own of [true, false]) {
      const token = await vault.tokenFor(signPolicy(key))
      const client = own ? undefined : nodeVault({ endpoint: vault.address, token })
      const signer = await provider(client ? { key, client } : { key, token }).signer()
      await signer.sign(utf8('one'))
      await vault.ask('POST', 'auth/token/revoke', { token })
      const error = await fault(signer.sign(utf8('two')))
      expect(error).toMatchObject({ code: 'KEY_EXPIRED', details: { retryable: false } })
      expect(error.message).not.toContain(token)
    }
  })

  it('that the server never knew is KEY_PERMISSION', async () => {
    const error = await fault(provider({ key: await newKey(), token: 's.neverknown' }).signer())
    expect(error).toMatchObject({ code: 'KEY_PERMISSION', message: expect.stringContaining('does not know the token') })
  })
})

describe('what the server refuses', () => {
  it('says which permission is missing', async () => {
    const key = await newKey()
    const { transit } = vault
    const reads = `path "${transit}/keys/${key}" { capabilities = ["read"] }`
    const signer = await provider({ key, token: await vault.tokenFor(reads) }).signer()
    const signing = await fault(signer.sign(utf8('x')))
    expect(signing.code).toBe('KEY_PERMISSION')
    expect(signing.message).toContain(`"update" on the path "${transit}/sign/${key}"`)

    const only = `path "${transit}/sign/${key}" { capabilities = ["update"] }`
    const reading = await fault(provider({ key, token: await vault.tokenFor(only) }).signer())
    expect(reading.message).toContain(`"read" on the path "${transit}/keys/${key}"`)
  })

  it.each([
    ['no such key', {}, 'KEY_NOT_FOUND', 'no such key', async () => 'nosuchkey'],
    ['no such version', { version: 9 }, 'KEY_NOT_FOUND', 'no such version', () => newKey()],
    ['a key of another type', {}, 'KEY_WRONG_TYPE', 'ed25519', () => newKey({ type: 'ecdsa-p256' })],
    ['a derived key', {}, 'KEY_WRONG_TYPE', 'derived', () => newKey({ derived: true })],
  ])('%s', async (_, options, code, word, key) => {
    const error = await fault(provider({ key: await key(), ...options }).signer())
    expect(error).toMatchObject({ code, message: expect.stringContaining(word), details: { outcome: 'absent' } })
  })

  it('an engine that is not there', async () => {
    const keys = vaultTransitKey({ key: 'k', mount: 'nowhere', address: vault.address, token: vault.token })
    expect(await fault(keys.signer())).toMatchObject({
      code: 'KEY_NOT_FOUND',
      message: expect.stringContaining('mount'),
    })
  })

  it('a version below the lowest that may sign, also under a signer that was given out', async () => {
    const key = await newKey()
    const old = await provider({ key }).signer()
    await rotate(key)
    await vault.ask('POST', `${vault.transit}/keys/${key}/config`, { min_encryption_version: 2 })
    expect(await fault(old.sign(utf8('x')))).toMatchObject({ code: 'KEY_DISABLED' })
    const several = await Promise.allSettled([1, 2, 3].map((n) => old.sign(utf8(`${n}`))))
    expect(several.map((one) => (one.status === 'rejected' ? one.reason.code : ''))).toEqual(
      Array(3).fill('KEY_DISABLED'),
    )
    expect(await fault(provider({ key, version: 1 }).signer())).toMatchObject({ code: 'KEY_DISABLED' })
    await signs(provider({ key }))
  })

  it.skipIf(foreign)('a soft-deleted key, until it is restored', async () => {
    const key = await newKey()
    const keys = provider({ key })
    const signer = await keys.signer()
    await vault.ask('DELETE', `${vault.transit}/keys/${key}/soft-delete`)
    expect(await fault(signer.sign(utf8('x')))).toMatchObject({ code: 'KEY_DISABLED' })
    expect(await fault(keys.signer())).toMatchObject({ code: 'KEY_DISABLED' })
    await vault.ask('POST', `${vault.transit}/keys/${key}/soft-delete-restore`)
    await signs(keys)
  })

  it.skipIf(foreign)('calls above a rate limit quota', async () => {
    const key = await newKey()
    const signer = await provider({ key }).signer()
    await vault.ask('POST', 'sys/quotas/rate-limit/narrow', { path: `${vault.transit}/`, rate: 1, interval: '10s' })
    try {
      await signer.sign(utf8('the one that is allowed'))
      const error = await fault(signer.sign(utf8('one too many')))
      expect(error).toMatchObject({ code: 'KEY_THROTTLED', details: { retryable: true, reason: '429' } })
    } finally {
      await vault.ask('DELETE', 'sys/quotas/rate-limit/narrow')
    }
  })
})

describe.skipIf(foreign)('a server that', () => {
  it('is sealed is KEY_UNAVAILABLE, and signs again when it is unsealed', async () => {
    const keys = provider({ key: await newKey() })
    const signer = await keys.signer()
    await vault.bao?.seal()
    try {
      for (const error of await Promise.all([fault(keys.signer()), fault(signer.sign(utf8('x')))]))
        expect(error).toMatchObject({
          code: 'KEY_UNAVAILABLE',
          message: expect.stringContaining('unseal'),
          details: { reason: 'sealed', retryable: true },
        })
    } finally {
      await vault.bao?.unseal()
    }
    expect((await signer.sign(utf8('x'))).length).toBe(64)
  })

  it('hangs is given up, by the time and by the signal, and signs again when it goes on', async () => {
    const keys = provider({ key: await newKey(), timeoutMs: 300 })
    const signer = await keys.signer()
    vault.bao?.pause()
    const health = () => fetch(`${vault.address}/v1/sys/health`, { signal: AbortSignal.timeout(200) })
    await until('it hangs', () =>
      health().then(
        () => false,
        () => true,
      ),
    )
    try {
      const late = await fault(signer.sign(utf8('x')))
      expect(late).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'timeout', retryable: true } })
      const given = new Error('given up')
      const controller = new AbortController()
      const waiting = fault(signer.sign(utf8('x'), { signal: controller.signal }))
      controller.abort(given)
      expect(await waiting).toBe(given)
    } finally {
      vault.bao?.resume()
    }
    expect((await signer.sign(utf8('x'))).length).toBe(64)
  })

  it('has namespaces is asked in the one that was named', async () => {
    await vault.ask('POST', 'sys/namespaces/team', {})
    await vault.ask('POST', 'sys/mounts/signing', { type: 'transit' }, 'team')
    await vault.ask('POST', 'signing/keys/receipts', { type: 'ed25519' }, 'team')
    const within = (namespace: string | undefined) =>
      vaultTransitKey({ key: 'receipts', mount: 'signing', address: vault.address, token: vault.token, namespace })
    await signs(within('team'))
    expect(await fault(within(undefined).signer())).toMatchObject({ code: 'KEY_NOT_FOUND' })
    const none = await fault(within('nobody').signer())
    expect(none.code).toBe('KEY_NOT_FOUND')
    expect(none.message).toContain('namespace')
  })
})

it('takes address, namespace and token from the environment, at its first use', async () => {
  const keys = vaultTransitKey({ key: await newKey(), mount: vault.transit })
  expect(await fault(keys.signer())).toMatchObject({
    code: 'KEY_NOT_FOUND',
    message: expect.stringContaining('VAULT_'),
  })
  process.env.VAULT_ADDR = vault.address
  onTestFinished(() => {
    delete process.env.VAULT_ADDR
    delete process.env.VAULT_TOKEN
  })
  expect((await fault(keys.signer())).message).toContain('VAULT_TOKEN')
  process.env.VAULT_TOKEN = vault.token
  expect(parseDidKey(await signs(keys))).toHaveLength(32)
})

it('leaves a process free to end', { timeout: 30_000 }, async () => {
  const key = await newKey()
  const { roleId, secretId, mount } = await vault.roleFor(signPolicy(key))
  const module = new URL('../../src/keys/vault-transit.ts', import.meta.url).href
  const options = { key, mount: vault.transit, address: vault.address, auth: { appRole: { roleId, secretId, mount } } }
  const program = `
    const { vaultTransitKey } = await import(${JSON.stringify(module)})
    const signer = await vaultTransitKey(${JSON.stringify(options)}).signer()
    console.log((await signer.sign(new Uint8Array(1))).length)`
  const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 25_000,
  })
  expect(out.trim()).toBe('64')
})
