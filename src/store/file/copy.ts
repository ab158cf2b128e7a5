import { type FileHandle, readInto, writeAll } from './fs.js'

const BLOCK_BYTES = 1024 * 1024

/**
 * Copies a stretch of one file into another in constant memory.
 *
 * @param from - open for reading
 * @param start - where the stretch begins
 * @param end - where it ends
 * @param to - open for writing
 * @param position - where it goes
 * @returns where it ends there
 * @throws Error when the file ends before the stretch does
 */
export async function copyRange(
  from: FileHandle,
  start: number,
  end: number,
  to: FileHandle,
  position: number,
): Promise<number> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(1, end - start)))
  let target = position
  for (let source = start; source < end; ) {
    const part = block.subarray(0, Math.min(block.length, end - source))
    const count = await readInto(from, part, source)
    if (count < part.length) throw new Error('the file is shorter than it was')
    await writeAll(to, part, target)
    source += count
    target += count
  }
  return target
}
