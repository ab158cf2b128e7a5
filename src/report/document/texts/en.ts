/** The English texts of a report. */
import { formatOf } from '../format.js'
import { figures } from './en/figures.js'
import { law } from './en/law.js'
import { records } from './en/records.js'
import { words } from './en/words.js'

/** @returns All texts, in English: their shape is that of every language. */
export function englishTexts() {
  const f = formatOf('en')
  return { words: words(f), ...records(f), ...figures(f), ...law(f) }
}

/** The texts of one language. */
export type Texts = ReturnType<typeof englishTexts>
