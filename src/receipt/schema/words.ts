import { chainIdPattern } from '../../primitives/chain-id.js'
import { prefixedHex } from '../../primitives/hex-text.js'
import { isTime, timePattern } from '../../primitives/time.js'
import { text } from './describe.js'

export { isTime }

const isDigest = prefixedHex('sha256:', 64)
const isPseudonym = prefixedHex('hmac-sha256:', 64)
const isSignature = prefixedHex('ed25519:', 128)

/** An identifier, 1-256 characters. */
export const id = text(
  /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,255}$/,
  'an id: 1-256 of A-Z a-z 0-9 . _ : @ / + -, the first a letter or digit',
  { repeats: true },
)

/** A version, 1-128 characters of an identifier. */
export const version = text(
  /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}$/,
  'a version: 1-128 of A-Z a-z 0-9 . _ : @ / + -, the first a letter or digit',
  { repeats: true },
)

/** A word of an open vocabulary, 1-128 characters. */
export const token = text(
  /^[A-Za-z][A-Za-z0-9._:()/-]{0,127}$/,
  'a token: 1-128 of A-Z a-z 0-9 . _ : ( ) / -, the first a letter',
  { repeats: true },
)

/** A chain's name: no `..`, no leading or trailing `/`. */
export const chainName = text(
  chainIdPattern,
  'a chain id: 1-256 of A-Z a-z 0-9 . _ : @ / -, no .. and no / at either end',
  { repeats: true },
)

/** A UUID of version 7 (RFC 9562), lower case. */
export const uuidv7 = text(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  'a lower-case UUID of version 7',
)

/** `sha256:` and 64 hex digits. */
export const digest = text<`sha256:${string}`>(/^sha256:[0-9a-f]{64}$/, '"sha256:" and 64 lower-case hex digits', {
  holds: isDigest,
})

/** `hmac-sha256:` and 64 hex digits. */
export const pseudonym = text<`hmac-sha256:${string}`>(
  /^hmac-sha256:[0-9a-f]{64}$/,
  '"hmac-sha256:" and 64 lower-case hex digits',
  { holds: isPseudonym },
)

/** A digest, plain or keyed. */
export const digestOrPseudonym = text<`sha256:${string}` | `hmac-sha256:${string}`>(
  /^(?:hmac-)?sha256:[0-9a-f]{64}$/,
  '"sha256:" or "hmac-sha256:" and 64 lower-case hex digits',
  { holds: (value) => isDigest(value) || isPseudonym(value) },
)

/** An Ed25519 signature: `ed25519:` and 128 hex digits. */
export const signature = text<`ed25519:${string}`>(
  /^ed25519:[0-9a-f]{128}$/,
  '"ed25519:" and 128 lower-case hex digits',
  { holds: isSignature },
)

/** A public key as did:key; that it decodes to a key is the admission's business. */
export const didKey = text<`did:key:z6Mk${string}`>(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/, 'an Ed25519 did:key', {
  repeats: true,
})

/** 128 bits in hex. */
export const hex32 = text(/^[0-9a-f]{32}$/, '32 lower-case hex digits')

/** 256 bits in hex. */
export const hex64 = text(/^[0-9a-f]{64}$/, '64 lower-case hex digits', { holds: prefixedHex('', 64) })

/** An instant in UTC to the millisecond. */
export const time = text(timePattern, 'a time as YYYY-MM-DDTHH:MM:SS.sssZ', {
  holds: isTime,
  json: { format: 'date-time' },
})
