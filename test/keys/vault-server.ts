/** The server that the Vault tests run against: the user's own where VAULT_ADDR and VAULT_TOKEN are set, else OpenBao. */
import { randomUUID } from 'node:crypto'
import { type AskVault, askVault, type OpenBaoService, startOpenBao } from '../../scripts/services/openbao.js'

const { VAULT_ADDR, VAULT_TOKEN } = process.env
// The providers under test must be told, not find it.
for (const name of ['VAULT_ADDR', 'VAULT_TOKEN', 'VAULT_NAMESPACE', 'VAULT_CACERT', 'VAULT_SKIP_VERIFY'])
  delete process.env[name]

/** Whether the server is somebody's: nothing is sealed, limited or stopped there. */
export const foreign = Boolean(VAULT_ADDR && VAULT_TOKEN)

/** A server with engines of this test's own. */
export interface VaultUnderTest {
  readonly address: string
  readonly token: string
  readonly ask: AskVault
  /** Of a Transit engine. */
  readonly transit: string
  /** Of a KV version 2 engine. */
  readonly kv: string
  /** Of an AppRole method. */
  readonly appRole: string
  /** Only with a server that the test started. */
  readonly bao: OpenBaoService | undefined
  /** Makes a policy and a token that has it alone. */
  tokenFor(policy: string, options?: object): Promise<string>
  /** Makes a role with a policy, and what logs in with it. */
  roleFor(policy: string, options?: object): Promise<{ roleId: string; secretId: string; mount: string }>
  stop(): Promise<void>
}

interface Answer {
  readonly auth: { readonly client_token: string }
  readonly data: { readonly role_id: string; readonly secret_id: string }
}

export async function vaultUnderTest(): Promise<VaultUnderTest> {
  const bao = foreign ? undefined : await startOpenBao()
  const address = bao?.address ?? (VAULT_ADDR as string).replace(/\/$/, '')
  const token = bao?.token ?? (VAULT_TOKEN as string)
  const ask = askVault(address, token)
  const run = `quittance-test-${randomUUID().slice(0, 8)}`
  const [transit, kv, appRole] = [`${run}-transit`, `${run}-kv`, `${run}-approle`]
  await ask('POST', `sys/mounts/${transit}`, { type: 'transit' })
  await ask('POST', `sys/mounts/${kv}`, { type: 'kv', options: { version: '2' } })
  await ask('POST', `sys/auth/${appRole}`, { type: 'approle' })
  const policies: string[] = []
  const policyOf = async (policy: string) => {
    const name = `${run}-${policies.length}`
    policies.push(name)
    await ask('POST', `sys/policies/acl/${name}`, { policy })
    return name
  }
  return {
    address,
    token,
    ask,
    transit,
    kv,
    appRole,
    bao,
    async tokenFor(policy, options = {}) {
      const policies = [await policyOf(policy)]
      const made = await ask('POST', 'auth/token/create', { policies, ttl: '10m', ...options })
      return (made as unknown as Answer).auth.client_token
    },
    async roleFor(policy, options = {}) {
      const role = `auth/${appRole}/role/${randomUUID()}`
      await ask('POST', role, { token_policies: [await policyOf(policy)], token_ttl: '10m', ...options })
      const { data: found } = (await ask('GET', `${role}/role-id`)) as unknown as Answer
      const { data: made } = (await ask('POST', `${role}/secret-id`, {})) as unknown as Answer
      return { roleId: found.role_id, secretId: made.secret_id, mount: appRole }
    },
    async stop() {
      if (bao !== undefined) return bao.stop()
      for (const name of policies) await ask('DELETE', `sys/policies/acl/${name}`)
      for (const mount of [transit, kv]) await ask('DELETE', `sys/mounts/${mount}`)
      await ask('DELETE', `sys/auth/${appRole}`)
    },
  }
}
