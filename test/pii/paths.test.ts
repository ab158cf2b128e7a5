import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Detector } from '../../src/pii/detector.js'
import type { PathRules } from '../../src/pii/paths.js'
import { piiRedactor } from '../../src/pii/pii-redactor.js'

const secret = Uint8Array.from({ length: 32 }, (_, index) => index)
const marks: Detector = {
  name: 'marks',
  version: '1',
  types: ['THING'],
  find({ text }, report) {
    for (const { index } of text.matchAll(/MARK/g)) report(index, index + 4, 'THING', 1, 'marked')
  },
}
const of = (paths: PathRules) => piiRedactor({ detectors: [marks], secret, paths })
const ruled = (paths: PathRules, value: unknown, context?: object) => of(paths).redactValue(value, context).value
const hashed = (json: string, tenant = '') =>
  `[FIELD:hmac:${createHmac('sha256', secret)
    .update(`quittance/1 pii\n${tenant}\nFIELD\n${json}`)
    .digest('hex')
    .slice(0, 16)
    .replace(/./g, (digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)] as string)}]`

const application = {
  applicant: { name: 'Jo MARK', age: 41, mail: 'MARK' },
  co: [{ name: 'Ann' }, { name: 'Bea' }],
  note: 'MARK',
  id: 'keep-MARK',
}

describe('rules by path', () => {
  test('drop, redact, hash, mask and keep', () => {
    const { value, counts } = of({
      '$.applicant.name': 'drop',
      '$.applicant.age': 'redact',
      '$.co[0].name': 'hash',
      '$.co[1]': 'mask',
      '$.id': 'keep',
    }).redactValue(application)
    expect(value).toEqual({
      applicant: { age: '[FIELD]', mail: '[THING]' },
      co: [{ name: hashed('"Ann"') }, '[FIELD]'],
      note: '[THING]',
      id: 'keep-MARK',
    })
    expect(counts).toEqual({ FIELD: 4, THING: 2 })
  })

  test('an item that is dropped closes the gap', () => {
    expect(ruled({ '$.co[0]': 'drop' }, application)).toMatchObject({ co: [{ name: 'Bea' }] })
    expect(
      ruled({ '$.list[?@.private == true]': 'drop' }, { list: [{ private: true }, { private: false }, 1] }),
    ).toEqual({
      list: [{ private: false }, 1],
    })
  })

  test('a hash is the same for the same JSON, whatever the order of its members, and differs between tenants', () => {
    const paths: PathRules = { '$.x': 'hash' }
    expect(ruled(paths, { x: { b: 1, a: 'e\u0301' } })).toEqual({ x: hashed('{"a":"é","b":1}') })
    expect(ruled(paths, { x: { a: '\u00e9', b: 1 } })).toEqual({ x: hashed('{"a":"é","b":1}') })
    expect(ruled(paths, { x: 1 })).not.toEqual(ruled(paths, { x: '1' }))
    expect(ruled(paths, { x: 1 }, { tenantId: 'acme' })).toEqual({ x: hashed('1', 'acme') })
  })

  test('a mask shows one letter of a text', () => {
    expect(ruled({ '$.*': 'mask' }, { a: 'Alexandra', b: 'Bo', c: 12345678, d: ['x'] })).toEqual({
      a: 'A***',
      b: '[FIELD]',
      c: '[FIELD]',
      d: '[FIELD]',
    })
  })

  test('the strictest holds where several select one member, whatever their order', () => {
    const order = ['drop', 'redact', 'hash', 'mask', 'keep'] as const
    order.forEach((rule, index) => {
      for (const other of order.slice(index + 1)) {
        const wanted = ruled({ '$.a': rule }, { a: 'MARK it', b: 1 })
        expect(ruled({ '$.a': rule, "$['a']": other }, { a: 'MARK it', b: 1 }), `${rule} ${other}`).toEqual(wanted)
        expect(ruled({ "$['a']": other, '$.a': rule }, { a: 'MARK it', b: 1 }), `${other} ${rule}`).toEqual(wanted)
      }
    })
  })

  test('what is taken whole is taken whole; what is kept may have members that are not', () => {
    const given = { a: { b: { c: 'MARK', d: 'MARK' } } }
    expect(ruled({ '$.a': 'redact', '$.a.b.c': 'keep' }, given)).toEqual({ a: '[FIELD]' })
    expect(ruled({ '$.a': 'keep', '$.a.b.c': 'drop' }, given)).toEqual({ a: { b: { d: 'MARK' } } })
    expect(ruled({ '$.a': 'keep' }, { a: { MARK: 'MARK' }, MARK: 1 })).toEqual({ a: { MARK: 'MARK' }, '[THING]': 1 })
    expect(ruled({ '$..c': 'keep' }, given)).toEqual({ a: { b: { c: 'MARK', d: '[THING]' } } })
  })

  test('the whole value can be taken, but not dropped', () => {
    expect(ruled({ $: 'redact' }, { a: 1 })).toBe('[FIELD]')
    expect(ruled({ $: 'keep' }, { a: 'MARK' })).toEqual({ a: 'MARK' })
    expect(() => of({ $: 'drop' })).toThrow(TypeError)
  })

  test('names of prototypes are only names', () => {
    expect(ruled({ '$.constructor': 'drop', '$..toString': 'redact' }, { a: { toString: 'x' }, b: 1 })).toEqual({
      a: { toString: '[FIELD]' },
      b: 1,
    })
  })

  test('select in what a date, a map or toJSON became', () => {
    expect(ruled({ '$.m.k': 'drop', '$.d': 'redact' }, { m: new Map([['k', 1]]), d: new Date(0) })).toEqual({
      m: {},
      d: '[FIELD]',
    })
  })

  test('hold for contents and metadata in a ledger, and not for other free members', () => {
    const paths: PathRules = { '$.a': 'drop' }
    for (const path of ['input', 'output', 'details.metadata'])
      expect(ruled(paths, { a: 1, b: 2 }, { path, kind: 'text' })).toEqual({ b: 2 })
    for (const path of ['details.config', 'details.rationale', 'xVendor', 'input.a'])
      expect(ruled(paths, { a: 1, b: 2 }, { path, kind: 'text' })).toEqual({ a: 1, b: 2 })
  })
})

describe('a path that is refused', () => {
  test.each([
    ['no JSONPath', 'applicant.name'],
    ['empty', ''],
    ['not closed', '$.a['],
    ['white space around it', ' $.a'],
    ['a pattern', "$[?search(@.a, '(a+)+$')]"],
    ['a pattern, whole', "$[?match(@.a, 'a')]"],
    ['a function that is none', '$[?sum(@.a) > 1]'],
    ['a filter over many members', '$[?@..a]'],
    ['a filter in a filter', '$[?@[?@.a]]'],
    ['a filter over many, negated, beside another', '$[?@.b && !(@.* == 1)]'],
    ['a filter with a count over many', '$[?count(@..*) > 1]'],
    ['a filter that compares two members', '$.items[?@.owner == $.owner]'],
    ['a filter that measures a member', '$.items[?length($.o) > 3]'],
    ['a comparison of members under a descent', '$..[?$.a == $.b]'],
    ['two descents', '$..a..b'],
    ['the same member twice', "$['a','a']"],
    ['a star beside a name', "$[*,'a']"],
    ['the same item twice, perhaps', '$[0,-1]'],
  ])('%s', (_, path) => {
    expect(() => of({ [path]: 'redact' })).toThrow(TypeError)
  })

  test.each([
    '$.a',
    "$['a','b']",
    '$[0,2]',
    '$[1:5:2]',
    '$..name',
    '$.list[*].name',
    "$[?@.kind == 'person' && @.size > 2]",
    '$[?@.a == 1 || !@.c]',
  ])('and one that is not: %s', (path) => {
    expect(() => of({ [path]: 'redact' })).not.toThrow()
  })

  test('a rule that is none', () => {
    expect(() => of({ '$.a': 'erase' as never })).toThrow(TypeError)
    expect(() => of([] as never)).toThrow(TypeError)
    expect(() => piiRedactor({ paths: 'x' as never })).toThrow(TypeError)
  })

  test('each path visits each member once: a deep and wide value ends', () => {
    let value: unknown = 'x'
    for (let level = 0; level < 60; level += 1) value = { a: value, b: [level] }
    const list = { list: Array.from({ length: 20_000 }, (_, index) => ({ index })) }
    expect(JSON.stringify(ruled({ '$..b': 'drop' }, value))).not.toContain('"b"')
    expect(JSON.stringify(ruled({ '$.list[?@.index >= 1].index': 'drop' }, list)).match(/index/g)).toHaveLength(1)
  })
})
