/** Whether a page says what its report says: it is made again, and compared. */
import { generatorVersion } from '../build/version.js'
import { renderReport } from '../formats.js'
import type { Locale, Report, ReportSeal } from '../types.js'
import type { ReportProblem } from './findings.js'
import type { HandedReport } from './input.js'

const languageOf = (page: string): Locale | undefined => {
  const [, language] = /<html\b[^>]*\blang="(en|de)"/i.exec(page) ?? []
  return language as Locale | undefined
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.from(one).equals(other)

async function isSame({ page, pdf }: HandedReport, report: Report, seal: ReportSeal | undefined): Promise<boolean> {
  if (page !== undefined) {
    const locale = languageOf(page)
    return (await renderReport(report, 'html', { seal, locale })) === page
  }
  if (pdf === undefined) return true
  for (const locale of ['en', 'de'] as const)
    if (same((await renderReport(report, 'pdf', { seal, locale })) as Uint8Array, pdf)) return true
  return false
}

/** Figures that no report has, such as a time that is none, make no page either. */
async function isShown(handed: HandedReport, report: Report, seal: ReportSeal | undefined): Promise<boolean> {
  try {
    return await isSame(handed, report, seal)
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) return false
    throw error
  }
}

/**
 * @param handed - what somebody was handed
 * @param report - that it carries
 * @param seal - that it carries
 * @returns what is wrong with its page
 */
export async function checkPage(
  handed: HandedReport,
  report: Report,
  seal: ReportSeal | undefined,
): Promise<readonly ReportProblem[]> {
  if (handed.kind === 'json' || (await isShown(handed, report, seal))) return []
  const version = generatorVersion()
  if (report.generator.version !== version) {
    const message = `the page was made by version ${report.generator.version}, and this is ${version}: what it shows was not compared`
    return [{ code: 'PAGE_NOT_COMPARED', message }]
  }
  return [{ code: 'PAGE_DIFFERS', message: 'the page shows something else than the report that it carries' }]
}
