import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { QuittanceError } from '../../errors.js'
import { concatBytes, equalBytes, toHex } from '../../primitives/bytes.js'
import type { Ed25519Backend } from './backend.js'

const { n: order } = ed.Point.CURVE()

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`)

/** noble has no SHA-512 of its own for the synchronous calls; whoever set one before us set the same function. */
const withSha512 = (): typeof ed => {
  ed.hashes.sha512 ??= (message) => sha512(message)
  return ed
}

/**
 * `@noble/ed25519`: pure JavaScript, everywhere, also in a browser. Its own `verify()` multiplies by the cofactor and so
 * accepts signatures that OpenSSL refuses; here its points compute R' = [S]B - [k]A, and the bytes of R' are compared.
 */
export const nobleBackend: Ed25519Backend = {
  name: 'noble',
  equationCheck(publicKey) {
    const bytes = Uint8Array.from(publicKey)
    const minusA = ed.Point.fromBytes(bytes).negate()
    return (message, signature) => {
      const R = signature.subarray(0, 32)
      const k = littleEndian(sha512(concatBytes(R, bytes, message))) % order
      const S = littleEndian(signature.subarray(32))
      const expected = ed.Point.BASE.multiplyUnsafe(S).add(minusA.multiplyUnsafe(k))
      return equalBytes(expected.toBytes(), R)
    }
  },
  signerFromSeed(seed) {
    const secret = Uint8Array.from(seed)
    const publicKey = withSha512().getPublicKey(secret)
    let wiped = false
    const signSync = (message: Uint8Array): Uint8Array => {
      if (wiped) throw new QuittanceError('KEY_UNAVAILABLE', 'the key was closed')
      return withSha512().sign(message, secret)
    }
    return {
      publicKey,
      signSync,
      sign: async (message) => signSync(message),
      wipe() {
        wiped = true
        secret.fill(0)
      },
    }
  },
}
