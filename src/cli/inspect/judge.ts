/** Why one receipt holds or does not, step by step. */
import { Keyring } from '../../keys/keyring.js'
import { genesisHash } from '../../receipt/digest.js'
import { VERSION } from '../../receipt/limits.js'
import { examineLine } from '../../verify/examine.js'
import { type Remark, readLine } from '../../verify/line.js'
import { ChainTrust } from '../../verify/trust.js'
import { invalidCodes, type NoticeCode, type ProblemCode, type Verdict } from '../../verify/types.js'
import { claimOf, type Found } from './find.js'

/** What was looked at, in the order in which it is shown. */
export const stepNames = ['form', 'hash', 'signature', 'key', 'link', 'details'] as const
/** One thing that was looked at. */
export type StepName = (typeof stepNames)[number]

/** How one step came out. */
export interface StepResult {
  /** `null`: it could not be looked at. */
  readonly ok: boolean | null
  readonly message: string
}

/** Everything that can be said of one receipt. */
export interface Judgement {
  readonly verdict: Verdict
  readonly steps: Readonly<Record<StepName, StepResult>>
  readonly problems: readonly Remark<ProblemCode>[]
  readonly notices: readonly Remark<NoticeCode>[]
}

const stepOf: Partial<Record<ProblemCode, StepName>> = {
  HASH_MISMATCH: 'hash',
  SIGNATURE_INVALID: 'signature',
  DETAILS_MISMATCH: 'details',
  LINK_MISMATCH: 'link',
  GENESIS_MISMATCH: 'link',
  DELEGATION_INVALID: 'key',
  KEY_UNKNOWN: 'key',
  KEY_NOT_ALLOWED: 'key',
  KEY_OUTSIDE_WINDOW: 'key',
  KEY_REVOKED: 'key',
  KEY_REVOKED_UNDATED: 'key',
}

const invalid: ReadonlySet<string> = new Set(invalidCodes)

function verdictOf(problems: readonly Remark<ProblemCode>[]): Verdict {
  if (problems.some(({ code }) => invalid.has(code))) return 'INVALID'
  return problems.length > 0 ? 'INCOMPLETE' : 'VALID'
}

/** Holds the link against the line before, where that is the receipt before. */
function linkStep(found: Found): StepResult & { readonly code?: ProblemCode } {
  const claim = claimOf(found.raw)
  const { seq, chainId, prevReceiptHash } = claim ?? {}
  if (typeof seq !== 'number' || typeof chainId !== 'string') return { ok: null, message: 'it has no place in a chain' }
  if (seq === 0) {
    return prevReceiptHash === genesisHash(chainId)
      ? { ok: true, message: 'it is the first of its chain and links to its genesis' }
      : { ok: false, message: "does not link to its chain's genesis", code: 'GENESIS_MISMATCH' }
  }
  const before = found.previous && claimOf(found.previous)
  if (before === undefined || before.seq !== seq - 1 || before.chainId !== chainId) {
    return { ok: null, message: `not checked: receipt ${seq - 1} is not on the line before` }
  }
  return before.receiptHash === prevReceiptHash
    ? { ok: true, message: `it names the receiptHash of seq ${seq - 1}, on line ${found.line - 1}` }
    : {
        ok: false,
        message: `does not link to the receipt before it, seq ${seq - 1} on line ${found.line - 1}`,
        code: 'LINK_MISMATCH',
      }
}

function keyRemarks(found: Found, keyring: Keyring): Remark<ProblemCode>[] | undefined {
  const { receipt, wellFormed, sound } = examineLine(found.raw)
  if (receipt === undefined || !wellFormed) return undefined
  const trust = new ChainTrust(keyring, receipt.chainId)
  for (const line of found.keyLines) {
    const earlier = examineLine(line)
    if (earlier.receipt?.chainId === receipt.chainId && earlier.wellFormed) trust.judge(earlier.receipt, earlier.sound)
  }
  const remarks = trust.judge(receipt, sound)
  const later = trust.finish([]).filter(({ finding }) => finding.seq === receipt.seq)
  return [...remarks, ...later.map(({ finding }) => ({ code: finding.code, message: finding.message }))]
}

const held: Readonly<Record<StepName, string>> = {
  form: 'every member is as the format has it',
  hash: 'receiptHash is the SHA-256 of what the receipt says, computed again',
  signature: 'the key in the receipt signed its receiptHash',
  key: 'your keyring trusts the key for this receipt',
  link: '',
  details: 'the free text is that of detailsHash',
}

function detailsWords(claim: Readonly<Record<string, unknown>>): string {
  if (claim.details !== undefined) return held.details
  return claim.detailsHash === undefined ? 'it has no free text' : 'the free text was erased; its detailsHash remains'
}

/**
 * @param found - a receipt's line, and what was before it
 * @param keyring - whom to trust; `undefined` where nobody said
 * @returns how each step came out, and the verdict over this one receipt
 */
export function judge(found: Found, keyring: Keyring | undefined): Judgement {
  const examined = examineLine(found.raw)
  const reading = 'text' in found.raw ? readLine(found.raw.text) : undefined
  const claim = reading?.claim
  const keys = keyRemarks(found, keyring ?? new Keyring([]))
  const link = linkStep(found)
  const linkProblems = link.code === undefined ? [] : [{ code: link.code, message: link.message }]
  const problems = [...examined.problems, ...(keys ?? []), ...linkProblems]

  // of a version that is not known nothing but the version was looked at
  const known = claim !== undefined && (typeof claim.version !== 'string' || claim.version === VERSION)
  const written = known && reading?.texts !== undefined
  const step = (name: StepName, looked: boolean, words = held[name]): StepResult => {
    const faults = problems.filter(({ code }) => (stepOf[code] ?? 'form') === name)
    if (faults.length > 0)
      return { ok: false, message: faults.map(({ code, message }) => `${code}: ${message}`).join('; ') }
    return looked
      ? { ok: true, message: words }
      : { ok: null, message: 'not checked: the line could not be read that far' }
  }
  const nobodyAsked = keyring === undefined && keys?.every(({ code }) => code === 'KEY_UNKNOWN')
  return {
    verdict: verdictOf(problems),
    steps: {
      form: step('form', true),
      hash: step('hash', written),
      signature: step('signature', known),
      key:
        nobodyAsked && keys?.length
          ? { ok: null, message: 'KEY_UNKNOWN: no keyring was given, so nothing says whose key this is' }
          : step('key', keys !== undefined),
      link: link.code === undefined ? { ok: link.ok, message: link.message } : step('link', true),
      details: step('details', written, claim && detailsWords(claim)),
    },
    problems,
    notices: examined.notices,
  }
}
