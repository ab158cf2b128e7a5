/** From a chain of receipts to a report: verified first and counted in the same pass, so that only what holds counts. */
import { QuittanceError } from '../errors.js'
import { fastestBackend } from '../keys/ed25519/sodium.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { judgeLines, judgeReceipts } from '../verify/chain.js'
import { type Join, joinProblem, joinsOf, withProblem } from '../verify/joined.js'
import type { Verdict, VerifyOptions, VerifyResult } from '../verify/types.js'
import {
  type AssessedChain,
  assessProvisions,
  createProvisionEvidence,
  crosswalkFindings,
  type ProvisionEvidence,
} from './articles/assess/index.js'
import { aiActProvisions, gdprProvisions } from './articles/index.js'
import { followChain } from './build/chain.js'
import { createExcerpt, type ExcerptCollector } from './build/excerpt.js'
import { createFigures, type Figures } from './build/figures.js'
import { plain } from './build/plain.js'
import { refsIn } from './build/refs.js'
import { chainsOfSource, type ReportSource, type SourceChain } from './build/source.js'
import { generatorVersion } from './build/version.js'
import { type BuildReportOptions, byChainId, type Settled, settleOptions } from './options.js'
import type { ChainFindings, Report } from './types.js'

/** How long one turn may keep the event loop, in milliseconds. */
const TURN_MS = 50
/** Receipts between two words to `onProgress`, and the most chains whose lengths are asked for beforehand. */
const PROGRESS_STEP = 1_024
const MEASURED_CHAINS = 1_000
const LISTED = 100

/** What one report collects. */
interface Working {
  readonly settled: Settled
  readonly figures: Figures
  readonly excerpt: ExcerptCollector
  readonly evidence: ProvisionEvidence
  /** How many. */
  readonly chains: number
  readonly joins: Map<string, Join>
  /** By chain. */
  readonly prunes: Map<string, AssessedChain['prunes']>
  readonly read: (chainId: string | undefined) => void
}

/**
 * Verifies chains and makes the report on them, in one pass over the receipts and in bounded memory. Each chain is verified
 * whole; figures are of the period; the tests of a chain run from its first receipt to the end of the period. The same
 * receipts, options and `now` give the same report.
 *
 * @param source - a store, or receipts in order or lines of one chain
 * @param options - which chains, the period, the keys that are trusted, and how figures are made
 * @returns the report as plain data
 * @throws QuittanceError `REPORT_SOURCE` where there is nothing to report on; `VERIFY_ABORTED` by the signal; what the
 *   store throws. A fault of the data is never thrown: it is in the report
 * @throws TypeError or RangeError that names the option
 * @example
 * ```ts
 * import { Keyring } from 'quittance/verify'
 * import { buildReport } from 'quittance/report'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function firstHalf(directory: string, keyring: Keyring) {
 *   const period = { from: '2026-01-01', until: '2026-07-01' }
 *   const report = await buildReport(fileStore(directory), { chainId: 'acme', period, keyring })
 *   return report.verdict
 * }
 * ```
 */
export async function buildReport(source: ReportSource, options: BuildReportOptions): Promise<Report> {
  const settled = settleOptions(options)
  const sources = await chainsOfSource(source, settled)
  const figures = createFigures(settled.parameters)
  const excerpt = createExcerpt(settled.parameters.embed)
  const evidence = createProvisionEvidence()
  const joins = new Map<string, Join>()
  const prunes: Working['prunes'] = new Map()
  const progress = await progressOf(sources, settled)
  const chains: ChainFindings[] = []
  const working: Working = {
    settled,
    figures,
    excerpt,
    evidence,
    chains: sources.length,
    joins,
    prunes,
    read: progress.read,
  }
  for (const one of sources) {
    chains.push(await readChain(one, working))
    progress.done()
  }
  const joined = withJoins(chains, joins, settled)
  const report = assembled(joined, working)
  const cited = refsIn(
    report.provisions,
    report.crosswalks,
    joined.map(({ monitor }) => monitor.flags),
    report.figures.failure,
    joined,
    report.figures,
  )
  return plain({ ...report, excerpt: await excerpt.finish(cited, report.period.receipts) })
}

async function progressOf(sources: readonly SourceChain[], { onProgress }: Settled) {
  let receipts = 0
  let chain = 0
  let totalReceipts: number | undefined
  if (sources.length <= MEASURED_CHAINS) {
    totalReceipts = 0
    for (const one of sources) {
      const total = await one.total()
      totalReceipts = total === undefined || totalReceipts === undefined ? undefined : totalReceipts + total
    }
  }
  const tell = (chainId: string | undefined): void =>
    onProgress({
      ...(chainId === undefined ? {} : { chainId }),
      chain,
      chains: sources.length,
      receipts,
      ...(totalReceipts === undefined ? {} : { totalReceipts }),
    })
  return {
    read(chainId: string | undefined): void {
      receipts += 1
      if (receipts % PROGRESS_STEP === 0) tell(chainId)
    },
    done(): void {
      chain += 1
      tell(undefined)
    },
  }
}

/** Verifies one chain, and counts what holds. */
async function readChain(source: SourceChain, working: Working): Promise<ChainFindings> {
  const { settled, figures, excerpt, evidence, joins, prunes, read } = working
  const { period, failing, signal } = settled
  const follower = followChain(settled, working.chains)
  const collected = excerpt.follow(source)
  let current: DecisionReceipt | string | undefined
  const counted = (receipt: DecisionReceipt): void => {
    const { timestamp, eventType } = receipt
    const inPeriod = timestamp >= period.from && timestamp < period.until
    const failed = eventType === 'decision' && timestamp < period.until && failing(receipt)
    follower.update(receipt, failed, inPeriod)
    if (inPeriod) {
      figures.update(receipt, failed)
      evidence.update(receipt)
    }
    collected.update(receipt, typeof current === 'string' ? current : undefined, inPeriod)
    if (receipt.system?.event === 'gap') for (const join of joinsOf(receipt)) joins.set(join.chainId, join)
  }
  const options = verifyOptionsFor(source, settled)
  const lines = source.lines ? judgeLines(options, await fastestBackend(), counted) : undefined
  const items = lines === undefined ? judgeReceipts(options, counted) : undefined
  let turnEnds = Date.now() + TURN_MS
  for await (const item of source.items()) {
    if (signal?.aborted) throw new QuittanceError('VERIFY_ABORTED', 'the report was given up', { cause: signal.reason })
    current = item
    if (lines !== undefined) lines.next({ text: item as string, terminated: true })
    else items?.next(item)
    read(source.chainId)
    if (Date.now() <= turnEnds) continue
    await new Promise((resolve) => setTimeout(resolve, 0))
    turnEnds = Date.now() + TURN_MS
  }
  if (signal?.aborted) throw new QuittanceError('VERIFY_ABORTED', 'the report was given up', { cause: signal.reason })
  const result = (lines ?? items)?.finish() as VerifyResult
  const chainId = source.chainId ?? result.scope.chainId
  if (chainId === undefined)
    throw new QuittanceError('REPORT_SOURCE', 'there is no receipt that says which chain is meant, and no chainId')
  collected.finish(chainId)
  prunes.set(chainId, follower.prunes())
  return follower.finish(chainId, result)
}

function verifyOptionsFor({ chainId, toSeq, expect, anchors }: SourceChain, settled: Settled): VerifyOptions {
  const { keyring, asOf, parameters } = settled
  const asked = { ...expect, ...(toSeq === undefined || toSeq < 0 ? {} : { toSeq }) }
  const ofChain = settled.anchors.filter((anchor) => chainId === undefined || anchor.chainId === chainId)
  return {
    keyring,
    now: asOf,
    expect: asked,
    anchors: [...ofChain, ...(anchors ?? [])],
    ...(chainId === undefined ? {} : { chainId }),
    ...(parameters.acceptPruned === undefined ? {} : { acceptPruned: parameters.acceptPruned }),
  }
}

/** Chains that a `gap` receipt of another names are held against it; where all chains were meant, they must be there. */
function withJoins(
  chains: readonly ChainFindings[],
  joins: ReadonlyMap<string, Join>,
  settled: Settled,
): readonly ChainFindings[] {
  const found = new Set(chains.map(({ chainId }) => chainId))
  const judged = chains.map((chain) => {
    const join = joins.get(chain.chainId)
    const problem = join === undefined ? undefined : joinProblem(join, chain)
    if (problem === undefined) return chain
    const { verdict, problems, counts } = withProblem(chain, chain.chainId, problem)
    return { ...chain, verdict, problems: problems.slice(0, LISTED), counts }
  })
  if (settled.chains !== undefined) return judged
  for (const join of joins.values()) {
    const problem = found.has(join.chainId) ? undefined : joinProblem(join, undefined)
    if (problem !== undefined)
      judged.push(
        followChain(settled, chains.length).finish(join.chainId, withProblem(undefined, join.chainId, problem)),
      )
  }
  return judged.sort(byChainId)
}

function worst(chains: readonly ChainFindings[]): Verdict {
  const verdicts = new Set(chains.map(({ verdict }) => verdict))
  if (verdicts.has('INVALID')) return 'INVALID'
  return verdicts.has('INCOMPLETE') || verdicts.size === 0 ? 'INCOMPLETE' : 'VALID'
}

function assembled(chains: readonly ChainFindings[], working: Working): Omit<Report, 'excerpt'> {
  const { figures, evidence, prunes, settled } = working
  const { period, asOf, locale, system, parameters } = settled
  const receipts = chains.reduce((sum, chain) => sum + chain.period.receipts, 0)
  const counts = evidence.snapshot()
  const assessed = chains.map(({ chainId, verdict, oldest, retentionDays }) => ({
    chainId,
    verdict,
    oldest,
    retentionDays,
    prunes: prunes.get(chainId) ?? [],
  }))
  return {
    format: 'quittance-report/1',
    generator: { name: 'quittance', version: generatorVersion() },
    asOf,
    locale,
    period: {
      ...period,
      state: asOf >= period.until ? 'over' : asOf < period.from ? 'ahead' : 'running',
      empty: receipts === 0,
      receipts,
    },
    ...(system === undefined ? {} : { system }),
    verdict: worst(chains),
    parameters,
    chains,
    figures: figures.snapshot(),
    provisions: {
      tables: [aiActProvisions, gdprProvisions].map(({ source, version, date }) => ({ source, version, date })),
      findings: assessProvisions(counts, { period, asOf, system, chains: assessed, level: parameters.level }),
    },
    crosswalks: crosswalkFindings(counts),
  }
}
