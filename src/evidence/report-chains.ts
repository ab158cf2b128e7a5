/** Whether a report is about the chains of the package that it came in. */

import type { HeadRef } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { EvidenceChainResult } from './findings.js'

/** What a report says of one chain, and where it was sealed. */
export interface ReportedChains {
  readonly chains: readonly {
    readonly chainId: string
    readonly root?: string | undefined
    readonly head?: HeadRef | undefined
  }[]
  /** The receipts that seal it. */
  readonly seals: readonly (HeadRef & { readonly chainId: string })[]
}

/** What came out. */
export interface ReportStanding {
  /** Whether all that the report names is in the package. */
  readonly holds: boolean
  /** Chains that the package has with another root. */
  readonly otherRoots: readonly string[]
}

function isAt(line: string | undefined, { seq, receiptHash }: HeadRef): boolean {
  if (line === undefined) return false
  try {
    const there = JSON.parse(line) as Partial<DecisionReceipt>
    return there.seq === seq && there.receiptHash === receiptHash
  } catch {
    // the verifier of the chain says what is wrong with the line
    return false
  }
}

/**
 * @param report - what it names
 * @param packaged - the chains of the package, as they were judged
 * @param linesOf - gives lines of a chain, counted from 0
 * @returns whether each head and each seal stands in its chain
 * @throws what `linesOf` throws
 */
export async function reportStanding(
  { chains, seals }: ReportedChains,
  packaged: readonly EvidenceChainResult[],
  linesOf: (chain: EvidenceChainResult, wanted: ReadonlySet<number>) => Promise<ReadonlyMap<number, string>>,
): Promise<ReportStanding> {
  const named = new Map<string, HeadRef[]>()
  const byId = new Map(packaged.map((chain) => [chain.chainId, chain]))
  const otherRoots: string[] = []
  let holds = chains.length > 0 && seals.length > 0
  for (const { chainId, root, head } of chains) {
    const scope = byId.get(chainId)?.result.scope
    const differs = root !== undefined && scope?.root !== undefined && scope.root !== root
    if (differs) otherRoots.push(chainId)
    if (differs || head === undefined) holds = false
    else named.set(chainId, [head])
  }
  for (const { chainId, seq, receiptHash } of seals)
    named.set(chainId, [...(named.get(chainId) ?? []), { seq, receiptHash }])
  for (const [chainId, places] of named) {
    const chain = byId.get(chainId)
    const first = chain?.result.scope.fromSeq
    if (!holds || chain === undefined || first === undefined || chain.result.verdict === 'INVALID')
      return { holds: false, otherRoots }
    const lines = await linesOf(chain, new Set(places.map(({ seq }) => seq - first)))
    holds = places.every((place) => isAt(lines.get(place.seq - first), place))
  }
  return { holds, otherRoots }
}
