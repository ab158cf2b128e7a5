import fc from 'fast-check'
import { stdnum } from 'stdnum'
import { describe, expect, it } from 'vitest'
import { vat } from '../../../src/pii/detectors/vat.js'
import { writtenOf } from '../written.js'

/** Ids that tax offices, the EU or libraries of checks give as examples. */
const published = [
  'ATU13585627',
  'BE0428759497',
  'BE0776091951',
  'BG175074752',
  'BG7523169263',
  'CHE107787577',
  'CY10259033P',
  'CZ25123891',
  'CZ7103192745',
  'DE136695976',
  'DK13585628',
  'EE100931558',
  'EL094259216',
  'GR094259216',
  'ESB58378431',
  'ESA28015865',
  'ES54362315K',
  'ESX2482300W',
  'FI20774740',
  'FR40303265045',
  'FR23334175221',
  'FRK7399859412',
  'GB980780684',
  'GB802311782',
  'HR33392005961',
  'HU12892312',
  'IE6433435F',
  'IE6433435OA',
  'IE8D79739I',
  'IT00743110157',
  'LT119511515',
  'LT100001919017',
  'LU15027442',
  'LV40003521600',
  'MT11679112',
  'NL004495445B01',
  'NL000099998B57',
  'NO995525828MVA',
  'PL8567346215',
  'PT501964843',
  'RO18547290',
  'SE556188840401',
  'SI50223054',
  'SK2022749619',
  'XI980780684',
]

/** The library's validators for ids of digits whose sums are tried beforehand. */
const ofDigits: readonly (readonly [string, string, number])[] = [
  ['BE', 'vat', 10],
  ['DE', 'vat', 9],
  ['DK', 'cvr', 8],
  ['EE', 'kmkr', 9],
  ['FI', 'alv', 8],
  ['FR', 'tva', 11],
  ['GB', 'vat', 9],
  ['HR', 'oib', 11],
  ['HU', 'anum', 8],
  ['IT', 'iva', 11],
  ['LU', 'tva', 8],
  ['MT', 'vat', 8],
  ['PL', 'nip', 10],
  ['SE', 'vat', 12],
  ['SK', 'dph', 10],
]

const detector = vat()
const values = (text: string, hint = '') => writtenOf(detector, text, hint)

describe('VAT', () => {
  it.each(published)('finds %s', (value) => {
    const spaced = `${value.slice(0, 2)} ${value.slice(2)}`
    for (const written of [value, spaced, `${value.slice(0, 2)}-${value.slice(2)}`])
      for (const text of [
        `VAT no. ${written}.`,
        `(${written})`,
        `"vat":"${written}",`,
        `a;${written};b`,
        `it is ${written} I think`,
      ])
        expect(values(text), text).toEqual([written])
    expect(values(`TVA ${value.toLowerCase()}`)).toEqual([value.toLowerCase()])
  })

  it.each(published)('does not find %s with a check that fails', (value) => {
    // The two last of a British, a Dutch or a French id, and the last of the others, follow from the rest.
    const at = value.length - 1 - (/\d$/.test(value) ? 0 : value.endsWith('MVA') ? 3 : 0)
    for (const other of /\d/.test(value[at] as string) ? '0123456789' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
      // A Dutch one passes with any suffix where the first nine digits pass.
      if (other === value[at] || value.startsWith('SE') || value.startsWith('NL')) continue
      if (value.startsWith('CZ') || value.startsWith('BG7') || value.startsWith('IE')) continue
      expect(values(`VAT ${value.slice(0, at)}${other}${value.slice(at + 1)}`), other).toEqual([])
    }
  })

  it.each(['DE136695976', 'IT00743110157', 'BE0428759497', 'PL8567346215', 'DK13585628'])(
    'does not find %s with any digit changed',
    (value) => {
      for (let index = 2; index < value.length; index += 1) {
        if (!/\d/.test(value[index] as string)) continue
        for (let step = 1; step < 10; step += 1) {
          const digit = (Number(value[index]) + step) % 10
          const wrong = value.slice(0, index) + digit + value.slice(index + 1)
          expect(values(`it is ${wrong} I think`), wrong).toEqual([])
        }
      }
    },
  )

  it.each(ofDigits)('finds with the prefix %s just what the library takes for valid', (country, name, length) => {
    const hundreds = length - (country === 'SE' ? 4 : 2)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** hundreds - 1 }), (start) => {
        for (let end = 0; end < 100; end += 1) {
          const tail = country === 'SE' ? `${String(end).padStart(2, '0')}01` : String(end).padStart(2, '0')
          const body = String(start).padStart(hundreds, '0') + tail
          if (country === 'BE' && !/^[01]/.test(body)) return
          const valid = stdnum[country]?.[name]?.validate(body).isValid === true
          expect(values(`it is ${country}${body} I think`), body).toEqual(valid ? [country + body] : [])
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each([
    ['USt-IdNr.: DE 136 695 976', 'DE 136 695 976'],
    ['USt-IdNr. DE136.695.976, Amtsgericht', 'DE136.695.976'],
    ['N° TVA: FR 40 303 265 045', 'FR 40 303 265 045'],
    ['BE 0428.759.497', 'BE 0428.759.497'],
    ['BTW BE0428.759.497.', 'BE0428.759.497'],
    ['GB 980 7806 84', 'GB 980 7806 84'],
    ['CHE-107.787.577 MWST', 'CHE-107.787.577 MWST'],
    ['CHE-107.787.577 is the firm', 'CHE-107.787.577'],
    ['NO 995 525 828 MVA', 'NO 995 525 828 MVA'],
    ['Org.nr. 995 525 828 MVA', '995 525 828 MVA'],
    ['ATU 13585627', 'ATU 13585627'],
    ['UID: U13585627', 'U13585627'],
    ['BTW-nummer 004495445B01', '004495445B01'],
    ['BTW-nr. NL 0044.95.445.B01', 'NL 0044.95.445.B01'],
    ['VAT Reg. No. 980 7806 84', '980 7806 84'],
    ['Umsatzsteuer-Identifikationsnummer 136695976', '136695976'],
    ['P. IVA 00743110157', '00743110157'],
    ['partita IVA: 00743110157', '00743110157'],
    ['numéro de TVA intracommunautaire FR40303265045', 'FR40303265045'],
    ['TVA BE 0428.759.497', 'BE 0428.759.497'],
    ['VAT GBGD001', 'GBGD001'],
    ['our id RO18547290 and DE136695976', 'RO18547290', 'DE136695976'],
    ['VAT EU372000041', 'EU372000041'],
    ['Rechnung der Muster GmbH, DE136695976', 'DE136695976'],
  ])('finds in %j', (text, ...expected) => {
    expect(values(text)).toEqual(expected)
  })

  it.each([
    'DE136695977',
    'DE1366959761',
    'XDE136695976',
    'DE136695976X',
    'order DE136695976',
    'flight LH1234, gate B12, DE 12 and AT 10',
    'no 12345678 people in 2024',
    'es 13585628 dk 13585628',
    'IBAN PL61 1090 1014 0000 0712 1981 2874',
    'IBAN DE89 3704 0044 0532 0130 00',
    'DE89370400440532013000',
    'ISIN DE0007164600, US0378331005, FR0000120271',
    'EU372000041',
    'RO12',
    'HS-DE136695976-X1',
    '136695976',
    '980 7806 84',
    'VAT 20 %: 1,234.50 EUR of 7,407.00',
    'VAT 19% 12345678 items',
    'USt-IdNr. 123456789',
    'causale fattura SI50223054',
    'UIDAI no. - 706144478771, seen on 28/08/2025 at 08:09',
    'Tel. +49 30 136695976',
    '[VAT] [VAT_1]',
    'se 123456789701 lu 15027442',
    'ISBN 978-3-16-148410-0 SE-2024-0117',
  ])('finds nothing in %j', (text) => {
    expect(values(text)).toEqual([])
  })
})
