/** Cosignatures by ML-DSA-44 keys in a package: counted where the library for them is there, and else said to count for nothing. */
import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type EvidenceResult, parseEvidencePolicy, verifyEvidence } from '../../src/evidence/index.js'
import { judgeEvidence } from '../../src/evidence/judge.js'
import { judgeOneChain } from '../../src/evidence/judge-chain.js'
import { openPackage } from '../../src/evidence/open-package.js'
import { evidenceText } from '../../src/evidence/text.js'
import { limitsOf } from '../../src/evidence/zip/limits.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { mlDsaCosigned, mlDsaPolicy } from './post-quantum.js'
import { fileOf, now, packed, verifierKeyring } from './support.js'

const codes = ({ verdict, problems }: EvidenceResult) => [verdict, ...new Set(problems.map(({ code }) => code))]
const fileWith = async (note: string) => fileOf(await packed({ checkpoints: [{ note, timestamps: [] }] }))

test('one that holds makes up the quorum', async () => {
  const result = await verifyEvidence(await fileWith(await mlDsaCosigned()), {
    keyring: verifierKeyring,
    policy: mlDsaPolicy,
    now,
  })
  expect(codes(result)).toEqual(['VALID'])
  expect(result.unverified).toBeUndefined()
  expect(result.chains.find(({ chainId }) => chainId === 'acme')?.checkpoints.at(-1)).toMatchObject({
    witnessed: true,
    witnessedAt: '2026-01-04T00:00:00.999Z',
  })
})

test('one that is wrong is INVALID', async () => {
  const note = await mlDsaCosigned((signature) => signature.map((byte, at) => (at === 100 ? byte ^ 1 : byte)))
  const result = await verifyEvidence(await fileWith(note), { keyring: verifierKeyring, policy: mlDsaPolicy, now })
  expect(codes(result)).toContain('CHECKPOINT_INVALID')
  expect(result.verdict).toBe('INVALID')
})

test('where nobody can check it, it counts for nothing, which is said', async () => {
  const file = await fileWith(await mlDsaCosigned())
  const handle = await open(file, 'r')
  const access = openPackage(handle, (await handle.stat()).size, file)
  const judging = {
    keyring: verifierKeyring,
    policy: parseEvidencePolicy(mlDsaPolicy),
    limits: limitsOf(undefined),
    now: new Date(now),
  }
  const result = await judgeEvidence(access, judging, {
    async *judgeChains(chains, asked, counted) {
      for (const chain of chains) yield await judgeOneChain(access, chain, asked, { backend: defaultBackend, counted })
    },
  })
  await handle.close()
  expect(codes(result)).toEqual(['INCOMPLETE', 'REQUIRED_WITNESS_MISSING'])
  expect(result.unverified).toBe(1)
  expect(evidenceText(result)).toContain('\nnot checked\n  ML-DSA-44 cosignatures: 1;')
})
