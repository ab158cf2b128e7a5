import { Readable } from 'node:stream'

/** What a pass-through tells about the stream that flows through it. */
export interface Tap<T> {
  /** Sees each chunk before the consumer does; what it throws fails the stream. */
  chunk(chunk: T): void
  /** Resolves when the end may be shown to the consumer; a rejection is shown instead of the end. */
  ended(): Promise<void>
  /** The stream failed; never rejects. */
  failed(error: unknown): Promise<void>
  /** The consumer went away. */
  cancelled(): Promise<void>
  /** A fault that can't be thrown, because another is being thrown. */
  warn(error: unknown): void
  /** Runs the source where the collector is current: it may be a generator that does the work while it is read. */
  inContext<R>(run: () => R): R
}

/**
 * A web stream that hands each chunk on as it is asked for.
 *
 * @param source - the stream; locked from now on
 * @param tap - is told what flows
 * @returns the stream for the consumer; it reads ahead nothing, so that back-pressure reaches the source
 * @throws TypeError when the stream is locked
 */
export function tapWebStream<T>(source: ReadableStream<T>, tap: Tap<T>): ReadableStream<T> {
  const reader = source.getReader()
  let gone = false

  async function fail(error: unknown, sourceFailed: boolean): Promise<never> {
    if (!sourceFailed) await reader.cancel(error).catch((fault: unknown) => tap.warn(fault))
    await tap.failed(error)
    throw error
  }

  return new ReadableStream<T>(
    {
      async pull(controller) {
        let step: Awaited<ReturnType<typeof reader.read>>
        try {
          step = await tap.inContext(() => reader.read())
        } catch (error) {
          return gone ? undefined : fail(error, true)
        }
        if (gone) return
        if (step.done) {
          await tap.ended()
          if (!gone) controller.close()
          return
        }
        try {
          tap.chunk(step.value)
        } catch (error) {
          return fail(error, false)
        }
        controller.enqueue(step.value)
      },
      async cancel(reason) {
        gone = true
        const [emitted, stopped] = await Promise.allSettled([tap.cancelled(), reader.cancel(reason)])
        if (emitted.status === 'rejected') {
          // whoever left may not listen any more, and a pipe in between swallows it
          tap.warn(emitted.reason)
          if (stopped.status === 'rejected') tap.warn(stopped.reason)
          throw emitted.reason
        }
        if (stopped.status === 'rejected') throw stopped.reason
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * A Node stream that hands each chunk on as it is asked for.
 *
 * @param source - the stream; read by this from now on
 * @param tap - is told what flows
 * @returns the stream for the consumer, with the source's object mode, encoding and high-water mark
 */
export function tapNodeStream(source: Readable, tap: Tap<unknown>): Readable {
  const chunks = source[Symbol.asyncIterator]()
  const encoding = source.readableEncoding
  let gone = false
  let failure: { readonly error: unknown } | undefined
  let over = false

  const fail = (error: unknown) => {
    if (gone) return
    failure ??= { error }
    output.destroy(
      error instanceof Error ? error : new Error('the stream failed with a value that is no error', { cause: error }),
    )
  }

  async function next(): Promise<void> {
    let step: IteratorResult<unknown>
    try {
      step = await tap.inContext(() => chunks.next())
      if (gone) return
      if (!step.done) tap.chunk(step.value)
    } catch (error) {
      return fail(error)
    }
    if (!step.done) {
      output.push(step.value, encoding ?? undefined)
      return
    }
    try {
      await tap.ended()
    } catch (error) {
      over = true
      return fail(error)
    }
    over = true
    if (!gone) output.push(null)
  }

  const output = new Readable({
    objectMode: source.readableObjectMode,
    highWaterMark: source.readableHighWaterMark,
    ...(encoding === null ? {} : { encoding }),
    read() {
      // every fault ends in destroy()
      void next()
    },
    destroy(error, done) {
      gone = true
      source.destroy()
      if (over) return done(error)
      const told = failure ? tap.failed(failure.error) : tap.cancelled()
      told.then(
        () => done(error),
        (fault: Error) => {
          if (error) tap.warn(fault)
          done(error ?? fault)
        },
      )
    },
  })
  // before the first read nobody else listens for the source's faults
  source.on('error', fail)
  return output
}
