import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { QuittanceError } from '../../errors.js'
import { unreached } from './faults.js'
import type { RedisTarget } from './options.js'
import { ioredis, type OwnTimes, ownOptions } from './own-client.js'

/** Where a node of a cluster listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** One server, or a group of which one is the primary: every connection goes to where that is now. */
export interface SingleSource {
  readonly kind: 'single'
  /** True where sentinels say which server is the primary. */
  readonly sentinel: boolean
  /** @returns a client of ours, not connected */
  make(times: OwnTimes): Promise<Redis>
}

/** A cluster. */
export interface ClusterSource {
  readonly kind: 'cluster'
  /** @returns nodes to ask for the others */
  seeds(): Promise<readonly Address[]>
  /** @returns a client of ours to that node, not connected */
  make(address: Address, times: OwnTimes): Promise<Redis>
  /** @returns the address under which that node is reached from here */
  reach(address: Address): Address
}

const malformed = (what: string) =>
  new QuittanceError('STORE_URL', `${what}; it is redis://[user:password@]host[:port][/db], or rediss:// for TLS`, {
    details: { reason: 'malformed', retryable: false },
  })

type UrlOptions = Pick<RedisOptions, 'username' | 'password' | 'tls'> & Address & { readonly db: number }

/** Read here and not by the client, whose errors would show the URL with its password. */
function optionsOf(url: unknown, name: string): UrlOptions {
  if (typeof url !== 'string') throw new TypeError(`${name} must be a string`)
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw malformed(`${name} is no URL`)
  }
  const { protocol, hostname, port, pathname, username, password, search, hash } = parsed
  if ((protocol !== 'redis:' && protocol !== 'rediss:') || hostname === '') throw malformed(`${name} is no Redis URL`)
  if (search !== '' || hash !== '') throw malformed(`${name} has a ? or a #: give a client for more options`)
  const db = /^\/?(\d{0,9})$/.exec(pathname)?.[1]
  if (db === undefined) throw malformed(`${name} has no number for its database`)
  let secrets: Pick<RedisOptions, 'username' | 'password'>
  try {
    secrets = {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    }
  } catch {
    throw malformed(`${name} has a user or a password that is not percent-encoded`)
  }
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    db: Number(db),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    ...secrets,
  }
}

function assertNoKeyPrefix(prefix: unknown): void {
  if (prefix === undefined || prefix === null || prefix === '') return
  throw new TypeError("target.client has a keyPrefix, which scripts can't follow: use the store's option `prefix`")
}

function ofUrl(url: unknown): SingleSource {
  const options = optionsOf(url, 'target.url')
  return {
    kind: 'single',
    sentinel: false,
    make: async (times) => new (await ioredis()).Redis({ ...ownOptions(undefined, times), ...options }),
  }
}

function ofUrls(urls: unknown): ClusterSource {
  if (!Array.isArray(urls) || urls.length === 0) throw new TypeError('target.cluster must be an array of URLs')
  const nodes = urls.map((url, index) => optionsOf(url, `target.cluster[${index}]`))
  if (nodes.some(({ db }) => db !== 0)) throw malformed('target.cluster names a database, and a cluster has only one')
  const [{ host: _host, port: _port, ...common }] = nodes as [UrlOptions]
  return {
    kind: 'cluster',
    seeds: async () => nodes,
    make: async ({ host, port }, times) =>
      new (await ioredis()).Redis({ ...ownOptions(undefined, times), ...common, host, port }),
    reach: (address) => address,
  }
}

function ofClient(client: Redis): SingleSource {
  assertNoKeyPrefix(client.options.keyPrefix)
  const { sentinels, connectionName } = client.options
  return {
    kind: 'single',
    sentinel: (sentinels?.length ?? 0) > 0,
    make: async (times) => client.duplicate(ownOptions(connectionName, times)) as Redis,
  }
}

/** Its own way to find the first node (names, service records) stays its own: a copy of it does that. */
async function foundBy(client: Cluster): Promise<Redis> {
  const [known] = client.nodes('all')
  if (known) return known
  const copy = client.duplicate([], { lazyConnect: true, clusterRetryStrategy: null, slotsRefreshInterval: 0 })
  let heard: unknown
  copy.on('error', (error: { lastNodeError?: unknown }) => {
    heard = error.lastNodeError ?? error
  })
  try {
    await copy.connect()
    const [found] = copy.nodes('all')
    if (found === undefined) throw new Error('no node')
    return found
  } catch (error) {
    throw unreached(heard ?? error, false)
  } finally {
    copy.disconnect()
  }
}

function ofCluster(client: Cluster): ClusterSource {
  const { options } = client
  assertNoKeyPrefix(options.keyPrefix)
  assertNoKeyPrefix((options.redisOptions as RedisOptions | undefined)?.keyPrefix)
  let pattern: Promise<Redis> | undefined
  // forgotten when it fails, so that the next call looks again
  const found = () => {
    pattern ??= foundBy(client).catch((error: unknown) => {
      pattern = undefined
      throw error
    })
    return pattern
  }
  const addressOf = ({ options: { host = '127.0.0.1', port = 6379 } }: Redis): Address => ({ host, port })
  return {
    kind: 'cluster',
    async seeds() {
      const first = await found()
      return [addressOf(first), ...client.nodes('all').map(addressOf)]
    },
    async make(address, times) {
      const first = await found()
      return first.duplicate({ ...ownOptions(first.options.connectionName, times), ...address }) as Redis
    },
    reach(address) {
      const { natMap } = options
      const name = `${address.host}:${address.port}`
      return (typeof natMap === 'function' ? natMap(name) : natMap?.[name]) ?? address
    },
  }
}

/**
 * @param target - where Redis is
 * @returns how connections to it are made; nothing is opened yet
 * @throws TypeError when it is not exactly one of a client, a URL and URLs, or the client has a `keyPrefix`
 * @throws QuittanceError `STORE_URL` when a URL is malformed
 */
export function sourceOf(target: RedisTarget): SingleSource | ClusterSource {
  const given = (target ?? {}) as { client?: unknown; url?: unknown; cluster?: unknown }
  const { client, url, cluster } = given
  if ([client, url, cluster].filter((value) => value !== undefined).length !== 1) {
    throw new TypeError('target must have exactly one of client, url and cluster')
  }
  if (url !== undefined) return ofUrl(url)
  if (cluster !== undefined) return ofUrls(cluster)
  const like = client as { readonly duplicate?: unknown; readonly nodes?: unknown } | null
  if (typeof like?.duplicate !== 'function') throw new TypeError('target.client must be a client of ioredis')
  return typeof like.nodes === 'function' ? ofCluster(client as Cluster) : ofClient(client as Redis)
}
