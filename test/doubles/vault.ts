/**
 * A double of the documented HTTP API of Vault, for what a real server does not do when asked: its Transit, KV version 2,
 * AppRole and token paths as the API documentation has them, and any answer that a test puts in their place.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** One call as it came. */
export interface VaultCall {
  readonly method: string
  /** After `/v1/`. */
  readonly path: string
  readonly token: string | undefined
  readonly namespace: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

/** What a test puts in place of an answer: a status with a body, silence, a cut connection, or bytes that never end. */
export type Instead =
  | {
      readonly status: number
      readonly errors?: readonly string[]
      readonly body?: unknown
      readonly headers?: Record<string, string>
    }
  | 'hang'
  | 'cut'
  | 'drip'

export interface VaultDouble {
  readonly address: string
  readonly token: string
  readonly calls: readonly VaultCall[]
  /** Public keys by version, raw. */
  readonly versions: readonly Uint8Array[]
  /** Decides each call first; `undefined` lets the double answer. */
  instead: ((call: VaultCall) => Instead | undefined) | undefined
  /** Changes a signature before it goes out. */
  tamper: ((signature: Buffer, message: Buffer) => Buffer) | undefined
  /** What a login gives. */
  lease: { ttl: number; renewable: boolean }
  /** What the KV engine holds under each path. */
  readonly secrets: Map<string, Readonly<Record<string, unknown>>>
  rotate(): void
  /** Tokens that are no longer known. */
  readonly revoked: Set<string>
  stop(): Promise<void>
}

const rawKey = (key: KeyObject) => Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x as string, 'base64url')

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/**
 * @param tls - PEM files' contents, for a server that speaks TLS
 * @example
 * const vault = await startVaultDouble()
 * vault.instead = () => ({ status: 429, errors: ['rate limit quota exceeded'] })
 * await vault.stop()
 */
export async function startVaultDouble(tls?: { cert: Buffer; key: Buffer }): Promise<VaultDouble> {
  const pairs = [generateKeyPairSync('ed25519').privateKey]
  const calls: VaultCall[] = []
  const revoked = new Set<string>()
  const secrets = new Map<string, Readonly<Record<string, unknown>>>()
  const known = new Set(['s.double-static-token'])
  let logins = 0

  const signed = (item: Readonly<Record<string, unknown>>) => {
    const version = typeof item.key_version === 'number' ? item.key_version : pairs.length
    const message = Buffer.from(String(item.input), 'base64')
    const signature = sign(null, message, pairs[version - 1] as KeyObject)
    const sent = double.tamper === undefined ? signature : double.tamper(signature, message)
    return { signature: `vault:v${version}:${sent.toString('base64')}`, key_version: version }
  }
  const auth = (token: string) => ({
    auth: { client_token: token, lease_duration: double.lease.ttl, renewable: double.lease.renewable },
  })

  const answerTo = ({ method, path, body, token }: VaultCall): [number, unknown] => {
    if (path === 'auth/approle/login') {
      logins += 1
      known.add(`s.login-${logins}`)
      return [200, auth(`s.login-${logins}`)]
    }
    if (token === undefined || !known.has(token) || revoked.has(token)) return [403, { errors: ['permission denied'] }]
    if (path === 'auth/token/lookup-self') return [200, { data: { ttl: 0, renewable: false } }]
    if (path === 'auth/token/renew-self') return [200, auth(token)]
    if (path === 'auth/token/revoke-self') {
      revoked.add(token)
      return [204, undefined]
    }
    if (method === 'GET' && path === 'transit/keys/receipts') {
      const keys = Object.fromEntries(
        pairs.map((pair, index) => [index + 1, { name: 'ed25519', public_key: rawKey(pair).toString('base64') }]),
      )
      return [200, { data: { type: 'ed25519', derived: false, keys, latest_version: pairs.length } }]
    }
    if (path === 'transit/sign/receipts') {
      const batch = body.batch_input
      return [200, { data: Array.isArray(batch) ? { batch_results: batch.map(signed) } : signed(body) }]
    }
    const secret = path.startsWith('secret/data/') ? secrets.get(path.slice(12).replace(/\?.*/, '')) : undefined
    if (secret !== undefined) return [200, { data: { data: secret, metadata: { version: 1 } } }]
    return [404, { errors: [] }]
  }

  const send = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  }

  const listener: RequestListener = async (request, response) => {
    const text = await textOf(request)
    const header = (name: string) => request.headers[name] as string | undefined
    const call: VaultCall = {
      method: request.method ?? '',
      path: (request.url ?? '').replace(/^\/v1\//, ''),
      token: header('x-vault-token'),
      namespace: header('x-vault-namespace'),
      body: text === '' ? {} : JSON.parse(text),
    }
    calls.push(call)
    const given = double.instead?.(call)
    if (given === undefined) return send(response, ...answerTo(call))
    if (given === 'hang') return
    if (given === 'cut') return request.socket.destroy()
    if (given === 'drip') {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 10)
      response.once('close', () => clearInterval(timer))
      return
    }
    send(response, given.status, given.body ?? { errors: given.errors ?? [] }, given.headers)
  }

  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const double: VaultDouble = {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    token: 's.double-static-token',
    calls,
    get versions() {
      return pairs.map(rawKey)
    },
    instead: undefined,
    tamper: undefined,
    lease: { ttl: 3600, renewable: true },
    secrets,
    rotate: () => void pairs.push(generateKeyPairSync('ed25519').privateKey),
    revoked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return double
}
