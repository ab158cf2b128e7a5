/**
 * Selection rates by group, where receipts carry group labels: material for a person's judgement, not a verdict. The
 * four-fifths ratio is that of 29 CFR 1607.4(D) (1978); the statistical parity difference is that of two rates.
 */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import {
  type DifferenceEstimate,
  newcombe,
  type Proportion,
  type RateEstimate,
  type RatioEstimate,
  ratioInterval,
  wilson,
} from './intervals.js'
import { type AbsentReason, levelOf, limitOf } from './options.js'
import { createRecent } from './recent.js'

/** What is compared, and how strictly: every baseline can be made stricter only. */
export interface FairnessOptions {
  /** Whether a decision fell out in the person's favour; undefined: not known. By default `decision.favourable`. */
  readonly outcome?:
    | { readonly name: string; readonly of: (receipt: DecisionReceipt) => boolean | undefined }
    | undefined
  /** By attribute, a group that the others are compared with, besides the group with the highest rate. */
  readonly reference?: { readonly [attribute: string]: string } | undefined
  /** Groups with fewer decisions are shown but not compared: 30 to 1,000, by default 30. */
  readonly minimumGroupSize?: number | undefined
  /** The ratio below which a group stands out: 0.8 to 1, by default 0.8. */
  readonly ratioThreshold?: number | undefined
  /** Of the intervals: 0.95 to 0.99, by default 0.95. */
  readonly level?: number | undefined
  /** How many attributes, by default 16, and how many groups of each, by default 50, are told apart. */
  readonly attributeLimit?: number | undefined
  readonly groupLimit?: number | undefined
  /** How many decisions are remembered at least for a label that comes in an annotation, by default 10,000; at most twice as many. */
  readonly pendingLimit?: number | undefined
}

/** What limits a figure. */
export type FairnessWarning =
  /** Fewer decisions than `minimumGroupSize`: not compared. */
  | 'SMALL_GROUP'
  /** Fewer than 5 favourable or 5 unfavourable decisions. */
  | 'FEW_OUTCOMES'
  /** The group's own rate can't be told from the reference's at this level. */
  | 'DIFFERENCE_UNCERTAIN'

/** One group. */
export interface GroupRate {
  readonly group: string
  readonly selection: RateEstimate
  /** How its labels were come by, of `selection.n`: `unsaid` where the decision doesn't say. */
  readonly basis: { readonly direct: number; readonly inferred: number; readonly unsaid: number }
  readonly warnings: readonly FairnessWarning[]
}

/** One group against the reference. */
export interface GroupComparison {
  readonly group: string
  readonly reference: string
  /** The group's rate by the reference's. */
  readonly ratio: RatioEstimate
  /** The group's rate minus the reference's. */
  readonly parityDifference: DifferenceEstimate
  /** Whether the ratio itself, as computed, is below the threshold; absent without a ratio. */
  readonly belowThreshold?: boolean | undefined
  /** `BELOW`, `NOT_BELOW`: the whole interval is; `UNDECIDED`: it holds the threshold. Absent when not compared. */
  readonly conclusion?: 'BELOW' | 'NOT_BELOW' | 'UNDECIDED' | undefined
  readonly absent?: AbsentReason | undefined
  readonly warnings: readonly FairnessWarning[]
}

/** One attribute: an age band, for instance. */
export interface AttributeFairness {
  readonly attribute: string
  /** By group. */
  readonly groups: readonly GroupRate[]
  /** Decisions in groups that were new when `groupLimit` were known: in no comparison. */
  readonly other: Proportion
  /**
   * The group with the highest rate, of those large enough, and the caller's where that is another: whoever picks the
   * reference can hide a low ratio, so the highest rate is always among them.
   */
  readonly references: readonly { readonly group: string; readonly chosen: 'caller' | 'highest-rate' }[]
  /** True when the caller's reference was not seen. */
  readonly referenceMissing: boolean
  readonly absent?: AbsentReason | undefined
  /**
   * The level of each comparison's intervals, so that those of all pairs of groups large enough hold together at
   * `level` (Bonferroni): the data choose the pairs.
   */
  readonly comparisonLevel?: number | undefined
  readonly comparisons: readonly GroupComparison[]
}

/** Fairness material with what it rests on. */
export interface FairnessSnapshot {
  readonly outcome: string
  readonly level: number
  readonly minimumGroupSize: number
  readonly ratioThreshold: number
  /** Decisions seen; those with an outcome; those of them with a label of any attribute. */
  readonly decisions: number
  readonly withOutcome: number
  readonly labelled: number
  /** Decisions that had labels in their own details, which are gone. */
  readonly erased: number
  /** Annotations about a receipt whose details are gone: whether they held labels is not known. */
  readonly annotationsErased: number
  /** Labels in annotations about a decision that is not, or no longer, remembered. */
  readonly unattributed: number
  /** Decisions that say no label was taken (`groupBasis` `blind`). */
  readonly blind: number
  /** By attribute. */
  readonly attributes: readonly AttributeFairness[]
  /** Labels of attributes that were new when `attributeLimit` were known. */
  readonly otherAttributes: number
}

/** Follows outcomes by group, one receipt after another. */
export interface Fairness {
  /** @param receipt - a validated receipt; those of one chain come in order */
  update(receipt: DecisionReceipt): void
  /** @returns the figures so far, as plain data */
  snapshot(): FairnessSnapshot
}

type Basis = 'direct' | 'inferred' | 'unsaid'
type Group = { count: number; n: number; direct: number; inferred: number; unsaid: number }
type Attribute = { readonly groups: Map<string, Group>; otherCount: number; otherN: number }
type Pending = { readonly favourable: boolean; readonly basis: Basis; readonly labels: readonly string[] }

const waitingFor = (basis: Basis): readonly [Pending, Pending] => [
  { favourable: false, basis, labels: [] },
  { favourable: true, basis, labels: [] },
]
/** Decisions that have no label yet, shared: most never get one. */
const waiting = { direct: waitingFor('direct'), inferred: waitingFor('inferred'), unsaid: waitingFor('unsaid') }

const SMALLEST_GROUP = 30
const FOUR_FIFTHS = 0.8
const FEW = 5

const optionNames: Readonly<Record<keyof FairnessOptions, true>> = {
  outcome: true,
  reference: true,
  minimumGroupSize: true,
  ratioThreshold: true,
  level: true,
  attributeLimit: true,
  groupLimit: true,
  pendingLimit: true,
}

/**
 * Counts favourable outcomes of decisions by group label (`details.groups`), which the decision carries itself or an
 * annotation `about` it does. The first label of an attribute counts for a decision, a later one does not.
 *
 * @param options - what counts as favourable, and baselines that can be made stricter only
 * @returns an accumulator
 * @throws RangeError when an option makes no sense, or would loosen a baseline; TypeError when it is unknown
 * @example
 * ```ts
 * import { createFairness } from 'quittance/statistics'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function ratesByGroup(directory: string) {
 *   const store = fileStore(directory)
 *   const fairness = createFairness({ reference: { ageBand: 'from40' } })
 *   for await (const receipt of store.read('acme')) fairness.update(receipt)
 *   const { attributes } = fairness.snapshot()
 *   return { attributes }
 * }
 * ```
 */
export function createFairness(options: FairnessOptions = {}): Fairness {
  refuseUnknownMembers(options, optionNames, 'options')
  const { reference = {} } = options
  const outcome = options.outcome ?? { name: 'decision.favourable', of: favourableOf }
  const level = levelOf(options.level, 0.95)
  if (level > 0.99) throw new RangeError('level must be 0.95 to 0.99: a wider interval decides nothing')
  const minimumGroupSize = limitOf('minimumGroupSize', options.minimumGroupSize, SMALLEST_GROUP, 1000)
  if (minimumGroupSize < SMALLEST_GROUP) throw new RangeError(`minimumGroupSize must be at least ${SMALLEST_GROUP}`)
  const ratioThreshold = options.ratioThreshold ?? FOUR_FIFTHS
  if (!(ratioThreshold >= FOUR_FIFTHS && ratioThreshold <= 1)) {
    throw new RangeError(`ratioThreshold must be ${FOUR_FIFTHS} to 1`)
  }
  const attributeLimit = limitOf('attributeLimit', options.attributeLimit, 16, 1000)
  const groupLimit = limitOf('groupLimit', options.groupLimit, 50, 1000)
  const pending = createRecent<Pending>(limitOf('pendingLimit', options.pendingLimit, 10_000))

  const attributes = new Map<string, Attribute>()
  const counts = {
    decisions: 0,
    withOutcome: 0,
    labelled: 0,
    erased: 0,
    annotationsErased: 0,
    unattributed: 0,
    blind: 0,
    otherAttributes: 0,
  }

  const take = (entry: Pending, groups: { readonly [attribute: string]: string }, names: readonly string[]): void => {
    for (const name of names) {
      let attribute = attributes.get(name)
      if (attribute === undefined) {
        if (attributes.size >= attributeLimit) {
          counts.otherAttributes += 1
          continue
        }
        attribute = { groups: new Map(), otherCount: 0, otherN: 0 }
        attributes.set(name, attribute)
      }
      takeGroup(attribute, groups[name] as string, entry)
    }
  }

  const takeGroup = (attribute: Attribute, label: string, { favourable, basis }: Pending): void => {
    let group = attribute.groups.get(label)
    if (group === undefined) {
      if (attribute.groups.size >= groupLimit) {
        attribute.otherN += 1
        if (favourable) attribute.otherCount += 1
        return
      }
      group = { count: 0, n: 0, direct: 0, inferred: 0, unsaid: 0 }
      attribute.groups.set(label, group)
    }
    group.n += 1
    group[basis] += 1
    if (favourable) group.count += 1
  }

  const onDecision = (receipt: DecisionReceipt): void => {
    counts.decisions += 1
    const basis = receipt.decision?.groupBasis
    if (basis === 'blind') counts.blind += 1
    const groups = receipt.details?.groups
    // whoever says how labels were come by had to give them when sealing
    if (groups === undefined && (basis === 'direct' || basis === 'inferred')) counts.erased += 1
    const favourable = outcome.of(receipt)
    if (favourable === undefined) return
    counts.withOutcome += 1
    const known = basis === 'direct' || basis === 'inferred' ? basis : 'unsaid'
    const unlabelled = waiting[known][favourable ? 1 : 0]
    if (groups === undefined) {
      pending.set(receipt.receiptId, unlabelled)
      return
    }
    const labels = Object.keys(groups)
    if (labels.length > 0) counts.labelled += 1
    take(unlabelled, groups, labels)
    pending.set(receipt.receiptId, { favourable, basis: known, labels })
  }

  const onAnnotation = (receipt: DecisionReceipt): void => {
    const about = (receipt.links ?? []).filter(({ rel }) => rel === 'about')
    if (receipt.details === undefined) {
      if (receipt.detailsHash !== undefined && about.length > 0) counts.annotationsErased += 1
      return
    }
    const { groups } = receipt.details
    if (groups === undefined) return
    for (const { receiptId } of about) {
      const entry = pending.get(receiptId)
      if (entry === undefined) {
        counts.unattributed += 1
        continue
      }
      const fresh = Object.keys(groups).filter((name) => !entry.labels.includes(name))
      if (fresh.length === 0) continue
      if (entry.labels.length === 0) counts.labelled += 1
      take(entry, groups, fresh)
      pending.replace(receiptId, { ...entry, labels: [...entry.labels, ...fresh] })
    }
  }

  const rateOf = (group: string, { count, n, direct, inferred, unsaid }: Group): GroupRate => ({
    group,
    selection: wilson(count, n, { level }),
    basis: { direct, inferred, unsaid },
    warnings: smallness({ count, n }),
  })

  const smallness = ({ count, n }: Proportion): FairnessWarning[] => [
    ...(n < minimumGroupSize ? (['SMALL_GROUP'] as const) : []),
    ...(Math.min(count, n - count) < FEW ? (['FEW_OUTCOMES'] as const) : []),
  ]

  const compared = (name: string, { groups, otherCount, otherN }: Attribute): AttributeFairness => {
    const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
    const base = {
      attribute: name,
      groups: sorted.map(([label, group]) => rateOf(label, group)),
      other: { count: otherCount, n: otherN },
    }
    const eligible = sorted.filter(([, { n }]) => n >= minimumGroupSize)
    const given = Object.hasOwn(reference, name) ? reference[name] : undefined
    const best = highest(eligible)
    const references = [
      ...(best === undefined ? [] : [{ group: best, chosen: 'highest-rate' as const }]),
      ...(given === undefined || given === best || !groups.has(given)
        ? []
        : [{ group: given, chosen: 'caller' as const }]),
    ]
    const referenceMissing = given !== undefined && !groups.has(given)
    if (references.length === 0) {
      return { ...base, references, referenceMissing, absent: 'NO_REFERENCE', comparisons: [] }
    }
    const pairs = (eligible.length * (eligible.length - 1)) / 2
    const comparisonLevel = 1 - (1 - level) / Math.max(1, pairs)
    const setting = { level: comparisonLevel, minimumGroupSize, ratioThreshold }
    const comparisons = references.flatMap(({ group: chosen }) => {
      const against = groups.get(chosen) as Group
      return sorted
        .filter(([label]) => label !== chosen)
        .map(([label, group]) => ({
          group: label,
          reference: chosen,
          ...compare(group, against, setting, [...new Set([...smallness(group), ...smallness(against)])]),
        }))
    })
    return { ...base, references, referenceMissing, comparisonLevel, comparisons }
  }

  return {
    update(receipt) {
      if (receipt.eventType === 'decision') onDecision(receipt)
      else if (receipt.eventType === 'annotation') onAnnotation(receipt)
    },
    snapshot() {
      const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))
      const { otherAttributes, ...seen } = counts
      return {
        outcome: outcome.name,
        level,
        minimumGroupSize,
        ratioThreshold,
        ...seen,
        attributes: sorted.map(([name, attribute]) => compared(name, attribute)),
        otherAttributes,
      }
    },
  }
}

function favourableOf({ decision }: DecisionReceipt): boolean | undefined {
  return decision?.favourable
}

/** The group with the highest rate; of equal rates the larger group, then the first by name. */
function highest(groups: readonly (readonly [string, Group])[]): string | undefined {
  const [best] = [...groups].sort(([, a], [, b]) => b.count * a.n - a.count * b.n || b.n - a.n)
  return best?.[0]
}

function compare(
  group: Proportion,
  against: Proportion,
  setting: { readonly level: number; readonly minimumGroupSize: number; readonly ratioThreshold: number },
  small: readonly FairnessWarning[],
): Omit<GroupComparison, 'group' | 'reference'> {
  const { level, minimumGroupSize, ratioThreshold } = setting
  const ratio = ratioInterval(group, against, { level })
  const parityDifference = newcombe(group, against, { level })
  if (group.n < minimumGroupSize || against.n < minimumGroupSize) {
    const { first, second, method } = ratio
    const absent = 'GROUP_TOO_SMALL' as const
    return {
      ratio: { first, second, level, method, absent },
      parityDifference: { first, second, level, method: parityDifference.method, absent },
      absent,
      warnings: small,
    }
  }
  const { lower, upper } = parityDifference.interval ?? { lower: -1, upper: 1 }
  const warnings: readonly FairnessWarning[] = lower <= 0 && upper >= 0 ? [...small, 'DIFFERENCE_UNCERTAIN'] : small
  if (ratio.ratio === undefined) return { ratio, parityDifference, absent: 'REFERENCE_RATE_ZERO', warnings }
  const interval = ratio.interval ?? { lower: 0 }
  return {
    ratio,
    parityDifference,
    belowThreshold: ratio.ratio < ratioThreshold,
    conclusion:
      (interval.upper ?? Number.POSITIVE_INFINITY) < ratioThreshold
        ? 'BELOW'
        : interval.lower >= ratioThreshold
          ? 'NOT_BELOW'
          : 'UNDECIDED',
    warnings,
  }
}
