import { readFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { QuittanceError } from '../../errors.js'

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
    const missing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    if (!missing || !String((error as Error).message).includes(`'${name}'`)) throw error
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
      ...(ca === undefined ? {} : { ca }),
      ...(address.startsWith('https:') ? { httpAgent: noPlainText() } : {}),
    },
    // With DEBUG=node-vault the package prints what it sends, logins included.
    debug: () => {},
  })
  // It falls back to the environment for what it was not given.
  client.token = undefined
  client.namespace = namespace
  return client
}
