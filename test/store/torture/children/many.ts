/**
 * One process that keeps very many chains: `many.mjs <directory> <chains> <rounds>`. It appends round robin, closes, opens
 * again and goes on; it says after each round how much memory and how many descriptors it has.
 */
import { readdirSync, writeSync } from 'node:fs'
import { fileStore } from '../../../../src/store/file.js'
import { testReceipts } from '../../../../src/testing/receipts.js'

const [dir = '', chains = '0', rounds = '0'] = process.argv.slice(2)
const count = Number(chains)
/** Appends under way at one time. */
const AT_ONCE = 64

const gc = (globalThis as { gc?: () => void }).gc
const descriptors = (): number => readdirSync('/proc/self/fd').length
let mostDescriptors = 0

function say(round: string): void {
  gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  const mb = (bytes: number) => Math.round(bytes / 1e5) / 10
  const now = { round, heapMb: mb(heapUsed), rssMb: mb(rss), descriptors: descriptors(), mostDescriptors }
  writeSync(1, `${JSON.stringify(now)}\n`)
}

async function opened(opening: number): Promise<void> {
  const store = fileStore(dir)
  for (let round = 0; round < Number(rounds); round += 1) {
    let next = 0
    const lane = async (): Promise<void> => {
      while (next < count) {
        const chainId = `tenant-${next}`
        next += 1
        const head = await store.head(chainId)
        const receipts = testReceipts({ chainId, count: 1, after: head })
        await store.append(chainId, receipts, head && { seq: head.seq, receiptHash: head.receiptHash })
        if (next % 500 === 0) mostDescriptors = Math.max(mostDescriptors, descriptors())
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    say(`${opening}.${round}`)
  }
  await store.close()
}

say('begin')
for (let opening = 0; opening < 2; opening += 1) {
  await opened(opening)
  // what has just ended is still on its way out
  await new Promise((resolve) => setTimeout(resolve, 200))
  say(`closed ${opening}`)
}
