/** The body of an index file, read block by block and believed only where a block has its sum. */

import { ifThere, readInto } from '../fs.js'
import type { Handles } from '../handles.js'
import { blockSum, type IndexHead, SUM_BYTES } from './head.js'

/** A part of a file that is checked as it is read. */
export interface Blocks {
  /** @returns those bytes of the body; `undefined` where they are not what was written, or not there */
  read(start: number, length: number): Promise<Buffer | undefined>
}

/** What is kept of blocks that were read, in bytes: whoever asks for one line mostly asks for the next. */
const KEPT_BYTES = 64 * 1024

/**
 * @param handles - lend the file
 * @param path - the index file
 * @param head - what its head says
 * @returns its body
 */
export function blocksOf(handles: Pick<Handles, 'use'>, path: string, head: IndexHead): Blocks {
  const { headBytes, blockBytes, bodyBytes, sums } = head
  const most = Math.max(1, Math.floor(KEPT_BYTES / blockBytes))
  /** The one used last is last. */
  const kept = new Map<number, Buffer>()

  const keep = (block: number, bytes: Buffer): void => {
    kept.delete(block)
    kept.set(block, bytes)
    if (kept.size <= most) return
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      return
    }
  }

  const isSound = (block: number, bytes: Buffer): boolean =>
    blockSum(bytes).every((byte, at) => byte === sums[block * SUM_BYTES + at])

  return {
    async read(start, length) {
      if (length === 0) return Buffer.alloc(0)
      if (length < 0 || start + length > bodyBytes) return undefined
      const first = Math.floor(start / blockBytes)
      const last = Math.floor((start + length - 1) / blockBytes)
      const begin = first * blockBytes
      const known = first === last ? kept.get(first) : undefined
      if (known) {
        keep(first, known)
        return known.subarray(start - begin, start - begin + length)
      }
      const bytes = Buffer.allocUnsafeSlow(Math.min((last + 1) * blockBytes, bodyBytes) - begin)
      const read = await ifThere(handles.use(path, 'r', ({ handle }) => readInto(handle, bytes, headBytes + begin)))
      if (read !== bytes.length) return undefined
      for (let block = first; block <= last; block += 1) {
        const at = block * blockBytes - begin
        if (!isSound(block, bytes.subarray(at, at + blockBytes))) return undefined
      }
      if (first === last) keep(first, bytes)
      return bytes.subarray(start - begin, start - begin + length)
    },
  }
}
