/** One form for all spellings of a value, so that they share a hash or a token. */

const trimmed = (value: string): string => value.normalize('NFKC').replace(/\s+/gu, ' ').trim()

const compact = (value: string): string =>
  value
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toUpperCase()

/** `(0)` is only dialled at home; `00` and `+` mean the same. An extension is kept. */
function phone(value: string): string {
  const text = value.normalize('NFKC').toLowerCase()
  const [, number = text, extension = ''] = /^([^a-z#;]*)(.*)$/su.exec(text) ?? []
  const international = /^[^\d+]*(?:\+|00)/.test(number)
  const digits = (international ? number.replace(/\(\s*0\s*\)/, '') : number).replace(/\D+/g, '')
  const inside = extension.replace(/\D+/g, '')
  const whole = international ? `+${/^[^\d+]*00/.test(number) ? digits.slice(2) : digits}` : digits
  return inside === '' ? whole : `${whole};${inside}`
}

/** The URL parser writes both versions in their one normal form (RFC 5952). */
function ip(value: string): string {
  const text = value.normalize('NFKC').toLowerCase().trim()
  const [, address = text, rest = ''] = /^([^%/]*)(.*)$/s.exec(text) ?? []
  try {
    return `${new URL(`http://${address.includes(':') ? `[${address}]` : address}/`).hostname.replace(/^\[|\]$/g, '')}${rest}`
  } catch {
    return text
  }
}

/** Addresses in hex or bech32 are the same in either case; others are not. */
function wallet(value: string): string {
  const text = value.trim()
  return /^0x[0-9a-f]+$/i.test(text) || text === text.toUpperCase() ? text.toLowerCase() : text
}

const exact = (value: string): string => value

const forms: Readonly<Record<string, (value: string) => string>> = {
  CREDIT_CARD: compact,
  CRYPTO_WALLET: wallet,
  // RFC 5321 lets a host tell `A` from `a` before the @; none does, and people write both
  EMAIL: (value) => trimmed(value).toLowerCase(),
  IBAN: compact,
  IP: ip,
  MAC: compact,
  NATIONAL_ID: compact,
  PASSPORT: compact,
  PHONE: phone,
  SECRET: exact,
  TAX_ID: compact,
  URL: exact,
  VAT: compact,
}

/**
 * @param type - of what was found
 * @param value - as detectors saw it
 * @returns the normal form: e-mail addresses in lower case, numbers without separators, IP addresses as RFC 5952 writes
 *   them, secrets and URLs as they are, everything else in lower case with single spaces
 */
export function normalForm(type: string, value: string): string {
  const form = Object.hasOwn(forms, type) ? forms[type] : undefined
  return form ? form(value) : trimmed(value).toLowerCase()
}
