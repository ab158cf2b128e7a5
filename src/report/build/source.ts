/** Where a report's receipts come from: every chain of a store, or one list of receipts or lines. */
import { QuittanceError } from '../../errors.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import type { ReceiptSource } from '../../verify/types.js'
import { byChainId, type ChainSelection, type Settled } from '../options.js'

/** What a report is built from. */
export type ReportSource = ReceiptStore | ReceiptSource

/** One chain to be read. */
export interface SourceChain extends Omit<ChainSelection, 'chainId'> {
  /** Absent: the first receipt says. */
  readonly chainId?: string | undefined
  /** True where every item is a line as it is stored. */
  readonly lines: boolean
  /** In order; to be read once. */
  items(): Iterable<DecisionReceipt | string> | AsyncIterable<DecisionReceipt | string>
  /** @returns how many there are, where that is known beforehand */
  total(): Promise<number | undefined>
  /** @returns the line at that place as it is stored now; absent where nothing can be read twice */
  readonly fetch?: ((seq: number) => Promise<string | undefined>) | undefined
}

/**
 * @param source - what a report is built from
 * @returns whether it is a store
 */
export const isStore = (source: ReportSource): source is ReceiptStore =>
  typeof source === 'object' && source !== null && 'chains' in source && typeof source.chains === 'function'

const isIterable = (source: object): boolean => Symbol.iterator in source || Symbol.asyncIterator in source

/**
 * @param source - a store, or receipts or lines of one chain
 * @param settled - which chains
 * @returns the chains, sorted by name
 * @throws QuittanceError `REPORT_SOURCE` where there is nothing to report on; what the store throws
 * @throws TypeError when it is neither
 */
export async function chainsOfSource(source: ReportSource, settled: Settled): Promise<readonly SourceChain[]> {
  if (typeof source !== 'object' || source === null || !(isStore(source) || isIterable(source)))
    throw new TypeError('source must be a ReceiptStore, or receipts or lines')
  if (!isStore(source)) return [listChain(source, settled.chains)]
  const selected = settled.chains ?? (await everyChain(source, settled.signal))
  return selected.map((selection) => storeChain(source, selection, settled.signal))
}

async function everyChain(store: ReceiptStore, signal: AbortSignal | undefined): Promise<readonly ChainSelection[]> {
  const chains: ChainSelection[] = []
  for await (const chainId of store.chains({ signal })) chains.push({ chainId })
  if (chains.length === 0) throw new QuittanceError('REPORT_SOURCE', 'the store holds no chain to report on')
  return chains.sort(byChainId)
}

const nothing: readonly string[] = []

function storeChain(store: ReceiptStore, selection: ChainSelection, signal: AbortSignal | undefined): SourceChain {
  const { chainId, toSeq } = selection
  return {
    ...selection,
    lines: store.lines !== undefined,
    items: () => {
      if (toSeq === -1) return nothing
      const range = { toSeq, signal }
      return store.lines?.(chainId, range) ?? store.read(chainId, range)
    },
    async total() {
      const bounds = await store.bounds(chainId, { signal })
      return bounds === undefined ? 0 : Math.min(bounds.last, toSeq ?? bounds.last) - bounds.first + 1
    },
    async fetch(seq) {
      const range = { fromSeq: seq, toSeq: seq, signal }
      if (store.lines !== undefined) {
        for await (const line of store.lines(chainId, range)) return line
        return undefined
      }
      for await (const receipt of store.read(chainId, range)) return lineOf(receipt)
      return undefined
    },
  }
}

function listChain(source: ReceiptSource, chains: readonly ChainSelection[] | undefined): SourceChain {
  const [selection, another] = chains ?? []
  if (another !== undefined)
    throw new QuittanceError('REPORT_SOURCE', 'several chains need a store: a list of receipts is one chain')
  const toSeq = selection?.toSeq
  return {
    ...selection,
    lines: false,
    items: () => (toSeq === undefined ? source : upTo(source, toSeq)),
    total: async () => (Array.isArray(source) ? source.length : undefined),
  }
}

/** As a store would give them: nothing behind a seq. What has none is the verifier's to judge. */
async function* upTo(source: ReceiptSource, toSeq: number): AsyncGenerator<DecisionReceipt | string> {
  if (toSeq < 0) return
  for await (const item of source) {
    const seq = seqOf(item)
    if (typeof seq === 'number' && seq > toSeq) return
    yield item
  }
}

function seqOf(item: DecisionReceipt | string): unknown {
  try {
    const parsed: unknown = typeof item === 'string' ? JSON.parse(item) : item
    return typeof parsed === 'object' && parsed !== null && 'seq' in parsed ? parsed.seq : undefined
  } catch {
    // no JSON: the verifier says so
    return undefined
  }
}
