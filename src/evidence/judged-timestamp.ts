/** The time stamps of a package, by the verifier's authorities. */
import { judgeToken, readTrust } from '../transparency/timestamp/judge.js'
import { CHECKS_A_TOKEN } from '../transparency/timestamp/path.js'
import { MOST_NOTES } from './zip/limits.js'

/** What was found out about a time stamp. */
export interface JudgedTimestamp {
  /** When the authority had it; absent where the stamp does not count. */
  readonly time?: string | undefined
  /** Why it does not count, or what it contradicts. */
  readonly message?: string | undefined
  /** True where it contradicts; otherwise it only does not count. */
  readonly invalid: boolean
}

/** As many signatures as ten thousand ordinary stamps have: a package with more was made to take long. */
const CHECKS_A_PACKAGE = 5 * MOST_NOTES

/**
 * @param authorities - certificates as PEM, which the verifier trusts
 * @param now - the judge's clock
 * @returns what judges the stamps of one package: each by its DER and what it must be over. It gives `undefined` where too many
 *   signatures were checked before
 * @throws QuittanceError `TLOG_MALFORMED` for an authority that can't be read
 */
export function timestampJudge(
  authorities: readonly string[],
  now: Date,
): (token: Uint8Array, message: Uint8Array) => JudgedTimestamp | undefined {
  const trust = readTrust({ authorities, now: now.getTime() })
  let left = CHECKS_A_PACKAGE
  return (token, message) => {
    if (left < CHECKS_A_TOKEN) return undefined
    const budget = { left: CHECKS_A_TOKEN }
    const { verdict, proved, problems } = judgeToken(token, message, trust, budget)
    left -= CHECKS_A_TOKEN - budget.left
    return { time: proved?.latest, invalid: verdict === 'INVALID', message: problems[0]?.message }
  }
}
