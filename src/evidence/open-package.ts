import type { FileHandle } from 'node:fs/promises'
import { QuittanceError } from '../errors.js'
import { unreadable } from '../verify/node/chunks.js'
import type { RandomAccess } from './zip/archive.js'

/**
 * @param handle - an open file; it stays the caller's
 * @param size - how much of it is read
 * @param name - what to call it in errors
 * @returns its bytes
 */
export function openPackage(handle: FileHandle, size: number, name: string): RandomAccess {
  return {
    size,
    async read(position, length, into = Buffer.allocUnsafe(length)) {
      const bytes = into.subarray(0, length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done).catch((error: unknown) => {
          throw unreadable(error, name)
        })
        if (bytesRead === 0)
          throw new QuittanceError('VERIFY_INPUT', `${name} became shorter while it was read`, {
            details: { file: name, reason: 'shrunk' },
          })
        done += bytesRead
      }
      return bytes
    },
  }
}
