/**
 * The `policy` of a `prune` receipt: `184d:age`, the days that the chain promised and the name of the policy; where the
 * floor was overridden, `30d:override:REASON:age`. So the promise outlives the `chain_start` that is pruned.
 */
import { RETENTION_FLOOR_DAYS } from './retention-presets.js'

const written = /^(\d{1,9})d:/

/**
 * @param promisedDays - what the chain promised
 * @param olderThanDays - how old what goes is at least
 * @param override - why the ledger may go below the floor
 * @param name - of the policy
 * @returns what the receipt says
 */
export function policyText(
  promisedDays: number,
  olderThanDays: number,
  override: string | undefined,
  name: string,
): string {
  const early = override !== undefined && olderThanDays < RETENTION_FLOOR_DAYS
  return `${promisedDays}d:${early ? `override:${override}:` : ''}${name}`
}

/**
 * @param policy - of a `prune` receipt
 * @returns the days that the chain promised; 0 where it does not say
 */
export function promisedBy(policy: string): number {
  return Number(written.exec(policy)?.[1] ?? 0)
}
