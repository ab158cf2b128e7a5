/** What redaction leaves in the place of a value. */

/**
 * What a placeholder is folded to: one character that no value holds and no word ends in, so that neither its name nor its
 * length nor its digits say anything of what stands beside it.
 */
export const SUBSTITUTE = '\u001a'

const builtIn: ReadonlySet<string> = new Set([
  'CREDIT_CARD',
  'CRYPTO_WALLET',
  'CUSTOM',
  'DATE_OF_BIRTH',
  'EMAIL',
  'FIELD',
  'GEO',
  'IBAN',
  'IP',
  'MAC',
  'NATIONAL_ID',
  'PASSPORT',
  'PERSON',
  'PHONE',
  'SECRET',
  'STREET_ADDRESS',
  'TAX_ID',
  'URL',
  'VAT',
])

/** A hash is letters alone and a token has few digits: no number can hide in either. */
const form = /\[([A-Z][A-Z0-9_]{0,63})(?::hmac:[a-p]{16})?\]/y
const number = /_[1-9][0-9]{0,5}$/

/**
 * @param text - the text
 * @param at - of a `[`
 * @param types - beside those of the package
 * @returns the offset behind the placeholder that begins there, or -1
 */
export function placeholderEnd(text: string, at: number, types: ReadonlySet<string>): number {
  const first = text.charCodeAt(at + 1)
  if (!(first >= 0x41 && first <= 0x5a)) return -1
  form.lastIndex = at
  const type = form.exec(text)?.[1]
  if (type === undefined) return -1
  if (builtIn.has(type) || types.has(type)) return form.lastIndex
  const bare = type.replace(number, '')
  return builtIn.has(bare) || types.has(bare) ? form.lastIndex : -1
}
