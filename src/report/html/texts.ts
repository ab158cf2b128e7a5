/** The page's own words, by language. */
import type { Locale } from '../types.js'
import { de } from './texts/de.js'
import { en } from './texts/en.js'
import type { PageTexts } from './texts/types.js'

const all: Readonly<Record<Locale, PageTexts>> = { en, de }

/**
 * @param locale - the page's language
 * @returns its words
 */
export function pageTexts(locale: Locale): PageTexts {
  return all[locale]
}
