import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { checkedMs } from '../within.js'
import type { VaultClient } from './client.js'

/** How to log in; a login is renewed, or made anew, ahead of its end. */
export type VaultLogin =
  | {
      readonly appRole: {
        readonly roleId: string
        readonly secretId: string
        /** Where the method is mounted. Default `approle`. */
        readonly mount?: string | undefined
      }
    }
  | {
      readonly kubernetes: {
        readonly role: string
        /** The service account's token, read at each login. Default where Kubernetes mounts it. */
        readonly jwtFile?: string | undefined
        /** Where the method is mounted. Default `kubernetes`. */
        readonly mount?: string | undefined
      }
    }

/** How to reach a Vault or OpenBao server: a client that was made elsewhere, or what one is made of. */
export interface VaultConnectionOptions {
  /** A `node-vault` client; its token and namespace are its owner's business. */
  readonly client?: VaultClient | undefined
  /** `https://vault.example:8200`. Default: the environment's `VAULT_ADDR`. */
  readonly address?: string | undefined
  /** Default: the environment's `VAULT_NAMESPACE`. */
  readonly namespace?: string | undefined
  /** Renewed while it can be. Default, without `auth`: the environment's `VAULT_TOKEN`. */
  readonly token?: string | undefined
  readonly auth?: VaultLogin | undefined
  /** A PEM file of the authorities to trust. Default: the environment's `VAULT_CACERT`, else Node's. */
  readonly caFile?: string | undefined
  /** How long one call may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
}

/** A login, checked. */
export type CheckedLogin =
  | { readonly method: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: string }
  | { readonly method: 'kubernetes'; readonly mount: string; readonly role: string; readonly jwtFile: string }

/** The options, checked and copied. */
export interface CheckedConnection {
  readonly client: VaultClient | undefined
  readonly address: string | undefined
  readonly namespace: string | undefined
  readonly token: string | undefined
  readonly login: CheckedLogin | undefined
  readonly caFile: string | undefined
  readonly timeoutMs: number
}

/** The names of the connection's options, for the check of a whole set. */
export const connectionMembers = {
  client: true,
  address: true,
  namespace: true,
  token: true,
  auth: true,
  caFile: true,
  timeoutMs: true,
} as const satisfies Record<keyof VaultConnectionOptions, true>

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** Messages name the option and never what was given: it may be a secret. */
const wrong = (name: string, what: string): TypeError => new TypeError(`options.${name} must be ${what}`)

/** Visible ASCII: what a header can carry, and what can't break out of a line. */
const printable = /^[\x21-\x7e]+$/

const textOf = (value: unknown, name: string): string => {
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a string that is not empty')
  return value
}

const headerOf = (value: unknown, name: string): string | undefined => {
  if (value === undefined) return undefined
  if (!printable.test(textOf(value, name))) throw wrong(name, 'visible ASCII characters only')
  return value as string
}

/**
 * @param value - a mount, a secret's path or a key's name
 * @param name - the option
 * @param depth - `one` for a single segment
 * @returns the path as it stands in a URL, without a slash at either end
 * @throws TypeError for one that is empty, or that would mean another place
 */
export function checkedPath(value: unknown, name: string, depth: 'one' | 'many' = 'many'): string {
  const segments = textOf(value, name)
    .replace(/^\/|\/$/g, '')
    .split('/')
  if (depth === 'one' && segments.length > 1) throw wrong(name, 'a name without a slash')
  for (const segment of segments) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (segment === '' || segment === '.' || segment === '..' || /[\x00-\x1f\x7f]/.test(segment))
      throw wrong(name, 'a path without empty segments, dots and control characters')
  }
  return segments.map(encodeURIComponent).join('/')
}

/**
 * @param address - as given
 * @returns it without a slash at the end; `undefined` for anything but http(s) without credentials, query or fragment
 */
export function addressOf(address: string): string | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  return plain && /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, '') : undefined
}

function memberOf<T extends object>(value: unknown, name: string, known: Readonly<Record<keyof T, true>>): T {
  if (typeof value !== 'object' || value === null) throw wrong(name, 'an object')
  refuseUnknownMembers(value, known, `options.${name}`)
  return value as T
}

function checkedLogin(auth: VaultLogin): CheckedLogin {
  const both = { appRole: true, kubernetes: true } as const
  const given: Partial<Record<keyof typeof both, unknown>> = memberOf(auth, 'auth', both)
  if ((given.appRole === undefined) === (given.kubernetes === undefined))
    throw wrong('auth', 'exactly one of appRole and kubernetes')
  if (given.appRole !== undefined) {
    const role = memberOf<{ roleId: string; secretId: string; mount?: string }>(given.appRole, 'auth.appRole', {
      roleId: true,
      secretId: true,
      mount: true,
    })
    return {
      method: 'approle',
      mount: checkedPath(role.mount ?? 'approle', 'auth.appRole.mount'),
      roleId: textOf(role.roleId, 'auth.appRole.roleId'),
      secretId: textOf(role.secretId, 'auth.appRole.secretId'),
    }
  }
  const account = memberOf<{ role: string; jwtFile?: string; mount?: string }>(given.kubernetes, 'auth.kubernetes', {
    role: true,
    jwtFile: true,
    mount: true,
  })
  return {
    method: 'kubernetes',
    mount: checkedPath(account.mount ?? 'kubernetes', 'auth.kubernetes.mount'),
    role: textOf(account.role, 'auth.kubernetes.role'),
    jwtFile: textOf(account.jwtFile ?? serviceAccountToken, 'auth.kubernetes.jwtFile'),
  }
}

const ownMembers = ['address', 'namespace', 'token', 'auth', 'caFile'] as const

/**
 * @param options - as the caller gave them
 * @returns the connection's part of them, checked; the environment is not read yet
 * @throws TypeError, RangeError
 */
export function checkedConnection(options: VaultConnectionOptions): CheckedConnection {
  const { client, address, token, auth } = options
  if (client !== undefined) {
    if (typeof client?.read !== 'function' || typeof client.write !== 'function')
      throw wrong('client', 'a client of node-vault')
    for (const name of ownMembers)
      if (options[name] !== undefined) throw new TypeError(`options.${name} does not go with client`)
  }
  if (token !== undefined && auth !== undefined) throw new TypeError('options.token does not go with auth')
  const place = address === undefined ? undefined : addressOf(textOf(address, 'address'))
  if (address !== undefined && place === undefined)
    throw wrong('address', 'an http: or https: URL without credentials, query and fragment')
  return {
    client,
    address: place,
    namespace: headerOf(options.namespace, 'namespace'),
    token: headerOf(token, 'token'),
    login: auth === undefined ? undefined : checkedLogin(auth),
    caFile: options.caFile === undefined ? undefined : textOf(options.caFile, 'caFile'),
    timeoutMs: checkedMs(options.timeoutMs ?? 10_000, 'options.timeoutMs'),
  }
}
