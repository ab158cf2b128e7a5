import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './free-port.js'

/** Which way bytes go: from the client, or back to it. */
export type Direction = 'requests' | 'replies'

/** A wire between a client and a server that can be cut. */
export interface TcpProxy {
  readonly host: '127.0.0.1'
  readonly port: number
  /** How many connections are open. */
  readonly connections: number
  /** Destroys every connection. */
  cut(): void
  /** Keeps what comes, one way or both, until `release`. */
  hold(which?: Direction | 'both'): void
  release(): void
  /**
   * Failed though it happened: requests go on, replies don't.
   *
   * @param pieces - how many pieces of replies are swallowed before every connection is cut; at least 1
   * @param options - `after`: begins with the next piece of a request that holds this text; default with the next request
   * @returns resolves at the cut
   */
  dropReplies(pieces: number, options?: { readonly after?: string | undefined }): Promise<void>
  /**
   * Failed and did not happen: the next piece of a request that holds the text is not forwarded, every connection is cut.
   *
   * @returns resolves at the cut
   */
  cutOnRequest(text?: string): Promise<void>
  /** Nobody listens any more; open connections stay. */
  refuse(): Promise<void>
  accept(): Promise<void>
  stop(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly waiting: Record<Direction, Buffer[]>
}

/**
 * Starts a proxy in front of a TCP server.
 *
 * @param target - where the bytes go
 * @example
 * const redis = await startRedis()
 * const proxy = await startTcpProxy(redis)
 * const cut = proxy.dropReplies(1, { after: 'SET' })
 */
export async function startTcpProxy(target: {
  readonly port: number
  readonly host?: string | undefined
}): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  const held = new Set<Direction>()
  /** What happens at the next request that holds `text`. */
  let trap: { readonly text: string; readonly spring: () => 'forward' | 'cut' } | undefined
  let swallow: { left: number; readonly done: () => void } | undefined

  const cut = () => {
    for (const { client, server } of pairs) {
      client.destroy()
      server.destroy()
    }
  }

  const pass = (pair: Pair, way: Direction, bytes: Buffer) => {
    if (way === 'requests' && trap !== undefined && bytes.includes(trap.text)) {
      const { spring } = trap
      trap = undefined
      if (spring() === 'cut') return cut()
    } else if (way === 'replies' && swallow !== undefined) {
      swallow.left--
      if (swallow.left > 0) return
      const { done } = swallow
      swallow = undefined
      cut()
      return done()
    }
    ;(way === 'requests' ? pair.server : pair.client).write(bytes)
  }

  const server = createServer({ noDelay: true, allowHalfOpen: false }, (client) => {
    const pair: Pair = {
      client,
      server: connect({ port: target.port, host: target.host ?? '127.0.0.1', noDelay: true }),
      waiting: { requests: [], replies: [] },
    }
    pairs.add(pair)
    const join = (from: Socket, to: Socket, way: Direction) => {
      from.on('data', (bytes: Buffer) => {
        if (held.has(way)) pair.waiting[way].push(bytes)
        else pass(pair, way, bytes)
      })
      from.on('end', () => to.end())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
      // What a broken wire does to either end is what the proxy is for: the other end learns it by the close.
      from.on('error', () => to.destroy())
    }
    join(client, pair.server, 'requests')
    join(pair.server, client, 'replies')
  })

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host: '127.0.0.1' }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  const port = await freePort()
  await listen(port)

  const proxy: TcpProxy = {
    host: '127.0.0.1',
    port,
    get connections() {
      return pairs.size
    },
    cut,
    hold(which = 'both') {
      for (const way of ['requests', 'replies'] as const) if (which === way || which === 'both') held.add(way)
    },
    release() {
      held.clear()
      for (const pair of pairs) {
        for (const way of ['requests', 'replies'] as const) {
          for (const bytes of pair.waiting[way].splice(0)) pass(pair, way, bytes)
        }
      }
    },
    dropReplies: (pieces, { after = '' } = {}) =>
      new Promise((done) => {
        trap = {
          text: after,
          spring: () => {
            swallow = { left: pieces, done }
            return 'forward'
          },
        }
      }),
    cutOnRequest: (text = '') =>
      new Promise((done) => {
        trap = {
          text,
          spring: () => {
            done()
            return 'cut'
          },
        }
      }),
    async refuse() {
      // Not awaited: the server counts as closed only when the open connections have gone as well.
      server.close()
    },
    accept: () => listen(port),
    async stop() {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}
