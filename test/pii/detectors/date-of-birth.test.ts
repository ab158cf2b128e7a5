import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateOfBirth } from '../../../src/pii/detectors/date-of-birth.js'
import { createBudget, scan } from '../../../src/pii/haystack.js'
import { spansOf } from '../support.js'

const detector = dateOfBirth()
const values = (text: string, hint = ''): string[] => spansOf(detector, text, hint).map(({ value }) => value)
const marked = (text: string): [plain: string, expected: string[]] => [
  text.replace(/[«»]/g, ''),
  [...text.matchAll(/«([^»]*)»/g)].map(([, value]) => value as string),
]

describe('dateOfBirth finds', () => {
  it.each([
    'Born «12 March 1980» in Leeds',
    'was born on «March 12, 1980».',
    'She was born on the «12th of March, 1980»',
    'born in Paris on «12 March 1980»',
    'DOB: «1980-03-12»',
    'DOB «03/12/1980»',
    'D.O.B. «12/03/80»',
    'dob=«1980-03-12»&x=1',
    '"dateOfBirth":"«1980-03-12»"',
    '"dateOfBirth":"«1980-03-12»T00:00:00Z"',
    '"birth_date": "«1980/03/12»"',
    'date of birth (dd/mm/yyyy): «12/03/1980»',
    'Date of birth:\n«12 Mar 1980»',
    '| DOB | «12-Mar-1980» |',
    'DOB «19800312»',
    'DOB: «Mar. 12 1980»',
    'birthday: «12 March 1980»',
    '«12/03/1980» (DOB)',
    'patient, «12.03.1980» (geb.)',
    'geboren am «12.03.1980» in Köln',
    'geboren am «12. März 1980»',
    'Anna Meier, geb. «12.3.1980»',
    'geb. am «12.3.80»',
    'Geburtsdatum: «12.03.1980»',
    'Geb.-Datum: «12. 3. 1980»',
    'Geburtsdatum des Kindes: «1. Jänner 2015»',
    'Max Mustermann (* «12. März 1980» in Köln)',
    'Max *«12.3.1980»',
    'né le «12 mars 1980» à Lyon',
    'née le «1er janvier 1980»',
    'Date de naissance : «12/03/1980»',
    'date de naissance «12 août 1980»',
    'nacido el «12 de marzo de 1980» en Madrid',
    'Nacida en Madrid el «12/03/1980»',
    'Fecha de nacimiento: «12-03-1980»',
    'nato a Roma il «12 marzo 1980»',
    'nata il «12/03/1980»',
    'Data di nascita: «12.03.1980»',
    'geboren op «12 maart 1980»',
    'Geboortedatum: «12-03-1980»',
    'geboortedatum «12-3-80»',
    'born «29.02.1980»',
    '<td>DOB</td><td>«1980-03-12»</td>',
    '- **Date of birth:** «1980-03-12»',
    'Patient: A. B., DOB «12.03.1980», seen 4.5.2020',
    'Geb.: «12.03.1980», Aufnahme: 04.05.2020',
    'Born «12 March 1980», died 4 May 2005',
    'Name;Geburtsdatum\nAnna;«12.03.1980»',
  ])('%s', (text) => {
    const [plain, expected] = marked(text)
    expect(values(plain)).toEqual(expected)
  })

  it('takes the name of the place for context', () => {
    expect(values('1980-03-12', 'date of birth')).toEqual(['1980-03-12'])
    expect(values('12.03.1980', 'geburtsdatum')).toEqual(['12.03.1980'])
    expect(values('1980-03-12', 'created at')).toEqual([])
  })
})

describe('dateOfBirth does not find', () => {
  it.each([
    '12.03.1980',
    '1980-03-12',
    'on 12 March 1980 the bridge was opened',
    'Invoice date: 12.03.2020',
    'died on 12 March 1980',
    'He died on 12.03.1980 († 12.03.1980)',
    'gestorben am 12.03.1980',
    'born 31.02.1980',
    'born 30 February 1980',
    'born 29.02.1981',
    'born 13.13.1980',
    'Mme Dupont née Martin, le 12/03/2020 à 10h',
    'Anna Meier, geb. Schmidt, 12.03.2020',
    'DOB 00/00/1980',
    'born 12.03.1880',
    'born 12.03.2999',
    'due date 12.03.2999, born later',
    'born in 1980',
    'born in March 1980',
    'born, version 1.2.1980.4',
    'born 192.168.10.20',
    'He was born in Leeds. On 12 March 2001 the firm moved there.',
    'Born 12 March 1980, married 4 May 2005, hired 1.2.2006'.replace('Born 12 March 1980, ', ''),
    '* 12.03.2020 meeting\n* 13.03.2020 call',
    '*12.03.2020*',
    '**12.03.2020** call',
    '2*12.03.2020',
    'her birthday party will be held at the inn, 12.05.2020',
    '[DATE_OF_BIRTH] 12.03.1980',
    'nata il [DATE_OF_BIRTH] a Roma, 3/3/2019',
    "nata il [DATE_OF_BIRTH], carta d'identità rilasciata il 3/3/2019",
    '[DATE_OF_BIRTH], 12.03.1980',
    'geb. Schmidt, Termin 12.03.2020',
    'The child was born healthy. Discharged 12.03.2020.',
    'id born12.03.1980x',
    'airborne 12.03.1980',
    'Osborne, 12.03.1980',
    'birth rate 12,034 in 1980',
    'DOB 12345678',
    'DOB 123456789',
  ])('%s', (text) => {
    expect(values(text)).toEqual([])
  })
})

describe('dateOfBirth', () => {
  it('finds every day from 1900 to yesterday as ISO writes it, and no other day of a month', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1890, max: 2040 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const iso = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
          const date = new Date(`${iso}T00:00:00Z`)
          const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso)
          const expected = exists && year >= 1900 && date.getTime() <= Date.now()
          expect(values(`DOB: ${iso}`)).toEqual(expected ? [iso] : [])
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['dates', '12.03.1980 '.repeat(5_000)],
    ['born', 'born 12.03.1980 '.repeat(4_000)],
    ['dots', '1.'.repeat(25_000)],
    ['letters', `1 ${'a'.repeat(50_000)}`],
  ])('takes a bounded number of steps a character: %s', (_, text) => {
    let steps = 0
    const count = (): void => {
      steps += 1
    }
    const haystack = { ...scan(text, '', createBudget(600_000)), step: count }
    detector.find(haystack, () => {})
    expect(steps).toBeLessThan(text.length / 4)
  })
})
