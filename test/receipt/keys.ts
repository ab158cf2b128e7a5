/** Ed25519 by node:crypto alone, so that what is sealed is signed by something else than what is tested. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Base58 by long division of one large number. */
export function base58(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; rest > 0n; rest /= 58n) text = alphabet[Number(rest % 58n)] + text
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + text
}

/** A key pair from a seed of 32 bytes, in hex (RFC 8032). */
export interface TestKey {
  readonly keyId: string
  /** In hex. */
  readonly publicKey: string
  readonly pem: string
  readonly key: KeyObject
  sign(message: Uint8Array | string): Buffer
}

/** The seed of RFC 8032 §7.1, test 1. */
export const RFC8032_TEST1 = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'

export function testKey(seed: string): TestKey {
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(key)
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url')
  return {
    keyId: `did:key:z${base58(Buffer.concat([Buffer.from('ed01', 'hex'), raw]))}`,
    publicKey: raw.toString('hex'),
    pem: publicKey.export({ format: 'pem', type: 'spki' }) as string,
    key,
    sign: (message) => sign(null, Buffer.from(message), key),
  }
}
