/** Hashes of a tree out of its tiles. Whatever was fetched is led to the tree's root before it is believed. */
import { QuittanceError } from '../../errors.js'
import { emptyRoot, HASH_BYTES, nodeHash } from '../../merkle/hash.js'
import { checkCount } from '../../merkle/range-root.js'
import { equalBytes } from '../../primitives/bytes.js'
import { edgeTiles, TILE_HEIGHT, TILE_WIDTH, type Tile, tileAt, tilePath } from './layout.js'
import { peaksOf, perfectRoot } from './tile-root.js'

/**
 * Fetches a file of a tiled log.
 *
 * @param path - below the log's prefix: `tile/0/x001/234/067`
 * @returns its bytes; `undefined` where there is no such file
 */
export type FetchTile = (path: string) => Promise<Uint8Array | undefined>

/** A tree whose hashes lie in tiles. */
export interface TiledTree {
  /** How many leaves it has. */
  readonly size: number
  /** Its root, from someone who is trusted for it: of a checkpoint whose signatures were checked. */
  readonly rootHash: Uint8Array
  /** Nothing that it gives is trusted. */
  readonly fetchTile: FetchTile
}

/** A node of a tree: the root over the leaves from `index * 2^height` to before `(index + 1) * 2^height`. */
export interface TreeNode {
  readonly height: number
  readonly index: number
}

const keyOf = ({ level, index }: Pick<Tile, 'level' | 'index'>): string => `${level}/${index}`

function untrue(tile: Tile): QuittanceError {
  const file = tilePath(tile)
  return new QuittanceError('TLOG_UNTRUSTED', `what the tile ${file} holds does not lead to the root of the tree`, {
    details: { reason: 'tile', file },
  })
}

/**
 * Fetches one tile; of a partial one that is gone, the front of the full one.
 *
 * @param tile - which, and how wide
 * @param fetchTile - where it is
 * @returns its hashes, as many as it is wide; nothing vouches for them yet
 * @throws QuittanceError `TLOG_UNAVAILABLE`, `TLOG_MALFORMED`
 */
export async function fetchHashes(tile: Tile, fetchTile: FetchTile): Promise<Uint8Array> {
  const file = tilePath(tile)
  const found = await fetchTile(file)
  // a partial tile may be removed once it is full
  const full = found === undefined && tile.width < TILE_WIDTH ? tilePath({ ...tile, width: TILE_WIDTH }) : undefined
  const bytes = full === undefined ? found : await fetchTile(full)
  if (bytes === undefined)
    throw new QuittanceError('TLOG_UNAVAILABLE', `there is no tile ${file}`, { details: { reason: 'tile', file } })
  if (bytes.length !== (full === undefined ? tile.width : TILE_WIDTH) * HASH_BYTES)
    throw new QuittanceError('TLOG_MALFORMED', `the tile ${full ?? file} has ${bytes.length} bytes`, {
      details: { reason: 'tile', file: full ?? file },
    })
  return bytes.subarray(0, tile.width * HASH_BYTES)
}

/** The tile that a node is in or can be computed from, and where there. */
function placeIn(size: number, { height, index }: TreeNode): { tile: Tile; from: number; count: number } {
  checkCount('height', height)
  checkCount('index', index)
  const level = Math.floor(height / TILE_HEIGHT)
  const count = 2 ** (height % TILE_HEIGHT)
  const first = index * count
  const tile = tileAt(size, level, Math.floor(first / TILE_WIDTH))
  const from = first % TILE_WIDTH
  if (tile === undefined || from + count > tile.width) throw new RangeError('nodes must be in the tree')
  return { tile, from, count }
}

/** The tiles that hold some nodes, those above them, and the right edge: all that it takes to lead to the root. */
function tilesFor(size: number, wanted: readonly Tile[]): Tile[] {
  const tiles = new Map<string, Tile>()
  for (let tile of [...edgeTiles(size), ...wanted]) {
    while (!tiles.has(keyOf(tile))) {
      tiles.set(keyOf(tile), tile)
      if (tile.width < TILE_WIDTH) break
      // a full tile has a hash in the level above
      tile = tileAt(size, tile.level + 1, Math.floor(tile.index / TILE_WIDTH)) as Tile
    }
  }
  return [...tiles.values()]
}

function checkEdge(tree: TiledTree, hashesOf: (tile: Tile) => Uint8Array): void {
  const edge = edgeTiles(tree.size)
  const peaks = edge.toReversed().flatMap((tile) => peaksOf(hashesOf(tile), tile.width))
  const root = peaks.length === 0 ? emptyRoot() : peaks.reduceRight((right, left) => nodeHash(left, right))
  if (equalBytes(root, tree.rootHash)) return
  if (edge[0] === undefined)
    throw new QuittanceError('TLOG_UNTRUSTED', 'the root is not that of an empty tree', { details: { reason: 'tile' } })
  throw untrue(edge[0])
}

/**
 * Reads nodes of a tree out of its tiles.
 *
 * @param tree - size, root and where the tiles are
 * @param nodes - which nodes; each tile that it takes is fetched once, all at the same time
 * @returns their hashes, 32 bytes each, in the same order; every one leads to the root
 * @throws QuittanceError `TLOG_UNAVAILABLE` when a tile is not there; `TLOG_MALFORMED` when one has the wrong length;
 *   `TLOG_UNTRUSTED` with the reason `tile` when what they hold does not lead to the root
 * @throws RangeError when a node is not in the tree; what `fetchTile` throws
 */
export async function readNodes(tree: TiledTree, nodes: readonly TreeNode[]): Promise<Uint8Array[]> {
  const { size, rootHash, fetchTile } = tree
  checkCount('size', size)
  if (rootHash.length !== HASH_BYTES) throw new RangeError(`rootHash must be ${HASH_BYTES} bytes`)
  const places = nodes.map((node) => placeIn(size, node))
  const tiles = tilesFor(
    size,
    places.map(({ tile }) => tile),
  )
  const fetched = new Map<string, Uint8Array>()
  await Promise.all(tiles.map(async (tile) => fetched.set(keyOf(tile), await fetchHashes(tile, fetchTile))))
  const hashesOf = (tile: Pick<Tile, 'level' | 'index'>): Uint8Array => fetched.get(keyOf(tile)) as Uint8Array
  checkEdge(tree, hashesOf)
  for (const tile of tiles) {
    if (tile.width < TILE_WIDTH) continue
    const above = hashesOf({ level: tile.level + 1, index: Math.floor(tile.index / TILE_WIDTH) })
    const at = (tile.index % TILE_WIDTH) * HASH_BYTES
    if (!equalBytes(perfectRoot(hashesOf(tile), 0, TILE_WIDTH), above.subarray(at, at + HASH_BYTES))) throw untrue(tile)
  }
  return places.map(({ tile, from, count }) => perfectRoot(hashesOf(tile), from, count))
}
