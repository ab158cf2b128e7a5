/** The words of the tables in the language of a reader. */
import type { Locale } from '../types.js'
import { germanCrosswalks, germanDates, germanProvisions, germanSources } from './de.js'
import type {
  ApplicationDate,
  Crosswalk,
  CrosswalkEntry,
  CrosswalkGroup,
  CrosswalkText,
  DateText,
  LegalSource,
  Provision,
  ProvisionText,
  SourceText,
} from './types.js'

/**
 * What a provision says, in a language.
 *
 * @param provision - of the tables
 * @param locale - the reader's language
 * @returns the official title of the article in that language, and our words for the rest; `shows` in the order of the
 * provision's `evidence`
 * @throws RangeError when the provision isn't in the tables of that language
 */
export function provisionText(provision: Provision, locale: Locale): ProvisionText {
  if (locale === 'de') return found(germanProvisions[provision.id], provision.id)
  const { title, asks, evidence, cannotShow, applicationNote } = provision
  return { title, asks, shows: evidence.map(({ shows }) => shows), cannotShow, ...withNote({ applicationNote }) }
}

/**
 * What a day of application is about, in a language.
 *
 * @param date - of the table
 * @param locale - the reader's language
 * @returns what applies from that day, and what sets the day
 * @throws RangeError when the day isn't in the table of that language
 */
export function dateText(date: ApplicationDate, locale: Locale): DateText {
  return locale === 'de' ? found(germanDates[date.id], date.id) : { applies: date.applies, basis: date.basis }
}

/**
 * What an entry of a crosswalk says, in a language.
 *
 * @param crosswalk - the framework
 * @param entry - one of its entries
 * @param locale - the reader's language
 * @returns its short name, and why receipts speak to it
 * @throws RangeError when the entry isn't in the table of that language
 */
export function crosswalkText(
  crosswalk: Pick<Crosswalk, 'framework'>,
  entry: Pick<CrosswalkEntry, 'id' | 'name' | 'reason'>,
  locale: Locale,
): CrosswalkText {
  if (locale !== 'de') return { name: entry.name, reason: entry.reason }
  return found(germanCrosswalks[crosswalk.framework]?.entries[entry.id], `${crosswalk.framework} ${entry.id}`)
}

/**
 * The name of a part of a framework, in a language.
 *
 * @param crosswalk - the framework
 * @param group - one of its parts
 * @param locale - the reader's language
 * @returns the name
 * @throws RangeError when the part isn't in the table of that language
 */
export function crosswalkGroupText(
  crosswalk: Pick<Crosswalk, 'framework'>,
  group: CrosswalkGroup,
  locale: Locale,
): string {
  if (locale !== 'de') return group.name
  return found(germanCrosswalks[crosswalk.framework]?.groups[group.id], `${crosswalk.framework} ${group.id}`)
}

/**
 * What a source is called and how it was read, in a language.
 *
 * @param source - of the table
 * @param locale - the reader's language
 * @returns its name, how one cites it, and a note where there is one
 * @throws RangeError when the source isn't in the table of that language
 */
export function sourceText(source: LegalSource, locale: Locale): SourceText {
  if (locale === 'de') return found(germanSources[source.id], source.id)
  const { name, reference, note } = source
  return { name, reference, ...(note === undefined ? {} : { note }) }
}

/**
 * The address of a text on EUR-Lex, in a language.
 *
 * @param address - as in the tables
 * @param locale - the reader's language
 * @returns the address of the text in that language, where EUR-Lex has it; otherwise the same
 */
export function textAddress(address: string, locale: Locale): string {
  return address.replace('/legal-content/EN/', `/legal-content/${locale.toUpperCase()}/`)
}

const withNote = ({ applicationNote }: Pick<Provision, 'applicationNote'>) =>
  applicationNote === undefined ? {} : { applicationNote }

function found<T>(text: T | undefined, id: string): T {
  if (text === undefined) throw new RangeError(`the tables have no German text for ${id}`)
  return text
}
