/** Spellings that hide a value from a plain pattern and from no reader. */
import type { Random } from './random.js'

const fullWidth = (text: string): string =>
  text.replace(/[0-9A-Za-z@.]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))
const between = (text: string, what: string, every: number): string =>
  [...text]
    .map((char, index, all) => (index > 0 && index % every === 0 && index < all.length ? what + char : char))
    .join('')
const entity = (char: string, random: Random): string => {
  const code = char.codePointAt(0) as number
  return random.chance(0.5) ? `&#${code};` : `&#x${code.toString(16)};`
}

const ofEmail: readonly ((value: string, random: Random) => string)[] = [
  (value) => value.replace('@', ' [at] ').replace(/\.(?=[^.@]*$)/, ' [dot] '),
  (value) => value.replace('@', ' (at) ').replace(/\.(?=[^.@]*$)/, ' (dot) '),
  (value) => value.replace('@', '[at]').replace(/\./g, '[dot]'),
  (value) => value.replace('@', '＠'),
  (value) => value.replace(/\.(?=[^.@]*$)/, '．'),
  (value, random) => value.replace('@', entity('@', random)),
  (value) => value.replace('@', '%40'),
  (value) => value.replace('@', '\u200b@\u200b'),
  (value) => between(value, '\u00ad', 6),
  (value) => fullWidth(value),
]

const ofNumber: readonly ((value: string, random: Random) => string)[] = [
  (value) => fullWidth(value),
  (value) => between(value, '\u200b', 4),
  (value) => between(value, '\u00ad', 5),
  (value) => value.replaceAll(' ', '\u00a0'),
  (value) => value.replaceAll(' ', '\u2009'),
  (value) => value.replaceAll('-', '\u2011'),
  (value) => value.replaceAll('-', '\u2013'),
  (value, random) => [...value].map((char, index) => (index % 5 === 2 ? entity(char, random) : char)).join(''),
  (value) => value.replaceAll(' ', '%20'),
]

const ofIp: readonly ((value: string, random: Random) => string)[] = [
  (value) => fullWidth(value),
  (value) => value.replaceAll('.', '．'),
  (value) => value.replaceAll('.', '[.]'),
  (value) => between(value, '\u200b', 3),
  (value) => value.replaceAll('.', '&#46;'),
]

/**
 * @param type - of the value
 * @param value - as it is written usually; ASCII
 * @param random - chooses the form
 * @returns the value in a form that evades; itself where the form changes nothing
 */
export function evaded(type: string, value: string, random: Random): string {
  if (/[^\x20-\x7e]/.test(value) || value.startsWith('"')) return value
  if (type === 'EMAIL') return random.pick(ofEmail)(value, random)
  if (type === 'IP') return /^[\d.]+$/.test(value) ? random.pick(ofIp)(value, random) : value
  if (type === 'PHONE' || type === 'IBAN' || type === 'CREDIT_CARD' || type === 'NATIONAL_ID')
    return random.pick(ofNumber)(value, random)
  return value
}
