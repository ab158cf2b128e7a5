/** The HTTP sink against a server over loopback: what it sends, what it takes for an answer, and both forms of a fault. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/index.js'
import { httpSink } from '../../src/transparency/sinks/http.js'
import { noteEndpoint, published } from './sinks-support.js'

interface Received {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function serve(answer: (response: ServerResponse, count: number) => void) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method, url: path, headers } = request
      received.push({ method, path, headers, body: Buffer.concat(parts).toString('utf8') })
      answer(response, received.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  closing.push(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/checkpoints`, received, close }
}

const failure = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!QuittanceError.is(error)) throw new Error('it did not fail as it should', { cause: error })
  return [error.code, error.details.reason, error.details.retryable]
}

describe('a checkpoint', () => {
  it('is sent as it was signed, with a key that tells a repetition', async () => {
    const { url, received } = await serve((response) => void response.writeHead(201).end('{}'))
    const sink = httpSink({ url, headers: { authorization: 'Bearer x' } })
    const [first, second] = [await published(1), await published(2)]
    for (const checkpoint of [first, first, second]) await sink.publish(checkpoint)
    expect(received.map(({ body }) => body)).toEqual([first.note, first.note, second.note])
    const keys = received.map(({ headers }) => headers['idempotency-key'])
    expect(keys[0]).toBe(`"${createHash('sha256').update(first.note).digest('hex')}"`)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
    const [{ method, path, headers } = received[0]!] = received
    expect([method, path, headers['content-type']]).toEqual(['POST', '/checkpoints', 'text/plain; charset=utf-8'])
    expect(headers.authorization).toBe('Bearer x')
    expect(received.every(({ body }) => !body.includes(first.chainId))).toBe(true)
  })

  it('is sent with everything that belongs to it where that is asked for', async () => {
    const { url, received } = await serve((response) => void response.writeHead(204).end())
    const checkpoint = await published(7, { timestamps: [Uint8Array.of(1, 2, 3)] })
    await httpSink({ url, format: 'json', method: 'PUT' }).publish(checkpoint)
    expect(received[0]?.method).toBe('PUT')
    expect(received[0]?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ ...checkpoint, timestamps: ['AQID'] })
  })

  it('may have an address of its own', async () => {
    const { url, received } = await serve((response) => void response.writeHead(200).end())
    await httpSink({ url: ({ size }) => `${url}/${size}`, method: 'PUT' }).publish(await published(9))
    expect(received[0]?.path).toBe('/checkpoints/9')
    const elsewhere = httpSink({ url: () => 'http://collector.example/' })
    await expect(elsewhere.publish(await published(9))).rejects.toThrow(TypeError)
  })
})

describe('an answer', () => {
  it('that is not from 200 to 299 is a failure', async () => {
    for (const [status, retryable] of [
      [199 + 101, false],
      [304, false],
      [400, false],
      [401, false],
      [409, false],
      [408, true],
      [429, true],
      [500, true],
      [503, true],
    ] as const) {
      const { url } = await serve((response) => void response.writeHead(status).end())
      expect(await failure(httpSink({ url }).publish(await published(1)))).toEqual([
        'TLOG_UNAVAILABLE',
        `status-${status}`,
        retryable,
      ])
    }
  })

  it('that redirects is not followed, and takes no credentials along', async () => {
    const target = await serve((response) => void response.writeHead(200).end())
    for (const status of [301, 302, 303, 307, 308]) {
      const { url } = await serve((response) => void response.writeHead(status, { location: target.url }).end())
      const sink = httpSink({ url, headers: { authorization: 'Bearer x' } })
      expect((await failure(sink.publish(await published(1))))[1]).toBe(`status-${status}`)
    }
    expect(target.received).toEqual([])
  })

  it('counts with its status: what follows it is not waited for', async () => {
    const { url } = await serve((response) => {
      response.writeHead(200)
      response.write('and so on')
    })
    await expect(httpSink({ url, timeoutMs: 30_000 }).publish(await published(1))).resolves.toBeUndefined()
  })
})

describe('the newest', () => {
  it('is asked for where the endpoint gives it back, with the credentials', async () => {
    const { url, asked } = await noteEndpoint()
    expect(httpSink({ url }).newest).toBeUndefined()
    const sink = httpSink({ url, newest: `${url}/`, headers: { authorization: 'Bearer x' } })
    const { origin } = await published(1)
    expect(await sink.newest?.(origin)).toBeUndefined()
    for (const size of [3, 11, 7]) await sink.publish(await published(size))
    expect(await sink.newest?.(origin)).toBe((await published(11)).note)
    expect(await sink.newest?.('log.example/another')).toBeUndefined()
    const path = `/notes/${createHash('sha256').update(origin).digest('hex')}/checkpoint`
    expect(asked.slice(0, 2)).toEqual([`${path} Bearer x`, `${path} Bearer x`])
    const own = httpSink({
      url,
      newest: (name) => `${url}/${createHash('sha256').update(name).digest('hex')}/checkpoint`,
    })
    expect(await own.newest?.(origin)).toBe((await published(11)).note)
  })

  it('is not known where the answer is another one', async () => {
    for (const [answer, reason] of [
      [(response: ServerResponse) => response.writeHead(500).end(), 'status-500'],
      [(response: ServerResponse) => response.writeHead(204).end(), 'status-204'],
      [(response: ServerResponse) => response.writeHead(302, { location: '/' }).end(), 'status-302'],
      [(response: ServerResponse) => response.writeHead(200).end(Buffer.alloc(1_000_001, 97)), 'too-large'],
      [(response: ServerResponse) => response.writeHead(200).end(Uint8Array.of(0xff)), 'malformed'],
      [(response: ServerResponse) => response.destroy(), 'network'],
    ] as const) {
      const { url } = await serve((response) => void answer(response))
      const sink = httpSink({ url, newest: url })
      expect((await failure(sink.newest?.('log.example/acme') as Promise<unknown>))[1]).toBe(reason)
    }
  })
})

describe('a fault', () => {
  it('before the endpoint has it, or after, leaves it to be sent again under the same key', async () => {
    for (const stored of [false, true]) {
      const kept = new Set<string>()
      const { url, received } = await serve((response, count) => {
        if (count > 1 || stored) kept.add(received.at(-1)?.headers['idempotency-key'] as string)
        if (count === 1) response.destroy()
        else response.writeHead(200).end()
      })
      const sink = httpSink({ url })
      const checkpoint = await published(3)
      expect(await failure(sink.publish(checkpoint))).toEqual(['TLOG_UNAVAILABLE', 'network', true])
      await sink.publish(checkpoint)
      expect(received.length).toBe(2)
      expect(kept.size).toBe(1)
    }
  })

  it('is also nobody who listens, or nobody who answers', async () => {
    const { url, close } = await serve(() => undefined)
    expect(await failure(httpSink({ url, timeoutMs: 150 }).publish(await published(1)))).toEqual([
      'TLOG_UNAVAILABLE',
      'timeout',
      true,
    ])
    await close()
    closing.pop()
    expect((await failure(httpSink({ url }).publish(await published(1))))[1]).toBe('network')
  })

  it('is not waited for once the caller gave up', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const { url } = await serve(() => controller.abort(reason))
    await expect(httpSink({ url }).publish(await published(1), { signal: controller.signal })).rejects.toBe(reason)
  })
})

describe('options', () => {
  const untyped = (value: object) => value as never

  it('that are wrong are refused by their names, and tell nothing of a header', () => {
    const url = 'https://collector.example/'
    expect(httpSink({ url }).name).toBe('http')
    expect(() => httpSink(untyped({ url, timeout: 1 }))).toThrow(new TypeError('options has no member "timeout"'))
    for (const bad of [
      'http://collector.example/',
      'https://a:b@collector.example/',
      'file:///etc/passwd',
      'https://c/#x',
    ])
      expect(() => httpSink({ url: bad })).toThrow(TypeError)
    for (const local of ['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]/'])
      expect(httpSink({ url: local, name: 'local' }).name).toBe('local')
    expect(() => httpSink(untyped({ url, method: 'GET' }))).toThrow(RangeError)
    for (const newest of ['http://collector.example/', 'https://collector.example/?of=all', 7])
      expect(() => httpSink(untyped({ url, newest }))).toThrow(TypeError)
    expect(() => httpSink(untyped({ url, format: 'xml' }))).toThrow(RangeError)
    expect(() => httpSink({ url, timeoutMs: Number.NaN })).toThrow(RangeError)
    expect(() => httpSink({ url, headers: { authorization: 'secret\nx' } })).toThrow(
      new TypeError('options.headers has a name or a value that HTTP does not allow'),
    )
  })
})
