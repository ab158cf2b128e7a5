/** The coverage on a terminal. Names come from receipts: every one is escaped. */
import type { CoverageCase, CoverageClear, CoverageFigures, CoverageFinding } from '../../report/coverage/types.js'
import type { Coverage } from '../../report/coverage.js'
import type { ReceiptRef } from '../../report/statistics/receipt-ref.js'
import { colorsFor, type Io } from '../io.js'
import { printable } from '../printable.js'
import { paintVerdict } from '../verdict.js'
import { durationText } from './duration.js'
import { type CoverageWords, coverageWords } from './words.js'

const WIDTH = 18
const MOST_NAMES = 12
const MOST_CASES = 10

const row = (head: string, value: string): string => `  ${head.padEnd(WIDTH)}  ${value}`

const placeOf = ({ seq, chainId }: ReceiptRef, several: boolean): string =>
  several ? `${printable(chainId)} seq ${seq}` : `seq ${seq}`

function namesOf(
  labels: readonly { readonly label: string; readonly count: number }[],
  others: number,
  words: CoverageWords,
): string {
  const shown = labels.slice(0, MOST_NAMES).map(({ label, count }) => `${printable(label, 100)} ${count}`)
  const rest = others + labels.slice(MOST_NAMES).reduce((sum, { count }) => sum + count, 0)
  if (rest > 0) shown.push(words.further(rest))
  return shown.join(', ')
}

function caseLines(
  cases: readonly CoverageCase[],
  count: number,
  several: boolean,
  words: CoverageWords,
): readonly string[] {
  const lines = cases.slice(0, MOST_CASES).map(({ receipt, since, until, ms, tool, effect }) => {
    const place = receipt === undefined ? '' : placeOf(receipt, several)
    const what = [tool, effect].filter((part) => part !== undefined).map((part) => printable(part, 100))
    const time =
      until === undefined ? words.waits(since, durationText(ms)) : words.silent(since, until, durationText(ms))
    return `      ${[place, what.join(' '), time].filter((part) => part !== '').join('  ')}`
  })
  return count > lines.length ? [...lines, `      ${words.further(count - lines.length)}`] : lines
}

function findingLines(finding: CoverageFinding, several: boolean, words: CoverageWords, io: Io): string[] {
  const { code, count, n, receipts, undecided, first, last, cases, title, recommendation } = finding
  const { yellow, dim } = colorsFor(io, io.stdout)
  const places =
    first === undefined || last === undefined
      ? undefined
      : first.receiptId === last.receiptId
        ? words.at(placeOf(first, several))
        : words.from(placeOf(first, several), placeOf(last, several))
  const facts = [
    words.share(count, n),
    receipts === undefined || receipts === 0 ? undefined : words.naming(receipts),
    undecided === undefined ? undefined : words.undecided(undecided),
    places,
  ].filter((part) => part !== undefined)
  return [
    `  ${yellow(code)}  ${title}: ${facts.join(', ')}`,
    ...(cases === undefined ? [] : caseLines(cases, count, several, words)),
    `      ${dim(recommendation)}`,
  ]
}

function clearLine(clear: readonly CoverageClear[], words: CoverageWords): string[] {
  const looked = clear.filter(({ n }) => n > 0).map(({ code, n }) => `${code} ${words.share(0, n)}`)
  const not = clear.filter(({ n }) => n === 0).map(({ code }) => code)
  return [
    ...(looked.length === 0 ? [] : [row(words.clear, looked.join(', '))]),
    ...(not.length === 0 ? [] : [row(words.nothing, not.join(', '))]),
  ]
}

function figureLines(figures: CoverageFigures, several: boolean, words: CoverageWords, io: Io): string[] {
  const { eventTypes, models, withoutModel, capture, findings, clear, notSeen } = figures
  const by = capture.by.map(({ method, name, version, count }) => ({
    label: [method, name, version].filter((part) => part !== undefined).join(' '),
    count,
  }))
  const list = (names: string, without: number) =>
    [names, without > 0 ? words.without(without) : ''].filter((part) => part !== '').join(', ') || words.none
  const notes = [
    notSeen.linksElsewhere > 0 ? words.elsewhere(notSeen.linksElsewhere) : undefined,
    notSeen.beforeBeginning > 0 ? words.before(notSeen.beforeBeginning) : undefined,
    notSeen.forgottenReceipts > 0 ? words.forgotten(notSeen.forgottenReceipts) : undefined,
  ].filter((note) => note !== undefined)
  return [
    row(words.seen, namesOf(eventTypes.seen, 0, words) || words.none),
    row(words.missing, eventTypes.missing.map(({ eventType }) => eventType).join(', ') || words.none),
    row(words.models, list(namesOf(models.labels, models.other, words), withoutModel)),
    row(words.capture, list(namesOf(by, capture.other, words), capture.without)),
    ...notes.map((note) => `  ${note}`),
    '',
    findings.length === 0 ? words.noFindings : words.findings(findings.length),
    ...findings.flatMap((finding) => findingLines(finding, several, words, io)),
    ...clearLine(clear, words),
  ]
}

/**
 * @param coverage - what was found
 * @param trust - how many keys
 * @param origin - where they are from
 * @param io - the process
 * @returns it for people: each chain's verdict, the figures of all, the findings
 */
export function coverageText(coverage: Coverage, trust: number, origin: string, io: Io): string {
  const words = coverageWords[coverage.locale]
  const { chains, period } = coverage
  const lines = chains.flatMap(({ verdict, chainId, receipts, checked, counted, counts }) => [
    `${paintVerdict(verdict, io)}  ${words.chain} ${printable(chainId)}, ${words.receipts(receipts)}`,
    ...(counted === checked ? [] : [`  ${words.leftOut(checked - counted)}`]),
    ...(Object.keys(counts).length === 0
      ? []
      : [
          `  ${Object.entries(counts)
            .map(([code, count]) => `${code} ${count}`)
            .join(', ')}`,
        ]),
  ])
  if (chains.length === 0) lines.push(`${paintVerdict(coverage.verdict, io)}  ${words.noChain}`)
  if (period !== undefined) lines.push(row(words.period, `${period.from}/${period.until}`))
  lines.push(row(words.trust, printable(words.keys(trust, origin))))
  if (chains.length > 1) lines.push('', `${words.all(chains.length)}, ${words.receipts(coverage.receipts)}`)
  lines.push(...figureLines(coverage, chains.length > 1, words, io), '', coverage.limits)
  return `${lines.join('\n')}\n`
}
