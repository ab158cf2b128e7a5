/** State values: one small file each, replaced as a whole. */
import { type BigIntStats, fstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { base64 } from '@scure/base'
import { stateConflict } from '../state-conflict.js'
import type { StateValue } from '../store.js'
import { corrupt } from './errors.js'
import { type FileHandle, ifThere, removeTemporaries, replaceFile, writeAllSync } from './fs.js'
import { chainFolder, stateFile } from './layout.js'
import { lockLost } from './lock-lost.js'
import { ownFolder } from './own.js'
import type { Chain, Directory } from './types.js'

/** A value as this process wrote it. */
interface Written {
  readonly tenure: number
  readonly version: number
  readonly stat: BigIntStats
}

/** By name, the values of a chain that were written here last. */
const writtenOf = new WeakMap<Chain, Map<string, Written>>()

/**
 * @returns the version of the file that stands there, where it is the one that this process wrote under the lock that it
 *   still has: then its folder is in order as well, and nothing needs to be read
 */
function knownVersion({ lock }: Directory, chain: Chain, name: string, file: string): number | undefined {
  const written = writtenOf.get(chain)?.get(name)
  if (written === undefined || written.tenure !== lock.tenure) return undefined
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  const { ino, mtimeNs, size } = written.stat
  return stat?.ino === ino && stat.mtimeNs === mtimeNs && stat.size === size ? written.version : undefined
}

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
    const { tenure } = lock
    const file = stateFile(name)
    const known = knownVersion(directory, chain, name, join(chain.folder, file))
    const actual = known ?? (await getState(directory, chain.chainId, name))?.version ?? 0
    if (actual !== expectedVersion) throw stateConflict(chain.chainId, expectedVersion, actual)
    const version = actual + 1
    const values = writtenOf.get(chain) ?? new Map<string, Written>()
    writtenOf.set(chain, values)
    // until it is written whole: what is left of it otherwise is put in order by the next
    values.delete(name)
    if (known === undefined) {
      await ownFolder(directory, chain)
      await removeTemporaries(fs, chain.folder, 'value')
    }
    const content = Buffer.from(`${JSON.stringify({ version, bytes: text })}\n`)
    let stat: BigIntStats | undefined
    const fill = async (handle: FileHandle): Promise<void> => {
      writeAllSync(fs, handle, content, 0)
      stat = fstatSync(handle.fd, { bigint: true })
    }
    await replaceFile(fs, chain.folder, 'value', file, fill, check('absent'))
    check('unknown')()
    if (stat !== undefined) values.set(name, { tenure, version, stat })
    return version
  })
}
