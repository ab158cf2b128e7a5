/** What a receipt commits to, computed here with Node's own hashes, and everything that is not it. */
import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Commitment, DecisionReceipt } from '../../src/receipt/types.js'
import { type CommitmentProof, verifyCommitment } from '../../src/verify/commitment.js'

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest()
const key = sha256('a key')
const receiptId = '019a0000-0000-7000-8000-000000000001'

const plain = (kind: Commitment['kind'], content: string | Uint8Array): Commitment => ({
  kind,
  hash: `sha256:${sha256(content).toString('hex')}`,
})
const keyed = (kind: Commitment['kind'], content: string | Uint8Array): Commitment => ({
  kind,
  hash: `hmac-sha256:${createHmac('sha256', key).update(sha256(content)).digest('hex')}`,
  commitKeyId: 'c-1',
})
const receiptWith = (members: Partial<DecisionReceipt>) => ({ receiptId, ...members }) as DecisionReceipt
const proof: CommitmentProof = { receiptId, member: 'input', commitKeyId: 'c-1', key: key.toString('hex') }

const holds = { holds: true }
const fails = (reason: string) => ({ holds: false, reason })

const contents: readonly (readonly [Commitment['kind'], unknown, string | Uint8Array, unknown])[] = [
  ['text', 'What is due?', 'What is due?', 'What is due'],
  // one text, however its letters are composed
  ['text', 'cafe\u0301', 'caf\u00e9', 'cafe'],
  ['bytes', Uint8Array.of(0, 255), Uint8Array.of(0, 255), Uint8Array.of(0)],
  ['json', { b: [1, null], a: 'x' }, '{"a":"x","b":[1,null]}', { a: 'x' }],
  ['json', 'text', '"text"', 'other'],
]

describe('a content', () => {
  test.each(contents)('of kind %s is proved, and another is not', (kind, content, form, other) => {
    const input = receiptWith({ input: plain(kind, form) })
    expect(verifyCommitment(content, input, 'input')).toEqual(holds)
    expect(verifyCommitment(other, input, 'input')).toEqual(fails('content-differs'))
    expect(verifyCommitment(content, input, 'output')).toEqual(fails('no-commitment'))
    const secret = receiptWith({ input: keyed(kind, form) })
    expect(verifyCommitment(content, secret, 'input', proof)).toEqual(holds)
    expect(verifyCommitment(other, secret, 'input', proof)).toEqual(fails('content-differs'))
    expect(verifyCommitment(content, secret, 'input')).toEqual(fails('proof-missing'))
  })

  test('of the output is the output’s alone', () => {
    const receipt = receiptWith({ input: plain('text', 'in'), output: keyed('text', 'out') })
    expect(verifyCommitment('out', receipt, 'output', { ...proof, member: 'output' })).toEqual(holds)
    expect(verifyCommitment('out', receipt, 'output', proof)).toEqual(fails('proof-of-another'))
    expect(verifyCommitment('out', receipt, 'input')).toEqual(fails('content-differs'))
  })

  test('is taken with a proof too where none is needed', () => {
    expect(verifyCommitment('x', receiptWith({ input: plain('text', 'x') }), 'input', proof)).toEqual(holds)
  })

  test.each<[Commitment['kind'], readonly unknown[]]>([
    ['text', [undefined, 1, {}, Uint8Array.of(120), 'half \ud800 a pair']],
    ['bytes', ['x', undefined, [120], new Uint16Array(1)]],
    ['json', [Uint8Array.of(120), undefined, { a: undefined }, 2 ** 53, 'half \ud800 a pair', () => {}]],
  ])('that is not of kind %s is said to be none', (kind, others) => {
    for (const other of others)
      expect(verifyCommitment(other, receiptWith({ input: plain(kind, 'x') }), 'input')).toEqual(fails('content-kind'))
  })

  test('whose members throw when they are read throws', () => {
    const hostile = Object.defineProperty({}, 'a', {
      enumerable: true,
      get() {
        throw new RangeError('no')
      },
    })
    expect(() => verifyCommitment(hostile, receiptWith({ input: plain('json', 'x') }), 'input')).toThrow(RangeError)
  })
})

describe('a proof', () => {
  const receipt = receiptWith({ input: keyed('text', 'x') })
  const told = (changes: object | null) =>
    verifyCommitment('x', receipt, 'input', (changes && { ...proof, ...changes }) as CommitmentProof)

  test('of another receipt, member or secret', () => {
    for (const changes of [
      { receiptId: '019a0000-0000-7000-8000-000000000002' },
      { member: 'output' },
      { commitKeyId: 'c-2' },
    ])
      expect(told(changes)).toEqual(fails('proof-of-another'))
  })

  test('that is no proof', () => {
    expect(told(null)).toEqual(fails('proof-malformed'))
    for (const name of ['receiptId', 'member', 'commitKeyId', 'key'])
      for (const value of [undefined, 1, null]) expect(told({ [name]: value })).toEqual(fails('proof-malformed'))
    for (const other of ['proof', 1, true])
      expect(verifyCommitment('x', receipt, 'input', other as never)).toEqual(fails('proof-malformed'))
  })

  test.each([
    '',
    'ab',
    proof.key.toUpperCase(),
    `${proof.key}0`,
    `0${proof.key}`,
    proof.key.slice(1),
    `${proof.key}\n`,
    `\n${proof.key}`,
    'g'.repeat(64),
  ])('with a key that is not 32 bytes in hex: %j', (text) => {
    expect(told({ key: text })).toEqual(fails('proof-malformed'))
  })

  test('with another key proves nothing', () => {
    expect(told({ key: '0'.repeat(64) })).toEqual(fails('content-differs'))
  })
})

test('there are two members that commit', () => {
  for (const member of ['checks', '', undefined])
    expect(() => verifyCommitment('x', receiptWith({}), member as 'input')).toThrow(
      new TypeError("member must be 'input' or 'output'"),
    )
})
