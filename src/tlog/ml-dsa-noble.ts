/** ML-DSA-44 by an optional package; nothing else reaches it. The subpath `quittance/transparency/ml-dsa`. */
import { QuittanceError } from '../errors.js'
import { missingPackage } from '../primitives/missing-package.js'
import { mlDsa44Cosignatures } from './ml-dsa.js'

/** What is used of `@noble/post-quantum/ml-dsa.js`. */
interface NobleMlDsa {
  readonly ml_dsa44: { verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean }
}

const packageName = '@noble/post-quantum'

/**
 * Loads the optional package `@noble/post-quantum`, to check the cosignatures of ML-DSA-44 keys.
 *
 * @returns what `openTrusted` takes as `mlDsa44`
 * @throws QuittanceError `TLOG_UNAVAILABLE` with the reason `not-installed`, where the package is not there
 * @example
 * ```ts
 * import { openTrusted, type Policy } from 'quittance/transparency'
 * import { loadMlDsa44 } from 'quittance/transparency/ml-dsa'
 * const mlDsa44 = await loadMlDsa44()
 * const open = (note: string, policy: Policy) => openTrusted(note, policy, { mlDsa44 })
 * ```
 */
export async function loadMlDsa44(): Promise<ReturnType<typeof mlDsa44Cosignatures>> {
  // not a literal, so that no bundler takes an optional package for a needed one
  const name: string = `${packageName}/ml-dsa.js`
  try {
    const { ml_dsa44 } = (await import(name)) as NobleMlDsa
    return mlDsa44Cosignatures({
      verify: (publicKey, message, signature) => ml_dsa44.verify(signature, message, publicKey),
    })
  } catch (error) {
    if (missingPackage(error) !== packageName) throw error
    throw new QuittanceError(
      'TLOG_UNAVAILABLE',
      `ML-DSA-44 needs the package ${packageName}, which is not installed: npm install ${packageName}`,
      { details: { reason: 'not-installed', retryable: false } },
    )
  }
}
