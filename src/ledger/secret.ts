/** Pseudonyms and keyed commitments: what is made with the ledger's secret, each under a label of its own. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { QuittanceError } from '../errors.js'
import { concatBytes, toHex, utf8 } from '../primitives/bytes.js'
import { sha256Hex } from '../primitives/sha256.js'
import { id as idShape } from '../receipt/schema/words.js'
import type { Maybe } from './maybe.js'
import type { Secret, SecretProvider } from './types.js'

/** A keyed hash: `hmac-sha256:` and 64 hex digits. */
export type Keyed = `hmac-sha256:${string}`

/** Whose pseudonym it is; each role has its own, so that a reviewer can't be matched with a subject. */
export type PseudonymRole = 'subject' | 'principal' | 'reviewer' | 'record'

const roles: ReadonlySet<PseudonymRole> = new Set<PseudonymRole>(['subject', 'principal', 'reviewer', 'record'])

const MIN_BYTES = 32

/** How long a provider's answer is used before it is asked again, so that a rotated secret is picked up. */
const FRESH_MS = 60_000

function checked(bytes: unknown, name: string): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`)
  if (bytes.length < MIN_BYTES) throw new RangeError(`${name} must have at least ${MIN_BYTES} bytes`)
  return bytes.slice()
}

/**
 * @param bytes - a secret given without an id
 * @returns the secret with the id that follows from its hash
 * @throws TypeError, RangeError when it is not at least 32 bytes
 */
export function secretFromBytes(bytes: Uint8Array): Secret {
  const secret = checked(bytes, 'secret')
  const id = `sha256-${sha256Hex(concatBytes(utf8('quittance/1 secret id\n'), secret)).slice(0, 16)}`
  return { id, secret }
}

function checkedSecret(given: Secret, name: string): Secret {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${name} must be {id, secret}`)
  if (idShape.check(given.id)) throw new RangeError(`${name}.id must be an id`)
  return { id: given.id, secret: checked(given.secret, `${name}.secret`) }
}

/**
 * @param given - bare bytes, or a secret with its id
 * @returns a checked copy
 * @throws TypeError, RangeError when it is none
 */
export function fixedSecret(given: Uint8Array | Secret): Secret {
  return given instanceof Uint8Array ? secretFromBytes(given) : checkedSecret(given, 'secret')
}

/** The secret that is current. */
export interface Secrets {
  readonly configured: boolean
  /**
   * @returns the secret: at once where it is known and fresh
   * @throws QuittanceError `LEDGER_SECRET_REQUIRED` where there is none, `LEDGER_SECRET_UNAVAILABLE` where its provider fails
   */
  current(): Maybe<Secret>
}

/**
 * Keeps what a provider gave, and asks it again once a minute at most. While a later asking fails the known secret goes
 * on, with a warning; a first asking that fails is repeated at the next use.
 *
 * @param provider - the ledger's option
 * @param now - the clock, in milliseconds
 * @param warn - hears of a later asking that failed
 * @returns the source of secrets
 * @throws TypeError, RangeError when bare bytes are no secret
 */
export function createSecrets(
  provider: SecretProvider | undefined,
  now: () => number,
  warn: (error: unknown) => void,
): Secrets {
  if (provider === undefined) {
    return {
      configured: false,
      current() {
        throw new QuittanceError(
          'LEDGER_SECRET_REQUIRED',
          'a pseudonym or a keyed commitment needs the ledger option "secret"',
        )
      },
    }
  }
  if (typeof provider !== 'function') {
    const known = fixedSecret(provider)
    return { configured: true, current: () => known }
  }
  let known: Secret | undefined
  let askedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<Secret> | undefined

  const ask = async (): Promise<Secret> => {
    try {
      known = checkedSecret(await provider(), 'secret()')
      askedAt = now()
      return known
    } catch (cause) {
      const error = new QuittanceError('LEDGER_SECRET_UNAVAILABLE', 'the secret provider gave no secret', {
        details: { retryable: true },
        cause,
      })
      if (known === undefined) throw error
      askedAt = now()
      warn(error)
      return known
    } finally {
      asking = undefined
    }
  }

  return {
    configured: true,
    current() {
      if (known !== undefined && Math.abs(now() - askedAt) < FRESH_MS) return known
      asking ??= ask()
      return asking
    },
  }
}

/**
 * The pseudonym that stands for a person: the same for the same person, tenant, role and secret.
 *
 * @param secret - the ledger's secret
 * @param role - whose pseudonym
 * @param tenantId - keeps one person's pseudonyms of two tenants apart; an id, so it holds no newline
 * @param id - the person as the caller knows them
 * @returns HMAC-SHA256 over `quittance/1 <role>\n<tenantId>\n<id>`
 */
export function pseudonymOf(secret: Secret, role: PseudonymRole, tenantId: string, id: string): Keyed {
  return `hmac-sha256:${toHex(hmac(sha256, secret.secret, utf8(`quittance/1 ${role}\n${tenantId}\n${id}`)))}`
}

/**
 * The pseudonym of a person under any secret, also one that is no longer the ledger's: what finds receipts from before a
 * rotation.
 *
 * @param secret - the one that `pseudonymKeyId` names: bare bytes, or with their id
 * @param person - whose receipts, in which role (default `subject`), and who it is as your systems know them
 * @returns what stands in receipts, and the id of the secret
 * @throws TypeError, RangeError when the secret is none, or a part is not a text
 * @example
 * ```ts
 * import { pseudonym, type ReceiptStore, type Secret } from 'quittance'
 *
 * export async function* receiptsOf(store: ReceiptStore, secrets: readonly Secret[], tenantId: string, id: string) {
 *   for (const secret of secrets) {
 *     const { value: subjectId } = pseudonym(secret, { tenantId, id })
 *     if (store.query) yield* store.query({ chainId: tenantId, subjectId })
 *   }
 * }
 * ```
 */
export function pseudonym(
  secret: Uint8Array | Secret,
  { tenantId, id, role = 'subject' }: { readonly tenantId: string; readonly id: string; readonly role?: PseudonymRole },
): { readonly value: Keyed; readonly pseudonymKeyId: string } {
  const known = fixedSecret(secret)
  if (!roles.has(role)) throw new TypeError('role must be subject, principal, reviewer or record')
  if (typeof tenantId !== 'string' || idShape.check(tenantId)) throw new TypeError('tenantId must be an id')
  if (typeof id !== 'string' || id === '' || !id.isWellFormed())
    throw new TypeError('id must be a text that is not empty')
  return Object.freeze({ value: pseudonymOf(known, role, tenantId, id), pseudonymKeyId: known.id })
}

/**
 * The key of one commitment: disclosing it proves one content of one receipt and nothing else.
 *
 * @param secret - the ledger's secret
 * @param receiptId - the receipt
 * @param member - `input` or `output`
 * @returns 32 bytes, by HKDF-SHA256
 */
export function commitmentKey(secret: Secret, receiptId: string, member: 'input' | 'output'): Uint8Array {
  return hkdf(sha256, secret.secret, undefined, utf8(`quittance/1 commit\n${receiptId}\n${member}`), 32)
}

/**
 * A commitment that can't be guessed at without its key.
 *
 * @param secret - the ledger's secret
 * @param receiptId - the receipt
 * @param member - `input` or `output`
 * @param digest - SHA-256 of the content, 32 bytes, so that a stream can be hashed as it flows
 * @returns HMAC-SHA256 over the digest
 */
export function keyedCommitment(
  secret: Secret,
  receiptId: string,
  member: 'input' | 'output',
  digest: Uint8Array,
): Keyed {
  return `hmac-sha256:${toHex(hmac(sha256, commitmentKey(secret, receiptId, member), digest))}`
}
