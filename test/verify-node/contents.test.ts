/** What a directory is taken for before anything in it is read. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { lineOf } from '../../src/receipt/seal.js'
import { chainFileText, chainFolder } from '../../src/store/file/layout.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { chainsIn } from '../../src/verify/node/directory-contents.js'
import { verifyDirectory } from '../../src/verify/node.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-contents-'))
})
afterEach(() => rm(dir, { recursive: true }))

const line = lineOf(testReceipts({ chainId: 'acme', count: 1 })[0]!)
const write = (name: string, content = `${line}\n`) => writeFile(join(dir, name), content)

/** `name chainId bytes` of each chain, its files' names beside. */
async function found() {
  const { kind, chains } = await chainsIn(dir)
  return [kind, ...chains.map(({ name, chainId, files }) => [name, chainId, files.map((file) => file.name)] as const)]
}

test('files alone are `files`, a chain each, by name; hidden ones and others are none', async () => {
  for (const name of ['c.jsonl', 'a.jsonl', 'b.jsonl', '.hidden.jsonl', 'a.txt', 'jsonl']) await write(name)
  expect(await found()).toEqual([
    'files',
    ['a.jsonl', undefined, ['a.jsonl']],
    ['b.jsonl', undefined, ['b.jsonl']],
    ['c.jsonl', undefined, ['c.jsonl']],
  ])
})

test('of each file is known where it is and how long it is', async () => {
  await write('a.jsonl', 'four')
  const { chains } = await chainsIn(dir)
  expect(chains).toStrictEqual([
    { name: 'a.jsonl', files: [{ name: 'a.jsonl', path: join(dir, 'a.jsonl'), bytes: 4 }] },
  ])
})

test('an empty directory is `files`, and holds no chain', async () => {
  expect(await found()).toEqual(['files'])
})

test('a folder named like a file of lines is no file', async () => {
  await mkdir(join(dir, 'a.jsonl'))
  await write('b.jsonl')
  expect(await found()).toEqual(['files', ['b.jsonl', undefined, ['b.jsonl']]])
})

test('a link that leads nowhere is an error, not a shorter list', async () => {
  await symlink(join(dir, 'gone'), join(dir, 'a.jsonl'))
  await expect(chainsIn(dir)).rejects.toMatchObject({
    code: 'VERIFY_INPUT',
    details: { file: join(dir, 'a.jsonl'), reason: 'ENOENT' },
  })
})

test('folders of files that no store made are not looked into', async () => {
  await mkdir(join(dir, 'logs'))
  await write(join('logs', 'x.jsonl'))
  await write('a.jsonl')
  expect(await found()).toEqual(['files', ['a.jsonl', undefined, ['a.jsonl']]])
})

test('beside the chains of a store, folders with lines are chains too, and so are files', async () => {
  const store = fileStore(dir)
  await store.append('acme', testReceipts({ chainId: 'acme', count: 2 }), undefined)
  await store.close()
  await mkdir(join(dir, 'logs'))
  for (const name of ['y.jsonl', 'z.jsonl', 'x.jsonl']) await write(join('logs', name))
  await write(join('logs', '.z.jsonl'))
  await write(join('logs', 'readme.txt'))
  await mkdir(join(dir, 'empty'))
  await write('zebra.jsonl')
  const [kind, ...chains] = await found()
  expect(kind).toBe('store')
  expect(chains).toEqual([
    [chainFolder('acme'), 'acme', [expect.stringMatching(new RegExp(`^${chainFolder('acme')}.*jsonl$`))]],
    ['logs', undefined, [join('logs', 'x.jsonl'), join('logs', 'y.jsonl'), join('logs', 'z.jsonl')]],
    ['zebra.jsonl', undefined, ['zebra.jsonl']],
  ])
})

test('a chain that lost all its receipts is still there, with the chain that it is for', async () => {
  const folder = chainFolder('acme')
  await mkdir(join(dir, folder))
  await writeFile(join(dir, folder, 'chain.json'), chainFileText('acme'))
  const { kind, chains } = await chainsIn(dir)
  expect([kind, chains]).toStrictEqual(['store', [{ name: folder, chainId: 'acme', files: [] }]])
})

test('a chain of which only the name of its folder is left is still there', async () => {
  const folder = chainFolder('acme')
  await mkdir(join(dir, folder))
  const { kind, chains } = await chainsIn(dir)
  expect([kind, chains]).toStrictEqual(['store', [{ name: folder, files: [] }]])
})

test('so is one whose folder is a link to nothing; any other such link is passed over', async () => {
  const folder = chainFolder('acme')
  await symlink(join(dir, 'gone'), join(dir, folder))
  await symlink(join(dir, 'gone'), join(dir, 'other'))
  await write('notes')
  const { kind, chains } = await chainsIn(dir)
  expect([kind, chains]).toStrictEqual(['store', [{ name: folder, files: [] }]])
})

test('a file named like the folder of a chain is no chain', async () => {
  await write(chainFolder('acme'))
  expect(await found()).toEqual(['files'])
})

test('the receipts of a folder must be of the chain that it is for; a file may be of any', async () => {
  const folder = chainFolder('acme')
  await mkdir(join(dir, folder))
  await writeFile(join(dir, folder, 'chain.json'), chainFileText('acme'))
  const strange = `${lineOf(testReceipts({ chainId: 'bank', count: 1 })[0]!)}\n`
  await write(join(folder, '00000000000000000000-00000001.jsonl'), strange)
  await write('loose.jsonl', strange)
  const results = []
  const options = { keyring: new Keyring([testReceiptKeyId()]) }
  for await (const one of verifyDirectory(dir, options)) results.push(one)
  expect(results.map(({ result }) => [result.verdict, result.counts])).toEqual([
    ['INVALID', { CHAIN_MISMATCH: 1 }],
    ['VALID', {}],
  ])
  expect(results.map((one) => Object.keys(one))).toEqual([
    ['name', 'chainId', 'files', 'result'],
    ['name', 'files', 'result'],
  ])
  for (const wrong of [1, undefined, ['x']])
    await expect(verifyDirectory(wrong as never, options).next()).rejects.toThrow(/directory must be a string/)
})
