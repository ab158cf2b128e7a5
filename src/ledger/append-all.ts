import { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptDraft } from './draft.js'
import type { Draftable, Sink } from './types.js'

type Item = ReceiptDraft | Draftable

/** How many receipts are under way by default. */
const IN_FLIGHT = 256

const isDraftable = (item: Item): item is Draftable => typeof (item as Partial<Draftable>).draft === 'function'

const isAsync = <T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> => Symbol.asyncIterator in items

/** An outcome that nobody has to catch. */
type Settled = { readonly receipt: DecisionReceipt } | { readonly error: unknown }

async function draftOf(item: Item): Promise<ReceiptDraft> {
  return isDraftable(item) ? item.draft() : item
}

const settle = (work: Promise<DecisionReceipt>): Promise<Settled> =>
  work.then(
    (receipt) => ({ receipt }),
    (error: unknown) => ({ error }),
  )

async function* run(
  sink: Sink,
  source: Iterator<Item> | AsyncIterator<Item>,
  inFlight: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  const underWay: Promise<Settled>[] = []
  let ended = false

  /** A collector may have to wait for its streams; the next one is not pulled before, so that the order holds. */
  const begin = async (item: Item): Promise<void> => {
    let draft: ReceiptDraft
    try {
      draft = await draftOf(item)
    } catch (error) {
      underWay.push(Promise.resolve({ error }))
      return
    }
    underWay.push(settle(sink.append(draft, { signal })))
  }

  try {
    for (;;) {
      while (!ended && underWay.length < inFlight) {
        const next = await source.next()
        if (next.done) ended = true
        else await begin(next.value)
      }
      const oldest = underWay.shift()
      if (oldest === undefined) return
      const settled = await oldest
      if ('error' in settled) throw settled.error
      yield settled.receipt
    }
  } finally {
    if (!ended) await source.return?.()
    for (const settled of await Promise.all(underWay)) {
      if (!('error' in settled)) continue
      const givenUp = signal?.aborted === true && QuittanceError.is(settled.error, 'LEDGER_ABORTED')
      if (!givenUp) sink.warn?.(settled.error)
    }
  }
}

/**
 * Appends a stream of drafts and yields their receipts in the same order. It pulls as fast as receipts become durable.
 *
 * @param sink - the ledger
 * @param items - drafts, or collectors
 * @param options - `inFlight`: how many at once, default 256; `signal`: gives up
 * @returns the receipts; the first failure ends it, and further failures of what was under way are warnings
 * @throws TypeError, RangeError for a wrong argument
 */
export function appendAll(
  sink: Sink,
  items: Iterable<Item> | AsyncIterable<Item>,
  options: { readonly inFlight?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<DecisionReceipt, void, undefined> {
  const { inFlight = IN_FLIGHT, signal } = options
  if (!Number.isSafeInteger(inFlight) || inFlight < 1) throw new RangeError('inFlight must be a positive integer')
  if (typeof items !== 'object' || items === null || !(Symbol.asyncIterator in items || Symbol.iterator in items))
    throw new TypeError('items must be iterable')
  return run(sink, isAsync(items) ? items[Symbol.asyncIterator]() : items[Symbol.iterator](), inFlight, signal)
}
