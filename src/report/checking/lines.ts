/** The receipts that come with a report and its seal, held against a keyring and against what the report says of them. */
import type { Keyring } from '../../keys/keyring.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { verifyReceipt } from '../../verify/receipt.js'
import { ChainTrust } from '../../verify/trust.js'
import { incompleteCodes } from '../../verify/types.js'
import type { ChainFindings, Report, ReportSeal } from '../types.js'
import type { ReportProblem } from './findings.js'

/** A receipt that sealed the report. */
export interface SealedIn {
  readonly chainId: string
  readonly seq: number
  readonly receiptId: string
  readonly receiptHash: string
  readonly timestamp: string
  readonly keyId: string
}

/** What became of the receipts that came along. */
export interface CheckedLines {
  readonly problems: readonly ReportProblem[]
  /** How many receipts of the excerpt there are, and how many of them hold. */
  readonly embedded: { readonly receipts: number; readonly holding: number }
  /** By the seal receipts that hold, name this report, and stand in one of its chains. */
  readonly sealed: readonly SealedIn[]
}

/** One line that came along. */
interface Brought {
  readonly line: string
  readonly from: 'range' | 'cited' | 'seal' | 'source'
  /** Where the report says that it stands. */
  readonly at?: { readonly chainId: string; readonly seq: number } | undefined
  readonly receipt?: DecisionReceipt | undefined
}

const unknownKey: ReadonlySet<string> = new Set(incompleteCodes)

function parsed(line: string): DecisionReceipt | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as DecisionReceipt) : undefined
  } catch {
    // the verifier says what is wrong with it
    return undefined
  }
}

function broughtBy({ excerpt }: Report, seal: ReportSeal | undefined): readonly Brought[] {
  const ranges = excerpt.ranges.flatMap(({ chainId, fromSeq, lines }) =>
    lines.map((line, index): Brought => {
      const at = { chainId, seq: fromSeq + index }
      return { line, from: 'range', at, receipt: parsed(line) }
    }),
  )
  const others = (lines: readonly string[], from: 'cited' | 'seal') =>
    lines.map((line): Brought => ({ line, from, receipt: parsed(line) }))
  return [...ranges, ...others(excerpt.cited, 'cited'), ...others(seal?.lines ?? [], 'seal')]
}

const seqOf = ({ receipt, at }: Brought): number => at?.seq ?? receipt?.seq ?? 0
const chainOf = ({ receipt, at }: Brought): string | undefined => at?.chainId ?? receipt?.chainId

/** Where a receipt is not what the report says of its place; `undefined` where it is. */
function misplaced(
  { at, receipt }: Brought,
  chain: ChainFindings | undefined,
  before: DecisionReceipt | undefined,
): string | undefined {
  if (receipt === undefined) return undefined
  if (at !== undefined && (receipt.chainId !== at.chainId || receipt.seq !== at.seq))
    return 'stands elsewhere than the report says'
  if (chain === undefined) return 'is of a chain that the report is not about'
  const { head, root, fromSeq, toSeq } = chain.scope
  if (receipt.seq < (fromSeq ?? 0) || receipt.seq > (toSeq ?? -1))
    return 'is outside the range that the report is about'
  if (receipt.seq === head?.seq && receipt.receiptHash !== head.receiptHash)
    return 'is another than the last one that the report names'
  if (receipt.seq === 0 && root !== undefined && receipt.receiptHash !== root)
    return 'is another than the root that the report names'
  if (before === undefined) return undefined
  if (before.seq === receipt.seq && before.receiptHash !== receipt.receiptHash)
    return 'is another than the one that came along for the same place'
  if (before.seq === receipt.seq - 1 && receipt.prevReceiptHash !== before.receiptHash)
    return 'does not link to the receipt before it'
  return undefined
}

/** What a seal receipt gets wrong about this report; `undefined` where it does not. */
function wrongSeal(
  receipt: DecisionReceipt,
  chain: ChainFindings | undefined,
  digest: string,
): ReportProblem | undefined {
  const { chainId, seq, receiptId, system } = receipt
  const place = { chainId, seq, receiptId }
  if (chain === undefined)
    return { code: 'SEAL_MISPLACED', ...place, message: 'the seal is in a chain that the report is not about' }
  if (system?.event !== 'report')
    return { code: 'SEAL_MISPLACED', ...place, message: 'the seal is no receipt of a report' }
  if (system.hash !== digest)
    return { code: 'SEAL_DIGEST_MISMATCH', ...place, message: 'the receipt seals another report' }
  const { fromSeq, head } = chain.scope
  if (system.fromSeq !== fromSeq || system.toSeq !== head?.seq)
    return { code: 'SEAL_RANGE_MISMATCH', ...place, message: 'the receipt names another range than the report' }
  if (head !== undefined && seq <= head.seq)
    return { code: 'SEAL_MISPLACED', ...place, message: 'the seal stands among the receipts that it is about' }
  return undefined
}

/**
 * The receipts of a source that say what the seal's key is worth: those before the seal, and revocations behind it that reach
 * back to it. Where a chain has no seal the report's own receipts are judged by what came along with them.
 */
function aboutKeys(brought: readonly Brought[], keyLines: readonly string[]): readonly Brought[] {
  const seals = brought.filter(({ from, receipt }) => from === 'seal' && receipt?.system?.event === 'report')
  if (seals.length === 0) return []
  const there = new Set(brought.map(({ line }) => line))
  const last = Math.max(...seals.map(seqOf))
  const sealedBy = (time: unknown): boolean => seals.some(({ receipt }) => String(receipt?.timestamp) >= String(time))
  return keyLines
    .filter((line) => !there.has(line))
    .map((line): Brought => ({ line, from: 'source', receipt: parsed(line) }))
    .filter((one) => {
      const key = one.receipt?.key
      return seqOf(one) < last || (key?.event === 'revoke' && sealedBy(key.effectiveAt))
    })
}

/** The problems that the report itself tells of: it is no fault of the report that they are there. */
function told(chain: ChainFindings | undefined): ReadonlySet<string> {
  return new Set((chain?.problems ?? []).map(({ code, seq }) => `${code} ${seq}`))
}

/**
 * @param report - schema-valid
 * @param digest - of the report
 * @param seal - of the report, where there is one
 * @param keyring - the keys that are trusted
 * @param keyLines - by chain: the receipts of a source that say something of keys, unchecked
 * @returns what is wrong with what came along, and what holds
 */
export function checkLines(
  report: Report,
  digest: string,
  seal: ReportSeal | undefined,
  keyring: Keyring,
  keyLines: ReadonlyMap<string, readonly string[]> = new Map(),
): CheckedLines {
  const problems: ReportProblem[] = []
  const sealed: SealedIn[] = []
  const all = broughtBy(report, seal)
  let receipts = 0
  let holding = 0
  const byChain = new Map<string | undefined, Brought[]>()
  for (const one of all) {
    const chainId = chainOf(one)
    const list = byChain.get(chainId)
    if (list === undefined) byChain.set(chainId, [one])
    else list.push(one)
  }
  for (const [chainId, brought] of byChain) {
    const chain = report.chains.find((one) => one.chainId === chainId)
    const known = told(chain)
    // keys are learned in the order of the chain
    const trust = new ChainTrust(keyring, String(chainId))
    let before: DecisionReceipt | undefined
    let seals = false
    const ofSource = aboutKeys(brought, keyLines.get(String(chainId)) ?? [])
    for (const one of [...ofSource, ...brought].sort((a, b) => seqOf(a) - seqOf(b))) {
      const { line, from, receipt } = one
      if (from === 'source') {
        // it only teaches: what is wrong with it is told where the chain is verified
        verifyReceipt(line, { keyring, trust })
        continue
      }
      const isSeal = from === 'seal'
      const place = { chainId, seq: receipt?.seq, receiptId: receipt?.receiptId }
      const found = verifyReceipt(line, { keyring, trust }).problems.filter(
        ({ code, seq }) => isSeal || !known.has(`${code} ${seq}`),
      )
      for (const { code, message } of found) {
        const incomplete = unknownKey.has(code)
        const own = isSeal
          ? incomplete
            ? 'SEAL_KEY_UNKNOWN'
            : 'SEAL_RECEIPT_INVALID'
          : incomplete
            ? 'EXCERPT_KEY_UNKNOWN'
            : 'EXCERPT_RECEIPT_INVALID'
        problems.push({ code: own, ...place, message: `${code}: the receipt ${message}` })
      }
      if (!isSeal) {
        receipts += 1
        const message = misplaced(one, chain, before)
        if (message !== undefined)
          problems.push({ code: 'EXCERPT_MISPLACED', ...place, message: `the receipt ${message}` })
        if (message === undefined && found.length === 0) holding += 1
      } else if (receipt !== undefined && receipt.system?.event === 'report') {
        seals = true
        const wrong = wrongSeal(receipt, chain, digest)
        if (wrong !== undefined) problems.push(wrong)
        if (wrong === undefined && found.length === 0) {
          const { seq, receiptId, receiptHash, timestamp, keyId } = receipt
          sealed.push({ chainId: receipt.chainId, seq, receiptId, receiptHash, timestamp, keyId })
        }
      } else if (receipt?.key === undefined && found.length === 0) {
        problems.push({ code: 'SEAL_MISPLACED', ...place, message: 'the seal holds a receipt that is no seal' })
      }
      before = receipt ?? before
    }
    const taught = new Set(ofSource.map(({ receipt }) => receipt?.receiptId))
    for (const { finding, count } of trust.finish([])) {
      // what dates such a receipt need not be here
      if (finding.code === 'KEY_REVOKED_UNDATED' && taught.has(finding.receiptId)) continue
      const message = `${finding.code}: ${finding.message} (${count} receipts)`
      problems.push({ code: seals ? 'SEAL_KEY_UNKNOWN' : 'EXCERPT_KEY_UNKNOWN', chainId, message })
    }
  }
  return { problems, embedded: { receipts, holding }, sealed }
}
