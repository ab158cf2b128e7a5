/** What follows from everything that was checked: one headline, and what stands behind it. */
import type { Keyring } from '../../../keys/keyring.js'
import type { Verdict } from '../../../verify/types.js'
import type { Report, ReportSeal } from '../../types.js'
import { checkSeal, type Outcome, type Recount, recount, type SealCheck } from './check-report.js'
import type { ExcerptCheck } from './verify-excerpt.js'

/** What the page concludes. */
export interface Conclusion {
  /** `CONSISTENT` is said under the file's own keys, `VALID` only under the reader's. */
  readonly word: 'CONSISTENT' | 'VALID' | 'INVALID' | 'INCOMPLETE' | 'NONE'
  readonly check: ExcerptCheck
  readonly digest: { readonly outcome: Outcome; readonly computed: string }
  readonly seal: SealCheck
  readonly recount: Recount
  /** What the report says of its chains, where that is worse than what was found here. */
  readonly reported?: Exclude<Verdict, 'VALID'> | undefined
  /** The reader's keys, where there are any. */
  readonly readers?: Keyring | undefined
}

/** What is concluded from. */
export interface Grounds {
  readonly report: Report
  /** As shown on the page. */
  readonly digest: string
  readonly computed: string
  readonly seal: ReportSeal | undefined
  /** Under the file's own keys. */
  readonly own: ExcerptCheck
  /** Under the reader's. */
  readonly theirs?: { readonly check: ExcerptCheck; readonly keyring: Keyring } | undefined
}

function wordOf(verdict: Verdict, contradicts: boolean, trusted: boolean): Conclusion['word'] {
  if (contradicts || verdict === 'INVALID') return 'INVALID'
  if (verdict === 'INCOMPLETE') return 'INCOMPLETE'
  return trusted ? 'VALID' : 'CONSISTENT'
}

/**
 * @param grounds - everything that was checked
 * @returns the conclusion: never better than its worst part
 */
export function conclude({ report, digest, computed, seal, own, theirs }: Grounds): Conclusion {
  const check = theirs?.check ?? own
  const counted = recount(report, own.holding)
  const sealed = checkSeal(computed, seal, check.holding)
  const digestOutcome: Outcome = computed === digest ? 'holds' : 'differs'
  // a seal by a key that the reader does not know contradicts nothing: the receipts say so already
  const sealContradicts =
    sealed.reason === 'other-digest' || checkSeal(computed, seal, own.holding).outcome === 'differs'
  const contradicts = digestOutcome === 'differs' || counted.outcome === 'differs' || sealContradicts
  const found = check.embedded === 0 && !contradicts ? 'NONE' : wordOf(check.verdict, contradicts, theirs !== undefined)
  // receipts that did not hold need not be in the file: then only the report knows of them
  const reported =
    report.verdict === 'VALID' || (found !== 'CONSISTENT' && found !== 'VALID') ? undefined : report.verdict
  return {
    word: reported ?? found,
    check,
    digest: { outcome: digestOutcome, computed },
    seal: sealed,
    recount: counted,
    reported,
    readers: theirs?.keyring,
  }
}
