import fc from 'fast-check'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { describe, expect, it } from 'vitest'
import { planOfCode, planOfRegion } from '../../../src/pii/detectors/phone/plans.js'
import { phone } from '../../../src/pii/detectors/phone.js'
import { createBudget, scan } from '../../../src/pii/haystack.js'
import { spansOf } from '../support.js'

const detector = phone()
const values = (text: string, hint = ''): string[] => spansOf(detector, text, hint).map(({ value }) => value)

/** The text with the expected finding between « and ». */
const marked = (text: string): [plain: string, expected: string[]] => [
  text.replace(/[«»]/g, ''),
  // every dash is the same one when evasions are folded away
  [...text.matchAll(/«([^»]*)»/g)].map(([, value]) => (value as string).replace(/[‐-―]/g, '-')),
]

describe('phone finds', () => {
  it.each([
    // with calling code
    'Reach me on «+44 20 7946 0958» today.',
    '«+44 (0)20 7946 0958»',
    '«+44(0)1632 960123»',
    '«+1 (555) 123-4567»',
    '«+1-555-123-4567»',
    '«+1.555.123.4567»',
    '«+15551234567»',
    '«+1 212 555 0187»',
    '«+49 30 23125 123»',
    '«+49 (0) 30 23125 123»',
    '«+49 (0)30/23125-123»',
    '«+49 0171 3920012»',
    '(«+49 171 3920012»)',
    '«(+49) 171 3920012»',
    '«+(49) 171 3920012»',
    '«+49-171-3920012»',
    '«+49–171–3920012»',
    '«+49‑171‑3920012»',
    '«+33 1 99 00 12 34»',
    '«+33 (0)6 39 98 12 34»',
    '«+34 612 34 56 78»',
    '«+39 06 1234 5678»',
    '«+39 347 123 4567»',
    '«+31 6 12345678»',
    '«+31 (0)20 123 4567»',
    '«+31-6 12345678»',
    '«+41 44 668 18 00»',
    '«+43 1 58858 0»',
    '«+43 664 1234567»',
    '«+32 470 12 34 56»',
    '«+353 87 123 4567»',
    '«+91 98765 43210»',
    '«+81 3-1234-5678»',
    '«+86 138 0013 8000»',
    '«+55 11 91234-5678»',
    '«+61 2 9374 4000»',
    '«+48 512 345 678»',
    '«+351 912 345 678»',
    '«+800 1234 5678»',
    '«0049 171 3920012»',
    '«00 49 171 3920012»',
    '«0033 6 39 98 12 34»',
    '«011 44 20 7946 0958»',
    '«001-555-123-4567»x',
    '«001-555-123-4567x89»',
    // North America
    '«(555) 123-4567»',
    '«(555)123-4567»',
    '«(212) 555-0123»',
    '«555-123-4567»',
    '«555.123.4567»',
    '«212 555 0123» ext',
    '«1-800-555-0199»',
    '«1 (800) 555-0199»',
    '«(555) 123-4567 x123»',
    '«(555) 123-4567 ext. 123», please',
    '«555-123-4567 extension 12».',
    '«+1 555-123-4567;ext=99»',
    '«212-555-0123, ext 4»',
    // United Kingdom, Ireland
    '«020 7946 0958»',
    '«07700 900123»',
    '«07700 900 123»',
    '«01632 960123»',
    '«(01632) 960123»',
    '«0131 496 0123»',
    '«(0131) 496 0123»',
    '«087 123 4567»',
    '«(01) 234 5678»',
    // Germany, Austria, Switzerland
    '«030/1234567»',
    '«030 / 1234567»',
    '«030 - 1234567»',
    '«030 1234567»',
    '«(030) 1234567»',
    '«(030) 23125-123»',
    '«030 23125 123»',
    '«030 12 34 56 78»',
    '«0151 23456789»',
    '«0151/23456789»',
    '«0151-23456789»',
    '«01512 3456789»',
    '«0171 3920012»',
    '«089 1234-567»',
    '«(0703) 101335462»',
    '«030 1234567 Durchwahl 12»',
    '«0664 1234567»',
    '«044 668 18 00»',
    '«079 123 45 67»',
    // France, Belgium
    '«06 12 34 56 78»',
    '«06.12.34.56.78»',
    '«06-12-34-56-78»',
    '«01 99 00 12 34»',
    '«01 99 00 12 34 poste 12»',
    '«0470 12 34 56»',
    '«0470/12.34.56»',
    '«02 123 45 67»',
    // Spain, Italy, the Netherlands
    '«612 34 56 78»',
    '«91 123 45 67»',
    '«06 1234 5678»',
    '«347 1234567»',
    '«06-12345678»',
    '«020-1234567»',
    '«0182-123456»',
    '«(020)-1234567»',
  ])('%s alone', (text) => {
    const [plain, expected] = marked(text)
    expect(values(plain.replace(/x$| ext$/, ''))).toEqual(expected)
  })

  it.each([
    'Phone: «5551234567»',
    'phone=«5551234567»&x=1',
    'Tel.«030 1234567»',
    'Tel.: «0301234567»',
    'Tel «12345678»',
    'tel:«+1-201-555-0123»',
    '<a href="tel:«+4930231250»">Anruf</a>',
    'tel:«+4930231250;ext=12»',
    'https://wa.me/«491713920012»',
    'WhatsApp «491713920012»',
    'Please call me at «555 123 4567».',
    'call 555-0123 or «555-0124»'.replace('555-0123', '«555-0123»'),
    'My number is «5551234567», thanks',
    'Bitte rufen Sie mich unter «01713920012» an.',
    'Meine Handynummer lautet «0171 392 00 12».',
    'Mobil: «0171-3920012», Fax: «030-1234567»',
    'Handy «01713920012»',
    'Rufnummer «03023125123»',
    'Appelez-moi au «0639981234».',
    'Tél. : «01 99 00 12 34»',
    'téléphone «0199001234»',
    'Mon numéro est le «06 39 98 12 34».',
    'Llámame al «612 345 678».',
    'Teléfono: «612345678»',
    'Mi móvil es el «612-345-678»',
    'Cellulare «3471234567»',
    'Chiamami al «347 123 4567».',
    'tel. «02 12345678»',
    'Bel me op «0612345678».',
    'Mijn mobiele nummer is «06 12 34 56 78».',
    'telefoonnummer: «020 1234567»',
    '☎ «12345678»',
    '📞 «5551234567»',
    'T: «5551234567» | F: «5551234568»',
    '"homePhone":"«5551234567»"',
    '"phone_number": «5551234567»,',
    'phone\\n«555-123-4567»\\n',
    'Phones: «555-123-4567», «555-123-4568» and «555-123-4569»',
    '«030 1234567» / «0151 23456789»',
    '«030 1234567», «0151 23456789»',
    '«030/1234567»; «0151/23456789»',
    '«555-123-4567»/«555-123-4568»',
    '«+49 30 1234567» «+49 30 1234568»',
    '1) «030 1234567» 2) «0151 23456789»',
    '2024-01-15 12:33:01 «555-123-4567» called',
    '| Anna | «+49 171 3920012» | Berlin |',
    'Anna;«0171 3920012»;Berlin',
    '12,«555-123-4567»,ok',
    '"«+49 171 3920012»","«0171 3920012»"',
    '<td>«(555) 123-4567»</td>',
    '**«(555) 123-4567»**',
    '`«+15551234567»`',
    '[«020 7946 0958»](x)',
    'Is it «020 7946 0958»?',
    'It is «020 7946 0958»!',
    'It is «020 7946 0958». Then 3 more.',
    '«020 7946 0958»\n',
    'Order 4711: call «555-123-4567»',
    'Order 12345678, phone «0301234567»',
    'PO box 12, «+44 20 7946 0958»',
    'fax «(030) 1234-5678»',
    'call «+49 30 1234567» 2 times',
    '«0171 3920012» (mobil)',
    'Marie 👩🏽‍🚀 «+33 6 39 98 12 34»',
    'Tel/Fax: «030 1234567»',
    'Tel.-Nr.: «030 1234567»',
    'call me: «0 1 7 1 3 9 2 0 0 1 2»',
    'phone «5-5-5-1-2-3-4-5-6-7»',
    '«+4 9 1 7 1 3 9 2 0 0 1 2» is mine',
    'In case of emergency: «0171 3920012»',
    'Call me any time, «555-123-4567»',
    'Bill, «555-123-4567»',
    'Swift, Hyatt and Sanford\nT «(07911) 123403» | M «07700 900252»',
    'crescenzia@example.com,«3479655276»',
    'Ask at the office in room 214. Ask for Tom on «020 7946 0958».',
    'Room 214, «020 7946 0958»',
    '«555-123-4567 (ext. 5»)',
    'The old one («+353 (0)1 641 5451») will stop working',
    'Luk, «06647836494», hat um 22:46 angerufen',
    '«5551234567» called twice',
    'anna@example.com «0616858111»',
    '| anna@example.com | «0171 3920012» |',
    'Bei Fragen: «030 23125-17»',
    'Anna: «0176 0406 0882-427»',
    'Customer: «555-123-4567»',
    'Tel.«011 5612345»-a',
    'Mi trova al «011/5218811».',
    'dial-in «087 326 4109», nothing to prepare',
    'Port. «0639987703» / Bureau «04 65 71 20 33»',
    'Telefonnummer (privat): «030 1234567»',
    // whose it is, or what for
    'Huisarts «0612345678»',
    'Médecin traitant : «0612345678»',
    'Dudas: «920 800 623»',
    'Rückfragen: «0895483220»',
    'Vragen? «0201234567»',
    'Info : «0212345678»',
    'GP: Dr Patel, «07700900123»',
    'Notaire Me Durand «0145678901»',
    'Praxis Dr. Weber: «08954832201»',
    'Medico curante «3479876543»',
    'Personne à prévenir : Luc Petit («0612345678»)',
    'In case of emergency: Bob «07700900123»',
    "my wife's number «07700900456»",
    'anna@example.com,«3479655276»',
    'Tel. «0301.2345678», «0431-6479-7772»',
  ])('%s', (text) => {
    const [plain, expected] = marked(text)
    expect(values(plain)).toEqual(expected)
  })

  it('takes the name of the place for context', () => {
    expect(values('5551234567', 'home phone')).toEqual(['5551234567'])
    expect(values('612345678', 'móvil')).toEqual(['612345678'])
    expect(values('5551234567', 'order id')).toEqual([])
    expect(values('555-123-4567', 'order id')).toEqual([])
  })

  it('knows national forms of the regions given, and calling codes of all', () => {
    const polish = phone({ regions: ['PL'] })
    expect(spansOf(polish, 'Anna, 030 1234567')).toEqual([])
    expect(spansOf(polish, 'Anna, +49 30 1234567').map(({ value }) => value)).toEqual(['+49 30 1234567'])
    expect(spansOf(polish, 'Zadzwoń: tel. 512 345 678').map(({ value }) => value)).toEqual(['512 345 678'])
  })

  it('refuses a region that does not exist', () => {
    expect(() => phone({ regions: ['XX' as 'US'] })).toThrow(RangeError)
  })
})

describe('phone does not find', () => {
  it.each([
    // fractions, versions, books, characters, orders, seconds
    'floats 0.14058309 0.91930526, a@example.com',
    'anna@example.com wrote arXiv:0706.12345',
    'anna@example.com ISBN 0-675-16726-7',
    'a@example.com: 0-675-16726-7',
    'a@example.com: bump to 36.2.1302.92',
    '<U> 0063 0063 0053 ; [.1FD7.0020.0002]',
    '=> 0046 0046 0049',
    'order 004-9206355-9971811',
    'doc:0431-6479-7772',
    'b = -4294967296  # 1 << 32',
    'x = 4294967296 # 1',
    'El servidor no responde desde 1506215424',
    '"created":"1715087111","email":"a@example.com"',
    'a@example.com\nreturn 963425317',
    '@handle 548-1447',
    // what is numbered otherwise, though a word for a phone is near
    'numero pratica 5132384872, polizza 3332832703',
    'Cust no. 7185550123 / Tel',
    'Kunde 0301234567 (Tel. 12)',
    'Kunde 0301234567 (Tel. [PHONE])',
    'Ihre Kundennummer 0635501165, Fax',
    'Klantnummer 0612345678, tel.',
    'Subject: Re: 3332832703\nFrom: a@example.com',
    'Please quote case 8005550199 when you write to help@example.com.',
    'question 3332832703 of the list',
    'INFO 3332832703 started',
    'FX-0366-063 PH-9567-189',
    // dates, times
    '2024-01-15',
    '15.01.2024',
    '01.02.2024 08.30',
    '01/02/2024',
    '01-02-2024 10',
    '20240115',
    '20240115123301',
    '2024-01-15 12:33:01',
    '2024-01-15T12:33:01.123456789Z',
    '2024-01-15T12:33:01+01:00',
    '1990-2005',
    '1990 - 2005',
    '08:00-17:00',
    '0800-1700',
    'open 0900 - 1830',
    '09.30-17.00',
    'born 01 02 1980',
    // amounts and measures
    '1.234.567,89',
    '1,234,567.89 USD',
    '€ 612 345 678',
    '612 345 678 EUR',
    '612.345.678,00',
    '$555.123.4567',
    '+1.234.567,89 EUR',
    '+12 345 678',
    '12 345 678 901',
    '1920x1080',
    '3840 x 2160',
    '+12.5 %',
    '555.123.4567%',
    // orders, references
    'Order 555-123-4567 shipped',
    'order no. 01632 960123',
    'Bestellnummer 030 1234567',
    'Rechnung Nr. 0171 3920012',
    'Kundennummer: 0171-3920012',
    'facture 06 12 34 56 78',
    'Invoice 2024-0012-345',
    'ORD-555-123-4567',
    'REF_5551234567',
    'A5551234567',
    '5551234567B',
    'SKU 012-345-678',
    'Amazon 302-1234567-1234567',
    'tracking 1Z 999 AA1 01 2345 6784',
    'USPS 9400 1000 0000 0000 0000 00',
    '00340434161094015902',
    'LH 456, BA2490, flight 1234567',
    'customer no. 555-123-4567',
    'SV-Nr. 09240373X834',
    'image app:13.0.9396.319',
    'Partij 031-64057-77',
    '0532.414.05',
    'invoice PH99539721',
    'Identification Number: 912-83-2457',
    'routing number 033648659',
    'user@host crashed at 1761754380',
    'personas kods 091244-18013',
    'SV-Nr. 02 030273 X 609',
    'telephone models 1 2 3 4 5 6 7 8 9 10 11 12 13',
    'Raum 030-1234567',
    'tz=+0100 1700000000',
    '0800-1200 1300-1700',
    '200-300-4000',
    'Steuernummer 030/123/45678',
    'Lottozahlen 05 12 23 34 45 49',
    'UPC 0 12345 67890 5',
    'GTIN 00012345600012',
    'CPF 012.345.678-90',
    'https://example.com/p/5551234567',
    'https://example.com/a-555-123-4567',
    'file_0151_23456789.pdf',
    'pp. 1234-1240, 555-560',
    'function call took 1234567 ns',
    '4.646.961,01 (11/07/2022)',
    // books, articles
    'ISBN 978-3-16-148410-0',
    'ISBN 0-306-40615-2',
    'ISBN 0306406152',
    'EAN 4006381333931',
    'ISSN 0317-8471',
    // machines
    '192.168.100.200',
    '010.020.030.040',
    '10.0.0.1:8080',
    'v1.2.3.4567',
    'version 12.0.1234.567',
    'build 20240115.1234',
    '550e8400-e29b-41d4-a716-446655440000',
    '12345678-1234-1234-1234-123456789012',
    'd41d8cd98f00b204e9800998ecf8427e',
    '1700000000',
    '1700000000000',
    'ts=1700000000 level=info',
    '00:1B:44:11:3A:B7',
    '01-23-45-67-89-AB',
    '01-23-45-67-89-01',
    // coordinates
    '52.520008, 13.404954',
    '40.7128 -74.0060',
    '+40.446195-079.948862',
    '48.858370,2.294481',
    // cards, accounts, ids
    '4111 1111 1111 1111',
    '3782 822463 10005',
    '4111-1111-1111-1111',
    'DE89 3704 0044 0532 0130 00',
    'GB29 NWBK 6016 1331 9268 19',
    'NL91 ABNA 0417 1643 00',
    'FR14 2004 1010 0505 0001 3M02 606',
    'SSN 078-05-1120',
    '078-05-1120',
    '219-09-9999',
    'EIN 12-3456789',
    '01-2345678',
    'NHS 943 476 5919',
    'UTR 12345 67890',
    '1 85 05 78 006 084 36',
    '756.1234.5678.97',
    '123.456.789-09',
    '527-010-33-91',
    '85.07.30-033.61',
    '850709-9805',
    '010190-1234',
    '181/815/08155',
    '013/815/08155',
    '86 095 742 719',
    'SIREN 732 829 320',
    '12345678Z',
    'sort code 20-00-00 account 55779911',
    // rows of numbers
    '100 200 3000',
    '1 2 3 4 5 6 7 8 9 10 11 12',
    '12 34 56 78 90 11 22 33',
    '123 456 7890 234 567 8901',
    '555 123 4567 890 1234 567',
    '10\t20\t30\t1234567',
    'a 1234567 b',
    'We counted 5551234567 of them.',
    'We received 12345678 phone calls.',
    'I lost my phone. 12345678 people did.',
    'The phone costs 12345678 yen in total: 12345678',
    'iPhone 15 1234567',
    // what redaction left
    '[PHONE] 1234567',
    '[PHONE]: 12345678',
    '[PHONE_1] [PHONE_2]',
    '[PHONE:hmac:kdnbpcajfmgeohil]',
    '**** **** **** 1111',
    '+49 *** *** **67',
    'DE** **** … 00',
    // too short, too long
    'call 112',
    'call 911 now',
    'tel 12345',
    '+123456',
    '+1234567890123456789',
    'tel 123456789012345678901234567890',
  ])('%s', (text) => {
    expect(values(text)).toEqual([])
  })
})

describe('phone', () => {
  it('agrees with libphonenumber on what is valid behind a calling code', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          '1',
          '7',
          '20',
          '31',
          '32',
          '33',
          '34',
          '39',
          '41',
          '43',
          '44',
          '48',
          '49',
          '52',
          '55',
          '61',
          '81',
          '86',
          '91',
          '353',
          '358',
          '971',
        ),
        fc.stringMatching(/^[1-9]\d{5,11}$/),
        (code, national) => {
          const parsed = parsePhoneNumberFromString(`+${code}${national}`)
          // the library strips national prefixes, carrier codes too, before it looks
          if (parsed?.nationalNumber !== national || parsed.countryCallingCode !== code) return
          expect(planOfCode(code).valid(national)).toBe(parsed.isValid())
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('agrees with libphonenumber on what is valid within a region', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GB', 'DE', 'FR', 'ES', 'IT', 'NL', 'AT', 'CH', 'BE', 'IE', 'PL', 'PT', 'SE'),
        fc.stringMatching(/^0?[1-9]\d{6,10}$/),
        (region, national) => {
          const parsed = parsePhoneNumberFromString(
            `+${{ GB: 44, DE: 49, FR: 33, ES: 34, IT: 39, NL: 31, AT: 43, CH: 41, BE: 32, IE: 353, PL: 48, PT: 351, SE: 46 }[region]}${national}`,
          )
          if (parsed?.nationalNumber !== national) return
          if (parsed.country !== undefined && parsed.country !== region) return
          expect(planOfRegion(region).valid(national)).toBe(parsed.isValid())
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('finds a number with calling code wherever it stands', () => {
    const around = fc.constantFrom(
      '',
      ' ',
      '\n',
      '"',
      "'",
      '(',
      '[',
      '<',
      '>',
      ',',
      ';',
      '|',
      '\t',
      '=',
      ': ',
      '*',
      '`',
      '…',
      '“',
      '– ',
      'https://x.example ',
      'id 5; ',
    )
    fc.assert(
      fc.property(
        around,
        fc.constantFrom(
          '',
          ' ',
          '\n',
          '"',
          "'",
          ')',
          ']',
          '<',
          '>',
          ',',
          ';',
          '|',
          '\t',
          '. ',
          '!',
          '?',
          '*',
          '`',
          '…',
          '”',
          ' – ok',
        ),
        (before, after) => {
          expect(values(`${before}+49 171 3920012${after}`)).toEqual(['+49 171 3920012'])
        },
      ),
    )
  })

  it('finds spans from a sign, bracket or digit to a digit, with enough digits and none overlapping', () => {
    const soup = fc.array(
      fc.constantFrom(
        'tel ',
        'call ',
        '555',
        '030',
        '1234567',
        '0151',
        '12',
        '34',
        ' ',
        '-',
        '.',
        '/',
        '(',
        ')',
        '+49',
        '+1',
        '\n',
        ', ',
        ' ext 5',
        '0',
        'a',
        '@',
        '[PHONE]',
      ),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(soup, (parts) => {
        let from = 0
        for (const { value, start, end } of spansOf(detector, parts.join(''))) {
          expect(value).toMatch(/^[+(\d](?:.*\d)$/s)
          expect(value.replace(/\D/g, '').length).toBeGreaterThanOrEqual(7)
          expect(start).toBeGreaterThanOrEqual(from)
          from = end
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('changes its mind when one digit too many or too few makes it invalid', () => {
    for (const text of ['+33 6 39 98 12 3', '06 12 34 56 7', '06 12 34 56 78 9', '612 34 56 7', '079 123 45 6'])
      expect(spansOf(detector, text).filter(({ score }) => score > 0.75)).toEqual([])
  })

  it('gives the same answer whatever stands further away than it may look', () => {
    const far = 'tel phone order invoice 12 34 '.repeat(4)
    for (const text of ['x y z '.repeat(20).concat('555-123-4567'), 'x y z '.repeat(20).concat('5551234567')])
      expect(values(`${far}${text}`)).toEqual(values(text))
  })

  it.each([
    ['digits', '1'.repeat(50_000)],
    ['single digits', '1 '.repeat(25_000)],
    ['dashes', '1-'.repeat(25_000)],
    ['dots', '1.'.repeat(25_000)],
    ['trunk', '0 '.repeat(25_000)],
    ['brackets', '('.repeat(50_000)],
    ['signs', '+'.repeat(50_000)],
    ['opened', '(1'.repeat(25_000)],
    ['numbers', '+49 171 3920012 '.repeat(3_000)],
    ['national', '030 1234567 '.repeat(4_000)],
    ['american', '555-123-4567 '.repeat(4_000)],
    ['rows', '555 123 4567 '.repeat(4_000)],
  ])('takes a bounded number of steps a character: %s', (_, text) => {
    let steps = 0
    const count = (): void => {
      steps += 1
    }
    const { step } = createBudget(600_000)
    const haystack = { ...scan(text, '', { step }), step: count }
    detector.find(haystack, () => {})
    expect(steps).toBeLessThan(text.length / 2)
  })
})
