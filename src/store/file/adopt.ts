/** How a writer goes on where another ended: it begins a segment of its own, or takes over the last one. */
import { join } from 'node:path'
import type { Looked } from './chain.js'
import { nextSeqOf } from './chain.js'
import { makeDurable } from './durable.js'
import { moveAside, setAside } from './leftovers.js'
import { whileOurs } from './lock-lost.js'
import { copyAs } from './rewriting.js'
import { sealedFrom } from './sealed.js'
import { begin, writeIndex } from './sealing.js'
import type { Segment, Tail } from './segment.js'
import { segmentName } from './segment-name.js'
import type { Chain, Directory, Row } from './types.js'

/**
 * Makes the last segment of a chain ours: one of our own epoch, which no earlier writer has open. In the chain's turn.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param looked - what stands there
 * @returns its segments; names are not durable yet
 */
export async function beginOrTakeOver(directory: Directory, chain: Chain, looked: Looked): Promise<Row> {
  const { lock } = directory
  const { row, tail, isDamaged, listing } = looked
  const epochs = [...(listing?.row ?? []), ...(listing?.stale ?? []), ...(listing?.empty ?? [])].map(
    ({ epoch }) => epoch,
  )
  const highest = Math.max(0, ...epochs)
  const isBegun = chain.begun === lock.epoch && row?.live.name.epoch === lock.epoch
  if (highest > lock.epoch || (highest === lock.epoch && !isBegun && row !== undefined)) await lock.raise(highest)
  if (row === undefined) return { sealed: [], live: await begin(directory, chain, 0, undefined) }
  const { sealed, live } = row
  if (isBegun && !isDamaged) {
    if (tail) await setAside(directory, chain, live, tail)
    return row
  }
  if (isDamaged || live.name.epoch <= lock.doubtful) {
    return { sealed, live: await takeCopy(directory, chain, live, tail, isDamaged) }
  }
  // one that could not be made durable has to be written anew first, as the last one
  if (tail === undefined && live.bytes >= directory.segmentBytes && !chain.mustRewrite) {
    await makeDurable(directory, chain, live)
    const next = await begin(directory, chain, nextSeqOf(row), live)
    const ended = sealedFrom(live)
    await writeIndex(directory, chain, ended, live.index.finish(ended.ends))
    return { sealed: [...sealed, ended], live: next }
  }
  const taken = await takeName(directory, chain, live)
  if (tail) await setAside(directory, chain, taken, tail)
  return { sealed, live: taken }
}

/** Of a writer that is gone: nobody has the file open, so it is enough that it has our name. */
async function takeName(directory: Directory, chain: Chain, live: Segment): Promise<Segment> {
  const { fs, handles, lock } = directory
  const name = segmentName(live.firstSeq, lock.epoch, live.name.begins || (live.name.epoch === 0 && live.firstSeq > 0))
  const file = join(chain.folder, name.name)
  await handles.forget(live.file)
  whileOurs(lock, { chainId: chain.chainId, file }, 'absent', () => fs.renameSync(live.file, file))
  live.name = name
  live.file = file
  return live
}

/** Of a writer that may wake: its file loses its name, and with it whatever is still written into it. */
async function takeCopy(
  directory: Directory,
  chain: Chain,
  live: Segment,
  tail: Tail | undefined,
  isDamaged: boolean,
): Promise<Segment> {
  const { fs, handles, lock } = directory
  const begins = live.name.begins || (live.name.epoch === 0 && live.firstSeq > 0)
  const name = segmentName(live.firstSeq, lock.epoch, begins)
  if (tail && !isDamaged) await setAside(directory, chain, live, tail, 'copy')
  const taken = await copyAs(directory, chain, live, name)
  await handles.forget(live.file)
  if (isDamaged) await moveAside(directory, chain, live.file, tail?.bytes ?? 0)
  else whileOurs(lock, { chainId: chain.chainId, file: taken.file }, 'absent', () => fs.unlinkSync(live.file))
  return taken
}
