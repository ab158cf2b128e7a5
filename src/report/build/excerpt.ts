/**
 * The receipts that come with a report: the newest of the period, shared evenly among the chains, and single ones that the
 * report names or that tell a reader which keys to trust. Memory is bounded by how many are embedded, not by the chains.
 */
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { examineReceipt } from '../../verify/examine.js'
import { byChainId } from '../options.js'
import { createEndsKeeper } from '../statistics/kept-ends.js'
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import type { Excerpt, ExcerptRange } from '../types.js'
import type { SourceChain } from './source.js'

/** How many events of a chain are held where they can't be read again. */
const HELD = { first: 50, last: 150 }

interface Held {
  readonly seq: number
  /** Made a line only when it is printed: most are let go again. */
  readonly item: DecisionReceipt | string
}

interface KeyReceipt extends ReceiptRef {
  /** The key that a certificate is for; absent: whoever follows the chain's keys needs it. */
  readonly delegate?: string | undefined
}

const textOf = ({ item }: Held): string => (typeof item === 'string' ? item : lineOf(item))

/** The newest, in a ring. */
class Newest {
  #items: Held[] = []
  #oldest = 0
  #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items.length
  }

  push(held: Held): void {
    if (this.#items.length < this.#limit) this.#items.push(held)
    else if (this.#limit > 0) {
      this.#items[this.#oldest] = held
      this.#oldest = (this.#oldest + 1) % this.#limit
    }
  }

  /** Ascending. */
  last(count: number): readonly Held[] {
    const all = [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)]
    return count >= all.length ? all : all.slice(all.length - count)
  }

  trim(limit: number): void {
    this.#items = [...this.last(limit)]
    this.#oldest = 0
    this.#limit = limit
  }
}

/** Collects of one chain. */
export interface ChainExcerpt {
  /**
   * @param receipt - one that counts
   * @param line - as it was read, where it was a line
   */
  update(receipt: DecisionReceipt, line: string | undefined, inPeriod: boolean): void
}

interface Collected {
  readonly chainId: string
  readonly fetch: SourceChain['fetch']
  readonly newest: Newest
  readonly keys: readonly KeyReceipt[]
  /** Who signed what counts. */
  readonly signers: ReadonlySet<string>
  readonly held: readonly Held[]
}

/** Collects of all chains, one after another. */
export interface ExcerptCollector {
  /** Begins a chain. */
  follow(chain: SourceChain): ChainExcerpt & { finish(chainId: string): void }
  /**
   * @param cited - the receipts that the report names, those that matter most first
   * @param receipts - how many the period has
   */
  finish(cited: readonly ReceiptRef[], receipts: number): Promise<Excerpt>
}

/**
 * @param embed - how many at most
 * @returns a collector that has seen nothing
 */
export function createExcerpt(embed: number): ExcerptCollector {
  const chains: Collected[] = []
  /** How many are held now, and how many of one chain may be: more chains never let one have more. */
  let held = 0
  let most = embed

  /** With so many of each chain, at most, all fit. */
  const levelFor = (others: (level: number) => number): number => {
    let low = 0
    let high = most
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      const sum = chains.reduce((all, { newest }) => all + Math.min(middle, newest.size), others(middle))
      if (sum <= embed) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    follow({ fetch }) {
      const newest = new Newest(most)
      const keys: KeyReceipt[] = []
      const certificates = new Set<string>()
      const signers = new Set<string>()
      const events = createEndsKeeper<Held>('held', HELD)
      return {
        update(receipt, line, inPeriod) {
          const { seq, key } = receipt
          const item = line ?? receipt
          signers.add(receipt.keyId)
          if (inPeriod) newest.push({ seq, item })
          if (key === undefined && receipt.system === undefined && receipt.retention === undefined) return
          if (receipt.system?.event === 'heartbeat') return
          if (key?.event === 'delegate') {
            const same = `${key.certificate.delegate} ${key.certificate.serial}`
            if (certificates.has(same)) return
            certificates.add(same)
          }
          if (key !== undefined) keys.push(keyReceiptOf(receipt))
          // a slice of a large text would keep the whole of it
          if (fetch === undefined) events.push({ seq, item: typeof item === 'string' ? lineOf(receipt) : item })
        },
        finish(chainId) {
          chains.push({ chainId, fetch, newest, keys, signers, held: events.snapshot().items })
          held += newest.size
          if (held <= embed) return
          most = levelFor(() => 0)
          held = 0
          for (const one of chains) {
            if (one.newest.size > most) one.newest.trim(most)
            held += one.newest.size
          }
        },
      }
    },
    async finish(cited, receipts) {
      const byId = new Map(chains.map((one) => [one.chainId, one]))
      const room = Math.floor(embed / 2)
      const certificates = chains.reduce((sum, { keys }) => sum + keys.filter(isCertificate).length, 0)
      // rotations and revocations tell every reader which keys to trust; a certificate only tells of its own key
      const handovers = chains.flatMap(({ keys }) => keys.filter((key) => !isCertificate(key)))
      const wanted = [...handovers, ...cited].filter(({ chainId }) => byId.has(chainId))
      const outside = (level: number): readonly ReceiptRef[] => {
        const within = reachOf(chains, level)
        const single = new Map<string, ReceiptRef>()
        for (const ref of wanted) if (!within(ref)) single.set(`${ref.seq} ${ref.chainId}`, ref)
        return [...single.values()].slice(0, room)
      }
      const level = levelFor((one) => Math.min(room, outside(one).length + certificates))
      const ranges = chains.flatMap(({ chainId, newest }) => rangesOf(chainId, newest.last(level)))
      const singles = new Map<string, Single>()
      const fetched = async (ref: ReceiptRef): Promise<void> => {
        const line = await lineFor(byId.get(ref.chainId) as Collected, ref)
        if (line !== undefined) singles.set(`${ref.seq} ${ref.chainId}`, { ref, line })
      }
      for (const ref of outside(level)) await fetched(ref)
      const within = reachOf(chains, level)
      const signers = signersOf([
        ...ranges.flatMap(({ lines }) => lines),
        ...[...singles.values()].map(({ line }) => line),
      ])
      const needed = chains.flatMap(({ keys }) =>
        keys.filter((key) => isCertificate(key) && signers.has(key.delegate) && !within(key)),
      )
      for (const ref of needed.slice(-room)) await fetched(ref)
      const sorted = keptSingles([...singles.values()], needed, room).sort(byPlace)
      const inRanges = ranges.reduce((sum, range) => sum + range.lines.length, 0)
      return { ranges, cited: sorted.map(({ line }) => line), whole: inRanges === receipts }
    },
  }
}

interface Single {
  readonly ref: ReceiptRef
  readonly line: string
}

const isCertificate = ({ delegate }: KeyReceipt): boolean => delegate !== undefined

const byPlace = ({ ref: a }: Single, { ref: b }: Single): number => byChainId(a, b) || a.seq - b.seq

/** Whether a receipt is among the newest so many of its chain. */
function reachOf(chains: readonly Collected[], level: number): (ref: ReceiptRef) => boolean {
  const held = new Map(
    chains.map(({ chainId, newest }) => [chainId, new Set(newest.last(level).map(({ seq }) => seq))]),
  )
  return ({ chainId, seq }) => held.get(chainId)?.has(seq) === true
}

/** The keys that signed these lines. */
function signersOf(lines: readonly string[]): ReadonlySet<unknown> {
  return new Set(lines.map((line) => (JSON.parse(line) as DecisionReceipt).keyId))
}

/** Without its certificate a receipt can't be judged: where there is no room for all, what is cited gives way. */
function keptSingles(singles: readonly Single[], certificates: readonly ReceiptRef[], room: number): Single[] {
  const keys = new Set(certificates.map(({ receiptId }) => receiptId))
  const first = singles.filter(({ ref }) => keys.has(ref.receiptId))
  const others = singles.filter(({ ref }) => !keys.has(ref.receiptId))
  return [...first, ...others].slice(0, room)
}

function keyReceiptOf({ chainId, seq, receiptId, key }: DecisionReceipt): KeyReceipt {
  return {
    chainId,
    seq,
    receiptId,
    ...(key?.event === 'delegate' ? { delegate: key.certificate.delegate } : {}),
  }
}

/** Consecutive ones. */
function rangesOf(chainId: string, held: readonly Held[]): readonly ExcerptRange[] {
  const ranges: { chainId: string; fromSeq: number; toSeq: number; lines: string[] }[] = []
  for (const one of held) {
    const range = ranges.at(-1)
    if (range === undefined || one.seq !== range.toSeq + 1)
      ranges.push({ chainId, fromSeq: one.seq, toSeq: one.seq, lines: [textOf(one)] })
    else {
      range.toSeq = one.seq
      range.lines.push(textOf(one))
    }
  }
  return ranges
}

/** Only the receipt, and only by a key that was trusted: a store may have changed since it was verified. */
async function lineFor({ fetch, held, newest, signers }: Collected, ref: ReceiptRef): Promise<string | undefined> {
  const known = [...held, ...newest.last(Number.POSITIVE_INFINITY)].find(({ seq }) => seq === ref.seq)
  const line = known === undefined ? await fetch?.(ref.seq) : textOf(known)
  if (line === undefined) return undefined
  const { receipt, sound } = examineReceipt(line)
  if (receipt === undefined || !sound || !signers.has(receipt.keyId)) return undefined
  const same = receipt.chainId === ref.chainId && receipt.seq === ref.seq && receipt.receiptId === ref.receiptId
  return same ? line : undefined
}
