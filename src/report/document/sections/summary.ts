/** What matters first. */
import { idleChecks } from '../../idle-checks.js'
import type { Context } from '../context.js'
import { estimate } from '../estimates.js'
import { callout, code, facts, joined, list, paragraph, section, see } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'

/** @returns The verdict, what is missing, and the three most important facts. */
export function summary(context: Context): Section {
  const { texts } = context
  const t = texts.summary
  return section('summary', t.title, [
    ...callouts(context),
    overview(context),
    section('summary-missing', t.missingTitle, [missing(context)]),
    section('summary-facts', t.factsTitle, [mostImportant(context)]),
  ])
}

/** How many receipts or lines were looked at, and how many of them count. */
function totals({ report }: Context): {
  readonly checked: number
  readonly counted: number
  readonly open: number
  readonly raised: number
} {
  const sum = (of: (chain: (typeof report.chains)[number]) => number): number =>
    report.chains.reduce((total, chain) => total + of(chain), 0)
  return {
    checked: sum(({ checked }) => checked),
    counted: sum(({ counted }) => counted),
    open: sum(({ monitor }) => monitor.sprt.openFlags),
    raised: sum(({ monitor }) => monitor.sprt.flags.total),
  }
}

function callouts(context: Context): Block[] {
  const { report, texts, format } = context
  const t = texts.summary
  const { period, verdict } = report
  const { checked, counted, open } = totals(context)
  const blocks: Block[] = []
  const told = (tone: 'bad' | 'warning' | 'good' | 'neutral'): Block => {
    const concerned = report.chains.filter((chain) => chain.verdict === verdict).map(({ chainId }) => code(chainId))
    return callout(tone, t.verdictTitle[verdict], texts.words.verdictMeans[verdict], t.verdictChains(joined(concerned)))
  }
  if (report.chains.length === 0) blocks.push(callout('bad', t.noChainTitle, t.noChain))
  else if (verdict !== 'VALID') blocks.push(told(verdict === 'INVALID' ? 'bad' : 'warning'))
  if (period.empty) blocks.push(callout('warning', t.emptyTitle, t.empty(counted - period.receipts)))
  if (period.state === 'running') {
    blocks.push(callout('warning', t.runningTitle, t.running(format.time(report.asOf), format.time(period.until))))
  }
  if (period.state === 'ahead') {
    blocks.push(callout('warning', t.aheadTitle, t.ahead(format.time(report.asOf), format.time(period.from))))
  }
  // a good verdict says nothing good about a period that has nothing in it
  if (report.chains.length > 0 && verdict === 'VALID') blocks.push(told(period.empty ? 'neutral' : 'good'))
  if (counted < checked) blocks.push(callout('warning', t.leftOutTitle, t.leftOut(checked - counted, checked)))
  if (open > 0) {
    const where = report.chains
      .map(({ chainId, monitor }, i) => ({ chainId, open: monitor.sprt.openFlags, i }))
      .filter((chain) => chain.open > 0)
      .map(({ chainId, i }) => see(`failures-chain-${i + 1}`, chainId))
    blocks.push(callout('warning', t.flagsTitle, t.flags(open, joined(where))))
  }
  return blocks
}

function overview(context: Context): Block {
  const { report, texts, format } = context
  const t = texts.summary
  const { checked, counted, open, raised } = totals(context)
  const { ranges, cited, whole } = report.excerpt
  const inRanges = ranges.reduce((total, { lines }) => total + lines.length, 0)
  return facts([
    [t.verdict, { kind: 'verdict', verdict: report.verdict }],
    [t.period, texts.words.until(format.time(report.period.from), format.time(report.period.until))],
    [t.asOf, format.time(report.asOf)],
    [
      t.chains,
      report.chains.length === 0 ? texts.words.none : joined(report.chains.map(({ chainId }) => code(chainId))),
    ],
    [t.looked, format.number(checked)],
    [t.counted, format.number(counted)],
    [t.left, format.number(checked - counted)],
    [t.inPeriod, format.number(report.period.receipts)],
    [t.decisions, format.number(report.figures.failure.estimate.n)],
    [t.openFlags, t.openFlagsText(open, raised)],
    [t.embedded, report.period.empty ? t.embeddedEmpty(cited.length) : t.embeddedText(inRanges, cited.length, whole)],
  ])
}

function missing(context: Context): Block {
  const { report, texts } = context
  const t = texts.summary
  const items: Phrase[] = []
  if (report.period.empty) items.push(t.missingAll)
  for (const { chainId, counts, gaps } of report.chains) {
    const chain = code(chainId)
    for (const [name, times] of Object.entries(counts)) {
      const meaning = texts.verification.problem[name as keyof typeof texts.verification.problem]
      if (meaning !== undefined) items.push(t.missingProblem(code(name), times, meaning, chain))
    }
    const unexplained = gaps.unusual.filter(({ explanation }) => explanation === 'UNEXPLAINED').length
    if (unexplained > 0) items.push(t.missingGaps(unexplained, chain, see('gaps', texts.gaps.title)))
    if (gaps.declared.gaps > 0) items.push(t.missingDeclared(gaps.declared.gaps, gaps.declared.count, chain))
    if (gaps.heartbeats.dropped > 0) items.push(t.missingDropped(gaps.heartbeats.dropped, chain))
  }
  const { decisions, decisionsWithoutChecks } = report.figures.checks
  if (decisionsWithoutChecks > 0) {
    items.push(t.missingChecks(decisionsWithoutChecks, decisions, see('checks', texts.checks.title)))
  }
  const idle = idleChecks(report)
  if (idle.length > 0) items.push(t.missingRule(joined(idle.map(code)), see('failures', texts.failures.title)))
  const unproved = report.chains.filter(({ scope }) => scope.tail === 'unproved').map(({ chainId }) => code(chainId))
  if (unproved.length > 0) items.push(t.missingTail(joined(unproved)))
  if (items.length > 0) return list(items)
  return paragraph(t.missingNothing(see('verification-limits', texts.verification.limitsTitle)))
}

/** The failure rate first, then what stands out most. */
function mostImportant(context: Context): Block {
  const { report, texts } = context
  const { figures, chains } = report
  const t = texts.summary
  if (figures.failure.estimate.n === 0) return paragraph(t.noFacts)
  const found: Phrase[] = []
  const link = (id: string, title: string): Inline => see(id, title)
  const sum = (of: (chain: (typeof chains)[number]) => number): number =>
    chains.reduce((total, chain) => total + of(chain), 0)
  const failures = link('failures', texts.failures.title)

  found.push(t.failureFact(estimate(context, figures.failure.estimate), failures))
  const raised = sum(({ monitor }) => monitor.sprt.flags.total)
  const open = sum(({ monitor }) => monitor.sprt.openFlags)
  if (open > 0) found.push(t.flagFact(open, raised, failures))
  const changes = sum(({ monitor }) => monitor.change.changes)
  if (changes > 0)
    found.push(
      t.changeFact(
        changes,
        sum(({ monitor }) => monitor.change.n),
        failures,
      ),
    )
  const unexplained = sum(({ gaps }) => gaps.unusual.filter((gap) => gap.explanation === 'UNEXPLAINED').length)
  if (unexplained > 0) found.push(t.gapFact(unexplained, link('gaps', texts.gaps.title)))
  const comparisons = figures.fairness.attributes.flatMap((attribute) => attribute.comparisons)
  const below = comparisons.filter(({ conclusion }) => conclusion === 'BELOW').length
  if (below > 0) found.push(t.fairnessFact(below, comparisons.length, link('fairness', texts.fairness.title)))
  const { oversight } = figures
  const people = link('oversight', texts.oversight.title)
  if (oversight.requests.open > 0) found.push(t.requestsFact(oversight.requests.open, oversight.requests.made, people))
  found.push(
    oversight.oversightWhereAsked.rate.n > 0
      ? t.askedFact(estimate(context, oversight.oversightWhereAsked.rate), people)
      : t.overseenFact(estimate(context, oversight.oversight.rate), people),
  )
  found.push(t.errorFact(estimate(context, figures.errors.estimate), link('decisions', texts.decisions.title)))
  return list(found.slice(0, 3))
}
