import { before, contextWords, near } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'
import { octet, readV6, type V6 } from '../text/ip-address.js'
import { isAsciiLetter, isAsciiWord, isDigit, isHex, isWordAt } from '../text/letters.js'
import { columnOf } from './ip-column.js'
import {
  addressWords,
  agent,
  heading,
  isAmount,
  isChangeSpokenOf,
  isLineStart,
  isMarkedUp,
  isNamedOtherwise,
  isPath,
  isRatherVersion,
  isVersionSpokenOf,
  type Quad,
} from './ip-version.js'

const DOT = 0x2e
const COLON = 0x3a
const SLASH = 0x2f
const PERCENT = 0x25
const UNDERSCORE = 0x5f
const HYPHEN = 0x2d

/** Before a quad: what version ranges and amounts begin with. */
const marks = new Set(Array.from('^~#$€£¥%&', (char) => char.charCodeAt(0)))

/** A net's length behind a slash: the offset behind it, or `end`. */
function behindLength(text: string, end: number, most: number): number {
  if (text.charCodeAt(end) !== SLASH) return end
  let index = end + 1
  while (index - end < 5 && isDigit(text.charCodeAt(index))) index += 1
  const digits = index - end - 1
  if (digits < 1 || digits > 3 || Number(text.slice(end + 1, index)) > most) return end
  const next = text.charCodeAt(index)
  if (isWordAt(text, index) || next === UNDERSCORE || next === SLASH) return end
  return next === DOT && isDigit(text.charCodeAt(index + 1)) ? end : index
}

/** Whether the characters beside let an address stand there. */
function standsFree(text: string, { start, end, octets: [first = 0] }: Quad): boolean {
  if (start > 0) {
    const code = text.charCodeAt(start - 1)
    if (code === UNDERSCORE || marks.has(code) || isWordAt(text, start - 1)) return false
    const further = text.charCodeAt(start - 2)
    if (
      code === HYPHEN &&
      isAsciiLetter(further) &&
      !/(?:^|[^a-z])ip(?:v4)?-$/i.test(text.slice(Math.max(0, start - 6), start))
    )
      return false
    if (code === DOT && (isWordAt(text, start - 2) || further === 0x5d || further === 0x29)) return false
    if (
      code === 0x2c &&
      isDigit(further) &&
      text.charCodeAt(start + 1) === DOT &&
      start > 4 &&
      text.charCodeAt(start - 5) === DOT
    )
      return false
  }
  const code = text.charCodeAt(end)
  if (code === UNDERSCORE || code === PERCENT || isWordAt(text, end)) return false
  const further = text.charCodeAt(end + 1)
  if (code === HYPHEN && isAsciiLetter(further) && first < 64) return false
  if (code === DOT && isAsciiWord(further) && !(further >= 0x41 && further <= 0x5a)) return false
  return true
}

const isPrivate = ([a, b]: readonly number[]): boolean =>
  a === 10 || a === 127 || (a === 192 && b === 168) || (a === 172 && (b as number) >= 16 && (b as number) <= 31)

function lookAtQuad(haystack: Haystack, quad: Quad, report: Report): void {
  const { text } = haystack
  const { start, octets } = quad
  if (!standsFree(text, quad)) return
  haystack.step()
  const end = behindLength(text, quad.end, 32)
  const net = end > quad.end
  const [a, b, c, d] = octets as [number, number, number, number]
  const high = Math.max(a, b, c, d)
  const column = start > 2 ? columnOf(text, start, quad.end) : undefined
  const local = isPrivate(octets) && !(a === 10 && high <= 40 && isRatherVersion(haystack, start))
  if (column === 'address' && !net) {
    report(start, end, 'IP', 0.95, 'dotted quad in a column of addresses')
    return
  }
  if (column === 'version' && !local) return
  if (isNamedOtherwise(haystack, start, high <= 99 && !local) || isAmount(text, quad)) return
  if (high <= 99 && isPath(text, start, quad.end)) return
  const port = text.charCodeAt(quad.end) === COLON && isDigit(text.charCodeAt(quad.end + 1))
  if (net || port || (local && high > 1)) {
    report(
      start,
      end,
      'IP',
      0.95,
      net ? 'dotted quad, network' : port ? 'dotted quad, port' : 'dotted quad, private range',
    )
    return
  }
  // Chrome/49.0.26.95, lib/1.2.3.4
  const path = text.charCodeAt(start - 1) === SLASH && isWordAt(text, start - 2)
  if (path && agent.test(text.slice(Math.max(0, start - 20), start))) return
  const small = high <= 99
  const round = a === 0 ? high > 0 && octets.filter((value) => value > 99).length < 2 : b === 0 && c === 0 && d === 0
  // 1.3.6.1 internet, 1.3.101 Ed25519 and others, 2.5.4 attributes, 2.5.29 extensions
  const oid =
    (a === 1 && b === 3 && ((c === 6 && d === 1) || c === 101)) || (a === 2 && b === 5 && (c === 4 || c === 29))
  const titled =
    high <= 30 &&
    Math.min(a, b, c, d) < 4 &&
    heading.test(text.slice(quad.end, quad.end + 8)) &&
    isLineStart(text, start)
  const versioned =
    (small && isVersionSpokenOf(haystack, start)) ||
    (high <= 40 && (isChangeSpokenOf(haystack, start) || isMarkedUp(text, quad)))
  // nginx:1.2.3.4, com.example:lib:1.2.3.4
  const tagged = high <= 40 && text.charCodeAt(start - 1) === COLON && isAsciiWord(text.charCodeAt(start - 2))
  if (path || tagged || round || oid || titled || versioned) {
    const said = !titled && !versioned && near(haystack, start, end, addressWords)
    report(
      start,
      end,
      'IP',
      said ? 0.8 : 0.35,
      said ? 'dotted quad; context' : 'dotted quad, rather a version or heading',
    )
    return
  }
  report(start, end, 'IP', small ? 0.85 : 0.95, 'dotted quad')
}

/** tcpdump writes the port behind a fifth dot: `IP 192.0.2.1.51234 > 198.51.100.7.443:`. */
const arrow = /^\.\d{1,5}(?::\s| > )/
const arrowBefore = /(?:\bIP | > )$/

function findQuads(haystack: Haystack, report: Report): void {
  const { text, digits } = haystack
  const { at, length } = digits
  for (let index = 0; index + 7 < length; index += 2) {
    const gap = at[index + 1] as number
    if (text.charCodeAt(gap) !== DOT || at[index + 2] !== gap + 1) continue
    let last = index + 2
    while (last + 2 < length) {
      const end = at[last + 1] as number
      if (text.charCodeAt(end) !== DOT || at[last + 2] !== end + 1) break
      last += 2
    }
    const groups = (last - index) / 2 + 1
    if (groups === 4 || groups === 5) {
      const start = at[index] as number
      const octets: number[] = []
      for (let group = index; group < index + 8; group += 2)
        octets.push(octet(text, at[group] as number, at[group + 1] as number))
      const end = at[index + 7] as number
      if (octets.every((value) => value >= 0)) {
        if (groups === 4) lookAtQuad(haystack, { start, end, octets }, report)
        else if (arrow.test(text.slice(end, end + 9)) && arrowBefore.test(text.slice(Math.max(0, start - 3), start)))
          report(start, end, 'IP', 0.9, 'dotted quad, port as tcpdump writes it')
      }
    }
    index = last
  }
}

const ZONE = 32

/** The offset behind `%eth0`, or `end`. */
function behindZone(text: string, end: number): number {
  if (text.charCodeAt(end) !== PERCENT) return end
  let index = end + 1
  while (index - end <= ZONE) {
    const code = text.charCodeAt(index)
    if (!(isAsciiWord(code) || code === DOT || code === UNDERSCORE || code === HYPHEN || code === 0x7e)) break
    index += 1
  }
  while (index > end && !isAsciiWord(text.charCodeAt(index - 1))) index -= 1
  return index > end + 1 ? index : end
}

/** A year and five or more two-digit groups are a time, not an address. */
const time = /^(?:19|20)\d\d(?::\d\d){5,7}$/

const sixWords = contextWords(
  'ipv6',
  'ip',
  'ip address',
  'adresse',
  'address',
  'addr*',
  'inet6',
  'host',
  'server',
  'client',
  'peer',
  'ping6',
  'ping',
  'prefix',
  'dirección',
  'indirizzo',
)

/** Of letters alone, `a::b` is a name of a program's, unless it is said to be an address. */
const sixName = /(?:^|[^a-z])(?:ipv?6?|inet6|addr(?:ess)?|adresse)["']?[\s:=]{1,3}$/i

/** `Foo<T>::add`, `'5'::dec`: what stands before may be the name of a place in a program. */
const quoted = (before: number, first: number): boolean =>
  first === COLON && (before === 0x29 || before === 0x3e || before === 0x27 || before === 0x22 || before === 0x60)

/** How sure an address of this form is one, before any context. */
function formOf(text: string, start: number, six: V6, value: string): number {
  if (six.quad) return 0.95
  if (!six.compressed) {
    if (six.longest === 2 && six.shortest === 2) return 0
    if (time.test(value)) return 0.1
    return six.longest >= 3 ? 0.95 : 0.7
  }
  // `ffff::` may be a net; what a program names goes on behind the colons
  if (!six.digit && six.groups < 4) return six.longest === 4 && value.endsWith('::') ? 0.3 : 0.1
  if (!six.digit) return /^(?:f{1,4}:)+:?$/i.test(value) ? 0.1 : 0.6
  // Slices of arrays: x[::2], y[1::3].
  const open = text.charCodeAt(start - 1) === 0x5b
  if (
    open &&
    (isWordAt(text, start - 2) || text.charCodeAt(start - 2) === 0x5d || text.charCodeAt(start - 2) === 0x29)
  ) {
    if (six.longest < 3 || /^[\d:]+$/.test(value)) return 0
  }
  if (value === '::1') return 0.85
  if (value.charCodeAt(0) !== COLON) {
    if (/^[23f][0-9a-f]{3}:/i.test(value)) return 0.95
    if (/^64:ff9b:/i.test(value)) return 0.9
  }
  if (six.longest === 2 && six.shortest === 2) return 0.35
  return six.groups >= 4 || (six.groups === 3 && six.longest >= 3) ? 0.8 : 0.35
}

function lookAtSix(haystack: Haystack, start: number, report: Report): void {
  const { text } = haystack
  const six = readV6(text, start)
  if (six === undefined) return
  const after = text.charCodeAt(six.end)
  if (isWordAt(text, six.end) || after === UNDERSCORE) return
  if (after === COLON && (text.charCodeAt(six.end + 1) === COLON || isHex(text.charCodeAt(six.end + 1)))) return
  if (after === DOT && isDigit(text.charCodeAt(six.end + 1))) return
  haystack.step()
  const zone = behindZone(text, six.end)
  const end = behindLength(text, zone, 128)
  let score = formOf(text, start, six, text.slice(start, six.end))
  if (score === 0) return
  const marked =
    zone > six.end || (end > zone && six.digit) || (text.charCodeAt(start - 1) === 0x5b && after === 0x5d && six.digit)
  if (marked) score = Math.max(score + 0.25, 0.6)
  else if (score < 0.6 && !quoted(text.charCodeAt(start - 1), text.charCodeAt(start))) {
    if (score < 0.3) score += sixName.test(text.slice(Math.max(0, start - 12), start)) ? 0.5 : 0
    else if (before(haystack, start, sixWords)) score += 0.4
  }
  report(start, end, 'IP', Math.min(score, 0.95), 'IPv6 form')
}

function findSixes(haystack: Haystack, report: Report): void {
  const { text, colons } = haystack
  const { at, length } = colons
  let behind = 0
  for (let index = 0; index < length; index += 1) {
    const colon = at[index] as number
    if (colon < behind) continue
    const next = text.charCodeAt(colon + 1)
    if (next !== COLON && !isHex(next)) continue
    let start = colon
    while (colon - start < 5 && isHex(text.charCodeAt(start - 1))) start -= 1
    const left = text.charCodeAt(start - 1)
    // What stands before is a longer word, so the colon is a label's, or `std::`.
    if (colon - start > 4 || left === UNDERSCORE || (start > 0 && isWordAt(text, start - 1))) {
      if (next === COLON) behind = runEnd(text, colon)
      continue
    }
    if (start === colon && next !== COLON) continue
    if (start === colon && (left === COLON || left === 0x29)) continue
    if (left === DOT && isWordAt(text, start - 2)) continue
    behind = runEnd(text, colon)
    lookAtSix(haystack, start, report)
  }
}

/** The offset behind a run of hexadecimal digits and colons: looked at once, whatever it holds. */
function runEnd(text: string, from: number): number {
  let index = from
  for (let code = text.charCodeAt(index); code === COLON || isHex(code); ) code = text.charCodeAt(++index)
  return index
}

/**
 * Finds IPv4 and IPv6 addresses, with zone and network length, without port and brackets. Loopback, private, documentation
 * and unspecified addresses are found as any other: within one network they stand for one machine. Versions, headings,
 * object ids and times are not.
 *
 * @returns the detector of IP
 */
export function ip(): Detector {
  return {
    name: 'ip',
    version: '1',
    types: ['IP'],
    find(haystack, report) {
      findQuads(haystack, report)
      findSixes(haystack, report)
    },
  }
}
