/** What was replaced before it was hashed. */
import type { Context } from '../context.js'
import { estimate, shareOf } from '../estimates.js'
import { code, paragraph, section, table } from '../phrase.js'
import type { Section } from '../types.js'

/** @returns Redactions by type. */
export function personalData(context: Context): Section {
  const { report, texts, format } = context
  const t = texts.redactions
  const { redactions, counts } = report.figures
  const types = Object.entries(redactions.types).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return section('personal-data', t.title, [
    paragraph(t.intro),
    redactions.receipts === 0
      ? paragraph(t.none)
      : paragraph(t.estimate(estimate(context, shareOf(context, redactions.receipts, counts.receipts)))),
    table(
      t.caption,
      [t.type, `>${t.times}`],
      types.map(([type, times]) => [code(type), format.number(times)]),
    ),
    paragraph(t.pseudonyms),
  ])
}
