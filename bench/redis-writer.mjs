// One of several writers on one chain: says `ready`, waits for a line, appends for a while, says how many got in.
import { once } from 'node:events'
import { createLedger } from '../src/index.ts'
import { localKey } from '../src/keys/local.ts'
import { realEnvironment } from '../src/ledger/environment.ts'
import { redisStore } from '../src/store/redis.ts'
import { seed } from './fixtures.mjs'

const [url, prefix, ms] = process.argv.slice(2)
const ledger = createLedger({
  store: redisStore({ url }, { prefix }),
  keys: localKey({ seed, backend: 'sodium' }),
  redactor: false,
})
await ledger.store.head('acme-credit')
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()
const end = performance.now() + Number(ms)
let count = 0
await Promise.all(
  Array.from({ length: 256 }, async () => {
    while (performance.now() < end) {
      await ledger.append({
        tenantId: 'acme-credit',
        chainId: 'acme-credit',
        receiptId: realEnvironment.uuid(),
        eventType: 'decision',
        systemId: 'scoring',
        input: { kind: 'text', content: 'an application' },
        output: { kind: 'text', content: 'granted' },
        checks: [{ name: 'affordability', score: 0.31, threshold: 0.8, op: 'gte', fired: false }],
        action: 'allow',
      })
      count += 1
    }
  }),
)
console.log(count)
await ledger.close()
