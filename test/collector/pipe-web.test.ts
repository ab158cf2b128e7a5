import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { currentCollector } from '../../src/collector/index.js'
import { collect, deferred, recordingSink, settle, web, webFrom } from './sink.js'

const all = async <T>(stream: ReadableStream<T>) => {
  const read: T[] = []
  for await (const chunk of stream) read.push(chunk)
  return read
}

const sha = (data: Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}`

describe('pipeOutput of a web stream', () => {
  it('hands text on as it is and emits it at the end', async () => {
    const sink = recordingSink()
    const c = collect(sink).setAction('allow')
    const piped = c.pipeOutput(web('Hel', 'lo'), { ref: 'r', mediaType: 'text/plain' })
    await settle()
    expect(sink.drafts).toHaveLength(0)
    expect(await all(piped)).toEqual(['Hel', 'lo'])
    expect(sink.drafts).toMatchObject([{ receiptId: c.receiptId, action: 'allow' }])
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'text', content: 'Hello', ref: 'r', mediaType: 'text/plain' })
  })

  it('hashes bytes as they flow', async () => {
    const sink = recordingSink()
    const parts = [Uint8Array.of(1, 2), new Uint8Array(70_000), Uint8Array.of(3)]
    expect(
      await all(
        collect(sink)
          .setAction('allow')
          .pipeOutput(web(...parts)),
      ),
    ).toEqual(parts)
    const hash = createHash('sha256').update(Buffer.concat(parts)).digest('hex')
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'bytes', hash: `sha256:${hash}` })
  })

  it('takes the text out of other chunks, which pass unchanged', async () => {
    const sink = recordingSink()
    const events = [{ delta: 'a' }, { usage: 3 }, { delta: 'b' }] as { delta?: string; usage?: number }[]
    const piped = collect(sink)
      .setAction('allow')
      .pipeOutput(web(...events), { pick: (event) => event.delta })
    const read = await all(piped)
    expect(read.every((event, index) => event === events[index])).toBe(true)
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'text', content: 'ab' })
  })

  it('shows the end only when the receipt is durable', async () => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    const reader = collect(sink).setAction('allow').pipeOutput(web('x')).getReader()
    expect(await reader.read()).toEqual({ done: false, value: 'x' })
    let ended = false
    const end = reader.read().then((step) => {
      ended = true
      return step
    })
    await settle()
    expect(sink.drafts).toHaveLength(1)
    expect(ended).toBe(false)
    gate.resolve()
    expect(await end).toEqual({ done: true, value: undefined })
  })

  it('shows an error instead of the end where the receipt could not be written', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    const reader = collect(sink).setAction('allow').pipeOutput(web('x')).getReader()
    expect(await reader.read()).toEqual({ done: false, value: 'x' })
    await expect(reader.read()).rejects.toBe(down)
    expect(sink.warnings).toEqual([])
    expect(sink.drafts).toHaveLength(1)
  })

  it('reads nothing ahead: back-pressure reaches the source', async () => {
    let pulled = 0
    const source = new ReadableStream<string>(
      {
        pull: (controller) => {
          pulled += 1
          controller.enqueue(`${pulled}`)
        },
      },
      { highWaterMark: 0 },
    )
    const reader = collect(recordingSink()).setAction('allow').pipeOutput(source).getReader()
    await settle()
    expect(pulled).toBe(0)
    await reader.read()
    await reader.read()
    await settle()
    expect(pulled).toBe(2)
    await reader.cancel()
  })

  it('a source that fails: what came is partial, its error is recorded and reaches the consumer after the receipt', async () => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    const broken = new TypeError('model broke off')
    async function* source() {
      yield 'half an '
      throw broken
    }
    const reader = collect(sink).setAction('allow').pipeOutput(webFrom(source())).getReader()
    await reader.read()
    let failed = false
    const end = reader.read().catch((error: unknown) => {
      failed = true
      return error
    })
    await settle()
    expect(failed).toBe(false)
    gate.resolve()
    expect(await end).toBe(broken)
    expect(sink.drafts).toMatchObject([
      {
        action: 'allow',
        output: { kind: 'text', content: 'half an ', partial: true },
        error: { code: 'TypeError' },
        details: { error: { message: 'model broke off' } },
      },
    ])
  })

  it('a source that fails while the receipt fails too: the consumer gets the source, the sink the other', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    const broken = new Error('broken')
    const source = new ReadableStream<string>({ start: (controller) => controller.error(broken) })
    await expect(all(collect(sink).pipeOutput(source))).rejects.toBe(broken)
    expect(sink.warnings).toEqual([down])
  })

  it('a consumer that goes away: what came is partial, the source is told why', async () => {
    const sink = recordingSink()
    let reason: unknown
    const source = new ReadableStream<string>({
      start: (controller) => {
        controller.enqueue('some')
        controller.enqueue('more')
      },
      cancel: (why) => {
        reason = why
      },
    })
    const c = collect(sink).setAction('allow')
    const reader = c.pipeOutput(source).getReader()
    await reader.read()
    const gone = new Error('tab closed')
    await reader.cancel(gone)
    expect(reason).toBe(gone)
    expect(sink.drafts).toMatchObject([{ action: 'allow', output: { kind: 'text', content: 'some', partial: true } }])
    expect(sink.drafts[0]).not.toHaveProperty('error')
  })

  it('a consumer that goes away before there was an action leaves an error: none is made up', async () => {
    const sink = recordingSink()
    await collect(sink).pipeOutput(web('x')).cancel()
    await collect(sink, { eventType: 'inference' }).pipeOutput(web('x')).cancel()
    expect(sink.drafts).toMatchObject([
      { error: { code: 'STREAM_CANCELLED', source: 'client' }, output: { content: '', partial: true } },
      { eventType: 'inference', output: { content: '', partial: true } },
    ])
    expect(sink.drafts[0]).not.toHaveProperty('action')
    expect(sink.drafts[1]).not.toHaveProperty('error')
  })

  it('going away while a chunk is awaited is not an end', async () => {
    const sink = recordingSink()
    const reader = collect(sink).setAction('allow').pipeOutput(new ReadableStream<string>()).getReader()
    const waiting = reader.read()
    await settle()
    await reader.cancel()
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(sink.drafts).toMatchObject([{ output: { kind: 'text', content: '', partial: true } }])
    expect(sink.drafts).toHaveLength(1)
  })

  it('going away while the end is awaited: the output is whole', async () => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    const reader = collect(sink).setAction('allow').pipeOutput(web('x')).getReader()
    await reader.read()
    const end = reader.read()
    await settle()
    const left = reader.cancel()
    gate.resolve()
    await Promise.all([end, left])
    expect(sink.drafts).toHaveLength(1)
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'text', content: 'x' })
  })

  it('a cancel rejects where the receipt could not be written, or the source would not stop', async () => {
    const sink = recordingSink()
    const down = new Error('down')
    sink.faults.push(down)
    const stuck = new Error('stuck')
    const source = () =>
      new ReadableStream<string>({
        cancel: () => {
          throw stuck
        },
      })
    await expect(collect(sink).setAction('allow').pipeOutput(source()).cancel()).rejects.toBe(down)
    await expect(collect(sink).setAction('allow').pipeOutput(source()).cancel()).rejects.toBe(stuck)
    expect(sink.drafts).toHaveLength(2)
    // a pipe in between would swallow the rejection; where both happen, one is thrown and the other told
    expect(sink.warnings).toEqual([down, stuck])
  })

  it('a chunk that can not be recorded fails the stream before it is handed on', async () => {
    const sink = recordingSink()
    let cancelled = false
    const source = new ReadableStream<unknown>({
      pull: (controller) => controller.enqueue({ delta: 'x' }),
      cancel: () => {
        cancelled = true
      },
    })
    await expect(all(collect(sink).setAction('allow').pipeOutput(source))).rejects.toMatchObject({
      code: 'COLLECTOR_STREAM',
    })
    expect(cancelled).toBe(true)
    expect(sink.drafts).toMatchObject([{ action: 'allow', error: { code: 'COLLECTOR_STREAM' } }])
  })

  it('text of more than 16 MiB fails the stream', async () => {
    const sink = recordingSink()
    const mib = 'x'.repeat(1 << 20)
    const source = web(...Array.from({ length: 17 }, () => mib))
    await expect(all(collect(sink).setAction('allow').pipeOutput(source))).rejects.toMatchObject({
      code: 'COLLECTOR_TOO_LARGE',
    })
    expect(sink.drafts).toMatchObject([{ error: { code: 'COLLECTOR_TOO_LARGE' } }])
  })

  it('text that is no text fails the end', async () => {
    const sink = recordingSink()
    await expect(all(collect(sink).setAction('allow').pipeOutput(web('\udc00')))).rejects.toMatchObject({
      code: 'RECEIPT_NOT_JSON',
    })
    expect(sink.drafts).toMatchObject([{ action: 'allow', error: { code: 'RECEIPT_NOT_JSON' } }])
    expect(sink.drafts[0]).not.toHaveProperty('output')
  })

  it('a decision without an action fails the end, and is recorded', async () => {
    const sink = recordingSink()
    await expect(all(collect(sink).pipeOutput(web('x')))).rejects.toMatchObject({ code: 'COLLECTOR_NO_ACTION' })
    expect(sink.drafts).toMatchObject([{ error: { code: 'COLLECTOR_NO_ACTION' }, output: { content: 'x' } }])
  })

  it('the source works where its collector is current', async () => {
    const sink = recordingSink()
    async function* model() {
      currentCollector()?.addCheck('begun', { fired: false })
      yield 'a'
      currentCollector()?.setUsage({ outputTokens: 1 }).setAction('allow')
    }
    expect(await all(collect(sink).pipeOutput(webFrom(model())))).toEqual(['a'])
    expect(sink.drafts).toMatchObject([{ checks: [{ name: 'begun' }], usage: { outputTokens: 1 } }])
  })

  it('takes the place of an output that was set, also of a stream that never ends', async () => {
    const sink = recordingSink()
    await all(collect(sink).setAction('allow').setOutput(new ReadableStream()).pipeOutput(web('piped')))
    expect(sink.drafts).toMatchObject([{ output: { content: 'piped' } }])
    const unfit = collect(sink).setAction('allow').setOutput('before').pipeOutput(web('\udc00'))
    await expect(all(unfit)).rejects.toMatchObject({ code: 'RECEIPT_NOT_JSON' })
    expect(sink.drafts[1]).not.toHaveProperty('output')
  })

  it('text that is no text, when the consumer goes away: the rest is recorded, and the sink is told', async () => {
    const sink = recordingSink()
    const reader = collect(sink).setAction('allow').pipeOutput(web('\udc00', 'x')).getReader()
    await reader.read()
    await reader.cancel()
    expect(sink.drafts).toMatchObject([{ action: 'allow' }])
    expect(sink.drafts[0]).not.toHaveProperty('output')
    expect(sink.warnings).toMatchObject([{ code: 'RECEIPT_NOT_JSON' }])
  })

  it('the output is piped once and not set beside', () => {
    const c = collect(recordingSink()).setOutput('replaced by the pipe')
    c.pipeOutput(web('x'))
    expect(() => c.pipeOutput(web('y'))).toThrow(/piped already/)
    expect(() => c.setOutput('z')).toThrow(/pipeOutput already/)
  })

  it('a locked stream is refused and changes nothing', async () => {
    const stream = web('x')
    stream.getReader()
    const c = collect(recordingSink()).setOutput('kept').setAction('allow')
    expect(() => c.pipeOutput(stream)).toThrow(TypeError)
    expect(await c.draft()).toMatchObject({ output: { content: 'kept' } })
  })

  it('works in a Response', async () => {
    const sink = recordingSink()
    const response = new Response(
      collect(sink)
        .setAction('allow')
        .pipeOutput(web('grün', ' ', 'rot'))
        .pipeThrough(new TextEncoderStream()),
    )
    expect(await response.text()).toBe('grün rot')
    expect(sink.drafts[0]?.output).toStrictEqual({ kind: 'text', content: 'grün rot' })
  })
})

describe('pipeOutput and the rest of the collector', () => {
  it('run gives back the stream at once, the receipt comes with its end, and facts may follow until then', async () => {
    const sink = recordingSink()
    const c = collect(sink)
    const piped = await c.run((given) => given.setAction('allow').pipeOutput(web('a', 'b')))
    expect(sink.drafts).toHaveLength(0)
    c.setUsage({ outputTokens: 2 })
    expect(await all(piped)).toEqual(['a', 'b'])
    expect(sink.drafts).toMatchObject([{ usage: { outputTokens: 2 }, output: { content: 'ab' } }])
  })

  it('run waits where the work itself read the stream', async () => {
    const sink = recordingSink()
    await collect(sink).run(async (c) => {
      for await (const _ of c.setAction('allow').pipeOutput(web('a'))) expect(sink.drafts).toHaveLength(0)
    })
    expect(sink.drafts).toHaveLength(1)
  })

  it.each([
    ['text', ['a', 'b', 'c'], { kind: 'text', content: 'a', partial: true }],
    [
      'bytes',
      [1, 2, 3].map((byte) => Uint8Array.of(byte)),
      { kind: 'bytes', hash: sha(Uint8Array.of(1)), partial: true },
    ],
  ])(
    'work that throws after it piped %s is recorded at once, as partial; the stream flows on without',
    async (_kind, parts, output) => {
      const sink = recordingSink()
      let reader: ReadableStreamDefaultReader<unknown> | undefined
      await expect(
        collect(sink).run(async (c) => {
          reader = c
            .setAction('allow')
            .pipeOutput(web<unknown>(...parts))
            .getReader()
          await reader.read()
          throw new Error('after all')
        }),
      ).rejects.toThrow('after all')
      expect(sink.drafts).toMatchObject([{ error: { code: 'Error' } }])
      expect(sink.drafts[0]?.output).toStrictEqual(output)
      const rest = [await reader?.read(), await reader?.read(), await reader?.read()]
      expect(rest.map((step) => step?.value)).toEqual([parts[1], parts[2], undefined])
      expect(sink.drafts).toHaveLength(1)
    },
  )

  it('emit waits for the end, and gives the one receipt', async () => {
    const sink = recordingSink()
    const c = collect(sink).setAction('allow')
    const piped = c.pipeOutput(web('a'))
    const emitted = c.emit()
    await settle()
    expect(sink.drafts).toHaveLength(0)
    expect(() => c.addTag('late')).toThrow(/after the draft/)
    expect(await all(piped)).toEqual(['a'])
    expect((await emitted).receiptId).toBe(c.receiptId)
    expect(sink.drafts).toHaveLength(1)
  })

  it('disposal leaves an open stream alone', async () => {
    const sink = recordingSink()
    let piped: ReadableStream<string>
    {
      await using c = collect(sink).setAction('allow')
      piped = c.pipeOutput(web('a'))
    }
    expect(sink.drafts).toHaveLength(0)
    await all(piped)
    expect(sink.drafts).toMatchObject([{ action: 'allow', output: { content: 'a' } }])
  })
})
