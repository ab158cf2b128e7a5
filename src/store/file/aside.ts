/** Files that by their names are no part of a chain any more, and hold more of it than the files that are. */
import { join } from 'node:path'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import { type FileSystem, ifThere, readInto } from './fs.js'
import type { Listing } from './listing.js'
import type { SegmentName } from './segment-name.js'

/** Room for the longest line, and for one that a crash has cut off behind it. */
const WINDOW_BYTES = 2 * (MAX_LINE_BYTES + 1)

/** @returns the seq of the last line that names one, among those that stand at the end of a file */
async function lastSeqIn(fs: FileSystem, file: string): Promise<number | undefined> {
  const handle = await ifThere(fs.open(file, 'r'))
  if (handle === undefined) return undefined
  try {
    const { size } = await handle.stat()
    const window = Buffer.allocUnsafe(Math.min(size, WINDOW_BYTES))
    const read = await readInto(handle, window, size - window.length)
    const lines = window.toString('utf8', 0, read).split('\n').slice(0, -1)
    for (const line of lines.reverse()) {
      const seq = seqIn(line)
      if (seq !== undefined) return seq
    }
    return undefined
  } finally {
    await handle.close()
  }
}

function seqIn(line: string): number | undefined {
  try {
    const { seq } = JSON.parse(line) as { seq?: unknown }
    return typeof seq === 'number' ? seq : undefined
  } catch {
    // half a line, or a damaged one: the one before it tells
    return undefined
  }
}

/**
 * Names alone decide which files are the chain, and an honest writer gives them only to files that hold all that stood in
 * the others. Where one of the others reaches further, receipts would be passed over without a word.
 *
 * @param fs - the file system
 * @param folder - a chain's folder
 * @param listing - what stands there
 * @param next - the seq behind the chain's newest receipt; default: looked for in its files
 * @returns those that reach further than the chain; mostly there are no others at all
 */
export async function reachingFurther(
  fs: FileSystem,
  folder: string,
  { row, below, stale }: Listing,
  next?: number,
): Promise<readonly SegmentName[]> {
  const others = [...below, ...stale]
  if (others.length === 0) return []
  let end = next
  for (let at = row.length - 1; end === undefined && at >= 0; at -= 1) {
    const last = await lastSeqIn(fs, join(folder, (row[at] as SegmentName).name))
    if (last !== undefined) end = last + 1
  }
  const found: SegmentName[] = []
  for (const name of others) {
    const last = await lastSeqIn(fs, join(folder, name.name))
    if (last !== undefined && last >= (end ?? 0)) found.push(name)
  }
  return found
}
