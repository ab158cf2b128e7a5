import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunks, collect, recordingSink, web } from './sink.js'

const sha = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`

async function inputOf(value: unknown, options = {}) {
  const sink = recordingSink()
  await collect(sink, { eventType: 'inference' }).setInput(value, options).emit()
  return { input: sink.drafts[0]?.input, warnings: sink.warnings }
}

describe('streams as content', () => {
  it.each([
    ['an async iterable', () => chunks('a', '', 'b')],
    ['a web stream', () => web('a', 'b')],
    [
      'a Node stream with an encoding',
      () => Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }).setEncoding('utf8'),
    ],
    ['a Node stream of strings', () => Readable.from(['a', 'b'])],
  ])('%s of strings is text', async (_name, stream) => {
    expect((await inputOf(stream(), { ref: 'r' })).input).toStrictEqual({ kind: 'text', content: 'ab', ref: 'r' })
  })

  it.each([
    ['an async iterable', (...parts: Uint8Array[]) => chunks(...parts)],
    ['a web stream', (...parts: Uint8Array[]) => web(...parts)],
    ['a Node stream', (...parts: Uint8Array[]) => Readable.from(parts, { objectMode: false })],
    ['a Response body', (...parts: Uint8Array[]) => new Response(Buffer.concat(parts)).body],
  ])('%s of bytes is hashed as it flows', async (_name, stream) => {
    const parts = [randomBytes(100), randomBytes(70_000), randomBytes(1)]
    expect((await inputOf(stream(...parts))).input).toStrictEqual({ kind: 'bytes', hash: sha(Buffer.concat(parts)) })
  })

  it('one of nothing is empty text', async () => {
    expect((await inputOf(chunks())).input).toStrictEqual({ kind: 'text', content: '' })
  })

  it('a character may be cut by a chunk, however the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-composite' }), fc.array(fc.nat(40)), async (text, cuts) => {
        const ends = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b)
        const parts = [...ends, text.length].map((end, index) => text.slice(index === 0 ? 0 : ends[index - 1], end))
        expect((await inputOf(chunks(...parts))).input).toStrictEqual({ kind: 'text', content: text })
      }),
    )
  })

  it('does not take bytes of more than memory: 64 MiB leave only their hash', async () => {
    const block = randomBytes(1 << 20)
    const hash = createHash('sha256')
    async function* blocks() {
      for (let index = 0; index < 64; index += 1) {
        hash.update(block)
        yield block
      }
    }
    const { input } = await inputOf(blocks())
    expect(input).toStrictEqual({ kind: 'bytes', hash: `sha256:${hash.digest('hex')}` })
  })

  it('text of 16 MiB is taken, and of one byte more refused', async () => {
    const mib = 'é'.repeat(1 << 19)
    expect(Buffer.byteLength(mib)).toBe(1 << 20)
    const fits = Array.from({ length: 16 }, () => mib)
    const { input } = await inputOf(chunks(...fits))
    expect(input?.kind).toBe('text')
    expect((input as { content: string }).content === mib.repeat(16)).toBe(true)
    await expect(inputOf(chunks(...fits, 'x'))).rejects.toMatchObject({
      code: 'COLLECTOR_TOO_LARGE',
      details: { path: 'input' },
    })
  })

  it.each([
    ['strings, then bytes', ['a', Uint8Array.of(1)]],
    ['bytes, then strings', [Uint8Array.of(1), 'a']],
    ['objects', [{ delta: 'x' }]],
    ['numbers', [1]],
  ])('%s are refused', async (_name, parts) => {
    await expect(inputOf(chunks<unknown>(...parts))).rejects.toMatchObject({
      code: 'COLLECTOR_STREAM',
      details: { path: 'input', reason: 'chunk-type' },
    })
  })

  it('half a character in the middle is refused', async () => {
    await expect(inputOf(chunks('a\ud800', 'b'))).rejects.toMatchObject({
      code: 'RECEIPT_NOT_JSON',
      details: { path: 'input', reason: 'lone-surrogate' },
    })
  })

  it('what is refused can be replaced, and a refused stream is let go', async () => {
    const sink = recordingSink()
    let letGo = false
    const c = collect(sink).setAction('allow')
    c.setOutput(
      new ReadableStream({
        pull: (controller) => controller.enqueue({}),
        cancel: () => {
          letGo = true
        },
      }),
    )
    await expect(c.emit()).rejects.toMatchObject({ code: 'COLLECTOR_STREAM' })
    expect(letGo).toBe(true)
    await c.setOutput('instead').emit()
    expect(sink.drafts).toMatchObject([{ output: { kind: 'text', content: 'instead' } }])
  })

  it('one that fails leaves what came, as partial, and its fault is told', async () => {
    const fault = new Error('socket closed')
    async function* broken() {
      yield 'so far \ud83d'
      throw fault
    }
    const { input, warnings } = await inputOf(broken())
    expect(input).toStrictEqual({ kind: 'text', content: 'so far ', partial: true })
    expect(warnings).toMatchObject([
      { code: 'COLLECTOR_STREAM', details: { path: 'input', reason: 'failed' }, cause: fault },
    ])
  })

  it('one that is locked is refused at the call', () => {
    const stream = web('x')
    stream.getReader()
    expect(() => collect(recordingSink()).setInput(stream)).toThrow(/locked to another reader/)
  })

  it('is read from the call on, so that the other branch of a tee flows', async () => {
    const sink = recordingSink()
    const [mine, theirs] = web('a', 'b').tee()
    const c = collect(sink, { eventType: 'inference' }).setInput(mine)
    const read: string[] = []
    for await (const chunk of theirs) read.push(chunk)
    await c.emit()
    expect(read.join('')).toBe('ab')
    expect(sink.drafts[0]?.input).toStrictEqual({ kind: 'text', content: 'ab' })
  })

  it('the last one given counts', async () => {
    const sink = recordingSink()
    const never = new ReadableStream()
    await collect(sink, { eventType: 'inference' })
      .setInput(never)
      .setInput('text')
      .setOutput('text')
      .setOutput(chunks('stream'))
      .emit()
    expect(sink.drafts[0]).toMatchObject({ input: { content: 'text' }, output: { content: 'stream' } })
  })
})
