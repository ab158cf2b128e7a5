/** Addresses and connection strings that hold a password: the whole of them. */
import { isAsciiLetter, isDigit, isSpace } from './chars.js'

/** A stretch of the text and why it is one. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly score: number
  readonly reason: string
}

const LONGEST = 2_048
const AUTHORITY = 320

const endsUrl = (code: number): boolean =>
  isSpace(code) || code === 0x22 || code === 0x60 || code === 0x3c || code === 0x3e || code === 0x5c || code === 0x201d

/** How far no address ends: what was looked through once is not looked through again. */
export interface Reached {
  from: number
  to: number
}

/** Where an address ends, punctuation of the sentence left out. */
function urlEnd(text: string, from: number, reached: Reached): number {
  const stop = Math.min(text.length, from + LONGEST)
  let end = from
  if (from >= reached.from && from < reached.to) end = Math.min(reached.to, stop)
  else reached.from = from
  while (end < stop) {
    const code = text.charCodeAt(end)
    if (endsUrl(code)) break
    if (code === 0x27 && !/[\w%]/.test(text[end + 1] ?? '')) break
    if (code === 0x7c && !/\S/.test(text[end + 1] ?? ' ')) break
    end += 1
  }
  if (end > reached.to || from === reached.from) reached.to = end
  while (end > from) {
    const sign = text[end - 1] as string
    if (sign === ')' || sign === ']' || sign === '}') {
      const open = sign === ')' ? '(' : sign === ']' ? '[' : '{'
      if (text.slice(from, end - 1).includes(open)) break
    } else if (!".,;:!?*'".includes(sign)) break
    end -= 1
  }
  return end
}

const unfilled =
  /^[<[{(].*|\$\{|\$\(|\{\{|^\$[A-Za-z_]\w*$|^%[\w]*%?$|^[*x•.]+$|^X+$|\*\*|\.\*\.\*|…|^\[|^(?:your|my)[-_]?pass|^PASS(?:WORD)?$|^PWD$|^[A-Z]+_PASS(?:WORD)?$|^REDACTED$|^redacted$|^:\w+$|^#\{/
const someHost = /^(?:host(?:name)?|HOST(?:NAME)?|server|<|\$|\{)(?=[:/?,]|$)/

const webhooks =
  /(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Z0-9]|(?:(?:canary|ptb)\.)?discord(?:app)?\.com\/api\/webhooks\/\d{6}|[\w-]{1,60}\.webhook\.office\.com\/webhookb2\/\w|outlook\.office\.com\/webhook\/\w|hooks\.zapier\.com\/hooks\/catch\/\d|api\.telegram\.org\/bot\d)/y
const parameter = /[?&;](?:password|passwd|pwd|pass)=([^&;\s]{3,})/i
const thin = /^jdbc:oracle:thin:[^/:@]{1,64}\/([^@]{3,64})@/i

/**
 * @param text - the text
 * @param colon - a colon
 * @param reached - how far the addresses before it were looked through
 * @returns the address it belongs to when that holds a password
 */
export function connectionAt(text: string, colon: number, reached: Reached): Stretch | undefined {
  if (text.charCodeAt(colon + 1) !== 0x2f || text.charCodeAt(colon + 2) !== 0x2f)
    return text.charCodeAt(colon - 1) === 0x63 || text.charCodeAt(colon - 1) === 0x43
      ? jdbc(text, colon, reached)
      : undefined
  let start = colon
  while (start > 0 && colon - start < 32) {
    const code = text.charCodeAt(start - 1)
    if (!isAsciiLetter(code) && !isDigit(code) && code !== 0x2b && code !== 0x2d && code !== 0x2e) break
    start -= 1
  }
  while (start < colon && !isAsciiLetter(text.charCodeAt(start))) start += 1
  if (colon - start < 2) return undefined
  const body = colon + 3
  webhooks.lastIndex = body
  if (webhooks.test(text))
    return { start, end: urlEnd(text, start, reached), score: 0.95, reason: 'address of a webhook' }
  const stop = Math.min(text.length, body + AUTHORITY)
  const web = text.charCodeAt(start) === 0x68 && text.startsWith('http', start)
  let divider = -1
  let at = -1
  for (let index = body; index < stop; index += 1) {
    const code = text.charCodeAt(index)
    if (endsUrl(code)) break
    if (code === 0x40) at = index
    else if (code === 0x3a && divider < 0) divider = index
    else if (code === 0x2f || code === 0x3f || code === 0x23) {
      if (at >= 0 || web || divider < 0 || code === 0x2f) break
    }
  }
  if (divider < 0 || at < 0 || divider > at || at - divider < 2) return undefined
  const password = text.slice(divider + 1, at)
  if (unfilled.test(password) || someHost.test(text.slice(at + 1, at + 12))) return undefined
  if (!/[\p{L}\p{N}[]/u.test(text[at + 1] ?? '')) return undefined
  const prefix = text.slice(start - 5, start).toLowerCase() === 'jdbc:' ? start - 5 : start
  return { start: prefix, end: urlEnd(text, prefix, reached), score: 0.95, reason: 'address with a password' }
}

function jdbc(text: string, colon: number, reached: Reached): Stretch | undefined {
  const start = colon - 4
  if (start < 0 || text.slice(start, colon).toLowerCase() !== 'jdbc') return undefined
  const end = urlEnd(text, start, reached)
  const whole = text.slice(start, end)
  const password = (parameter.exec(whole) ?? thin.exec(whole))?.[1]
  if (password === undefined || unfilled.test(password)) return undefined
  return { start, end, score: 0.95, reason: 'connection string with a password' }
}

const twoWords =
  /(?:data source|initial catalog|user id|network address|integrated security|persist security info|application name|workstation id|server name)\s?$/i
const known =
  /(?:^|;)\s?(?:server|data source|host|hostname|address|addr|network address|database|initial catalog|user id|uid|user|username|accountname|endpoint|defaultendpointsprotocol|sharedaccesskeyname|hostname|driver|dsn|port|provider|blobendpoint)\s?=/i

/**
 * A member of a list such as `Server=…;Password=…;` stands for the whole list.
 *
 * @param text - the text
 * @param key - where the member's name begins, or a place inside it
 * @param end - where its value ends
 * @returns the list, with a score of 0 where it is none of a connection, or undefined where the member stands alone
 */
export function listAround(text: string, key: number, end: number): Stretch | undefined {
  if (text[key - 1] !== ';' && text[end] !== ';') {
    const head = text.slice(Math.max(0, key - 42), key)
    if (!head.includes(';') || !/;[\w ]{0,40}$/.test(head)) return undefined
  }
  let start = key
  const floor = Math.max(0, key - 600)
  while (start > floor && /[\w ]/.test(text[start - 1] as string)) start -= 1
  let from = start
  let last = end
  while (from > floor && text[from - 1] === ';') {
    let left = from - 1
    while (left > floor && !';"\'`\n<>'.includes(text[left - 1] as string)) left -= 1
    const part = text.slice(left, from - 1)
    const equals = part.lastIndexOf('=')
    if (equals < 1) break
    if (text[left - 1] === ';') {
      from = left
      continue
    }
    const name = part.slice(0, part.indexOf('=') === equals ? equals : part.lastIndexOf('=', equals))
    const long = twoWords.exec(name)
    const word = /[\w-]+\s?$/.exec(name)
    const offset = long?.index ?? word?.index
    if (offset === undefined) break
    from = left + offset
    break
  }
  while (from < key && text[from] === ' ') from += 1
  const ceiling = Math.min(text.length, end + 600)
  while (last < ceiling && text[last] === ';') {
    const rest = /^;(\s?[A-Za-z][\w ]{1,40}\s?=[^;"'`\s<>]{0,200}(?: [^;"'`\s<>=]{1,60}(?=;)){0,3})/.exec(
      text.slice(last, last + 260),
    )
    if (!rest) {
      if (text[last] === ';' && /^;(?:["'`\s<]|$)/.test(text.slice(last, last + 2))) last += 1
      break
    }
    last += rest[0].length
  }
  const whole = text.slice(from, last)
  const score = known.test(whole) ? 0.95 : 0
  return { start: from, end: last, score, reason: 'connection string with a password' }
}
