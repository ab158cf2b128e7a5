import { parse } from 'mrz'
import { describe, expect, it } from 'vitest'
import { passport } from '../../../src/pii/detectors/passport.js'
import { writtenOf } from '../written.js'

/** The specimens of ICAO 9303, parts 4 to 7. */
const td3 = ['P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L898902C36UTO7408122F1204159ZE184226B<<<<<10']
const td2 = ['I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<', 'D231458907UTO7408122F1204159<<<<<<<6']
const td1 = ['I<UTOD231458907<<<<<<<<<<<<<<<', '7408122F1204159UTO<<<<<<<<<<<6', 'ERIKSSON<<ANNA<MARIA<<<<<<<<<<']
const mrva = ['V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<', 'L8988901C4XXX4009078F96121096ZE184226B<<<<<<']
const mrvb = ['V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<', 'L8988901C4XXX4009078F9612109<<<<<<<<']
const all: readonly (readonly [string, readonly string[], readonly (readonly [number, number])[]])[] = [
  [
    'TD3',
    td3,
    [
      [1, 9],
      [1, 19],
      [1, 27],
      [1, 42],
      [1, 43],
    ],
  ],
  [
    'TD2',
    td2,
    [
      [1, 9],
      [1, 19],
      [1, 27],
      [1, 35],
    ],
  ],
  [
    'TD1',
    td1,
    [
      [0, 14],
      [1, 6],
      [1, 14],
      [1, 29],
    ],
  ],
  [
    'MRV-A',
    mrva,
    [
      [1, 9],
      [1, 19],
      [1, 27],
    ],
  ],
  [
    'MRV-B',
    mrvb,
    [
      [1, 9],
      [1, 19],
      [1, 27],
    ],
  ],
]

const detector = passport()
const values = (text: string, hint = '') => writtenOf(detector, text, hint)

describe('PASSPORT, machine-readable zone', () => {
  it('is tested with specimens that another reader takes for valid', () => {
    for (const lines of [td1, td2, td3]) {
      const { fields, details } = parse([...lines])
      // Utopia is no state of that reader.
      expect(details.filter(({ valid, error }) => !valid && !/UTO|state/i.test(error ?? ''))).toEqual([])
      expect(fields.lastName).toBe('ERIKSSON')
    }
  })

  it.each(all)('finds %s over its lines, in each way of writing', (_, lines) => {
    for (const by of ['\n', '\r\n', ' ', '', '\n  ', '\n> ']) {
      const written = lines.join(by)
      expect(values(written), by).toEqual([written])
      expect(values(`MRZ:\n${written}\nend`), by).toEqual([written])
      expect(values(`"mrz": "${written}"`), by).toEqual([written])
    }
  })

  it.each(all)('does not find %s with a check digit off by one', (_, lines, checks) => {
    for (const [line, at] of checks) {
      const digit = (Number(lines[line]?.[at]) + 1) % 10
      const wrong = lines.map((text, index) => (index === line ? text.slice(0, at) + digit + text.slice(at + 1) : text))
      expect(values(wrong.join('\n')), `${line}:${at}`).toEqual([])
    }
  })

  it.each(all)('does not find %s with any digit changed', (_, lines) => {
    const whole = lines.join('\n')
    for (let at = lines[0]?.length === 30 ? 0 : (lines[0]?.length ?? 0); at < whole.length; at += 1) {
      if (!/\d/.test(whole[at] as string)) continue
      // The optional data of a visa has no check digit.
      if (whole.startsWith('V') && at > (lines[0]?.length ?? 0) + 28) continue
      const wrong = whole.slice(0, at) + ((Number(whole[at]) + 1) % 10) + whole.slice(at + 1)
      expect(values(wrong), wrong).toEqual([])
    }
  })

  it('finds the second line of a passport alone, and two zones one after the other', () => {
    expect(values(`scan: ${td3[1]} ok`)).toEqual([td3[1]])
    const passportZone = td3.join('\n')
    const card = td1.join('\n')
    expect(values(`${passportZone}\n\n${card}\n${passportZone}`)).toEqual([passportZone, card, passportZone])
  })

  it('finds a card whose number is longer than its field', () => {
    // ICAO 9303 part 5, appendix B: D23145890734 with its check digit 9 in the optional field.
    const lines = ['I<UTOD23145890<7349<<<<<<<<<<<', '3407127M9507122UTO<<<<<<<<<<<2', 'STEVENSON<<PETER<JOHN<<<<<<<<<']
    expect(values(lines.join('\n'))).toEqual([lines.join('\n')])
  })
})

describe('PASSPORT, number', () => {
  it.each([
    ['Passport No: 123456789', '123456789'],
    ['My passport number is A12345678.', 'A12345678'],
    ['passport number: 925665416, issued in London', '925665416'],
    ['Reisepass-Nr. C01X00T47', 'C01X00T47'],
    ['Reisepassnummer: C01X0006H', 'C01X0006H'],
    ['Reisepass C01 X00 T47', 'C01 X00 T47'],
    ['numéro de passeport : 12AB34567', '12AB34567'],
    ['Passeport n° 12 AB 34567', '12 AB 34567'],
    ['pasaporte AAA123456', 'AAA123456'],
    ['número de pasaporte: XDD123456', 'XDD123456'],
    ['passaporto YA1234567', 'YA1234567'],
    ['Passaporto n. YA 1234567', 'YA 1234567'],
    ['paspoortnummer SPECI2014', 'SPECI2014'],
    ['Paspoort NWF1K2L39', 'NWF1K2L39'],
    ['Passport: EH123456', 'EH123456'],
    ['"passportNumber": "P1234567"', 'P1234567'],
    ['passport_no=X1234567&', 'X1234567'],
    ['AB1234567 is my passport number', 'AB1234567'],
    ['passport no: c01x00t47', 'c01x00t47'],
    ['Please update my passport details: number AB123456, thank you.', 'AB123456'],
    ['paszport AB1234567', 'AB1234567'],
    ['| Passport | 533380006 |', '533380006'],
  ])('finds in %j', (text, value) => {
    expect(values(text)).toEqual([value])
  })

  it('takes the name of a member for a word nearby', () => {
    expect(values('L01X00T47', 'passport number')).toEqual([])
    expect(values('C01X00T47', 'passport number')).toEqual(['C01X00T47'])
    expect(values('123456789', 'passport')).toEqual(['123456789'])
    expect(values('123456789', 'order')).toEqual([])
  })

  it.each([
    '123456789',
    'C01X00T47',
    'order AB1234567',
    'passport issued 12.03.2019 in Bonn, valid until 11.03.2029',
    'passport issued 20190312',
    'Bring your passport; the flight LH1234 leaves at 10:30 from gate B12.',
    'Bring your passport. Tel. +49 30 12345678',
    'Your passport photo must be 35x45 mm, file size 1048576 bytes',
    'passport application fee 82.50, order number 123456789',
    'passport.js v0.7.0 with 12345678 downloads',
    'the passport office opened in 1998 and served 1200000 people',
    'passport 12345',
    'passport A1B2',
    '[PASSPORT] [PASSPORT_1] passport',
    'if (a << 2 > b << 30) return passport',
    'std::cout << "x" << 123456789;',
    '<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<',
    'git diff <<<<<<< HEAD',
    'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<',
  ])('finds nothing in %j', (text) => {
    expect(values(text)).toEqual([])
  })
})
