import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { person } from '../../../src/pii/detectors/person.js'
import { createFinder } from '../../../src/pii/find.js'
import { reportsOf, spansOf } from '../support.js'

/** The values that are to be found stand between « and ». */
const found: readonly string[] = [
  'Dear Ms «Jones»,',
  'Sehr geehrter Herr Dr. «Müller»,',
  'Mme «Dupont» est arrivée.',
  'Sr. «García López» llamó',
  'Sig. «Rossi» ha scritto',
  'Dhr. «de Vries»',
  'my name is «Alice Smith».',
  'Ich heiße «Max Mustermann»',
  "je m'appelle «Élodie Martin»",
  'me llamo «Lucía Fernández»',
  'mi chiamo «Marco Bianchi»',
  'mijn naam is «Jan de Vries»',
  'Patient: «Erika Mustermann», geb. 1964',
  'I am «Alice»',
  'Best regards,\n«Bob Miller»\nCEO',
  'From: «Alice Smith» <a@x.com>',
  '{"firstName":"«Alice»","lastName":"«Zorgblat»"}',
  'We spoke with «Peter Schneider» yesterday.',
  "«John Smith»'s order",
  'Hi «Sarah», how are you',
  'Name: «Mustermann, Max»',
  'Hallo «Jürgen»,\nwie geht',
  '«María José García» vive en Madrid',
  'call «Anna-Lena Weber» now',
  'Liebe «Sabine»,',
  'Mr. «J. R. Smith» left',
  '«Jean-Pierre Dubois» a signé',
  'Contact: «Jane Doe»',
  'Bonjour «Chloé»,',
  '«Ludwig van Beethoven» composed',
  'JSON "name": "«Olga Ivanova»"',
  'Mit freundlichen Grüßen\n«Thomas Becker»',
]

const left: readonly string[] = [
  'Dear Customer,',
  'Dear Team,',
  'The meeting is in March.',
  'Morgan Stanley reported',
  'New York City',
  'I am Happy',
  'Paris Hotel Group',
  'Berlin ist schön',
  'Ernst & Young GmbH',
  'San Francisco Bay',
  'Max Planck Institute',
  'Charles Schwab Corp',
  'Order Status: Shipped',
  'Name: Premium Plan',
  'June Report',
  'Will Tuesday work?',
  'Grace Period',
  'Apple Pay and Google Cloud',
  'The Quick Brown Fox',
  'Mark Down the date',
  'Dear Sir or Madam',
  'Charlotte Airport',
  'Via Giuseppe Verdi',
  'JavaScript and Ruby Rails',
  'Der Hund läuft im Park',
  'Die Rechnung ist offen',
  'Sehr geehrte Damen und Herren,',
  '[PERSON] wrote',
  'Hello World',
  'Hi there',
  'This is Important',
  'ich bin Berliner',
  'Summer Sale',
  'To: Support Team',
  'Paul Street',
  'Am Montag kommt die Lieferung',
  'Name: none',
  'Customer: Gold',
  'Chelsea Football Club',
  'George Washington Bridge',
  'file name: Report.pdf',
  'HTTP GET /api',
  'Angela Award',
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
  detectors: [person()],
  threshold: 0.5,
  budgetMs: 600_000,
  preview: ({ type }) => `[${type}]`,
})
const resolved = (text: string) =>
  finder.find(text, { hint: '', machine: false }).map(({ start, end }) => ({ start, end }))

describe('PERSON', () => {
  it.each(found)('finds %s', (text) => {
    const { plain, values } = marked(text)
    expect(resolved(plain)).toEqual(values)
  })

  it.each(left)('leaves %s', (text) => {
    expect(resolved(text)).toEqual([])
  })

  it.each(found)('finds nothing in what redaction leaves of %s', (text) => {
    for (const placeholder of ['[PERSON]', '[PERSON_1]', '[PERSON:hmac:kdnbpcajfmgeohil]'])
      expect(resolved(text.replace(/«[^»]*»/g, placeholder))).toEqual([])
  })

  it('reports only what lies in the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 10 }),
      fc.constantFrom('Mr ', 'Dr. ', 'Name: ', 'Alice', ' Smith', ' de ', 'Dear ', 'J. ', ', Max'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        for (const { start, end, score } of reportsOf(person(), text)) {
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(score).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes a member whose name tells', () => {
    expect(spansOf(person(), 'Zzyx Zorgblat', 'customer name')).toMatchObject([{ value: 'Zzyx Zorgblat' }])
    expect(spansOf(person(), 'Zzyx Zorgblat', 'product')).toEqual([])
  })

  it('wants a known surname behind a given name that is a word or a place as well', () => {
    expect(spansOf(person(), 'Then Jordan Brown wrote back')).toMatchObject([{ value: 'Jordan Brown' }])
    expect(spansOf(person(), 'Then Jordan Valley dried up')).toEqual([])
  })
})
