/** Tokens in a run of token characters and dots, by prefix or by form. */
import type { Report } from '../../detector.js'
import { isAsciiLetter, isToken } from './chars.js'
import { jwtEnd, opensDotted, tokenAt } from './tokens.js'

/**
 * @param text - the text
 * @param start - where the run begins
 * @param end - where it ends
 * @param report - takes each token
 */
export function tokensIn(text: string, start: number, end: number, report: Report): void {
  let at = start
  while (at < end) {
    let stop = at
    while (stop < end && isToken(text.charCodeAt(stop))) stop += 1
    const found = mayBegin(text, at, stop, start) ? tokenOf(text, at, stop, start, end) : undefined
    if (found) {
      report(found.start, found.end, 'SECRET', found.score, found.reason)
      at = Math.max(found.end, at + 1)
      while (at < end && isToken(text.charCodeAt(at))) at += 1
    } else at = stop
    while (at < end && !isToken(text.charCodeAt(at))) at += 1
  }
}

const DOTTED = new Uint8Array(128)
for (const sign of 'SMNOspvyhd') DOTTED[sign.charCodeAt(0)] = 1

/** A glance: a token is long, or goes on behind a dot. */
function mayBegin(text: string, at: number, stop: number, chainStart: number): boolean {
  if (stop - at >= 12) return true
  const code = text.charCodeAt(at)
  return code === 0x65 || (at - chainStart < 2 && DOTTED[code] === 1)
}

/** So many letters behind a prefix are worth a look. */
const LETTERS = 12
const LONGEST_PREFIX = 16
const LONGEST = 256

/**
 * Tokens that hold no digit by chance, which no run of digits leads to.
 *
 * @param text - the text
 * @param report - takes each token
 */
export function letteredTokens(text: string, report: Report): void {
  for (const sign of ['_', '-', 'AKIA', 'ASIA']) {
    let at = text.indexOf(sign)
    while (at >= 0) {
      const body = at + sign.length
      let end = body
      while (end - body < LETTERS && isAsciiLetter(text.charCodeAt(end))) end += 1
      if (end - body === LETTERS) {
        let start = at
        while (start > 0 && at - start < LONGEST_PREFIX && isToken(text.charCodeAt(start - 1))) start -= 1
        while (end - body < LONGEST && isToken(text.charCodeAt(end))) end += 1
        const token =
          isToken(text.charCodeAt(start - 1)) || isToken(text.charCodeAt(end)) ? undefined : tokenAt(text, start, end)
        if (token && !/\d/.test(text.slice(body, token.end)))
          report(start, token.end, 'SECRET', token.score, token.reason)
      }
      at = text.indexOf(sign, end)
    }
  }
}

interface Found {
  readonly start: number
  readonly end: number
  readonly score: number
  readonly reason: string
}

const minisign = /RWRTY0Iy[A-Za-z0-9+/=]{60,300}/y
const sendGrid = /SG\.[\w-]{16,32}\.[\w-]{30,64}(?![\w-])/y
const discord = /[MNO][A-Za-z\d_-]{22,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/y
const oldVault = /s\.[A-Za-z0-9]{24}(?![\w-])/y
const mailgun = /[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])/y
const cloudflareOrigin = /v1\.0-[0-9a-f]{24}-[0-9a-f]{146}(?![\w-])/y
const airtable = /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}(?![\w-])/y
const terraform = /[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,80}(?![\w-])/y

/** Where a sticky expression's match at a place ends, -1 where there is none. */
export const matchEnd = (expression: RegExp, text: string, at: number): number => {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : -1
}

function tokenOf(text: string, from: number, to: number, chainStart: number, chainEnd: number): Found | undefined {
  let start = from
  const escaped = text.charCodeAt(start - 1) === 0x5c && /[nrt]/.test(text[start] as string)
  if (escaped) start += 1
  while (start < to && (text.charCodeAt(start) === 0x5f || text.charCodeAt(start) === 0x2d)) start += 1
  const length = to - start
  const code = text.charCodeAt(start)
  if (code === 0x65 && text.startsWith('eyJ', start)) {
    const end = jwtEnd(text, start)
    if (end !== undefined) return { start, end, score: 0.98, reason: 'JWT with an algorithm in its header' }
  }
  if (length >= 12 || (text.charCodeAt(to) === 0x2e && opensDotted(text.slice(start, to)))) {
    const found = tokenAt(text, start, to)
    if (found) return { start, ...found }
  }
  if (code === 0x52 && length >= 8) {
    const end = matchEnd(minisign, text, start)
    if (end > 0) return { start, end, score: 0.95, reason: 'minisign secret key' }
  }
  const single = (expression: RegExp, reason: string): Found | undefined => {
    const end = matchEnd(expression, text, start)
    return end > 0 && /\d/.test(text.slice(start, end)) ? { start, end, score: 0.9, reason } : undefined
  }
  if (text.charCodeAt(to) === 0x2e && start - chainStart < 2 && chainEnd - start >= 24) {
    if (code === 0x53) return single(sendGrid, 'SendGrid key')
    if (code === 0x73 && length === 1) return single(oldVault, 'Vault token')
    if (code === 0x70) return single(airtable, 'Airtable token')
    if (code === 0x76) return single(cloudflareOrigin, 'Cloudflare key')
    if (length === 14) return single(terraform, 'Terraform token')
    if (code >= 0x4d && code <= 0x4f) return single(discord, 'Discord token')
  }
  if (length === 50) return single(mailgun, 'Mailgun key')
  return undefined
}
