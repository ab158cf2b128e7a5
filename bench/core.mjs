// Sealing and verifying on one thread against the raw signature of the same backend.
import { createPublicKey, sign, verify } from 'node:crypto'
import { didKey } from '../src/keys/did-key.ts'
import { realEnvironment } from '../src/ledger/environment.ts'
import { isoTime } from '../src/primitives/time.ts'
import { genesisHash } from '../src/receipt/digest.ts'
import { frame, lineOf, link, seal } from '../src/receipt/seal.ts'
import { Keyring, verifyChain } from '../src/verify/index.ts'
import { body, privateKey } from './fixtures.mjs'
import { race } from './measure.mjs'

const publicKey = createPublicKey(privateKey)
const keyId = didKey(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
const message = Buffer.from(`quittance/1 receipt\nsha256:${'a'.repeat(64)}\n`)
const signature = sign(null, message, privateKey)

function sealNext(previous, seq) {
  const linked = link(frame(body(realEnvironment.uuid())), {
    seq,
    timestamp: isoTime(Date.now()),
    keyId,
    prevReceiptHash: previous ?? genesisHash('acme-credit'),
  })
  return seal(linked, sign(null, linked.message, privateKey))
}

export async function core() {
  const lines = []
  let previous
  for (let seq = 0; seq < 2_000; seq += 1) {
    const receipt = sealNext(previous, seq)
    previous = receipt.receiptHash
    lines.push(lineOf(receipt))
  }
  const keyring = new Keyring([keyId])
  let last = previous
  const rates = await race({
    rawSign: (n) => {
      for (let i = 0; i < n; i += 1) sign(null, message, privateKey)
    },
    seal: (n) => {
      for (let i = 0; i < n; i += 1) last = sealNext(last, i).receiptHash
    },
    rawVerify: (n) => {
      for (let i = 0; i < n; i += 1) verify(null, message, publicKey, signature)
    },
    verifyChain: async (n) => {
      for (let done = 0; done < n; ) {
        const part = lines.slice(0, Math.min(lines.length, n - done))
        const { verdict } = await verifyChain(part, { keyring })
        if (verdict !== 'VALID') throw new Error(`the bench's own chain is ${verdict}`)
        done += part.length
      }
    },
  })
  return { lineBytes: lines[0].length, preimageBytes: lines[0].length - 256, ...rates }
}
