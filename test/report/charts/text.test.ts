import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText, cut, textWidth } from '../../../src/report/charts/text.js'

// Advance widths of DejaVu Sans in thousandths of the size, from its own table: of the usual faces the widest.
const dejaVu: Readonly<Record<string, number>> = {
  a: 613,
  b: 635,
  c: 550,
  d: 635,
  e: 615,
  f: 352,
  g: 635,
  h: 634,
  i: 278,
  j: 278,
  k: 579,
  l: 278,
  m: 974,
  n: 634,
  o: 612,
  p: 635,
  q: 635,
  r: 411,
  s: 521,
  t: 392,
  u: 634,
  v: 592,
  w: 818,
  x: 592,
  y: 592,
  z: 525,
  A: 684,
  B: 686,
  C: 698,
  D: 770,
  E: 632,
  F: 575,
  G: 775,
  H: 752,
  I: 295,
  J: 295,
  K: 656,
  L: 557,
  M: 863,
  N: 748,
  O: 787,
  P: 603,
  Q: 787,
  R: 695,
  S: 635,
  T: 611,
  U: 732,
  V: 684,
  W: 989,
  X: 685,
  Y: 611,
  Z: 685,
  '0': 636,
  '9': 636,
  ' ': 318,
  '.': 318,
  ',': 318,
  '-': 361,
  '%': 950,
  '(': 390,
  ')': 390,
  ':': 337,
  '/': 337,
  _: 500,
  '<': 838,
  '…': 1000,
  ü: 634,
  ß: 630,
}

describe('the width of a text', () => {
  it('is at least that of a wide face, and not much more', () => {
    for (const [letter, thousandths] of Object.entries(dejaVu)) {
      const width = textWidth(letter, 1000)
      expect([letter, width >= thousandths - 1, width <= thousandths * 1.35]).toEqual([letter, true, true])
    }
  })

  it('grows with the size and adds up', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(textWidth(a + b, 10)).toBeCloseTo(textWidth(a, 10) + textWidth(b, 10), 6)
        expect(textWidth(a, 20)).toBeCloseTo(2 * textWidth(a, 10), 6)
      }),
    )
  })
})

describe('cutting a text', () => {
  it('never goes beyond the room, and leaves alone what has room', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 300 }), (text, room) => {
        const shown = cut(text, 12, room)
        expect(textWidth(shown, 12)).toBeLessThanOrEqual(Math.max(room, 0) + 1e-9)
        if (textWidth(text, 12) <= room) expect(shown).toBe(text)
        else if (shown !== '') expect(text.startsWith(shown.slice(0, -1)) && shown.endsWith('…')).toBe(true)
      }),
    )
  })

  it('cuts between what a reader sees as characters', () => {
    const family = '👩‍👩‍👧‍👦'
    const shown = cut(family.repeat(9), 10, 200)
    expect(shown.slice(0, -1).split(family).join('')).toBe('')
    expect(shown.endsWith('…')).toBe(true)
  })
})

describe('cleaning a text', () => {
  it('leaves one line without control signs, half surrogates or turns of direction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const clean = cleanText(text)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u)
      }),
    )
  })

  it('keeps ordinary words', () => {
    for (const text of ['prompt-injection', 'Prüfung: größer als 5 %', '日本語', 'a\u00a0b', 'مرحبا'])
      expect(cleanText(text)).toBe(text)
  })
})
