/** The Vault part of docs/keys.md: its policies are what a real server enforces, its commands and code lead to VALID. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openBaoBinary } from '../../scripts/services/openbao.js'
import { vaultKvKey } from '../../src/keys/vault-kv.js'
import { vaultTransitKey } from '../../src/keys/vault-transit.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { root, run } from '../support/program.js'
import { foreign, type VaultUnderTest, vaultUnderTest } from './vault-server.js'

let vault: VaultUnderTest
let transitPart: string
let kvPart: string

beforeAll(async () => {
  const page = await readFile(join(root, 'docs/keys.md'), 'utf8')
  const part = page.slice(page.indexOf('\n## Vault and OpenBao\n'), page.indexOf('\n## did:key\n'))
  const middle = part.indexOf('\n### KV version 2 in five minutes\n')
  transitPart = part.slice(0, middle)
  kvPart = part.slice(middle)
  vault = await vaultUnderTest()
}, 180_000)
afterAll(() => vault?.stop())

const block = (text: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ?? ''

/** The paths of a policy with what each allows; anything else in it is a mistake. */
function parsePolicy(text: string): Record<string, string[]> {
  const rules: Record<string, string[]> = {}
  const rest = text.replaceAll(/^path "([^"]+)" \{ capabilities = \[([^\]]*)\] \}$/gm, (_, path, list) => {
    rules[path] = [...list.matchAll(/"([a-z]+)"/g)].map(([, word]) => word)
    return ''
  })
  expect(rest.trim()).toBe('')
  return rules
}

const call = async (token: string, method: string, path: string, data?: object): Promise<number> => {
  const body = data === undefined ? null : JSON.stringify(data)
  return (await fetch(`${vault.address}/v1/${path}`, { method, headers: { 'X-Vault-Token': token }, body })).status
}

describe('the policy for Transit', () => {
  it('reads the key, signs, sees to its own token, and no more', () => {
    expect(parsePolicy(block(transitPart, 'hcl'))).toEqual({
      'transit/keys/receipts': ['read'],
      'transit/sign/receipts': ['update'],
      'auth/token/lookup-self': ['read'],
      'auth/token/renew-self': ['update'],
      'auth/token/revoke-self': ['update'],
    })
  })

  it('is enforced: it is enough for the provider, and for nothing else', async () => {
    const { transit } = vault
    for (const key of ['receipts', 'other']) await vault.ask('POST', `${transit}/keys/${key}`, { type: 'ed25519' })
    const policy = block(transitPart, 'hcl').replaceAll('"transit/', `"${transit}/`)
    const appRole = await vault.roleFor(policy, { token_no_default_policy: true })
    const keys = vaultTransitKey({ key: 'receipts', mount: transit, address: vault.address, auth: { appRole } })
    onTestFinished(() => keys.close?.())
    expect((await (await keys.signer()).sign(utf8('x'))).length).toBe(64)
    expect(await keys.publicKeys?.()).toHaveLength(1)

    const token = await vault.tokenFor(policy, { no_default_policy: true })
    const input = { input: 'eA==' }
    expect(await call(token, 'POST', `${transit}/sign/receipts`, input)).toBe(200)
    expect(await call(token, 'POST', 'auth/token/renew-self', {})).toBe(200)
    const refused: [string, string, object?][] = [
      ['POST', `${transit}/sign/other`, input],
      ['GET', `${transit}/keys/other`],
      ['LIST', `${transit}/keys`],
      ['POST', `${transit}/keys/receipts`, { type: 'ed25519' }],
      ['POST', `${transit}/keys/third`, { type: 'ed25519' }],
      ['POST', `${transit}/keys/receipts/rotate`, {}],
      ['POST', `${transit}/keys/receipts/config`, { deletion_allowed: true, exportable: true }],
      ['DELETE', `${transit}/keys/receipts`],
      ['GET', `${transit}/export/signing-key/receipts`],
      ['GET', `${transit}/backup/receipts`],
      ['GET', `${vault.kv}/data/receipts/signing`],
      ['POST', 'auth/token/create', {}],
      ['GET', 'sys/policies/acl/default'],
    ]
    for (const [method, path, data] of refused)
      expect({ method, path, status: await call(token, method, path, data) }).toEqual({ method, path, status: 403 })
    expect(await call(token, 'POST', 'auth/token/revoke-self', {})).toBe(204)
  })
})

describe('the policy for KV', () => {
  it('reads the one secret, and no more', async () => {
    const policy = block(kvPart, 'hcl')
    expect(parsePolicy(policy)).toEqual({ 'secret/data/receipts/signing': ['read'] })
    const { kv } = vault
    await vault.ask('POST', `${kv}/data/receipts/signing`, { data: { seed: '11'.repeat(32) } })
    const token = await vault.tokenFor(policy.replace('"secret/', `"${kv}/`), { no_default_policy: true })
    const options = { path: 'receipts/signing', mount: kv, cacheMs: 60_000 }
    const keys = vaultKvKey({ ...options, address: vault.address, token })
    onTestFinished(() => keys.close?.())
    expect((await (await keys.signer()).sign(utf8('x'))).length).toBe(64)
    const refused: [string, string, object?][] = [
      ['GET', `${kv}/data/other`],
      ['POST', `${kv}/data/receipts/signing`, { data: {} }],
      ['DELETE', `${kv}/data/receipts/signing`],
      ['GET', `${kv}/metadata/receipts/signing`],
      ['LIST', `${kv}/metadata/receipts`],
      ['POST', `${vault.transit}/sign/receipts`, { input: 'eA==' }],
    ]
    for (const [method, path, data] of refused)
      expect({ method, path, status: await call(token, method, path, data) }).toEqual({ method, path, status: 403 })
  })
})

describe.skipIf(foreign)('the five minutes', () => {
  /** Runs the commands as they stand, then the code as it stands but for where the package lies. */
  async function follow(commands: string, code: string, files: Readonly<Record<string, string>>) {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-vault-docs-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    const programs = join(dir, 'bin')
    await mkdir(programs)
    await symlink(await openBaoBinary(), join(programs, 'vault'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
    const source = (subpath: string) => JSON.stringify(join(root, `src/${subpath || 'index'}.ts`))
    const program = code.replaceAll(/from 'quittance(?:\/([^']+))?'/g, (_, subpath) => `from ${source(subpath)}`)
    await writeFile(join(dir, 'program.mts'), program)
    const script = `set -euo pipefail\n${commands}\n"$NODE" --import "$TSX" program.mts\n`
    return run('bash', ['-c', script], {
      cwd: dir,
      env: {
        PATH: `${programs}:${process.env.PATH}`,
        HOME: dir,
        NODE: process.execPath,
        TSX: join(root, 'node_modules/tsx/dist/esm/index.mjs'),
        VAULT_ADDR: vault.address,
        VAULT_TOKEN: vault.token,
        BAO_ADDR: vault.address,
        BAO_TOKEN: vault.token,
      },
    })
  }

  it('with Transit lead to a chain that is VALID', async () => {
    const files = { 'receipts-signer.hcl': block(transitPart, 'hcl') }
    const { code, stdout, stderr } = await follow(block(transitPart, 'sh'), block(transitPart, 'ts'), files)
    expect({ code, stderr, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, stderr: '', last: 'VALID' })
  })

  it('with KV lead to a key that signs', async () => {
    const sign = 'console.log((await (await keys.signer()).sign(new Uint8Array(1))).length)\n'
    const { code, stdout, stderr } = await follow(block(kvPart, 'sh'), block(kvPart, 'ts') + sign, {})
    expect({ code, stderr, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, stderr: '', last: '64' })
  })
})
