// The whole way of a receipt: draft, redaction off, chain, signature, store.
import { sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLedger, ReceiptCollector } from '../src/index.ts'
import { localKey } from '../src/keys/local.ts'
import { fileStore } from '../src/store/file.ts'
import { memoryStore } from '../src/store/memory.ts'
import { privateKey, seed } from './fixtures.mjs'
import { race } from './measure.mjs'

const message = Buffer.from(`quittance/1 receipt\nsha256:${'a'.repeat(64)}\n`)
const signed = () =>
  new Promise((resolve, reject) =>
    sign(null, message, privateKey, (error, bytes) => (error ? reject(error) : resolve(bytes))),
  )

async function inFlight(n, width, one) {
  let next = 0
  const lane = async () => {
    while (next < n) {
      next += 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, n) }, lane))
}

const emit = (ledger) =>
  new ReceiptCollector({ ledger, tenantId: 'acme-credit', systemId: 'scoring' })
    .setInput('an application')
    .addCheck('affordability', { score: 0.31, threshold: 0.8, op: 'gte' })
    .setOutput('granted')
    .setAction('allow')
    .emit()

export async function ledger() {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  const open = (store) => createLedger({ store, keys: localKey({ seed }), redactor: false })
  const file = open(fileStore(directory))
  try {
    return await race({
      rawInFlight: (n) => inFlight(n, 64, signed),
      memory: async (n) => {
        const memory = open(memoryStore())
        await inFlight(n, 256, () => emit(memory))
        await memory.close()
      },
      oneByOne: async (n) => {
        const memory = open(memoryStore())
        await inFlight(n, 1, () => emit(memory))
        await memory.close()
      },
      file: (n) => inFlight(n, 256, () => emit(file)),
    })
  } finally {
    await file.close()
    rmSync(directory, { recursive: true, force: true })
  }
}
