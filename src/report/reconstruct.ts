/** One decision, put together again from the receipts of one chain or of several. */
import type { Keyring } from '../keys/keyring.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { invalidCodes, type ProblemCode, type Verdict, type VerifyOptions } from '../verify/types.js'
import { isStore } from './build/source.js'
import { chainsOfStore, linesOfSource, type ReadableChain } from './coverage/chains.js'
import { type Collected, type Collection, collect } from './reconstruct/collect.js'
import { beginOf, decisionsIn, modelsIn, peopleIn, toolsIn } from './reconstruct/facts.js'
import { missingIn } from './reconstruct/missing.js'
import { type Claim, linksOf } from './reconstruct/select.js'
import type {
  EntryState,
  ReconstructedChain,
  Reconstruction,
  ReconstructionSubject,
  TimelineEntry,
} from './reconstruct/types.js'
import type { ReceiptRef } from './statistics/receipt-ref.js'

export type {
  DecisionStep,
  EntryState,
  MissingPiece,
  ModelUse,
  Person,
  ReconstructedChain,
  Reconstruction,
  ReconstructionSubject,
  Relation,
  TimelineEntry,
  ToolStep,
} from './reconstruct/types.js'

/** What to verify with, and what to take. */
export interface ReconstructOptions extends Pick<VerifyOptions, 'acceptPruned' | 'signal'> {
  readonly keyring: Keyring
  /** A trace: one of the three is given. */
  readonly traceId?: string | undefined
  /** A case. */
  readonly decisionId?: string | undefined
  /** A receipt, of whose trace or case it is then. */
  readonly receiptId?: string | undefined
  /** Of a store: which chains are read. Default: all of them. */
  readonly chains?: readonly string[] | undefined
  /** The judge's clock; default now. */
  readonly now?: Date | string | undefined
  /** How many receipts are taken at most, default 2,000; more is said. */
  readonly limit?: number | undefined
}

/** Receipts or lines of one chain that can be read again and again, such as an array. */
export type ReplayableSource = readonly (DecisionReceipt | string)[]

const optionNames: Readonly<Record<keyof ReconstructOptions, true>> = {
  keyring: true,
  traceId: true,
  decisionId: true,
  receiptId: true,
  chains: true,
  now: true,
  acceptPruned: true,
  signal: true,
  limit: true,
}

const invalid: ReadonlySet<string> = new Set(invalidCodes)
const gravity: readonly Verdict[] = ['VALID', 'INCOMPLETE', 'INVALID']

function stateOf(counted: boolean, problems: readonly ProblemCode[]): EntryState {
  if (counted) return { state: 'HOLDS', problems: [] }
  return { state: problems.some((code) => invalid.has(code)) ? 'BROKEN' : 'UNPROVED', problems }
}

/** A receipt that can be named; what has neither id nor number in their form stands in the chain's verdict alone. */
interface Named extends Collected {
  readonly ref: ReceiptRef
  readonly receipt?: DecisionReceipt | undefined
}

function named(collected: Collected): Named | undefined {
  const { claim, examined } = collected
  const { seq, receiptId } = examined.claimed ?? {}
  if (seq === undefined || receiptId === undefined || typeof claim.chainId !== 'string') return undefined
  const receipt = examined.wellFormed ? examined.receipt : undefined
  return { ...collected, ref: { chainId: claim.chainId, seq, receiptId }, receipt }
}

const timeIn = (claim: Claim, name: string): string | undefined => {
  const value = claim[name]
  return typeof value === 'string' && value.length <= 40 ? value : undefined
}

const keyOf = ({ chainId, receiptId }: Pick<ReceiptRef, 'chainId' | 'receiptId'>): string => `${chainId} ${receiptId}`

function detailsOf({ details, detailsHash }: Claim): TimelineEntry['details'] {
  if (details !== undefined) return 'present'
  return detailsHash === undefined ? 'none' : 'erased'
}

function entryOf(one: Named, byKey: ReadonlyMap<string, Named>): TimelineEntry {
  const { claim, ref, receipt, relation, counted, problems } = one
  const timestamp = timeIn(claim, 'timestamp') ?? ''
  const startedAt = receipt?.startedAt
  const parentId = claim.parentReceiptId
  const parent =
    typeof parentId === 'string' ? byKey.get(keyOf({ chainId: ref.chainId, receiptId: parentId })) : undefined
  return {
    ref,
    relation,
    at: startedAt ?? timestamp,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(receipt?.endedAt === undefined ? {} : { endedAt: receipt.endedAt }),
    timestamp,
    depth: depthOf(one, byKey),
    ...(parent === undefined ? {} : { parent: parent.ref }),
    links: linksOf(claim).map((link) => ({ ...link, found: byKey.has(keyOf(link)) })),
    details: detailsOf(claim),
    ...stateOf(counted, problems),
    ...(receipt === undefined ? {} : { receipt: withoutDetails(receipt) }),
  }
}

function withoutDetails({ details: _, ...receipt }: DecisionReceipt): Omit<DecisionReceipt, 'details'> {
  return receipt
}

/** How many parents are here; a circle, which only a forger can seal, ends it. */
function depthOf(one: Named, byKey: ReadonlyMap<string, Named>): number {
  const met = new Set<Named>([one])
  let at: Named | undefined = one
  for (;;) {
    const parentId: unknown = at.claim.parentReceiptId
    at = typeof parentId === 'string' ? byKey.get(keyOf({ chainId: at.ref.chainId, receiptId: parentId })) : undefined
    if (at === undefined || met.has(at)) return met.size - 1
    met.add(at)
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const compareRefs = (a: ReceiptRef, b: ReceiptRef): number => compareText(a.chainId, b.chainId) || a.seq - b.seq

function chainsIn({ chains }: Collection, all: readonly Named[]): ReconstructedChain[] {
  return chains
    .map(({ chainId, result }, index): ReconstructedChain => {
      const receipts = all.filter(({ chain }) => chain === index).length
      const { verdict, scope, checked, counts } = result
      return { chainId, verdict, scope, checked, counts, receipts }
    })
    .filter(({ receipts }) => receipts > 0)
    .sort((a, b) => compareText(a.chainId, b.chainId))
}

const valuesOf = (receipts: readonly Named[], name: 'traceId' | 'decisionId'): string[] => {
  const values = receipts.filter(({ relation }) => relation === 'member').map(({ receipt }) => receipt?.[name])
  return [...new Set(values.filter((value) => value !== undefined))].sort()
}

function build(collection: Collection, subject: ReconstructionSubject, asOf: string): Reconstruction {
  const all = collection.receipts.map(named).filter((one) => one !== undefined)
  const byKey = new Map<string, Named>()
  // of several that claim one id, the one that holds is meant
  for (const one of all) if (one.counted || !byKey.has(keyOf(one.ref))) byKey.set(keyOf(one.ref), one)
  const timeline = all
    .map((one) => ({ one, entry: entryOf(one, byKey) }))
    .sort((a, b) => compareText(a.entry.at, b.entry.at) || compareRefs(a.one.ref, b.one.ref))
  const believed = timeline
    .filter(({ entry }) => entry.state !== 'BROKEN')
    .flatMap(({ one }) => (one.receipt === undefined ? [] : [one.receipt]))
    .sort((a, b) => compareText(beginOf(a), beginOf(b)) || compareRefs(a, b))
  const chains = chainsIn(collection, all)
  const entries = timeline.map(({ entry }) => entry)
  const read = collection.chains.map(({ chainId, result }) => ({ chainId, scope: result.scope }))
  const nothing = entries.length === 0
  const pruned = nothing
    ? read.map((one) => ({ ...one, verdict: 'INCOMPLETE' as const, checked: 0, counts: {}, receipts: 0 }))
    : chains
  const missing = missingIn(entries, believed, pruned, new Set(read.map(({ chainId }) => chainId)))
  return {
    format: 'quittance-reconstruction/1',
    asOf,
    subject,
    traceIds: valuesOf(all, 'traceId'),
    decisionIds: valuesOf(all, 'decisionId'),
    verdict: gravity[Math.max(...chains.map(({ verdict }) => gravity.indexOf(verdict)))] ?? 'INCOMPLETE',
    chains,
    chainsRead: collection.chains.length,
    timeline: entries,
    decisions: decisionsIn(believed),
    tools: toolsIn(believed),
    models: modelsIn(believed),
    people: peopleIn(believed),
    missing: [
      ...(nothing ? [{ code: 'NOTHING_FOUND' as const }] : []),
      ...missing,
      ...(collection.truncated ? [{ code: 'TRUNCATED' as const }] : []),
    ],
  }
}

/**
 * Puts a reconstruction together from chains that can be read several times.
 *
 * @param chains - to be read
 * @param subject - what is asked for
 * @param options - keyring, clock, limit; `onLine` hears of every line that is read
 * @returns the reconstruction
 * @throws as `reconstruct`
 */
export async function reconstructChains(
  chains: readonly ReadableChain[],
  subject: ReconstructionSubject,
  options: Omit<ReconstructOptions, 'traceId' | 'decisionId' | 'receiptId' | 'chains'> & {
    readonly onLine?: (() => void) | undefined
  },
): Promise<Reconstruction> {
  const { now = new Date(), limit = 2_000 } = options
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 100_000)
    throw new RangeError('limit must be an integer from 1 to 100000')
  const asOf = new Date(now).toISOString()
  return build(await collect(chains, subject, { ...options, now: asOf, limit }), subject, asOf)
}

function subjectOf({ traceId, decisionId, receiptId }: ReconstructOptions): ReconstructionSubject {
  const given = Object.entries({ traceId, decisionId, receiptId }).filter(([, value]) => value !== undefined)
  const [entry] = given
  if (entry === undefined || given.length > 1)
    throw new TypeError('one of traceId, decisionId and receiptId must be given')
  if (typeof entry[1] !== 'string' || entry[1] === '')
    throw new TypeError(`${entry[0]} must be a string that is not empty`)
  if (traceId !== undefined) return { traceId }
  return decisionId !== undefined ? { decisionId } : { receiptId: receiptId as string }
}

/**
 * Verifies chains and puts one decision together again: the receipts of its trace or case, their parents, children and links,
 * and what people did later, by time; with what ought to be there and is not. The chains are read several times.
 *
 * @param source - a store, or the receipts or lines of one chain as an array
 * @param options - keyring; `traceId`, `decisionId` or `receiptId`; which chains
 * @returns plain data of the format `quittance-reconstruction/1`; free text (`details`) is not in it
 * @throws RangeError, TypeError when an option makes no sense
 * @throws QuittanceError `VERIFY_ABORTED` by the signal; `VERIFY_INPUT` when a chain loses its beginning meanwhile
 * @example
 * ```ts
 * import { reconstruct } from 'quittance/report'
 * import { fileStore } from 'quittance/store/file'
 * import { Keyring } from 'quittance/verify'
 * async function whatHappened(traceId: string, keyring: Keyring) {
 *   const { verdict, timeline, missing } = await reconstruct(fileStore('./receipts'), { traceId, keyring })
 *   for (const { at, ref, state } of timeline) console.log(at, ref.seq, state)
 *   return { verdict, missing }
 * }
 * ```
 */
export async function reconstruct(
  source: ReceiptStore | ReplayableSource,
  options: ReconstructOptions,
): Promise<Reconstruction> {
  refuseUnknownMembers(options, optionNames, 'options')
  const { traceId, decisionId, receiptId, chains: chainIds, ...rest } = options
  const subject = subjectOf(options)
  if (Array.isArray(source)) {
    if (chainIds !== undefined) throw new TypeError('chains are of a store; receipts are one chain')
    return reconstructChains([{ lines: () => linesOfSource(source) }], subject, rest)
  }
  if (!isStore(source as ReceiptStore)) throw new TypeError('source must be a store, or an array of receipts or lines')
  return reconstructChains(await chainsOfStore(source as ReceiptStore, chainIds), subject, rest)
}
