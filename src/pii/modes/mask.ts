/** Masks: what little of a value is shown. A value that is too short or of another form than expected shows nothing. */

/** A local part or a host's first label of fewer characters shows none of them. */
const MIN_NAME = 3
/** A phone number of fewer digits shows none of them. */
const MIN_PHONE = 8

/** The first letters of local part and host, and the last label. */
function email(value: string): string | undefined {
  const [, local = '', host = '', last = ''] = /^([^@]+)@([^@]+)\.([A-Za-z]{2,6})$/.exec(value) ?? []
  if (last === '') return undefined
  const first = (name: string) =>
    name.length >= MIN_NAME && /^[A-Za-z]/.test(name) ? name.charAt(0).toLowerCase() : ''
  const [label = ''] = host.split('.')
  return `${first(local)}***@${first(label)}***.${last.toLowerCase()}`
}

/** Country and the last two. */
function iban(value: string): string | undefined {
  const text = value.replace(/[^A-Za-z0-9]+/g, '').toUpperCase()
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text) ? `${text.slice(0, 2)}** **** … ${text.slice(-2)}` : undefined
}

/** The last four; always four groups, so that the length is not shown. */
function card(value: string): string | undefined {
  const digits = value.replace(/\D+/g, '')
  return digits.length >= 12 && digits.length <= 19 ? `**** **** **** ${digits.slice(-4)}` : undefined
}

/** The first of four numbers, the first of eight groups. */
function ip(value: string): string | undefined {
  const four = /^(\d{1,3})\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d+)?$/.exec(value)
  if (four) return `${four[1]}.*.*.*`
  const eight = /^([0-9a-f]{3,4}):[0-9a-f:.]+(?:%[^/]+)?(?:\/\d+)?$/i.exec(value)
  return eight ? `${(eight[1] as string).toLowerCase()}:****:****:*` : undefined
}

/** The last two digits of the number itself, never of an extension. */
function phone(value: string): string | undefined {
  const [number = ''] = /^[^A-Za-z#;,]*/.exec(value) ?? []
  const digits = number.replace(/\D+/g, '')
  return digits.length >= MIN_PHONE ? `*** *** **${digits.slice(-2)}` : undefined
}

/** The last of six bytes. */
function mac(value: string): string | undefined {
  const digits = value.replace(/[^0-9A-Fa-f]+/g, '')
  return digits.length === 12 ? `**:**:**:**:**:${digits.slice(-2).toLowerCase()}` : undefined
}

const masks: Readonly<Record<string, (value: string) => string | undefined>> = {
  CREDIT_CARD: card,
  EMAIL: email,
  IBAN: iban,
  IP: ip,
  MAC: mac,
  PHONE: phone,
}

/** The types that have a mask; all others are redacted in full, since a part of them says too much. */
export const maskedTypes: readonly string[] = Object.keys(masks)

/**
 * @param type - of what was found
 * @param value - as detectors saw it
 * @returns the masked value, or `undefined` where it must be redacted in full
 */
export function maskOf(type: string, value: string): string | undefined {
  return Object.hasOwn(masks, type) ? masks[type]?.(value.normalize('NFKC')) : undefined
}

/** A text of fewer characters shows none of them. */
const MIN_TEXT = 4

/**
 * @param text - the whole text of a member that a rule says is to be masked
 * @returns its first letter and stars, or `undefined` where it must be redacted in full
 */
export function maskOfText(text: string): string | undefined {
  const first = /^\p{L}(?!\p{M})/u.exec(text)?.[0]
  return first !== undefined && [...text].length >= MIN_TEXT ? `${first}***` : undefined
}
