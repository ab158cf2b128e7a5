/** The browser's Ed25519 is used only where it keeps the verifier's rules; then both say the same. */
import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { admitKey } from '../../../src/keys/ed25519/admission.js'
import { nobleBackend } from '../../../src/keys/ed25519/noble.js'
import { hasStrictForm } from '../../../src/keys/ed25519/rules.js'
import { verifySignature } from '../../../src/keys/ed25519/verify.js'
import { signedMessage } from '../../../src/receipt/digest.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { embeddedIn } from '../../../src/report/html/page/embedded.js'
import { createSignatureDesk, trustedWebCheck } from '../../../src/report/html/page/signatures.js'
import type { Excerpt } from '../../../src/report/types.js'
import { edgeCases } from '../../keys/edge-cases.js'
import { sampleReport } from '../support/sample.js'

const { subtle } = globalThis.crypto

/** A Web Crypto whose Ed25519 is another's. */
const otherwise = (verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean) =>
  ({
    importKey: async (_: string, bytes: Uint8Array) => bytes,
    verify: async (_: unknown, key: Uint8Array, signature: Uint8Array, message: Uint8Array) =>
      verify(key, message, signature),
  }) as unknown as SubtleCrypto

beforeAll(() => {
  ed.hashes.sha512 = (message) => sha512(message)
})

test('an implementation with the verifier’s rules is taken, and says what noble says', async () => {
  const check = await trustedWebCheck(subtle)
  let seen = 0
  for (const { publicKey, message, signature } of edgeCases()) {
    if (admitKey(publicKey).key === undefined || !hasStrictForm(signature)) continue
    seen += 1
    expect(await check?.(publicKey, message, signature)).toBe(nobleBackend.equationCheck(publicKey)(message, signature))
  }
  expect(seen).toBeGreaterThan(500)
})

test('one that multiplies by the cofactor is not', async () => {
  const cofactored = otherwise((key, message, signature) => ed.verify(signature, message, key, { zip215: true }))
  expect(await trustedWebCheck(cofactored)).toBeUndefined()
})

test.each([
  ['says yes to all', otherwise(() => true)],
  ['says no to all', otherwise(() => false)],
  [
    'has no Ed25519',
    otherwise(() => {
      throw new DOMException('unknown algorithm', 'NotSupportedError')
    }),
  ],
  ['is not there', undefined],
])('one that %s is not', async (_, given) => {
  expect(await trustedWebCheck(given)).toBeUndefined()
})

describe('the desk', () => {
  let excerpt: Excerpt
  beforeAll(async () => {
    const report = await sampleReport()
    const [range] = report.excerpt.ranges
    const lines = (range?.lines ?? []).slice(0, 20)
    // one signature of another receipt
    const other = JSON.parse(lines[3] as string) as DecisionReceipt
    lines[4] = (lines[4] as string).replace(/"signature":"[^"]*"/, `"signature":"${other.signature}"`)
    excerpt = { ranges: [{ chainId: 'brook-savings', fromSeq: 0, toSeq: 19, lines }], cited: [], whole: false }
  })

  test.each([
    ['by the browser', subtle],
    ['by noble', undefined],
  ])('gives the verifier what it would have computed, %s', async (_, given) => {
    const lines = embeddedIn(excerpt)
    const desk = createSignatureDesk(given)
    const done: number[] = []
    await desk.prepare(lines, (count) => done.push(count))
    expect(done.at(-1)).toBe(20)
    for (const [index, { line }] of lines.entries()) {
      const { keyId, receiptHash, signature } = JSON.parse(line) as DecisionReceipt
      const { key } = admitKey(keyId)
      const bytes = Uint8Array.from(Buffer.from(signature.slice('ed25519:'.length), 'hex'))
      expect(verifySignature(key!, signedMessage(receiptHash), bytes, desk.backend)).toBe(index !== 4)
    }
  })
})
