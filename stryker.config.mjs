/** Mutants of what makes and judges receipts; `docs/mutation.md` says how to run them and what their survivors are. */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: ['src/receipt/**/*.ts', 'src/verify/**/*.ts', '!src/verify/node/worker-source.ts'],
  coverageAnalysis: 'perTest',
  // what is evaluated once, while a module is loaded, would have to be held against every test: see the page
  ignoreStatic: process.env.MUTATION_STATIC === undefined,
  // more with --concurrency
  concurrency: 1,
  incremental: true,
  incrementalFile: 'coverage/mutation/incremental.json',
  // generous: on a loaded machine a slow test must not pass for a mutant that never ends
  timeoutMS: 60_000,
  timeoutFactor: 4,
  dryRunTimeoutMinutes: 60,
  tempDirName: '.cache/stryker',
  ignorePatterns: ['.cache', 'bench', 'coverage', 'demo-output', 'dist', 'ops', 'test/.tmp'],
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  htmlReporter: { fileName: 'coverage/mutation/report.html' },
}
