/** Several stamps on one message: the earliest moment by which it is proved to have been there. */
import type { Verdict } from '../../verify/types.js'
import { judgeToken, messageBytes, readTrust } from './judge.js'
import type { ProvedTime, TimestampResult, VerifyTimestampOptions } from './types.js'

/** Whom the verifier trusts, and how many of them must have stamped. */
export interface TimestampsOptions extends VerifyTimestampOptions {
  /** How many authorities, each with an anchor of its own, must have stamped; default 1. */
  readonly atLeast?: number | undefined
}

/** What several stamps prove together. */
export interface TimestampsResult {
  /**
   * `VALID`: `atLeast` authorities have stamped. `INVALID`: not so, and a token contradicts. `INCOMPLETE`: not so, and none does.
   * A wrong token beside enough good ones changes nothing; `results` has it.
   */
  readonly verdict: Verdict
  /** The proved stamp with the earliest `latest`; there only when the verdict is VALID. */
  readonly earliest?: ProvedTime | undefined
  /** The anchors under which there is a good stamp, `sha256:` and hex. */
  readonly anchors: readonly string[]
  /** One for each token, in their order. */
  readonly results: readonly TimestampResult[]
}

/**
 * Verifies several time stamps on one message, each as `verifyTimestamp` does.
 *
 * @param tokens - DER of CMS ContentInfos, of any number of authorities
 * @param message - what was stamped: of a checkpoint the note's text, without its signatures
 * @param options - as of `verifyTimestamp`, and `atLeast`
 * @returns what they prove together
 * @throws what `verifyTimestamp` throws
 * @example
 * ```ts
 * import { timestampsOf } from 'quittance/transparency/timestamp'
 * const provedBy = async (tokens: Uint8Array[], text: string, authorities: string[]) =>
 *   (await timestampsOf(tokens, text, { authorities, atLeast: 2 })).earliest?.latest
 * ```
 */
export async function timestampsOf(
  tokens: readonly Uint8Array[],
  message: string | Uint8Array,
  options: TimestampsOptions,
): Promise<TimestampsResult> {
  if (!Array.isArray(tokens) || !tokens.every((token) => token instanceof Uint8Array))
    throw new TypeError('tokens must be a list of Uint8Array')
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  const { atLeast = 1, ...rest } = options
  if (!Number.isInteger(atLeast) || atLeast < 1) throw new RangeError('options.atLeast must be an integer from 1')
  const bytes = messageBytes(message)
  const trust = readTrust(rest)
  const results = tokens.map((token) => judgeToken(token, bytes, trust))
  const proved = results.flatMap(({ proved }) => (proved === undefined ? [] : [proved]))
  const anchors = [...new Set(proved.map(({ authority }) => authority.anchor))]
  if (anchors.length < atLeast) {
    const contradicts = results.some(({ verdict }) => verdict === 'INVALID')
    return { verdict: contradicts ? 'INVALID' : 'INCOMPLETE', anchors, results }
  }
  const [earliest] = proved.toSorted((a, b) => (a.latest < b.latest ? -1 : 1))
  return { verdict: 'VALID', earliest, anchors, results }
}
