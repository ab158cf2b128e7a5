/** The contract, on a Cluster and on a primary that Sentinel watches over. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster } from '../../scripts/services/redis-cluster.js'
import { type SentinelGroup, startSentinel } from '../../scripts/services/redis-sentinel.js'
import { redisStore } from '../../src/store/redis.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { storeConformance } from '../../src/testing/store-conformance.js'
import { newChain } from './redis-support.js'
import { closedAtEnd, collect } from './temporary.js'

describe('a cluster', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster?.stop())

  const open = () => redisStore({ cluster: cluster.urls }, { indexes: ['traceId'] })
  for (const { name, run } of storeConformance(async () => ({ store: open(), reopen: async () => open() })))
    it(name, run)

  it('spreads chains over its nodes, and each chain lies on one', async () => {
    const store = closedAtEnd(open())
    const chains = Array.from({ length: 24 }, newChain)
    for (const chainId of chains) {
      await store.append(chainId, testReceipts({ chainId, count: 120, rationale: () => 'text' }), undefined)
      await store.state.put(chainId, 'value', new Uint8Array(1), 0)
    }
    expect(await collect(store.chains())).toEqual(expect.arrayContaining(chains))
    const primaries = await cluster.primaries()
    const keys = await Promise.all(primaries.map(async (node) => (await node.command('KEYS', '*')) as string[]))
    const holders = chains.map((chainId) => keys.map((of) => of.some((key) => key.includes(`{${chainId}}`))))
    for (const holder of holders) expect(holder.filter(Boolean).length).toBe(1)
    for (const [node] of primaries.entries()) expect(holders.some((holder) => holder[node])).toBe(true)
  })
})

describe('a primary that Sentinel watches over', () => {
  let group: SentinelGroup
  const clients: Redis[] = []
  beforeAll(async () => {
    group = await startSentinel()
  })
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await group?.stop()
  })

  const open = () => {
    const client = new Redis({ sentinels: [...group.sentinels], name: group.name, lazyConnect: true })
    clients.push(client)
    return redisStore({ client }, { durability: 'replicated' })
  }
  for (const { name, run } of storeConformance(async () => ({ store: open(), reopen: async () => open() })))
    it(name, run)
})
