/** A report in all formats that can be made here. */
import { QuittanceError } from '../errors.js'
import { utf8 } from '../primitives/bytes.js'
import { type ReportFormat, renderReport, reportFormats } from '../report/formats.js'
import type { Report, ReportSeal } from '../report/types.js'
import type { EvidenceOmission } from './manifest.js'
import { REPORT_SEAL } from './report-names.js'

/**
 * @param report - and its seal, where it was sealed
 * @returns its members, and the formats that could not be made
 * @throws what rendering throws, but for packages that are not installed
 */
export async function reportMembers({
  report,
  seal,
}: {
  readonly report: Report
  readonly seal?: ReportSeal | undefined
}): Promise<{
  readonly members: readonly (readonly [string, Uint8Array])[]
  readonly omitted: readonly EvidenceOmission[]
}> {
  const members: (readonly [string, Uint8Array])[] = []
  const omitted: EvidenceOmission[] = []
  for (const format of reportFormats) {
    const made = await rendered(report, format, seal)
    const name = `report/report.${format}`
    if (made === undefined) omitted.push({ what: name, why: 'the packages that make it are not installed' })
    else members.push([name, typeof made === 'string' ? utf8(made) : made])
  }
  if (seal === undefined) omitted.push({ what: REPORT_SEAL, why: 'the report was not sealed' })
  else members.push([REPORT_SEAL, utf8(JSON.stringify(seal))])
  return { members, omitted }
}

async function rendered(
  report: Report,
  format: ReportFormat,
  seal: ReportSeal | undefined,
): Promise<string | Uint8Array | undefined> {
  try {
    return await renderReport(report, format, { seal })
  } catch (error) {
    if (QuittanceError.is(error, 'REPORT_PACKAGE_MISSING')) return undefined
    throw error
  }
}
