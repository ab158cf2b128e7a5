/** A keyring as a `did:web` document, and back: the subpath `quittance/keys/did-web`. */
import { QuittanceError } from '../errors.js'
import { didKey, parseDidKey } from './did-key.js'
import { allows, Keyring, type KeyringEntry } from './keyring.js'
import { keyringInvalid } from './keyring-entry.js'
import { type JwkInput, type PublicJwk, parsePublicKey, publicKeyJwk } from './public-key.js'
import { instantOf } from './published/instant.js'
import { documentOf, type EntryRest, membersOrNone, readRest, restMember, restOf } from './published/rest.js'

/** How a document writes a key: `Multikey` and `JsonWebKey` are those of Controlled Identifiers 1.0, `JsonWebKey2020` is older. */
export type DidMethodType = 'Multikey' | 'JsonWebKey' | 'JsonWebKey2020'

/** A public key in a DID document. */
export interface DidVerificationMethod {
  readonly id: string
  readonly type: DidMethodType
  readonly controller: string
  readonly publicKeyMultibase?: string | undefined
  readonly publicKeyJwk?: PublicJwk | undefined
  /** From then on the key signs no more. */
  readonly expires?: string | undefined
  /** From then on it is to be taken for stolen. */
  readonly revoked?: string | undefined
  /** What the keyring says beside, and no field of the specification can. */
  readonly quittanceEntry?: EntryRest | undefined
}

/** A DID document. */
export interface DidDocument {
  readonly '@context': readonly (string | object)[]
  readonly id: string
  readonly verificationMethod: readonly DidVerificationMethod[]
  /** Keys that sign: everything but what was revoked. */
  readonly assertionMethod: readonly string[]
  /** Keys with the use `delegate`. */
  readonly capabilityDelegation?: readonly string[] | undefined
}

/** Where a document will stand, and how it is written. */
export interface DidWebOptions {
  /** `example.com`, `example.com:8443` or `example.com/receipts`, without `https://`; or a `did:web:…`. */
  readonly domain: string
  /** Default `Multikey`. */
  readonly type?: DidMethodType | undefined
}

/** A `did:web`, and where its document must be served. */
export interface DidWeb {
  readonly did: string
  readonly url: string
}

const contexts: Readonly<Record<DidMethodType, string>> = {
  Multikey: 'https://w3id.org/security/multikey/v1',
  JsonWebKey: 'https://w3id.org/security/jwk/v1',
  JsonWebKey2020: 'https://w3id.org/security/suites/jws-2020/v1',
}

const badDomain = (why: string): RangeError =>
  new RangeError(`domain must be like example.com or example.com/path: ${why}`)
const segmentPattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/
const hostPattern = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

function placeOf(domain: string): string {
  if (!domain.startsWith('did:web:')) return domain
  return domain.slice('did:web:'.length).replaceAll(':', '/').replace(/%3A/i, ':')
}

/**
 * Makes the `did:web` of a domain, and says where its document must stand.
 *
 * @param domain - a host name, perhaps with a port and a path; no IP address, which the method does not allow
 * @returns the DID, and the URL of its document
 * @throws TypeError, RangeError when it is none
 * @example
 * ```ts
 * import { didWeb } from 'quittance/keys/did-web'
 * const { did, url } = didWeb('example.com/receipts')
 * console.log(did, url) // did:web:example.com:receipts https://example.com/receipts/did.json
 * ```
 */
export function didWeb(domain: string): DidWeb {
  if (typeof domain !== 'string') throw new TypeError('domain must be a string')
  const place = placeOf(domain)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) throw badDomain('leave https:// out')
  const [authority = '', ...segments] = place.replace(/\/$/, '').split('/')
  let parsed: URL
  try {
    parsed = new URL(`https://${authority}`)
  } catch {
    throw badDomain('the host is malformed')
  }
  const host = parsed.hostname
  if (parsed.username !== '' || parsed.password !== '' || !hostPattern.test(host) || /^[\d.]+$/.test(host))
    throw badDomain('it needs a host name, and an IP address is none')
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') throw badDomain('it has no ? and no #')
  if (!segments.every((segment) => segmentPattern.test(segment)))
    throw badDomain('the parts of the path are letters, digits, dots, hyphens and underscores')
  const port = parsed.port === '' ? '' : `%3A${parsed.port}`
  const path = segments.length === 0 ? '.well-known' : segments.join('/')
  return {
    did: ['did:web', `${host}${port}`, ...segments].join(':'),
    url: `https://${parsed.host}/${path}/did.json`,
  }
}

/** Whole seconds are written short: every reader takes that. */
const stamp = (time: string): string => time.replace('.000Z', 'Z')

const methodOf = (did: string, type: DidMethodType, entry: KeyringEntry): DidVerificationMethod => {
  const { keyId, validUntil, revokedAt } = entry
  const multibase = keyId.slice('did:key:'.length)
  return {
    id: `${did}#${multibase}`,
    type,
    controller: did,
    ...(type === 'Multikey' ? { publicKeyMultibase: multibase } : { publicKeyJwk: publicKeyJwk(parseDidKey(keyId)) }),
    ...(validUntil === undefined ? {} : { expires: stamp(validUntil) }),
    ...(revokedAt === undefined ? {} : { revoked: stamp(revokedAt) }),
    ...restOf(entry),
  }
}

/**
 * Writes a keyring as the document of a `did:web`. The end of a window stands in `expires`, a revocation in `revoked`, as
 * Controlled Identifiers 1.0 has them. Revoked keys stay listed, so that what they signed before can be looked at, but are in
 * no verification relationship: a reader that does not know `revoked` does not trust them. Beginnings of windows, uses and
 * chains, for which the specification has no field, stand in `quittanceEntry`.
 *
 * @param keyring - the keyring
 * @param options - the domain
 * @returns the document; serve it as `did.json` at the URL that `didWeb` gives
 * @throws TypeError, RangeError for a wrong domain or type
 * @example
 * ```ts
 * import { Keyring } from 'quittance'
 * import { didDocument } from 'quittance/keys/did-web'
 * const keyring = new Keyring(['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'])
 * console.log(JSON.stringify(didDocument(keyring, { domain: 'example.com' })))
 * ```
 */
export function didDocument(keyring: Keyring, { domain, type = 'Multikey' }: DidWebOptions): DidDocument {
  if (!Object.hasOwn(contexts, type)) throw new RangeError(`type must be one of ${Object.keys(contexts).join(', ')}`)
  const { did } = didWeb(domain)
  const methods = keyring.entries().map((entry) => ({ entry, method: methodOf(did, type, entry) }))
  const standing = methods.filter(({ entry }) => entry.revokedAt === undefined)
  const delegating = standing.filter(({ entry }) => allows(entry, 'delegate')).map(({ method }) => method.id)
  const needsTerm = methods.some(({ method }) => method[restMember] !== undefined)
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      contexts[type],
      ...(needsTerm ? [{ [restMember]: { '@id': 'urn:quittance:entry', '@type': '@json' } }] : []),
    ],
    id: did,
    verificationMethod: methods.map(({ method }) => method),
    assertionMethod: standing.map(({ method }) => method.id),
    ...(delegating.length === 0 ? {} : { capabilityDelegation: delegating }),
  }
}

const types: ReadonlySet<unknown> = new Set([...Object.keys(contexts), 'Ed25519VerificationKey2020'])

/** @returns the did:key; `undefined` where it is a key of another kind */
function keyIdOf(method: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const { type, publicKeyMultibase, publicKeyJwk: jwk } = method
  if (!types.has(type)) return undefined
  if (publicKeyMultibase !== undefined && jwk !== undefined) throw keyringInvalid(path, 'has two keys')
  try {
    if (typeof publicKeyMultibase === 'string')
      return publicKeyMultibase.startsWith('z6Mk') ? didKey(parseDidKey(`did:key:${publicKeyMultibase}`)) : undefined
    const given = membersOrNone(jwk)
    return given.kty === 'OKP' && given.crv === 'Ed25519' ? didKey(parsePublicKey(given as JwkInput)) : undefined
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    throw keyringInvalid(path, 'holds a key that can not be read, or a private one')
  }
}

const timesOf = (method: Readonly<Record<string, unknown>>, path: string): Record<string, string> => {
  const times: Record<string, string> = {}
  for (const [name, member] of [
    ['expires', 'validUntil'],
    ['revoked', 'revokedAt'],
  ] as const) {
    if (method[name] === undefined) continue
    const time = instantOf(method[name])
    // A time that can't be read must not make a key good for longer.
    if (time === undefined) throw keyringInvalid(`${path}.${name}`, 'must be a time with its zone')
    times[member] = time
  }
  return times
}

/** @returns the ids of the keys that may assert, those written out in place among them */
function referencesOf(document: Readonly<Record<string, unknown>>, did: string) {
  const { assertionMethod: listed = [] } = document
  if (!Array.isArray(listed)) throw keyringInvalid('assertionMethod', 'must be a list')
  for (const [at, one] of listed.entries()) {
    if (typeof one !== 'string' && (typeof one !== 'object' || one === null || Array.isArray(one)))
      throw keyringInvalid(`assertionMethod[${at}]`, 'must be the id of a key, or a key')
  }
  const absolute = (id: unknown): string => (typeof id === 'string' ? (id.startsWith('#') ? `${did}${id}` : id) : '')
  return {
    absolute,
    ids: new Set(listed.map((one: unknown) => absolute(typeof one === 'string' ? one : membersOrNone(one).id))),
    embedded: listed.filter((one: unknown) => typeof one === 'object'),
  }
}

/**
 * Reads the document of a `did:web` as a keyring. What it is worth is what the way it came is worth: fetch it over TLS from the
 * domain that you meant.
 *
 * @param json - the text, or what `JSON.parse` made of it
 * @param options - `domain`: whose document it must be
 * @returns the keyring of its Ed25519 keys that may assert (`assertionMethod`) or are revoked; keys of other kinds and of
 *   other controllers are passed over
 * @throws QuittanceError `KEYRING_INVALID` when it is no such document, is of another domain, or holds no such key
 * @example
 * ```ts
 * import { keyringFromDidDocument } from 'quittance/keys/did-web'
 * const answer = await fetch('https://example.com/.well-known/did.json')
 * const keyring = keyringFromDidDocument(await answer.text(), { domain: 'example.com' })
 * ```
 */
export function keyringFromDidDocument(json: unknown, options: { readonly domain?: string | undefined } = {}): Keyring {
  const document = documentOf(json, 'the DID document')
  const { id: did, verificationMethod = [] } = document
  if (typeof did !== 'string' || !did.startsWith('did:')) throw keyringInvalid('id', 'must be a DID')
  if (options.domain !== undefined && did !== didWeb(options.domain).did)
    throw keyringInvalid('id', 'is the DID of another domain')
  if (!Array.isArray(verificationMethod)) throw keyringInvalid('verificationMethod', 'must be a list')
  const { absolute, ids, embedded } = referencesOf(document, did)
  const seen = new Set<string>()
  const entries = [...verificationMethod, ...embedded].flatMap((given: unknown, at) => {
    const method = membersOrNone(given)
    const path = `verificationMethod[${at}]`
    const id = absolute(method.id)
    if (id === '') throw keyringInvalid(path, 'must be an object with an id')
    // Of two keys with one id nobody can say which one is meant.
    if (seen.has(id)) throw keyringInvalid(path, 'has the id of another one')
    seen.add(id)
    const times = timesOf(method, path)
    const mayAssert = ids.has(id) || times.revokedAt !== undefined
    const keyId = method.controller === did && mayAssert ? keyIdOf(method, path) : undefined
    if (keyId === undefined) return []
    return [{ keyId, ...readRest(method[restMember], `${path}.${restMember}`), ...times }]
  })
  if (entries.length === 0) throw keyringInvalid('verificationMethod', 'holds no Ed25519 key that may assert')
  return Keyring.parse({ keys: entries })
}
