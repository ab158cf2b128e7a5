/** What a judge of packages is given, and the file that it looks at. */
import { QuittanceError } from '../errors.js'
import { Keyring } from '../keys/keyring.js'
import type { Counted } from '../verify/chain.js'
import type { Anchor, VerifyOptions, VerifyResult } from '../verify/types.js'
import type { EvidenceProblem } from './findings.js'
import type { EvidencePolicy } from './policy.js'
import type { NoteTrust } from './trusted-logs.js'
import type { ArchiveMember, RandomAccess } from './zip/archive.js'
import { ArchiveFault } from './zip/fault.js'
import type { Limits } from './zip/limits.js'
import { memberBytes } from './zip/member.js'

/** A chain's receipts in a package. */
export interface PackagedChain {
  readonly chainId: string
  readonly member: ArchiveMember
  /** What it is held against; those of all chains together would be gone through for each. */
  readonly anchors: readonly Anchor[]
}

/** What a judge needs that is not there everywhere. */
export interface Tools {
  /** @returns one result a chain, in the order given */
  judgeChains(
    chains: readonly PackagedChain[],
    options: Omit<VerifyOptions, 'anchors'>,
    counted: Counted | undefined,
  ): AsyncIterable<VerifyResult>
}

/** How a package is judged. */
export interface Judging {
  /** Absent where the verifier has none: nothing is then VALID. */
  readonly keyring: Keyring | undefined
  readonly policy: EvidencePolicy
  readonly limits: Limits
  /** The judge's clock. */
  readonly now: Date
  readonly signal?: AbortSignal | undefined
  /** Checks lines of ML-DSA-44 keys; without it they count for nothing. */
  readonly mlDsa44?: NoteTrust['mlDsa44']
  /** Checkpoints that the verifier has from elsewhere: each chain that he asks about must lead to one of them. */
  readonly given?: readonly (string | Uint8Array)[] | undefined
  /** See `NoteTrust`: only for who looks for contradictions in what is his own. */
  readonly namedLogs?: NoteTrust['namedLogs']
}

/** Members by name. */
export type Members = ReadonlyMap<string, ArchiveMember>

/** One package that is being judged, and what was found so far. */
export interface Case extends Judging {
  readonly file: RandomAccess
  readonly tools: Tools
  /** The verifier's; without any entry where he gave none. */
  readonly trusted: Keyring
  readonly problems: EvidenceProblem[]
  problem(code: EvidenceProblem['code'], where: Pick<EvidenceProblem, 'member' | 'chainId'>, message: string): void
  /** Takes what reading an archive throws: a fault of the package is a problem. @throws what is no such fault */
  fault(error: unknown, member?: string): void
  /** @returns a member's bytes; `undefined` where it is not there, or has a fault, which was told */
  whole(members: Members, name: string, most?: number): Promise<Uint8Array | undefined>
  /** @throws QuittanceError `VERIFY_ABORTED` */
  refuseAborted(): void
}

/**
 * @param file - the package
 * @param judging - against what
 * @param tools - what is not there everywhere
 * @returns a case of which nothing was found yet
 */
export function caseOf(file: RandomAccess, judging: Judging, tools: Tools): Case {
  const { keyring, limits, signal } = judging
  const problems: EvidenceProblem[] = []
  const problem: Case['problem'] = (code, where, message) => void problems.push({ code, ...where, message })
  const fault: Case['fault'] = (error, member) => {
    if (!(error instanceof ArchiveFault)) throw error
    const code = error.reason === 'limit' ? 'PACKAGE_LIMIT' : 'PACKAGE_MALFORMED'
    problem(code, { ...(member !== undefined && { member }) }, `${member ?? 'the package'}: ${error.message}`)
  }
  return {
    ...judging,
    file,
    tools,
    trusted: keyring ?? new Keyring([]),
    problems,
    problem,
    fault,
    async whole(members, name, most = Number.POSITIVE_INFINITY) {
      const member = members.get(name)
      if (member === undefined) return undefined
      try {
        return await memberBytes(file, member, Math.min(limits.wholeBytes, most))
      } catch (error) {
        fault(error, name)
        return undefined
      }
    },
    refuseAborted() {
      if (signal?.aborted)
        throw new QuittanceError('VERIFY_ABORTED', 'the verification was given up', { cause: signal.reason })
    },
  }
}
