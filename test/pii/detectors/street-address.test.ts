import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { streetAddress } from '../../../src/pii/detectors/street-address.js'
import { createFinder } from '../../../src/pii/find.js'
import { reportsOf, spansOf } from '../support.js'

/** The values that are to be found stand between « and ». */
const found: readonly string[] = [
  'I live at «12 Elm Street», thanks',
  '«221B Baker Street, London NW1 6XE».',
  'Ship to «1600 Pennsylvania Ave, Washington, DC 20500»',
  '«350 Fifth Avenue, Apt 4B, New York, NY 10118»',
  'Wohnhaft «Musterstraße 12a, 12345 Berlin»',
  '«Hauptstr. 5» in Bonn',
  '«Berliner Allee 33, 40212 Düsseldorf»',
  '«12 rue de la Paix, 75002 Paris»',
  '«5 bis, avenue des Champs-Élysées, 75008 Paris»',
  '«Calle Mayor 5, 28013 Madrid»',
  '«Avda. de la Constitución, 12, 41001 Sevilla»',
  '«Via Roma 10, 20121 Milano (MI)»',
  '«Piazza del Duomo, 1»',
  '«Keizersgracht 123, 1015 CJ Amsterdam»',
  'Adres: «Kerkstraat 7-2»',
  '«P.O. Box 1234»',
  '«Postfach 10 20 30, 60313 Frankfurt»',
  'Adresse: «12345 Berlin»',
  'address: «SW1A 1AA»',
  '"«742 Evergreen Terrace»"',
  '«Postbus 123, 1000 AA Amsterdam»',
  'Lieferadresse:\n«Am Markt 3\n04109 Leipzig»',
]

const left: readonly string[] = [
  '12 Monkeys',
  'in 1984 George Orwell',
  'Room 12 on Monday',
  '5 way handshake',
  'the 20 Best Ways',
  '10000 Euro',
  '20 Prozent',
  'am 12 Mai',
  'Platz 3 im Rennen',
  'Der Weg 5 km lang',
  '2023 Annual Report',
  'version 5.3.2 Release',
  'via 3 servers',
  'order 12345 shipped',
  '[STREET_ADDRESS] next',
  '12 Angry Men',
  'Rang 3',
  'Seite 12',
  'call 911',
  '5 Star Hotel',
  'Windows 10 Pro',
  'Am Montag 3',
  '100 percent',
  '20 minutes drive',
  'on the way 3 cars',
  '2 drive bays',
  'IP 10.0.0.1',
  'Chapter 12 The Road',
  '12:30 Main event',
]

const marked = (text: string) => {
  const values: { start: number; end: number }[] = []
  let plain = ''
  for (const sign of text) {
    if (sign === '«') values.push({ start: plain.length, end: 0 })
    else if (sign === '»') (values.at(-1) as { end: number }).end = plain.length
    else plain += sign
  }
  return { plain, values }
}

const finder = createFinder({
  detectors: [streetAddress()],
  threshold: 0.5,
  budgetMs: 600_000,
  preview: ({ type }) => `[${type}]`,
})
const resolved = (text: string) =>
  finder.find(text, { hint: '', machine: false }).map(({ start, end }) => ({ start, end }))

describe('STREET_ADDRESS', () => {
  it.each(found)('finds %s', (text) => {
    const { plain, values } = marked(text)
    expect(resolved(plain)).toEqual(values)
  })

  it.each(left)('leaves %s', (text) => {
    expect(resolved(text)).toEqual([])
  })

  it.each(found)('finds nothing in what redaction leaves of %s', (text) => {
    for (const placeholder of ['[STREET_ADDRESS]', '[STREET_ADDRESS_1]', '[STREET_ADDRESS:hmac:kdnbpcajfmgeohil]'])
      expect(resolved(text.replace(/«[^»]*»/g, placeholder))).toEqual([])
  })

  it('reports only what lies in the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 10 }),
      fc.constantFrom('12 ', 'Elm Street', 'Hauptstr. 5', ' 12345 Berlin', 'Via Roma 1', 'PO Box 12', 'SW1A 1AA', ', '),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        for (const { start, end, score } of reportsOf(streetAddress(), text)) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(score).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('wants a word that says address before a bare postcode with its town', () => {
    expect(spansOf(streetAddress(), 'Anschrift: 50667 Köln')).toMatchObject([{ value: '50667 Köln' }])
    expect(spansOf(streetAddress(), 'wir haben 50667 Kunden')).toEqual([])
  })
})
