/** The bytes of one member, as its headers promise them. */
import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import type { ArchiveMember, RandomAccess } from './archive.js'
import { ArchiveFault } from './fault.js'

const CHUNK_BYTES = 256 * 1024

/** @param into - where each chunk is put, gone at the next; without it each has its own place */
async function* packedBytes(
  file: RandomAccess,
  { at, packedSize }: ArchiveMember,
  into?: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < packedSize; done += CHUNK_BYTES)
    yield await file.read(at + done, Math.min(CHUNK_BYTES, packedSize - done), into)
}

/** One place for all chunks: of a long member they would be hundreds of megabytes that wait to be collected. */
const storedBytes = (file: RandomAccess, member: ArchiveMember): AsyncGenerator<Uint8Array> =>
  packedBytes(file, member, Buffer.allocUnsafe(Math.min(CHUNK_BYTES, member.packedSize)))

async function* inflated(file: RandomAccess, member: ArchiveMember): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw()
  const source = Readable.from(packedBytes(file, member), { objectMode: false })
  let failed: unknown
  source.once('error', (error) => {
    failed = error
    inflate.destroy()
  })
  source.pipe(inflate)
  let taken = 0
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      taken += chunk.length
      yield chunk
      // what it really is shows here, whatever its headers claim
      if (taken > member.size) break
    }
  } catch (error) {
    if (failed !== undefined) throw failed
    throw new ArchiveFault(
      'checksum',
      `a compressed member can't be read (${(error as NodeJS.ErrnoException).code ?? 'damaged'})`,
    )
  } finally {
    source.destroy()
    inflate.destroy()
  }
  if (taken <= member.size && inflate.bytesWritten !== member.packedSize)
    throw new ArchiveFault('hidden-data', 'bytes stand behind the end of a compressed member')
}

/**
 * @param file - the archive
 * @param member - from `readArchive`
 * @returns its bytes, not compressed, in chunks, each gone at the next
 * @throws ArchiveFault where they are more, fewer or others than its headers say; what `file` throws
 */
export async function* memberChunks(file: RandomAccess, member: ArchiveMember): AsyncGenerator<Uint8Array> {
  let taken = 0
  let sum = 0
  for await (const chunk of member.deflated ? inflated(file, member) : storedBytes(file, member)) {
    taken += chunk.length
    if (taken > member.size) throw new ArchiveFault('size', 'a member is larger than its headers say')
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (taken !== member.size) throw new ArchiveFault('size', 'a member is smaller than its headers say')
  if (sum !== member.crc32) throw new ArchiveFault('checksum', 'a member is not what its checksum says')
}

/**
 * @param file - the archive
 * @param member - from `readArchive`
 * @param most - how many bytes it may have
 * @returns all of its bytes
 * @throws ArchiveFault
 */
export async function memberBytes(file: RandomAccess, member: ArchiveMember, most: number): Promise<Uint8Array> {
  if (member.size > most)
    throw new ArchiveFault('limit', `a member that is read as a whole has more than ${most} bytes`)
  const chunks: Uint8Array[] = []
  for await (const chunk of memberChunks(file, member)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks)
}

/**
 * @param file - the archive
 * @param member - from `readArchive`
 * @param wanted - which lines, from 0
 * @returns those of them that are there, without their newlines; none from a line on that is too long for a receipt
 * @throws ArchiveFault
 */
export async function linesOfMember(
  file: RandomAccess,
  member: ArchiveMember,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  const last = Math.max(-1, ...wanted)
  let line = 0
  let units = 0
  let held: Buffer[] = []
  for await (const chunk of memberChunks(file, member)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < bytes.length; ) {
      if (line > last) return found
      const newline = bytes.indexOf(0x0a, at)
      const end = newline < 0 ? bytes.length : newline
      units += end - at
      if (units > MAX_LINE_BYTES) return found
      if (wanted.has(line)) held.push(Buffer.from(bytes.subarray(at, end)))
      if (newline < 0) break
      if (wanted.has(line)) found.set(line, Buffer.concat(held).toString('utf8'))
      held = []
      units = 0
      line += 1
      at = newline + 1
    }
  }
  return found
}
