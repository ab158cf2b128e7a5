/** What a policy asks of each chain. */
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import { withProblem } from '../verify/joined.js'
import type { VerifyResult } from '../verify/types.js'
import type { EvidenceChainResult, EvidenceProblem, HeldCheckpoint } from './findings.js'
import type { EvidencePolicy } from './policy.js'

/** An hour in milliseconds. */
export const HOUR_MS = 3_600_000

/**
 * @param policy - the verifier's
 * @returns whether it asks for anything of each chain
 */
export function asksPerChain(policy: EvidencePolicy): boolean {
  const { checkpoints, timestamp, receiptsUntil, maxCheckpointAgeHours, tail } = policy
  const asked = [checkpoints, timestamp, receiptsUntil, maxCheckpointAgeHours]
  return tail === true || asked.some((one) => one !== undefined)
}

/**
 * @param policy - the verifier's
 * @returns whether it asks for witnesses
 */
export function asksWitnesses({ checkpoints }: EvidencePolicy): boolean {
  return checkpoints !== undefined && checkpoints.quorum !== 'none'
}

/**
 * @param checkpoints - that a chain leads to
 * @param result - of the chain
 * @param policy - the verifier's
 * @returns those that vouch for its end: where witnesses are asked for, what they have seen, because who has a log's key can sign
 *   any end
 */
export function endingAt(
  checkpoints: readonly HeldCheckpoint[],
  { scope }: VerifyResult,
  policy: EvidencePolicy,
): readonly HeldCheckpoint[] {
  const end = checkpoints.filter(({ size }) => size === (scope.toSeq ?? -1) + 1)
  return asksWitnesses(policy) ? end.filter(({ witnessed }) => witnessed) : end
}

/**
 * Where logs are named, a chain's own word that it has ended is not enough: whoever has its key can end it anywhere. Nor is the
 * log's word, where witnesses are asked for.
 *
 * @param result - of a chain
 * @param chainId - the chain
 * @param checkpoints - that it leads to
 * @param policy - the verifier's
 * @returns the result, with `TAIL_UNPROVED` where the policy asks for a tail and nothing that counts proves it
 */
export function withTail(
  result: VerifyResult,
  chainId: string,
  checkpoints: readonly HeldCheckpoint[],
  policy: EvidencePolicy,
): VerifyResult {
  const { scope } = result
  if (policy.checkpoints === undefined || scope.tail === 'unproved') return result
  if (endingAt(checkpoints, result, policy).length > 0) return result
  const isOwnWord = scope.tail === 'chain-end'
  const counted = isOwnWord ? result : { ...result, scope: { ...scope, tail: 'unproved' as const } }
  if (!policy.tail) return counted
  const message = isOwnWord
    ? 'only its own key says that it ended here, and no checkpoint that counts covers that'
    : 'no checkpoint that counts covers its end'
  return withProblem(counted, chainId, { code: 'TAIL_UNPROVED', seq: scope.toSeq, message })
}

/** Whether the quorum has seen the largest checkpoint that it has seen in time, by times that are not ahead. */
function seenLately(checkpoints: readonly HeldCheckpoint[], hours: number, now: Date): boolean {
  const witnessed = checkpoints.filter((one) => one.witnessed)
  const largest = witnessed.at(-1)?.size
  return witnessed.some(({ size, witnessedAt }) => {
    const age = now.getTime() - Date.parse(witnessedAt ?? '')
    return size === largest && age <= hours * HOUR_MS && age >= -MAX_AHEAD_MS
  })
}

/** What is asked of each chain. */
export interface Asked {
  readonly policy: EvidencePolicy
  /** The judge's clock. */
  readonly now: Date
  /** Whether the verifier has checkpoints from elsewhere, so that a chain which leads to none of them is not his. */
  readonly asksGiven: boolean
}

/**
 * @param chain - as it was judged
 * @param dated - when its last receipt was sealed, by its own word
 * @param asked - what is asked for
 * @returns what is asked of a chain and is not there, but for time stamps
 */
export function missingOf(
  { chainId, result, checkpoints }: EvidenceChainResult,
  dated: string | undefined,
  { policy, now, asksGiven }: Asked,
): readonly EvidenceProblem[] {
  const { checkpoints: logs, receiptsUntil, maxCheckpointAgeHours } = policy
  const found: EvidenceProblem[] = []
  const lacks = (code: EvidenceProblem['code'], what: string) =>
    void found.push({ code, chainId, message: `chain ${chainId}: ${what}` })
  const ended = result.scope.tail === 'chain-end' && endingAt(checkpoints, result, policy).length > 0
  if (receiptsUntil !== undefined && !ended && (dated === undefined || dated < receiptsUntil))
    lacks('REQUIRED_RECEIPTS_MISSING', `receipts until ${receiptsUntil} are asked for, and it does not reach that time`)
  if (logs !== undefined && checkpoints.length === 0)
    lacks('REQUIRED_CHECKPOINT_MISSING', 'a checkpoint is asked for, and none that the policy trusts holds it')
  else if (asksGiven && !checkpoints.some(({ given }) => given))
    lacks('REQUIRED_CHECKPOINT_MISSING', 'it leads to none of the checkpoints that you have from elsewhere')
  if (asksWitnesses(policy) && !checkpoints.some(({ witnessed }) => witnessed))
    lacks('REQUIRED_WITNESS_MISSING', 'witnesses are asked for, and too few have seen it')
  if (maxCheckpointAgeHours !== undefined && !seenLately(checkpoints, maxCheckpointAgeHours, now))
    lacks(
      'REQUIRED_CHECKPOINT_OLD',
      `witnesses have not seen its largest checkpoint within ${maxCheckpointAgeHours} h before now`,
    )
  return found
}
