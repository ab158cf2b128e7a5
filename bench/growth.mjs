// How cost grows with the length of a chain: appending, opening, get, query and verifying, at a thousand receipts, ten
// thousand and so on. `node bench/growth.mjs [--most N]`, a hundred thousand by default; a million takes some minutes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundled } from './bundled.mjs'
import { draft, inFlight } from './drafts.mjs'
import { seed } from './fixtures.mjs'

const { values } = parseArgs({ options: { most: { type: 'string', default: '100000' } } })
const { createLedger, fileStore, localKey, verifyLines } = await bundled('growth', {
  createLedger: 'ledger/ledger.ts',
  fileStore: 'store/file.ts',
  localKey: 'keys/local.ts',
  verifyLines: 'verify/chain.ts',
})
const CHAIN = 'acme-credit'
const ASKED = 200
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1]

async function timed(work) {
  const begin = performance.now()
  const result = await work()
  return { ms: performance.now() - begin, result }
}

/** The lines as raw lines, whole in memory: reading them is not what is measured. */
async function verified(store, keyring) {
  const lines = []
  for await (const text of store.lines(CHAIN)) lines.push({ text, terminated: true })
  const { ms, result } = await timed(() => verifyLines(lines, { keyring }))
  if (result.verdict !== 'VALID') throw new Error(`the bench's own chain is ${result.verdict}`)
  return ms
}

async function measured(receipts) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  try {
    const ledger = createLedger({ store: fileStore(directory), keys: localKey({ seed }), redactor: false })
    const ids = []
    const appended = await timed(() =>
      inFlight(receipts, 256, async (index) => {
        // every thousandth is of a trace of its own
        const one = { ...draft(CHAIN), ...(index % 1_000 === 0 ? { traceId: `trace-${index}` } : {}) }
        if (index % Math.ceil(receipts / ASKED) === 0) ids.push(one.receiptId)
        await ledger.append(one)
      }),
    )
    const keyring = await ledger.keyring()
    await ledger.close()
    const store = fileStore(directory)
    const opened = await timed(() => store.head(CHAIN))
    const gets = []
    for (const id of ids) gets.push((await timed(() => store.get(CHAIN, id))).ms)
    const asked = await timed(async () => {
      let found = 0
      for await (const { traceId } of store.query({ chainId: CHAIN, traceId: 'trace-0' })) found += traceId ? 1 : 0
      if (found !== 1) throw new Error(`${found} receipts of one trace`)
    })
    const verifying = await verified(store, keyring)
    await store.close()
    return {
      receipts,
      'append µs': (1000 * appended.ms) / receipts,
      'open ms': opened.ms,
      'get ms, median': median(gets),
      'get ms, slowest': Math.max(...gets),
      'query ms': asked.ms,
      'verify µs': (1000 * verifying) / receipts,
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const rows = []
for (let receipts = 1_000; receipts <= Number(values.most); receipts *= 10) rows.push(await measured(receipts))
const names = Object.keys(rows[0])
console.log(names.join(' | '))
for (const row of rows) {
  console.log(
    names.map((name) => (name === 'receipts' ? row[name] : row[name].toFixed(row[name] < 10 ? 2 : 0))).join(' | '),
  )
}
