/**
 * Which receipts of an outbox chain the main chain has too: their outcome there was unknown when they went to the outbox.
 * The count follows the main chain, so that the last look is short and can be taken in its turn.
 */
import type { ReceiptStore } from '../store/store.js'
import { inLanes } from './lanes.js'
import { isCallers } from './outbox-chains.js'
import { answered } from './presence.js'

/** How many ids are looked up at once: each listens to the one signal, and ten listeners are what a signal takes. */
const LANES = 8
/** How many ids are held at once. */
const CHUNK = 128
/** The most receipts of the main chain that are looked through while its queue waits. */
const MAX_DELTA = 256

/** What counting needs. */
export interface DuplicatesOptions {
  readonly main: ReceiptStore
  readonly local: ReceiptStore
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The count, as far as it has come. */
export interface Duplicates {
  /** Looks up every id of the outbox chain, then what was appended meanwhile, until little is left. */
  lookUp(): Promise<void>
  /** @returns how many there are at the seq `last` of the main chain and before */
  upTo(last: number): Promise<number>
}

/**
 * @param options - both stores
 * @param outboxChainId - the outbox chain
 * @param mainChainId - the chain that may have some of its receipts
 * @returns the count, nothing looked at yet
 */
export function createDuplicates(
  { main, local, timeoutMs, signal }: DuplicatesOptions,
  outboxChainId: string,
  mainChainId: string,
): Duplicates {
  let through = -1
  let count = 0

  const ask = <T>(work: (ending: AbortSignal) => Promise<T>): Promise<T> => answered(work, timeoutMs, signal)
  const headSeq = async (): Promise<number> =>
    (await ask((ending) => main.head(mainChainId, { signal: ending })))?.seq ?? -1

  const lookUpIds = async (last: number): Promise<void> => {
    let ids: string[] = []
    const look = async (): Promise<void> => {
      await inLanes(ids, LANES, async (receiptId) => {
        const found = await ask((ending) => main.get(mainChainId, receiptId, { signal: ending }))
        if (found !== undefined && found.seq <= last) count += 1
      })
      ids = []
    }
    for await (const receipt of local.read(outboxChainId, { signal })) {
      if (isCallers(receipt)) ids.push(receipt.receiptId)
      if (ids.length === CHUNK) await look()
    }
    await look()
  }

  const follow = async (last: number): Promise<void> => {
    if (last <= through) return
    let found = 0
    const receipts = main.read(mainChainId, { fromSeq: through + 1, toSeq: last, signal })[Symbol.asyncIterator]()
    for (;;) {
      const next = await ask(() => receipts.next())
      if (next.done) break
      const { value } = next
      if (isCallers(value) && (await local.get(outboxChainId, value.receiptId)) !== undefined) found += 1
    }
    count += found
    through = last
  }

  return {
    async lookUp() {
      const seen = await headSeq()
      if (seen >= 0) await lookUpIds(seen)
      through = seen
      for (let last = await headSeq(); last - through > MAX_DELTA; last = await headSeq()) await follow(last)
    },
    async upTo(last) {
      await follow(last)
      return count
    },
  }
}
