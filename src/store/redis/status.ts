import type { ErrorCode } from '../../errors.js'
import type { StoreStatus } from '../store.js'
import { durabilityOf } from './confirm.js'
import type { RedisStoreOptions } from './options.js'
import type { ServerFacts } from './server-facts.js'

/** What one server said about itself, and the time on its clock as TIME tells it. */
export interface Look {
  readonly facts: ServerFacts
  readonly time: unknown
  /** What a write that changes nothing was refused with. */
  readonly refusal: ErrorCode | undefined
}

/** @returns the code that an append would be refused with, `undefined` where nothing is known against it */
function refusalOf(
  { durability, replicas: needed = 1 }: RedisStoreOptions,
  { facts, refusal }: Look,
): ErrorCode | undefined {
  if (facts.role === 'slave') return 'STORE_PERMISSION'
  if (refusal !== undefined) return refusal
  if (facts.refuses) return 'STORE_FULL'
  return durability === 'replicated' && (facts.replicas ?? needed) < needed ? 'STORE_DURABILITY' : undefined
}

/**
 * @param options - of the store
 * @param looks - at every primary, at least one
 * @returns how the store stands: as the weakest of them
 */
export function statusOf(options: RedisStoreOptions, looks: readonly [Look, ...Look[]]): StoreStatus {
  const [first] = looks
  const [seconds, micros] = first.time as [string, string]
  const reached = looks.map(({ facts }) => durabilityOf(options, facts))
  const refusal = looks.map((look) => refusalOf(options, look)).find((code) => code !== undefined)
  return {
    asked: options.durability ?? 'memory',
    durability: reached.includes('memory') ? 'memory' : durabilityOf(options, first.facts),
    writable: refusal === undefined,
    ...(refusal && { refusal }),
    now: Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000),
  }
}
