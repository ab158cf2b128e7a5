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
  MissingPiece,
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
/** What only all of the receipts can show. */
const absences: ReadonlySet<MissingPiece['code']> = new Set([
  'PARENT_NOT_SEALED',
  'TOOL_RESULT_MISSING',
  'LINK_TARGET_MISSING',
  'OVERSIGHT_MISSING',
  'REQUEST_OPEN',
])
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

function entryOf(one: Named, byKey: ReadonlyMap<string, Named>, depth: number): TimelineEntry {
  const { claim, ref, receipt, relation, counted, problems } = one
  const timestamp = timeIn(claim, 'timestamp') ?? ''
  const startedAt = receipt?.startedAt
  const parent = parentOf(one, byKey)
  return {
    ref,
    relation,
    at: startedAt ?? timestamp,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(receipt?.endedAt === undefined ? {} : { endedAt: receipt.endedAt }),
    timestamp,
    depth,
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

function parentOf({ claim, ref }: Named, byKey: ReadonlyMap<string, Named>): Named | undefined {
  const { parentReceiptId } = claim
  return typeof parentReceiptId === 'string'
    ? byKey.get(keyOf({ chainId: ref.chainId, receiptId: parentReceiptId }))
    : undefined
}

/** How many parents of each are here, each way walked once; a circle counts every receipt of it once. */
function depthsOf(all: readonly Named[], byKey: ReadonlyMap<string, Named>): ReadonlyMap<Named, number> {
  const depths = new Map<Named, number>()
  for (const one of all) {
    const way = new Map<Named, number>()
    let at: Named | undefined = one
    while (at !== undefined && !depths.has(at) && !way.has(at)) {
      way.set(at, way.size)
      at = parentOf(at, byKey)
    }
    const circle = at === undefined ? undefined : way.get(at)
    const known = at === undefined ? -1 : (depths.get(at) ?? -1)
    for (const [step, index] of way) {
      const above = way.size - 1 - index
      depths.set(step, circle === undefined ? known + 1 + above : way.size - 1 - Math.min(index, circle))
    }
  }
  return depths
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const compareRefs = (a: ReceiptRef, b: ReceiptRef): number => compareText(a.chainId, b.chainId) || a.seq - b.seq

function chainsIn({ chains }: Collection, all: readonly Named[]): ReconstructedChain[] {
  return (
    chains
      .map(({ chainId, result }, index): ReconstructedChain => {
        const receipts = all.filter(({ chain }) => chain === index).length
        const { verdict, scope, checked, counts } = result
        return { chainId, verdict, scope, checked, counts, receipts }
      })
      // of a chain that is INVALID, what is lost may be what belonged here
      .filter(({ receipts, verdict }) => receipts > 0 || verdict === 'INVALID')
      .sort((a, b) => compareText(a.chainId, b.chainId))
  )
}

const valuesOf = (receipts: readonly Named[], name: 'traceId' | 'decisionId'): string[] => {
  const members = receipts.filter(({ relation, counted }) => relation === 'member' && counted)
  const values = members.map(({ receipt }) => receipt?.[name])
  return [...new Set(values.filter((value) => value !== undefined))].sort()
}

function build(collection: Collection, subject: ReconstructionSubject, asOf: string): Reconstruction {
  const all = collection.receipts.map(named).filter((one) => one !== undefined)
  const byKey = new Map<string, Named>()
  // of several that claim one id, the one that holds is meant
  for (const one of all) if (one.counted || !byKey.has(keyOf(one.ref))) byKey.set(keyOf(one.ref), one)
  const depths = depthsOf(all, byKey)
  const timeline = all
    .map((one) => ({ one, entry: entryOf(one, byKey, depths.get(one) ?? 0) }))
    .sort((a, b) => compareText(a.entry.at, b.entry.at) || compareRefs(a.one.ref, b.one.ref))
  const believed = timeline
    // a key that nobody vouches for can be anybody's
    .filter(({ entry }) => entry.state === 'HOLDS')
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
  const unsound = chains.filter(({ verdict }) => verdict === 'INVALID')
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
      ...unsound.map(({ chainId }) => ({ code: 'CHAIN_UNSOUND' as const, chainId })),
      // what was not taken may be what seems to be missing
      ...missing.filter(({ code }) => !collection.truncated || !absences.has(code)),
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
