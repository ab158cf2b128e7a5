/** What is copied of an object that claims to be a receipt, and how much of it. */
import { describe, expect, test } from 'vitest'
import { snapshot } from '../../src/verify/snapshot.js'

const MOST = 131_072

const nestedObjects = (levels: number): unknown => (levels === 0 ? 1 : { a: nestedObjects(levels - 1) })
const nestedArrays = (levels: number): unknown => (levels === 0 ? 1 : [nestedArrays(levels - 1)])

describe('a copy', () => {
  test.each([null, true, 0, 'text', [], {}, { a: [1, { b: null }], c: 'x' }])('of %j is alike', (value) => {
    expect(snapshot(value)).toEqual({ copy: value })
  })

  test('has no prototype, and not the members that are undefined', () => {
    const { copy } = snapshot({ a: undefined, b: { c: 1, d: undefined } }) as { copy: { b: object } }
    expect(Object.keys(copy)).toEqual(['b'])
    expect(Object.keys(copy.b)).toEqual(['c'])
    expect(Object.getPrototypeOf(copy)).toBeNull()
    // a name that is a setter elsewhere is a name here
    const named = snapshot(JSON.parse('{"__proto__":{"a":1}}')) as { copy: object }
    expect(Object.keys(named.copy)).toEqual(['__proto__'])
  })

  test('is made of data alone: each member is looked at once, and nothing is called', () => {
    let called = 0
    const value = Object.defineProperty({ a: 1 }, 'b', {
      enumerable: true,
      get() {
        called += 1
        return 1
      },
    })
    expect(snapshot(value)).toEqual({ fault: 'not-data' })
    expect(called).toBe(0)
  })

  test('leaves out a symbol that nobody sees, and refuses one that is seen', () => {
    expect(snapshot(Object.defineProperty({ a: 1 }, Symbol('x'), { value: 1 }))).toEqual({ copy: { a: 1 } })
    expect(snapshot({ a: 1, [Symbol('x')]: 1 })).toEqual({ fault: 'not-data' })
  })

  test('of another realm’s object is taken, of a class or of an object that inherits is not', () => {
    const realm = Object.assign(Object.create(null), { hasOwnProperty: () => true })
    expect(snapshot(Object.assign(Object.create(realm), { a: 1 }))).toEqual({ copy: { a: 1 } })
    for (const prototype of [Object.create(null), {}, { hasOwnProperty: 1 }, Date.prototype])
      expect(snapshot(Object.assign(Object.create(prototype), { a: 1 }))).toEqual({ fault: 'not-data' })
  })

  test('of an array has every item and nothing else', () => {
    expect(snapshot(new Array(2))).toEqual({ fault: 'not-data' })
    // as many names as it should have, and one of them another
    expect(snapshot(Object.assign(new Array(1), { x: 1 }))).toEqual({ fault: 'not-data' })
    expect(snapshot(Object.assign([1], { x: 1 }))).toEqual({ fault: 'not-data' })
    expect(snapshot([1, 2, [3]])).toEqual({ copy: [1, 2, [3]] })
  })
})

describe('what is too deep or too large', () => {
  test.each([
    ['objects', nestedObjects],
    ['arrays', nestedArrays],
    ['both', (levels: number) => (levels < 2 ? nestedObjects(levels) : [{ a: nestedArrays(levels - 2) }])],
  ])('16 levels of %s are not, 17 are', (_, nested) => {
    expect(snapshot(nested(16))).toEqual({ copy: nested(16) })
    expect(snapshot(nested(17))).toEqual({ fault: 'too-deep' })
  })

  test('as many characters as a line may have are not, one more is', () => {
    expect(snapshot('x'.repeat(MOST))).toHaveProperty('copy')
    expect(snapshot('x'.repeat(MOST + 1))).toEqual({ fault: 'too-large' })
    // a name has a character beside its own at the least
    expect(snapshot({ abc: 'x'.repeat(MOST - 4) })).toHaveProperty('copy')
    expect(snapshot({ abc: 'x'.repeat(MOST - 3) })).toEqual({ fault: 'too-large' })
    expect(snapshot(['x'.repeat(MOST - 1)])).toHaveProperty('copy')
    expect(snapshot(['x'.repeat(MOST)])).toEqual({ fault: 'too-large' })
    expect(snapshot(new Array(MOST + 1).fill(0))).toEqual({ fault: 'too-large' })
    // all parts together
    expect(snapshot(['x'.repeat(MOST / 2), 'x'.repeat(MOST / 2)])).toEqual({ fault: 'too-large' })
  })
})
