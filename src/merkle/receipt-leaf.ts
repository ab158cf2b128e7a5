import { concatBytes, fromHex } from '../primitives/bytes.js'

const hashText = /^sha256:([0-9a-f]{64})$/
const signatureText = /^ed25519:([0-9a-f]{128})$/

function bytesOf(name: string, value: string, pattern: RegExp, what: string): Uint8Array {
  const digits = pattern.exec(value)?.[1]
  if (digits === undefined) throw new RangeError(`${name} must be ${what}`)
  return fromHex(digits)
}

/**
 * What a receipt puts into a tree: its hash and its signature, so that a root fixes both.
 *
 * @param receiptHash - `sha256:` and 64 lower-case hex digits
 * @param signature - `ed25519:` and 128 lower-case hex digits
 * @returns 96 bytes, the hash before the signature: the data of a leaf, to be given to `leafHash`
 * @throws RangeError when one of them has another form
 * @example
 * ```ts
 * import { leafHash, receiptLeaf } from 'quittance/merkle'
 * const leaf = leafHash(receiptLeaf(`sha256:${'0'.repeat(64)}`, `ed25519:${'0'.repeat(128)}`))
 * ```
 */
export function receiptLeaf(receiptHash: string, signature: string): Uint8Array {
  return concatBytes(
    bytesOf('receiptHash', receiptHash, hashText, '"sha256:" and 64 lower-case hex digits'),
    bytesOf('signature', signature, signatureText, '"ed25519:" and 128 lower-case hex digits'),
  )
}
