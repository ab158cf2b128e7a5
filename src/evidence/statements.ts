/** What a package proves and what it leaves open, in words. */
import type { EvidenceChainResult, EvidenceProblem, EvidenceStatement } from './findings.js'
import type { EvidencePolicy } from './policy.js'

/** What was found out. */
export interface Facts {
  readonly problems: readonly EvidenceProblem[]
  readonly chains: readonly EvidenceChainResult[]
  /** Whether a report is there that receipts seal. */
  readonly reported: boolean
  readonly policy: EvidencePolicy
  readonly keyId: string | undefined
}

type Statements = { readonly proved: readonly EvidenceStatement[]; readonly notProved: readonly EvidenceStatement[] }

function ofPackage({ problems, reported, keyId }: Facts, say: Say): void {
  const found = (...codes: readonly string[]) =>
    problems.some(({ code }) => codes.some((one) => code === one || code.startsWith(`${one}_`)))
  const listed = keyId !== undefined && !found('PACKAGE', 'MANIFEST_MALFORMED', 'MANIFEST_SIGNATURE_INVALID', 'MEMBER')
  say(
    listed,
    'MEMBERS',
    `every member is as it was when ${keyId} signed the list of them`,
    'the members are not those that the signed list names',
  )
  say(
    listed && !found('MANIFEST_KEY'),
    'PACKER',
    'the key that signed the list is one that you trust for it',
    'you do not trust the key that signed the list: anybody may have put this together',
  )
  say(
    reported,
    'REPORT',
    'the report is the one that receipts of the chains seal',
    'no report was verified: its figures are its maker’s word',
  )
}

type Say = (holds: boolean, code: EvidenceStatement['code'], yes: string, no: string, chainId?: string) => void

function ofChain({ chainId, result, checkpoints }: EvidenceChainResult, { policy }: Facts, say: Say): void {
  const { scope, verdict, checked } = result
  const range = scope.fromSeq === undefined ? '' : `, seq ${scope.fromSeq} to ${scope.toSeq}`
  const about: Say = (holds, code, yes, no) =>
    say(holds, code, `chain ${chainId}: ${yes}`, `chain ${chainId}: ${no}`, chainId)
  about(
    verdict === 'VALID',
    'RECEIPTS',
    `${checked} receipts${range} are unchanged, in order, without a gap, and signed by keys that you trust`,
    `its receipts are ${verdict}`,
  )
  about(
    scope.tail !== 'unproved',
    'TAIL',
    `nothing was cut behind the last receipt (${scope.tail})`,
    'nothing proves that receipts behind the last one were not cut',
  )
  const newest = checkpoints.at(-1)
  about(
    newest !== undefined,
    'CHECKPOINT',
    `its first ${newest?.size} receipts are those that a log you trust has signed for`,
    'no checkpoint of a log that you trust holds it: whoever has its key can have written it anew',
  )
  const seen = checkpoints.filter(({ witnessed }) => witnessed).at(-1)
  about(
    seen !== undefined,
    'WITNESSES',
    `enough witnesses have seen its first ${seen?.size} receipts${seen?.witnessedAt === undefined ? '' : `, at ${seen.witnessedAt}`}`,
    'no witnesses that you asked for have seen it: the log may show others another history',
  )
  const stamped = checkpoints.filter(({ stampedAt }) => stampedAt !== undefined).at(-1)
  about(
    stamped !== undefined,
    'TIMESTAMP',
    `its first ${stamped?.size} receipts were there at ${stamped?.stampedAt}, by an authority that you trust`,
    policy.timestamp === undefined
      ? 'no time stamp was asked for: its times are its writer’s clock'
      : 'no time stamp of an authority that you trust dates it',
  )
}

/**
 * @param facts - what was found out
 * @returns what is proved and what is not
 */
export function statementsOf(facts: Facts): Statements {
  const proved: EvidenceStatement[] = []
  const notProved: EvidenceStatement[] = []
  const say: Say = (holds, code, yes, no, chainId) => {
    const where = chainId === undefined ? {} : { chainId }
    if (holds) proved.push({ code, ...where, message: yes })
    else notProved.push({ code, ...where, message: no })
  }
  ofPackage(facts, say)
  for (const chain of facts.chains) ofChain(chain, facts, say)
  say(false, 'COMPLETE_RECORDING', '', 'what was never recorded leaves no trace in any receipt')
  say(
    false,
    'TRUTH',
    '',
    'whether what was recorded is true: the receipts say who recorded it, and that nobody changed it since',
  )
  return { proved, notProved }
}
