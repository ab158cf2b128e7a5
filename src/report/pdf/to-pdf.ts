/** A report as a PDF. */
import { outlineOf } from '../document/outline.js'
import { reportDigest, toJson } from '../json.js'
import type { Locale, Report, ReportSeal } from '../types.js'
import { attachmentsOf } from './attachments.js'
import { setDocument } from './set.js'
import { words } from './words.js'

/** In which language, and with which seal. */
export interface PdfOptions {
  /** Default: the report's. */
  readonly locale?: Locale | undefined
  readonly seal?: ReportSeal | undefined
}

/**
 * Sets a report as a PDF/A-3a file, tagged for PDF/UA-1, that carries the report as data (`report.json`), the receipts that
 * came with it (`receipts.jsonl`; `receipts-1.jsonl` … for several chains) and its seal (`seal.jsonl`). Characters that no font
 * of it draws (Chinese, Japanese, most emoji) are written as `\u{…}`; words from right to left are drawn so, their order on a
 * line is that of the text.
 *
 * @param report - What `buildReport` gave.
 * @param options - Language and seal.
 * @returns The file. The same input gives the same bytes under the same versions of Node, pdfkit and the fonts; its dates are
 * the report's `asOf`.
 * @throws QuittanceError `REPORT_PACKAGE_MISSING` where pdfkit or a package with its fonts is not installed.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { type Report, toPdf } from 'quittance/report'
 *
 * export async function save(report: Report, path: string): Promise<void> {
 *   await writeFile(path, await toPdf(report, { locale: 'de' }))
 * }
 * ```
 */
export async function toPdf(report: Report, options: PdfOptions = {}): Promise<Uint8Array> {
  const { locale = report.locale, seal } = options
  const { name, version } = report.generator
  return setDocument(outlineOf(report, { locale, seal }), {
    digest: reportDigest(report),
    asOf: new Date(report.asOf),
    creator: `${name} ${version}`,
    foot: `${report.format} · ${report.asOf}`,
    attachments: attachmentsOf(toJson(report), report.excerpt, seal, words[locale]),
  })
}
