/** Which receipts belong to a reconstruction, and how each came into it. */
import type { ReconstructionSubject, Relation } from './types.js'

/** What a line claims. */
export type Claim = Readonly<Record<string, unknown>>

/** What the members of a reconstruction share. */
export type Core =
  | { readonly member: 'traceId' | 'decisionId'; readonly value: string }
  | { readonly member: 'receiptId'; readonly value: string }

const isObject = (value: unknown): value is Claim => typeof value === 'object' && value !== null

/** @returns the core of a subject that names it; of a receipt, what the receipt says */
export function coreOf(subject: ReconstructionSubject, receipt?: Claim): Core {
  if ('traceId' in subject) return { member: 'traceId', value: subject.traceId }
  if ('decisionId' in subject) return { member: 'decisionId', value: subject.decisionId }
  for (const member of ['traceId', 'decisionId'] as const) {
    const value = receipt?.[member]
    if (typeof value === 'string') return { member, value }
  }
  return { member: 'receiptId', value: subject.receiptId }
}

/** A link as a claim has it, with the chain that it leads to. */
export interface ClaimedLink {
  readonly rel: string
  readonly receiptId: string
  readonly chainId: string
}

/** @returns the links of a claim, as far as they are some */
export function linksOf(claim: Claim): readonly ClaimedLink[] {
  if (!Array.isArray(claim.links)) return []
  return claim.links
    .filter(isObject)
    .flatMap(({ rel, receiptId, chainId = claim.chainId }) =>
      typeof rel === 'string' && typeof receiptId === 'string' && typeof chainId === 'string'
        ? [{ rel, receiptId, chainId }]
        : [],
    )
}

const idPattern = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g
const keyOf = (chainId: unknown, receiptId: unknown): string => `${String(chainId)} ${String(receiptId)}`

/** Grows from the members to what belongs to them. */
export interface Selection {
  /** @returns whether the line may be of interest; most are not, and need not be parsed */
  mayConcern(text: string): boolean
  /** @returns how the claim belongs to what is here; `undefined` where it does not */
  relationOf(claim: Claim): Relation | undefined
  /** Takes a claim in: what it names and what names it belongs here too. */
  take(claim: Claim, relation: Relation): void
}

function names(retention: Claim, chainId: unknown, known: ReadonlySet<string>): boolean {
  if (!Array.isArray(retention.receipts)) return false
  return retention.receipts.filter(isObject).some(({ receiptId }) => known.has(keyOf(chainId, receiptId)))
}

/**
 * @param core - what the members share
 * @returns a selection of nothing
 */
export function createSelection(core: Core): Selection {
  /** Chain and id of members and of what hangs below them. */
  const family = new Set<string>()
  /** Those, and what links to them. */
  const here = new Set<string>()
  /** Of parents that are wanted; and of link targets. */
  const parents = new Set<string>()
  const targets = new Set<string>()
  /** Ids alone, whichever chain: for the quick look. */
  const ids = new Set<string>()
  const decisionIds = new Set<string>()
  const seqs = new Map<string, number[]>()

  const holds = (retention: Claim, chainId: unknown): boolean => {
    const { decisionId, fromSeq, toSeq } = retention
    const members = seqs.get(String(chainId)) ?? []
    if (typeof decisionId === 'string' && !decisionIds.has(decisionId)) return false
    const from = typeof fromSeq === 'number' ? fromSeq : 0
    const to = typeof toSeq === 'number' ? toSeq : Number.POSITIVE_INFINITY
    return members.some((seq) => seq >= from && seq <= to)
  }

  const concerns = (claim: Claim): boolean => {
    const { retention, chainId } = claim
    if (!isObject(retention)) return false
    if (retention.event === 'erase') return names(retention, chainId, here)
    return (retention.event === 'hold' || retention.event === 'release') && holds(retention, chainId)
  }

  return {
    mayConcern(text) {
      if (text.includes(core.value) || text.includes('"retention"')) return true
      for (const [id] of text.matchAll(idPattern)) if (ids.has(id)) return true
      return false
    },
    relationOf(claim) {
      const { chainId, receiptId, parentReceiptId } = claim
      if (claim[core.member] === core.value) return 'member'
      if (parentReceiptId !== undefined && family.has(keyOf(chainId, parentReceiptId))) return 'child'
      if (parents.has(keyOf(chainId, receiptId))) return 'parent'
      if (linksOf(claim).some((link) => here.has(keyOf(link.chainId, link.receiptId)))) return 'linking'
      if (targets.has(keyOf(chainId, receiptId))) return 'linked'
      return concerns(claim) ? 'retention' : undefined
    },
    take(claim, relation) {
      const { chainId, receiptId, parentReceiptId, decisionId, seq } = claim
      if (relation === 'linked' || relation === 'retention') return
      const parentWanted = relation === 'member' || relation === 'parent'
      if (parentWanted && typeof parentReceiptId === 'string') {
        parents.add(keyOf(chainId, parentReceiptId))
        ids.add(parentReceiptId)
      }
      if (relation === 'parent') return
      here.add(keyOf(chainId, receiptId))
      if (relation !== 'linking') family.add(keyOf(chainId, receiptId))
      if (typeof receiptId === 'string') ids.add(receiptId)
      if (relation !== 'member') return
      if (typeof decisionId === 'string') decisionIds.add(decisionId)
      if (typeof seq === 'number') seqs.set(String(chainId), [...(seqs.get(String(chainId)) ?? []), seq])
      for (const link of linksOf(claim)) {
        targets.add(keyOf(link.chainId, link.receiptId))
        ids.add(link.receiptId)
      }
    },
  }
}
