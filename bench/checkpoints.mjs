// What checkpoints every 1,000 receipts cost a ledger: the same work with a log of checkpoints and without one, in turn.
// `node bench/checkpoints.mjs [directory]`. Rounds with and without stand beside each other, and the median of their
// ratios counts, so that a machine that others use too shifts both.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from './bundled.mjs'
import { draft, inFlight } from './drafts.mjs'
import { seed } from './fixtures.mjs'
import { perSecond, processorMs } from './measure.mjs'

const { createLedger, localKey, fileStore, memoryStore, checkpointLog } = await bundled('checkpoints', {
  createLedger: 'ledger/ledger.ts',
  localKey: 'keys/local.ts',
  fileStore: 'store/file.ts',
  memoryStore: 'store/memory.ts',
  checkpointLog: 'transparency/log/checkpoint-log.ts',
})

const WIDTH = 256
/** The log's own: not that of the receipts. */
const logSeed = Uint8Array.from(seed, (byte) => byte ^ 1)

/** One round: receipts into a new chain, timed; the last checkpoint and the end of the store are not. */
async function round(store, drafts, withLog) {
  const ledger = createLedger({ store, keys: localKey({ seed }), redactor: false })
  const log = withLog && checkpointLog(ledger, { origin: 'bench.example/log', keys: localKey({ seed: logSeed }) })
  const begin = performance.now()
  const used = processorMs()
  await inFlight(drafts.length, WIDTH, (index) => ledger.append(drafts[index]))
  const took = { ms: performance.now() - begin, processor: processorMs() - used }
  if (log) {
    await log.close()
    if (log.status().code !== undefined) throw new Error(log.status().code)
  }
  await ledger.close()
  return took
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/**
 * @returns {Promise<{ without: number, with: number, rate: number, processor: number, perReceipt: number }>} the medians: receipts a
 *   second, and over the pairs of rounds that stood beside each other the share that is left of the rate and of the processor's time
 */
export async function checkpoints({ kind = 'memory', parent = tmpdir(), receipts = 10_000, rounds = 21 } = {}) {
  const directory = mkdtempSync(join(parent, 'quittance-bench-'))
  const found = { without: [], with: [] }
  const drafts = Array.from({ length: receipts }, () => draft())
  try {
    for (let index = -1; index < rounds; index += 1) {
      // each begins as often as the other
      const order = index % 2 === 0 ? ['without', 'with'] : ['with', 'without']
      for (const name of order) {
        const store = kind === 'file' ? fileStore(join(directory, `${name}-${index}`)) : memoryStore()
        const { ms, processor } = await round(store, drafts, name === 'with')
        // the first of each is to warm up
        if (index < 0) continue
        found[name].push({ ms, processor })
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  const shareOf = (member) => median(found.with.map((one, index) => found.without[index][member] / one[member]))
  const rateOf = (name) => (receipts * 1000) / median(found[name].map(({ ms }) => ms))
  return {
    without: rateOf('without'),
    with: rateOf('with'),
    rate: shareOf('ms'),
    processor: shareOf('processor'),
    perReceipt: (1000 * median(found.with.map(({ processor }) => processor))) / receipts,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const where = process.argv[2] === undefined ? {} : { parent: process.argv[2] }
  for (const kind of ['memory', 'file']) {
    const found = await checkpoints({ kind, ...where })
    const share = (of) => `${(100 * of).toFixed(1)} %`
    console.log(
      `${kind.padEnd(8)} without ${perSecond(found.without)}, with checkpoints every 1,000 ${perSecond(found.with)}: ${share(found.rate)}`,
      `(processor: ${share(found.processor)} of ${found.perReceipt.toFixed(1)} µs a receipt)`,
    )
  }
}
