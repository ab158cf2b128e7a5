import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import { base64urlnopad } from '@scure/base'
import { QuittanceError } from '../errors.js'
import { didKey } from './did-key.js'
import type { Ed25519Backend, SeedSigner } from './ed25519/backend.js'
import { nodeBackend, signerFromKeyObject } from './ed25519/node.js'
import { loadSodiumBackend } from './ed25519/sodium.js'
import { keyFromEnvironment } from './local/environment.js'
import { createKeyFile, type KeyFile, privateText, readKeyFile } from './local/key-file.js'
import {
  checkedPassphrase,
  checkedSource,
  type LocalBackend,
  type LocalKeyOptions,
  type LocalSource,
} from './local/options.js'
import { newPrivateKey, privateKeyFromPem } from './local/private-key.js'
import { decodeSeed } from './local/seed.js'
import type { KeyProvider, Signer } from './provider.js'
import { parsePublicKey } from './public-key.js'

export type { LocalBackend, LocalKeyOptions }

const unavailable = (): QuittanceError => new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed')

const privateKeyOf = (file: string, content: KeyFile, passphrase: string | undefined): KeyObject => {
  const text = privateText(file, content)
  try {
    return privateKeyFromPem(text, passphrase)
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    throw new QuittanceError(error.code, error.message, { details: { file } })
  }
}

const readPrivateKey = async (file: string, passphrase: string | undefined): Promise<KeyObject> =>
  privateKeyOf(file, await readKeyFile(file), passphrase)

const openFile = async (source: LocalSource & { kind: 'file' }): Promise<KeyObject> => {
  const { file, passphrase, create } = source
  try {
    return await readPrivateKey(file, passphrase)
  } catch (error) {
    if (!create || !QuittanceError.is(error, 'KEY_NOT_FOUND') || error.details.reason !== 'ENOENT') throw error
  }
  // Whether this process or another made it: what counts is what stands in the file.
  await createKeyFile(file, (await newPrivateKey(passphrase)).pem)
  return readPrivateKey(file, passphrase)
}

/** A private key as it was found. */
type Found = KeyObject | Uint8Array

const sodium = async (): Promise<Ed25519Backend> => {
  const backend = await loadSodiumBackend()
  if (backend) return backend
  throw new QuittanceError(
    'KEY_UNAVAILABLE',
    "backend 'sodium' needs the package sodium-native, which is not installed",
  )
}

const seedOf = (key: KeyObject): Uint8Array => base64urlnopad.decode(key.export({ format: 'jwk' }).d ?? '')

const signerFrom = async (found: Found, backend: LocalBackend): Promise<SeedSigner> => {
  const isSeed = found instanceof Uint8Array
  if (backend === 'node' && !isSeed) return signerFromKeyObject(found)
  const { signerFromSeed } = backend === 'node' ? nodeBackend : await sodium()
  const seed = isSeed ? found : seedOf(found)
  const key = signerFromSeed(seed)
  // Only now: a failed opening is tried again, and must not find a key of zeros.
  seed.fill(0)
  return key
}

const openEnvironment = async (): Promise<Found> => {
  const found = keyFromEnvironment()
  const { passphrase } = found
  if ('file' in found) return readPrivateKey(resolve(found.file), passphrase)
  if (found.text.startsWith('-----BEGIN')) return privateKeyFromPem(found.text, passphrase)
  const seed = decodeSeed(found.text)
  if (!seed) {
    throw new QuittanceError(
      'KEY_ENCODING',
      'QUITTANCE_SIGNING_KEY is neither PKCS#8 PEM nor 32 bytes as hex or base64',
    )
  }
  if (passphrase !== undefined) {
    seed.fill(0)
    throw new QuittanceError('KEY_PASSPHRASE', 'a passphrase was given, but QUITTANCE_SIGNING_KEY is not encrypted')
  }
  return seed
}

const openSource = async (source: LocalSource): Promise<Found> => {
  switch (source.kind) {
    case 'file':
      return openFile(source)
    case 'pem':
      return privateKeyFromPem(source.pem, source.passphrase)
    case 'seed':
      return source.seed
    case 'env':
      return openEnvironment()
    case 'ephemeral':
      return generateKeyPairSync('ed25519').privateKey
  }
}

const checkedMessage = (message: Uint8Array): Uint8Array => {
  // node:crypto would quote a part of what was given instead.
  if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
  return message
}

const signerOf = (key: SeedSigner): Signer =>
  Object.freeze({
    keyId: didKey(key.publicKey),
    // no async function: one more promise a signature is felt
    sign(message: Uint8Array, options: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array> {
      try {
        options.signal?.throwIfAborted()
        return key.sign(checkedMessage(message))
      } catch (error) {
        return Promise.reject(error)
      }
    },
    signSync: (message: Uint8Array) => key.signSync(checkedMessage(message)),
  })

/**
 * A private key in this process, from a file, a text, the environment, or made for this process only. Nothing is read or
 * made before the first `signer()`; a failed opening is tried again at the next.
 *
 * @param options - exactly one source, and what goes with it
 * @returns the provider; its signers sign on Node's thread pool (`sign`) or on the calling thread (`signSync`, and always
 *   with `backend: 'sodium'`). After
 *   `close()`, `signer()` and signing are `KEY_UNAVAILABLE`. An aborted signal rejects with the signal's reason.
 * @throws TypeError for options that make no sense; QuittanceError `KEY_EPHEMERAL` for an ephemeral key in production.
 *   `signer()` rejects with `KEY_NOT_FOUND`, `KEY_AMBIGUOUS`, `KEY_ENCODING`, `KEY_PASSPHRASE`, `KEY_FILE_PERMISSIONS`,
 *   `KEY_UNAVAILABLE`
 * @example
 * ```ts
 * import { localKey } from 'quittance/keys/local'
 * const keys = localKey({ file: './receipts.key.pem', create: true })
 * ```
 */
export function localKey(options: LocalKeyOptions): KeyProvider {
  let source: LocalSource | undefined = checkedSource(options)
  const { backend = 'node' } = options
  const ephemeral = source.kind === 'ephemeral'
  let closed = false
  let opening: Promise<Signer> | undefined
  let opened: SeedSigner | undefined

  const open = async (from: LocalSource): Promise<Signer> => {
    const key = await signerFrom(await openSource(from), backend)
    if (closed) {
      key.wipe()
      throw unavailable()
    }
    opened = key
    // Texts can't be wiped, only let go of.
    source = undefined
    return signerOf(key)
  }

  const signer: KeyProvider['signer'] = async (asked = {}) => {
    asked.signal?.throwIfAborted()
    if (closed) throw unavailable()
    if (source && !opening) {
      opening = open(source).catch((error: unknown) => {
        opening = undefined
        throw error
      })
    }
    const ready = await opening
    if (closed || !ready) throw unavailable()
    return ready
  }

  return Object.freeze({
    name: 'local',
    signer,
    publicKeys: async () => [{ keyId: (await signer()).keyId }],
    async close() {
      closed = true
      if (source?.kind === 'seed') source.seed.fill(0)
      source = undefined
      opened?.wipe()
      opened = undefined
    },
    ...(ephemeral ? { ephemeral } : {}),
  })
}

/**
 * Makes a new key and writes it to a new file, mode 0600, durable when this resolves. Never overwrites.
 *
 * @param file - the path; its folder must exist
 * @param options - `passphrase` encrypts the file
 * @returns the path, absolute, and the did:key
 * @throws QuittanceError `KEY_FILE_EXISTS` when the path exists in any form, `KEY_NOT_FOUND` when its folder does not,
 *   `KEY_UNAVAILABLE`; TypeError for a wrong argument
 * @example
 * ```ts
 * import { generateKeyFile } from 'quittance/keys/local'
 * const { keyId } = await generateKeyFile('./receipts.key.pem')
 * ```
 */
export async function generateKeyFile(
  file: string,
  options: { readonly passphrase?: string | undefined } = {},
): Promise<{ readonly file: string; readonly keyId: string }> {
  if (typeof file !== 'string' || file === '') throw new TypeError('file must be a string that is not empty')
  const path = resolve(file)
  const { keyId, pem } = await newPrivateKey(checkedPassphrase(options.passphrase))
  if (!(await createKeyFile(path, pem))) {
    throw new QuittanceError('KEY_FILE_EXISTS', 'there is a file already, and a key is never overwritten', {
      details: { file: path },
    })
  }
  return { file: path, keyId }
}

/**
 * Reads the public key of a key file.
 *
 * @param file - a private key (PKCS#8 PEM, read under the same rules as for signing) or a public key (SPKI PEM)
 * @param options - the `passphrase` of an encrypted private key
 * @returns the 32 bytes of the public key
 * @throws QuittanceError `KEY_NOT_FOUND`, `KEY_ENCODING`, `KEY_PASSPHRASE`, `KEY_FILE_PERMISSIONS`, `KEY_UNAVAILABLE`
 * @example
 * ```ts
 * import { didKey } from 'quittance'
 * import { readPublicKey } from 'quittance/keys/local'
 * console.log(didKey(await readPublicKey('./receipts.key.pem')))
 * ```
 */
export async function readPublicKey(
  file: string,
  options: { readonly passphrase?: string | undefined } = {},
): Promise<Uint8Array> {
  if (typeof file !== 'string' || file === '') throw new TypeError('file must be a string that is not empty')
  const passphrase = checkedPassphrase(options.passphrase)
  const path = resolve(file)
  const content = await readKeyFile(path)
  if (content.text.trimStart().startsWith('-----BEGIN PUBLIC KEY-----')) return parsePublicKey(content.text)
  const privateKey = privateKeyOf(path, content, passphrase)
  return parsePublicKey(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString())
}
