/** United States, Canada, Mexico. */
import { digit, hasDay, luhn, number, same } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

const mbi =
  /^[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y]{2}[0-9]{2}$/

const curpAlphabet = '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ'

function curp(id: string): boolean {
  if (
    !hasDay(id, 4, 6, 8) ||
    !/^[HMX](?:AS|B[CS]|C[CHLMS]|D[FG]|G[RT]|HG|JC|M[CNS]|N[ELT]|OC|PL|Q[RT]|S[LPR]|T[CLS]|VZ|YN|ZS)/.test(id.slice(10))
  )
    return false
  let sum = 0
  for (let index = 0; index < 17; index += 1) sum += curpAlphabet.indexOf(id[index] as string) * (18 - index)
  return (10 - (sum % 10)) % 10 === digit(id, 17)
}

/** Numbers of persons in North America. */
export const northAmerica: readonly Scheme[] = [
  {
    name: 'US SSN',
    forms: { '999-99-9999': 0.8, '999 99 9999': 0.55, '999.99.9999': 0.45, '999999999': 0.2 },
    checked: false,
    check(id) {
      const area = number(id, 0, 3)
      if (area === 0 || area === 666 || area >= 900 || number(id, 3, 5) === 0 || number(id, 5, 9) === 0) return false
      return !same(id)
    },
    words: [
      'ssn',
      'ssns',
      'social security',
      'social security number',
      'social security no',
      'social sec',
      'soc sec',
      'ss number',
      'SS',
      'social',
      'seguro social',
      'sozialversicherungsnummer',
      's s n',
    ],
    kinds: ['tax'],
  },
  {
    name: 'US ITIN',
    forms: { '999-99-9999': 0.75, '999 99 9999': 0.5, '999.99.9999': 0.3, '999999999': 0.2 },
    checked: false,
    check(id) {
      const group = number(id, 3, 5)
      if (id[0] !== '9') return false
      return (
        (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 99 && group !== 93)
      )
    },
    words: ['itin', 'itins', 'atin', 'taxpayer', 'individual taxpayer', 'i t i n', 'ssn', 'social security'],
    kinds: ['tax'],
  },
  {
    name: 'US Medicare',
    forms: { '9A*9-A*9-AA99': 0.85, '9A*9A*9AA99': 0.55, '9A*9 A*9 AA99': 0.7 },
    checked: false,
    check: (id) => mbi.test(id),
    words: ['mbi', 'medicare', 'medicare beneficiary', 'beneficiary identifier', 'medicare id', 'medicare number'],
    kinds: ['health'],
  },
  {
    name: 'CA SIN',
    forms: { '999-999-999': 0.4, '999 999 999': 0.4, '999999999': 0.3, '999.999.999': 0.2 },
    checked: true,
    check: (id) => id[0] !== '8' && luhn(id) && !same(id),
    words: [
      'SIN',
      'sins',
      'sin number',
      'sin no',
      'social insurance',
      'social insurance number',
      'NAS',
      "numéro d'assurance sociale",
      'assurance sociale',
      's i n',
      'canadian sin',
      'canada sin',
    ],
    kinds: ['tax'],
  },
  {
    name: 'CA Québec health',
    forms: { AAAA99999999: 0.35, 'AAAA 9999 9999': 0.6, 'AAAA-9999-9999': 0.6 },
    checked: false,
    check(id) {
      const month = number(id, 6, 8)
      const day = number(id, 8, 10)
      return ((month >= 1 && month <= 12) || (month >= 51 && month <= 62)) && day >= 1 && day <= 31
    },
    words: [
      'ramq',
      "numéro d'assurance maladie",
      'assurance maladie',
      'nam',
      'carte soleil',
      "carte d'assurance maladie",
    ],
    kinds: ['health'],
  },
  {
    name: 'CA Ontario health',
    forms: {
      '9999-999-999': 0.35,
      '9999 999 999': 0.35,
      '9999999999': 0.2,
      '9999-999-999-AA': 0.7,
      '9999 999 999 AA': 0.6,
      '9999999999AA': 0.45,
    },
    checked: true,
    check: (id) => digit(id, 0) > 0 && luhn(id, 0, 10),
    words: ['ohip', 'ontario health', 'health card number', 'health card'],
    kinds: ['health'],
  },
  {
    name: 'MX CURP',
    forms: { 'AAAA999999AAAAAA*9': 0.95 },
    checked: true,
    check: curp,
    words: ['curp', 'clave única'],
    kinds: ['identity'],
  },
  {
    name: 'MX RFC',
    forms: alike(0.5, 'AAAA999999***', 'AAAA-999999-***', 'AAAA 999999 ***'),
    checked: true,
    check(id) {
      if (!hasDay(id, 4, 6, 8)) return false
      let sum = 0
      for (let index = 0; index < 12; index += 1)
        sum += '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ'.indexOf(id[index] as string) * (13 - index)
      const rest = 11 - (sum % 11)
      return id[12] === (rest === 11 ? '0' : rest === 10 ? 'A' : String(rest))
    },
    words: ['rfc', 'registro federal de contribuyentes', 'r f c'],
    kinds: ['tax'],
  },
]
