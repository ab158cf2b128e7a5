import { describe, expect, it } from 'vitest'
import { currentCollector } from '../../src/collector/index.js'
import { QuittanceError } from '../../src/errors.js'
import { collect, deferred, recordingSink, settle, web } from './sink.js'

describe('run', () => {
  it('emits one receipt and gives back what the work returned, once it is durable', async () => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    let returned: unknown
    const c = collect(sink)
    const done = c
      .run((given) => {
        expect(given).toBe(c)
        expect(currentCollector()).toBe(c)
        given.setAction('allow')
        return 42
      })
      .then((value) => {
        returned = value
      })
    await settle()
    expect(returned).toBeUndefined()
    gate.resolve()
    await done
    expect(returned).toBe(42)
    expect(currentCollector()).toBeUndefined()
    expect(sink.drafts).toMatchObject([{ receiptId: c.receiptId, action: 'allow' }])
  })

  it.each([
    ['at once', () => Promise.reject(new TypeError('broken'))],
    [
      'synchronously',
      () => {
        throw new TypeError('broken')
      },
    ],
    [
      'later',
      async () => {
        await settle()
        throw new TypeError('broken')
      },
    ],
  ])('work that throws %s is recorded, and its error thrown on', async (_name, work: () => Promise<never>) => {
    const sink = recordingSink()
    let thrown: unknown
    const done = collect(sink).run(async () => {
      try {
        return await work()
      } catch (error) {
        thrown = error
        throw error
      }
    })
    const caught = await done.catch((error: unknown) => error)
    expect(caught).toBeInstanceOf(TypeError)
    expect(caught).toBe(thrown)
    expect(sink.drafts).toMatchObject([{ error: { code: 'TypeError' }, details: { error: { message: 'broken' } } }])
    expect(sink.drafts[0]).not.toHaveProperty('action')
    expect(sink.warnings).toEqual([])
  })

  it('what is no error is thrown on as it is', async () => {
    const sink = recordingSink()
    await expect(collect(sink).run(() => Promise.reject(undefined))).rejects.toBeUndefined()
    expect(sink.drafts).toMatchObject([{ error: { code: 'NonError' } }])
  })

  it('an error that the work described itself stays', async () => {
    const sink = recordingSink()
    const down = new Error('model down')
    await expect(
      collect(sink).run((c) => {
        c.setError(down, { code: 'MODEL_DOWN', source: 'provider' })
        throw down
      }),
    ).rejects.toBe(down)
    expect(sink.drafts).toMatchObject([{ error: { code: 'MODEL_DOWN', source: 'provider' } }])
  })

  it('a failed emit rejects', async () => {
    const sink = recordingSink()
    const down = new QuittanceError('STORE_UNAVAILABLE', 'down', { details: { outcome: 'unknown' } })
    sink.faults.push(down)
    const c = collect(sink)
    await expect(c.run(() => c.setAction('allow') && 1)).rejects.toBe(down)
    expect(sink.drafts).toHaveLength(1)
    expect(sink.warnings).toEqual([])
    await c.emit()
    expect(sink.drafts[1]).toBe(sink.drafts[0])
  })

  it("where both fail the request's error is thrown, and the other is told to the sink", async () => {
    const sink = recordingSink()
    const down = new Error('store down')
    const broken = new Error('request broken')
    sink.faults.push(down)
    await expect(collect(sink).run(() => Promise.reject(broken))).rejects.toBe(broken)
    expect(sink.warnings).toEqual([down])
  })

  it('a sink that can not be told is no reason to be silent', async () => {
    const down = new Error('store down')
    const warned = deferred<Error>()
    const listen = (warning: Error) => warning === down && warned.resolve(warning)
    process.on('warning', listen)
    try {
      const c = collect({ append: () => Promise.reject(down) })
      await expect(c.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
      expect(await warned.promise).toBe(down)
    } finally {
      process.off('warning', listen)
    }
  })

  it('where no draft can be made, that is what is recorded and thrown', async () => {
    const sink = recordingSink()
    await expect(collect(sink).run((c) => c.setInput('x') && 1)).rejects.toMatchObject({ code: 'COLLECTOR_NO_ACTION' })
    expect(sink.drafts).toMatchObject([{ error: { code: 'COLLECTOR_NO_ACTION' }, input: { content: 'x' } }])
    expect(sink.drafts[0]).not.toHaveProperty('action')
    expect(sink.warnings).toEqual([])
  })

  it('content that can not be recorded is left out, and the error says so', async () => {
    const sink = recordingSink()
    const mixed = (async function* () {
      yield 'text'
      yield Uint8Array.of(1)
    })()
    await expect(collect(sink).run((c) => c.setAction('allow').setOutput(mixed) && 1)).rejects.toMatchObject({
      code: 'COLLECTOR_STREAM',
    })
    expect(sink.drafts).toMatchObject([{ error: { code: 'COLLECTOR_STREAM' }, action: 'allow' }])
    expect(sink.drafts[0]).not.toHaveProperty('output')
    expect(sink.warnings).toEqual([])
  })

  it('nor does what stood there before take its place', async () => {
    const sink = recordingSink()
    const unfit = web({})
    await expect(
      collect(sink).run((c) => c.setAction('allow').setOutput('before').setOutput(unfit) && 1),
    ).rejects.toMatchObject({ code: 'COLLECTOR_STREAM' })
    expect(sink.drafts[0]).not.toHaveProperty('output')
  })

  it('where the request fails for another reason, the sink is told what was left out', async () => {
    const sink = recordingSink()
    await expect(
      collect(sink).run(async (c) => {
        c.setInput(web({}))
        await settle()
        throw new Error('broken')
      }),
    ).rejects.toThrow('broken')
    expect(sink.drafts).toMatchObject([{ error: { code: 'Error' } }])
    expect(sink.drafts[0]).not.toHaveProperty('input')
    expect(sink.warnings).toMatchObject([{ code: 'COLLECTOR_STREAM', details: { path: 'input' } }])
  })

  it('a stream that was cut is let go', async () => {
    const sink = recordingSink()
    const cancelled = deferred()
    let feed: ReadableStreamDefaultController<string> | undefined
    const source = new ReadableStream<string>({
      start: (controller) => {
        feed = controller
      },
      cancel: () => cancelled.resolve(),
    })
    await expect(collect(sink).run((c) => c.setInput(source) && Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    )
    feed?.enqueue('too late')
    await cancelled.promise
    expect(sink.drafts).toMatchObject([{ input: { content: '', partial: true } }])
  })

  it('does not wait for a stream when the request has failed', async () => {
    const sink = recordingSink()
    const endless = new ReadableStream({ start: (controller) => controller.enqueue('half of it') })
    await expect(
      collect(sink).run(async (c) => {
        c.setInput(endless)
        await settle()
        throw new Error('broken')
      }),
    ).rejects.toThrow('broken')
    expect(sink.drafts).toMatchObject([
      { input: { kind: 'text', content: 'half of it', partial: true }, error: { code: 'Error' } },
    ])
  })

  describe('when the work emits itself', () => {
    it('there is no second receipt', async () => {
      const sink = recordingSink()
      await collect(sink).run(async (c) => {
        await c.setAction('allow').emit()
        expect(sink.drafts).toHaveLength(1)
      })
      expect(sink.drafts).toHaveLength(1)
    })

    it('run waits for one that it did not wait for', async () => {
      const sink = recordingSink()
      sink.faults.push(new Error('down'))
      await expect(
        collect(sink).run((c) => {
          void c.setAction('allow').emit()
        }),
      ).rejects.toThrow('down')
      expect(sink.drafts).toHaveLength(1)
    })

    it('its failure, thrown on, is not tried again', async () => {
      const sink = recordingSink()
      sink.faults.push(new Error('down'))
      await expect(collect(sink).run((c) => c.setAction('allow').emit())).rejects.toThrow('down')
      expect(sink.drafts).toHaveLength(1)
      expect(sink.warnings).toEqual([])
    })

    it('its failure, passed over, is tried again', async () => {
      const sink = recordingSink()
      sink.faults.push(new Error('down'))
      await collect(sink).run((c) =>
        c
          .setAction('allow')
          .emit()
          .catch(() => {}),
      )
      expect(sink.drafts).toHaveLength(2)
      expect(sink.drafts[1]).toBe(sink.drafts[0])
    })

    it('and throws afterwards, what was sealed stands', async () => {
      const sink = recordingSink()
      await expect(
        collect(sink).run(async (c) => {
          await c.setAction('allow').emit()
          throw new Error('after')
        }),
      ).rejects.toThrow('after')
      expect(sink.drafts).toHaveLength(1)
      expect(sink.drafts[0]).not.toHaveProperty('error')
    })

    it('and throws while it is under way, the failure of that goes to the sink', async () => {
      const sink = recordingSink()
      const gate = deferred()
      sink.gate = gate.promise
      sink.faults.push(new Error('down'))
      const done = collect(sink).run(async (c) => {
        void c.setAction('allow').emit()
        await settle()
        throw new Error('meanwhile')
      })
      await settle()
      await settle()
      gate.resolve()
      await expect(done).rejects.toThrow('meanwhile')
      expect(sink.warnings).toMatchObject([{ message: 'down' }])
      expect(sink.drafts).toHaveLength(1)
    })

    it('and waits for input that flows while the work throws, the error still gets in', async () => {
      const sink = recordingSink()
      const endless = new ReadableStream({ start: (controller) => controller.enqueue('x') })
      await expect(
        collect(sink).run(async (c) => {
          void c.setInput(endless).setAction('allow').emit()
          await settle()
          throw new Error('meanwhile')
        }),
      ).rejects.toThrow('meanwhile')
      expect(sink.drafts).toMatchObject([{ error: { code: 'Error' }, input: { content: 'x', partial: true } }])
    })
  })

  it('runs once', async () => {
    const c = collect(recordingSink())
    const gate = deferred()
    const first = c.run(async (given) => {
      await gate.promise
      given.setAction('allow')
    })
    await expect(c.run(() => 1)).rejects.toThrow(TypeError)
    gate.resolve()
    await first
    await expect(c.run(() => 1)).rejects.toMatchObject({ code: 'COLLECTOR_SEALED' })
  })
})
