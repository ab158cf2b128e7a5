/**
 * The quick readers remember what they read: what came before never decides whether a text is read, only how often its
 * parts are looked at.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText, list, object, oneOf, optional, readerFor, uint } from '../../src/receipt/schema/describe.js'
import type { Read } from '../../src/receipt/schema/members.js'
import { found } from '../../src/receipt/schema/reading.js'
import { anyJson, type Json, type JsonObject } from './arbitraries.js'
import { jcs } from './jcs.js'

/** What is read of a whole text; `undefined` where it is not read, for which there is one answer. */
function readWhole(read: Read, text: string): unknown {
  const end = read(text, 0, 1)
  if (end !== text.length) expect(end).toBe(-1)
  return end === -1 ? undefined : found.value
}

describe('an object that was read before', () => {
  const inner = object({ k: oneOf('a', 'b'), n: optional(uint) }, { open: true })
  const outer = object({ i: inner, l: optional(list(inner)), t: optional(list(anyText)) }, { open: true })

  it('is read in its canonical spelling, and in no other', () => {
    const read = readerFor({ o: outer }, true)
    const names = ['9', '10', 'b', 'a', 'é', '\ud83d\ude00', '\uffff', '"', '']
    const x: fc.Arbitrary<Json> = fc.oneof(
      fc.shuffledSubarray(names).map((some) => Object.fromEntries(some.map((name, index) => [name, index % 2]))),
      anyJson(fc.constantFrom(...names), 2),
    )
    const innerValue = fc.record(
      { k: fc.constantFrom<Json>('a', 'b'), n: fc.nat(3), xA: x, xB: x },
      { requiredKeys: ['k'] },
    )
    const value = fc.record(
      {
        i: innerValue,
        l: fc.array(innerValue, { maxLength: 3 }),
        t: fc.array(fc.constantFrom('', 'a', '"', '\\', '\u0001'), { maxLength: 2 }),
        xC: x,
      },
      { requiredKeys: ['i'] },
    )
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(2), { maxLength: 8 }),
        (some, order) => {
          for (const at of [0, 0, ...order, 0]) {
            const one = { o: some[at % some.length] } as unknown as JsonObject
            const canonical = jcs(one)
            expect(readWhole(read, canonical)).toEqual(JSON.parse(canonical))
            // as JavaScript orders the members, as they were drawn, and with white space
            for (const spelled of [
              JSON.stringify(JSON.parse(canonical)),
              JSON.stringify(one),
              JSON.stringify(one, null, 1),
            ])
              if (spelled !== canonical) expect(readWhole(read, spelled)).toBeUndefined()
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is not read with names that are numbers in the order of JavaScript', () => {
    const read = readerFor({ o: outer }, true)
    const canonical = '{"o":{"i":{"k":"a","xA":{"10":1,"9":2}}}}'
    const other = '{"o":{"i":{"k":"a","xA":{"9":2,"10":1}}}}'
    for (let time = 0; time < 3; time += 1) {
      expect(readWhole(read, canonical)).toEqual(JSON.parse(canonical))
      expect(readWhole(read, other)).toBeUndefined()
    }
  })
})
