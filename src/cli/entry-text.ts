/** An entry of a keyring, for people. */
import type { KeyringEntry } from '../keys/keyring.js'
import { printable } from './printable.js'

/** Whether a key counts now. */
export type EntryState = 'good' | 'not yet' | 'over' | 'revoked'

/**
 * @param entry - of a keyring
 * @param now - `YYYY-MM-DDTHH:MM:SS.sssZ`
 * @returns where it stands then
 */
export function stateOf({ validFrom, validUntil, revokedAt }: KeyringEntry, now: string): EntryState {
  if (revokedAt !== undefined && now >= revokedAt) return 'revoked'
  if (validUntil !== undefined && now >= validUntil) return 'over'
  return validFrom !== undefined && now < validFrom ? 'not yet' : 'good'
}

/**
 * @param entry - of a keyring
 * @returns it on one line
 */
export function entryText({ keyId, uses, chains, validFrom, validUntil, revokedAt, comment }: KeyringEntry): string {
  const parts = [
    keyId,
    (uses ?? ['receipt']).join(','),
    chains === undefined ? undefined : `chains ${chains.map((one) => printable(one)).join(', ')}`,
    validFrom === undefined ? undefined : `from ${validFrom}`,
    validUntil === undefined ? undefined : `until ${validUntil}`,
    revokedAt === undefined ? undefined : `revoked at ${revokedAt}`,
    comment === undefined ? undefined : `(${printable(comment)})`,
  ]
  return parts.filter((part) => part !== undefined).join('  ')
}
