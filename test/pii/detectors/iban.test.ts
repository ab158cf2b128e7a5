import { countrySpecs } from 'ibantools'
import { describe, expect, it } from 'vitest'
import { iban } from '../../../src/pii/detectors/iban.js'
import { reportsOf } from '../support.js'
import { writtenOf } from '../written.js'

/** The examples of the SWIFT IBAN registry, electronic format. */
const registry = [
  'AD1200012030200359100100',
  'AE070331234567890123456',
  'AL47212110090000000235698741',
  'AT611904300234573201',
  'AZ21NABZ00000000137010001944',
  'BA391290079401028494',
  'BE68539007547034',
  'BG80BNBG96611020345678',
  'BH67BMAG00001299123456',
  'BI4210000100010000332045181',
  'BR1800360305000010009795493C1',
  'BY13NBRB3600900000002Z00AB00',
  'CH9300762011623852957',
  'CR05015202001026284066',
  'CY17002001280000001200527600',
  'CZ6508000000192000145399',
  'CZ9455000000001011038930',
  'DE89370400440532013000',
  'DJ2100010000000154000100186',
  'DK5000400440116243',
  'DO28BAGR00000001212453611324',
  'EE382200221020145685',
  'EG380019000500000000263180002',
  'ES9121000418450200051332',
  'FI2112345600000785',
  'FK88SC123456789012',
  'FO6264600001631634',
  'FR1420041010050500013M02606',
  'GB29NWBK60161331926819',
  'GE29NB0000000101904917',
  'GI75NWBK000000007099453',
  'GL8964710001000206',
  'GR1601101250000000012300695',
  'GT82TRAJ01020000001210029690',
  'HN88CABF00000000000250005469',
  'HR1210010051863000160',
  'HU42117730161111101800000000',
  'IE29AIBK93115212345678',
  'IL620108000000099999999',
  'IQ98NBIQ850123456789012',
  'IS140159260076545510730339',
  'IT60X0542811101000000123456',
  'JO94CBJO0010000000000131000302',
  'KW81CBKU0000000000001234560101',
  'KZ86125KZT5004100100',
  'LB62099900000001001901229114',
  'LC55HEMM000100010012001200023015',
  'LI21088100002324013AA',
  'LT121000011101001000',
  'LU280019400644750000',
  'LV80BANK0000435195001',
  'LY83002048000020100120361',
  'MC5811222000010123456789030',
  'MD24AG000225100013104168',
  'ME25505000012345678951',
  'MK07250120000058984',
  'MN121234123456789123',
  'MR1300020001010000123456753',
  'MT84MALT011000012345MTLCAST001S',
  'MU17BOMM0101101030300200000MUR',
  'NI45BAPR00000013000003558124',
  'NL91ABNA0417164300',
  'NO9386011117947',
  'OM810180000001299123456',
  'PK36SCBL0000001123456702',
  'PL61109010140000071219812874',
  'PS92PALS000000000400123456702',
  'PT50000201231234567890154',
  'QA58DOHB00001234567890ABCDEFG',
  'RO49AAAA1B31007593840000',
  'RS35260005601001611379',
  'RU0304452522540817810538091310419',
  'SA0380000000608010167519',
  'SC18SSCB11010000000000001497USD',
  'SD8811123456789012',
  'SE4550000000058398257466',
  'SI56263300012039086',
  'SK3112000000198742637541',
  'SM86U0322509800000000270100',
  'SO211000001001000100141',
  'ST23000100010051845310146',
  'SV62CENR00000000000000700025',
  'TL380080012345678910157',
  'TN5910006035183598478831',
  'TR330006100519786457841326',
  'UA213223130000026007233566001',
  'VA59001123000012345678',
  'VG96VPVG0000012345678901',
  'XK051212012345678906',
  'YE15CBYE0001018861234567891234',
]

const detector = iban()
const values = (text: string) => writtenOf(detector, text)
const inFours = (value: string, by: string) => value.match(/.{1,4}/g)?.join(by) ?? ''
const GERMAN = 'DE89370400440532013000'
const PRINTED = 'DE89 3704 0044 0532 0130 00'

describe('IBAN', () => {
  it.each(registry)('finds the registry example %s in each way of writing', (value) => {
    for (const written of [
      value,
      value.toLowerCase(),
      ...[' ', '\u00a0', '\u202f', '-', '\u2013', '.', ' - '].map((by) => inFours(value, by)),
      inFours(value, ' ').toLowerCase(),
      [...value].join(' '),
      `${value.slice(0, 2)} ${value.slice(2)}`,
      `${value.slice(0, 11)} ${value.slice(11)}`,
    ])
      expect(values(`to ${written}, please`), written).toEqual([written])
  })

  it.each(registry)('does not find %s with one digit changed', (value) => {
    for (let index = 2; index < value.length; index += 1) {
      if (!/\d/.test(value[index] as string)) continue
      for (let digit = 0; digit < 10; digit += 1) {
        if (String(digit) === value[index]) continue
        const wrong = value.slice(0, index) + digit + value.slice(index + 1)
        expect(reportsOf(detector, wrong), wrong).toEqual([])
        expect(reportsOf(detector, inFours(wrong, ' ')), wrong).toEqual([])
      }
    }
  })

  it('knows length and structure of each country of ibantools', () => {
    for (const [code, { chars, bban_regexp: pattern }] of Object.entries(countrySpecs)) {
      if (!chars || !pattern) continue
      const places = [...pattern.matchAll(/\[([^\]]+)\]\{(\d+)\}/g)].reduce(
        (sum, [, , times]) => sum + Number(times),
        4,
      )
      expect(places, code).toBe(chars)
    }
  })

  it.each([
    [`${PRINTED} and then`, PRINTED],
    [`${GERMAN} EUR`, GERMAN],
    [`${PRINTED} 250,00 EUR`, PRINTED],
    [`${PRINTED} 12 34`, PRINTED],
    [`IBAN:${GERMAN}.`, GERMAN],
    [`IBAN${GERMAN}`, GERMAN],
    [`(${GERMAN})`, GERMAN],
    [`"iban":"${GERMAN}",`, GERMAN],
    [`a;${GERMAN};b`, GERMAN],
    [`1,${GERMAN},2`, GERMAN],
    [`<td>${PRINTED}</td>`, PRINTED],
    [`**${GERMAN}**`, GERMAN],
    [`iban=${GERMAN}&x=1`, GERMAN],
    [`iban_${GERMAN}_x`, GERMAN],
    [`\`${GERMAN}\``, GERMAN],
    [`我的账户是${GERMAN}。`, GERMAN],
    [`Zeile\\n${GERMAN}\\n`, GERMAN],
    ['Konto DE89 3704 0044\n0532 0130 00 bei', 'DE89 3704 0044\n0532 0130 00'],
    ['DE 89 370 400 44 0532 013 000', 'DE 89 370 400 44 0532 013 000'],
    ['de 89 3704 0044 0532 0130 00', 'de 89 3704 0044 0532 0130 00'],
    ['DE89*3704*0044*0532*0130*00', 'DE89*3704*0044*0532*0130*00'],
    ['De89370400440532013000', 'De89370400440532013000'],
    ['Überweisung auf IBAN: AT61 1904 3002 3457 3201, BIC BKAUATWW', 'AT61 1904 3002 3457 3201'],
    ['BTW BE0000000097 rekening BE68 5390 0754 7034.', 'BE68 5390 0754 7034'],
  ])('finds in %j', (text, value) => {
    expect(values(text)).toEqual([value])
  })

  it('finds two end to end', () => {
    expect(values(`${GERMAN} NL91ABNA0417164300`)).toEqual([GERMAN, 'NL91ABNA0417164300'])
    expect(values(`${PRINTED} NL91 ABNA 0417 1643 00`)).toEqual([PRINTED, 'NL91 ABNA 0417 1643 00'])
    expect(values(`${PRINTED} ${PRINTED}`)).toEqual([PRINTED, PRINTED])
    expect(values(`${GERMAN}\n${GERMAN}`)).toEqual([GERMAN, GERMAN])
  })

  it.each([
    'DE893704004405320130001',
    'DE8937040044053201300',
    'XDE89370400440532013000',
    'DE89370400440532013000EUR2',
    'ZZ89370400440532013000',
    'the flight DE8937 leaves at 10:30 on 2024-05-01',
    'at 20 3704 0044 0532 0130',
    'in GT82 this is what people say of cars and of their sound',
    'ro49 this was not what we had in mind',
    'BIC COBADEFFXXX, BLZ 37040044, Konto 532013000',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '123e4567-e89b-12d3-a456-426614174000',
    'DE** **** **** **** **30 00',
    '[IBAN] [IBAN_1] [IBAN:hmac:kdnbpcajfmgeohil]',
    'ISBN 978-3-16-148410-0, DE0007164600, order DE89370400',
    'MAC 00:1B:44:11:3A:B7, build 2024.11.20-rc1',
    'DE00370400440532013000',
    'VG46H07Y0223060094359858',
    'IE95TE8270900834048660',
    'PS072435171802145240705922007',
  ])('finds nothing in %j', (text) => {
    expect(values(text)).toEqual([])
  })

  it('follows each candidate only so far as an IBAN can reach', () => {
    const text = 'GT82 '.repeat(2_000)
    expect(reportsOf(detector, text)).toEqual([])
    expect(values(`${'DE '.repeat(500)}${PRINTED}`)).toEqual([PRINTED])
  })
})
