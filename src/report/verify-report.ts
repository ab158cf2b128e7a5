/** Judging a report that somebody was handed: whether report, receipts and signature belong together. */
import type { Keyring } from '../keys/keyring.js'
import { checkKeyring } from '../verify/options.js'
import type { Verdict } from '../verify/types.js'
import { isStore, type ReportSource } from './build/source.js'
import { contradictions } from './checking/contradictions.js'
import { type ReportProblem, verdictOf } from './checking/findings.js'
import { handedReport } from './checking/input.js'
import { isProblem, reportIn, sealFrom, sealProblems, unsealed } from './checking/json-report.js'
import { type CheckedLines, checkLines, type SealedIn } from './checking/lines.js'
import { checkPage } from './checking/page.js'
import { checkSource, type JudgeLines, sealInStore } from './checking/source.js'
import { reportDigest } from './json.js'
import type { BuildReportOptions, ChainSelection } from './options.js'
import type { RebuildContext } from './rebuild.js'
import type { Report, ReportSeal } from './types.js'

export {
  type ReportProblem,
  type ReportProblemCode,
  reportIncompleteCodes,
  reportInvalidCodes,
} from './checking/findings.js'
export type { SealedIn } from './checking/lines.js'

/** What to hold a report against. */
export interface VerifyReportOptions {
  /** The keys that are trusted; never taken from the report. */
  readonly keyring: Keyring
  /** The seal, as `sealReport` gave it or as its JSON; default the one that a page carries, or that is in the store. */
  readonly seal?: ReportSeal | string | undefined
  /** The receipts: then the report is built from them again, and compared. */
  readonly source?: ReportSource | undefined
  /** The functions of the report's custom failure rules, by name: without them it can't be built again. */
  readonly custom?: RebuildContext['custom']
  /** The heads, roots and checkpoints that its chains were held against when it was made: they are not in the report. */
  readonly chains?: readonly Omit<ChainSelection, 'toSeq'>[] | undefined
  /** Checkpoints of any of its chains, whose signatures were verified. */
  readonly anchors?: BuildReportOptions['anchors']
  readonly onProgress?: BuildReportOptions['onProgress']
  readonly signal?: AbortSignal | undefined
}

/** What was found. There is no boolean: a verdict is one of three. */
export interface ReportVerification {
  /** On whether report, receipts and seal belong together; what the report says of its chains is `report.verdict`. */
  readonly verdict: Verdict
  readonly problems: readonly ReportProblem[]
  /** What the file is. */
  readonly kind: 'json' | 'html' | 'pdf'
  /** The report as it was read; absent where there is none. Its words are its maker's. */
  readonly report?: Report | undefined
  readonly digest?: string | undefined
  /** The receipts that seal it and hold. */
  readonly sealed: readonly SealedIn[]
  readonly embedded?: CheckedLines['embedded'] | undefined
  /** True where it was built again from `source`, and every member is the same. */
  readonly rebuilt: boolean
}

/**
 * Judges a report. INVALID where something contradicts: the text, the seal, the receipts that came along, or the figures
 * that come out when the report is built again from `source`. INCOMPLETE where it is not sealed, where a key is not known,
 * or where no source was given, because a file alone can't show that its figures are those of the receipts.
 *
 * @param input - the file: JSON, an HTML page or a PDF that `quittance/report` made
 * @param options - the keyring; the seal, where it does not come with the page; the receipts
 * @returns verdict and problems; a fault of the file is never thrown
 * @throws QuittanceError what the source throws, and `VERIFY_ABORTED`; TypeError for a wrong option
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { verifyReport } from 'quittance/report'
 * import { fileStore } from 'quittance/store/file'
 * import type { Keyring } from 'quittance/verify'
 *
 * async function judge(keyring: Keyring) {
 *   const seal = await readFile('report.seal.json', 'utf8')
 *   const { verdict, problems } = await verifyReport(await readFile('report.json'), { keyring, seal, source: fileStore('./receipts') })
 *   console.log(verdict, problems.map(({ code }) => code))
 * }
 * ```
 */
export async function verifyReport(
  input: string | Uint8Array,
  options: VerifyReportOptions,
): Promise<ReportVerification> {
  checkKeyring(options.keyring)
  if (typeof input !== 'string' && !(input instanceof Uint8Array)) throw new TypeError('input must be a text or bytes')
  const { keyring, source, custom, chains, anchors, onProgress, signal } = options
  const handed = await handedReport(input)
  const { kind } = handed
  const report = reportIn(handed.text)
  if (isProblem(report)) return { verdict: 'INVALID', problems: [report], kind, sealed: [], rebuilt: false }
  const problems: ReportProblem[] = []
  const digest = reportDigest(report)
  problems.push(...contradictions(report))

  const carried = handed.seal === undefined ? undefined : sealFrom(handed.seal)
  problems.push(...(await checkPage(handed, report, carried)))
  const given = options.seal ?? handed.seal
  const brought = given === undefined ? undefined : sealFrom(given)
  const seal =
    given === undefined && source !== undefined && isStore(source)
      ? await sealInStore(report, digest, source, signal)
      : brought
  problems.push(...sealProblems(given, seal, digest))

  const judge: JudgeLines = (keyLines) => checkLines(report, digest, seal, keyring, keyLines)
  const compared =
    source && (await checkSource(report, source, judge, { keyring, custom, chains, anchors, onProgress, signal }))
  const lines = compared?.lines ?? judge()
  problems.push(...lines.problems)
  if (seal !== undefined) problems.push(...unsealed(report, lines))
  const notGiven: ReportProblem = {
    code: 'SOURCE_NOT_GIVEN',
    message: 'without the receipts nothing shows that the figures are theirs',
  }
  problems.push(...(compared?.problems ?? [notGiven]))
  const rebuilt = compared?.same === true
  const { sealed, embedded } = lines
  return { verdict: verdictOf(problems), problems, kind, report, digest, sealed, embedded, rebuilt }
}
