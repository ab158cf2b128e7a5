import { Cluster, Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { startCluster } from '../../scripts/services/redis-cluster.js'
import { startSentinel } from '../../scripts/services/redis-sentinel.js'
import { until } from '../../scripts/services/until.js'
import { expectNothingLeft, stopped } from './gone.js'

test('a cluster spreads keys over three primaries, each with a replica, and leaves nothing', async () => {
  const cluster = stopped(await startCluster())
  const client = new Cluster(cluster.nodes.map(({ host, port }) => ({ host, port })))
  const names = Array.from({ length: 60 }, (_, index) => `{chain-${index}}:h`)
  for (const name of names) await client.set(name, name)
  const owners = await Promise.all(names.map((name) => cluster.ownerOf(name)))
  client.disconnect()
  expect(new Set(owners).size).toBe(3)
  expect(new Set(await cluster.primaries())).toEqual(new Set(owners))
  for (const [index, owner] of owners.entries()) expect(await owner.command('GET', names[index]!)).toBe(names[index])
  const other = owners.find((owner) => owner !== owners[0])!
  await expect(other.command('GET', names[0]!)).rejects.toThrow('MOVED')
  await expectNothingLeft(cluster.nodes, cluster.stop)
})

test('a killed primary of a cluster is followed by its replica', async () => {
  const cluster = stopped(await startCluster({ nodeTimeoutMs: 1_000 }))
  const owner = await cluster.ownerOf('{a}')
  await owner.kill()
  const next = await until('another has the slot', async () => {
    const now = await cluster.ownerOf('{a}')
    return now === owner ? undefined : now
  })
  expect(next).toBe(cluster.nodes[cluster.nodes.indexOf(owner) + 3])
})

test('sentinels fail over to the replica, which has what was in sync', async () => {
  const group = stopped(await startSentinel({ password: 'secret', downAfterMs: 1_500 }))
  const old = await group.primary()
  expect(old).toBe(group.nodes[0])
  const client = new Redis({
    sentinels: [...group.sentinels],
    name: group.name,
    password: 'secret',
    sentinelRetryStrategy: () => 50,
    retryStrategy: () => 50,
  })
  client.on('error', () => {
    // it is told by its retries
  })
  await client.set('a', 'kept')
  await group.inSync()
  await group.detachReplicas()
  await client.set('b', 'lost')
  const next = await group.failover()
  expect([next, old.running]).toEqual([group.nodes[1], false])
  expect([await client.get('a'), await client.get('b')]).toEqual(['kept', null])
  await client.set('c', 'new')
  await group.rejoin(old)
  await group.inSync()
  expect(await old.command('GET', 'c')).toBe('new')
  expect([await group.primary(), await group.replicas()]).toEqual([next, [old]])
  client.disconnect()
  await expectNothingLeft([...group.nodes, ...group.sentinelServices], group.stop)
})
