/** One request and its answer, bounded in time and size, for whoever sends checkpoints away. */
import { QuittanceError } from '../errors.js'
import { concatBytes } from '../primitives/bytes.js'

/** Who is asked, and how. */
export interface HttpPeer {
  /** For messages. */
  readonly who: string
  readonly url: URL
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Longer answers are refused; 0: the status says it all, and nothing more is read. */
  readonly maxBytes: number
  readonly fetch: typeof fetch
}

/** What came back. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: Uint8Array
}

const LONGEST_MS = 2 ** 31 - 1

/**
 * @param who - who failed
 * @param reason - a stable word
 * @param why - completes the sentence that begins with `who`
 * @param retryable - whether the same may go well later
 */
export function unavailable(
  who: string,
  reason: string,
  why: string,
  retryable = true,
  cause?: unknown,
): QuittanceError {
  return new QuittanceError('TLOG_UNAVAILABLE', `${who} ${why}`, { details: { reason, retryable }, cause })
}

/**
 * @param given - `options.url`
 * @param plain - whether `http:` may be used beyond this machine
 * @throws TypeError when it is no such URL, has credentials in it, or would go over the network unprotected
 */
export function checkedUrl(given: unknown, plain: boolean): URL {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError('options.url must be an https: URL')
  if (url.username !== '' || url.password !== '')
    throw new TypeError('options.url must have no credentials in it: put them into options.headers')
  if (url.hash !== '') throw new TypeError('options.url must have no fragment')
  const local = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(url.hostname)
  if (url.protocol === 'http:' && !plain && !local)
    throw new TypeError('options.url must be an https: URL; http: only reaches this machine')
  return url
}

/** @throws TypeError; never with what a header holds */
export function checkedHeaders(given: unknown): Record<string, string> {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) throw new TypeError('options.headers must be an object')
  try {
    return Object.fromEntries(new Headers(given as Record<string, string>))
  } catch {
    throw new TypeError('options.headers has a name or a value that HTTP does not allow')
  }
}

/** @throws RangeError */
export function checkedTimeout(given: number): number {
  if (!(typeof given === 'number' && given > 0 && given <= LONGEST_MS))
    throw new RangeError('options.timeoutMs must be above 0 and below 2^31')
  return given
}

/** @throws TypeError when it is no name for messages and metrics */
export function checkedName(given: unknown): string {
  if (typeof given !== 'string' || given === '') throw new TypeError('options.name must be a text')
  return given
}

/** @returns what sends requests; the global `fetch` is looked up at each, so that one that was put in its place later is used */
export const fetchOf = (given: typeof fetch | undefined): typeof fetch => given ?? ((input, init) => fetch(input, init))

async function bodyOf(response: Response, { who, maxBytes }: HttpPeer): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  if (maxBytes === 0) {
    await response.body?.cancel()
    return concatBytes()
  }
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > maxBytes) throw unavailable(who, 'too-large', `answered with more than ${maxBytes} bytes`)
    parts.push(part)
  }
  return concatBytes(...parts)
}

/**
 * Sends one request. Redirects are not followed: they come back as they are.
 *
 * @param peer - who is asked
 * @param body - what is sent; nothing where there is none
 * @param headers - beside those of the peer
 * @returns the answer, whatever its status
 * @throws QuittanceError `TLOG_UNAVAILABLE` with `timeout`, `network` or `too-large`; the signal's reason
 */
export async function exchange(
  peer: HttpPeer,
  body: Uint8Array | undefined,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<HttpAnswer> {
  signal?.throwIfAborted()
  const { who, url, method, timeoutMs } = peer
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await peer.fetch(url.href, {
      method,
      ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
      headers: { ...headers, ...peer.headers },
      // A redirect could lead into a network that only this machine sees.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const contentType = response.headers.get('content-type') ?? undefined
    return { status: response.status, contentType, body: await bodyOf(response, peer) }
  } catch (error) {
    signal?.throwIfAborted()
    if (QuittanceError.is(error)) throw error
    if (timeout.aborted) throw unavailable(who, 'timeout', `gave no answer within ${timeoutMs} ms`, true, error)
    // What fetch throws for a network's fault; anything else is one of ours.
    if (error instanceof TypeError) throw unavailable(who, 'network', 'could not be reached', true, error)
    throw error
  }
}

/** @returns the error that says that somebody answered with another status than is wanted */
export function wrongStatus(who: string, status: number): QuittanceError {
  const retryable = status >= 500 || status === 408 || status === 425 || status === 429
  return unavailable(who, `status-${status}`, `answered with the status ${status}`, retryable)
}
