/** A report in words. */
import type { Locale, Report, ReportSeal } from '../types.js'
import type { Context } from './context.js'
import { formatOf } from './format.js'
import { paragraph } from './phrase.js'
import { about } from './sections/about.js'
import { articles } from './sections/articles.js'
import { chains } from './sections/chains.js'
import { checks } from './sections/checks.js'
import { crosswalks } from './sections/crosswalks.js'
import { applicationDays } from './sections/dates.js'
import { decisions } from './sections/decisions.js'
import { failures } from './sections/failures.js'
import { fairness } from './sections/fairness.js'
import { gaps } from './sections/gaps.js'
import { latency } from './sections/latency.js'
import { oversight } from './sections/oversight.js'
import { personalData } from './sections/personal-data.js'
import { seal } from './sections/seal.js'
import { sources } from './sections/sources.js'
import { summary } from './sections/summary.js'
import { verification } from './sections/verification.js'
import { textsOf } from './texts/index.js'
import type { Document } from './types.js'

/** In which language, and how the report was sealed. */
export interface OutlineOptions {
  /** Default: the report's. */
  readonly locale?: Locale | undefined
  /** Absent: the text says that the report isn't sealed. */
  readonly seal?: ReportSeal | undefined
}

const sections = [
  summary,
  about,
  verification,
  chains,
  decisions,
  failures,
  checks,
  latency,
  oversight,
  fairness,
  gaps,
  personalData,
  articles,
  crosswalks,
  applicationDays,
  sources,
  seal,
] as const

/**
 * The text of a report, in one language and in no format: Markdown, HTML and PDF are set from it.
 *
 * @param report - The data.
 * @param options - Language and seal.
 * @returns A tree whose strings are data: receipts' texts stand in it as they are.
 */
export function outlineOf(report: Report, options: OutlineOptions = {}): Document {
  const locale = options.locale ?? report.locale
  const context: Context = { report, locale, seal: options.seal, texts: textsOf(locale), format: formatOf(locale) }
  const { texts } = context
  const { period } = report
  return {
    locale,
    title: texts.words.documentTitle(report.system?.name),
    lead: [paragraph(texts.lead(texts.words.receipts(period.receipts), texts.words.chains(report.chains.length)))],
    sections: sections.map((write) => write(context)),
  }
}
