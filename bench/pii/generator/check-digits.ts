/** The arithmetic of check digits, written for this evaluation alone: none of it comes from what is evaluated. */

/** Its decimal digits as numbers. */
export const digitsOf = (text: string): number[] => [...text].map(Number)
/** The sum of the digits, each times its weight. */
export const weighted = (text: string, weights: readonly number[]): number =>
  digitsOf(text).reduce((sum, digit, index) => sum + digit * (weights[index] as number), 0)
/** With leading zeros up to this width. */
export const pad = (value: number, width: number): string => String(value).padStart(width, '0')

/** A check digit after Luhn. */
export function luhnDigit(payload: string): number {
  let sum = 0
  let double = true
  for (let index = payload.length - 1; index >= 0; index -= 1) {
    let digit = Number(payload[index])
    if (double) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2
    sum += digit
    double = !double
  }
  return (10 - (sum % 10)) % 10
}

const D = [
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
]
const P = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
]
const INVERSE = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9]

/** A check digit after Verhoeff. */
export function verhoeffDigit(payload: string): number {
  let check = 0
  const reversed = digitsOf(payload).reverse()
  reversed.forEach((digit, index) => {
    check = (D[check] as number[])[(P[(index + 1) % 8] as number[])[digit] as number] as number
  })
  return INVERSE[check] as number
}

/** ISO 7064 MOD 11,10. */
export function mod1110(payload: string): number {
  let check = 10
  for (const digit of digitsOf(payload)) {
    const sum = (digit + check) % 10 || 10
    check = (sum * 2) % 11
  }
  return (11 - check) % 10
}
