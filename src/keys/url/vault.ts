import type { KeyProvider } from '../provider.js'
import { vaultKvKey } from '../vault-kv.js'
import { vaultTransitKey } from '../vault-transit.js'
import { type KeyUrl, made, malformed, optionsOf, partsOf, share, text, whole } from './parts.js'

const transitExample = 'vault://vault.example:8200/transit/receipts'
const kvExample = 'vault-kv://vault.example:8200/secret/receipts/signing?cacheMs=300000'

/** How to reach the server and to log in; secrets come from the environment alone. */
const connection = { namespace: text, caFile: text, timeoutMs: whole, auth: text, role: text, authMount: text } as const

const logins = ['approle', 'kubernetes'] as const

/** @returns the connection's options: the address, and a login in place of the parameters that describe it */
function connectionOf({ scheme, authority }: KeyUrl, given: Record<string, unknown>, example: string): object {
  const { auth, role, authMount, ...rest } = given
  const address = authority === '' ? {} : { address: `${scheme.endsWith('+http') ? 'http' : 'https'}://${authority}` }
  if (scheme.endsWith('+http') && authority === '')
    throw malformed('the key URL names no host to be asked over http', example)
  if (!scheme.endsWith('+http') && authority === '') checkEnvironment(example)
  const mount = authMount === undefined ? {} : { mount: authMount }
  if (auth === undefined) {
    if (role !== undefined || authMount !== undefined)
      throw malformed("the key URL's parameters role and authMount go with auth", example)
    return { ...rest, ...address }
  }
  if (auth === 'kubernetes') {
    if (role === undefined) throw malformed('auth=kubernetes needs the parameter role', example)
    return { ...rest, ...address, auth: { kubernetes: { role, ...mount } } }
  }
  if (auth !== 'approle') throw malformed(`the key URL's parameter auth must be one of ${logins.join(', ')}`, example)
  const { VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId } = process.env
  if (role !== undefined || !roleId || !secretId)
    throw malformed('auth=approle takes its ids from VAULT_ROLE_ID and VAULT_SECRET_ID: set both', example)
  return { ...rest, ...address, auth: { appRole: { roleId, secretId, ...mount } } }
}

/** The scheme promises TLS, also where the environment names the server: a token must not go out in the clear unasked. */
function checkEnvironment(example: string): void {
  if (/^\s*http:/i.test(process.env.VAULT_ADDR ?? ''))
    throw malformed(
      'VAULT_ADDR is an http: address, where the token would go in the clear, and this key URL means TLS; for a server on this machine name it: vault+http://HOST:PORT/…',
      example,
    )
}

/** What it asks, it asks only while the environment names no plain server. */
function overTls({ scheme, authority }: KeyUrl, provider: KeyProvider, example: string): KeyProvider {
  if (authority !== '' || scheme.endsWith('+http')) return provider
  const { publicKeys } = provider
  return {
    ...provider,
    async signer(options) {
      checkEnvironment(example)
      return provider.signer(options)
    },
    ...(publicKeys === undefined
      ? {}
      : {
          async publicKeys(...given) {
            checkEnvironment(example)
            return publicKeys.apply(provider, given)
          },
        }),
  }
}

/**
 * @param url - `vault://[HOST[:PORT]]/MOUNT/KEY`
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function vaultFromUrl(url: string): KeyProvider {
  const parts = partsOf(url, transitExample)
  const meanings = { version: whole, rotationCheckMs: whole, sample: share, ...connection }
  const options = optionsOf(parts.query, meanings, transitExample)
  const key = parts.segments.at(-1)
  const mount = parts.segments.slice(0, -1).join('/')
  if (key === undefined || mount === '') throw malformed('the key URL names no MOUNT/KEY', transitExample)
  const place = connectionOf(parts, options, transitExample)
  return overTls(
    parts,
    made(() => vaultTransitKey({ ...place, mount, key }), transitExample),
    transitExample,
  )
}

/**
 * @param url - `vault-kv://[HOST[:PORT]]/MOUNT/PATH?cacheMs=…`
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function vaultKvFromUrl(url: string): KeyProvider {
  const parts = partsOf(url, kvExample)
  const options = optionsOf(parts.query, { field: text, cacheMs: whole, ...connection }, kvExample)
  const { cacheMs } = options
  const [mount, ...path] = parts.segments
  if (mount === undefined || path.length === 0) throw malformed('the key URL names no MOUNT/PATH', kvExample)
  if (typeof cacheMs !== 'number')
    throw malformed('the key URL needs cacheMs: for how long the seed may stay in this process', kvExample)
  const place = connectionOf(parts, options, kvExample)
  const keys = made(() => vaultKvKey({ ...place, cacheMs, mount, path: path.join('/') }), kvExample)
  return overTls(parts, keys, kvExample)
}
