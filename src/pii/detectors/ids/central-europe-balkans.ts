/** Poland, Czechia, Slovakia, Hungary, Romania, Bulgaria, and the states that came from Yugoslavia. */
import { digit, hasDay, isDay, mod1110, number, ordinal, remainder, same, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

function pesel(id: string): boolean {
  const month = number(id, 2, 4)
  const century = ([1900, 2000, 0, 0, 1800] as const)[Math.floor(month / 20)] as number
  if (century === 0 || !isDay(century + number(id, 0, 2), month % 20, number(id, 4, 6))) return false
  return (10 - (weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digit(id, 10)
}

/** Months have 50 more for women, and 20 more where numbers ran out. */
function birthNumber(id: string): boolean | number {
  let month = number(id, 2, 4)
  const year = number(id, 0, 2)
  if (month > 50) month -= 50
  if (month > 20 && id.length === 10 && year > 3 && year < 54) month -= 20
  if (!isDay(year, month, number(id, 4, 6))) return false
  if (id.length === 9) return number(id, 6, 9) > 0 && (year < 54 ? -0.2 : year > 79 && -0.5)
  const rest = remainder(id, 0, 9, 11)
  return rest % 10 === digit(id, 9)
}

function taj(id: string): boolean {
  return weighted(id, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digit(id, 8) && !same(id)
}

function hungarianTax(id: string): boolean {
  return id[0] === '8' && weighted(id, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === digit(id, 9)
}

/** For those born until 1996 weights ascend, then they descend. */
function hungarianPersonal(id: string): boolean {
  if (!/^[1-8]/.test(id) || !hasDay(id, 1, 3, 5)) return false
  const late = /^[34]/.test(id) || number(id, 1, 3) > 96
  const weights = late ? [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  return weighted(id, weights) % 11 === digit(id, 10)
}

function cnp(id: string): boolean {
  const county = number(id, 7, 9)
  if (id[0] === '0' || !hasDay(id, 1, 3, 5) || county < 1 || (county > 52 && county !== 70)) return false
  const rest = weighted(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
  return (rest === 10 ? 1 : rest) === digit(id, 12)
}

function egn(id: string): boolean {
  const month = number(id, 2, 4)
  const century = month > 40 ? 2000 : month > 20 ? 1800 : 1900
  if (!isDay(century + number(id, 0, 2), month > 40 ? month - 40 : month > 20 ? month - 20 : month, number(id, 4, 6)))
    return false
  return (weighted(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digit(id, 9)
}

function jmbg(id: string): boolean {
  const thousand = number(id, 4, 7)
  if (thousand > 100 && thousand < 850) return false
  if (!isDay(thousand < 800 ? 2000 + thousand : 1000 + thousand, number(id, 2, 4), number(id, 0, 2))) return false
  const rest = 11 - (weighted(id, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return (rest > 9 ? 0 : rest) === digit(id, 12)
}

function polishCard(id: string): boolean {
  const weights = [7, 3, 1, 9, 7, 3, 1, 7, 3]
  let sum = 0
  for (let index = 0; index < 9; index += 1) sum += ordinal(id, index) * (weights[index] as number)
  return sum % 10 === 0
}

/** Numbers of persons in Central Europe and on the Balkans. */
export const centralEuropeBalkans: readonly Scheme[] = [
  {
    name: 'PL PESEL',
    forms: { '99999999999': 0.45, '999999 99999': 0.45, '999999-99999': 0.4 },
    checked: true,
    check: pesel,
    words: ['pesel', 'pesel*', 'numer pesel', 'nr pesel'],
    kinds: ['identity', 'social', 'health'],
  },
  {
    name: 'PL identity card',
    forms: alike(0.15, 'AAA999999', 'AAA 999999'),
    checked: true,
    check: polishCard,
    words: ['dowód osobisty', 'dowodu osobistego', 'dowód', 'dowodu', 'nr dowodu', 'seria i numer'],
    kinds: ['identity'],
  },
  {
    name: 'CZ, SK rodné číslo',
    forms: { '999999/9999': 0.85, '999999/999': 0.65, '9999999999': 0.35, '999999 9999': 0.35, '999999999': 0.1 },
    checked: true,
    check: birthNumber,
    words: [
      'rodné číslo',
      'rodného čísla',
      'rodným číslem',
      'rodne cislo',
      'r č',
      'rč',
      'rc',
      'birth number',
      'rodné č',
    ],
    kinds: ['identity', 'health', 'social'],
  },
  {
    name: 'HU TAJ',
    forms: { '999 999 999': 0.35, '999-999-999': 0.35, '999999999': 0.3 },
    checked: true,
    check: taj,
    words: ['taj', 'taj szám', 'taj számom', 'taj szám*', 'társadalombiztosítási*', 'tajszám*'],
    kinds: ['social', 'health'],
  },
  {
    name: 'HU adóazonosító jel',
    forms: { '9999999999': 0.35, '999 999 9999': 0.3, '99 9999 9999': 0.3 },
    checked: true,
    check: hungarianTax,
    words: ['adóazonosító*', 'adóazonosító jel', 'adóazonosító jele', 'adóazonosító jelem'],
    kinds: ['tax'],
  },
  {
    name: 'HU személyi szám',
    forms: { '9-999999-9999': 0.75, '9 999999 9999': 0.55, '99999999999': 0.3 },
    checked: true,
    check: hungarianPersonal,
    words: ['személyi szám*', 'személyi azonosító*', 'személyiszám*'],
    kinds: ['identity'],
  },
  {
    name: 'RO CNP',
    forms: { '9999999999999': 0.45, '9 999999 999999': 0.5, '9 99 99 99 99 999 9': 0.7 },
    checked: true,
    check: cnp,
    words: ['cnp', 'c n p', 'cod numeric personal', 'codul numeric personal', 'cnp ul'],
    kinds: ['identity', 'social'],
  },
  {
    name: 'BG EGN',
    forms: { '9999999999': 0.35 },
    checked: true,
    check: egn,
    words: ['egn', 'егн', 'е г н', 'единен граждански номер', 'граждански номер', 'uniform civil number'],
    kinds: ['identity', 'social', 'health'],
  },
  {
    name: 'BG LNCh',
    forms: { '9999999999': 0.2 },
    checked: true,
    check: (id) => weighted(id, [21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 === digit(id, 9) && !same(id),
    words: ['lnch', 'лнч', 'личен номер на чужденец', 'номер на чужденец', 'pnf'],
    kinds: [],
  },
  {
    name: 'HR OIB',
    forms: { '99999999999': 0.35, '999 999 999 99': 0.3 },
    checked: true,
    check: (id) => mod1110(id) && !same(id),
    words: ['oib', 'o i b', 'osobni identifikacijski broj', 'osobni id'],
    kinds: ['identity', 'tax'],
  },
  {
    name: 'JMBG, EMŠO',
    forms: {
      '9999999999999': 0.48,
      '999999 9999999': 0.5,
      '9999999 999999': 0.5,
      '9999999-99999-9': 0.5,
      '999999 99 999 99': 0.6,
    },
    checked: true,
    check: jmbg,
    words: [
      'jmbg',
      'јмбг',
      'emšo',
      'emso',
      'embg',
      'ембг',
      'matični broj',
      'matična številka',
      'enotna matična številka',
      'единствен матичен број',
      'матични број',
      'unique master citizen',
    ],
    kinds: ['identity', 'social', 'health'],
  },
  {
    name: 'SI davčna številka',
    forms: { '99999999': 0.25 },
    checked: true,
    check(id) {
      const rest = 11 - (weighted(id, [8, 7, 6, 5, 4, 3, 2]) % 11)
      return id[0] !== '0' && rest < 11 && rest % 10 === digit(id, 7)
    },
    words: ['davčna številka', 'davčna', 'davčno številko', 'davčne številke'],
    kinds: [],
  },
]
