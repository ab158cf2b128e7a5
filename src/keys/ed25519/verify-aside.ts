import type { KeyObject } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import { nodeCrypto } from '../../primitives/platform.js'
import { type AdmittedKey, publicKeyOf } from './admission.js'
import { hasStrictForm } from './rules.js'
import { verifySignature } from './verify.js'

const imported = new WeakMap<AdmittedKey, KeyObject>()

/**
 * As `verifySignature`, on Node's thread pool where there is one: a verification takes longer than everything else that is
 * done for a receipt whose signature comes from elsewhere.
 *
 * @param key - from `admitKey`
 * @param message - the bytes that were signed
 * @param signature - what claims to be the signature, of any length
 * @returns whether it is the key's signature over the message
 */
export async function verifyAside(key: AdmittedKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const crypto = nodeCrypto()
  if (crypto === undefined) return verifySignature(key, message, signature)
  if (!hasStrictForm(signature)) return false
  let publicKey = imported.get(key)
  if (publicKey === undefined) {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(publicKeyOf(key)) }
    publicKey = crypto.createPublicKey({ key: jwk, format: 'jwk' })
    imported.set(key, publicKey)
  }
  const known = publicKey
  return new Promise((resolve, reject) => {
    crypto.verify(null, message, known, signature, (error, holds) => (error ? reject(error) : resolve(holds)))
  })
}
