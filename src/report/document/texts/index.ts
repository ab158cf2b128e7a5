/** The texts of a report by language. */
import type { Locale } from '../../types.js'
import { germanTexts } from './de.js'
import { englishTexts, type Texts } from './en.js'

const made = new Map<Locale, Texts>()
const make: Readonly<Record<Locale, () => Texts>> = { en: englishTexts, de: germanTexts }

/**
 * The texts of one language.
 *
 * @param locale - The language.
 * @returns The same object at every call.
 */
export function textsOf(locale: Locale): Texts {
  const texts = made.get(locale) ?? make[locale]()
  made.set(locale, texts)
  return texts
}
