/** What the formats of transparency logs share: base64 of one spelling, and decimal numbers of one spelling. */
import { base64 } from '@scure/base'

const decimal = /^(?:0|[1-9][0-9]{0,15})$/

/**
 * @param text - perhaps a count
 * @returns it; `undefined` where it is not decimal without leading zeroes, or above 2^53-1
 */
export function countIn(text: string): number | undefined {
  const count = decimal.test(text) ? Number(text) : undefined
  return Number.isSafeInteger(count) ? count : undefined
}

/**
 * @param text - perhaps standard base64 with padding (RFC 4648 section 4)
 * @param length - how many bytes it must have, where that is fixed
 * @returns its bytes; `undefined` for any other spelling
 */
export function bytesIn(text: string, length?: number): Uint8Array | undefined {
  try {
    const bytes = base64.decode(text)
    return length === undefined || bytes.length === length ? bytes : undefined
  } catch {
    return undefined
  }
}

/** @returns standard base64 with padding */
export const base64Of = (bytes: Uint8Array): string => base64.encode(bytes)
