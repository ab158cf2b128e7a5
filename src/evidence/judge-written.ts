/** A package of one's own, judged by whoever wrote it: also by the checkpoints that lay beside its chains. */
import type { Keyring } from '../keys/keyring.js'
import { type EvidenceProblem, type EvidenceResult, evidenceVerdict } from './findings.js'
import { judgeFile, type VerifyEvidenceOptions } from './verify.js'
import { limitsOf } from './zip/limits.js'

/** A checkpoint that lay beside a chain. */
export interface Beside {
  readonly chainId: string
  readonly origin: string
  /** The `receiptHash` of the chain's seq 0: `sha256:` and hex. */
  readonly root: string
  readonly size: number
}

/** The log that it is of: of a chain's checkpoint what stands before the part of its root. */
function logOf({ origin, root }: Beside): string {
  const part = `/${root.slice('sha256:'.length, 'sha256:'.length + 16)}`
  return origin.endsWith(part) ? origin.slice(0, -part.length) : origin
}

/** What its chain's own tree does not show, because it is another chain or can't be followed from seq 0. */
function contradiction(
  { chainId, root, size }: Beside,
  chains: ReadonlyMap<string, EvidenceResult['chains'][number]>,
): EvidenceProblem | undefined {
  const scope = chains.get(chainId)?.result.scope
  if (scope?.root !== undefined) {
    if (scope.root === root) return undefined
    const message = `chain ${chainId} is another than the one of the checkpoint beside it, whose root is ${root}`
    return { code: 'CHAIN_INVALID', chainId, message }
  }
  const next = (scope?.toSeq ?? -1) + 1
  if (next >= size) return undefined
  const message = `the checkpoint beside chain ${chainId} covers seq ${next} to ${size - 1}, which are missing`
  return { code: 'CHAIN_INCOMPLETE', chainId, message }
}

/**
 * Judges a package right after it was written. Checkpoints that lay beside its chains are taken by the name of their log: so they
 * show what was cut or written anew also to somebody whose keyring lacks the log's key. They prove nothing, and so what is proved
 * is not told.
 *
 * @param file - the path of the package
 * @param keyring - the packer's
 * @param beside - the newest checkpoint beside each chain that has one; their notes are in the package
 * @param onProgress - as for `verifyFile`
 * @returns the verdict, and what is wrong
 * @throws as `verifyEvidence`
 */
export async function judgeWritten(
  file: string,
  keyring: Keyring,
  beside: readonly Beside[],
  onProgress?: VerifyEvidenceOptions['onProgress'],
): Promise<Pick<EvidenceResult, 'verdict' | 'problems' | 'chains'>> {
  const namedLogs = new Set(beside.map(logOf))
  const judging = { keyring, policy: {}, limits: limitsOf(undefined), now: new Date(), namedLogs }
  const { problems: found, chains } = await judgeFile(file, judging, { onProgress })
  const byId = new Map(chains.map((chain) => [chain.chainId, chain]))
  const problems = [...found, ...beside.flatMap((one) => contradiction(one, byId) ?? [])]
  return { verdict: evidenceVerdict(problems), problems, chains }
}
