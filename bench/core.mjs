// Sealing and verifying on one thread, for each backend of Ed25519 against that backend's own raw signature and
// verification, which take turns with it in the same run. `node bench/core.mjs` prints the
// figures; with `--cpu` they are of processor time, for a machine that has other work as well.
import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundled } from './bundled.mjs'
import { body, privateKey, seed } from './fixtures.mjs'
import { percent, perSecond, processorMs, race } from './measure.mjs'

const inner = await bundled('core', {
  didKey: 'keys/did-key.ts',
  loadSodiumBackend: 'keys/ed25519/sodium.ts',
  nodeBackend: 'keys/ed25519/node.ts',
  realEnvironment: 'ledger/environment.ts',
  isoTime: 'primitives/time.ts',
  genesisHash: 'receipt/digest.ts',
  'frame, lineOf, link, seal': 'receipt/seal.ts',
  verifyLineBatches: 'verify/chain.ts',
  'Keyring, verifyChain': 'verify/index.ts',
  lineBatchesOf: 'verify/node/meter.ts',
  fileChunks: 'verify/node/chunks.ts',
})

const publicKey = createPublicKey(privateKey)
const rawPublicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
const keyId = inner.didKey(rawPublicKey)
/** How many the file holds: a round is one reading or several. */
const RECEIPTS = 1_000
/**
 * What the raw work is done on: as many messages as the file has receipts, each another, as in a chain. The same signature
 * verified again and again is a twentieth faster, because the processor learns the way through it.
 */
const messages = Array.from({ length: RECEIPTS }, (_, index) =>
  Buffer.from(`quittance/1 receipt\nsha256:${createHash('sha256').update(String(index)).digest('hex')}\n`),
)
const signatures = messages.map((message) => sign(null, message, privateKey))

/** One receipt behind another, each signed on this thread. */
function sealer(signSync) {
  const { frame, genesisHash, isoTime, lineOf, link, realEnvironment, seal } = inner
  let previous = genesisHash('acme-credit')
  let seq = 0
  return {
    next() {
      const place = { seq, timestamp: isoTime(Date.now()), keyId, prevReceiptHash: previous }
      const linked = link(frame(body(realEnvironment.uuid())), place)
      const receipt = seal(linked, signSync(linked.message))
      previous = receipt.receiptHash
      seq += 1
      return receipt
    },
    line() {
      return lineOf(this.next())
    },
  }
}

/** Reads a file and judges every line on this thread, with one backend. */
async function verifiedFile(file, keyring, backend) {
  const { fileChunks, lineBatchesOf, verifyLineBatches } = inner
  const meter = { bytes: 0, receipts: 0, tick() {} }
  const result = await verifyLineBatches(lineBatchesOf(fileChunks(file), meter), { keyring }, backend)
  if (result.verdict !== 'VALID') throw new Error(`the bench's own chain is ${result.verdict}`)
}

function rawOf(sodium) {
  const secret = sodium && Buffer.alloc(64)
  if (sodium) sodium.crypto_sign_seed_keypair(Buffer.alloc(32), secret, seed)
  const out = Buffer.alloc(64)
  return sodium
    ? {
        sign: (message) => sodium.crypto_sign_detached(out, message, secret),
        verify: (message, signature) => sodium.crypto_sign_verify_detached(signature, message, rawPublicKey),
      }
    : {
        sign: (message) => sign(null, message, privateKey),
        verify: (message, signature) => verify(null, message, publicKey, signature),
      }
}

async function backendFigures(backend, raw, path, options) {
  const signer = backend.signerFromSeed(seed)
  const seals = sealer((bytes) => signer.signSync(bytes))
  const keyring = new inner.Keyring([keyId])
  return race(
    {
      rawSign: (n) => {
        for (let i = 0; i < n; i += 1) raw.sign(messages[i % RECEIPTS])
      },
      seal: (n) => {
        for (let i = 0; i < n; i += 1) seals.next()
      },
      rawVerify: (n) => {
        for (let i = 0; i < n; i += 1) raw.verify(messages[i % RECEIPTS], signatures[i % RECEIPTS])
      },
      verifyFile: async (n) => {
        let done = 0
        for (; done < n; done += RECEIPTS) await verifiedFile(path, keyring, backend)
        return done
      },
    },
    options,
  )
}

/**
 * @param {{ roundMs?: number, rounds?: number, now?: () => number }} [options]
 * @returns operations a second for each backend, and how long a receipt is
 */
export async function core(options) {
  const signer = inner.nodeBackend.signerFromSeed(seed)
  const seals = sealer((bytes) => signer.signSync(bytes))
  const lines = Array.from({ length: RECEIPTS }, () => seals.line())
  const directory = mkdtempSync(join(tmpdir(), 'quittance-bench-'))
  const path = join(directory, 'chain.jsonl')
  writeFileSync(path, `${lines.join('\n')}\n`)
  try {
    const node = await backendFigures(inner.nodeBackend, rawOf(undefined), path, options)
    const sodiumBackend = await inner.loadSodiumBackend()
    const sodium = sodiumBackend
      ? await backendFigures(sodiumBackend, rawOf((await import('sodium-native')).default), path, options)
      : undefined
    return { lineBytes: lines[0].length, preimageBytes: lines[0].length - 256, node, sodium }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { node, sodium, lineBytes, preimageBytes } = await core(
    process.argv.includes('--cpu') ? { now: processorMs, roundMs: 100, rounds: 30 } : {},
  )
  console.log(`one receipt: preimage ${preimageBytes} bytes, line ${lineBytes} bytes\n`)
  for (const [name, rates] of Object.entries({ 'node:crypto': node, 'sodium-native': sodium })) {
    if (rates === undefined) console.log(`${name}: not installed`)
    else {
      const { rawSign, seal, rawVerify, verifyFile } = rates
      console.log(`${name}: seal ${perSecond(seal)}, ${percent(seal, rawSign)} of raw ${perSecond(rawSign)}`)
      console.log(
        `${name}: verify a file ${perSecond(verifyFile)}, ${percent(verifyFile, rawVerify)} of raw ${perSecond(rawVerify)}`,
      )
    }
  }
}
