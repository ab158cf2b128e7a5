/** Writes an archive member by member, the same bytes for the same members, in constant memory. */
import { createHash } from 'node:crypto'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { QuittanceError } from '../../errors.js'
import { missingPackage } from '../../primitives/missing-package.js'
import { digestOf } from '../../receipt/digest.js'
import type { EvidenceMember } from '../manifest.js'
import { mediaTypeOf } from '../names.js'

/** Takes members. */
export interface Packer {
  /** Adds a member whose bytes come as they are made. */
  stream(name: string, chunks: AsyncIterable<Uint8Array>): Promise<EvidenceMember>
  /** Adds a member that is there as a whole. */
  whole(name: string, bytes: Uint8Array): Promise<EvidenceMember>
  /** Ends the archive. @returns when all of it was written */
  finish(): Promise<void>
  /** Gives it up: what was written so far is no archive. */
  abandon(error: unknown): Promise<void>
}

async function loadYazl() {
  try {
    return (await import('yazl')).default
  } catch (error) {
    if (missingPackage(error) === undefined) throw error
    throw new QuittanceError(
      'TLOG_UNAVAILABLE',
      'to write an evidence package needs the package yazl, which is not installed: npm install yazl',
      { details: { reason: 'not-installed', retryable: false } },
    )
  }
}

/**
 * @param out - where the bytes go; it is ended
 * @param compress - whether members are compressed
 * @returns a packer
 * @throws QuittanceError `TLOG_UNAVAILABLE` where `yazl` is not installed
 */
export async function packer(out: Writable, compress: boolean): Promise<Packer> {
  const { ZipFile } = await loadYazl()
  const zip = new ZipFile()
  const settings = {
    // the record has local time: this is one and the same number wherever it is made
    mtime: new Date(1980, 0, 1),
    forceDosTimestamp: true,
    mode: 0o100644,
    compress,
  }
  const written = pipeline(zip.outputStream, out)
  // who waits for it is told at `finish` or `abandon`
  written.catch(() => {})
  const broken = new Promise<never>((_, reject) => {
    zip.on('error', reject)
    written.catch(reject)
  })
  broken.catch(() => {})

  const add = async (name: string, chunks: AsyncIterable<Uint8Array>): Promise<EvidenceMember> => {
    const hash = createHash('sha256')
    let size = 0
    const done = new Promise<void>((resolve, reject) => {
      async function* counted() {
        for await (const chunk of chunks) {
          hash.update(chunk)
          size += chunk.length
          yield chunk
        }
      }
      const stream = Readable.from(counted(), { objectMode: false })
      stream.once('error', reject)
      stream.once('end', resolve)
      zip.addReadStream(stream, name, settings)
    })
    await Promise.race([done, broken])
    return { name, size, sha256: `sha256:${hash.digest('hex')}`, mediaType: mediaTypeOf(name) }
  }

  return {
    stream: add,
    async whole(name, bytes) {
      zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, settings)
      return { name, size: bytes.length, sha256: digestOf(bytes), mediaType: mediaTypeOf(name) }
    },
    async finish() {
      zip.end()
      await Promise.race([written, broken])
    },
    async abandon(error) {
      const stream = zip.outputStream as Readable
      stream.destroy(error instanceof Error ? error : new Error('given up'))
      await written.catch(() => {})
    },
  }
}
