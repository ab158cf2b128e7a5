import type { Locale } from '../../types.js'
import type { PageTexts } from '../texts/types.js'

/** What every part of the page needs to know to be written. */
export interface RenderContext {
  readonly locale: Locale
  readonly texts: PageTexts
  /** Ids of the rows of receipts that the file holds. */
  readonly rows: ReadonlySet<string>
  /** @returns a number that was not given before, for ids */
  next(): number
}
