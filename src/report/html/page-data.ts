/** The data of the page, so written that no part of it can end its element or be taken for markup. */
import type { Locale, ReportSeal } from '../types.js'

/** What the script needs beside the report. */
export interface PageData {
  readonly locale: Locale
  /** Of the report, as its maker computed it. */
  readonly digest: string
  readonly seal?: ReportSeal | undefined
}

/** The id of the element that holds the report's JSON. */
export const REPORT_ELEMENT = 'quittance-report'
/** The id of the element that holds a `PageData` as JSON. */
export const PAGE_ELEMENT = 'quittance-page'

/**
 * Writes JSON so that it can stand in an HTML script element: the same value to every JSON parser.
 *
 * @param json - any JSON text
 * @returns the text with `<`, `>`, `&`, U+2028 and U+2029 as escapes, which in JSON stand only inside strings
 */
export function inScript(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
