import { contextWords } from '../context.js'
import { type Detector, type Haystack, REACH, type Report } from '../detector.js'
import { readDomain } from '../text/email-domain.js'
import { quadEnd, readV6 } from '../text/ip-address.js'
import { isAsciiLetter, isAsciiWord, isDigit, isUnspacedAt, isWordAt } from '../text/letters.js'
import { unspacedStart } from '../text/unspaced-local.js'
import { spacedAt } from './email-spaced.js'

const AT = 0x40
const DOT = 0x2e
const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x5b
const UNDERSCORE = 0x5f
const COLON = 0x3a
const SLASH = 0x2f
const DOLLAR = 0x24
const LESS = 0x3c
const EQUALS = 0x3d
const APOSTROPHE = 0x27
const CURLY_APOSTROPHE = 0x2019
const SPACE = 0x20

const LONGEST_LOCAL = 64

/** Kinds of characters of a local part. */
const PLAIN = 1
/** Only between letters and digits: elsewhere it is the prose's. */
const INNER = 2
/** RFC 5321 allows it, but in prose it nearly always stands beside an address. */
const RARE = 3

const kinds = new Uint8Array(128)
for (let code = 0; code < 128; code += 1) if (isAsciiWord(code)) kinds[code] = PLAIN
for (const char of '.+-_') kinds[char.charCodeAt(0)] = PLAIN
for (const char of "'%&!~$") kinds[char.charCodeAt(0)] = INNER
for (const char of '#*/=?^`{|}') kinds[char.charCodeAt(0)] = RARE

const kindOf = (code: number): number => (code < 128 ? (kinds[code] as number) : 0)

/** `l'alice@…` is `alice@…` with an article. */
const article = /(?:^|[^\p{L}\p{N}])(?:l|qu|all|dall|dell|nell|sull)$/iu

/** `?q=100%20alice@…`, where percent-encoding was left as it was. */
const encoded = /^%[2-7][0-9a-f]/i

/** What mail systems write before a `=` of their own: `SRS0=HH=TT=corp.com=alice@…`, `bounces+alice=corp.com@…`. */
const rewritten = /^(?:srs[01][=+-]|prvs=|[a-z0-9._-]+\+)/i

const parameter = /^[a-z-]+=$/

/** RFC 3696's example, and nothing like `path?name=`. */
const department = /^[a-z0-9]+\/[a-z0-9]+=[a-z0-9]+$/i

/** Ids that are built like addresses, by the name that stands right before them. */
const messageId = /(?:message-?id|msg-?id|content-id)$/i
/** A list of such ids, where they stand in angle brackets: without, "references" may name a person. */
const messageIds = /(?:in-reply-to|references)$/i
/** Calendars and inline images do the same; `uid=alice@…` is a person all the same. */
const objectId = /(?<![a-z0-9])[cu]id$/i
const manyDigits = /(?:\d\D{0,20}){6}/

/** Behind one of these, a host needs no top-level domain. */
const mailName =
  /(?:e-?mail(?:s|-?adress[ea]?|[ _-]address)?|mail|mailto|mailbox|courriel|correo(?: electrónico)?|posta|mél|sender|recipient|reply-to)$/iu
const mailHint = contextWords('email*', 'e mail*', 'mail', 'mailbox', 'courriel', 'correo', 'posta', 'mél')

/** What package managers and build systems write behind an `@`. */
const tags = new Set(
  'latest next beta alpha canary rc stable dev main master head nightly edge lts sha256 md5'.split(' '),
)

/** Local parts of services: `git@github.com:owner/name` is a place, no person. */
const services = new Set(['git', 'hg', 'svn', 'gitlab', 'gitea'])

/** What ends a URL's authority, or joins it to something else in prose and tables. */
const outsideAuthority = new Uint8Array(128)
for (const char of '"<>?`#,;|()[]{}\'') outsideAuthority[char.charCodeAt(0)] = 1

/** Whether the token that `start` stands in began as `scheme://`, so that what ends at the `@` is user info. */
function isUserInfo(text: string, start: number): boolean {
  const floor = Math.max(2, start - REACH)
  let names = 0
  for (let index = start - 1; index >= floor; index -= 1) {
    const code = text.charCodeAt(index)
    if (code <= 0x20 || (code < 128 && outsideAuthority[code] === 1)) return false
    // One address may be the user's name; what stands behind more would be read again for each.
    if (code === AT && ++names > 1) return false
    if (code !== SLASH) continue
    if (text.charCodeAt(index - 1) !== SLASH || text.charCodeAt(index - 2) !== COLON)
      return text.slice(Math.max(0, start - REACH), index).includes('jdbc:')
    return !(
      index + 1 === start &&
      text
        .slice(Math.max(0, index - 8), index - 2)
        .toLowerCase()
        .endsWith('mailto')
    )
  }
  return false
}

/** The start of a quoted local part whose closing quote stands at `close`, or -1. */
function quotedStart(text: string, close: number): number {
  const escaped = text.charCodeAt(close - 1) === BACKSLASH && text.charCodeAt(close - 2) !== BACKSLASH
  const floor = Math.max(0, close - LONGEST_LOCAL)
  let inner = 0
  for (let index = close - (escaped ? 2 : 1); index >= floor; index -= 1) {
    const code = text.charCodeAt(index)
    if (code < 0x20) return -1
    if (code !== QUOTE) continue
    let slashes = 0
    while (slashes < 8 && text.charCodeAt(index - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 1 && !escaped) continue
    if (escaped && slashes !== 1) return -1
    const start = escaped ? index - 1 : index
    if (index + 1 >= close - (escaped ? 1 : 0)) return -1
    const before = start === 0 ? ' ' : (text[start - 1] as string)
    if (/[\s<([,;:>='`|]/.test(before)) return start
    // A member's value whose own quotes were escaped: `"\"john doe\"@…"`.
    const value = before === '"' && /^"[\p{L}\p{N}][^",:]{0,64}"$/u.test(text.slice(index, close + 1))
    if (value && /[\s:,[{(=]/.test(text[start - 2] ?? ' ')) return start
    // A quote of its own, whose backslash folding took: `"a\"b"@…`.
    if (escaped || inner > 1 || !isWordAt(text, index - 1) || !isWordAt(text, index + 1)) return -1
    inner += 1
  }
  return -1
}

/** Counts the sorts of RARE and INNER characters in a run. */
function oddities(text: string, start: number, end: number): number {
  const sorts = new Set<number>()
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index)
    if (kindOf(code) >= INNER) sorts.add(code)
  }
  return sorts.size
}

/** The start of a run of all that RFC 5322 allows in an atom, where it stands alone; or -1. */
function atomStart(text: string, at: number): number {
  const floor = Math.max(0, at - LONGEST_LOCAL)
  let start = at
  while (start > floor && kindOf(text.charCodeAt(start - 1)) > 0) start -= 1
  return start === 0 || /[\s"(<,;:]/.test(text[start - 1] as string) ? start : -1
}

/** Whether a character that prose uses as well belongs to the local part that goes on behind it. */
function belongs(text: string, index: number, code: number, at: number): boolean {
  if (!isWordAt(text, index + 1) || !isWordAt(text, index - 1)) return false
  if (code === APOSTROPHE) return !article.test(text.slice(Math.max(0, index - 5), index))
  if (code === 0x25) return !encoded.test(text.slice(index, index + 3))
  if (code === EQUALS) {
    const start = atomStart(text, at)
    if (start < 0) return false
    const before = text.slice(start, index + 1)
    // Between angle brackets nothing is a parameter's name, unless it looks like one.
    if (text.charCodeAt(start - 1) === LESS && !parameter.test(before)) return true
    return rewritten.test(before) || department.test(text.slice(start, at))
  }
  if (code === SLASH) {
    const start = atomStart(text, at)
    return start >= 0 && department.test(text.slice(start, at))
  }
  return kindOf(code) === INNER
}

/** The start of an unquoted local part that ends at `at` and begins behind the last address, or -1. */
function localStart(text: string, at: number, behind: number): number {
  let start = at
  const floor = Math.max(behind, at - LONGEST_LOCAL)
  const spaced = at > 0 && text.charCodeAt(at - 1) < 128
  while (start > floor) {
    const index = start - 1
    const code = text.charCodeAt(index)
    const kind = kindOf(code)
    if (code === DOT) {
      if (text.charCodeAt(index - 1) === DOT) {
        if (text.charCodeAt(index - 2) !== DOT && isWordAt(text, index - 2)) return -1
        break
      }
    } else if (kind === 0) {
      if (code < 128) break
      if (code === CURLY_APOSTROPHE) {
        if (!isWordAt(text, index + 1) || !isWordAt(text, index - 1)) break
        if (article.test(text.slice(Math.max(0, index - 5), index))) break
      } else if (!isWordAt(text, index)) break
      else if (spaced && isUnspacedAt(text, index)) {
        const named = unspacedStart(text, index, at, floor)
        return named < 0 ? start : named
      }
    } else if (kind !== PLAIN && !belongs(text, index, code, at)) break
    start = index
  }
  return isCut(text, start, at, behind) ? unglued(text, start, at) : start
}

/** Whether a local part that begins there is the end of a longer run. */
const isCut = (text: string, start: number, at: number, behind: number): boolean =>
  at - start >= LONGEST_LOCAL &&
  start > behind &&
  (kindOf(text.charCodeAt(start - 1)) === PLAIN || isWordAt(text, start - 1))

const LONGEST_NAME = 20

/**
 * Where a local part begins that ends a run of more than it may hold: what it is glued to is no reason to leave it. It has
 * its last piece, and those before that are letters only, joined by one sign each; or else all that it may hold.
 */
function unglued(text: string, floor: number, at: number): number {
  let index = at
  while (index > floor && !isWordAt(text, index - 1)) index -= 1
  const last = index
  while (index > floor && isWordAt(text, index - 1)) index -= 1
  if (index === floor || last - index < 2 || !/\p{L}/u.test(text.slice(index, last))) return floor
  let start = index
  while (index > floor) {
    const end = index - 1
    index = end
    let letters = true
    while (index > floor && isWordAt(text, index - 1)) {
      index -= 1
      if (isDigit(text.charCodeAt(index))) letters = false
    }
    if (!letters || end - index < 2 || end - index > LONGEST_NAME) return start
    start = index
  }
  return floor
}

/** Where the run begins that a local part was taken from, as far as what stands beside a finding has a say in it. */
function runStart(text: string, start: number): number {
  let index = start
  const floor = Math.max(0, start - REACH + 1)
  while (index > floor && (kindOf(text.charCodeAt(index - 1)) > 0 || isWordAt(text, index - 1))) index -= 1
  return index
}

/** Moves a start behind what prose and escapes left before the local part; -1 where it is none. */
function trimmed(text: string, from: number, at: number, domainEnd: number): number {
  let start = from
  const before = start > 0 ? text.charCodeAt(start - 1) : 0
  if (before === BACKSLASH) {
    if (/^u00[0-9a-f]{2}/i.test(text.slice(start, start + 5))) start += 5
    else if (/[nrt]/.test(text[start] as string)) start += 1
  }
  const marked = text.charCodeAt(domainEnd) === UNDERSCORE
  for (let code = text.charCodeAt(start); start < at; code = text.charCodeAt(++start)) {
    if (code === DOT && start === from && before !== DOT && !(before > 0x20 && isWordAt(text, start - 1))) return -1
    if (!(code === DOT || code === 0x2b || code === 0x2d || (marked && code === UNDERSCORE) || kindOf(code) >= INNER))
      break
  }
  if (start === at) return -1
  if (before === AT) return -1
  if (before === DOLLAR && start === from) {
    if (/^[a-z]\d{3,}$/i.test(text.slice(start, at))) return start - 1
    return isDigit(text.charCodeAt(start)) ? start : -1
  }
  if (before === 0x25 && at - start === 1 && /[sdiv]/.test(text[start] as string)) return -1
  if (before === 0x21 && start === from && text.slice(start, at).includes('!')) return start - 1
  return start
}

/** The offset behind the last character before `end` that is no space; not before `floor`. */
function behindSpace(text: string, end: number, floor: number): number {
  let index = end
  while (index > floor && text.charCodeAt(index - 1) <= 0x20) index -= 1
  return index
}

/** Whether it is rather a Message-ID, which is built like an address. */
function isMessageId(text: string, from: number, at: number): boolean {
  const glued = isWordAt(text, from - 1) || kindOf(text.charCodeAt(from - 1)) === PLAIN
  const start = glued ? runStart(text, from) : from
  const angled = text.charCodeAt(start - 1) === LESS
  const floor = Math.max(0, from - REACH)
  let index = angled ? start - 1 : start
  let earlier = 0
  index = behindSpace(text, index, floor)
  while (angled && earlier < 2 && text.charCodeAt(index - 1) === 0x3e) {
    while (index > floor && text.charCodeAt(index - 1) !== LESS) index -= 1
    index -= 1
    earlier += 1
    index = behindSpace(text, index, floor)
  }
  if (text.charCodeAt(index - 1) === QUOTE) index -= 1
  index = behindSpace(text, index, floor)
  const code = text.charCodeAt(index - 1)
  if (code !== COLON && code !== EQUALS) return false
  index -= 1
  if (text.charCodeAt(index - 1) === QUOTE) index -= 1
  const name = text.slice(Math.max(0, index - 12), index)
  if (messageId.test(name) || (angled && messageIds.test(name))) return true
  return objectId.test(name) && manyDigits.test(text.slice(start, at))
}

/** `user@[192.0.2.1]`, `user@[IPv6:2001:db8::1]`: the offset behind the bracket, or -1. */
function literalEnd(text: string, open: number): number {
  let end = quadEnd(text, open + 1)
  if (end < 0) {
    const tagged = text.slice(open + 1, open + 6).toLowerCase() === 'ipv6:'
    end = readV6(text, open + (tagged ? 6 : 1))?.end ?? -1
  }
  return end >= 0 && text.charCodeAt(end) === 0x5d ? end + 1 : -1
}

/** Looks at one `@`; gives where the address ends, or `behindLast` where there is none. */
function look(haystack: Haystack, at: number, behindLast: number, report: Report): number {
  const { text } = haystack
  const next = text.charCodeAt(at + 1)
  if (at > 1 && (next === SPACE || text.charCodeAt(at - 1) === SPACE)) {
    haystack.step()
    const spaced = spacedAt(text, at, behindLast)
    if (spaced === undefined) return behindLast
    report(spaced.start, spaced.end, 'EMAIL', spaced.score, 'address with blanks in it')
    return spaced.end
  }
  if (at === 0 || !(next === OPEN || isAsciiWord(next) || (next > 127 && isWordAt(text, at + 1)))) return behindLast
  const last = text.charCodeAt(at - 1)
  const quoted = last === QUOTE
  const odd = !quoted && kindOf(last) !== PLAIN && !(last > 127 && isWordAt(text, at - 1))
  if (odd && kindOf(last) === 0) return behindLast
  if (last === DOT) return behindLast
  haystack.step()

  const literal = next === OPEN ? literalEnd(text, at + 1) : -1
  if (next === OPEN && literal < 0) return behindLast
  const domain = literal < 0 ? readDomain(text, at + 1) : undefined
  if (literal < 0 && domain === undefined) return behindLast
  const end = domain ? domain.end : literal
  const top = domain ? domain.top : 2
  if (top === 0 && !mayBeHost(text, at, end)) return behindLast

  let start: number
  if (quoted) start = quotedStart(text, at - 1)
  else if (odd) {
    start = atomStart(text, at)
    if (start >= 0 && oddities(text, start, at) < 5) return behindLast
  } else {
    start = localStart(text, at, behindLast)
    if (start >= 0) {
      const whole = kindOf(text.charCodeAt(start - 1)) > PLAIN ? atomStart(text, at) : -1
      if (whole >= 0 && whole < start && oddities(text, whole, at) >= 5) start = whole
      else start = trimmed(text, start, at, end)
    }
  }
  if (start < 0) return behindLast
  if (!quoted && !odd && kindOf(last) === PLAIN && !isAsciiWord(last) && !/[^+-]/.test(text.slice(start, at)))
    return behindLast
  if (isUserInfo(text, start)) return behindLast
  const behind = text.charCodeAt(end)
  if (behind === COLON && at - start <= 6 && services.has(text.slice(start, at)) && !isDigit(text.charCodeAt(end + 1)))
    return behindLast
  if (isMessageId(text, start, at)) {
    report(start, end, 'EMAIL', 0.3, 'built like an address, but a message id')
    return behindLast
  }
  if (literal >= 0) report(start, end, 'EMAIL', 0.9, 'address with a domain literal')
  else if (top === 2)
    report(
      start,
      end,
      'EMAIL',
      0.95,
      quoted ? 'quoted address, known top-level domain' : 'address, known top-level domain',
    )
  else if (top === 1) {
    const thin = at - start < 2 || behind === 0x28 || text.charCodeAt(at + 2) === DOT
    report(start, end, 'EMAIL', thin ? 0.4 : 0.75, 'address, possible top-level domain')
  } else {
    const mail = isMailField(haystack, start)
    report(
      start,
      end,
      'EMAIL',
      mail ? 0.75 : 0.35,
      mail ? 'host without top-level domain; context' : 'host without top-level domain',
    )
  }
  return end
}

/** Whether a bare name behind the `@` can be a host's: `root@localhost`, not `name@latest` or `a@b@c`. */
function mayBeHost(text: string, at: number, end: number): boolean {
  if (end - at < 4 || !isAsciiLetter(text.charCodeAt(at + 1))) return false
  const behind = text.charCodeAt(end)
  if (behind === AT || behind === UNDERSCORE || behind === SLASH) return false
  if (behind === DOT && (text.charCodeAt(end + 1) === DOT || isAsciiWord(text.charCodeAt(end + 1)))) return false
  return !tags.has(text.slice(at + 1, end).toLowerCase())
}

/** Whether a name of a mail field and its colon, equals sign or bracket stand right before. */
function isMailField({ text, hint }: Haystack, start: number): boolean {
  if (hint !== '' && mailHint.test(hint)) return true
  let index = start
  for (let skipped = 0; skipped < 6; skipped += 1) {
    const code = text.charCodeAt(index - 1)
    if (!(code === 0x20 || code === COLON || code === EQUALS || code === QUOTE || code === LESS || code === APOSTROPHE))
      break
    index -= 1
  }
  return index < start && mailName.test(text.slice(Math.max(0, index - 20), index))
}

/**
 * Finds e-mail addresses: dot-atoms, quoted, sub-addressed and internationalised ones, and domain
 * literals. User info of a URL, Message-IDs and git places are none; a host without a top-level domain only
 * counts where mail is spoken of.
 *
 * @returns the detector of EMAIL
 */
export function email(): Detector {
  return {
    name: 'email',
    version: '1',
    types: ['EMAIL'],
    // no chance makes an address: it is looked for in ids that machines make, too
    machine: true,
    find(haystack, report) {
      const { ats } = haystack
      let behind = 0
      for (let index = 0; index < ats.length; index += 1)
        behind = look(haystack, ats.at[index] as number, behind, report)
    },
  }
}
