/** Spain and Portugal. */
import { digit, number, ordinal, same, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

const letters = 'TRWAGMYFPDXBNJZSQVHLCKE'

const digits = (id: string): string => id.slice(0, -1)

function dni(id: string): boolean {
  const value = digits(id)
  return letters[Number(value) % 23] === id.at(-1) && Number(value) > 0
}

function nie(id: string): boolean {
  const first = 'XYZ'.indexOf(id[0] as string)
  if (first >= 0) return letters[Number(`${first}${id.slice(1, -1)}`) % 23] === id.at(-1)
  return /^[KLM]/.test(id) && letters[Number(id.slice(1, -1)) % 23] === id.at(-1)
}

function nss(id: string): boolean {
  const province = number(id, 0, 2)
  if (province < 1 || (province > 53 && province !== 66)) return false
  const own = id.slice(2, -2)
  const value = Number(own) < 10_000_000 ? province * 10_000_000 + Number(own) : Number(id.slice(0, -2))
  return value % 97 === number(id, id.length - 2, id.length)
}

function citizenCard(id: string): boolean {
  let sum = 0
  for (let index = 0; index < 12; index += 1) {
    let value = ordinal(id, index)
    if (index % 2 === 0) value = value * 2 > 9 ? value * 2 - 9 : value * 2
    sum += value
  }
  return sum % 10 === 0
}

/** Numbers of persons in Spain and Portugal. */
export const iberia: readonly Scheme[] = [
  {
    name: 'ES DNI',
    forms: {
      '99999999A': 0.65,
      '99999999-A': 0.8,
      '99999999 A': 0.5,
      '99.999.999-A': 0.95,
      '99.999.999A': 0.9,
      '99.999.999 A': 0.75,
      '99 999 999 A': 0.5,
      '99 999 999-A': 0.75,
      '9999999A': 0.1,
      '9999999-A': 0.15,
      '9.999.999-A': 0.6,
      '9.999.999A': 0.5,
      '99.999.999.A': 0.7,
      '99999999.A': 0.5,
    },
    checked: true,
    check: dni,
    words: [
      'dni',
      'd n i',
      'nif',
      'n i f',
      'documento nacional',
      'documento nacional de identidad',
      'cif nif',
      'dni nie',
      'documento',
      'identidad',
    ],
    kinds: ['identity', 'tax'],
  },
  {
    name: 'ES NIE',
    forms: {
      A9999999A: 0.8,
      'A-9999999-A': 0.95,
      'A9999999-A': 0.85,
      'A-9999999A': 0.85,
      'A 9999999 A': 0.75,
      'A-9.999.999-A': 0.95,
      'A.9999999.A': 0.85,
      'A 9999999-A': 0.85,
      'A9.999.999-A': 0.9,
      'A 9.999.999 A': 0.8,
      'A-9999999 A': 0.7,
    },
    checked: true,
    check: (id) => nie(id) && (/^[XYZ]/.test(id) || -0.4),
    words: [
      'nie',
      'n i e',
      'nif',
      'dni',
      'número de identidad de extranjero',
      'identidad de extranjero',
      'documento',
      'identidad',
      'tie',
    ],
    kinds: ['identity', 'tax'],
  },
  {
    name: 'ES NSS',
    forms: {
      '99/99999999/99': 0.75,
      '99-99999999-99': 0.7,
      '99 99999999 99': 0.65,
      '99/9999999/99': 0.6,
      '99 9999999 99': 0.4,
      '999999999999': 0.3,
      '99999999999': 0.2,
      '99/9999999999': 0.5,
      '99 9999999999': 0.4,
    },
    checked: true,
    check: nss,
    words: ['seguridad social', 'nss', 'n ss', 'naf', 'nuss', 'número de afiliación', 'afiliación'],
    kinds: ['social', 'health'],
  },
  {
    name: 'PT NIF',
    forms: { '999999999': 0.3, '999 999 999': 0.35, '999.999.999': 0.25, '999-999-999': 0.25 },
    checked: true,
    check: (id) =>
      /^(?:[1-3]|45)/.test(id) &&
      !same(id) &&
      ((11 - (weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digit(id, 8),
    words: [
      'nif',
      'n i f',
      'contribuinte',
      'número de contribuinte',
      'número fiscal',
      'número de identificação fiscal',
      'identificação fiscal',
    ],
    kinds: ['tax', 'identity'],
  },
  {
    name: 'PT CC',
    // without separators it is the end of a UUID as well
    forms: {
      ...alike(0.9, '99999999 9 **9', '99999999 9**9', '99999999-9-**9', '99999999-9 **9'),
      '999999999**9': 0.6,
    },
    checked: true,
    check: (id) => citizenCard(id) && (/[A-Z]/.test(id.slice(9, 11)) || -0.6),
    words: ['cartão de cidadão', 'cartão cidadão', 'CC', 'n cc', 'bilhete de identidade', 'documento de identificação'],
    kinds: ['identity'],
  },
  {
    name: 'PT NISS',
    forms: { '99999999999': 0.3, '999 999 999 99': 0.35 },
    checked: true,
    check: (id) => /^[12]/.test(id) && 9 - (weighted(id, [29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10) === digit(id, 10),
    words: ['niss', 'segurança social', 'número de segurança social', 'número de identificação de segurança social'],
    kinds: ['social'],
  },
  {
    name: 'PT utente',
    forms: alike(0.1, '999999999', '999 999 999'),
    checked: false,
    check: () => true,
    words: ['utente', 'número de utente', 'nº de utente', 'n utente', 'sns'],
    kinds: [],
  },
]
