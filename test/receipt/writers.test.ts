/**
 * The quick writers of the shapes: what fits is written as RFC 8785 has it, by another writer's word, and nothing else is
 * written at all. That they give up is allowed, and costs time; here they are asked for what they need not give up.
 */
import { describe, expect, it } from 'vitest'
import {
  anyJson,
  anyObject,
  anyText,
  bool,
  list,
  number,
  numberIn,
  object,
  oneOf,
  onlyTrue,
  optional,
  record,
  type Shape,
  tagged,
  text,
  uint,
} from '../../src/receipt/schema/describe.js'
import { memberPlan, writeMember } from '../../src/receipt/schema/members.js'
import { receipt } from '../../src/receipt/schema/receipt.js'
import { examples } from './examples.js'
import { jcs } from './jcs.js'

const word = text(/^[a-z]{1,3}$/, 'a short word')
const pair = object({ a: uint, b: optional(anyText) }, { open: true })
const closed = object({ a: uint })
const either = tagged('kind', { number: { value: uint }, nothing: {} })
const safe = Number.MAX_SAFE_INTEGER

class Point {
  readonly a = 1
}

const hostile = JSON.parse('{"__proto__":1}') as object

/** A shape, what fits, and what does not: not its check, nor its writer. */
const table: readonly (readonly [string, Shape<unknown>, readonly unknown[], readonly unknown[]])[] = [
  ['text', word, ['a', 'abc'], ['', 'abcd', 'A', 'a"b', 1, null, undefined, ['abc'], new String('abc')]],
  ['any text', anyText, ['', 'é😀 /', 'a"b\\c\n\u0001\u007f'], [1, null, undefined, ['a'], new String('a')]],
  ['one of', oneOf('a', 'b'), ['a', 'b'], ['c', '', 1, null, undefined, ['a']]],
  ['true', onlyTrue, [true], [false, 'true', 1, null]],
  ['bool', bool, [true, false], [0, 1, 'true', '', null, undefined]],
  ['uint', uint, [0, 1, safe], [-1, -0, 0.5, safe + 1, '1', Number.NaN, Number.POSITIVE_INFINITY, null]],
  [
    'number',
    number,
    [0, -0, 1, -1, 0.5, 1e-300, 1e-7, safe, -safe],
    [safe + 1, -safe - 1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1', null],
  ],
  ['number within', numberIn(-1, 1), [-1, 1, 0, 0.25, -0.25], [-1.5, 1.5, 2, -2, Number.NaN, '0', null]],
  ['list', list(uint), [[], [1], [3, 2, 1], Array.from({ length: 40 }, (_, at) => at)], [{}, 'a', null, [-1], [1, -1]]],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is looked for
  ['short list', list(word, 2), [[], ['a'], ['b', 'a']], [['a', 'b', 'c'], ['A'], ['a', 1], [, 'a'], { length: 1 }]],
  [
    'record',
    record(word, uint),
    [{}, { a: 1 }, { b: 1, a: 2, ab: 3 }, Object.assign(Object.create(null), { a: 1 })],
    [{ a: -1 }, { A: 1 }, { a: 1, B: 1 }, { a: 1, b: '1' }, [], [1], null, 'a', hostile],
  ],
  ['JSON', anyJson, [null, true, 1, 'a', [], {}, { b: [1, { c: null }], a: 'é' }], [undefined]],
  ['JSON object', anyObject, [{}, { b: 1, a: [] }], [[], null, 'a', 1, undefined]],
  [
    'object',
    pair,
    [{ a: 1 }, { b: '', a: 1 }, { a: 1, xA: [1], xB: null }, { xZ: 'é', b: 'b', a: 0 }],
    [{}, { b: 'b' }, { a: -1 }, { a: 1, b: 1 }, { a: 1, c: 1 }, { a: 1, x: 1 }, { a: 1, xa: 1 }, { a: 1, toString: 1 }],
  ],
  ['closed object', closed, [{ a: 1 }], [{ a: 1, xA: 1 }, { a: 1, b: 1 }, [], [1], null, 'a', { a: 1, valueOf: 1 }]],
  ['empty object', object({}), [{}], [{ a: 1 }, [], null]],
  [
    'tagged',
    either,
    [{ kind: 'number', value: 1 }, { kind: 'nothing' }, { value: 1, kind: 'number' }],
    [{ kind: 'other' }, { kind: 'number' }, { kind: 'nothing', value: 1 }, { value: 1 }, { kind: 1 }, [], null, 'kind'],
  ],
]

describe('the writer of a shape', () => {
  it.each(table)('%s', (_, shape, fits, misfits) => {
    for (const value of fits) {
      expect(shape.check(value)).toBeUndefined()
      expect(shape.write?.(value, 2)).toBe(jcs(value))
    }
    for (const value of misfits) {
      expect(shape.check(value)?.length).toBeGreaterThan(0)
      expect(shape.write?.(value, 2)).toBeUndefined()
    }
  })

  it('writes nothing that has its shape and no canonical form', () => {
    const half = '\ud800'
    for (const [shape, value] of [
      [anyText, half],
      [anyJson, half],
      [anyJson, Number.NaN],
      [anyJson, { a: [2 ** 53] }],
      [anyJson, new Map()],
      [anyJson, { a: { constructor: 1 } }],
      [anyObject, { a: half }],
      [list(anyText), ['a', half]],
      [record(anyText, uint), { [half]: 1 }],
      [pair, { a: 1, b: half }],
      [pair, { a: 1, [`xA${half}`]: 1 }],
      [pair, { a: 1, xA: half }],
      [pair, new Point()],
      [record(word, uint), new Point()],
    ] as const)
      expect(shape.write?.(value, 2)).toBeUndefined()
  })

  it('leaves to the general writer what may have a name that has one place', () => {
    for (const name of ['receiptHash', 'signature', 'details', 'detailsHash']) {
      expect(anyJson.write?.({ a: { [name]: 1 } }, 2)).toBeUndefined()
      expect(anyObject.write?.({ [name]: 1 }, 2)).toBeUndefined()
      expect(record(anyText, uint).write?.({ a: 1, [name]: 1 }, 2)).toBeUndefined()
    }
  })

  /** So many objects, one in the other. */
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })

  it.each<[string, Shape<unknown>, (inner: unknown) => unknown]>([
    ['a list', list(anyJson), (inner) => [inner]],
    ['a record', record(word, anyJson), (inner) => ({ a: inner })],
    ['an object', object({ a: anyJson }), (inner) => ({ a: inner })],
    ['a tagged object', tagged('kind', { one: { a: anyJson } }), (inner) => ({ kind: 'one', a: inner })],
    ['a list of lists', list(list(anyJson)), (inner) => [[inner]]],
  ])('counts the levels of %s: the sixteenth is the last', (name, shape, around) => {
    const own = name === 'a list of lists' ? 2 : 1
    for (const depth of [1, 2, 9]) {
      const room = 16 - (depth - 1) - own
      const fits = around(nested(room))
      expect(shape.write?.(fits, depth)).toBe(jcs(fits))
      expect(shape.write?.(around(nested(room + 1)), depth)).toBeUndefined()
    }
  })

  it('writes every example but for free texts with names of their own, whatever the order of its members', () => {
    for (const example of Object.values(examples)) {
      const { details: _free, ...plain } = JSON.parse(JSON.stringify(example)) as { readonly details?: unknown }
      expect(receipt.write?.(plain, 1)).toBe(jcs(plain))
      expect(receipt.write?.(Object.fromEntries(Object.entries(plain).reverse()), 1)).toBe(jcs(plain))
    }
  })
})

describe('one member', () => {
  const quoted = { write: (value: unknown) => JSON.stringify(value), quotes: (value: string) => /^[a-z]+$/.test(value) }

  it('has its name before it, and a comma but for the first', () => {
    const [first, second] = memberPlan(['a"', 'b'], [{ write: String }, { write: String }]) ?? []
    expect([first?.prefix, second?.prefix]).toEqual(['{"a\\"":', ',"b":'])
    expect(writeMember(first as never, 1, 2)).toBe('{"a\\"":1')
    expect(writeMember(second as never, 'x', 2)).toBe(',"b":x')
    const [text] = memberPlan(['a'], [quoted]) ?? []
    expect(text?.prefix).toBe('{"a":"')
    expect(writeMember(text as never, 'x', 2)).toBe('{"a":"x"')
  })

  it('is in no plan where nobody says how it is written', () => {
    expect(memberPlan(['a', 'b'], [{ write: String }, undefined])).toBeUndefined()
    expect(memberPlan(['a'], [{ quotes: () => true }])).toBeUndefined()
    expect(memberPlan(['a'], [])).toBeUndefined()
    expect(memberPlan([], [])).toEqual([])
  })

  it('is not written where its value does not fit', () => {
    const [text, any] = memberPlan(['a', 'b'], [quoted, { write: () => undefined }]) ?? []
    for (const value of ['', 'A', 1, null, undefined, ['a'], { length: 1 }])
      expect(writeMember(text as never, value, 2)).toBeUndefined()
    expect(writeMember(any as never, 1, 2)).toBeUndefined()
    const [lax] = memberPlan(['a'], [{ write: String, quotes: () => true }]) ?? []
    for (const value of [1, null, undefined, {}]) expect(writeMember(lax as never, value, 2)).toBeUndefined()
  })

  it('is told the level on which its value stands', () => {
    const [member] = memberPlan(['a'], [{ write: (_, depth) => String(depth) }]) ?? []
    expect(writeMember(member as never, 'x', 7)).toBe('{"a":7')
  })

  /** Counts how often it is asked. */
  function asking(more: { readonly repeats?: boolean; readonly quotes?: boolean }) {
    let count = 0
    const write = (value: unknown) => {
      count += 1
      return value === undefined ? '0' : JSON.stringify(value)
    }
    const quotes = () => {
      count += 1
      return true
    }
    const { repeats } = more
    const [member] =
      memberPlan(['a'], [{ write, ...(more.quotes ? { quotes } : {}), ...(repeats && { repeats }) }]) ?? []
    return { member: member as NonNullable<typeof member>, asked: () => count }
  }

  it.each([true, false])('is kept where the same few values come again and again (in quotes: %s)', (quotes) => {
    const { member, asked } = asking({ repeats: true, quotes })
    for (const value of ['x', 'x', 'x', 'y', 'y', 'x']) expect(writeMember(member, value, 2)).toBe(`{"a":"${value}"`)
    expect(asked()).toBe(3)
  })

  it.each([true, false])('is asked for anew where they do not (in quotes: %s)', (quotes) => {
    const { member, asked } = asking({ quotes })
    for (const value of ['x', 'x', 'x']) expect(writeMember(member, value, 2)).toBe('{"a":"x"')
    expect(asked()).toBe(3)
    expect([member.last, member.piece]).toEqual([undefined, ''])
  })

  it('that is not there is not the one that was never written', () => {
    const { member, asked } = asking({ repeats: true })
    for (let time = 1; time <= 2; time += 1) {
      expect(writeMember(member, undefined, 2)).toBe('{"a":0')
      expect(asked()).toBe(time)
    }
  })

  it('that could not be written leaves the one before it as it is', () => {
    const [member] = memberPlan(['a'], [{ ...quoted, repeats: true }]) ?? []
    expect(writeMember(member as never, 'x', 2)).toBe('{"a":"x"')
    expect(writeMember(member as never, 'X', 2)).toBeUndefined()
    expect(writeMember(member as never, 'x', 2)).toBe('{"a":"x"')
  })
})

it('names of things, and words of closed lists, are worth keeping; what is free is not', () => {
  expect(oneOf('a').repeats).toBe(true)
  expect(text(/^a$/, 'a', { repeats: true }).repeats).toBe(true)
  expect(text(/^a$/, 'a').repeats).toBe(false)
  for (const shape of [anyText, anyJson, uint, bool]) expect(shape.repeats ?? false).toBe(false)
})
