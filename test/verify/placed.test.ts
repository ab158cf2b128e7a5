/** A receipt stands in a chain only where all that places it has its form; what has none is named as far as that goes. */
import { expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { examineLine, examineReceipt } from '../../src/verify/examine.js'
import {
  chainOf,
  entryOf,
  judge,
  judged,
  keys,
  lineOfLoose,
  plainChain,
  resealed,
  rotation,
  trusting,
} from './support.js'

const chain = plainChain(4)
const [first, second, ...rest] = chain as [DecisionReceipt, DecisionReceipt, ...DecisionReceipt[]]
const hash = `sha256:${'0'.repeat(64)}`

test.each<[string, readonly unknown[]]>([
  ['seq', [-1, 0.5, 2 ** 53 - 0.5, '1', null, undefined]],
  ['chainId', ['', '/acme', 'a..b', 1, null, undefined]],
  ['receiptId', ['', `${second.receiptId}0`, `0${second.receiptId}`, second.receiptId.toUpperCase(), 1, undefined]],
  ['timestamp', ['', '2026-01-01', '2026-02-30T00:00:00.000Z', 1, null, undefined]],
  ['prevReceiptHash', ['', `${hash}0`, ` ${hash}`, 'sha256:0', 1, undefined]],
])('without its %s it has no place, and what follows is not held against it', async (name, values) => {
  for (const value of values) {
    const spoilt = resealed(second, { [name]: value })
    const { verdict, problems, scope } = await judge([first, spoilt, ...rest])
    expect([verdict, scope.toSeq]).toEqual(['INVALID', 3])
    // no gap, no link, no repetition: the line may be the receipt that is missing
    for (const { code, seq, receiptId } of problems) {
      expect(['FIELD_INVALID', 'NOT_CANONICAL']).toContain(code)
      expect(seq).toBe(name === 'seq' ? undefined : 1)
      expect(receiptId).toBe(name === 'receiptId' ? undefined : second.receiptId)
    }
  }
})

test.each([`${hash}0`, ` ${hash}`, 'sha256:0', 1, null, undefined])(
  'without a receiptHash, as %j, it has no place, and no signature that could be checked',
  async (receiptHash) => {
    const { receiptHash: _hash, ...others } = second
    const spoilt = receiptHash === undefined ? others : { ...others, receiptHash }
    const { counts, scope } = await judge([first, spoilt, ...rest])
    expect([Object.keys(counts).sort(), scope.toSeq]).toEqual([
      ['FIELD_INVALID', 'HASH_MISMATCH', 'SIGNATURE_INVALID'],
      3,
    ])
  },
)

test('a line that has no place counts for one that is missing, not for two', async () => {
  expect(await judged([first, '{', ...rest])).toEqual(['INVALID', 'LINE_MALFORMED@-'])
  expect(await judged([first, '{', ...rest.slice(1)])).toEqual(['INVALID', 'LINE_MALFORMED@-', 'SEQ_GAP@3'])
  expect(await judged(['{', second])).toEqual(['INVALID', 'LINE_MALFORMED@-'])
  expect(await judged(['{', ...rest])).toEqual(['INVALID', 'LINE_MALFORMED@-', 'STARTS_LATE@2'])
})

test('what is no receipt, or of another version, is neither well formed nor sound; nor is anything to which something is wrong', () => {
  const later = resealed(first, { version: 'quittance/2' })
  const halved = JSON.stringify({ ...first, tags: ['\ud800'] })
  for (const source of ['{', '[]', 'null', halved, lineOfLoose(later)])
    expect(examineReceipt(source)).toMatchObject({ wellFormed: false, sound: false, notices: [] })
  expect(examineReceipt(later)).toMatchObject({ wellFormed: false, sound: false, otherVersion: 'quittance/2' })
  expect(examineReceipt({ ...first, action: 'reject' })).toMatchObject({ wellFormed: true, sound: false })
  expect(examineReceipt(resealed(first, { later: 1 }))).toMatchObject({ wellFormed: true, sound: false })
  expect(examineReceipt(resealed(first, { action: 1 }))).toMatchObject({ wellFormed: false, sound: false })
  expect(examineReceipt(first)).toMatchObject({ wellFormed: true, sound: true })
  const text = lineOfLoose(first)
  expect(examineLine({ text, terminated: true })).toMatchObject({ wellFormed: true, sound: true })
  expect(examineLine({ text, terminated: false })).toMatchObject({ wellFormed: true, sound: false })
  expect(examineLine({ text: '{', terminated: false })).toMatchObject({
    wellFormed: false,
    sound: false,
    notices: [],
  })
  const fault = { fault: 'LINE_MALFORMED', message: 'is not UTF-8', terminated: true } as const
  expect(examineLine(fault)).toMatchObject({ wellFormed: false, sound: false, notices: [] })
  expect(examineLine({ ...fault, terminated: false })).toMatchObject({
    problems: [{ code: 'LINE_UNTERMINATED' }],
    notices: [],
  })
})

test('what has no canonical form is said once: its members are not judged', async () => {
  const { keyId: _keyId, ...others } = { ...first, tags: ['half \ud800 a pair'], action: 1 }
  expect(await judged([{ ...others, keyId: first.keyId } as never].map((one) => JSON.stringify(one)))).toEqual([
    'INVALID',
    'NOT_CANONICAL@0',
  ])
})

test('a line that is spelled with white space counts for all that it says', async () => {
  const spaced = (receipt: DecisionReceipt | undefined) => lineOfLoose(receipt as DecisionReceipt).replace('{', '{ ')
  const { details: _details, ...erased } = chainOf([{ details: { rationale: 'x' } }])[0] as DecisionReceipt
  const result = await judge([spaced(erased as DecisionReceipt)])
  expect([result.verdict, result.counts]).toEqual(['VALID', { LINE_NOT_CANONICAL: 1, DETAILS_ERASED: 1 }])
  const handed = chainOf([{}, rotation(keys.two), { by: keys.two }])
  const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }))
  expect(await judged(handed.map(spaced), { keyring })).toEqual(['VALID'])
  const plain = await judge(chain.map(spaced))
  expect([plain.verdict, plain.counts]).toEqual(['VALID', { LINE_NOT_CANONICAL: 4 }])
})
