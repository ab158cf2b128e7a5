import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { fileStore } from '../../src/store/file.js'
import { storeConformance } from '../../src/testing/store-conformance.js'

describe('fileStore keeps the contract', () => {
  const make = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-'))
    return {
      store: fileStore(dir),
      reopen: async () => fileStore(dir),
      cleanup: () => rm(dir, { recursive: true }),
    }
  }
  for (const { name, run } of storeConformance(make, { without: ['lease'] })) it(name, run)
})
