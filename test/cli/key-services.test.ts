/** Key URLs of real services, from the URL to a chain that verifies: SoftHSM, OpenBao, MiniStack. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startMiniStack } from '../../scripts/services/ministack.js'
import { type OpenBaoService, startOpenBao } from '../../scripts/services/openbao.js'
import { type SoftHsm, startSoftHsm } from '../../scripts/services/softhsm.js'
import { ReceiptCollector } from '../../src/collector/index.js'
import { ledgerFromEnv } from '../../src/url.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-services-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cwd, { recursive: true })
})

const cli = async (...args: string[]) => {
  const done = await runCli(args, { cwd, env: {} })
  expect(done.stderr).not.toMatch(/quittance: /)
  return done
}

/** The path of the docs: see the key, build a keyring, sign from the environment, verify. */
async function walk(url: string, secrets: readonly string[]) {
  const shown = await cli('key', 'show', url, '--try')
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/^did:key:z6Mk\w{44}\n$/)])
  const built = await cli('keyring', 'build', '--from', url, '--out', 'keyring.json')
  vi.stubEnv('QUITTANCE_STORE_URL', `file:${join(cwd, 'receipts')}`)
  vi.stubEnv('QUITTANCE_KEY_URL', url)
  vi.stubEnv('QUITTANCE_KEYRING', join(cwd, 'keyring.json'))
  const ledger = await ledgerFromEnv({ redactor: false })
  await new ReceiptCollector({ ledger, tenantId: 'acme' }).setInput('in').setOutput('out').setAction('allow').emit()
  await ledger.close()
  const verified = await cli('verify', './receipts', '--chain', 'acme', '--keyring', 'keyring.json')
  expect(verified.code).toBe(0)
  const said = [shown, built, verified].map(({ stdout, stderr }) => stdout + stderr).join('')
  for (const secret of secrets) expect(said).not.toContain(secret)
}

describe('pkcs11:', () => {
  const pin = 'canary-0815-pin'
  let hsm: SoftHsm
  let url: string
  beforeAll(() => {
    hsm = startSoftHsm()
    process.env.SOFTHSM2_CONF = hsm.conf
    hsm.makeToken('my receipts', pin)
    hsm.makeKey('my receipts', pin, { label: 'signing', id: '01' })
  })
  afterAll(() => hsm.stop())
  beforeEach(async () => {
    await writeFile(join(cwd, 'pin'), `${pin}\n`, { mode: 0o600 })
    url = `pkcs11:token=my%20receipts;object=signing;id=%01?module-path=${hsm.module}&pin-source=file:${join(cwd, 'pin')}`
  })

  test('signs with a token, its PIN from a file', () => walk(url, [pin]))

  test('certifies a session key for a process that never sees the token', async () => {
    const root = (await cli('key', 'show', url)).stdout.trim()
    await cli('key', 'delegate', '--key', url, '--chains', 'acme', '--ttl', '1h', '--out', 'delegate.json')
    await walk(`certified:${join(cwd, 'delegate.json')}`, [pin])
    const verified = await cli('verify', './receipts', '--chain', 'acme', '--trust', `delegate=${root}`)
    expect(verified.code).toBe(0)
  })
})

describe('vault:', () => {
  let bao: OpenBaoService
  beforeAll(async () => {
    bao = await startOpenBao()
    await bao.ask('POST', 'sys/mounts/transit', { type: 'transit' })
    await bao.ask('POST', 'transit/keys/receipts', { type: 'ed25519' })
  }, 120_000)
  afterAll(() => bao.stop())

  test('signs with Transit, the token from the environment', async () => {
    vi.stubEnv('VAULT_TOKEN', bao.token)
    await walk(`vault+http://127.0.0.1:${bao.port}/transit/receipts`, [bao.token])
  })

  test('only certifies where the URL says delegate', async () => {
    vi.stubEnv('VAULT_TOKEN', bao.token)
    await walk(`vault+http://127.0.0.1:${bao.port}/transit/receipts?delegate=acme`, [bao.token])
  })
})

describe('awskms:', () => {
  let service: Awaited<ReturnType<typeof startMiniStack>>
  beforeAll(async () => {
    service = await startMiniStack()
    const client = new KMSClient({
      endpoint: service.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
    )
    await client.send(new CreateAliasCommand({ AliasName: 'alias/receipts', TargetKeyId: KeyMetadata?.KeyId }))
    client.destroy()
  }, 120_000)
  afterAll(() => service.stop())

  test('signs with an alias, endpoint and credentials from the environment', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', service.endpoint)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    await walk('awskms:///alias/receipts?region=us-east-1', [])
  })
})
