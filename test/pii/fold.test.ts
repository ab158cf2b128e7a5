import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allTypes } from '../../src/pii/detectors/index.js'
import { fold } from '../../src/pii/fold.js'
import { SUBSTITUTE } from '../../src/pii/folding/placeholders.js'

/** The stretch of the original that a stretch of the folded text stands for. */
function originalOf(text: string, part: string): string {
  const { text: folded, back } = fold(text)
  const at = folded.indexOf(part)
  expect(at, `${JSON.stringify(folded)} holds ${part}`).toBeGreaterThanOrEqual(0)
  const end = at + part.length
  return text.slice(back ? back.start(at) : at, back ? back.end(end) : end)
}

const ADDRESS = 'alice@example.com'

describe('what folds to an address', () => {
  it.each([
    ['full width', 'ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
    ['small forms', 'alice﹫example﹒com'],
    ['mathematical letters', '𝐚𝐥𝐢𝐜𝐞@𝓮𝔁𝓪𝓶𝓹𝓵𝓮.𝚌𝚘𝚖'],
    ['letters in circles', 'ⓐⓛⓘⓒⓔ@example.com'],
    ['zero-width spaces', 'al\u200bice\u200c@\u200dexam\u2060ple.c\ufeffom'],
    ['soft hyphens', 'alice@exam\u00adple.com'],
    ['controls of direction', 'alice\u202e@\u202cexample\u2066.com'],
    ['fillers and selectors', 'ali\u3164ce@\ufe0fexample.com'],
    ['tags', 'ali\u{e0041}ce@example.com'],
    ['an ideographic full stop', 'alice@example。com'],
    ['a half-width one', 'alice@example｡com'],
    ['a one dot leader', 'alice@example․com'],
    ['a hyphenation point', 'alice@example‧com'],
    ['a middle dot', 'alice@example·com'],
    ['decimal entities', 'alice&#64;example&#46;com'],
    ['hex entities', 'alice&#x40;example&#X2e;com'],
    ['entities without a semicolon', 'alice&#64example&#46com'],
    ['zeros in entities', 'alice&#0000064;example.com'],
    ['named entities', 'alice&commat;example&period;com'],
    ['entities of entities', 'alice&amp;#64;example&amp;period;com'],
    ['entities thrice', 'alice&amp;amp;commat;example.com'],
    ['percent signs', 'alice%40example%2Ecom'],
    ['percent signs in lower case', 'alice%40example%2ecom'],
    ['percent signs twice', 'alice%2540example.com'],
    ['percent signs thrice', 'alice%252540example.com'],
    ['percent and UTF-8', 'ali%E2%80%8Bce%40example.com'],
    ['percent and u', 'alice%u0040example.com'],
    ['every letter in percent', '%61%6c%69%63%65%40%65%78%61%6d%70%6c%65%2e%63%6f%6d'],
    ['JSON escapes', 'alice\\u0040example\\u002ecom'],
    ['JSON in JSON', 'alice\\\\u0040example.com'],
    ['pairs of JSON escapes', '\\ud835\\udc1alice@example.com'],
    ['escapes by two digits', 'alice\\x40example\\x2ecom'],
    ['escapes in braces', 'alice\\u{40}example.com'],
    ['escapes by eight digits', 'alice\\U00000040example.com'],
    ['Markdown', 'alice@example\\.com'],
    ['quoted-printable', 'alice=40example=2Ecom'],
    ['brackets', 'alice [at] example [dot] com'],
    ['brackets without blanks', 'alice(at)example(dot)com'],
    ['braces', 'alice {at} example {dot} com'],
    ['angles', 'alice <at> example <dot> com'],
    ['corners', 'alice【at】example【dot】com'],
    ['capitals', 'alice [AT] example [DOT] com'],
    ['blanks inside', 'alice [ at ] example [ dot ] com'],
    ['one of two', 'alice [at] example.com'],
    ['only the dot', 'alice@example[.]com'],
    ['the sign in brackets', 'alice[@]example[.]com'],
    ['German', 'alice (ät) example (punkt) com'],
    ['French', 'alice [arobase] example [point] com'],
    ['Spanish', 'alice [arroba] example [punto] com'],
    ['Italian', 'alice [chiocciola] example [punto] com'],
    ['Dutch', 'alice [apenstaartje] example [punt] com'],
    ['said aloud', 'alice at example dot com'],
    ['said aloud in capitals', 'alice AT example DOT com'],
    ['said aloud in French', 'alice arobase example point com'],
    ['said aloud in Spanish', 'alice arroba example punto com'],
    ['said aloud in German', 'alice klammeraffe example punkt com'],
    ['only the sign, in capitals', 'alice AT example.com'],
    ['several at once', 'ali\u200bce &#91;at&#93; example \\u005bdot\\u005d com'],
  ])('%s', (_, text) => {
    for (const [before, behind] of [
      ['', ''],
      ['(', ')'],
      ['📨 ', ' 📨'],
      ['write to:\n', '\nor call'],
    ] as const)
      expect(originalOf(before + text + behind, ADDRESS)).toBe(text)
  })
})

describe('what is left alone', () => {
  it.each([
    ['English', 'The quick brown fox (and 12 others) jumps; it costs $5 & more: 50% off = good.'],
    ['typography', 'It’s “fine” — really… 5 € – or 6 £? «Oui»'],
    ['French', 'Déjà vu, où l’été naît à la forêt ; cœur'],
    ['German', 'Größe über alles: 10 m², 5 ½, Nº 3, „gut“'],
    ['Greek, Russian, Chinese', 'Καλημέρα κόσμε, привет мир 快速的狐狸'],
    ['emoji', '❤️ 👩‍💻 👍🏽 🏴 ok'],
    ['notes', 'as in example.com¹² and x² or 10⁻³'],
    ['a sentence in Chinese', '请联系我们。谢谢。'],
    ['at and dot as words', 'look at the dot com boom, at one point in time, (a) first (b) second (at noon)'],
    ['brackets', 'f(x) = [1, 2] {a: <b>} (dot) [point]'],
    ['query parameters', '?a=1&copy=2&reg=3&order=4'],
    ['percent', '100% of 5%x and 20%-30%'],
    ['paths', 'C:\\Users\\bob\\Documents'],
    ['equals signs', 'a=40 b==c d=\ne =3D'],
    ['a password in a URL', 'postgres://u:p%40ss%2Fw@host/db'],
    ['words in brackets', '[INFO] [ERROR] [TODO_1] [SSN] [x] [EMAIL [EMAIL:hmac:12]'],
    ['nothing', ''],
  ])('%s', (_, text) => {
    const folded = fold(text)
    expect(folded.text).toBe(text)
    expect(folded.back).toBeUndefined()
  })
})

describe('single characters', () => {
  it.each([
    ['Arabic digits', '٠١٢٣٤٥٦٧٨٩', '0123456789'],
    ['Persian digits', '۰۱۲۳۴۵۶۷۸۹', '0123456789'],
    ['Devanagari digits', '०१२३४५६७८९', '0123456789'],
    ['mathematical digits', '𝟎𝟏𝟐𝟛𝟜𝟝𝟼𝟽𝟾𝟿', '0123456789'],
    ['full-width digits', '０１２３４５６７８９', '0123456789'],
    ['raised digits', ' ⁴¹¹¹ ₀₁', ' 4111 01'],
    ['digits in circles', '①②⓪', '120'],
    ['keycaps', '4\ufe0f\u20e31\ufe0f\u20e3', '41'],
    ['struck through', '4\u03361\u03361\u0336', '411'],
    ['blanks', 'a\u00a0b\u2009c\u202fd\u3000e', 'a b c d e'],
    ['line separators', 'a\u2028b\u0085c', 'a\nb\nc'],
    ['hyphens', '1\u20102\u20113\u22124', '1-2-3-4'],
    ['dashes in numbers', '030–123—456 – 78', '030-123-456 - 78'],
    ['dashes behind a code', '(030)–123', '(030)-123'],
    ['dashes between a number and capitals', 'GB82–WEST–1234', 'GB82-WEST-1234'],
    ['long vowel marks in numbers', '03ー1234ー5678', '03-1234-5678'],
    ['dots in numbers', '192。168·1․1', '192.168.1.1'],
    ['ligatures', 'oﬃce@ﬁrm.example', 'office@firm.example'],
    ['marks', 'mu\u0308ller', 'müller'],
    ['marks upon marks', 'Viê\u0323t', 'Việt'],
    ['escaped line ends', 'a\\nb\\tc\\"d\\"', 'a\nb\tc"d"'],
    ['colours', '\u001b[1;32mok\u001b[0m', 'ok'],
    ['halves of pairs', 'a\ud800b\udc00c', 'abc'],
    ['telephone signs', '℡ № 5', 'Tel No 5'],
  ])('%s', (_, text, folded) => {
    expect(fold(text).text).toBe(folded)
  })

  it('knows the digits of every script', () => {
    for (let code = 0x80; code < 0x20000; code += 1) {
      const digit = String.fromCodePoint(code)
      if (/\p{Nd}/u.test(digit)) expect(fold(digit).text, code.toString(16)).toMatch(/^[0-9]$/)
    }
  })

  it('drops what can not be seen', () => {
    for (let code = 0x80; code < 0xe1000; code += 1) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const hidden = String.fromCodePoint(code)
      if (/\p{Default_Ignorable_Code_Point}/u.test(hidden)) expect(fold(`4${hidden}1`).text).toBe('41')
    }
  })
})

describe('what redaction left', () => {
  it('knows a placeholder of every type of the package', () => {
    for (const type of [...allTypes, 'CUSTOM', 'FIELD'])
      for (const word of [`[${type}]`, `[${type}_7]`]) expect(fold(`a ${word} b`).text).toBe('a \u001a b')
  })

  it.each(['[EMAIL]', '[EMAIL_1]', '[CREDIT_CARD_123]', '[EMAIL:hmac:kdnbpcajfmgeohil]', '[NATIONAL_ID]', '[FIELD]'])(
    '%s is one character',
    (placeholder) => {
      expect(fold(`a ${placeholder} b`).text).toBe(`a ${SUBSTITUTE} b`)
      expect(originalOf(`a ${placeholder} b`, SUBSTITUTE)).toBe(placeholder)
    },
  )

  it.each([
    '[CREDIT_CARD:hmac:4111111111111111]',
    '[IBAN:hmac:be68539007547034]',
    '[PHONE_15550100123]',
    '[EMAIL:hmac:alice]',
    '[STAFF]',
  ])('%s is not: something could hide in it', (text) => {
    expect(fold(text).text).toBe(text)
  })

  it('has types of its own', () => {
    expect(fold('[STAFF_NO] [STAFF_NO_7]', new Set(['STAFF_NO'])).text).toBe(`${SUBSTITUTE} ${SUBSTITUTE}`)
  })
})

const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          ...[
            '&',
            '&#',
            '&#64',
            ';',
            '%',
            '%4',
            '%40',
            '%E2%80%8B',
            '\\',
            '\\u',
            '\\u0040',
            '\\x4',
            '=',
            '=40',
            '[',
            ']',
          ],
          ...[
            '[at]',
            ' [dot] ',
            '(at',
            ')',
            ' at ',
            ' dot ',
            ' dot com',
            'AT ',
            'a',
            'alice',
            '1',
            '.',
            '@',
            ' ',
            '\n',
            '\u200b',
          ],
          ...[
            '\u0301',
            '٣',
            'ａ',
            '。',
            '–',
            '\ud835',
            '\udc1a',
            '𝐚',
            'ﬃ',
            '№',
            '[EMAIL]',
            '&amp;',
            '://',
            ':',
            '/',
            '\u001b[3',
            '\u001b]8;;',
            '\u0007',
            '\0',
            '\u009b3m',
            '\ue000',
            '\u05b1',
            '¹',
            '❶',
            '🇩',
          ],
        ),
      },
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

describe('the way back', () => {
  it('is in order, within the text, and the same where nothing changed', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { text: folded, back } = fold(text)
        if (!back) {
          expect(folded.length).toBe(text.length)
          return
        }
        let last = 0
        for (let unit = 0; unit < folded.length; unit += 1) {
          const start = back.start(unit)
          const end = back.end(unit + 1)
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          last = start
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('leads to the same place wherever the text around it ends', () => {
    fc.assert(
      fc.property(hostile, hostile, (before, behind) => {
        const text = `${before} | bob%40example.org | ${behind}`
        const { text: folded, back } = fold(text)
        const at = folded.indexOf('| bob@example.org |')
        expect(at).toBeGreaterThanOrEqual(0)
        expect(text.slice(back?.start(at + 2), back?.end(at + 17))).toBe('bob%40example.org')
      }),
      { numRuns: 1_000 },
    )
  })
})
