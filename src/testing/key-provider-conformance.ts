import assert from 'node:assert/strict'
import { generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import { inspect } from 'node:util'
import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { Keyring } from '../keys/keyring.js'
import type { KeyProvider, Signer } from '../keys/provider.js'
import { parsePublicKey } from '../keys/public-key.js'
import { utf8 } from '../primitives/bytes.js'
import type { ConformanceCase } from './store/harness.js'

function holds(signer: Signer, message: Uint8Array, signature: Uint8Array): void {
  const { key } = admitKey(signer.keyId)
  assert.ok(key, 'the signer names a key that a verifier admits')
  assert.equal(signature.length, 64)
  assert.ok(verifySignature(key, message, signature), "the signature is the key's over the message")
}

/** A key service as a provider may stand over it; the suite makes one that works and several that don't. */
export interface KeyService {
  /** The 32 bytes of the public key. */
  readonly publicKey: Uint8Array
  /** @returns what the service answers: where all is well the 64-byte signature over the message */
  sign(message: Uint8Array, options?: { signal?: AbortSignal | undefined }): Promise<Uint8Array>
}

/** How the suite runs, and what more it may check. */
export interface KeyProviderConformanceOptions {
  /** How long one case may take, in milliseconds; default 10,000. A provider that hangs fails. */
  readonly timeoutMs?: number | undefined
  /** The same provider over a service of the suite's own: adds the cases of a service that answers wrongly or not at all. */
  readonly over?: ((service: KeyService) => KeyProvider) | undefined
  /** Where the key service signs only messages of some lengths; default: any. Those of quittance are short. */
  readonly messageBytes?: MessageLimits | undefined
}

/** How long a message a provider takes, in bytes. */
export interface MessageLimits {
  /** Default 0. */
  readonly min?: number | undefined
  /** Default: as long as you like. */
  readonly max?: number | undefined
}

const cases: readonly {
  readonly name: string
  run(provider: KeyProvider, limits: { readonly min: number; readonly max: number }): Promise<void>
}[] = [
  {
    name: 'a signer names its public key as did:key',
    async run(provider) {
      const { keyId } = await provider.signer({ chainId: 'conformance' })
      assert.equal(parseDidKey(keyId).length, 32)
    },
  },
  {
    name: 'signs messages of 0 to 10,000 bytes, within its limits, as RFC 8032 has it, and no message beyond them',
    async run(provider, { min, max }) {
      const signer = await provider.signer()
      for (const message of [
        new Uint8Array(min).fill(7),
        utf8('quittance'),
        new Uint8Array(Math.min(10_000, max)).fill(7),
      ]) {
        holds(signer, message, await signer.sign(message))
        if (signer.signSync) holds(signer, message, signer.signSync(message))
      }
      const beyond = [...(min > 0 ? [min - 1] : []), ...(Number.isFinite(max) ? [max + 1] : [])]
      for (const length of beyond) await assert.rejects(async () => signer.sign(new Uint8Array(length)))
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
    name: 'a signal that is aborted on the way ends the wait, and the next call is none the worse',
    async run(provider) {
      const signer = await provider.signer()
      const controller = new AbortController()
      const asked = signer.sign(utf8('given up'), { signal: controller.signal })
      controller.abort(new Error('given up'))
      // a signature that was there already counts
      await asked
        .then((signature) => holds(signer, utf8('given up'), signature))
        .catch((error: unknown) => {
          if (error instanceof assert.AssertionError) throw error
        })
      holds(signer, utf8('next'), await signer.sign(utf8('next')))
    },
  },
  {
    name: 'names one key for one signer, whenever it is asked',
    async run(provider) {
      const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => provider.signer({ chainId: 'one' })))
      assert.ok(first)
      for (const { keyId } of others) assert.equal(keyId, first.keyId)
      holds(first, utf8('one'), await first.sign(utf8('one')))
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

interface Fault {
  readonly name: string
  /** Says what the service answers, given what it should. */
  answer(right: Uint8Array, message: Uint8Array): Promise<Uint8Array>
}

const anotherKey = (): ((message: Uint8Array) => Uint8Array) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  return (message) => nodeSign(null, message, privateKey)
}

const faults: readonly Fault[] = [
  { name: 'a wrong signature', answer: async (right) => right.map((byte, index) => (index === 40 ? byte ^ 1 : byte)) },
  { name: "another key's signature", answer: async (_, message) => anotherKey()(message) },
  { name: 'a signature whose bytes are reversed', answer: async (right) => right.toReversed() },
  { name: '63 bytes', answer: async (right) => right.subarray(0, 63) },
  { name: '65 bytes', answer: async (right) => Uint8Array.from([...right, 0]) },
  { name: 'a text', answer: async (right) => Buffer.from(right).toString('hex') as unknown as Uint8Array },
]

function serviceWith(answer?: Fault['answer']): KeyService {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    async sign(message) {
      const right = Uint8Array.from(nodeSign(null, message, privateKey))
      return answer ? answer(right, message) : right
    },
  }
}

const faultCases = (over: (service: KeyService) => KeyProvider) => [
  ...faults.map(({ name, answer }) => ({
    name: `${name} from the service is KEY_BAD_SIGNATURE at once`,
    provider: async () => over(serviceWith(answer)),
    async run(provider: KeyProvider): Promise<void> {
      const signer = await provider.signer()
      await assert.rejects(
        async () => signer.sign(utf8('message')),
        (error: unknown) => QuittanceError.is(error, 'KEY_BAD_SIGNATURE'),
      )
    },
  })),
  {
    name: 'a service that hangs is left when the signal says so',
    provider: async () => over(serviceWith(() => new Promise(() => undefined))),
    async run(provider: KeyProvider): Promise<void> {
      const signer = await provider.signer()
      const controller = new AbortController()
      const asked = signer.sign(utf8('message'), { signal: controller.signal })
      setTimeout(() => controller.abort(new Error('given up')), 10)
      await assert.rejects(asked)
    },
  },
]

/** Ends a case that hangs. */
async function inTime(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new assert.AssertionError({ message: `took longer than ${timeoutMs} ms` })),
      timeoutMs,
    )
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Every promise of the `KeyProvider` contract, one case each, for any test runner (the assertions are `node:assert`'s).
 *
 * @param make - makes one provider for one case; each is closed afterwards
 * @param options - `over` adds the faults of a service that the provider stands over; `messageBytes` says what it can sign
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
export function keyProviderConformance(
  make: () => Promise<KeyProvider>,
  { timeoutMs = 10_000, over, messageBytes = {} }: KeyProviderConformanceOptions = {},
): ConformanceCase[] {
  const { min = 0, max = Number.POSITIVE_INFINITY } = messageBytes
  const all = [
    ...cases.map(({ name, run }) => ({ name, provider: make, run })),
    ...(over === undefined ? [] : faultCases(over)),
  ]
  return all.map(({ name, provider: of, run }) => ({
    name,
    async run() {
      const provider = await of()
      try {
        await inTime(run(provider, { min, max }), timeoutMs)
      } finally {
        await provider.close?.()
      }
    },
  }))
}
