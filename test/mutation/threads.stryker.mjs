/** Mutants of what only threads run (`docs/mutation.md`): they are tried where the program of a thread is made of them. */
import base from '../../stryker.config.mjs'

export default {
  ...base,
  mutate: ['src/verify/node/worker.ts'],
  // the program of a thread is one text: it is made anew, of the code that has the mutants
  buildCommand: 'node scripts/generate-worker.mjs',
  // nobody sees from outside which test reaches what in a thread
  coverageAnalysis: 'off',
  ignoreStatic: false,
  incremental: false,
  vitest: { configFile: 'test/mutation/threads.vitest.config.ts', related: false },
}
