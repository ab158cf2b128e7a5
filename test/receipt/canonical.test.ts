/** RFC 8785, and what is refused beyond it because two readers could read it differently. */
import vm from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { type CanonicalReason, canonicalize, canonicalMember } from '../../src/receipt/canonical.js'
import { MAX_DEPTH } from '../../src/receipt/limits.js'
import { anyJson, type Json } from './arbitraries.js'
import { jcs } from './jcs.js'

function refusal(act: () => unknown): { reason: string | undefined; path: string | undefined } {
  try {
    act()
  } catch (error) {
    if (QuittanceError.is(error, 'RECEIPT_NOT_JSON')) return { reason: error.details.reason, path: error.details.path }
    throw error
  }
  throw new Error('it was not refused')
}

const refusedAs = (value: unknown, reason: CanonicalReason, path: string): void => {
  expect(refusal(() => canonicalize(value))).toEqual({ reason, path })
}

const double = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE()

describe('the numbers of RFC 8785, appendix B', () => {
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('%s is %s', (hex, text) => {
    expect(canonicalize(double(hex))).toBe(text)
  })

  // The RFC has texts for these. The format refuses them: an integer beyond 2^53-1 is read as another one by readers
  // that use doubles and exactly by readers that do not.
  it.each([
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ])('%s (%s there) is refused: an integer that is not safe', (hex, text) => {
    expect(double(hex)).toBe(Number(text))
    refusedAs({ a: double(hex) }, 'integer-not-safe', 'a')
  })

  it.each(['7fffffffffffffff', '7ff0000000000000', 'fff0000000000000'])('%s is refused, as there', (hex) => {
    refusedAs({ a: double(hex) }, 'number-not-finite', 'a')
  })

  it('the largest integers that are taken', () => {
    expect(canonicalize([2 ** 53 - 1, -(2 ** 53 - 1)])).toBe('[9007199254740991,-9007199254740991]')
  })
})

describe('the examples of RFC 8785', () => {
  const text = String.raw`{
  "numbers": [333333333.33333329, 1E30, 4.50,
              2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`
  const bytes = `7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73
    22 3a 5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31 65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d
    32 37 5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d`
  const hex = bytes.replace(/\s/g, '')

  it('§3.2.2 to §3.2.4: the bytes, but for the one integer that is not safe', () => {
    refusedAs(JSON.parse(text), 'integer-not-safe', 'numbers[1]')
    const taken = Buffer.from(canonicalize(JSON.parse(text.replace(' 1E30,', '')))).toString('hex')
    expect(taken).toBe(hex.replace(Buffer.from('1e+30,').toString('hex'), ''))
    expect(Buffer.from(jcs(JSON.parse(text))).toString('hex')).toBe(hex)
  })

  it('§3.2.3: names sorted by UTF-16 code units', () => {
    const names = JSON.parse(String.raw`{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`)
    expect(Object.values(JSON.parse(canonicalize(names).replace('"1"', '"one"')) as object)).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })
})

describe('names', () => {
  it('that look like integers are texts: "10" before "9", both before "a"', () => {
    expect(canonicalize({ a: 1, 9: 2, 10: 3, '-1': 4, '01': 5 })).toBe('{"-1":4,"01":5,"10":3,"9":2,"a":1}')
  })

  it('are sorted by code units, not by code points: U+1F600 before U+FB33, and before U+FFFF', () => {
    expect(canonicalize({ '\uffff': 1, '\ufb33': 2, '\u{1f600}': 3, '\ud7ff': 4 })).toBe(
      '{"\ud7ff":4,"\u{1f600}":3,"\ufb33":2,"\uffff":1}',
    )
  })

  it('are sorted where one begins with the other, and at every level', () => {
    expect(canonicalize({ ab: 1, a: { '': 1, '\u0000': 2, z: [{ d: 1, c: 2 }] }, aB: 2 })).toBe(
      '{"a":{"":1,"\\u0000":2,"z":[{"c":2,"d":1}]},"aB":2,"ab":1}',
    )
  })

  it.each(['__proto__', 'constructor', 'prototype'])('%s is refused at every level, also a second time', (name) => {
    const object = JSON.parse(`{"a":[{"${name}":1}]}`) as unknown
    refusedAs(object, 'forbidden-name', `a[0].${name}`)
    refusedAs(object, 'forbidden-name', `a[0].${name}`)
    expect(refusal(() => canonicalMember('details', object))).toEqual({
      reason: 'forbidden-name',
      path: `details.a[0].${name}`,
    })
    expect(refusal(() => canonicalMember(name, 1)).reason).toBe('forbidden-name')
  })

  it('that are refused stand behind what is refused before them, in the order of the names', () => {
    const bad = (text: string) => JSON.parse(text) as Record<string, unknown>
    refusedAs(bad('{"a":[1,{"b":2}],"constructor":1}'), 'forbidden-name', 'constructor')
    refusedAs({ ...bad('{"a":1,"constructor":1}'), a: undefined }, 'not-json', 'a')
    refusedAs({ a: 2 ** 53, '\ud800': 1 }, 'integer-not-safe', 'a')
    const deep = `${'['.repeat(16)}${']'.repeat(16)}`
    refusedAs(bad(`{"a":${deep},"prototype":1}`), 'too-deep', `a${'[0]'.repeat(15)}`)
    refusedAs(bad(`{"a":${deep.slice(1, -1)},"prototype":1}`), 'forbidden-name', 'prototype')
  })

  it('that only look like those are taken', () => {
    const text = '{"Constructor":1,"__proto":2,"hasOwnProperty":3,"toJSON":4,"toString":5,"valueOf":6}'
    expect(canonicalize(JSON.parse(text))).toBe(text)
  })
})

describe('strings', () => {
  it('escape exactly what RFC 8785 §3.2.2.2 escapes', () => {
    const all = Array.from({ length: 0x110 }, (_, code) => String.fromCharCode(code)).join('')
    const short: Record<string, string> = {
      '\b': '\\b',
      '\t': '\\t',
      '\n': '\\n',
      '\f': '\\f',
      '\r': '\\r',
      '"': '\\"',
      '\\': '\\\\',
    }
    const expected = [...all].map(
      (c) => short[c] ?? (c < ' ' ? `\\u00${c.charCodeAt(0).toString(16).padStart(2, '0')}` : c),
    )
    expect(canonicalize(all)).toBe(`"${expected.join('')}"`)
    expect(canonicalize('\u2028\u2029\u007f/')).toBe('"\u2028\u2029\u007f/"')
  })

  it.each(['\ud800', '\udfff', 'a\udbff', '\udc00\ud800', '\ud83d\ud83d\ude00'])(
    'with half a surrogate pair are refused, case %#',
    (text) => {
      refusedAs([text], 'lone-surrogate', '[0]')
      expect(refusal(() => canonicalize({ a: { [text]: 1 } })).reason).toBe('lone-surrogate')
    },
  )

  it('are not normalised', () => {
    expect(canonicalize(['\u00e9', 'e\u0301'])).toBe('["\u00e9","e\u0301"]')
  })
})

describe('what is no JSON is refused', () => {
  class Plain {
    a = 1
  }
  const sparse: unknown[] = [1]
  sparse[2] = 3
  it.each<[string, unknown, string]>([
    ['undefined', { a: undefined }, 'a'],
    ['undefined in an array', [undefined], '[0]'],
    ['a hole', { a: sparse }, 'a[1]'],
    ['a function', { a: () => 1 }, 'a'],
    ['a symbol', { a: Symbol('a') }, 'a'],
    ['a bigint', { a: 1n }, 'a'],
    ['a Date', { a: new Date(0) }, 'a'],
    ['a Map', { a: new Map() }, 'a'],
    ['a Set', [new Set()], '[0]'],
    ['a class instance', { a: new Plain() }, 'a'],
    ['a RegExp', { a: /a/ }, 'a'],
    ['bytes', { a: new Uint8Array(1) }, 'a'],
    ['a boxed string', { a: Object('a') }, 'a'],
    ['an Error', { a: new Error('a') }, 'a'],
    ['an object that inherits members', { a: Object.create({ b: 1 }) }, 'a'],
  ])('%s', (_, value, path) => {
    refusedAs(value, 'not-json', path)
  })

  it('a promise, and undefined itself', () => {
    refusedAs(undefined, 'not-json', '')
    refusedAs({ a: Promise.resolve(1) }, 'not-json', 'a')
  })

  it('but an object without a prototype, or of another realm, is plain', () => {
    expect(canonicalize(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}')
    expect(canonicalize(vm.runInNewContext('({ b: [1, { c: null }], a: "x" })'))).toBe('{"a":"x","b":[1,{"c":null}]}')
  })

  it('toJSON is not called: what is written is what is there', () => {
    refusedAs({ toJSON: () => 'other' }, 'not-json', 'toJSON')
  })

  it('what a getter throws is passed on as it is', () => {
    const mine = new RangeError('mine')
    const throwing = {
      get a(): never {
        throw mine
      },
    }
    for (const value of [throwing, [throwing], { b: throwing }]) {
      expect(() => canonicalize(value)).toThrow(mine)
      expect(() => canonicalMember('xA', value)).toThrow(mine)
    }
  })

  it('a refusal leaves nothing behind for the next call', () => {
    refusedAs({ a: [{ b: undefined }] }, 'not-json', 'a[0].b')
    refusedAs({ c: undefined }, 'not-json', 'c')
  })
})

describe('depth', () => {
  const nested = (levels: number, make: (inner: unknown) => unknown): unknown =>
    levels === 0 ? 1 : make(nested(levels - 1, make))
  const both: readonly [string, (inner: unknown) => unknown][] = [
    ['arrays', (inner) => [inner]],
    ['objects', (inner) => ({ a: inner })],
  ]

  it.each(both)('%s: 16 levels are taken, 17 are not', (_, make) => {
    expect(MAX_DEPTH).toBe(16)
    expect(canonicalize(nested(16, make))).toBe(jcs(nested(16, make)))
    expect(refusal(() => canonicalize(nested(17, make))).reason).toBe('too-deep')
  })

  it.each(both)('%s: a member of a receipt has one level less', (_, make) => {
    expect(canonicalMember('xA', nested(15, make))).toBe(`"xA":${jcs(nested(15, make))}`)
    expect(refusal(() => canonicalMember('xA', nested(16, make))).reason).toBe('too-deep')
    expect(refusal(() => canonicalMember('details', nested(16, make))).reason).toBe('too-deep')
  })

  it('an object that holds itself is too deep', () => {
    const loop: Record<string, unknown> = {}
    loop.a = loop
    expect(refusal(() => canonicalize(loop)).reason).toBe('too-deep')
  })
})

describe('reserved names', () => {
  const names = ['receiptHash', 'signature', 'details', 'detailsHash']

  it.each(names)('%s is refused below the top', (name) => {
    for (const [top, value, path] of [
      ['xA', { [name]: 1 }, `xA.${name}`],
      ['xA', [{ b: { [name]: 1 } }], `xA[0].b.${name}`],
      ['checks', [{ xB: { [name]: 1 } }], `checks[0].xB.${name}`],
      ['input', { redactions: { [name]: 1 } }, `input.redactions.${name}`],
      ['links', [{ xA: { [name]: 1 } }], `links[0].xA.${name}`],
      ['system', { [name]: 1 }, `system.${name}`],
      ['retention', { xA: [{ [name]: 1 }] }, `retention.xA[0].${name}`],
    ] as const) {
      expect(refusal(() => canonicalMember(top, value))).toEqual({ reason: 'reserved-name', path })
    }
  })

  it.each(names)('%s is refused wherever it stands among others', (name) => {
    for (const [value, path] of [
      [{ a: 1, [name]: 1 }, `xA.${name}`],
      [{ a: { b: [1] }, [name]: 1, z: 1 }, `xA.${name}`],
      [[1, null, { b: 1, c: [{}, { [name]: 1 }] }], `xA[2].c[1].${name}`],
      [{ b: { [name]: 1 }, a: 'receiptHash":' }, `xA.b.${name}`],
    ] as const)
      expect(refusal(() => canonicalMember('xA', value))).toEqual({ reason: 'reserved-name', path })
  })

  it('but not where the format itself puts them', () => {
    const granted: readonly [string, unknown][] = [
      ['links', [{ receiptHash: 1 }, { receiptHash: 2 }]],
      ['system', { predecessor: { receiptHash: 1 } }],
      ['system', { lost: [{ receiptHash: 1 }] }],
      ['retention', { through: { receiptHash: 1 } }],
      ['retention', { receipts: [{ detailsHash: 1 }] }],
    ]
    for (const [name, value] of granted) expect(canonicalMember(name, value)).toBe(`"${name}":${jcs(value)}`)
  })

  it('and not one of them in the place of another', () => {
    for (const [name, value, path] of [
      ['links', [{ signature: 1 }], 'links[0].signature'],
      ['links', [{ detailsHash: 1 }], 'links[0].detailsHash'],
      ['links', { receiptHash: 1 }, 'links.receiptHash'],
      ['retention', { receipts: [{ receiptHash: 1 }] }, 'retention.receipts[0].receiptHash'],
      ['retention', { receipts: [{ details: 1 }] }, 'retention.receipts[0].details'],
      ['system', { through: { receiptHash: 1 } }, 'system.through.receiptHash'],
    ] as const) {
      expect(refusal(() => canonicalMember(name, value))).toEqual({ reason: 'reserved-name', path })
    }
  })

  it('nor below or beside those, or in a place that only ends like theirs', () => {
    for (const [name, value, path] of [
      ['links', [{ receiptHash: { signature: 1 } }], 'links[0].receiptHash.signature'],
      ['retention', { receipts: [{ detailsHash: { details: 1 } }] }, 'retention.receipts[0].detailsHash.details'],
      ['xA', { retention: { receipts: [{ detailsHash: 1 }] } }, 'xA.retention.receipts[0].detailsHash'],
      ['xA', { links: [{ receiptHash: 1 }] }, 'xA.links[0].receiptHash'],
      ['xA', { system: { predecessor: { receiptHash: 1 } } }, 'xA.system.predecessor.receiptHash'],
    ] as const)
      expect(refusal(() => canonicalMember(name, value))).toEqual({ reason: 'reserved-name', path })
  })

  it('however many stand before them', () => {
    const many = (item: unknown) => Array.from({ length: 121 }, () => item)
    for (const [name, value] of [
      ['links', many({ receiptHash: 1 })],
      ['system', { lost: many({ receiptHash: 1 }) }],
      ['retention', { receipts: many({ detailsHash: 1 }) }],
    ] as const)
      expect(canonicalMember(name, value)).toBe(`"${name}":${jcs(value as never)}`)
  })

  it('inside details every one is free', () => {
    const details = { metadata: { receiptHash: 1, signature: { details: { detailsHash: 2 } } }, salt: '' }
    expect(canonicalMember('details', details)).toBe(`"details":${jcs(details)}`)
  })

  it('a top-level name is free, and a name with a dot or bracket opens no back door', () => {
    for (const name of names) expect(canonicalMember(name, 1)).toBe(`"${name}":1`)
    for (const [name, value] of [
      ['xA', { 'links[0]': { receiptHash: 1 } }],
      ['xA', { 'b.links[0]': { receiptHash: 1 } }],
      ['system', { 'lost[0]': [{ receiptHash: 1 }] }],
      ['system', { lost: { '[0]': { receiptHash: 1 } } }],
    ] as const) {
      expect(refusal(() => canonicalMember(name, value)).reason).toBe('reserved-name')
    }
  })
})

describe('beside an independent writer', { timeout: 60_000 }, () => {
  const names = fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('1', '9', '10', '\ud83d\ude00', '\ufb33', '\u20ac', ''),
    )
    .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
  const values: fc.Arbitrary<Json> = anyJson(names, 5)

  it('writes every value alike, and reads back what was written', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalize(value)
        expect(text).toBe(jcs(value))
        expect(canonicalize(JSON.parse(text))).toBe(text)
      }),
      { seed: 8785, numRuns: 5_000 },
    )
  })

  it('whatever the order of the members', () => {
    const shuffled = (value: Json, random: number): Json => {
      if (Array.isArray(value)) return value.map((item) => shuffled(item, random))
      if (typeof value !== 'object' || value === null) return value
      const entries = Object.entries(value).map(([name, member]) => [name, shuffled(member, random)] as const)
      return Object.fromEntries(
        entries.toSorted(([a], [b]) => ((a.length * random) % 7) - ((b.length * random) % 7) || (a < b ? 1 : -1)),
      )
    }
    fc.assert(
      fc.property(values, fc.nat(), (value, random) => {
        expect(canonicalize(shuffled(value, random))).toBe(canonicalize(value))
      }),
      { seed: 8786, numRuns: 2_000 },
    )
  })

  it('writes every double alike that it takes', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        if (Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER)
          expect(canonicalize(value)).toBe(jcs(value))
        else expect(() => canonicalize(value)).toThrow(QuittanceError)
      }),
      { seed: 8787, numRuns: 5_000 },
    )
  })
})
