/** How a value hangs on a telling word: what stands between the two. */
import type { Memory } from './memory.js'
import type { Form, Telling } from './telling.js'

const suffix =
  '(?:[_-]?(?:prod|production|dev|development|test|testing|staging|stage|live|old|new|main|primary|secondary|default|admin|root|value|plain|plaintext|text|current|base|base64|b64|hex)|(?<=[a-z])(?:Prod|Dev|Test|Staging|Live|Old|New|Primary|Secondary|Value|Base))?(?:[_-]?\\d{1,2})?'
const remark = '(?:\\s?\\([^()\\n]{1,32}\\))?'
const word = "[\\p{L}\\p{N}@._/'’\\[\\]-]{1,32}"
const opener = '(?:["\'`“„«‘‚»(*]{0,3}|[«„]\\s)'

const tense =
  "is|are|was|has been|used to be|used to read|will be|would be|might be|may be|could be|should be|becomes|became|reads|remains|ist|bleibt|lautet|lautete|war|wäre|wird|könnte|müsste|sollte|heißt|heisst|est|était|sera|devient|serait|devrait être|c['’]est|c['’]était|es|era|será|sería|debería ser|è|é|sarà|rimane|sarebbe|dovrebbe essere|luidt|wordt|blijft"
const hedge =
  'now|still|again|currently|just|simply|always|probably|usually|actually|formerly|previously|set to|the following|following|i think|i believe|i guess|afaik|basically|officially|jetzt|nun|noch|wieder|immer noch|also|halt|eigentlich|momentan|aktuell|weiterhin|wohl|vermutlich|glaube? ich|glaub|maintenant|toujours|désormais|donc|actuellement|je crois|ahora|todavía|pues|actualmente|creo|adesso|ora|ancora|credo|quindi|attualmente|nu|nog|dus|nog steeds|momenteel|denk ik|volgens mij'
const hedges = `(?:\\s+(?:${hedge})){0,2}\\s*[:=]?\\s*`

/** Between a telling word and an operator where the word is the name itself. */
const direct = new RegExp(
  `^${suffix}(?:\\\\?["'\`*_)\\]]){0,4}${remark}["'*]{0,3}\\s{0,12}(?:\\\\?["']?,?\\s{1,20}\\\\?["']?value\\\\?["']?\\s{0,4})?$`,
  'iu',
)
/** Between a telling word and an operator with other words in between. */
const distant = new RegExp(`^${remark}(?:\\s+${word}){1,7}${remark}["'*]{0,3}\\s?$`, 'u')
/** Those words, where they say what or which it is for: `pw for the wifi`, `mot de passe provisoire`. */
const purpose = new RegExp(
  `^${remark}(?:\\s+(?:for|of|to|on|at|from|für|fürs|vom|von|zum|zur|im|am|du|de|des|d['’]|pour|sur|del|para|di|della|dello|per|van|voor|naar|op)(?:\\s+${word}){1,4}|(?:\\s+${word}){1,2})${remark}["'*]{0,3}\\s?$`,
  'iu',
)
/** Between a telling word and a value that a verb ties together. */
const verb = new RegExp(
  `^${suffix}["'*)]{0,3}${remark}(?:\\s+${word}){0,6}?\\s+(?:${tense}|als|as|comme|como|come|(?:set|changed|reset|updated|rotated) to|geändert auf|gesetzt auf|cambiat[ao] in|cambiad[oa] a|changé en|gewijzigd in)${hedges}${opener}$`,
  'iu',
)
/** The same with the sentence's end in between: `… my password. It used to be …`. */
const later = new RegExp(
  `(?:^[^\\n]{0,48}[.,;!?–—-]\\s+(?:${word}\\s+){0,2}?(?:it|this|that|es|das|dies|dat|ce|eso|(?:the|das|le|la|el|il|het|de)\\s+(?:new|old|current|neue|alte|nouveau|ancien|nueva|antigua|nuova|vecchia|nieuwe|oude)(?:\\s+one)?)(?:['’]s|\\s+(?:${tense}))|^[^\\n]{0,48}[.,;!?–—-]\\s+(?:${word}\\s+){0,2}?(?:c['’]est|c['’]était|es|era|è|jetzt ist es|nu is het))${hedges}${opener}$`,
  'iu',
)
const changedTo = new RegExp(`^(?:\\s+${word}){0,5}\\s+(?:to|auf|zu|en|à|a|in|naar)\\s+${opener}$`, 'iu')
const changing = /\b(?:set|reset|chang|updat|rotat|setz|geänd|ändere|chang|cambi|wijzig|modifi)\w*\s+(?:\S+\s+){0,4}$/iu
const changed = /^\S{5,64}\s(?:geändert|gesetzt|zurückgesetzt|gewijzigd|gezet)(?!\p{L})/u
const cell =
  /^["'`*]{0,3}(?:\s{0,24}\|\s{0,24}|[ ]{0,4}\t[ \t]{0,4}|>|<\/\w{1,20}>\s{0,20}<\w{1,20}>|(?:[ \t]+[\p{L}-]{2,16})?[ \t]+[-–—→][ \t]+|(?:[ \t]+[\p{L}-]{2,16})?[ \t]*->[ \t]*)["'`*“„«]{0,3}$/u
const comma = /^["'`*]{0,3}[ \t]{0,4}[,;/][ \t]{0,4}["'`*“„«]{0,3}$/u
const beside = new RegExp(`^[\\])]?\\s+${opener}$`, 'u')
const possessive = new RegExp(`^['’]s${hedges}${opener}$`, 'iu')
/** What turns a secret's name into something about it. */
const about =
  /(?<!\p{L})(?:tickets?|orders?|numbers?|nr|ids?|links?|urls?|policy|version|hash(?:es)?|digest|checksum|sha\d*|fingerprint|expir\w*|types?|counts?|usage|limits?|length|names?|case|incident|algorithms?|strength|bits?|budget|window|rate|price|costs?|sections?|pages?|rotation|vergessen|abgelaufen|gültig)\b/iu
/** The same, of words right before an operator: there the value is of these words. */
const aboutIt =
  /(?<!\p{L})(?:(?:re-?set|chang|updat|creat|modif|attempt|owner|contact|question|field|state|status|error|invalid|incorrect|requir|rule|minim|maxim|manag|generat|format|class|label|since|until|geändert|änder|zuletzt|fehler|erneut|anzahl|regel|oublié|modifié|changé|erreur|expiré|olvid|cambi|caduc|dimentic|scadut|vergeten|gewijzigd|verlopen)|(?:last|failed?|by|hints?|forms?|files?|path|dir|wrong|min|max|valid|match(?:es)?|date|time|age|days?|hours?|see|siehe|voir|ver|vedi|zie|must|should|can|will|not|note|via|per|e-?mail|sent|frage|fout)(?!\p{L}))/iu
const commandLine = /(?:^|[\s"'`])--?(?:[\w]+[-_])*$/u
/** Short names that nothing but the value follows. */
const short = /^(?:pw|pwd|psw|mdp|ww|requirepass)$/i

/** `pw router …` */
const oneWord = /^ \p{L}{3,16} ["'`]?$/u
/** `contraseña temporal "…"` */
const wordQuote = /^ \p{L}{4,16} ?(?:["'`“„]|«\s?)$/u
/** `log in with password …` */
const withIt =
  /(?:^|[\s(])(?:with|using|mit|met|avec|con)\s(?:(?:the|der|dem|das|le|la|el|il|het|de|wacht|kenn)\s?)?(?:mot de |\p{L}{0,6})?$/iu

/**
 * @param value - what stands beside a telling word
 * @returns whether it goes on with the name of something, as in `password reset-link-2`
 */
export const isAbout = (value: string): boolean =>
  /^[\p{L}\d\s_.-]+$/u.test(value) && (about.test(value) || aboutIt.test(value))

/** What stands between a telling word and an operator behind it. */
export type Gap = 'close' | 'purpose' | 'distant'

/**
 * @param gap - the text between a telling word and an operator
 * @param memory - of the text
 * @returns how close they are; undefined where they have nothing to do with one another
 */
export function gapOf(gap: string, memory: Memory): Gap | undefined {
  if (gap === '' || gap === '"' || gap === ' ' || memory.is('direct', gap, isDirect)) return 'close'
  if (gap.length >= 60 || !memory.is('distant', gap, isDistant)) return undefined
  return memory.is('purpose', gap, isPurpose) ? 'purpose' : 'distant'
}

const isDirect = (gap: string): boolean => direct.test(gap)
const isDistant = (gap: string): boolean => distant.test(gap) && !about.test(gap)
const isPurpose = (gap: string): boolean => purpose.test(gap) && !aboutIt.test(gap) && !/\.\s|\n/.test(gap)
const isWith = (head: string): boolean => withIt.test(head)
const isBeside = (gap: string): boolean => beside.test(gap)
const isCell = (gap: string): boolean => cell.test(gap)
const isComma = (gap: string): boolean => comma.test(gap)
const isSaid = (gap: string): boolean => verb.test(gap) || later.test(gap) || possessive.test(gap)
const isChanged = (gap: string): boolean => changedTo.test(gap)

/**
 * @param text - the text
 * @param telling - a telling word
 * @param start - where a value begins that no operator stands before
 * @param memory - of the text
 * @returns how the two are tied together; undefined where they are not
 */
export function tieOf(text: string, telling: Telling, start: number, memory: Memory): Form | undefined {
  const gap = text.slice(telling.end, start)
  if (gap === ' ' || memory.is('beside', gap, isBeside)) {
    const name = text.slice(telling.start, telling.end)
    if (telling.kind === 'scheme' || name.endsWith('by') || name.endsWith('BY')) return 'assigned'
    if (name === 'PASSWORD' && gap === " '") return 'assigned'
    const head = text.slice(Math.max(0, telling.start - 24), telling.start)
    if (head.includes('-') && commandLine.test(head.replace(/\w+$/, ''))) return 'assigned'
    if (gap !== ' ') return 'beside'
    if (telling.kind === 'pin')
      return name === 'PIN' && !/^\d+#/.test(text.slice(start, start + 9)) ? 'prose' : 'beside'
    return short.test(name) || memory.is('with', text.slice(Math.max(0, telling.start - 32), telling.start), isWith)
      ? 'prose'
      : 'beside'
  }
  if (telling.kind === 'session') return undefined
  if (memory.is('cell', gap, isCell)) return aboutIt.test(gap) ? 'loose' : 'colon'
  if (memory.is('comma', gap, isComma)) return 'loose'
  if (telling.kind === 'password' && wordQuote.test(gap)) return isAbout(gap) ? undefined : 'prose'
  if (oneWord.test(gap) && short.test(text.slice(telling.start, telling.end)))
    return aboutIt.test(gap) ? undefined : 'prose'
  if (memory.is('said', gap, isSaid)) return about.test(gap) ? undefined : 'prose'
  if (!memory.is('changed', gap, isChanged)) return undefined
  if (changing.test(text.slice(Math.max(0, telling.start - 48), telling.start))) return 'prose'
  if (changed.test(text.slice(start, start + 96))) return 'prose'
  return undefined
}

const words =
  'password|passwort|kennwort|mot de passe|contraseña|wachtwoord|passwd|passphrase|clave|api[- ]?key|token|secret'
const behindWords = new RegExp(
  `^["'\`”»)*]{0,3}\\s+(?:is|as|ist|als|est|comme|es|como|è|come)\\s+(?:[\\p{L}’']{1,16}\\s+){0,3}?(?:${words})(?![\\p{L}\\p{N}])`,
  'iu',
)

/**
 * @param text - the text
 * @param end - where a value ends
 * @returns whether the words behind it say that it is secret: `… is your new password`
 */
export const toldBehind = (text: string, end: number): boolean => behindWords.test(text.slice(end, end + 64))

const userBefore =
  /(?:user(?:[-_ ]?name)?|login|benutzer(?:name)?|utilisateur|identifiant|usuario|utente|gebruiker(?:snaam)?|e-?mail|account|konto)["'*]{0,3}\s{0,4}[:=]/iu

/**
 * @param text - the text
 * @param telling - a telling word
 * @returns whether a user's name is given before it
 */
export const userBeside = (text: string, telling: Telling): boolean =>
  userBefore.test(text.slice(Math.max(0, telling.start - 64), telling.start))

const link = new RegExp(
  `(?:\\s+(?:for|of|für|to|de|per|voor|pour|para)(?:\\s+${word}){1,4}?)?\\s+(?:is|ist|lautet|est|es|è|luidt|was|war|=>|->)\\s+(?:now\\s+|jetzt\\s+)?(?=\\S)|>(?=[^<\\s])|\\s+(?=["'\`]?\\S)|\\s{0,8}\\|\\s{0,8}(?=\\S)`,
  'iuy',
)

/**
 * @param text - the text
 * @param end - where a telling word ends
 * @returns where what a verb or a cell's border ties to it begins; -1 where nothing does
 */
export function linkedAt(text: string, end: number): number {
  link.lastIndex = end
  return link.test(text) ? link.lastIndex : -1
}
