/** What every section is written from. */
import type { Locale, Report, ReportSeal } from '../types.js'
import type { Format } from './format.js'
import type { Texts } from './texts/en.js'

/** The report, and how to speak of it. */
export interface Context {
  readonly report: Report
  readonly locale: Locale
  readonly seal?: ReportSeal | undefined
  readonly texts: Texts
  readonly format: Format
}
