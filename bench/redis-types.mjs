// Which Redis data type for receipts, and which for the index of their ids: bytes and server time a receipt of each.
// Bytes by `used_memory`, because MEMORY USAGE only estimates streams.
// `npx tsx bench/redis-types.mjs` prints the table of docs/decisions/0006-redis-data-type.md; the server is its own.
import { Redis } from 'ioredis'
import { startRedis } from '../scripts/services/redis.ts'
import { createLedger } from '../src/index.ts'
import { localKey } from '../src/keys/local.ts'
import { realEnvironment } from '../src/ledger/environment.ts'
import { lineOf } from '../src/receipt/seal.ts'
import { memoryStore } from '../src/store/memory.ts'
import { redisStore } from '../src/store/redis.ts'
import { testReceipts } from '../src/testing/receipts.ts'
import { body, seed } from './fixtures.mjs'

const RECEIPTS = Number(process.argv[2] ?? 100_000)
const BATCH = 128
const TIMED = 10_000
const ROUNDS = 7
const SIZED = 10_000

async function someReceipts() {
  const store = memoryStore()
  const ledger = createLedger({ store, keys: localKey({ seed, backend: 'sodium' }), redactor: false })
  let next = 0
  const lane = async () => {
    while (next < RECEIPTS) {
      next += 1
      const id = realEnvironment.uuid()
      // every conversation has three receipts
      const sessionId = `session-${Math.floor(next / 3)}`
      const { version, input, output, ...rest } = body(id)
      const content = {
        input: { kind: 'text', content: 'an application' },
        output: { kind: 'text', content: 'granted' },
      }
      const traceId = id.replaceAll('-', '')
      await ledger.append({ ...rest, ...content, sessionId, traceId })
    }
  }
  await Promise.all(Array.from({ length: 256 }, lane))
  const receipts = []
  for await (const receipt of store.read('acme-credit')) receipts.push(receipt)
  await ledger.close()
  return receipts
}

/** ARGV: the first seq, the ids packed, the lines. */
const script = (keep, index) => `
local first, packed = tonumber(ARGV[1]), ARGV[2]
for i = 1, #packed / 16 do
  local seq, id = first + i - 1, string.sub(packed, 16 * i - 15, 16 * i)
  ${keep}
  ${index}
end`
const types = {
  stream: `redis.call('XADD', KEYS[1], seq .. '-1', 'l', ARGV[2 + i])`,
  list: `redis.call('RPUSH', KEYS[1], ARGV[2 + i])`,
  'hash by seq': `redis.call('HSET', KEYS[1], seq, ARGV[2 + i])`,
  'key a receipt': `redis.call('SET', KEYS[1] .. ':' .. seq, ARGV[2 + i])`,
}
const indexes = {
  none: '',
  'one hash': `redis.call('HSET', KEYS[1] .. ':ids', id, seq)`,
}

const values = {
  traceId: 'another for each receipt',
  sessionId: 'another every three receipts',
  action: 'one',
  eventType: 'one',
}

const statistic = async (redis, section, name) =>
  Number(new RegExp(`${name}[:=]([\\d.]+)`).exec(String(await redis.command('INFO', section)))?.[1])

/** @returns bytes and microseconds of server time a receipt */
async function once(redis, receipts, append) {
  // the first call brings connections, buffers and the script, which are no receipts
  await redis.command('FLUSHALL')
  await append(receipts.slice(0, BATCH), undefined)
  await redis.command('FLUSHALL')
  await redis.command('CONFIG', 'RESETSTAT')
  const before = await statistic(redis, 'memory', 'used_memory')
  for (let at = 0; at < receipts.length; at += BATCH) await append(receipts.slice(at, at + BATCH), receipts[at - 1])
  const bytes = (await statistic(redis, 'memory', 'used_memory')) - before
  const usec = await statistic(redis, 'commandstats', 'cmdstat_evalsha:calls=\\d+,usec')
  return { bytes: bytes / receipts.length, usec: usec / receipts.length }
}

/** Bytes of all; time of the fastest of several rounds, in which the candidates take turns: the machine is not theirs alone. */
async function measureAll(redis, receipts, candidates) {
  const measured = {}
  for (const [name, append] of Object.entries(candidates)) {
    measured[name] = { bytes: (await once(redis, receipts, append)).bytes, usec: Number.POSITIVE_INFINITY }
  }
  const part = receipts.slice(0, TIMED)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, append] of Object.entries(candidates)) {
      measured[name].usec = Math.min(measured[name].usec, (await once(redis, part, append)).usec)
    }
  }
  return measured
}

const json = (receipts) =>
  receipts.reduce((sum, receipt) => sum + Buffer.byteLength(lineOf(receipt)), 0) / receipts.length

const redis = await startRedis()
const client = new Redis(redis.url)
const stores = []
const toStore = (indexed) => {
  const store = redisStore({ url: redis.url }, { indexes: indexed })
  stores.push(store)
  return (batch, before) =>
    store.append(batch[0].chainId, batch, before && { seq: before.seq, receiptHash: before.receiptHash })
}
try {
  const receipts = await someReceipts()
  const size = json(receipts)
  const candidates = {}
  for (const [keep, keepText] of Object.entries(types)) {
    for (const [index, indexText] of Object.entries(indexes)) {
      const sha = await client.script('LOAD', script(keepText, indexText))
      candidates[`${keep} | ${index}`] = async (batch, before) => {
        const ids = Buffer.from(batch.map(({ receiptId }) => receiptId.replaceAll('-', '')).join(''), 'hex')
        await client.evalsha(sha, 1, '{bench}', (before?.seq ?? -1) + 1, ids, ...batch.map(lineOf))
      }
    }
  }
  const plain = 'stream | buckets: the store itself, with all its checks'
  candidates[plain] = toStore([])
  for (const name of Object.keys(values)) candidates[name] = toStore([name])
  const measured = await measureAll(redis, receipts, candidates)

  console.log(`${receipts.length} receipts of ${Math.round(size)} bytes of JSON, ${BATCH} a call\n`)
  console.log('| kept in | index of ids | bytes a receipt | of its JSON | µs a receipt |\n|---|---|---|---|---|')
  for (const [name, { bytes, usec }] of Object.entries(measured)) {
    if (!(name in values))
      console.log(`| ${name} | ${bytes.toFixed(0)} | ${(bytes / size).toFixed(3)} | ${usec.toFixed(1)} |`)
  }
  console.log('\n| optional index | values | bytes a receipt more | µs a receipt more |\n|---|---|---|---|')
  for (const [name, text] of Object.entries(values)) {
    const more = (what) => (measured[name][what] - measured[plain][what]).toFixed(1)
    console.log(`| \`${name}\` | ${text} | ${more('bytes')} | ${more('usec')} |`)
  }

  console.log('\n| bytes of JSON | of it in Redis, id index included |\n|---|---|')
  for (const pad of [1, 150, 300, 500, 900, 1_100, 1_500, 3_000, 8_000]) {
    const padded = testReceipts({ chainId: 'padded', count: SIZED, body: () => ({ xPad: 'x'.repeat(pad) }) })
    const { bytes } = await once(redis, padded, toStore([]))
    console.log(`| ${Math.round(json(padded))} | ${(bytes / json(padded)).toFixed(3)} |`)
  }
} finally {
  for (const store of stores) await store.close()
  client.disconnect()
  await redis.stop()
}
