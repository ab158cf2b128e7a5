/** The data that came in the page. */
import type { Report } from '../../types.js'
import { PAGE_ELEMENT, type PageData, REPORT_ELEMENT } from '../page-data.js'

/** What the page holds. */
export interface PageContent {
  readonly report: Report
  readonly page: PageData
}

const jsonOf = (id: string): unknown => JSON.parse(document.getElementById(id)?.textContent ?? '')

/**
 * @returns the report and what came beside it, as far as their shape lets the page go on; `undefined` where it does not
 */
export function readPage(): PageContent | undefined {
  let report: Report
  let page: PageData
  try {
    report = jsonOf(REPORT_ELEMENT) as Report
    page = jsonOf(PAGE_ELEMENT) as PageData
  } catch {
    return undefined
  }
  const { ranges, cited } = report?.excerpt ?? {}
  const texts = (list: unknown): boolean => Array.isArray(list) && list.every((line) => typeof line === 'string')
  const whole =
    report?.format === 'quittance-report/1' &&
    Array.isArray(report.chains) &&
    Array.isArray(ranges) &&
    ranges.every(
      (range) =>
        typeof range?.chainId === 'string' &&
        Number.isSafeInteger(range.fromSeq) &&
        Number.isSafeInteger(range.toSeq) &&
        texts(range.lines),
    ) &&
    texts(cited) &&
    typeof page?.digest === 'string' &&
    (page.seal === undefined || (typeof page.seal?.digest === 'string' && texts(page.seal.lines)))
  return whole ? { report, page } : undefined
}
