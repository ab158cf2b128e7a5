/** The report that the demonstration leaves: built from its receipts, sealed in its chain, and verified. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import type { Ledger } from '../../ledger/types.js'
import { buildReport } from '../../report/build.js'
import { type ReportFormat, renderReport, reportFormats } from '../../report/formats.js'
import { toJson } from '../../report/json.js'
import { sealReport } from '../../report/seal.js'
import type { Period, Report, ReportSystem } from '../../report/types.js'
import { verifyReport } from '../../report/verify-report.js'
import type { Verdict } from '../../verify/types.js'
import { TENANT } from './service.js'
import { demoFailure } from './weeks.js'

/** What the bank says of its system. Nothing of it exists. */
const system: ReportSystem = {
  name: 'Credit scoring (invented)',
  provider: 'Sample Scorecards (invented)',
  deployer: 'Example Bank (invented)',
  intendedPurpose:
    'Proposes for each application for a consumer loan whether it is granted, declined, or referred to a person, who then decides.',
  annexIII: '5(b)',
  highRisk: true,
}

/** The report, and what became of it. */
export interface DemoReport {
  readonly report: Report
  readonly digest: string
  /** Of `verifyReport`, with seal and receipts. */
  readonly verdict: Verdict
  /** Names of the files. */
  readonly files: readonly string[]
  /** Formats whose optional package is not installed. */
  readonly missing: readonly ReportFormat[]
}

/**
 * @param dir - where to write
 * @param ledger - of the demonstration, still open
 * @param keyring - its public keys
 * @param period - what the report is about
 * @returns the report, written, sealed and verified
 */
export async function leaveReport(dir: string, ledger: Ledger, keyring: Keyring, period: Period): Promise<DemoReport> {
  const { store } = ledger
  const report = await buildReport(store, {
    chainId: TENANT,
    period,
    keyring,
    system,
    statistics: { failure: demoFailure },
  })
  const seal = await sealReport(report, { ledger })
  const files: string[] = []
  const missing: ReportFormat[] = []
  for (const format of reportFormats) {
    try {
      await writeFile(join(dir, `report.${format}`), await renderReport(report, format, { seal }))
      files.push(`report.${format}`)
    } catch (error) {
      if (!QuittanceError.is(error, 'REPORT_PACKAGE_MISSING')) throw error
      missing.push(format)
    }
  }
  await writeFile(join(dir, 'report.seal.json'), `${JSON.stringify(seal)}\n`)
  const { verdict } = await verifyReport(toJson(report), { keyring, seal, source: store })
  return { report, digest: seal.digest, verdict, files: [...files, 'report.seal.json'], missing }
}
