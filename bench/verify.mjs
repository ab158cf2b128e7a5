// Verifying a file on two threads, against the calling thread alone, and what raw verification gains from two threads in the
// same run: all take turns. Then a million receipts: what memory that takes, and whether the last tenth costs more than the
// first. `npx tsx bench/verify.mjs` prints the figures; `--receipts N` for another number than a million, 0 for none;
// `--rounds N`; `--file N` for how many are in the file of the others; `--backend node` or `sodium` for that one alone.
import { createPublicKey, sign } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { bundled } from './bundled.mjs'
import { body, privateKey, seed } from './fixtures.mjs'
import { percent, perSecond } from './measure.mjs'

const inner = await bundled('verify', {
  didKey: 'keys/did-key.ts',
  'loadSodiumBackend, sodiumBackend': 'keys/ed25519/sodium.ts',
  nodeBackend: 'keys/ed25519/node.ts',
  realEnvironment: 'ledger/environment.ts',
  isoTime: 'primitives/time.ts',
  genesisHash: 'receipt/digest.ts',
  'frame, lineOf, link, seal': 'receipt/seal.ts',
  verifyLines: 'verify/chain.ts',
  Keyring: 'verify/index.ts',
  'linesOf, meterFor': 'verify/node/meter.ts',
  fileChunks: 'verify/node/chunks.ts',
  assemble: 'verify/node/assemble.ts',
  threads: 'verify/node/threads.ts',
  shape: 'verify/node/workers.ts',
})

const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
const keyId = inner.didKey(publicKey.subarray(-32))
const keyring = new inner.Keyring([keyId])

/** @param {string} path @param {number} count */
function writeChain(path, count) {
  const { frame, genesisHash, isoTime, lineOf, link, realEnvironment, seal } = inner
  const signer = inner.nodeBackend.signerFromSeed(seed)
  const fd = openSync(path, 'w')
  let prevReceiptHash = genesisHash('acme-credit')
  let held = ''
  for (let seq = 0; seq < count; seq += 1) {
    const place = { seq, timestamp: isoTime(Date.now()), keyId, prevReceiptHash }
    const linked = link(frame(body(realEnvironment.uuid())), place)
    const receipt = seal(linked, signer.signSync(linked.message))
    prevReceiptHash = receipt.receiptHash
    held += `${lineOf(receipt)}\n`
    if (held.length > 1_000_000 || seq === count - 1) {
      writeSync(fd, held)
      held = ''
    }
  }
  closeSync(fd)
}

const refuse = (result, count) => {
  if (result.verdict !== 'VALID' || result.checked !== count)
    throw new Error(`the bench's own chain is ${result.verdict}`)
}

async function onOne(path, count, backend, onProgress) {
  const meter = inner.meterFor({ onProgress }, undefined)
  const lines = inner.linesOf(inner.fileChunks(path), meter)
  refuse(await inner.verifyLines(lines, { keyring }, backend), count)
}

/** As `verifyFile` does it, on threads that run already. */
async function onCrew(crew, path, count, backend, onProgress) {
  const meter = inner.meterFor({ onProgress }, undefined)
  const chain = { name: path, files: [{ name: path, path, bytes: statSync(path).size }] }
  const working = { crew, shape: inner.shape, meter, backend }
  for await (const { result } of inner.assemble([chain], { keyring }, working)) refuse(result, count)
}

/** How long two threads take until the first of them answers, and to end. */
async function startMs(data) {
  const begin = performance.now()
  const crew = await inner.threads(2, { data })
  crew.awaited(true)
  await Promise.all([1, 2].map(() => crew.examine({ ranges: [], manner: { itemised: false, leaves: false } })))
  await crew.close()
  return performance.now() - begin
}

const rawSource = `
const { createPublicKey, verify } = require('node:crypto')
const { parentPort, workerData: { der, message, signature, sodium: path } } = require('node:worker_threads')
const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
const sodium = path && require('node:module').createRequire(path)(path)
const raw = Buffer.from(der).subarray(-32)
const one = sodium
  ? () => sodium.crypto_sign_verify_detached(signature, message, raw)
  : () => verify(null, message, key, signature)
parentPort.on('message', (count) => {
  for (let i = 0; i < count; i += 1) if (!one()) throw new Error('does not verify')
  parentPort.postMessage('done')
})`

/** Threads that do nothing but verify one signature. */
async function rawThreads(count, sodium) {
  const message = Buffer.from(`quittance/1 receipt\nsha256:${'a'.repeat(64)}\n`)
  const workerData = { der: publicKey, message, signature: sign(null, message, privateKey), sodium }
  const all = Array.from({ length: count }, () => new Worker(rawSource, { eval: true, workerData }))
  const work = (times) => {
    const share = Math.ceil(times / count)
    return Promise.all(
      all.map((worker) => {
        worker.postMessage(share)
        return once(worker, 'message')
      }),
    )
  }
  await work(count)
  return { work, close: () => Promise.all(all.map((worker) => worker.terminate())) }
}

const cpu = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function speed(path, count, backend, data, rounds) {
  const one = await rawThreads(1, data.sodium?.path)
  const two = await rawThreads(2, data.sodium?.path)
  const crew = await inner.threads(2, { data })
  const candidates = {
    raw1: () => one.work(count),
    ours1: () => onOne(path, count, backend),
    raw2: () => two.work(count),
    ours2: () => onCrew(crew, path, count, backend),
  }
  const best = { raw1: 0, ours1: 0, raw2: 0, ours2: 0, startMs: Number.POSITIVE_INFINITY, cpu: {} }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(candidates)) {
      const [begin, spent] = [performance.now(), cpu()]
      await work()
      best.cpu[name] = Math.min(best.cpu[name] ?? Number.POSITIVE_INFINITY, ((cpu() - spent) * 1000) / count)
      best[name] = Math.max(best[name], (count * 1000) / (performance.now() - begin))
    }
  }
  for (let round = 0; round < rounds; round += 1) best.startMs = Math.min(best.startMs, await startMs(data))
  await Promise.all([one.close(), two.close(), crew.close()])
  return best
}

/** The peak above the idle process, and what each tenth cost all threads: time itself says more of what else the machine does. */
async function large(path, count, backend, data) {
  globalThis.gc?.()
  const idle = process.memoryUsage.rss()
  let peak = idle
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 20)
  const bytes = statSync(path).size
  const tenths = []
  let last = cpu()
  const begin = performance.now()
  const onProgress = (step) => {
    while (step.bytes >= ((tenths.length + 1) * bytes) / 10) {
      const now = cpu()
      tenths.push(now - last)
      last = now
    }
  }
  const crew = await inner.threads(2, { data })
  await onCrew(crew, path, count, backend, onProgress)
  await crew.close()
  clearInterval(watch)
  return { peakMB: (peak - idle) / 1e6, tenths, perSecond: (count * 1000) / (performance.now() - begin) }
}

/**
 * @param {{ receipts?: number, rounds?: number, large?: number, backend?: 'node' | 'sodium' }} [options]
 * @returns operations a second for each backend; memory and tenths of a large file
 */
export async function verifying({ receipts = 40_000, rounds = 5, large: many = 1_000_000, backend: wanted } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  try {
    const path = join(directory, 'chain.jsonl')
    writeChain(path, receipts)
    const node =
      wanted === 'sodium' || rounds === 0 ? undefined : await speed(path, receipts, inner.nodeBackend, {}, rounds)
    const sodiumBackend = await inner.loadSodiumBackend()
    const { cofactored } = sodiumBackend ?? {}
    const data = sodiumBackend
      ? { sodium: { path: createRequire(import.meta.url).resolve('sodium-native'), cofactored } }
      : {}
    const sodium =
      sodiumBackend && wanted !== 'node' && rounds > 0
        ? await speed(path, receipts, sodiumBackend, data, rounds)
        : undefined
    if (many > 0) writeChain(path, many)
    const big = many > 0 ? await large(path, many, sodiumBackend ?? inner.nodeBackend, data) : undefined
    return { receipts, node, sodium, many, large: big }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const flag = (name, otherwise) => {
    const at = process.argv.indexOf(name)
    return at === -1 ? otherwise : Number(process.argv[at + 1])
  }
  const at = process.argv.indexOf('--backend')
  const backend = at === -1 ? undefined : process.argv[at + 1]
  const options = {
    large: flag('--receipts', 1_000_000),
    receipts: flag('--file', 40_000),
    rounds: flag('--rounds', 5),
    backend,
  }
  const { node, sodium, many, large: big } = await verifying(options)
  for (const [name, rates] of Object.entries({ 'node:crypto': node, 'sodium-native': sodium })) {
    if (rates === undefined) {
      console.log(`${name}: not measured`)
      continue
    }
    const { raw1, raw2, ours1, ours2, startMs: start, cpu: spent } = rates
    const [raw, ours] = [raw2 / raw1, ours2 / ours1]
    console.log(`${name}: one thread ${perSecond(ours1)}, ${percent(ours1, raw1)} of raw ${perSecond(raw1)}`)
    console.log(
      `${name}: two threads ${perSecond(ours2)}, ${ours.toFixed(2)} × one; raw ${raw.toFixed(2)} ×: ${percent(ours, raw)} of that gain; their start ${start.toFixed(0)} ms`,
    )
    const us = (of) => `${of.toFixed(1)} µs`
    console.log(
      `${name}: processor time a receipt: one thread ${us(spent.ours1)}, two ${us(spent.ours2)}; raw ${us(spent.raw1)}, ${us(spent.raw2)}`,
    )
  }
  if (big) {
    const [first, last] = [big.tenths[0], big.tenths[9]]
    console.log(
      `${many} receipts on two threads: ${perSecond(big.perSecond)}, ${big.peakMB.toFixed(0)} MB above the idle process at most; the last tenth cost ${(last / first).toFixed(2)} × the first`,
    )
  }
}
