// Redis against memory, against a bare script, a cluster against one node. `npm run bench:redis` prints the table, then that
// of redis-writers.mjs; the servers are its own, on free ports.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startRedis } from '../scripts/services/redis.ts'
import { startCluster } from '../scripts/services/redis-cluster.ts'
import { createLedger, Keyring, verifyChain } from '../src/index.ts'
import { localKey } from '../src/keys/local.ts'
import { fileStore } from '../src/store/file.ts'
import { memoryStore } from '../src/store/memory.ts'
import { redisStore } from '../src/store/redis.ts'
import { draft, inFlight } from './drafts.mjs'
import { seed } from './fixtures.mjs'
import { percent, perSecond, race } from './measure.mjs'

const open = (store, backend) => createLedger({ store, keys: localKey({ seed, backend }), redactor: false })

/** Appends through ledgers that stay open, on chains of their own. */
async function throughLedgers(redis) {
  const candidates = {}
  const opened = []
  for (const backend of ['node', 'sodium']) {
    const keep = open(redisStore({ url: redis.url }, { prefix: `bench-${backend}` }), backend)
    opened.push(keep)
    candidates[`redis-${backend}`] = (n) => inFlight(n, 256, () => keep.append(draft('acme-credit')))
    candidates[`memory-${backend}`] = async (n) => {
      const memory = open(memoryStore(), backend)
      await inFlight(n, 256, () => memory.append(draft('acme-credit')))
      await memory.close()
    }
  }
  try {
    return await race(candidates, { roundMs: 400, rounds: 7 })
  } finally {
    for (const ledger of opened) await ledger.close()
  }
}

/** The same lines, made before, in the same batches: the store against the server's own pace. */
async function bareScript(redis) {
  const made = memoryStore()
  const ledger = open(made, 'sodium')
  await inFlight(20_000, 256, () => ledger.append(draft('acme-credit')))
  const receipts = []
  for await (const receipt of made.read('acme-credit')) receipts.push(receipt)
  await ledger.close()
  const client = new Redis(redis.url)
  const sha = await client.script(
    'LOAD',
    "for i = 2, #ARGV do redis.call('XADD', KEYS[1], (ARGV[1] + i - 2) .. '-1', 'l', ARGV[i]) end return 1",
  )
  const lines = receipts.map((receipt) => JSON.stringify(receipt))
  /** Rounds of two chains at a time, in batches of 128, one call after another in each chain. */
  const rounds = async (n, one) => {
    for (let left = n; left > 0; left -= 2 * receipts.length) {
      await client.flushall('ASYNC')
      const count = Math.min(receipts.length, Math.ceil(left / 2))
      await inFlight(2, 2, async (chain) => {
        for (let from = 0; from < count; from += 128) await one(chain, from, Math.min(count, from + 128))
      })
    }
  }
  const refOf = (receipt) => receipt && { seq: receipt.seq, receiptHash: receipt.receiptHash }
  const stores = [0, 1].map((chain) => redisStore({ client }, { prefix: `bench-unsigned-${chain}` }))
  for (const store of stores) await store.head('acme-credit')
  try {
    return await race(
      {
        bare: (n) =>
          rounds(n, (chain, from, to) => client.evalsha(sha, 1, `bench-bare-${chain}`, from, ...lines.slice(from, to))),
        store: (n) =>
          rounds(n, (chain, from, to) =>
            stores[chain].append('acme-credit', receipts.slice(from, to), refOf(receipts[from - 1])),
          ),
      },
      { roundMs: 250, rounds: 7 },
    )
  } finally {
    for (const store of stores) await store.close()
    client.disconnect()
  }
}

async function clustered(redis, cluster) {
  const chains = Array.from({ length: 64 }, (_, index) => `tenant-${index}`)
  const single = open(redisStore({ url: redis.url }, { prefix: 'bench-chains' }), 'sodium')
  const spread = open(redisStore({ cluster: cluster.urls }, { prefix: 'bench-chains' }), 'sodium')
  const over = (ledger) => (n) => inFlight(n, 512, (turn) => ledger.append(draft(chains[turn % 64])))
  try {
    return await race({ single: over(single), cluster: over(spread) }, { roundMs: 600, rounds: 5 })
  } finally {
    await single.close()
    await spread.close()
  }
}

async function verifying(redis, directory) {
  const files = fileStore(directory)
  const ledger = open(files, 'sodium')
  await inFlight(20_000, 256, () => ledger.append(draft('acme-credit')))
  const keyring = new Keyring([(await localKey({ seed }).signer()).keyId])
  const store = redisStore({ url: redis.url }, { prefix: 'bench-verify' })
  let before
  let batch = []
  const flush = async () => {
    await store.append('acme-credit', batch, before && { seq: before.seq, receiptHash: before.receiptHash })
    before = batch.at(-1)
    batch = []
  }
  for await (const receipt of files.read('acme-credit')) {
    batch.push(receipt)
    if (batch.length === 128) await flush()
  }
  if (batch.length > 0) await flush()
  const to = (n) => ({ toSeq: Math.min(n, 20_000) - 1 })
  const check = async (source) => {
    const { problems } = await verifyChain(source, { keyring })
    if (problems.length > 0) throw new Error(problems[0].message)
  }
  try {
    return await race(
      {
        file: (n) => check(files.lines('acme-credit', to(n))),
        redis: (n) => check(store.lines('acme-credit', to(n))),
      },
      { roundMs: 500, rounds: 5 },
    )
  } finally {
    await store.close()
    await ledger.close()
  }
}

async function memoryUse(redis) {
  const client = new Redis(redis.url)
  const used = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1])
  const sizes = []
  const receipts = 100_000
  const store = redisStore({ url: redis.url }, { prefix: 'bench-bytes' })
  const ledger = open(store, 'sodium')
  await ledger.append(draft('warm'))
  const before = await used()
  await inFlight(receipts, 256, () => ledger.append(draft('acme-credit')))
  const after = await used()
  let bytes = 0
  for await (const line of store.lines('acme-credit')) bytes += Buffer.byteLength(line)
  sizes.push((after - before) / bytes)
  await ledger.close()
  client.disconnect()
  return { ratio: sizes[0], lineBytes: bytes / receipts, redisBytes: (after - before) / receipts }
}

export async function redis() {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  const server = await startRedis()
  const results = {}
  try {
    results.memory = await memoryUse(server)
    await server.command('FLUSHALL')
    results.ledger = await throughLedgers(server)
    await server.command('FLUSHALL')
    results.bare = await bareScript(server)
    await server.command('FLUSHALL')
    results.verify = await verifying(server, directory)
    await server.command('FLUSHALL')
    const cluster = await startCluster()
    try {
      results.cluster = await clustered(server, cluster)
    } finally {
      await cluster.stop()
    }
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  return results
}

const { memory, ledger, bare, verify, cluster } = await redis()
const rows = [
  [
    'used_memory a receipt, id index included',
    `${memory.ratio.toFixed(2)} × its JSON (${memory.lineBytes.toFixed(0)} bytes)`,
  ],
  ...['node', 'sodium'].map((backend) => [
    `ledger to Redis, 256 in flight, ${backend}`,
    `${perSecond(ledger[`redis-${backend}`])}, ${percent(ledger[`redis-${backend}`], ledger[`memory-${backend}`])} of ledger to memory (${perSecond(ledger[`memory-${backend}`])})`,
  ]),
  [
    'store, signing off, batches of 128',
    `${perSecond(bare.store)}, ${percent(bare.store, bare.bare)} of a bare EVALSHA (${perSecond(bare.bare)})`,
  ],
  [
    '64 chains over a six-node cluster',
    `${perSecond(cluster.cluster)}, ${percent(cluster.cluster, cluster.single)} of a single node (${perSecond(cluster.single)})`,
  ],
  [
    'verifying a stream from Redis',
    `${perSecond(verify.redis)}, ${percent(verify.redis, verify.file)} of a file (${perSecond(verify.file)})`,
  ],
]
for (const [what, figure] of rows) console.log(`${what.padEnd(44)}  ${figure}`)
