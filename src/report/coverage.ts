/** What receipts say, and what they leave out: in one pass over each chain, in bounded memory. */

import { fastestBackend } from '../keys/ed25519/sodium.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import { eventTypes } from '../receipt/event-types.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { verifyLines } from '../verify/chain.js'
import type { ReceiptSource, Verdict, VerifyOptions, VerifyResult } from '../verify/types.js'
import { isStore } from './build/source.js'
import { chainsOfStore, linesOfSource, type ReadableChain } from './coverage/chains.js'
import { mergeFigures } from './coverage/merge.js'
import { type ChainRules, createRules, type RawFigures, type RuleOptions } from './coverage/rules.js'
import { coverageTexts } from './coverage/texts.js'
import {
  type ChainCoverage,
  type Coverage,
  type CoverageClear,
  type CoverageFigures,
  type CoverageFinding,
  coverageCodes,
} from './coverage/types.js'
import type { Locale, Period } from './types.js'

export type {
  CaptureCount,
  ChainCoverage,
  Coverage,
  CoverageCase,
  CoverageClear,
  CoverageCode,
  CoverageFigures,
  CoverageFinding,
} from './coverage/types.js'
export { coverageCodes }

/** What is looked at, and how. */
export interface CoverageOptions {
  /** Only receipts sealed in it count; what they name counts whenever it was sealed. Absent: all that is held. */
  readonly period?: Period | undefined
  /** Of the words; default `en`. */
  readonly locale?: Locale | undefined
  /** Receipts an hour, where that is known: what is silence then follows from it. */
  readonly expectedPerHour?: number | undefined
  /** How often a heartbeat is due, in milliseconds: a stretch half as long again without any receipt is `SILENCE_TOO_LONG`. */
  readonly heartbeatMs?: number | undefined
  /** How long a tool call may wait for its result, in milliseconds, before that is missing; default 0. */
  readonly outcomeWithinMs?: number | undefined
  /** How many receipt ids of a chain are remembered, at least; default 1,000,000, in 16 to 64 bytes each. */
  readonly receiptLimit?: number | undefined
  /** How many receipts that wait for another are remembered, at least, of each kind; default 25,000. */
  readonly waitingLimit?: number | undefined
  /** The judge's clock, default now: what lies ahead of it is no silence. */
  readonly now?: Date | string | undefined
}

/** Follows receipts of one chain or of several. */
export interface CoverageAccumulator {
  /** @param receipt - one against which the verifier found nothing; those of one chain come in order */
  update(receipt: DecisionReceipt): void
  /**
   * @param chainId - of one chain; default: all of them together
   * @returns the figures so far
   */
  figures(chainId?: string): CoverageFigures
}

/** As for `createCoverage`, and what to verify with. */
export interface CoverageOfOptions extends CoverageOptions, Pick<VerifyOptions, 'keyring' | 'acceptPruned' | 'signal'> {
  /** The chain; of a store, or of receipts that must be of it. */
  readonly chainId?: string | undefined
  /** Of a store: several chains. Without `chainId` and `chains` it is all that the store has. */
  readonly chains?: readonly string[] | undefined
}

const optionNames: Readonly<Record<keyof CoverageOptions, true>> = {
  period: true,
  locale: true,
  expectedPerHour: true,
  heartbeatMs: true,
  outcomeWithinMs: true,
  receiptLimit: true,
  waitingLimit: true,
  now: true,
}
const ofNames: Readonly<Record<keyof CoverageOfOptions, true>> = {
  ...optionNames,
  keyring: true,
  acceptPruned: true,
  signal: true,
  chainId: true,
  chains: true,
}

function limit(name: string, value: number | undefined, fallback: number): number {
  const given = value ?? fallback
  if (!Number.isSafeInteger(given) || given < 1 || given > 10_000_000)
    throw new RangeError(`${name} must be an integer from 1 to 10000000`)
  return given
}

function ruleOptions(options: CoverageOptions): RuleOptions {
  const { period, locale, expectedPerHour, heartbeatMs, outcomeWithinMs } = options
  if (locale !== undefined && !Object.hasOwn(coverageTexts, locale)) throw new TypeError('locale must be en or de')
  if (period !== undefined && !(isTime(period.from) && isTime(period.until) && period.from < period.until))
    throw new RangeError('period must end after it begins; both are times as YYYY-MM-DDTHH:MM:SS.sssZ')
  if (outcomeWithinMs !== undefined && !(outcomeWithinMs >= 0 && outcomeWithinMs < 1e15))
    throw new RangeError('outcomeWithinMs must be 0 or more')
  const now = new Date(options.now ?? Date.now()).getTime()
  if (Number.isNaN(now)) throw new RangeError('now must be a time')
  return {
    period,
    now,
    gaps: { expectedPerHour, heartbeatMs },
    outcomeWithinMs,
    limits: {
      receipts: limit('receiptLimit', options.receiptLimit, 1_000_000),
      waiting: limit('waitingLimit', options.waitingLimit, 25_000),
    },
  }
}

/** Puts words to figures. */
function figuresOf(raw: RawFigures, locale: Locale): CoverageFigures {
  const texts = coverageTexts[locale]
  const findings: CoverageFinding[] = []
  const clear: CoverageClear[] = []
  for (const code of coverageCodes) {
    const found = raw.found[code]
    if (found.count > 0) findings.push({ code, ...found, ...texts.rules[code] })
    else clear.push({ code, n: found.n, ...(found.undecided === undefined ? {} : { undecided: found.undecided }) })
  }
  const seen = new Set(raw.eventTypes.labels.map(({ label }) => label))
  const byCount = [...raw.capture.by].sort(
    (a, b) => b.count - a.count || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
  )
  return {
    receipts: raw.receipts,
    eventTypes: {
      seen: raw.eventTypes.labels,
      missing: eventTypes
        .filter((eventType) => !seen.has(eventType))
        .map((eventType) => ({ eventType, recommendation: texts.types[eventType] })),
    },
    models: raw.models,
    withoutModel: raw.found.MODEL_MISSING.count,
    capture: { ...raw.capture, by: byCount },
    findings,
    clear,
    notSeen: {
      linksElsewhere: raw.linksElsewhere,
      beforeBeginning: raw.beforeBeginning,
      forgottenReceipts: raw.forgottenReceipts,
    },
  }
}

/**
 * Follows what receipts leave out. It verifies nothing: give it what `verifyLines` or `coverageOf` found good.
 *
 * @param options - period, language, what is silence, how much is remembered
 * @returns an accumulator; the order in which chains come makes no difference
 * @throws RangeError, TypeError when an option makes no sense
 * @example
 * ```ts
 * import { createCoverage } from 'quittance/report'
 * import type { DecisionReceipt } from 'quittance/verify'
 * function findingsOf(receipts: Iterable<DecisionReceipt>) {
 *   const coverage = createCoverage({ locale: 'en' })
 *   for (const receipt of receipts) coverage.update(receipt)
 *   return coverage.figures().findings
 * }
 * ```
 */
export function createCoverage(options: CoverageOptions = {}): CoverageAccumulator {
  refuseUnknownMembers(options, optionNames, 'options')
  const rules = ruleOptions(options)
  const locale = options.locale ?? 'en'
  const chains = new Map<string, ChainRules>()
  // an option that makes no sense is refused now, not at the first receipt
  createRules(rules)
  return {
    update(receipt) {
      let chain = chains.get(receipt.chainId)
      if (chain === undefined) {
        chain = createRules(rules)
        chains.set(receipt.chainId, chain)
      }
      chain.update(receipt)
    },
    figures(chainId) {
      const some = chainId === undefined ? [...chains.values()] : [chains.get(chainId)]
      const raw = some.flatMap((chain) => (chain === undefined ? [] : [chain.figures()]))
      return figuresOf(mergeFigures(raw), locale)
    },
  }
}

/** One chain, verified: its figures, and what the verifier said. */
export interface CoveredChain {
  readonly chainId?: string | undefined
  readonly result: VerifyResult
  readonly raw: RawFigures
  readonly counted: number
}

/**
 * Follows one chain while somebody else verifies it.
 *
 * @param options - as for `createCoverage`
 * @returns `counted`, for the verifier, and `done`, for its result
 */
export function coverChain(options: CoverageOptions): {
  counted(receipt: DecisionReceipt): void
  done(result: VerifyResult, chainId?: string): CoveredChain
} {
  const rules = createRules(ruleOptions(options))
  let counted = 0
  return {
    counted(receipt) {
      counted += 1
      rules.update(receipt)
    },
    done: (result, chainId) => ({ chainId: chainId ?? result.scope.chainId, result, raw: rules.figures(), counted }),
  }
}

const gravity: readonly Verdict[] = ['VALID', 'INCOMPLETE', 'INVALID']

/**
 * @param chains - in any order
 * @param options - as for `createCoverage`
 * @param asOf - the judge's clock
 * @returns all there is to say
 */
export function coverageFrom(chains: readonly CoveredChain[], options: CoverageOptions, asOf: string): Coverage {
  const locale = options.locale ?? 'en'
  const sorted = chains
    .map((chain) => ({ ...chain, name: chain.chainId ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const verdict = gravity[Math.max(...sorted.map(({ result }) => gravity.indexOf(result.verdict)))] ?? 'INCOMPLETE'
  const all = sorted.map(
    ({ name, result, raw, counted }): ChainCoverage => ({
      chainId: name,
      verdict: result.verdict,
      scope: result.scope,
      checked: result.checked,
      counted,
      counts: result.counts,
      ...figuresOf(raw, locale),
    }),
  )
  const { period } = options
  return {
    format: 'quittance-coverage/1',
    locale,
    asOf,
    ...(period === undefined ? {} : { period: { from: period.from, until: period.until } }),
    verdict,
    ...figuresOf(mergeFigures(sorted.map(({ raw }) => raw)), locale),
    chains: all,
    limits: coverageTexts[locale].limits,
  }
}

/**
 * Verifies chains and says what their receipts leave out: decisions without the oversight that they ask for, tool calls
 * without results, parents that were never sealed, and more, each counted, with receipts to look up and what to call in the
 * SDK. What was never recorded can't be seen in it.
 *
 * @param source - a store, or receipts or lines of one chain in order
 * @param options - keyring, chains, period, language
 * @returns plain data of the format `quittance-coverage/1`
 * @throws RangeError, TypeError when an option makes no sense; whatever the source throws
 * @throws QuittanceError `VERIFY_ABORTED` by the signal
 * @example
 * ```ts
 * import { coverageOf } from 'quittance/report'
 * import { fileStore } from 'quittance/store/file'
 * import { Keyring } from 'quittance/verify'
 * async function lacks(keyring: Keyring) {
 *   const { verdict, findings } = await coverageOf(fileStore('./receipts'), { chainId: 'acme', keyring })
 *   for (const { code, count, n, recommendation } of findings) console.log(verdict, code, count, n, recommendation)
 * }
 * ```
 */
export async function coverageOf(source: ReceiptStore | ReceiptSource, options: CoverageOfOptions): Promise<Coverage> {
  refuseUnknownMembers(options, ofNames, 'options')
  const { keyring, acceptPruned, signal, chainId, chains: chainIds, now = new Date(), ...what } = options
  if (chainId !== undefined && chainIds !== undefined) throw new TypeError('chainId does not go with chains')
  if (chainIds !== undefined && !isStore(source)) throw new TypeError('chains are of a store; receipts are one chain')
  const asOf = new Date(now).toISOString()
  const chains: readonly ReadableChain[] = isStore(source)
    ? await chainsOfStore(source, chainIds ?? (chainId === undefined ? undefined : [chainId]))
    : [{ chainId, lines: () => linesOfSource(source) }]
  const backend = await fastestBackend()
  const covered: CoveredChain[] = []
  for (const chain of chains) {
    const cover = coverChain({ ...what, now: asOf })
    const asked = { keyring, acceptPruned, signal, chainId: chain.chainId, now: asOf }
    const result = await verifyLines(chain.lines(), asked, backend, cover.counted)
    covered.push(cover.done(result, chain.chainId))
  }
  return coverageFrom(covered, what, asOf)
}
