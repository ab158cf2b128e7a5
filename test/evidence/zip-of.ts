/** ZIP archives by hand, right or wrong in any field; and an archive taken apart again by another's reader. */
import { crc32, deflateRawSync } from 'node:zlib'
import yauzl from 'yauzl'

/** One member, with what is to be wrong about it. */
export interface RawEntry {
  readonly name: string | Uint8Array
  readonly bytes: Uint8Array
  readonly deflate?: boolean | undefined
  readonly flags?: number | undefined
  readonly method?: number | undefined
  readonly attributes?: number | undefined
  /** In the directory only. */
  readonly central?: Partial<Record<'crc32' | 'packed' | 'size' | 'header' | 'flags' | 'method', number>> & {
    readonly name?: string | undefined
    readonly extra?: Uint8Array | undefined
    readonly comment?: Uint8Array | undefined
  }
  /** In the member's own header only. */
  readonly local?: Partial<Record<'crc32' | 'packed' | 'size' | 'flags' | 'method', number>> & {
    readonly extra?: Uint8Array | undefined
  }
  /** Bytes between this member and the next. */
  readonly behind?: Uint8Array | undefined
  /** Bytes behind the compressed data, counted as its. */
  readonly trailing?: Uint8Array | undefined
  /** Not in the directory. */
  readonly hidden?: boolean | undefined
}

export interface RawEnd {
  readonly before?: Uint8Array | undefined
  readonly comment?: Uint8Array | undefined
  readonly behind?: Uint8Array | undefined
  readonly count?: number | undefined
  readonly directoryBytes?: number | undefined
}

const u16 = (value: number) => Buffer.from([value & 0xff, (value >>> 8) & 0xff])
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return bytes
}

export function zipOf(entries: readonly RawEntry[], end: RawEnd = {}): Buffer {
  const parts: Uint8Array[] = end.before === undefined ? [] : [end.before]
  const central: Uint8Array[] = []
  let at = end.before?.length ?? 0
  let count = 0
  for (const entry of entries) {
    const { bytes, deflate, attributes = (0o100644 << 16) >>> 0, trailing = new Uint8Array() } = entry
    const name = Buffer.from(entry.name)
    const data = Buffer.concat([deflate ? deflateRawSync(bytes) : bytes, trailing])
    const fields = {
      crc32: crc32(bytes),
      packed: data.length,
      size: bytes.length,
      flags: entry.flags ?? 0x0800,
      method: entry.method ?? (deflate ? 8 : 0),
    }
    const local = { ...fields, ...entry.local }
    const localExtra = local.extra ?? new Uint8Array()
    const header = Buffer.concat([
      u32(0x04034b50),
      u16(20),
      u16(local.flags),
      u16(local.method),
      u16(0),
      u16(0x21),
      u32(local.crc32),
      u32(local.packed),
      u32(local.size),
      u16(name.length),
      u16(localExtra.length),
      name,
      localExtra,
    ])
    const dir = { ...fields, header: at, ...entry.central }
    const dirName = entry.central?.name === undefined ? name : Buffer.from(entry.central.name)
    const [extra, comment] = [dir.extra ?? new Uint8Array(), dir.comment ?? new Uint8Array()]
    if (!entry.hidden) {
      count += 1
      central.push(
        Buffer.concat([
          u32(0x02014b50),
          u16(0x033f),
          u16(20),
          u16(dir.flags),
          u16(dir.method),
          u16(0),
          u16(0x21),
          u32(dir.crc32),
          u32(dir.packed),
          u32(dir.size),
          u16(dirName.length),
          u16(extra.length),
          u16(comment.length),
          u16(0),
          u16(0),
          u32(attributes),
          u32(dir.header),
          dirName,
          extra,
          comment,
        ]),
      )
    }
    parts.push(header, data, entry.behind ?? new Uint8Array())
    at += header.length + data.length + (entry.behind?.length ?? 0)
  }
  const directory = Buffer.concat(central)
  const comment = end.comment ?? new Uint8Array()
  return Buffer.concat([
    ...parts,
    directory,
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(end.count ?? count),
    u16(end.count ?? count),
    u32(end.directoryBytes ?? directory.length),
    u32(at),
    u16(comment.length),
    comment,
    end.behind ?? new Uint8Array(),
  ])
}

/** @returns the members of an archive, as a reader that is not ours finds them */
export async function entriesOf(zip: Uint8Array): Promise<{ readonly name: string; readonly bytes: Buffer }[]> {
  const file = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.fromBuffer(Buffer.from(zip), { lazyEntries: true, strictFileNames: true }, (error, found) =>
      error ? reject(error) : resolve(found as yauzl.ZipFile),
    ),
  )
  const entries: { name: string; bytes: Buffer }[] = []
  for await (const one of file.eachEntry()) {
    const chunks: Buffer[] = []
    for await (const chunk of await file.openReadStreamPromise(one)) chunks.push(chunk as Buffer)
    entries.push({ name: one.fileName, bytes: Buffer.concat(chunks) })
  }
  return entries
}
