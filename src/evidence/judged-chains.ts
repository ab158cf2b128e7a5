/** The chains of a package: the log's first, then those that it speaks of, and what they say of each other. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { Counted } from '../verify/chain.js'
import { type Join, joinProblem, joinsOf, withProblem } from '../verify/joined.js'
import type { VerifyOptions, VerifyResult } from '../verify/types.js'
import { type ChainEvidence, chainEvidence } from './chain-evidence.js'
import type { EvidenceChainResult } from './findings.js'
import type { Case, Members, PackagedChain } from './judging.js'
import type { EvidenceChain, EvidenceManifest } from './manifest.js'
import { withTail } from './requirements.js'
import type { KnownLog } from './statements.js'
import type { OpenedNote } from './trusted-logs.js'

/** What became of the chains. */
export interface JudgedChains {
  /** In the order of the manifest. */
  readonly chains: readonly EvidenceChainResult[]
  readonly log: KnownLog
}

/** So many different things are heard of how other chains end; what is beyond is not held against them. */
const MOST_JOINS = 100_000

/** What is asked of every chain, as options of its verifier. */
function askedOf({ policy, now, signal, trusted }: Case): Omit<VerifyOptions, 'anchors'> {
  return {
    keyring: trusted,
    now,
    ...(policy.tail && { requireTail: true }),
    ...(policy.acceptPruned && { acceptPruned: policy.acceptPruned }),
    ...(signal && { signal }),
  }
}

/** Holds a verdict against what the manifest says of the chain, and against what the policy asks of its end. */
function settled(
  judged: Case,
  chain: EvidenceChain,
  found: VerifyResult,
  evidence: ChainEvidence,
): EvidenceChainResult {
  const { chainId, file } = chain
  const checkpoints = evidence.heldBy(chain, found)
  const result = withTail(found, chainId, checkpoints, judged.policy)
  const { scope, verdict, checked, counts } = result
  const same =
    checked === chain.receipts &&
    scope.root === chain.root &&
    scope.fromSeq === chain.fromSeq &&
    scope.head?.seq === chain.head?.seq &&
    scope.head?.receiptHash === chain.head?.receiptHash
  const codes = Object.entries(counts).map(([code, count]) => `${code} ${count}`)
  const where = { member: file, chainId }
  if (verdict !== 'VALID')
    judged.problem(`CHAIN_${verdict}`, where, `chain ${chainId} is ${verdict}: ${codes.join(', ')}`)
  if (!same) judged.problem('CHAIN_DIFFERS', where, `chain ${chainId} is not what the manifest says of it`)
  return { chainId, member: file, result, checkpoints }
}

/** Holds a chain against what a `gap` receipt of another says of it: receipts that stand elsewhere must be there too. */
function hold(judged: Case, join: Join, results: Map<string, EvidenceChainResult>): void {
  const { chainId } = join
  const before = results.get(chainId)
  const problem = joinProblem(join, before?.result)
  if (problem === undefined) return
  const result = withProblem(before?.result, chainId, problem)
  if (before !== undefined) {
    const checkpoints = result.verdict === 'INVALID' ? [] : before.checkpoints
    results.set(chainId, { ...before, result, checkpoints })
  }
  if (before?.result.verdict === result.verdict) return
  const code = result.verdict === 'INVALID' ? 'CHAIN_INVALID' : 'CHAIN_INCOMPLETE'
  judged.problem(code, { chainId }, `chain ${chainId}: ${problem.message}`)
}

/**
 * @param judged - the package
 * @param manifest - its list
 * @param there - its members
 * @param notes - the checkpoints whose log is trusted
 * @returns each chain that is there, and what the log's says of others
 * @throws what the tools throw
 */
export async function judgedChains(
  judged: Case,
  manifest: EvidenceManifest,
  there: Members,
  notes: readonly OpenedNote[],
): Promise<JudgedChains> {
  const { logChain } = manifest
  const evidence = chainEvidence(manifest, notes, judged.policy)
  const results = new Map<string, EvidenceChainResult>()
  const judge = async (chains: readonly EvidenceChain[], counted: Counted) => {
    const packed = chains.filter(({ file }) => there.has(file))
    const packaged = packed.map(({ chainId, file }): PackagedChain => {
      const member = there.get(file) as PackagedChain['member']
      return { chainId, member, anchors: evidence.anchorsOf(chainId) }
    })
    let index = 0
    for await (const found of judged.tools.judgeChains(packaged, askedOf(judged), counted)) {
      const chain = packed[index] as EvidenceChain
      results.set(chain.chainId, settled(judged, chain, found, evidence))
      index += 1
    }
  }
  const isLog = ({ chainId }: EvidenceChain) => chainId === logChain
  const joins = new Map<string, Join>()
  let hasMore = false
  const hearJoins = (receipt: DecisionReceipt) => {
    for (const join of joinsOf(receipt)) {
      const said = `${join.chainId} ${join.receiptHash}`
      if (joins.size < MOST_JOINS) joins.set(said, joins.get(said) ?? join)
      else hasMore ||= !joins.has(said)
    }
  }
  await judge(manifest.chains.filter(isLog), (receipt) => {
    evidence.hear(receipt)
    hearJoins(receipt)
  })
  const logged = logChain === undefined ? undefined : results.get(logChain)?.result
  const log =
    logged === undefined
      ? { counts: false, valid: false, missing: [] }
      : { ...evidence.settle(logged), valid: logged.verdict === 'VALID' }
  await judge(
    manifest.chains.filter((chain) => !isLog(chain)),
    hearJoins,
  )
  for (const join of joins.values()) hold(judged, join, results)
  if (hasMore)
    judged.problem(
      'PACKAGE_LIMIT',
      {},
      `its receipts name more than ${MOST_JOINS} ends of other chains, not all were held`,
    )
  if (manifest.chains.length === 0) judged.problem('PACKAGE_EMPTY', {}, 'there is no chain in the package')
  return { chains: manifest.chains.flatMap(({ chainId }) => results.get(chainId) ?? []), log }
}
