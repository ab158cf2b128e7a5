/** The receipts that came with the page, in the order of their chains. Nothing about them is believed here. */
import { chainIdPattern } from '../../../primitives/chain-id.js'
import type { DecisionReceipt } from '../../../receipt/types.js'
import type { Excerpt, ReportSeal } from '../../types.js'
import { rowId } from '../row-id.js'

/** Where in the file a line stands. */
export type EmbeddedPlace = 'range' | 'cited' | 'seal'

/** One line of the file, and what it claims to be. */
export interface Embedded {
  readonly id: string
  readonly chainId: string
  readonly seq: number
  readonly place: EmbeddedPlace
  readonly line: string
  /** What the line says, unchecked: any member may be missing or of another type. */
  readonly claim: Readonly<Partial<Record<keyof DecisionReceipt, unknown>>>
}

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function claimOf(line: string): Embedded['claim'] {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Embedded['claim']) : {}
  } catch {
    // the verifier says what is wrong with it
    return {}
  }
}

function embed(line: string, place: EmbeddedPlace, at?: { readonly chainId: string; readonly seq: number }): Embedded {
  const claim = claimOf(line)
  const claimed = typeof claim.chainId === 'string' && chainIdPattern.test(claim.chainId) ? claim.chainId : '?'
  const chainId = at?.chainId ?? claimed
  const seq = isSeq(claim.seq) ? claim.seq : (at?.seq ?? 0)
  return { id: rowId(chainId, seq), chainId, seq, place, line, claim }
}

/**
 * @param excerpt - of the report
 * @param seal - of the report, where it has one
 * @returns every line once, by chain and seq
 */
export function embeddedIn(excerpt: Excerpt, seal?: ReportSeal | undefined): readonly Embedded[] {
  const seen = new Set<string>()
  const all: Embedded[] = []
  const take = (one: Embedded): void => {
    if (seen.has(one.line)) return
    seen.add(one.line)
    all.push(one)
  }
  for (const { chainId, fromSeq, lines } of excerpt.ranges)
    lines.forEach((line, index) => {
      // a line twice in a range is for the verifier to see
      all.push(embed(line, 'range', { chainId, seq: fromSeq + index }))
      seen.add(line)
    })
  for (const line of excerpt.cited) take(embed(line, 'cited'))
  for (const line of seal?.lines ?? []) take(embed(line, 'seal'))
  return all.sort((a, b) => (a.chainId < b.chainId ? -1 : a.chainId > b.chainId ? 1 : a.seq - b.seq))
}
