/** Die deutschen Texte eines Berichts. */
import { formatOf } from '../format.js'
import { figures } from './de/figures.js'
import { law } from './de/law.js'
import { records } from './de/records.js'
import { words } from './de/words.js'
import type { Texts } from './en.js'

/** @returns All texts, in German. */
export function germanTexts(): Texts {
  const f = formatOf('de')
  return { words: words(f), ...records(f), ...figures(f), ...law(f) }
}
