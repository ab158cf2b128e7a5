/** Values of headers, signatures of addresses, and what stands beside an AWS key. */
import type { Report } from '../../detector.js'
import { matchEnd } from './chain.js'
import { isSpace, makeupOf } from './chars.js'
import type { Values } from './value.js'
import { worth } from './worth.js'

const awsSecret = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g

/** The secret beside an AWS access key has no mark of its own. */
export function awsBeside(text: string, start: number, end: number, report: Report): void {
  for (const [from, to] of [
    [end, Math.min(text.length, end + 96)],
    [Math.max(0, start - 96), start],
  ] as const) {
    for (const match of text.slice(from, to).matchAll(awsSecret)) {
      const { lower, upper, digits } = makeupOf(match[0])
      const cut = from + match.index + 40 === to && /[A-Za-z0-9/+=]/.test(text[to] ?? '')
      const open = match.index === 0 && /[A-Za-z0-9/+=]/.test(text[from - 1] ?? '')
      if (lower > 4 && upper > 4 && digits > 0 && !cut && !open)
        report(from + match.index, from + match.index + 40, 'SECRET', 0.9, 'AWS secret beside its key')
    }
  }
}

const scheme =
  /\\?["'`]?\s{0,4}\\?["'`]?(basic|bearer|token|apikey|api-key|key|negotiate|oauth|splunk|genie-?key|bot|discordbot)\s{1,4}/iy

const printable = /^[\x20-\x7e\x80-\xff]{1,256}$/

/** `user:password` in base64. */
export function isBasic(value: string): boolean {
  if (value.length < 8 || value.length > 400 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return false
  const plain = Buffer.from(value, 'base64').toString('latin1')
  return plain.includes(':') && printable.test(plain)
}

/** The value of an `Authorization` header. */
export function authorization(text: string, operator: number, values: Values, report: Report): void {
  let from = operator + 1
  while (isSpace(text.charCodeAt(from)) && from - operator < 4) from += 1
  scheme.lastIndex = from
  const match = scheme.exec(text)
  if (match) from = scheme.lastIndex
  const value = values.at(from)
  if (!value) return
  const plain = text.slice(value.start, value.end)
  if (match?.[1]?.toLowerCase() === 'basic') {
    if (isBasic(plain)) report(value.start, value.end, 'SECRET', 0.95, 'HTTP basic credentials')
    return
  }
  if (/^[\w-]{2,40}=["\w]/.test(plain) && !plain.endsWith('=')) return
  const score = worth(plain, 'token', match ? 'quoted' : 'loose')
  if (score > 0) report(value.start, value.end, 'SECRET', score, 'authorization header')
}

const named = 'authorization'

/** Whether an operator stands behind `authorization`. */
export const isAuthorization = (text: string, operator: number): boolean => {
  let end = operator
  while (end > 0 && operator - end < 4) {
    const code = text.charCodeAt(end - 1)
    if (code !== 0x20 && code !== 0x22 && code !== 0x27 && code !== 0x5c && code !== 0x60) break
    end -= 1
  }
  return (text.charCodeAt(end - 1) | 0x20) === 0x6e && text.slice(Math.max(0, end - 13), end).toLowerCase() === named
}

const signature = /(?:[?&;]sig|x-(?:amz|goog|oss)-signature)$/i
const signed = /[A-Za-z0-9%+/_-]{20,256}={0,2}/y

/** The signature that makes an address open what it names. */
export function atSignature(text: string, equal: number, report: Report): void {
  const last = text.charCodeAt(equal - 1) | 0x20
  const sig = last === 0x67 && (text.charCodeAt(equal - 2) | 0x20) === 0x69
  if (!sig && !(last === 0x65 && (text.charCodeAt(equal - 2) | 0x20) === 0x72)) return
  if (!signature.test(text.slice(Math.max(0, equal - 16), equal))) return
  const end = matchEnd(signed, text, equal + 1)
  if (end > 0) report(equal + 1, end, 'SECRET', 0.9, 'signature of an address')
}
