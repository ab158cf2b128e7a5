import { defineConfig } from 'vitest/config'

/** Loads two PKCS#11 libraries into its process: run beside others, that process has died now and then. */
const alone = 'test/keys/pkcs11.test.ts'

export default defineConfig({
  test: {
    globalSetup: ['scripts/generate-page.mjs', 'scripts/generate-worker.mjs', 'scripts/generate-verifier.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'suite',
          include: ['test/**/*.test.ts'],
          exclude: [alone],
          // by itself one core is left free: of two, half of the machine
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: [alone], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
})
