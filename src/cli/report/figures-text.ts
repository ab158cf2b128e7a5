/** The figures of a report as text for a terminal. */
import type { AttributeFairness } from '../../report/statistics/fairness.js'
import { wilson } from '../../report/statistics/intervals.js'
import type { QuantilesSnapshot } from '../../report/statistics/quantiles.js'
import type { LabelCounts } from '../../report/statistics/tally.js'
import type { ChainFindings, Report } from '../../report/types.js'
import type { Io } from '../io.js'
import { printable } from '../printable.js'
import { paintVerdict } from '../verdict.js'
import { table } from './table.js'
import { absenceText, duration, estimateText, failureText, idleText, intervalText, levelText } from './words.js'

const MOST_ROWS = 20

type Lines = readonly string[]

const titled = (title: string, lines: Lines): Lines => (lines.length === 0 ? [] : ['', title, ...lines])

function more(rows: number): Lines {
  return rows > MOST_ROWS ? [`  … and ${rows - MOST_ROWS} more (--json has them all)`] : []
}

function chainLines({ chainId, verdict, checked, counted, scope, period, counts }: ChainFindings, io: Io): Lines {
  const left = checked - counted
  const codes = Object.entries(counts).map(([code, count]) => `${code} ${count}`)
  const range = scope.fromSeq === undefined ? '' : `, seq ${scope.fromSeq} to ${scope.toSeq}`
  return [
    `${paintVerdict(verdict, io)}  chain ${printable(chainId)}${range}, ${checked} receipts checked${left > 0 ? `, ${left} left out` : ''}, ${period.receipts} in the period`,
    ...(codes.length === 0 ? [] : [`  counts  ${codes.join(', ')}`]),
  ]
}

function labelLines(title: string, { labels, other }: LabelCounts): Lines {
  const n = labels.reduce((sum, { count }) => sum + count, other)
  if (n === 0) return []
  const rows = labels.slice(0, MOST_ROWS).map(({ label, count }) => [label, String(count)])
  if (other > 0) rows.push(['(others)', String(other)])
  return titled(`${title} (n = ${n})`, [...table(['', 'count'], rows), ...more(labels.length)])
}

function actionLines({ figures, parameters }: Report): Lines {
  const { labels, other } = figures.counts.actions
  const n = labels.reduce((sum, { count }) => sum + count, other)
  if (n === 0) return []
  const { level } = parameters
  const row = (name: string, count: number) => [name, estimateText(wilson(count, n, { level }))]
  const rows = labels.slice(0, MOST_ROWS).map(({ label, count }) => row(label, count))
  if (other > 0) rows.push(row('(others)', other))
  return titled('Actions of decisions', [...table(['', 'rate'], rows), ...more(labels.length)])
}

function quantileRow(name: string, { n, quantiles, level, absent, max }: QuantilesSnapshot): readonly string[] {
  if (n === 0 || quantiles.length === 0) return [name, String(n), absenceText(absent), '', '']
  const at = (q: number): string => {
    const found = quantiles.find((one) => one.q === q)
    if (found === undefined) return ''
    const { lower, upper } = found.interval
    const ends = [lower, upper].map((end) => (end === undefined ? '?' : duration(end)))
    return `${duration(found.value)} (${ends.join(' to ')})`
  }
  return [name, String(n), at(0.5), at(0.95), max === undefined ? '' : duration(max), levelText(level)]
}

function timeLines({ figures }: Report): Lines {
  const { latency, oversight } = figures
  const rows = [
    quantileRow('latency', latency),
    quantileRow('at a review', oversight.timeAtReview),
    quantileRow('to first review', oversight.timeToFirstReview),
    quantileRow('request to answer', oversight.timeToAnswer),
  ].filter(([, n]) => n !== '0')
  return rows.length === 0
    ? []
    : titled('Times', table(['', 'n', 'median (interval)', '95 % below (interval)', 'longest', 'level'], rows))
}

function checkLines({ figures }: Report): Lines {
  const { checks, decisions, decisionsWithoutChecks } = figures.checks
  const rows = checks.slice(0, MOST_ROWS).map(({ name, fireRate, notEvaluated }) => {
    const { error, timeout, skipped } = notEvaluated
    return [name, estimateText(fireRate), String(error + timeout), String(skipped)]
  })
  if (rows.length === 0) return []
  const without =
    decisionsWithoutChecks > 0 ? [`  ${decisionsWithoutChecks} of ${decisions} decisions carry no check`] : []
  return titled('Checks', [...table(['', 'fired', 'failed', 'skipped'], rows), ...more(checks.length), ...without])
}

function failureLines(report: Report): Lines {
  const { figures, parameters, chains } = report
  const { estimate, sequence } = figures.failure
  const { p0, p1, alpha, beta } = parameters.sprt
  const always =
    sequence.interval === undefined
      ? []
      : [
          `  valid at every look  ${intervalText({ lower: sequence.interval.lower, upper: sequence.interval.upper })}, ${levelText(parameters.level)} confidence sequence`,
        ]
  const tests = chains.flatMap(({ chainId, monitor }) => {
    const { sprt, change, decisions, flags } = monitor
    if (decisions === 0) return []
    const { decided, openFlags, open } = sprt
    const open_ = flags.filter(({ acknowledged }) => !acknowledged).map(({ seq }) => seq)
    return [
      `  SPRT      ${printable(chainId)}: ${sprt.status}, n = ${sprt.n}, ${decided.withinLimit} cycles within the limit, ${decided.flagged} flagged (${openFlags} open${open_.length === 0 ? '' : `: seq ${open_.join(', ')}`}), ${open.n} since`,
      `  change    ${printable(chainId)}: ${change.changes === 0 ? 'none' : change.changes} found, n = ${change.n}, on average a false alarm in ${change.averageRunLength} decisions at most`,
    ]
  })
  return titled('Failures', [
    `  rule      ${failureText(parameters.failure)}`,
    ...idleText(report).map((text) => `  note      ${text}`),
    `  rate      ${estimateText(estimate)}`,
    ...always,
    ...tests,
    ...(tests.length === 0
      ? []
      : [`  SPRT with p0 ${p0}, p1 ${p1}, alpha ${alpha}, beta ${beta}, over each chain from its first receipt on`]),
  ])
}

function oversightLines({ figures }: Report): Lines {
  const { oversight, decisions, override, oversightWhereAsked, requests } = figures.oversight
  if (decisions === 0) return []
  return titled('People', [
    ...table(
      ['', 'rate'],
      [
        ['reviewed decisions', estimateText(oversight.rate)],
        ['of those that ask for it', estimateText(oversightWhereAsked.rate)],
        ['reviews that did not follow', estimateText(override)],
      ],
    ),
    ...(requests.made === 0 ? [] : [`  ${requests.made} requests, ${requests.open} open`]),
  ])
}

function attributeLines({ attribute, groups, comparisons, comparisonLevel }: AttributeFairness): Lines {
  const rows = groups.map(({ group, selection, warnings }) => [group, estimateText(selection), warnings.join(', ')])
  const against = comparisons.map(({ group, reference, ratio, conclusion, belowThreshold, absent }) => {
    const value = ratio.ratio === undefined ? absenceText(absent ?? ratio.absent) : ratio.ratio.toFixed(3)
    const ends =
      ratio.interval === undefined
        ? ''
        : `${ratio.interval.lower.toFixed(3)} to ${ratio.interval.upper?.toFixed(3) ?? '…'}`
    const sizes = `${ratio.first.n} and ${ratio.second.n}`
    return [
      `${group} / ${reference}`,
      value,
      ends,
      sizes,
      [belowThreshold ? 'below' : '', conclusion ?? ''].filter((one) => one !== '').join(', '),
    ]
  })
  const level = comparisonLevel === undefined ? '' : ` (${levelText(comparisonLevel)})`
  return [
    ...titled(`Selection rates by ${printable(attribute, 60)}`, table(['', 'favourable', 'warnings'], rows)),
    ...(against.length === 0 ? [] : table(['against', 'ratio', `interval${level}`, 'n', 'threshold'], against)),
  ]
}

function gapLines({ chains }: Report): Lines {
  const rows = chains.flatMap(({ chainId, gaps }) =>
    gaps.unusual
      .slice(0, MOST_ROWS)
      .map(({ from, to, ms, explanation }) => [
        chainId,
        new Date(from).toISOString(),
        new Date(to).toISOString(),
        duration(ms),
        explanation,
      ]),
  )
  return rows.length === 0 ? [] : titled('Unusual gaps', table(['chain', 'from', 'to', 'length', 'explained'], rows))
}

/**
 * @param report - from `buildReport`
 * @param io - the process
 * @returns its figures, each with its sample size and its interval
 */
export function figuresText(report: Report, io: Io): string {
  const { period, chains, figures } = report
  const lines = [
    ...chains.flatMap((chain) => chainLines(chain, io)),
    '',
    `Period ${period.from} until ${period.until}${period.state === 'over' ? '' : ' (not over yet)'}: ${period.empty ? 'EMPTY, no receipt in it, which shows nothing' : `${period.receipts} receipts`}`,
  ]
  if (!period.empty)
    lines.push(
      ...failureLines(report),
      ...actionLines(report),
      ...labelLines('Event types', figures.counts.eventTypes),
      ...labelLines('Models', figures.counts.models),
      ...checkLines(report),
      ...(figures.errors.estimate.n === 0 ? [] : titled('Errors', [`  ${estimateText(figures.errors.estimate)}`])),
      ...labelLines('Error codes', figures.errors.codes),
      ...timeLines(report),
      ...oversightLines(report),
      ...figures.fairness.attributes.flatMap(attributeLines),
      ...gapLines(report),
    )
  return `${lines.join('\n')}\n`
}
