import type { HeadRef, QuittanceError } from '../../errors.js'
import { invalidCodes, type VerifyResult } from '../../verify/types.js'
import { copyInvalid } from './line.js'

const invalid: ReadonlySet<string> = new Set(invalidCodes)

/**
 * @param place - the chain, and the seq that was being read
 * @param result - the verifier's, INVALID
 * @param actual - the target's head, for whoever wants to know how far it went
 * @returns the error that names what was found first
 */
export function refusal(
  { chainId, seq }: { readonly chainId: string; readonly seq: number },
  result: VerifyResult,
  actual?: HeadRef,
): QuittanceError {
  const found = result.problems.find(({ code }) => invalid.has(code))
  // of very many problems not every one is listed, but each code is counted
  const reason = found?.code ?? Object.keys(result.counts).find((code) => invalid.has(code)) ?? 'INVALID'
  return copyInvalid({ chainId, seq: found?.seq ?? seq }, reason, {
    receiptId: found?.receiptId,
    line: found?.line,
    actual,
  })
}
