/** Netherlands, Belgium, Luxembourg. */
import { isDay, luhn, number, remainder, same, verhoeff, weighted } from './arithmetic.js'
import type { Scheme } from './scheme.js'

function belgian(id: string): boolean {
  const month = number(id, 2, 4) % 20
  const day = number(id, 4, 6)
  if (number(id, 2, 4) > 52 || month > 12 || day > 31) return false
  const known = month > 0 && day > 0
  if (known && !isDay(number(id, 0, 2), month, day)) return false
  const check = number(id, 9, 11)
  if (check === 0) return false
  return 97 - remainder(id, 0, 9, 97) === check || 97 - remainder(id, 0, 9, 97, 2) === check
}

/** Numbers of persons in the Benelux states. */
export const benelux: readonly Scheme[] = [
  {
    name: 'NL BSN',
    forms: {
      '999999999': 0.35,
      '9999.99.999': 0.55,
      '999.999.999': 0.35,
      '999 999 999': 0.35,
      '9999 99 999': 0.45,
      '999-999-999': 0.3,
      '99999999': 0.1,
    },
    checked: true,
    check(id) {
      const full = id.length === 8 ? `0${id}` : id
      if (same(full)) return false
      const sum = weighted(full, [9, 8, 7, 6, 5, 4, 3, 2, -1])
      return sum % 11 === 0 && number(full, 0, 9) > 0 && !full.startsWith('00')
    },
    words: [
      'bsn',
      'finr',
      'fi nummer',
      'finummer',
      'b s n',
      'bsn nummer',
      'bsnnummer',
      'burgerservicenummer',
      'burgerservicenr',
      'burger service nummer',
      'sofinummer',
      'sofi nummer',
      'sofi',
      'citizen service number',
    ],
    kinds: ['identity', 'social'],
  },
  {
    name: 'BE national number',
    forms: {
      '99.99.99-999.99': 0.95,
      '99.99.99-999-99': 0.9,
      '99.99.99.999.99': 0.85,
      '99.99.99 999.99': 0.85,
      '99.99.99 999 99': 0.8,
      '99 99 99 999 99': 0.7,
      '999999-999-99': 0.75,
      '999999-99999': 0.45,
      '999999 999 99': 0.65,
      '999999-999.99': 0.8,
      '99-99-99-999-99': 0.8,
      '99/99/99-999.99': 0.85,
      '99/99/99 999 99': 0.8,
      '99999999999': 0.4,
    },
    checked: true,
    check: belgian,
    words: [
      'rijksregisternummer',
      'rijksregisternr',
      'rijksregister',
      'numéro national',
      'numéro de registre national',
      'registre national',
      'numéro du registre national',
      'nationaal nummer',
      'insz',
      'inss',
      'niss',
      'bis nummer',
      'numéro bis',
      'national register',
      'national number',
      'nationalregisternummer',
      'rrn',
      'nrn',
    ],
    kinds: ['identity', 'social'],
  },
  {
    name: 'LU matricule',
    forms: {
      '9999999999999': 0.85,
      '9999 99 99 99999': 0.9,
      '9999 99 99 999 99': 0.95,
      '99999999 99999': 0.85,
      '99999999-99999': 0.8,
      '9999-99-99-999-99': 0.9,
      '99999999 999 99': 0.85,
      '9999 9999 99999': 0.8,
    },
    checked: true,
    check(id) {
      const year = number(id, 0, 4)
      if (year < 1880 || year > 2060 || !isDay(year, number(id, 4, 6), number(id, 6, 8))) return false
      return luhn(id, 0, 12) && verhoeff(id.slice(0, 11) + id[12])
    },
    words: ['matricule', "numéro d'identification national", 'numéro matricule', 'sozialversicherungsnummer', 'cns'],
    kinds: ['identity', 'social'],
  },
]
