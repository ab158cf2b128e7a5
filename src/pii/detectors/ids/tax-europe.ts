/** Tax and register numbers of firms, or of either, in Europe. */
import { digit, luhn, mod1110, number, remainder, same, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

/** Tax offices' numbers don't begin with these digits. */
const noTaxOffice = /^[678]/

/** The digits that begin the numbers of a federal state in the thirteen-digit form. */
const landStart = /^(?:11|21|22|23|24|26|27|28|3[0-2]|40|41|5|9)\d+$/

function cif(id: string): boolean {
  let sum = 0
  for (let index = 1; index < 8; index += 1) {
    const value = digit(id, index) * (index % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  const check = (10 - (sum % 10)) % 10
  const last = id[8] as string
  const letter = 'JABCDEFGHI'[check]
  if (/^[NPQRSW]/.test(id)) return last === letter
  if (/^[ABEH]/.test(id)) return last === String(check)
  return /^[CDFGJUV]/.test(id) && (last === letter || last === String(check))
}

function uniqueTaxpayerReference(id: string): boolean {
  return '21987654321'[weighted(id, [6, 7, 8, 9, 10, 5, 4, 3, 2], 1) % 11] === id[0]
}

function regon(id: string): boolean {
  return (weighted(id, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === digit(id, 8)
}

const firm =
  (weights: readonly number[], at: number) =>
  (id: string): boolean => {
    const rest = (11 - (weighted(id, weights) % 11)) % 11
    return rest < 10 && rest === digit(id, at) && !same(id)
  }

/** Tax numbers in Europe. */
export const taxEurope: readonly Scheme[] = [
  {
    name: 'DE Steuernummer',
    forms: {
      '99/999/99999': 0.7,
      '999/999/99999': 0.75,
      '999/9999/9999': 0.75,
      '999 999 99999': 0.3,
      '99 999 99999': 0.3,
      '999 9999 9999': 0.2,
      '99999/99999': 0.4,
      '9999 999 99999': 0.2,
      '99-999-99999': 0.3,
      '9999999999': 0.2,
      '99999999999': 0.2,
    },
    checked: false,
    check: (id) => !noTaxOffice.test(id) && number(id, id.length - 5, id.length) > 0,
    words: ['steuernummer', 'steuernr', 'steuer nr', 'st nr', 'stnr', 'steuer nummer', 'finanzamt', 'wirtschafts id*'],
    kinds: [],
  },
  {
    name: 'DE Steuernummer of thirteen digits',
    forms: { '9999999999999': 0.2 },
    checked: false,
    check: (id) => landStart.test(id) && id[4] === '0',
    words: ['steuernummer', 'steuernr', 'steuer nr', 'st nr', 'stnr', 'elster', 'finanzamt'],
    kinds: [],
  },
  {
    name: 'AT Abgabenkontonummer',
    forms: { '99-999/9999': 0.8, '99 999/9999': 0.75, '999999999': 0.2 },
    checked: true,
    check: (id) => luhn(id) && !same(id),
    words: ['abgabenkontonummer', 'steuernummer', 'steuernr', 'steuer nr', 'finanzamt', 'stnr', 'st nr'],
    kinds: ['tax'],
  },
  {
    name: 'CH UID',
    forms: alike(0.9, 'AAA-999.999.999', 'AAA 999.999.999', 'AAA-999-999-999', 'AAA999999999', 'AAA 999 999 999'),
    checked: true,
    check: (id) => id.startsWith('CHE') && firm([5, 4, 3, 2, 7, 6, 5, 4], 8)(id.slice(3)),
    words: ['uid', 'ide', 'idi', 'mwst', 'tva', 'iva', 'unternehmens identifikationsnummer'],
    kinds: ['tax'],
  },
  {
    name: 'UK UTR',
    forms: { '9999999999': 0.3, '99999 99999': 0.35 },
    checked: true,
    check: (id) => uniqueTaxpayerReference(id) && !same(id),
    words: [
      'utr',
      'unique taxpayer reference',
      'self assessment',
      'unique taxpayer',
      'taxpayer reference',
      'tax reference',
      'hmrc',
    ],
    kinds: ['tax'],
  },
  {
    name: 'IT partita IVA',
    forms: { '99999999999': 0.35 },
    checked: true,
    check(id) {
      const office = number(id, 7, 10)
      return luhn(id) && number(id, 0, 7) > 0 && ((office > 0 && office < 101) || [120, 121, 888, 999].includes(office))
    },
    words: ['partita iva', 'p iva', 'piva', 'p i', 'part iva', 'codice fiscale', 'vat', 'vat number', 'vat no'],
    kinds: ['tax'],
  },
  {
    name: 'FR SIREN',
    forms: { '999 999 999': 0.35, '999999999': 0.3, '999.999.999': 0.3 },
    checked: true,
    check: (id) => luhn(id) && number(id, 0, 9) > 0,
    words: ['siren', 'rcs', 'r c s', 'n siren', 'numéro siren', 'immatriculée'],
    kinds: [],
  },
  {
    name: 'FR SIRET',
    forms: {
      '999 999 999 99999': 0.75,
      '99999999999999': 0.4,
      '999 999 999 999 99': 0.5,
      '999.999.999.99999': 0.7,
      '999999999 99999': 0.6,
    },
    checked: true,
    check: (id) => luhn(id, 0, 9) && (luhn(id) || id.startsWith('356000000')) && number(id, 0, 9) > 0,
    words: ['siret', 'n siret', 'numéro siret', 'établissement'],
    kinds: ['tax'],
  },
  {
    name: 'ES CIF',
    forms: {
      A99999999: 0.5,
      'A-99999999': 0.75,
      'A-9999999-A': 0.75,
      A9999999A: 0.55,
      'A-9999999-9': 0.7,
      'A9999999-A': 0.6,
      'A-99.999.999': 0.75,
      'A 99999999': 0.35,
    },
    checked: true,
    check: cif,
    words: ['cif', 'nif', 'c i f', 'n i f', 'identificación fiscal', 'sociedad'],
    kinds: ['tax'],
  },
  {
    name: 'PT NIPC',
    forms: { '999999999': 0.3, '999 999 999': 0.35, '999-999-999': 0.25 },
    checked: true,
    check: (id) =>
      /^[5-9]/.test(id) &&
      ((11 - (weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === digit(id, 8) &&
      !same(id),
    words: ['nipc', 'nif', 'contribuinte', 'pessoa coletiva', 'identificação fiscal'],
    kinds: ['tax'],
  },
  {
    name: 'NL RSIN',
    forms: { '999999999': 0.3, '9999.99.999': 0.45 },
    checked: true,
    check: (id) => weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && !same(id),
    words: ['rsin', 'fiscaal nummer', 'fiscaalnummer', 'btw'],
    kinds: ['tax'],
  },
  {
    name: 'NL KVK',
    forms: alike(0.15, '99999999', '99 99 99 99'),
    checked: false,
    check: (id) => number(id, 0, 8) > 0,
    words: [
      'kvk',
      'kvk nummer',
      'kvk nr',
      'kamer van koophandel',
      'handelsregister',
      'handelsregisternummer',
      'k v k',
      'chamber of commerce',
    ],
    kinds: [],
  },
  {
    name: 'BE ondernemingsnummer',
    forms: { '9999.999.999': 0.75, '9999 999 999': 0.4, '9999999999': 0.35, '999.999.999': 0.3 },
    checked: true,
    check(id) {
      const full = id.length === 9 ? `0${id}` : id
      return /^[01]/.test(full) && 97 - remainder(full, 0, 8, 97) === number(full, 8, 10)
    },
    words: [
      'ondernemingsnummer',
      "numéro d'entreprise",
      'kbo',
      'bce',
      'unternehmensnummer',
      'btw',
      'tva',
      'rpr',
      'rpm',
      'bedrijfsnummer',
    ],
    kinds: ['tax'],
  },
  {
    name: 'DK CVR',
    forms: { '99999999': 0.3, '99 99 99 99': 0.35 },
    checked: true,
    check: (id) => id[0] !== '0' && weighted(id, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && !same(id),
    words: ['cvr', 'cvr nr', 'cvr nummer', 'se nr'],
    kinds: ['tax'],
  },
  {
    name: 'SE organisationsnummer',
    forms: { '999999-9999': 0.55, '9999999999': 0.3 },
    checked: true,
    check: (id) => number(id, 2, 4) > 19 && luhn(id) && /^[1-35-9]/.test(id),
    words: ['organisationsnummer', 'orgnr', 'org nr', 'org nummer', 'orgnummer'],
    kinds: ['tax'],
  },
  {
    name: 'NO organisasjonsnummer',
    forms: { '999999999': 0.3, '999 999 999': 0.35 },
    checked: true,
    check: (id) => /^[89]/.test(id) && firm([3, 2, 7, 6, 5, 4, 3, 2], 8)(id),
    words: ['organisasjonsnummer', 'orgnr', 'org nr', 'org nummer', 'foretaksregisteret'],
    kinds: ['tax'],
  },
  {
    name: 'FI Y-tunnus',
    forms: { '9999999-9': 0.55 },
    checked: true,
    check: firm([7, 9, 10, 5, 8, 4, 2], 7),
    words: ['y tunnus', 'fo nummer', 'business id', 'ytunnus', 'y tunnuksen'],
    kinds: ['tax'],
  },
  {
    name: 'PL NIP',
    forms: { '999-999-99-99': 0.65, '999-99-99-999': 0.65, '9999999999': 0.35, '999 999 99 99': 0.45 },
    checked: true,
    check: (id) => id[0] !== '0' && weighted(id, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === digit(id, 9) && !same(id),
    words: ['nip', 'n i p', 'numer identyfikacji podatkowej'],
    kinds: ['tax'],
  },
  {
    name: 'PL REGON',
    forms: { '999999999': 0.3, '99999999999999': 0.2 },
    checked: true,
    check: (id) =>
      regon(id) &&
      !same(id) &&
      (id.length === 9 || (weighted(id, [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11) % 10 === digit(id, 13)),
    words: ['regon'],
    kinds: [],
  },
  {
    name: 'CZ, SK IČO',
    forms: { '99999999': 0.3, '999 99 999': 0.35, '99 999 999': 0.3 },
    checked: true,
    check: (id) => (11 - (weighted(id, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digit(id, 7) && number(id, 0, 8) > 0,
    words: ['ičo', 'ič', 'ico'],
    kinds: [],
  },
  {
    name: 'SK DIČ',
    forms: { '9999999999': 0.3 },
    checked: true,
    check: (id) => remainder(id, 0, 10, 11) === 0 && id[0] !== '0',
    words: ['dič', 'dic', 'ič dph'],
    kinds: ['tax'],
  },
  {
    name: 'HU adószám',
    forms: { '99999999-9-99': 0.85, '99999999': 0.2 },
    checked: true,
    check(id) {
      if ((10 - (weighted(id, [9, 7, 3, 1, 9, 7, 3]) % 10)) % 10 !== digit(id, 7)) return false
      return id.length === 8 || (/^.{8}[1-5]/.test(id) && number(id, 9, 11) > 1 && number(id, 9, 11) < 52)
    },
    words: ['adószám*', 'adoszam'],
    kinds: ['tax'],
  },
  {
    name: 'RO CUI',
    forms: alike(0.2, '99999999', '9999999', '999999999', '9999999999', '999999'),
    checked: true,
    check(id) {
      const full = id.padStart(10, '0')
      return ((10 * weighted(full, [7, 5, 3, 2, 1, 7, 5, 3, 2])) % 11) % 10 === digit(full, 9) && id[0] !== '0'
    },
    words: ['cui', 'cif', 'c u i', 'cod fiscal', 'cod unic de înregistrare'],
    kinds: [],
  },
  {
    name: 'BG EIK',
    forms: { '999999999': 0.25 },
    checked: true,
    check(id) {
      let rest = weighted(id, [1, 2, 3, 4, 5, 6, 7, 8]) % 11
      if (rest === 10) rest = (weighted(id, [3, 4, 5, 6, 7, 8, 9, 10]) % 11) % 10
      return rest === digit(id, 8) && !same(id)
    },
    words: ['еик', 'eik', 'булстат', 'bulstat'],
    kinds: [],
  },
  {
    name: 'HR OIB',
    forms: { '99999999999': 0.3 },
    checked: true,
    check: (id) => mod1110(id) && !same(id),
    words: ['oib', 'osobni identifikacijski broj'],
    kinds: ['tax'],
  },
  {
    name: 'GR AFM',
    forms: { '999999999': 0.3 },
    checked: true,
    check: (id) => (weighted(id, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === digit(id, 8) && !same(id),
    words: ['afm', 'αφμ', 'α φ μ'],
    kinds: ['tax'],
  },
  {
    name: 'RU INN of a firm',
    forms: { '9999999999': 0.3 },
    checked: true,
    check: (id) => (weighted(id, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digit(id, 9) && !same(id),
    words: ['инн', 'inn'],
    kinds: ['tax'],
  },
  {
    name: 'TR VKN',
    forms: { '9999999999': 0.3 },
    checked: true,
    check(id) {
      let sum = 0
      for (let index = 0; index < 9; index += 1) {
        const moved = (digit(id, index) + 9 - index) % 10
        const power = (moved * 2 ** (9 - index)) % 9
        sum += moved !== 0 && power === 0 ? 9 : power
      }
      return (10 - (sum % 10)) % 10 === digit(id, 9) && !same(id)
    },
    words: ['vkn', 'vergi no', 'vergi numarası', 'vergi kimlik'],
    kinds: ['tax'],
  },
  {
    name: 'SI davčna številka',
    forms: { '99999999': 0.25 },
    checked: true,
    check(id) {
      const rest = 11 - (weighted(id, [8, 7, 6, 5, 4, 3, 2]) % 11)
      return id[0] !== '0' && rest < 11 && rest % 10 === digit(id, 7)
    },
    words: ['davčna številka', 'davčna'],
    kinds: [],
  },
]
