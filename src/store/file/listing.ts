/** Which segments a chain's folder has. */
import { join } from 'node:path'
import { type FileSystem, ifThere } from './fs.js'
import { parseSegmentName, type Resolved, resolveNames, type SegmentName } from './segment-name.js'

/** What stands in a chain's folder. */
export interface Listing extends Resolved {
  /** Begun, and nothing written in them: behind the row. */
  readonly empty: readonly SegmentName[]
  /** Every name in the folder. */
  readonly names: readonly string[]
}

/**
 * @param fs - the file system
 * @param folder - a chain's folder
 * @returns its segments; `undefined` where there is no folder
 */
export async function listSegments(fs: FileSystem, folder: string): Promise<Listing | undefined> {
  const names = await ifThere(fs.readdir(folder))
  if (names === undefined) return undefined
  const empty: SegmentName[] = []
  const segments = names.map(parseSegmentName).filter((name) => name !== undefined)
  for (;;) {
    const resolved = resolveNames(segments.filter((name) => !empty.includes(name)))
    const last = resolved.row.at(-1)
    if (last === undefined) return { ...resolved, empty, names }
    // one that went meanwhile is found missing when it is opened
    const size = (await ifThere(fs.stat(join(folder, last.name))))?.size
    if (size !== 0) return { ...resolved, empty, names }
    empty.push(last)
  }
}
