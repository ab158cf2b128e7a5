import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Detector } from '../../src/pii/detector.js'
import { type PiiOptions, piiRedactor } from '../../src/pii/pii-redactor.js'
import { hintOfName } from '../../src/pii/structured.js'

/** Finds the word MARK, every run of sixteen digits, and what a hint calls a passport. */
const marks: Detector = {
  name: 'marks',
  version: '1',
  types: ['THING', 'LONG', 'HINTED'],
  find({ text, hint }, report) {
    for (const { index } of text.matchAll(/MARK/g)) report(index, index + 4, 'THING', 1, 'marked')
    for (const { index } of text.matchAll(/(?<!\d)\d{16}(?!\d)/g)) report(index, index + 16, 'LONG', 1, 'long')
    if (/\bpassport\b/.test(hint) && text !== '') report(0, text.length, 'HINTED', 0.9, 'hinted')
  },
}
const of = (options: PiiOptions = {}) => piiRedactor({ detectors: [marks], ...options })
const value = (given: unknown, options?: PiiOptions) => of(options).redactValue(given).value
const refusal = (given: unknown): { code: string; path: string; reason: string; message: string } => {
  try {
    of().redactValue(given)
  } catch (error) {
    const { code, message, details, cause } = error as Error & {
      code: string
      details: { path: string; reason: string }
    }
    expect(cause).toBeUndefined()
    return { code, message, ...details }
  }
  throw new Error('nothing was refused')
}

describe('JSON', () => {
  test('is looked through at every depth, names included', () => {
    const given = { a: ['x MARK', { MARK: { b: 'MARK', n: null, t: true, f: false } }], c: 'plain' }
    const before = structuredClone(given)
    const { value: redacted, counts } = of().redactValue(given)
    expect(redacted).toEqual({
      a: ['x [THING]', { '[THING]': { b: '[THING]', n: null, t: true, f: false } }],
      c: 'plain',
    })
    expect(counts).toEqual({ THING: 3 })
    expect(given).toEqual(before)
  })

  test('keeps the order of members, and scalars can stand alone', () => {
    expect(Object.keys(value({ z: 1, a: 2, m: 'MARK' }) as object)).toEqual(['z', 'a', 'm'])
    expect(['MARK', 'x', 5, true, null].map((one) => value(one))).toEqual(['[THING]', 'x', 5, true, null])
  })

  test('has numbers looked at as text, and replaced by text', () => {
    expect(value({ card: 4111111111111111, amount: 1200.5, id: 123456789, big: 1e300 })).toEqual({
      card: '[LONG]',
      amount: 1200.5,
      id: 123456789,
      big: 1e300,
    })
  })

  test('with any marks leaves none, and is never changed', () => {
    const text = fc.oneof(fc.constantFrom('MARK', 'aMARKb', 'MARKMARK', 'plain', '😀MARK'), fc.string({ maxLength: 5 }))
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.constant(4111111111111111),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    })).value
    fc.assert(
      fc.property(json, (given) => {
        const before = JSON.stringify(given)
        let redacted: unknown
        try {
          redacted = value(given)
        } catch (error) {
          expect((error as { code: string }).code).toBe('PII_VALUE_REFUSED')
          return
        }
        expect(JSON.stringify(redacted)).not.toMatch(/MARK|4111111111111111/)
        expect(value(redacted)).toEqual(redacted)
        expect(JSON.stringify(given)).toBe(before)
      }),
      { numRuns: 500 },
    )
  })

  test('gives each value the same token, whatever the order of members', () => {
    const marked: Detector = {
      ...marks,
      find: ({ text }, report) => {
        for (const { index } of text.matchAll(/MARK\d/g)) report(index, index + 5, 'THING', 1, 'marked')
      },
    }
    const redactor = piiRedactor({ detectors: [marked], modes: { '*': 'token' } })
    const one = redactor.redactValue({ b: 'MARK1', a: 'MARK2', c: ['MARK1', 'MARK3'] }).value
    expect(one).toEqual({ a: '[THING_1]', b: '[THING_2]', c: ['[THING_2]', '[THING_3]'] })
    expect(redactor.redactValue({ c: ['MARK1', 'MARK3'], a: 'MARK2', b: 'MARK1' }).value).toEqual(one)
  })
})

describe('what a member is called', () => {
  test('is the hint of its value, of the items of its list, and of what stands below a name that says nothing', () => {
    expect(
      value({ passportNumber: 'X1', 'passport no': ['A', 'B'], other: 'C', passport: { value: 'D', age: 'E' } }),
    ).toEqual({
      passportNumber: '[HINTED]',
      'passport no': ['[HINTED]', '[HINTED]'],
      other: 'C',
      passport: { value: '[HINTED]', age: 'E' },
    })
  })

  test.each([
    ['homePhone', '', 'home phone'],
    ['home_phone-no', '', 'home phone no'],
    ['value', 'e mail', 'e mail value'],
    ['value', '', 'value'],
    ['city', 'phone', 'city'],
    ['x'.repeat(5_000), '', 'x'.repeat(64)],
  ])('%s below %s', (name, above, words) => {
    expect(hintOfName(name, above)).toBe(words)
  })
})

describe('what is no JSON', () => {
  test('has a stated form where one says all of it', () => {
    class Money {
      constructor(readonly cents: number) {}
      toJSON() {
        return { cents: this.cents, of: 'MARK' }
      }
    }
    const error = Object.assign(new TypeError('no MARK', { cause: new Error('MARK below') }), { status: 4 })
    expect(
      value({
        date: new Date('2026-01-02T03:04:05.678Z'),
        map: new Map<string, unknown>([['MARK', ['MARK']]]),
        set: new Set(['MARK', 1]),
        big: 4111111111111111n,
        small: 7n,
        money: new Money(5),
        url: new URL('https://example.com/MARK'),
        bare: Object.assign(Object.create(null), { a: 'MARK' }),
        error,
        aggregate: new AggregateError([new Error('MARK')], 'several'),
        absent: undefined,
      }),
    ).toEqual({
      date: '2026-01-02T03:04:05.678Z',
      map: { '[THING]': ['[THING]'] },
      set: ['[THING]', 1],
      big: '[LONG]',
      small: '7',
      money: { cents: 5, of: '[THING]' },
      url: 'https://example.com/[THING]',
      bare: { a: '[THING]' },
      error: {
        name: 'TypeError',
        message: 'no [THING]',
        status: 4,
        cause: { name: 'Error', message: '[THING] below' },
      },
      aggregate: { name: 'AggregateError', message: 'several', errors: [{ name: 'Error', message: '[THING]' }] },
    })
  })

  class Person {
    name = 'MARK'
  }
  const cyclic: Record<string, unknown> = { a: {} }
  ;(cyclic.a as Record<string, unknown>).back = cyclic
  const deep = (levels: number): unknown => (levels === 0 ? 'x' : [deep(levels - 1)])
  const thrower = {
    get bad() {
      throw new Error('MARK')
    },
  }
  const withMembers = Object.assign(['x'], { note: 'MARK' })

  test.each([
    ['a cycle', cyclic, '$.a.back', 'cycle'],
    ['an instance of a class', { p: new Person() }, '$.p', 'class-instance'],
    ['a boxed text', [Object('MARK')], '$[0]', 'class-instance'],
    ['a WeakMap', { w: new WeakMap() }, '$.w', 'class-instance'],
    ['a promise', { p: Promise.resolve() }, '$.p', 'class-instance'],
    ['bytes', { b: Uint8Array.of(1) }, '$.b', 'binary'],
    ['a Buffer, whose toJSON would write all of it', { b: Buffer.from('MARK') }, '$.b', 'binary'],
    ['an ArrayBuffer', new ArrayBuffer(2), '$', 'binary'],
    ['a Blob', [new Blob(['MARK'])], '$[0]', 'binary'],
    ['a function', { f: () => 'MARK' }, '$.f', 'not-json'],
    ['a symbol', { s: Symbol('MARK') }, '$.s', 'not-json'],
    ['undefined alone', undefined, '$', 'not-json'],
    ['undefined in a list', [1, undefined], '$[1]', 'not-json'],
    ['a hole', new Array(2), '$[0]', 'not-json'],
    ['a list with members of its own', { l: withMembers }, '$.l', 'not-json'],
    ['a name that is a symbol', { o: { [Symbol('MARK')]: 1 } }, '$.o', 'not-json'],
    ['a map whose key is no text', { m: new Map([[1, 'x']]) }, '$.m', 'not-json'],
    ['a date that is none', { d: new Date(Number.NaN) }, '$.d', 'not-json'],
    ['a number that is none', { n: Number.NaN }, '$.n', 'number-not-finite'],
    ['half a character', { t: '\ud800' }, '$.t', 'lone-surrogate'],
    ['a name of half a character', { a: { '\ud800': 1 } }, '$.a', 'lone-surrogate'],
    ['a prototype as member', { a: JSON.parse('{"__proto__":{"b":1}}') }, '$.a', 'forbidden-name'],
    ['a getter that throws', { g: thrower }, '$.g.bad', 'unreadable'],
    ['a toJSON that throws', { t: { toJSON: thrower.constructor && (() => thrower.bad) } }, '$.t', 'unreadable'],
    ['too many levels', deep(100), `$${'[0]'.repeat(64)}`, 'too-deep'],
    ['names that become the same', { x: { MARK: 1, '[THING]': 2 } }, '$.x', 'same-name'],
  ])('%s is refused with its place', (_, given, path, reason) => {
    expect(refusal(given)).toEqual({
      code: 'PII_VALUE_REFUSED',
      path,
      reason,
      message: `the value at ${path} can not be looked through: ${reason}`,
    })
  })

  test('what is refused is named by no word of the caller that may be somebody', () => {
    const { path, message } = refusal({ 'jo@example.org': { list: [{ 'Jo Example': undefined, f() {} }] } })
    expect(path).toBe('$.*.list[0].f')
    expect(message).not.toContain('example')
    expect(refusal({ x: { 'jo@example.org': 1n, 'a b': Symbol('x') } }).path).toBe('$.x.*')
  })

  test('one value may stand in several places, and is counted in each', () => {
    const shared = { a: 'MARK' }
    expect(of().redactValue([shared, shared]).counts).toEqual({ THING: 2 })
    let wide: unknown = 'x'
    for (let level = 0; level < 30; level += 1) wide = [wide, wide]
    expect(refusal(wide)).toMatchObject({ reason: 'too-large' })
  })

  test('a name of an object’s own prototype is a name like any other', () => {
    expect(value({ constructor: 'MARK', toString: 'x', hasOwnProperty: 1 })).toEqual({
      constructor: '[THING]',
      toString: 'x',
      hasOwnProperty: 1,
    })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
