/** Whom to trust: only what the caller brings, never what came with the data. */
import { type Command, InvalidArgumentError } from 'commander'
import { QuittanceError } from '../errors.js'
import { Keyring, type KeyringEntry, type KeyUse } from '../keys/keyring.js'
import { keyringFromFile, pathOfFileUrl } from '../url.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'

/** The options that `addTrustOptions` adds. */
export interface TrustOptions {
  readonly keyring?: string | undefined
  readonly trust?: readonly KeyringEntry[] | undefined
}

/** A keyring, and where it is from. */
export interface Trust {
  readonly keyring: Keyring
  /** For people. */
  readonly origin: string
}

/**
 * @param text - uses between commas
 * @returns them; the keyring refuses unknown ones
 */
export function usesOf(text: string): readonly KeyUse[] {
  return text.split(',') as KeyUse[]
}

const trustPattern = /^(?:([a-z,]+)=)?(did:key:[A-Za-z0-9]+)$/

function trustedKey(text: string, before: readonly KeyringEntry[] | undefined): readonly KeyringEntry[] {
  const [, uses, keyId] = trustPattern.exec(text) ?? []
  if (keyId === undefined) {
    throw new InvalidArgumentError('It must be did:key:…, or USE[,USE]=did:key:… such as receipt,rotate=did:key:….')
  }
  return [...(before ?? []), uses === undefined ? { keyId } : { keyId, uses: usesOf(uses) }]
}

/**
 * Adds `--keyring` and `--trust`.
 *
 * @param command - the command
 * @returns the command
 */
export function addTrustOptions(command: Command): Command {
  return command
    .option('--keyring <file>', 'the public keys that you trust, as JSON; default the file in QUITTANCE_KEYRING')
    .option(
      '--trust <key>',
      'a public key that you trust, as [USE[,USE]=]did:key:… (default use: receipt); may be repeated',
      trustedKey,
    )
}

const howToGetOne = [
  'Get the public key from the signer by another way than the receipts, then give --keyring FILE or --trust did:key:…',
  '(the signer prints it with "quittance public-key KEYFILE", or a keyring with "--format keyring").',
]

/**
 * @param options - what was typed
 * @param io - the process
 * @returns the keyring that was asked for; `undefined` where none was
 * @throws QuittanceError `KEYRING_INVALID`
 */
export async function trustIfAny(options: TrustOptions, io: Io): Promise<Trust | undefined> {
  const file = options.keyring ?? (io.env.QUITTANCE_KEYRING || undefined)
  const more = options.trust ?? []
  // the environment's keyring is a default: keys named on the command line stand instead of it
  const used = options.keyring === undefined && more.length > 0 ? undefined : file
  if (used === undefined) {
    if (more.length === 0) return undefined
    return { keyring: new Keyring(more), origin: '--trust' }
  }
  const path = /^file:/i.test(used) ? pathOfFileUrl(used, io.cwd) : pathFrom(io, used)
  const keyring = (await keyringFromFile(path)).with(...more)
  if (keyring.entries().length === 0) {
    throw new QuittanceError('KEYRING_INVALID', 'the keyring holds no key', { details: { file: path } })
  }
  const named = options.keyring === undefined ? `${used} (QUITTANCE_KEYRING)` : used
  return { keyring, origin: more.length === 0 ? named : `${named} and --trust` }
}

/**
 * As `trustIfAny`, for what can't be done without a keyring.
 *
 * @param options - what was typed
 * @param io - the process
 * @returns the keyring
 * @throws UsageError when there is none; QuittanceError `KEYRING_INVALID`
 */
export async function trustFor(options: TrustOptions, io: Io): Promise<Trust> {
  const trust = await trustIfAny(options, io)
  if (trust === undefined)
    throw new UsageError('no keyring was given, and a key found in the data is never trusted.', howToGetOne)
  return trust
}
