/**
 * A file system that remembers what a machine could find after its power was cut. Every call is done on the real one, and
 * what it changed is written down: bytes are durable after an `fsync` of their file, names after an `fsync` of their
 * folder, and not before. From what was written down `imagesAt` makes the directories that may be found.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { FileHandle, FileSystem } from '../../../src/store/file/fs.js'
import { nodeFs } from '../../../src/store/file/fs.js'
import type { Random } from './random.js'

const PAGE = 4096
const SECTOR = 512

/** What stands behind a name. */
type Node = { readonly kind: 'file'; readonly id: number } | { readonly kind: 'folder' }

/** What changes the names of one folder; each happens as a whole or not at all. */
type NameChange =
  | { readonly does: 'set'; readonly name: string; readonly node: Node }
  | { readonly does: 'remove'; readonly name: string }
  | { readonly does: 'move'; readonly from: string; readonly to: string; readonly node: Node }

/** What changes the bytes of one file. */
type ByteChange =
  | { readonly does: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly does: 'cut'; readonly size: number }

/** One thing that happened, in the order in which the calls came back. */
export type Event =
  | { readonly type: 'name'; readonly folder: string; readonly change: NameChange }
  | { readonly type: 'bytes'; readonly file: number; readonly change: ByteChange }
  /** Durable are the changes of this file, or of these names, that had come back when the call began: so many of them. */
  | { readonly type: 'sync-file'; readonly file: number; readonly count: number }
  | { readonly type: 'sync-folder'; readonly folder: string; readonly count: number }
  /** The system could not write these changes, said so once, and takes them for written: they never become durable. */
  | { readonly type: 'sync-failed'; readonly file: number; readonly count: number }
  /** Something that the store told its caller. */
  | { readonly type: 'told'; readonly what: unknown }

/** A call that changes something, before it is done. */
export interface Call {
  readonly name: 'open' | 'mkdir' | 'rename' | 'unlink' | 'write' | 'sync' | 'truncate'
  readonly path: string
}

/** How a call fails: not done, or done all the same, or (a write) half done. */
export interface Fault {
  readonly code: string
  readonly when: 'before' | 'after' | 'partial'
}

export interface PowerCutFs extends FileSystem {
  readonly events: readonly Event[]
  /** Notes what the store has promised by now. */
  told(what: unknown): void
}

/**
 * @param root - the directory that is watched; files elsewhere are left to the real file system
 * @param standing - what is in it now, all of it durable
 * @param faultOf - which calls fail
 * @returns the real file system, watched
 */
export function powerCutFs(
  root: string,
  standing: Image = new Map(),
  faultOf: (call: Call) => Fault | undefined = () => undefined,
): PowerCutFs {
  const events: Event[] = []
  /** What stands where now. */
  const nodes = new Map<string, Node>([[root, { kind: 'folder' }]])
  const counts = new Map<string | number, number>()
  const written = new WeakMap<FileHandle, FileSystem['writeSync']>()
  let files = 0
  for (const [path, node] of nodesOf(standing)) {
    nodes.set(join(root, path), node)
    if (node.kind === 'file') files = node.id
  }

  const count = (of: string | number): number => counts.get(of) ?? 0
  const note = (event: Event): void => {
    events.push(event)
    if (event.type === 'name') counts.set(event.folder, count(event.folder) + 1)
    if (event.type === 'bytes') counts.set(event.file, count(event.file) + 1)
  }
  const failure = (code: string, { name, path }: Call): Error =>
    Object.assign(new Error(`${code}: planned, ${name}`), { code, syscall: name, path, errno: -1 })
  /** Does a call, unless it is to fail. */
  const attempt = async <T>(call: Call, run: () => Promise<T>): Promise<T> => {
    const fault = faultOf(call)
    if (fault === undefined) return run()
    if (fault.when === 'after') {
      const result = await run()
      if (call.name === 'open') await (result as FileHandle).close()
    }
    throw failure(fault.code, call)
  }
  const attemptNow = (call: Call, run: () => void): void => {
    const fault = faultOf(call)
    if (fault === undefined || fault.when === 'after') run()
    if (fault) throw failure(fault.code, call)
  }
  const moved = (from: string, to: string): void => {
    if (dirname(from) !== dirname(to)) refuse('rename to another folder')
    const node = nodes.get(from) ?? refuse(`file ${from}`)
    nodes.delete(from)
    nodes.set(to, node)
    const change = { does: 'move', from: basename(from), to: basename(to), node } as const
    note({ type: 'name', folder: dirname(to), change })
  }
  const removed = (path: string): void => {
    nodes.delete(path)
    note({ type: 'name', folder: dirname(path), change: { does: 'remove', name: basename(path) } })
  }
  const isWatched = (path: string): boolean => path === root || path.startsWith(`${root}/`)
  const named = (path: string, node: Node): void => {
    nodes.set(path, node)
    note({ type: 'name', folder: dirname(path), change: { does: 'set', name: basename(path), node } })
  }
  const refuse = (what: string): never => {
    throw new Error(`power-cut-fs knows no ${what}: teach it`)
  }

  const watched = (handle: FileHandle, path: string, node: Node): FileHandle => {
    const noted = (bytes: Uint8Array, offset: number, length: number, position: number): void => {
      if (node.kind !== 'file' || typeof position !== 'number') throw new Error('a write needs a position here')
      const change = {
        does: 'write',
        at: position,
        bytes: Buffer.from(bytes.subarray(offset, offset + length)),
      } as const
      note({ type: 'bytes', file: node.id, change })
    }
    /** @returns how much of a write is done, and why it is not all of it */
    const planned = (length: number): { readonly length: number; readonly error?: Error } => {
      const call = { name: 'write', path } as const
      const fault = faultOf(call)
      if (fault === undefined) return { length }
      const done = fault.when === 'before' ? 0 : fault.when === 'after' ? length : Math.floor(length / 2)
      return { length: done, error: failure(fault.code, call) }
    }
    const writes = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
      const plan = planned(length)
      const done = await handle.write(bytes, offset, plan.length, position)
      noted(bytes, offset, done.bytesWritten, position)
      if (plan.error) throw plan.error
      return done
    }
    const writesNow: FileSystem['writeSync'] = (_, bytes, offset, length, position) => {
      const plan = planned(length)
      const done = nodeFs.writeSync(handle, bytes, offset, plan.length, position)
      noted(bytes, offset, done, position)
      if (plan.error) throw plan.error
      return done
    }
    const synced = (run: () => Promise<void>) => async () => {
      const before = count(node.kind === 'file' ? node.id : path)
      try {
        await attempt({ name: 'sync', path }, run)
      } catch (error) {
        if (node.kind === 'file') note({ type: 'sync-failed', file: node.id, count: before })
        throw error
      }
      if (node.kind === 'file') note({ type: 'sync-file', file: node.id, count: before })
      else note({ type: 'sync-folder', folder: path, count: before })
    }
    const own: Partial<Record<string | symbol, unknown>> = {
      write: writes,
      sync: synced(() => handle.sync()),
      datasync: synced(() => handle.datasync()),
      truncate: (size = 0) =>
        attempt({ name: 'truncate', path }, async () => {
          await handle.truncate(size)
          if (node.kind === 'file') note({ type: 'bytes', file: node.id, change: { does: 'cut', size } })
        }),
      writev: () => refuse('writev'),
      writeFile: () => refuse('writeFile'),
      appendFile: () => refuse('appendFile'),
      createWriteStream: () => refuse('createWriteStream'),
    }
    const proxy = new Proxy(handle, {
      get(target, property) {
        if (property in own) return own[property]
        const member: unknown = Reflect.get(target, property, target)
        return typeof member === 'function' ? (member as (...given: unknown[]) => unknown).bind(target) : member
      },
    })
    written.set(proxy, writesNow)
    return proxy
  }

  return {
    ...nodeFs,
    writeSync(handle, ...given) {
      return (written.get(handle) ?? refuse('handle'))(handle, ...given)
    },
    events,
    told: (what) => events.push({ type: 'told', what }),
    open: async (given, flags = 'r', mode) => {
      const path = String(given)
      if (!isWatched(path)) return nodeFs.open(path, flags, mode)
      return attempt({ name: 'open', path }, async () => {
        const handle = await nodeFs.open(path, flags, mode)
        let node = nodes.get(path)
        if (node === undefined) {
          if (flags === 'r') refuse(`file that it did not see being made: ${path}`)
          files += 1
          node = { kind: 'file', id: files }
          named(path, node)
        } else if (typeof flags === 'string' && flags.startsWith('w') && node.kind === 'file') {
          note({ type: 'bytes', file: node.id, change: { does: 'cut', size: 0 } })
        }
        return watched(handle, path, node)
      })
    },
    mkdir: ((given: string, options: { recursive: true }) =>
      attempt({ name: 'mkdir', path: given }, async () => {
        const made = await nodeFs.mkdir(given, options)
        if (made === undefined || !isWatched(given)) return made
        const levels = relative(made, given)
        let path = made
        named(path, { kind: 'folder' })
        for (const level of levels === '' ? [] : levels.split('/')) {
          path = join(path, level)
          named(path, { kind: 'folder' })
        }
        return made
      })) as FileSystem['mkdir'],
    rename: (givenFrom, givenTo) => {
      const [from, to] = [String(givenFrom), String(givenTo)]
      return attempt({ name: 'rename', path: to }, async () => {
        await nodeFs.rename(from, to)
        moved(from, to)
      })
    },
    renameSync: (from, to) =>
      attemptNow({ name: 'rename', path: to }, () => {
        nodeFs.renameSync(from, to)
        moved(from, to)
      }),
    unlinkSync: (path) =>
      attemptNow({ name: 'unlink', path }, () => {
        nodeFs.unlinkSync(path)
        removed(path)
      }),
    unlink: (given) => {
      const path = String(given)
      return attempt({ name: 'unlink', path }, async () => {
        await nodeFs.unlink(path)
        removed(path)
      })
    },
  }
}

/** The files of an image are numbered in its order. */
function nodesOf(image: Image): Map<string, Node> {
  let id = 0
  const nodes = new Map<string, Node>()
  for (const [path, content] of image) {
    if (content !== 'folder') id += 1
    nodes.set(path, content === 'folder' ? { kind: 'folder' } : { kind: 'file', id })
  }
  return nodes
}

/** The parts of what was not yet durable that survive. */
export interface Survival {
  readonly name: string
  /** Which changes of names do. */
  names(pending: readonly NameChange[], random: Random): readonly NameChange[]
  /** What a file holds. */
  bytes(durable: Buffer, pending: readonly ByteChange[], random: Random): Buffer
}

function changed(content: Buffer, changes: readonly ByteChange[]): Buffer {
  let now = content
  for (const change of changes) {
    const end = change.does === 'cut' ? change.size : change.at + change.bytes.length
    if (change.does === 'cut' && end <= now.length) now = now.subarray(0, end)
    else {
      const next = Buffer.alloc(Math.max(end, now.length))
      now.copy(next)
      if (change.does === 'write') change.bytes.copy(next, change.at)
      now = next
    }
  }
  return now
}

/** Takes each page from how it was, or from how it was to be; the file is as long as the last that came, or as it was to be. */
function pages(from: Buffer, to: Buffer, survives: (page: number, last: number) => boolean, keepSize: boolean): Buffer {
  const result = Buffer.alloc(Math.max(from.length, to.length))
  from.copy(result)
  const last = Math.ceil(result.length / PAGE) - 1
  let size = keepSize ? to.length : from.length
  for (let page = 0; page <= last; page += 1) {
    const [start, end] = [page * PAGE, (page + 1) * PAGE]
    if (start >= to.length || from.subarray(start, end).equals(to.subarray(start, end))) continue
    if (!survives(page, last)) continue
    result.fill(0, start, Math.min(end, result.length))
    to.copy(result, start, start, end)
    size = Math.max(size, Math.min(end, to.length))
  }
  return result.subarray(0, size)
}

const all = <T>(items: readonly T[]): readonly T[] => items
const none = (): readonly never[] => []
const asWritten = (durable: Buffer, pending: readonly ByteChange[]) => changed(durable, pending)
const asSynced = (durable: Buffer) => durable

/** A prefix of the newest write, ending where `unit` says. */
const torn =
  (unit: number) =>
  (durable: Buffer, pending: readonly ByteChange[], random: Random): Buffer => {
    const last = pending.at(-1)
    if (last?.does !== 'write') return changed(durable, pending.slice(0, -1))
    const length = Math.floor((random.unit() * last.bytes.length) / unit) * unit
    return changed(durable, [...pending.slice(0, -1), { ...last, bytes: last.bytes.subarray(0, length) }])
  }

/** What is tried at each cut. Those that keep the order come first. */
export const survivals: readonly Survival[] = [
  { name: 'only what was synced', names: none, bytes: asSynced },
  { name: 'everything', names: all, bytes: asWritten },
  { name: 'names without bytes', names: all, bytes: asSynced },
  { name: 'bytes without names', names: none, bytes: asWritten },
  { name: 'the newest write torn at any byte', names: all, bytes: torn(1) },
  { name: 'the newest write torn at a sector', names: all, bytes: torn(SECTOR) },
  {
    name: 'sizes without bytes',
    names: all,
    bytes: (durable, pending) => pages(durable, changed(durable, pending), () => false, true),
  },
  {
    name: 'the last page alone',
    names: all,
    bytes: (durable, pending) => pages(durable, changed(durable, pending), (page, last) => page === last, true),
  },
  {
    name: 'some pages, all names',
    names: all,
    bytes: (durable, pending, random) =>
      pages(durable, changed(durable, pending), () => random.chance(0.5), random.chance(0.5)),
  },
  {
    name: 'some pages, some names',
    names: (pending, random) => pending.filter(() => random.chance(0.5)),
    bytes: (durable, pending, random) =>
      pages(durable, changed(durable, pending), () => random.chance(0.5), random.chance(0.5)),
  },
  {
    name: 'all bytes, some names',
    names: (pending, random) => pending.filter(() => random.chance(0.5)),
    bytes: asWritten,
  },
]

/** What a machine would find: the content of each file by its path within the directory. */
export type Image = ReadonlyMap<string, Buffer | 'folder'>

interface Pending<T, Change> {
  durable: T
  pending: Change[]
  /** How many of all changes are durable. */
  done: number
}

/** The state of a watched directory that began with `standing`, followed event by event. */
export function follow(root: string, standing: Image = new Map()) {
  const files = new Map<number, Pending<Buffer, ByteChange>>()
  const folders = new Map<string, Pending<Map<string, Node>, NameChange>>()

  const fileOf = (id: number) => {
    const file = files.get(id) ?? { durable: Buffer.alloc(0), pending: [], done: 0 }
    files.set(id, file)
    return file
  }
  const folderOf = (path: string) => {
    const folder = folders.get(path) ?? { durable: new Map<string, Node>(), pending: [], done: 0 }
    folders.set(path, folder)
    return folder
  }
  const renamed = (names: ReadonlyMap<string, Node>, changes: readonly NameChange[]): Map<string, Node> => {
    const now = new Map(names)
    for (const change of changes) {
      if (change.does === 'remove') now.delete(change.name)
      else if (change.does === 'set') now.set(change.name, change.node)
      else {
        now.delete(change.from)
        now.set(change.to, change.node)
      }
    }
    return now
  }

  for (const [path, node] of nodesOf(standing)) {
    const here = join(root, path)
    folderOf(dirname(here)).durable.set(basename(here), node)
    const content = standing.get(path)
    if (node.kind === 'file' && Buffer.isBuffer(content)) fileOf(node.id).durable = content
  }

  return {
    step(event: Event): void {
      if (event.type === 'name') folderOf(event.folder).pending.push(event.change)
      if (event.type === 'bytes') fileOf(event.file).pending.push(event.change)
      if (event.type === 'sync-file') {
        const file = fileOf(event.file)
        const now = file.pending.splice(0, Math.max(0, event.count - file.done))
        file.durable = changed(file.durable, now)
        file.done += now.length
      }
      if (event.type === 'sync-failed') {
        const file = fileOf(event.file)
        file.done += file.pending.splice(0, Math.max(0, event.count - file.done)).length
      }
      if (event.type === 'sync-folder') {
        const folder = folderOf(event.folder)
        const now = folder.pending.splice(0, Math.max(0, event.count - folder.done))
        folder.durable = renamed(folder.durable, now)
        folder.done += now.length
      }
    },
    /** The directory as it may be found if the power goes now. */
    image(survival: Survival, random: Random): Image {
      const image = new Map<string, Buffer | 'folder'>()
      const contents = new Map<number, Buffer>()
      const walk = (path: string): void => {
        const { durable, pending } = folderOf(path)
        for (const [name, node] of renamed(durable, survival.names(pending, random))) {
          const here = join(path, name)
          if (node.kind === 'folder') {
            image.set(relative(root, here), 'folder')
            walk(here)
            continue
          }
          const file = fileOf(node.id)
          const content = contents.get(node.id) ?? survival.bytes(file.durable, file.pending, random)
          contents.set(node.id, content)
          image.set(relative(root, here), content)
        }
      }
      walk(root)
      return image
    },
  }
}

/** Writes an image into an empty folder. */
export async function lay(image: Image, folder: string): Promise<void> {
  for (const [path, content] of image) {
    if (content === 'folder') await mkdir(join(folder, path))
    else await writeFile(join(folder, path), content)
  }
}
