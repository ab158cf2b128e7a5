import { QuittanceError } from '../../errors.js'

/** What the environment says about the signing key. Empty variables count as absent: that is how many tools unset them. */
export type EnvironmentKey =
  | { readonly text: string; readonly passphrase: string | undefined }
  | { readonly file: string; readonly passphrase: string | undefined }

/**
 * @returns where the key is, or the key itself as text
 * @throws QuittanceError `KEY_NOT_FOUND` when neither variable is set, `KEY_AMBIGUOUS` when both are
 */
export function keyFromEnvironment(): EnvironmentKey {
  const text = process.env.QUITTANCE_SIGNING_KEY?.trim() || undefined
  const file = process.env.QUITTANCE_SIGNING_KEY_FILE || undefined
  const passphrase = process.env.QUITTANCE_SIGNING_KEY_PASSPHRASE || undefined
  if (text !== undefined && file !== undefined) {
    throw new QuittanceError(
      'KEY_AMBIGUOUS',
      'both QUITTANCE_SIGNING_KEY and QUITTANCE_SIGNING_KEY_FILE are set: unset one',
    )
  }
  if (file !== undefined) return { file, passphrase }
  if (text === undefined) {
    throw new QuittanceError('KEY_NOT_FOUND', 'neither QUITTANCE_SIGNING_KEY nor QUITTANCE_SIGNING_KEY_FILE is set')
  }
  // Environment files often hold a PEM on one line, its line ends written out.
  return { text: text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : text, passphrase }
}
