/** A report held against the receipts that it was made from. */
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore } from '../../store/store.js'
import { isStore, type ReportSource } from '../build/source.js'
import { buildReport } from '../build.js'
import type { BuildReportOptions } from '../options.js'
import { type RebuildContext, rebuildOptions } from '../rebuild.js'
import type { ChainFindings, Report, ReportSeal } from '../types.js'
import { differences } from './differences.js'
import type { ReportProblem } from './findings.js'
import type { SealedIn } from './lines.js'

/** What the comparison came to. */
export interface Rebuilt {
  readonly problems: readonly ReportProblem[]
  /** True where the report was built again and every member is the same. */
  readonly same: boolean
}

/** What to compare with. */
export interface SourceOptions {
  readonly keyring: Keyring
  readonly custom?: RebuildContext['custom']
  readonly onProgress?: BuildReportOptions['onProgress']
  readonly signal?: AbortSignal | undefined
}

async function receiptAt(store: ReceiptStore, chainId: string, seq: number, signal: AbortSignal | undefined) {
  for await (const receipt of store.read(chainId, { fromSeq: seq, toSeq: seq, signal })) return receipt
  return undefined
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

function compared(report: Report, again: Report, excerpt: boolean): readonly ReportProblem[] {
  const { generator: _, ...one } = report
  const { generator: __, ...other } = again
  // from a list single receipts can't be read again: its excerpt may be smaller
  const paths = differences(excerpt ? one : { ...one, excerpt: null }, excerpt ? other : { ...other, excerpt: null })
  if (paths.length === 0) return []
  const explained = explanation(report, again)
  if (explained !== undefined) return [{ ...explained, paths }]
  return [{ code: 'FIGURES_DIFFER', paths, message: 'built again from the receipts, the report is another' }]
}

/** Hands a list on up to where the report reaches, and remembers what stands where; the rest can be read after that. */
function watched(source: Exclude<ReportSource, ReceiptStore>, toSeq: number) {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const hashes = new Map<number, string>()
  let first: number | undefined
  let last = -1
  const note = (item: DecisionReceipt | string): number | undefined => {
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

/**
 * Builds a report again from the receipts, and compares.
 *
 * @param report - schema-valid
 * @param source - a store, or the receipts or lines of its one chain
 * @param sealed - receipts by which it was sealed, which must be in the source too
 * @param options - whom to trust
 * @returns what differs
 * @throws QuittanceError what the source throws, and `VERIFY_ABORTED`
 */
export async function checkSource(
  report: Report,
  source: ReportSource,
  sealed: readonly SealedIn[],
  { keyring, custom, onProgress, signal }: SourceOptions,
): Promise<Rebuilt> {
  let options: BuildReportOptions
  try {
    options = { ...rebuildOptions(report, { custom }), keyring, onProgress, signal }
  } catch (error) {
    if (!QuittanceError.is(error, 'REPORT_CUSTOM_RULE')) throw error
    return { problems: [{ code: 'RULE_NOT_REPEATABLE', message: error.message }], same: false }
  }
  const problems: ReportProblem[] = []
  const ends = (problem: ReportProblem | undefined): void => {
    if (problem !== undefined) problems.push(problem)
  }
  let again: Report
  if (isStore(source)) {
    const at: At = async (chainId, seq) => (await receiptAt(source, chainId, seq, signal))?.receiptHash
    for (const chain of report.chains) {
      const { chainId, scope } = chain
      const bounds = await source.bounds(chainId, { signal })
      ends(endProblem(chain, bounds, scope.head && (await at(chainId, scope.head.seq))))
    }
    problems.push(...(await sealProblems(sealed, at)))
    if (problems.length > 0) return { problems, same: false }
    again = await buildReport(source, options)
  } else {
    const [chain, another] = report.chains
    if (chain === undefined || another !== undefined) {
      const message = 'a list of receipts is one chain, and the report is about another number of them'
      return { problems: [{ code: 'SOURCE_ENDS_EARLY', message }], same: false }
    }
    const list = watched(source, chain.scope.head?.seq ?? -1)
    again = await buildReport(list.upTo(), options)
    await list.rest()
    ends(endProblem(chain, list.bounds(), chain.scope.head && list.at(chain.scope.head.seq)))
    problems.push(...(await sealProblems(sealed, async (_, seq) => list.at(seq))))
    if (problems.length > 0) return { problems, same: false }
  }
  const differing = compared(report, again, isStore(source))
  return { problems: differing, same: differing.length === 0 }
}
