/** Says what was found: the headline, the checks behind it, the findings one by one. */
import type { Tone } from '../../document/types.js'
import type { Report } from '../../types.js'
import { rowId } from '../row-id.js'
import type { PageTexts } from '../texts/types.js'
import type { Outcome } from './check-report.js'
import type { Conclusion } from './conclude.js'
import { byId, type Child, el, shape } from './dom.js'
import type { KeyInFile } from './keys-in-file.js'

/** Findings that are listed; the others are counted. */
const LISTED = 100

const tones: Readonly<Record<Conclusion['word'], Tone>> = {
  CONSISTENT: 'neutral',
  VALID: 'good',
  INVALID: 'bad',
  INCOMPLETE: 'warning',
  NONE: 'warning',
}
const toneShapes: Readonly<Record<Tone, string>> = { neutral: 'info', good: 'check', warning: 'warning', bad: 'cross' }
const outcomeShapes: Readonly<Record<Outcome, string>> = { holds: 'check', differs: 'cross', unknown: 'dash' }

/**
 * @param tone - how it is meant
 * @param word - for programs, which is never a word of the text
 * @param lines - the headline, then sentences
 */
export function showVerdict(tone: Tone, word: string, lines: readonly Child[]): void {
  const box = byId('page-verdict', HTMLDivElement)
  box.className = `verdict ${tone}`
  box.dataset.verdict = word
  // what the report says of itself is shown otherwise where the file contradicts it
  document.documentElement.dataset.found = word
  const [headline, ...rest] = lines
  box.replaceChildren(
    shape(toneShapes[tone]),
    el('div', {}, el('p', { class: 'verdict-title' }, headline), ...rest.map((line) => el('p', {}, line))),
  )
}

function headline({ word, reported, readers }: Conclusion, texts: PageTexts['verification']): string {
  if (reported !== undefined) return texts.reported(reported)
  const trusted = readers !== undefined
  switch (word) {
    case 'CONSISTENT':
      return texts.consistent
    case 'VALID':
      return texts.valid
    case 'INVALID':
      return trusted ? texts.invalid : texts.inconsistent
    case 'INCOMPLETE':
      return trusted ? texts.incomplete : texts.incompleteHere
    case 'NONE':
      return texts.nothing
  }
}

interface PlacedProblem {
  readonly chainId: string
  readonly seq: number | undefined
  readonly receiptId: string | undefined
  readonly code: keyof PageTexts['problems']
  readonly message: string
}

const placed = ({ check }: Conclusion): readonly PlacedProblem[] =>
  check.chains.flatMap(({ chainId, problems }) =>
    problems.map(({ seq, receiptId, code, message }) => ({ chainId, seq, receiptId, code, message })),
  )

/** What contradicts says more than what is missing. */
const firstOf = (problems: readonly PlacedProblem[]): PlacedProblem | undefined =>
  problems.find(({ code }) => code !== 'KEY_UNKNOWN') ?? problems[0]

function sentences(
  conclusion: Conclusion,
  report: Report,
  { verification: texts, problems }: PageTexts,
  number: Numbers,
): Child[] {
  const { check, readers, word } = conclusion
  if (word === 'NONE') return []
  const unknown = check.chains.some(({ counts }) => (counts.KEY_UNKNOWN ?? 0) > 0)
  const first = firstOf(placed(conclusion))
  const place =
    first &&
    texts.firstProblem(
      first.chainId,
      first.seq === undefined ? '?' : String(first.seq),
      first.receiptId ?? '?',
      first.code,
      problems[first.code],
    )
  return [
    conclusion.reported === undefined ? undefined : texts.reportedMeans,
    place && (word === 'INVALID' || !unknown) ? el('strong', {}, place) : undefined,
    conclusion.digest.outcome === 'differs' ? texts.checks.digestDiffers(conclusion.digest.computed) : undefined,
    conclusion.seal.outcome === 'differs' && conclusion.seal.reason === 'other-digest'
      ? texts.checks.sealDiffers
      : undefined,
    conclusion.recount.outcome === 'differs' ? texts.checks.recountDiffers(differing(conclusion, texts)) : undefined,
    [
      texts.hold(number(check.holding.length), number(check.embedded)),
      report.period.empty
        ? texts.emptyPeriod
        : report.excerpt.whole
          ? texts.wholePeriod
          : texts.ofPeriod(number(inPeriod(report)), number(report.period.receipts)),
    ].join(' '),
    readers === undefined && word === 'INVALID' && conclusion.reported === undefined
      ? undefined
      : readers === undefined
        ? texts.keysProveNothing
        : texts.byReadersKeys(
            readers
              .entries()
              .map(({ keyId }) => keyId)
              .join(', '),
          ),
    readers !== undefined && unknown ? texts.unknownKeys : undefined,
  ].filter((line) => line !== undefined)
}

/** Lines that claim a time in the period. */
function inPeriod({ excerpt, period }: Report): number {
  const times = [...excerpt.ranges.flatMap(({ lines }) => lines), ...excerpt.cited].map(
    (line) => /"timestamp":"([^"]{24})"/.exec(line)?.[1] ?? '',
  )
  return times.filter((time) => time >= period.from && time < period.until).length
}

const differing = ({ recount }: Conclusion, texts: PageTexts['verification']): string =>
  recount.figures
    .filter(({ agrees }) => !agrees)
    .map(({ name }) => texts.figures[name])
    .join(', ')

function checkLine(outcome: Outcome, text: string, texts: PageTexts['verification']): HTMLElement {
  return el(
    'li',
    { class: outcome },
    shape(outcomeShapes[outcome]),
    el('span', {}, el('span', { class: 'hidden' }, `${texts.outcome[outcome]}: `), text),
  )
}

function showChecks(conclusion: Conclusion, texts: PageTexts['verification'], number: Numbers): void {
  const { check, digest, seal, recount } = conclusion
  const words = texts.checks
  const receipts: Outcome = check.verdict === 'VALID' ? 'holds' : check.verdict === 'INVALID' ? 'differs' : 'unknown'
  const sealText = {
    holds: words.sealHolds(seal.at.map(({ chainId, seq }) => `${chainId} ${seq}`).join(', ')),
    differs: seal.reason === 'unsigned' ? words.sealUnsigned : words.sealDiffers,
    unknown: words.sealNone,
  }[seal.outcome]
  const recountText = {
    holds: words.recountHolds(recount.figures.map(({ name }) => texts.figures[name]).join(', ')),
    differs: words.recountDiffers(differing(conclusion, texts)),
    unknown: recount.reason === 'not-whole' ? words.recountNotWhole : words.recountNotAll,
  }[recount.outcome]
  byId('page-checks', HTMLUListElement).replaceChildren(
    checkLine(receipts, words.receipts(number(check.holding.length), number(check.embedded)), texts),
    checkLine(
      digest.outcome,
      digest.outcome === 'holds' ? words.digestHolds : words.digestDiffers(digest.computed),
      texts,
    ),
    checkLine(seal.outcome, sealText, texts),
    checkLine(recount.outcome, recountText, texts),
    checkLine('unknown', words.notRecounted, texts),
  )
}

function showFindings(conclusion: Conclusion, texts: PageTexts, number: Numbers): void {
  const host = byId('page-findings', HTMLDivElement)
  const problems = placed(conclusion)
  const words = texts.verification
  if (problems.length === 0) {
    host.replaceChildren()
    return
  }
  const all = conclusion.check.chains
    .flatMap(({ counts }) => Object.entries(counts))
    .reduce((sum, [code, count]) => sum + (code in texts.problems ? (count ?? 0) : 0), 0)
  const row = ({ chainId, seq, receiptId, code }: PlacedProblem): HTMLElement => {
    const name = `${chainId} ${seq ?? ''}`.trim()
    const receipt = seq === undefined ? name : el('a', { class: 'receipt', href: `#${rowId(chainId, seq)}` }, name)
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, receipt, receiptId === undefined ? undefined : el('code', { class: 'id' }, receiptId)),
      el('td', {}, el('code', {}, code)),
      el('td', {}, texts.problems[code]),
    )
  }
  const shown = problems.slice(0, LISTED)
  host.replaceChildren(
    el('h3', {}, words.problemsTitle),
    el(
      'div',
      { class: 'table', role: 'group', 'aria-labelledby': 'page-problems-caption', tabindex: '0' },
      el(
        'table',
        {},
        el(
          'caption',
          { id: 'page-problems-caption' },
          words.problemsCaption(number(shown.length), number(Math.max(all, problems.length))),
        ),
        el('thead', {}, el('tr', {}, ...words.problemColumns.map((title) => el('th', { scope: 'col' }, title)))),
        el('tbody', {}, ...shown.map(row)),
      ),
    ),
  )
}

/** Writes a number in the page's language. */
export type Numbers = (value: number) => string

/**
 * @param conclusion - what was found
 * @param report - which it is about
 * @param texts - of the page
 * @param number - writes numbers
 */
export function showConclusion(conclusion: Conclusion, report: Report, texts: PageTexts, number: Numbers): void {
  const words = texts.verification
  const { word } = conclusion
  showVerdict(tones[word], word, [headline(conclusion, words), ...sentences(conclusion, report, texts, number)])
  showChecks(conclusion, words, number)
  showFindings(conclusion, texts, number)
}

/**
 * @param keys - of the file
 * @param texts - of the page
 * @param number - writes numbers
 */
export function showKeys(keys: readonly KeyInFile[], texts: PageTexts['verification'], number: Numbers): void {
  const line = ({ keyId, signed, vouchedFor }: KeyInFile): HTMLElement =>
    el(
      'li',
      {},
      el('code', {}, keyId),
      el(
        'span',
        {},
        [
          signed > 0 ? texts.signed(number(signed)) : '',
          vouchedFor.length > 0 ? texts.vouchesFor(number(vouchedFor.length)) : '',
        ]
          .filter(Boolean)
          .join(', '),
      ),
    )
  byId('page-keys', HTMLUListElement).replaceChildren(...keys.map(line))
}
