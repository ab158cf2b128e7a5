/** Checkpoints as syslog messages: the subpath `quittance/transparency/sinks/syslog`. */
import { createSocket } from 'node:dgram'
import { isIP, connect as plainConnect, type Socket } from 'node:net'
import { hostname as ownHostname } from 'node:os'
import { connect as tlsConnect } from 'node:tls'
import { QuittanceError } from '../../errors.js'
import { toHex, utf8 } from '../../primitives/bytes.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { sha256 } from '../../primitives/sha256.js'
import { isoTime } from '../../primitives/time.js'
import { checkedTimeout, unavailable } from '../http-exchange.js'
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'

/** Where the messages go. */
export interface SyslogSinkOptions {
  readonly host: string
  /** Default 6514 for `tls`, 601 for `tcp`, 514 for `udp`. */
  readonly port?: number | undefined
  /**
   * `tls`: RFC 5425. `tcp`: RFC 6587, octet counting. `udp`: RFC 5426, of which nobody ever knows whether it arrived.
   */
  readonly transport: 'tls' | 'tcp' | 'udp'
  /** Of `tls`: whom the receiver's certificate must come from, and who this client is. Default: the usual authorities. */
  readonly tls?:
    | {
        readonly ca?: string | undefined
        readonly cert?: string | undefined
        readonly key?: string | undefined
        readonly servername?: string | undefined
      }
    | undefined
  /** 0 to 23; default 13, the audit log. */
  readonly facility?: number | undefined
  /** 0 to 7; default 5, notice. */
  readonly severity?: number | undefined
  /** What the message says of its machine; default the machine's name. */
  readonly hostname?: string | undefined
  /** Default `quittance`. */
  readonly appName?: string | undefined
  /**
   * Longer messages are refused here, because a receiver cuts them without a word. Default 2,048 bytes for `udp`, else 8,192:
   * what receivers must take. Raise it only with the receiver's own limit.
   */
  readonly maxBytes?: number | undefined
  /** For messages and metrics; default `syslog`. */
  readonly name?: string | undefined
  /** For each checkpoint, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined
}

const names = {
  host: true,
  port: true,
  transport: true,
  tls: true,
  facility: true,
  severity: true,
  hostname: true,
  appName: true,
  maxBytes: true,
  name: true,
  timeoutMs: true,
} satisfies Record<keyof SyslogSinkOptions, true>
const tlsNames = { ca: true, cert: true, key: true, servername: true } satisfies Record<
  keyof NonNullable<SyslogSinkOptions['tls']>,
  true
>

const ports = { tls: 6514, tcp: 601, udp: 514 }
const limits = { tls: 8_192, tcp: 8_192, udp: 2_048 }
const MAX_DATAGRAM = 65_507

const within = (value: unknown, name: string, least: number, most: number): void => {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    throw new RangeError(`options.${name} must be an integer from ${least} to ${most}`)
}

/** A field of the header: printable, without spaces, `-` for nothing. */
const field = (text: string, most: number): string => text.replace(/[^!-~]/g, '_').slice(0, most) || '-'

const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

interface Header {
  readonly priority: number
  readonly hostname: string | undefined
  readonly appName: string
}

/** RFC 5424. What it says is JSON, because structured data of one's own needs a number that IANA gives out. */
function messageOf({ kind, origin, size, note }: PublishedCheckpoint, header: Header): Uint8Array {
  const bytes = utf8(note)
  const said = asciiJson({
    kind,
    origin,
    size,
    sha256: toHex(sha256(bytes)),
    note: Buffer.from(bytes).toString('base64'),
  })
  const host = field(header.hostname ?? ownHostname(), 255)
  const app = field(header.appName, 48)
  return utf8(`<${header.priority}>1 ${isoTime(Date.now())} ${host} ${app} ${process.pid} checkpoint - ${said}`)
}

type Work = (done: () => void, failed: (error: unknown) => void) => () => void

/** Settles with the work, with the signal, or in time; whichever it is, what the work opened is closed. */
function bounded(work: Work, timeoutMs: number, who: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let close: () => void = () => undefined
    let settled = false
    const settle = (end: () => void): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      close()
      end()
    }
    const abort = (): void => settle(() => reject(signal?.reason))
    const fail = (error: unknown): void =>
      settle(() =>
        reject(QuittanceError.is(error) ? error : unavailable(who, 'network', 'could not be reached', true, error)),
      )
    const timer = setTimeout(
      () => fail(unavailable(who, 'timeout', `did not take it within ${timeoutMs} ms`)),
      timeoutMs,
    )
    signal?.addEventListener('abort', abort, { once: true })
    close = work(() => settle(resolve), fail)
    if (signal?.aborted) abort()
  })
}

/** The receiver closes when it has read everything: an answer that the protocol does not have otherwise. */
const streamed =
  (open: () => Socket, frame: Uint8Array): Work =>
  (done, failed) => {
    const socket = open()
    let sent = false
    socket.once('error', failed)
    socket.once('end', () => (sent ? done() : failed(new Error('the connection was closed before all was sent'))))
    socket.once('close', () => failed(new Error('the connection was closed')))
    socket.on('data', () => undefined)
    socket.end(frame, () => {
      sent = true
    })
    return () => {
      // What comes after the end is of no interest, and must not be thrown.
      socket.on('error', () => undefined)
      socket.destroy()
    }
  }

const datagram =
  (host: string, port: number, message: Uint8Array): Work =>
  (done, failed) => {
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
    socket.once('error', failed)
    socket.send(message, port, host, (error) => (error ? failed(error) : done()))
    return () => void socket.close()
  }

/**
 * Sends checkpoints as syslog messages (RFC 5424), one connection each. The message is a JSON object with `kind`, `origin`,
 * `size`, `sha256` of the note, and the whole `note` as base64; time stamps are not in it, and no chain id.
 *
 * **What it can't confirm.** No syslog protocol says that a message was stored. Over `tls` and `tcp`, `publish` resolves when
 * the receiver has read everything and closed; what it then does with it is unknown. Over `udp` it resolves when the message
 * was handed to the network. A checkpoint that is published again is another line with the same `sha256`.
 *
 * @param options - where to, and how
 * @returns the sink; `publish` rejects with `TLOG_UNAVAILABLE` (`details.reason` `timeout`, `network`, `too-large`) or an
 *   aborted signal's reason
 * @throws TypeError, RangeError for a wrong option
 * @example
 * ```ts
 * import { syslogSink } from 'quittance/transparency/sinks/syslog'
 * const sink = syslogSink({ host: 'logs.example', transport: 'tls' })
 * ```
 */
export function syslogSink(options: SyslogSinkOptions): CheckpointSink {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, names, 'options')
  const { host, transport, facility = 13, severity = 5, hostname, appName = 'quittance', name = 'syslog' } = options
  if (!Object.hasOwn(ports, transport)) throw new RangeError('options.transport must be tls, tcp or udp')
  const { port = ports[transport], maxBytes = limits[transport], tls = {} } = options
  if (typeof host !== 'string' || host === '') throw new TypeError('options.host must be a host name or an address')
  if (typeof name !== 'string' || name === '') throw new TypeError('options.name must be a text')
  if (typeof appName !== 'string' || appName === '') throw new TypeError('options.appName must be a text')
  if (options.tls !== undefined && transport !== 'tls') throw new TypeError('options.tls belongs to the transport tls')
  refuseUnknownMembers(tls, tlsNames, 'options.tls')
  within(port, 'port', 1, 65_535)
  within(facility, 'facility', 0, 23)
  within(severity, 'severity', 0, 7)
  within(maxBytes, 'maxBytes', 480, transport === 'udp' ? MAX_DATAGRAM : 1_000_000)
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 10_000)
  const who = `the sink ${name}`
  const header: Header = { priority: facility * 8 + severity, hostname, appName }
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '')
  const open = (): Socket => {
    if (transport === 'tcp') return plainConnect({ host, port })
    return tlsConnect({
      host,
      port,
      servername,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
      minVersion: 'TLSv1.2',
    })
  }

  return Object.freeze({
    name,
    async publish(checkpoint, { signal } = {}) {
      signal?.throwIfAborted()
      const message = messageOf(checkpoint, header)
      if (message.length > maxBytes) {
        const why = `can not take a message of ${message.length} bytes: raise maxBytes, here and at the receiver`
        throw unavailable(who, 'too-large', why, false)
      }
      // The length stands before it: no byte of the message can end it.
      const frame = Buffer.concat([utf8(`${message.length} `), message])
      const work = transport === 'udp' ? datagram(host, port, message) : streamed(open, frame)
      await bounded(work, timeoutMs, who, signal)
    },
  } satisfies CheckpointSink)
}
