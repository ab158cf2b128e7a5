/** What is refused is told in words, and where it stands; what is passed on unchecked by the quick writers is none of it. */
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import {
  canonicalize,
  canonicalMember,
  canonicalNames,
  freeNames,
  freeText,
  isPlain,
  wellFormedText,
} from '../../src/receipt/canonical.js'
import { derivedFired } from '../../src/receipt/rules.js'
import { checkBody, checkBodyRules } from '../../src/receipt/validate.js'
import { examples } from './examples.js'

function said(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof QuittanceError) return `${error.code}: ${error.message}`
    throw error
  }
  throw new Error('nothing was refused')
}

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })

describe('the canonical form', () => {
  it.each<[unknown, string]>([
    [{ a: '\ud800' }, 'a holds half a surrogate pair'],
    [{ a: Number.NaN }, 'a is a number that is not finite'],
    [{ a: 2 ** 53 }, 'a is an integer beyond 2^53-1'],
    [JSON.parse('{"a":{"__proto__":1}}'), 'a.__proto__ is named __proto__, constructor or prototype'],
    [nested(17), `${'a.'.repeat(15)}a stands more than 16 levels deep`],
    [{ a: [1, undefined] }, 'a[1] is not a JSON value'],
    [undefined, 'the value is not a JSON value'],
    ['\udfff', 'the value holds half a surrogate pair'],
    [Number.POSITIVE_INFINITY, 'the value is a number that is not finite'],
    [new Date(0), 'the value is not a JSON value'],
  ])('refuses %j', (value, words) => {
    expect(said(() => canonicalize(value))).toBe(`RECEIPT_NOT_JSON: ${words}`)
  })

  it('refuses a reserved name below the top of a receipt, and names it', () => {
    expect(said(() => canonicalMember('xA', [{ signature: 1 }]))).toBe(
      'RECEIPT_NOT_JSON: xA[0].signature is named receiptHash, signature, details or detailsHash below the top of a receipt',
    )
  })

  it('refuses a member whose own name has no form', () => {
    expect(said(() => canonicalMember('x\ud800', 1))).toBe('RECEIPT_NOT_JSON: x\ud800 holds half a surrogate pair')
    expect(said(() => canonicalMember('prototype', 1))).toBe(
      'RECEIPT_NOT_JSON: prototype is named __proto__, constructor or prototype',
    )
  })

  it('passes on what a value throws by itself', () => {
    const hostile = {
      get a(): never {
        throw new RangeError('mine')
      },
    }
    expect(() => canonicalize(hostile)).toThrow(new RangeError('mine'))
    expect(() => canonicalize([hostile])).toThrow(new RangeError('mine'))
    expect(() => freeText(hostile, 2)).toThrow(new RangeError('mine'))
    // what stands before it is written, and is not what was refused
    expect(() => canonicalize({ b: hostile, c: undefined })).toThrow(new RangeError('mine'))
  })

  it('names the first place, in the order in which the members stand', () => {
    const path = (value: unknown) => said(() => canonicalize(value)).split(' ')[1]
    expect(path({ b: undefined, a: undefined })).toBe('b')
    expect(path({ a: [[], [1, [Number.NaN]]] })).toBe('a[1][1][0]')
    expect(path([{ a: 1 }, { b: { c: Number.NaN } }])).toBe('[1].b.c')
    expect(path({ a: { 'x\ud800': 1 } })).toBe('a.x\ud800')
    // a name before what stands under it
    expect(path(JSON.parse('{"a":{"__proto__":{"b":{"constructor":1}}}}'))).toBe('a.__proto__')
    expect(path([{ 'x\ud800': Number.NaN }])).toBe('[0].x\ud800')
  })
})

describe('the quick writers', () => {
  it('take a text that is well formed, and escape what has to be', () => {
    expect(wellFormedText('é😀 /')).toBe('"é😀 /"')
    expect(wellFormedText('a"b\\c\n\u0001')).toBe('"a\\"b\\\\c\\n\\u0001"')
    expect(wellFormedText('😀')).toBe('"😀"')
    for (const half of ['\ud83d', '\ude00', 'a\ud83db', '\ude00\ud83d']) expect(wellFormedText(half)).toBeUndefined()
  })

  it('take any JSON that holds no reserved name, to the last level', () => {
    expect(freeText({ b: [1, 'x', null], a: true }, 2)).toBe('{"a":true,"b":[1,"x",null]}')
    expect(freeText([], 16)).toBe('[]')
    expect(freeText([], 17)).toBeUndefined()
    expect(freeText(nested(15), 2)).toBeDefined()
    expect(freeText(nested(16), 2)).toBeUndefined()
    for (const name of ['receiptHash', 'signature', 'details', 'detailsHash'])
      expect(freeText({ a: { [name]: 1 } }, 2)).toBeUndefined()
    expect(freeText('"details":', 2)).toBe('"\\"details\\":"')
    for (const value of [undefined, Number.NaN, '\ud800', new Map()]) expect(freeText(value, 2)).toBeUndefined()
  })

  it('take the names of a plain object, where none is forbidden or reserved', () => {
    expect(freeNames({ b: 1, a: 1 })).toEqual(['a', 'b'])
    expect(freeNames({})).toEqual([])
    expect(freeNames(new Map())).toBeUndefined()
    for (const name of ['receiptHash', 'signature', 'details', 'detailsHash', 'constructor', 'prototype'])
      expect(freeNames({ a: 1, [name]: 1 })).toBeUndefined()
    expect(freeNames(JSON.parse('{"__proto__":1}'))).toBeUndefined()
  })
})

describe('a plain object', () => {
  it('has no class and no prototype of its own', () => {
    expect(isPlain({})).toBe(true)
    expect(isPlain(Object.create(null))).toBe(true)
    for (const other of [new Date(), new Map(), Object.create({}), Object.create({ hasOwnProperty: 1 }), () => {}])
      expect(isPlain(other)).toBe(false)
    // a prototype without a prototype of its own is that of another realm only where it is one
    expect(isPlain(Object.create(Object.create(null)))).toBe(false)
    expect(isPlain(Object.create(Object.assign(Object.create(null), { hasOwnProperty: () => {} })))).toBe(true)
  })
})

it('names come in the order of their UTF-16 code units', () => {
  expect(canonicalNames({ b: 1, '\u{1f600}': 1, '\ufb33': 1, a: 1, 10: 1, 9: 1 })).toEqual([
    '10',
    '9',
    'a',
    'b',
    '\u{1f600}',
    '\ufb33',
  ])
})

describe('what op, score and threshold say', () => {
  it.each([
    { score: 1, threshold: 0 },
    { op: 'gt', score: 1 },
    { op: 'gt', threshold: 0 },
    { op: 'lt', threshold: 0 },
    { op: 'lte', score: 1 },
    {},
  ] as const)('is nothing where one is missing: %j', (check) => {
    expect(derivedFired(check)).toBeUndefined()
  })

  it('is the comparison', () => {
    const told = (op: 'gt' | 'gte' | 'lt' | 'lte') =>
      [0, 1, 2].map((score) => derivedFired({ op, score, threshold: 1 }))
    expect([told('gt'), told('gte'), told('lt'), told('lte')]).toEqual([
      [false, false, true],
      [false, true, true],
      [true, false, false],
      [true, true, false],
    ])
  })
})

describe('a body that is no receipt', () => {
  it('is refused as a whole, or at the first member that is wrong', () => {
    for (const value of [null, 1, 'x', []])
      expect(said(() => checkBody(value))).toBe('RECEIPT_INVALID: the receipt must be an object')
    expect(said(() => checkBody({}))).toBe('RECEIPT_INVALID: version is required')
  })

  it('is refused with the path of what is wrong', () => {
    const { details, detailsHash, ...decision } = examples.decision as { [name: string]: unknown }
    const { seq, timestamp, keyId, prevReceiptHash, receiptHash, signature, ...body } = decision
    expect(() => checkBody(body)).not.toThrow()
    expect(() => checkBodyRules(body as never)).not.toThrow()
    const unruly = { ...body, checks: [{ name: 'a', op: 'gt', score: 2, threshold: 1, fired: false }] }
    const fault = expect.objectContaining({ code: 'RECEIPT_INVALID', details: { path: 'checks[0].fired' } })
    for (const check of [checkBody, checkBodyRules]) expect(() => check(unruly as never)).toThrow(fault)
    expect(() => checkBody({ ...body, xA: 1, seq: 1 })).toThrow(
      expect.objectContaining({ message: 'seq is a member this release does not know', details: { path: 'seq' } }),
    )
    expect(() => checkBody(null)).toThrow(expect.objectContaining({ details: { path: '' } }))
  })
})
