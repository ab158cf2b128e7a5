/** Cosignatures by ML-DSA-44 keys in a package: counted where the library for them is there, and else said to count for nothing. */
import { pathToFileURL } from 'node:url'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { expect, test } from 'vitest'
import { type EvidenceResult, verifyEvidence } from '../../src/evidence/index.js'
import { evidenceText } from '../../src/evidence/text.js'
import { readCheckpoint } from '../../src/tlog/checkpoint.js'
import { mlDsaMessage } from '../../src/tlog/ml-dsa.js'
import { signatureLine } from '../../src/tlog/note.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { days } from '../verify/support.js'
import { judgedByPython, verifyMjs } from './python.js'
import { fileOf, LOG, log, logVkey, noteOf, now, packed, verifierKeyring } from './support.js'

const { secretKey, publicKey } = ml_dsa44.keygen(new Uint8Array(32).fill(7))
const key = noteKey('witness.example/pq', 'ml-dsa-44-cosignature', publicKey)
const policy = JSON.stringify({
  require: { checkpoints: { policy: `log ${logVkey}\nwitness pq ${vkeyOf(key)}\nquorum pq\n` } },
})

/** The log's newest checkpoint, cosigned by the one witness of the policy. */
async function cosigned(spoil = (signature: Uint8Array) => signature): Promise<string> {
  const note = await noteOf(LOG, log)
  const { origin, size, rootHash } = readCheckpoint(note)
  const time = Date.parse(days(3)) / 1000
  const message = mlDsaMessage({ cosigner: key.name, time, origin, size, rootHash }) as Uint8Array
  const line = Buffer.alloc(8 + 2_420)
  line.writeBigUInt64BE(BigInt(time))
  line.set(spoil(ml_dsa44.sign(message, secretKey)), 8)
  return `${note}${signatureLine(key, line)}`
}
const codes = ({ verdict, problems }: EvidenceResult) => [verdict, ...new Set(problems.map(({ code }) => code))]
const fileWith = async (note: string) => fileOf(await packed({ checkpoints: [{ note, timestamps: [] }] }))

test('one that holds makes up the quorum', async () => {
  const result = await verifyEvidence(await fileWith(await cosigned()), { keyring: verifierKeyring, policy, now })
  expect(codes(result)).toEqual(['VALID'])
  expect(result.unverified).toBeUndefined()
  expect(result.chains.find(({ chainId }) => chainId === 'acme')?.checkpoints.at(-1)).toMatchObject({
    witnessed: true,
    witnessedAt: '2026-01-04T00:00:00.999Z',
  })
})

test('one that is wrong is INVALID', async () => {
  const note = await cosigned((signature) => signature.map((byte, at) => (at === 100 ? byte ^ 1 : byte)))
  const result = await verifyEvidence(await fileWith(note), { keyring: verifierKeyring, policy, now })
  expect(codes(result)).toContain('CHECKPOINT_INVALID')
  expect(result.verdict).toBe('INVALID')
})

test('the verifiers in one file count it for nothing, and say so', async () => {
  const file = await fileWith(await cosigned())
  const single = await import(pathToFileURL(verifyMjs).href)
  const trusted = single.Keyring.parse(verifierKeyring.toJSON())
  const mjs = (await single.judgePackage(file, { keyring: trusted, policy, now })) as EvidenceResult
  const [python] = await judgedByPython<EvidenceResult>([{ file, keyring: verifierKeyring.toJSON(), policy, now }])
  for (const result of [mjs, python as EvidenceResult]) {
    expect(codes(result)).toEqual(['INCOMPLETE', 'REQUIRED_WITNESS_MISSING'])
    expect(result.unverified).toBe(1)
  }
  expect(evidenceText(mjs)).toContain('\nnot checked\n  ML-DSA-44 cosignatures: 1;')
})
