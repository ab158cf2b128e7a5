import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import { inclusionProof, leafHash, merkleRoot, receiptLeaf, verifyConsistency } from '../../src/merkle/index.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { checkpointText, readCheckpoint } from '../../src/tlog/checkpoint.js'
import { signNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { entriesPath, tilePath, tilesOf } from '../../src/tlog/tiles/layout.js'
import { consistencyProofFromTiles, inclusionProofFromTiles } from '../../src/tlog/tiles/proofs.js'
import { checkTiles, directoryTiles, exportTiles } from '../../src/transparency/tiles.js'
import { fill, LOG_CHAIN, never, ORIGIN, worldOn } from './log-support.js'

const COUNT = 700
const receipts = testReceipts({ chainId: 'acme', count: COUNT })
const leafData = receipts.map(({ receiptHash, signature }) => receiptLeaf(receiptHash, signature))
const leaves = leafData.map(leafHash)
const origin = 'log.example/acme/0123456789abcdef'
const signer = await noteSigner(origin, localKey({ seed: new Uint8Array(32).fill(5) }))
const noteOf = (size: number, rootHash = merkleRoot(leaves, size), of = origin) =>
  signNote(checkpointText({ origin: of, size, rootHash }), [signer])

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quittance-tiles-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function storeOf(list: readonly DecisionReceipt[]): Promise<ReceiptStore> {
  const store = memoryStore()
  await store.append('acme', list, undefined)
  return store
}
async function filesIn(folder = directory): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}
const expectedFiles = (size: number) =>
  [...tilesOf(size)]
    .flatMap((tile) => [tilePath(tile), ...(tile.level === 0 ? [entriesPath(tile)] : [])])
    .concat('checkpoint')
    .sort()
const contents = async (folder: string) =>
  new Map(
    await Promise.all(
      (await filesIn(folder)).map(async (name) => [name, await readFile(join(folder, name), 'hex')] as const),
    ),
  )
const upTo = async (size: number, store?: ReceiptStore) =>
  exportTiles({ store: store ?? (await storeOf(receipts)), chainId: 'acme', directory, checkpoint: await noteOf(size) })

describe('exportTiles', () => {
  it.each([1, 255, 256, 257, 512, 700])('writes all files of a tree of %d leaves, and no other', async (size) => {
    const done = await upTo(size)
    expect(done).toMatchObject({ chainId: 'acme', origin, size, from: 0, files: expectedFiles(size).length })
    expect(await filesIn()).toEqual(expectedFiles(size))
    const hashes = Buffer.concat(leaves.slice(0, Math.min(size, 256)))
    const first = { index: 0, width: Math.min(size, 256) }
    expect(await readFile(join(directory, tilePath({ level: 0, ...first })))).toEqual(hashes)
    const entries = Buffer.concat(leafData.slice(0, first.width).flatMap((data) => [Buffer.of(0, 96), data]))
    expect(await readFile(join(directory, entriesPath(first)))).toEqual(entries)
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(await noteOf(size))
  })

  it('makes what proofs are made of', async () => {
    await upTo(700)
    const { size, rootHash } = readCheckpoint(await readFile(join(directory, 'checkpoint')))
    const tree = { size, rootHash, fetchTile: directoryTiles(directory) }
    for (const index of [0, 255, 256, 511, 512, 699])
      expect((await inclusionProofFromTiles(tree, index)).map((hash) => Buffer.from(hash))).toEqual(
        inclusionProof(leaves, index, 700).map((hash) => Buffer.from(hash)),
      )
    for (const first of [1, 255, 256, 300, 699]) {
      const proof = await consistencyProofFromTiles(tree, first)
      expect(verifyConsistency(first, 700, merkleRoot(leaves, first), rootHash, proof)).toBe(true)
    }
  })

  it('goes on from what stands there, to the same files as at once', async () => {
    const store = await storeOf(receipts)
    let before = 0
    for (const size of [3, 100, 255, 256, 300, 513, 513, 700]) {
      expect(await upTo(size, store)).toMatchObject({ from: before, size })
      before = size
    }
    const parts = await contents(directory)
    const whole = await mkdtemp(join(tmpdir(), 'quittance-tiles-'))
    try {
      await exportTiles({ store, chainId: 'acme', directory: whole, checkpoint: await noteOf(700) })
      for (const [name, bytes] of await contents(whole)) expect([name, parts.get(name)]).toEqual([name, bytes])
      // partial tiles of earlier checkpoints stay until they are full: whoever holds such a checkpoint needs them
      const more = [...parts.keys()].filter((name) => !expectedFiles(700).includes(name))
      expect(more).toEqual(['tile/0/002.p/1', 'tile/1/000.p/1', 'tile/entries/002.p/1'])
    } finally {
      await rm(whole, { recursive: true })
    }
  })

  it('writes nothing twice, and newer cosignatures of the same tree', async () => {
    const store = await storeOf(receipts)
    await upTo(300, store)
    expect(await upTo(300, store)).toMatchObject({ from: 300, files: 0 })
    const cosigned = `${await noteOf(300)}— witness.example ${Buffer.alloc(76, 1).toString('base64')}\n`
    const done = await exportTiles({ store, chainId: 'acme', directory, checkpoint: cosigned })
    expect(done).toMatchObject({ from: 300, files: 1 })
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(cosigned)
  })

  it('goes on over a pruned beginning that was exported before, and only then', async () => {
    const store = await storeOf(receipts)
    await upTo(300, store)
    const prune = (before: number) =>
      store.prune!('acme', before, { seq: before - 1, receiptHash: receipts[before - 1]!.receiptHash })
    await prune(300)
    expect(await upTo(400, store)).toMatchObject({ from: 300, size: 400 })
    expect(await checkTiles({ store, chainId: 'acme', directory })).toMatchObject({ compared: 100, notCompared: 300 })
    await prune(500)
    await expect(upTo(600, store)).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'pruned', seq: 500 },
    })
    await rm(directory, { recursive: true })
    await expect(upTo(600, store)).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE', details: { reason: 'pruned' } })
    await mkdir(directory)
  })

  it('goes on where it broke off: files without a checkpoint are written again', async () => {
    const store = await storeOf(receipts)
    await upTo(300, store)
    const before = await contents(directory)
    await upTo(700, store)
    const after = await contents(directory)
    // the power went before the checkpoint was replaced
    await writeFile(join(directory, 'checkpoint'), Buffer.from(before.get('checkpoint')!, 'hex'))
    await writeFile(join(directory, 'tile/0/001'), 'torn')
    await mkdir(join(directory, 'tile/0/001.p'), { recursive: true })
    await mkdir(join(directory, 'tile/entries/001.p'), { recursive: true })
    await mkdir(join(directory, 'tile/1/000.p'), { recursive: true })
    for (const name of before.keys()) await writeFile(join(directory, name), Buffer.from(before.get(name)!, 'hex'))
    expect(await upTo(700, store)).toMatchObject({ from: 300 })
    expect([...(await contents(directory))]).toEqual([...after])
  })

  it.each([300, 301, 511, 512, 699])('leaves what stood there when reading fails at seq %d', async (at) => {
    const store = await storeOf(receipts)
    await upTo(300, store)
    const failing: ReceiptStore = {
      ...store,
      async *read(chainId, range) {
        for await (const receipt of store.read(chainId, range)) {
          if (receipt.seq === at) throw new Error('the disk is gone')
          yield receipt
        }
      },
    }
    await expect(upTo(700, failing)).rejects.toThrow('the disk is gone')
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(await noteOf(300))
    expect((await readdir(directory)).sort()).toEqual(['checkpoint', 'tile'])
    await checkTiles({ store, chainId: 'acme', directory })
    expect(await upTo(700, store)).toMatchObject({ from: 300, size: 700 })
    await checkTiles({ store, chainId: 'acme', directory })
  })

  it('stops when it is told to', async () => {
    const store = await storeOf(receipts)
    const stopped = exportTiles({
      store,
      chainId: 'acme',
      directory,
      checkpoint: await noteOf(700),
      signal: AbortSignal.abort(new Error('enough')),
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(await filesIn()).toEqual([])
  })

  it('says so when the store has less than its bounds', async () => {
    const store = await storeOf(receipts)
    const short: ReceiptStore = { ...store, read: (chainId) => store.read(chainId, { toSeq: 200 }) }
    await expect(upTo(700, short)).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { seq: 201 } })
    expect(await filesIn()).not.toContain('checkpoint')
  })

  it('removes what an export that was killed had put aside, an hour later', async () => {
    await mkdir(join(directory, '.part-old'))
    await mkdir(join(directory, '.part-new'))
    await writeFile(join(directory, '.part-old', '1'), 'x')
    const hours = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(directory, '.part-old'), hours, hours)
    await upTo(3)
    expect((await readdir(directory)).sort()).toEqual(['.part-new', 'checkpoint', 'tile'])
  })

  it('takes the newest checkpoint that was kept beside the chain, of the log chain too', async () => {
    const store = memoryStore()
    const { ledger, log } = worldOn(store, never)
    for (const [count, before] of [
      [7, 0],
      [300, 8],
    ] as const) {
      await fill(ledger, count)
      const { note } = await log.checkpoint('acme')
      await log.publish()
      const done = await exportTiles({ store, chainId: 'acme', directory: join(directory, 'acme') })
      expect(done).toMatchObject({ from: before, size: before + count + (before === 0 ? 1 : 0) })
      expect(await readFile(join(directory, 'acme/checkpoint'), 'utf8')).toBe(note)
      const all = await exportTiles({ store, chainId: LOG_CHAIN, directory: join(directory, 'log') })
      expect(all).toMatchObject({ origin: ORIGIN, size: before === 0 ? 2 : 3 })
    }
    for (const [chainId, folder] of [
      ['acme', 'acme'],
      [LOG_CHAIN, 'log'],
    ] as const)
      await checkTiles({ store, chainId, directory: join(directory, folder) })
    await log.close()
    await ledger.close()
  })

  it('needs a checkpoint and a chain', async () => {
    const store = await storeOf(receipts)
    await expect(exportTiles({ store, chainId: 'acme', directory })).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'no-checkpoint' },
    })
    const other = exportTiles({ store, chainId: 'other', directory, checkpoint: await noteOf(3) })
    await expect(other).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE', details: { reason: 'no-chain' } })
    await expect(exportTiles({ store, chainId: 'acme', directory, checkpoint: 'x' })).rejects.toMatchObject({
      code: 'TLOG_MALFORMED',
    })
    await expect(exportTiles({ store, chainId: '', directory })).rejects.toThrow(RangeError)
    expect(await filesIn()).toEqual([])
  })

  it('refuses a chain that does not lead to the checkpoint, and leaves the checkpoint that was there', async () => {
    const store = await storeOf(receipts)
    await upTo(300, store)
    const exported = exportTiles({ store, chainId: 'acme', directory, checkpoint: await noteOf(400, leaves[0]) })
    await expect(exported).rejects.toMatchObject({ code: 'TLOG_REFUSED' })
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(await noteOf(300))
    expect(await upTo(400, store)).toMatchObject({ from: 300 })
    await checkTiles({ store, chainId: 'acme', directory })
  })

  it('refuses a cut, a rewritten and another chain', async () => {
    await upTo(300)
    const refused = (run: Promise<unknown>, words: RegExp) =>
      expect(run).rejects.toMatchObject({ code: 'TLOG_REFUSED', message: expect.stringMatching(words) })
    await refused(upTo(400, await storeOf(receipts.slice(0, 350))), /ends at seq 349/)
    await refused(upTo(200), /300 leaves were exported/)
    const rewritten = testReceipts({ chainId: 'acme', count: 400, rationale: () => 'another' })
    const root = merkleRoot(rewritten.map((one) => leafHash(receiptLeaf(one.receiptHash, one.signature))))
    const store = await storeOf(rewritten)
    const note = await noteOf(400, root)
    await refused(exportTiles({ store, chainId: 'acme', directory, checkpoint: note }), /seq 299 is another/)
    await store.prune!('acme', 300, { seq: 299, receiptHash: rewritten[299]!.receiptHash })
    await refused(exportTiles({ store, chainId: 'acme', directory, checkpoint: note }), /seq 300 does not go on/)
    const elsewhere = await noteOf(400, undefined, 'log.example/other')
    await refused(
      exportTiles({ store: await storeOf(receipts), chainId: 'acme', directory, checkpoint: elsewhere }),
      /holds the log/,
    )
    await refused(
      exportTiles({
        store: await storeOf(receipts),
        chainId: 'acme',
        directory,
        checkpoint: await noteOf(300, leaves[0]),
      }),
      /another tree of 300 leaves/,
    )
  })

  it.each(['tile/0/001.p/44', 'tile/1/000.p/1', 'tile/entries/001.p/44', 'checkpoint'])(
    'does not go on from an altered %s',
    async (name) => {
      await upTo(300)
      const file = join(directory, name)
      const bytes = await readFile(file)
      // of the checkpoint a character of its root
      const at = name === 'checkpoint' ? origin.length + 1 + '300\n'.length : bytes.length - 1
      bytes[at]! = bytes[at] === 0x41 ? 0x42 : 0x41
      await writeFile(file, bytes)
      await expect(upTo(400)).rejects.toMatchObject({ code: 'TLOG_UNTRUSTED', details: { reason: 'tile' } })
    },
  )
})

describe('checkTiles', () => {
  it('compares every leaf', async () => {
    const store = await storeOf(receipts)
    await upTo(700, store)
    const found = await checkTiles({ store, chainId: 'acme', directory })
    expect(found).toMatchObject({ chainId: 'acme', origin, size: 700, compared: 700, notCompared: 0 })
    expect(Buffer.from(found.rootHash)).toEqual(Buffer.from(merkleRoot(leaves)))
  })

  it('finds any file that was altered, cut or removed', async () => {
    const store = await storeOf(receipts)
    await upTo(513, store)
    const files = await contents(directory)
    for (const [name, hex] of files) {
      if (name === 'checkpoint') continue
      const good = Buffer.from(hex, 'hex')
      const file = join(directory, name)
      const flipped = Buffer.from(good)
      flipped[Math.floor(good.length / 2)]! ^= 4
      const wrongs: readonly (readonly [Buffer | undefined, string])[] = [
        [flipped, 'TLOG_UNTRUSTED'],
        [good.subarray(0, -1), name.startsWith('tile/entries') ? 'TLOG_UNTRUSTED' : 'TLOG_MALFORMED'],
        [undefined, 'TLOG_UNAVAILABLE'],
      ]
      for (const [bytes, code] of wrongs) {
        await (bytes === undefined ? rm(file) : writeFile(file, bytes))
        const checked = checkTiles({ store, chainId: 'acme', directory })
        await expect(checked, `${name} ${code}`).rejects.toMatchObject({ code })
        await writeFile(file, good)
      }
    }
    await checkTiles({ store, chainId: 'acme', directory })
  })

  it('finds a checkpoint of another tree, a cut chain and a rewritten one', async () => {
    await upTo(300)
    const check = (store: ReceiptStore) => checkTiles({ store, chainId: 'acme', directory })
    await expect(check(await storeOf(receipts.slice(0, 299)))).rejects.toMatchObject({ code: 'TLOG_REFUSED' })
    const resealed = testReceipts({ chainId: 'acme', count: 300, rationale: (seq) => (seq > 290 ? 'another' : '') })
    await expect(check(await storeOf(resealed))).rejects.toMatchObject({ code: 'TLOG_REFUSED' })
    await writeFile(join(directory, 'checkpoint'), await noteOf(300, leaves[0]))
    await expect(check(await storeOf(receipts))).rejects.toMatchObject({ code: 'TLOG_UNTRUSTED' })
    await rm(join(directory, 'checkpoint'))
    await expect(check(await storeOf(receipts))).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'no-checkpoint' },
    })
  })
})
