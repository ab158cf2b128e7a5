/** Check digits and dates, on strings of digits whose shape is known. */

/** @returns the digit at an index; letters give their code above `0` */
export const digit = (id: string, index: number): number => id.charCodeAt(index) - 48

/** @returns the digits from an index on as a number */
export function number(id: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index += 1) value = value * 10 + digit(id, index)
  return value
}

/** @returns the sum of digits, each times its weight, from an index on */
export function weighted(id: string, weights: readonly number[], from = 0): number {
  let sum = 0
  for (let index = 0; index < weights.length; index += 1) sum += digit(id, from + index) * (weights[index] as number)
  return sum
}

/** @returns the remainder of a long number's digits */
export function remainder(id: string, from: number, to: number, modulus: number, start = 0): number {
  let rest = start
  for (let index = from; index < to; index += 1) rest = (rest * 10 + digit(id, index)) % modulus
  return rest
}

/** @returns whether the digits of a range, the last one the check digit, agree with Luhn (ISO/IEC 7812-1) */
export function luhn(id: string, from = 0, to = id.length): boolean {
  let sum = 0
  let double = false
  for (let index = to - 1; index >= from; index -= 1) {
    const value = digit(id, index)
    if (double) sum += value > 4 ? value * 2 - 9 : value * 2
    else sum += value
    double = !double
  }
  return sum % 10 === 0
}

const dihedral = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
] as const

const permuted = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
] as const

/** @returns whether digits, the last one the check digit, agree with Verhoeff */
export function verhoeff(id: string): boolean {
  let state = 0
  for (let index = id.length - 1, place = 0; index >= 0; index -= 1, place += 1) {
    const row = permuted[place % 8] as (typeof permuted)[number]
    state = (dihedral[state] as (typeof dihedral)[number])[row[digit(id, index)] as number] as number
  }
  return state === 0
}

/** @returns whether digits, the last one the check digit, agree with ISO/IEC 7064 MOD 11,10 */
export function mod1110(id: string): boolean {
  let product = 10
  const last = id.length - 1
  for (let index = 0; index < last; index += 1) {
    const sum = (digit(id, index) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === digit(id, last)
}

/** @returns whether a card's characters, the last one the check digit, agree with ICAO 9303: weights 7, 3, 1 */
export function mod731(id: string): boolean {
  let sum = 0
  const last = id.length - 1
  for (let index = 0; index < last; index += 1) sum += ordinal(id, index) * ([7, 3, 1][index % 3] as number)
  return sum % 10 === digit(id, last)
}

/** @returns a digit's value, and 10 to 35 for letters */
export function ordinal(id: string, index: number): number {
  const code = id.charCodeAt(index)
  return code > 64 ? code - 55 : code - 48
}

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/**
 * @param year - four digits; or two, with the century left open
 * @param month - 1 to 12
 * @param day - of the month
 * @returns whether there is such a day
 */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (longest[month - 1] as number)) return false
  return month !== 2 || day < 29 || (year % 4 === 0 && (year < 100 || year % 100 !== 0 || year % 400 === 0))
}

/** @returns whether digits at three places of two digits each make a day, the century left open */
export const hasDay = (id: string, year: number, month: number, day: number): boolean =>
  isDay(number(id, year, year + 2), number(id, month, month + 2), number(id, day, day + 2))

/** @returns whether all characters of a range are the same */
export function same(id: string, from = 0, to = id.length): boolean {
  for (let index = from + 1; index < to; index += 1) if (id.charCodeAt(index) !== id.charCodeAt(from)) return false
  return true
}
