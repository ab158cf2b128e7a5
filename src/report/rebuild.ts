/** A report's own parameters, as the options that build it again. */
import { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { BuildReportOptions } from './options.js'
import type { FailureRule, Report } from './types.js'

/** What a report can't say of itself: functions. */
export interface RebuildContext {
  /** The functions of its custom failure rules, by name. */
  readonly custom?: { readonly [name: string]: (receipt: DecisionReceipt) => boolean } | undefined
}

/**
 * The options with which a report is built again, also after its chains grew: up to the receipts, and at the time, that it
 * was built with. Whoever builds it gives the keyring, which never comes from a report, and the heads and checkpoints that
 * it was held against. Receipts that were pruned, or whose details were erased, in the meantime make another report.
 *
 * @param report - as it was read
 * @param context - functions that the report only names
 * @returns options without a keyring
 * @throws QuittanceError `REPORT_CUSTOM_RULE` when a function is missing
 * @example
 * ```ts
 * import { buildReport, rebuildOptions, type Report, toJson } from 'quittance/report'
 * import type { Keyring } from 'quittance/verify'
 * import type { ReceiptStore } from 'quittance'
 * async function isSame(report: Report, store: ReceiptStore, keyring: Keyring) {
 *   const again = await buildReport(store, { ...rebuildOptions(report), keyring })
 *   return toJson(again) === toJson(report)
 * }
 * ```
 */
export function rebuildOptions(
  report: Report,
  context: RebuildContext = {},
): Omit<BuildReportOptions, 'keyring'> & Required<Pick<BuildReportOptions, 'chains'>> {
  const { parameters, period, chains, system, locale, asOf } = report
  const { acceptPruned, embed, failure, sprt, averageRunLength, level, ...rest } = parameters
  const { custom = {} } = context
  return {
    // an empty chain may have grown, too
    chains: chains.map(({ chainId, scope }) => ({ chainId, toSeq: scope.toSeq ?? -1 })),
    period: { from: period.from, until: period.until },
    now: asOf,
    locale,
    embed,
    statistics: {
      ...rest,
      sprt,
      averageRunLength,
      level,
      failure: failure.map((rule): FailureRule => {
        if (rule.kind !== 'custom') return rule
        const test = Object.hasOwn(custom, rule.name) ? custom[rule.name] : undefined
        if (test === undefined)
          throw new QuittanceError(
            'REPORT_CUSTOM_RULE',
            'a failure rule of this report is a function, which must be given',
          )
        return { ...rule, test }
      }),
    },
    ...(system === undefined ? {} : { system }),
    ...(acceptPruned === undefined ? {} : { acceptPruned }),
  }
}
