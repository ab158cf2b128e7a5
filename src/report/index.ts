/** Reports: verified receipts as evidence to read, with figures, articles and charts, in four formats. */
export {
  type Addressee,
  type ApplicationDate,
  type ApplicationTable,
  aiActProvisions,
  applicationDates,
  applicationOf,
  type CalendarDate,
  type Coverage as ProvisionCoverage,
  type Crosswalk,
  type CrosswalkEntry,
  type CrosswalkGroup,
  type CrosswalkStrength,
  type EvidenceCeiling,
  type EvidencePointer,
  gdprProvisions,
  iso42001Crosswalk,
  type LeastPeriod,
  type LedgerEvent,
  type LegalSource,
  legalSources,
  nistAiRmfCrosswalk,
  type Provision,
  type ProvisionTable,
  provisionById,
  sourceById,
} from './articles/index.js'
export type { ReportSource } from './build/source.js'
export { buildReport } from './build.js'
export {
  type ReportProblem,
  type ReportProblemCode,
  reportIncompleteCodes,
  reportInvalidCodes,
} from './checking/findings.js'
export type { SealedIn } from './checking/lines.js'
export type {
  CaptureCount,
  ChainCoverage,
  Coverage,
  CoverageCase,
  CoverageClear,
  CoverageCode,
  CoverageFigures,
  CoverageFinding,
} from './coverage/types.js'
export {
  type CoverageAccumulator,
  type CoverageOfOptions,
  type CoverageOptions,
  coverageCodes,
  coverageOf,
  createCoverage,
} from './coverage.js'
export type { OutlineOptions } from './document/outline.js'
export { type RenderOptions, type ReportFormat, renderReport, reportFormats } from './formats.js'
export { type HtmlOptions, toHtml } from './html/to-html.js'
export { parseReport, reportDigest, toJson } from './json.js'
export { toMarkdown } from './markdown/to-markdown.js'
export type { BuildReportOptions, ChainSelection, ReportProgress } from './options.js'
export { type PdfOptions, toPdf } from './pdf/to-pdf.js'
export { proofPage } from './proof-page.js'
export { type RebuildContext, rebuildOptions } from './rebuild.js'
export { toTimelineHtml } from './reconstruct/html.js'
export { toTimelineText } from './reconstruct/text.js'
export type * from './reconstruct/types.js'
export { type ReconstructOptions, reconstruct } from './reconstruct.js'
export { type SealReportOptions, sealReport } from './seal.js'
export type * from './types.js'
export { type ReportVerification, type VerifyReportOptions, verifyReport } from './verify-report.js'
