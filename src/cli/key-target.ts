/** A signing key that a command uses, as it was typed. */
import { localKey } from '../keys/local.js'
import type { KeyProvider } from '../keys/provider.js'
import { keyProviderFromUrl, pathOfFileUrl } from '../url.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'
import { passphraseFor } from './passphrase.js'

/** One letter is a Windows drive. */
const otherUrl = /^[a-z][a-z0-9+.-]+:/i
const fileUrl = /^file:/i

/**
 * Opens a signing key. It is not read before it is used; the caller closes it.
 *
 * @param text - of `--key`: a key file, or a key URL; default `QUITTANCE_KEY_URL`
 * @param passphraseFile - of `--passphrase-file`
 * @param io - the process
 * @returns the key
 * @throws UsageError when none was named; QuittanceError `KEY_URL`
 */
export async function openKey(
  text: string | undefined,
  passphraseFile: string | undefined,
  io: Io,
): Promise<KeyProvider> {
  const named = text ?? (io.env.QUITTANCE_KEY_URL || undefined)
  if (named === undefined) throw new UsageError('no signing key was given: --key file:./KEY.pem, or QUITTANCE_KEY_URL')
  if (!fileUrl.test(named) && otherUrl.test(named)) return keyProviderFromUrl(named)
  const file = fileUrl.test(named) ? pathOfFileUrl(named, io.cwd) : pathFrom(io, named)
  return localKey({ file, passphrase: await passphraseFor(io, passphraseFile) })
}
