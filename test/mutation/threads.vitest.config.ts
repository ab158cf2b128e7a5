/** The tests that mutants of what only threads run are held against. */
import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

const own = mergeConfig(base, defineConfig({ test: { setupFiles: ['test/mutation/in-threads.ts'] } }))

export default defineConfig({ ...own, test: { ...own.test, include: ['test/verify-node/worker.test.ts'] } })
