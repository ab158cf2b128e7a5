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

const coversEnd = ({ size }: HeldCheckpoint, { scope }: VerifyResult): boolean => size === (scope.toSeq ?? -1) + 1

/**
 * Where logs are named, a chain's own word that it has ended is not enough: whoever has its key can end it anywhere.
 *
 * @param result - of a chain
 * @param chainId - the chain
 * @param checkpoints - that it leads to
 * @param policy - the verifier's
 * @returns the result, with `TAIL_UNPROVED` where the policy asks for a tail and nothing else proves it
 */
export function withTail(
  result: VerifyResult,
  chainId: string,
  checkpoints: readonly HeldCheckpoint[],
  { tail, checkpoints: logs }: EvidencePolicy,
): VerifyResult {
  if (!tail || logs === undefined || result.scope.tail !== 'chain-end') return result
  if (checkpoints.some((one) => coversEnd(one, result))) return result
  const message = 'only its own key says that it ended here, and no checkpoint of a log covers that'
  return withProblem(result, chainId, { code: 'TAIL_UNPROVED', seq: result.scope.toSeq, message })
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

/**
 * @param chain - as it was judged
 * @param dated - when its last receipt was sealed, by its own word
 * @param policy - the verifier's
 * @param now - the judge's clock
 * @returns what the policy asks of a chain and is not there, but for time stamps
 */
export function missingOf(
  { chainId, result, checkpoints }: EvidenceChainResult,
  dated: string | undefined,
  policy: EvidencePolicy,
  now: Date,
): readonly EvidenceProblem[] {
  const { checkpoints: logs, receiptsUntil, maxCheckpointAgeHours } = policy
  const found: EvidenceProblem[] = []
  const lacks = (code: EvidenceProblem['code'], what: string) =>
    void found.push({ code, chainId, message: `chain ${chainId}: ${what}` })
  const asksWitnesses = logs !== undefined && logs.quorum !== 'none'
  const ended =
    result.scope.tail === 'chain-end' &&
    checkpoints.some((one) => coversEnd(one, result) && (one.witnessed || !asksWitnesses))
  if (receiptsUntil !== undefined && !ended && (dated === undefined || dated < receiptsUntil))
    lacks('REQUIRED_RECEIPTS_MISSING', `receipts until ${receiptsUntil} are asked for, and it does not reach that time`)
  if (logs !== undefined && checkpoints.length === 0)
    lacks('REQUIRED_CHECKPOINT_MISSING', 'a checkpoint is asked for, and none that the policy trusts holds it')
  if (asksWitnesses && !checkpoints.some(({ witnessed }) => witnessed))
    lacks('REQUIRED_WITNESS_MISSING', 'witnesses are asked for, and too few have seen it')
  if (maxCheckpointAgeHours !== undefined && !seenLately(checkpoints, maxCheckpointAgeHours, now))
    lacks(
      'REQUIRED_CHECKPOINT_OLD',
      `witnesses have not seen its largest checkpoint within ${maxCheckpointAgeHours} h before now`,
    )
  return found
}
