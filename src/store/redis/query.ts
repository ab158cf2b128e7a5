import type { DecisionReceipt } from '../../receipt/types.js'
import { matchesQuery } from '../query.js'
import type { ReceiptQuery } from '../store.js'
import { redisIndexes } from './check-options.js'
import { corrupt, entryOf, lineFrom, receiptFrom } from './entry.js'
import type { ChainKeys } from './keys.js'
import type { Call, Link } from './link.js'
import { receiptsOf } from './pages.js'
import type { Standing } from './standing.js'

/** How many receipts one request for a page of an index returns. */
const PAGE = 100

/** A list of seqs that holds every match from `from` on. */
interface Index {
  readonly key: string
  readonly from: number
  readonly length: number
}

/** The shortest list among those that the query names and the chain has. */
async function bestIndex(
  link: Link,
  keys: ChainKeys,
  call: Call & { readonly chainId: string },
  standing: Standing,
  query: ReceiptQuery,
): Promise<Index | undefined> {
  const usable = redisIndexes.flatMap((name) => {
    const from = standing.indexedFrom.get(name)
    return typeof query[name] === 'string' && from !== undefined
      ? [{ key: `${keys.index}${name}:${query[name]}`, from }]
      : []
  })
  const counted = await Promise.all(
    usable.map(async (one) => ({ ...one, length: Number(await link.read('LLEN', [one.key], call)) })),
  )
  const reach = standing.head?.seq ?? 0
  // what lies before an index must be scanned, which costs as much a receipt as the index does
  const cost = (one: Index) => one.length + Math.max(0, Math.min(one.from, reach) - (standing.head?.first ?? 0))
  return counted.sort((a, b) => cost(a) - cost(b))[0]
}

/** @returns the first seq at or after a time */
async function seek(link: Link, keys: ChainKeys, call: Call, chainId: string, time: string): Promise<number> {
  const [seq, bad] = (await link.script('seek', [keys.head, keys.receipts], [time], call)) as [string | number, string]
  if (Number(seq) === -2) throw corrupt(chainId, 'no-time', Number(bad))
  return Number(seq)
}

async function* indexed(
  link: Link,
  keys: ChainKeys,
  call: Call & { readonly chainId: string },
  chainId: string,
  index: Index,
  from: number,
  to: number,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  let next = from
  for (;;) {
    const page = (await link.script('indexed', [keys.receipts, keys.details, index.key], [next, to, PAGE], call)) as [
      string,
      string[] | null,
      string | null,
    ][]
    for (const [seqText, fields, details] of page) {
      const seq = Number(seqText)
      if (!fields) throw corrupt(chainId, 'missing', seq)
      yield receiptFrom(chainId, seq, lineFrom(entryOf(`${seq}-1`, fields), details))
      next = seq + 1
    }
    if (page.length < PAGE) return
  }
}

/**
 * Answers a query by the index with the fewest receipts in it, scanning what lies before that index was turned on; without
 * one by scanning the stretch of the chain that its times leave.
 *
 * @param standing - where the chain stands
 * @returns those that match, ascending, at most `limit`
 */
export async function* answer(
  link: Link,
  keys: ChainKeys,
  call: Call & { readonly chainId: string },
  standing: Standing,
  query: ReceiptQuery,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  const { chainId } = query
  const { head } = standing
  let left = query.limit ?? Number.POSITIVE_INFINITY
  if (head === undefined || left === 0) return
  const [from, end, index] = await Promise.all([
    query.from === undefined ? head.first : seek(link, keys, call, chainId, query.from),
    query.to === undefined ? head.seq + 1 : seek(link, keys, call, chainId, query.to),
    bestIndex(link, keys, call, standing, query),
  ])
  const to = Math.min(end - 1, head.seq)
  const border = index === undefined ? to + 1 : Math.min(to + 1, Math.max(from, index.from))
  const parts = from < border ? [receiptsOf(link, keys, call, standing, { from, to: border - 1 })] : []
  if (index !== undefined && border <= to) parts.push(indexed(link, keys, call, chainId, index, border, to))
  for (const part of parts) {
    for await (const receipt of part) {
      if (!matchesQuery(receipt, query)) continue
      yield receipt
      left -= 1
      if (left === 0) return
    }
  }
}
