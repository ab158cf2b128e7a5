/** The published suites on the parts that need files, a server or a native library. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localKey } from 'quittance/keys/local'
import { fileStore } from 'quittance/store/file'
import { redisStore } from 'quittance/store/redis'
import { keyProviderConformance, storeConformance } from 'quittance/testing'
import { named } from './conformance.mjs'

const inFiles = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-runtime-'))
  return {
    store: fileStore(dir),
    reopen: async () => fileStore(dir),
    cleanup: () => rm(dir, { recursive: true, force: true }),
  }
}

/** The store's suite on files. */
export const fileStoreCases = named('file store', storeConformance(inFiles, { without: ['lease'] }))

/**
 * @param url - a server
 * @returns the store's suite on it
 */
export const redisStoreCases = (url) =>
  named(
    'redis store',
    storeConformance(async () => {
      const prefix = `runtime-${randomUUID()}`
      return { store: redisStore({ url }, { prefix }), reopen: async () => redisStore({ url }, { prefix }) }
    }),
  )

/** The suite for keys on libsodium, a native library. */
export const sodiumCases = named(
  'a key of libsodium',
  keyProviderConformance(async () => localKey({ seed: '11'.repeat(32), backend: 'sodium' })),
)
