/** Files are verified by the fastest backend that is there, with the verdicts of the default one. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fastestBackend } from '../../src/keys/ed25519/sodium.js'
import { Keyring, verifyChain } from '../../src/verify/index.js'
import { verifyFile } from '../../src/verify/node.js'
import { root } from '../support/program.js'

describe('the backend of verifyFile', () => {
  it('is sodium-native where that is installed, as it is for these tests', async () => {
    expect((await fastestBackend()).name).toBe('sodium')
  })

  it('judges every published vector as node:crypto does', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'test/vectors/manifest.json'), 'utf8'))
    const codes: string[] = []
    for (const { file, keyring } of manifest.vectors) {
      const path = join(root, 'test/vectors', file)
      const text = await readFile(path, 'utf8')
      if (!text.endsWith('\n') || text.includes('\ufffd') || text.startsWith('\ufeff')) continue
      const options = { keyring: Keyring.parse(keyring), now: '2099-01-01T00:00:00.000Z' }
      const byFile = await verifyFile(path, options)
      expect(byFile).toEqual(await verifyChain(text.slice(0, -1).split('\n'), options))
      codes.push(byFile.verdict)
    }
    expect(new Set(codes)).toEqual(new Set(['VALID', 'INVALID', 'INCOMPLETE']))
  })
})
