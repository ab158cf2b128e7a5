import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'
import { adoptFolder, removeFolder } from './leftovers.js'
import { type RedisOptions, type RedisService, startRedis } from './redis.js'
import { infoOf } from './redis-reply.js'
import { until } from './until.js'

/** How a group with failover is to run. */
export interface SentinelOptions extends Pick<RedisOptions, 'aof' | 'password' | 'config' | 'binary'> {
  /** Default 3. */
  readonly sentinels?: number | undefined
  /** How many of them must agree that the primary is gone; default 2. */
  readonly quorum?: number | undefined
  /** Default 1. */
  readonly replicas?: number | undefined
  /** After how long a silent server counts as gone; default 1,000; where the machine is busy a lower one lets them fail over unasked. */
  readonly downAfterMs?: number | undefined
}

/** A primary with replicas, watched by sentinels. */
export interface SentinelGroup {
  /** What the sentinels call the group. */
  readonly name: string
  /** The first began as the primary. */
  readonly nodes: readonly RedisService[]
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  readonly sentinelServices: readonly RedisService[]
  /** The primary, as the first sentinel says. */
  primary(): Promise<RedisService>
  replicas(): Promise<RedisService[]>
  /** Waits until every replica has what the primary has. */
  inSync(): Promise<void>
  /** From now on the replicas get nothing more: what is written is lost by a failover. */
  detachReplicas(): Promise<void>
  /** Kills the primary. Resolves to another once the sentinels agree on it and it takes writes. */
  failover(): Promise<RedisService>
  /** Starts a killed node again, as a replica of the present primary, and waits until it is linked. */
  rejoin(node: RedisService): Promise<void>
  stop(): Promise<void>
}

const name = 'quittance'

/**
 * A sentinel that stood still for two seconds trusts nobody for thirty, and by then finds the replica too far behind to
 * follow. On a busy machine that is no sign of anything. The other times make the sentinels find each other quickly.
 */
const times = {
  'tilt-trigger': 60_000,
  'publish-period': 200,
  'info-period': 500,
  'ping-period': 200,
}

async function startOneSentinel(primary: RedisService, options: SentinelOptions): Promise<RedisService> {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-sentinel-'))
  adoptFolder(dir)
  const file = join(dir, 'sentinel.conf')
  const auth = options.password === undefined ? [] : [`sentinel auth-pass ${name} ${options.password}`]
  // A sentinel rewrites its file, and wants one.
  const write = (port: number) =>
    writeFileSync(
      file,
      [
        'bind 127.0.0.1',
        `port ${port}`,
        `dir ${dir}`,
        `sentinel monitor ${name} 127.0.0.1 ${primary.port} ${options.quorum ?? 2}`,
        `sentinel down-after-milliseconds ${name} ${options.downAfterMs ?? 1_000}`,
        `sentinel failover-timeout ${name} 3000`,
        ...auth,
        '',
      ].join('\n'),
    )
  for (let tries = 0; ; tries++) {
    const port = await freePort()
    write(port)
    let started: RedisService | undefined
    try {
      const service = await startRedis({
        binary: options.binary,
        dir,
        port,
        bare: [file, '--sentinel'],
        ready: /\+monitor master/,
      })
      started = service
      await service.command('SENTINEL', 'DEBUG', ...Object.entries(times).flat())
      return {
        ...service,
        get pid() {
          return service.pid
        },
        get running() {
          return service.running
        },
        async stop() {
          await service.stop()
          removeFolder(dir)
        },
      }
    } catch (error) {
      await started?.stop()
      if (tries < 5) continue
      removeFolder(dir)
      throw error
    }
  }
}

/** Names and values of a flat reply. */
const membersOf = (reply: unknown) => {
  const flat = reply as string[]
  return new Map(flat.flatMap((value, index): [string, string][] => (index % 2 ? [[flat[index - 1]!, value]] : [])))
}

/**
 * Starts a primary, its replicas and the sentinels that watch them, and waits until all know all.
 *
 * @example
 * const group = await startSentinel()
 * await group.failover()
 * await group.stop()
 */
export async function startSentinel(options: SentinelOptions = {}): Promise<SentinelGroup> {
  const { sentinels: count = 3, replicas: replicaCount = 1, aof, password, config, binary } = options
  const nodes: RedisService[] = []
  const watchers: RedisService[] = []
  const stop = async () => {
    await Promise.all(watchers.map((one) => one.stop()))
    await Promise.all(nodes.map((one) => one.stop()))
  }
  const primaryOf = async (watcher: RedisService) => {
    const address = (await watcher.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[]
    return nodes.find(({ port }) => port === Number(address[1]))
  }
  const linked = (node: RedisService) =>
    until('the replica is linked', async () => {
      const info = infoOf(await node.command('INFO', 'replication'))
      return info.get('role') === 'slave' && info.get('master_link_status') === 'up'
    })
  try {
    nodes.push(await startRedis({ aof, password, config, binary }))
    const first = nodes[0]!
    for (let made = 0; made < replicaCount; made++) {
      nodes.push(await startRedis({ aof, password, config, binary, replicaOf: { port: first.port } }))
    }
    await Promise.all(nodes.slice(1).map(linked))
    for (let made = 0; made < count; made++) watchers.push(await startOneSentinel(first, options))
    await Promise.all(
      watchers.map((watcher) =>
        until('the sentinels know all', async () => {
          const facts = membersOf(await watcher.command('SENTINEL', 'MASTER', name))
          return (
            Number(facts.get('num-slaves')) === replicaCount && Number(facts.get('num-other-sentinels')) === count - 1
          )
        }),
      ),
    )
  } catch (error) {
    await stop()
    throw error
  }

  const group: SentinelGroup = {
    name,
    nodes,
    sentinels: watchers.map(({ host, port }) => ({ host, port })),
    sentinelServices: watchers,
    async primary() {
      const primary = await primaryOf(watchers[0]!)
      if (primary === undefined) throw new Error('the sentinels name a primary that is not ours')
      return primary
    },
    async replicas() {
      const primary = await group.primary()
      return nodes.filter((node) => node !== primary && node.running)
    },
    async inSync() {
      await until('the replicas have all', async () => {
        const primary = await group.primary()
        const [own, ...theirs] = await Promise.all(
          [primary, ...(await group.replicas())].map(async (node) => infoOf(await node.command('INFO', 'replication'))),
        )
        const offset = own?.get('master_repl_offset')
        return theirs.every((info) => info.get('slave_repl_offset') === offset)
      })
    },
    async detachReplicas() {
      const primary = await group.primary()
      await primary.command('ACL', 'SETUSER', 'default', '-psync', '-sync')
      await primary.command('CLIENT', 'KILL', 'TYPE', 'replica')
    },
    async failover() {
      const old = await group.primary()
      await old.kill('SIGKILL')
      const agreed = until(
        'the sentinels agree on another primary',
        async () => {
          const named = await Promise.all(watchers.filter(({ running }) => running).map(primaryOf))
          const next = named[0]
          if (next === undefined || next === old || named.some((one) => one !== next)) return undefined
          const info = infoOf(await next.command('INFO', 'replication'))
          return info.get('role') === 'master' ? next : undefined
        },
        30_000,
      )
      return await agreed.catch((error: unknown) => {
        throw new Error(`no failover: ${watchers.map((watcher) => watcher.log()).join('\n')}`, { cause: error })
      })
    },
    async rejoin(node) {
      const primary = await group.primary()
      await node.start(['--replicaof', primary.host, String(primary.port)])
      await linked(node)
    },
    stop,
  }
  return group
}
