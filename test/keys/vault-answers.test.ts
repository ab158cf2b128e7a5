/** The Transit provider against answers that a real server gives only when something is wrong. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import nodeVault from 'node-vault'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { makeTlsFiles } from '../../scripts/services/redis-tls.js'
import { until } from '../../scripts/services/until.js'
import type { QuittanceError } from '../../src/index.js'
import { admitKey } from '../../src/keys/ed25519/admission.js'
import { verifySignature } from '../../src/keys/ed25519/verify.js'
import { cleaned } from '../../src/keys/vault/faults.js'
import { type VaultTransitKeyOptions, vaultTransitKey } from '../../src/keys/vault-transit.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { type Instead, startVaultDouble, type VaultDouble } from '../doubles/vault.js'

let vault: VaultDouble
beforeEach(async () => {
  for (const name of ['VAULT_ADDR', 'VAULT_TOKEN', 'VAULT_NAMESPACE', 'VAULT_CACERT', 'VAULT_SKIP_VERIFY'])
    vi.stubEnv(name, undefined)
  vault = await startVaultDouble()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await vault.stop()
})

const provider = (options: Partial<VaultTransitKeyOptions> = {}) => {
  const { client, auth, token = client || auth ? undefined : vault.token } = options
  const address = client === undefined ? vault.address : undefined
  const keys = vaultTransitKey({ key: 'receipts', address, timeoutMs: 400, ...options, token })
  onTestFinished(() => keys.close?.())
  return keys
}
async function fault(work: Promise<unknown>): Promise<QuittanceError> {
  const [result] = await Promise.allSettled([work])
  if (result.status === 'fulfilled') throw new Error('it did not fail')
  return result.reason
}
const onSigning = (instead: Instead) => (call: { path: string }) =>
  call.path.startsWith('transit/sign/') ? instead : undefined
const flipped = (signature: Buffer) => signature.fill((signature[5] as number) ^ 1, 5, 6)
const appRole = { roleId: 'role', secretId: 'canary-secret-id-93b1f0' }

describe('an answer', () => {
  const retryable = true
  it.each<[string, Instead, string, string, boolean]>([
    ['429', { status: 429, errors: ['rate limit quota exceeded'] }, 'KEY_THROTTLED', '429', retryable],
    [
      'of a standby that knows no active server',
      { status: 500, errors: ['local node not active but active cluster node not found'] },
      'KEY_UNAVAILABLE',
      'standby',
      retryable,
    ],
    ['of a performance standby', { status: 473, body: '' }, 'KEY_UNAVAILABLE', 'standby', retryable],
    ['sealed', { status: 503, errors: ['Vault is sealed'] }, 'KEY_UNAVAILABLE', 'sealed', retryable],
    [
      'sealed, as older ones say it',
      { status: 503, errors: ['error: Vault is sealed'] },
      'KEY_UNAVAILABLE',
      'sealed',
      retryable,
    ],
    [
      'not initialized',
      { status: 400, errors: ['Vault is not initialized'] },
      'KEY_UNAVAILABLE',
      'uninitialized',
      retryable,
    ],
    ['412', { status: 412, errors: ['required index state not present'] }, 'KEY_UNAVAILABLE', '412', retryable],
    ['500', { status: 500, errors: ['internal error'] }, 'KEY_UNAVAILABLE', '500', retryable],
    ['502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }, 'KEY_UNAVAILABLE', '502', retryable],
    ['504 of a proxy', { status: 504, body: '' }, 'KEY_UNAVAILABLE', '504', retryable],
    ['200 of something else', { status: 200, body: '<html>Sign in</html>' }, 'KEY_BAD_SIGNATURE', '', false],
    ['403', { status: 403, errors: ['1 error occurred:\n\t* permission denied\n\n'] }, 'KEY_PERMISSION', '403', false],
    ['400', { status: 400, errors: ['something about the request'] }, 'KEY_SIGNING_FAILED', '400', false],
    ['404', { status: 404, errors: [] }, 'KEY_NOT_FOUND', '404', false],
    ['silence', 'hang', 'KEY_UNAVAILABLE', 'timeout', retryable],
    ['bytes without end', 'drip', 'KEY_UNAVAILABLE', 'timeout', retryable],
    ['a cut connection', 'cut', 'KEY_UNAVAILABLE', 'ECONNRESET', retryable],
  ])('%s', async (_, instead, code, reason, again) => {
    const signer = await provider().signer()
    vault.instead = onSigning(instead)
    const error = await fault(signer.sign(utf8('x')))
    expect({ code: error.code, reason: error.details.reason ?? '', again: error.details.retryable === true }).toEqual({
      code,
      reason,
      again,
    })
    expect(error.details.outcome).toBe('absent')
    vault.instead = undefined
    expect((await signer.sign(utf8('x'))).length).toBe(64)
  })

  it('to the question about the key that is none of Vaults', async () => {
    for (const body of [
      '<html>',
      {},
      { data: {} },
      { data: { type: 'ed25519', keys: { '1': {} }, latest_version: 1 } },
    ]) {
      vault.instead = ({ path }) => (path.startsWith('transit/keys/') ? { status: 200, body } : undefined)
      expect(await fault(provider().signer())).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'answer' } })
    }
  })

  it('with one bad item spoils no other of the batch', async () => {
    const signer = await provider().signer()
    vault.tamper = (signature, message) => (message.toString() === 'two' ? flipped(signature) : signature)
    const results = await Promise.allSettled(['one', 'two', 'three'].map((text) => signer.sign(utf8(text))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((results[1] as PromiseRejectedResult).reason.code).toBe('KEY_BAD_SIGNATURE')
  })

  it('with fewer items than were asked for is refused whole', async () => {
    const signer = await provider().signer()
    vault.instead = onSigning({ status: 200, body: { data: { batch_results: [] } } })
    const results = await Promise.allSettled(['one', 'two'].map((text) => signer.sign(utf8(text))))
    expect(results.map((one) => (one.status === 'rejected' ? one.reason.code : ''))).toEqual([
      'KEY_UNAVAILABLE',
      'KEY_UNAVAILABLE',
    ])
  })

  it('when nobody listens', async () => {
    const keys = vaultTransitKey({ key: 'receipts', address: 'http://127.0.0.1:1', token: vault.token })
    expect(await fault(keys.signer())).toMatchObject({
      code: 'KEY_UNAVAILABLE',
      details: { reason: 'ECONNREFUSED', retryable: true },
    })
  })
})

describe('a signature', () => {
  it.each<[string, (signature: Buffer, message: Buffer) => Buffer]>([
    ['with a flipped bit', (signature) => flipped(signature)],
    ['of 63 bytes', (signature) => signature.subarray(0, 63)],
    ['of 65 bytes', (signature) => Buffer.concat([signature, Buffer.alloc(1)])],
    ['of nothing', () => Buffer.alloc(0)],
  ])('%s is KEY_BAD_SIGNATURE', async (_, tamper) => {
    const signer = await provider().signer()
    vault.tamper = tamper
    const error = await fault(signer.sign(utf8('x')))
    expect(error).toMatchObject({ code: 'KEY_BAD_SIGNATURE', details: { keyId: signer.keyId, outcome: 'absent' } })
  })

  it('by another version is KEY_BAD_SIGNATURE, whatever version it says', async () => {
    const signer = await provider().signer()
    vault.rotate()
    const { signature } = await signOf(2, 'x')
    for (const version of [1, 2]) {
      const said = signature.replace('vault:v2:', `vault:v${version}:`)
      vault.instead = onSigning({ status: 200, body: { data: { signature: said, key_version: version } } })
      expect((await fault(signer.sign(utf8('x')))).code).toBe('KEY_BAD_SIGNATURE')
    }
  })

  it('of the message before is KEY_BAD_SIGNATURE', async () => {
    const signer = await provider().signer()
    const { signature } = await signOf(1, 'before')
    vault.instead = onSigning({ status: 200, body: { data: { signature, key_version: 1 } } })
    expect((await fault(signer.sign(utf8('x')))).code).toBe('KEY_BAD_SIGNATURE')
  })

  it('in another form is KEY_BAD_SIGNATURE', async () => {
    const signer = await provider().signer()
    for (const signature of ['', 'vault:v1:', 'vault:v1:!!', 7, null, undefined, 'v1:abcd']) {
      vault.instead = onSigning({ status: 200, body: { data: { signature } } })
      expect((await fault(signer.sign(utf8('x')))).code).toBe('KEY_BAD_SIGNATURE')
    }
  })

  const signOf = async (key_version: number, text: string) => {
    const client = nodeVault({ endpoint: vault.address, token: vault.token })
    const input = Buffer.from(text).toString('base64')
    return (await client.write('transit/sign/receipts', { input, key_version })).data as { signature: string }
  }
})

describe('tokens', () => {
  it('are renewed ahead of their end, though the first try fails', async () => {
    vault.lease = { ttl: 2, renewable: true }
    const keys = provider({ auth: { appRole } })
    const warnings: QuittanceError[] = []
    keys.onWarning?.((warning) => warnings.push(warning))
    let refusals = 1
    vault.instead = ({ path }) =>
      path === 'auth/token/renew-self' && refusals-- > 0 ? { status: 500, errors: ['internal error'] } : undefined
    await keys.signer()
    const renewals = () => vault.calls.filter(({ path }) => path === 'auth/token/renew-self').length
    await until('it is renewed', () => renewals() === 2, 5_000)
    await keys.signer()
    expect(vault.calls.filter(({ path }) => path === 'auth/approle/login')).toHaveLength(1)
    expect(warnings.map(({ code }) => code)).toEqual(['KEY_UNAVAILABLE'])
  })

  it('that can not be renewed are followed by a login, of which one serves all', async () => {
    const keys = provider({ auth: { appRole } })
    const signer = await keys.signer()
    vault.revoked.add('s.login-1')
    const messages = Array.from({ length: 600 }, (_, index) => utf8(`${index}`))
    const signatures = await Promise.all(messages.map((message) => signer.sign(message)))
    const { key } = admitKey(signer.keyId)
    expect(signatures.every((one, n) => verifySignature(key as never, messages[n] as Uint8Array, one))).toBe(true)
    expect(vault.calls.filter(({ path }) => path === 'auth/approle/login')).toHaveLength(2)
  })

  it('that are refused at once lead to no storm of logins', async () => {
    const keys = provider({ auth: { appRole } })
    vault.instead = ({ path }) =>
      path.startsWith('transit/')
        ? { status: 403, errors: ['1 error occurred:\n\t* permission denied\n\n'] }
        : undefined
    for (let tries = 0; tries < 20; tries++) expect((await fault(keys.signer())).code).toBe('KEY_PERMISSION')
    expect(vault.calls.filter(({ path }) => path === 'auth/approle/login')).toHaveLength(1)
  })

  it('of a login that comes too late are given back', async () => {
    const keys = provider({ auth: { appRole } })
    let closing: Promise<void> | undefined
    vault.instead = ({ path }) => {
      if (path === 'auth/approle/login') closing = keys.close?.()
      return undefined
    }
    expect((await fault(keys.signer())).code).toBe('KEY_UNAVAILABLE')
    await closing
    await until('it is given back', () => vault.revoked.has('s.login-1'))
  })

  it('are never sent with a login, nor is the environment asked', async () => {
    vi.stubEnv('VAULT_TOKEN', 's.somebody-elses')
    vi.stubEnv('VAULT_NAMESPACE', 'of-the-environment')
    await provider({ auth: { appRole }, namespace: 'team' }).signer()
    expect(vault.calls.map(({ path, token, namespace }) => [path, token, namespace])).toEqual([
      ['auth/approle/login', undefined, 'team'],
      ['transit/keys/receipts', 's.login-1', 'team'],
    ])
  })

  it('go nowhere from https to http', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-tls-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const { ca, cert, key } = makeTlsFiles(dir)
    const secure = await startVaultDouble({ cert: await readFile(cert), key: await readFile(key) })
    onTestFinished(() => secure.stop())
    const options = { key: 'receipts', address: secure.address, token: secure.token }

    const unknown = await fault(vaultTransitKey(options).signer())
    expect(unknown).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { retryable: false } })
    expect(unknown.message).toContain('VAULT_CACERT')
    vi.stubEnv('VAULT_SKIP_VERIFY', 'true')
    expect(await fault(vaultTransitKey(options).signer())).toMatchObject({ code: 'KEY_UNAVAILABLE' })
    expect(secure.calls).toEqual([])

    const trusting = vaultTransitKey({ ...options, caFile: ca })
    const signer = await trusting.signer()
    expect((await signer.sign(utf8('x'))).length).toBe(64)
    vi.stubEnv('VAULT_CACERT', ca)
    await vaultTransitKey(options).signer()

    const location = `${vault.address}/v1/transit/sign/receipts`
    secure.instead = onSigning({ status: 307, body: '', headers: { Location: location } })
    expect(await fault(signer.sign(utf8('x')))).toMatchObject({ details: { reason: 'downgrade', retryable: false } })
    expect(vault.calls).toEqual([])
    const missing = await fault(vaultTransitKey({ ...options, caFile: join(dir, 'none.pem') }).signer())
    expect(missing).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'ENOENT' } })
  })
})

it('a standby that redirects is followed to the active server', async () => {
  const active = await startVaultDouble()
  onTestFinished(() => active.stop())
  vault.instead = ({ path }) => ({ status: 307, body: '', headers: { Location: `${active.address}/v1/${path}` } })
  const signer = await provider().signer()
  expect((await signer.sign(utf8('x'))).length).toBe(64)
  vault.instead = ({ path }) => ({ status: 307, body: '', headers: { Location: `${vault.address}/v1/${path}` } })
  expect(await fault(signer.sign(utf8('x')))).toMatchObject({ code: 'KEY_UNAVAILABLE', details: { reason: 'standby' } })
})

it('a redirect to another host is not followed: the token stays here', async () => {
  const signer = await provider().signer()
  const other = await startVaultDouble()
  onTestFinished(() => other.stop())
  const elsewhere = other.address.replace('127.0.0.1', 'localhost')
  expect(elsewhere).not.toBe(other.address)
  vault.instead = ({ path }) => ({ status: 307, body: '', headers: { Location: `${elsewhere}/v1/${path}` } })
  expect(await fault(signer.sign(utf8('x')))).toMatchObject({
    code: 'KEY_UNAVAILABLE',
    details: { reason: 'redirect', retryable: false },
  })
  expect(other.calls).toEqual([])
})

it('a token is taken out of the server’s words in any case of letters', () => {
  expect(cleaned('no token HVS.a+(B) here, nor hvs.A+(b)', ['hvs.A+(b)'])).toBe('no token […] here, nor […]')
})

it('a share of the signatures may be checked, and the first always is', async () => {
  const keys = provider({ sample: 1e-12 })
  const signer = await keys.signer()
  vault.tamper = (signature) => flipped(signature)
  expect((await fault(signer.sign(utf8('x')))).code).toBe('KEY_BAD_SIGNATURE')
  vault.tamper = undefined
  await signer.sign(utf8('x'))
  // The same signer is given out while the version is the same.
  expect(await keys.signer()).toBe(signer)
})

describe('no secret', () => {
  /** Everything that could reach a log. */
  const shown = (error: unknown): string => {
    const parts = [inspect(error, { depth: 20, showHidden: true, getters: true }), JSON.stringify(error), String(error)]
    for (let one = error as Error | undefined; one; one = one.cause as Error | undefined)
      parts.push(one.message, one.stack ?? '', JSON.stringify(one, Object.getOwnPropertyNames(one)))
    return parts.join('\n')
  }
  const token = 'hvs.CANARYtokenCANARYtoken'
  const canaries = /CANARY|canary/

  it('stands in any error, warning, inspection or print', async () => {
    const printed: string[] = []
    for (const stream of [process.stdout, process.stderr]) {
      const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0)
      onTestFinished(() => spy.mockRestore())
    }
    const faults: unknown[] = []
    const answers: Instead[] = [
      'hang',
      'cut',
      ...[400, 401, 403, 404, 412, 429, 472, 500, 503].map((status) => ({
        status,
        errors: [`about ${token} and ${appRole.secretId}`],
      })),
      { status: 200, body: `you sent ${token}` },
      { status: 200, body: { auth: { client_token: 7 }, data: { type: 'ed25519', keys: { x: token } } } },
    ]
    const client = () => nodeVault({ endpoint: vault.address, token, requestOptions: { timeout: 200 } })
    const ways: Partial<VaultTransitKeyOptions>[] = [{ token }, { auth: { appRole } }, { client: client() }]
    for (const options of ways) {
      for (const answer of answers) {
        vault.instead = () => answer
        const keys = provider({ timeoutMs: 200, ...options })
        keys.onWarning?.((warning) => faults.push(warning))
        faults.push(await fault(keys.signer()))
        printed.push(inspect(keys, { depth: 20, showHidden: true }), String(JSON.stringify(keys)))
        await keys.close?.()
      }
    }
    const nowhere = { key: 'receipts', address: 'http://127.0.0.1:1' }
    faults.push(await fault(vaultTransitKey({ ...nowhere, token }).signer()))
    faults.push(await fault(vaultTransitKey({ ...nowhere, auth: { appRole } }).signer()))
    await delay(10)
    expect(faults).toHaveLength(ways.length * answers.length + 2)
    for (const error of faults) expect(shown(error)).not.toMatch(canaries)
    expect(printed.join('\n')).not.toMatch(canaries)
  })

  it('stands in what a mistake in the options throws', () => {
    const wrong: object[] = [
      { token: `${token} with a blank` },
      { token, auth: { appRole } },
      { auth: { appRole: { ...appRole, roleId: 7 } } },
      { address: `http://user:${token}@127.0.0.1` },
      { client: { token } },
      { auth: { token } },
    ]
    for (const options of wrong) {
      let error: unknown
      try {
        vaultTransitKey({ key: 'receipts', ...options } as never)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(TypeError)
      expect(shown(error)).not.toMatch(canaries)
    }
  })
})

describe('options', () => {
  it.each<[string, object, string]>([
    ['no key', {}, 'options.key'],
    ['a key that is a path', { key: 'a/b' }, 'options.key'],
    ['a key that goes elsewhere', { key: '..' }, 'options.key'],
    ['a mount that goes elsewhere', { key: 'k', mount: 'transit/../secret' }, 'options.mount'],
    ['a misspelt one', { key: 'k', adress: 'http://127.0.0.1' }, 'options has no member "adress"'],
    ['a misspelt one of a login', { key: 'k', auth: { approle: {} } }, 'options.auth has no member "approle"'],
    ['two logins', { key: 'k', auth: { appRole, kubernetes: { role: 'r' } } }, 'exactly one'],
    ['a client with an address', { key: 'k', client: nodeVault(), address: 'http://127.0.0.1' }, 'options.address'],
    ['no URL', { key: 'k', address: 'vault.example' }, 'options.address'],
    ['a version of zero', { key: 'k', version: 0 }, 'options.version'],
    ['a time of zero', { key: 'k', timeoutMs: 0 }, 'options.timeoutMs'],
    ['a time that is no number', { key: 'k', rotationCheckMs: Number.NaN }, 'options.rotationCheckMs'],
    ['a share of nothing', { key: 'k', sample: 0 }, 'sample'],
  ])('%s', (_, options, word) => {
    expect(() => vaultTransitKey(options as never)).toThrow(word)
  })

  it('name a key by any of its characters', async () => {
    const keys = vaultTransitKey({
      key: 'a b?c#d',
      mount: '/team/transit/',
      address: vault.address,
      token: vault.token,
    })
    await fault(keys.signer())
    expect(vault.calls.at(-1)?.path).toBe('team/transit/keys/a%20b%3Fc%23d')
  })
})
