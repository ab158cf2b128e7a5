/**
 * One process at a time owns a lock file. It is made whole and exclusively, says who owns it, and is taken over from an
 * owner that is gone; from one that may be stalled only where the caller says so.
 */
import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Beacon, isBeaconLit, lightBeacon, removeBeacon } from './beacon.js'
import { errnoOf, ifThere, temporaryPath } from './fs.js'
import { livenessOf, ownIdentity, type ProcessIdentity } from './process-identity.js'

/** What stands in a lock file. */
export interface LockOwner extends ProcessIdentity {
  /** 128 random bits in hex: this taking of the lock, and no other. */
  readonly token: string
  /** Whether a beacon of that token says if the owner lives. */
  readonly beacon: boolean
}

/** The lock is ours, or somebody else's; of one that can't be read nothing is known. */
export type Taking =
  | {
      readonly ours: true
      readonly token: string
      readonly beacon: Beacon | undefined
      /** The lock that was replaced, if any. */
      readonly before: { readonly token: string; readonly gone: boolean } | undefined
    }
  | { readonly ours: false; readonly owner: LockOwner | undefined }

/** How long an empty lock file may be one that is just being made, on file systems without hard links. */
const MAKING_MS = 250

/** @returns the owner; `unreadable` where the file says nothing; `undefined` where there is none */
export async function readOwner(file: string): Promise<LockOwner | 'unreadable' | undefined> {
  const text = await ifThere(readFile(file, 'utf8'))
  if (text === undefined) return undefined
  try {
    const owner = JSON.parse(text) as LockOwner
    return /^[0-9a-f]{32}$/.test(owner.token) && Number.isSafeInteger(owner.pid) && owner.pid > 0 ? owner : 'unreadable'
  } catch {
    return 'unreadable'
  }
}

/**
 * Tries once to own a lock file.
 *
 * @param file - its path
 * @param silent - the token of a lock that is to be taken although its owner may live
 * @returns whether it is ours now, and if not whose it is
 */
export async function takeLock(file: string, silent?: string): Promise<Taking> {
  const directory = dirname(file)
  const identity = await ownIdentity()
  const found = await standing(file, identity)
  if (found.alive && found.token !== silent) return { ours: false, owner: found.owner }
  const token = randomBytes(16).toString('hex')
  // lit before the lock can be seen: who sees the lock may rely on it
  const beacon = await lightBeacon(directory, token)
  const own: LockOwner = { ...identity, token, beacon: beacon !== undefined }
  let taking: Taking | undefined
  try {
    const taken = await take(file, own, silent)
    taking = taken.ours ? { ours: true, token, beacon, before: taken.before } : { ours: false, owner: taken.owner }
    return taking
  } finally {
    if (!taking?.ours) await beacon?.put()
  }
}

/** How a try to take a lock ended. */
type Taken =
  | { readonly ours: true; readonly before: { readonly token: string; readonly gone: boolean } | undefined }
  | { readonly ours: false; readonly owner: LockOwner | undefined }

interface Standing {
  readonly alive: boolean
  readonly owner: LockOwner | undefined
  /** Names this taking of the lock; `undefined` where there is none. */
  readonly token: string | undefined
}

/** Looks at a lock file and judges whether its owner lives. In doubt it does. */
async function standing(file: string, own: ProcessIdentity): Promise<Standing> {
  const owner = await readOwner(file)
  if (owner === undefined) return { alive: false, owner: undefined, token: undefined }
  if (owner === 'unreadable') {
    const empty = (await ifThere(readFile(file)))?.length === 0
    if (!empty) return { alive: true, owner: undefined, token: 'unreadable' }
    await pause(MAKING_MS)
    const still = (await ifThere(readFile(file)))?.length === 0
    return still ? { alive: false, owner: undefined, token: 'unreadable' } : standing(file, own)
  }
  const liveness = await livenessOf(owner, own)
  const alive =
    liveness === 'elsewhere'
      ? !owner.beacon || (await isBeaconLit(dirname(file), owner.token)) !== false
      : liveness !== 'gone'
  return { alive, owner, token: owner.token }
}

/**
 * Takes a lock that is free or whose owner is gone. Two takers may find the same owner gone; only the one that owns the
 * lock named after that owner's token may replace it, and looks again first. That lock is taken in the same way.
 */
async function take(file: string, own: LockOwner, silent?: string): Promise<Taken> {
  const mayTake = ({ alive, token }: Standing) => !alive || (silent !== undefined && token === silent)
  for (;;) {
    const found = await standing(file, own)
    if (found.token === undefined) {
      if (await createExclusively(file, own)) return { ours: true, before: undefined }
      continue
    }
    if (!mayTake(found)) return { ours: false, owner: found.owner }
    const turn = `${file}.take-${found.token}`
    const other = await take(turn, own)
    if (!other.ours) {
      // whoever has the turn may only be finding out that a third one was faster
      const now = await standing(file, own)
      return mayTake(now) ? other : { ours: false, owner: now.owner }
    }
    try {
      const again = await standing(file, own)
      if (again.token === found.token && mayTake(again)) {
        await replace(file, own)
        if (found.owner?.beacon) await removeBeacon(dirname(file), found.owner.token)
        return { ours: true, before: { token: found.token, gone: !again.alive } }
      }
    } finally {
      await ifThere(unlink(turn))
    }
  }
}

async function writeTemporary(file: string, own: LockOwner): Promise<string> {
  const temporary = temporaryPath(dirname(file), 'lock')
  await writeNew(temporary, own)
  return temporary
}

async function writeNew(file: string, own: LockOwner): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(`${JSON.stringify(own)}\n`)
  } finally {
    await handle.close()
  }
}

/** @returns false where somebody else was faster */
async function createExclusively(file: string, own: LockOwner): Promise<boolean> {
  const temporary = await writeTemporary(file, own)
  try {
    await link(temporary, file)
    return true
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
  } finally {
    await unlink(temporary)
  }
  // no hard links here: between making and writing the file is empty, which readers allow for
  try {
    await writeNew(file, own)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
  const written = await readOwner(file)
  return written !== undefined && written !== 'unreadable' && written.token === own.token
}

async function replace(file: string, own: LockOwner): Promise<void> {
  await rename(await writeTemporary(file, own), file)
}
