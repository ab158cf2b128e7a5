/** A keyring as a JSON Web Key Set, and back: the subpath `quittance/keys/jwks`. */

import { isTime } from '../primitives/time.js'
import { didKey, parseDidKey } from './did-key.js'
import { Keyring, type KeyringEntry } from './keyring.js'
import { keyringInvalid } from './keyring-entry.js'
import { type JwkInput, type PublicJwk, parsePublicKey, publicKeyJwk } from './public-key.js'
import { instantOfSeconds } from './published/instant.js'
import { documentOf, type EntryRest, membersOrNone, readRest, restMember, restOf } from './published/rest.js'

/** One key of the set. */
export interface PublishedJwk extends PublicJwk {
  /** The did:key, as receipts name it. */
  readonly kid: string
  readonly use: 'sig'
  readonly alg: 'EdDSA'
  /** Seconds since 1970, rounded to the narrower side: from when on the key may have signed. */
  readonly nbf?: number | undefined
  /** Seconds since 1970: from when on it may not. */
  readonly exp?: number | undefined
  /** Seconds since 1970: since when it is to be taken for stolen. */
  readonly revoked?: { readonly revoked_at: number } | undefined
  /** What the keyring says beside. */
  readonly quittanceEntry?: (EntryRest & { readonly validUntil?: string; readonly revokedAt?: string }) | undefined
}

/** A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037). */
export interface PublishedJwks {
  readonly keys: readonly PublishedJwk[]
  /** True where keys were left out: such a set is no keyring, and `keyringFromJwks` refuses it. */
  readonly quittanceIncomplete?: true | undefined
}

/** What is written. */
export interface JwksOptions {
  /**
   * True leaves out keys that are revoked or whose window is over, for readers that take every key of a set for good. What is left
   * says less than the keyring, so it can't be read back as one.
   */
  readonly currentOnly?: boolean | undefined
  /** What is current, in milliseconds since 1970; default the clock. */
  readonly now?: number | undefined
}

const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000)

const jwkOf = (entry: KeyringEntry): PublishedJwk => {
  const { keyId, validFrom, validUntil, revokedAt } = entry
  // Seconds are too coarse for an exact way back.
  const exact = {
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  }
  return {
    ...publicKeyJwk(parseDidKey(keyId)),
    kid: keyId,
    use: 'sig',
    alg: 'EdDSA',
    ...(validFrom === undefined ? {} : { nbf: Math.ceil(Date.parse(validFrom) / 1000) }),
    ...(validUntil === undefined ? {} : { exp: seconds(validUntil) }),
    ...(revokedAt === undefined ? {} : { revoked: { revoked_at: seconds(revokedAt) } }),
    ...restOf(entry, exact),
  }
}

/**
 * Writes a keyring as a JSON Web Key Set. The window stands in `nbf` and `exp`, a revocation in `revoked`, as OpenID Federation
 * writes historical keys; what no common member can say stands in `quittanceEntry`. Revoked keys are written too: a certificate
 * or a rotation within a chain could make a key count again that nothing says to be revoked.
 *
 * @param keyring - the keyring
 * @param options - `currentOnly` leaves out what is revoked or over
 * @returns the set; marked with `quittanceIncomplete` where keys were left out
 * @example
 * ```ts
 * import { Keyring } from 'quittance'
 * import { keyringJwks } from 'quittance/keys/jwks'
 * const jwks = keyringJwks(new Keyring(['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw']))
 * ```
 */
export function keyringJwks(keyring: Keyring, options: JwksOptions = {}): PublishedJwks {
  const now = new Date(options.now ?? Date.now()).toISOString()
  const stands = ({ validUntil, revokedAt }: KeyringEntry): boolean =>
    revokedAt === undefined && (validUntil === undefined || now < validUntil)
  const entries = keyring.entries()
  const written = options.currentOnly === true ? entries.filter(stands) : entries
  return {
    keys: written.map(jwkOf),
    ...(written.length === entries.length ? {} : { quittanceIncomplete: true }),
  }
}

/** The earlier of two ends, so that what is edited in one place only ever narrows. */
const earlier = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one

const later = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one

/** A member that can't be read must not make a key good for longer. */
const timeOf = (value: unknown, path: string): string | undefined => {
  if (value === undefined) return undefined
  const time = instantOfSeconds(value)
  if (time === undefined) throw keyringInvalid(path, 'must be a time in seconds since 1970')
  return time
}

/** Compared as text later, which only times that exist stand. */
const textTime = (value: unknown, path: string): string | undefined => {
  if (value === undefined || (typeof value === 'string' && isTime(value))) return value
  throw keyringInvalid(path, 'must be a time as YYYY-MM-DDTHH:MM:SS.sssZ')
}

const coarse = (exact: string | undefined, published: string | undefined): string | undefined =>
  exact !== undefined && published !== undefined && Math.abs(Date.parse(exact) - Date.parse(published)) < 1000
    ? exact
    : undefined

const entryOf = (jwk: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> => {
  const keyId = didKey(parsePublicKey(jwk as JwkInput))
  if (typeof jwk.kid === 'string' && jwk.kid.startsWith('did:key:') && jwk.kid !== keyId)
    throw keyringInvalid(`${path}.kid`, 'names another key')
  const restPath = `${path}.${restMember}`
  const {
    validFrom: from,
    validUntil: until,
    revokedAt: since,
    ...rest
  } = readRest(jwk[restMember], restPath, ['validUntil', 'revokedAt'])
  const validFrom = textTime(from, `${restPath}.validFrom`)
  const validUntil = textTime(until, `${restPath}.validUntil`)
  const revokedAt = textTime(since, `${restPath}.revokedAt`)
  const nbf = timeOf(jwk.nbf, `${path}.nbf`)
  const exp = timeOf(jwk.exp, `${path}.exp`)
  const revoked =
    jwk.revoked === undefined
      ? undefined
      : timeOf(membersOrNone(jwk.revoked).revoked_at ?? null, `${path}.revoked.revoked_at`)
  const given = {
    validFrom: coarse(validFrom, nbf) ?? later(nbf, validFrom),
    validUntil: coarse(validUntil, exp) ?? earlier(exp, validUntil),
    revokedAt: coarse(revokedAt, revoked) ?? earlier(revoked, revokedAt),
  }
  const times = Object.fromEntries(Object.entries(given).filter(([, time]) => time !== undefined))
  return { keyId, ...rest, ...times }
}

/**
 * Reads a JSON Web Key Set as a keyring. Where it came from decides what it is worth: fetch it over a connection that you
 * trust, and never take one that came with the receipts.
 *
 * @param json - the text, or what `JSON.parse` made of it
 * @returns the keyring of its Ed25519 keys for signatures, each with the use `receipt` where nothing else is said; other keys
 *   are passed over
 * @throws QuittanceError `KEYRING_INVALID` when it is no key set, holds no such key, or is marked as one that lacks keys; `KEY_ENCODING` for a private key
 * @example
 * ```ts
 * import { keyringFromJwks } from 'quittance/keys/jwks'
 * const keyring = keyringFromJwks('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}')
 * ```
 */
export function keyringFromJwks(json: unknown): Keyring {
  const { keys, quittanceIncomplete } = documentOf(json, 'the key set')
  if (quittanceIncomplete !== undefined)
    throw keyringInvalid('quittanceIncomplete', 'says that revoked or expired keys were left out: it is no keyring')
  if (!Array.isArray(keys)) throw keyringInvalid('keys', 'must be a list')
  const entries = keys.flatMap((given: unknown, at) => {
    const jwk = membersOrNone(given)
    const forUs = jwk.kty === 'OKP' && jwk.crv === 'Ed25519' && (jwk.use === undefined || jwk.use === 'sig')
    return forUs ? [entryOf(jwk, `keys[${at}]`)] : []
  })
  if (entries.length === 0) throw keyringInvalid('keys', 'hold no Ed25519 key for signatures')
  return Keyring.parse({ keys: entries })
}
