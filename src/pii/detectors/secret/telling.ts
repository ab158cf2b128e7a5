/** Words that say of the value behind them that it is secret, in six languages; found once, only near candidates. */
import { isLetter } from './chars.js'

/**
 * How close a value is tied to its word: in quotes or behind `=`, behind a colon, the same with words in between that say
 * what it is for (`apart`), behind a verb, with other words in between, or merely next to it.
 */
export type Form = 'quoted' | 'assigned' | 'colon' | 'apart' | 'prose' | 'loose' | 'beside'

/** What a telling word promises: people choose passwords, machines make tokens, a session's id is random, a PIN digits. */
export type Kind = 'password' | 'token' | 'session' | 'scheme' | 'pin'

/** A telling word in the text. */
export interface Telling {
  readonly start: number
  readonly end: number
  readonly kind: Kind
}

/** How far before a candidate a telling word may stand. */
export const FAR = 72

/**
 * What a telling word may be from its marking three letters on, and what must stand before those. The word itself ends
 * where the expression ends; a letter there makes it another word.
 */
const passwords =
  /pass(?:word|wort|wd|phrase|code|key(?= ?phrase)|e(?![a-z])|)|pwd|psw|pw(?![a-z])|mdp|nnwort|woord(?:zin)?|tras(?:e[nñ]a|enya)|lav(?:e secreta|e de acceso|e)|gangscode|ww(?![\da-z])|psk|tified (?:by|with \w{1,32} by)/iy
const tokens =
  /oken|key|cret(?:o|a|e)?|redentials?|jeton(?: d['’]acc[eè]s| d['’]api)?|hl(?:ü|ue)ssel|leutel|cl[eé](?: d['’]?acc[eè]s| d['’]?api| api| secr[eè]te| priv[eé]e| wi-?fi| wpa\d?| r[ée]seau)|lav(?:e (?:de |d['’])?(?:la )?api|e secreta|e privada)|iave (?:wi-?fi|wpa\d?|di rete|api|segreta|privata|di accesso)|greto|eheimnis/iy
const sessions = /ssion[-_ ]?(?:id|token|key|cookie)?|sess?[-_]?id|sid(?![a-z])|rftoken/iy
const schemes = /bearer/iy
const pins = /pin(?:[- ]?code)?/iy

const PASSWORD = 1
const TOKEN = 2
const SESSION = 4
const SCHEME = 8
const PIN = 16

/** The low five bits of a letter, 0 for other signs, 27 for letters beyond ASCII. */
const fives = new Uint8Array(256).fill(27, 128)
for (let code = 1; code <= 26; code += 1) {
  fives[0x40 + code] = code
  fives[0x60 + code] = code
}
const five = (code: number): number => (code < 256 ? (fives[code] as number) : 27)

/** What may begin where three letters stand, by five bits a letter: every telling word holds a marking three. */
const marks = new Uint8Array(32_768)
const mark = (bits: number, ...threes: readonly string[]): void => {
  for (const three of threes) {
    const at = (five(three.charCodeAt(0)) << 10) | (five(three.charCodeAt(1)) << 5) | five(three.charCodeAt(2))
    marks[at] = (marks[at] as number) | bits
  }
}
mark(PASSWORD, 'pas', 'pwd', 'psw', 'pw.', 'mdp', 'nnw', 'woo', 'tra', 'lav', 'gan', 'ww.', 'tif', 'psk')
mark(TOKEN, 'oke', 'key', 'cre', 'red', 'jet', 'hlü', 'hlu', 'leu', 'clé', 'cle', 'lav', 'iav', 'gre', 'ehe')
mark(SESSION, 'ssi', 'ses', 'sid', 'rft')
mark(SCHEME, 'bea')
mark(PIN, 'pin')

/** A bare `key` opens doors of all kinds; these words before it make it a secret one. */
const secretKey: ReadonlySet<string> = new Set(
  `acces access account admin aes algolia anthropic api app auth authorization aws azure cipher client cloudflare
    cohere connection consumer cosmos crypto datadog deepseek deploy encrypt encryption face fireworks functions
    gemini github gitlab google groq heroku hmac host ingest integration jwt langsmith licence license mailgun maps
    master mistral openai openrouter perplexity pinecone private recovery replicate role root s3 secret secreta
    sendgrid server service session shared sign signing slack ssh storage stripe subscription symmetric together
    twilio user webhook wep wifi wi-fi wlan wpa wpa2 wpa3 wrapping write`.split(/\s+/),
)
/** Also where the word is written together with another: `myapikey`. */
const secretKeyEnd = /(?:api|secret|access|private)$/
const secretSchlussel =
  /(?:api|zugangs|zugriffs|geheimer|geheime|geheimen|privater|private|verschlüsselungs|netzwerk|netzwerksicherheits|wlan|wpa2?|wifi|master|api geheime|signatur|toegangs|encryptie|versleutelings)[-_. ]?sc$/
const secretSleutel = /(?:api|toegangs|geheime|versleutelings|encryptie|privé|private|wifi|netwerk)[-_. ]?s$/
/** What makes of a token a thing that machines count or page with. */
const tokenBefore =
  /(?:page|next|continuation|continue|sync|cursor|pagination|stop|start|eos|bos|pad|unk|special|max|total|prompt|completion|input|output|num|per|cancellation|cancel|mask|sep|cls|last|first|design|syntax|resume|delta|change|public|ring|erc20|reward|each)[-_. ]?t$/
const passwordBefore =
  /(?:boarding|ski|day|season|bus|travel|mountain|guest|hall|bypass|com|tres|sur|overs?|by|under|trans|im|en|visitor|press|backstage|hashed|hash|encrypted)[-_. ]?$/

const camel = (text: string): string => text.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ').toLowerCase()

const HEAD = 28

/** Where the word ends that an expression finds there, -1 where there is none. */
function wordEnd(expression: RegExp, text: string, from: number): number {
  expression.lastIndex = from
  if (!expression.test(text)) return -1
  const end = expression.lastIndex
  return isLetter(text.charCodeAt(end)) && !camelBreak(text, end) ? -1 : end
}

/** What stands before it, camel case taken apart. */
const headOf = (text: string, at: number): string => camel(text.slice(Math.max(0, at - HEAD), at))

function tellingAt(text: string, at: number, bits: number): Telling | undefined {
  let end = bits & PASSWORD ? wordEnd(passwords, text, at) : -1
  if (end >= 0) {
    const before = text.charCodeAt(at - 1)
    const first = text.charCodeAt(at) | 0x20
    const word = text.slice(at, end).toLowerCase()
    const ok =
      first === 0x70 || first === 0x6d
        ? word === 'pw' || word === 'psk'
          ? !isLetter(before)
          : word === 'pass' || word === 'passe'
            ? (word === 'passe'
                ? /mot de $/.test(headOf(text, at))
                : !isLetter(before) ||
                  /(?:db|user|my|admin|root|smtp|ftp|mail|sql|ssh|auth|log|login|require) ?$/.test(headOf(text, at))) &&
              !passwordBefore.test(headOf(text, at))
            : !hashedBefore(text, at)
        : word === 'ww'
          ? !isLetter(before) && before !== 0x2e && before !== 0x2f && text.charCodeAt(at + 1) === 0x77
          : word.startsWith('tified')
            ? /iden$/i.test(text.slice(Math.max(0, at - 4), at))
            : first === 0x6e
              ? /ke$/i.test(text.slice(Math.max(0, at - 2), at))
              : first === 0x77
                ? /wacht$/i.test(text.slice(Math.max(0, at - 5), at))
                : first === 0x74
                  ? /con$/i.test(text.slice(Math.max(0, at - 3), at))
                  : first === 0x67
                    ? /(?:zu|toe)$/i.test(text.slice(Math.max(0, at - 3), at))
                    : /(?<!\p{L})c$/iu.test(text.slice(Math.max(0, at - 2), at)) && !/api|privada/.test(word)
    if (ok) return { start: at, end, kind: 'password' }
  }
  end = bits & TOKEN ? wordEnd(tokens, text, at) : -1
  if (end >= 0) {
    const word = text.slice(at, end).toLowerCase()
    const before = word === 'key' ? '' : headOf(text, at)
    const ok = word.startsWith('oken')
      ? /t$/.test(before) && !tokenBefore.test(before)
      : word === 'key'
        ? isSecretKey(text, at)
        : word.startsWith('cret')
          ? /se$/.test(before)
          : word.startsWith('redential')
            ? /c$/.test(before)
            : word.startsWith('hl')
              ? secretSchlussel.test(before)
              : word === 'leutel'
                ? secretSleutel.test(before)
                : word.startsWith('greto')
                  ? /se$/.test(before)
                  : word === 'eheimnis'
                    ? /g$/.test(before)
                    : word.startsWith('lave')
                      ? /c$/.test(before)
                      : word.startsWith('iave')
                        ? /ch$/.test(before)
                        : !isLetter(text.charCodeAt(at - 1))
    if (ok) return { start: at, end, kind: opensNetwork(text, at, end) ? 'password' : 'token' }
  }
  end = bits & SESSION ? wordEnd(sessions, text, at) : -1
  if (end >= 0) {
    const word = text.slice(at, end).toLowerCase()
    const before = text.charCodeAt(at - 1)
    const ok = word.startsWith('ssion')
      ? /se$/i.test(text.slice(Math.max(0, at - 2), at))
      : word === 'rftoken'
        ? /cs$/i.test(text.slice(Math.max(0, at - 2), at))
        : word === 'sid'
          ? !isLetter(before)
          : true
    if (ok) return { start: at, end, kind: 'session' }
  }
  end = bits & PIN ? wordEnd(pins, text, at) : -1
  if (end >= 0 && (!isLetter(text.charCodeAt(at - 1)) || camelBreak(text, at))) return { start: at, end, kind: 'pin' }
  end = bits & SCHEME ? wordEnd(schemes, text, at) : -1
  if (end >= 0 && !isLetter(text.charCodeAt(at - 1))) return { start: at, end, kind: 'scheme' }
  return undefined
}

/** The key of a wireless network is a password that people choose. */
const opensNetwork = (text: string, at: number, end: number): boolean =>
  /(?:wi-?fi|wlan|wpa[23]?|wep|net(?:work|zwerk|werk))[-_ ]?(?:sc|s)?$/i.test(text.slice(Math.max(0, at - 12), at)) ||
  / (?:wi-?fi|wpa\d?|r[ée]seau|di rete)$/i.test(text.slice(at, end))

/** The word before, in small letters; a capital behind a small letter begins another. */
function wordBefore(text: string, at: number): string {
  let end = at
  const sign = text.charCodeAt(end - 1)
  if (sign === 0x20 || sign === 0x2d || sign === 0x2e || sign === 0x5f) end -= 1
  let start = end
  while (start > 0 && end - start < 20) {
    const code = text.charCodeAt(start - 1)
    const digit = code >= 0x30 && code <= 0x39
    if (!isLetter(code) && !digit) break
    start -= 1
    const capital = code >= 0x41 && code <= 0x5a
    const before = text.charCodeAt(start - 1)
    if (capital && before >= 0x61 && before <= 0x7a) break
  }
  return text.slice(start, end).toLowerCase()
}

function isSecretKey(text: string, at: number): boolean {
  const word = wordBefore(text, at)
  return secretKey.has(word) || secretKeyEnd.test(word)
}

const hashedBefore = (text: string, at: number): boolean => {
  const last = text.charCodeAt(at - 1)
  const letter = (last === 0x20 || last === 0x5f || last === 0x2d ? text.charCodeAt(at - 2) : last) | 0x20
  return (
    (letter === 0x64 || letter === 0x68) &&
    /(?:hashed|encrypted|hash)[-_ ]?$/i.test(text.slice(Math.max(0, at - 12), at))
  )
}

const isName = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f

/** `[SECRET]`, `[SECRET_1]`, `[SECRET:hmac:…]`: what redaction left is no word. */
function inPlaceholder(text: string, { start, end }: Telling): boolean {
  let left = start
  while (left > 0 && start - left < 32 && isName(text.charCodeAt(left - 1))) left -= 1
  if (text.charCodeAt(left - 1) !== 0x5b) return false
  let right = end
  while (right - end < 32 && isName(text.charCodeAt(right))) right += 1
  return text.charCodeAt(right) === 0x5d || text.startsWith(':hmac:', right)
}

/** `passwordProd`: a capital behind a small letter begins another word. */
function camelBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  const before = text.charCodeAt(at - 1)
  return code >= 0x41 && code <= 0x5a && before >= 0x61 && before <= 0x7a
}

/** Looks for telling words before places that only ever move forward, each stretch of the text once. */
export interface TellingWords {
  /** The last telling word that ends at or before the place and no farther away than `FAR`. */
  last(place: number): Telling | undefined
}

/**
 * @param text - the text
 * @returns a cursor over its telling words
 */
export function tellingWords(text: string): TellingWords {
  let scanned = 0
  let current: Telling | undefined
  let previous: Telling | undefined
  return {
    last(place) {
      let index = Math.max(scanned, place - FAR)
      let code = index >= 2 ? (five(text.charCodeAt(index - 2)) << 5) | five(text.charCodeAt(index - 1)) : 0
      for (; index <= place && index < text.length; index += 1) {
        code = ((code << 5) | five(text.charCodeAt(index))) & 0x7fff
        const bits = marks[code] as number
        if (bits === 0 || index < 2) continue
        const found = tellingAt(text, index - 2, bits)
        if (!found || (current && found.start < current.end) || inPlaceholder(text, found)) continue
        previous = current
        current = found
      }
      if (place >= scanned) scanned = place + 1
      const found = current && current.end <= place ? current : previous
      return found && found.end <= place && place - found.end <= FAR ? found : undefined
    },
  }
}
