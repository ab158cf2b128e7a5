/** One time stamp of a package, by the verifier's authorities. */
import { verifyTimestamp } from '../transparency/timestamp/verify.js'

/** What was found out about a time stamp. */
export interface JudgedTimestamp {
  /** When the authority had it; absent where the stamp does not count. */
  readonly time?: string | undefined
  /** Why it does not count, or what it contradicts. */
  readonly message?: string | undefined
  /** True where it contradicts; otherwise it only does not count. */
  readonly invalid: boolean
}

/**
 * @param token - DER of a time stamp
 * @param message - what it must be over
 * @param authorities - certificates as PEM, which the verifier trusts
 * @param now - the judge's clock
 * @returns what it proves, or why it does not count
 * @throws QuittanceError `TLOG_MALFORMED` for an authority that can't be read
 */
export async function judgedTimestamp(
  token: Uint8Array,
  message: Uint8Array,
  authorities: readonly string[],
  now: Date,
): Promise<JudgedTimestamp> {
  const { verdict, proved, problems } = await verifyTimestamp(token, message, { authorities, now: now.getTime() })
  return { time: proved?.latest, invalid: verdict === 'INVALID', message: problems[0]?.message }
}
