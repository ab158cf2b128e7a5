import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { currentCollector } from '../../src/collector/index.js'
import { collect, deferred, recordingSink, settle } from './sink.js'

const sha = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`
const bytes = (...parts: Uint8Array[]) => Readable.from(parts, { objectMode: false })

async function all(stream: Readable): Promise<unknown[]> {
  const read: unknown[] = []
  for await (const chunk of stream) read.push(chunk)
  return read
}

describe('pipeOutput of a Node stream', () => {
  it('hashes bytes as they flow', async () => {
    const sink = recordingSink()
    const parts = [randomBytes(10), randomBytes(200_000), randomBytes(1)]
    const piped = collect(sink)
      .setAction('allow')
      .pipeOutput(bytes(...parts), { mediaType: 'image/png' })
    await settle()
    expect(sink.drafts).toHaveLength(0)
    expect(Buffer.concat((await all(piped)) as Uint8Array[]).equals(Buffer.concat(parts))).toBe(true)
    expect(sink.drafts[0]?.output).toStrictEqual({
      kind: 'bytes',
      hash: sha(Buffer.concat(parts)),
      mediaType: 'image/png',
    })
  })

  it('keeps strings strings', async () => {
    const sink = recordingSink()
    const source = bytes(Buffer.from('gr'), Buffer.from([0xc3]), Buffer.from([0xbc, 0x6e])).setEncoding('utf8')
    const piped = collect(sink).setAction('allow').pipeOutput(source)
    expect(piped.readableEncoding).toBe('utf8')
    expect((await all(piped)).join('')).toBe('grün')
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'text', content: 'grün' })
  })

  it('keeps objects objects, and takes the text out of them', async () => {
    const sink = recordingSink()
    const events = [{ delta: 'a' }, { done: true }, { delta: 'b' }]
    const piped = collect(sink)
      .setAction('allow')
      .pipeOutput(Readable.from(events), { pick: (event: { delta?: string }) => event.delta })
    expect(piped.readableObjectMode).toBe(true)
    const read = await all(piped)
    expect(read.every((event, index) => event === events[index])).toBe(true)
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'text', content: 'ab' })
  })

  it('empty strings and empty chunks neither end nor hold up the stream', async () => {
    const sink = recordingSink()
    const source = new PassThrough()
    const piped = collect(sink).setAction('allow').pipeOutput(source)
    for (const part of ['', 'a', '', '', 'b', '']) source.write(part)
    source.end()
    expect(Buffer.concat((await all(piped)) as Uint8Array[]).toString()).toBe('ab')
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'bytes', hash: sha(Buffer.from('ab')) })
  })

  it('takes a Transform as it takes any other', async () => {
    const sink = recordingSink()
    const upper = new Transform({
      transform: (chunk: Buffer, _encoding, done) => done(null, chunk.toString().toUpperCase()),
    })
    const piped = collect(sink).setAction('allow').pipeOutput(upper)
    upper.end('loud')
    expect(Buffer.concat((await all(piped)) as Uint8Array[]).toString()).toBe('LOUD')
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'bytes', hash: sha(Buffer.from('LOUD')) })
  })

  it('shows the end only when the receipt is durable', async () => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    const piped = collect(sink)
      .setAction('allow')
      .pipeOutput(bytes(Buffer.from('x')))
    let ended = false
    piped.on('end', () => {
      ended = true
    })
    const read = all(piped)
    await settle()
    await settle()
    expect(sink.drafts).toHaveLength(1)
    expect(ended).toBe(false)
    gate.resolve()
    expect(await read).toHaveLength(1)
    expect(ended).toBe(true)
  })

  it('shows an error instead of the end where the receipt could not be written', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    await expect(
      all(
        collect(sink)
          .setAction('allow')
          .pipeOutput(bytes(Buffer.from('x'))),
      ),
    ).rejects.toBe(down)
    expect(sink.warnings).toEqual([])
  })

  it('back-pressure reaches the source', async () => {
    let made = 0
    const source = new Readable({
      highWaterMark: 1_000,
      read() {
        made += 1
        this.push(Buffer.alloc(1_000))
      },
    })
    const piped = collect(recordingSink()).setAction('allow').pipeOutput(source)
    expect(piped.readableHighWaterMark).toBe(1_000)
    for (let turn = 0; turn < 20; turn += 1) await settle()
    expect(made).toBe(0)
    piped.read()
    for (let turn = 0; turn < 20; turn += 1) await settle()
    const ahead = made
    expect(ahead).toBeLessThanOrEqual(4)
    for (let turn = 0; turn < 20; turn += 1) await settle()
    expect(made).toBe(ahead)
    piped.destroy()
    await once(piped, 'close')
  })

  it('a source that fails: what came is partial, and its error comes after the receipt', async () => {
    const sink = recordingSink()
    const broken = new RangeError('model broke off')
    async function* source() {
      yield Buffer.from('half')
      throw broken
    }
    const piped = collect(sink)
      .setAction('allow')
      .pipeOutput(Readable.from(source(), { objectMode: false }))
    await expect(all(piped)).rejects.toBe(broken)
    expect(sink.drafts).toMatchObject([
      {
        action: 'allow',
        error: { code: 'RangeError' },
        output: { kind: 'bytes', hash: sha(Buffer.from('half')), partial: true },
      },
    ])
  })

  it('a source that fails before it is read does not bring the process down', async () => {
    const sink = recordingSink()
    const source = new PassThrough()
    const broken = new Error('early')
    const piped = collect(sink).pipeOutput(source)
    const failed = once(piped, 'error')
    source.destroy(broken)
    expect((await failed)[0]).toBe(broken)
    expect(sink.drafts).toMatchObject([{ error: { code: 'Error' }, output: { content: '', partial: true } }])
  })

  it('a source that fails while the receipt fails too: the consumer gets the source, the sink the other', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    const source = new PassThrough()
    const piped = collect(sink).pipeOutput(source)
    source.destroy(new Error('broken'))
    await expect(all(piped)).rejects.toThrow('broken')
    expect(sink.warnings).toEqual([down])
  })

  it('a source that is cut off without an error is a failure, too', async () => {
    const sink = recordingSink()
    const source = new PassThrough()
    const piped = collect(sink).setAction('allow').pipeOutput(source)
    source.write('x')
    piped.once('data', () => source.destroy())
    await expect(all(piped)).rejects.toThrow(/premature/i)
    expect(sink.drafts).toMatchObject([{ error: { code: 'ERR_STREAM_PREMATURE_CLOSE' }, output: { partial: true } }])
  })

  it('a consumer that goes away: what came is partial, and the source is stopped', async () => {
    const sink = recordingSink()
    const source = new Readable({ read() {} })
    source.push('some')
    const piped = collect(sink).setAction('allow').pipeOutput(source)
    await once(piped, 'data')
    piped.destroy()
    await once(piped, 'close')
    expect(source.destroyed).toBe(true)
    expect(sink.drafts).toMatchObject([{ action: 'allow', output: { hash: sha(Buffer.from('some')), partial: true } }])
    expect(sink.drafts[0]).not.toHaveProperty('error')
  })

  it('a consumer that goes away with an error and a receipt that can not be written: both are known', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    const piped = collect(sink).setAction('allow').pipeOutput(new PassThrough())
    const failed = once(piped, 'error')
    piped.destroy(new Error('gone'))
    expect((await failed)[0]).toMatchObject({ message: 'gone' })
    expect(sink.warnings).toEqual([down])
  })

  it('a receipt that can not be written when the consumer goes away is an error of the stream', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    const piped = collect(sink).setAction('allow').pipeOutput(new PassThrough())
    const failed = once(piped, 'error')
    piped.destroy()
    expect((await failed)[0]).toBe(down)
  })

  it('going away while the end is awaited: the output is whole', async () => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    const piped = collect(sink)
      .setAction('allow')
      .pipeOutput(bytes(Buffer.from('x')))
    piped.resume()
    await settle()
    await settle()
    expect(sink.drafts).toHaveLength(1)
    piped.destroy()
    gate.resolve()
    await once(piped, 'close')
    expect(sink.drafts).toHaveLength(1)
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'bytes', hash: sha(Buffer.from('x')) })
  })

  it('a chunk that can not be recorded fails the stream', async () => {
    const sink = recordingSink()
    const source = Readable.from([{ delta: 'x' }])
    await expect(all(collect(sink).setAction('allow').pipeOutput(source))).rejects.toMatchObject({
      code: 'COLLECTOR_STREAM',
    })
    expect(source.destroyed).toBe(true)
    expect(sink.drafts).toMatchObject([{ error: { code: 'COLLECTOR_STREAM' } }])
  })

  it('the source works where its collector is current', async () => {
    const sink = recordingSink()
    async function* model() {
      yield 'a'
      currentCollector()?.setAction('allow')
    }
    expect(await all(collect(sink).pipeOutput(Readable.from(model())))).toEqual(['a'])
    expect(sink.drafts).toMatchObject([{ action: 'allow' }])
  })

  it('works in a pipeline, from many chunks to a slow consumer', async () => {
    const sink = recordingSink()
    const parts = Array.from({ length: 300 }, (_, index) => Buffer.alloc(1_000, index))
    const written: Buffer[] = []
    const slow = new Writable({
      highWaterMark: 2_000,
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk)
        setImmediate(done)
      },
    })
    await pipeline(
      collect(sink)
        .setAction('allow')
        .pipeOutput(bytes(...parts)),
      slow,
    )
    expect(Buffer.concat(written).equals(Buffer.concat(parts))).toBe(true)
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'bytes', hash: sha(Buffer.concat(parts)) })
  })

  it('a browser that leaves a node:http response in the middle', async () => {
    const sink = recordingSink()
    const closed = deferred()
    const server = createServer((_request, response) => {
      const source = new Readable({ read() {} })
      source.push('first')
      const piped = collect(sink).setAction('allow').pipeOutput(source)
      pipeline(piped, response).catch(() => closed.resolve())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
      request.on('error', () => {})
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      response.on('error', () => {})
      await once(response, 'data')
      request.destroy()
      await closed.promise
      await settle()
      expect(sink.drafts).toMatchObject([
        { action: 'allow', output: { hash: sha(Buffer.from('first')), partial: true } },
      ])
    } finally {
      server.close()
    }
  })
})
