import type { RedisOptions } from 'ioredis'
import { QuittanceError } from '../../errors.js'

/** A server that says nothing for so long, though something was asked, is given up. */
const SILENCE_MS = 6_000

/** A connection that is given up has said goodbye already, or never will. */
const DISCONNECT_MS = 250

/** How a connection of ours differs from others to the same server. */
export interface OwnTimes {
  /** What a command may take beside the usual, because it waits at the server. */
  readonly extraMs?: number | undefined
  /** Instead of the usual, for connecting and for each reply. */
  readonly hastyMs?: number | undefined
}

/**
 * What every connection of ours is told, whatever it was copied from: connect when asked to, tell at once when it ended,
 * never send anything twice, and give replies as they are.
 *
 * @param name - of the connection, as `CLIENT LIST` shows it, where the copied one has none
 */
export function ownOptions(
  name: string | null | undefined,
  times: OwnTimes = {},
): RedisOptions & { replyMapping: 'legacy' } {
  return {
    lazyConnect: true,
    retryStrategy: null,
    sentinelRetryStrategy: () => null,
    enableOfflineQueue: false,
    // what it would ask, the safety check asks
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    reconnectOnError: null,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
    socketTimeout: times.hastyMs ?? SILENCE_MS + (times.extraMs ?? 0),
    ...(times.hastyMs === undefined ? {} : { connectTimeout: times.hastyMs }),
    disconnectTimeout: DISCONNECT_MS,
    enableAutoPipelining: false,
    keyPrefix: '',
    scripts: undefined,
    readOnly: false,
    monitor: false,
    stringNumbers: false,
    showFriendlyErrorStack: false,
    // the older protocol, which every server and proxy speaks; versions before 6 know no other
    protocol: 2,
    replyMapping: 'legacy',
    himportFieldsets: undefined,
    disableClientInfo: true,
    connectionName: name ?? 'quittance',
  }
}

/**
 * @returns the package `ioredis`, which only a URL needs: a client that was given brings its own
 * @throws QuittanceError `STORE_UNSUPPORTED` where it is not installed
 */
export async function ioredis(): Promise<Pick<typeof import('ioredis'), 'Redis'>> {
  try {
    return await import('ioredis')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new QuittanceError('STORE_UNSUPPORTED', 'a Redis URL needs the package ioredis: npm install ioredis', {
      cause: error,
      details: { reason: 'ioredis', outcome: 'absent', retryable: false },
    })
  }
}
