/** A witness that answers over HTTP (C2SP tlog-witness): `add-checkpoint`, and the newest checkpoint of each log. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QuittanceError } from '../../errors.js'
import type { WitnessAnswer } from './types.js'
import type { WitnessCore } from './witness.js'

/** A checkpoint with 16 signatures of ML-DSA-44 and the longest proof has half of it. */
const MAX_BODY_BYTES = 131_072
const MOST_AT_ONCE = 256
const MOST_CONNECTIONS = 1_024
/** How long a request that is under way may take when the server ends. */
const LAST_MS = 5_000

/** How a witness is served. */
export interface WitnessServerOptions {
  readonly witness: WitnessCore
  /** Where to listen; default 127.0.0.1 and a free port. Put what ends TLS before it. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  /**
   * Hears why a request was answered with 500: state or key failed. Default: a warning of the process.
   */
  readonly onFault?: ((error: unknown) => void) | undefined
}

/** A witness that listens. */
export interface WitnessServer {
  /** The submission and monitoring prefix, as `http://127.0.0.1:7380`. */
  readonly url: string
  /** Takes no more requests, answers those that are there, and ends. The state stays open. Idempotent. */
  close(): Promise<void>
}

const text = (status: number, reason: string, headers: Readonly<Record<string, string>> = {}): WitnessAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: `${reason}\n`,
})

const monitoring = /^\/([0-9a-f]{64})\/checkpoint$/

/** @returns the body, `undefined` where it is too long: then the connection is of no use any more */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  // left before its end it would close the connection, and the answer with it
  const arriving = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  for await (const part of arriving) {
    length += part.length
    if (length > MAX_BODY_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Counted from the end of the body on: who sends it slowly takes a connection, and nobody's turn. */
type Turn = (work: () => Promise<WitnessAnswer>) => Promise<WitnessAnswer>

async function answerTo(witness: WitnessCore, request: IncomingMessage, inTurn: Turn): Promise<WitnessAnswer> {
  const { method, url = '' } = request
  if (url === '/add-checkpoint') {
    if (method !== 'POST') return text(405, 'add-checkpoint takes POST', { allow: 'POST' })
    if (request.headers['content-encoding'] !== undefined) return text(415, 'the body must not be compressed')
    const declared = Number(request.headers['content-length'] ?? 0)
    const body = declared > MAX_BODY_BYTES ? undefined : await bodyOf(request)
    if (body === undefined) return text(413, `a request has at most ${MAX_BODY_BYTES} bytes`, { connection: 'close' })
    return inTurn(() => witness.addCheckpoint(body))
  }
  const originHash = monitoring.exec(url)?.[1]
  if (originHash === undefined) return text(404, 'there is nothing here')
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'checkpoint takes GET', { allow: 'GET, HEAD' })
  return witness.checkpoint(originHash)
}

function send(response: ServerResponse, { status, headers, body }: WitnessAnswer): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length, 'x-content-type-options': 'nosniff' })
  response.end(bytes)
}

const warned = (error: unknown): void => {
  process.emitWarning(`the witness could not answer: ${error instanceof Error ? error.message : String(error)}`, {
    type: 'QuittanceWarning',
    ...(QuittanceError.is(error) ? { code: error.code } : {}),
  })
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(server.address() as AddressInfo)
    })
  })
}

/**
 * Serves a witness.
 *
 * @param options - the witness, and where to listen
 * @returns the server, which listens
 * @throws what the system says where it can't listen there
 * @example
 * ```ts
 * import { localKey } from 'quittance/keys/local'
 * import { createWitness, fileWitnessState, serveWitness } from 'quittance/transparency/witness'
 * import { parseVkey } from 'quittance/transparency'
 * const witness = createWitness({
 *   keys: localKey({ file: './witness.key.pem' }),
 *   name: 'witness.example/w1',
 *   logs: [parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')],
 *   state: fileWitnessState('./witness'),
 * })
 * const { url, close } = await serveWitness({ witness, port: 7380 })
 * ```
 */
export async function serveWitness({
  witness,
  host = '127.0.0.1',
  port = 0,
  onFault = warned,
}: WitnessServerOptions): Promise<WitnessServer> {
  let busy = 0
  let closing: Promise<void> | undefined

  const inTurn: Turn = async (work) => {
    if (busy >= MOST_AT_ONCE) return text(503, 'too many requests at once', { 'retry-after': '1', connection: 'close' })
    busy += 1
    try {
      return await work()
    } finally {
      busy -= 1
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const answer = await answerTo(witness, request, inTurn)
      if (closing) response.setHeader('connection', 'close')
      send(response, answer)
    } catch (error) {
      // who sends half a request and goes has no answer coming, and is no fault of ours
      if (request.errored || response.destroyed) {
        response.destroy()
        return
      }
      onFault(error)
      send(response, text(500, 'the witness can not answer now'))
    } finally {
      // a body that nobody read would be taken for the next request
      if (!request.complete) response.once('finish', () => request.destroy())
    }
  }

  const server = createServer(
    { keepAliveTimeout: 60_000, headersTimeout: 10_000, requestTimeout: 20_000, maxHeaderSize: 8_192 },
    (request, response) => void handle(request, response),
  )
  server.maxConnections = MOST_CONNECTIONS
  const { address, family, port: bound } = await listen(server, port, host)
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close() {
      closing ??= new Promise<void>((resolve, reject) => {
        const last = setTimeout(() => server.closeAllConnections(), LAST_MS)
        server.close((error) => {
          clearTimeout(last)
          if (error) reject(error)
          else resolve()
        })
        server.closeIdleConnections()
      })
      return closing
    },
  }
}
