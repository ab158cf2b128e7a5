import { utf8 } from '../primitives/bytes.js'
import { chainIdPattern } from '../primitives/chain-id.js'

const digestPattern = /^sha256:[0-9a-f]{64}$/
const keyIdPattern = /^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/

/** What is signed is told apart by lines, so no part may bring a line of its own. */
const expect = (pattern: RegExp, value: string, name: string): string => {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`)
  if (!pattern.test(value)) throw new RangeError(`${name} is malformed`)
  return value
}

/**
 * What a root key signs to let another key sign receipts for a while.
 *
 * @param certificateDigest - `sha256:` and 64 hex digits: SHA-256 of the certificate's JCS
 * @returns the bytes to sign
 * @throws TypeError, RangeError when it is not such a digest
 */
export function signedDelegationMessage(certificateDigest: string): Uint8Array {
  return utf8(`quittance/1 delegation\n${expect(digestPattern, certificateDigest, 'certificateDigest')}\n`)
}

/**
 * What a new key signs to take over from an old one in a chain.
 *
 * @param chainId - the chain
 * @param oldKeyId - did:key of the key that signs the `rotate` receipt
 * @param newKeyId - did:key of the key that countersigns
 * @returns the bytes to sign
 * @throws TypeError, RangeError when a part is malformed
 */
export function rotationMessage(chainId: string, oldKeyId: string, newKeyId: string): Uint8Array {
  const lines = [
    'quittance/1 rotation',
    expect(chainIdPattern, chainId, 'chainId'),
    expect(keyIdPattern, oldKeyId, 'oldKeyId'),
    expect(keyIdPattern, newKeyId, 'newKeyId'),
  ]
  return utf8(`${lines.join('\n')}\n`)
}
