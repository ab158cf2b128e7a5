/** The verifier on the receipts that came with the page. Between the embedded pieces of a chain lies what was left out. */
import type { Keyring } from '../../../keys/keyring.js'
import type { DecisionReceipt } from '../../../receipt/types.js'
import { verifyLines } from '../../../verify/chain.js'
import {
  invalidCodes,
  type Problem,
  type ProblemCode,
  type Verdict,
  type VerifyOptions,
  type VerifyResult,
} from '../../../verify/types.js'
import type { Excerpt } from '../../types.js'
import type { Embedded } from './embedded.js'
import type { SignatureDesk } from './signatures.js'

/** What was found on the receipts of one chain. */
export interface ChainCheck {
  readonly chainId: string
  readonly verdict: Verdict
  readonly embedded: number
  readonly holding: number
  readonly problems: readonly Problem[]
  readonly counts: Readonly<Partial<Record<string, number>>>
}

/** What was found on everything that came with the page. */
export interface ExcerptCheck {
  readonly verdict: Verdict
  readonly embedded: number
  /** Receipts against which nothing was found. */
  readonly holding: readonly DecisionReceipt[]
  readonly chains: readonly ChainCheck[]
}

const invalid: ReadonlySet<string> = new Set(invalidCodes)
const noticeCodes: ReadonlySet<string> = new Set(['LINE_NOT_CANONICAL', 'DETAILS_ERASED'])

/** The worst of some verdicts. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('INVALID')) return 'INVALID'
  return verdicts.includes('INCOMPLETE') ? 'INCOMPLETE' : 'VALID'
}

/** A range names its first and its last receipt: every one between them has to be there. */
function missingIn({ ranges }: Excerpt, chainId: string, lines: readonly Embedded[]): Problem[] {
  const problems: Problem[] = []
  for (const range of ranges) {
    if (range.chainId !== chainId) continue
    const held = new Set(range.lines)
    const seqs = lines.filter(({ line }) => held.has(line)).map(({ seq }) => seq)
    let next = range.fromSeq
    const missing = (until: number): void => {
      if (until < next) return
      const which = until === next ? `seq ${next} is` : `seq ${next} to ${until} are`
      const message = `${which} missing from the receipts that the file says it holds`
      problems.push({ code: 'SEQ_GAP', seq: next, message })
    }
    for (const seq of seqs) {
      missing(seq - 1)
      next = Math.max(next, seq + 1)
    }
    missing(range.toSeq)
  }
  return problems
}

const countsOf = (
  counts: Readonly<Partial<Record<string, number>>>,
  gaps: number,
): Readonly<Partial<Record<string, number>>> => {
  const { SEQ_GAP: _leftOut, ...others } = counts
  return gaps === 0 ? others : { ...others, SEQ_GAP: gaps }
}

const verdictOf = (counts: Readonly<Partial<Record<string, number>>>): Verdict => {
  const codes = Object.keys(counts).filter((code) => !noticeCodes.has(code))
  if (codes.some((code) => invalid.has(code))) return 'INVALID'
  return codes.length > 0 ? 'INCOMPLETE' : 'VALID'
}

/** Receipts behind what was left out: the verifier found that gap, and nothing else. */
function afterGaps(
  lines: readonly Embedded[],
  holding: readonly DecisionReceipt[],
  { problems, counts }: VerifyResult,
): readonly DecisionReceipt[] {
  const found = Object.entries(counts).reduce((sum, [code, count]) => sum + (noticeCodes.has(code) ? 0 : count), 0)
  // not every finding is listed: whoever is not known to hold does not
  if (found > problems.length) return []
  const held = new Set(holding.map(({ receiptHash }) => receiptHash))
  const codes = new Map<number, string[]>()
  for (const { code, line = 0 } of problems) codes.set(line, [...(codes.get(line) ?? []), code])
  return lines.flatMap(({ claim }, index) => {
    const receipt = claim as unknown as DecisionReceipt
    const only = codes.get(index + 1)?.every((code) => code === 'SEQ_GAP') === true
    return only && !held.has(receipt.receiptHash) ? [receipt] : []
  })
}

async function verifyOne(
  chainId: string,
  lines: readonly Embedded[],
  excerpt: Excerpt,
  options: VerifyOptions,
  desk: SignatureDesk,
): Promise<{ readonly check: ChainCheck; readonly holding: readonly DecisionReceipt[] }> {
  const holding: DecisionReceipt[] = []
  const raw = lines.map(({ line }) => ({ text: line, terminated: true }))
  const first = lines[0]?.seq ?? 0
  const result = await verifyLines(
    raw,
    { ...options, expect: { fromSeq: first }, ...(chainId === '?' ? {} : { chainId }) },
    desk.backend,
    (receipt) => holding.push(receipt),
  )
  // what lies between the embedded pieces was left out on purpose; within a range nothing may be missing
  const gaps = missingIn(excerpt, chainId, lines)
  const problems = [
    ...gaps,
    ...result.problems
      .filter(({ code }) => code !== 'SEQ_GAP')
      .map((problem): Problem => {
        const seq = problem.seq ?? (problem.line === undefined ? undefined : lines[problem.line - 1]?.seq)
        return seq === undefined ? problem : { ...problem, seq }
      }),
  ]
  for (const receipt of afterGaps(lines, holding, result)) holding.push(receipt)
  const counts = countsOf(result.counts, gaps.length)
  const verdict = verdictOf(counts)
  return {
    check: { chainId, verdict, embedded: lines.length, holding: holding.length, problems, counts },
    holding,
  }
}

/**
 * Verifies the receipts of a page: each by itself, its place among those that came with it, its key.
 *
 * @param lines - from `embeddedIn`
 * @param excerpt - what the report says it holds
 * @param keyring - of one chain: whom to trust
 * @param desk - has the signatures
 * @param now - the judge's clock
 * @returns what was found
 */
export async function verifyExcerpt(
  lines: readonly Embedded[],
  excerpt: Excerpt,
  keyring: (chainId: string) => Keyring,
  desk: SignatureDesk,
  now: Date,
): Promise<ExcerptCheck> {
  const chains = new Map<string, Embedded[]>()
  for (const { chainId } of excerpt.ranges) chains.set(chainId, [])
  for (const one of lines) {
    const known = chains.get(one.chainId)
    if (known === undefined) chains.set(one.chainId, [one])
    else known.push(one)
  }
  const found: ChainCheck[] = []
  const holding: DecisionReceipt[] = []
  for (const [chainId, ofChain] of chains) {
    const one = await verifyOne(chainId, ofChain, excerpt, { keyring: keyring(chainId), now }, desk)
    found.push(one.check)
    for (const receipt of one.holding) holding.push(receipt)
  }
  return {
    verdict: found.length === 0 ? 'INCOMPLETE' : worst(found.map(({ verdict }) => verdict)),
    embedded: lines.length,
    holding,
    chains: found,
  }
}

/**
 * @param check - what was found
 * @returns problems by `chainId seq`, for the rows
 */
export function problemsByPlace(check: ExcerptCheck): ReadonlyMap<string, readonly ProblemCode[]> {
  const places = new Map<string, ProblemCode[]>()
  for (const { chainId, problems } of check.chains)
    for (const { seq, code } of problems) {
      if (seq === undefined) continue
      const place = `${chainId} ${seq}`
      const known = places.get(place)
      if (known === undefined) places.set(place, [code])
      else if (!known.includes(code)) known.push(code)
    }
  return places
}
