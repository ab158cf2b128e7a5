/** What a keyring says of a key and no field of the other formats can hold. */
import { duplicateMember } from '../duplicate-member.js'
import type { KeyringEntry } from '../keyring.js'
import { keyringInvalid } from '../keyring-entry.js'

/** The member that holds it: others ignore it, and `keyringFrom…` reads it. */
export const restMember = 'quittanceEntry'

/** An entry without the key itself, its end and its revocation, for which the formats have fields. */
export type EntryRest = Omit<KeyringEntry, 'keyId' | 'validUntil' | 'revokedAt'>

/**
 * @param entry - of a keyring
 * @param also - what the format has a field for as well
 * @returns the member, or nothing where there is nothing to say
 */
export function restOf(
  { uses, validFrom, chains, comment }: KeyringEntry,
  also: object = {},
): { readonly [restMember]?: EntryRest } {
  const rest = {
    ...(uses === undefined ? {} : { uses }),
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(chains === undefined ? {} : { chains }),
    ...(comment === undefined ? {} : { comment }),
    ...also,
  }
  return Object.keys(rest).length === 0 ? {} : { [restMember]: rest }
}

/**
 * @param value - a JSON value
 * @returns its members; empty when it is no object
 */
export function membersOrNone(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

/** Far above any real document. */
const longestJson = 4 * 1024 * 1024

/**
 * @param json - a text, or what `JSON.parse` made of one
 * @param what - what it should be, as messages call it
 * @returns its members
 * @throws QuittanceError `KEYRING_INVALID` when it is no JSON object
 */
export function documentOf(json: unknown, what: string): Readonly<Record<string, unknown>> {
  let value = json
  if (typeof json === 'string') {
    if (json.length > longestJson) throw keyringInvalid(what, 'is longer than 4 MiB')
    try {
      value = JSON.parse(json)
    } catch {
      // The parser's own message quotes the text.
      throw keyringInvalid(what, 'is not JSON')
    }
    if (duplicateMember(json) !== undefined) throw keyringInvalid(what, 'has an object that has a member twice')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw keyringInvalid(what, 'must be an object')
  return value as Readonly<Record<string, unknown>>
}

const restNames = ['uses', 'validFrom', 'chains', 'comment'] as const

/**
 * @param value - what stands in the member
 * @param path - where
 * @returns the members that an entry may have; the keyring checks their values
 * @throws QuittanceError `KEYRING_INVALID` for a member that is not known, which may narrow what the key is good for
 */
export function readRest(
  value: unknown,
  path: string,
  also: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw keyringInvalid(path, 'must be an object')
  for (const name of Object.keys(value)) {
    if (![...restNames, ...also].includes(name)) throw keyringInvalid(path, 'has a member that is not known')
  }
  return value as Readonly<Record<string, unknown>>
}
