/**
 * What a ZIP archive holds, read so that nothing can be read in two ways: every byte of the file belongs to exactly one member,
 * to its headers, or to the directory, in this order and without a gap; and what stands twice is the same twice.
 */
import { decodeUtf8, equalBytes } from '../../primitives/bytes.js'
import { isMemberName } from '../names.js'
import { ArchiveFault } from './fault.js'
import type { Limits } from './limits.js'

/** Bytes that can be read anywhere. */
export interface RandomAccess {
  readonly size: number
  /**
   * @param into - what is filled from its beginning; default: a new one
   * @returns `length` bytes from `position` on; never fewer
   */
  read(position: number, length: number, into?: Uint8Array): Promise<Uint8Array>
}

/** One member of an archive. */
export interface ArchiveMember {
  readonly name: string
  /** True where it is compressed (method 8), false where its bytes stand as they are. */
  readonly deflated: boolean
  readonly crc32: number
  /** Where its bytes begin, and how many they are. */
  readonly at: number
  readonly packedSize: number
  /** How many they are when they are not compressed. */
  readonly size: number
}

interface Directory {
  readonly start: number
  readonly end: number
  readonly count: number
}

interface Central extends Omit<ArchiveMember, 'at'> {
  readonly flags: number
  readonly method: number
  readonly rawName: Uint8Array
  readonly header: number
}

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
const END_BYTES = 22
const END_64_BYTES = 56
const LOCATOR_BYTES = 20
const CENTRAL_BYTES = 46
const LOCAL_BYTES = 30
const ZIP64 = 0x0001
const UTF8_NAMES = 0x0800
const SIZES_BEHIND = 0x0008
const IN_EXTRA = 0xffffffff
const NAME_BYTES = 260
const EXTRA_BYTES = 28
const FILE_TYPE = 0o170000
const PLAIN_FILE = 0o100000

/** Numbers of a record, by their offsets. */
class Fields {
  readonly #view: DataView
  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  u16 = (at: number): number => this.#view.getUint16(at, true)
  u32 = (at: number): number => this.#view.getUint32(at, true)
  u64(at: number): number {
    const value = this.#view.getBigUint64(at, true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new ArchiveFault('headers', 'a number in a header is beyond 2^53-1')
    return Number(value)
  }
}

async function fieldsAt(file: RandomAccess, position: number, length: number): Promise<Fields> {
  if (position < 0 || position + length > file.size)
    throw new ArchiveFault('headers', 'a header lies outside of the file')
  return new Fields(await file.read(position, length))
}

async function directoryOf(file: RandomAccess): Promise<Directory> {
  if (file.size < END_BYTES) throw new ArchiveFault('not-zip', 'it is too short for a ZIP archive')
  const at = file.size - END_BYTES
  const last = await fieldsAt(file, at, END_BYTES)
  if (last.u32(0) !== END)
    throw new ArchiveFault(
      'not-zip',
      'it is no ZIP archive, or was cut off, or has a comment or other bytes behind its end: get it once more',
    )
  if (last.u16(20) !== 0) throw new ArchiveFault('hidden-data', 'its end announces a comment')
  if (last.u16(4) !== 0 || last.u16(6) !== 0 || last.u16(8) !== last.u16(10))
    throw new ArchiveFault('headers', 'it is in several parts')
  const plain = { count: last.u16(10), bytes: last.u32(12), start: last.u32(16) }
  const locatorAt = at - LOCATOR_BYTES
  const locator = locatorAt < 0 ? undefined : await fieldsAt(file, locatorAt, LOCATOR_BYTES)
  if (locator?.u32(0) !== LOCATOR_64) return settled(plain, at)
  const end64At = locatorAt - END_64_BYTES
  if (locator.u64(8) !== end64At || locator.u32(4) !== 0 || locator.u32(16) !== 1)
    throw new ArchiveFault('headers', 'its ZIP64 end is not where it should be')
  const end64 = await fieldsAt(file, end64At, END_64_BYTES)
  const whole =
    end64.u32(0) === END_64 &&
    end64.u64(4) === END_64_BYTES - 12 &&
    end64.u32(16) === 0 &&
    end64.u32(20) === 0 &&
    end64.u64(24) === end64.u64(32)
  if (!whole) throw new ArchiveFault('headers', 'its ZIP64 end is malformed')
  const large = { count: end64.u64(32), bytes: end64.u64(40), start: end64.u64(48) }
  const agrees = (small: number, real: number, most: number) => small === most || small === real
  if (
    !agrees(plain.count, large.count, 0xffff) ||
    !agrees(plain.bytes, large.bytes, IN_EXTRA) ||
    !agrees(plain.start, large.start, IN_EXTRA)
  )
    throw new ArchiveFault('headers', 'its two ends say different things')
  return settled(large, end64At)
}

function settled({ count, bytes, start }: { count: number; bytes: number; start: number }, end: number): Directory {
  if (start + bytes !== end) throw new ArchiveFault('hidden-data', 'its directory does not end where its end begins')
  return { start, end, count }
}

/** The ZIP64 numbers, of which only those are there that the record has no room for. */
function largeNumbers(extra: Uint8Array, wanted: number): Fields | undefined {
  if (extra.length === 0 && wanted === 0) return undefined
  const fields = new Fields(extra)
  // one field, and nothing behind it
  if (extra.length < 4 || fields.u16(0) !== ZIP64 || fields.u16(2) !== extra.length - 4)
    throw new ArchiveFault('headers', 'a header has an extra field that a package does not have')
  // what is more than is wanted would be read by nobody, or by some
  if (wanted === 0 || extra.length - 4 !== wanted * 8)
    throw new ArchiveFault('headers', 'a header does not have just its ZIP64 numbers')
  return new Fields(extra.subarray(4))
}

function centralOf(record: Fields, rest: Uint8Array): Central {
  const flags = record.u16(8)
  const method = record.u16(10)
  const rawName = rest.subarray(0, record.u16(28))
  const extra = rest.subarray(record.u16(28))
  const small = [record.u32(24), record.u32(20), record.u32(42)] as const
  const wanted = small.filter((value) => value === IN_EXTRA).length
  const large = largeNumbers(extra, wanted)
  let taken = 0
  const numbers = small.map((value) => {
    if (value !== IN_EXTRA) return value
    taken += 8
    return (large as Fields).u64(taken - 8)
  })
  const [size = 0, packedSize = 0, header = 0] = numbers
  if (flags & 0x0001 || flags & 0x0040 || flags & 0x2000) throw new ArchiveFault('encrypted', 'a member is encrypted')
  if ((flags & ~(UTF8_NAMES | SIZES_BEHIND)) !== 0)
    throw new ArchiveFault('headers', 'a member has flags that a package does not have')
  if (method !== 0 && method !== 8)
    throw new ArchiveFault('method', 'a member is compressed in a way that is not read here')
  const type = (record.u32(38) >>> 16) & FILE_TYPE
  const directory = (record.u32(38) & 0x10) !== 0
  if (directory || (type !== 0 && type !== PLAIN_FILE))
    throw new ArchiveFault('link', 'a member is a link, a directory or another special file')
  if (record.u16(34) !== 0) throw new ArchiveFault('headers', 'a member is in another part')
  if (method === 0 && size !== packedSize)
    throw new ArchiveFault('size', 'a member that is not compressed has two sizes')
  const name = decodeUtf8(rawName) ?? ''
  return { flags, method, rawName, name, deflated: method === 8, crc32: record.u32(16), packedSize, size, header }
}

/** As a file system might see it that folds case and normal forms. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase()

function checkNames(members: readonly Central[]): void {
  const seen = new Set<string>()
  for (const { name } of members) {
    const same = folded(name)
    if (seen.has(same))
      throw new ArchiveFault('duplicate', 'two members have one name, or names that differ in case or form only')
    seen.add(same)
  }
  for (const [index, { name }] of members.entries())
    if (!isMemberName(name))
      throw new ArchiveFault('name', `member ${index + 1} has a name that a package does not have`)
}

async function centralsOf(file: RandomAccess, directory: Directory, limits: Limits): Promise<readonly Central[]> {
  if (directory.count > limits.members)
    throw new ArchiveFault('limit', `it has ${directory.count} members, and ${limits.members} are allowed`)
  const bytes = directory.end - directory.start
  if (bytes > directory.count * (CENTRAL_BYTES + NAME_BYTES + EXTRA_BYTES + 8))
    throw new ArchiveFault('hidden-data', 'its directory is larger than its members need')
  const whole = await fieldsAt(file, directory.start, bytes)
  const members: Central[] = []
  let at = 0
  for (let index = 0; index < directory.count; index += 1) {
    if (at + CENTRAL_BYTES > bytes || whole.u32(at) !== CENTRAL)
      throw new ArchiveFault('headers', 'its directory has fewer members than it says')
    const record = new Fields(whole.bytes.subarray(at, at + CENTRAL_BYTES))
    const [name, extra, comment] = [record.u16(28), record.u16(30), record.u16(32)]
    if (comment !== 0) throw new ArchiveFault('hidden-data', 'a member has a comment')
    const end = at + CENTRAL_BYTES + name + extra
    if (end > bytes) throw new ArchiveFault('headers', 'its directory is cut')
    members.push(centralOf(record, whole.bytes.subarray(at + CENTRAL_BYTES, end)))
    at = end
  }
  if (at !== bytes) throw new ArchiveFault('hidden-data', 'its directory has more than it says')
  return members
}

/** @returns where the member's bytes begin */
async function checkLocal(file: RandomAccess, member: Central): Promise<number> {
  const local = await fieldsAt(file, member.header, LOCAL_BYTES)
  if (local.u32(0) !== LOCAL) throw new ArchiveFault('headers', 'a member has no header')
  const [nameBytes, extraBytes] = [local.u16(26), local.u16(28)]
  if (nameBytes > NAME_BYTES || extraBytes > EXTRA_BYTES) throw new ArchiveFault('headers', 'a header is too long')
  const rest = await fieldsAt(file, member.header + LOCAL_BYTES, nameBytes + extraBytes)
  const extra = rest.bytes.subarray(nameBytes)
  const behind = (member.flags & SIZES_BEHIND) !== 0
  const small = [local.u32(22), local.u32(18)] as const
  const large = largeNumbers(extra, small.filter((value) => value === IN_EXTRA).length)
  let taken = 0
  const [size, packedSize] = small.map((value) => {
    if (value !== IN_EXTRA) return value
    taken += 8
    return (large as Fields).u64(taken - 8)
  })
  const numbers = behind
    ? local.u32(14) === 0 && size === 0 && packedSize === 0
    : local.u32(14) === member.crc32 && size === member.size && packedSize === member.packedSize
  const same =
    local.u16(6) === member.flags &&
    local.u16(8) === member.method &&
    numbers &&
    equalBytes(rest.bytes.subarray(0, nameBytes), member.rawName)
  if (!same) throw new ArchiveFault('headers', 'a member has two headers that say different things')
  return member.header + LOCAL_BYTES + nameBytes + extraBytes
}

/** What stands behind a member's bytes where its header could not know its size. */
async function descriptorBytes(file: RandomAccess, member: Central, end: number, next: number): Promise<number> {
  if ((member.flags & SIZES_BEHIND) === 0) return 0
  const bytes = next - end
  if (bytes !== 16 && bytes !== 24) throw new ArchiveFault('hidden-data', 'bytes stand between two members')
  const fields = await fieldsAt(file, end, bytes)
  const [packedSize, size] = bytes === 16 ? [fields.u32(8), fields.u32(12)] : [fields.u64(8), fields.u64(16)]
  const same =
    fields.u32(0) === DESCRIPTOR &&
    fields.u32(4) === member.crc32 &&
    packedSize === member.packedSize &&
    size === member.size
  if (!same) throw new ArchiveFault('headers', 'what stands behind a member says otherwise than the directory')
  return bytes
}

/**
 * @param file - a ZIP archive
 * @param limits - how large it may be
 * @returns its members, in the order in which they stand
 * @throws ArchiveFault where it is none, or none that a package may be; what `file` throws
 */
export async function readArchive(file: RandomAccess, limits: Limits): Promise<readonly ArchiveMember[]> {
  const directory = await directoryOf(file)
  const centrals = await centralsOf(file, directory, limits)
  checkNames(centrals)
  let total = 0
  let next = 0
  const members: ArchiveMember[] = []
  for (const [index, member] of centrals.entries()) {
    total += member.size
    if (total > limits.totalBytes)
      throw new ArchiveFault('limit', `its members have more than ${limits.totalBytes} bytes together`)
    if (member.size > member.packedSize * limits.ratio)
      throw new ArchiveFault('limit', `a member claims to be more than ${limits.ratio} times what it was compressed to`)
    if (member.header < next) throw new ArchiveFault('overlap', 'two members share bytes')
    if (member.header > next) throw new ArchiveFault('hidden-data', 'bytes stand between two members')
    const at = await checkLocal(file, member)
    const end = at + member.packedSize
    const following = centrals[index + 1]?.header ?? directory.start
    if (end > following) throw new ArchiveFault('overlap', 'two members share bytes')
    next = end + (await descriptorBytes(file, member, end, following))
    const { name, deflated, crc32, packedSize, size } = member
    members.push({ name, deflated, crc32, at, packedSize, size })
  }
  if (next !== directory.start) throw new ArchiveFault('hidden-data', 'bytes stand before the directory')
  return members
}
