/** What a package proves and what it leaves open, in words. */
import { type LogKnowledge, MOST_ORIGINS } from './chain-evidence.js'
import type { EvidenceChainResult, EvidenceProblem, EvidenceStatement } from './findings.js'
import type { EvidencePolicy } from './policy.js'
import { endingAt } from './requirements.js'

/** What the log's chain says, and whether that counts. */
export interface KnownLog extends LogKnowledge {
  /** Whether nothing is wrong with the log's chain. */
  readonly valid: boolean
}

const TOLD_ORIGINS = 10

/**
 * @param log - what is known
 * @returns which chains may be missing, in words
 */
export function missingWords({ counts, valid, missing }: KnownLog): string {
  if (!counts) return 'no chain of a log that you trust is there, so nothing says which chains there are'
  // words of whoever keeps the log must not be commands to a terminal
  const told = missing.slice(0, TOLD_ORIGINS).map((origin) => origin.slice(0, 200).replace(/[^\x20-\x7e]/g, '?'))
  const more = missing.length > told.length ? ', …' : ''
  const most = missing.length < MOST_ORIGINS ? `${missing.length}` : `at least ${missing.length}`
  if (missing.length > 0) return `the log knows ${most} chains that are not in the package: ${told.join(', ')}${more}`
  return valid ? 'the log knows no other chain' : 'the chain of the log is not VALID'
}

/** What was found out. */
export interface Facts {
  readonly problems: readonly EvidenceProblem[]
  readonly chains: readonly EvidenceChainResult[]
  /** Whether a report is there that receipts of the package seal, about chains of the package. */
  readonly reported: boolean
  /** Whether it is there in further forms, which nobody has judged. */
  readonly pages: boolean
  readonly log: KnownLog
  readonly policy: EvidencePolicy
  readonly keyId: string | undefined
}

type Statements = { readonly proved: readonly EvidenceStatement[]; readonly notProved: readonly EvidenceStatement[] }

function ofPackage({ problems, reported, pages, log, keyId }: Facts, say: Say): void {
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
    'the report is the one that receipts of these chains seal, and it is about these chains',
    'no report on these chains was verified: its figures are its maker’s word',
  )
  if (pages)
    say(false, 'REPORT_PAGES', '', 'of the report only report.json was judged: its other forms may say something else')
  say(
    log.counts && log.valid && log.missing.length === 0,
    'ALL_CHAINS',
    'every chain of which the chain of the log has a checkpoint is in the package',
    missingWords(log),
  )
}

type Say = (holds: boolean, code: EvidenceStatement['code'], yes: string, no: string, chainId?: string) => void

function tailWords({ result, checkpoints }: EvidenceChainResult, policy: EvidencePolicy): string {
  const { tail, toSeq } = result.scope
  const end = endingAt(checkpoints, result, policy)
  const seenAt = end.map(({ witnessedAt, stampedAt }) => witnessedAt ?? stampedAt).find((time) => time !== undefined)
  const seen = seenAt === undefined ? 'which a log that you trust has signed for' : `which was seen at ${seenAt}`
  const uncut = `the chain has not been cut before receipt ${toSeq}, ${seen}; what came after is not shown`
  const ended = 'the chain’s own key says that it ended here'
  if (tail !== 'chain-end') return uncut
  return end.length === 0 ? ended : `${ended}; ${uncut}`
}

function ofChain(chain: EvidenceChainResult, { policy }: Facts, say: Say): void {
  const { chainId, result } = chain
  const { scope, verdict, checked } = result
  const invalid = verdict === 'INVALID'
  const checkpoints = invalid ? [] : chain.checkpoints
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
    scope.tail !== 'unproved' && !invalid && result.counts.TAIL_UNPROVED === undefined,
    'TAIL',
    tailWords(chain, policy),
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
