/** Puts the figures of several chains together. The order in which they come makes no difference. */
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import type { LabelCount, LabelCounts } from '../statistics/tally.js'
import { longestCases } from './cases.js'
import { type Found, MOST_LABELS, type RawFigures } from './rules.js'
import { type CaptureCount, type CoverageCode, coverageCodes } from './types.js'

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By chain, then by place. */
const compareRefs = (a: ReceiptRef, b: ReceiptRef): number => compareText(a.chainId, b.chainId) || a.seq - b.seq

const earlier = (a: ReceiptRef, b: ReceiptRef): ReceiptRef => (compareRefs(a, b) <= 0 ? a : b)
const later = (a: ReceiptRef, b: ReceiptRef): ReceiptRef => (compareRefs(a, b) >= 0 ? a : b)

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0)

interface Ends {
  readonly count: number
  readonly first: ReceiptRef
  readonly last: ReceiptRef
}

const together = <T extends Ends>(a: T, b: T): T => ({
  ...a,
  count: a.count + b.count,
  first: earlier(a.first, b.first),
  last: later(a.last, b.last),
})

/** Adds up what has the same key; of what is too much, the rarest go. */
function addUp<T extends Ends>(items: readonly T[], keyOf: (item: T) => string, most: number) {
  const byKey = new Map<string, T>()
  for (const item of items) {
    const same = byKey.get(keyOf(item))
    byKey.set(keyOf(item), same === undefined ? item : together(same, item))
  }
  const sorted = [...byKey.values()].sort((a, b) => b.count - a.count || compareText(keyOf(a), keyOf(b)))
  return { kept: sorted.slice(0, most), rest: sum(sorted.slice(most).map(({ count }) => count)) }
}

function mergeLabels(all: readonly LabelCounts[]): LabelCounts {
  const limit = Math.max(MOST_LABELS, ...all.map((one) => one.limit))
  const labels = all.flatMap((one) => one.labels)
  const { kept, rest } = addUp<LabelCount>(labels, ({ label }) => label, limit)
  return { labels: kept, other: sum(all.map(({ other }) => other)) + rest, limit }
}

const captureKey = ({ method, name, version }: CaptureCount): string => JSON.stringify([method, name, version])

function mergeFound(all: readonly Found[]): Found {
  const refs = all.flatMap(({ first, last }) => [first, last]).filter((ref) => ref !== undefined)
  const undecided = sum(all.map((one) => one.undecided))
  const cases = longestCases(all.flatMap((one) => one.cases ?? []))
  const receipts = all.some((one) => one.receipts !== undefined) ? sum(all.map((one) => one.receipts)) : undefined
  return {
    count: sum(all.map(({ count }) => count)),
    n: sum(all.map(({ n }) => n)),
    ...(receipts === undefined ? {} : { receipts }),
    ...(undecided === 0 ? {} : { undecided }),
    ...(refs.length === 0 ? {} : { first: refs.reduce(earlier), last: refs.reduce(later) }),
    ...(cases.length === 0 ? {} : { cases }),
  }
}

/**
 * @param all - of each chain
 * @returns of all of them
 */
export function mergeFigures(all: readonly RawFigures[]): RawFigures {
  const { kept, rest } = addUp(
    all.flatMap(({ capture }) => capture.by),
    captureKey,
    MOST_LABELS,
  )
  return {
    receipts: sum(all.map(({ receipts }) => receipts)),
    eventTypes: mergeLabels(all.map(({ eventTypes }) => eventTypes)),
    models: mergeLabels(all.map(({ models }) => models)),
    capture: {
      by: kept,
      other: sum(all.map(({ capture }) => capture.other)) + rest,
      without: sum(all.map(({ capture }) => capture.without)),
    },
    found: Object.fromEntries(
      coverageCodes.map((code) => [code, mergeFound(all.map(({ found }) => found[code]))]),
    ) as Record<CoverageCode, Found>,
    linksElsewhere: sum(all.map((one) => one.linksElsewhere)),
    beforeBeginning: sum(all.map((one) => one.beforeBeginning)),
    forgottenReceipts: sum(all.map((one) => one.forgottenReceipts)),
  }
}
