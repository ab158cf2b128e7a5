import type { Detector, Haystack, Report } from '../detector.js'
import { blocksOf, puttyAt } from './secret/blocks.js'
import { letteredTokens, matchEnd, tokensIn } from './secret/chain.js'
import { isAsciiLetter, isDigit, isSpace, isToken } from './secret/chars.js'
import { connectionAt, type Reached } from './secret/connection.js'
import { atUserFlag } from './secret/flags.js'
import { atSignature, authorization, awsBeside, isAuthorization } from './secret/headers.js'
import { createMemory } from './secret/memory.js'
import { tellingWords } from './secret/telling.js'
import { dottedEnd } from './secret/tokens.js'
import { atChunk, atNumber, atOperator, atSpoken, type Lists, mayBeSaid, whole } from './secret/told.js'
import { valuesOf } from './secret/value.js'
import { worth } from './secret/worth.js'

const telegram = /AA[\w-]{31,36}(?![\w-])/y
const azureSecret = /Q~[A-Za-z0-9_.~-]{30,36}(?![\w~-])/y
const edges = new Uint8Array(128)
for (const sign of ' \t\r\n\f\v"\'`<>|([,') edges[sign.charCodeAt(0)] = 1

const isEdge = (code: number): boolean =>
  code < 128
    ? edges[code] === 1
    : code === 0xa0 || code === 0xab || code === 0x201c || code === 0x201e || code === 0x2018 || code === 0x201a

/** A number alone is no value of its own; operators look at theirs. */
const limits = new Uint8Array(128)
for (const sign of ' \t\r\n"\'`<>|([,=:]);}') limits[sign.charCodeAt(0)] = 1
const isLimit = (code: number): boolean => code < 128 && limits[code] === 1

const hasWork = (text: string): boolean => text.length >= 8

/** Beyond every text. */
const NONE = 0x7fffffff

function find(haystack: Haystack, report: Report): void {
  const { text, digits, colons, equals } = haystack
  whole(haystack, report)
  if (!hasWork(text)) return
  if (text.includes('BEGIN')) {
    const blocks = blocksOf(text)
    let begin = blocks.next(0)
    while (begin >= 0) {
      haystack.step()
      const block = blocks.at(begin)
      if (block) report(block.start, block.end, 'SECRET', 0.98, 'private key block')
      begin = blocks.next(block ? block.end : begin + 5)
    }
  }
  const reportToken: Report = (from, to, type, score, reason) => {
    report(from, to, type, score, reason)
    if (reason === 'AWS access key') awsBeside(text, from, to, report)
  }
  letteredTokens(text, reportToken)
  const words = tellingWords(text)
  const values = valuesOf(text)
  const lists: Lists = {}
  const memory = createMemory(worth)
  const reached: Reached = { from: 0, to: 0 }
  let d = 0
  let c = 0
  let e = 0
  let said = text.indexOf('assw')
  let chainEnd = 0
  let chunkEnd = 0
  let blockEnd = 0
  while (true) {
    const digit = d < digits.length ? (digits.at[d] as number) : NONE
    const colon = c < colons.length ? (colons.at[c] as number) : NONE
    const equal = e < equals.length ? (equals.at[e] as number) : NONE
    let place = digit < colon ? digit : colon
    if (equal < place) place = equal
    if (said >= 0 && said < place) place = said
    if (place === NONE) return
    if (place === digit) {
      const digitsEnd = digits.at[d + 1] as number
      d += 2
      if (digit >= chainEnd) {
        const before = text.charCodeAt(digit - 1)
        const after = text.charCodeAt(digitsEnd)
        if (!isToken(before) && before !== 0x2e && !isToken(after) && after !== 0x2e && after !== 0x7e)
          chainEnd = digitsEnd
        else {
          let start = digit
          while (
            start > chainEnd &&
            (isToken(text.charCodeAt(start - 1)) ||
              (text.charCodeAt(start - 1) === 0x2e && start - 1 > chainEnd && isToken(text.charCodeAt(start - 2))))
          )
            start -= 1
          chainEnd = dottedEnd(text, digitsEnd, Number.POSITIVE_INFINITY)
          if (chainEnd - start >= 16) {
            tokensIn(text, start, chainEnd, reportToken)
          }
          if (
            text.charCodeAt(chainEnd) === 0x7e &&
            text.charCodeAt(chainEnd - 1) === 0x51 &&
            isDigit(text.charCodeAt(chainEnd - 2))
          ) {
            const end = matchEnd(azureSecret, text, chainEnd - 1)
            if (end > 0) report(chainEnd - 5 < start ? start : chainEnd - 5, end, 'SECRET', 0.9, 'Azure client secret')
          }
        }
      }
      if (mayBeSaid(text, digit, digitsEnd)) atNumber(text, digit, digitsEnd, words, memory, haystack, report)
      if (digit >= chunkEnd && !(isLimit(text.charCodeAt(digit - 1)) && isLimit(text.charCodeAt(digitsEnd)))) {
        let start = digit
        let letters = false
        const floor = Math.max(chunkEnd, digit - 64)
        while (start > floor) {
          const code = text.charCodeAt(start - 1)
          if (isEdge(code)) break
          if (isAsciiLetter(code) || code > 0x7f) letters = true
          start -= 1
        }
        let end = digitsEnd
        const ceiling = Math.min(text.length, digit + 256)
        while (end < ceiling) {
          const code = text.charCodeAt(end)
          if (isSpace(code) || code === 0x22 || code === 0x60 || code === 0x3c) break
          if (isAsciiLetter(code) || code > 0x7f) letters = true
          end += 1
        }
        chunkEnd = end
        if (letters && end - start >= 6) atChunk(text, start, end, words, values, memory, haystack, report)
      }
    } else if (place === colon) {
      c += 1
      const next = text.charCodeAt(colon + 1)
      const before = text.charCodeAt(colon - 1)
      if (colon < blockEnd || next === 0x3a || before === 0x3a) continue
      if (next === 0x2f || before === 0x63 || before === 0x43) {
        const found = connectionAt(text, colon, reached)
        if (found) {
          report(found.start, found.end, 'SECRET', found.score, found.reason)
          continue
        }
        if (next === 0x2f && text.charCodeAt(colon + 2) === 0x2f) continue
      }
      if (isDigit(before)) {
        const key = puttyAt(text, colon)
        if (key) {
          report(key.start, key.end, 'SECRET', 0.98, 'private key block')
          blockEnd = key.end
          continue
        }
        if (next === 0x41) {
          const end = matchEnd(telegram, text, colon + 1)
          let start = colon
          while (start > 0 && colon - start < 12 && isDigit(text.charCodeAt(start - 1))) start -= 1
          const border = text.charCodeAt(start - 1)
          const bot = text.slice(Math.max(0, start - 3), start) === 'bot'
          if (end > 0 && colon - start >= 8 && colon - start <= 11 && (bot || !isToken(border)))
            report(start, end, 'SECRET', 0.95, 'Telegram bot token')
        }
      }
      if (isAuthorization(text, colon)) authorization(text, colon, values, report)
      else {
        atUserFlag(text, colon, values, report)
        atOperator(text, colon, words, values, lists, memory, haystack, report)
      }
    } else if (place === equal) {
      e += 1
      if (text.charCodeAt(equal + 1) === 0x3d) continue
      atSignature(text, equal, report)
      if (isAuthorization(text, equal)) authorization(text, equal, values, report)
      else atOperator(text, equal, words, values, lists, memory, haystack, report)
    } else {
      let end = said + 4
      while (end - said < 12 && isAsciiLetter(text.charCodeAt(end))) end += 1
      atSpoken(text, end, words, values, memory, haystack, report)
      said = text.indexOf('assw', end)
    }
  }
}

/**
 * Finds keys, tokens, passwords and what holds them: tokens by their makers' prefixes, private keys, addresses with a
 * password, and values beside a word that tells.
 *
 * @returns the detector of SECRET
 * @example
 * ```ts
 * import { piiRedactor, secret } from 'quittance/pii'
 * const redactor = piiRedactor({ detectors: [secret()] })
 * console.log(redactor.redact('password: Tr0ub4dor&3', { path: 'input', kind: 'text' }).text) // password: [SECRET]
 * ```
 */
export function secret(): Detector {
  return { name: 'secret', version: '1', types: ['SECRET'], find }
}
