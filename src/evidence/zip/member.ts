/** The bytes of one member, as its headers promise them. */
import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import type { ArchiveMember, RandomAccess } from './archive.js'
import { ArchiveFault } from './fault.js'

const CHUNK_BYTES = 256 * 1024

async function* packedBytes(file: RandomAccess, { at, packedSize }: ArchiveMember): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < packedSize; done += CHUNK_BYTES)
    yield await file.read(at + done, Math.min(CHUNK_BYTES, packedSize - done))
}

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
 * @returns its bytes, not compressed, in chunks
 * @throws ArchiveFault where they are more, fewer or others than its headers say; what `file` throws
 */
export async function* memberChunks(file: RandomAccess, member: ArchiveMember): AsyncGenerator<Uint8Array> {
  let taken = 0
  let sum = 0
  for await (const chunk of member.deflated ? inflated(file, member) : packedBytes(file, member)) {
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
  for await (const chunk of memberChunks(file, member)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * @param file - the archive
 * @param member - from `readArchive`
 * @param index - which line, from 0
 * @returns the line without its newline; `undefined` where there is none
 * @throws ArchiveFault
 */
export async function lineOfMember(
  file: RandomAccess,
  member: ArchiveMember,
  index: number,
): Promise<string | undefined> {
  let line = 0
  let text = ''
  for await (const chunk of memberChunks(file, member)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = 0; at < bytes.length; ) {
      const newline = bytes.indexOf(0x0a, at)
      const end = newline < 0 ? bytes.length : newline
      if (line === index) text += bytes.toString('latin1', at, end)
      if (newline >= 0 && line === index) return Buffer.from(text, 'latin1').toString('utf8')
      if (newline < 0) break
      line += 1
      at = newline + 1
    }
  }
  return undefined
}
