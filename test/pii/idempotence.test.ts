import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectorOf } from '../../src/pii/detectors/index.js'
import { type PiiOptions, type PiiType, piiRedactor } from '../../src/pii/index.js'

/** Published examples and reserved values of every kind, and near misses. */
const values = [
  ...[
    'alice@example.com',
    'bob.smith+tag@mail.example.co.uk',
    '"a b"@example.org',
    'jürgen@bücher.example',
    'a@b.co.a@b.co',
  ],
  ...[
    '+49 30 23125 123',
    '(212) 555-0147',
    '+1 415 555 0132',
    '020 7946 0958',
    '+33 1 99 00 12 34 ext. 12',
    '0171 39200 10',
  ],
  ...[
    '192.168.1.1',
    '10.0.0.255:8080',
    '203.0.113.0/24',
    '2001:db8::1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
    '1.2.3.4.5.6.7',
  ],
  ...[
    'DE89 3704 0044 0532 0130 00',
    'GB82WEST12345698765432',
    'FR14 2004 1010 0505 0001 3M02 606',
    'DE89 3704 0044 0532 0130 01',
  ],
  ...['4111 1111 1111 1111', '5555-5555-5555-4444', '378282246310005', '41111111111111114111111111111111'],
  ...['AKIAIOSFODNN7EXAMPLE', 'password=hunter2Secret!', 'api_key: sk-proj-abcdEFGH1234ijklMNOP5678qrst'],
  ...[
    'postgres://user:p4ssw0rd@db.example.com/x',
    'https://u:p@example.com/?token=abcdef0123456789',
    'Bearer abcdef0123456789ABCDEF',
  ],
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  ...[
    '078-05-1120',
    'AB123456C',
    '943 476 5919',
    '86095742719',
    'RSSMRA85T10A562S',
    '12345678Z',
    '529.982.247-25',
    '756.9217.0769.85',
  ],
  ...[
    '00:1A:2B:3C:4D:5E',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    '52.5200, 13.4050',
    'L898902C36',
    'DE136695976',
    '01/02/1990',
  ],
  ...[
    'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10',
    '12-3456789',
    '221B Baker Street',
  ],
]

const left = [
  ...[
    '[EMAIL]',
    '[PHONE]',
    '[IBAN_2]',
    '[CREDIT_CARD:hmac:kdnbpcajfmgeohil]',
    '[SECRET]',
    '[NATIONAL_ID]',
    '[IP_12]',
    '[FIELD]',
  ],
  ...['a***@c***.com', 'DE** **** … 00', '**** **** **** 1111', '10.*.*.*', '*** *** **23', '**:**:**:**:**:5e'],
]

const apart = [' ', ', ', '\n', '; ', ' | ', '\t', ' / ', ' - ', ') (', '","', '>, <', ' and ', '. ', ': ', ' 😀 ']
const close = [
  '',
  '|',
  '/',
  '.',
  '-',
  ':',
  '=',
  '"',
  '@',
  '_',
  '+',
  '#',
  '(',
  '[',
  '&',
  '%',
  '*',
  '1',
  '22',
  '7',
  'x',
  'A',
  '\u200b',
  'é',
]
const telling = [
  ...[
    ' tel ',
    'phone: ',
    'card ',
    'Karte: ',
    'iban ',
    'SSN ',
    'ip: ',
    'email=',
    'passport no ',
    'key="',
    "token: '",
    'born ',
    'geboren am ',
  ],
  ...[
    'Steuer-ID ',
    'codice fiscale ',
    'DNI ',
    'NIR ',
    'BSN ',
    'VAT ',
    'order no. ',
    'invoice ',
    'lat/long ',
    'Mr ',
    'wallet ',
    'mac ',
    ' ext. ',
  ],
]

const dense = (weights: { apart: number; close: number }) =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...values) },
        { weight: 1, arbitrary: fc.constantFrom(...left) },
        { weight: weights.apart, arbitrary: fc.constantFrom(...apart) },
        { weight: weights.close, arbitrary: fc.constantFrom(...close) },
        { weight: 2, arbitrary: fc.constantFrom(...telling) },
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join(''))

const alternating = fc
  .array(fc.tuple(fc.constantFrom(...values, ...telling, ...left), fc.constantFrom(...apart)), { maxLength: 40 })
  .map((parts) => parts.flat().join(''))

const every = Object.keys(detectorOf) as PiiType[]
const secret = new Uint8Array(32).fill(7)

const configurations: Record<string, PiiOptions> = {
  'the default set': {},
  'all types': { detectors: every },
  hashed: { detectors: every, modes: { '*': 'hash' }, secret },
  numbered: { detectors: every, modes: { '*': 'token' } },
  masked: { detectors: every, modes: { '*': 'mask' } },
  'one type at a time': { detectors: ['IP'] },
}

describe.each(Object.entries(configurations))('%s', (_, options) => {
  const redactor = piiRedactor({ budgetMs: 60_000, ...options })
  const redact = (text: string): string => redactor.redact(text, { path: 'input', kind: 'text' }).text

  it.each([
    ['in a row', alternating],
    ['apart', dense({ apart: 8, close: 1 })],
    ['close together', dense({ apart: 2, close: 6 })],
  ])('redacting again changes nothing, and nothing is found in what was redacted: %s', (__, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const redacted = redact(text)
        expect(redactor.analyse(redacted)).toEqual([])
        expect(redact(redacted)).toBe(redacted)
      }),
      { numRuns: 1_000 },
    )
  })
})

it('a number on the line after a name and an equals sign is found, however long that line is', () => {
  const redactor = piiRedactor({ detectors: ['CREDIT_CARD'] })
  for (let length = 60; length < 84; length += 1) {
    const line = `Karte: ${'x '.repeat(40)}`.slice(0, length - 6)
    const { text } = redactor.redact(`${line}email=\n5555-5555-5555-4444 `, { path: 'input', kind: 'text' })
    expect([length, text]).toEqual([length, `${line}email=\n[CREDIT_CARD] `])
  }
})

describe('all types', () => {
  const redactor = piiRedactor({ detectors: every, budgetMs: 60_000 })
  const context = { path: 'input', kind: 'text' } as const

  it('the order of the configuration changes nothing', () => {
    fc.assert(
      fc.property(alternating, fc.shuffledSubarray(every, { minLength: every.length }), (text, order) => {
        expect(piiRedactor({ detectors: order, budgetMs: 60_000 }).analyse(text)).toEqual(redactor.analyse(text))
      }),
      { numRuns: 300 },
    )
  })

  it('spans are in order and apart, and counts agree with them', () => {
    fc.assert(
      fc.property(dense({ apart: 5, close: 3 }), (text) => {
        const spans = redactor.analyse(text)
        let last = 0
        let whole = ''
        for (const { start, end, type } of spans) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          whole += `${text.slice(last, start)}[${type}]`
          last = end
        }
        const { text: redacted, counts = {} } = redactor.redact(text, context)
        expect(redacted).toBe(whole + text.slice(last))
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(spans.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('long texts are looked through again only around what was found, with the same result', () => {
    const filler = fc.constantFrom('', 'nothing to see here. ', 'word '.repeat(60), 'line\n'.repeat(200))
    fc.assert(
      fc.property(fc.array(fc.tuple(alternating, filler), { minLength: 1, maxLength: 12 }), (parts) => {
        const redacted = redactor.redact(parts.flat().join(''), context).text
        expect(redactor.analyse(redacted)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('any text can be redacted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const redacted = redactor.redact(text, context).text
        expect(redactor.redact(redacted, context).text).toBe(redacted)
      }),
      { numRuns: 1_000 },
    )
  })
})
