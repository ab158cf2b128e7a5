/** Verifies RFC 3161 time stamps offline: the whole of it, against trust anchors of the verifier's. */
import { judgeToken, messageBytes, readTrust } from './judge.js'
import type { TimestampResult, VerifyTimestampOptions } from './types.js'

/**
 * Verifies a time stamp, offline and however late: the imprint, the signature, that the token names the certificate it is
 * signed with, that this one is for time stamps alone, and that its whole chain up to an anchor of the verifier's was valid
 * at the time of the stamp and is not revoked by the lists that are given. Nothing is fetched, and nothing that comes with
 * the token is trusted.
 *
 * @param token - DER of the CMS ContentInfo, as `timestampAuthority` gave it
 * @param message - what was stamped: of a checkpoint the note's text, without its signatures
 * @param options - `authorities`, the trust anchors; and what else is asked
 * @returns the verdict with its problems; `proved` only when it is VALID. Without an anchor it never is
 * @throws TypeError, RangeError for a wrong option
 * @throws QuittanceError `TLOG_MALFORMED` when an anchor, an intermediate or a list of the caller's can't be read
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { parseNote } from 'quittance/transparency'
 * import { verifyTimestamp } from 'quittance/transparency/timestamp'
 * const stampedAt = async (token: Uint8Array, note: string) => {
 *   const authorities = [await readFile('authority.pem', 'utf8')]
 *   const { verdict, proved, problems } = await verifyTimestamp(token, parseNote(note).text, { authorities })
 *   if (proved === undefined) throw new Error(`${verdict}: ${problems.map(({ code }) => code).join(', ')}`)
 *   return proved.latest
 * }
 * ```
 */
export async function verifyTimestamp(
  token: Uint8Array,
  message: string | Uint8Array,
  options: VerifyTimestampOptions,
): Promise<TimestampResult> {
  if (!(token instanceof Uint8Array)) throw new TypeError('token must be a Uint8Array')
  const bytes = messageBytes(message)
  return judgeToken(token, bytes, readTrust(options))
}
