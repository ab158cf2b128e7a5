import { createHash, type Hash } from 'node:crypto'
import { QuittanceError } from '../errors.js'
import { frozenCopy } from '../ledger/copy.js'
import type { Content } from '../ledger/draft.js'
import { notCanonical } from '../receipt/canonical.js'
import { digestOf } from '../receipt/digest.js'

/** The most UTF-8 bytes of text that are kept of a stream: text has to be whole before it can be redacted. */
export const MAX_STREAM_TEXT = 16 * 1024 * 1024

/** Takes the chunks of one stream and ends as content: text is kept, bytes are hashed and forgotten. */
export interface Gatherer {
  /**
   * @param chunk - a string or a Uint8Array; one stream holds only one of the two
   * @throws QuittanceError `COLLECTOR_TOO_LARGE`, `COLLECTOR_STREAM`
   */
  add(chunk: unknown): void
  /**
   * @param cutOff - whether more would have come
   * @returns the content of what came
   * @throws QuittanceError `RECEIPT_NOT_JSON` where text holds half a surrogate pair
   */
  finish(cutOff: boolean): Content
}

/**
 * @param path - the member, as `output`
 * @returns a gatherer for one stream
 */
export function gatherer(path: string): Gatherer {
  let texts: string[] | undefined
  let size = 0
  let hash: Hash | undefined

  const mixed = () =>
    new QuittanceError('COLLECTOR_STREAM', `${path}: a stream must hold strings only or bytes only`, {
      details: { path, reason: 'chunk-type' },
    })

  return {
    add(chunk) {
      if (typeof chunk === 'string') {
        if (hash) throw mixed()
        size += Buffer.byteLength(chunk)
        if (size > MAX_STREAM_TEXT) {
          texts = undefined
          throw new QuittanceError(
            'COLLECTOR_TOO_LARGE',
            `${path}: the text of a stream may have ${MAX_STREAM_TEXT} bytes`,
            {
              details: { path },
            },
          )
        }
        texts ??= []
        texts.push(chunk)
      } else if (chunk instanceof Uint8Array) {
        if (texts) throw mixed()
        hash ??= createHash('sha256')
        hash.update(chunk)
      } else throw mixed()
    },
    finish(cutOff) {
      if (hash) return { kind: 'bytes', hash: `sha256:${hash.digest('hex')}` }
      let text = texts?.join('') ?? ''
      // where a text was cut, it may have been cut through a character
      if (cutOff && /[\ud800-\udbff]$/.test(text)) text = text.slice(0, -1)
      if (!text.isWellFormed()) throw notCanonical('lone-surrogate', path)
      return { kind: 'text', content: text }
    },
  }
}

/** How a stream that was given as content ended: with content (cut off, perhaps, and by what fault), or refused. */
export type StreamOutcome =
  | { readonly content: Content; readonly cutOff: boolean; readonly fault?: unknown }
  | { readonly refused: unknown }

/** A stream that is being read. */
export interface PendingContent {
  /** Never rejects: it waits until somebody asks. */
  readonly outcome: Promise<StreamOutcome>
  /** Ends it now with what has come. */
  cut(): void
}

function readAll(stream: AsyncIterable<unknown>, path: string): PendingContent {
  const gather = gatherer(path)
  let over = false
  let end: (outcome: StreamOutcome) => void
  const outcome = new Promise<StreamOutcome>((resolve) => {
    end = resolve
  })
  const finish = (make: () => StreamOutcome) => {
    if (over) return
    over = true
    try {
      end(make())
    } catch (refused) {
      end({ refused })
    }
  }
  const read = async () => {
    try {
      for await (const chunk of stream) {
        if (over) break
        try {
          gather.add(chunk)
        } catch (refused) {
          finish(() => ({ refused }))
          break
        }
      }
      finish(() => ({ content: gather.finish(false), cutOff: false }))
    } catch (fault) {
      finish(() => ({ content: gather.finish(true), cutOff: true, fault }))
    }
  }
  // can't reject: whatever happens is the outcome
  void read()
  return { outcome, cut: () => finish(() => ({ content: gather.finish(true), cutOff: true })) }
}

/** Content that is there, or that is still flowing in. */
export type TakenContent = { readonly content: Content } | { readonly pending: PendingContent }

/**
 * Takes over a value as content: strings are text, bytes are hashed at once, streams are read from now on, everything else is
 * copied as JSON.
 *
 * @param value - what the caller gave
 * @param path - the member, as `input`
 * @returns the content, or what will become it
 * @throws TypeError when the value is no content, or a stream that somebody else reads
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function takeContent(value: unknown, path: string): TakenContent {
  if (value === undefined) throw new TypeError(`${path} must be given: a string, a JSON value, bytes or a stream`)
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw notCanonical('lone-surrogate', path)
    return { content: { kind: 'text', content: value } }
  }
  if (value instanceof Uint8Array) return { content: { kind: 'bytes', hash: digestOf(value) } }
  if (value instanceof ArrayBuffer) return { content: { kind: 'bytes', hash: digestOf(new Uint8Array(value)) } }
  if (typeof value === 'object' && value !== null) {
    if ((value as { locked?: unknown }).locked === true && 'getReader' in value) {
      throw new TypeError(`${path} is a stream that is locked to another reader: give one branch of its tee()`)
    }
    if (Symbol.asyncIterator in value) return { pending: readAll(value as AsyncIterable<unknown>, path) }
    if (ArrayBuffer.isView(value))
      throw new TypeError(`${path} is a view that is no Uint8Array: say which bytes are meant`)
    if (value instanceof Blob) throw new TypeError(`${path} is a Blob: give its stream() or its text()`)
  }
  return { content: { kind: 'json', content: frozenCopy(value, path, 1) } }
}
