// One writer against several on one chain in Redis: `npx tsx bench/redis-writers.mjs [processes] [rounds] [seconds]`.
// The server is its own, on a free port. Each process first writes for as long as the count lasts after that, so that
// none is counted while its code is still being compiled.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startRedis } from '../scripts/services/redis.ts'
import { createLedger } from '../src/index.ts'
import { localKey } from '../src/keys/local.ts'
import { realEnvironment } from '../src/ledger/environment.ts'
import { redisStore } from '../src/store/redis.ts'
import { seed } from './fixtures.mjs'
import { percent, perSecond } from './measure.mjs'

const IN_FLIGHT = 256
const chainId = 'acme-credit'

const draft = () => ({
  tenantId: chainId,
  chainId,
  receiptId: realEnvironment.uuid(),
  eventType: 'decision',
  systemId: 'scoring',
  input: { kind: 'text', content: 'an application' },
  output: { kind: 'text', content: 'granted' },
  checks: [{ name: 'affordability', score: 0.31, threshold: 0.8, op: 'gte', fired: false }],
  action: 'allow',
})

/** Says `ready`, waits for a line, appends, says how many it got in: in all, and in the second half of the time. */
async function writer(url, prefix, ms) {
  const ledger = createLedger({
    store: redisStore({ url }, { prefix }),
    keys: localKey({ seed, backend: 'sodium' }),
    redactor: false,
  })
  let conflicts = 0
  ledger.on('conflict', () => {
    conflicts += 1
  })
  ledger.on('warning', ({ error }) => console.error(error))
  await ledger.store.head(chainId)
  console.log('ready')
  await once(process.stdin, 'data')
  process.stdin.destroy()
  const begin = performance.now()
  const counts = { all: 0, counted: 0 }
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (;;) {
        const now = performance.now()
        if (now >= begin + 2 * ms) return
        await ledger.append(draft())
        counts.all += 1
        const then = performance.now()
        if (then >= begin + ms && then < begin + 2 * ms) counts.counted += 1
      }
    }),
  )
  console.log(JSON.stringify({ ...counts, conflicts }))
  await ledger.close()
}

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0)

async function writers(url, count, prefix, ms) {
  const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
  const program = fileURLToPath(import.meta.url)
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [tsx, program, 'writer', url, prefix, String(ms)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const said = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]())
  for (const lines of said) await lines.next()
  for (const child of children) child.stdin.write('go\n')
  const results = []
  for (const lines of said) results.push(JSON.parse((await lines.next()).value))
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')))
  const store = redisStore({ url }, { prefix })
  const { last } = await store.bounds(chainId)
  await store.close()
  const all = sum(results.map((one) => one.all))
  // chain_start is the ledger's own
  if (last !== all) throw new Error(`${all} receipts were acknowledged and the chain has ${last}`)
  const counted = results.map((one) => one.counted)
  return {
    rate: (sum(counted) * 1000) / ms,
    slowest: (Math.min(...counted) * count) / sum(counted),
    conflicts: sum(results.map((one) => one.conflicts)),
  }
}

async function compare(processes, rounds, seconds) {
  const redis = await startRedis()
  try {
    for (let round = 0; round < rounds; round += 1) {
      const one = await writers(redis.url, 1, `one-${round}`, seconds * 1000)
      const many = await writers(redis.url, processes, `many-${round}`, seconds * 1000)
      console.log(
        `1 process ${perSecond(one.rate)}, ${processes} processes ${perSecond(many.rate)}: ${percent(many.rate, one.rate)},` +
          ` the slowest ${many.slowest.toFixed(2)} of the mean, ${many.conflicts} conflicts`,
      )
      await redis.command('FLUSHALL')
    }
  } finally {
    await redis.stop()
  }
}

const [role, url, prefix, ms] = process.argv.slice(2)
if (role === 'writer') await writer(url, prefix, Number(ms))
else {
  const [processes = 8, rounds = 3, seconds = 4] = process.argv.slice(2).map(Number)
  await compare(processes, rounds, seconds)
}
