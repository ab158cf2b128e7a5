/** A witness over HTTP (C2SP tlog-witness). */
import { decodeUtf8 } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import type { CosignatureVerifier } from '../../tlog/trusted.js'
import { type NoteKey, parseVkey } from '../../tlog/vkey.js'
import { exchange, fetchOf, type HttpPeer } from '../http-exchange.js'
import type { PatienceOptions, Witness } from '../types.js'
import { type Answer, cosigningBy, MAX_ANSWER_BYTES, unavailable } from './cosigning.js'

/** Which witness, and how to reach it. */
export interface HttpWitnessOptions {
  /** The submission prefix: `add-checkpoint` is put behind it. `http:` or `https:`, without query and fragment. */
  readonly url: string
  /** Its verifier key or keys, as the witness publishes them; from a source that is trusted. */
  readonly vkey?: string | readonly string[] | undefined
  /** The same, read already; exactly one of the two is given. */
  readonly key?: NoteKey | readonly NoteKey[] | undefined
  /** For messages; default the name of the first key. */
  readonly name?: string | undefined
  /** For each request; default 10 seconds. */
  readonly timeoutMs?: number | undefined
  /** Checks lines of ML-DSA-44 keys. */
  readonly mlDsa44?: CosignatureVerifier | undefined
  /** Gets the lines of the witness's ML-DSA-44 keys where nothing checks them; they are not among what `cosign` returns. */
  readonly onUnverified?: ((lines: readonly string[]) => void) | undefined
}

const DEFAULT_TIMEOUT_MS = 10_000
const LONGEST_MS = 2 ** 31 - 1

function prefixOf(prefix: string): string {
  const url = URL.canParse(prefix) ? new URL(prefix) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new TypeError('url must be an http: or https: URL')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new TypeError('url must have no credentials, query and fragment')
  return url.href.replace(/\/+$/, '')
}

function keysOf({ vkey, key }: HttpWitnessOptions): readonly NoteKey[] {
  if ((vkey === undefined) === (key === undefined)) throw new TypeError('exactly one of vkey and key must be given')
  const keys = vkey === undefined ? [key ?? []].flat() : [vkey].flat().map(parseVkey)
  if (keys.length === 0) throw new TypeError('a witness must have a key')
  if (keys.some(({ type }) => type === 'ed25519')) throw new TypeError("key must be of a witness's type, not a log's")
  return keys
}

/**
 * A witness over HTTP. Nothing is sent before `cosign` or `newest`; the client remembers the newest size that was cosigned,
 * and asks the witness for it where it knows none.
 *
 * @param options - where it is, and its key
 * @returns the witness. `cosign` rejects with `TLOG_REFUSED` (`details.reason` `inconsistent`, `witness-ahead`, `unknown-log`,
 *   `signature`, `bad-request`), `TLOG_UNTRUSTED` where its cosignature is wrong or of another key, and `TLOG_UNAVAILABLE`
 *   (`timeout`, `network`, `status-…`, `conflict`, `superseded`, `malformed`, `too-large`); an aborted signal rejects with its reason
 * @throws TypeError, RangeError for options that make no sense; QuittanceError `TLOG_MALFORMED` for a verifier key
 * @example
 * ```ts
 * import { httpWitness } from 'quittance/transparency'
 * const witness = (vkey: string) => httpWitness({ url: 'https://witness.example/w1', vkey })
 * ```
 */
export function httpWitness(options: HttpWitnessOptions): Witness {
  const prefix = prefixOf(options.url)
  const keys = keysOf(options)
  const { name = keys[0]?.name ?? '', timeoutMs = DEFAULT_TIMEOUT_MS, mlDsa44, onUnverified } = options
  if (!(timeoutMs > 0) || timeoutMs > LONGEST_MS) throw new RangeError('timeoutMs must be above 0 and below 2^31')
  const who = `the witness ${name}`

  const ask = async (
    path: string,
    method: HttpPeer['method'],
    body: Uint8Array | undefined,
    { signal }: PatienceOptions,
  ): Promise<Answer> => {
    const url = new URL(`${prefix}/${path}`)
    const peer = { who, url, method, headers: {}, timeoutMs, maxBytes: MAX_ANSWER_BYTES, fetch: fetchOf(undefined) }
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/octet-stream' }
    const { status, contentType, body: bytes } = await exchange(peer, body, headers, signal)
    const text = decodeUtf8(bytes)
    if (text === undefined) throw unavailable(name, 'malformed', 'answered with something that is no text')
    return { status, contentType, body: text }
  }

  const post = (body: Uint8Array, patience: PatienceOptions): Promise<Answer> =>
    ask('add-checkpoint', 'POST', body, patience)

  return {
    name,
    cosign: cosigningBy({ name, keys: async () => keys, post, mlDsa44, onUnverified }),
    async newest(origin, patience = {}) {
      const { status, body } = await ask(`${sha256Hex(origin)}/checkpoint`, 'GET', undefined, patience)
      if (status === 200) return body
      // no head of this log, or one who tells nobody
      if (status === 404) return undefined
      throw unavailable(name, `status-${status}`, `answered with status ${status}`)
    },
  }
}
