/** Collects what is found: every code counted, the first thousand of each kind kept, the verdict from the counts. */
import { ownText } from '../primitives/one-piece.js'
import {
  type Finding,
  invalidCodes,
  type Notice,
  type NoticeCode,
  type Problem,
  type ProblemCode,
  type Verdict,
} from './types.js'

/** How many problems, and how many notices, a result lists. */
export const MAX_LISTED = 1_000

const invalid: ReadonlySet<string> = new Set(invalidCodes)

/** Where something was found. */
export interface Place {
  readonly seq?: number | undefined
  readonly receiptId?: string | undefined
  readonly line?: number | undefined
}

/** What was read from a line would keep all of it. */
const own = <F extends Place & { readonly message: string }>(finding: F): F => ({
  ...finding,
  message: ownText(finding.message),
  ...(finding.receiptId !== undefined && { receiptId: ownText(finding.receiptId) }),
})

/** The findings of one verification. */
export class Findings {
  readonly problems: Problem[] = []
  readonly notices: Notice[] = []
  readonly counts: Partial<Record<ProblemCode | NoticeCode, number>> = {}
  /** How many problems were found, listed or not; one that stands for many receipts is one. */
  found = 0
  #invalid = false
  #incomplete = false

  /**
   * @param finding - one problem
   * @param count - how many receipts it stands for
   */
  problem(finding: Finding<ProblemCode>, count = 1): void {
    this.#count(finding.code, count)
    this.found += 1
    if (invalid.has(finding.code)) this.#invalid = true
    else this.#incomplete = true
    if (this.problems.length < MAX_LISTED) this.problems.push(own(finding))
  }

  /** @param finding - one notice */
  notice(finding: Finding<NoticeCode>): void {
    this.#count(finding.code, 1)
    if (this.notices.length < MAX_LISTED) this.notices.push(own(finding))
  }

  /** INVALID before INCOMPLETE before VALID. */
  get verdict(): Verdict {
    if (this.#invalid) return 'INVALID'
    return this.#incomplete ? 'INCOMPLETE' : 'VALID'
  }

  #count(code: ProblemCode | NoticeCode, count: number): void {
    this.counts[code] = (this.counts[code] ?? 0) + count
  }
}
