import { chainFolder } from '../../store/file/layout.js'

/** Names that mean themselves on every file system: lower case, no dot, short. */
const plain = /^[a-z0-9][a-z0-9_-]{0,63}$/
/** Names of devices on Windows, and names that another chain could have by its digest. */
const taken = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9])$|-[0-9a-f]{40}$/

/**
 * @param chainId - a chain
 * @returns the name of its file in a directory of exports: its own where every file system can have it, else what can be
 *   read of it, with its digest
 */
export function exportFileName(chainId: string): string {
  const name = plain.test(chainId) && !taken.test(chainId) ? chainId : chainFolder(chainId)
  return `${name}.jsonl`
}
