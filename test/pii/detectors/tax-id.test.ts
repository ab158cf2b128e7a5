import { describe, expect, it } from 'vitest'
import type { Scheme } from '../../../src/pii/detectors/ids/scheme.js'
import { taxpayers } from '../../../src/pii/detectors/ids/taxpayers.js'
import { taxId } from '../../../src/pii/detectors/tax-id.js'
import { createBudget, scan } from '../../../src/pii/haystack.js'
import { spansOf } from '../support.js'
import { firmSources, numbersFrom, validNumbers, written } from './id-numbers.js'

const detector = taxId()
const values = (text: string, hint = ''): string[] => [
  ...new Set(spansOf(detector, text, hint).map(({ value }) => value)),
]

const scoreBy = (scheme: string, text: string): number => {
  let best = 0
  detector.find(scan(text, '', createBudget(600_000)), (_start, _end, _type, score, reason) => {
    if (reason.replace('; context', '').endsWith(`, ${scheme}`)) best = Math.max(best, score)
  })
  return best
}

const schemeOf = (name: string): Scheme => {
  const scheme = taxpayers.find((each) => each.name === name)
  if (!scheme) throw new Error(`no scheme ${name}`)
  return scheme
}

describe.each(firmSources)('$scheme', (source) => {
  const scheme = schemeOf(source.scheme)
  const label = (scheme.words[0] as string).replace('*', '')
  const numbers = validNumbers(source, 6)

  it('finds published numbers and such as a second way has accepted, in every form, beside its word', () => {
    for (const id of numbers) {
      const forms = Object.keys(scheme.forms)
        .map((form) => written(id, form))
        .filter((form) => form !== undefined)
      expect(forms.length, id).toBeGreaterThan(0)
      for (const form of forms) expect(values(`${label}: ${form}.`), form).toContain(form)
    }
  })
})

describe.each(firmSources.filter(({ scheme }) => schemeOf(scheme).checked))('$scheme', (source) => {
  const scheme = schemeOf(source.scheme)
  const label = (scheme.words[0] as string).replace('*', '')
  const numbers = validNumbers(source, 6)

  it('takes no number with one digit changed, unless a second way takes it too', () => {
    for (const id of numbers.slice(0, 3)) {
      for (let place = 0; place < id.length; place += 1) {
        if (!/\d/.test(id[place] as string)) continue
        const other = `${id.slice(0, place)}${(Number(id[place]) + 1) % 10}${id.slice(place + 1)}`
        if (source.valid(other)) continue
        for (const form of Object.keys(scheme.forms)) {
          const text = written(other, form)
          if (text !== undefined) expect(scoreBy(source.scheme, `${label}: ${text}`), text).toBeLessThan(0.5)
        }
      }
    }
  })
})

describe('finds', () => {
  it.each([
    ['Steuernummer 93/815/08152', '93/815/08152'],
    ['St.-Nr. 181/815/08155', '181/815/08155'],
    ['Steuernummer: 133/8150/8159', '133/8150/8159'],
    ['Steuernummer 2893081508152', '2893081508152'],
    ['EIN 91-1144442', '91-1144442'],
    ['P.IVA 00743110157', '00743110157'],
    ['Partita IVA: 00743110157', '00743110157'],
    ['CNPJ 16.727.230/0001-97', '16.727.230/0001-97'],
    ['16.727.230/0001-97', '16.727.230/0001-97'],
    ['CNPJ 12.ABC.345/01DE-35', '12.ABC.345/01DE-35'],
    ['NIP: 856-734-62-15', '856-734-62-15'],
    ['RCS Paris 732 829 320', '732 829 320'],
    ['SIRET : 732 829 320 00074', '732 829 320 00074'],
    ['CIF: A-13585625', 'A-13585625'],
    ['GSTIN 27AAPFU0939F1ZV', '27AAPFU0939F1ZV'],
    ['PAN AAACT2727Q', 'AAACT2727Q'],
    ['ABN 51 824 753 556', '51 824 753 556'],
    ['CVR-nr. 13585628', '13585628'],
    ['KVK-nummer 12345678', '12345678'],
    ['RSIN 123456782', '123456782'],
    ['CHE-100.155.212 MWST', 'CHE-100.155.212'],
    ['UTR: 19558 39661', '19558 39661'],
    ['Ondernemingsnummer 0403.019.261', '0403.019.261'],
    ['{"siren":"732829320"}', '732829320'],
  ])('%s', (text, value) => {
    expect(values(text)).toEqual([value])
  })
})

describe('never found', () => {
  it.each([
    '2026-01-15',
    '12/05/2026',
    '1712345678901',
    'DE89 3704 0044 0532 0130 00',
    '4111 1111 1111 1111',
    '+49 151 23456789',
    '978-0-306-40615-7',
    'v1.22.333',
    '192.168.100.200',
    '550e8400-e29b-41d4-a716-446655440000',
    '123-45-6789',
    '732829320',
    '00743110157',
    '8567346215',
    'order 91-1144442',
    'A4111111111111111B',
    '1.234.567,89',
    '[TAX_ID] 732829320',
  ])('%s', (text) => {
    expect(values(`We saw ${text} there`)).toEqual([])
  })

  it('a thousand random numbers of each length in plain prose', () => {
    const random = numbersFrom(7)
    for (let length = 6; length <= 15; length += 1) {
      for (let count = 0; count < 1000; count += 1) {
        const id = `${1 + random(9)}${Array.from({ length: length - 1 }, () => random(10)).join('')}`
        expect(values(`The value ${id} was read`), id).toEqual([])
      }
    }
  })
})
