import { privateText, readKeyFile } from '../local/key-file.js'
import { pkcs11Key } from '../pkcs11.js'
import type { KeyProvider } from '../provider.js'
import { made, optionsOf, share, whole } from './parts.js'
import { parsePkcs11Uri, pkcs11Example } from './pkcs11-uri.js'

/**
 * @param file - the path of a file that holds a PIN; its last line end is no part of it
 * @returns what reads it, at each login and under the rules of key files: a PIN that others can read is no PIN
 */
export const pinIn = (file: string) => async (): Promise<string> =>
  privateText(file, await readKeyFile(file)).replace(/\r?\n$/, '')

/**
 * @param url - a PKCS #11 URI (RFC 7512): `pkcs11:token=…;object=…?module-path=…&pin-source=file:/…`
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function pkcs11FromUrl(url: string): KeyProvider {
  const { modulePath, pinFile, rest, ...key } = parsePkcs11Uri(url)
  const options = optionsOf(rest, { sessions: whole, timeoutMs: whole, sample: share }, pkcs11Example)
  const pin = pinFile === undefined ? undefined : pinIn(pinFile)
  return made(() => pkcs11Key({ ...options, ...key, module: modulePath, pin }), pkcs11Example)
}
