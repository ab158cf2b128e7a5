/** A time-stamp authority over HTTP (RFC 3161). */
import { QuittanceError } from '../../errors.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import {
  checkedHeaders,
  checkedName,
  checkedTimeout,
  checkedUrl,
  exchange,
  fetchOf,
  type HttpPeer,
  unavailable,
  wrongStatus,
} from '../http-exchange.js'
import type { TimestampAuthority } from '../types.js'
import { judgeToken, readTrust } from './judge.js'
import { loadPki } from './pki.js'
import { requestFor, tokenOf } from './request.js'
import { MAX_TOKEN_BYTES } from './token.js'

/** Which authority, and what is expected of it. */
export interface TimestampAuthorityOptions {
  /** `https:` or `http:`: what comes back is signed, and what is sent is a hash. With `headers` it must be `https:`. */
  readonly url: string
  /** For messages, metrics and the kept state; default the host. */
  readonly name?: string | undefined
  /** The policy that is asked for, dotted decimal; a stamp under another is refused. */
  readonly policyOid?: string | undefined
  /**
   * Trust anchors, as PEM texts or DER. With them a stamp is accepted only when it verifies as `verifyTimestamp` does; without,
   * whether the authority may be trusted is left to whoever verifies later, and all else is checked.
   */
  readonly certificates?: readonly (string | Uint8Array)[] | undefined
  /** For each stamp, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined
  /** Credentials, where it wants some. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sends the request; default the global `fetch`. For proxies and client certificates. */
  readonly fetch?: typeof fetch | undefined
}

const names = {
  url: true,
  name: true,
  policyOid: true,
  certificates: true,
  timeoutMs: true,
  headers: true,
  fetch: true,
} satisfies Record<keyof TimestampAuthorityOptions, true>

/**
 * A time-stamp authority over HTTP. It is sent the SHA-256 of the message with a random nonce, and asked for its certificate.
 * An answer is accepted when it is to this request, signed by a certificate that it names and that is for time stamps.
 *
 * @param options - where it is, and what is expected
 * @returns the authority; nothing is sent before `stamp`, which rejects with `TLOG_REFUSED` (`details.reason` is the
 *   authority's own word, such as `unacceptedPolicy`; `imprint`, `nonce`, `policy`; or the code of the first problem that
 *   `verifyTimestamp` finds), `TLOG_UNAVAILABLE` (`timeout`, `network`, `status-…`, `malformed`, `too-large`,
 *   `timeNotAvailable`, `systemFailure`, `not-installed`), or an aborted signal's reason
 * @throws TypeError, RangeError for a wrong option
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { timestampAuthority } from 'quittance/transparency/timestamp'
 * const authority = timestampAuthority({
 *   url: 'https://tsa.example/tsr',
 *   certificates: [await readFile('authority.pem', 'utf8')],
 * })
 * ```
 */
export function timestampAuthority(options: TimestampAuthorityOptions): TimestampAuthority {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const { policyOid, certificates, timeoutMs = 10_000 } = options
  const headers = checkedHeaders(options.headers)
  const url = checkedUrl(options.url, Object.keys(headers).length === 0)
  const name = checkedName(options.name ?? url.host)
  if (policyOid !== undefined && !/^\d+(\.\d+)+$/.test(String(policyOid)))
    throw new RangeError('options.policyOid must be dotted decimal')
  if (certificates !== undefined && !Array.isArray(certificates))
    throw new TypeError('options.certificates must be a list')
  const who = `the time-stamp authority ${name}`
  const peer: HttpPeer = {
    who,
    url,
    method: 'POST',
    headers,
    timeoutMs: checkedTimeout(timeoutMs),
    maxBytes: MAX_TOKEN_BYTES,
    fetch: fetchOf(options.fetch),
  }

  return Object.freeze({
    name,
    async stamp(message, { signal } = {}) {
      if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
      const trust = readTrust({ authorities: certificates ?? [] })
      const request = requestFor(await loadPki(), message, policyOid)
      const about = { accept: 'application/timestamp-reply', 'content-type': 'application/timestamp-query' }
      const { status, body } = await exchange(peer, request.der, about, signal)
      if (status !== 200) throw wrongStatus(who, status)
      let token: Uint8Array
      try {
        token = tokenOf(body, request, who)
      } catch (error) {
        if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
        throw unavailable(who, 'malformed', 'answered with something that is no time stamp', true, error)
      }
      const left = judgeToken(token, message, { ...trust, now: Date.now() }).problems.find(
        ({ code }) => certificates !== undefined || code !== 'AUTHORITY_UNKNOWN',
      )
      if (left === undefined) return token
      throw new QuittanceError('TLOG_REFUSED', `${who} gave a stamp that does not hold: ${left.message}`, {
        details: { reason: left.code, retryable: false },
      })
    },
  } satisfies TimestampAuthority)
}
