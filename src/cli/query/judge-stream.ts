/** Judges the receipts of one chain one by one, as `inspect` does, while the chain flows by. */
import type { Keyring } from '../../keys/keyring.js'
import { genesisHash } from '../../receipt/digest.js'
import { examineLine } from '../../verify/examine.js'
import type { RawLine } from '../../verify/line.js'
import { ChainTrust } from '../../verify/trust.js'
import { invalidCodes, type ProblemCode, type Verdict } from '../../verify/types.js'
import { claimOf } from '../inspect/find.js'

/** What was found against one receipt. */
export interface Judged {
  readonly verdict: Verdict
  readonly problems: readonly ProblemCode[]
}

/** Follows one chain. */
export interface StreamJudge {
  /** @param raw - a line that nobody asked for; what it says of keys is learnt */
  pass(raw: RawLine): void
  /** @param raw - a line that was asked for */
  judge(raw: RawLine): Judged
  /** @returns what can be said of revoked keys only at the end */
  finish(): readonly ProblemCode[]
}

const invalid: ReadonlySet<string> = new Set(invalidCodes)

/** @returns the verdict that follows from codes */
export function verdictOf(problems: readonly ProblemCode[]): Verdict {
  if (problems.some((code) => invalid.has(code))) return 'INVALID'
  return problems.length > 0 ? 'INCOMPLETE' : 'VALID'
}

/**
 * @param keyring - whom to trust
 * @returns a judge of one chain, from its first line on
 */
export function createStreamJudge(keyring: Keyring): StreamJudge {
  let trust: ChainTrust | undefined
  let chainId: string | undefined
  let previous: RawLine | undefined

  const learn = (raw: RawLine): readonly ProblemCode[] => {
    const { receipt, problems, wellFormed, sound } = examineLine(raw)
    const codes = problems.map(({ code }) => code)
    if (receipt === undefined || !wellFormed) return codes
    chainId ??= receipt.chainId
    if (receipt.chainId !== chainId) return [...codes, 'CHAIN_MISMATCH']
    trust ??= new ChainTrust(keyring, chainId)
    return [...codes, ...trust.judge(receipt, sound).map(({ code }) => code)]
  }

  const linkProblem = (raw: RawLine): readonly ProblemCode[] => {
    const { seq, chainId: chain, prevReceiptHash } = claimOf(raw) ?? {}
    if (typeof seq !== 'number' || typeof chain !== 'string') return []
    if (seq === 0) return prevReceiptHash === genesisHash(chain) ? [] : ['GENESIS_MISMATCH']
    const before = previous && claimOf(previous)
    if (before?.seq !== seq - 1 || before.chainId !== chain) return []
    return before.receiptHash === prevReceiptHash ? [] : ['LINK_MISMATCH']
  }

  return {
    pass(raw) {
      // a key event stands under this name; spelled otherwise a line is not canonical and teaches nothing
      if ('text' in raw && raw.text.includes('"key"')) learn(raw)
      previous = raw
    },
    judge(raw) {
      const problems = [...new Set([...learn(raw), ...linkProblem(raw)])]
      previous = raw
      return { verdict: verdictOf(problems), problems }
    },
    finish: () => [...new Set((trust?.finish([]) ?? []).map(({ finding }) => finding.code))],
  }
}
