import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printable, printableJson } from '../../src/cli/printable.js'

/** What a terminal obeys or hides: C0, DEL, C1, bidirectional and other format characters, separators, half pairs. */
const dangerous =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/u

describe('printable', () => {
  test.each([
    ['an escape sequence', '\x1b[2J\x1b]0;title\x07', '\\u{1b}[2J\\u{1b}]0;title\\u{7}'],
    ['C1 control sequence introducer', '\x9b31m', '\\u{9b}31m'],
    ['carriage return and backspace', 'VALID\rINVALID\b', 'VALID\\rINVALID\\u{8}'],
    ['a second line', 'a\nVALID', 'a\\nVALID'],
    ['right-to-left override', 'a\u202eb\u2066c', 'a\\u{202e}b\\u{2066}c'],
    ['zero-width and invisible', 'a\u200bb\u3164c\u{e0041}', 'a\\u{200b}b\\u{3164}c\\u{e0041}'],
    ['half a surrogate pair', 'a\ud800', 'a\\u{d800}'],
    ['line separator', 'a\u2028b', 'a\\u{2028}b'],
  ])('escapes %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  test('leaves the writing of the world alone', () => {
    for (const text of ['Ärger', '日本語', 'العربية', 'עברית', '😀', 'a\\b "c"']) expect(printable(text)).toBe(text)
  })

  test('cuts long texts and says how long they are', () => {
    expect(printable('x'.repeat(600))).toBe(`${'x'.repeat(500)}… (600 characters)`)
    expect(printable('abcdef', 3)).toBe('abc… (6 characters)')
  })

  test('lets nothing dangerous through, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => !dangerous.test(printable(text))))
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { maxLength: 20 }),
        (units) => !dangerous.test(printable(String.fromCharCode(...units), 7)),
      ),
    )
  })
})

describe('printableJson', () => {
  test('is the same value, in ASCII, on one line', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = printableJson(value)
        expect(json).toMatch(/^[\x20-\x7e]*\n$/)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})
