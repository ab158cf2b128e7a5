/** What each sink has got, remembered beside the log chain: who was away when this process ended is served by the next. */
import { QuittanceError } from '../../errors.js'
import { decodeUtf8, utf8 } from '../../primitives/bytes.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import type { Kept } from './cell.js'

const CELL = 'checkpoint-sinks'
const MAX_TRIES = 16
/** Sinks that nobody names any more are forgotten behind so many. */
const MAX_MARKS = 100

/** By sink: which head of the log it has, with how much that was collected for it. */
export type Marks = Readonly<Record<string, string>>

/** @returns what a mark says of a head; it changes with every cosignature and token */
export const markOf = ({ origin, size, note, tokens }: Kept): string =>
  `${origin} ${size} ${note.split('\n').length} ${tokens.length}`

interface Found {
  readonly marks: Marks
  readonly version: number
}

async function read(store: ReceiptStore, chainId: string, options: StoreOptions): Promise<Found> {
  const found = await store.state.get(chainId, CELL, options)
  if (found === undefined) return { marks: {}, version: 0 }
  try {
    const json: unknown = JSON.parse(decodeUtf8(found.bytes) ?? '')
    const entries = Object.entries(json as object).filter(([, mark]) => typeof mark === 'string')
    return { marks: Object.fromEntries(entries) as Marks, version: found.version }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    // taken for absent: every sink gets everything once more, which changes nothing
    return { marks: {}, version: found.version }
  }
}

/** @returns what the sinks are known to have */
export const readMarks = async (store: ReceiptStore, chainId: string, options: StoreOptions): Promise<Marks> =>
  (await read(store, chainId, options)).marks

/**
 * @param store - where the log chain is kept
 * @param chainId - the log chain
 * @param given - what some sinks have now
 * @param options - gives up
 */
export async function writeMarks(
  store: ReceiptStore,
  chainId: string,
  given: Marks,
  options: StoreOptions,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { marks, version } = await read(store, chainId, options)
    const others = Object.entries(marks).filter(([name]) => !Object.hasOwn(given, name))
    const merged = Object.fromEntries([...others, ...Object.entries(given)].slice(-MAX_MARKS))
    try {
      await store.state.put(chainId, CELL, utf8(JSON.stringify(merged)), version, options)
      return
    } catch (error) {
      if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT') || tries >= MAX_TRIES) throw error
    }
  }
}
