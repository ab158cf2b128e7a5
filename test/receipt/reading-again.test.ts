/**
 * What the quick readers remember of what came before, how long, and that it has bounds, because the texts are anybody's.
 */
import { describe, expect, it } from 'vitest'
import { anyText, list, object, readerFor, type Shape, uint } from '../../src/receipt/schema/describe.js'
import type { Read } from '../../src/receipt/schema/members.js'
import { found, type Readable, readList, readNumber, readObject, readText } from '../../src/receipt/schema/reading.js'
import { jcs } from './jcs.js'

/** What is read of a whole text; `undefined` where it is not read, for which there is one answer. */
function readWhole(read: Read, text: string): unknown {
  const end = read(text, 0, 1)
  if (end !== text.length) expect(end).toBe(-1)
  return end === -1 ? undefined : found.value
}

describe('a value that came before', () => {
  const lists = (): Read => readerFor({ a: list(anyText), b: list(uint) }, false)
  /** The list in `a`, of one text. */
  const listIn = (read: Read, of: string): unknown => {
    const value = readWhole(read, jcs({ a: [of], b: [] })) as { a: unknown }
    expect(value).toEqual({ a: [of], b: [] })
    return value.a
  }
  /** Whether one is remembered that comes now: from its second time on it is the same list then. */
  const isRemembered = (read: Read, of = 'now'): boolean => {
    listIn(read, of)
    const [second, third] = [listIn(read, of), listIn(read, of)]
    return second === third
  }
  const different = (read: Read, times: number): void => {
    for (let time = 0; time < times; time += 1) listIn(read, `${time}`)
  }

  it.each([
    [0, true],
    [2, true],
    [3, false],
    [20, false],
  ])('and %i others before it that came once: whether it is given out again', (others, again) => {
    const read = lists()
    different(read, others)
    expect(isRemembered(read)).toBe(again)
    expect(isRemembered(read)).toBe(again)
  })

  it.each([
    [6, true],
    [7, false],
  ])('and %i others that came once, behind one that came often', (others, again) => {
    const read = lists()
    for (let time = 0; time < 100; time += 1) listIn(read, 'often')
    different(read, others)
    expect(isRemembered(read)).toBe(again)
  })

  it('is given out again alone, not for one that came before it', () => {
    const read = lists()
    expect([isRemembered(read, 'one'), isRemembered(read, 'other')]).toEqual([true, true])
    const before = listIn(read, 'other')
    listIn(read, 'one')
    expect(listIn(read, 'other')).not.toBe(before)
  })

  it.each([
    [0, true],
    [1, false],
  ])('is remembered up to a length, and %i over', (over, again) => {
    expect(isRemembered(lists(), 'w'.repeat(1_024 - '"a":[""]'.length + over))).toBe(again)
  })

  it('is forgotten for one that is too long', () => {
    const read = lists()
    listIn(read, 'short')
    const first = listIn(read, 'short')
    listIn(read, 'w'.repeat(2_000))
    expect(listIn(read, 'short')).not.toBe(first)
  })

  it('can be changed by nobody, at any depth', () => {
    const read = readerFor({ a: list(object({ b: list(uint), c: uint }, { open: true })) }, false)
    const text = '{"a":[{"b":[1],"c":1,"xA":{"d":[{"e":null}]}}]}'
    readWhole(read, text)
    const { a } = readWhole(read, text) as { a: unknown }
    const everyPart = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(everyPart)] : []
    expect(everyPart(a)).toHaveLength(6)
    for (const part of everyPart(a)) expect(Object.isFrozen(part)).toBe(true)
    const { a: again } = readWhole(read, text) as { a: unknown }
    expect(again).toBe(a)
  })

  it('is remembered only where its shape says so', () => {
    const read = readerFor({ a: { ...list(uint), kept: false } }, false)
    const once = readWhole(read, '{"a":[1]}') as { a: unknown }
    for (let time = 0; time < 5; time += 1) expect((readWhole(read, '{"a":[1]}') as { a: unknown }).a).not.toBe(once.a)
  })
})

describe('names that came before', () => {
  const one: Read = (text, from) => {
    found.value = 1
    return text[from] === '1' ? from + 1 : -1
  }
  const member = (name: string, optional: boolean): Readable => ({
    name,
    read: one,
    optional,
    kept: false,
    heard: undefined,
  })

  it('are looked at once, and all of them again where there are too many', () => {
    const asked: string[] = []
    const read = readObject([member('a', false)], (name) => {
      asked.push(name)
      return member(name, true)
    })
    const readNamed = (index: number) => {
      const name = `x${index}`
      expect(readWhole(read, `{"a":1,"${name}":1}`)).toEqual({ a: 1, [name]: 1 })
    }
    const all = (most: number) => {
      for (let index = 0; index < most; index += 1) readNamed(index)
    }
    // with the one that is known, these are as many as are remembered
    all(1_023)
    all(1_023)
    expect(asked).toHaveLength(1_023)
    readNamed(1_023)
    readNamed(5)
    readNamed(5)
    expect(asked.slice(1_023)).toEqual(['x1023', 'x5'])
    all(1_022)
    all(1_022)
    expect(asked).toHaveLength(1_025 + 1_021)
  })

  it('are taken from where they stand', () => {
    const heard: (readonly [string, number, number])[] = []
    const told = (name: string, optional: boolean): Readable => ({
      ...member(name, optional),
      heard: (from, end) => heard.push([name, from, end]),
    })
    const read = readObject([told('a', false), told('bb', true)], () => undefined)
    for (let time = 0; time < 3; time += 1) {
      heard.length = 0
      expect([read('[{"a":1,"bb":1}]', 1, 2), found.value]).toEqual([15, { a: 1, bb: 1 }])
      expect(heard).toEqual([
        ['a', 1, 7],
        ['bb', 7, 14],
      ])
    }
    // every name stands behind none
    expect(
      readWhole(
        readObject([told('A', false)], () => undefined),
        '{"A":1}',
      ),
    ).toEqual({ A: 1 })
    for (const text of [
      '{"bb":1}',
      '{"a":1,"bb":1,"bb":1}',
      '{"a":1,"bb":1,"c":1}',
      '{"a":1,"a":1}',
      '{"a":1,"bb":1,"a":1}',
      '{"a":2}',
      '{a":1}',
    ])
      for (let time = 0; time < 2; time += 1) expect(readWhole(read, text)).toBeUndefined()
  })
})

it('each value is told the level on which it stands', () => {
  const levels: number[] = []
  const shape: Shape<unknown> = {
    check: () => undefined,
    write: (value, depth) => {
      levels.push(depth)
      return JSON.stringify(value)
    },
    json: {},
  }
  const read = readerFor({ a: shape, b: list(object({ c: shape, d: list(shape) })) }, false)
  expect(readWhole(read, '{"a":{},"b":[{"c":0,"d":[[],"e"]}]}')).toEqual({ a: {}, b: [{ c: 0, d: [[], 'e'] }] })
  expect(levels).toEqual([2, 4, 5, 5])
  const flat: Read = (_, from, depth) => {
    levels.push(depth)
    found.value = depth
    return from + 1
  }
  expect([readList(flat, 2)('[1,1]', 0, 7), found.value]).toEqual([5, [8, 8]])
})

it('texts, numbers and lists are read without the general parser', () => {
  const word = readText((value) => value === 'a')
  const digits = readNumber(String)
  expect([word('["a"]', 1, 2), found.value]).toEqual([4, 'a'])
  expect([digits('[12]', 1, 2), found.value]).toEqual([3, 12])
  expect([readList(digits, 1)('[12]', 0, 1), found.value]).toEqual([4, [12]])
})

describe('an object of many members', () => {
  const named = (count: number): string =>
    jcs({
      n: 1,
      ...Object.fromEntries(
        Array.from({ length: count - 1 }, (_, at) => [`xMember${String(at).padStart(4, '0')}`, at]),
      ),
    })

  it.each([
    [127, true],
    [128, true],
    [129, false],
    [2_000, false],
  ])('%i of them: whether it is read quickly, at first and again', (count, quickly) => {
    const read = readerFor({ n: uint }, true)
    for (let time = 0; time < 3; time += 1)
      expect(readWhole(read, named(count))).toEqual(quickly ? JSON.parse(named(count)) : undefined)
  })
})
