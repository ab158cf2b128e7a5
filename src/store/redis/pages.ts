import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { corrupt, type Entry, entryOf, lineFrom, receiptFrom } from './entry.js'
import type { ChainKeys } from './keys.js'
import type { Call, Link } from './link.js'
import type { Standing } from './standing.js'

/** An entry with its line. */
export interface Row {
  readonly entry: Entry
  readonly line: string
}

interface Fetch {
  readonly asked: number
  readonly page: Promise<readonly Row[]>
}

/** About as much text as a page should hold; two are in memory at a time. */
const PAGE_CHARACTERS = 256 * 1024
const MAX_ENTRIES = 500
const FIRST_ENTRIES = 50

/** @returns the first seq that is held now, `undefined` where there is no head */
async function firstHeld(link: Link, keys: ChainKeys, call: Call): Promise<number | undefined> {
  const first = await link.read('HGET', [keys.head, 'first'], call)
  return first === null ? undefined : Number(first)
}

function prunedMeanwhile(chainId: string | undefined): QuittanceError {
  return new QuittanceError('STORE_UNAVAILABLE', 'what was being read was pruned meanwhile', {
    details: { reason: 'pruned', retryable: true, ...(chainId === undefined ? {} : { chainId }) },
  })
}

async function fetchPage(
  link: Link,
  keys: ChainKeys,
  call: Call & { readonly chainId: string },
  head: Standing['head'],
  range: { readonly from: string; readonly to: string; readonly count: number },
): Promise<readonly Row[]> {
  const reply = (await link.read('XRANGE', [keys.receipts, range.from, range.to, 'COUNT', range.count], call)) as [
    string,
    string[],
  ][]
  const entries = reply.map(([id, fields]) => entryOf(id, fields))
  const apart = entries.filter(({ seq, offset }) => seq !== undefined && offset !== undefined)
  if (apart.length === 0) return entries.map((entry) => ({ entry, line: lineFrom(entry, undefined) }))
  const seqs = apart.map(({ seq }) => seq as number)
  const texts = (await link.read('HMGET', [keys.details, ...seqs], call)) as (string | null)[]
  const lowestMissing = seqs.find((_, index) => texts[index] === null)
  // erased, or gone with its receipt between the two requests: then the line would look as if it had been erased
  if (lowestMissing !== undefined) {
    const first = await firstHeld(link, keys, call)
    if (first === undefined && head !== undefined) throw corrupt(call.chainId, 'missing', lowestMissing)
    if (first !== undefined && first > lowestMissing) throw prunedMeanwhile(call.chainId)
  }
  const details = new Map(seqs.map((seq, index) => [seq, texts[index]]))
  return entries.map((entry) => ({ entry, line: lineFrom(entry, details.get(entry.seq as number)) }))
}

/** A stretch of a chain. */
export interface Stretch {
  /** Seqs, both inclusive; absent ends are the first and the newest entry, ours or not. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Refuses what is none of ours and what is missing; else all that is there is shown as it is. */
  readonly strict: boolean
}

/**
 * Reads a stretch of a chain in pages, each requested while the one before is consumed.
 *
 * @param standing - where the chain stood when the reader began; what came after is not shown
 * @returns the entries, ascending
 * @throws QuittanceError `STORE_UNAVAILABLE` when what was still to be shown was pruned meanwhile; `STORE_CORRUPT` with
 *   `details.seq` where it is strict, and in any case when the last of them are not there, though the head names them
 */
export async function* rowsOf(
  link: Link,
  keys: ChainKeys,
  call: Call & { readonly chainId: string },
  { head, newestId }: Standing,
  { from, to, strict }: Stretch,
): AsyncGenerator<Row, void, undefined> {
  if ((to ?? Number.MAX_SAFE_INTEGER) < (from ?? 0)) return
  const newest = newestId === undefined ? -1 : Number(newestId.split('-')[0])
  const end = to !== undefined && to < newest ? String(to) : newestId
  const last = Math.min(to ?? Number.MAX_SAFE_INTEGER, head?.seq ?? -1)
  let next = Math.max(from ?? 0, head?.first ?? 0)

  let count = FIRST_ENTRIES
  const fetch = (start: string): Fetch | undefined => {
    if (end === undefined || (from ?? 0) > newest) return undefined
    const page = fetchPage(link, keys, call, head, { from: start, to: end, count })
    // whoever stops early never awaits it; whoever goes on hears of its failure when it is awaited
    page.catch(() => undefined)
    return { asked: count, page }
  }
  let begun = false
  let coming: Fetch | undefined = fetch(from === undefined ? '-' : String(from))
  while (coming !== undefined) {
    const asked: number = coming.asked
    const rows: readonly Row[] = await coming.page
    const earliest = rows.find(({ entry }) => entry.seq !== undefined)?.entry.seq
    if (next <= last && (earliest === undefined || earliest > next)) {
      const first = (await firstHeld(link, keys, call)) ?? 0
      if (first > next && begun) throw prunedMeanwhile(call.chainId)
      // before anything was shown it is as if the reader had begun later
      next = Math.max(next, first)
    }
    let characters = 0
    for (const { line } of rows) characters += line.length
    const lastId = rows.at(-1)?.entry.id
    count = Math.max(1, Math.min(MAX_ENTRIES, Math.floor((PAGE_CHARACTERS * rows.length) / characters)))
    coming = rows.length < asked || lastId === end ? undefined : fetch(`(${lastId}`)
    for (const row of rows) {
      const { seq } = row.entry
      if (strict && seq !== next) throw corrupt(call.chainId, seq === undefined ? 'foreign' : 'missing', next)
      begun = true
      yield row
      if (seq !== undefined) next = seq + 1
    }
  }
  // also where all is shown as it is: whoever reads to the end can't tell that it is not the end
  if (next <= last) throw corrupt(call.chainId, 'missing', next)
}

/**
 * As `rowsOf`, but receipts.
 *
 * @throws QuittanceError as `rowsOf` where it is strict, and `STORE_CORRUPT` for a line that is no receipt of its place
 */
export async function* receiptsOf(
  link: Link,
  keys: ChainKeys,
  call: Call & { readonly chainId: string },
  standing: Standing,
  range: Omit<Stretch, 'strict'>,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  for await (const { entry, line } of rowsOf(link, keys, call, standing, { ...range, strict: true })) {
    yield receiptFrom(call.chainId, entry.seq as number, line)
  }
}
