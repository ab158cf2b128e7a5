// One receipt at a time on a file store that is at rest, against the signature and the fdatasync that it can't do without,
// measured alone on the same disk in turn with it: `node bench/lone.mjs [directory]`. Once after a rest each, when the
// processor has everything to fetch and to learn again, and once without.
import { sign } from 'node:crypto'
import { fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundled } from './bundled.mjs'
import { draft } from './drafts.mjs'
import { privateKey, seed } from './fixtures.mjs'

const { createLedger, localKey, fileStore } = await bundled('lone', {
  createLedger: 'ledger/ledger.ts',
  localKey: 'keys/local.ts',
  fileStore: 'store/file.ts',
})

const message = Buffer.from(`quittance/1 receipt\nsha256:${'a'.repeat(64)}\n`)
const line = Buffer.from(`${'x'.repeat(1_060)}\n`)
const synced = promisify(fdatasync)

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** @returns medians in milliseconds */
export async function lone({ parent = tmpdir(), times = 300, restMs = 4 } = {}) {
  const directory = mkdtempSync(join(parent, 'quittance-bench-'))
  const ledger = createLedger({
    store: fileStore(join(directory, 'store')),
    keys: localKey({ seed }),
    redactor: false,
  })
  const raw = openSync(join(directory, 'raw'), 'a')
  const took = { signature: [], fdatasync: [], emit: [] }
  const timed = async (name, work) => {
    // at rest: what the one before left behind is done
    if (restMs > 0) await wait(restMs)
    const begin = performance.now()
    await work()
    took[name].push(performance.now() - begin)
  }
  try {
    for (let index = 0; index < times; index += 1) {
      await timed('signature', () => sign(null, message, privateKey))
      // only the fdatasync counts, not the write
      writeSync(raw, line)
      await timed('fdatasync', () => synced(raw))
      const ready = draft()
      await timed('emit', () => ledger.append(ready))
    }
  } finally {
    await ledger.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return { signature: median(took.signature), fdatasync: median(took.fdatasync), emit: median(took.emit) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const where = process.argv[2] === undefined ? {} : { parent: process.argv[2] }
  const ms = (value) => `${value.toFixed(3)} ms`
  for (const restMs of [4, 0]) {
    const { signature, fdatasync: sync, emit } = await lone({ ...where, restMs })
    console.log(
      `${restMs === 0 ? 'without a rest' : `after ${restMs} ms of rest`}: signature ${ms(signature)}, fdatasync ${ms(sync)}, emit ${ms(emit)}: ${ms(emit - signature - sync)} more`,
    )
  }
}
