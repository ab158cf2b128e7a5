/** The published suite on every form of the local provider, and on providers that break a promise. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { didKey } from '../../src/keys/did-key.js'
import { localKey } from '../../src/keys/local.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { parsePublicKey } from '../../src/keys/public-key.js'
import { verifiedSigner } from '../../src/keys/verified.js'
import { type KeyService, keyProviderConformance } from '../../src/testing/key-provider-conformance.js'

const pem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

describe.each([
  ['a seed', () => localKey({ seed: '11'.repeat(32) })],
  ['a PEM', () => localKey({ pem: pem() })],
  ['nothing', () => localKey({ ephemeral: true })],
])('a local key from %s', (_, make) => {
  for (const { name, run } of keyProviderConformance(async () => make())) it(name, run)
})

const broken = (change: (provider: KeyProvider) => KeyProvider) => async () => {
  const results = await Promise.allSettled(
    keyProviderConformance(async () => change(localKey({ ephemeral: true }))).map(({ run }) => run()),
  )
  return results.filter(({ status }) => status === 'rejected').length
}

describe('the suite catches a provider that', () => {
  it.each<[string, (provider: KeyProvider) => KeyProvider]>([
    [
      'signs something else',
      (real) => ({
        ...real,
        signer: async () => ({ keyId: (await real.signer()).keyId, sign: async () => new Uint8Array(64) }),
      }),
    ],
    ['lists other keys', (real) => ({ ...real, signer: () => real.signer(), publicKeys: async () => [] })],
    ['goes on after close', (real) => ({ signer: () => real.signer(), close: async () => {} })],
    ['shows its key', (real) => ({ ...real, signer: () => real.signer(), secret: new Uint8Array(32) })],
  ])('%s', async (_, change) => {
    expect(await broken(change)()).toBeGreaterThan(0)
  })
})

/** The provider of the guide, word for word. */
function customKey(service: KeyService): KeyProvider {
  let closed = false
  const assertOpen = () => {
    if (closed) throw new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed')
  }
  const signer = verifiedSigner({
    keyId: didKey(service.publicKey),
    async sign(message, options) {
      assertOpen()
      return service.sign(message, options)
    },
  })
  return {
    name: 'ours',
    async signer({ signal } = {}) {
      signal?.throwIfAborted()
      assertOpen()
      return signer
    },
    async close() {
      closed = true
    },
  }
}

it('the provider of the guide is the one that is tested here', async () => {
  const bodyOf = (text: string) => /\(service: KeyService\): KeyProvider \{\n([\s\S]*?)\n\}\n/.exec(text)?.[1]
  const [page, own] = await Promise.all([
    readFile(new URL('../../docs/keys.md', import.meta.url), 'utf8'),
    readFile(new URL(import.meta.url), 'utf8'),
  ])
  expect(bodyOf(page)).toBe(bodyOf(own))
  expect(bodyOf(page)).toContain('verifiedSigner')
})

const honest = (): KeyService => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    sign: async (message) => sign(null, message, privateKey),
  }
}

describe('a custom provider whose signatures are verified', () => {
  const suite = keyProviderConformance(async () => customKey(honest()), { over: customKey })
  for (const { name, run } of suite) it(name, run)
})

describe('a custom provider that takes signatures on trust', () => {
  const trusting = (service: KeyService): KeyProvider => ({
    signer: async () => ({ keyId: didKey(service.publicKey), sign: (message) => service.sign(message) }),
  })

  it('fails each case of a service that answers wrongly or not at all', async () => {
    const suite = keyProviderConformance(async () => trusting(honest()), { over: trusting, timeoutMs: 200 })
    const failed: string[] = []
    for (const { name, run } of suite) await run().catch(() => failed.push(name))
    expect(failed).toEqual([
      'a signal that is aborted already is heard',
      'a wrong signature from the service is KEY_BAD_SIGNATURE at once',
      "another key's signature from the service is KEY_BAD_SIGNATURE at once",
      'a signature whose bytes are reversed from the service is KEY_BAD_SIGNATURE at once',
      '63 bytes from the service is KEY_BAD_SIGNATURE at once',
      '65 bytes from the service is KEY_BAD_SIGNATURE at once',
      'a text from the service is KEY_BAD_SIGNATURE at once',
      'a service that hangs is left when the signal says so',
    ])
  })
})
