/** ISO/IEC 7812-1, annex B. */

/**
 * @param digits - values 0-9
 * @param length - how many of them count
 * @returns whether the last is the check digit of those before
 */
export function luhn(digits: Uint8Array, length: number): boolean {
  let sum = 0
  let double = false
  for (let index = length - 1; index >= 0; index -= 1) {
    let value = digits[index] as number
    if (double) {
      value *= 2
      if (value > 9) value -= 9
    }
    sum += value
    double = !double
  }
  return sum % 10 === 0
}
