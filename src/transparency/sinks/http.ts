/** Checkpoints to an HTTP endpoint: the subpath `quittance/transparency/sinks/http`. */
import { toHex, utf8 } from '../../primitives/bytes.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { sha256 } from '../../primitives/sha256.js'
import {
  checkedHeaders,
  checkedTimeout,
  checkedUrl,
  exchange,
  type HttpPeer,
  retryableStatus,
  unavailable,
} from '../http-exchange.js'
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'

/** Where checkpoints go, and how. */
export interface HttpSinkOptions {
  /** An `https:` URL, the same for all or one for each checkpoint; `http:` only reaches this machine. */
  readonly url: string | ((checkpoint: PublishedCheckpoint) => string)
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT' | undefined
  /** Credentials, for example. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * `note`, the default: the signed note as text. `json`: an object with `kind`, `chainId`, `origin`, `size`, `note` and
   * `timestamps` (base64), so that chain ids leave as well.
   */
  readonly format?: 'note' | 'json' | undefined
  /** For messages and metrics; default `http`. */
  readonly name?: string | undefined
  /** For each checkpoint, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined
  /** Sends the request; default the global `fetch`. For proxies and client certificates. */
  readonly fetch?: typeof fetch | undefined
}

const names = {
  url: true,
  method: true,
  headers: true,
  format: true,
  name: true,
  timeoutMs: true,
  fetch: true,
} satisfies Record<keyof HttpSinkOptions, true>

const asJson = ({ kind, chainId, origin, size, note, timestamps }: PublishedCheckpoint): string =>
  JSON.stringify({
    kind,
    chainId,
    origin,
    size,
    note,
    timestamps: timestamps.map((token) => Buffer.from(token).toString('base64')),
  })

/**
 * Sends checkpoints to an HTTP endpoint. Each request has an `Idempotency-Key` that is the SHA-256 of its body, so that one
 * that is repeated can be told from a new one. Redirects are not followed.
 *
 * @param options - where to, and how
 * @returns the sink. `publish` resolves at a status from 200 to 299: the checkpoint is as durable as the endpoint makes it
 *   before it answers. It rejects with `TLOG_UNAVAILABLE` (`details.reason` `timeout`, `network`, `status-…`) or an aborted
 *   signal's reason; the endpoint may have it all the same
 * @throws TypeError, RangeError for a wrong option
 * @example
 * ```ts
 * import { httpSink } from 'quittance/transparency/sinks/http'
 * const sink = httpSink({
 *   url: 'https://auditor.example/checkpoints',
 *   headers: { authorization: `Bearer ${process.env.AUDITOR_TOKEN}` },
 * })
 * ```
 */
export function httpSink(options: HttpSinkOptions): CheckpointSink {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const { url, method = 'POST', format = 'note', name = 'http', timeoutMs = 10_000 } = options
  const fixed = typeof url === 'function' ? undefined : checkedUrl(url, false)
  if (method !== 'POST' && method !== 'PUT') throw new RangeError('options.method must be POST or PUT')
  if (format !== 'note' && format !== 'json') throw new RangeError('options.format must be note or json')
  if (typeof name !== 'string' || name === '') throw new TypeError('options.name must be a text')
  const peer: Omit<HttpPeer, 'url'> = {
    who: `the sink ${name}`,
    method,
    headers: checkedHeaders(options.headers),
    timeoutMs: checkedTimeout(timeoutMs),
    maxBytes: 0,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  }

  return Object.freeze({
    name,
    async publish(checkpoint, { signal } = {}) {
      const to = fixed ?? checkedUrl(typeof url === 'function' ? url(checkpoint) : url, false)
      const body = utf8(format === 'json' ? asJson(checkpoint) : checkpoint.note)
      const headers = {
        'content-type': format === 'json' ? 'application/json' : 'text/plain; charset=utf-8',
        'idempotency-key': `"${toHex(sha256(body))}"`,
      }
      const { status } = await exchange({ ...peer, url: to }, body, headers, signal)
      if (status < 200 || status > 299)
        throw unavailable(peer.who, `status-${status}`, `answered with the status ${status}`, retryableStatus(status))
    },
  } satisfies CheckpointSink)
}
