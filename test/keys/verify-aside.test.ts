/** The verification beside the event loop gives the verdicts of the one on it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { admitKey } from '../../src/keys/ed25519/admission.js'
import { nodeBackend } from '../../src/keys/ed25519/node.js'
import { verifySignature } from '../../src/keys/ed25519/verify.js'
import { verifyAside } from '../../src/keys/ed25519/verify-aside.js'
import { edgeCases } from './edge-cases.js'

test('on whatever signature', async () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const flip = fc.option(fc.record({ at: fc.nat(63), bit: fc.nat(7) }), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(seed, fc.uint8Array(), flip, fc.nat(66), async (secret, message, changed, length) => {
      const { publicKey, signSync } = nodeBackend.signerFromSeed(secret)
      const { key } = admitKey(publicKey)
      const signature = Uint8Array.from(signSync(message))
      if (changed) signature[changed.at]! ^= 1 << changed.bit
      const given = length < 64 && changed ? signature.subarray(0, length) : signature
      expect(await verifyAside(key!, message, given)).toBe(verifySignature(key!, message, given))
    }),
  )
})

test('on the cases that libraries disagree about', async () => {
  let seen = 0
  for (const { publicKey, message, signature } of edgeCases()) {
    const { key } = admitKey(publicKey)
    if (key === undefined) continue
    seen += 1
    expect(await verifyAside(key, message, signature)).toBe(verifySignature(key, message, signature))
  }
  expect(seen).toBeGreaterThan(0)
})
