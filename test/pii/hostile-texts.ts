/** Texts that are made to take long: of each thing that some detector looks for, as much as fits. */

const ibans = ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432', 'FR1420041010050500013M02606']
const cards = ['4111 1111 1111 1111', '5555555555554444', '3782 822463 10005', '6011-1111-1111-1117']
const phones = ['+1 415 555 0132', '(212) 555-0147', '+44 20 7946 0958', '+33 1 99 00 12 34', '030 23125 123']
const ids = [
  '078-05-1120',
  '943 476 5919',
  'AB123456C',
  '86095742719',
  '12345678Z',
  'RSSMRA85T10A562S',
  '529.982.247-25',
]
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLW5vdGhpbmc'

const units: Readonly<Record<string, string>> = {
  digits: '7',
  'ones and a dot': '1.',
  'digits in fours': '4111 ',
  'digits in threes with dashes': '123-',
  'digits one by one': '4 1 1 1 ',
  zeros: '0',
  at: '@',
  'a@': 'a@',
  dots: '.',
  'a.': 'a.',
  'a.a.a@': 'a.a.a@',
  colons: ':',
  '1:': '1:',
  'ffff:': 'ffff:',
  '::': '::1 ',
  '1.2.3.4.': '1.2.3.4.5.6.',
  blanks: ' ',
  tabs: '\t',
  lines: '\n',
  'nested brackets': '[({<',
  'open brackets': '[',
  equals: '=',
  'a=': 'a=',
  'password=': 'password=',
  'key: "': 'key: "',
  'a-': 'a-',
  A0: 'A0',
  base64: 'aGVsbG8gd29ybGQhIQ',
  hex: 'deadbeef0123',
  'PEM openings': '-----BEGIN RSA PRIVATE KEY-----\n',
  '://': 'a://b:c@',
  JWT: `${token}.`,
  'JWT heads': 'eyJ',
  letters: 'a',
  capitals: 'A',
  'sk-': 'sk-',
  slashes: '/',
  dashes: '-',
  plus: '+',
  '+1 ': '+1 ',
  '+49 (': '+49 (0) ',
  quotes: '"',
  '&': '&',
  '&#64;': '&#64;',
  '%40': '%40',
  '%2525': '%2525',
  '\\': '\\',
  '\\u0040': '\\u0040',
  '[at]': '[at]',
  '[at] [dot]': 'a [at] b [dot] co ',
  'said addresses': 'a at b dot com ',
  'combining marks': '\u0301',
  'zero-width only': '\u200b',
  'full width': '４',
  'Arabic digits': '٤',
  placeholders: '[EMAIL]',
  'placeholders and digits': '[PHONE] 1',
  addresses: 'a@b.co ',
  'addresses without blanks': 'a@b.co.',
  'addresses in commas': 'alice@example.com,',
  IPv4: '192.168.1.1 ',
  IPv6: '2001:db8::1 ',
  IBANs: `${ibans.join(' ')} `,
  'IBANs without blanks': ibans.join('').replaceAll(' ', ''),
  cards: `${cards.join(' ')} `,
  'cards without blanks': '4111111111111111',
  ids: `${ids.join(' ')} `,
  tables: 'a,b,612345678\n',
  inserts: 'INSERT INTO a (a,b) VALUES (1,612345678)\n',
  markup: '<tr><th>A</th><th>b</th></tr><tr><td>612345678',
  secrets: 'api_key=sk-proj-abcdEFGH1234ijklMNOP5678qrstUVWX ',
  'words and numbers': 'phone 12 iban 34 ssn 56 ',
}

/** Valid phone numbers, end to end: each of them has to be asked about. */
export const phonesEndToEnd = 'phone numbers'

/**
 * @param length - of each text, in UTF-16 units
 * @returns name and text
 */
export function hostileTexts(length: number): [name: string, text: string][] {
  const fill = (unit: string) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
  return [
    ...Object.entries(units).map(([name, unit]): [string, string] => [name, fill(unit)]),
    [phonesEndToEnd, fill(`${phones.join(' ')} `)],
    ['phone numbers in commas', fill(`${phones.join(',')},`)],
  ]
}
