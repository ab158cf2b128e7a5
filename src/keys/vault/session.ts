import { QuittanceError } from '../../errors.js'
import { waitFor } from '../within.js'
import { connect, type VaultClient } from './client.js'
import { closedFault, type VaultRequest } from './faults.js'
import { addressOf, type CheckedConnection } from './options.js'
import { borrowedToken, ownToken, tokenOver } from './token.js'
import { createWire, type Outcome } from './wire.js'

/** Calls to one server, with a token that is seen to. */
export interface VaultSession {
  /**
   * @param request - what to ask
   * @param signal - gives up
   * @returns the body of the answer
   * @throws QuittanceError `KEY_*`
   */
  call(request: VaultRequest, signal?: AbortSignal | undefined): Promise<unknown>
  /** Gives a token that was obtained by a login back. Idempotent. */
  close(): Promise<void>
}

const absent = (message: string, reason = 'absent'): QuittanceError =>
  new QuittanceError('KEY_NOT_FOUND', message, { details: { outcome: 'absent', reason, retryable: false } })

function placeOf({ address, namespace, caFile }: CheckedConnection) {
  const named = address ?? process.env.VAULT_ADDR
  if (named === undefined || named === '')
    throw absent('no Vault server is named: give the option address, or set VAULT_ADDR')
  const checked = addressOf(named)
  if (checked === undefined)
    throw absent('VAULT_ADDR is no http: or https: URL without credentials, query and fragment', 'malformed')
  return {
    address: checked,
    namespace: namespace ?? (process.env.VAULT_NAMESPACE || undefined),
    caFile: caFile ?? (process.env.VAULT_CACERT || undefined),
  }
}

function tokenOf({ token }: CheckedConnection): string {
  const named = token ?? process.env.VAULT_TOKEN?.trim()
  if (named === undefined || named === '')
    throw absent('there is no Vault token: give the option token or auth, or set VAULT_TOKEN')
  if (!/^[\x21-\x7e]+$/.test(named)) throw absent('VAULT_TOKEN holds what no token holds', 'malformed')
  return named
}

/**
 * @param connection - the options, checked
 * @param tell - hears of what may end the signing later
 * @returns the session; nothing is loaded, read or sent before the first call
 */
export function vaultSession(connection: CheckedConnection, tell: (warning: QuittanceError) => void): VaultSession {
  let closed = false
  let opening: Promise<VaultClient> | undefined
  const open = (): Promise<VaultClient> => {
    if (connection.client !== undefined) return Promise.resolve(connection.client)
    opening ??= (async () => connect(placeOf(connection)))().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  const wire = createWire(open, connection.timeoutMs)
  const { login } = connection
  const keeper =
    connection.client !== undefined
      ? borrowedToken()
      : ownToken(wire, login === undefined ? { token: () => tokenOf(connection) } : { login }, tell)

  return {
    async call(request, signal) {
      const send = async (token: string | undefined): Promise<Outcome> => {
        if (closed) throw closedFault()
        return wire(request, token, signal)
      }
      // A server that is not named is said before a token that is missing.
      await waitFor(open(), signal)
      const first = await keeper.current(signal)
      let used = first
      let outcome = await send(first.token)
      if (outcome.failure?.refused !== undefined) {
        const second = await keeper.replacement(first, outcome.failure.refused, signal)
        if (second !== undefined) {
          used = second
          outcome = await send(second.token)
        }
      }
      if (outcome.failure === undefined) {
        used.accepted = true
        return outcome.body
      }
      if (outcome.failure.refused === 'token' && used.accepted) throw tokenOver()
      throw outcome.failure.fault
    },
    async close() {
      closed = true
      await keeper.close()
    },
  }
}
