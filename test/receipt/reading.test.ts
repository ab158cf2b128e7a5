/**
 * The quick readers of the shapes: what stands in its canonical form, by another writer's word, is read as JSON.parse reads
 * it; any other text is not read at all. That they give up is allowed, but not on what is asked for here.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  anyText,
  bool,
  list,
  number,
  object,
  oneOf,
  onlyTrue,
  optional,
  type Shape,
  text,
  uint,
} from '../../src/receipt/schema/describe.js'
import type { Read } from '../../src/receipt/schema/members.js'
import { found, readSpelled } from '../../src/receipt/schema/reading.js'
import { anyJson } from './arbitraries.js'
import { jcs } from './jcs.js'

const word = text(/^[a-z]{1,3}$/, 'a short word', { repeats: true })
const pair = object({ a: uint, b: optional(anyText), c: optional(word) }, { open: true })
const nested = object({ inner: pair, more: optional(list(pair, 2)), w: optional(word) })

/** What is read where a text stands between others; `undefined` where it is not read to its end. */
function readIn(shape: Shape<unknown>, spelled: string): unknown {
  const read = shape.read ?? readSpelled(shape.write)
  const text = `[${spelled},`
  const end = read(text, 1, 2)
  if (end === text.length - 1) return found.value
  // only a number may have been read, before what can't stand behind a value
  if (end !== -1)
    expect([text.slice(1, end), text[end]]).toEqual([String(found.value), expect.stringMatching(/[^,}\]]/)])
  return undefined
}

describe('the reader of a shape', () => {
  it.each<readonly [string, Shape<unknown>, readonly unknown[], readonly string[]]>([
    ['text', word, ['a', 'abc'], ['""', '"abcd"', '"A"', '"\\u0061"', '"a', 'a', 'xa"', '', 'null', '1']],
    ['one of', oneOf('a', 'b'), ['a', 'b'], ['"c"', '"\\u0061"', 'a"', 'xa"', '"a', 'true']],
    ['any text', anyText, ['', 'é😀 /', 'a"b\\c\n\u0001\u007f', '\\'], ['"\\u0041"', '"\\/"', '"a', '"\\ud800"', '1']],
    ['true', onlyTrue, [true], ['false', '"true"', 'tru', '1']],
    ['bool', bool, [true, false], ['True', 'fals', 'falsy', 'tru1', '0', '"true"', '']],
    [
      'uint',
      uint,
      [0, 7, 1e15, Number.MAX_SAFE_INTEGER],
      ['-0', '-1', '01', '1.0', '1e2', '0.5', '9007199254740993', '+1', ''],
    ],
    ['number', number, [0, -1, 0.5, 1e-7, 1e-300], ['-0', '1.50', '1E-7', '0.1e1', '1e400', '.5', '5.', 'NaN', '--1']],
    [
      'list',
      list(uint, 3),
      [[], [1], [1, 2, 3]],
      ['[1,2,3,4]', '[1 ,2]', '[ ]', '[1,]', '[,1]', '[1', '{}', '(1]', '11]', '[1}', '[1x', '[1 ]'],
    ],
    [
      'object',
      pair,
      [{ a: 1 }, { a: 1, b: 'x"' }, { a: 0, c: 'cc' }, { a: 0, c: 'cc' }, { a: 1, xA: [null], xZÉ: {} }],
      [
        '{}',
        '{"b":""}',
        '{"a":1,"a":1}',
        '{"a":1,"b":"","b":""}',
        '{"a":1,"xA":1,"xA":1}',
        '["a":1}',
        ',"a":1}',
        '{xa":1}',
        '{,"a":1}',
        '{"a":1 }',
        '{ "a":1}',
        '{"a":1,}',
        '{"a":1,"d":1}',
        '{"b":"","a":1}',
        '{"a":1,"xa":1}',
        '{"a":1,"\\u0078A":1}',
        '{"a":1',
        '{"a":1,"__proto__":1}',
        '{"a":1]',
      ],
    ],
    [
      'nested objects',
      nested,
      [{ inner: { a: 1 } }, { inner: { a: 1 }, more: [], w: 'a' }, { inner: { a: 2 }, more: [{ a: 1 }, { a: 1 }] }],
      ['{"inner":{"a":1},"more":[{"a":1},{"a":1},{"a":1}]}', '{"inner":{"a":1,"w":"a"}', '{"inner":[]}'],
    ],
  ])('of %s', (_, shape, fits, others) => {
    for (let time = 0; time < 20; time += 1) {
      for (const value of fits) expect(readIn(shape, jcs(value))).toEqual(value)
      for (const spelled of others) expect(readIn(shape, spelled)).toBeUndefined()
    }
  })

  it('tells a value from another that begins like it, however often that came before', () => {
    const shape = object({ a: list(uint), b: word, c: object({ d: uint }) })
    const one = { a: [1], b: 'ab', c: { d: 1 } }
    for (const other of [
      { ...one, a: [1, 2] },
      { ...one, b: 'abc' },
      { ...one, c: { d: 12 } },
    ])
      for (const value of [one, one, one, other, one]) expect(readIn(shape, jcs(value))).toEqual(value)
  })

  it('gives nobody what another could change', () => {
    const shape = object({ a: object({ b: list(uint) }) })
    const value = { a: { b: [1] } }
    for (let time = 0; time < 5; time += 1) {
      const read = readIn(shape, jcs(value)) as { a: { b: number[] }; c?: number }
      read.c = 1
      if (time > 0) expect(() => read.a.b.push(2)).toThrow(TypeError)
      expect(readIn(shape, jcs(value))).toEqual(value)
    }
  })

  it('reads what has more members and orders of them than it remembers', () => {
    for (let index = 0; index < 3_000; index += 1) {
      const value = { a: index, [`xA${index}`]: 1, xB: 'b' }
      expect(readIn(pair, jcs(value))).toEqual(value)
      expect(readIn(pair, `{"a":1,"xB":1,"xA${index}":1}`)).toBeUndefined()
    }
    expect(readIn(pair, '{"a":1,"b":"b"}')).toEqual({ a: 1, b: 'b' })
  })

  it('takes the end of any JSON value for its end, and reads no other spelling of it', () => {
    const read: Read = readSpelled((value) => jcs(value))
    fc.assert(
      fc.property(
        anyJson(fc.string({ unit: 'binary', maxLength: 4 })),
        fc.constantFrom(',', '}', ']'),
        (value, behind) => {
          const spelled = jcs(value)
          expect([read(`:${spelled}${behind}"x":1}`, 1, 2), found.value]).toEqual([
            spelled.length + 1,
            JSON.parse(spelled),
          ])
          const spaced = JSON.stringify(value, null, 1)
          if (spaced !== spelled) expect(read(`:${spaced}${behind}`, 1, 2)).toBe(-1)
        },
      ),
      { numRuns: 500 },
    )
    for (const broken of ['', '"', '"\\"', '{"a":1', '[1', '}', ',', 'nul', '{]', '[}', '{"', '["a', '{"a":"'])
      expect(read(broken, 0, 2)).toBe(-1)
  })
})
