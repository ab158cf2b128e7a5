/** The published suite on every form of the local provider, and on providers that break a promise. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { keyProviderConformance } from '../../src/testing/key-provider-conformance.js'

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
