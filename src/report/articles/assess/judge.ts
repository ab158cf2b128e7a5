/**
 * How the state of a provision follows from what was counted. The rules, in this order:
 *
 * 1. OUT OF SCOPE: the provision isn't about such a system, by what the caller said. Where nobody said, it is judged as if it
 *    were, and SYSTEM_UNSTATED says so.
 * 2. NO EVIDENCE: no counted receipt of the period speaks to it (PERIOD_EMPTY where there is none at all, else NONE). Receipts
 *    that a pointer only has `beside` don't speak.
 * 3. EVIDENCE: nothing of the following holds.
 *      CEILING              the article is about more than receipts can show
 *      SOME_MISSING         a pointer that is `needed` has no receipt that speaks
 *      SOME_WITHOUT         a member that every receipt in question should carry is missing from some of them
 *      YOUNGER_THAN_LEAST, REMOVED_EARLY, RETENTION_BELOW_LEAST   for what must be kept for months: `keeping.ts`
 *      CHAIN_INVALID, CHAIN_INCOMPLETE   the verdict of a chain
 * 4. PARTIAL: any of them holds; all that hold are named.
 *
 * A verdict is named beside NO EVIDENCE too: receipts that weren't counted may be why there is none.
 */
import { wilson } from '../../statistics/intervals.js'
import type { PointerEvidence, ProvisionFinding, ProvisionReason, ProvisionState } from '../../types.js'
import { aiActProvisions } from '../ai-act.js'
import { gdprProvisions } from '../gdpr.js'
import type { EvidencePointer, Provision } from '../types.js'
import { provisionFigures } from './figures.js'
import { keepingReasons } from './keeping.js'
import { appliesOn, scopeOf } from './scope.js'
import type { AssessmentContext, PointerCount, ProvisionEvidenceSnapshot } from './types.js'

/**
 * Judges each provision that was counted for.
 *
 * @param evidence - what `createProvisionEvidence` counted over the period
 * @param context - the day, the system and the chains
 * @param provisions - the tables that were counted for; default: those of both regulations
 * @returns a finding for each provision, in the order of the tables
 * @throws RangeError when the level makes no sense, or a provision was not counted for
 */
export function assessProvisions(
  evidence: ProvisionEvidenceSnapshot,
  context: AssessmentContext,
  provisions: readonly Provision[] = [...aiActProvisions.provisions, ...gdprProvisions.provisions],
): readonly ProvisionFinding[] {
  return provisions.map((provision) => {
    const counts = evidence.provisions[provision.id]
    if (counts?.length !== provision.evidence.length) {
      throw new RangeError(`evidence must have been counted for ${provision.id}`)
    }
    return {
      id: provision.id,
      ...judge(provision, counts, evidence.receipts, context),
      covers: provision.covers,
      applies: appliesOn(provision, context.system, context.asOf),
      evidence: counts.map((count, pointer) => printed(count, pointer, context.level)),
      figures: provisionFigures[provision.id] ?? [],
    }
  })
}

interface Judgement {
  readonly state: ProvisionState
  readonly reasons: readonly ProvisionReason[]
}

function judge(
  provision: Provision,
  counts: readonly PointerCount[],
  receipts: number,
  context: AssessmentContext,
): Judgement {
  const { out, unstated } = scopeOf(provision, context.system)
  if (out !== undefined) return { state: 'OUT OF SCOPE', reasons: [out] }
  const note: readonly ProvisionReason[] = unstated ? ['SYSTEM_UNSTATED'] : []
  const verdicts = verdictReasons(context)
  const pointers = provision.evidence.map((pointer, index) => ({ pointer, count: counts[index] ?? nothing }))
  if (!pointers.some(({ pointer, count }) => pointer.weight !== 'beside' && count.speaking > 0)) {
    return { state: 'NO EVIDENCE', reasons: [receipts === 0 ? 'PERIOD_EMPTY' : 'NONE', ...verdicts, ...note] }
  }
  const against: readonly ProvisionReason[] = [
    ...(provision.atMost === 'PARTIAL' ? (['CEILING'] as const) : []),
    ...(pointers.some(isMissing) ? (['SOME_MISSING'] as const) : []),
    ...(pointers.some(isSomewhereWithout) ? (['SOME_WITHOUT'] as const) : []),
    ...(provision.keepFor?.months === undefined ? [] : keepingReasons(context.chains, context.asOf)),
    ...verdicts,
  ]
  return { state: against.length === 0 ? 'EVIDENCE' : 'PARTIAL', reasons: [...against, ...note] }
}

interface Counted {
  readonly pointer: EvidencePointer
  readonly count: PointerCount
}

const nothing: PointerCount = { receipts: 0, speaking: 0, members: [] }

const isMissing = ({ pointer, count }: Counted): boolean =>
  (pointer.weight ?? 'needed') === 'needed' && count.speaking === 0

/** Where no receipt speaks at all, that is said instead. */
const isSomewhereWithout = ({ pointer, count }: Counted): boolean =>
  count.speaking > 0 &&
  count.members.some(({ path, n, present }) => present < n && pointer.each?.includes(path) === true)

function verdictReasons({ chains }: AssessmentContext): readonly ProvisionReason[] {
  return [
    ...(chains.some(({ verdict }) => verdict === 'INVALID') ? (['CHAIN_INVALID'] as const) : []),
    ...(chains.some(({ verdict }) => verdict === 'INCOMPLETE') ? (['CHAIN_INCOMPLETE'] as const) : []),
  ]
}

function printed(count: PointerCount, pointer: number, level: number | undefined): PointerEvidence {
  return {
    pointer,
    receipts: count.receipts,
    speaking: wilson(count.speaking, count.receipts, { level }),
    members: count.members.map(({ path, n, present, first, last }) => ({
      path,
      present: wilson(present, n, { level }),
      ...(first === undefined ? {} : { first }),
      ...(last === undefined ? {} : { last }),
    })),
  }
}
