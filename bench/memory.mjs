// Many receipts through the ledger into a file store, in a process of its own: how much memory it takes above the idle
// process, and what the last tenth costs against the first. `node bench/memory.mjs [--receipts N]`, a million by default.
// `NODE_OPTIONS=--max-semi-space-size=8` in front measures it with a smaller young generation.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from './bundled.mjs'
import { draft, inFlight } from './drafts.mjs'
import { seed } from './fixtures.mjs'

const TENTHS = 10

async function written(receipts) {
  const { createLedger, localKey, fileStore } = await bundled('memory', {
    createLedger: 'ledger/ledger.ts',
    localKey: 'keys/local.ts',
    fileStore: 'store/file.ts',
  })
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  const idle = process.memoryUsage.rss()
  let most = idle
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 50)
  const ledger = createLedger({ store: fileStore(directory), keys: localKey({ seed }), redactor: false })
  const tenths = []
  try {
    for (let tenth = 0; tenth < TENTHS; tenth += 1) {
      const [begin, before] = [performance.now(), process.cpuUsage()]
      await inFlight(receipts / TENTHS, 256, () => ledger.append(draft()))
      const { user, system } = process.cpuUsage(before)
      tenths.push({ ms: performance.now() - begin, cpuUs: (user + system) / (receipts / TENTHS) })
    }
    await ledger.close()
  } finally {
    clearInterval(watch)
    rmSync(directory, { recursive: true, force: true })
  }
  return { idle, most: Math.max(most, process.memoryUsage.rss()), tenths }
}

/** @returns {{ aboveIdleMb: number, idleMb: number, tenths: { ms: number, cpuUs: number }[] }} measured in a child process */
export function memory({ receipts = 1_000_000 } = {}) {
  const self = fileURLToPath(import.meta.url)
  const said = execFileSync(process.execPath, [self, '--child', String(receipts)], { encoding: 'utf8' })
  const { idle, most, tenths } = JSON.parse(said)
  return { idleMb: idle / 1e6, aboveIdleMb: (most - idle) / 1e6, tenths }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , first, given] = process.argv
  if (first === '--child') console.log(JSON.stringify(await written(Number(given))))
  else {
    const receipts = first === '--receipts' ? Number(given) : 1_000_000
    const { idleMb, aboveIdleMb, tenths } = memory({ receipts })
    const ratio = (name) => (tenths.at(-1)[name] / tenths[0][name]).toFixed(2)
    console.log(`${receipts} receipts: ${aboveIdleMb.toFixed(0)} MB above the idle ${idleMb.toFixed(0)} MB`)
    console.log(`the last tenth costs ${ratio('ms')} of the first in time, ${ratio('cpuUs')} in processor time`)
    console.log(`tenths in seconds: ${tenths.map(({ ms }) => (ms / 1000).toFixed(1)).join(' ')}`)
  }
}
