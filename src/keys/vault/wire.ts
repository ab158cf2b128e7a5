import { QuittanceError } from '../../errors.js'
import { waitFor, within } from '../within.js'
import type { VaultClient } from './client.js'
import { type Failure, failureOf, type VaultRequest } from './faults.js'

/** What a call came to. */
export type Outcome = { readonly body: unknown; readonly failure?: undefined } | { readonly failure: Failure }

/** Sends one call. A caller that gives up gets its signal's reason; everything else is an outcome. */
export type Wire = (
  request: VaultRequest,
  token: string | undefined,
  signal: AbortSignal | undefined,
  secrets?: readonly string[],
) => Promise<Outcome>

/**
 * @param open - gives the client
 * @param timeoutMs - how long a call may take
 * @returns what sends
 */
export function createWire(open: () => Promise<VaultClient>, timeoutMs: number): Wire {
  return async (request, token, signal, secrets = []) => {
    const client = await waitFor(open(), signal)
    signal?.throwIfAborted()
    const options = {
      timeout: timeoutMs,
      ...(token === undefined ? {} : { headers: { 'X-Vault-Token': token } }),
    }
    const { method, path, data = {} } = request
    try {
      // The client hears no signal: what it began ends by its own time, and nobody hears of it.
      const call = () => (method === 'read' ? client.read(path, options) : client.write(path, data, options))
      return { body: await within(call, { timeoutMs, signal, what: 'Vault' }) }
    } catch (error) {
      signal?.throwIfAborted()
      if (QuittanceError.is(error)) return { failure: { fault: error } }
      return { failure: failureOf(error, request, token === undefined ? secrets : [token, ...secrets]) }
    }
  }
}
