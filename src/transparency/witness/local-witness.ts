import { sha256Hex } from '../../primitives/sha256.js'
import type { Witness } from '../types.js'
import { cosigningBy } from './cosigning.js'
import { memoryWitnessState } from './memory-state.js'
import type { WitnessState } from './types.js'
import { createWitness, type WitnessCore, type WitnessOptions } from './witness.js'

/** What a witness in this process is made of. */
export interface LocalWitnessOptions extends Omit<WitnessOptions, 'state'> {
  /** Default: one in memory, which ends with this process. */
  readonly state?: WitnessState | undefined
}

/** A witness in this process, and the part of it that decides. */
export interface LocalWitness extends Witness {
  readonly core: WitnessCore
  newest: NonNullable<Witness['newest']>
}

/**
 * A witness in this process: for tests and demonstrations. Whoever can rewrite the log can rewrite such a witness too, so
 * it proves nothing to others.
 *
 * @param options - its key, name and logs
 * @returns the witness
 * @throws RangeError, TypeError as `createWitness`
 * @example
 * ```ts
 * import { localKey } from 'quittance/keys/local'
 * import { localWitness, parseVkey } from 'quittance/transparency'
 * const witness = localWitness({
 *   keys: localKey({ ephemeral: true }),
 *   name: 'witness.example/demo',
 *   logs: [parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')],
 * })
 * ```
 */
export function localWitness(options: LocalWitnessOptions): LocalWitness {
  const core = createWitness({ ...options, state: options.state ?? memoryWitnessState() })
  const { name } = core
  const cosign = cosigningBy({
    name,
    keys: async () => [await core.key()],
    async post(body, { signal }) {
      signal?.throwIfAborted()
      const { status, headers, body: text } = await core.addCheckpoint(body)
      return { status, contentType: headers['content-type'], body: text }
    },
  })
  return {
    name,
    core,
    cosign,
    async newest(origin, { signal } = {}) {
      signal?.throwIfAborted()
      const { status, body } = await core.checkpoint(sha256Hex(origin))
      return status === 200 ? body : undefined
    },
  }
}
