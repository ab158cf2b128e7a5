import { freePort } from './free-port.js'
import { type RedisOptions, type RedisService, startRedis } from './redis.js'
import { infoOf } from './redis-reply.js'
import { until } from './until.js'

/** How the nodes of a cluster are to run. */
export interface ClusterOptions extends Pick<RedisOptions, 'aof' | 'password' | 'config' | 'binary'> {
  /** After how long a silent node counts as gone; default 2,000. */
  readonly nodeTimeoutMs?: number | undefined
}

/** Six nodes that share the 16,384 slots. */
export interface RedisCluster {
  /** The first three began as primaries, the others as their replicas, in this order. */
  readonly nodes: readonly RedisService[]
  readonly urls: readonly string[]
  /** Of the first node. */
  readonly url: string
  /** Who takes writes now. */
  primaries(): Promise<RedisService[]>
  /** The primary that has the slot of a key. */
  ownerOf(key: string): Promise<RedisService>
  stop(): Promise<void>
}

const primaryCount = 3
const slots = 16_384
const firstSlot = (index: number) => Math.floor((index * slots) / primaryCount)

async function startNode(options: ClusterOptions): Promise<{ node: RedisService; bus: number }> {
  // The usual bus port is 10,000 above the other; one of its own is as good and can be looked for by itself.
  for (let tries = 0; ; tries++) {
    const bus = await freePort()
    const config = {
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-node-timeout': String(options.nodeTimeoutMs ?? 2_000),
      'cluster-port': String(bus),
      // A replica counts once its primary has sent it something: the first ping comes after this many seconds.
      'repl-ping-replica-period': '1',
      ...options.config,
    }
    try {
      return { node: await startRedis({ ...options, config }), bus }
    } catch (error) {
      if (tries >= 5) throw error
    }
  }
}

/** A slot's owner, as the first node that answers sees it. */
async function ownerOfSlot(nodes: readonly RedisService[], slot: number): Promise<RedisService> {
  for (const node of nodes.filter(({ running }) => running)) {
    const ranges = (await node.command('CLUSTER', 'SLOTS')) as [number, number, [string, number]][]
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1]
    const owner = nodes.find((one) => one.port === port)
    if (owner !== undefined) return owner
  }
  throw new Error(`slot ${slot} has no owner`)
}

/**
 * Starts a cluster of six nodes on loopback, three primaries with a replica each, and waits until all agree.
 *
 * @example
 * const cluster = await startCluster()
 * const owner = await cluster.ownerOf('{acme}:head')
 * await cluster.stop()
 */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const started = await Promise.allSettled(Array.from({ length: 2 * primaryCount }, () => startNode(options)))
  const members = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const nodes = members.map(({ node }) => node)
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())))
  try {
    const failed = started.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const first = nodes[0]!
    await Promise.all(
      nodes.map(async (node, index) => {
        await node.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
        if (index < primaryCount) {
          await node.command('CLUSTER', 'ADDSLOTSRANGE', firstSlot(index), firstSlot(index + 1) - 1)
        }
      }),
    )
    // only now: a node that knows another, perhaps by hearsay, takes no epoch any more
    await Promise.all(
      members.slice(1).map(({ node, bus }) => first.command('CLUSTER', 'MEET', node.host, node.port, bus)),
    )
    const all = (what: string, ask: (node: RedisService, index: number) => Promise<boolean>) =>
      Promise.all(nodes.map((node, index) => until(what, () => ask(node, index))))
    await all('every node knows every other', async (node) => {
      const lines = String(await node.command('CLUSTER', 'NODES'))
        .trim()
        .split('\n')
      return lines.length === nodes.length && !lines.some((line) => line.includes('handshake'))
    })
    await all('the replicas are linked', async (node, index) => {
      if (index < primaryCount) return true
      const primary = nodes[index - primaryCount]!
      const info = infoOf(await node.command('INFO', 'replication'))
      if (info.get('role') === 'slave') return info.get('master_link_status') === 'up'
      await node.command('CLUSTER', 'REPLICATE', String(await primary.command('CLUSTER', 'MYID')))
      return false
    })
    await all('cluster_state:ok', async (node) => {
      const info = infoOf(await node.command('CLUSTER', 'INFO'))
      const ranges = (await node.command('CLUSTER', 'SLOTS')) as unknown[][]
      return info.get('cluster_state') === 'ok' && ranges.every((range) => range.length === 4)
    })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    nodes,
    urls: nodes.map(({ url }) => url),
    url: nodes[0]!.url,
    async primaries() {
      const owners = await Promise.all(
        Array.from({ length: primaryCount }, (_, index) => ownerOfSlot(nodes, firstSlot(index))),
      )
      return [...new Set(owners)]
    },
    async ownerOf(key) {
      const node = nodes.find(({ running }) => running)
      if (node === undefined) throw new Error('no node runs')
      return await ownerOfSlot(nodes, Number(await node.command('CLUSTER', 'KEYSLOT', key)))
    },
    stop,
  }
}
