/** What receipts show of each provision. */
import { provisionById } from '../../articles/lookups.js'
import { provisionText } from '../../articles/texts.js'
import type { Context } from '../context.js'
import { code, paragraph, section, see, table } from '../phrase.js'
import type { Section } from '../types.js'
import { citeOf, provision, sectionIdOf, stateOf } from './provision.js'

/** @returns The states in one table, then each provision. */
export function articles(context: Context): Section {
  const { report, texts, locale } = context
  const t = texts.articles
  const findings = report.provisions.findings.map((finding) => ({ finding, row: provisionById(finding.id) }))
  return section('articles', t.title, [
    paragraph(t.intro),
    table(
      t.tableCaption,
      [t.provision, t.officialTitle, t.state, t.applies],
      findings.map(({ finding, row }) => [
        see(sectionIdOf(finding), row === undefined ? finding.id : citeOf(context, row)),
        row === undefined ? texts.crosswalks.unknown : provisionText(row, locale).title,
        stateOf(context, finding),
        t.appliesText[finding.applies],
      ]),
    ),
    table(
      t.statesCaption,
      [t.state, t.means],
      (Object.keys(t.states) as (keyof typeof t.states)[]).map((state) => [
        { kind: 'state', state, text: t.states[state] },
        t.stateMeans[state],
      ]),
    ),
    ...findings.map(({ finding, row }) =>
      row === undefined
        ? section(sectionIdOf(finding), finding.id, [
            paragraph(stateOf(context, finding), ' ', code(finding.id), ': ', texts.crosswalks.unknown),
          ])
        : provision(context, finding, row),
    ),
  ])
}
