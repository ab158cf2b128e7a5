/** Stores, keys and keyrings named by URLs and by the environment: the subpath `quittance/url`, for Node. */
import { readFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type ErrorCode, QuittanceError } from './errors.js'
import { certifiedKey } from './keys/certified.js'
import { Keyring } from './keys/keyring.js'
import { localKey } from './keys/local.js'
import type { KeyProvider } from './keys/provider.js'
import { awsKmsEnvelopeFromUrl, awsKmsFromUrl } from './keys/url/aws-kms.js'
import { delegatingFromUrl } from './keys/url/delegated.js'
import { gcpKmsFromUrl } from './keys/url/gcp-kms.js'
import { pkcs11FromUrl } from './keys/url/pkcs11.js'
import { vaultFromUrl, vaultKvFromUrl } from './keys/url/vault.js'
import { createLedger } from './ledger/ledger.js'
import type { Ledger, LedgerOptions } from './ledger/types.js'
import { fileStore } from './store/file.js'
import { memoryStore } from './store/memory.js'
import { redisFromUrl, redisSchemes } from './store/redis/from-url.js'
import type { ReceiptStore } from './store/store.js'

const schemePattern = /^([a-z][a-z0-9+.-]*):/i

/** What a URL is for, and how its errors are called. */
interface Kind {
  readonly what: string
  readonly variable: string
  readonly code: ErrorCode
  readonly example: string
}

const storeKind: Kind = {
  what: 'store URL',
  variable: 'QUITTANCE_STORE_URL',
  code: 'STORE_URL',
  example: 'file:./receipts',
}
const keyKind: Kind = {
  what: 'key URL',
  variable: 'QUITTANCE_KEY_URL',
  code: 'KEY_URL',
  example: 'file:./receipts.key.pem',
}

/** Not what only looks like a scheme, such as a token that was pasted. */
const shown = (scheme: string): string => (/^[a-z+]{1,12}$/.test(scheme) ? `the kind ${scheme}:` : 'this kind')

/** A URL may hold a password: no message repeats more of it than its scheme. */
const refuse = (kind: Kind, why: string, reason: string): QuittanceError =>
  new QuittanceError(kind.code, `${why}; a ${kind.what} looks like ${kind.example}`, { details: { reason } })

function given(url: string | undefined, kind: Kind): { readonly url: string; readonly scheme: string } {
  if (url !== undefined && typeof url !== 'string') throw new TypeError('url must be a string')
  const text = url ?? process.env[kind.variable]
  if (text === undefined || text === '') {
    const why = url === '' ? `the ${kind.what} is empty` : `no ${kind.what} was given and ${kind.variable} is not set`
    throw refuse(kind, why, 'absent')
  }
  const scheme = schemePattern.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) throw refuse(kind, `the ${kind.what} has no scheme such as file:`, 'no-scheme')
  // one letter is a Windows drive
  if (scheme.length === 1) throw refuse(kind, `a path is not a ${kind.what}: write file: before it`, 'no-scheme')
  return { url: text, scheme }
}

function pathOf(url: string, kind: Kind, cwd: string): string {
  let parsed: URL
  try {
    parsed = new URL(url, pathToFileURL(cwd + sep))
  } catch {
    throw refuse(kind, `the ${kind.what} is malformed`, 'malformed')
  }
  if (parsed.search !== '' || parsed.hash !== '' || /[?#]/.test(url)) {
    throw refuse(kind, `a file: ${kind.what} has no ? and no #; in a name they are written %3F and %23`, 'malformed')
  }
  if (/^file:\/*$/i.test(url)) throw refuse(kind, `the file: ${kind.what} names no file`, 'malformed')
  let path: string
  try {
    path = fileURLToPath(parsed)
  } catch {
    throw refuse(kind, `the file: ${kind.what} is no path of this machine`, 'malformed')
  }
  if (path.includes('\0')) throw refuse(kind, `the file: ${kind.what} holds a NUL`, 'malformed')
  return path
}

/**
 * @param url - a `file:` URL; a relative one starts from `cwd`
 * @param cwd - default the process's
 * @returns the path that it names, from the root
 * @throws QuittanceError `STORE_URL`
 * @internal
 */
export function pathOfFileUrl(url: string, cwd: string = process.cwd()): string {
  return pathOf(url, storeKind, cwd)
}

/**
 * Opens the store that a URL names: `file:./receipts` (relative to the working directory), `file:///var/lib/receipts`,
 * `memory:`, `redis://[user:password@]host[:port][/db]`, `rediss://…` for TLS, `redis+cluster://host:port,host:port` (or
 * `rediss+cluster:`). The options of `redisStore` stand in the query:
 * `?durability=replicated&replicas=2&confirmMs=500&prefix=receipts&indexes=traceId,subjectId&accept=unchecked`. Nothing is
 * read, written or connected to before the store is used.
 *
 * @param url - default: the environment's `QUITTANCE_STORE_URL`
 * @returns the store
 * @throws QuittanceError `STORE_URL` when there is none, or it is of a kind that this release does not have
 * @throws TypeError when it is not a string
 * @example
 * ```ts
 * import { storeFromUrl } from 'quittance/url'
 * const store = storeFromUrl('file:./receipts')
 * ```
 */
export function storeFromUrl(url?: string | undefined): ReceiptStore {
  const { url: text, scheme } = given(url, storeKind)
  if (scheme === 'file') return fileStore(pathOf(text, storeKind, process.cwd()))
  if (scheme === 'memory') {
    if (text.length !== 'memory:'.length) throw refuse(storeKind, 'nothing follows memory:', 'malformed')
    return memoryStore()
  }
  if (redisSchemes.some((one) => one === scheme)) return redisFromUrl(text)
  throw refuse(storeKind, `stores of ${shown(scheme)} are not in this release`, 'unsupported-scheme')
}

/** The path of a key file, and the passphrase that the environment has for it. */
const fileAt = (url: string): { readonly file: string; readonly passphrase: string | undefined } => ({
  file: pathOf(url, keyKind, process.cwd()),
  passphrase: process.env.QUITTANCE_SIGNING_KEY_PASSPHRASE || undefined,
})

const keySchemes: Readonly<Record<string, (url: string) => KeyProvider>> = {
  file: (url) => localKey(fileAt(url)),
  certified: (url) => certifiedKey(fileAt(url.replace(/^certified:/i, 'file:'))),
  env(url) {
    if (url.length !== 'env:'.length) throw refuse(keyKind, 'nothing follows env:', 'malformed')
    return localKey({ env: true })
  },
  vault: vaultFromUrl,
  'vault+http': vaultFromUrl,
  'vault-kv': vaultKvFromUrl,
  'vault-kv+http': vaultKvFromUrl,
  awskms: awsKmsFromUrl,
  'awskms-envelope': awsKmsEnvelopeFromUrl,
  gcpkms: gcpKmsFromUrl,
  pkcs11: pkcs11FromUrl,
}

/**
 * Opens the key that a URL names:
 * - `file:./receipts.key.pem`, relative to the working directory; an encrypted key's passphrase is always the environment's
 *   `QUITTANCE_SIGNING_KEY_PASSPHRASE`
 * - `env:`, for `QUITTANCE_SIGNING_KEY` or `QUITTANCE_SIGNING_KEY_FILE`
 * - `certified:./delegate.json`, a session key that `quittance key delegate` wrote
 * - `vault://[HOST[:PORT]]/MOUNT/KEY` (Transit) and `vault-kv://[HOST[:PORT]]/MOUNT/PATH?cacheMs=300000`; without a host
 *   `VAULT_ADDR`; `vault+http:` and `vault-kv+http:` without TLS
 * - `awskms:///alias/NAME`, `awskms:///KEY-ID`, `awskms:///ARN`; `awskms-envelope:///KEY?store=FILE&context.NAME=VALUE`
 * - `gcpkms://projects/…/locations/…/keyRings/…/cryptoKeys/…[/cryptoKeyVersions/…]`
 * - `pkcs11:token=…;object=…?module-path=…&pin-source=file:/…` (RFC 7512)
 *
 * With `?delegate=CHAIN,PREFIX*` behind any of those of a key service that key only certifies a session key of this process.
 * The other options of each provider stand in the query as well; tokens, PINs and passphrases never do. Nothing is read or
 * connected to before the key is used.
 *
 * @param url - default: the environment's `QUITTANCE_KEY_URL`
 * @returns the key provider
 * @throws QuittanceError `KEY_URL` when there is none, it is malformed, or of a kind that this release does not have
 * @throws TypeError when it is not a string
 * @example
 * ```ts
 * import { keyProviderFromUrl } from 'quittance/url'
 * const keys = keyProviderFromUrl('awskms:///alias/receipts?region=eu-central-1&delegate=acme,acme/*')
 * ```
 */
export function keyProviderFromUrl(url?: string | undefined): KeyProvider {
  const { url: text, scheme } = given(url, keyKind)
  const open = Object.hasOwn(keySchemes, scheme) ? keySchemes[scheme] : undefined
  if (open === undefined)
    throw refuse(keyKind, `keys of ${shown(scheme)} are not in this release`, 'unsupported-scheme')
  if (['file', 'env', 'certified'].includes(scheme)) return open(text)
  const { url: root, wrap } = delegatingFromUrl(text)
  return wrap(open(root))
}

/**
 * Reads a keyring: JSON as `Keyring.parse` takes it.
 *
 * @param file - its path, or a `file:` URL
 * @returns the keyring
 * @throws QuittanceError `KEYRING_INVALID` when the file can't be read or is no keyring
 * @throws TypeError when it is not a string
 * @example
 * ```ts
 * import { keyringFromFile } from 'quittance/url'
 * const keyring = await keyringFromFile('./keyring.json')
 * ```
 */
export async function keyringFromFile(file: string): Promise<Keyring> {
  if (typeof file !== 'string' || file === '') throw new TypeError('file must be a string that is not empty')
  const path = /^file:/i.test(file) ? pathOfFileUrl(file) : file
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    const why = reason === 'ENOENT' ? 'there is no such keyring file' : 'the keyring file can not be read'
    throw new QuittanceError('KEYRING_INVALID', why, { details: { file: path, reason }, cause: error })
  }
  try {
    return Keyring.parse(text)
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    throw new QuittanceError(error.code, error.message, { details: { ...error.details, file: path }, cause: error })
  }
}

/**
 * Reads the keyring that the environment names.
 *
 * @returns the keyring of the file in `QUITTANCE_KEYRING` (a path or a `file:` URL), `undefined` when it is not set
 * @throws QuittanceError `KEYRING_INVALID`
 * @example
 * ```ts
 * import { keyringFromEnv } from 'quittance/url'
 * const keyring = await keyringFromEnv()
 * ```
 */
export async function keyringFromEnv(): Promise<Keyring | undefined> {
  const file = process.env.QUITTANCE_KEYRING
  return file === undefined || file === '' ? undefined : keyringFromFile(file)
}

/**
 * Makes a ledger from `QUITTANCE_STORE_URL`, `QUITTANCE_KEY_URL` and, where it is set, `QUITTANCE_KEYRING`.
 *
 * @param options - as `createLedger` takes them; what stands here wins over the environment
 * @returns the ledger; only the keyring file has been read
 * @throws QuittanceError `STORE_URL`, `KEY_URL`, `KEYRING_INVALID`; what `createLedger` throws
 * @example
 * ```ts
 * import { ledgerFromEnv } from 'quittance/url'
 * const ledger = await ledgerFromEnv({ redactor: false })
 * ```
 */
export async function ledgerFromEnv(
  options: Omit<LedgerOptions, 'store' | 'keys'> & Partial<Pick<LedgerOptions, 'store' | 'keys'>>,
): Promise<Ledger> {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  const keyring = options.keyring ?? (await keyringFromEnv())
  return createLedger({
    ...options,
    ...(keyring === undefined ? {} : { keyring }),
    store: options.store ?? storeFromUrl(),
    keys: options.keys ?? keyProviderFromUrl(),
  })
}
