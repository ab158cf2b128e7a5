/** The audited library that splits and combines; nothing of Shamir's scheme is written here. */
import { QuittanceError } from '../../errors.js'
import { missingPackage } from '../../primitives/missing-package.js'

/** What is used of `shamir-secret-sharing`. */
export interface Shamir {
  split(secret: Uint8Array, shares: number, threshold: number): Promise<Uint8Array[]>
  combine(shares: Uint8Array[]): Promise<Uint8Array>
}

/**
 * @returns the library
 * @throws QuittanceError `KEY_UNAVAILABLE` where it is not installed
 */
export async function loadShamir(): Promise<Shamir> {
  // Not a literal, so that no bundler takes an optional package for a needed one.
  const name: string = 'shamir-secret-sharing'
  try {
    return (await import(name)) as Shamir
  } catch (error) {
    if (missingPackage(error) !== name) throw error
    throw new QuittanceError(
      'KEY_UNAVAILABLE',
      'splitting a secret needs the package shamir-secret-sharing, which is not installed: npm install shamir-secret-sharing',
      { details: { reason: 'not-installed', retryable: false } },
    )
  }
}
