/** What a report is asked for, and what is settled before the first receipt is read. */
import type { Keyring } from '../keys/keyring.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isTime } from '../primitives/time.js'
import { token } from '../receipt/schema/words.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { checkOptions } from '../verify/options.js'
import type { VerifyOptions } from '../verify/types.js'
import { checkFailure, defaultFailure, failureTest, printedFailure } from './failure.js'
import { createRateChangeDetector } from './statistics/change.js'
import { createFairness } from './statistics/fairness.js'
import { createGaps } from './statistics/gaps.js'
import { levelOf } from './statistics/options.js'
import { sprtPlan } from './statistics/sprt-plan.js'
import type { Locale, Period, ReportParameters, ReportStatistics, ReportSystem } from './types.js'

/** A chain, how far it is meant, and what it is held against. */
export interface ChainSelection {
  readonly chainId: string
  /** The last receipt that is looked at; a chain that ends before is INCOMPLETE. -1: none, the chain was empty. */
  readonly toSeq?: number | undefined
  /** A head or root noted elsewhere. */
  readonly expect?: Pick<NonNullable<VerifyOptions['expect']>, 'root' | 'head' | 'minReceipts'> | undefined
  /** Checkpoints whose signatures were verified. */
  readonly anchors?: VerifyOptions['anchors']
}

/** How far a report is. */
export interface ReportProgress {
  readonly chainId?: string | undefined
  /** Chains that are done, and all of them. */
  readonly chain: number
  readonly chains: number
  /** Receipts or lines read, of all chains, and how many there are where the store says so. */
  readonly receipts: number
  readonly totalReceipts?: number | undefined
}

/** What a report is asked for. */
export interface BuildReportOptions {
  /** One chain. With neither this nor `chains`: every chain of a store, or the one that a list of receipts is of. */
  readonly chainId?: string | undefined
  readonly chains?: readonly (string | ChainSelection)[] | undefined
  /** From `from` on and before `until`, UTC: `YYYY-MM-DD` is its beginning, or a time to the second or millisecond with `Z`. */
  readonly period: Period
  /** The keys that are trusted; never taken from the data. */
  readonly keyring: Keyring
  readonly system?: ReportSystem | undefined
  readonly statistics?: ReportStatistics | undefined
  /** Default `en`. */
  readonly locale?: Locale | undefined
  /** The judge's clock, default now: what counts as future, and as applicable. */
  readonly now?: Date | string | undefined
  /** As for `verifyChain`. */
  readonly acceptPruned?: VerifyOptions['acceptPruned']
  /** Checkpoints of any of the chains, whose signatures were verified. */
  readonly anchors?: VerifyOptions['anchors']
  /** How many receipts come with the report at most, 0 to 100,000; default 1,000. */
  readonly embed?: number | undefined
  readonly onProgress?: ((progress: ReportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Options with nothing left open. */
export interface Settled {
  /** Absent: all that the source has. Sorted by name. */
  readonly chains?: readonly ChainSelection[] | undefined
  readonly period: Period
  /** The same in Unix milliseconds. */
  readonly span: { readonly from: number; readonly until: number }
  readonly keyring: Keyring
  readonly system?: ReportSystem | undefined
  readonly locale: Locale
  readonly asOf: string
  readonly anchors: NonNullable<VerifyOptions['anchors']>
  readonly parameters: ReportParameters
  readonly failing: (receipt: DecisionReceipt) => boolean
  readonly onProgress: (progress: ReportProgress) => void
  readonly signal?: AbortSignal | undefined
}

type Names<T> = Readonly<Record<keyof T & string, true>>

const optionNames: Names<Required<BuildReportOptions>> = {
  chainId: true,
  chains: true,
  period: true,
  keyring: true,
  system: true,
  statistics: true,
  locale: true,
  now: true,
  acceptPruned: true,
  anchors: true,
  embed: true,
  onProgress: true,
  signal: true,
}

const selectionNames: Names<Required<ChainSelection>> = { chainId: true, toSeq: true, expect: true, anchors: true }
const expectNames: Names<Required<NonNullable<ChainSelection['expect']>>> = {
  root: true,
  head: true,
  minReceipts: true,
}
const systemNames: Names<Required<ReportSystem>> = {
  name: true,
  provider: true,
  deployer: true,
  intendedPurpose: true,
  annexIII: true,
  highRisk: true,
}
const statisticsNames: Names<Required<ReportStatistics>> = {
  failure: true,
  sprt: true,
  averageRunLength: true,
  level: true,
  expectedPerHour: true,
  heartbeatMs: true,
  fairness: true,
}
const sprtNames = { p0: true, p1: true, alpha: true, beta: true } as const
const fairnessNames = { reference: true, minimumGroupSize: true, ratioThreshold: true } as const

const MOST_EMBEDDED = 100_000
const MOST_CHAINS = 1_000_000
const LONGEST_TEXT = 10_000

/**
 * Checks every option, and fills in what was left out.
 *
 * @param options - as a caller gave them
 * @returns what a report is built with
 * @throws TypeError or RangeError that names the option
 */
export function settleOptions(options: BuildReportOptions): Settled {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  const { keyring, acceptPruned, embed = 1_000, locale = 'en', signal, onProgress } = options
  checkOptions({ keyring, acceptPruned })
  if (locale !== 'en' && locale !== 'de') throw new RangeError("options.locale must be 'en' or 'de'")
  if (!Number.isSafeInteger(embed) || embed < 0 || embed > MOST_EMBEDDED)
    throw new RangeError(`options.embed must be an integer from 0 to ${MOST_EMBEDDED}`)
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw new TypeError('options.onProgress must be a function')
  const chains = chainsOf(options)
  const period = periodOf(options.period)
  const statistics = statisticsOf(options.statistics)
  const system = systemOf(options.system)
  return {
    ...(chains === undefined ? {} : { chains }),
    period,
    span: { from: Date.parse(period.from), until: Date.parse(period.until) },
    keyring,
    ...(system === undefined ? {} : { system }),
    locale,
    asOf: instantOf(options.now),
    anchors: options.anchors ?? [],
    parameters: {
      ...statistics.printed,
      ...(acceptPruned === undefined ? {} : { acceptPruned: { minDays: acceptPruned.minDays } }),
      embed,
    },
    failing: statistics.failing,
    onProgress: onProgress ?? (() => {}),
    ...(signal === undefined ? {} : { signal }),
  }
}

function chainsOf({ chainId, chains }: BuildReportOptions): readonly ChainSelection[] | undefined {
  if (chainId !== undefined && chains !== undefined)
    throw new TypeError('options must not have both chainId and chains')
  if (chainId !== undefined) {
    if (typeof chainId !== 'string')
      throw new TypeError('options.chainId must be a chain id; several go into options.chains')
    return [selectionOf(chainId, 'options.chainId')]
  }
  if (chains === undefined) return undefined
  if (!Array.isArray(chains) || chains.length === 0 || chains.length > MOST_CHAINS)
    throw new TypeError(`options.chains must be a list of 1 to ${MOST_CHAINS} chains`)
  const selected = chains.map((chain: string | ChainSelection, index) => selectionOf(chain, `options.chains[${index}]`))
  const names = new Set(selected.map((one) => one.chainId))
  if (names.size < selected.length) throw new RangeError('options.chains must not name a chain twice')
  return selected.sort(byChainId)
}

/** Sorts by name, by code units: the same everywhere. */
export function byChainId(a: { readonly chainId: string }, b: { readonly chainId: string }): number {
  return a.chainId < b.chainId ? -1 : a.chainId > b.chainId ? 1 : 0
}

function selectionOf(chain: string | ChainSelection, name: string): ChainSelection {
  const selection = typeof chain === 'string' ? { chainId: chain } : chain
  if (typeof selection !== 'object' || selection === null)
    throw new TypeError(`${name} must be a chain id or an object`)
  refuseUnknownMembers(selection, selectionNames, name)
  const { chainId, toSeq, expect } = selection
  if (typeof chainId !== 'string' || !chainIdPattern.test(chainId)) throw new TypeError(`${name} must be a chain id`)
  if (toSeq !== undefined && (!Number.isSafeInteger(toSeq) || toSeq < -1))
    throw new RangeError(`${name}.toSeq must be an integer of at least 0, or -1`)
  if (expect !== undefined) refuseUnknownMembers(expect, expectNames, `${name}.expect`)
  return selection
}

const secondsPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/
const dayPattern = /^\d{4}-\d{2}-\d{2}$/

function timeOf(text: unknown, name: string): string {
  if (typeof text === 'string') {
    const time = dayPattern.test(text)
      ? `${text}T00:00:00.000Z`
      : secondsPattern.test(text)
        ? `${text.slice(0, -1)}.000Z`
        : text
    if (isTime(time)) return time
  }
  throw new RangeError(`${name} must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ`)
}

function periodOf(period: Period): Period {
  if (typeof period !== 'object' || period === null) throw new TypeError('options.period must be {from, until}')
  refuseUnknownMembers(period, { from: true, until: true }, 'options.period')
  const from = timeOf(period.from, 'options.period.from')
  const until = timeOf(period.until, 'options.period.until')
  if (from >= until) throw new RangeError('options.period.until must be after options.period.from')
  return { from, until }
}

function instantOf(now: Date | string | undefined): string {
  if (typeof now === 'string') return timeOf(now, 'options.now')
  const instant = now ?? new Date()
  if (!(instant instanceof Date) || Number.isNaN(instant.getTime()) || !isTime(instant.toISOString()))
    throw new RangeError('options.now must be a valid Date or YYYY-MM-DDTHH:MM:SS.sssZ')
  return instant.toISOString()
}

function systemOf(system: ReportSystem | undefined): ReportSystem | undefined {
  if (system === undefined) return undefined
  if (typeof system !== 'object' || system === null) throw new TypeError('options.system must be an object')
  refuseUnknownMembers(system, systemNames, 'options.system')
  const { name, provider, deployer, intendedPurpose, annexIII, highRisk } = system
  const texts = { name, provider, deployer, intendedPurpose, annexIII }
  if (name === undefined) throw new TypeError('options.system.name must be given')
  for (const [member, text] of Object.entries(texts)) {
    if (text === undefined) continue
    if (typeof text !== 'string' || text === '' || text.length > LONGEST_TEXT || !text.isWellFormed())
      throw new TypeError(`options.system.${member} must be a text of 1 to ${LONGEST_TEXT} characters`)
  }
  if (annexIII !== undefined && !/^[1-8](?:\([a-e]\))?$/.test(annexIII))
    throw new RangeError('options.system.annexIII must be a point of Annex III, as 5(b)')
  if (highRisk !== undefined && typeof highRisk !== 'boolean')
    throw new TypeError('options.system.highRisk must be true or false')
  return { ...system }
}

interface SettledStatistics {
  readonly printed: Omit<ReportParameters, 'acceptPruned' | 'embed'>
  readonly failing: Settled['failing']
}

function statisticsOf(statistics: ReportStatistics = {}): SettledStatistics {
  refuseUnknownMembers(statistics, statisticsNames, 'options.statistics')
  const { failure = defaultFailure, sprt = {}, averageRunLength = 100_000, fairness } = statistics
  const { expectedPerHour, heartbeatMs } = statistics
  checkFailure(failure)
  refuseUnknownMembers(sprt, sprtNames, 'options.statistics.sprt')
  if (fairness !== undefined) checkFairness(fairness)
  // the fairness figures take no level beyond this one, and the confidence sequence none below
  const level = levelOf(statistics.level, 0.95)
  const { p0, p1, alpha, beta } = sprtPlan(sprt)
  // each says itself what it can't work with
  createRateChangeDetector({ baseline: p0, averageRunLength })
  createFairness({ ...fairness, level })
  createGaps({ expectedPerHour, heartbeatMs })
  return {
    printed: {
      failure: printedFailure(failure),
      sprt: { p0, p1, alpha, beta },
      averageRunLength,
      level,
      ...(expectedPerHour === undefined ? {} : { expectedPerHour }),
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      ...(fairness === undefined ? {} : { fairness: copiedFairness(fairness) }),
    },
    failing: failureTest(failure),
  }
}

function checkFairness(fairness: NonNullable<ReportStatistics['fairness']>): void {
  const name = 'options.statistics.fairness'
  refuseUnknownMembers(fairness, fairnessNames, name)
  const pairs = Object.entries(fairness.reference ?? {}).flat()
  if (pairs.some((text) => token.check(text) !== undefined || text === 'constructor' || text === 'prototype'))
    throw new RangeError(`${name}.reference must name a group for each attribute, as receipts do`)
}

function copiedFairness(fairness: NonNullable<ReportStatistics['fairness']>): ReportParameters['fairness'] {
  const { reference, minimumGroupSize, ratioThreshold } = fairness
  return {
    ...(reference === undefined ? {} : { reference: { ...reference } }),
    ...(minimumGroupSize === undefined ? {} : { minimumGroupSize }),
    ...(ratioThreshold === undefined ? {} : { ratioThreshold }),
  }
}
