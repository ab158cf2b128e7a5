/**
 * A socket that says "the writer lives" where pids can't: between containers that share a volume on one machine. The
 * kernel answers for a listening process also when that one is stalled, and never for one that is gone. Linux only:
 * elsewhere processes of one machine can always be told apart by pid.
 */
import { unlink } from 'node:fs/promises'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { ifThere, nodeFs } from './fs.js'

/** A listening socket. */
export interface Beacon {
  /** Stops listening and removes the socket's file. */
  put(): Promise<void>
}

const beaconName = (token: string): string => `.beacon-${token}`

/** A socket's path may have 107 bytes: this one goes through the open directory and is always short. */
async function throughDirectory<T>(directory: string, token: string, use: (path: string) => Promise<T>): Promise<T> {
  const handle = await nodeFs.open(directory, 'r')
  try {
    return await use(`/proc/self/fd/${handle.fd}/${beaconName(token)}`)
  } finally {
    await handle.close()
  }
}

/**
 * @param directory - where the lock is
 * @param token - whose lock
 * @returns the beacon; `undefined` where the system or the file system has no such sockets
 */
export async function lightBeacon(directory: string, token: string): Promise<Beacon | undefined> {
  if (process.platform !== 'linux') return undefined
  const { createServer } = await import('node:net')
  const server = createServer((socket) => socket.destroy())
  const lit = await throughDirectory(directory, token, (path) => listen(server, path))
  if (!lit) return undefined
  // it must not keep a program alive that has nothing else to do
  server.unref()
  return {
    async put() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await removeBeacon(directory, token)
    },
  }
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    // a volume that has no sockets: its lock is then judged by pid alone
    server.once('error', () => resolve(false))
    try {
      server.listen(path, () => resolve(true))
    } catch {
      // and so it is in a runtime that does not let this program listen: some say so at the call
      resolve(false)
    }
  })
}

/**
 * @param directory - where the lock is
 * @param token - whose lock
 * @returns whether its writer listens; `undefined` where that can't be told
 */
export async function isBeaconLit(directory: string, token: string): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined
  const { connect } = await import('node:net')
  return throughDirectory(
    directory,
    token,
    (path) =>
      new Promise((resolve) => {
        let socket: Socket
        try {
          socket = connect(path)
        } catch {
          // a runtime that does not let this program ask
          resolve(undefined)
          return
        }
        socket.once('connect', () => {
          socket.destroy()
          resolve(true)
        })
        socket.once('error', (error: NodeJS.ErrnoException) => {
          socket.destroy()
          // a writer that is gone leaves its socket's file; where that is missing somebody removed it, perhaps too early
          resolve(error.code === 'ECONNREFUSED' ? false : undefined)
        })
      }),
  )
}

/**
 * Removes what a writer that is gone left behind.
 *
 * @param directory - where the lock is
 * @param token - whose lock
 */
export async function removeBeacon(directory: string, token: string): Promise<void> {
  await ifThere(unlink(join(directory, beaconName(token))))
}
