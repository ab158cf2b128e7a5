/** Germany, Austria, Switzerland. */
import { digit, isDay, mod731, mod1110, number, ordinal, weighted } from './arithmetic.js'
import { alike, type Scheme } from './scheme.js'

/** Ten different digits are never given, but often invented: these need a word. */
const INVENTED = -0.6

/** Among the first ten digits one stands twice or three times, all others at most once; thrice never in a row. */
function spread(id: string): boolean | number {
  const counts = new Uint8Array(10)
  let most = 0
  let kinds = 0
  for (let index = 0; index < 10; index += 1) {
    const value = digit(id, index)
    const count = (counts[value] as number) + 1
    counts[value] = count
    if (count === 1) kinds += 1
    if (count > most) most = count
    if (index > 1 && id[index] === id[index - 1] && id[index] === id[index - 2]) return false
  }
  if (most === 1) return INVENTED
  return (most === 2 && kinds === 9) || (most === 3 && kinds === 8)
}

const digitSum = (value: number): number => (value > 9 ? Math.floor(value / 10) + (value % 10) : value)

function pensionInsurance(id: string): boolean {
  const day = number(id, 2, 4)
  if (number(id, 0, 2) < 2 || !isDay(number(id, 6, 8), number(id, 4, 6), day > 50 ? day - 50 : day)) return false
  const letter = ordinal(id, 8) - 9
  const weights = [2, 1, 2, 5, 7, 1, 2, 1]
  let sum = digitSum(Math.floor(letter / 10) * 2) + digitSum(letter % 10)
  for (let index = 0; index < 8; index += 1) sum += digitSum(digit(id, index) * (weights[index] as number))
  sum += digitSum(digit(id, 9) * 2) + digit(id, 10)
  return sum % 10 === digit(id, 11)
}

function healthInsurance(id: string): boolean {
  const letter = ordinal(id, 0) - 9
  let sum = Math.floor(letter / 10) + digitSum((letter % 10) * 2)
  for (let index = 1; index < 9; index += 1) sum += digitSum(digit(id, index) * (index % 2 === 1 ? 1 : 2))
  return sum % 10 === digit(id, 9)
}

const cardCharacters = /^[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}[0-9]?$/

/** Numbers of persons in Germany, Austria and Switzerland. */
export const germanyAustriaSwitzerland: readonly Scheme[] = [
  {
    name: 'DE IdNr',
    forms: {
      '99 999 999 999': 0.7,
      '99999999999': 0.4,
      '99-999-999-999': 0.5,
      '99/999/999/999': 0.5,
      '99.999.999.999': 0.4,
      '999 999 999 99': 0.4,
      '99 99 99 99 99 9': 0.4,
      '99 999999999': 0.3,
    },
    checked: true,
    check: (id) => id[0] !== '0' && mod1110(id) && spread(id),
    words: [
      'steuer id*',
      'steuerid',
      'steuer idnr',
      'steuer identifikationsnummer',
      'steueridentifikation*',
      'steuerident*',
      'steuerliche identifikationsnummer',
      'persönliche identifikationsnummer',
      'identifikationsnummer',
      'idnr',
      'ident nr',
      'identnr',
      'ident nummer',
      'id nr',
      'steuerliche id',
      'german tax id',
      'tin',
    ],
    kinds: ['tax', 'identity'],
  },
  {
    name: 'DE Rentenversicherung',
    forms: {
      '99999999A999': 0.85,
      '99 999999 A 999': 0.95,
      '99 999999 A999': 0.9,
      '99 999999A999': 0.85,
      '99999999 A 999': 0.85,
      '99 99 99 99 A 99 9': 0.9,
      '99 999999 A 99 9': 0.95,
      '99-999999-A-999': 0.9,
      '99 99 99 99 A 999': 0.9,
    },
    checked: true,
    check: pensionInsurance,
    words: [
      'rentenversicherung*',
      'sozialversicherung*',
      'versicherungsnummer',
      'versicherungsnr',
      'rv nummer',
      'rvnr',
      'sv nummer',
      'sv nr',
      'rv nr',
      'svnr',
      'vsnr',
    ],
    kinds: ['social'],
  },
  {
    name: 'DE Krankenversicherung',
    forms: { A999999999: 0.35, 'A 999999999': 0.25, 'A 999 999 999': 0.35, 'A999 999 999': 0.3 },
    checked: true,
    check: healthInsurance,
    words: [
      'kvnr',
      'kv nummer',
      'kv nr',
      'krankenversicher*',
      'krankenversichertennummer',
      'versichertennummer',
      'versichertennr',
      'versicherten nr',
      'versicherten id',
      'krankenkasse*',
      'gesundheitskarte',
      'egk',
    ],
    kinds: ['health'],
  },
  {
    name: 'DE Personalausweis',
    forms: alike(0.1, 'A********9'),
    checked: true,
    check: (id) => cardCharacters.test(id) && mod731(id),
    words: ['personalausweis*', 'ausweisnummer*', 'ausweisnr', 'ausweis nr', 'ausweis', 'perso', 'aufenthaltstitel'],
    kinds: ['identity'],
  },
  {
    name: 'DE Personalausweis without check digit',
    forms: alike(0.1, 'A********'),
    checked: false,
    check: (id) => cardCharacters.test(id),
    words: [
      'personalausweis*',
      'personalausweis nr',
      'ausweisnummer*',
      'ausweisnr',
      'ausweis nr',
      'perso nummer',
      'perso',
    ],
    kinds: [],
  },
  {
    name: 'AT VNR',
    forms: {
      '9999 999999': 0.6,
      '9999-999999': 0.45,
      '9999/999999': 0.5,
      '9999999999': 0.35,
      '9999 99 99 99': 0.6,
      '9999 99.99.99': 0.6,
    },
    checked: true,
    check(id) {
      if (id[0] === '0') return false
      const month = number(id, 6, 8)
      if (!(month > 12 && month < 16) && !isDay(number(id, 8, 10), month, number(id, 4, 6))) return false
      return (weighted(id, [3, 7, 9]) + weighted(id, [5, 8, 4, 2, 1, 6], 4)) % 11 === digit(id, 3)
    },
    words: [
      'versicherungsnummer',
      'versicherungsnr',
      'sozialversicherung*',
      'sv nummer',
      'sv nr',
      'svnr',
      'vsnr',
      'svn',
      'sv',
      'e card',
    ],
    kinds: ['social', 'health'],
  },
  {
    name: 'CH AHV',
    forms: { '999.9999.9999.99': 0.95, '999 9999 9999 99': 0.9, '999-9999-9999-99': 0.85, '9999999999999': 0.6 },
    checked: true,
    check: (id) =>
      id.startsWith('756') && (10 - (weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === digit(id, 12),
    words: [
      'ahv',
      'ahvn',
      'ahv nummer',
      'ahv nr',
      'avs',
      'n avs',
      'numéro avs',
      'navs',
      'oasi',
      'sozialversicherung*',
      'versichertennummer',
    ],
    kinds: ['social', 'health'],
  },
]
