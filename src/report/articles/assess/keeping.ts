/** For how long logs were kept, as far as receipts show: Articles 19(1) and 26(6) of Regulation (EU) 2024/1689. */
import { promisedBy } from '../../../ledger/retention-policy.js'
import { RETENTION_FLOOR_DAYS } from '../../../ledger/retention-presets.js'
import type { ProvisionReason } from '../../types.js'
import type { AssessedChain, PruneFact } from './types.js'

const DAY_MS = 86_400_000

/** What can be said against it that logs were kept for six months, the longest six that there are. */
export type KeepingReason = Extract<ProvisionReason, 'YOUNGER_THAN_LEAST' | 'REMOVED_EARLY' | 'RETENTION_BELOW_LEAST'>

/**
 * Holds chains against the least time.
 *
 * @param chains - what is known of them
 * @param asOf - the judge's clock
 * @returns the reasons against, in a fixed order; none: receipts show that logs were kept that long
 */
export function keepingReasons(chains: readonly AssessedChain[], asOf: string): readonly KeepingReason[] {
  const reasons: KeepingReason[] = []
  // a chain that began lately and lost nothing takes nothing from an older one beside it
  const oldEnough = chains.some(
    ({ oldest }) => oldest !== undefined && daysBetween(oldest.timestamp, asOf) >= RETENTION_FLOOR_DAYS,
  )
  if (!oldEnough) reasons.push('YOUNGER_THAN_LEAST')
  if (chains.some(removedEarly)) reasons.push('REMOVED_EARLY')
  if (chains.some(promisesTooLittle)) reasons.push('RETENTION_BELOW_LEAST')
  return reasons
}

/**
 * What went is no longer there to be dated. It is older than the first receipt that stayed; so that receipt must itself
 * have been old enough when the removal was recorded. Of earlier removals the first receipt that stayed went since.
 */
function removedEarly({ oldest, prunes }: AssessedChain): boolean {
  if (oldest === undefined) return false
  const done = furthestOf(prunes.filter(({ throughSeq }) => throughSeq < oldest.seq))
  return done !== undefined && daysBetween(oldest.timestamp, done.timestamp) < RETENTION_FLOOR_DAYS
}

/** The policy of a removal repeats what `chain_start` promised, which may have gone with it. */
function promisesTooLittle({ retentionDays, prunes }: AssessedChain): boolean {
  const promised = retentionDays ?? promiseOf(furthestOf(prunes))
  return promised !== undefined && promised < RETENTION_FLOOR_DAYS
}

function promiseOf(prune: PruneFact | undefined): number | undefined {
  const days = prune === undefined ? 0 : promisedBy(prune.policy)
  return days === 0 ? undefined : days
}

const furthestOf = (prunes: readonly PruneFact[]): PruneFact | undefined =>
  prunes.reduce<PruneFact | undefined>(
    (furthest, one) => (furthest === undefined || one.throughSeq > furthest.throughSeq ? one : furthest),
    undefined,
  )

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS
