import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.js'
import { adoptFolder, removeFolder } from './leftovers.js'
import { makeTlsFiles } from './redis-tls.js'
import { launch, type ServerProcess } from './server-process.js'

/** How a Redis server is to run. */
export interface RedisOptions {
  /** The append-only file's fsync; default no such file, and no snapshots either. */
  readonly aof?: 'always' | 'everysec' | false | undefined
  readonly password?: string | undefined
  /** Listens for TLS only, with a certificate of an authority made for it. */
  readonly tls?: boolean | undefined
  /** More lines of redis.conf. */
  readonly config?: Readonly<Record<string, string>> | undefined
  readonly replicaOf?: { readonly port: number; readonly host?: string | undefined } | undefined
  /** Default `redis-server`. */
  readonly binary?: string | undefined
  /** A folder that is there and stays; default a new one, removed at `stop`. */
  readonly dir?: string | undefined
  /** Default a free one. */
  readonly port?: number | undefined
  /** More words for the command line, after all others. */
  readonly args?: readonly string[] | undefined
  /** The words of the command line, in place of all that the other options say. */
  readonly bare?: readonly string[] | undefined
  /** What its log says when it is ready. */
  readonly ready?: RegExp | undefined
}

/** A Redis server that runs. */
export interface RedisService {
  readonly url: string
  readonly host: '127.0.0.1'
  readonly port: number
  readonly dir: string
  readonly pid: number
  readonly running: boolean
  readonly password?: string | undefined
  /** Path of the authority's certificate, with `tls`. */
  readonly ca?: string | undefined
  /** Asks one thing on a connection of its own; rejects with the server's error. */
  command(...args: readonly (string | number)[]): Promise<unknown>
  /** Ends the process; folder and port stay. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Runs it again with the same folder and port. */
  start(args?: readonly string[]): Promise<void>
  pause(): void
  resume(): void
  log(): string
  /** Ends the process and removes its folder. Idempotent. */
  stop(): Promise<void>
}

const inUse = /Address already in use|Failed listening on port/

/** One command on one connection: nothing is kept open, so that nothing of ours is in a test's way. */
async function ask(service: RedisService, args: readonly (string | number)[]): Promise<unknown> {
  const client = new Redis({
    port: service.port,
    host: service.host,
    ...(service.password === undefined ? {} : { password: service.password }),
    ...(service.ca === undefined ? {} : { tls: { ca: readFileSync(service.ca) } }),
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  })
  let fault: unknown
  client.on('error', (error: unknown) => {
    fault = error
  })
  try {
    await client.connect()
    return await client.call(String(args[0]), args.slice(1))
  } catch (error) {
    throw fault === undefined || error === fault ? error : new Error(String(error), { cause: fault })
  } finally {
    client.disconnect()
  }
}

/**
 * Starts a Redis server, or one that speaks as Redis does, and waits until it answers.
 *
 * @example
 * const redis = await startRedis({ aof: 'always' })
 * await redis.command('PING')
 * await redis.stop()
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisService> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'quittance-redis-'))
  if (options.dir === undefined) adoptFolder(dir)
  const tls = options.tls === true ? makeTlsFiles(dir) : undefined
  const { password, replicaOf } = options

  const words = (port: number): readonly string[] => {
    if (options.bare !== undefined) return options.bare
    const lines: Record<string, string> = {
      bind: '127.0.0.1',
      dir,
      save: '',
      'repl-diskless-sync-delay': '0',
      appendonly: options.aof ? 'yes' : 'no',
      ...(options.aof ? { appendfsync: options.aof } : {}),
      ...(password === undefined ? {} : { requirepass: password, masterauth: password }),
      ...(tls === undefined
        ? { port: String(port) }
        : {
            port: '0',
            'tls-port': String(port),
            'tls-cert-file': tls.cert,
            'tls-key-file': tls.key,
            'tls-ca-cert-file': tls.ca,
            'tls-auth-clients': 'no',
            'tls-replication': 'yes',
          }),
      ...options.config,
    }
    const replica =
      replicaOf === undefined ? [] : ['--replicaof', replicaOf.host ?? '127.0.0.1', String(replicaOf.port)]
    return [
      ...Object.entries(lines).flatMap(([name, value]) => [`--${name}`, value]),
      ...replica,
      ...(options.args ?? []),
    ]
  }

  const run = (port: number, more: readonly string[] = []) =>
    launch(options.binary ?? 'redis-server', [...words(port), ...more], options.ready ?? /Ready to accept connections/)

  let port = options.port ?? (await freePort())
  let server: ServerProcess | undefined
  for (let tries = 0; server === undefined; tries++) {
    try {
      server = await run(port)
    } catch (error) {
      if (options.port === undefined && tries < 5 && inUse.test(String(error))) port = await freePort()
      else {
        if (options.dir === undefined) removeFolder(dir)
        throw error
      }
    }
  }
  let current = server

  const login = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  const service: RedisService = {
    url: `${tls === undefined ? 'redis' : 'rediss'}://${login}127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    dir,
    get pid() {
      return current.pid
    },
    get running() {
      return current.running
    },
    password,
    ca: tls?.ca,
    command: (...args) => ask(service, args),
    kill: (signal) => current.kill(signal),
    async start(args) {
      if (current.running) throw new Error('it runs already')
      current = await run(port, args)
    },
    pause: () => current.pause(),
    resume: () => current.resume(),
    log: () => current.log(),
    async stop() {
      await current.kill()
      if (options.dir === undefined) removeFolder(dir)
    },
  }
  return service
}
