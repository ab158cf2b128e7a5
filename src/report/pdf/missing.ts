/** What is said when a package that only PDFs need is not there. */
import { QuittanceError } from '../../errors.js'

/** All that a PDF needs beside this package. */
const packages = 'pdfkit @fontsource/ibm-plex-sans @fontsource/dejavu-sans @fontsource/dejavu-mono'

/**
 * Tells a package that is not installed from every other fault.
 *
 * @param name - The package.
 * @param error - What was thrown when it was asked for.
 * @returns A `QuittanceError` `REPORT_PACKAGE_MISSING` that says what to install; any other error as it came.
 */
export function missingPackage(name: string, error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return error
  return new QuittanceError(
    'REPORT_PACKAGE_MISSING',
    `a PDF needs the package ${name}, which is not installed: npm install ${packages}`,
    { cause: error, details: { reason: name, retryable: false } },
  )
}
