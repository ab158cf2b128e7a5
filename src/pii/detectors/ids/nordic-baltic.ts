/** Sweden, Norway, Denmark, Finland, Iceland, Estonia, Latvia, Lithuania. */
import { digit, hasDay, isDay, luhn, number, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

/** Days and minutes of these years are written in the same shape: `240115-1230`. */
const isRecent = (year: number): boolean => year >= 12 && year <= 35

/** A time stamp may look the same and is far more common. */
const AS_A_TIME = -0.35

function swedish(id: string): boolean | number {
  const from = id.length - 10
  const day = number(id, from + 4, from + 6)
  const year = from === 0 ? number(id, 0, 2) : number(id, 0, 4)
  if (from > 0 && (year < 1880 || year > 2060)) return false
  if (!isDay(year, number(id, from + 2, from + 4), day > 60 ? day - 60 : day) || !luhn(id, from)) return false
  return from === 0 ? (isRecent(year) ? AS_A_TIME : true) : year >= 2012 ? AS_A_TIME : true
}

function norwegian(id: string): boolean {
  const month = number(id, 2, 4)
  const day = number(id, 0, 2)
  const plainMonth = month > 80 ? month - 80 : month > 65 ? month - 65 : month > 40 ? month - 40 : month
  if (!isDay(number(id, 4, 6), plainMonth, day > 40 ? day - 40 : day)) return false
  if (weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 !== 0) return false
  return weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
}

/** Since 2007 numbers need not agree with the old check digit. */
function danish(id: string): boolean | number {
  if (!hasDay(id, 4, 2, 0)) return false
  const held = weighted(id, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  return held ? (isRecent(number(id, 4, 6)) ? AS_A_TIME : true) : AS_A_TIME
}

const finnishCheck = '0123456789ABCDEFHJKLMNPRSTUVWXY'

/** With or without the letter for the century, that is, as the sign `+` or `-` was taken out. */
function finnish(id: string): boolean | number {
  const lettered = id.charCodeAt(6) > 64
  if (lettered && !'ABCDEFYXWVU'.includes(id[6] as string)) return false
  if (!hasDay(id, 4, 2, 0)) return false
  const serial = lettered ? id.slice(7, 10) : id.slice(6, 9)
  if (serial === '000' || serial === '001') return false
  if (finnishCheck[Number(id.slice(0, 6) + serial) % 31] !== id.at(-1)) return false
  // With a digit in the end the shape is that of a date and four digits.
  return lettered || id.charCodeAt(9) > 64 || -0.3
}

function icelandic(id: string): boolean {
  const day = number(id, 0, 2)
  if (!'890'.includes(id[9] as string) || !isDay(number(id, 4, 6), number(id, 2, 4), day > 40 ? day - 40 : day))
    return false
  const rest = weighted(id, [3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return (11 - rest) % 11 === digit(id, 8)
}

function estonianLithuanian(id: string): boolean {
  if (!/^[1-8]/.test(id) || !hasDay(id, 1, 3, 5)) return false
  let rest = weighted(id, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  if (rest === 10) rest = weighted(id, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return rest % 10 === digit(id, 10)
}

function latvian(id: string): boolean {
  if (!/^3[2-9]/.test(id) && !(hasDay(id, 4, 2, 0) && /^.{6}[0-2]/.test(id))) return false
  return ((1 + weighted(id, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10 === digit(id, 10)
}

/** Numbers of persons in the Nordic and Baltic states. */
export const nordicBaltic: readonly Scheme[] = [
  {
    name: 'SE personnummer',
    forms: {
      '999999-9999': 0.65,
      '999999+9999': 0.7,
      '99999999-9999': 0.8,
      '99999999+9999': 0.8,
      '9999999999': 0.3,
      '999999999999': 0.4,
      '999999 9999': 0.4,
      '99999999 9999': 0.5,
    },
    checked: true,
    check: swedish,
    words: [
      'personnummer*',
      'personnr',
      'personnumret',
      'pers nr',
      'pnr',
      'samordningsnummer*',
      'svenskt personnummer',
      'swedish personal',
      'personal identity number',
    ],
    kinds: ['identity', 'social'],
  },
  {
    name: 'NO fødselsnummer',
    forms: {
      '99999999999': 0.45,
      '999999 99999': 0.85,
      '999999-99999': 0.75,
      '99 99 99 99999': 0.7,
      '999999 999 99': 0.7,
      '99.99.99 99999': 0.8,
    },
    checked: true,
    check: norwegian,
    words: [
      'fødselsnummer*',
      'fodselsnummer',
      'fødselsnr',
      'fnr',
      'personnummer*',
      'personnr',
      'd nummer',
      'dnr',
      'norwegian national',
      'fødsels og personnummer',
    ],
    kinds: ['identity', 'social'],
  },
  {
    name: 'DK CPR',
    forms: { '999999-9999': 0.6, '999999 9999': 0.4, '9999999999': 0.2 },
    checked: true,
    check: danish,
    words: ['cpr', 'cpr nr', 'cpr nummer', 'cprnr', 'cpr nummer*', 'personnummer*', 'personnr'],
    kinds: ['identity', 'health'],
  },
  {
    name: 'FI henkilötunnus',
    forms: alike(0.9, '999999-999*', '999999+999*', '999999A999*'),
    checked: true,
    check: finnish,
    words: [
      'henkilötunnus*',
      'hetu',
      'henkilötunnuksen',
      'sosiaaliturvatunnus*',
      'personbeteckning*',
      'sotu',
      'hetua',
      'hetun',
    ],
    kinds: ['identity', 'social', 'health'],
  },
  {
    name: 'IS kennitala',
    forms: { '999999-9999': 0.65, '9999999999': 0.3, '999999 9999': 0.4 },
    checked: true,
    check: icelandic,
    words: ['kennitala', 'kennitölu', 'kt', 'kennitalan'],
    kinds: ['identity'],
  },
  {
    name: 'EE isikukood, LT asmens kodas',
    forms: { '99999999999': 0.45 },
    checked: true,
    check: estonianLithuanian,
    words: [
      'isikukood*',
      'isikukoodi',
      'ik',
      'asmens kodas',
      'asmens kodo',
      'asmens kodą',
      'a k',
      'personal code',
      'isikukoodiga',
    ],
    kinds: ['identity', 'social'],
  },
  {
    name: 'LV personas kods',
    forms: { '999999-99999': 0.65, '99999999999': 0.3 },
    checked: true,
    check: latvian,
    words: ['personas kods', 'personas koda', 'personas kodu', 'p k', 'personal code'],
    kinds: ['identity'],
  },
]
