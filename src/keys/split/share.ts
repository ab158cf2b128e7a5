/** One share of a split secret, as it stands in a file. */
import { base64urlnopad } from '@scure/base'
import { QuittanceError } from '../../errors.js'
import { concatBytes, utf8 } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { duplicateMember } from '../duplicate-member.js'

/** What the secret is for. */
export type SharePurpose = 'signing-key' | 'commitment-secret'

/** What all shares of one split say alike. */
export interface SplitDescription {
  readonly purpose: SharePurpose
  /** What the custodians call it. */
  readonly label: string
  /** So many shares bring the secret back. */
  readonly threshold: number
  /** So many were made. */
  readonly shares: number
  /** The did:key of a signing key. */
  readonly keyId?: string | undefined
  /** A check value a share, by index: it binds the share and its salt, and tells nothing of them. */
  readonly checks: readonly string[]
}

/** A share. Whoever holds `threshold` of one `splitId` holds the secret. */
export interface SecretShare extends SplitDescription {
  readonly format: typeof shareFormat
  /** `sha256:` and 64 hex digits, over what all shares say alike. */
  readonly splitId: string
  /** From 1 to `shares`. */
  readonly index: number
  /** 32 random bytes as base64url, that keep the check value from being tried against guesses. */
  readonly salt: string
  /** Base64url. */
  readonly share: string
}

/** The first member of every share. */
export const shareFormat = 'quittance/1 share'

const labelPattern = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u
const digestPattern = /^sha256:[0-9a-f]{64}$/
const keyIdPattern = /^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/
const encodedPattern = /^[A-Za-z0-9_-]+$/
/** 255 check values and a long label. */
const longestText = 64 * 1024
/** A secret of 1,024 bytes, and its place on the polynomial. */
const longestShare = 1025

const members = [
  'format',
  'splitId',
  'index',
  'threshold',
  'shares',
  'purpose',
  'label',
  'keyId',
  'checks',
  'salt',
  'share',
] as const satisfies readonly (keyof SecretShare)[]
const known: ReadonlySet<string> = new Set(members)

/**
 * @param value - a label
 * @returns whether it can be one: 1 to 128 characters, none of which moves a cursor or hides
 */
export const isLabel = (value: unknown): value is string => typeof value === 'string' && labelPattern.test(value)

/**
 * @param value - a number
 * @returns whether it can be a number of shares
 */
export const isShareCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 2 && (value as number) <= 255

/**
 * @param index - of the share
 * @param salt - its 32 bytes
 * @param share - its bytes
 * @returns its check value
 */
export function checkOf(index: number, salt: Uint8Array, share: Uint8Array): string {
  // The lengths are fixed by what stands before them, so no two shares give the same bytes.
  return `sha256:${sha256Hex(concatBytes(utf8(`quittance/1 share check\n${index}\n`), salt, share))}`
}

/**
 * @param description - what all shares say alike
 * @returns the name of the split: another threshold, label or check value is another split
 */
export function splitIdOf({ purpose, label, threshold, shares, keyId, checks }: SplitDescription): string {
  const lines = ['quittance/1 split', purpose, label, threshold, shares, keyId ?? '', ...checks]
  return `sha256:${sha256Hex(`${lines.join('\n')}\n`)}`
}

const refuse = (why: string): QuittanceError =>
  new QuittanceError('KEY_SHARE', why, { details: { reason: 'malformed', retryable: false } })

const decoded = (text: unknown, fits: (length: number) => boolean): Uint8Array | undefined => {
  if (typeof text !== 'string' || text.length > 2 * longestShare || !encodedPattern.test(text)) return undefined
  try {
    const bytes = base64urlnopad.decode(text)
    return fits(bytes.length) ? bytes : undefined
  } catch {
    // Bits beyond the last byte. The decoder's message may quote the text, so it goes no further.
    return undefined
  }
}

/**
 * @param share - a share that was parsed
 * @returns its salt and its bytes, new arrays; wipe them
 */
export function bytesOf({ salt, share }: Pick<SecretShare, 'salt' | 'share'>): {
  readonly salt: Uint8Array
  readonly share: Uint8Array
} {
  const bytes = {
    salt: decoded(salt, (length) => length === 32),
    share: decoded(share, (length) => length >= 2 && length <= longestShare),
  }
  if (bytes.salt === undefined || bytes.share === undefined) throw refuse('the share is not complete')
  return { salt: bytes.salt, share: bytes.share }
}

const objectOf = (given: unknown): Readonly<Record<string, unknown>> => {
  let value = given
  if (typeof given === 'string') {
    if (given.length > longestText) throw refuse('it is too long for a share')
    try {
      value = JSON.parse(given)
    } catch {
      // The parser's own message quotes the text.
      throw refuse('it is not JSON')
    }
    if (duplicateMember(given) !== undefined) throw refuse('it has a member twice')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('it is no share')
  return value as Readonly<Record<string, unknown>>
}

/**
 * Reads one share and checks its form; whether it is as it was made is told by `examineShares`.
 *
 * @param given - the text of its file, or what `JSON.parse` made of it
 * @returns the share
 * @throws QuittanceError `KEY_SHARE` when it is no share, or is not complete; the message repeats nothing of it
 */
export function parseShare(given: unknown): SecretShare {
  const value = objectOf(given)
  if (value.format !== shareFormat) throw refuse('it is no share that this release reads')
  for (const name of Object.keys(value)) if (!known.has(name)) throw refuse('it has a member that is not known')
  const { splitId, index, threshold, shares, purpose, label, keyId, checks, salt, share } = value
  const wrong = (name: string): QuittanceError => refuse(`its ${name} is missing or malformed`)
  if (purpose !== 'signing-key' && purpose !== 'commitment-secret') throw wrong('purpose')
  if (!isLabel(label)) throw wrong('label')
  if (!isShareCount(shares)) throw wrong('shares')
  if (!isShareCount(threshold) || threshold > shares) throw wrong('threshold')
  if (typeof splitId !== 'string' || !digestPattern.test(splitId)) throw wrong('splitId')
  if (!Number.isInteger(index) || (index as number) < 1 || (index as number) > shares) throw wrong('index')
  if (keyId !== undefined && !(typeof keyId === 'string' && keyIdPattern.test(keyId))) throw wrong('keyId')
  if (
    !Array.isArray(checks) ||
    checks.length !== shares ||
    !checks.every((check) => typeof check === 'string' && digestPattern.test(check))
  )
    throw wrong('checks')
  if (typeof salt !== 'string') throw wrong('salt')
  if (typeof share !== 'string') throw wrong('share')
  const parsed: SecretShare = {
    format: shareFormat,
    splitId,
    index: index as number,
    threshold,
    shares,
    purpose,
    label,
    ...(keyId === undefined ? {} : { keyId }),
    checks: Object.freeze([...checks]),
    salt,
    share,
  }
  const bytes = bytesOf(parsed)
  bytes.share.fill(0)
  return Object.freeze(parsed)
}

/**
 * @param share - a share
 * @returns the text of its file
 */
export function shareText(share: SecretShare): string {
  return `${JSON.stringify(share, [...members], 2)}\n`
}
