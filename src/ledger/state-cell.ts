/** One small value beside a chain, kept in step with the store in the background. */
import { QuittanceError } from '../errors.js'
import { decodeUtf8, utf8 } from '../primitives/bytes.js'
import type { ReceiptStore } from '../store/store.js'

/** What a cell holds and how two writers' values become one. */
export interface CellKind<T> {
  /** Its name in the store: 1-64 of `[a-z0-9-]`. */
  readonly name: string
  /** @returns `undefined` for what is no such value */
  read(json: unknown): T | undefined
  merge(one: T, other: T): T
  same(one: T, other: T): boolean
  /** The least time between two writes, in milliseconds. */
  readonly paceMs: number
}

/** A value that is written soon after it changes, never twice at once. */
export interface Cell<T> {
  readonly value: T | undefined
  /** Reads what the store has and merges it in. */
  load(signal?: AbortSignal): Promise<T | undefined>
  set(value: T): void
  /** Writes at once what is not written yet, and waits for it. A failure was told as a warning. */
  flush(): Promise<void>
  /** Whether everything is written. */
  readonly clean: boolean
}

/** How often a write is repeated that other writers got ahead of. */
const MAX_TRIES = 16

/**
 * @param store - where it is kept
 * @param chainId - beside which chain
 * @param kind - what it is
 * @param warn - hears of a write that failed; the next change tries again
 * @returns the cell, nothing read yet
 */
export function createCell<T>(
  store: ReceiptStore,
  chainId: string,
  kind: CellKind<T>,
  warn: (error: unknown) => void,
): Cell<T> {
  let value: T | undefined
  let version = 0
  let dirty = false
  let writing: Promise<void> | undefined
  let writtenAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  const parse = (bytes: Uint8Array): T | undefined => {
    const text = decodeUtf8(bytes)
    if (text === undefined) return undefined
    try {
      return kind.read(JSON.parse(text))
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }

  const load = async (signal?: AbortSignal): Promise<T | undefined> => {
    const found = await store.state.get(chainId, kind.name, { signal })
    if (found === undefined) {
      // it may have been there: a store that lost everything starts its versions again
      version = 0
      dirty = value !== undefined
      return value
    }
    version = found.version
    const read = parse(found.bytes)
    if (read === undefined) {
      warn(
        new QuittanceError('STORE_CORRUPT', `the state "${kind.name}" can't be read and is taken for absent`, {
          details: { chainId },
        }),
      )
      return value
    }
    const merged = value === undefined ? read : kind.merge(value, read)
    dirty = value !== undefined && !kind.same(merged, read)
    value = merged
    return value
  }

  const put = async (): Promise<void> => {
    for (let tries = 1; value !== undefined; tries += 1) {
      dirty = false
      try {
        version = await store.state.put(chainId, kind.name, utf8(JSON.stringify(value)), version)
        return
      } catch (error) {
        dirty = true
        if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT') || tries >= MAX_TRIES) throw error
      }
      await load()
      if (!dirty) return
    }
  }

  const write = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing ??= put()
      .catch(warn)
      .finally(() => {
        writing = undefined
        writtenAt = performance.now()
      })
    return writing
  }

  /** A timer that is unref'd: whoever ends without closing loses at most one step of this memory, never a receipt. */
  const later = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      if (dirty) void write()
    }, ms)
    timer.unref?.()
  }

  return {
    get value() {
      return value
    },
    get clean() {
      return !dirty && writing === undefined
    },
    load,
    set(next) {
      value = next
      dirty = true
      if (writing !== undefined) {
        later(kind.paceMs)
        return
      }
      const wait = writtenAt + kind.paceMs - performance.now()
      if (wait > 0) later(wait)
      else void write()
    },
    async flush() {
      while (writing !== undefined) await writing
      if (dirty) await write()
      clearTimeout(timer)
      timer = undefined
    },
  }
}
