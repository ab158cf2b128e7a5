import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { luhn } from '../../../src/pii/checksums/luhn.js'
import { creditCard } from '../../../src/pii/detectors/credit-card.js'
import { writtenOf } from '../written.js'

/** Numbers that schemes and payment services publish for tests. */
const published = [
  '4111111111111111',
  '4012888888881881',
  '4242424242424242',
  '4000056655665556',
  '4000002500003155',
  '4917610000000000',
  '4484070000000000',
  '4222222222222',
  '4000020000000000',
  '5555555555554444',
  '5105105105105100',
  '5454545454545454',
  '5200828282828210',
  '5424000000000015',
  '2223003122003222',
  '2223000048400011',
  '2221000000000009',
  '2720990000000007',
  '378282246310005',
  '371449635398431',
  '378734493671000',
  '370000000000002',
  '343434343434343',
  '30569309025904',
  '38520000023237',
  '36227206271667',
  '36148900647913',
  '3056930009020004',
  '6011111111111117',
  '6011000990139424',
  '6011981111111113',
  '6445644564456445',
  '6011000400000000',
  '3530111333300000',
  '3566002020360505',
  '3569990010095841',
  '6200000000000005',
  '6205500000000000004',
  '6250947000000014',
  '6212345678901265',
  '6212345678901232',
  '6212345678900000003',
  '6759649826438453',
  '6304000000000000',
  '5019717010103742',
  '2200000000000004',
  '2201382000000013',
  '5066991111111118',
  '6362970000457013',
  '6062826786276634',
]

/** Passes Luhn: for numbers that are not published, made from their first digits. */
function withCheck(digits: string): string {
  for (let check = 0; check < 10; check += 1)
    if (luhn(Uint8Array.from(digits + check, Number), digits.length + 1)) return digits + check
  throw new RangeError('no check digit')
}

const detector = creditCard()
const values = (text: string, hint = '') => writtenOf(detector, text, hint)
const VISA = '4111111111111111'
const by = (separator: string, value = VISA) => value.match(/.{1,4}/g)?.join(separator) ?? ''
/** Longer than ISO allows, as a test-data library makes them for Discover. */
const TEST_DATA = by('-', withCheck('6011621234567890123'))

describe('Luhn', () => {
  it('agrees with the example of ISO/IEC 7812-1 and fails for each changed digit', () => {
    expect(luhn(Uint8Array.from('79927398713', Number), 11)).toBe(true)
    for (let digit = 0; digit < 10; digit += 1)
      if (digit !== 3) expect(luhn(Uint8Array.from(`7992739871${digit}`, Number), 11)).toBe(false)
  })
})

describe('CREDIT_CARD', () => {
  const known = published.filter((value) => luhn(Uint8Array.from(value, Number), value.length))

  it('is tested with numbers that pass Luhn', () => {
    expect(published.filter((value) => !known.includes(value))).toEqual([])
  })

  it.each(published)('finds %s beside a word that tells of cards', (value) => {
    expect(values(`Card number: ${value}.`)).toEqual([value])
    expect(values(`Kreditkarte ${value}, gültig bis 12/29`)).toEqual([value])
    expect(values(`carte ${value}`)).toEqual([value])
    expect(values(`tarjeta ${value}`)).toEqual([value])
    expect(values(`carta di credito ${value}`)).toEqual([value])
    expect(values(`creditcardnummer ${value}`)).toEqual([value])
    expect(values(value, 'card number')).toEqual([value])
  })

  it.each(published.filter((value) => value.length === 16 || value.startsWith('37')))('finds %s alone', (value) => {
    expect(values(`it is ${value} I think`)).toEqual([value])
  })

  it.each(published)('does not find %s with one digit changed', (value) => {
    for (let index = 0; index < value.length; index += 1)
      for (let digit = 0; digit < 10; digit += 1) {
        if (String(digit) === value[index]) continue
        const wrong = value.slice(0, index) + digit + value.slice(index + 1)
        expect(values(`card ${wrong}`), wrong).toEqual([])
      }
  })

  it('finds numbers of schemes that publish none', () => {
    for (const prefix of ['9792', '8600', '9860', '6376', '9704', '2205', '5041', '6069', '5019', '506099']) {
      const value = withCheck(prefix.padEnd(15, '7'))
      expect(values(`it is ${value} I think`)).toEqual([value])
    }
  })

  it.each([
    ' ',
    '\u00a0',
    '\u202f',
    '-',
    '\u2010',
    '\u2011',
    '\u2013',
    '\u2014',
    '\u2212',
    '.',
    '/',
    ' - ',
    '  ',
    '\t',
    '_',
    '·',
  ])('finds groups by %j', (separator) => {
    for (const value of [VISA, '5555555555554444', '6011111111111117', '3530111333300000'])
      expect(values(`paid with ${by(separator, value)} today`)).toEqual([by(separator, value)])
  })

  it.each([
    '3782 822463 10005',
    '3714-496353-98431',
    '3056 930902 5904',
    '4222 222 222 222',
    '620550 0000000000004',
    '4111 1111 1111 1111',
    '411111 1111111111',
    '41111111-11111111',
    '41 11 11 11 11 11 11 11',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
    '4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1',
  ])('finds %s', (written) => {
    expect(values(`it is ${written} I think`)).toEqual([written])
  })

  it('finds a number with one separator anywhere', () => {
    for (let index = 1; index < 16; index += 1) {
      const written = `${VISA.slice(0, index)} ${VISA.slice(index)}`
      expect(values(`number ${written} I think`)).toEqual([written])
    }
  })

  it.each([
    [`${VISA}.`, VISA],
    [`"${VISA}"`, VISA],
    [`{"n":${VISA}}`, VISA],
    [`(${VISA})`, VISA],
    [`card=${VISA}&cvv=123`, VISA],
    [`a,${VISA},12/26,123`, VISA],
    [`17,${VISA},2026`, VISA],
    [`a;${VISA};b`, VISA],
    [`a|${VISA}|12|2026|123`, VISA],
    [`${VISA}/12/26`, VISA],
    [`${VISA}:12:26`, VISA],
    [`<b>${VISA}</b>`, VISA],
    [`**${VISA}**`, VISA],
    [`\`${VISA}\``, VISA],
    [`1. ${VISA}\n2. 5555555555554444\n`, VISA, '5555555555554444'],
    [`line\\n${VISA}\\n`, VISA],
    [`${by(' ')} 123`, by(' ')],
    [`${by(' ')} 12/25 123`, by(' ')],
    [`${by(' ')} 1225 123`, by(' ')],
    [`${by(' ')} 5555 5555 5555 4444`, by(' '), '5555 5555 5555 4444'],
    [`${VISA} 5555555555554444`, VISA, '5555555555554444'],
    [`${VISA}, 5555555555554444 and 378282246310005`, VISA, '5555555555554444', '378282246310005'],
    [`卡号${VISA}。`, VISA],
    [`Order 12345678 was paid with card ${VISA}`, VISA],
    [`Bestellung 4711, bezahlt mit Visa ${by(' ')}`, by(' ')],
    ['our old terminal wrote 4222222222222 on it', '4222222222222'],
    ['Maestro 501800000009', '501800000009'],
    ['it is 4111:1111:1111:1111 there', '4111:1111:1111:1111'],
    ['it is 4111*1111*1111*1111 there', '4111*1111*1111*1111'],
    ['4111|1111|1111|1111', '4111|1111|1111|1111'],
    ['it is 4111 1111\n1111 1111 there', '4111 1111\n1111 1111'],
    ['AMEX—374736883287580—approved', '374736883287580'],
    [`Invoice 4711 / Amount 120.50 EUR / ${by('-')} / due`, by('-')],
    [`Rechnung Nr. 991, Zahlung von ${VISA}`, VISA],
    [`id;name;number\n17;A. B.;${VISA}`, VISA],
    [`${TEST_DATA} on file`, TEST_DATA],
  ])('finds in %j', (text, ...expected) => {
    expect(values(text)).toEqual(expected)
  })

  it.each([
    `order A${VISA}B`,
    `${VISA}1`,
    `1${VISA}`,
    `x${VISA}`,
    `0.${VISA}`,
    `${VISA}.5`,
    `$${VISA}`,
    `order number ${VISA}`,
    `offset ${VISA}, 12 bytes`,
    `{"parent":${VISA},"seq":1}`,
    `seq=${VISA}`,
    `klantnummer ${VISA}`,
    `Il pacco ${VISA} arriva`,
    '9664 50B7 5546 5531 5617 5968 59BE',
    'sku,ean 4734126724194,37',
    `Order: ${VISA}`,
    `Bestellnummer: ${VISA}`,
    `Rechnung Nr. ${VISA}`,
    `numéro de commande ${VISA}`,
    `n.º de pedido ${VISA}`,
    `numero ordine ${VISA}`,
    `bestelnummer ${VISA}`,
    `tracking number ${VISA}`,
    `Sendungsnummer ${by(' ')}`,
    `invoice ${VISA}`,
    `ref ${VISA}`,
    `ORD-${VISA}`,
    `${VISA}-REV`,
    `https://shop.example/items/${VISA}`,
    '41111111-1111-1111-1111-111111111111',
    'c0ffee00-4111-1111-1111-111111111111',
    'IMEI 490154203237518',
    '490154203237518',
    '354678901234563',
    'ISBN 978-3-16-148410-0',
    'EAN 4006381333931',
    '4006381333931',
    '1700000000000',
    '1700000000000000',
    '20240115123456',
    'at 2024-11-21 16:45:00.123456 there were 4 of 12',
    'v4.111.1111.1111.1111',
    '192.168.100.101 10.0.0.1 4',
    '+49 151 23456789',
    '4915112345678',
    'lat 41.1111111111111111',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2 3 4 5',
    '501800000009',
    '**** **** **** 1111',
    '[CREDIT_CARD] 1111',
    'SIRET 732 829 320 00074',
    '36252187900034',
    '4111 1111 1111 1112',
    '0000 0000 0000 0000',
    '7;4111;1111;1111;1111;3',
    '1234,4111,1111,1111,1111,5678',
    '12 4111\n1111 1111\n1111 34',
    '41111111,11111111',
    '4111.111111111111',
    'IBAN: RS35 2600 0560 1001 6113 70',
  ])('finds nothing in %j', (text) => {
    expect(values(text)).toEqual([])
  })

  it('believes no number cut out of a long row of groups of four', () => {
    const row = Array.from({ length: 60 }, (_, index) => String(1000 + ((index * 7919) % 9000))).join(' ')
    expect(values(row)).toEqual([])
    expect(values(`1234 ${by(' ')} 5678 9012`)).toEqual([])
  })

  it('takes no twelve digits of a number that goes on', () => {
    expect(luhn(Uint8Array.from('620712103576', Number), 12)).toBe(true)
    expect(values('pay 6207 1210 3576 1234 now')).toEqual([])
    expect(values('card 6207 1210 3576 now')).toEqual(['6207 1210 3576'])
  })

  it('finds what passes Luhn in the ranges of the schemes, in each way of printing, and nothing that fails', () => {
    const prefixes = ['4', '51', '55', '2221', '2720', '6011', '65', '3528', '3589', '62', '2204', '9792']
    fc.assert(
      fc.property(
        fc.constantFrom(...prefixes),
        fc.array(fc.nat(9), { minLength: 15, maxLength: 15 }),
        fc.constantFrom('', ' ', '-', '.'),
        fc.integer({ min: 1, max: 9 }),
        (prefix, rest, separator, off) => {
          const value = withCheck((prefix + rest.join('')).slice(0, 15))
          const written = by(separator, value)
          expect(values(`pay ${written} now`)).toEqual([written])
          const wrong = value.slice(0, 15) + ((Number(value[15]) + off) % 10)
          expect(values(`pay ${by(separator, wrong)} now`)).toEqual([])
        },
      ),
    )
  })

  it('looks at each place once, however long the row', () => {
    const count = (text: string) => {
      let steps = 0
      const at = [...text.matchAll(/\d+/g)].flatMap(({ 0: run, index }) => [index, index + run.length])
      const none = { length: 0, at: new Int32Array() }
      detector.find(
        {
          text,
          hint: '',
          digits: { length: at.length, at: Int32Array.from(at) },
          columnAt: () => '',
          ats: none,
          colons: none,
          equals: none,
          step: () => {
            steps += 1
          },
        },
        () => {},
      )
      return steps
    }
    for (const unit of ['4 ', '41 ', '4111 ', '411111111111 ', `${VISA} `, '4-'])
      expect(count(unit.repeat(2_000)), unit).toBeLessThanOrEqual(count(unit.repeat(1_000)) * 2 + 32)
  })
})
