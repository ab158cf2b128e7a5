import { createServer } from 'node:net'

/** Below what the kernel hands to outgoing connections: a client that keeps dialling a dead port there can reach itself. */
const lowest = 10_240
const highest = 32_000

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })

/**
 * Finds a port on which nothing listens. Another program may take it before the caller does: try again then.
 *
 * @returns a port number on 127.0.0.1
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${lowest} and ${highest}`)
}
