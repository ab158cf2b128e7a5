/** What else `ledger.health()` tells: of parts that stand on a ledger, which knows nothing of them. */
import type { Health, HealthCheck } from './types.js'

const looks = new WeakMap<object, Set<() => HealthCheck>>()

/**
 * Adds a look to those of a ledger.
 *
 * @param ledger - the ledger
 * @param look - answers at once, from memory
 * @returns a function that takes it away
 */
export function alsoLook(ledger: object, look: () => HealthCheck): () => void {
  const set = looks.get(ledger) ?? new Set()
  looks.set(ledger, set.add(look))
  return () => {
    set.delete(look)
  }
}

/**
 * @param ledger - the ledger
 * @param health - what it found itself
 * @returns the same, with what was added to its looks
 */
export function withFurtherLooks(ledger: object, health: Health): Health {
  const further = [...(looks.get(ledger) ?? [])].map((look) => look())
  return further.length === 0
    ? health
    : { ok: health.ok && further.every(({ ok }) => ok), checks: [...health.checks, ...further] }
}
