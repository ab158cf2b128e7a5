/** Checkpoints to an HTTP endpoint: the subpath `quittance/transparency/sinks/http`. */
import { decodeUtf8, toHex, utf8 } from '../../primitives/bytes.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { sha256, sha256Hex } from '../../primitives/sha256.js'
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
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'

/** Where checkpoints go, and how. */
export interface HttpSinkOptions {
  /** An `https:` URL, the same for all or one for each checkpoint; `http:` only reaches this machine. */
  readonly url: string | ((checkpoint: PublishedCheckpoint) => string)
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT' | undefined
  /**
   * Where the endpoint gives back the largest checkpoint that it has, so that a log whose store went back signs no fork. With a
   * text, `<text>/<SHA-256 of the origin, hex>/checkpoint` is asked by `GET`, as witnesses have it; a function gives the whole
   * address. The answer is 200 and the note, or 404 where there is none. Default: nobody is asked.
   */
  readonly newest?: string | ((origin: string) => string) | undefined
  /** Credentials, for example; they are sent to `newest` too. */
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
  newest: true,
  headers: true,
  format: true,
  name: true,
  timeoutMs: true,
  fetch: true,
} satisfies Record<keyof HttpSinkOptions, true>

/** A head with as many cosignatures as a policy can ask for has a tenth of it. */
const MAX_NOTE_BYTES = 1_000_000

const asJson = ({ kind, chainId, origin, size, note, timestamps }: PublishedCheckpoint): string =>
  JSON.stringify({
    kind,
    chainId,
    origin,
    size,
    note,
    timestamps: timestamps.map((token) => Buffer.from(token).toString('base64')),
  })

function checkedPrefix(given: string): string {
  const url = checkedUrl(given, false)
  if (url.search !== '') throw new TypeError('options.newest must have no query, or be a function')
  return url.href.replace(/\/+$/, '')
}

/**
 * Sends checkpoints to an HTTP endpoint. Each request has an `Idempotency-Key` that is the SHA-256 of its body, so that one
 * that is repeated can be told from a new one. Redirects are not followed.
 *
 * @param options - where to, and how
 * @returns the sink. `publish` resolves at a status from 200 to 299: the checkpoint is as durable as the endpoint makes it
 *   before it answers. It rejects with `TLOG_UNAVAILABLE` (`details.reason` `timeout`, `network`, `status-…`) or an aborted
 *   signal's reason; the endpoint may have it all the same. With `newest` the log asks the endpoint before it signs
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
  const { url, newest, method = 'POST', format = 'note', timeoutMs = 10_000 } = options
  const name = checkedName(options.name ?? 'http')
  const fixed = typeof url === 'function' ? undefined : checkedUrl(url, false)
  const prefix = typeof newest === 'string' ? checkedPrefix(newest) : undefined
  if (newest !== undefined && prefix === undefined && typeof newest !== 'function')
    throw new TypeError('options.newest must be a URL or a function')
  if (method !== 'POST' && method !== 'PUT') throw new RangeError('options.method must be POST or PUT')
  if (format !== 'note' && format !== 'json') throw new RangeError('options.format must be note or json')
  const peer: Omit<HttpPeer, 'url'> = {
    who: `the sink ${name}`,
    method,
    headers: checkedHeaders(options.headers),
    timeoutMs: checkedTimeout(timeoutMs),
    maxBytes: 0,
    fetch: fetchOf(options.fetch),
  }

  const askNewest: CheckpointSink['newest'] = async (origin, { signal } = {}) => {
    const address = typeof newest === 'function' ? newest(origin) : `${prefix}/${sha256Hex(origin)}/checkpoint`
    const asked: HttpPeer = { ...peer, url: checkedUrl(address, false), method: 'GET', maxBytes: MAX_NOTE_BYTES }
    const { status, body } = await exchange(asked, undefined, { accept: 'text/plain' }, signal)
    if (status === 404) return undefined
    if (status !== 200) throw wrongStatus(peer.who, status)
    const note = decodeUtf8(body)
    if (note === undefined) throw unavailable(peer.who, 'malformed', 'answered with something that is no text')
    return note
  }

  return Object.freeze({
    name,
    ...(newest === undefined ? {} : { newest: askNewest }),
    async publish(checkpoint, { signal } = {}) {
      const to = fixed ?? checkedUrl(typeof url === 'function' ? url(checkpoint) : url, false)
      const body = utf8(format === 'json' ? asJson(checkpoint) : checkpoint.note)
      const headers = {
        'content-type': format === 'json' ? 'application/json' : 'text/plain; charset=utf-8',
        'idempotency-key': `"${toHex(sha256(body))}"`,
      }
      const { status } = await exchange({ ...peer, url: to }, body, headers, signal)
      if (status < 200 || status > 299) throw wrongStatus(peer.who, status)
    },
  } satisfies CheckpointSink)
}
