/** Chains to be read: of a store, or receipts or lines that are there already. */
import { QuittanceError } from '../../errors.js'
import { textsOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import type { RawLine } from '../../verify/line.js'
import type { ReceiptSource } from '../../verify/types.js'

/** A chain that can be read from its first line. */
export interface ReadableChain {
  /** Where it is known before it is read. */
  readonly chainId?: string | undefined
  /** @returns its lines, each time from the first */
  lines(): AsyncIterable<RawLine>
}

/** A receipt in memory, as a line: what it can't say as one is a fault of it. */
function lineOfObject(receipt: DecisionReceipt): RawLine {
  try {
    return { text: textsOf(receipt).line, terminated: true }
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    return { fault: 'LINE_MALFORMED', message: 'is not plain JSON data', terminated: true }
  }
}

/**
 * @param source - receipts or lines, in order
 * @returns them as lines
 */
export async function* linesOfSource(source: ReceiptSource): AsyncGenerator<RawLine> {
  for await (const item of source)
    yield typeof item === 'string' ? { text: item, terminated: true } : lineOfObject(item)
}

/**
 * @param store - where the chains are
 * @param chainIds - which of them; default all
 * @returns them by name, also those that hold nothing
 */
export async function chainsOfStore(store: ReceiptStore, chainIds?: readonly string[]): Promise<ReadableChain[]> {
  const names = new Set(chainIds)
  if (chainIds === undefined) for await (const chainId of store.chains()) names.add(chainId)
  return [...names].sort().map((chainId) => ({
    chainId,
    lines: () => linesOfSource(store.lines?.(chainId) ?? store.read(chainId)),
  }))
}
