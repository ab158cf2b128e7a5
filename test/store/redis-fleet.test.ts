import { expect, onTestFinished, test, vi } from 'vitest'
import { type SentinelGroup, startSentinel } from '../../scripts/services/redis-sentinel.js'
import { until } from '../../scripts/services/until.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { redisStore } from '../../src/store/redis.js'
import { verifyChain } from '../../src/verify/chain.js'
import { disturb, type FleetWriter, fleetKey, seeded, startFleetWriter } from './fleet.js'
import { fleetDraft, fleetId } from './fleet-orders.js'
import { collect, temporaryFolder } from './temporary.js'

const chainId = 'acme'
const writers = 4
const share = 2_500

// seconds where the machine is free, more where it is shared
vi.setConfig({ testTimeout: 180_000 })

const total = (fleet: readonly FleetWriter[]) => fleet.reduce((sum, { count }) => sum + count, 0)

async function begin(durability: 'memory' | 'replicated') {
  const dir = await temporaryFolder()
  const group = await startSentinel({ downAfterMs: 1_500 })
  onTestFinished(() => group.stop())
  const keyring = await fleetKey().publicKeys!()
  const { sentinels, name } = group
  const shared = { sentinels, name, durability, keyring, chainId, count: share, inFlight: 48, patienceMs: 1_500 }
  const start = (writer: number, life?: number) => startFleetWriter(dir, { ...shared, writer }, life)
  const fleet = Array.from({ length: writers }, (_, writer) => start(writer))
  const reach = (count: number) =>
    until(
      `${count} receipts are acknowledged`,
      () => {
        const failed = fleet.find(({ process }) => process.exitCode !== null && process.exitCode !== 0)
        return failed !== undefined || total(fleet) >= count
      },
      60_000,
    )
  return { group, fleet, start, reach, keyring: new Keyring(keyring) }
}

/** The chain as it is at last, read by somebody who took no part. */
async function chainOf(group: SentinelGroup): Promise<DecisionReceipt[]> {
  const store = redisStore({ url: (await group.primary()).url })
  try {
    return await collect(store.read(chainId))
  } finally {
    await store.close()
  }
}

/** Somebody else, who knows nothing of what was lost, goes on from what there is. */
async function goOn(group: SentinelGroup): Promise<void> {
  const store = redisStore({ url: (await group.primary()).url })
  const ledger = createLedger({ store, keys: fleetKey(), redactor: false })
  await ledger.append(fleetDraft({ chainId, writer: writers }, 0))
  await ledger.close()
}

const nameOf = ({ receiptId, seq, receiptHash }: { receiptId: string; seq: number; receiptHash: string }) =>
  `${receiptId} ${seq} ${receiptHash}`

/** Every emit of every writer, whichever process of its lives made it. */
const everyId = Array.from({ length: writers }, (_, writer) =>
  Array.from({ length: share }, (_, index) => fleetId(writer, index)),
).flat()

async function expectNobodyComplains(fleet: readonly FleetWriter[], killed: FleetWriter) {
  const ends = await Promise.all(fleet.map(({ ended }) => ended))
  expect(ends.map(({ said }) => said).filter((said) => said !== '')).toEqual([])
  expect(ends.map(({ code }) => code)).toEqual(fleet.map((writer) => (writer === killed ? null : 0)))
}

test.each([
  ['is put back or named', false],
  ['is named where somebody else went on', true],
] as const)('four processes on one chain: what a failover loses %s, and nothing else is lost', async (_, overtaken) => {
  const { group, fleet, start, reach, keyring } = await begin('memory')
  await reach(200)
  const disturbance = disturb(group, seeded(overtaken ? 1 : 2))

  await reach(1_500)
  const killed = fleet[3]!
  killed.process.kill('SIGKILL')
  await killed.ended
  // what nobody can remember any more has to be on both servers
  await group.inSync()
  fleet.push(start(3, 2))

  await reach(4_000)
  const old = await group.primary()
  await group.detachReplicas()
  await reach(total(fleet) + 150)
  if (overtaken) for (const { process } of fleet) process.kill('SIGSTOP')
  await group.failover()
  if (overtaken) {
    await goOn(group)
    for (const { process } of fleet) process.kill('SIGCONT')
  }
  await group.rejoin(old)

  await expectNobodyComplains(fleet, killed)
  await disturbance.stop()
  expect(disturbance.strikes).toBeGreaterThan(10)

  const chain = await chainOf(group)
  const { verdict, problems, checked } = await verifyChain(chain, { keyring })
  expect([verdict, problems, checked]).toEqual(['VALID', [], chain.length])

  const standing = new Set(chain.map(nameOf))
  const ids = chain.map(({ receiptId }) => receiptId)
  expect(new Set(ids).size).toBe(ids.length)

  const named = chain.flatMap(({ system }) => (system?.event === 'rollback' ? system.lost.map(nameOf) : []))
  expect(named.filter((name) => standing.has(name))).toEqual([])
  const reported = new Set([...named, ...fleet.flatMap((writer) => writer.told('recorded').map(nameOf))])

  const gone = fleet.flatMap((writer) => writer.acknowledged().map(nameOf)).filter((name) => !standing.has(name))
  expect(gone.filter((name) => !reported.has(name))).toEqual([])
  const restored = fleet.flatMap((writer) => writer.told('restored'))
  // the failover did lose something
  expect((overtaken ? gone : [...gone, ...restored]).length).toBeGreaterThan(0)

  const lostIds = new Set([...reported].map((name) => name.split(' ')[0]))
  const present = new Set(ids)
  expect(everyId.filter((id) => !present.has(id) && !lostIds.has(id))).toEqual([])
})

test("with durability 'replicated' a failover loses nothing that was acknowledged", async () => {
  const { group, fleet, start, reach, keyring } = await begin('replicated')
  await reach(200)
  const disturbance = disturb(group, seeded(2))

  await reach(1_500)
  const killed = fleet[3]!
  killed.process.kill('SIGKILL')
  await killed.ended
  fleet.push(start(3, 2))

  await reach(4_000)
  const old = await group.primary()
  // what is written from here on is on one server only, and nobody may be told that it is durable
  await group.detachReplicas()
  const written = async () => Number(await old.command('XLEN', `quittance:{${chainId}}:r`))
  const before = await written()
  await until('more is written', async () => (await written()) > before)
  await group.failover()
  await group.rejoin(old)

  await expectNobodyComplains(fleet, killed)
  await disturbance.stop()
  expect(disturbance.strikes).toBeGreaterThan(10)

  const chain = await chainOf(group)
  const { verdict, problems, checked } = await verifyChain(chain, { keyring })
  expect([verdict, problems, checked]).toEqual(['VALID', [], chain.length])
  const standing = new Set(chain.map(nameOf))
  const acknowledged = fleet.flatMap((writer) => writer.acknowledged().map(nameOf))
  expect(acknowledged.filter((name) => !standing.has(name))).toEqual([])
  expect(fleet.flatMap((writer) => [...writer.told('recorded'), ...writer.told('restored')])).toEqual([])
  // each exactly once, and nothing beside them but the beginning
  const ids = chain.map(({ receiptId }) => receiptId)
  expect(ids.slice(1).sort()).toEqual([...everyId].sort())
  expect(chain[0]?.system?.event).toBe('chain_start')
})
