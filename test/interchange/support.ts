import { localKey } from '../../src/keys/local.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { Keyring, verifyReceipt } from '../../src/verify/index.js'

/** Of everything that makes a line hard to carry. */
export const receipts = testReceipts({
  chainId: 'acme/credit eu'.replace(' ', '-'),
  count: 6,
  rationale: (seq) => `ä €  "\\ ${seq} 😀`,
})
export const keys = localKey({ seed: new Uint8Array(32).fill(9) })
export const keyIds = async () => [(await keys.signer()).keyId]
const keyring = new Keyring([receipts[0]!.keyId])

/** @returns the verdict on what came out of an envelope */
export const verdictOf = (line: string) => verifyReceipt(line, { keyring }).verdict
