import { isTime } from '../primitives/time.js'
import { coversChain } from './chain-pattern.js'
import { didKey } from './did-key.js'
import { duplicateMember } from './duplicate-member.js'
import { checkedEntry, type KeyringEntry, type KeyUse, keyringInvalid, membersOf } from './keyring-entry.js'
import { type PublicKeyInput, parsePublicKey } from './public-key.js'

export type { KeyringEntry, KeyUse } from './keyring-entry.js'
export { coversChain }

/** The JSON form of a keyring. */
export interface KeyringJson {
  readonly keys: readonly KeyringEntry[]
}

/** Far above any real keyring: 4 MiB of text hold some 30,000 entries. */
const longestJson = 4 * 1024 * 1024
const topMembers: ReadonlySet<string> = new Set(['keys'])

const parseText = (json: string): unknown => {
  if (json.length > longestJson) throw keyringInvalid('', 'is longer than 4 MiB')
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // The parser's own message quotes the text.
    throw keyringInvalid('', 'is not JSON')
  }
  if (duplicateMember(json) !== undefined) throw keyringInvalid('', 'has an object that has a member twice')
  return value
}

/**
 * The public keys that a verifier trusts, each with what it may sign, where and when. Immutable. A verifier trusts a
 * keyring, never a key that it found in the data.
 *
 * @example
 * ```ts
 * import { Keyring } from 'quittance'
 * const keyring = new Keyring([
 *   'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
 * ])
 * ```
 */
export class Keyring {
  readonly #entries: ReadonlyMap<string, KeyringEntry>
  readonly #list: readonly KeyringEntry[]

  /**
   * @param entries - did:keys, trusted for `receipt` in every chain at any time, or whole entries
   * @throws QuittanceError `KEYRING_INVALID` with `details.path` for an unknown member, a key named twice or not
   *   admissible, a bad time, window, use or chain pattern
   */
  constructor(entries: readonly (string | KeyringEntry)[]) {
    if (!Array.isArray(entries)) throw keyringInvalid('keys', 'must be a list')
    const known = new Map<string, KeyringEntry>()
    entries.forEach((given, index) => {
      const entry = checkedEntry(given, `keys[${index}]`)
      if (known.has(entry.keyId))
        throw keyringInvalid(`keys[${index}]`, 'names a key that is there already', entry.keyId)
      known.set(entry.keyId, entry)
    })
    this.#entries = known
    this.#list = Object.freeze([...known.values()])
    Object.freeze(this)
  }

  /**
   * Reads `{"keys": […]}`.
   *
   * @param json - the text, in which a member that stands twice is refused, or what `JSON.parse` made of one
   * @returns the keyring
   * @throws QuittanceError `KEYRING_INVALID`, as the constructor, and when it is not such JSON
   * @example
   * ```ts
   * import { Keyring } from 'quittance'
   * const keyring = Keyring.parse('{"keys":[{"keyId":"did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"}]}')
   * ```
   */
  static parse(json: unknown): Keyring {
    const value = typeof json === 'string' ? parseText(json) : json
    return new Keyring(membersOf(value, '', topMembers).get('keys') as readonly KeyringEntry[])
  }

  /**
   * A keyring of one key.
   *
   * @param key - PEM (SPKI), 64 hex digits, did:key, the 32 bytes, or a JSON Web Key
   * @param options - the other members of its entry
   * @returns the keyring
   * @throws QuittanceError `KEY_ENCODING` when it is no public key (a private key is refused too), `KEYRING_INVALID` when
   *   the key is not admissible or an option is wrong
   * @example
   * ```ts
   * import { Keyring } from 'quittance'
   * const keyring = Keyring.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', { uses: ['receipt', 'rotate'] })
   * ```
   */
  static from(key: PublicKeyInput, options: Omit<KeyringEntry, 'keyId'> = {}): Keyring {
    return new Keyring([{ ...options, keyId: didKey(parsePublicKey(key)) }])
  }

  /** @returns every entry, in the order given; frozen */
  entries(): readonly KeyringEntry[] {
    return this.#list
  }

  /**
   * @param keyId - a did:key
   * @returns its entry, `undefined` where this keyring does not trust it
   */
  get(keyId: string): KeyringEntry | undefined {
    return this.#entries.get(keyId)
  }

  /**
   * @param more - further keys
   * @returns a new keyring that trusts them too; this one stays as it is
   * @throws QuittanceError `KEYRING_INVALID`, as the constructor; a key that is there already is refused, never replaced
   */
  with(...more: readonly (string | KeyringEntry)[]): Keyring {
    return new Keyring([...this.#list, ...more])
  }

  /** @returns the JSON form, which `Keyring.parse` reads */
  toJSON(): KeyringJson {
    return { keys: this.#list }
  }
}

/**
 * @param entry - a keyring's entry
 * @param use - what the key signed
 * @returns whether it may
 */
export function allows(entry: KeyringEntry, use: KeyUse): boolean {
  return (entry.uses ?? ['receipt']).includes(use)
}

/**
 * Whether a time lies in an entry's window, [validFrom, validUntil). Revocation is another question.
 *
 * @param entry - a keyring's entry
 * @param time - `YYYY-MM-DDTHH:MM:SS.sssZ`
 * @returns true when it does; false also for a text that is no such time
 */
export function inWindow(entry: KeyringEntry, time: string): boolean {
  return (
    isTime(time) &&
    (entry.validFrom === undefined || time >= entry.validFrom) &&
    (entry.validUntil === undefined || time < entry.validUntil)
  )
}
