import type { Detector, Haystack, Report } from '../detector.js'
import { blocksOf, puttyAt } from './secret/blocks.js'
import { matchEnd, tokensIn } from './secret/chain.js'
import { isAsciiLetter, isDigit, isSpace, isToken, makeupOf } from './secret/chars.js'
import { connectionAt, listAround } from './secret/connection.js'
import { type Telling, type TellingWords, tellingWords } from './secret/telling.js'
import { dottedEnd } from './secret/tokens.js'
import { type Form, type Value, type Values, valuesOf, worth } from './secret/value.js'

const NAMED = 'telling word'

const suffix =
  '(?:[_-]?(?:prod|production|dev|development|test|testing|staging|stage|live|old|new|main|primary|secondary|default|admin|root|value|plain|plaintext|text|current|base|base64|b64|hex)|(?<=[a-z])(?:Prod|Dev|Test|Staging|Live|Old|New|Primary|Secondary|Value))?(?:[_-]?\\d{1,2})?'
const remark = '(?:\\s?\\([^()\\n]{1,32}\\))?'
const word = "[\\p{L}\\p{N}@._/'’\\[\\]-]{1,32}"
const opener = '["\'`“„«‘‚»(*]{0,3}'

/** Between a telling word and an operator where the word is the name itself. */
const direct = new RegExp(
  `^${suffix}(?:\\\\?["'\`*_)\\]]){0,4}${remark}["'*]{0,3}\\s{0,12}(?:\\\\?["']?,?\\s{1,20}\\\\?["']?value\\\\?["']?\\s{0,4})?$`,
  'iu',
)
/** Between a telling word and an operator with other words in between. */
const distant = new RegExp(`^${remark}(?:\\s+${word}){1,7}${remark}["'*]{0,3}\\s?$`, 'u')
/** Between a telling word and a value that a verb ties together. */
const verb = new RegExp(
  `^${suffix}["'*)]{0,3}${remark}(?:\\s+${word}){0,6}?\\s+(?:is|are|was|will be|would be|becomes|reads|ist|lautet|lautete|war|wäre|heißt|heisst|est|était|sera|es|era|será|è|é|sarà|luidt|wordt|als|as|comme|como|come|(?:set|changed|reset|updated|rotated) to|geändert auf|gesetzt auf)(?:\\s+(?:now|still|again|currently|just|simply|always|probably|set to|the following|following|jetzt|nun|noch|wieder|maintenant|toujours|désormais|ahora|adesso|ora|nu|nog))?\\s*[:=]?\\s*${opener}$`,
  'iu',
)
const changedTo = new RegExp(`^(?:\\s+${word}){0,5}\\s+(?:to|auf|zu|en|à|a|in|naar)\\s+${opener}$`, 'iu')
const changing = /\b(?:set|reset|chang|updat|rotat|setz|geänd|ändere|chang|cambi|wijzig|modifi)\w*\s+(?:\S+\s+){0,4}$/iu
const changed = /^\S{5,64}\s(?:geändert|gesetzt|zurückgesetzt|gewijzigd|gezet)(?!\p{L})/u
const cell =
  /^["'`*]{0,3}(?:\s{0,24}\|\s{0,24}|\s{0,4}\t\s{0,4}|>|<\/\w{1,20}>\s{0,20}<\w{1,20}>|\s+[-–—→]\s+|\s*->\s*)["'`*“„«]{0,3}$/u
const comma = /^["'`*]{0,3}[ \t]{0,4}[,;/][ \t]{0,4}["'`*“„«]{0,3}$/u
const beside = new RegExp(`^\\s+${opener}$`, 'u')
/** What turns a secret's name into something about it. */
const about =
  /\b(?:tickets?|orders?|numbers?|nr|ids?|links?|urls?|policy|version|hash(?:es)?|digest|checksum|sha\d*|fingerprint|expir\w*|types?|counts?|usage|limits?|length|names?|case|incident|algorithms?|strength|bits?|budget|window|rate|price|costs?|sections?|pages?|rotation|vergessen|abgelaufen|gültig)\b/iu
const behindWords =
  /^["'`”»)*]{0,3}\s+(?:is|as|ist|als|est|comme|es|como|è|come)\s+(?:[\p{L}’']{1,16}\s+){0,3}?(?:password|passwort|kennwort|mot de passe|contraseña|wachtwoord|passwd|passphrase|clave|api[- ]?key|token|secret)(?![\p{L}\p{N}])/iu
const userBefore =
  /(?:user(?:[-_ ]?name)?|login|benutzer(?:name)?|utilisateur|identifiant|usuario|utente|gebruiker(?:snaam)?|e-?mail|account|konto)["'*]{0,3}\s{0,4}[:=]/iu
const commandLine = /(?:^|[\s"'`])--?(?:[\w]+[-_])*$/u

const telegram = /AA[\w-]{31,36}(?![\w-])/y
const azureSecret = /Q~[A-Za-z0-9_.~-]{30,36}(?![\w~-])/y
const awsSecret = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g

/** The secret beside an AWS access key has no mark of its own. */
function awsBeside(text: string, start: number, end: number, report: Report): void {
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
function isBasic(value: string): boolean {
  if (value.length < 8 || value.length > 400 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return false
  const plain = Buffer.from(value, 'base64').toString('latin1')
  return plain.includes(':') && printable.test(plain)
}

function authorization(text: string, operator: number, values: Values, report: Report): void {
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
  const score = worth(plain, 'token', match ? 'quoted' : 'loose')
  if (score > 0) report(value.start, value.end, 'SECRET', score, 'authorization header')
}

const named = 'authorization'

const isAuthorization = (text: string, operator: number): boolean => {
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
function atSignature(text: string, equal: number, report: Report): void {
  const last = text.charCodeAt(equal - 1) | 0x20
  const sig = last === 0x67 && (text.charCodeAt(equal - 2) | 0x20) === 0x69
  if (!sig && !(last === 0x65 && (text.charCodeAt(equal - 2) | 0x20) === 0x72)) return
  if (!signature.test(text.slice(Math.max(0, equal - 16), equal))) return
  const end = matchEnd(signed, text, equal + 1)
  if (end > 0) report(equal + 1, end, 'SECRET', 0.9, 'signature of an address')
}

/** Where the value behind an operator begins: behind spaces, and at most two line ends. */
function valueStart(text: string, operator: number): { from: number; below: boolean } {
  let from = operator + 1
  const second = text.charCodeAt(from)
  if (second === 0x3e || second === 0x3d) from += text.charCodeAt(from + 1) === 0x3d ? 2 : 1
  if (text.startsWith('**', from) && isSpace(text.charCodeAt(from + 2))) from += 2
  let below = false
  let steps = 0
  while (steps < 24 && isSpace(text.charCodeAt(from))) {
    if (text.charCodeAt(from) === 0x0a) below = true
    from += 1
    steps += 1
  }
  return { from, below }
}

/** A name made of several parts is a setting's, not a word of prose. */
function isSetting(text: string, telling: Telling, operator: number): boolean {
  let start = telling.start
  while (start > 0 && telling.start - start < 40 && /[\w.-]/.test(text[start - 1] as string)) start -= 1
  const name = text.slice(start, operator).trimEnd()
  return /[_.]|[a-z][A-Z]|^--?/.test(name) && !name.includes(' ')
}

/** The list that was last looked at: its other members need no second look. */
interface Lists {
  last?: ReturnType<typeof listAround>
}

function reportValue(text: string, telling: Telling, value: Value, form: Form, report: Report, lists?: Lists): void {
  let { start, end } = value
  let plain = text.slice(start, end)
  if (telling.kind === 'token' || telling.kind === 'scheme') {
    const lead = /^(?:bearer|token|basic|bot)\s+/i.exec(plain)
    if (lead) {
      start += lead[0].length
      plain = text.slice(start, end)
    }
  }
  const score = worth(plain, telling.kind, form)
  if (score === 0) return
  if (lists && (!lists.last || telling.start >= lists.last.end)) lists.last = listAround(text, telling.start, end)
  const list = lists?.last
  if (list && list.score > 0 && telling.start >= list.start && end <= list.end) {
    report(list.start, list.end, 'SECRET', list.score, list.reason)
    return
  }
  end = start + plain.length
  report(start, end, 'SECRET', score, NAMED)
}

function atOperator(
  text: string,
  operator: number,
  words: TellingWords,
  values: Values,
  lists: Lists,
  haystack: Haystack,
  report: Report,
): void {
  const code = text.charCodeAt(operator)
  const next = text.charCodeAt(operator + 1)
  const before = text.charCodeAt(operator - 1)
  if (code === 0x3a ? next === 0x3d || next === 0x3a || before === 0x3a : next === 0x3d) return
  const telling = words.last(operator)
  if (!telling || text.startsWith('hmac:', operator + 1)) return
  let gapEnd = operator
  if (code === 0x3d)
    while (
      gapEnd > telling.end &&
      (text[gapEnd - 1] === '=' || text[gapEnd - 1] === '!' || text[gapEnd - 1] === ':' || text[gapEnd - 1] === '?')
    )
      gapEnd -= 1
  if (before === 0x3f && code === 0x3a) gapEnd -= 1
  const gap = text.slice(telling.end, gapEnd)
  const close = gap === '' || gap === '"' || gap === ' ' || direct.test(gap)
  if (!close && !(gap.length < 60 && distant.test(gap) && !about.test(gap))) return
  haystack.step()
  const { from, below } = valueStart(text, operator)
  const value = values.at(from)
  if (!value) return
  let form: Form
  if (!close || below) form = 'loose'
  else if (value.quoted) form = 'quoted'
  else if (code === 0x3d || isSetting(text, telling, operator)) form = 'assigned'
  else form = 'colon'
  if (form === 'colon' && telling.kind === 'password' && /^\p{L}+$/u.test(text.slice(value.start, value.end))) {
    const rest = text[value.end]
    if (
      (rest === undefined || rest === '\n' || rest === '\r') &&
      userBefore.test(text.slice(Math.max(0, telling.start - 64), telling.start))
    )
      form = 'assigned'
  }
  reportValue(text, telling, value, form, report, code === 0x3d ? lists : undefined)
}

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

const tieOf = (text: string, telling: Telling, start: number): Form | undefined => {
  const gap = text.slice(telling.end, start)
  if (beside.test(gap)) {
    if (telling.kind === 'scheme') return 'assigned'
    return commandLine.test(text.slice(Math.max(0, telling.start - 24), telling.start).replace(/\w+$/, ''))
      ? 'assigned'
      : 'beside'
  }
  if (telling.kind === 'session') return undefined
  if (cell.test(gap)) return 'colon'
  if (comma.test(gap)) return 'loose'
  if (verb.test(gap)) return about.test(gap) ? undefined : 'prose'
  if (!changedTo.test(gap)) return undefined
  if (changing.test(text.slice(Math.max(0, telling.start - 48), telling.start))) return 'prose'
  if (changed.test(text.slice(start, start + 96))) return 'prose'
  return undefined
}

const mysqlFlag =
  /\b(?:mysql\w*|mariadb\w*|sshpass|mongo\w*|redis-cli|7z|zip|unzip|openssl|docker login|htpasswd)\b[^\n]*$/i

/** Where the value of `-p…`, `-p '…'` or `-a …` begins, if the chunk is one; -1 otherwise. */
function flagValue(text: string, start: number): number {
  const letter = (at: number) => text[at] === 'p' || text[at] === 'a'
  if (text[start] === '-' && letter(start + 1)) return start + 2
  let at = start
  if (text[at - 1] === "'" || text[at - 1] === '"') at -= 1
  const from = at
  if (text[at - 1] === ' ') at -= 1
  return at < start && letter(at - 1) && text[at - 2] === '-' && isSpace(text.charCodeAt(at - 3)) ? from : -1
}

/** A value with a digit that no operator stands before. */
function atChunk(
  text: string,
  start: number,
  end: number,
  words: TellingWords,
  values: Values,
  haystack: Haystack,
  report: Report,
): void {
  const length = end - start
  if (length < 6 || length > 256) return
  const flag = flagValue(text, start)
  if (flag >= 0) {
    const value = values.at(flag)
    if (value && mysqlFlag.test(text.slice(Math.max(0, start - 96), start))) {
      const score = worth(text.slice(value.start, value.end), 'password', 'assigned')
      if (score > 0) report(value.start, value.end, 'SECRET', score, 'flag of a command')
      return
    }
  }
  const telling = words.last(start)
  if (telling) {
    const form = tieOf(text, telling, start)
    if (form) {
      haystack.step()
      const value = values.at(start)
      if (value && value.end > value.start) {
        reportValue(text, telling, value, form, report)
        return
      }
    }
  }
  if (length >= 8 && text.charCodeAt(start - 1) === 0x20 && (text.charCodeAt(start - 2) | 0x20) === 0x63) {
    if (text.slice(start - 6, start - 1).toLowerCase() === 'basic') {
      const value = values.at(start)
      if (value && isBasic(text.slice(value.start, value.end)))
        report(value.start, value.end, 'SECRET', 0.9, 'HTTP basic credentials')
      return
    }
  }
  if (length >= 8) {
    let after = end
    while (after - end < 3 && text.charCodeAt(after) !== 0x20 && !isToken(text.charCodeAt(after))) after += 1
    if (text.charCodeAt(after) !== 0x20) return
    const first = text[after + 1]
    if (first !== 'i' && first !== 'a' && first !== 'e' && first !== 'c' && first !== 'è') return
    if (!behindWords.test(text.slice(end, end + 64))) return
    const value = values.at(start)
    if (!value) return
    const score = worth(text.slice(value.start, value.end), 'password', 'loose')
    if (score > 0) report(value.start, value.end, 'SECRET', score, 'telling word behind it')
  }
}

const userFlag = /(?:^|\s)(?:-u|-U|--user|--proxy-user)[ =]?["']?[\w.@+%-]{1,64}$/
const command = /\b(?:curl|wget|http|https|xh|httpie)\b/

/** `curl -u user:password` */
function atUserFlag(text: string, colon: number, values: Values, report: Report): void {
  if (!isToken(text.charCodeAt(colon - 1)) || !(text.charCodeAt(colon + 1) > 0x20)) return
  const head = text.slice(Math.max(0, colon - 96), colon)
  if (!head.includes('-u') && !head.includes('-U')) return
  if (!userFlag.test(head) || !command.test(head)) return
  const value = values.at(colon + 1)
  if (!value) return
  const score = worth(text.slice(value.start, value.end), 'password', 'assigned')
  if (score > 0) report(value.start, value.end, 'SECRET', score, 'flag of a command')
}

/** The value of a member whose name says that it is secret. */
function whole({ text, hint }: Haystack, report: Report): void {
  if (hint === '' || text.length > 2_048) return
  const telling = tellingWords(hint).last(hint.length)
  if (!telling || telling.end !== hint.length || telling.kind === 'scheme') return
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  if (end <= start) return
  const score = worth(text.slice(start, end), telling.kind, 'quoted')
  if (score > 0) report(start, end, 'SECRET', score, 'name of the member')
}

const hasWork = (text: string): boolean => text.length >= 8

/** Beyond every text. */
const NONE = 0x7fffffff

function find(haystack: Haystack, report: Report): void {
  const { text, digits, colons, equals } = haystack
  whole(haystack, report)
  if (!hasWork(text)) return
  let block = text.indexOf('-----BEGIN')
  if (block >= 0) {
    const blocks = blocksOf(text)
    while (block >= 0) {
      haystack.step()
      const end = blocks.end(block)
      if (end !== undefined) report(block, end, 'SECRET', 0.98, 'private key block')
      block = text.indexOf('-----BEGIN', end ?? block + 10)
    }
  }
  const words = tellingWords(text)
  const values = valuesOf(text)
  const lists: Lists = {}
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
            tokensIn(text, start, chainEnd, (from, to, type, score, reason) => {
              report(from, to, type, score, reason)
              if (reason === 'AWS access key') awsBeside(text, from, to, report)
            })
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
        if (letters && end - start >= 6) atChunk(text, start, end, words, values, haystack, report)
      }
    } else if (place === colon) {
      c += 1
      const next = text.charCodeAt(colon + 1)
      const before = text.charCodeAt(colon - 1)
      if (colon < blockEnd || next === 0x3a || before === 0x3a) continue
      if (next === 0x2f || before === 0x63 || before === 0x43) {
        const found = connectionAt(text, colon)
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
        atOperator(text, colon, words, values, lists, haystack, report)
      }
    } else if (place === equal) {
      e += 1
      if (text.charCodeAt(equal + 1) === 0x3d) continue
      atSignature(text, equal, report)
      if (isAuthorization(text, equal)) authorization(text, equal, values, report)
      else atOperator(text, equal, words, values, lists, haystack, report)
    } else {
      let end = said + 4
      while (end - said < 12 && isAsciiLetter(text.charCodeAt(end))) end += 1
      atSpoken(text, end, words, values, haystack, report)
      said = text.indexOf('assw', end)
    }
  }
}

const link = new RegExp(
  `(?:\\s+(?:for|of|für|to|de|per|voor|pour|para)(?:\\s+${word}){1,4}?)?\\s+(?:is|ist|lautet|est|es|è|luidt|was|war|=>|->)\\s+(?:now\\s+|jetzt\\s+)?(?=\\S)|>(?=[^<\\s])|\\s+(?=["'\`]?\\S)|\\s{0,8}\\|\\s{0,8}(?=\\S)`,
  'iuy',
)

/** `password is …` where the value holds no digit and no operator stands between. */
function atSpoken(
  text: string,
  end: number,
  words: TellingWords,
  values: Values,
  haystack: Haystack,
  report: Report,
): void {
  const next = text.charCodeAt(end)
  if (next === 0x3a || next === 0x3d) return
  const telling = words.last(end)
  if (telling?.end !== end) return
  link.lastIndex = end
  if (!link.test(text)) return
  const value = values.at(link.lastIndex)
  if (!value || value.end <= value.start) return
  const plain = text.slice(value.start, value.end)
  if (plain.length < 6 || /\d/.test(plain)) return
  const spoken = text.charCodeAt(link.lastIndex - 1) === 0x20 && text.charCodeAt(telling.start - 1) !== 0x2d
  if (spoken && /^[A-Za-z]+$/.test(plain) && !text.slice(end, link.lastIndex).includes('|')) return
  haystack.step()
  const form = tieOf(text, telling, value.start)
  if (form === 'assigned' || form === 'colon') reportValue(text, telling, value, form, report)
  else if (form === 'prose' && makeupOf(plain).kinds >= 3) reportValue(text, telling, value, form, report)
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
