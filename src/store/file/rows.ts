/** Asking the segments of a chain, again where another process replaced one of them in the meantime. */
import { view } from './chain.js'
import { corrupt } from './errors.js'
import { ifThere } from './fs.js'
import type { Chain, Directory, Row, Sealed } from './types.js'

/** How often a file may be replaced under a reader before that is no longer a coincidence. */
const MAX_ATTEMPTS = 20

/**
 * Does something with the segments of a chain.
 *
 * @param directory - the directory
 * @param chainId - the chain
 * @param use - returns `undefined` where a file is not the one that is known
 * @returns what it gives; `undefined` where the chain has no segment
 */
export async function withRow<T>(
  directory: Directory,
  chainId: string,
  use: (row: Row, chain: Chain) => Promise<{ readonly value: T } | undefined>,
): Promise<T | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const row = await view(directory, chainId)
    if (row === undefined) return undefined
    const chain = directory.chain(chainId)
    const result = await use(row, chain)
    if (result) return result.value
    if (attempt === MAX_ATTEMPTS)
      throw corrupt(chain.folder, undefined, 'the files are replaced again and again', chainId)
    await distrust(directory, chain, row)
  }
}

/**
 * Not this process has replaced a file, or what is known would have been replaced with it: the disk decides. Another reader
 * may have looked since, and gone on believing the same.
 */
function distrust(directory: Directory, chain: Chain, row: Row): Promise<void> {
  return chain.turns.run(async () => {
    const known = chain.row
    if (known === undefined) return
    const sealed: Sealed[] = []
    for (const one of known.sealed) {
      const stat = await ifThere(directory.fs.stat(one.file, { bigint: true }))
      if (stat?.ino === one.inode) sealed.push(one)
    }
    if (known !== row && sealed.length === known.sealed.length) return
    chain.row = { sealed, live: known.live }
    chain.tenure = 0
  })
}
