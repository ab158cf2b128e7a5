/** Where entries of a keyring come from, as it was typed. */
import { readFile } from 'node:fs/promises'
import { QuittanceError } from '../errors.js'
import { keyringFromDidDocument } from '../keys/did-web.js'
import { keyringFromJwks } from '../keys/jwks.js'
import { Keyring, type KeyringEntry } from '../keys/keyring.js'
import { readPublicKey } from '../keys/local.js'
import { keyProviderFromUrl, pathOfFileUrl } from '../url.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'
import { passphraseFor } from './passphrase.js'

/** What one source gives. */
export interface Source {
  readonly entries: readonly KeyringEntry[]
  /** True where it is a key alone, of which nothing is said yet. */
  readonly bare: boolean
}

/** One letter is a Windows drive. */
const url = /^[a-z][a-z0-9+.-]+:/i
const longest = 4 * 1024 * 1024

async function ofProvider(text: string): Promise<Source> {
  const keys = keyProviderFromUrl(text)
  try {
    const entries = (await keys.publicKeys?.()) ?? [{ keyId: (await keys.signer()).keyId }]
    return { entries, bare: true }
  } finally {
    await keys.close?.()
  }
}

const hasMember = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)

function ofJson(text: string): Source {
  const value: unknown = JSON.parse(text)
  if (hasMember(value, 'verificationMethod')) return { entries: keyringFromDidDocument(text).entries(), bare: false }
  // As a set of one: what the key says of its end, its revocation and its chains stays with it.
  if (hasMember(value, 'kty')) return { entries: keyringFromJwks(`{"keys":[${text}]}`).entries(), bare: true }
  const { keys } = value as { readonly keys?: unknown }
  const isKeySet = Array.isArray(keys) && keys.some((key: unknown) => hasMember(key, 'kty'))
  return { entries: (isKeySet ? keyringFromJwks(text) : Keyring.parse(text)).entries(), bare: false }
}

async function ofFile(path: string, passphraseFile: string | undefined, io: Io): Promise<Source> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    throw new QuittanceError('KEYRING_INVALID', `a source of the keyring can not be read: ${reason}`, {
      details: { file: path, reason },
    })
  }
  try {
    if (text.length <= longest && text.trimStart().startsWith('{')) return ofJson(text)
    if (text.includes('-----BEGIN')) {
      // under the rules of key files, where it is a private one
      const passphrase = text.includes('ENCRYPTED') ? await passphraseFor(io, passphraseFile) : undefined
      return { entries: Keyring.from(await readPublicKey(path, { passphrase })).entries(), bare: true }
    }
    return { entries: Keyring.from(text).entries(), bare: true }
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new QuittanceError('KEYRING_INVALID', 'a source of the keyring is not JSON', { details: { file: path } })
    if (!QuittanceError.is(error)) throw error
    throw new QuittanceError(error.code, error.message, { details: { ...error.details, file: path } })
  }
}

/**
 * Reads public keys from wherever they are.
 *
 * @param text - a did:key, a key URL, or a file: keyring, DID document, key set, JSON Web Key, PEM or hex
 * @param passphraseFile - of `--passphrase-file`
 * @param io - the process
 * @returns the entries
 * @throws UsageError, QuittanceError
 */
export async function sourceOf(text: string, passphraseFile: string | undefined, io: Io): Promise<Source> {
  if (text === '') throw new UsageError('--from names nothing')
  if (text.startsWith('did:key:')) return { entries: Keyring.from(text).entries(), bare: true }
  if (/^did:/.test(text))
    throw new UsageError('only did:key: is read; of a did:web fetch the did.json over TLS and name the file')
  if (/^file:/i.test(text)) return ofFile(pathOfFileUrl(text, io.cwd), passphraseFile, io)
  return url.test(text) ? ofProvider(text) : ofFile(pathFrom(io, text), passphraseFile, io)
}
