/** A witness over HTTP (C2SP tlog-witness). */
import { concatBytes, decodeUtf8 } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import type { CosignatureVerifier } from '../../tlog/trusted.js'
import { type NoteKey, parseVkey } from '../../tlog/vkey.js'
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

/** @returns as much as a witness has to say, `undefined` where it says more */
async function bodyOf(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > MAX_ANSWER_BYTES) return undefined
    parts.push(part)
  }
  return decodeUtf8(concatBytes(...parts))
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

  const exchange = async (path: string, given: RequestInit, { signal }: PatienceOptions): Promise<Answer> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await fetch(`${prefix}/${path}`, {
        ...given,
        // a redirect could lead into a network that only this machine sees
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      const text = await bodyOf(response)
      if (text === undefined)
        throw unavailable(name, 'too-large', `answered with more than ${MAX_ANSWER_BYTES} bytes, or no text`)
      return { status: response.status, contentType: response.headers.get('content-type') ?? undefined, body: text }
    } catch (error) {
      signal?.throwIfAborted()
      if (timeout.aborted) throw unavailable(name, 'timeout', `gave no answer within ${timeoutMs} ms`, error)
      // what fetch throws for a network's fault; anything else is one of ours
      if (error instanceof TypeError) throw unavailable(name, 'network', 'could not be reached', error)
      throw error
    }
  }

  const post = (body: Uint8Array, patience: PatienceOptions): Promise<Answer> =>
    exchange(
      'add-checkpoint',
      { method: 'POST', body: Uint8Array.from(body), headers: { 'content-type': 'application/octet-stream' } },
      patience,
    )

  return {
    name,
    cosign: cosigningBy({ name, keys: async () => keys, post, mlDsa44, onUnverified }),
    async newest(origin, patience = {}) {
      const { status, body } = await exchange(`${sha256Hex(origin)}/checkpoint`, { method: 'GET' }, patience)
      if (status === 200) return body
      // no head of this log, or one who tells nobody
      if (status === 404) return undefined
      throw unavailable(name, `status-${status}`, `answered with status ${status}`)
    },
  }
}
