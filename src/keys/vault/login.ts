import { readFile } from 'node:fs/promises'
import { QuittanceError } from '../../errors.js'
import { at, type Failure, strangeAnswer } from './faults.js'
import type { CheckedLogin } from './options.js'
import type { Wire } from './wire.js'

/** A token with its time to live, as the server tells it. */
export interface Lease {
  readonly token: string
  /** In milliseconds; `Infinity` for one without end. */
  readonly ttlMs: number
  readonly renewable: boolean
}

/**
 * @param auth - the member `auth` of a login's or a renewal's answer
 * @returns the lease
 * @throws QuittanceError `KEY_UNAVAILABLE` for an answer that is none of Vault's
 */
export function leaseOf(auth: unknown): Lease {
  const token = at(auth, 'client_token')
  const seconds = at(auth, 'lease_duration')
  if (typeof token !== 'string' || token === '' || typeof seconds !== 'number' || !(seconds >= 0)) throw strangeAnswer()
  return { token, ttlMs: seconds === 0 ? Infinity : seconds * 1000, renewable: at(auth, 'renewable') === true }
}

async function serviceAccount(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw new QuittanceError('KEY_UNAVAILABLE', "the service account's token can not be read", {
      details: { outcome: 'absent', file, reason: (error as NodeJS.ErrnoException).code, retryable: true },
    })
  }
}

/**
 * Logs in.
 *
 * @param wire - sends
 * @param login - how
 * @returns the token, or why there is none
 * @throws QuittanceError `KEY_UNAVAILABLE` when the service account's token can't be read
 */
export async function logIn(wire: Wire, login: CheckedLogin): Promise<Lease | Failure> {
  const path = `auth/${login.mount}/login`
  const secret = login.method === 'approle' ? login.secretId : await serviceAccount(login.jwtFile)
  const data =
    login.method === 'approle' ? { role_id: login.roleId, secret_id: secret } : { role: login.role, jwt: secret }
  const outcome = await wire({ method: 'write', path, data, what: 'login' }, undefined, undefined, [secret])
  return outcome.failure ?? leaseOf(at(outcome.body, 'auth'))
}
