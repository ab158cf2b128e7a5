import { UsageError } from './failure.js'

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a directory',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be larger than the system allows',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
}

/**
 * @param name - what was to be written, as it was typed
 * @param error - what the system threw
 * @returns the failure that says so, with the system's code
 */
export function cannotWrite(name: string, error: unknown): UsageError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const why = code === undefined ? String(error) : (words[code] ?? code)
  return new UsageError(`cannot write ${name}: ${why}`, [], code)
}
