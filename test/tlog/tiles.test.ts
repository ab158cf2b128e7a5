import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  frontierRoot,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/index.js'
import { type FilledTile, tileBuilder } from '../../src/tlog/tiles/builder.js'
import { edgeTiles, entriesPath, tilePath, tilesOf } from '../../src/tlog/tiles/layout.js'
import { consistencyProofFromTiles, inclusionProofFromTiles } from '../../src/tlog/tiles/proofs.js'
import { readNodes, type TiledTree } from '../../src/tlog/tiles/reader.js'

const MOST = 65_537
const leaves = Array.from({ length: MOST }, (_, index) => leafHash(Uint8Array.from([index >> 16, index >> 8, index])))
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const hexes = (list: readonly Uint8Array[]) => list.map(hex)

/** Perfect subtrees, each computed once: a way to roots and proofs that knows nothing of tiles. */
const nodes = [leaves]
for (let below = leaves; below.length > 1; below = nodes.at(-1)!)
  nodes.push(
    Array.from({ length: Math.floor(below.length / 2) }, (_, at) => nodeHash(below[2 * at]!, below[2 * at + 1]!)),
  )
function rangeHash(begin: number, end: number): Uint8Array {
  const height = Math.floor(Math.log2(end - begin))
  if (2 ** height === end - begin) return nodes[height]![begin / 2 ** height]!
  return nodeHash(rangeHash(begin, begin + 2 ** height), rangeHash(begin + 2 ** height, end))
}
const rootOf = (size: number) => (size === 0 ? merkleRoot([]) : rangeHash(0, size))

/** What a log has served, at every size that was asked for: full tiles, and the partial ones of those sizes. */
function logOf(sizes: readonly number[]) {
  const files = new Map<string, Uint8Array>()
  const put = (tile: FilledTile) => files.set(tilePath(tile), tile.hashes)
  const builder = tileBuilder({ onFull: put })
  const roots = new Map<number, Uint8Array>()
  for (const size of [...sizes].sort((a, b) => a - b)) {
    while (builder.size < size) builder.add(leaves[builder.size]!)
    for (const tile of builder.edge()) put(tile)
    roots.set(size, builder.root())
  }
  const asked: string[] = []
  const tree = (size: number, served: ReadonlyMap<string, Uint8Array> = files): TiledTree => ({
    size,
    rootHash: rootOf(size),
    fetchTile: async (path) => {
      asked.push(path)
      return served.get(path)
    },
  })
  return { files, roots, tree, asked }
}

const notable = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65_279, 65_280, 65_281, 65_535, 65_536, 65_537]
const log = logOf(notable)
const places = fc
  .constantFrom(...notable.slice(1))
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1), first: fc.nat(size) }))

describe('where tiles are', () => {
  it.each([
    [0, '000'],
    [7, '007'],
    [999, '999'],
    [1000, 'x001/000'],
    [1_234_067, 'x001/x234/067'],
    [2 ** 45 - 1, 'x035/x184/x372/x088/831'],
  ])('at index %d', (index, path) => {
    expect(tilePath({ level: 3, index, width: 256 })).toBe(`tile/3/${path}`)
    expect(tilePath({ level: 0, index, width: 17 })).toBe(`tile/0/${path}.p/17`)
    expect(entriesPath({ index, width: 256 })).toBe(`tile/entries/${path}`)
    expect(entriesPath({ index, width: 1 })).toBe(`tile/entries/${path}.p/1`)
  })

  it.each([
    { level: 64, index: 0, width: 1 },
    { level: -1, index: 0, width: 1 },
    { level: 0.5, index: 0, width: 1 },
    { level: 0, index: -1, width: 1 },
    { level: 0, index: 2 ** 53, width: 1 },
    { level: 0, index: 0, width: 0 },
    { level: 0, index: 0, width: 257 },
  ])('is refused for %j', (tile) => {
    expect(() => tilePath(tile)).toThrow(RangeError)
  })

  /** The two trees that C2SP tlog-tiles describes. */
  it('of a tree of 70,000 and of one of 256', () => {
    const counts = (size: number) => {
      const found = new Map<string, number>()
      for (const { level, width } of tilesOf(size))
        found.set(`${level}:${width}`, (found.get(`${level}:${width}`) ?? 0) + 1)
      return Object.fromEntries(found)
    }
    expect(counts(70_000)).toEqual({ '0:256': 273, '0:112': 1, '1:256': 1, '1:17': 1, '2:1': 1 })
    expect(counts(256)).toEqual({ '0:256': 1, '1:1': 1 })
    expect(counts(0)).toEqual({})
    expect(() => counts(-1)).toThrow(RangeError)
  })

  it('has a right edge of all partial tiles, also in the largest tree', () => {
    fc.assert(
      fc.property(fc.nat(300_000), (size) => {
        expect(edgeTiles(size)).toEqual([...tilesOf(size)].filter(({ width }) => width < 256))
      }),
      { numRuns: 30 },
    )
    expect(edgeTiles(Number.MAX_SAFE_INTEGER).map(({ level, width }) => [level, width])).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((level) => [level, 255]),
      [6, 31],
    ])
  })
})

describe('building', () => {
  it('leads to the roots that leaves lead to', () => {
    for (const size of notable) expect([size, hex(log.roots.get(size)!)]).toEqual([size, hex(rootOf(size))])
    for (const size of [0, 1, 2, 3, 255, 256, 257, 1000])
      expect(hex(rootOf(size))).toBe(hex(frontierRoot(leaves.slice(0, size).reduce(appendLeaf, emptyFrontier))))
  })

  it('makes every tile that a tree has, each hash by its definition', () => {
    for (const size of notable)
      for (const tile of tilesOf(size)) {
        const hashes = log.files.get(tilePath(tile))
        expect([tilePath(tile), hashes?.length]).toEqual([tilePath(tile), tile.width * 32])
        for (const at of [0, tile.width - 1]) {
          const leavesBelow = 256 ** tile.level
          const begin = (tile.index * 256 + at) * leavesBelow
          expect(hex(hashes!.subarray(at * 32, at * 32 + 32))).toBe(hex(rangeHash(begin, begin + leavesBelow)))
        }
      }
  })

  it('goes on from an edge as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.nat(1500), fc.nat(600), (before, more) => {
        const whole: string[] = []
        const parts: string[] = []
        const told = (list: string[]) => (tile: FilledTile) => list.push(`${tilePath(tile)} ${hex(tile.hashes)}`)
        const one = tileBuilder({ onFull: told(whole) })
        const first = tileBuilder({ onFull: told(parts) })
        for (const leaf of leaves.slice(0, before)) first.add(leaf)
        const second = tileBuilder({ from: { size: first.size, edge: first.edge() }, onFull: told(parts) })
        expect(hex(second.root())).toBe(hex(first.root()))
        for (const leaf of leaves.slice(before, before + more)) second.add(leaf)
        for (const leaf of leaves.slice(0, before + more)) one.add(leaf)
        expect(parts).toEqual(whole)
        expect(second.edge()).toEqual(one.edge())
        expect(hex(second.root())).toBe(hex(one.root()))
        expect(second.size).toBe(before + more)
      }),
      { numRuns: 15 },
    )
  })

  it('refuses what is no leaf and no edge', () => {
    const builder = tileBuilder()
    expect(() => builder.add(new Uint8Array(31))).toThrow(RangeError)
    for (const leaf of leaves.slice(0, 300)) builder.add(leaf)
    const edge = builder.edge()
    expect(edge.map(({ level, width }) => [level, width])).toEqual([
      [0, 44],
      [1, 1],
    ])
    for (const from of [
      { size: 301, edge },
      { size: 300, edge: edge.slice(1) },
      { size: 300, edge: [...edge, edge[0]!] },
      { size: 300, edge: edge.map((tile) => ({ ...tile, hashes: tile.hashes.subarray(1) })) },
      { size: -1, edge: [] },
    ])
      expect(() => tileBuilder({ from })).toThrow(RangeError)
  })
})

describe('proofs from tiles', () => {
  it('are those from leaves', async () => {
    const all: [number, number, number][] = []
    for (const size of [1, 2, 3, 255, 256, 257]) for (const at of [0, 1, 128, 254, 255, 256]) all.push([size, at, at])
    for (const [size, index, first] of all) {
      if (index >= size) continue
      const tree = log.tree(size)
      expect(hexes(await inclusionProofFromTiles(tree, index))).toEqual(hexes(inclusionProof(leaves, index, size)))
      expect(hexes(await consistencyProofFromTiles(tree, first))).toEqual(hexes(consistencyProof(leaves, first, size)))
    }
    const size = 65_537
    for (const at of [255, 65_279]) {
      const tree = log.tree(size)
      expect(hexes(await inclusionProofFromTiles(tree, at))).toEqual(hexes(inclusionProof(leaves, at, size)))
      expect(hexes(await consistencyProofFromTiles(tree, at))).toEqual(hexes(consistencyProof(leaves, at, size)))
    }
  }, 60_000)

  it('verify, at every size', async () => {
    await fc.assert(
      fc.asyncProperty(places, async ({ size, index, first }) => {
        const tree = log.tree(size)
        const inclusion = await inclusionProofFromTiles(tree, index)
        expect(verifyInclusion(leaves[index]!, index, size, inclusion, rootOf(size))).toBe(true)
        const consistency = await consistencyProofFromTiles(tree, first)
        expect(verifyConsistency(first, size, rootOf(first), rootOf(size), consistency)).toBe(true)
      }),
    )
  }, 30_000)

  it('of random sizes', async () => {
    const sizes = fc.sample(fc.integer({ min: 1, max: 5000 }), { numRuns: 20, seed: 9 })
    const some = logOf(sizes)
    for (const size of sizes) {
      const index = (size * 7919) % size
      const first = (size * 104_729) % (size + 1)
      const tree = some.tree(size)
      expect(hexes(await inclusionProofFromTiles(tree, index))).toEqual(hexes(inclusionProof(leaves, index, size)))
      expect(hexes(await consistencyProofFromTiles(tree, first))).toEqual(hexes(consistencyProof(leaves, first, size)))
    }
  })

  it('leave what was fetched as it was, also a Buffer', async () => {
    const buffers = new Map([...log.files].map(([path, bytes]) => [path, Buffer.from(bytes)]))
    for (const index of [0, 300, 65_536])
      expect(hexes(await inclusionProofFromTiles(log.tree(65_537, buffers), index))).toEqual(
        hexes(await inclusionProofFromTiles(log.tree(65_537), index)),
      )
    for (const [path, bytes] of buffers) if (!bytes.equals(log.files.get(path)!)) throw new Error(path)
  })

  it('ask for each tile once, and for few', async () => {
    log.asked.length = 0
    await inclusionProofFromTiles(log.tree(65_537), 12_345)
    expect(log.asked.toSorted()).toEqual(['tile/0/048', 'tile/0/256.p/1', 'tile/1/000', 'tile/2/000.p/1'])
  })

  it('take the full tile where the partial one was removed', async () => {
    const later = logOf([65_537])
    expect(later.files.has('tile/0/003.p/232')).toBe(false)
    const proof = await inclusionProofFromTiles(later.tree(1000), 999)
    expect(hexes(proof)).toEqual(hexes(inclusionProof(leaves, 999, 1000)))
  })

  it('are not made of what was altered, wherever that is', async () => {
    const size = 65_537
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.nat(), fc.nat(), fc.nat(255), async (index, which, byte, xor) => {
        log.asked.length = 0
        await inclusionProofFromTiles(log.tree(size), index)
        const path = log.asked[which % log.asked.length]!
        const bytes = Uint8Array.from(log.files.get(path)!)
        bytes[byte % bytes.length]! ^= Math.max(1, xor)
        const altered = new Map(log.files).set(path, bytes)
        await expect(inclusionProofFromTiles(log.tree(size, altered), index)).rejects.toMatchObject({
          code: 'TLOG_UNTRUSTED',
          details: { reason: 'tile' },
        })
      }),
      { numRuns: 50 },
    )
  })

  it('are not made under another root', async () => {
    const tree = { ...log.tree(257), rootHash: rootOf(256) }
    await expect(inclusionProofFromTiles(tree, 3)).rejects.toMatchObject({ code: 'TLOG_UNTRUSTED' })
    await expect(readNodes({ ...log.tree(0), rootHash: rootOf(1) }, [])).rejects.toMatchObject({
      code: 'TLOG_UNTRUSTED',
    })
    expect(await readNodes(log.tree(0), [])).toEqual([])
  })

  it('tell what is missing, and what has the wrong length', async () => {
    const without = new Map(log.files)
    without.delete('tile/0/000')
    await expect(inclusionProofFromTiles(log.tree(257, without), 3)).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { file: 'tile/0/000' },
    })
    for (const length of [0, 31, 8191, 8193]) {
      const cut = new Map(log.files).set('tile/0/000', new Uint8Array(length))
      await expect(inclusionProofFromTiles(log.tree(257, cut), 3)).rejects.toMatchObject({
        code: 'TLOG_MALFORMED',
        details: { file: 'tile/0/000' },
      })
    }
  })

  it('of what is not in the tree are refused before anything is fetched', async () => {
    log.asked.length = 0
    const tree = log.tree(257)
    await expect(inclusionProofFromTiles(tree, 257)).rejects.toThrow(RangeError)
    await expect(inclusionProofFromTiles(tree, -1)).rejects.toThrow(RangeError)
    await expect(consistencyProofFromTiles(tree, 258)).rejects.toThrow(RangeError)
    await expect(readNodes(tree, [{ height: 8, index: 1 }])).rejects.toThrow(RangeError)
    await expect(readNodes({ ...tree, rootHash: new Uint8Array(31) }, [])).rejects.toThrow(RangeError)
    expect(log.asked).toEqual([])
  })
})
