/** What an order of names means is worked out once, for as many orders as may be remembered, and no data can make it more. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inCanonicalOrder, perNameOrder } from '../../src/receipt/name-orders.js'

/** An object with these names, in this order. */
const having = (...names: string[]): object => Object.fromEntries(names.map((name) => [name, 1]))

/** Tells with what it was asked. */
function remembering(most?: number) {
  const asked: string[] = []
  const of = perNameOrder((sorted) => {
    asked.push(sorted.join())
    return { sorted }
  }, most)
  return { of, asked }
}

describe('the canonical order', () => {
  it('is that of UTF-16 code units, and leaves what it was given', () => {
    const names = Object.freeze(['b', '\ufb33', 'a', '\u{1f600}', '10', '9', 'B', ''])
    expect(inCanonicalOrder(names)).toEqual(['', '10', '9', 'B', 'a', 'b', '\u{1f600}', '\ufb33'])
    expect(inCanonicalOrder(['b', 'a'])).toEqual(['a', 'b'])
    expect(inCanonicalOrder(['a'])).toEqual(['a'])
    expect(inCanonicalOrder([])).toEqual([])
  })
})

describe('what was worked out for an order', () => {
  it('is for the names in canonical order, whatever order they came in', () => {
    const { of } = remembering()
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 5 }), (names) => {
        const object = having(...names.filter((name) => name !== '__proto__'))
        // two words of the same names: what was worked out the first time, and what is remembered
        for (let time = 0; time < 2; time += 1) expect(of(object).sorted).toEqual(Object.keys(object).sort())
      }),
    )
  })

  it('is remembered for objects whose names come in the same order, not for others', () => {
    const { of, asked } = remembering()
    const orders = [['a', 'b'], ['b', 'a'], ['a', 'c'], ['a'], ['a', 'b', 'c'], ['b'], []]
    const first = orders.map((names) => of(having(...names)))
    expect(asked).toEqual(['a,b', 'a,b', 'a,c', 'a', 'a,b,c', 'b', ''])
    for (const [at, names] of orders.entries()) {
      for (let time = 0; time < 2; time += 1) expect(of(having(...names))).toBe(first[at])
    }
    expect(asked).toHaveLength(orders.length)
  })

  it('is remembered with at most 64 names of at most 64 characters', () => {
    const many = (count: number) => having(...Array.from({ length: count }, (_, at) => `n${at}`))
    const cases = [
      [many(64), 1],
      [many(65), 3],
      [having('a'.repeat(64)), 1],
      [having('a'.repeat(65)), 3],
      [having('a', 'b'.repeat(65), 'c'), 3],
    ] as const
    for (const [object, times] of cases) {
      const { of, asked } = remembering()
      for (let time = 0; time < 3; time += 1) of(object)
      expect(asked).toHaveLength(times)
    }
  })

  it('that is too much to remember does not push out what was', () => {
    const { of, asked } = remembering(1)
    for (const object of [having('a'), having('x'.repeat(65)), having('a')]) of(object)
    expect(asked).toEqual(['a', 'x'.repeat(65)])
  })

  it('is forgotten, with all others, when there are more orders than may be remembered', () => {
    const { of, asked } = remembering(2)
    const ask = (...names: string[]) => {
      const before = asked.length
      for (const name of names) of(having(name))
      return asked.slice(before).join('')
    }
    expect(ask('a', 'b', 'a', 'b', 'b', 'a')).toBe('ab')
    // with the third there are too many: it alone is known now
    expect(ask('c', 'c')).toBe('c')
    expect(ask('a', 'c', 'a', 'c')).toBe('a')
    expect(ask('b', 'a', 'c', 'b')).toBe('bacb')
  })

  it('is remembered for 64 orders where nothing else is said', () => {
    const { of, asked } = remembering()
    const names = Array.from({ length: 64 }, (_, at) => `n${at}`)
    for (let time = 0; time < 2; time += 1) for (const name of names) of(having(name))
    expect(asked).toEqual(names)
    of(having('more'))
    of(having('n0'))
    expect(asked.slice(64)).toEqual(['more', 'n0'])
  })
})
