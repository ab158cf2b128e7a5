/** Whether a value can be a secret: not a filler, a reference, a word of prose or a measure. */
import { makeupOf } from './chars.js'
import { describes, isChosen, isName } from './names.js'
import type { Form, Kind } from './telling.js'

const filler =
  /\*\*|\.\*\.\*|••|●●|\.\.\.|…|^[xX*#.•_-]+$|^(.)\1+$|^[<[{(].*[>\]})]$|^\$[({]|\$\{|\{\{|^%[({]|^%\w+%$|^\$[A-Za-z_]\w*$|^\$env:|^#\{|^@\{|^<|\[[A-Z][A-Z0-9_]*(?::|\])|^&lt;|^(?:%[sdrv][^\w]?)+$|\[\^|\)\$|^--?[a-z]|^\$[A-Za-z_][\w:]*(?:->|\[|\{|\.|::)|^:\w+$|x{6}|X{6}/
const fillerWords =
  /(?:^|[-_ .])(?:your|votre|ihre?|dein|tu|jouw|vostro|placeholder|redacted|masked|hidden|removed|omitted|insert|replace|enter|todo|fixme|dummy|changeme|change[-_ ]?me|change[-_ ]?this|goes[-_ ]here|here|not[-_ ]?set|unset)(?:$|[-_ .])|^(?:example|sample|fake|test|some|my)[-_](?:api|secret|token|key|password|access|auth)/i
const nothing: ReadonlySet<string> = new Set(
  `await async new return function typeof self null nil none undefined true false yes no void any empty unknown string str text number int integer bool boolean object varchar char bytes required optional missing invalid valid incorrect correct wrong expired revoked reset changed change forgotten forgot lost hidden hide show password passwort kennwort wachtwoord passwd pwd pass secret secrets token tokens key apikey username user email default current confirm new old login basic bearer oidc jwt saml mfa totp sms env vault file prompt stdin interactive enabled disabled encrypted hashed plaintext plain bcrypt scrypt pbkdf2 md5 rs256 hs256 es256 ed25519 redacted masked removed value changeit todo tbd falsch richtig vergessen geändert abgelaufen ungültig gültig leer oublié perdu aucun vide olvidada ninguna vacía sbagliata dimenticata nessuna vergeten verlopen geen leeg onjuist same see below above siehe voir ver vedi zie sent never always not must should can will please the this that is are and or for with at in on to of as be by n/a contraseña contrasena api-key api_key credential credentials oauth oauth2 argon2 argon2i argon2id aes aes- rsa rsa- kein keine keines incorrecta na sha256 sha-256 sha512 sha1 passphrase passcode pin mdp clave rsa2048 aes256 aes-256 aws4-hmac-sha256`.split(
    /\s+/,
  ),
)
const reference =
  /^(?:process|os|system|env|environ|secrets?|vars?|config|configuration|settings?|this|self|local|data|module|each|params?|request|req|res|ctx|context|options|opts|props|import|credentials?|args|app|user|session|form|body|input|state|values?|event|row|item|event|kwargs|file|ssm|vault|sops|aws|azurerm|google|random_password|arn|projects)(?:\.|\[|\(|::|->|\?\.|:)/i
const call = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*\(/
const memberOf = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)+[;,]?$/
const identifier = /^(?:[a-z]+(?:_[a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+)$/
const identifierWords =
  /pass|psk|pwd|secret|token|user|input|value|field|form|text|data|arg|param|hash|str|key|raw|plain|new|old|confirm|cred|conf|env|get|set|auth|db|name/i
const rules =
  /^(?:nullable|required|string|confirmed|sometimes|bail)\||^!(?:vault|ref|sub|secret|env|getatt|file)$|^[#.][a-z]+(?:-[a-z0-9]+)+$|^S-1-\d|^\([A-Za-z]|^(?:u?int|float|big(?:u?int)?)\d+(?:array|_t)?$/i
const file =
  /\.(?:pem|key|crt|cer|json|txt|env|ya?ml|ini|conf|p12|pfx|jks|md|html?|php|js|ts|py|go|rb|java|docx?|pdf|png|svg|log|sh)$/i
const mail = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/
const date = /^\d{4}-\d{1,2}-\d{1,2}(?:[T ]|$)|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$|^\d{1,2}:\d{2}/
const measure =
  /^[~<>≥≤+-]?\d+(?:[.,]\d+)?[-–]?(?:d|h|m|s|ms|us|ns|k|kb|mb|gb|tb|kib|mib|gib|b|bits?|bytes?|chars?|characters?|digits?|zeichen|stellen|caractères|caracteres|caratteri|tekens|days?|hours?|hrs?|min|mins|minutes?|months?|years?|tage?n?|stunden|jours|heures|días|horas|giorni|ore|dagen|uur|times?|x|th|st|nd|rd|px|usd|eur|tokens?|fold|factor|step)$/i
const version = /^(?:\d+:)?v?\d+(?:\.\d+)+(?:[-+~][\w.+~-]+)?$/
const algorithm =
  /^(?:ristretto|curve|cram-md|digest-md|scram-sha|sha|md|hs|rs|es|ps|aes|rsa|ed|ecdsa|secp|base|utf|iso|rfc|http|ipv|oauth|tls|ssl|x|ec|p|gpt|claude|llama|gemini|mistral|o|k|s|i|l|ec|web|log|h|win|ie|argon|pbkdf|pkcs|fido|u|kdf|cp|latin|windows|ubuntu|python|node|java|es|php|mysql|postgres|redis|v|level|phase|step|option|version|chapter|section|room|page|line|q|day|week|type|user|test|item|server|srv|node|host|db|app)[-_ ]?\d{1,5}(?:[-_.]\w{1,12})*$/i
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
/** What stands beside a telling word by chance: names of settings and files, pieces of code. */
const plainly = /^[a-z]+(?:_[a-z]+\d{0,3})+$|\/.*\.[a-z]{1,4}$|:['"]|^[\w.]+\(/
/** What prose speaks of when it warns of bad passwords. */
const example = /^(?:password|passwort)\d*$/i
/** `Kaktus+Kaffee` */
const joined = /^\p{Lu}\p{Ll}{2,}[&+]\p{Lu}\p{Ll}{2,}$/u
/** Words with at most two digits each and signs between: `x-ec2-metadata-token`. */
const labels =
  /^(?:[A-Z]?[a-z]+\d{0,2}|[A-Z]{1,4}\d{0,2}|\d{1,4})(?:[-_.:/](?:[A-Z]?[a-z]+\d{0,2}|[A-Z]{1,4}\d{0,2}|\d{1,4})){2,}$/
const piece = /^(?:\p{Ll}+|\p{Lu}\p{Ll}*|\p{Lu}+|v?\d{1,4})$/u

/** Words with signs or small numbers between them: `my-app-tls-2`, `don't`, `read/write`. */
const wordy = (value: string, between = /[-_./:'’,+&]/): boolean =>
  value
    .split(between)
    .filter((part) => part !== '')
    .every((part) => piece.test(part))

/** Changes between small, capital and digit inside: words have few. */
function changes(value: string): number {
  let count = 0
  let last = -1
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index)
    const now = code <= 0x39 ? 0 : code <= 0x5a ? 1 : 2
    if (last >= 0 && now !== last && !(last === 1 && now === 2)) count += 1
    last = now
  }
  return count
}

/**
 * @param value - without quotes
 * @param kind - what the telling word promises
 * @param form - how it is tied to it
 * @returns a score, 0 where the value is no secret
 */
export function worth(value: string, kind: Kind, form: Form): number {
  const { length } = value
  if (length < 4 || nothing.has(value.toLowerCase()) || filler.test(value)) return 0
  if (fillerWords.test(value) && !(length >= 30 && makeupOf(value).kinds >= 3)) return 0
  if (date.test(value) || version.test(value) || measure.test(value) || /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return 0
  if (mail.test(value)) return 0
  const quoted = form === 'quoted'
  if (
    reference.test(value) ||
    ((!quoted || value.endsWith('()')) && call.test(value)) ||
    (memberOf.test(value) && !/\d/.test(value))
  )
    return 0
  if (file.test(value) || rules.test(value)) return 0
  if (kind === 'pin') return pinWorth(value, form)
  if (!quoted && identifier.test(value) && identifierWords.test(value)) return 0
  if (isName(value, kind !== 'password', quoted)) return 0
  return kind === 'password' ? passwordWorth(value, form) : tokenWorth(value, kind, form)
}

const pinWorth = (value: string, form: Form): number =>
  form !== 'loose' && form !== 'beside' && /^\d{4,8}$/.test(value) ? 0.7 : 0

function passwordWorth(value: string, form: Form): number {
  const { length } = value
  const { lower, upper, digits, others, kinds } = makeupOf(value)
  const close = form === 'quoted' || form === 'assigned'
  if (length > 256) return 0
  if (/\s/.test(value)) {
    const words = value.split(/\s+/)
    if (form !== 'quoted' || words.length < 4 || words.length > 12) return 0
    return words.every((word) => /^[a-z]{3,}$/.test(word)) &&
      !/\b(?:the|your|please|must|enter|and|for|with|has)\b/.test(value)
      ? 0.6
      : 0
  }
  if (lower + upper === 0) {
    if (others === 0) {
      if (form === 'prose' || form === 'apart') return digits >= 6 && digits <= 16 ? 0.6 : 0
      return digits >= 4 && (close || form === 'colon') ? (digits >= 6 ? 0.7 : 0.55) : 0
    }
    if (/^[\d.,:%/+()-]+$/.test(value)) return 0
    return close || form === 'colon' ? 0.6 : 0
  }
  if (/^[A-Z][A-Z_-]*$/.test(value) && (value.includes('_') || !close)) return 0
  if (form === 'loose' || form === 'beside') {
    if (length < 7 || algorithm.test(value) || uuid.test(value) || plainly.test(value)) return 0
    if (example.test(value)) return 0
    if (wordy(value, digits > 0 ? /[-./:'’,+&]/ : undefined)) return isChosen(value) ? 0.6 : 0
    return kinds >= 3 || (digits > 0 && others > 0) || (form === 'loose' && changes(value) >= 3) ? 0.7 : 0
  }
  if (digits === 0 && others === 0) {
    const inner = changes(value) >= 2 || (upper > 0 && lower > 0 && /[a-z][A-Z]/.test(value))
    if (inner && length >= 8) return close ? 0.75 : 0.6
    return close && length >= 5 ? 0.6 : 0
  }
  if (form === 'prose' || form === 'apart') {
    if (algorithm.test(value) || describes(value) || length < 5) return 0
    if (digits === 0 && wordy(value)) return form === 'apart' && joined.test(value) ? 0.6 : 0
    if (wordy(value, /[-./:'’,+&]/)) return isChosen(value) || (form === 'apart' && digits > 1 && length >= 8) ? 0.6 : 0
  }
  if (digits === 0 && wordy(value)) {
    const parts = value.split(/[-_.]/).length
    return close || (form === 'colon' && (parts >= 3 || joined.test(value))) ? 0.6 : 0
  }
  if (form !== 'quoted' && form !== 'assigned' && length < 5) return 0
  if (form === 'colon' && algorithm.test(value) && length < 8 && !/^(?:test|user|app|db|server)/i.test(value)) return 0
  return kinds >= 3 ? 0.9 : length >= 6 ? 0.8 : 0.6
}

function tokenWorth(value: string, kind: Kind, form: Form): number {
  const { length } = value
  if (/\s/.test(value)) return 0
  const { lower, upper, digits, kinds, distinct } = makeupOf(value)
  if (!/^[\w.~+/=:$!@#%^&*?|-]+$/.test(value)) return 0
  if (digits === length || /^[\d.,:%/-]+$/.test(value)) return 0
  if (lower + upper === 0) return 0
  if (/^(?:\.{0,2}|~)\/[a-z]/.test(value) && wordy(value.slice(1))) return 0
  if (wordy(value) || (labels.test(value) && /[a-z]{3}/.test(value))) return 0
  if (algorithm.test(value) && length < 20) return 0
  const close = form === 'quoted' || form === 'assigned'
  const least =
    kind === 'session' || kind === 'scheme' ? 16 : close ? 8 : form === 'colon' || form === 'prose' ? 10 : 16
  if (length < least || distinct < Math.min(6, length / 2)) return 0
  if (kind === 'session' && uuid.test(value)) return 0
  if (digits > 0) {
    const some = digits >= 2 || kinds >= 3 || length >= 16
    if (!some) return 0
    return length >= 16 ? 0.9 : 0.75
  }
  if (length >= 16 && changes(value) >= 3) return close ? 0.85 : 0.65
  return 0
}
