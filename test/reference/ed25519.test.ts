/** The reference's own Ed25519: OpenSSL's equation against plain integers, and the rules on top. */
import { expect, test } from 'vitest'
import { rfc8032 } from '../keys/rfc8032.js'
import { keys } from '../verify/support.js'
import { isAdmissible, isSignature, keyOfDid } from './ed25519.js'

test('OpenSSL and the integers agree on signatures that are right, and on any other bit of them', () => {
  for (const { publicKey, message, signature } of rfc8032.slice(0, 3)) {
    expect(isSignature(publicKey, message, signature, true)).toBe(true)
    for (const at of [0, 17, 31, 32, 50, 63]) {
      const other = Uint8Array.from(signature)
      other[at] = (other[at] as number) ^ 0x10
      expect(isSignature(publicKey, message, other, true), `byte ${at}`).toBe(false)
    }
  }
})

test('keys that no verifier may admit are not admitted', () => {
  const key = keyOfDid(keys.one.keyId) as Uint8Array
  expect(isAdmissible(key)).toBe(true)
  const refused = {
    'the neutral element': `01${'00'.repeat(31)}`,
    'small order': `ec${'ff'.repeat(30)}7f`,
    'y at or above the prime': `ee${'ff'.repeat(30)}7f`,
    'a sign on x = 0': `01${'00'.repeat(30)}80`,
    'no point of the curve': `02${'00'.repeat(31)}`,
  }
  for (const [name, hex] of Object.entries(refused)) expect(isAdmissible(Buffer.from(hex, 'hex')), name).toBe(false)
  expect(isAdmissible(key.subarray(1))).toBe(false)
})
