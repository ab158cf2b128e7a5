import { QuittanceError } from '../../errors.js'
import type { RefusedHead, WitnessedHead, WitnessState } from './types.js'

/** Each kind of each log has its own room: what nobody has proved anything of must not take that of a fork proof. */
export const MOST_REFUSED = 20

/** The state of a witness in this process, and what it has refused. */
export interface MemoryWitnessState extends WitnessState {
  readonly refused: readonly RefusedHead[]
}

/**
 * The state of a witness that ends with this process: for tests and demonstrations. A witness that starts again with a new
 * one would cosign a fork.
 *
 * @returns a state without heads
 * @example
 * ```ts
 * import { memoryWitnessState } from 'quittance/transparency'
 * const state = memoryWitnessState()
 * ```
 */
export function memoryWitnessState(): MemoryWitnessState {
  const heads = new Map<string, WitnessedHead>()
  const refused: RefusedHead[] = []
  let closed = false
  const open = (): void => {
    if (closed) throw new QuittanceError('STORE_CLOSED', 'the state of the witness was closed')
  }
  return {
    refused,
    async latest(origin) {
      open()
      return heads.get(origin)
    },
    async advance(expected, next, meanwhile) {
      open()
      if (heads.get(next.origin)?.note !== expected?.note) return false
      heads.set(next.origin, meanwhile?.() ?? next)
      return true
    },
    async keep(head) {
      open()
      const alike = refused.filter(({ kind, origin }) => kind === head.kind && origin === head.origin)
      if (alike.length >= MOST_REFUSED || alike.some(({ id }) => id === head.id)) return false
      refused.push(head)
      return true
    },
    async close() {
      closed = true
    },
  }
}
