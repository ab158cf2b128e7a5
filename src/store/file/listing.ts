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
  let segments = names.map(parseSegmentName).filter((name) => name !== undefined)
  const isEmpty = async ({ name }: SegmentName): Promise<boolean> =>
    // one that went meanwhile is found missing when it is opened
    (await ifThere(fs.stat(join(folder, name))))?.size === 0
  for (;;) {
    const resolved = resolveNames(segments)
    const last = resolved.row.at(-1)
    if (last === undefined || !(await isEmpty(last))) return { ...resolved, empty, names }
    // whatever else is empty there or behind it is so as well: looked for at once, however many there are
    const others: SegmentName[] = []
    for (const name of segments) {
      if (name.firstSeq >= last.firstSeq && (name === last || (await isEmpty(name)))) empty.push(name)
      else others.push(name)
    }
    segments = others
  }
}
