/** Italy, Malta, Greece, Cyprus. */
import { digit, hasDay, luhn, same, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

const months = 'ABCDEHLMPRST'
/** Letters that stand for digits where two persons would have the same code. */
const substitutes = 'LMNPQRSTUV'

const oddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
] as const

const numericPlaces = [6, 7, 9, 10, 12, 13, 14] as const

function codiceFiscale(id: string): boolean {
  const month = months.indexOf(id[8] as string)
  if (month < 0) return false
  let sum = 0
  for (let index = 0; index < 15; index += 1) {
    const code = id.charCodeAt(index)
    const value = code > 64 ? code - 65 : code - 48
    sum += index % 2 === 0 ? (oddValues[value] as number) : value
  }
  if (id.charCodeAt(15) - 65 !== sum % 26) return false
  for (const place of numericPlaces) {
    if (digit(id, place) > 9 && !substitutes.includes(id[place] as string)) return false
  }
  const plain = (index: number): number => {
    const value = digit(id, index)
    return value > 9 ? substitutes.indexOf(id[index] as string) : value
  }
  const day = plain(9) * 10 + plain(10)
  return (day >= 1 && day <= 31) || (day >= 41 && day <= 71)
}

const cyprusOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] as const

function cyprus(id: string): boolean {
  let sum = 0
  for (let index = 0; index < 8; index += 1) {
    const value = digit(id, index)
    sum += index % 2 === 0 ? (cyprusOdd[value] as number) : value
  }
  return id.charCodeAt(8) - 65 === sum % 26
}

/** Numbers of persons in Italy, Malta, Greece and Cyprus. */
export const italyMaltaGreeceCyprus: readonly Scheme[] = [
  {
    name: 'IT codice fiscale',
    forms: alike(
      0.95,
      'AAAAAA**A**A***A',
      'AAA AAA **A** A***A',
      'AAA AAA **A**A***A',
      'AAAAAA **A** A***A',
      'AAA-AAA-**A**-A***A',
      'AAA AAA ** A ** A*** A',
    ),
    checked: true,
    check: codiceFiscale,
    words: ['codice fiscale', 'cod fisc', 'cod fiscale', 'c f', 'cf'],
    kinds: ['identity', 'tax', 'health'],
  },
  {
    name: 'IT identity card',
    forms: alike(0.2, 'AA99999AA', 'AA9999999', 'AA 9999999'),
    checked: false,
    check: (id) => /^(?:C[A-Z]\d{5}[A-Z]{2}|A[A-Z]\d{7})$/.test(id),
    words: ["carta d'identità", 'carta di identità', 'cie', "documento d'identità", "carta d'identita elettronica"],
    kinds: [],
  },
  {
    name: 'MT identity card',
    forms: alike(0.15, '9999999A', '999999A', '99999A'),
    checked: false,
    check: (id) => /[MGAPLHBZ]$/.test(id),
    words: ['malta', 'maltese', 'karta tal identità', 'numru tal karta', 'karta tal-identità'],
    kinds: [],
  },
  {
    name: 'GR AMKA',
    forms: { '99999999999': 0.4, '999999 99999': 0.45, '999999-99999': 0.45 },
    checked: true,
    check: (id) => hasDay(id, 4, 2, 0) && luhn(id),
    words: ['amka', 'αμκα', 'α μ κ α', 'a m k a', 'αριθμός μητρώου κοινωνικής ασφάλισης', 'κοινωνικής ασφάλισης'],
    kinds: ['social', 'health'],
  },
  {
    name: 'GR AFM',
    forms: { '999999999': 0.3 },
    checked: true,
    check: (id) => (weighted(id, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === digit(id, 8) && !same(id),
    words: ['afm', 'αφμ', 'α φ μ', 'αριθμός φορολογικού μητρώου', 'φορολογικού μητρώου', 'tin'],
    kinds: ['tax'],
  },
  {
    name: 'CY tax number',
    forms: { '99999999A': 0.2 },
    checked: true,
    check: cyprus,
    words: ['cyprus', 'cypriot', 'tic', 'αφτ', 'α φ τ', 'κυπρος'],
    kinds: ['tax'],
  },
]
