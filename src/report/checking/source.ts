/** A report held against the receipts that it was made from. */

import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { receiptAt } from '../../store/receipt-at.js'
import type { ReceiptStore } from '../../store/store.js'
import { isStore, type ReportSource } from '../build/source.js'
import { buildReport } from '../build.js'
import { type BuildReportOptions, type ChainSelection, settleOptions } from '../options.js'
import { type RebuildContext, rebuildOptions } from '../rebuild.js'
import type { ChainFindings, Report, ReportSeal } from '../types.js'
import { differences } from './differences.js'
import type { ReportProblem } from './findings.js'
import type { CheckedLines, SealedIn } from './lines.js'
import { type Surroundings, surroundingsOf } from './surroundings.js'

/** What the comparison came to. */
export interface Rebuilt {
  readonly problems: readonly ReportProblem[]
  /** What became of the receipts that came along, by what the source says of keys as well. */
  readonly lines: CheckedLines
  /** True where the report was built again and every member is the same. */
  readonly same: boolean
}

/** What to compare with. */
export interface SourceOptions {
  readonly keyring: Keyring
  readonly custom?: RebuildContext['custom']
  /** What the chains were held against when the report was made. */
  readonly chains?: readonly Omit<ChainSelection, 'toSeq'>[] | undefined
  readonly anchors?: BuildReportOptions['anchors']
  readonly onProgress?: BuildReportOptions['onProgress']
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks in a store for the receipts that sealed a report.
 *
 * @param report - the report
 * @param digest - its digest
 * @param store - the store
 * @param signal - gives up
 * @returns them; `undefined` where there is none. Nothing of them is believed yet
 */
export async function sealInStore(
  report: Report,
  digest: string,
  store: ReceiptStore,
  signal: AbortSignal | undefined,
): Promise<ReportSeal | undefined> {
  const lines: string[] = []
  for (const { chainId, scope } of report.chains) {
    if (scope.head === undefined) continue
    for await (const receipt of store.read(chainId, { fromSeq: scope.head.seq + 1, signal })) {
      const { system } = receipt
      if (system?.event !== 'report' || system.hash !== digest) continue
      lines.push(lineOf(receipt))
      break
    }
  }
  return lines.length === 0 ? undefined : { digest, lines }
}

/** What is at a place of a chain now: a receipt's hash, or nothing. */
type At = (chainId: string, seq: number) => Promise<string | undefined>

/** How far a chain is held against the report's own words of its ends. */
function endProblem(
  { chainId, scope }: ChainFindings,
  bounds: { readonly first: number; readonly last: number } | undefined,
  headNow: string | undefined,
): ReportProblem | undefined {
  const { head, fromSeq } = scope
  if (head === undefined || fromSeq === undefined) return undefined
  if (bounds === undefined || bounds.last < head.seq) {
    const message = `the source ends before seq ${head.seq}, to which the report reaches`
    return { code: 'SOURCE_ENDS_EARLY', chainId, seq: head.seq, message }
  }
  if (headNow !== head.receiptHash && bounds.first <= head.seq)
    return {
      code: 'SOURCE_OTHER_CHAIN',
      chainId,
      seq: head.seq,
      message: 'the source has another receipt where the report ends',
    }
  if (bounds.first > fromSeq)
    return {
      code: 'SOURCE_PRUNED',
      chainId,
      seq: fromSeq,
      message: `the source has nothing before seq ${bounds.first} any more`,
    }
  return undefined
}

async function sealProblems(sealed: readonly SealedIn[], at: At): Promise<readonly ReportProblem[]> {
  const problems: ReportProblem[] = []
  for (const { chainId, seq, receiptId, receiptHash } of sealed)
    if ((await at(chainId, seq)) !== receiptHash)
      problems.push({
        code: 'SEAL_NOT_IN_SOURCE',
        chainId,
        seq,
        receiptId,
        message: 'the source has no such receipt at that place',
      })
  return problems
}

const count = ({ chains }: Report, code: 'DETAILS_ERASED' | 'KEY_UNKNOWN'): number =>
  chains.reduce((sum, { counts }) => sum + (counts[code] ?? 0), 0)

/** What else than a false report may explain that figures differ. */
function explanation(report: Report, again: Report): ReportProblem | undefined {
  // nothing explains that what was called good contradicts itself
  if (again.verdict === 'INVALID' && report.verdict !== 'INVALID') return undefined
  if (count(again, 'KEY_UNKNOWN') > count(report, 'KEY_UNKNOWN'))
    return { code: 'KEYS_DIFFER', message: 'the keyring does not know a key that the report was made with' }
  if (count(again, 'DETAILS_ERASED') > count(report, 'DETAILS_ERASED'))
    return { code: 'SOURCE_ERASED', message: 'details of receipts were erased since the report was made' }
  if (again.generator.version !== report.generator.version) {
    const message = `the report was made by version ${report.generator.version}, and this is ${again.generator.version}`
    return { code: 'OTHER_VERSION', message }
  }
  return undefined
}

const proved: ReadonlySet<string> = new Set(['expected-head', 'checkpoint'])

/** A head or a checkpoint that shows where a chain ends is not in the report: only whoever has it can show that again. */
function tailProblems({ chains }: Report, again: Report): readonly ReportProblem[] {
  const unshown = chains.flatMap(({ chainId, scope }, index) =>
    proved.has(scope.tail) && again.chains[index]?.scope.tail === 'unproved' ? [{ chainId, index }] : [],
  )
  return unshown.map(({ chainId, index }) => ({
    code: 'TAIL_NOT_SHOWN',
    chainId,
    paths: [`chains[${index}].scope.tail`],
    message: 'the head or checkpoint that showed where the chain ends was not given',
  }))
}

/** The same, but for ends that are shown on one side only. */
function withTailsOf({ chains }: Report, again: Report): Report {
  const chain = (one: ChainFindings, index: number): ChainFindings => {
    const told = chains[index]?.scope.tail
    const own = one.scope.tail
    const oneSided =
      told !== undefined && ((proved.has(told) && own === 'unproved') || (proved.has(own) && told === 'unproved'))
    return oneSided ? { ...one, scope: { ...one.scope, tail: told } } : one
  }
  return { ...again, chains: again.chains.map(chain) }
}

function compared(report: Report, again: Report, excerpt: boolean): readonly ReportProblem[] {
  const { generator: _, ...one } = report
  const { generator: __, ...other } = withTailsOf(report, again)
  // from a list single receipts can't be read again: its excerpt may be smaller
  const paths = differences(excerpt ? one : { ...one, excerpt: null }, excerpt ? other : { ...other, excerpt: null })
  if (paths.length === 0) return []
  const explained = explanation(report, again)
  if (explained !== undefined) return [{ ...explained, paths }]
  return [{ code: 'FIGURES_DIFFER', paths, message: 'built again from the receipts, the report is another' }]
}

/** Hands a list on up to where the report reaches, and remembers what stands where; the rest can be read after that. */
function watched(source: Exclude<ReportSource, ReceiptStore>, toSeq: number, { take }: Surroundings) {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const hashes = new Map<number, string>()
  let first: number | undefined
  let last = -1
  const note = (item: DecisionReceipt | string): number | undefined => {
    take(item)
    try {
      const { seq, receiptHash } = (typeof item === 'string' ? JSON.parse(item) : item) as DecisionReceipt
      if (!Number.isSafeInteger(seq) || typeof receiptHash !== 'string') return undefined
      first ??= seq
      last = Math.max(last, seq)
      // only the ends are asked for
      if (seq >= toSeq) hashes.set(seq, receiptHash)
      return seq
    } catch {
      // the verifier says what is wrong with it
      return undefined
    }
  }
  return {
    async *upTo(): AsyncGenerator<DecisionReceipt | string> {
      for (let item = await iterator.next(); !item.done; item = await iterator.next()) {
        const seq = note(item.value)
        yield item.value
        if (seq !== undefined && seq >= toSeq) return
      }
    },
    async rest(): Promise<void> {
      for (let item = await iterator.next(); !item.done; item = await iterator.next()) note(item.value)
    },
    bounds: () => (first === undefined ? undefined : { first, last }),
    at: (seq: number) => hashes.get(seq),
  }
}

/** Reads a chain of a store for what stands around the receipts of a report. */
async function lookAround(
  store: ReceiptStore,
  report: Report,
  chain: ChainFindings,
  signal: AbortSignal | undefined,
): Promise<Surroundings> {
  const seen = surroundingsOf(report, chain)
  const { chainId } = chain
  for await (const item of store.lines?.(chainId, { signal }) ?? store.read(chainId, { signal })) seen.take(item)
  return seen
}

function leftOutProblem({ chainId }: ChainFindings, { leftOut }: Surroundings): ReportProblem | undefined {
  const seq = leftOut()
  if (seq === undefined) return undefined
  const message = `the source goes on at seq ${seq} with what is of the period, or can't be shown not to be`
  return { code: 'SOURCE_GOES_ON', chainId, seq, message }
}

/** The options that build it again; or why none do. */
function optionsFor(report: Report, given: SourceOptions): BuildReportOptions | ReportProblem {
  const { keyring, custom, anchors, onProgress, signal } = given
  const own = given.chains === undefined || given.chains.length === 0 ? {} : { chains: given.chains }
  // what the caller gave is the caller's fault, under any period
  settleOptions({ ...own, anchors, keyring, onProgress, period: { from: '2000-01-01', until: '2001-01-01' } })
  const against = new Map((given.chains ?? []).map((one) => [one.chainId, one]))
  try {
    const asked = rebuildOptions(report, { custom })
    const chains = (asked.chains ?? []).map((one) =>
      typeof one === 'string' ? one : { ...against.get(one.chainId), ...one },
    )
    const options = { ...asked, chains, anchors, keyring, onProgress, signal }
    settleOptions(options)
    return options
  } catch (error) {
    if (QuittanceError.is(error, 'REPORT_CUSTOM_RULE')) return { code: 'RULE_NOT_REPEATABLE', message: error.message }
    // the report's own parameters: whoever asks can't be blamed for them
    if (error instanceof TypeError || error instanceof RangeError)
      return { code: 'FILE_MALFORMED', message: `no report is made with such parameters: ${error.message}` }
    throw error
  }
}

/** Judges the lines that came along, by what a source says of keys as well. */
export type JudgeLines = (keyLines?: ReadonlyMap<string, readonly string[]>) => CheckedLines

/**
 * Builds a report again from the receipts, and compares.
 *
 * @param report - schema-valid
 * @param source - a store, or the receipts or lines of its one chain
 * @param judge - judges what came along, once; the receipts by which it was sealed must be in the source too
 * @param options - whom to trust
 * @returns what differs
 * @throws QuittanceError what the source throws, and `VERIFY_ABORTED`; TypeError or RangeError for a wrong option
 */
export async function checkSource(
  report: Report,
  source: ReportSource,
  judge: JudgeLines,
  given: SourceOptions,
): Promise<Rebuilt> {
  const { signal } = given
  const options = optionsFor(report, given)
  if ('code' in options) return { problems: [options], lines: judge(), same: false }
  const problems: ReportProblem[] = []
  const leftOut: ReportProblem[] = []
  const note = (problem: ReportProblem | undefined): void => {
    if (problem !== undefined) leftOut.push(problem)
  }
  const ends = (problem: ReportProblem | undefined): void => {
    if (problem !== undefined) problems.push(problem)
  }
  let again: Report
  let lines: CheckedLines
  if (isStore(source)) {
    const at: At = async (chainId, seq) => (await receiptAt(source, chainId, seq, signal))?.receiptHash
    const keyLines = new Map<string, readonly string[]>()
    for (const chain of report.chains) {
      const { chainId, scope } = chain
      const seen = await lookAround(source, report, chain, signal)
      keyLines.set(chainId, seen.keyLines)
      note(leftOutProblem(chain, seen))
      const bounds = await source.bounds(chainId, { signal })
      ends(endProblem(chain, bounds, scope.head && (await at(chainId, scope.head.seq))))
    }
    lines = judge(keyLines)
    problems.push(...(await sealProblems(lines.sealed, at)))
    if (problems.length > 0) return { problems, lines, same: false }
    again = await buildReport(source, options)
  } else {
    const [chain, another] = report.chains
    if (chain === undefined || another !== undefined) {
      const message = 'a list of receipts is one chain, and the report is about another number of them'
      return { problems: [{ code: 'SOURCE_ENDS_EARLY', message }], lines: judge(), same: false }
    }
    const seen = surroundingsOf(report, chain)
    const list = watched(source, chain.scope.head?.seq ?? -1, seen)
    again = await buildReport(list.upTo(), options)
    await list.rest()
    ends(endProblem(chain, list.bounds(), chain.scope.head && list.at(chain.scope.head.seq)))
    note(leftOutProblem(chain, seen))
    lines = judge(new Map([[chain.chainId, seen.keyLines]]))
    problems.push(...(await sealProblems(lines.sealed, async (_, seq) => list.at(seq))))
    if (problems.length > 0) return { problems, lines, same: false }
  }
  const differing = [...compared(report, again, isStore(source)), ...tailProblems(report, again)]
  return { problems: [...leftOut, ...differing], lines, same: differing.length === 0 }
}
