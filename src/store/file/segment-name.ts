/** What the name of a segment says, and which of a folder's segments are the chain. */

/** A segment by its name. */
export interface SegmentName {
  /** In the chain's folder. */
  readonly name: string
  /** The first seq that it holds. */
  readonly firstSeq: number
  /** Under which it was begun; 0 for what was written before there were epochs. */
  readonly epoch: number
  /** Whether the chain begins here: what has a lower seq was pruned. */
  readonly begins: boolean
}

const pattern = /^(\d{20})(?:-(\d{8,16})(-first)?)?\.jsonl$/

/**
 * @param firstSeq - the first seq that the segment holds
 * @param epoch - under which it is begun
 * @param begins - whether what has a lower seq was pruned
 * @returns its name; names of one chain sort as their seqs do
 */
export function segmentName(firstSeq: number, epoch: number, begins = false): SegmentName {
  const seq = String(firstSeq).padStart(20, '0')
  const under = epoch === 0 && !begins ? '' : `-${String(epoch).padStart(8, '0')}`
  return { name: `${seq}${under}${begins ? '-first' : ''}.jsonl`, firstSeq, epoch, begins }
}

/**
 * @param name - the name of a file in a chain's folder
 * @returns what it says, `undefined` where it is no segment
 */
export function parseSegmentName(name: string): SegmentName | undefined {
  const match = pattern.exec(name)
  if (match === null) return undefined
  const [firstSeq, epoch] = [Number(match[1]), Number(match[2] ?? 0)]
  if (!Number.isSafeInteger(firstSeq) || !Number.isSafeInteger(epoch)) return undefined
  const parsed = segmentName(firstSeq, epoch, match[3] !== undefined)
  // one spelling only: two names never mean the same segment
  return parsed.name === name ? parsed : undefined
}

/** What the names of a folder's segments come to. */
export interface Resolved {
  /** The chain, one behind the other. */
  readonly row: readonly SegmentName[]
  /** Pruned, and not removed yet. */
  readonly below: readonly SegmentName[]
  /** Of a writer that was replaced: all that it holds is to be found in the row. */
  readonly stale: readonly SegmentName[]
}

const inOrder = (a: SegmentName, b: SegmentName) =>
  a.firstSeq - b.firstSeq || a.epoch - b.epoch || Number(a.begins) - Number(b.begins)

/**
 * Along a chain epochs never fall: each writer goes on behind, or takes over, what the one before it left. So a segment of
 * a lower epoch behind, or beside, one of a higher was brought in by a writer that had been replaced.
 *
 * @param names - the segments of a chain's folder, in any order
 * @returns which of them are the chain
 */
export function resolveNames(names: readonly SegmentName[]): Resolved {
  const sorted = [...names].sort(inOrder)
  // earlier releases had one file, and after an interrupted prune two: the higher one counted
  const oldest = sorted.findLast(({ epoch, begins }) => epoch === 0 && !begins)
  let row: SegmentName[] = []
  const below: SegmentName[] = []
  const stale: SegmentName[] = []
  let highest = 0
  for (const name of sorted) {
    if (name.epoch < highest) {
      stale.push(name)
      continue
    }
    highest = name.epoch
    const last = row.at(-1)
    if (name.begins || name === oldest) {
      below.push(...row.filter(({ firstSeq }) => firstSeq < name.firstSeq))
      stale.push(...row.filter(({ firstSeq }) => firstSeq === name.firstSeq))
      row = []
    } else if (last?.firstSeq === name.firstSeq) {
      stale.push(last)
      row.pop()
    }
    row.push(name)
  }
  return { row, below, stale }
}
