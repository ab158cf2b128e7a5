/** A report in each of its formats; what makes a format is loaded when it is asked for. */
import { toJson } from './json.js'
import type { Locale, Report, ReportSeal } from './types.js'

/** What a report can be written as. */
export const reportFormats = ['html', 'md', 'json', 'pdf'] as const

/** A format, named like the ending of its file. */
export type ReportFormat = (typeof reportFormats)[number]

/** How to render. */
export interface RenderOptions {
  /** Default the report's. */
  readonly locale?: Locale | undefined
  readonly seal?: ReportSeal | undefined
}

/**
 * @param report - from `buildReport`
 * @param format - which
 * @param options - language and seal; JSON has neither
 * @returns the file's text, or its bytes
 */
export async function renderReport(
  report: Report,
  format: ReportFormat,
  options: RenderOptions = {},
): Promise<string | Uint8Array> {
  switch (format) {
    case 'json':
      return toJson(report)
    case 'html':
      return (await import('./html/to-html.js')).toHtml(report, options)
    case 'md':
      return (await import('./markdown/to-markdown.js')).toMarkdown(report, options)
    case 'pdf':
      return (await import('./pdf/to-pdf.js')).toPdf(report, options)
  }
}
