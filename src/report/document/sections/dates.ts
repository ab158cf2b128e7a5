/** From when what applies. */
import { applicationDates } from '../../articles/dates.js'
import { sourceById } from '../../articles/lookups.js'
import { dateText, sourceText, textAddress } from '../../articles/texts.js'
import type { Context } from '../context.js'
import { joined, paragraph, phrase, section, table } from '../phrase.js'
import type { Phrase, Section } from '../types.js'

/** @returns The table of days, each with the provision that sets it. */
export function applicationDays(context: Context): Section {
  const { texts, format, locale } = context
  const t = texts.dates
  return section('application-dates', t.title, [
    paragraph(t.intro(applicationDates.version, format.day(applicationDates.date))),
    table(
      t.caption,
      [t.day, t.applies, t.basis, t.before, t.sources],
      applicationDates.dates.map((date) => {
        const { applies, basis } = dateText(date, locale)
        return [
          format.day(date.date),
          applies,
          basis,
          date.replaces === undefined ? t.unchanged : format.day(date.replaces),
          phrase([joined(date.sources.map((id) => linkTo(context, id))), date.verified ? '' : t.unread]),
        ]
      }),
    ),
  ])
}

function linkTo({ locale }: Context, id: string): Phrase {
  const source = sourceById(id)
  if (source === undefined) return [id]
  return [
    {
      kind: 'link',
      text: sourceText(source, locale).name,
      href: textAddress(source.address, locale) as `https://${string}`,
    },
  ]
}
