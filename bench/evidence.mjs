// Verifying an evidence package against verifying the same chain as a file, in turns, by as many threads; what packing costs; and
// the most memory that a process holds which does nothing but verify it. `node bench/evidence.mjs` prints the figures; `--receipts N` for another number than 100,000,
// `--rounds N`, `--compress` for a compressed package, which is read on one thread.
import { execFile } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundled } from './bundled.mjs'
import { body, privateKey, seed } from './fixtures.mjs'
import { percent, perSecond, processorMs } from './measure.mjs'

const inner = await bundled('evidence', {
  didKey: 'keys/did-key.ts',
  nodeBackend: 'keys/ed25519/node.ts',
  realEnvironment: 'ledger/environment.ts',
  isoTime: 'primitives/time.ts',
  genesisHash: 'receipt/digest.ts',
  'frame, lineOf, link, seal': 'receipt/seal.ts',
  Keyring: 'verify/index.ts',
  verifyFile: 'verify/node/file.ts',
  verifyEvidence: 'evidence/verify.ts',
  writeEvidence: 'evidence/write.ts',
})

const numberAfter = (flag, otherwise) => {
  const at = process.argv.indexOf(flag)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const count = numberAfter('--receipts', 100_000)
const rounds = numberAfter('--rounds', 3)
const compress = process.argv.includes('--compress')

const chainId = 'acme-credit'
const signer = inner.nodeBackend.signerFromSeed(seed)
const keyId = inner.didKey(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32))
const keyring = new inner.Keyring([keyId])
const folder = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
const file = join(folder, 'chain.jsonl')
const zip = join(folder, 'chain.zip')

function writeChain() {
  const { frame, genesisHash, isoTime, lineOf, link, realEnvironment, seal } = inner
  const fd = openSync(file, 'w')
  let prevReceiptHash = genesisHash(chainId)
  let last
  let held = ''
  for (let seq = 0; seq < count; seq += 1) {
    const place = { seq, timestamp: isoTime(Date.now()), keyId, prevReceiptHash }
    const linked = link(frame(body(realEnvironment.uuid())), place)
    last = seal(linked, signer.signSync(linked.message))
    prevReceiptHash = last.receiptHash
    held += `${lineOf(last)}\n`
    if (held.length > 1_000_000 || seq === count - 1) {
      writeSync(fd, held)
      held = ''
    }
  }
  closeSync(fd)
  return last
}

/** What is packed: the lines of the file, as a store would give them. */
function storeOver() {
  return {
    async *chains() {
      yield chainId
    },
    bounds: async () => ({ first: 0, last: count - 1 }),
    async *lines() {
      const { createInterface } = await import('node:readline')
      const { createReadStream } = await import('node:fs')
      yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
    },
  }
}

async function timed(work) {
  const [begin, used] = [performance.now(), processorMs()]
  await work()
  return { ms: performance.now() - begin, cpu: processorMs() - used }
}

const refuse = ({ verdict }) => {
  if (verdict !== 'VALID') throw new Error(`the bench's own package is ${verdict}`)
}
const plain = async () => refuse(await inner.verifyFile(file, { keyring, chainId }))
const packed = async (path = zip) => refuse(await inner.verifyEvidence(path, { keyring }))

/** The most that a process holds, everything included, in megabytes: one of its own, because this one has written the chain. */
async function mostMemory() {
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), '--memory-of', zip])
  return Number(stdout)
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]

const memoryOf = process.argv.indexOf('--memory-of')
try {
  if (memoryOf >= 0) {
    await packed(process.argv[memoryOf + 1])
    console.log(Math.round((process.resourceUsage().maxRSS * 1024) / 1e6))
  } else await compare()
} finally {
  rmSync(folder, { recursive: true })
}

async function compare() {
  writeChain()
  const provider = { signer: async () => ({ keyId, sign: async (message) => signer.signSync(message) }) }
  const packing = await timed(() =>
    inner.writeEvidence({ store: storeOver(), chains: [chainId], keyring, signer: provider, out: zip, compress }),
  )
  const megabytes = (path) => (statSync(path).size / 1e6).toFixed(0)
  console.log(`${count} receipts, ${megabytes(file)} MB; the package has ${megabytes(zip)} MB`)
  console.log(`packing: ${perSecond(count / (packing.ms / 1000))}`)
  const memory = await mostMemory()
  await packed()
  await plain()
  const taken = new Map([plain, packed].map((turn) => [turn, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const turn of round % 2 === 0 ? [plain, packed] : [packed, plain])
      taken.get(turn).push(await timed(() => turn()))
  const of = (turn, what) => median(taken.get(turn).map((one) => one[what]))
  console.log(`the chain as a file: ${perSecond(count / (of(plain, 'ms') / 1000))}`)
  console.log(`the package:         ${perSecond(count / (of(packed, 'ms') / 1000))}`)
  console.log(`package against file: ${percent(of(packed, 'ms'), of(plain, 'ms'))} of the time (110 % wanted)`)
  console.log(`  of the processor's time: ${percent(of(packed, 'cpu'), of(plain, 'cpu'))}`)
  console.log(`memory while the package is verified, everything included: ${memory} MB (200 MB wanted)`)
}
