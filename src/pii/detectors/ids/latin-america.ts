/** Brazil, Argentina, Chile and others. */
import { digit, luhn, number, same, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

const from11 = (sum: number): number => {
  const rest = sum % 11
  return rest < 2 ? 0 : 11 - rest
}

function cpf(id: string): boolean {
  if (same(id)) return false
  if (from11(weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2])) !== digit(id, 9)) return false
  return from11(weighted(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === digit(id, 10)
}

function cuil(id: string): boolean {
  if (!/^2[034567]/.test(id)) return false
  const rest = 11 - (weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return (rest === 11 ? 0 : rest === 10 ? 9 : rest) === digit(id, 10)
}

function rut(id: string): boolean {
  const last = id.length - 1
  let sum = 0
  for (let index = last - 1, weight = 2; index >= 0; index -= 1, weight = weight === 7 ? 2 : weight + 1) {
    const value = digit(id, index)
    if (value > 9) return false
    sum += value * weight
  }
  const rest = 11 - (sum % 11)
  return (
    id[last] === (rest === 11 ? '0' : rest === 10 ? 'K' : String(rest)) && !same(id) && number(id, 0, last) < 50_000_000
  )
}

/** Numbers of persons in Latin America. */
export const latinAmerica: readonly Scheme[] = [
  {
    name: 'BR CPF',
    forms: {
      '999.999.999-99': 0.95,
      '999999999-99': 0.65,
      '999 999 999-99': 0.7,
      '999.999.999.99': 0.6,
      '999.999.999/99': 0.6,
      '999-999-999-99': 0.5,
      '999 999 999 99': 0.4,
      '99999999999': 0.4,
    },
    checked: true,
    check: cpf,
    words: ['cpf', 'c p f', 'cadastro de pessoas físicas', 'cadastro de pessoa física', 'cadastro pessoa física'],
    kinds: ['identity', 'tax'],
  },
  {
    name: 'AR CUIL',
    forms: {
      '99-99999999-9': 0.75,
      '99 99999999 9': 0.4,
      '99.99999999.9': 0.5,
      '99-99.999.999-9': 0.8,
      '99999999999': 0.2,
    },
    checked: true,
    check: cuil,
    words: ['cuil', 'cuit', 'cdi'],
    kinds: ['tax', 'identity'],
  },
  {
    name: 'DNI',
    forms: alike(0.1, '99.999.999', '9.999.999', '99999999', '99 999 999'),
    checked: false,
    check: (id) => digit(id, 0) > 0,
    words: ['dni', 'd n i', 'documento nacional de identidad', 'documento nacional'],
    kinds: [],
  },
  {
    name: 'Cédula',
    forms: alike(0.1, '9.999.999.999', '99.999.999', '9999999999', '99999999', '999999999'),
    checked: false,
    check: (id) => digit(id, 0) > 0,
    words: ['cédula', 'cédula de ciudadanía', 'cédula de identidad', 'cedula no', 'cédula número'],
    kinds: [],
  },
  {
    name: 'CL RUT',
    forms: { '99.999.999-*': 0.85, '9.999.999-*': 0.8, '99999999-*': 0.4, '9999999-*': 0.3 },
    checked: true,
    check: rut,
    words: ['rut', 'run', 'rol único tributario', 'rol único nacional', 'r u t'],
    kinds: ['identity', 'tax'],
  },
  {
    name: 'UY CI',
    forms: { '9.999.999-9': 0.6, '9999999-9': 0.3, '99999999': 0.1 },
    checked: true,
    check: (id) => (10 - (weighted(id, [2, 9, 8, 7, 6, 3, 4]) % 10)) % 10 === digit(id, 7),
    words: ['cédula', 'cédula de identidad'],
    kinds: ['identity'],
  },
  {
    name: 'EC CI',
    forms: { '9999999999': 0.2, '999999999-9': 0.4 },
    checked: true,
    check(id) {
      const province = number(id, 0, 2)
      return ((province >= 1 && province <= 24) || province === 30) && digit(id, 2) < 6 && luhn(id)
    },
    words: ['cédula', 'cédula de identidad', 'cédula de ciudadanía'],
    kinds: ['identity'],
  },
  {
    name: 'DO cédula',
    forms: { '999-9999999-9': 0.75, '99999999999': 0.2 },
    checked: true,
    check: (id) => luhn(id) && !same(id),
    words: ['cédula', 'cédula de identidad'],
    kinds: ['identity'],
  },
  {
    name: 'VE cédula',
    forms: { 'A-99999999': 0.2, 'A-99.999.999': 0.45, 'A-9.999.999': 0.4, A99999999: 0.1 },
    checked: false,
    check: (id) => /^[VE]/.test(id),
    words: ['cédula', 'cédula de identidad', 'C.I.'],
    kinds: ['identity'],
  },
]
