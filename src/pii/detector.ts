/** What a detector is: it looks through one folded text and reports what it is sure enough of. */

/** The types that come with the package. A detector of one's own may report others: upper case, digits and `_`. */
export type PiiType =
  | 'CREDIT_CARD'
  | 'CRYPTO_WALLET'
  | 'DATE_OF_BIRTH'
  | 'EMAIL'
  | 'GEO'
  | 'IBAN'
  | 'IP'
  | 'MAC'
  | 'NATIONAL_ID'
  | 'PASSPORT'
  | 'PERSON'
  | 'PHONE'
  | 'SECRET'
  | 'STREET_ADDRESS'
  | 'TAX_ID'
  | 'URL'
  | 'VAT'

/** Growing list of offsets; only the first `length` entries of `at` count. */
export interface Positions {
  readonly length: number
  readonly at: Int32Array
}

/**
 * One text as detectors see it: evasions folded away, and the places listed where something can be. A detector walks the
 * lists, never the whole text character by character, and validates by hand at each place.
 */
export interface Haystack {
  /** After folding. Offsets that a detector reports are UTF-16 offsets into this. */
  readonly text: string
  /** Maximal runs of the digits 0-9, flat: start, end (exclusive), start, end … */
  readonly digits: Positions
  /** Every `@`. */
  readonly ats: Positions
  /** Every `:`. */
  readonly colons: Positions
  /** Every `=`. */
  readonly equals: Positions
  /** Words that name the place, as of a member: `home phone`. Lower case; empty where nothing is known. */
  readonly hint: string
  /**
   * @param offset - into the text
   * @returns the words at the head of the table's column that the offset stands in, lower case; empty where there is none
   */
  columnAt(offset: number): string
  /**
   * To be called once for each candidate that costs more than a glance.
   *
   * @throws QuittanceError `PII_BUDGET` when the text has used up its time
   */
  step(): void
}

/**
 * Takes one finding.
 *
 * @param start - first UTF-16 offset into the folded text
 * @param end - the offset behind the last
 * @param type - one of the detector's types
 * @param score - 0 to 1: how sure it is, context included
 * @param reason - why, in a few words of the detector's own; never the value or a part of it
 */
export type Report = (start: number, end: number, type: string, score: number, reason: string) => void

/** Finds values of one or more types in a text. It holds no state between texts. */
export interface Detector {
  /** Kebab-case, unique in one redactor; stands in the configuration's digest and beside each finding. */
  readonly name: string
  /** Changes whenever what it finds changes. */
  readonly version: string
  /** What it may report. */
  readonly types: readonly string[]
  /** Whether ids that machines make (`traceId`, digests) are looked through as well: only where chance can't make a find. */
  readonly machine?: boolean | undefined
  /** What changes its findings, as plain JSON, for the configuration's digest. */
  readonly config?: unknown
  /**
   * Reports what it finds, in any order, overlaps allowed. Its time is linear in the length of the text: every run it
   * follows is bounded. What it says of one place depends on at most `REACH` characters on either side of the finding.
   */
  find(haystack: Haystack, report: Report): void
}

/** How many characters beside a finding may have a say in it. */
export const REACH = 96
