import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { verifyChain } from '../../src/verify/chain.js'
import {
  type DirectoryResult,
  type FileVerifyOptions,
  type VerifyProgress,
  verifyDirectory,
} from '../../src/verify/node.js'

const keyring = new Keyring([testReceiptKeyId()])
const chains = ['acme', 'bank'].map((chainId, index) => testReceipts({ chainId, count: 300 + index }))

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-verify-directory-'))
  const store = fileStore(dir)
  for (const receipts of chains) await store.append(receipts[0]?.chainId as string, receipts, undefined)
  await store.close()
})
afterAll(() => rm(dir, { recursive: true }))

async function results(directory: string, options: FileVerifyOptions): Promise<DirectoryResult[]> {
  const all: DirectoryResult[] = []
  for await (const result of verifyDirectory(directory, options)) all.push(result)
  return all
}

describe('verifyDirectory', () => {
  test('gives what verifyChain gives, chain by chain', async () => {
    const found = await results(dir, { keyring })
    expect(found.map(({ chainId }) => chainId)).toEqual(['acme', 'bank'])
    for (const [index, { result, files, name }] of found.entries()) {
      const { verdict, scope, checked } = await verifyChain(chains[index] ?? [], { keyring })
      expect(result).toMatchObject({ verdict, scope, checked })
      expect(files).toEqual([
        {
          name: expect.stringMatching(new RegExp(`^${name}.[0-9-]+\\.jsonl$`)),
          path: expect.any(String),
          firstLine: 1,
        },
      ])
      expect((await readFile(files[0]?.path as string, 'utf8')).split('\n')).toHaveLength(checked + 1)
    }
  })

  test('passes over nothing: linked folders, files beside the folders', async () => {
    const copy = join(dir, '..', `${basename(dir)}-copy`)
    const aside = `${copy}-aside`
    try {
      await cp(dir, copy, { recursive: true })
      const [acme, bank] = (await results(copy, { keyring })).map(({ name }) => name) as [string, string]
      await rename(join(copy, bank), aside)
      await symlink(aside, join(copy, bank), 'junction')
      await rename(join(copy, acme, '00000000000000000000-00000001.jsonl'), join(copy, 'loose.jsonl'))
      const found = await results(copy, { keyring })
      expect(found.map(({ name, chainId, result }) => [name, chainId, result.verdict, result.checked])).toEqual([
        [acme, 'acme', 'INCOMPLETE', 0],
        [bank, 'bank', 'VALID', 301],
        ['loose.jsonl', undefined, 'VALID', 300],
      ])
      const store = fileStore(copy)
      const listed: string[] = []
      for await (const chainId of store.chains()) listed.push(chainId)
      await store.close()
      expect(listed).toEqual(['bank'])
    } finally {
      await rm(copy, { recursive: true, force: true })
      await rm(aside, { recursive: true, force: true })
    }
  })

  test('reports its progress over all of them', async () => {
    const seen: VerifyProgress[] = []
    await results(dir, { keyring, onProgress: (step) => seen.push(step) })
    const last = seen.at(-1)
    expect(last?.receipts).toBe(601)
    expect(last?.bytes).toBe(last?.totalBytes)
    expect(new Set(seen.map(({ totalBytes }) => totalBytes)).size).toBe(1)
  })

  test('can be left early, and aborted', async () => {
    for await (const { chainId } of verifyDirectory(dir, { keyring })) {
      expect(chainId).toBe('acme')
      break
    }
    await expect(results(dir, { keyring, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'VERIFY_ABORTED',
    })
  })

  test('refuses what is no directory', async () => {
    const file = join(dir, 'a-file')
    await writeFile(file, '')
    await expect(results(file, { keyring })).rejects.toMatchObject({
      code: 'VERIFY_INPUT',
      details: { reason: 'ENOTDIR' },
    })
    await expect(results(join(dir, 'absent'), { keyring })).rejects.toMatchObject({ code: 'VERIFY_INPUT' })
    await expect(results('', { keyring })).rejects.toThrow(/directory/)
    await expect(results(dir, { keyring, workers: 0 })).rejects.toThrow(/options\.workers/)
  })
})
