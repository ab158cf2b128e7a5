import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { isIPv6 } from 'node:net'
import { QuittanceError } from '../../errors.js'
import { missingPackage } from '../../primitives/missing-package.js'

/** What one call to the server may say beside its path and data, as `node-vault` takes it. */
export interface VaultRequestOptions {
  readonly headers?: Record<string, string> | undefined
  /** Milliseconds. */
  readonly timeout?: number | undefined
  readonly httpAgent?: object | undefined
}

/** The part of a `node-vault` client that is used: what `require('node-vault')(…)` gives fits. */
export interface VaultClient {
  read(path: string, requestOptions?: VaultRequestOptions): Promise<unknown>
  write(path: string, data: object, requestOptions?: VaultRequestOptions): Promise<unknown>
}

/** Where a client of our own connects to. */
export interface VaultPlace {
  readonly address: string
  readonly namespace: string | undefined
  /** A PEM file of the authorities to trust, in place of the system's. */
  readonly caFile: string | undefined
}

type NodeVault = (options: object) => VaultClient & { token?: string | undefined; namespace?: string | undefined }

async function nodeVault(): Promise<NodeVault> {
  // Not a literal, so that no bundler takes an optional package for a needed one.
  const name: string = 'node-vault'
  try {
    const module: { readonly default: NodeVault } = await import(name)
    return module.default
  } catch (error) {
    if (missingPackage(error) !== name) throw error
    throw new QuittanceError(
      'KEY_UNAVAILABLE',
      'Vault needs the package node-vault, which is not installed: npm install node-vault',
      { details: { reason: 'node-vault', retryable: false } },
    )
  }
}

async function authorities(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw new QuittanceError('KEY_UNAVAILABLE', 'the file of authorities for Vault can not be read', {
      details: { file, reason, retryable: false },
    })
  }
}

/** A standby answers with a redirect; one from https to http would carry the token along in the clear. */
function noPlainText(): Agent {
  const agent = new Agent()
  Object.assign(agent, {
    createConnection(_: unknown, done: (error: Error) => void) {
      done(Object.assign(new Error('a redirect from https to http is not followed'), { code: 'QUITTANCE_DOWNGRADE' }))
    },
  })
  return agent
}

/** Whom a request is for: the header where a proxy is on the way, the connection's own host otherwise. */
function hostOf(options: Readonly<Record<string, unknown>>): string {
  const headers = Object.entries((options.headers ?? {}) as Record<string, unknown>)
  const named = headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  if (named !== undefined) return new URL(`http://${String(named)}`).hostname
  const host = String(options.host).toLowerCase()
  return isIPv6(host) ? `[${host}]` : host
}

/** The token goes along with a redirect, and so do a login's words: whoever can answer in Vault's place must not send them elsewhere. */
function onlyTo<T extends Agent>(agent: T, address: string): T {
  const { hostname } = new URL(address)
  const inner = agent as unknown as { createConnection(options: Record<string, unknown>, done: unknown): unknown }
  const connectTo = inner.createConnection.bind(agent)
  return Object.assign(agent, {
    createConnection(options: Record<string, unknown>, done: (error: Error) => void) {
      if (hostOf(options) === hostname) return connectTo(options, done)
      done(Object.assign(new Error('a redirect to another host is not followed'), { code: 'QUITTANCE_OTHER_HOST' }))
      return undefined
    },
  })
}

/**
 * Makes a client of our own. It holds no token: each call brings its own.
 *
 * @param place - where the server is
 * @returns the client
 * @throws QuittanceError `KEY_UNAVAILABLE` where `node-vault` is not installed or the file of authorities can't be read
 */
export async function connect({ address, namespace, caFile }: VaultPlace): Promise<VaultClient> {
  const create = await nodeVault()
  const ca = caFile === undefined ? undefined : await authorities(caFile)
  const client = create({
    endpoint: address,
    pathPrefix: '',
    // VAULT_SKIP_VERIFY would switch off who the token is shown to.
    rpDefaults: { strictSSL: true },
    requestOptions: {
      httpsAgent: onlyTo(new TlsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) }), address),
      httpAgent: address.startsWith('https:') ? noPlainText() : onlyTo(new Agent({ keepAlive: true }), address),
    },
    // With DEBUG=node-vault the package prints what it sends, logins included.
    debug: () => {},
  })
  // It falls back to the environment for what it was not given.
  client.token = undefined
  client.namespace = namespace
  return client
}
