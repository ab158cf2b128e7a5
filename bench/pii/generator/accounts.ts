/** Account and card numbers with valid check digits, by arithmetic of its own. */
import { luhnDigit } from './check-digits.js'
import { DIGITS, type Random, UPPER } from './random.js'

const sum = (digits: string, weights: readonly number[]): number =>
  [...digits].reduce((total, digit, index) => total + Number(digit) * (weights[index] as number), 0)
const mod = (digits: string, by: number): number => {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % by
  return rest
}
const two = (value: number): string => String(value).padStart(2, '0')

/** Check digits of an IBAN: ISO 7064 MOD 97-10. */
export function ibanCheck(country: string, bban: string): string {
  const numbers = [...`${bban}${country}00`].map((char) => (/\d/.test(char) ? char : String(UPPER.indexOf(char) + 10)))
  return two(98 - mod(numbers.join(''), 97))
}

const CIN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]

function italian(random: Random): string {
  const body = random.pick(['03069', '02008', '05034', '01005']) + random.digits(5) + random.digits(12)
  const total = [...body].reduce(
    (so, digit, index) => so + (index % 2 === 0 ? (CIN_ODD[Number(digit)] as number) : Number(digit)),
    0,
  )
  return UPPER[total % 26] + body
}

function spanish(random: Random): string {
  const bank = random.pick(['2100', '0049', '0182', '1465']) + random.digits(4)
  const account = random.digits(10)
  const digit = (text: string, weights: readonly number[]): number => {
    const check = 11 - (sum(text, weights) % 11)
    return check === 11 ? 0 : check === 10 ? 1 : check
  }
  return (
    bank +
    digit(`00${bank}`, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) +
    digit(account, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) +
    account
  )
}

function dutch(random: Random): string {
  for (;;) {
    const account = `0${random.digits(9)}`
    if (account[1] !== '0' && sum(account, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0)
      return random.pick(['ABNA', 'INGB', 'RABO', 'TRIO', 'BUNQ']) + account
  }
}

/** The national part of an account number, its own check digits included. */
const bbans: Readonly<Record<string, (random: Random) => string>> = {
  DE: (random) => random.pick(['37040044', '10010010', '50010517', '70150000', '20041133']) + random.digits(10),
  GB: (random) => random.pick(['NWBK', 'BARC', 'LOYD', 'MIDL', 'MONZ']) + random.digits(14),
  IE: (random) => random.pick(['AIBK', 'BOFI']) + random.digits(14),
  AT: (random) => random.digits(16),
  CH: (random) => random.pick(['00762', '09000', '04835']) + random.digits(12),
  LI: (random) => `08810${random.digits(12)}`,
  LU: (random) => `001${random.digits(13)}`,
  DK: (random) => random.digits(14),
  SE: (random) => `500${random.digits(17)}`,
  GR: (random) => `0110125${random.digits(16)}`,
  PL: (random) => {
    const bank = random.pick(['1090101', '1140200', '1020555'])
    const check = (10 - (sum(bank, [3, 9, 7, 1, 3, 9, 7]) % 10)) % 10
    return bank + check + random.digits(16)
  },
  NL: dutch,
  BE: (random) => {
    const body = random.pick(['539', '001', '734', '063']) + random.digits(7)
    return body + two(mod(body, 97) || 97)
  },
  FR: (random) => {
    const [bank, branch, account] = [
      random.pick(['30006', '20041', '10278', '30004']),
      random.digits(5),
      random.digits(11),
    ]
    return bank + branch + account + two(97 - ((89 * mod(bank, 97) + 15 * mod(branch, 97) + 3 * mod(account, 97)) % 97))
  },
  IT: italian,
  ES: spanish,
  PT: (random) => {
    const body = `0035${random.digits(4)}${random.digits(11)}`
    return body + two(98 - mod(`${body}00`, 97))
  },
  FI: (random) => {
    const body = `1${random.digits(12)}`
    return body + luhnDigit(body)
  },
  NO: (random) => {
    for (;;) {
      const body = `8601${random.digits(6)}`
      const check = 11 - (sum(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
      if (check !== 10 && body.slice(4, 6) !== '00') return body + (check % 11)
    }
  },
}

const homeOf: Readonly<Record<string, readonly string[]>> = {
  en: ['GB', 'IE', 'GB', 'DE', 'PL', 'NO', 'DK', 'SE'],
  de: ['DE', 'AT', 'CH', 'DE', 'LI', 'LU'],
  fr: ['FR', 'BE', 'CH', 'LU', 'FR'],
  es: ['ES', 'PT', 'ES'],
  it: ['IT', 'CH', 'IT', 'GR'],
  nl: ['NL', 'BE', 'NL', 'FI'],
}

const fours = (compact: string, separator: string): string => (compact.match(/.{1,4}/g) as string[]).join(separator)

/** An account number as people of this language write it. */
export function iban(random: Random, lang: string): string {
  const country = random.pick(homeOf[lang] ?? Object.keys(bbans))
  const bban = (bbans[country] as (random: Random) => string)(random)
  const compact = `${country}${ibanCheck(country, bban)}${bban}`
  const style = random.int(1, 20)
  if (style <= 8) return fours(compact, ' ')
  if (style <= 17) return compact
  return style <= 19 ? fours(compact, '-') : fours(compact, ' ').toLowerCase()
}

const brands: readonly (readonly [starts: readonly string[], length: number])[] = [
  [['4'], 16],
  [['4'], 16],
  [['51', '52', '53', '54', '55', '2221', '2500', '2719'], 16],
  [['51', '52', '53', '54', '55'], 16],
  [['34', '37'], 15],
  [['6011', '65'], 16],
  [['3530', '3566', '3589'], 16],
  [['36', '300', '305'], 14],
  [['622126', '6250'], 16],
]

/** A card number, compact, spaced or dashed. */
export function card(random: Random): string {
  const [starts, length] = random.pick(brands)
  const start = random.pick(starts)
  const body = start + random.digits(length - 1 - start.length)
  const compact = body + luhnDigit(body)
  const style = random.int(1, 10)
  if (style <= 3) return compact
  const separator = style <= 8 ? ' ' : '-'
  if (length === 16) return fours(compact, separator)
  return [compact.slice(0, 4), compact.slice(4, 10), compact.slice(10)].join(separator)
}

/** Digits shaped like a card that fail Luhn. */
export function notACard(random: Random): string {
  const body = `4${random.digits(14)}`
  return body + ((luhnDigit(body) + random.int(1, 9)) % 10)
}

/** A US bank routing number: nine digits with a checksum of their own. */
export function routing(random: Random): string {
  const body = `0${random.pick(['2', '3', '6', '7'])}${random.digits(6)}`
  return body + ((10 - (sum(body, [3, 7, 1, 3, 7, 1, 3, 7]) % 10)) % 10)
}

/** An EAN-13, also the ISBN of a book. */
export function ean(random: Random, start: string): string {
  const body = start + random.string(12 - start.length, DIGITS)
  return body + ((10 - (sum(body, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10)
}
