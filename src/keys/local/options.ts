import { resolve } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { decodeSeed } from './seed.js'

interface Common {
  /** True refuses an ephemeral key, as `QUITTANCE_ENV=production` does whatever stands here. */
  readonly production?: boolean | undefined
  /**
   * What signs. `node` (the default): node:crypto on its thread pool. `sodium`: the optional package `sodium-native` on the
   * calling thread, with half the work; better where the other cores are busy.
   */
  readonly backend?: LocalBackend | undefined
}

/** What signs with a key in this process. */
export type LocalBackend = 'node' | 'sodium'

/** Where a private key in this process comes from: exactly one of `file`, `pem`, `seed`, `env`, `ephemeral`. */
export type LocalKeyOptions =
  | (Common & {
      /** A PKCS#8 PEM file that only its owner may read or write. */
      readonly file: string
      /** Makes the file, mode 0600, when there is none. */
      readonly create?: boolean | undefined
      /** Of an encrypted file. */
      readonly passphrase?: string | undefined
    })
  | (Common & {
      /** PKCS#8 PEM. */
      readonly pem: string
      /** Of an encrypted PEM. */
      readonly passphrase?: string | undefined
    })
  | (Common & {
      /** The 32 bytes of the private key, or the same as hex or base64; bytes are copied at the call. */
      readonly seed: Uint8Array | string
    })
  | (Common & {
      /** From `QUITTANCE_SIGNING_KEY` or `QUITTANCE_SIGNING_KEY_FILE`, with `QUITTANCE_SIGNING_KEY_PASSPHRASE`. */
      readonly env: true
    })
  | (Common & {
      /** A new key that dies with the process. */
      readonly ephemeral: true
    })

/** The options, checked and copied. */
export type LocalSource =
  | { readonly kind: 'file'; readonly file: string; readonly create: boolean; readonly passphrase: string | undefined }
  | { readonly kind: 'pem'; readonly pem: string; readonly passphrase: string | undefined }
  | { readonly kind: 'seed'; readonly seed: Uint8Array }
  | { readonly kind: 'env' }
  | { readonly kind: 'ephemeral' }

const companions = {
  file: ['create', 'passphrase'],
  pem: ['passphrase'],
  seed: [],
  env: [],
  ephemeral: [],
} as const satisfies Record<LocalSource['kind'], readonly string[]>

const kinds = Object.keys(companions) as LocalSource['kind'][]

/** Messages name the option and never what was given: it may be the key. */
const wrong = (name: string, what: string): TypeError => new TypeError(`options.${name} must be ${what}`)

const textOf = (value: unknown, name: string): string => {
  if (typeof value !== 'string' || value === '') throw wrong(name, 'a string that is not empty')
  return value
}

/**
 * @param passphrase - as given
 * @returns it
 * @throws TypeError when it is neither absent nor a text that is not empty
 */
export function checkedPassphrase(passphrase: unknown): string | undefined {
  return passphrase === undefined ? undefined : textOf(passphrase, 'passphrase')
}

const flagOf = (value: unknown, name: string): boolean => {
  if (value !== undefined && typeof value !== 'boolean') throw wrong(name, 'true or false')
  return value === true
}

const seedOf = (seed: unknown): Uint8Array => {
  if (seed instanceof Uint8Array) {
    if (seed.length !== 32) throw wrong('seed', '32 bytes')
    return Uint8Array.from(seed)
  }
  if (typeof seed !== 'string') throw wrong('seed', 'a Uint8Array or a string')
  const bytes = decodeSeed(seed)
  if (!bytes) throw wrong('seed', '32 bytes as 64 hex digits or as base64')
  return bytes
}

const mustBeTrue = (value: unknown, name: string): void => {
  if (value !== true) throw wrong(name, 'true')
}

const sourceOf = (kind: LocalSource['kind'], given: Readonly<Record<string, unknown>>): LocalSource => {
  switch (kind) {
    case 'file': {
      const create = flagOf(given.create, 'create')
      // Resolved now, so that a later chdir doesn't change which file is meant.
      return {
        kind,
        file: resolve(textOf(given.file, 'file')),
        create,
        passphrase: checkedPassphrase(given.passphrase),
      }
    }
    case 'pem':
      return { kind, pem: textOf(given.pem, 'pem'), passphrase: checkedPassphrase(given.passphrase) }
    case 'seed':
      return { kind, seed: seedOf(given.seed) }
    case 'env':
    case 'ephemeral':
      mustBeTrue(given[kind], kind)
      return { kind }
  }
}

/**
 * @param options - as the caller gave them
 * @returns where the key comes from; a seed is copied
 * @throws TypeError for anything but exactly one source with what goes with it; QuittanceError `KEY_EPHEMERAL` for an
 *   ephemeral key in production
 */
export function checkedSource(options: LocalKeyOptions): LocalSource {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  const given: Readonly<Record<string, unknown>> = { ...options }
  const named = kinds.filter((kind) => given[kind] !== undefined)
  const [kind] = named
  if (kind === undefined || named.length > 1)
    throw new TypeError(`options must have exactly one of ${kinds.join(', ')}`)
  const known: readonly string[] = [kind, 'production', 'backend', ...companions[kind]]
  for (const name of Object.keys(given)) {
    if (given[name] !== undefined && !known.includes(name))
      throw new TypeError(`options.${name} does not go with ${kind}`)
  }
  const production = flagOf(given.production, 'production')
  if (given.backend !== undefined && given.backend !== 'node' && given.backend !== 'sodium')
    throw wrong('backend', "'node' or 'sodium'")
  const source = sourceOf(kind, given)
  if (kind === 'ephemeral' && (production || process.env.QUITTANCE_ENV?.trim().toLowerCase() === 'production')) {
    throw new QuittanceError(
      'KEY_EPHEMERAL',
      'an ephemeral key is refused in production: its receipts could not be told from forged ones after a restart',
    )
  }
  return source
}
