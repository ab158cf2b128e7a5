import type { KeyObject } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import { QuittanceError } from '../../errors.js'
import { concatBytes, fromHex } from '../../primitives/bytes.js'
import { nodeCrypto } from '../../primitives/platform.js'
import type { Ed25519Backend, SeedSigner } from './backend.js'

/** DER of a PKCS#8 Ed25519 key (RFC 8410) up to the 32 bytes of the seed. */
const pkcs8Prefix = fromHex('302e020100300506032b657004220420')

const crypto = (): NonNullable<ReturnType<typeof nodeCrypto>> => {
  const module = nodeCrypto()
  if (!module) throw new TypeError('the node backend of Ed25519 needs node:crypto')
  return module
}

const failed = (cause: unknown): QuittanceError =>
  new QuittanceError('KEY_SIGNING_FAILED', 'node:crypto could not sign', { cause })

/** Callers get plain bytes from every backend, not a Buffer from one of them. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * A signer on a private `KeyObject` of node:crypto.
 *
 * @param privateKey - an Ed25519 private key
 * @returns its signer; `sign` runs on Node's thread pool
 */
export function signerFromKeyObject(privateKey: KeyObject): SeedSigner {
  const { createPublicKey, sign } = crypto()
  const publicKey = base64urlnopad.decode(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '')
  let key: KeyObject | undefined = privateKey
  const current = (): KeyObject => {
    if (!key) throw new QuittanceError('KEY_UNAVAILABLE', 'the key was closed')
    return key
  }
  return {
    publicKey,
    signSync(message) {
      const open = current()
      try {
        return plain(sign(null, message, open))
      } catch (error) {
        throw failed(error)
      }
    },
    // what the executor throws is the promise's rejection
    sign: (message) =>
      new Promise((resolve, reject) => {
        sign(null, message, current(), (error, signature) =>
          error ? reject(failed(error)) : resolve(plain(signature)),
        )
      }),
    wipe() {
      key = undefined
    },
  }
}

/** `node:crypto` (OpenSSL): keys are imported once, signing can leave the event loop. */
export const nodeBackend: Ed25519Backend = {
  name: 'node',
  equationCheck(publicKey) {
    const { createPublicKey, verify } = crypto()
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(publicKey) }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    return (message, signature) => verify(null, message, key, signature)
  },
  signerFromSeed(seed) {
    const der = concatBytes(pkcs8Prefix, seed)
    try {
      const key = Buffer.from(der.buffer, der.byteOffset, der.byteLength)
      return signerFromKeyObject(crypto().createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
    } finally {
      der.fill(0)
    }
  },
}
