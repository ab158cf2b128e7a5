/** A secret in the hands of several custodians: the subpath `quittance/keys/split`. */
import { getRandomValues } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { didKey } from './did-key.js'
import { nodeBackend } from './ed25519/node.js'
import { examineShares, type ShareFault } from './split/examine.js'
import { loadShamir, type Shamir } from './split/shamir.js'
import {
  bytesOf,
  checkOf,
  isLabel,
  isShareCount,
  type SecretShare,
  type SharePurpose,
  type SplitDescription,
  shareFormat,
  splitIdOf,
} from './split/share.js'

export { examineShares, type ShareFault, type ShareReport } from './split/examine.js'
export { parseShare, type SecretShare, type SharePurpose, type SplitDescription, shareText } from './split/share.js'

/** How a secret is split. */
export interface SplitOptions {
  /** So many shares bring the secret back: 2 to 255. */
  readonly threshold: number
  /** So many are made: `threshold` to 255. */
  readonly shares: number
  /** What the custodians call it, 1 to 128 characters; it stands in every share in the clear. */
  readonly label: string
  /** Default `signing-key`: the secret is the 32-byte seed of an Ed25519 key. */
  readonly purpose?: SharePurpose | undefined
}

/** What shares gave back. */
export interface CombinedSecret extends Omit<SplitDescription, 'checks'> {
  readonly splitId: string
  /** A new array; wipe it when it is no longer needed. */
  readonly secret: Uint8Array
}

const optionNames = { threshold: true, shares: true, label: true, purpose: true } as const

function checkedOptions(options: SplitOptions): SplitOptions & { readonly purpose: SharePurpose } {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, optionNames, 'options')
  const { threshold, shares, label, purpose = 'signing-key' } = options
  if (!isShareCount(shares)) throw new RangeError('options.shares must be a whole number from 2 to 255')
  if (!isShareCount(threshold) || threshold > shares)
    throw new RangeError('options.threshold must be a whole number from 2 to options.shares')
  if (!isLabel(label))
    throw new RangeError('options.label must be 1 to 128 characters, none of them a control character')
  if (purpose !== 'signing-key' && purpose !== 'commitment-secret')
    throw new RangeError("options.purpose must be 'signing-key' or 'commitment-secret'")
  return { threshold, shares, label, purpose }
}

/** The library takes no subclass of `Uint8Array`, and a copy can be wiped. */
function checkedSecret(secret: Uint8Array, purpose: SharePurpose): Uint8Array {
  if (!(secret instanceof Uint8Array)) throw new TypeError('secret must be a Uint8Array')
  if (purpose === 'signing-key' && secret.length !== 32)
    throw new RangeError('secret must be 32 bytes: the seed of an Ed25519 key')
  if (secret.length < 32 || secret.length > 1024) throw new RangeError('secret must be 32 to 1024 bytes')
  return Uint8Array.from(secret)
}

function keyIdOf(seed: Uint8Array): string {
  const signer = nodeBackend.signerFromSeed(seed)
  signer.wipe()
  return didKey(signer.publicKey)
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

const wrong = (message: string, reason: string, path?: string): QuittanceError =>
  new QuittanceError('KEY_SHARE', message, {
    details: { reason, retryable: false, ...(path === undefined ? {} : { path }) },
  })

/** What is handed out must bring the secret back: better found out now than when it is needed. */
async function prove(shamir: Shamir, parts: readonly Uint8Array[], threshold: number, secret: Uint8Array) {
  for (const some of [parts.slice(0, threshold), parts.slice(-threshold)]) {
    const back = await shamir.combine([...some])
    const proved = same(back, secret)
    back.fill(0)
    if (!proved) throw wrong('the shares that were made do not bring the secret back; none was handed out', 'unproved')
  }
}

/**
 * Splits a secret among custodians with Shamir's scheme (the package `shamir-secret-sharing`): any `threshold` of the shares
 * bring it back, fewer tell nothing about it. Each share holds a check value of itself and the check values of the others, all
 * under the name of the split, so that `combineShares` can name one that was altered or is of another split. What is
 * returned was proved to bring the secret back.
 *
 * @param secret - the 32-byte seed of an Ed25519 key, or another secret of 32 to 1,024 random bytes; it is left as it is
 * @param options - how many shares, and what they are called
 * @returns the shares; write each with `shareText` to a place of its own
 * @throws QuittanceError `KEY_UNAVAILABLE` where the package is not installed; TypeError, RangeError naming the argument
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import { shareText, splitSecret } from 'quittance/keys/split'
 * const shares = await splitSecret(randomBytes(32), { threshold: 2, shares: 3, label: 'receipts 2026' })
 * console.log(shares.map(shareText).length)
 * ```
 */
export async function splitSecret(secret: Uint8Array, options: SplitOptions): Promise<readonly SecretShare[]> {
  const { threshold, shares, label, purpose } = checkedOptions(options)
  const copy = checkedSecret(secret, purpose)
  let parts: Uint8Array[] = []
  try {
    const shamir = await loadShamir()
    parts = await shamir.split(copy, shares, threshold)
    await prove(shamir, parts, threshold, copy)
    const salts = parts.map(() => getRandomValues(new Uint8Array(32)))
    const description: SplitDescription = {
      purpose,
      label,
      threshold,
      shares,
      ...(purpose === 'signing-key' ? { keyId: keyIdOf(copy) } : {}),
      checks: Object.freeze(parts.map((part, at) => checkOf(at + 1, salts[at] as Uint8Array, part))),
    }
    const splitId = splitIdOf(description)
    return parts.map((part, at) =>
      Object.freeze({
        format: shareFormat,
        splitId,
        index: at + 1,
        ...description,
        salt: base64urlnopad.encode(salts[at] as Uint8Array),
        share: base64urlnopad.encode(part),
      }),
    )
  } finally {
    copy.fill(0)
    for (const part of parts) part.fill(0)
  }
}

const said = ({ position, index, message }: ShareFault): string =>
  `share ${position + 1}${index === undefined ? '' : ` (index ${index})`}: ${message}`

/**
 * Brings a split secret back. A share that is altered, of another split, given twice or no share at all is named, and nothing
 * is combined; leave it out and try again with the others.
 *
 * @param given - at least `threshold` shares: the texts of their files, or what `JSON.parse` made of them
 * @param options - `splitId`, where it was noted when the secret was split: without it the split that most shares are of is
 *   taken for the one that is meant
 * @returns the secret, and what the shares say of it; of a signing key it was checked against its did:key
 * @throws QuittanceError `KEY_SHARE` with `details.reason` (`malformed`, `altered`, `foreign`, `twice`, `too-few`, `unproved`)
 *   and `details.path`, as `shares[1]`, of the first that is wrong; `KEY_UNAVAILABLE` where the package is not installed
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { localKey } from 'quittance/keys/local'
 * import { combineShares } from 'quittance/keys/split'
 * const texts = await Promise.all(['a.share.json', 'b.share.json'].map((file) => readFile(file, 'utf8')))
 * const { secret } = await combineShares(texts)
 * const keys = localKey({ seed: secret })
 * secret.fill(0)
 * ```
 */
export async function combineShares(
  given: readonly unknown[],
  options: { readonly splitId?: string | undefined } = {},
): Promise<CombinedSecret> {
  const { good, faults } = examineShares(given, options)
  const [fault] = faults
  if (fault) throw wrong(faults.map(said).join('; '), fault.reason, `shares[${fault.position}]`)
  const [first] = good
  if (first === undefined) throw wrong('no share was given', 'too-few')
  const { threshold, splitId, purpose, label, shares, keyId } = first
  if (good.length < threshold)
    throw wrong(`${good.length} of the ${threshold} shares that are needed were given`, 'too-few')
  const shamir = await loadShamir()
  const parts = good.slice(0, threshold).map((share) => bytesOf(share).share)
  try {
    const secret = await shamir.combine(parts)
    if (purpose === 'signing-key' && (secret.length !== 32 || keyIdOf(secret) !== keyId)) {
      secret.fill(0)
      throw wrong('what the shares give is not the key that they name: whoever split it made a mistake', 'unproved')
    }
    return { secret, splitId, purpose, label, threshold, shares, ...(keyId === undefined ? {} : { keyId }) }
  } finally {
    for (const part of parts) part.fill(0)
  }
}
