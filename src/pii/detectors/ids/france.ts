/** France. */
import { number, remainder } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

/** Corsica counts as 19 (2A) and 18 (2B). */
const numeric = (id: string): string =>
  id[6] === 'A' ? `${id.slice(0, 5)}19${id.slice(7)}` : id[6] === 'B' ? `${id.slice(0, 5)}18${id.slice(7)}` : id

function structure(id: string): boolean {
  if (!/^[123478]/.test(id)) return false
  const month = number(id, 3, 5)
  if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50)) return false
  if (/[A-Z]/.test(id) && !/^.{5}2[AB]\d+$/.test(id)) return false
  return !/^.{5}00/.test(id)
}

function nir(id: string): boolean {
  if (!structure(id)) return false
  const plain = numeric(id)
  return 97 - remainder(plain, 0, 13, 97) === number(plain, 13, 15)
}

const words = [
  'NIR',
  'nir',
  'sécurité sociale',
  'sécu',
  'n secu',
  'n ss',
  'num ss',
  'numéro ss',
  'insee',
  'assuré social',
  "numéro d'assuré",
  'immatriculation',
  'carte vitale',
  'vitale',
  'n sécurité sociale',
  'nss',
  'social security',
]

/** Numbers of persons in France. */
export const france: readonly Scheme[] = [
  {
    name: 'FR NIR',
    forms: {
      ...alike(
        0.9,
        '9 99 99 99 999 999 99',
        '9 99 99 9A 999 999 99',
        '9-99-99-99-999-999-99',
        '9.99.99.99.999.999.99',
        '9 99 99 99 999 999-99',
        '9 99 99 99 999 999/99',
        '9 99 99 9A 999 999-99',
        '9 99 99 9A 999 999/99',
        '9-99-99-9A-999-999-99',
        '9.99.99.9A.999.999.99',
        '999999A99999999',
        '999999A999999 99',
        '9 99 99 99 999999 99',
        '9 9999 99 999 999 99',
        '9 99 99 99999 999 99',
      ),
      '9999999999999 99': 0.6,
      '9999999999999-99': 0.6,
      '999999999999999': 0.5,
    },
    checked: true,
    check: (id) => nir(id) && (id.length === 15 && /^[12]/.test(id) && number(id, 3, 5) < 13 ? true : -0.2),
    words,
    kinds: ['social', 'health', 'identity'],
  },
  {
    name: 'FR NIR without key',
    forms: alike(0.2, '9 99 99 99 999 999', '9 99 99 9A 999 999', '9999999999999', '999999A999999'),
    checked: false,
    check: structure,
    words,
    kinds: [],
  },
  {
    name: 'FR numéro fiscal',
    forms: { '99 99 999 999 999': 0.6, '9999999999999': 0.3, '9 999 999 999 999': 0.45 },
    checked: true,
    check: (id) => /^[0-3]/.test(id) && remainder(id, 0, 10, 511) === number(id, 10, 13),
    words: [
      'numéro fiscal',
      'n fiscal',
      'spi',
      'identifiant fiscal',
      'référence fiscale',
      'numéro spi',
      'avis d’imposition',
      'tin',
    ],
    kinds: ['tax'],
  },
]
