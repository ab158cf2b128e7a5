/** From the PEM of a private key to its seed, and back. */
import { createPrivateKey } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import { concatBytes, fromHex } from '../../primitives/bytes.js'
import { privateKeyFromPem } from './private-key.js'

/** DER of a PKCS#8 Ed25519 key (RFC 8410) up to the 32 bytes of the seed. */
const pkcs8Prefix = fromHex('302e020100300506032b657004220420')

/**
 * @param pem - PKCS#8 PEM, plain or encrypted
 * @param passphrase - of an encrypted one
 * @returns the 32 bytes of the seed; wipe them
 * @throws QuittanceError `KEY_ENCODING`, `KEY_PASSPHRASE`
 */
export function seedOfPem(pem: string, passphrase: string | undefined): Uint8Array {
  return base64urlnopad.decode(privateKeyFromPem(pem, passphrase).export({ format: 'jwk' }).d ?? '')
}

/**
 * @param seed - the 32 bytes of a private key
 * @param passphrase - encrypts it (PBES2, AES-256-CBC), when given
 * @returns PKCS#8 PEM
 */
export function pemOfSeed(seed: Uint8Array, passphrase: string | undefined): string {
  const der = concatBytes(pkcs8Prefix, seed)
  try {
    const key = createPrivateKey({
      key: Buffer.from(der.buffer, der.byteOffset, der.byteLength),
      format: 'der',
      type: 'pkcs8',
    })
    const encrypted = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
    return key.export({ type: 'pkcs8', format: 'pem', ...encrypted }).toString()
  } finally {
    der.fill(0)
  }
}
