/** What crashes leave in a chain's folder, and how a writer puts it in order. */
import { join } from 'node:path'
import { copyRange } from './copy.js'
import { corrupt } from './errors.js'
import { errnoOf, syncFolder } from './fs.js'
import { listSegments, segmentName } from './layout.js'
import { lineChunks, textOf } from './lines.js'
import { notify } from './notice.js'
import type { Segment, Tail } from './segment.js'
import type { Chain, Directory } from './types.js'

/**
 * Ends a prune that was interrupted between bringing in the new file and removing the old one.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param live - the file that counts
 * @throws QuittanceError `STORE_CORRUPT` when an older file holds what the newer one does not
 */
export async function removePruned(directory: Directory, chain: Chain, live: Segment): Promise<void> {
  const { fs } = directory
  const seqs = (await listSegments(fs, chain.folder)) ?? []
  for (const seq of seqs.filter((one) => one < live.firstSeq)) {
    const file = join(chain.folder, segmentName(seq))
    const last = await lastSeqOf(directory, file)
    if (last === undefined || last < live.firstSeq) {
      throw corrupt(
        file,
        undefined,
        'the file stands before another that does not hold its last receipt',
        chain.chainId,
      )
    }
    // the new file's name first: its renaming may not have become durable
    await syncFolder(fs, chain.folder)
    await fs.unlink(file)
  }
}

/** @returns the seq of the last whole line of a file */
async function lastSeqOf(directory: Directory, file: string): Promise<number | undefined> {
  const handle = await directory.fs.open(file, 'r')
  try {
    let seq: number | undefined
    for await (const { lines } of lineChunks(handle, 0)) {
      const text = textOf(lines.at(-1)?.bytes ?? Buffer.alloc(0))
      if (text) seq = seqIn(text)
    }
    return seq
  } finally {
    await handle.close()
  }
}

function seqIn(line: string): number | undefined {
  try {
    const { seq } = JSON.parse(line) as { seq?: unknown }
    return typeof seq === 'number' ? seq : undefined
  } catch {
    return undefined
  }
}

/**
 * Moves what was cut off by a crash into a file of its own. A crash in between leaves it in both.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param segment - its receipts' file
 * @param tail - what goes
 */
export async function setAside(directory: Directory, chain: Chain, segment: Segment, tail: Tail): Promise<void> {
  const { fs, handles } = directory
  const file = await handles.use(segment.file, 'r+', async ({ handle }) => {
    const aside = await openFree(directory, segment.file)
    try {
      await copyRange(handle, tail.offset, tail.offset + tail.bytes, aside.handle, 0)
      await aside.handle.sync()
    } finally {
      await aside.handle.close()
    }
    await syncFolder(fs, chain.folder)
    await handle.truncate(tail.offset)
    await handle.datasync()
    return aside.file
  })
  notify(directory.listeners, { code: 'TORN_LINE_SET_ASIDE', chainId: chain.chainId, file, bytes: tail.bytes })
}

async function openFree(directory: Directory, beside: string) {
  for (let number = 1; ; number += 1) {
    const file = `${beside}.torn-${number}`
    try {
      return { file, handle: await directory.fs.open(file, 'wx') }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }
}
