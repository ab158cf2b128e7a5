/** Makes the tiles of a tree that grows, and remembers no more of it than its right edge. */
import { emptyRoot, HASH_BYTES, nodeHash } from '../../merkle/hash.js'
import { checkCount } from '../../merkle/range-root.js'
import { edgeTiles, levelWidth, TILE_WIDTH, type Tile } from './layout.js'
import { peaksOf, perfectRoot } from './tile-root.js'

/** A tile with its hashes, 32 bytes each. */
export interface FilledTile extends Tile {
  readonly hashes: Uint8Array
}

/** A tree that grows tile by tile. */
export interface TileBuilder {
  /** How many leaves the tree has. */
  readonly size: number
  /**
   * Adds a leaf on the right.
   *
   * @param leaf - the leaf's hash, 32 bytes
   * @throws RangeError when it is not 32 bytes, or the tree has 2^53-1 leaves
   */
  add(leaf: Uint8Array): void
  /** @returns the root of the tree, computed from its right edge */
  root(): Uint8Array
  /** @returns the partial tiles at the right edge, from the leaves up: with them another builder can go on */
  edge(): FilledTile[]
}

/** Where a builder goes on, and whom it tells. */
export interface TileBuilderOptions {
  /** The tree so far; default: none. Nothing is checked but that it has these tiles: compare `root()` with a root that is trusted. */
  readonly from?: { readonly size: number; readonly edge: readonly FilledTile[] } | undefined
  /** Told of every tile that became full; a level's before those of the level above. */
  readonly onFull?: ((tile: FilledTile) => void) | undefined
}

function levelsFrom(size: number, edge: readonly FilledTile[]): { bytes: Uint8Array; count: number }[] {
  checkCount('from.size', size)
  const expected = edgeTiles(size)
  const fits = expected.every(({ level, index, width }, at) => {
    const tile = edge[at]
    return (
      tile?.level === level && tile.index === index && tile.width === width && tile.hashes.length === width * HASH_BYTES
    )
  })
  if (edge.length !== expected.length || !fits)
    throw new RangeError('from.edge must hold the partial tiles of a tree of from.size leaves')
  const levels: { bytes: Uint8Array; count: number }[] = []
  for (let level = 0; levelWidth(size, level) > 0; level += 1) {
    const bytes = new Uint8Array(TILE_WIDTH * HASH_BYTES)
    bytes.set(edge.find((tile) => tile.level === level)?.hashes ?? [])
    levels.push({ bytes, count: levelWidth(size, level) })
  }
  return levels
}

/**
 * Makes what builds tiles. It holds at most 255 hashes a level: O(log n).
 *
 * @param options - where it goes on, and whom it tells of full tiles
 * @returns a builder
 * @throws RangeError when `from` is not the right edge of a tree
 * @example
 * ```ts
 * import { leafHash } from 'quittance/merkle'
 * import { tileBuilder, tilePath } from 'quittance/transparency'
 * const files = new Map<string, Uint8Array>()
 * const builder = tileBuilder({ onFull: (tile) => files.set(tilePath(tile), tile.hashes) })
 * for (let index = 0; index < 1000; index += 1) builder.add(leafHash(Uint8Array.of(index % 256)))
 * for (const tile of builder.edge()) files.set(tilePath(tile), tile.hashes)
 * ```
 */
export function tileBuilder({ from, onFull }: TileBuilderOptions = {}): TileBuilder {
  const levels = from === undefined ? [] : levelsFrom(from.size, from.edge)
  let size = from?.size ?? 0

  function addAt(level: number, hash: Uint8Array): void {
    levels[level] ??= { bytes: new Uint8Array(TILE_WIDTH * HASH_BYTES), count: 0 }
    const { bytes, count } = levels[level]
    const place = count % TILE_WIDTH
    bytes.set(hash, place * HASH_BYTES)
    levels[level].count = count + 1
    if (place < TILE_WIDTH - 1) return
    onFull?.({ level, index: Math.floor(count / TILE_WIDTH), width: TILE_WIDTH, hashes: bytes.slice() })
    addAt(level + 1, perfectRoot(bytes, 0, TILE_WIDTH))
  }

  return {
    get size() {
      return size
    },
    add(leaf) {
      if (leaf.length !== HASH_BYTES) throw new RangeError(`leaf must be a hash of ${HASH_BYTES} bytes`)
      if (size >= Number.MAX_SAFE_INTEGER) throw new RangeError('a tree must have fewer than 2^53 leaves')
      addAt(0, leaf)
      size += 1
    },
    root() {
      const peaks = levels.toReversed().flatMap(({ bytes, count }) => peaksOf(bytes, count % TILE_WIDTH))
      return peaks.length === 0 ? emptyRoot() : peaks.reduceRight((right, left) => nodeHash(left, right))
    },
    edge() {
      return edgeTiles(size).map((tile) => ({
        ...tile,
        hashes: (levels[tile.level] as (typeof levels)[number]).bytes.slice(0, tile.width * HASH_BYTES),
      }))
    },
  }
}
