import { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { type CollectorOptions, ReceiptCollector } from '../../src/collector/index.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import type { AppendOptions, Sink } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'

/** What a collector handed over, and what it was told to warn of. */
export interface RecordingSink extends Sink {
  readonly drafts: ReceiptDraft[]
  readonly options: (AppendOptions | undefined)[]
  readonly warnings: unknown[]
  /** The next appends fail with these, one each. */
  readonly faults: unknown[]
  /** While set, an append waits for it. */
  gate: Promise<void> | undefined
}

/**
 * The `Sink` interface's own double: it records drafts instead of sealing them. What a real ledger makes of the drafts is
 * in `end-to-end.test.ts`.
 */
export function recordingSink(): RecordingSink {
  const sink: RecordingSink = {
    drafts: [],
    options: [],
    warnings: [],
    faults: [],
    gate: undefined,
    async append(draft, options) {
      sink.drafts.push(draft)
      sink.options.push(options)
      await sink.gate
      if (sink.faults.length > 0) throw sink.faults.shift()
      return { receiptId: draft.receiptId, chainId: draft.chainId, seq: sink.drafts.length } as DecisionReceipt
    },
    warn(error) {
      sink.warnings.push(error)
    },
  }
  return sink
}

/** A collector on a sink, with what it begins with taken as given. */
export function collect(sink: Sink, options: Partial<CollectorOptions> = {}): ReceiptCollector {
  return new ReceiptCollector({ ledger: sink, tenantId: 'acme', parent: null, ...options })
}

/** A promise that somebody else settles. */
export function deferred<T = void>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** Lets everything happen that is ready to happen. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

/** One chunk after the other, each in a turn of its own. */
export async function* chunks<T>(...given: T[]): AsyncGenerator<T> {
  for (const chunk of given) {
    await null
    yield chunk
  }
}

/** A web stream that pulls from an async iterable (the DOM's types don't know `from`). */
export const webFrom = <T>(source: AsyncIterable<T>): ReadableStream<T> =>
  NodeReadableStream.from(source) as unknown as ReadableStream<T>

/** A web stream of these chunks. */
export const web = <T>(...given: T[]): ReadableStream<T> => webFrom(chunks(...given))
