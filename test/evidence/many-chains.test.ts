/** Packages of many chains: what a chain costs must not grow with how many there are. */
import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type EvidenceResult, verifyEvidence } from '../../src/evidence/index.js'
import { judgeEvidence } from '../../src/evidence/judge.js'
import { judgeOneChain } from '../../src/evidence/judge-chain.js'
import type { PackagedChain } from '../../src/evidence/judging.js'
import { openPackage } from '../../src/evidence/open-package.js'
import { limitsOf } from '../../src/evidence/zip/limits.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { Keyring } from '../../src/keys/keyring.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { signatureLine } from '../../src/tlog/note.js'
import { noteKey } from '../../src/tlog/vkey.js'
import { chainOf, keys } from '../verify/support.js'
import {
  acme,
  entryAbout,
  fileOf,
  LOG,
  logKey,
  noteOf,
  now,
  packed,
  packer,
  resealed,
  rootOf,
  startOf,
  storeOf,
} from './support.js'
import { entriesOf } from './zip-of.js'

const keyring = new Keyring([
  { keyId: keys.one.keyId },
  { keyId: packer.keyId, uses: ['report'] },
  { keyId: logKey.keyId, uses: ['checkpoint'] },
])

/** As long as makes a second thread worth its start. */
const long = { details: { rationale: 'x'.repeat(8_000) } }
const chains = Array.from({ length: 40 }, (_, index) =>
  chainOf([startOf('d'), long, long], { chainId: `chain-${index + 1}` }),
)
const manyLog = chainOf([startOf('e'), ...chains.flatMap((chain) => [entryAbout(chain, 2), entryAbout(chain)])], {
  chainId: 'the-log',
})

async function packageOfMany(): Promise<Buffer> {
  const store = await storeOf(...chains, manyLog)
  return packed({ store, checkpoints: [{ note: await noteOf(LOG, manyLog), timestamps: [] }] })
}

/** Judges on this thread, and notes what each chain is held against. */
async function watched(bytes: Buffer): Promise<{ readonly result: EvidenceResult; readonly seen: PackagedChain[] }> {
  const handle = await open(await fileOf(bytes), 'r')
  const seen: PackagedChain[] = []
  try {
    const access = openPackage(handle, bytes.length, 'package')
    const judging = { keyring, policy: {}, limits: limitsOf(undefined), now: new Date(now) }
    const result = await judgeEvidence(access, judging, {
      async *judgeChains(given, asked, counted) {
        expect(asked).not.toHaveProperty('anchors')
        for (const chain of given) {
          seen.push(chain)
          yield await judgeOneChain(access, chain, asked, { backend: defaultBackend, counted })
        }
      },
    })
    return { result, seen }
  } finally {
    await handle.close()
  }
}

test('a chain is held against what is said of it alone, however many others there are', async () => {
  const { result, seen } = await watched(await packageOfMany())
  expect(result.verdict).toBe('VALID')
  for (const { chainId, anchors } of seen) {
    expect([...new Set(anchors.map((anchor) => anchor.chainId))]).toEqual([chainId])
    expect(anchors.map(({ size }) => size)).toEqual(chainId === 'the-log' ? [manyLog.length] : [2, 3])
  }
  expect(seen).toHaveLength(chains.length + 1)
  const held = result.chains.filter(({ chainId }) => chainId !== 'the-log').map(({ checkpoints }) => checkpoints.length)
  expect(held).toEqual(chains.map(() => 2))
})

test.each([1, 2])('%i threads hold each chain against its own', async (workers) => {
  const bytes = await packageOfMany()
  const result = await verifyEvidence(await fileOf(bytes), { keyring, now, workers })
  expect(result).toMatchObject({ verdict: 'VALID', problems: [] })
  expect(result.proved.filter(({ code }) => code === 'CHECKPOINT')).toHaveLength(chains.length + 1)
  // one that the log has signed for otherwise is not led to
  const forged = chainOf([startOf('d'), long, { details: { rationale: 'other' } }], { chainId: 'chain-7' })
  const store = await storeOf(...chains.map((chain, index) => (index === 6 ? forged : chain)), manyLog)
  const changed = await packed({ store, checkpoints: [{ note: await noteOf(LOG, manyLog), timestamps: [] }] })
  const judged = await verifyEvidence(await fileOf(changed), { keyring, now, workers })
  const wrong = judged.chains.filter((chain) => chain.result.verdict !== 'VALID')
  expect(wrong.map(({ chainId, result: { verdict, counts } }) => [chainId, verdict, counts])).toEqual([
    ['chain-7', 'INVALID', { CHECKPOINT_MISMATCH: 1 }],
  ])
})

test('thousands of chains without a receipt are judged, each INCOMPLETE', async () => {
  const entries = await entriesOf(await packed({ store: await storeOf(acme), logChain: undefined, checkpoints: [] }))
  const names = Array.from({ length: 3_000 }, (_, index) => `receipts/empty-${index}.jsonl`)
  const empty = names.map((file) => ({ chainId: file.slice('receipts/'.length), file, receipts: 0 }))
  const bytes = resealed([...entries, ...names.map((name) => ({ name, bytes: new Uint8Array() }))], (manifest) => ({
    ...manifest,
    chains: [...manifest.chains, ...empty],
  }))
  const { verdict, chains: found, problems } = await verifyEvidence(await fileOf(bytes), { keyring, now })
  expect([verdict, found.length]).toEqual(['INCOMPLETE', 3_001])
  expect(problems.filter(({ code }) => code === 'CHAIN_INCOMPLETE')).toHaveLength(3_000)
  expect(problems.filter(({ code }) => code === 'REQUIRED_CHAIN_MISSING')).toHaveLength(3_000)
})

test('a note whose origin can be no name of a key is of nobody, and is not thrown', async () => {
  const origin = 'log example acme'
  const text = checkpointText({ origin, size: acme.length, rootHash: rootOf(acme) })
  const line = signatureLine(noteKey(LOG, 'ed25519', parseDidKey(logKey.keyId)), logKey.sign(Buffer.from(text)))
  const entries = await entriesOf(await packed({ store: await storeOf(acme), logChain: undefined, checkpoints: [] }))
  const note = Buffer.from(`${text}\n${line}`)
  const bytes = resealed([...entries, { name: 'checkpoints/1.txt', bytes: note }])
  const { checkpoints } = await verifyEvidence(await fileOf(bytes), { keyring, now })
  expect(checkpoints).toEqual([{ member: 'checkpoints/1.txt', origin, size: acme.length, kind: 'unknown' }])
})
