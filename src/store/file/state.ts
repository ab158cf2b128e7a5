/** State values: one small file each, replaced as a whole. */
import { join } from 'node:path'
import { base64 } from '@scure/base'
import { stateConflict } from '../state-conflict.js'
import type { StateValue } from '../store.js'
import { corrupt } from './errors.js'
import { type FileHandle, ifThere, removeTemporaries, replaceFile, writeAll } from './fs.js'
import { chainFolder, stateFile } from './layout.js'
import { lockLost } from './lock-lost.js'
import { ownFolder } from './own.js'
import type { Chain, Directory } from './types.js'

/**
 * @param directory - the directory
 * @param chainId - the chain
 * @param name - a checked name
 * @returns the value, `undefined` where there is none
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function getState(directory: Directory, chainId: string, name: string): Promise<StateValue | undefined> {
  const file = join(directory.path, chainFolder(chainId), stateFile(name))
  const text = await ifThere(directory.fs.readFile(file, 'utf8'))
  if (text === undefined) return undefined
  try {
    const { version, bytes } = JSON.parse(text) as { version: number; bytes: string }
    if (Number.isSafeInteger(version) && version > 0) return { version, bytes: base64.decode(bytes) }
  } catch {
    // the parser's own message quotes the value
    throw corrupt(file, undefined, 'the file of a state value is not what was written', chainId)
  }
  throw corrupt(file, undefined, 'the file of a state value has no version', chainId)
}

/**
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param name - a checked name
 * @param bytes - the new value
 * @param expectedVersion - the version it replaces
 * @returns the new version
 * @throws QuittanceError `STORE_STATE_CONFLICT`; `STORE_LOCKED` when the lock was lost
 */
export function putState(
  directory: Directory,
  chain: Chain,
  name: string,
  bytes: Uint8Array,
  expectedVersion: number,
): Promise<number> {
  const text = base64.encode(bytes)
  return chain.stateTurns.run(async () => {
    const { fs, lock } = directory
    const check = (outcome: 'absent' | 'unknown') => () => {
      if (!lock.stillOurs()) throw lockLost({ chainId: chain.chainId }, outcome)
    }
    check('absent')()
    const actual = (await getState(directory, chain.chainId, name))?.version ?? 0
    if (actual !== expectedVersion) throw stateConflict(chain.chainId, expectedVersion, actual)
    const version = actual + 1
    await ownFolder(directory, chain)
    await removeTemporaries(fs, chain.folder, 'value')
    const content = Buffer.from(`${JSON.stringify({ version, bytes: text })}\n`)
    const fill = (handle: FileHandle) => writeAll(handle, content, 0)
    await replaceFile(fs, chain.folder, 'value', stateFile(name), fill, check('absent'))
    check('unknown')()
    return version
  })
}
