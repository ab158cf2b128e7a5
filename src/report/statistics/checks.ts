/** How often each check fired, among the evaluations that count. */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { Check, DecisionReceipt } from '../../receipt/types.js'
import { type RateEstimate, wilson } from './intervals.js'
import { levelOf, limitOf } from './options.js'
import { type ReceiptRef, refOf } from './receipt-ref.js'

/** How checks are counted. */
export interface CheckRatesOptions {
  /** How many checks are told apart by name, by default 500; the rest is `other`. */
  readonly limit?: number | undefined
  /** Of the intervals, by default 0.95. */
  readonly level?: number | undefined
}

/** Entries of a check by how its evaluation ended. */
export interface NotEvaluated {
  readonly error: number
  readonly timeout: number
  readonly skipped: number
}

/** One check. */
export interface CheckRate {
  readonly name: string
  /** Fired among evaluated: neither `status` nor shadow entries are in it. */
  readonly fireRate: RateEstimate
  /** Entries with `status`: the check said nothing. */
  readonly notEvaluated: NotEvaluated
  /** Errors and timeouts among the entries that were to be evaluated: skipped ones are not in it. */
  readonly failureRate: RateEstimate
  /** Entries with `mode: shadow`: they had no effect. */
  readonly shadow: { readonly fireRate: RateEstimate; readonly notEvaluated: NotEvaluated }
  /** The first and the last receipt where it fired, shadow entries apart. */
  readonly firstFired?: ReceiptRef | undefined
  readonly lastFired?: ReceiptRef | undefined
}

/** The checks that were seen. */
export interface CheckRatesSnapshot {
  readonly level: number
  readonly limit: number
  /** By name. */
  readonly checks: readonly CheckRate[]
  /** Entries of checks that were new when `limit` names were known. */
  readonly other: number
  /** Receipts that are decisions, and how many of them carry no check at all. */
  readonly decisions: number
  readonly decisionsWithoutChecks: number
}

/** Counts checks of one receipt after another. */
export interface CheckRates {
  /** @param receipt - a validated receipt */
  update(receipt: DecisionReceipt): void
  /** @returns the rates so far, as plain data */
  snapshot(): CheckRatesSnapshot
}

type Side = { fired: number; quiet: number; error: number; timeout: number; skipped: number }
type Counted = { live: Side; shadow: Side; firstFired?: ReceiptRef; lastFired?: ReceiptRef }

const emptySide = (): Side => ({ fired: 0, quiet: 0, error: 0, timeout: 0, skipped: 0 })

const optionNames: Readonly<Record<keyof CheckRatesOptions, true>> = {
  limit: true,
  level: true,
}

/**
 * Counts, for each check by name, how often it fired. Each entry of a receipt is one evaluation; entries with a
 * `status` or in shadow mode are left out of the rate and counted apart. The intervals take evaluations as independent.
 *
 * @param options - bound of memory and level
 * @returns an empty count
 * @throws RangeError when an option makes no sense, TypeError when it is unknown
 * @example
 * ```ts
 * import { createCheckRates } from 'quittance/statistics'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function rateChecks(directory: string) {
 *   const store = fileStore(directory)
 *   const rates = createCheckRates()
 *   for await (const receipt of store.read('acme')) rates.update(receipt)
 *   return rates.snapshot().checks
 * }
 * ```
 */
export function createCheckRates(options: CheckRatesOptions = {}): CheckRates {
  refuseUnknownMembers(options, optionNames, 'options')
  const limit = limitOf('limit', options.limit, 500, 100_000)
  const level = levelOf(options.level)
  const known = new Map<string, Counted>()
  let other = 0
  let decisions = 0
  let decisionsWithoutChecks = 0

  const take = (check: Check, receipt: DecisionReceipt): void => {
    let counted = known.get(check.name)
    if (counted === undefined) {
      if (known.size >= limit) {
        other += 1
        return
      }
      counted = { live: emptySide(), shadow: emptySide() }
      known.set(check.name, counted)
    }
    const side = check.mode === 'shadow' ? counted.shadow : counted.live
    if (check.status !== undefined) side[check.status] += 1
    else if (check.fired) {
      side.fired += 1
      if (side === counted.live) {
        counted.lastFired = refOf(receipt)
        counted.firstFired ??= counted.lastFired
      }
    } else side.quiet += 1
  }

  const rateOf = (name: string, { live, shadow, firstFired, lastFired }: Counted): CheckRate => {
    const failed = live.error + live.timeout
    return {
      name,
      fireRate: wilson(live.fired, live.fired + live.quiet, { level }),
      notEvaluated: { error: live.error, timeout: live.timeout, skipped: live.skipped },
      failureRate: wilson(failed, failed + live.fired + live.quiet, { level }),
      shadow: {
        fireRate: wilson(shadow.fired, shadow.fired + shadow.quiet, { level }),
        notEvaluated: { error: shadow.error, timeout: shadow.timeout, skipped: shadow.skipped },
      },
      ...(firstFired === undefined ? {} : { firstFired, lastFired }),
    }
  }

  return {
    update(receipt) {
      const { checks } = receipt
      if (receipt.eventType === 'decision') {
        decisions += 1
        if (checks === undefined || checks.length === 0) decisionsWithoutChecks += 1
      }
      if (checks !== undefined) for (const check of checks) take(check, receipt)
    },
    snapshot() {
      const checks = [...known].map(([name, counted]) => rateOf(name, counted))
      checks.sort((a, b) => (a.name < b.name ? -1 : 1))
      return { level, limit, checks, other, decisions, decisionsWithoutChecks }
    },
  }
}
