import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['scripts/generate-page.mjs', 'scripts/generate-worker.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // by itself one core is left free: of two, half of the machine
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
})
