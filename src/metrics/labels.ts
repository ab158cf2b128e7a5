import { QuittanceError } from '../errors.js'

/** Stands for every value that is not shown by itself. */
export const OTHER = 'other'

/** A word, never a sentence and never an address. */
const wordPattern = /^[A-Za-z0-9._:/+()-]{1,128}$/
/** What a chain or tenant can be called. */
const namePattern = /^[A-Za-z0-9._:@/+-]{1,256}$/

/**
 * Bounds the values of a label, because each value is a time series that lives as long as the process.
 *
 * @param max - how many different values are shown
 * @param kind - `name` where chains and tenants are meant, which were asked for by their names
 * @returns gives a value back while there is room, else `other`; what is no word is `other` at once
 */
export function boundedLabel(max: number, kind: 'word' | 'name' = 'word'): (value: unknown) => string {
  const pattern = kind === 'word' ? wordPattern : namePattern
  const shown = new Set<string>()
  return (value) => {
    if (typeof value !== 'string') return OTHER
    if (shown.has(value)) return value
    if (shown.size >= max || !pattern.test(value)) return OTHER
    shown.add(value)
    return value
  }
}

/**
 * @param error - anything that was caught
 * @returns its code; `other` where it is no error of ours, because foreign names and messages may hold anything
 */
export function codeOf(error: unknown): string {
  return QuittanceError.is(error) ? error.code : OTHER
}
