import type { Detector, Report } from '../detector.js'
import { isAsciiLetter, isAsciiWord, isWordAt } from '../text/letters.js'

const SLASH = 0x2f
const LONGEST_SCHEME = 24

/** Parameters that carry a secret whatever their value. */
const secretNames = new Set(
  (
    'accesstoken refreshtoken idtoken token authtoken auth authorization bearer jwt sig signature sign apikey apitoken ' +
    'accesskey secretkey privatekey clientsecret secret password passwd passphrase passcode pwd pass xamzsignature ' +
    'xamzcredential xamzsecuritytoken awsaccesskeyid xgoogsignature xgoogcredential googleaccessid keypairid policy ' +
    'xossignature xossecuritytoken ossaccesskeyid sastoken sessiontoken sessionid session phpsessid jsessionid aspsessionid ' +
    'csrftoken xsrftoken csrf resettoken resetpasswordtoken confirmationtoken verificationtoken invitationtoken invitetoken ' +
    'logintoken magictoken unsubscribetoken samlresponse samlrequest ticket otp onetimetoken hmac credential credentials ' +
    'oauthtoken oauthverifier oauthsignature subscriptionkey functionkey appsecret usertoken securitytoken sharetoken ' +
    'devicetoken assertion clientassertion'
  ).split(' '),
)

/** Parameters that do where their value looks made by a machine. */
const doubtfulNames = new Set(
  'code key state sid s st hash hm digest h t tk nonce invite verify confirm reset magic login access rlkey resourcekey tok'.split(
    ' ',
  ),
)

/** Parts of a path that are followed by something only one person was sent. */
const secretSegments = new Set(
  (
    'reset resetpassword passwordreset password verify verification verifyemail confirm confirmation confirmemail activate ' +
    'activation invite invitation invites magic magiclink token tokens unsubscribe optout login signin auth share s sh ' +
    'services webhooks webhook hooks hook secret private'
  ).split(' '),
)

const normal = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** What stands for a secret in documentation and code, or is empty. */
const placeholder =
  /^(?:[<{[(*]|\$\{|%7b|%3c|x{3,}|\.{3}|\*+|your|my[-_]|example$|redacted|token$|secret$|null$|undefined$|none$|true$|false$|\d{1,3}$)/i

/** Letters and digits mixed, or long hexadecimal or base64: nobody chose it. */
function looksMade(value: string, least: number): boolean {
  if (value.length < least || !/^[\w.~%+/=:-]+$/.test(value)) return false
  const digits = value.match(/\d/g)?.length ?? 0
  const letters = value.match(/[a-z]/gi)?.length ?? 0
  if (digits >= 2 && letters >= 2)
    return (
      !/^[a-z]+[-_]?\d{1,4}$/i.test(value) && !/^\d{4}-\d\d/.test(value) && !/(?:[a-z]{3,}[-_ +%.]){2}/i.test(value)
    )
  return value.length >= 20 && letters >= 16 && /[a-z][A-Z].*[a-z][A-Z]/.test(value) && !/[-_]/.test(value)
}

const JWT = /^eyJ[\w-]{8,}\.[\w-]{4,}\./

/** Why a URL tells a secret, or undefined. */
function reasonOf(url: string, scheme: number): { score: number; reason: string } | undefined {
  const from = scheme + 3
  const rest = url.slice(from)
  const cut = rest.search(/[/?#]/)
  const authority = cut < 0 ? rest : rest.slice(0, cut)
  const tail = cut < 0 ? '' : rest.slice(cut)
  const at = authority.lastIndexOf('@')
  if (at > 0) {
    const user = authority.slice(0, at)
    const host = authority.slice(at + 1)
    if (host !== '' && !placeholder.test(host)) {
      if (user.includes(':') && user.length > 1) return { score: 0.95, reason: 'URL with user and password' }
      if (!/^(?:git|hg|svn|anonymous)$/i.test(user)) return { score: 0.8, reason: 'URL with a user' }
    }
  }
  const query = tail.search(/[?#;]/)
  if (query >= 0)
    for (const pair of tail.slice(query + 1).split(/[&;?#]/)) {
      const equals = pair.indexOf('=')
      if (equals <= 0) continue
      const name = normal(pair.slice(Math.max(pair.lastIndexOf('/', equals) + 1, 0), equals))
      const value = pair.slice(equals + 1)
      if (value === '' || placeholder.test(value)) continue
      if (secretNames.has(name) && value.length >= 4) return { score: 0.9, reason: 'URL with a token parameter' }
      if (JWT.test(value)) return { score: 0.95, reason: 'URL with a JWT' }
      if (doubtfulNames.has(name) && looksMade(value, name === 'code' ? 6 : 10))
        return { score: 0.75, reason: 'URL with a parameter like a token' }
    }
  const path = (query < 0 ? tail : tail.slice(0, query)).split('/')
  for (let index = 1; index < path.length; index += 1) {
    const segment = path[index] as string
    if (JWT.test(segment)) return { score: 0.95, reason: 'URL with a JWT' }
    if (/^bot\d{6,12}:[\w-]{30,}$/.test(segment)) return { score: 0.95, reason: 'URL of a bot with its token' }
    if (segment.length < 16 || !looksMade(segment, 16)) continue
    for (let before = Math.max(1, index - 3); before < index; before += 1)
      if (secretSegments.has(normal(path[before] as string)))
        return { score: 0.7, reason: 'URL with a token in its path' }
  }
  return undefined
}

const ends = new Uint8Array(128)
ends.fill(1, 0, 0x21)
for (const char of '"<>`\\^{}|') ends[char.charCodeAt(0)] = 1
ends[0x7f] = 1

const trailing = new Set(Array.from(".,;:!?'*_~)]", (char) => char.charCodeAt(0)))

/** The offset behind a URL, without what only ends the sentence, quote or bracket around it. */
function urlEnd(text: string, from: number, reached: number): number {
  let end = reached
  let opened = 0
  let squared = 0
  for (let index = from; index < end; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x28) opened += 1
    else if (code === 0x29) opened -= 1
    else if (code === 0x5b) squared += 1
    else if (code === 0x5d) squared -= 1
    // `[text](url)more` and `(url) …` without a space: what closes a bracket opened before the URL ends it.
    if (opened < 0 || squared < 0) {
      end = index
      opened = 0
      squared = 0
      break
    }
  }
  while (end > from) {
    const code = text.charCodeAt(end - 1)
    if (!trailing.has(code)) break
    if ((code === 0x29 && opened === 0) || (code === 0x5d && squared === 0)) break
    end -= 1
  }
  return end
}

function look(text: string, colon: number, report: Report): number {
  let start = colon
  while (colon - start < LONGEST_SCHEME) {
    const code = text.charCodeAt(start - 1)
    if (!isAsciiWord(code) && code !== 0x2b && code !== 0x2d && code !== 0x2e) break
    start -= 1
  }
  while (start < colon && !isAsciiLetter(text.charCodeAt(start))) start += 1
  const from = colon + 3
  let reached = from
  for (let code = text.charCodeAt(reached); code > 127 || ends[code] === 0; ) code = text.charCodeAt(++reached)
  if (colon - start < 2 || isWordAt(text, start - 1)) return reached
  const end = urlEnd(text, from, reached)
  if (end - from < 3) return reached
  const told = reasonOf(text.slice(start, end), colon - start)
  if (told) report(start, end, 'URL', told.score, told.reason)
  return reached
}

/**
 * Finds whole URLs that hold user info, or a token: a parameter of the query or fragment that is named so, a JWT, a signed
 * link, or a made-up value behind `reset`, `invite` and the like in the path. Other URLs are no finding.
 *
 * @returns the detector of URL
 */
export function url(): Detector {
  return {
    name: 'url',
    version: '1',
    types: ['URL'],
    find(haystack, report) {
      const { text, colons } = haystack
      let behind = 0
      for (let index = 0; index < colons.length; index += 1) {
        const colon = colons.at[index] as number
        if (colon < behind || text.charCodeAt(colon + 1) !== SLASH || text.charCodeAt(colon + 2) !== SLASH) continue
        haystack.step()
        behind = look(text, colon, report)
      }
    },
  }
}
