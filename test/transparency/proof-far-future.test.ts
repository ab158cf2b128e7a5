/** A witness may say any second: one beyond the years that a time can name dates nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDidKey } from '../../src/keys/did-key.js'
import { cosign } from '../../src/tlog/cosignature.js'
import { noteKey } from '../../src/tlog/vkey.js'
import { makeProof } from '../../src/transparency/decision-proof.js'
import { formatDecisionProof, type LogLevel, parseDecisionProof } from '../../src/transparency/decision-proof-format.js'
import { verifyDecisionProof } from '../../src/transparency/decision-proof-verify.js'
import { keyNamed } from '../ledger/support.js'
import { type ProofWorld, proofWorld, WITNESS } from './proof-support.js'

let world: ProofWorld
beforeAll(async () => {
  world = await proofWorld()
})
afterAll(() => world.close())

test.each([253_402_300_800, 9e15])('second %s', async (second) => {
  const [receiptId] = await world.decide(2)
  await world.publish('acme')
  const { text } = await makeProof(world.store, { chainId: 'acme', receiptId: receiptId as string })
  const proof = parseDecisionProof(text)
  const level = proof.log as LogLevel
  const signed = level.proof.note.slice(0, level.proof.note.indexOf('\n\n') + 1)
  const { keyId, sign } = await keyNamed('witness').signer()
  const line = await cosign(signed, noteKey(WITNESS, 'ed25519-cosignature', parseDidKey(keyId)), second, (message) =>
    sign(message, {}),
  )
  const others = level.proof.note.split('\n').filter((one) => !one.startsWith(`\u2014 ${WITNESS} `))
  const note = `${others.join('\n')}${line}`
  const result = await verifyDecisionProof(
    formatDecisionProof({ ...proof, log: { ...level, proof: { ...level.proof, note } } }),
    { keyring: world.keyring, policy: world.policy },
  )
  expect([result.verdict, result.witnesses]).toEqual(['VALID', [WITNESS]])
  expect(result).not.toHaveProperty('witnessedBy')
})
