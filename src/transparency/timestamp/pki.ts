/** The libraries that write requests for time stamps. Verifying needs none of them. */
import { QuittanceError } from '../../errors.js'
import { missingPackage } from '../../primitives/missing-package.js'

/** The two packages. */
export interface Pki {
  readonly asn1js: typeof import('asn1js')
  readonly pkijs: typeof import('pkijs')
}

async function load(name: string): Promise<unknown> {
  try {
    // Not a literal, so that no bundler takes an optional package for a needed one.
    return await import(name)
  } catch (error) {
    if (missingPackage(error) === undefined) throw error
    throw new QuittanceError(
      'TLOG_UNAVAILABLE',
      'requesting time stamps needs the packages pkijs and asn1js, which are not installed: npm install pkijs asn1js',
      { details: { reason: 'not-installed', retryable: false } },
    )
  }
}

/**
 * @returns the packages
 * @throws QuittanceError `TLOG_UNAVAILABLE` where they are not installed
 */
export async function loadPki(): Promise<Pki> {
  const [asn1js, pkijs] = await Promise.all([load('asn1js'), load('pkijs')])
  return { asn1js, pkijs } as Pki
}
