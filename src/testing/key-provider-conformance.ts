import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { Keyring } from '../keys/keyring.js'
import type { KeyProvider, Signer } from '../keys/provider.js'
import { utf8 } from '../primitives/bytes.js'
import type { ConformanceCase } from './store/harness.js'

function holds(signer: Signer, message: Uint8Array, signature: Uint8Array): void {
  const { key } = admitKey(signer.keyId)
  assert.ok(key, 'the signer names a key that a verifier admits')
  assert.equal(signature.length, 64)
  assert.ok(verifySignature(key, message, signature), "the signature is the key's over the message")
}

const cases: readonly { readonly name: string; run(provider: KeyProvider): Promise<void> }[] = [
  {
    name: 'a signer names its public key as did:key',
    async run(provider) {
      const { keyId } = await provider.signer({ chainId: 'conformance' })
      assert.equal(parseDidKey(keyId).length, 32)
    },
  },
  {
    name: 'signs messages of 0 to 10,000 bytes as RFC 8032 has it',
    async run(provider) {
      const signer = await provider.signer()
      for (const message of [new Uint8Array(0), utf8('quittance'), new Uint8Array(10_000).fill(7)]) {
        holds(signer, message, await signer.sign(message))
        if (signer.signSync) holds(signer, message, signer.signSync(message))
      }
    },
  },
  {
    name: 'signs 64 messages at once, each its own, and leaves the messages as they are',
    async run(provider) {
      const signer = await provider.signer()
      const messages = Array.from({ length: 64 }, (_, index) => utf8(`message ${index}`))
      const signatures = await Promise.all(messages.map((message) => signer.sign(message)))
      for (const [index, message] of messages.entries()) {
        assert.deepEqual(message, utf8(`message ${index}`))
        holds(signer, message, signatures[index] as Uint8Array)
      }
    },
  },
  {
    name: 'lists the key it signs with among its public keys, as a keyring takes them',
    async run(provider) {
      const { keyId, delegation } = await provider.signer()
      const keys = await provider.publicKeys?.()
      if (keys === undefined) return
      assert.ok(new Keyring([...keys]).get(delegation?.certificate.root ?? keyId))
    },
  },
  {
    name: 'shows nothing of itself but functions and flags',
    async run(provider) {
      const signer = await provider.signer()
      for (const shown of [
        inspect(provider, { depth: 9, showHidden: true }),
        JSON.stringify(provider),
        inspect(signer, { depth: 9 }),
      ]) {
        assert.doesNotMatch(String(shown), /PRIVATE KEY|<Buffer|Uint8Array|KeyObject/)
      }
    },
  },
  {
    name: 'a signal that is aborted already is heard',
    async run(provider) {
      const signal = AbortSignal.abort(new Error('given up'))
      await assert.rejects(async () => (await provider.signer({ signal })).sign(utf8('x'), { signal }))
    },
  },
  {
    name: 'closes more than once, and signs no more',
    async run(provider) {
      if (provider.close === undefined) return
      const signer = await provider.signer()
      await provider.close()
      await provider.close()
      const refused = (error: unknown) => QuittanceError.is(error, 'KEY_UNAVAILABLE')
      await assert.rejects(async () => provider.signer(), refused)
      await assert.rejects(async () => signer.sign(utf8('x')), refused)
    },
  },
]

/**
 * Every promise of the `KeyProvider` contract, one case each, for any test runner (the assertions are `node:assert`'s).
 *
 * @param make - makes one provider for one case; each is closed afterwards
 * @returns the cases
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { localKey } from 'quittance/keys/local'
 * import { keyProviderConformance } from 'quittance/testing'
 *
 * for (const { name, run } of keyProviderConformance(async () => localKey({ ephemeral: true }))) test(name, run)
 * ```
 */
export function keyProviderConformance(make: () => Promise<KeyProvider>): ConformanceCase[] {
  return cases.map(({ name, run }) => ({
    name,
    async run() {
      const provider = await make()
      try {
        await run(provider)
      } finally {
        await provider.close?.()
      }
    },
  }))
}
