import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

const forms: readonly [name: string, form: (value: string) => string][] = [
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
