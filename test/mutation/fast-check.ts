/**
 * Stands for `fast-check` in a mutation run: each property draws the same few cases for every mutant, so that none lives or
 * dies by chance, and thousands of mutants come to an end.
 */
import { createRequire } from 'node:module'

type FastCheck = typeof import('fast-check')

const real = createRequire(import.meta.url)('fast-check') as FastCheck

const MOST_RUNS = 300
const FEW_RUNS = 60

const assert: FastCheck['assert'] = (property, parameters) => {
  const runs = parameters?.numRuns ?? FEW_RUNS
  return real.assert(
    property as never,
    {
      seed: 9,
      ...parameters,
      numRuns: runs > MOST_RUNS ? FEW_RUNS : runs,
    } as never,
  ) as never
}

export default { ...real, assert }
