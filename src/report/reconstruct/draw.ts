/** A reconstruction as a drawing: a row a receipt, with lines to its parent and to what it speaks of. */
import { drawTimeline as drawEvents, mostTimelineRows, type TimelineEvent } from '../charts/timeline.js'
import type { Drawing } from '../charts/types.js'
import type { Locale } from '../types.js'
import { headOf } from './describe.js'
import type { Reconstruction, TimelineEntry } from './types.js'

/** More rows are no graph any more; the table has them all. */
export const MOST_ROWS = mostTimelineRows

const states = { HOLDS: 'holds', BROKEN: 'broken', UNPROVED: 'unproved' } as const

const keyOf = ({ chainId, receiptId }: { readonly chainId: string; readonly receiptId: string }): string =>
  `${chainId} ${receiptId}`

/** Of several receipts that claim one id, the one that holds has it, or else the first. */
function idsOf(timeline: readonly TimelineEntry[]): ReadonlyMap<TimelineEntry, string> {
  const owners = new Map<string, TimelineEntry>()
  for (const entry of timeline) {
    const key = keyOf(entry.ref)
    const owner = owners.get(key)
    if (owner === undefined || (owner.state !== 'HOLDS' && entry.state === 'HOLDS')) owners.set(key, entry)
  }
  return new Map(
    timeline.map((entry, row) => {
      const key = keyOf(entry.ref)
      return [entry, owners.get(key) === entry ? key : `${key} ${row}`]
    }),
  )
}

/**
 * Draws the course of a decision.
 *
 * @param reconstruction - from `reconstruct`
 * @param options - `width`, at least 300; `locale`, default `en`
 * @returns marks; at most the first 120 receipts
 * @throws RangeError when the width is not from 300 to 10,000
 */
export function drawTimeline(
  { timeline }: Reconstruction,
  { width, locale = 'en' }: { readonly width: number; readonly locale?: Locale | undefined },
): Drawing {
  const ids = idsOf(timeline)
  const events = timeline.map((entry): TimelineEvent => {
    const { at, endedAt, state, parent, links, receipt } = entry
    return {
      id: ids.get(entry) as string,
      at: Date.parse(at),
      until: endedAt === undefined ? undefined : Date.parse(endedAt),
      kind: receipt?.eventType ?? '',
      label: headOf(entry),
      parent: parent === undefined ? undefined : keyOf(parent),
      links: links.map(keyOf),
      state: states[state],
    }
  })
  return drawEvents(events, { width, locale })
}
