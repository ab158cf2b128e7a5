/**
 * Which tiles a tree has and what they are called (C2SP tlog-tiles). A tile is up to 256 hashes of one level: those of leaves at
 * level 0, those of full tiles of the level below at all others.
 */
import { checkCount } from '../../merkle/range-root.js'

/** The hashes of a full tile. */
export const TILE_WIDTH = 256
/** The levels of the tree that a tile spans. */
export const TILE_HEIGHT = 8

/** A place in a tree of tiles. */
export interface Tile {
  /** From 0, the leaves, to 6, where 2^53 leaves end. */
  readonly level: number
  /** Counted from 0 within the level. */
  readonly index: number
  /** How many hashes it has: 1 to 256. */
  readonly width: number
}

/**
 * @param size - how many leaves a tree has
 * @param level - a level of tiles
 * @returns how many hashes the tiles of this level hold together
 */
export function levelWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/**
 * The tile of a tree at one place.
 *
 * @param size - how many leaves the tree has
 * @param level - counted from 0
 * @param index - counted from 0 within the level
 * @returns the tile as wide as the tree has it; `undefined` where the tree has none
 */
export function tileAt(size: number, level: number, index: number): Tile | undefined {
  const width = Math.min(TILE_WIDTH, levelWidth(size, level) - index * TILE_WIDTH)
  return width > 0 ? { level, index, width } : undefined
}

/**
 * All tiles of a tree, level by level, from the leaves up.
 *
 * @param size - how many leaves the tree has
 * @returns each tile once; the last of a level may be partial
 * @throws RangeError when `size` is not a count
 * @example
 * ```ts
 * import { tilesOf, tilePath } from 'quittance/transparency'
 * for (const tile of tilesOf(70_000)) console.log(tilePath(tile))
 * ```
 */
export function* tilesOf(size: number): Generator<Tile, void, undefined> {
  checkCount('size', size)
  for (let level = 0; levelWidth(size, level) > 0; level += 1)
    for (let index = 0, tile = tileAt(size, level, 0); tile; index += 1, tile = tileAt(size, level, index)) yield tile
}

/**
 * The partial tiles at a tree's right edge: together they hold the root of every perfect subtree that the tree is made of.
 *
 * @param size - how many leaves the tree has
 * @returns at most one a level, from the leaves up
 */
export function edgeTiles(size: number): readonly Tile[] {
  const tiles: Tile[] = []
  for (let level = 0; levelWidth(size, level) > 0; level += 1) {
    const count = levelWidth(size, level)
    const width = count % TILE_WIDTH
    if (width > 0) tiles.push({ level, index: (count - width) / TILE_WIDTH, width })
  }
  return tiles
}

function placeOf({ index, width }: Pick<Tile, 'index' | 'width'>): string {
  checkCount('index', index)
  if (!Number.isSafeInteger(width) || width < 1 || width > TILE_WIDTH)
    throw new RangeError(`width must be an integer from 1 to ${TILE_WIDTH}`)
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) as readonly string[]
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

/**
 * @param tile - a place and width
 * @returns the path of its hashes below the log's prefix: `tile/0/x001/234/067`, with `.p/<width>` for a partial one
 * @throws RangeError when there can be no such tile
 */
export function tilePath({ level, index, width }: Tile): string {
  if (!Number.isInteger(level) || level < 0 || level > 63) throw new RangeError('level must be an integer from 0 to 63')
  return `tile/${level}/${placeOf({ index, width })}`
}

/**
 * @param tile - a place and width at level 0
 * @returns the path of the entries whose hashes the tile holds
 * @throws RangeError when there can be no such tile
 */
export function entriesPath(tile: Pick<Tile, 'index' | 'width'>): string {
  return `tile/entries/${placeOf(tile)}`
}
