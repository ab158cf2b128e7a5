import { type ErrorCode, QuittanceError } from '../../errors.js'

/** One call to the server. */
export interface VaultRequest {
  readonly method: 'read' | 'write'
  /** As it stands in the URL after `/v1/`. */
  readonly path: string
  readonly data?: object | undefined
  /** What is asked of: its words stand in the messages. */
  readonly what: 'key' | 'secret' | 'login' | 'token'
}

/** Why the server refused: it does not know the token, or the token's policies don't allow the call. */
export type Refusal = 'token' | 'permission'

/** An error of the server, told apart. */
export interface Failure {
  readonly fault: QuittanceError
  readonly refused?: Refusal | undefined
}

interface Verdict {
  readonly code: ErrorCode
  readonly message: string
  readonly reason: string
  readonly retryable?: boolean | undefined
  readonly refused?: Refusal | undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/**
 * @param value - an answer, or a part of one
 * @param path - the members to go down
 * @returns what stands there, `undefined` where nothing does
 */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value
  for (const name of path) here = isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined
  return here
}

/** The server's words, of which none goes into a message. */
function wordsOf(body: unknown): string {
  const errors = at(body, 'errors')
  const results = at(body, 'data', 'batch_results')
  const lists = [errors, Array.isArray(results) ? results.map((result) => at(result, 'error')) : undefined]
  return lists
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .filter((word) => typeof word === 'string')
    .join('; ')
}

const unavailable = (reason: string, message: string, retryable = true): Verdict => ({
  code: 'KEY_UNAVAILABLE',
  message,
  reason,
  retryable,
})

const capability = ({ method, path }: VaultRequest): string =>
  `the capability "${method === 'read' ? 'read' : 'update'}" on the path "${decodeURIComponent(path.replace(/\?.*$/, ''))}"`

const loginRefused = (reason: string): Verdict => ({
  code: 'KEY_PERMISSION',
  message:
    'Vault refuses the login: the mount, the role, or the secret id or service account that goes with it is wrong or used up',
  reason,
  retryable: false,
})

function forbidden(words: string, request: VaultRequest): Verdict {
  const common = { code: 'KEY_PERMISSION', reason: '403', retryable: false } as const
  if (request.what === 'login') return loginRefused('403')
  // A known token without the permission is "1 error occurred: * permission denied"; an unknown one has the bare words.
  if (/^permission denied$|invalid token|bad token/.test(words)) {
    return {
      ...common,
      refused: 'token',
      message: 'Vault does not know the token: it has expired, was revoked, or is of another server or namespace',
    }
  }
  return {
    ...common,
    refused: 'permission',
    message: `Vault refuses: the token's policies lack ${capability(request)}`,
  }
}

function notFound(body: unknown, words: string, request: VaultRequest): Verdict {
  const common = { code: 'KEY_NOT_FOUND', reason: '404' } as const
  if (/namespace not found/.test(words)) return { ...common, message: 'Vault has no such namespace' }
  if (/no handler for route|unsupported path/.test(words))
    return { ...common, message: 'Vault has nothing mounted there: correct the mount or the namespace' }
  if (request.what === 'secret' && isObject(at(body, 'data', 'metadata')))
    return {
      code: 'KEY_DISABLED',
      reason: 'deleted',
      message: 'the secret is deleted: undelete its version, or write a new one',
    }
  return {
    ...common,
    message: request.what === 'key' ? 'the Transit engine has no such key' : 'Vault has nothing at that path',
  }
}

/** Some answers of the Transit engine come as 400, some as 500. */
function ofEngine(words: string): Verdict | undefined {
  if (/soft-deleted/.test(words))
    return { code: 'KEY_DISABLED', reason: 'soft-deleted', message: 'the Transit key is soft-deleted: restore it' }
  if (/less than the minimum|version is too old|minimum.*version/.test(words))
    return {
      code: 'KEY_DISABLED',
      reason: 'min-version',
      message: "this version of the Transit key is below the key's min_encryption_version: sign with a newer one",
    }
  if (/higher than the latest|no such version|version does not exist/.test(words))
    return { code: 'KEY_NOT_FOUND', reason: 'version', message: 'the Transit key has no such version' }
  if (/signing key not found|encryption key not found/.test(words))
    return { code: 'KEY_NOT_FOUND', reason: '404', message: 'the Transit engine has no such key' }
  if (/does not support signing|unsupported key type/.test(words))
    return { code: 'KEY_WRONG_TYPE', reason: 'type', message: 'the Transit key is of a type that does not sign' }
  return undefined
}

function ofService(status: number, words: string): Verdict | undefined {
  if (/not active|standby|replication|secondary/i.test(words) || status === 472 || status === 473)
    return unavailable('standby', 'this Vault server is a standby and reaches no active one')
  if (/sealed/i.test(words)) return unavailable('sealed', 'Vault is sealed: its operators must unseal it')
  if (/not (yet )?initialized/i.test(words)) return unavailable('uninitialized', 'Vault is not initialized')
  return undefined
}

function verdictOf(status: number, body: unknown, words: string, request: VaultRequest): Verdict {
  const reason = String(status)
  if (status === 429)
    return {
      code: 'KEY_THROTTLED',
      message: 'Vault takes no more calls for now: a rate limit quota is used up',
      reason,
      retryable: true,
    }
  if (status === 401 || status === 403) return forbidden(words, request)
  if (status === 404) return notFound(body, words, request)
  if (request.what === 'token' && /past the max TTL|cannot renew|not renewable/i.test(words))
    return {
      code: 'KEY_EXPIRED',
      message: 'the Vault token can not be renewed any more',
      reason: 'token',
      retryable: false,
      refused: 'token',
    }
  const known = ofEngine(words) ?? ofService(status, words)
  if (known !== undefined) return known
  if (request.what === 'login' && status === 400) return loginRefused(reason)
  if (status >= 500) return unavailable(reason, `Vault answered ${status}`)
  if (status === 412) return unavailable(reason, 'Vault has not yet got what was written elsewhere')
  return { code: 'KEY_SIGNING_FAILED', message: `Vault answered ${status}`, reason, retryable: false }
}

const noTlsCodes = /^EPROTO$|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST/
const tlsCodes = /CERT|^ERR_TLS|^UNABLE_TO_|^EPROTO$|^ERR_SSL/

function ofTheWay(error: unknown): Verdict {
  const given = at(error, 'code') ?? at(at(error, 'cause'), 'code')
  const code = typeof given === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(given) ? given : 'unknown'
  if (code === 'QUITTANCE_DOWNGRADE' || at(at(error, 'cause'), 'code') === 'QUITTANCE_DOWNGRADE')
    return unavailable('downgrade', 'Vault redirects from https to http, which is not followed', false)
  if (code === 'QUITTANCE_OTHER_HOST' || at(at(error, 'cause'), 'code') === 'QUITTANCE_OTHER_HOST')
    return unavailable(
      'redirect',
      'Vault redirects to another host, which is not followed: name the address of the active server, or of its load balancer',
      false,
    )
  if (code === 'ERR_FR_TOO_MANY_REDIRECTS')
    return unavailable('standby', 'the Vault servers redirect to each other: none is active')
  if (noTlsCodes.test(code))
    return unavailable(
      code,
      'what answers at the address of Vault speaks no TLS that this process understands: is it a plain http port? Only for a server on this machine: an http: address, or a vault+http: key URL',
      false,
    )
  if (tlsCodes.test(code))
    return unavailable(
      code,
      "Vault's certificate is not trusted: name its authority with caFile or VAULT_CACERT",
      false,
    )
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') return unavailable('timeout', 'Vault did not answer in time')
  return unavailable(code, 'Vault can not be reached')
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/**
 * Nothing that looks like a token, a secret id, a signature or a seed; the caller's secrets in particular.
 *
 * @param words - the server's
 * @param secrets - what must not stand there, in any case of letters
 * @returns what may be shown
 */
export function cleaned(words: string, secrets: readonly string[]): string {
  let text = words
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(new RegExp(literal(secret), 'gi'), '[…]')
  return text
    .replaceAll(/[A-Za-z0-9+/=_.-]{20,}/g, '[…]')
    .replaceAll(/[^\x20-\x7e…]+/g, ' ')
    .slice(0, 300)
}

/**
 * Tells apart what a call was rejected with. The rejection itself is dropped: `node-vault` passes on the HTTP client's
 * error, which holds the request with its token.
 *
 * @param error - as the client rejected
 * @param request - what was asked
 * @param secrets - what no text may hold
 * @returns the error to throw
 */
export function failureOf(error: unknown, request: VaultRequest, secrets: readonly string[]): Failure {
  const status = at(at(error, 'response'), 'statusCode')
  const body = at(at(error, 'response'), 'body')
  const words = wordsOf(body).trim()
  const { code, message, reason, retryable, refused } =
    typeof status === 'number' ? verdictOf(status, body, words, request) : ofTheWay(error)
  const cause = words === '' ? undefined : new Error(`Vault answered ${String(status)}: ${cleaned(words, secrets)}`)
  const fault = new QuittanceError(code, message, {
    details: { outcome: 'absent', reason, retryable: retryable === true },
    ...(cause === undefined ? {} : { cause }),
  })
  return { fault, refused }
}

/**
 * @param words - of one item of a batch
 * @param request - what was asked
 * @returns the error to throw
 */
export function itemFailure(words: string, request: VaultRequest): QuittanceError {
  return failureOf({ response: { statusCode: 400, body: { errors: [words] } } }, request, []).fault
}

/** @returns the error for an answer that is none of Vault's, such as a page of a proxy on the way */
export function strangeAnswer(): QuittanceError {
  return new QuittanceError('KEY_UNAVAILABLE', 'what answers at the address is not Vault', {
    details: { outcome: 'absent', reason: 'answer', retryable: true },
  })
}

/** @returns the error after `close()` */
export function closedFault(): QuittanceError {
  return new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed', {
    details: { outcome: 'absent', reason: 'closed', retryable: false },
  })
}
