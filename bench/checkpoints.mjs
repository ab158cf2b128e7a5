// What checkpoints every 1,000 receipts cost a ledger: the same work with a log of checkpoints and without one, in turn.
// `node bench/checkpoints.mjs [directory]`. The best round of each counts, and the processor's time that all rounds took.
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

/** One round: receipts into a new chain, timed; the last checkpoint and the end of the store are not. */
async function round(store, drafts, withLog) {
  const ledger = createLedger({ store, keys: localKey({ seed }), redactor: false })
  const log = withLog && checkpointLog(ledger, { origin: 'bench.example/log', keys: localKey({ seed }) })
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

/** @returns {Promise<Record<'without' | 'with', { rate: number, processor: number }>>} */
export async function checkpoints({ kind = 'memory', parent = tmpdir(), receipts = 10_000, rounds = 9 } = {}) {
  const directory = mkdtempSync(join(parent, 'quittance-bench-'))
  const found = { without: { rate: 0, processor: 0 }, with: { rate: 0, processor: 0 } }
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
        found[name].rate = Math.max(found[name].rate, (receipts * 1000) / ms)
        found[name].processor += processor / receipts / rounds
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const where = process.argv[2] === undefined ? {} : { parent: process.argv[2] }
  const share = (one, other) => `${((100 * one) / other).toFixed(1)} %`
  for (const kind of ['memory', 'file']) {
    const { without, with: log } = await checkpoints({ kind, ...where })
    console.log(
      `${kind.padEnd(8)} without ${perSecond(without.rate)}, with checkpoints every 1,000 ${perSecond(log.rate)}: ${share(log.rate, without.rate)}`,
      `(processor: ${share(without.processor, log.processor)} of ${(1000 * log.processor).toFixed(1)} µs a receipt)`,
    )
  }
}
