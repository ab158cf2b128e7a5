/** Russia, Ukraine, Turkey, Israel. */
import { digit, luhn, number, same, weighted } from './arithmetic.js'
import type { Scheme } from './scheme.js'

function inn(id: string): boolean {
  if (same(id)) return false
  if ((weighted(id, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 !== digit(id, 10)) return false
  return (weighted(id, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digit(id, 11)
}

function snils(id: string): boolean {
  const rest = weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101
  return rest % 100 === number(id, 9, 11) && number(id, 0, 9) > 1_001_998
}

function turkish(id: string): boolean {
  if (id[0] === '0') return false
  const odd = weighted(id, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weighted(id, [0, 1, 0, 1, 0, 1, 0, 1])
  if ((((odd * 7 - even) % 10) + 10) % 10 !== digit(id, 9)) return false
  return (odd + even + digit(id, 9)) % 10 === digit(id, 10)
}

/** Numbers of persons in Russia, Ukraine, Turkey and Israel. */
export const east: readonly Scheme[] = [
  {
    name: 'RU INN',
    forms: { '999999999999': 0.4 },
    checked: true,
    check: inn,
    words: ['инн', 'inn', 'идентификационный номер налогоплательщика'],
    kinds: ['tax'],
  },
  {
    name: 'RU SNILS',
    forms: { '999-999-999 99': 0.9, '999-999-999-99': 0.75, '999 999 999 99': 0.4, '99999999999': 0.3 },
    checked: true,
    check: snils,
    words: ['снилс', 'snils', 'страховой номер'],
    kinds: ['social'],
  },
  {
    name: 'UA RNTRC',
    forms: { '9999999999': 0.3 },
    checked: true,
    check: (id) => (((weighted(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === digit(id, 9) && !same(id),
    words: [
      'рнокпп',
      'іпн',
      'ипн',
      'rnokpp',
      'rntrc',
      'ідентифікаційний код',
      'податковий номер',
      'облікової картки',
      'ідентифікаційний номер',
    ],
    kinds: ['tax'],
  },
  {
    name: 'TR T.C. Kimlik',
    forms: { '99999999999': 0.45, '999 999 999 99': 0.5 },
    checked: true,
    check: turkish,
    words: [
      'kimlik',
      'tc kimlik',
      't c kimlik',
      'kimlik no',
      'kimlik numarası',
      'tckn',
      'tc no',
      't c no',
      'tc',
      't c',
    ],
    kinds: ['identity', 'social'],
  },
  {
    name: 'IL identity number',
    forms: { '999999999': 0.3, '99999999-9': 0.35, '9-9999999-9': 0.45 },
    checked: true,
    check: (id) => luhn(id) && number(id, 0, 9) > 9 && !same(id),
    words: [
      'teudat zehut',
      'teudat',
      'mispar zehut',
      'ת ז',
      'תז',
      'תעודת זהות',
      'מספר זהות',
      'israeli id',
      'israel id',
      'israeli',
    ],
    kinds: ['identity'],
  },
]
