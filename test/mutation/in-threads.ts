/** Threads have their own globals: which mutant is on trial they are told by the environment, where Stryker's code looks too. */
import { inject } from 'vitest'

const mutant: unknown = inject('activeMutant' as never)

if (typeof mutant === 'string') process.env.__STRYKER_ACTIVE_MUTANT__ = mutant
