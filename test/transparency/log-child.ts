/** A process that appends and makes checkpoints until it is killed, and says which notes it has handed out. */
import { redisStore } from '../../src/store/redis.js'
import { draft } from '../ledger/support.js'
import { worldOn } from './log-support.js'

async function main(): Promise<void> {
  const [url = '', chainId = ''] = process.argv.slice(2)
  const said = { name: 'stdout', publish: async (one: object) => void process.stdout.write(`${JSON.stringify(one)}\n`) }
  const { ledger, log } = worldOn(redisStore({ url }), { everyReceipts: 7, everyMs: 40, sinks: [said] })
  for (;;) {
    await Promise.all(Array.from({ length: 5 }, () => ledger.append(draft({ chainId }))))
    if (Math.random() < 0.2) await log.checkpoint(chainId)
  }
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
