import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../src/pii/fold.js'
import { piiRedactor } from '../../src/pii/index.js'

const redactor = piiRedactor({ budgetMs: 60_000 })
const redact = (text: string): string => redactor.redact(text, { path: 'input', kind: 'text' }).text

/** Published or reserved examples. */
const values: readonly [type: string, value: string][] = [
  ['EMAIL', 'alice@example.com'],
  ['EMAIL', 'bob.smith@mail.example.co.uk'],
  ['IP', '192.168.100.14'],
  ['IP', '2001:db8::8a2e:370:7334'],
  ['IBAN', 'DE89 3704 0044 0532 0130 00'],
  ['IBAN', 'GB82WEST12345698765432'],
  ['CREDIT_CARD', '4111 1111 1111 1111'],
  ['CREDIT_CARD', '378282246310005'],
  ['PHONE', '+44 20 7946 0958'],
]

const each = (form: (character: string) => string) => (value: string) => [...value].map(form).join('')
const code = (character: string): number => character.codePointAt(0) as number
const hex = (character: string, digits: number): string => code(character).toString(16).padStart(digits, '0')

const wide = each((character) =>
  character === ' ' ? '\u3000' : String.fromCodePoint(code(character) + (character > ' ' ? 0xfee0 : 0)),
)
const digits = (zero: number) =>
  each((character) => (/[0-9]/.test(character) ? String.fromCodePoint(zero + Number(character)) : character))

const forms: readonly (readonly [name: string, form: (value: string) => string])[] = [
  ['as it is', (value) => value],
  ['zero-width spaces', (value) => [...value].join('\u200b')],
  ['zero-width joiners', (value) => [...value].join('\u200d')],
  ['word joiners', (value) => [...value].join('\u2060')],
  ['soft hyphens', (value) => [...value].join('\u00ad')],
  ['controls of direction', (value) => [...value].join('\u202c')],
  ['tags', (value) => [...value].join('\u{e0061}')],
  ['full width', wide],
  ['mathematical digits', digits(0x1d7ce)],
  ['Arabic digits', digits(0x660)],
  ['Devanagari digits', digits(0x966)],
  ['no-break blanks', (value) => value.replaceAll(' ', '\u00a0')],
  ['narrow blanks', (value) => value.replaceAll(' ', '\u202f')],
  ['decimal entities', each((character) => `&#${code(character)};`)],
  ['hex entities', each((character) => `&#x${hex(character, 1)};`)],
  ['entities of entities', each((character) => `&amp;#${code(character)};`)],
  ['percent', each((character) => `%${hex(character, 2)}`)],
  ['percent twice', each((character) => `%25${hex(character, 2)}`)],
  ['percent for what is no letter', (value) => encodeURIComponent(value).replaceAll('.', '%2E')],
  ['JSON escapes', each((character) => `\\u${hex(character, 4)}`)],
  ['escapes of two digits', each((character) => `\\x${hex(character, 2)}`)],
  ['signs in brackets', (value) => value.replaceAll('@', ' [at] ').replace(/\.(?=[a-z])/g, ' [dot] ')],
  ['dots in brackets', (value) => value.replaceAll('.', '[.]')],
  ['other full stops', (value) => value.replaceAll('.', '。')],
  ['one dot leaders', (value) => value.replaceAll('.', '․')],
  ['marks over digits', each((character) => (/[0-9]/.test(character) ? `${character}\u0336` : character))],
  ['keycaps', each((character) => (/[0-9]/.test(character) ? `${character}\ufe0f\u20e3` : character))],
]

describe.each(values)('%s %s', (type, value) => {
  it.each(forms)('%s', (_, form) => {
    const text = form(value)
    expect(redact(text)).toBe(`[${type}]`)
    expect(redact(`😀 see ${text}, and reply`)).toBe(`😀 see [${type}], and reply`)
    expect(redact(`e\u0301\u200b &amp; (${text})\n%41`)).toBe(`e\u0301\u200b &amp; ([${type}])\n%41`)
  })
})

it('nothing of any value is left, whatever its form and wherever it stands', () => {
  const planted = fc.tuple(fc.constantFrom(...values), fc.constantFrom(...forms))
  const between = fc.constantFrom(
    ' ',
    ', ',
    '\n',
    ' 😀 ',
    ' — ',
    '; ',
    ' and ',
    ' (',
    ') ',
    '" ',
    ' \u200b ',
    ' &nbsp; ',
    '\t',
    ' [EMAIL] ',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(between, planted), { minLength: 1, maxLength: 8 }), (parts) => {
      const text = `${parts.map(([before, [[, value], [, form]]]) => before + form(value)).join('')} end`
      const redacted = redact(text)
      for (const [, [[, value], [, form]]] of parts) expect(redacted).not.toContain(form(value))
      expect(redactor.analyse(redacted)).toEqual([])
      expect(redacted.match(/\[[A-Z_]+\]/g)?.length).toBeGreaterThanOrEqual(parts.length)
      expect(redacted.endsWith(' end')).toBe(true)
    }),
    { numRuns: 1_500 },
  )
})

it('spans cut out exactly what was written', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...values),
      fc.constantFrom(...forms),
      fc.constantFrom('', '😀', '\u200b', 'é ', '&lt;'),
      ([type, value], [, form], before) => {
        const text = `${before} ${form(value)} ${before}`
        const found = redactor.analyse(text)
        expect(found.map((span) => [span.type, text.slice(span.start, span.end)])).toEqual([[type, form(value)]])
      },
    ),
    { numRuns: 500 },
  )
})

const spans = (text: string): [type: string, value: string][] =>
  redactor.analyse(text).map(({ type, start, end }) => [type, text.slice(start, end)])

const inDigits = (form: (value: number) => string) =>
  each((character) => (/[0-9]/.test(character) ? form(Number(character)) : character))
const from = (first: number) => (value: number) => String.fromCodePoint(first + value)
/** The row begins with 1; a nought stays as it is. */
const fromOne = (first: number) => (value: number) => (value === 0 ? '0' : String.fromCodePoint(first + value - 1))
const inLetters = (first: number) =>
  each((character) => (/[a-z]/.test(character) ? String.fromCodePoint(first + code(character) - 0x61) : character))
const between = (hidden: string) => (value: string) => [...value].join(hidden)

const hiding: readonly (readonly [name: string, form: (value: string) => string])[] = [
  ...[0x00, 0x01, 0x07, 0x08, 0x0b, 0x0c, 0x0e, 0x1b, 0x1c, 0x1f, 0x7f, 0x80, 0x8f, 0x91, 0x99, 0x9c, 0x9f].map(
    (control) => [`the control ${control.toString(16)}`, between(String.fromCharCode(control))] as const,
  ),
  ...[0xfff9, 0xfffb, 0xfffc, 0xfffd, 0xe000, 0xf8ff, 0xfdd0, 0xfffe, 0xffff, 0xd800, 0xdc00, 0xf0000, 0x10fffd].map(
    (unseen) => [`the sign ${unseen.toString(16)}`, between(String.fromCodePoint(unseen))] as const,
  ),
  ['UTF-16 read as bytes', (value) => `${[...value].join('\0')}\0`.slice(0, -1)],
  ['UTF-32 read as bytes', between('\0\0\0')],
  ['zero-width spaces written as entities', between('&#8203;')],
  ['NUL written in JSON', between('\\u0000')],
  ['the control of placeholders, written in JSON', between('\\u001a')],
  ['character sets', between('\u001b(B')],
  ['colours', between('\u001b[38;5;1m')],
  ['colours in eight bits', between('\u009b31m')],
  ['ends of links', between('\u001b]8;;\u001b\\')],
  ['links', between('\u001b]8;;https://example.org/\u0007')],
  ['links in eight bits', between('\u009d8;;https://example.org/\u009c')],
  ...[0x5b1, 0x64b, 0xe31, 0x483, 0x488, 0x93c, 0x903, 0x3099, 0x302a, 0x1d165].map(
    (mark) => [`the mark ${mark.toString(16)}`, between(String.fromCodePoint(mark))] as const,
  ),
  ['two marks', between('\u05b1\u0e31')],
  ['percent six times', each((character) => `%${'25'.repeat(5)}${hex(character, 2)}`)],
  ['percent four times, for the sign', (value) => value.replaceAll('@', '%25252540')],
  ['entities six times', (value) => value.replaceAll('@', '&amp;amp;amp;amp;amp;#64;')],
  ['digits in black circles', inDigits(fromOne(0x2776))],
  ['sans-serif digits in circles', inDigits(fromOne(0x2780))],
  ['sans-serif digits in black circles', inDigits(fromOne(0x278a))],
  ['digits in two circles', inDigits(fromOne(0x24f5))],
  ['digits in brackets', inDigits(fromOne(0x2474))],
  ['digits and full stops', inDigits(fromOne(0x2488))],
  ['digits and commas', inDigits(from(0x1f101))],
  ['letters in brackets', inLetters(0x249c)],
  ['letters in black squares', inLetters(0x1f170)],
  ['letters in black circles', inLetters(0x1f150)],
  ['letters in squares', inLetters(0x1f130)],
]

describe.each(values)('hidden: %s %s', (type, value) => {
  it.each(hiding)('%s', (_, form) => {
    const text = form(value)
    expect(spans(text)).toEqual([[type, text]])
    expect(spans(`😀 see ${text}, and reply`)).toEqual([[type, text]])
  })
})

it.each<[name: string, type: string, text: string]>([
  ['one NUL', 'EMAIL', 'alice\0@example.com'],
  ['a NUL in the host', 'EMAIL', 'alice@exam\0ple.com'],
  ['a NUL in the last label', 'EMAIL', 'alice@example.co\0m'],
  ['a NUL between groups', 'CREDIT_CARD', '4111\x001111\x001111\x001111'],
  ['a form feed between groups', 'CREDIT_CARD', '4111\f1111\f1111\f1111'],
  ['a vertical tab in the middle', 'CREDIT_CARD', '41111111\v11111111'],
  ['a dash of another character set', 'CREDIT_CARD', '4111\u00961111\u00961111\u00961111'],
  ['raised digits behind a digit', 'CREDIT_CARD', '4¹¹¹1111 11111111'],
  ['all but the first digit raised', 'CREDIT_CARD', '4¹¹¹ ¹¹¹¹ ¹¹¹¹ ¹¹¹¹'],
  ['a raised half', 'CREDIT_CARD', '41111111¹¹¹¹¹¹¹¹'],
  ['a lowered digit before the sign', 'EMAIL', 'alice₁@example.com'],
  ['one enclosed digit', 'CREDIT_CARD', '4❶11 1111 1111 1111'],
  ['two digits in one circle', 'CREDIT_CARD', '4⑪1 1111 1111 1111'],
  ['letters of flags', 'EMAIL', '🇦🇱🇮🇨🇪@example.com'],
  ['a country’s label as a flag', 'EMAIL', 'alice@example.🇩🇪'],
  ['a Thai local part', 'EMAIL', 'สมชัย@example.com'],
  ['an Arabic local part with marks', 'EMAIL', 'مُحَمَّد@example.com'],
  ['a Hindi local part', 'EMAIL', 'अमित@example.com'],
])('%s', (_, type, text) => {
  expect(spans(text)).toEqual([[type, text]])
  expect(spans(`see ${text} now`)).toEqual([[type, text]])
})

it.each<[name: string, text: string, found: string[]]>([
  ['the environment of a process', 'MAIL=alice@example.com\0HOME=/root\0', ['alice@example.com']],
  ['a list of files', 'alice@example.com\0bob@example.org\0', ['alice@example.com', 'bob@example.org']],
  ['fields', 'alice@example.com\x1fParis', ['alice@example.com']],
  ['fields with numbers', 'Alice\x1f4111111111111111\x1fParis', ['4111111111111111']],
  ['numbers in a row', '4111111111111111\x005555555555554444', ['4111111111111111', '5555555555554444']],
  ['pages', 'page 12\f4111 1111 1111 1111', ['4111 1111 1111 1111']],
  ['icons', '\uf0e0alice@example.com \uf095+44 20 7946 0958', ['alice@example.com', '+44 20 7946 0958']],
  ['icons without a blank', '+44 20 7946 0958\uf0e0alice@example.com', ['+44 20 7946 0958', 'alice@example.com']],
  [
    'a link to an address',
    '\u001b]8;;mailto:alice@example.com\u001b\\bob@example.org\u001b]8;;\u001b\\',
    ['alice@example.com', 'bob@example.org'],
  ],
  ['a half link', '\u001b]8;;alice@example.com', ['alice@example.com']],
  ['an escape before a number', '\u001b4111 1111 1111 1111', ['4111 1111 1111 1111']],
  [
    'an escape before a bracket',
    '\u001b(020) 7946 0958 is no character set, tel +44 20 7946 0958',
    ['(020) 7946 0958', '+44 20 7946 0958'],
  ],
  ['a flag before a number', '🇬🇧 +44 20 7946 0958', ['+44 20 7946 0958']],
  ['a flag at a number', '🇬🇧+44 20 7946 0958', ['+44 20 7946 0958']],
  ['a note behind a number', 'call +44 20 7946 0958¹ or alice@example.com²', ['+44 20 7946 0958', 'alice@example.com']],
  ['a mark of a list', '❶ 4111 1111 1111 1111', ['4111 1111 1111 1111']],
  ['a mark of a list without a blank', '⑴4111111111111111', ['4111111111111111']],
])('finds each value alone: %s', (_, text, found) => {
  expect(spans(text).map(([, value]) => value)).toEqual(found)
})

it.each([
  ['units', 'The flat has 84 m² and 210 m³, at 10⁻³ or 6.02·10²³ per mol; CO₂, C₁₂H₂₂O₁₁.'],
  ['notes', 'As shown before¹² and in 2019¹³, see chapter 4¹ 2024.'],
  ['lists', '❶ First ❷ second ⑶ third ⒋ fourth ⒜ or ⒝ ➓ ⑫ last'],
  ['flags', '🇩🇪 🇫🇷 🇮🇹 2024, 🇬🇧🇺🇸 12:30'],
  ['squares', '🅿 here, blood 🅰 or 🅱, 🆗'],
  ['scripts', 'ที่นี่ สวัสดีครับ السَّلامُ עֲלֵיכֶם नमस्ते が'],
  ['controls', 'a\0b \u001b[0mok\u001b(B \u001b]0;title\u0007 \ufffd \uf8ff'],
])('finds nothing in %s', (_, text) => {
  expect(redactor.analyse(text)).toEqual([])
})

it('leaves words of other scripts, notes and marks of lists as they are', () => {
  for (const text of ['สวัสดีครับ', 'עֲלֵיכֶם', 'नमस्ते', '84 m² 10⁻³ C₁₂H₂₂ 2019¹³', '❶ a ⑶ b ⒋ c', '🇩🇪 🇫🇷🇮🇹 🅿'])
    expect(fold(text).text).toBe(text)
})

it('a placeholder’s character hides nothing where it is the text’s own', () => {
  const own = fold('alice\u001a@example.com [EMAIL]', undefined, true)
  expect(own.text).toBe('alice@example.com \u001a')
  expect([own.back?.start(0), own.back?.end(17)]).toEqual([0, 18])
  expect(fold('4111\u001a1111').text).toBe('4111\u001a1111')
})

it('what hides a value hides nothing beside a placeholder', () => {
  const parts = fc.constantFrom(
    ...['alice@example.com', '4111 1111 1111 1111', '+44 20 7946 0958', '[EMAIL]', '1', ' ', 'a', 'A=', '\n'],
    ...['\0', '\u001b', '\u001b]8;;', '\u0007', '\u001b(', '\u009b', '\\u001a', '&#26;', '\ue000', '\ud800'],
    ...['¹', '❶', '🅰', '🇩', '\u05b1', '\u0301', '%252540'],
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 14 }), (all) => {
      const redacted = redact(all.join(''))
      expect(redactor.analyse(redacted)).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})
