// Checkpoints a second that a witness cosigns, its state fsynced before each answer, against the fdatasyncs a second that the same
// disk does alone, in turn with it in short rounds of one run, medians: `node bench/witness.mjs [directory]`. Once in this process, for one log and for
// many, and once over HTTP. Requests are made before the clock starts; every one carries a consistency proof.

import { fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundled } from './bundled.mjs'
import { percent, perSecond } from './measure.mjs'

const {
  checkpointText,
  consistencyProof,
  createWitness,
  fileWitnessState,
  leafHash,
  localKey,
  merkleRoot,
  noteSigner,
  serveWitness,
  signNote,
  addCheckpointBody,
} = await bundled('witness', {
  checkpointText: 'tlog/checkpoint.ts',
  consistencyProof: 'merkle/index.ts',
  createWitness: 'transparency/witness/witness.ts',
  fileWitnessState: 'transparency/witness/state-file.ts',
  leafHash: 'merkle/index.ts',
  localKey: 'keys/local.ts',
  merkleRoot: 'merkle/index.ts',
  noteSigner: 'tlog/note-signer.ts',
  serveWitness: 'transparency/witness/server.ts',
  signNote: 'tlog/note.ts',
  addCheckpointBody: 'transparency/witness/request.ts',
})

const ROUNDS = 12
const synced = promisify(fdatasync)
const RAW = 100
const line = Buffer.from(`${'x'.repeat(700)}\n`)

/** A log that grows by one leaf with every request. */
async function bodiesOf(index, count) {
  const origin = `log.example/${index}`
  const signer = await noteSigner(origin, localKey({ seed: new Uint8Array(32).fill(index + 1) }))
  const leaves = Array.from({ length: count }, (_, at) => leafHash(Buffer.from(`${index} ${at}`)))
  const bodies = []
  for (let size = 1; size <= count; size += 1) {
    const note = await signNote(checkpointText({ origin, size, rootHash: merkleRoot(leaves, size) }), [signer])
    const proof = size === 1 ? [] : consistencyProof(leaves, size - 1, size)
    bodies.push(Buffer.from(addCheckpointBody({ oldSize: size - 1, proof, note })))
  }
  return { key: signer.key, bodies }
}

const agent = new Agent({ keepAlive: true })

function post(url, body) {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/add-checkpoint`, { method: 'POST', agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    sent.on('error', reject).end(body)
  })
}

/** @returns a second: what the witness did, and what the disk does alone */
export async function witnessed({ parent = tmpdir(), logs = 1, perLog = 60, overHttp = false } = {}) {
  const folder = mkdtempSync(join(parent, 'quittance-bench-'))
  const raw = openSync(join(folder, 'raw'), 'a')
  const histories = await Promise.all(Array.from({ length: logs }, (_, index) => bodiesOf(index, perLog * ROUNDS)))
  const state = fileWitnessState(join(folder, 'state'), { create: true })
  const witness = createWitness({
    keys: localKey({ ephemeral: true }),
    name: 'witness.example/bench',
    logs: histories.map(({ key }) => key),
    state,
  })
  const server = overHttp ? await serveWitness({ witness }) : undefined
  const send = server ? (body) => post(server.url, body) : async (body) => (await witness.addCheckpoint(body)).status
  await state.open()
  const rounds = []
  const rate = async (count, work) => {
    const begin = performance.now()
    await work()
    return (count * 1000) / (performance.now() - begin)
  }
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const alone = await rate(RAW, async () => {
        for (let index = 0; index < RAW; index += 1) {
          writeSync(raw, line)
          await synced(raw)
        }
      })
      const cosigned = await rate(logs * perLog, () =>
        Promise.all(
          histories.map(async ({ bodies }) => {
            for (const body of bodies.slice(round * perLog, (round + 1) * perLog)) {
              const status = await send(body)
              if (status !== 200) throw new Error(`the witness answered ${status}`)
            }
          }),
        ),
      )
      rounds.push({ alone, cosigned })
    }
  } finally {
    await server?.close()
    await state.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const median = (of) => rounds.map(of).toSorted((a, b) => a - b)[rounds.length >> 1]
  return {
    raw: median(({ alone }) => alone),
    witness: median(({ cosigned }) => cosigned),
    share: median(({ alone, cosigned }) => cosigned / alone),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const where = process.argv[2] === undefined ? {} : { parent: process.argv[2] }
  const cases = [
    ['one log, one request after another', { logs: 1, perLog: 60 }],
    ['32 logs at once', { logs: 32, perLog: 5 }],
    ['32 logs at once, over HTTP', { logs: 32, perLog: 5, overHttp: true }],
  ]
  for (const [name, options] of cases) {
    const { raw, witness, share } = await witnessed({ ...where, ...options })
    console.log(`${name}: ${perSecond(witness)} checkpoints, ${perSecond(raw)} fdatasyncs alone: ${percent(share, 1)}`)
  }
  agent.destroy()
}
