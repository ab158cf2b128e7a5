import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createLedger } from '../../src/ledger/ledger.js'
import { commitmentProof } from '../../src/ledger/prove.js'
import type { LedgerOptions, Secret } from '../../src/ledger/types.js'
import type { Detector } from '../../src/pii/detector.js'
import { piiRedactor } from '../../src/pii/pii-redactor.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { type CommitmentProof, verifyCommitment } from '../../src/verify/index.js'
import { draft, keyNamed } from './support.js'

const secret = Uint8Array.from({ length: 40 }, (_, index) => index + 1)
const marks: Detector = {
  name: 'marks',
  version: '1',
  types: ['THING'],
  find({ text }, report) {
    for (const { index } of text.matchAll(/MARK/g)) report(index, index + 4, 'THING', 1, 'marked')
  },
}
const ledgerOf = (more: Partial<LedgerOptions> = {}) =>
  createLedger({
    store: memoryStore(),
    keys: keyNamed('a'),
    redactor: piiRedactor({ detectors: [marks] }),
    secret,
    commitment: 'hmac-sha256',
    ...more,
  })
const facts = {
  input: { kind: 'text', content: 'May MARK have a loan, cafe\u0301?' },
  output: { kind: 'json', content: { to: 'MARK', amount: 5 } },
} as const

describe('proving what was committed to', () => {
  test('discloses the key of one member of one receipt, as node:crypto derives it too', async () => {
    const ledger = ledgerOf()
    const receipt = await ledger.append(draft(facts))
    const { content, proof } = await ledger.prove(facts.input.content, receipt)
    expect(content).toBe('May [THING] have a loan, cafe\u0301?')
    const key = Buffer.from(
      hkdfSync('sha256', secret, new Uint8Array(0), `quittance/1 commit\n${receipt.receiptId}\ninput`, 32),
    )
    expect(proof).toEqual({
      receiptId: receipt.receiptId,
      member: 'input',
      commitKeyId: receipt.input?.commitKeyId,
      key: key.toString('hex'),
    })
    const digest = createHash('sha256').update('May [THING] have a loan, caf\u00e9?').digest()
    expect(receipt.input?.hash).toBe(`hmac-sha256:${createHmac('sha256', key).update(digest).digest('hex')}`)
  })

  test('convinces a verifier that has the receipt, the redacted content and the proof as JSON', async () => {
    const ledger = ledgerOf()
    const receipt = JSON.parse(
      JSON.stringify(await ledger.append(draft({ ...facts, input: { kind: 'bytes', content: Uint8Array.of(1, 2) } }))),
    ) as DecisionReceipt
    for (const [member, given] of [
      ['input', Uint8Array.of(1, 2)],
      ['output', { amount: 5, to: 'MARK' }],
      // redacted already: redacting again changes nothing
      ['output', { amount: 5, to: '[THING]' }],
    ] as const) {
      const { content, proof } = await ledger.prove(given, receipt, member)
      const sent = JSON.parse(JSON.stringify(proof)) as CommitmentProof
      expect(verifyCommitment(content, receipt, member, sent)).toEqual({ holds: true })
    }
  })

  test('is not tricked by a receipt that was made up: a plain hash beside the name of a key opens nothing', async () => {
    const ledger = ledgerOf()
    const victim = await ledger.append(draft(facts))
    const plain = `sha256:${createHash('sha256').update('hello').digest('hex')}`
    const madeUp = {
      ...victim,
      input: { kind: 'text', hash: plain, commitKeyId: victim.input?.commitKeyId },
    } as unknown as DecisionReceipt
    await expect(ledger.prove('hello', madeUp)).rejects.toMatchObject({ code: 'LEDGER_NOT_COMMITTED' })
    expect(() => commitmentProof(secret, madeUp, 'input')).toThrow(/can't be proved/)
    const without = { ...victim, output: madeUp.input } as DecisionReceipt
    await expect(ledger.prove('hello', without, 'output')).rejects.toMatchObject({ code: 'LEDGER_NOT_COMMITTED' })
  })

  test('a proof without its members is malformed', async () => {
    const receipt = await ledgerOf().append(draft(facts))
    for (const proof of [{}, { key: 'a' }, [], 'x', null])
      expect(verifyCommitment('a', receipt, 'input', proof as never)).toEqual({
        holds: false,
        reason: 'proof-malformed',
      })
  })

  test('is not possible for anything else, and then no key is disclosed', async () => {
    const ledger = ledgerOf()
    const receipt = await ledger.append(draft({ input: facts.input }))
    const attempts: [unknown, DecisionReceipt, 'input' | 'output', string][] = [
      ['May MARK have a loan?', receipt, 'input', 'content-differs'],
      [{ a: 1 }, receipt, 'input', 'content-kind'],
      [Uint8Array.of(1), receipt, 'input', 'content-kind'],
      ['x', receipt, 'output', 'no-commitment'],
    ]
    for (const [content, of, member, reason] of attempts) {
      const error = await ledger.prove(content, of, member).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'LEDGER_NOT_COMMITTED', details: { reason, path: member } })
      expect((error as Error).message).not.toMatch(/MARK|[0-9a-f]{64}/)
    }
    await expect(ledger.prove('x', receipt, 'details' as never)).rejects.toThrow(TypeError)
  })

  test('of a plain hash needs no key', async () => {
    const ledger = ledgerOf({ commitment: 'sha256' })
    const receipt = await ledger.append(draft({ input: facts.input }))
    expect(await ledger.prove(facts.input.content, receipt)).toEqual({
      content: 'May [THING] have a loan, cafe\u0301?',
    })
    expect(verifyCommitment('May [THING] have a loan, caf\u00e9?', receipt, 'input')).toEqual({ holds: true })
    expect(verifyCommitment('May [THING] have a loan', receipt, 'input')).toEqual({
      holds: false,
      reason: 'content-differs',
    })
  })

  test('with tokens works with the redacted content', async () => {
    const ledger = ledgerOf({ redactor: piiRedactor({ detectors: [marks], modes: { '*': 'token' } }) })
    const receipt = await ledger.append(draft({ input: facts.input, tags: ['MARK'] }))
    expect((await ledger.prove('May [THING_1] have a loan, cafe\u0301?', receipt)).proof).toBeDefined()
  })
})

describe('after the secret was rotated', () => {
  const [k1, k2]: Secret[] = [
    { id: 'k1', secret },
    { id: 'k2', secret: secret.slice().reverse() },
  ] as [Secret, Secret]

  test('the old one still proves what was committed to under it, and the ledger says which it needs', async () => {
    const before = ledgerOf({ secret: async () => k1 as Secret })
    const receipt = await before.append(draft({ input: facts.input }))
    expect(receipt.input?.commitKeyId).toBe('k1')
    const after = ledgerOf({ secret: async () => k2 as Secret })
    await expect(after.prove(facts.input.content, receipt)).rejects.toMatchObject({
      code: 'LEDGER_NOT_COMMITTED',
      details: { reason: 'another-secret' },
    })
    const proof = commitmentProof(k1 as Secret, receipt, 'input')
    expect(verifyCommitment('May [THING] have a loan, caf\u00e9?', receipt, 'input', proof)).toEqual({ holds: true })
    expect(() => commitmentProof(k2 as Secret, receipt, 'input')).toThrowError(
      expect.objectContaining({ code: 'LEDGER_NOT_COMMITTED' }) as Error,
    )
    // the new secret under the old name derives another key, which proves nothing
    const forged = commitmentProof({ id: 'k1', secret: (k2 as Secret).secret }, receipt, 'input')
    expect(verifyCommitment('May [THING] have a loan, caf\u00e9?', receipt, 'input', forged)).toEqual({
      holds: false,
      reason: 'content-differs',
    })
  })
})

describe('verifying', () => {
  test('refuses a proof of another receipt, member or secret, one that is missing and one that is none', async () => {
    const ledger = ledgerOf()
    const same = { input: { kind: 'text', content: 'yes' }, output: { kind: 'text', content: 'yes' } } as const
    const receipt = await ledger.append(draft(same))
    const other = await ledger.append(draft(same))
    const proof = (await ledger.prove('yes', receipt)).proof as CommitmentProof
    const check = (given: unknown, member: 'input' | 'output' = 'input', of = receipt) =>
      verifyCommitment('yes', of, member, given as CommitmentProof)
    expect(check(proof)).toEqual({ holds: true })
    for (const [result, reason] of [
      [check(undefined), 'proof-missing'],
      [check(proof, 'output'), 'proof-of-another'],
      [check(proof, 'input', other), 'proof-of-another'],
      [check({ ...proof, commitKeyId: 'another' }), 'proof-of-another'],
      [check({ ...proof, key: 'AB'.repeat(32) }), 'proof-malformed'],
      [check({ ...proof, key: proof.key.slice(2) }), 'proof-malformed'],
      [check({ ...proof, key: 7 }), 'proof-malformed'],
      [check('proof'), 'proof-malformed'],
      [check(null), 'proof-malformed'],
      [check({ ...proof, key: '00'.repeat(32) }), 'content-differs'],
    ] as const)
      expect(result).toEqual({ holds: false, reason })
    // the key of one member opens no other: relabelled it still fails
    expect(check({ ...proof, member: 'output' }, 'output')).toEqual({ holds: false, reason: 'content-differs' })
    expect(check({ ...proof, receiptId: other.receiptId }, 'input', other)).toEqual({
      holds: false,
      reason: 'content-differs',
    })
  })

  test('takes no content that has no one form', async () => {
    const ledger = ledgerOf({ commitment: 'sha256' })
    const receipt = await ledger.append(draft(facts))
    for (const content of ['\ud800', 7, undefined, Uint8Array.of(1)])
      expect(verifyCommitment(content, receipt, 'input')).toEqual({ holds: false, reason: 'content-kind' })
    for (const content of [undefined, { a: Number.NaN }, Uint8Array.of(1), () => 1])
      expect(verifyCommitment(content, receipt, 'output')).toEqual({ holds: false, reason: 'content-kind' })
  })
})
