/** A key behind a switch, for providers that stand round another one. */
import { createHash } from 'node:crypto'
import { QuittanceError } from '../../src/errors.js'
import { localKey } from '../../src/keys/local.js'
import type { KeyProvider, Signer } from '../../src/keys/provider.js'

export const seedOf = (name: string): Uint8Array => createHash('sha256').update(`quittance test key ${name}`).digest()
export const keyNamed = (name: string): KeyProvider => localKey({ seed: seedOf(name) })
export const idOf = async (provider: KeyProvider): Promise<string> => (await provider.signer()).keyId

type State = 'up' | 'down' | 'hanging' | 'lying' | QuittanceError

/** What a test may do to a provider, and what was asked of it. */
export interface Switched {
  readonly provider: KeyProvider
  /** Of signing and naming alike. */
  set(state: State): void
  readonly calls: { signer: number; sign: number; publicKeys: number; close: number }
  /** Signatures under way, and the most there ever were. */
  readonly underWay: { now: number; most: number }
}

export function switched(name: string, more: { readonly names?: boolean | undefined } = {}): Switched {
  const { names = true } = more
  const inner = keyNamed(name)
  const calls = { signer: 0, sign: 0, publicKeys: 0, close: 0 }
  const underWay = { now: 0, most: 0 }
  let state: State = 'up'
  const pass = async (): Promise<void> => {
    if (state === 'hanging') await new Promise(() => undefined)
    if (state === 'down')
      throw new QuittanceError('KEY_UNAVAILABLE', 'the service is away', { details: { outcome: 'absent' } })
    if (QuittanceError.is(state)) throw state
  }
  const provider: KeyProvider = {
    name,
    async signer() {
      calls.signer += 1
      if (names) await pass()
      const { keyId, sign } = await inner.signer()
      const signer: Signer = {
        keyId,
        async sign(message) {
          calls.sign += 1
          underWay.now += 1
          underWay.most = Math.max(underWay.most, underWay.now)
          try {
            await pass()
            const signature = await sign(message)
            return state === 'lying' ? signature.map((byte) => byte ^ 1) : signature
          } finally {
            underWay.now -= 1
          }
        },
      }
      return signer
    },
    async publicKeys() {
      calls.publicKeys += 1
      if (names) await pass()
      return [{ keyId: await idOf(inner) }]
    },
    async close() {
      calls.close += 1
      await inner.close?.()
    },
  }
  return {
    provider,
    calls,
    underWay,
    set(next) {
      state = next
    },
  }
}

/** Waits for what goes on in the background, without a clock. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    if (holds()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it never came to that')
}

/** What a provider warned of. */
export function warningsOf(provider: KeyProvider): QuittanceError[] {
  const warnings: QuittanceError[] = []
  provider.onWarning?.((warning) => warnings.push(warning))
  return warnings
}

export const SECRET = 'hvs.not-a-real-token-123'

/** An error as HTTP clients throw it: with its request, and words that quote it. */
export const clientError = (): Error =>
  Object.assign(new TypeError(`refused: ${SECRET}`), {
    code: 'ERR_BAD_REQUEST',
    config: { headers: { 'X-Vault-Token': SECRET } },
  })

/** A signer whose methods need their `this`; its signature is no signature. */
export class ClassSigner implements Signer {
  readonly keyId = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
  readonly #signature = new Uint8Array(64).fill(5)
  async sign(): Promise<Uint8Array> {
    return this.#signature
  }
  signSync(): Uint8Array {
    return this.#signature
  }
}
