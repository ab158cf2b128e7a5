import { appendingCases } from './store/appending.js'
import type { ConformanceCase, StoreCase, StoreFeature, StoreHarness } from './store/harness.js'
import { livingCases } from './store/living.js'
import { readingCases } from './store/reading.js'
import { removingCases } from './store/removing.js'

export type { ConformanceCase, StoreFeature, StoreHarness } from './store/harness.js'

const cases: readonly StoreCase[] = [...appendingCases, ...readingCases, ...removingCases, ...livingCases]

/**
 * Every promise of the `ReceiptStore` contract, one case each, for any test runner (the assertions are `node:assert`'s).
 * The chains have random names, so that a store on a shared server can be used again and again.
 *
 * @param make - makes one store for one case; fresh, or on a server whose other chains do no harm
 * @param options - `without`: the optional parts of the contract that the store leaves out on purpose
 * @returns the cases
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { memoryStore } from 'quittance/store/memory'
 * import { storeConformance } from 'quittance/testing'
 *
 * for (const { name, run } of storeConformance(async () => ({ store: memoryStore() }), { without: ['lease'] })) test(name, run)
 * ```
 */
export function storeConformance(
  make: () => Promise<StoreHarness>,
  options: { readonly without?: readonly StoreFeature[] | undefined } = {},
): ConformanceCase[] {
  const without: ReadonlySet<StoreFeature | undefined> = new Set(options.without)
  return cases
    .filter((one) => !without.has(one.needs))
    .map(({ name, run }) => ({
      name,
      async run() {
        const harness = await make()
        try {
          await run(harness)
        } finally {
          await harness.store.close()
          await harness.cleanup?.()
        }
      },
    }))
}
