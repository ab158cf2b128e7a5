// The way of a receipt through the ledger: checked, hashed, chained, signed, stored. `node bench/ledger.mjs` prints it alone,
// for Node's four pool threads and for two.
import { execFileSync } from 'node:child_process'
import { sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundled } from './bundled.mjs'
import { draft, inFlight } from './drafts.mjs'
import { privateKey, seed } from './fixtures.mjs'
import { percent, perSecond, race } from './measure.mjs'

const { createLedger, ReceiptCollector, localKey, fileStore, memoryStore } = await bundled('ledger', {
  createLedger: 'ledger/ledger.ts',
  ReceiptCollector: 'collector/collector.ts',
  localKey: 'keys/local.ts',
  fileStore: 'store/file.ts',
  memoryStore: 'store/memory.ts',
})

const WIDTH = 256
const message = Buffer.from(`quittance/1 receipt\nsha256:${'a'.repeat(64)}\n`)

/** The control: nothing but signatures, by callbacks, 64 at once. */
const rawSigned = (n) =>
  new Promise((resolve, reject) => {
    let begun = 0
    let done = 0
    const one = () => {
      begun += 1
      sign(null, message, privateKey, (error) => {
        if (error) reject(error)
        done += 1
        if (done === n) resolve()
        else if (begun < n) one()
      })
    }
    for (let lane = 0; lane < Math.min(64, n); lane += 1) one()
  })

const emit = (ledger) =>
  new ReceiptCollector({ ledger, tenantId: 'acme-credit', systemId: 'scoring' })
    .setInput('an application')
    .addCheck('affordability', { score: 0.31, threshold: 0.8, op: 'gte' })
    .setOutput('granted')
    .setAction('allow')
    .emit()

async function sodiumSigned() {
  const sodium = await import('sodium-native').then(
    (module) => module.default,
    () => undefined,
  )
  if (sodium === undefined) return undefined
  const publicKey = new Uint8Array(32)
  const secretKey = sodium.sodium_malloc(64)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return (n) => {
    for (let index = 0; index < n; index += 1) sodium.crypto_sign_detached(new Uint8Array(64), message, secretKey)
  }
}

export async function ledger({ rounds = 9 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  const open = (store, backend = 'node') => createLedger({ store, keys: localKey({ seed, backend }), redactor: false })
  const opened = []
  const drafts = []
  const ready = (n) => {
    while (drafts.length < n) drafts.push(draft())
  }
  /** Into a memory of its own each time, so that no round carries what others left. */
  const toMemory = (backend) => async (n) => {
    ready(n)
    const memory = open(memoryStore(), backend)
    await inFlight(n, WIDTH, (index) => memory.append(drafts[index]))
    await memory.close()
  }
  /** The same drafts again, each time into another chain. */
  const toFile = (name, backend) => {
    const file = open(fileStore(join(directory, name)), backend)
    opened.push(file)
    let round = 0
    return async (n) => {
      ready(n)
      round += 1
      const chainId = `round-${round}`
      await inFlight(n, WIDTH, (index) => file.append({ ...drafts[index], chainId }))
    }
  }
  const collected = (width) => async (n) => {
    const memory = open(memoryStore())
    await inFlight(n, width, () => emit(memory))
    await memory.close()
  }
  const rawSodium = await sodiumSigned()
  try {
    return await race(
      {
        rawInFlight: rawSigned,
        memory: toMemory('node'),
        file: toFile('node', 'node'),
        collected: collected(WIDTH),
        oneByOne: collected(1),
        ...(rawSodium && {
          rawSodium,
          memorySodium: toMemory('sodium'),
          fileSodium: toFile('sodium', 'sodium'),
        }),
      },
      { rounds },
    )
  } finally {
    for (const one of opened) await one.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @param {Awaited<ReturnType<typeof ledger>>} rates */
export const ledgerRows = (rates) => [
  ['node:crypto sign, 64 in flight', rates.rawInFlight],
  ['ledger to memory, 256 in flight', rates.memory, rates.rawInFlight, 'of the signatures alone'],
  ['ledger to file (fdatasync), 256 in flight', rates.file, rates.memory, 'of ledger to memory'],
  ['collector and ledger to memory, 256 in flight', rates.collected, rates.rawInFlight, 'of the signatures alone'],
  ['collector and ledger to memory, one by one', rates.oneByOne, rates.rawInFlight, 'of the signatures alone'],
  ...(rates.rawSodium === undefined
    ? []
    : [
        ['sodium-native sign, one thread', rates.rawSodium],
        ['ledger to memory, sodium-native', rates.memorySodium, rates.rawSodium, 'of the signatures alone'],
        ['ledger to file, sodium-native', rates.fileSodium, rates.memorySodium, 'of ledger to memory'],
      ]),
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rounds = 5
  console.log(`pool threads: ${process.env.UV_THREADPOOL_SIZE ?? 4}`)
  for (const [name, rate, base, words] of ledgerRows(await ledger({ rounds })))
    console.log(
      name.padEnd(46),
      perSecond(rate).padStart(8),
      base === undefined ? '' : `${percent(rate, base)} ${words}`,
    )
  if (process.env.UV_THREADPOOL_SIZE === undefined) {
    const env = { ...process.env, UV_THREADPOOL_SIZE: '2' }
    console.log(`\n${execFileSync(process.execPath, [fileURLToPath(import.meta.url)], { env, encoding: 'utf8' })}`)
  }
}
