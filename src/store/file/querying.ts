/** Queries: the indexes of sealed segments say where to look, and what stands there decides. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { matchesQuery } from '../query.js'
import type { ReceiptQuery } from '../store.js'
import { firstSeqOf, nextSeqOf, view } from './chain.js'
import { lineAt } from './lookup.js'
import { type Reader, readLines, receiptFrom } from './reading.js'
import { indexOf } from './sealed.js'
import type { Segment } from './segment.js'
import { indexedMembers } from './segment-index/types.js'
import type { Chain, Directory, Sealed } from './types.js'

/** Seqs that may match: a list, or all from one to another. */
type Candidates =
  | { readonly seqs: readonly number[] }
  | { readonly fromSeq: number; readonly toSeq: number; readonly until?: string | undefined }

/** Of a segment: above that share of its lines one reading from end to end is faster than one for each. */
const DENSE = 8

/**
 * Finds the receipts of a chain that match.
 *
 * @param directory - the directory
 * @param query - what is looked for
 * @param reader - may stop it
 * @returns those that were there when it began, ascending
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function* findReceipts(
  directory: Directory,
  query: ReceiptQuery,
  reader: Reader,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  const { chainId, from, to } = query
  let left = query.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return
  const row = await view(directory, chainId)
  if (row === undefined) return
  const chain = directory.chain(chainId)
  const last = nextSeqOf(row) - 1
  if (last < firstSeqOf(row)) return
  for (const segment of [...row.sealed, row.live]) {
    const firstSeq = segment.name.firstSeq
    const toSeq = isLive(segment) ? last : firstSeq + segment.ends.count - 1
    if (toSeq < firstSeq) continue
    const [first, newest] = timesOf(segment)
    if (to !== undefined && first >= to) return
    if (from !== undefined && newest < from) continue
    const candidates =
      (await indexed(directory, chain, segment, query)) ?? (await between(directory, chain, segment, from, to, toSeq))
    for await (const receipt of receiptsOf(directory, chain, segment, candidates, query, reader)) {
      yield receipt
      left -= 1
      if (left === 0) return
    }
  }
}

const isLive = (segment: Segment | Sealed): segment is Segment => 'offsets' in segment

function timesOf(segment: Segment | Sealed): readonly [string, string] {
  if (!isLive(segment)) return [segment.ends.firstTimestamp, segment.ends.lastTimestamp]
  return [segment.ends?.firstTimestamp ?? '', segment.head?.timestamp ?? '']
}

/** @returns what the index has for all of the members that are given; `undefined` where it can't be asked */
async function indexed(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  query: ReceiptQuery,
): Promise<Candidates | undefined> {
  const given = indexedMembers.filter((member) => query[member] !== undefined)
  if (isLive(segment) || segment.damage || given.length === 0) return undefined
  const index = await indexOf(directory, chain, segment)
  let positions: readonly number[] | undefined
  for (const member of given) {
    const found = await index?.ofMember(member, query[member] as string)
    if (found === undefined) return undefined
    positions = positions === undefined ? found : common(positions, found)
  }
  if (positions === undefined || positions.length * DENSE > segment.ends.count) return undefined
  return { seqs: positions.map((position) => segment.name.firstSeq + position) }
}

/** @returns what is in both; both ascend */
function common(a: readonly number[], b: readonly number[]): readonly number[] {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  const known = new Set(few)
  return many.filter((position) => known.has(position))
}

/** @returns the seqs of a segment whose times can match; times never fall along a chain */
async function between(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  from: string | undefined,
  to: string | undefined,
  toSeq: number,
): Promise<Candidates> {
  const { firstSeq } = segment.name
  let low = 0
  if (from !== undefined && timesOf(segment)[0] < from && !('damage' in segment && segment.damage)) {
    let high = toSeq - firstSeq
    while (low < high) {
      const middle = (low + high) >>> 1
      const stored = await lineAt(directory, chain, segment, middle)
      // replaced meanwhile: then all of it is read
      if (stored === undefined) return { fromSeq: firstSeq, toSeq, until: to }
      if (receiptFrom(stored, chain.chainId).timestamp < from) low = middle + 1
      else high = middle
    }
  }
  return { fromSeq: firstSeq + low, toSeq, until: to }
}

async function* receiptsOf(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  candidates: Candidates,
  query: ReceiptQuery,
  reader: Reader,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  const { chainId } = chain
  if ('seqs' in candidates) {
    for (const seq of candidates.seqs) {
      reader.check()
      const stored = await lineAt(directory, chain, segment, seq - segment.name.firstSeq)
      if (stored) {
        const receipt = receiptFrom(stored, chainId)
        if (matchesQuery(receipt, query)) yield receipt
        continue
      }
      // replaced meanwhile: pruned, or erased from
      const range = { fromSeq: seq, toSeq: seq }
      for await (const other of readLines(directory, chainId, range, reader)) {
        const receipt = receiptFrom(other, chainId)
        if (matchesQuery(receipt, query)) yield receipt
      }
    }
    return
  }
  const mayMatch = sieveFor(query)
  const { until, ...range } = candidates
  let seen = 0
  for await (const stored of readLines(directory, chainId, range, reader)) {
    seen += 1
    // a stretch that can't match is left early: one look in a hundred is enough to notice its end
    if (!mayMatch(stored.text) && (until === undefined || seen % 100 !== 0)) continue
    const receipt = receiptFrom(stored, chainId)
    if (until !== undefined && receipt.timestamp >= until) return
    if (matchesQuery(receipt, query)) yield receipt
  }
}

/** @returns whether a line may match: a line without any escape that lacks a plain text does not have it as a member */
function sieveFor(query: ReceiptQuery): (line: string) => boolean {
  const needles: string[] = []
  for (const member of indexedMembers) {
    const value = query[member]
    if (value !== undefined && /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(value)) needles.push(`"${value}"`)
  }
  return (line) => needles.every((needle) => line.includes(needle)) || line.includes('\\')
}
