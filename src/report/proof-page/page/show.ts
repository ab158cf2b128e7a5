/** Shows what was found: every text goes in as text, and nothing in it hides. */
import type { DecisionProofResult } from '../../../transparency/decision-proof-findings.js'
import { type ProofLocale, proofWords } from '../../../transparency/decision-proof-words.js'
import { byId, el } from '../../html/page/dom.js'
import { visible } from '../../text/visible.js'
import { proofPageTexts } from '../texts.js'

/**
 * @param verdict - a verdict, `NONE` or `BROKEN`
 * @param lines - what to say of it
 */
export function showVerdict(verdict: string, ...lines: readonly (string | undefined)[]): void {
  const box = byId('verdict', HTMLElement)
  box.dataset.verdict = verdict
  const said = lines.filter((line) => line !== undefined)
  box.replaceChildren(
    ...(verdict === 'NONE' || verdict === 'BROKEN' ? [] : [el('strong', {}, verdict)]),
    ...said.map((line) => el('p', {}, line)),
  )
}

function list(title: string, items: readonly { readonly code: string; readonly text: string }[], id: string): Node[] {
  if (items.length === 0) return []
  const rows = items.map(({ code, text }) => el('li', { 'data-code': code }, text, ' ', el('code', {}, code)))
  return [el('h2', {}, title), el('ul', { id }, ...rows)]
}

/**
 * @param result - of the verifier
 * @param trusted - whether the reader gave keys and a policy
 * @param locale - of the page
 */
export function showResult(result: DecisionProofResult, trusted: boolean, locale: ProofLocale): void {
  const texts = proofPageTexts[locale]
  const words = proofWords[locale]
  const { verdict, receipt, problems, proved, notProved } = result
  const said = words.proved(result)
  showVerdict(verdict, words.verdict[verdict], trusted ? undefined : texts.missingTrust)
  const facts = Object.entries(texts.members).flatMap(([name, title]) => {
    const value = (receipt as Readonly<Record<string, unknown>> | undefined)?.[name]
    return value === undefined ? [] : [el('tr', {}, el('th', { scope: 'row' }, title), el('td', {}, String(value)))]
  })
  const whole = el('pre')
  if (receipt !== undefined)
    // line breaks are ours, whatever else can't be seen is the receipt's
    whole.textContent = JSON.stringify(receipt, undefined, 2).split('\n').map(visible).join('\n')
  byId('found', HTMLElement).replaceChildren(
    ...list(
      texts.problems,
      problems.map(({ code, message }) => ({ code, text: message })),
      'problems',
    ),
    ...list(
      texts.proved,
      proved.map((code) => ({ code, text: said[code] })),
      'proved',
    ),
    ...(verdict === 'INVALID'
      ? [el('h2', {}, texts.proved), el('p', { id: 'not-judged' }, words.notJudged)]
      : list(
          texts.notProved,
          notProved.map((code) => ({ code, text: words.notProved[code] })),
          'not-proved',
        )),
    ...(receipt === undefined
      ? []
      : [
          el('h2', {}, texts.receipt),
          el('table', {}, el('tbody', {}, ...facts)),
          el('details', {}, el('summary', {}, texts.whole), whole),
        ]),
  )
}
