/** How the figures are made, and which texts were read. */

import { sourceById } from '../../articles/lookups.js'
import { legalSources } from '../../articles/sources.js'
import { sourceText, textAddress } from '../../articles/texts.js'
import type { Context } from '../context.js'
import { paragraph, section, table } from '../phrase.js'
import type { Section } from '../types.js'

/** @returns Methods with their literature, and the texts of law with how they were read. */
export function sources(context: Context): Section {
  const { report, texts, format, locale } = context
  const t = texts.sources
  const used = report.provisions.tables.map(({ source, version, date }) => {
    const row = sourceById(source)
    return t.tableVersion(row === undefined ? source : sourceText(row, locale).name, version, format.day(date))
  })
  return section('sources', t.title, [
    paragraph(t.methodsIntro),
    table(t.methodsCaption, [t.figure, t.method, t.literature], t.methods),
    table(
      t.textsCaption,
      [t.text, t.reference, t.read, t.note],
      legalSources.map((source) => {
        const { name, reference, note } = sourceText(source, locale)
        const day = format.day(source.checkedOn)
        return [
          { kind: 'link', text: name, href: textAddress(source.address, locale) as `https://${string}` },
          reference,
          source.verified ? day : t.notRead(day),
          note ?? t.noNote,
        ]
      }),
    ),
    paragraph(used.length === 0 ? t.noTables : t.tables([used.join('; ')])),
  ])
}
