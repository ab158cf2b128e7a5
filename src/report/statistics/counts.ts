/** How much of what: counts by kind of event, action, model, check and hour, each in bounded memory. */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { msOf } from './instant.js'
import { limitOf } from './options.js'
import { refOf } from './receipt-ref.js'
import { createTally, type LabelCounts } from './tally.js'

/** How much is told apart. */
export interface CountsOptions {
  /** How many labels of a dimension are told apart, by default 200; the rest is `other`. */
  readonly limit?: number | undefined
  /** How many spans the course over time has at most, by default 9,000 (a year of hours); then the spans get wider. */
  readonly maxSpans?: number | undefined
}

/** How many receipts fell into one span of time. */
export interface SpanCount {
  /** Its beginning in Unix milliseconds, UTC; the end is not in it. */
  readonly from: number
  readonly count: number
}

/** Counts over time. */
export interface Course {
  /** How wide each span is: 1 hour, or 2, 4, 8, 24, 48, 96 … when there were too many. */
  readonly widthHours: number
  /** Ascending; spans without a receipt are not listed. */
  readonly spans: readonly SpanCount[]
  readonly maxSpans: number
}

/** Counts of what was seen. */
export interface CountsSnapshot {
  readonly receipts: number
  readonly eventTypes: LabelCounts
  /** The action of decisions. */
  readonly actions: LabelCounts
  /** Decisions without an action: they carry an error. */
  readonly decisionsWithoutAction: number
  /** The action of receipts that are no decision, so that no decision counts twice. */
  readonly otherActions: LabelCounts
  /** The model that answered. */
  readonly models: LabelCounts
  /** Decisions and inferences that name no model. */
  readonly withoutModel: number
  /** Checks by name, each entry of a receipt, evaluated or not. */
  readonly checks: LabelCounts
  /** Receipts by hour of the day in UTC: 24 numbers. */
  readonly hourOfDay: readonly number[]
  readonly course: Course
}

/** Counts one receipt after another. */
export interface Counts {
  /** @param receipt - a validated receipt */
  update(receipt: DecisionReceipt): void
  /** @returns the counts so far, as plain data */
  snapshot(): CountsSnapshot
}

const HOUR = 3_600_000

const optionNames: Readonly<Record<keyof CountsOptions, true>> = {
  limit: true,
  maxSpans: true,
}

/**
 * Counts receipts by what happened, how it ended, who answered, what was checked, and when (`timestamp`, UTC). The
 * order of receipts changes nothing, except which labels are `other` once there are more than `limit`.
 *
 * @param options - bounds of memory
 * @returns an empty count
 * @throws RangeError when an option makes no sense, TypeError when it is unknown
 * @example
 * ```ts
 * import { createCounts } from 'quittance/statistics'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function countAll(directory: string) {
 *   const store = fileStore(directory)
 *   const counts = createCounts({ limit: 100 })
 *   for await (const receipt of store.read('acme')) counts.update(receipt)
 *   const { actions, course } = counts.snapshot()
 *   return { actions, course }
 * }
 * ```
 */
export function createCounts(options: CountsOptions = {}): Counts {
  refuseUnknownMembers(options, optionNames, 'options')
  const limit = limitOf('limit', options.limit, 200, 100_000)
  const eventTypes = createTally(limit)
  const actions = createTally(limit)
  const otherActions = createTally(limit)
  const models = createTally(limit)
  const checks = createTally(limit)
  const hourOfDay = new Array<number>(24).fill(0)
  const course = createCourse(limitOf('maxSpans', options.maxSpans, 9_000, 1_000_000))
  let receipts = 0
  let decisionsWithoutAction = 0
  let withoutModel = 0

  return {
    update(receipt) {
      const { eventType, action, modelId } = receipt
      const place = refOf(receipt)
      receipts += 1
      eventTypes.add(eventType, place)
      if (action === undefined) {
        if (eventType === 'decision') decisionsWithoutAction += 1
      } else (eventType === 'decision' ? actions : otherActions).add(action, place)
      if (modelId !== undefined) models.add(modelId, place)
      else if (eventType === 'decision' || eventType === 'inference') withoutModel += 1
      if (receipt.checks !== undefined) for (const check of receipt.checks) checks.add(check.name, place)
      const ms = msOf(receipt.timestamp)
      const hour = Math.floor(ms / HOUR)
      const ofDay = ((hour % 24) + 24) % 24
      hourOfDay[ofDay] = (hourOfDay[ofDay] as number) + 1
      course.add(hour)
    },
    snapshot: () => ({
      receipts,
      eventTypes: eventTypes.snapshot(),
      actions: actions.snapshot(),
      decisionsWithoutAction,
      otherActions: otherActions.snapshot(),
      models: models.snapshot(),
      withoutModel,
      checks: checks.snapshot(),
      hourOfDay: [...hourOfDay],
      course: course.snapshot(),
    }),
  }
}

/** Counts by hour that double in width, by way of the day, rather than grow without end. */
function createCourse(maxSpans: number) {
  let width = 1
  let spans = new Map<number, number>()

  const widen = (): void => {
    const wider = width === 8 ? 24 : width * 2
    const merged = new Map<number, number>()
    for (const [span, count] of spans) {
      const into = Math.floor((span * width) / wider)
      merged.set(into, (merged.get(into) ?? 0) + count)
    }
    width = wider
    spans = merged
  }

  // receipts come hour by hour: the span of the last one is counted here, and put away when another comes
  let current = Number.NaN
  let inCurrent = 0

  const putAway = (): void => {
    if (inCurrent > 0) spans.set(current, (spans.get(current) ?? 0) + inCurrent)
    inCurrent = 0
    while (spans.size > maxSpans) widen()
  }

  return {
    add(hour: number): void {
      const span = Math.floor(hour / width)
      if (span !== current) {
        putAway()
        // putting away may have widened the spans
        current = Math.floor(hour / width)
      }
      inCurrent += 1
    },
    snapshot(): Course {
      putAway()
      current = Number.NaN
      const listed = [...spans].map(([span, count]) => ({ from: span * width * HOUR, count }))
      return { widthHours: width, spans: listed.sort((a, b) => a.from - b.from), maxSpans }
    },
  }
}
