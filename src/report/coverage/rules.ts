/** What one chain's receipts hold and leave out, without words: follows them one after another, in bounded memory. */
import { collectedEventTypes } from '../../receipt/event-types.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { createGaps, type GapsOptions } from '../statistics/gaps.js'
import { msOf } from '../statistics/instant.js'
import { type ReceiptRef, refOf } from '../statistics/receipt-ref.js'
import { createTally, type LabelCounts } from '../statistics/tally.js'
import type { Period } from '../types.js'
import type { Waiting } from './awaiting.js'
import { intentCases } from './cases.js'
import { createPeople } from './people.js'
import { createReferences, type ReferenceLimits } from './references.js'
import { createSilences } from './silences.js'
import type { CaptureCount, CoverageCase, CoverageCode } from './types.js'

/** What a rule found. */
export interface Found {
  readonly count: number
  readonly n: number
  readonly receipts?: number | undefined
  readonly undecided?: number | undefined
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
  readonly cases?: readonly CoverageCase[] | undefined
}

/** What was seen in one chain, or in several put together. */
export interface RawFigures {
  readonly receipts: number
  readonly eventTypes: LabelCounts
  readonly models: LabelCounts
  readonly capture: { readonly by: readonly CaptureCount[]; readonly other: number; readonly without: number }
  readonly found: Readonly<Record<CoverageCode, Found>>
  readonly linksElsewhere: number
  readonly beforeBeginning: number
  readonly forgottenReceipts: number
}

/** What is looked at, and how much is remembered. */
export interface RuleOptions {
  readonly period?: Period | undefined
  /** Until when silence can be told, in Unix milliseconds: what is ahead is no gap. */
  readonly now: number
  readonly gaps?: Pick<GapsOptions, 'expectedPerHour' | 'heartbeatMs' | 'falseAlarm'> | undefined
  /** How long an intent may wait for its outcome, in milliseconds. */
  readonly outcomeWithinMs?: number | undefined
  readonly limits: ReferenceLimits
}

/** Follows one chain. */
export interface ChainRules {
  /** @param receipt - the next of the chain, against which nothing was found */
  update(receipt: DecisionReceipt): void
  figures(): RawFigures
}

/** Counts how many of those that are looked at lack something. */
interface Lacking {
  look(lacks: boolean, receipt: DecisionReceipt): void
  found(): Found
}

function createLacking(): Lacking {
  let count = 0
  let n = 0
  let first: ReceiptRef | undefined
  let last: ReceiptRef | undefined
  return {
    look(lacks, receipt) {
      n += 1
      if (!lacks) return
      count += 1
      last = refOf(receipt)
      first ??= last
    },
    found: () => ({ count, n, ...(first === undefined ? {} : { first, last }) }),
  }
}

const collected: ReadonlySet<string> = new Set(collectedEventTypes)

/** How many models, and how many ways of capture, are told apart. */
export const MOST_LABELS = 200

const toFound = ({ count, n, undecided, first, last }: Omit<Waiting, 'cases'> & { readonly n: number }): Found => ({
  count,
  n,
  ...(undecided === 0 ? {} : { undecided }),
  ...(first === undefined ? {} : { first, last }),
})

const casesOf = (cases: readonly CoverageCase[]): Pick<Found, 'cases'> => (cases.length === 0 ? {} : { cases })

/** An output is what such a receipt is about: it failed, was held back or was passed by where it has none. */
const outputIsDue = ({ error, action }: DecisionReceipt): boolean =>
  error === undefined && (action === undefined || action === 'allow' || action === 'cache_hit')

/** @returns a counter of who recorded receipts */
function createCapture() {
  const known = new Map<string, { -readonly [K in keyof CaptureCount]: CaptureCount[K] }>()
  let other = 0
  return {
    add(receipt: DecisionReceipt) {
      const { capture } = receipt
      if (capture === undefined) return
      const { method, name, version } = capture
      const key = JSON.stringify([method, name, version])
      const ref = refOf(receipt)
      const entry = known.get(key)
      if (entry !== undefined) {
        entry.count += 1
        entry.last = ref
      } else if (known.size < MOST_LABELS) {
        const named = { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }) }
        known.set(key, { method, ...named, count: 1, first: ref, last: ref })
      } else other += 1
    },
    by: (): readonly CaptureCount[] => [...known.values()].map((entry) => ({ ...entry })),
    other: () => other,
  }
}

/** What a `gap`, a heartbeat or a `rollback` says is missing; `undefined` where it says nothing of the kind. */
function admitted({ system }: DecisionReceipt): readonly [CoverageCode, number] | undefined {
  if (system?.event === 'gap') return ['GAP_DECLARED', system.count ?? 0]
  if (system?.event === 'heartbeat') return ['HEARTBEAT_DROPPED', system.dropped ?? 0]
  return system?.event === 'rollback' ? ['RECEIPTS_LOST', system.lost.length] : undefined
}

/** Where silence is looked for: from the chain's own beginning on, and not in what is still ahead. */
function gapSpan({ period, now }: RuleOptions, first: DecisionReceipt): { from: number; to: number } | undefined {
  if (period === undefined) return undefined
  const begun = first.seq === 0 ? msOf(first.timestamp) : Number.NEGATIVE_INFINITY
  const from = Math.max(Date.parse(period.from), begun)
  const to = Math.min(Date.parse(period.until), now)
  return from < to ? { from, to } : undefined
}

/**
 * @param options - period, rule for gaps, memory
 * @returns a follower of one chain
 * @throws RangeError when an option makes no sense
 */
export function createRules(options: RuleOptions): ChainRules {
  const { period, limits } = options
  let gaps = createGaps({ ...options.gaps })
  const eventTypes = createTally(32)
  const models = createTally(MOST_LABELS)
  const capture = createCapture()
  const people = createPeople(limits.waiting)
  const references = createReferences(limits, { now: options.now, withinMs: options.outcomeWithinMs })
  const { heartbeatMs } = options.gaps ?? {}
  const silences =
    heartbeatMs === undefined
      ? undefined
      : createSilences({
          heartbeatMs,
          now: options.now,
          ...(period === undefined
            ? {}
            : { period: { from: Date.parse(period.from), until: Date.parse(period.until) } }),
        })
  const lacking = {
    input: createLacking(),
    output: createLacking(),
    content: createLacking(),
    checks: createLacking(),
    systemVersion: createLacking(),
    capture: createLacking(),
    redactor: createLacking(),
    declared: createLacking(),
    dropped: createLacking(),
    lost: createLacking(),
  }
  const missing: { -readonly [K in 'GAP_DECLARED' | 'HEARTBEAT_DROPPED' | 'RECEIPTS_LOST']: number } = {
    GAP_DECLARED: 0,
    HEARTBEAT_DROPPED: 0,
    RECEIPTS_LOST: 0,
  }
  let receipts = 0
  let latest = Number.NEGATIVE_INFINITY
  let silenceIsTold = true

  const onContent = (receipt: DecisionReceipt): void => {
    const { input, output } = receipt
    const [without, due] = [input === undefined, outputIsDue(receipt)]
    lacking.content.look(without && output === undefined && due, receipt)
    if (output !== undefined) lacking.input.look(without, receipt)
    if (input !== undefined && due) lacking.output.look(output === undefined, receipt)
  }

  const onSystem = (receipt: DecisionReceipt): void => {
    const [code, count] = admitted(receipt) ?? []
    lacking.declared.look(code === 'GAP_DECLARED', receipt)
    lacking.lost.look(code === 'RECEIPTS_LOST', receipt)
    if (code === 'HEARTBEAT_DROPPED') lacking.dropped.look((count ?? 0) > 0, receipt)
    if (code !== undefined) missing[code as keyof typeof missing] += count ?? 0
  }

  const count = (receipt: DecisionReceipt): void => {
    const { eventType, modelId, checks, systemVersion } = receipt
    receipts += 1
    eventTypes.add(eventType, refOf(receipt))
    if (modelId !== undefined) models.add(modelId, refOf(receipt))
    if (eventType === 'decision' || eventType === 'inference') onContent(receipt)
    if (eventType === 'decision') {
      lacking.checks.look(checks === undefined || checks.length === 0, receipt)
      lacking.systemVersion.look(systemVersion === undefined, receipt)
    }
    if (collected.has(eventType)) {
      capture.add(receipt)
      lacking.capture.look(receipt.capture === undefined, receipt)
      lacking.redactor.look(receipt.redactor === undefined, receipt)
    }
    if (eventType === 'system') onSystem(receipt)
  }

  const gapFound = (): Found => {
    const { unusual, gaps: between, rule, truncated } = gaps.snapshot()
    const unexplained = unusual.filter(({ explanation }) => explanation === 'UNEXPLAINED')
    const ends = unusual.filter(({ position }) => position !== 'between').length
    const refs = unexplained.flatMap(({ before, after }) => [before, after]).filter((ref) => ref !== undefined)
    const [first, last] = [refs[0], refs.at(-1)]
    return {
      count: unexplained.length,
      n: rule === undefined ? 0 : between + ends,
      ...(truncated ? { undecided: 1 } : {}),
      ...(first === undefined || last === undefined ? {} : { first, last }),
    }
  }

  const silenceFound = (): Found => {
    if (silences === undefined) return { count: 0, n: 0 }
    const { cases, ...found } = silences.snapshot()
    return { ...found, ...casesOf(cases) }
  }

  return {
    update(receipt) {
      const { timestamp } = receipt
      const counts = period === undefined || (timestamp >= period.from && timestamp < period.until)
      people.update(receipt, counts)
      references.update(receipt, counts)
      const at = msOf(timestamp)
      if (latest === Number.NEGATIVE_INFINITY) {
        const span = gapSpan(options, receipt)
        gaps = createGaps({ ...options.gaps, ...(span === undefined ? {} : { period: span }) })
        silenceIsTold = period === undefined || span !== undefined
      }
      // one that is dated before its predecessor is a problem of the chain; there is no gap before it
      if (at >= latest) {
        latest = at
        if (silenceIsTold) gaps.update(receipt)
        silences?.update(receipt, at)
      }
      if (counts) count(receipt)
    },
    figures() {
      const { before, after, requests } = people.snapshot()
      const { parents, links, results, sessions, spans, models: unnamed, ...rest } = references.snapshot()
      const capturedWithout = lacking.capture.found()
      return {
        receipts,
        eventTypes: eventTypes.snapshot(),
        models: models.snapshot(),
        capture: { by: capture.by(), other: capture.other(), without: capturedWithout.count },
        found: {
          OVERSIGHT_BEFORE_MISSING: toFound(before),
          OVERSIGHT_AFTER_MISSING: toFound(after),
          OVERSIGHT_REQUEST_OPEN: toFound(requests),
          INPUT_MISSING: lacking.input.found(),
          OUTPUT_MISSING: lacking.output.found(),
          CONTENT_MISSING: lacking.content.found(),
          CHECKS_MISSING: lacking.checks.found(),
          MODEL_MISSING: toFound(unnamed),
          SYSTEM_VERSION_MISSING: lacking.systemVersion.found(),
          TOOL_RESULT_MISSING: { ...toFound(results), ...casesOf(intentCases(results.cases, options.now)) },
          SESSION_NOT_CLOSED: toFound(sessions),
          SPAN_NOT_ENDED: toFound(spans),
          PARENT_NOT_SEALED: toFound(parents),
          LINK_TARGET_MISSING: toFound(links),
          CAPTURE_MISSING: capturedWithout,
          REDACTOR_MISSING: lacking.redactor.found(),
          GAP_UNEXPLAINED: gapFound(),
          SILENCE_TOO_LONG: silenceFound(),
          GAP_DECLARED: { ...lacking.declared.found(), receipts: missing.GAP_DECLARED },
          HEARTBEAT_DROPPED: { ...lacking.dropped.found(), receipts: missing.HEARTBEAT_DROPPED },
          RECEIPTS_LOST: { ...lacking.lost.found(), receipts: missing.RECEIPTS_LOST },
        },
        ...rest,
      }
    },
  }
}
