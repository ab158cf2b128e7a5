import { QuittanceError } from '../errors.js'
import { isTime } from '../primitives/time.js'
import { isChainPattern } from './chain-pattern.js'
import { admitKey, refusalText } from './ed25519/admission.js'

/** What a key may sign. `receipt` is the default. */
export type KeyUse = 'receipt' | 'delegate' | 'rotate' | 'revoke' | 'retention' | 'checkpoint' | 'report'

/** One public key that a verifier trusts. */
export interface KeyringEntry {
  /** `did:key:z6Mk…` */
  readonly keyId: string
  /** Default `['receipt']`. */
  readonly uses?: readonly KeyUse[] | undefined
  /** Inclusive, `YYYY-MM-DDTHH:MM:SS.sssZ`. */
  readonly validFrom?: string | undefined
  /** Exclusive: retirement. */
  readonly validUntil?: string | undefined
  /** Compromise: nothing dated at or after it counts, earlier receipts only where other evidence dates them. */
  readonly revokedAt?: string | undefined
  /** Exact chain ids, or prefixes ending in `*`; absent: every chain. */
  readonly chains?: readonly string[] | undefined
  readonly comment?: string | undefined
}

const knownUses: ReadonlySet<unknown> = new Set<KeyUse>([
  'receipt',
  'delegate',
  'rotate',
  'revoke',
  'retention',
  'checkpoint',
  'report',
])
const knownMembers: ReadonlySet<string> = new Set<keyof KeyringEntry>([
  'keyId',
  'uses',
  'validFrom',
  'validUntil',
  'revokedAt',
  'chains',
  'comment',
])
// A comment is shown on terminals, where control characters are commands.
const commentPattern = /^[^\p{Cc}\p{Cs}]{0,1024}$/u

/**
 * @param path - the member concerned
 * @param why - what is wrong with it, without its value
 * @returns the error to throw
 */
export function keyringInvalid(path: string, why: string, keyId?: string): QuittanceError {
  return new QuittanceError('KEYRING_INVALID', path === '' ? `the keyring ${why}` : `${path} ${why}`, {
    details: { ...(path === '' ? {} : { path }), ...(keyId === undefined ? {} : { keyId }) },
  })
}

/**
 * @param value - what should be a JSON object
 * @param path - where it stands
 * @param known - the members that it may have
 * @returns its members, those set to `undefined` left out
 * @throws QuittanceError `KEYRING_INVALID` when it is no object or has another member
 */
export function membersOf(value: unknown, path: string, known: ReadonlySet<string>): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw keyringInvalid(path, 'must be an object')
  const members = new Map<string, unknown>()
  for (const [name, member] of Object.entries(value)) {
    if (!known.has(name)) {
      const shown = /^[A-Za-z]{1,32}$/.test(name) ? `"${name}"` : 'an unknown name'
      throw keyringInvalid(path, `has a member that is not known: ${shown}`)
    }
    if (member !== undefined) members.set(name, member)
  }
  return members
}

const checkedKeyId = (keyId: unknown, path: string): string => {
  if (typeof keyId !== 'string') throw keyringInvalid(path, 'must be a did:key')
  const { refused } = admitKey(keyId)
  if (refused) throw keyringInvalid(path, refusalText[refused])
  return keyId
}

const checkedTime = (time: unknown, path: string): string => {
  if (typeof time !== 'string' || !isTime(time))
    throw keyringInvalid(path, 'must be a time as YYYY-MM-DDTHH:MM:SS.sssZ')
  return time
}

/** A list that is not empty and names nothing twice: an empty one would read like "no limit". */
const checkedList = <T>(
  list: unknown,
  path: string,
  holds: (item: unknown) => item is T,
  what: string,
): readonly T[] => {
  if (!Array.isArray(list) || list.length === 0) throw keyringInvalid(path, 'must be a list of at least one')
  const items = list.map((item: unknown, index) => {
    if (!holds(item)) throw keyringInvalid(`${path}[${index}]`, `must be ${what}`)
    if (list.indexOf(item) !== index) throw keyringInvalid(`${path}[${index}]`, 'is there twice')
    return item
  })
  return Object.freeze(items)
}

const isUse = (use: unknown): use is KeyUse => knownUses.has(use)
const isPattern = (pattern: unknown): pattern is string => typeof pattern === 'string' && isChainPattern(pattern)

/**
 * Checks one entry and copies it.
 *
 * @param given - a did:key, or an entry
 * @param path - where it stands, as `keys[0]`
 * @returns a frozen copy
 * @throws QuittanceError `KEYRING_INVALID` with `details.path`
 */
export function checkedEntry(given: unknown, path: string): KeyringEntry {
  if (typeof given === 'string') return Object.freeze({ keyId: checkedKeyId(given, path) })
  const members = membersOf(given, path, knownMembers)
  const keyId = checkedKeyId(members.get('keyId'), `${path}.keyId`)
  const when = (name: 'validFrom' | 'validUntil' | 'revokedAt'): { [name: string]: string } =>
    members.has(name) ? { [name]: checkedTime(members.get(name), `${path}.${name}`) } : {}
  const uses = members.get('uses')
  const chains = members.get('chains')
  const comment = members.get('comment')
  if (comment !== undefined && !(typeof comment === 'string' && commentPattern.test(comment))) {
    throw keyringInvalid(
      `${path}.comment`,
      'must be a text of at most 1024 characters, none of them a control character',
    )
  }
  const entry: KeyringEntry = {
    keyId,
    ...(uses === undefined ? {} : { uses: checkedList(uses, `${path}.uses`, isUse, 'a use that this release knows') }),
    ...when('validFrom'),
    ...when('validUntil'),
    ...when('revokedAt'),
    ...(chains === undefined
      ? {}
      : { chains: checkedList(chains, `${path}.chains`, isPattern, 'a chain id, or a prefix ending in *') }),
    ...(comment === undefined ? {} : { comment }),
  }
  if (entry.validFrom !== undefined && entry.validUntil !== undefined && entry.validFrom >= entry.validUntil) {
    throw keyringInvalid(`${path}.validUntil`, 'must be after validFrom')
  }
  return Object.freeze(entry)
}
