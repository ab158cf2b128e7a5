// Ten thousand chains, a receipt each in turn, against one chain: `node bench/chains.mjs [--chains N]`. Each chain was
// begun before it counts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from './bundled.mjs'
import { draft, inFlight } from './drafts.mjs'
import { seed } from './fixtures.mjs'
import { percent, perSecond } from './measure.mjs'

const { createLedger, localKey, fileStore, memoryStore } = await bundled('chains', {
  createLedger: 'ledger/ledger.ts',
  localKey: 'keys/local.ts',
  fileStore: 'store/file.ts',
  memoryStore: 'store/memory.ts',
})

const WIDTH = 256

/** @returns {Promise<{ one: number, many: number }>} receipts a second, the best round of each */
async function compare(store, chains, perRound, rounds) {
  const ledger = createLedger({ store, keys: localKey({ seed }), redactor: false })
  const names = Array.from({ length: chains }, (_, index) => `chain-${index}`)
  await inFlight(chains, WIDTH, (index) => ledger.append(draft(names[index])))
  let next = 0
  const best = { one: 0, many: 0 }
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ['one', 'many']) {
      const drafts = Array.from({ length: perRound }, () => {
        next += 1
        return draft(way === 'one' ? 'chain-0' : names[next % chains])
      })
      const begin = performance.now()
      await inFlight(perRound, WIDTH, (index) => ledger.append(drafts[index]))
      best[way] = Math.max(best[way], (perRound * 1000) / (performance.now() - begin))
    }
  }
  await ledger.close()
  return best
}

export async function chains({ count = 10_000, perRound = 10_000, rounds = 5, files = true } = {}) {
  const memory = await compare(memoryStore(), count, perRound, rounds)
  if (!files) return { memory }
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  try {
    return { memory, file: await compare(fileStore(directory), count, perRound, rounds) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--chains')
  const count = at === -1 ? 10_000 : Number(process.argv[at + 1])
  const found = await chains({ count, files: !process.argv.includes('--memory') })
  for (const [name, { one, many }] of Object.entries(found))
    console.log(`${name}: one chain ${perSecond(one)}; ${count} chains ${perSecond(many)}, ${percent(many, one)} of it`)
}
