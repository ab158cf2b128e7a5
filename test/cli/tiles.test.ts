/** quittance tiles: a chain's tree as static files. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import { leafHash, merkleRoot, receiptLeaf, verifyInclusion } from '../../src/merkle/index.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { checkpointText, readCheckpoint } from '../../src/tlog/checkpoint.js'
import { signNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { inclusionProofFromTiles } from '../../src/tlog/tiles/proofs.js'
import { directoryTiles } from '../../src/transparency/tiles.js'
import { runCli } from './run-cli.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-tiles-'))
})
afterEach(() => rm(dir, { recursive: true }))

const cli = (args: readonly string[]) => runCli(['tiles', ...args], { cwd: dir })
const acme = testReceipts({ chainId: 'acme', count: 300 })
const leavesOf = (receipts: readonly DecisionReceipt[]) =>
  receipts.map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))
const leaves = leavesOf(acme)
const rootHex = (size: number) => `sha256:${Buffer.from(merkleRoot(leaves, size)).toString('hex')}`
const origin = 'log.example/acme/0123456789abcdef'

async function fill(receipts: readonly DecisionReceipt[], folder = 'receipts'): Promise<void> {
  const store = fileStore(join(dir, folder))
  await store.append(receipts[0]!.chainId, receipts, undefined)
  await store.close()
}
async function checkpointFile(size: number, name = 'checkpoint'): Promise<string> {
  const signer = await noteSigner(origin, localKey({ seed: new Uint8Array(32).fill(8) }))
  await writeFile(
    join(dir, name),
    await signNote(checkpointText({ origin, size, rootHash: merkleRoot(leaves, size) }), [signer]),
  )
  return name
}
const write = async (size: number, store = 'receipts') =>
  cli([store, '--chain', 'acme', '--to', 'public', '--checkpoint', await checkpointFile(size)])
const check = (...more: readonly string[]) => cli(['receipts', '--chain', 'acme', '--to', 'public', '--check', ...more])

test('writes the tree of a checkpoint, goes on, and checks what it wrote', async () => {
  await fill(acme)
  expect(await write(257)).toEqual({
    code: 0,
    stdout: 'acme  257 leaves in public; 6 files written\n',
    stderr: '',
  })
  expect(await write(300)).toEqual({
    code: 0,
    stdout: 'acme  300 leaves in public, 257 of them before; 4 files written\n',
    stderr: '',
  })
  expect(await check()).toEqual({
    code: 0,
    stdout: 'acme  300 leaves in public checked, 300 with their receipts\n',
    stderr: '',
  })
  const { size, rootHash } = readCheckpoint(await readFile(join(dir, 'public/checkpoint')))
  const proof = await inclusionProofFromTiles({ size, rootHash, fetchTile: directoryTiles(join(dir, 'public')) }, 256)
  expect(verifyInclusion(leaves[256]!, 256, 300, proof, merkleRoot(leaves))).toBe(true)
})

test('says it as one line of JSON, or nothing', async () => {
  await fill(acme)
  const name = await checkpointFile(300)
  const said = await cli(['receipts', '--to', 'public', '--checkpoint', name, '--json'])
  expect(JSON.parse(said.stdout)).toEqual({ chainId: 'acme', origin, size: 300, root: rootHex(300), from: 0, files: 6 })
  const checked = await check('--json')
  expect(JSON.parse(checked.stdout)).toEqual({
    chainId: 'acme',
    origin,
    size: 300,
    root: rootHex(300),
    compared: 300,
    notCompared: 0,
  })
  expect(await check('--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('answers 3 where receipts were pruned and not all could be compared', async () => {
  await fill(acme)
  await write(300)
  const store = fileStore(join(dir, 'receipts'))
  await store.prune!('acme', 100, { seq: 99, receiptHash: acme[99]!.receiptHash })
  await store.close()
  expect(await check()).toEqual({
    code: 3,
    stdout: 'acme  300 leaves in public checked, 200 with their receipts\n',
    stderr: '100 receipts are no more in the store, and were not compared\n',
  })
})

test('answers 1 where an exported file was altered, or the chain was rewritten', async () => {
  await fill(acme)
  await write(257)
  const file = join(dir, 'public/tile/0/000')
  const good = await readFile(file)
  await writeFile(file, Buffer.from(good).fill(0, 40, 50))
  const altered = await check()
  expect(altered).toMatchObject({ code: 1, stdout: '' })
  expect(altered.stderr).toMatch(/tile\/entries\/000 has an entry that is not the leaf at 1.*\[TLOG_UNTRUSTED\]\n$/)
  await writeFile(file, good)
  await fill(testReceipts({ chainId: 'acme', count: 300, rationale: () => 'another' }), 'rewritten')
  const rewritten = await write(300, 'rewritten')
  expect(rewritten.code).toBe(1)
  expect(rewritten.stderr).toMatch(/seq 256 is another than the one exported.*\[TLOG_REFUSED\]\n$/)
})

test('answers 2 for what makes no sense', async () => {
  await fill(acme)
  const none = await cli(['receipts', '--chain', 'acme', '--to', 'public'])
  expect(none).toMatchObject({ code: 2, stdout: '' })
  expect(none.stderr).toMatch(/chain acme has no checkpoint yet.*\[TLOG_UNAVAILABLE\]/)
  for (const [args, words] of [
    [['receipts', '--chain', 'acme'], /--to/],
    [['receipts', '--chain', 'other', '--to', 'public'], /the store has no chain other/],
    [['receipts', '--to', 'public', '--checkpoint', 'no-such-file'], /cannot read no-such-file: there is no such file/],
    [['receipts', '--to', 'public', '--check', '--checkpoint', 'x'], /does not go with --checkpoint/],
    [['no-such-store', '--to', 'public'], /there is no such directory/],
    [['receipts', '--to', 'public', '--check'], /nothing was exported there/],
  ] as const) {
    const answer = await cli(args)
    expect([args, answer.code, answer.stdout]).toEqual([args, 2, ''])
    expect(answer.stderr).toMatch(words)
  }
  await mkdir(join(dir, 'public'))
  await writeFile(join(dir, 'public/tile'), 'a file where a folder would be')
  const blocked = await write(300)
  expect(blocked.code).toBe(2)
  expect(blocked.stderr).toMatch(/cannot write public/)
})
