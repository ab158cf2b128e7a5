/** Looks through one chain: by the store's own query where nothing is to be judged, else line by line. */
import type { Keyring } from '../../keys/keyring.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import type { RawLine } from '../../verify/line.js'
import type { ProblemCode } from '../../verify/types.js'
import { claimOf } from '../inspect/find.js'
import { type Claim, matches, type QueryFilter, storeQuery } from './filter.js'
import { createStreamJudge } from './judge-stream.js'
import type { Hit } from './print.js'

/** What went by beside the hits. */
export interface Passed {
  /** Lines that could not be read as JSON objects. */
  unreadable: number
  /** Of revoked keys, known only at the end. */
  late: readonly ProblemCode[]
}

const hitOf = (receipt: DecisionReceipt): Hit => ({ line: lineOf(receipt), claim: receipt as unknown as Claim })

/**
 * Asks a store. What it can't be asked for is looked for in its answer.
 *
 * @param store - the store
 * @param chainId - the chain
 * @param filter - what is looked for
 * @returns hits, ascending
 */
export async function* askStore(store: ReceiptStore, chainId: string, filter: QueryFilter): AsyncGenerator<Hit> {
  if (!chainIdPattern.test(chainId)) return
  if (filter.receipt !== undefined) {
    const receipt = await store.get(chainId, filter.receipt)
    if (receipt !== undefined && matches(receipt as unknown as Claim, filter)) yield hitOf(receipt)
    return
  }
  const { seq } = filter
  const receipts =
    seq === undefined && store.query !== undefined
      ? store.query(storeQuery(chainId, filter))
      : store.read(chainId, seq === undefined ? {} : { fromSeq: seq.from, toSeq: seq.to })
  for await (const receipt of receipts) if (matches(receipt as unknown as Claim, filter)) yield hitOf(receipt)
}

/**
 * Looks at every line.
 *
 * @param lines - one chain
 * @param filter - what is looked for
 * @param keyring - whom to trust; without it nothing is judged
 * @param passed - is told what could not be read, and what is known only at the end
 * @returns hits, in order
 */
export async function* scan(
  lines: AsyncIterable<RawLine>,
  filter: QueryFilter,
  keyring: Keyring | undefined,
  passed: Passed,
): AsyncGenerator<Hit> {
  const judge = keyring && createStreamJudge(keyring)
  for await (const raw of lines) {
    const claim = claimOf(raw)
    if (claim === undefined) passed.unreadable += 1
    if (claim === undefined || !('text' in raw) || !matches(claim, filter)) {
      judge?.pass(raw)
      continue
    }
    const judged = judge?.judge(raw)
    yield { line: raw.text, claim, ...(judged === undefined ? {} : { judged }) }
  }
  passed.late = judge?.finish() ?? []
}
