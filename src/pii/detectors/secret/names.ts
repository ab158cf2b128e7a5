/** Names and types of programs: they stand where a secret would, but are none. */
import { isSpace } from './chars.js'
import type { Memory } from './memory.js'

const parts = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g
const nameOnly = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*(?:\+\+|--)?$/
/** `Optional[X]`, `Array<Y>`, `auth[2]`, `!this.x`, a function without its name, a number, a comment. */
const expression =
  /^[A-Za-z_$][\w.:$]*(?:<[\w$&'*({[]|\[[^\]]{0,40}\])|^!{1,2}[A-Za-z_$][\w$]*(?:[.(][\w$.()]*)?$|^[{[(]|^0x[0-9a-f]{1,16}$|^\/[/*]|^@[A-Za-z.-]+$/i
const path =
  /^(?:~|\.{1,2})?\/(?:home|users|usr|var|etc|opt|root|tmp|srv|mnt|app|run|data|workspace)(?:\/|$)|^[A-Z]:\\\w+\\/i
const told =
  /^(?:pass|passwd|password|pwd|secrets?|tokens?|keys?|user|users|input|field|form|auth|string|array|arr|bytes?|buffer|list|type|schema|config|credentials?|creds?|cred|hash|hashed|param|params|args?|value|values|next|prev|data|text|model|provider|service|manager|store|context|options|props|request|response|encoder|decoder|base|oauth|env|get|set|new|old)$/i
const numbered =
  /(?:base(?:32|58|62|64)|sha\d{1,3}|md5|utf(?:8|16)|x509|oauth[12]|u?int(?:8|16|32|64)|aes\d{3}|ed25519)/i

/** The share of letters to runs of them: words have long runs, random letters have short ones. */
function wordiness(value: string): { words: readonly string[]; mean: number } {
  const words = value.match(parts)?.filter((part) => part.charCodeAt(0) > 0x39) ?? []
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  return { words, mean: words.length === 0 ? 0 : letters / words.length }
}

/**
 * @param value - without quotes around it
 * @param random - whether the secret would have to be random
 * @param quoted - whether quotes stood around it
 * @returns whether it is rather a program's name or type
 */
export function isName(value: string, random: boolean, quoted: boolean): boolean {
  if (!quoted && expression.test(value)) return true
  if (path.test(value)) return true
  if (!nameOnly.test(value)) return false
  const digits = value.replace(/\D+/g, '').length
  const { words, mean } = wordiness(value)
  if (random) {
    if (digits > 4 && !numbered.test(value)) return false
    if (!quoted && digits <= 2 && value.length < 16 && words.length >= 2 && words.some((word) => told.test(word)))
      return true
    return words.length >= 2 && mean >= 3 && (digits <= 2 || mean >= 3.5) && !/\d[a-z]{1,2}\d/.test(value)
  }
  if (quoted) return /^[a-z]+(?:[A-Z][a-z]+)*(?:Pass(?:word|phrase)|Token|Secret|Key)$/.test(value)
  if (/[+-]$/.test(value)) return words.length >= 2
  if (!numbered.test(value) && (digits > 1 || /[A-Za-z]\d[a-z]/.test(value))) return false
  return words.length >= 2 && words.some((word) => told.test(word))
}

/** Says something of passwords rather than being one: `12-character`, `base64-encoded`. */
export const describes = (value: string): boolean =>
  /^\p{L}*\d*(?:[-_]\p{L}*\d*)*$/u.test(value) &&
  (/(?:compliant|based|encoded|protected|encrypted|hashed|only|long|old|characters?|chars?|digits?|days?|sensitive|safe|free|ready|specific|approved|enabled|bits?|factor|step|time|zeichen|stellig|basiert)$/i.test(
    value,
  ) ||
    /^(?:see|siehe|voir|ver|vedi|zie|ticket|step|level|part|section|chapter|room|zimmer|version|release)[-_]/i.test(
      value,
    ))

/** Words and a number with signs between, as people make passwords: `correct-horse-7-battery`, `Lemon-93`. */
export function isChosen(value: string): boolean {
  if (!/^\p{L}[\p{L}\d]*(?:[-_.+][\p{L}\d]+)+$/u.test(value) || value.length < 8 || describes(value)) return false
  const pieces = value.split(/[-_.+]/)
  const words = pieces.filter((piece) => /^\p{L}{3,}$/u.test(piece))
  const numbers = pieces.filter((piece) => /^\d{1,4}$/.test(piece))
  if (numbers.length !== 1 || words.length === 0) return false
  return pieces.length >= 3 || (/^\p{Lu}/u.test(value) && /\p{Ll}{3}/u.test(value))
}

/** What follows an unquoted name in an expression: an operator between spaces. */
const operatorBehind = /^\s(?:&&|\|\||[=!]==?|[<>]=?|\?\??|=|:=|\|)\s/
const declared =
  /(?:^|[\s;({])(?:const|let|var|val|final|readonly|case|return|if|elif|while|struct|def|fn|func|function|type)\s+[\w$.*& ]{0,40}$/
const unpacked = /[\w$]\s?,\s?[\w$.]*$/
const parameterBehind = /^(?:\[\]|\?)?\s?(?:[,)]\s?(?:[\w$]+\??\s?:|\)|:|=>|\{|$)|;\s*$)/m

const isNameOnly = (value: string): boolean => nameOnly.test(value)
const isDeclared = (head: string): boolean => declared.test(head)

/**
 * @param text - the text
 * @param key - where the telling word begins
 * @param start - of a value without quotes
 * @param end - of it
 * @param assigned - whether a `=` stands before it
 * @param memory - of the text
 * @returns whether the value is a name in an expression or a declaration of a program
 */
export function isInCode(
  text: string,
  key: number,
  start: number,
  end: number,
  assigned: boolean,
  memory: Memory,
): boolean {
  const value = text.slice(start, end)
  if (!memory.is('name', value, isNameOnly)) return false
  const rest = text.slice(end, end + 40)
  const letters = /^[A-Za-z_$.]+\d?$/.test(value)
  if (isSpace(text.charCodeAt(end)) && operatorBehind.test(rest) && (letters || !rest.startsWith(' |'))) return true
  const head = text.slice(Math.max(0, key - 48), key)
  if (letters && memory.is('declared', head, isDeclared)) return true
  const operator = text.slice(Math.max(0, start - 8), start)
  if (letters && operator.includes('=') && /[=!]=$/.test(operator.trimEnd())) return true
  if (assigned) return letters && unpacked.test(head) && /^[ \t]*(?:\n|$)/.test(rest)
  return (
    /^[A-Z][a-z]+(?:[A-Z][a-z]+)*\d?$/.test(value) &&
    parameterBehind.test(rest) &&
    /(?:[(,]\s?|\n\s*)[\w$]*$/.test(head)
  )
}
