import type { Keyring } from '../keys/keyring.js'
import { ownText } from '../primitives/one-piece.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { examineReceipt } from './examine.js'
import { Findings } from './findings.js'
import { checkKeyring } from './options.js'
import { ChainTrust } from './trust.js'
import type { Scope, VerifyResult } from './types.js'

/**
 * Verifies one receipt by itself: shape, signature, self-hash, details, key. That it stands in a chain, and that nothing
 * stands behind it, is `verifyChain`'s to say.
 *
 * @param receipt - a receipt, or its line
 * @param options - `keyring`, the keys that are trusted; `trust`, what a chain said of keys before this receipt
 * @returns verdict, scope (this one receipt, its tail unproved), problems, counts, notices
 * @throws TypeError when `keyring` is not a `Keyring`
 * @example
 * ```ts
 * import { type DecisionReceipt, Keyring, verifyReceipt } from 'quittance/verify'
 * const keyring = new Keyring(['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'])
 * const holds = (receipt: DecisionReceipt) => verifyReceipt(receipt, { keyring }).verdict === 'VALID'
 * ```
 */
export function verifyReceipt(
  receipt: DecisionReceipt | string,
  options: { readonly keyring: Keyring; readonly trust?: ChainTrust | undefined },
): VerifyResult {
  checkKeyring(options.keyring)
  const findings = new Findings()
  const examined = examineReceipt(receipt)
  const found = examined.receipt
  const place = Object.fromEntries(Object.entries(examined.claimed ?? {}).filter(([, value]) => value !== undefined))
  for (const { code, message } of examined.problems) findings.problem({ code, ...place, message })
  for (const { code, message } of examined.notices) findings.notice({ code, ...place, message })
  if (found !== undefined && examined.wellFormed) {
    const trust = options.trust ?? new ChainTrust(options.keyring, found.chainId)
    for (const { code, message } of trust.judge(found, examined.sound)) findings.problem({ code, ...place, message })
    if (options.trust === undefined) for (const { finding, count } of trust.finish([])) findings.problem(finding, count)
  }
  const { verdict, problems, counts, notices } = findings
  return { verdict, scope: scopeOf(found), checked: 1, problems, counts, notices }
}

function scopeOf(found: DecisionReceipt | undefined): Scope {
  if (found === undefined) return { tail: 'unproved' }
  const { seq } = found
  // the result is kept, and a text that was read from a line would keep all of it
  const [chainId, receiptHash] = [ownText(found.chainId), ownText(found.receiptHash)]
  const root = seq === 0 ? { root: receiptHash } : {}
  return { chainId, ...root, fromSeq: seq, toSeq: seq, head: { seq, receiptHash }, tail: 'unproved' }
}
