/** The syslog sink against receivers over loopback, which take RFC 6587 frames and RFC 5424 messages apart. */
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeTlsFiles, type TlsFiles } from '../../scripts/services/redis-tls.js'
import { QuittanceError } from '../../src/index.js'
import { syslogSink } from '../../src/transparency/sinks/syslog.js'
import { published } from './sinks-support.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let dir: string
let files: TlsFiles
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'quittance-syslog-'))
  files = makeTlsFiles(dir)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** RFC 6587, 3.4.1: `MSG-LEN SP SYSLOG-MSG`, one behind the other. */
function framesIn(stream: Buffer): string[] {
  const frames: string[] = []
  for (let at = 0; at < stream.length; ) {
    const space = stream.indexOf(0x20, at)
    const length = stream.subarray(at, space).toString('latin1')
    expect(length).toMatch(/^[1-9][0-9]*$/)
    const end = space + 1 + Number(length)
    expect(end).toBeLessThanOrEqual(stream.length)
    frames.push(stream.subarray(space + 1, end).toString('utf8'))
    at = end
  }
  return frames
}

/** RFC 5424, 6: the header's fields, no structured data, and the message. */
function messageIn(frame: string) {
  const pattern =
    /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) - (.*)$/
  const [, priority, time, hostname, appName, pid, messageId, said = ''] = pattern.exec(frame) ?? []
  return { priority, time, hostname, appName, pid, messageId, said: JSON.parse(said) as Record<string, unknown> }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

interface Receiver {
  readonly port: number
  readonly streams: Buffer[]
}

/** Takes what comes until its end, as a receiver does; `onSocket` may do otherwise. */
async function receive(secure: boolean, onSocket?: (socket: Socket, count: number) => boolean): Promise<Receiver> {
  const streams: Buffer[] = []
  const sockets = new Set<Socket>()
  const take = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (onSocket?.(socket, sockets.size) === true) return
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.on('end', () => streams.push(Buffer.concat(parts)))
  }
  const server = secure
    ? createTlsServer({ cert: readFileSync(files.cert), key: readFileSync(files.key) }, take)
    : createServer(take)
  const port = await listen(server)
  closing.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return { port, streams }
}

const failure = async (work: Promise<void>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!QuittanceError.is(error)) throw new Error('it did not fail as it should', { cause: error })
  return [error.code, error.details.reason, error.details.retryable]
}

const host = '127.0.0.1'

describe('a checkpoint over TCP', () => {
  it('arrives as one frame with the whole note', async () => {
    const { port, streams } = await receive(false)
    const checkpoint = await published(42)
    const before = Date.now()
    await syslogSink({ host, port, transport: 'tcp', hostname: 'host one', appName: 'receipts' }).publish(checkpoint)
    expect(streams.length).toBe(1)
    const [frame = '', ...more] = framesIn(streams[0] ?? Buffer.alloc(0))
    expect(more).toEqual([])
    const { said, time, ...header } = messageIn(frame)
    expect(header).toEqual({
      priority: '109',
      hostname: 'host_one',
      appName: 'receipts',
      pid: String(process.pid),
      messageId: 'checkpoint',
    })
    expect(Date.parse(time ?? '')).toBeGreaterThanOrEqual(before)
    expect(said).toEqual({
      kind: 'log',
      origin: checkpoint.origin,
      size: 42,
      sha256: createHash('sha256').update(checkpoint.note).digest('hex'),
      note: Buffer.from(checkpoint.note).toString('base64'),
    })
  })

  it('keeps its frame whatever its origin holds', async () => {
    const { port, streams } = await receive(false)
    const origin = 'log.example/„Zürich“ \u2028 "quoted" \\ <1>1 – 5 x'
    const checkpoint = { ...(await published(1)), origin }
    await syslogSink({ host, port, transport: 'tcp' }).publish(checkpoint)
    const [frame = ''] = framesIn(streams[0] ?? Buffer.alloc(0))
    expect(frame).toMatch(/^[ -~]*$/)
    expect(messageIn(frame).said.origin).toBe(origin)
  })

  it('has the facility and severity that are asked for', async () => {
    const { port, streams } = await receive(false)
    await syslogSink({ host, port, transport: 'tcp', facility: 4, severity: 6 }).publish(await published(1))
    expect(messageIn(framesIn(streams[0] ?? Buffer.alloc(0))[0] ?? '').priority).toBe('38')
  })

  it('that is longer than receivers take is refused before it is sent', async () => {
    const { port, streams } = await receive(false)
    const checkpoint = { ...(await published(1)), note: `${'x'.repeat(7_000)}\n` }
    expect(await failure(syslogSink({ host, port, transport: 'tcp' }).publish(checkpoint))).toEqual([
      'TLOG_UNAVAILABLE',
      'too-large',
      false,
    ])
    await syslogSink({ host, port, transport: 'tcp', maxBytes: 20_000 }).publish(checkpoint)
    expect(streams.length).toBe(1)
    expect(framesIn(streams[0] ?? Buffer.alloc(0)).length).toBe(1)
  })
})

describe('a receiver', () => {
  it('that ends before it has read, or after, leaves it to be sent again: the same line twice', async () => {
    for (const reads of [false, true]) {
      const kept: Buffer[] = []
      const { port, streams } = await receive(false, (socket, count) => {
        if (count > 1) return false
        if (!reads) socket.resetAndDestroy()
        else
          socket.on('data', (part: Buffer) => {
            kept.push(part)
            socket.resetAndDestroy()
          })
        return true
      })
      const sink = syslogSink({ host, port, transport: 'tcp' })
      const checkpoint = await published(5)
      expect(await failure(sink.publish(checkpoint))).toEqual(['TLOG_UNAVAILABLE', 'network', true])
      await sink.publish(checkpoint)
      const lines = [...kept, ...streams].flatMap(framesIn).map((frame) => messageIn(frame).said.sha256)
      expect(lines.length).toBe(reads ? 2 : 1)
      expect(new Set(lines).size).toBe(1)
    }
  })

  it('that never closes has confirmed nothing', async () => {
    const { port } = await receive(false, (socket) => {
      socket.pause()
      return true
    })
    expect(
      await failure(syslogSink({ host, port, transport: 'tcp', timeoutMs: 200 }).publish(await published(1))),
    ).toEqual(['TLOG_UNAVAILABLE', 'timeout', true])
  })

  it('that is not there is unavailable', async () => {
    const { port } = await receive(false)
    await closing.pop()?.()
    for (const transport of ['tcp', 'tls'] as const)
      expect(await failure(syslogSink({ host, port, transport }).publish(await published(1)))).toEqual([
        'TLOG_UNAVAILABLE',
        'network',
        true,
      ])
  })

  it('is not waited for once the caller gave up', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const { port } = await receive(false, () => {
      controller.abort(reason)
      return true
    })
    const sink = syslogSink({ host, port, transport: 'tcp' })
    await expect(sink.publish(await published(1), { signal: controller.signal })).rejects.toBe(reason)
    await expect(sink.publish(await published(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('over TLS', () => {
  it('the same frame arrives at a receiver whose certificate is trusted', async () => {
    const { port, streams } = await receive(true)
    const checkpoint = await published(6)
    await syslogSink({ host, port, transport: 'tls', tls: { ca: readFileSync(files.ca, 'utf8') } }).publish(checkpoint)
    const { said } = messageIn(framesIn(streams[0] ?? Buffer.alloc(0))[0] ?? '')
    expect(said.note).toBe(Buffer.from(checkpoint.note).toString('base64'))
  })

  it('nothing is sent to one that is not trusted, or has another name', async () => {
    const { port, streams } = await receive(true)
    const ca = readFileSync(files.ca, 'utf8')
    for (const tls of [undefined, { ca, servername: 'logs.example' }]) {
      const sink = syslogSink({ host, port, transport: 'tls', ...(tls === undefined ? {} : { tls }) })
      expect((await failure(sink.publish(await published(1))))[1]).toBe('network')
    }
    expect(Buffer.concat(streams).length).toBe(0)
  })
})

describe('over UDP', () => {
  it('a datagram is the message, without a length before it', async () => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, host, resolve))
    closing.push(() => new Promise<void>((resolve) => socket.close(() => resolve())))
    const arrived = new Promise<Buffer>((resolve) => socket.once('message', resolve))
    const checkpoint = await published(8)
    const sink = syslogSink({ host, port: socket.address().port, transport: 'udp' })
    await sink.publish(checkpoint)
    expect(messageIn((await arrived).toString('utf8')).said.size).toBe(8)
    const long = { ...checkpoint, note: `${'x'.repeat(1_500)}\n` }
    expect((await failure(sink.publish(long)))[1]).toBe('too-large')
  })
})

describe('options', () => {
  const untyped = (value: object) => value as never

  it('that are wrong are refused by their names', () => {
    const good = { host, transport: 'tcp' } as const
    expect(syslogSink(good).name).toBe('syslog')
    expect(() => syslogSink(untyped({ ...good, hots: 1 }))).toThrow(new TypeError('options has no member "hots"'))
    expect(() => syslogSink(untyped({ ...good, transport: 'tls', tls: { rejectUnauthorized: false } }))).toThrow(
      new TypeError('options.tls has no member "rejectUnauthorized"'),
    )
    expect(() => syslogSink(untyped({ ...good, transport: 'http' }))).toThrow(RangeError)
    expect(() => syslogSink({ ...good, tls: {} })).toThrow(TypeError)
    expect(() => syslogSink(untyped({ transport: 'tcp' }))).toThrow(TypeError)
    for (const bad of [{ port: 0 }, { facility: 24 }, { severity: 8 }, { maxBytes: 10 }, { timeoutMs: 0 }])
      expect(() => syslogSink({ ...good, ...bad })).toThrow(RangeError)
  })
})
