// What a leaf costs above its hashes, and how long an inclusion proof takes in a large tree whose tiles are on disk. `node bench/merkle.mjs`
// prints the figures; `--leaves` says how many (default 10 million, 0 leaves the second part out). The leaves
// are made up, and of level 0 only those tiles are written that are read. On a machine with other work look at the processor's time.
import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundled } from './bundled.mjs'
import { processorMs, race } from './measure.mjs'

const PROOFS = 40
const asked = process.argv.indexOf('--leaves')
const leaves = asked < 0 ? 10_000_000 : Number(process.argv[asked + 1])
const micros = (rate) => 1e6 / rate

const {
  appendLeaf,
  directoryTiles,
  emptyFrontier,
  inclusionProofFromTiles,
  leafHash,
  sha256Hex,
  tileBuilder,
  tilePath,
  verifyInclusion,
} = await bundled('merkle', {
  appendLeaf: 'merkle/index.ts',
  emptyFrontier: 'merkle/index.ts',
  leafHash: 'merkle/index.ts',
  sha256Hex: 'primitives/sha256.ts',
  verifyInclusion: 'merkle/index.ts',
  tileBuilder: 'tlog/tiles/builder.ts',
  tilePath: 'tlog/tiles/layout.ts',
  inclusionProofFromTiles: 'tlog/tiles/proofs.ts',
  directoryTiles: 'transparency/tiles/folder.ts',
})

async function adding() {
  const data = Array.from({ length: 4096 }, () => randomFillSync(new Uint8Array(96)))
  const node = randomFillSync(new Uint8Array(65))
  let digits = 0
  let last = leafHash(data[0])
  const builder = tileBuilder({ onFull: ({ hashes }) => (last = hashes.subarray(0, 32)) })
  let frontier = emptyFrontier
  const rates = await race(
    {
      // a tree has a node for every leaf but one; no hash that could be had is cheaper
      hashing(n) {
        for (let i = 0; i < n; i += 1) {
          digits += sha256Hex(node).charCodeAt(0)
          last = leafHash(data[i % data.length])
        }
      },
      builder(n) {
        for (let i = 0; i < n; i += 1) builder.add(leafHash(data[i % data.length]))
      },
      frontier(n) {
        for (let i = 0; i < n; i += 1) frontier = appendLeaf(frontier, leafHash(data[i % data.length]))
      },
    },
    { roundMs: 40, rounds: 20 },
  )
  const above = (name) => {
    const more = micros(rates[name]) - micros(rates.hashing)
    return `${micros(rates[name]).toFixed(2)} µs, ${more.toFixed(2)} µs above (2 wanted), ${((100 * rates[name]) / rates.hashing).toFixed(0)} % of its rate`
  }
  if (!(digits > 0 && last.length === 32)) throw new Error('nothing was hashed')
  console.log(`hash a leaf and a node: ${micros(rates.hashing).toFixed(2)} µs`)
  console.log(`add a leaf to tiles: ${above('builder')}`)
  console.log(`add a leaf to a frontier: ${above('frontier')}`)
}

/** Puts what the page cache has of a file out of it, where the system can do that. */
function forget(file) {
  try {
    execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function proving(directory) {
  const wanted = Array.from({ length: PROOFS }, (_, at) => Math.floor(((at + 0.5) * leaves) / PROOFS))
  const read = new Set(wanted.map((index) => Math.floor(index / 256)))
  const put = ({ hashes, ...tile }) => {
    const file = join(directory, tilePath(tile))
    if (tile.level === 0 && tile.width === 256 && !read.has(tile.index)) return
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, hashes)
  }
  const began = performance.now()
  const builder = tileBuilder({ onFull: put })
  const block = new Uint8Array(256 * 32)
  const kept = new Map()
  const next = new Set(wanted)
  for (let index = 0; index < leaves; index += 1) {
    if (index % 256 === 0) randomFillSync(block)
    const leaf = block.subarray((index % 256) * 32, ((index % 256) + 1) * 32)
    if (next.has(index)) kept.set(index, Uint8Array.from(leaf))
    builder.add(leaf)
  }
  for (const tile of builder.edge()) put(tile)
  console.log(`made the tiles of ${leaves} leaves in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  execFileSync('sync')

  const rootHash = builder.root()
  const fetchTile = directoryTiles(directory)
  const files = new Set()
  const tree = {
    size: leaves,
    rootHash,
    fetchTile(path) {
      files.add(join(directory, path))
      return fetchTile(path)
    },
  }
  const timed = async (index) => {
    const start = performance.now()
    const worked = processorMs()
    const proof = await inclusionProofFromTiles(tree, index)
    const took = { wall: performance.now() - start, processor: processorMs() - worked }
    if (!verifyInclusion(kept.get(index), index, leaves, proof, rootHash)) throw new Error('the proof is wrong')
    return took
  }
  const said = (all) => {
    const one = (times) => {
      const sorted = times.toSorted((a, b) => a - b)
      return `${sorted[sorted.length >> 1].toFixed(2)} ms (best ${sorted[0].toFixed(2)})`
    }
    return `${one(all.map(({ wall }) => wall))}, of the processor ${one(all.map(({ processor }) => processor))}`
  }
  console.log(`the first inclusion proof of the process: ${said([await timed(wanted[0])])}`)
  const cold = []
  let forgotten = true
  for (const index of wanted.slice(1)) {
    files.clear()
    await timed(index)
    for (const file of files) forgotten = forget(file) && forgotten
    cold.push(await timed(index))
  }
  console.log(
    `inclusion proof from ${files.size} tiles, ${forgotten ? 'none of them in the page cache' : 'in the page cache'}: median ${said(cold)}; 5 ms wanted`,
  )
  const warm = []
  for (const index of wanted) warm.push(await timed(index))
  console.log(`the same, in the page cache: median ${said(warm)}`)
}

await adding()
if (leaves > 0) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-merkle-'))
  try {
    await proving(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
