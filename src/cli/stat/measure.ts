/** How much of a chain there is, from its ends: nothing between them is read, and nothing is verified. */
import { chainIdPattern } from '../../primitives/chain-id.js'
import { receiptAt } from '../../store/receipt-at.js'
import type { ReceiptStore } from '../../store/store.js'
import { firstLineOf, lastLinesOf } from '../file-ends.js'

/** One receipt, as far as it is looked at. */
interface Point {
  readonly chainId: string
  readonly seq: number
  readonly timestamp: string
}

/** What is known of a chain. */
export interface Measured {
  /** Absent where nothing says so. */
  readonly chainId?: string | undefined
  /** Of the folder or file; of a store on a server, the chain. */
  readonly name: string
  /** Absent where its ends can't be read. */
  readonly receipts?: number | undefined
  /** Of its lines; absent where the store can't tell. */
  readonly bytes?: number | undefined
  /** How many files hold it, where they are files. */
  readonly files?: number | undefined
  readonly first?: number | undefined
  readonly last?: number | undefined
  readonly oldest?: string | undefined
  readonly newest?: string | undefined
  /** Receipts a second, over all of it; absent for less than two, or all at one instant. */
  readonly perSecond?: number | undefined
  /** The same, over the newest. */
  readonly recentPerSecond?: number | undefined
  readonly unreadable?: string | undefined
}

/** How many receipts are "the newest". */
export const RECENT = 300

function pointOf(line: string | undefined): Point | undefined {
  try {
    const { chainId, seq, timestamp } = JSON.parse(line ?? '') as Record<string, unknown>
    const known =
      typeof chainId === 'string' &&
      chainIdPattern.test(chainId) &&
      Number.isSafeInteger(seq) &&
      typeof timestamp === 'string' &&
      Number.isFinite(Date.parse(timestamp))
    return known ? { chainId, seq: seq as number, timestamp } : undefined
  } catch {
    return undefined
  }
}

function rate(from: Point | undefined, to: Point): number | undefined {
  if (from === undefined) return undefined
  const seconds = (Date.parse(to.timestamp) - Date.parse(from.timestamp)) / 1_000
  return seconds > 0 && to.seq > from.seq ? (to.seq - from.seq) / seconds : undefined
}

function between(first: Point, last: Point, recent: Point | undefined): Omit<Measured, 'name'> {
  return {
    chainId: last.chainId,
    receipts: last.seq - first.seq + 1,
    first: first.seq,
    last: last.seq,
    oldest: first.timestamp,
    newest: last.timestamp,
    perSecond: rate(first, last),
    recentPerSecond: rate(recent, last),
  }
}

/** @returns what the first of the items gives that gives anything */
async function firstOf<T, R>(items: readonly T[], find: (item: T) => Promise<R | undefined>): Promise<R | undefined> {
  for (const item of items) {
    const found = await find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * @param chain - its files, in order
 * @returns what its first and its last lines claim
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function measureFiles(chain: {
  readonly name: string
  readonly chainId?: string | undefined
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}): Promise<Measured> {
  const { name, chainId, files } = chain
  const known = {
    name,
    ...(chainId !== undefined && { chainId }),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files: files.length,
  }
  // a segment that was begun may hold nothing yet
  const line = await firstOf(files, ({ path }) => firstLineOf(path))
  const lines = await firstOf(files.toReversed(), async ({ path }) => {
    const found = await lastLinesOf(path, RECENT)
    return found.length === 0 ? undefined : found
  })
  if (line === undefined || lines === undefined) {
    return known.bytes === 0 ? { ...known, receipts: 0 } : { ...known, unreadable: 'it holds no whole line' }
  }
  const [first, recent, last] = [pointOf(line), pointOf(lines[0]), pointOf(lines.at(-1))]
  if (first === undefined || last === undefined)
    return { ...known, unreadable: `its ${first === undefined ? 'first' : 'last'} line is no receipt` }
  if (last.seq < first.seq || last.chainId !== first.chainId || (chainId !== undefined && chainId !== last.chainId))
    return { ...known, unreadable: 'its first and its last line are not of one chain' }
  return { ...between(first, last, recent), ...known, chainId: chainId ?? last.chainId }
}

async function bytesOf(store: ReceiptStore, chainId: string): Promise<number> {
  let bytes = 0
  for await (const line of store.lines?.(chainId) ?? []) bytes += Buffer.byteLength(line) + 1
  return bytes
}

/**
 * @param store - the store
 * @param chainId - a chain of it
 * @param read - whether to read all of it, to count its bytes
 * @returns what the store says of its first and its newest receipt
 * @throws what the store throws
 */
export async function measureStored(store: ReceiptStore, chainId: string, read: boolean): Promise<Measured> {
  const head = await store.head(chainId)
  const first = head && ((await store.bounds(chainId))?.first ?? head.seq)
  if (head === undefined || first === undefined) return { name: chainId, chainId, receipts: 0 }
  const recentSeq = Math.max(first, head.seq - RECENT + 1)
  const [oldest, recent] = await Promise.all([
    receiptAt(store, chainId, first, undefined),
    receiptAt(store, chainId, recentSeq, undefined),
  ])
  const bytes = read && store.lines ? await bytesOf(store, chainId) : undefined
  return { name: chainId, ...between(oldest ?? head, head, recent), ...(bytes !== undefined && { bytes }) }
}
