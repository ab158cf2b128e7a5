/** DATE_OF_BIRTH: a date that exists, beside a word or sign for birth. */
import type { Detector, Haystack } from '../detector.js'
import { SUBSTITUTE } from '../folding/placeholders.js'
import { isLetter } from './phone/words.js'

const FIRST_YEAR = 1900

/** How far back words are read, and how many that say nothing may stand between. */
const BEFORE = 64
const MOST_WORDS = 6
const DIRECT_WORDS = 0
/** What folding puts where redaction left a placeholder. */
const REPLACED = SUBSTITUTE.charCodeAt(0)

/** English, German, French, Spanish, Italian, Dutch; in full and as they are cut short. */
const months = new Map<string, number>(
  `january jan januar jänner janvier janv enero ene gennaio gen januari
  february feb februar feber février févr fev fév fevrier febrero febbraio febb februari
  march mar märz maerz mär mrz mars marzo maart mrt
  april apr avril avr abril abr aprile
  may mai mayo maggio mag mei
  june jun juni juin junio giugno giu
  july jul juli juillet juil julio luglio lug
  august aug août aout agosto ago augustus
  september sep sept septembre septiembre setiembre set settembre sett
  october oct oktober okt octobre octubre ottobre ott
  november nov novembre noviembre
  december dec dezember dez décembre déc decembre diciembre dic dicembre`
    .split('\n')
    .flatMap((line, index) =>
      line
        .trim()
        .split(/\s+/)
        .map((name) => [name, index + 1] as const),
    ),
)

const BIRTH = 1
/** A word for the day that comes every year: the date may be that of a party. */
const BIRTHDAY = 2
const NEUTRAL = 3
const OTHER = 4

const kinds = new Map<string, number>()
const enter = (kind: number, words: string): void => {
  for (const word of words.split(/\s+/)) if (word !== '') kinds.set(word, kind)
}
enter(
  BIRTH,
  `born birth births birthdate birthdates dob bday geboren geborene geborener geb gebdat gebdatum geburt geburtsdatum geburtsdaten
  geburtstermin né née nés nées naissance nacido nacida nacidos nací nació nacio nacimiento nato nata nati nasce nacque nascita
  geboorte geboortedatum geboortedag birthyear dateofbirth d.o.b`,
)
enter(BIRTHDAY, 'birthday birthdays geburtstag anniversaire cumpleaños compleanno verjaardag')
enter(
  NEUTRAL,
  `on the in at of date datum fecha data day is was were am den der das dem im le la les du de del el il lo op de het en und and y
  e et a ist war wurde est était es fue era è a di da dated his her their my your mein meine ihr sein sur yyyy mm dd jj aaaa tt jjjj
  gg aaaa st nd rd th être été werd monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag
  freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
  string value patient format male female m f`,
)
enter(
  OTHER,
  `died death dead deceased passed gestorben verstorben tod décès décédé décédée mort fallecido fallecida falleció murió morto morta
  deceduto overleden issued issue expires expiry expired valid until ausgestellt ausstellung gültig ablauf délivré expire expiration
  valable expedido expedición caduca vencimiento válido rilasciato scade scadenza valido afgegeven geldig vervalt invoice rechnung
  facture factura fattura factuur order bestellung due fällig created updated modified signed unterschrieben hired joined eingestellt
  embauché married verheiratet marié mariée casado casada sposato getrouwd appointment termin rendez-vous cita appuntamento afspraak
  admission admitted aufnahme entlassung discharge discharged visit visited moved graduated arrived left since seit depuis desde dal
  sinds deadline delivery delivered shipped lieferung founded gegründet fondé fundado fondato opgericht released seen diagnosed
  operated surgery vaccinated impfung started begin beginn ended end sent received login idea project product baptised baptized
  getauft reborn rilasciata emesso emessa scaduta expedida délivrée émis émise afgegeven vernieuwd renewed erneuert
  aufgenommen entlassen operiert gesehen`,
)

/** Cut short by a full stop that ends no sentence. */
const abbreviations = new Set([
  'geb',
  'dob',
  'd',
  'o',
  'b',
  'né',
  'née',
  'nat',
  'gebdat',
  'st',
  'dr',
  'mr',
  'mrs',
  'ms',
  'hr',
  'fr',
  'bday',
])

/** Before a name they tell what it was before a marriage. */
const maiden = new Set(['né', 'née', 'geb', 'geborene', 'geborener'])

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const numeric = /(?:(\d{4})([-./])(\d{1,2})\2(\d{1,2})|(\d{1,2})( ?[-./] ?| )(\d{1,2})\6(\d{4}|\d{2}))(?!\d)/y
const dayFirst =
  /(\d{1,2})(?:st|nd|rd|th|er|ère|ste|de|e|º|°|\.)?(?: (?:of|de|di)(?= )(?: the)?)?[ \-/.]?(\p{L}{3,10})\.?(?:,? |[-/.,]| ?')(?:(?:de|del|of) )?(\d{4}|\d{2})(?!\d)/uy
const yearFirst = /(\d{4})[ \-/](\p{L}{3,10})\.?[ \-/](\d{1,2})(?!\d)/uy
const monthFirst = /(\p{L}{3,10})\.?[ \-/](?:the )?(\d{1,2})(?:st|nd|rd|th)?(?:,? |[-/,])(?:of )?(\d{4}|\d{2})(?!\d)/uy
const compact = /(\d{2})(\d{2})(\d{2})(\d{2})(?!\d)/y

interface When {
  readonly start: number
  readonly end: number
  /** Compact digits and short years say little on their own. */
  readonly weak: boolean
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** Whether it is a day between 1900 and today; a year of two digits is one of the last hundred. */
function plausible(year: string, month: number, day: number, today: Date): boolean {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false
  if (year.length === 2) return day <= (month === 2 ? (Number(year) % 4 === 0 ? 29 : 28) : daysIn(2001, month))
  const full = Number(year)
  return full >= FIRST_YEAR && day <= daysIn(full, month) && Date.UTC(full, month - 1, day) <= today.getTime()
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const number = (digits: string | undefined): number => Number(digits)

/** A date that begins with a run of digits, or with the month before it. */
function dateAt(text: string, start: number, size: number, today: Date): When | undefined {
  const when = (end: number, weak: boolean, from = start): When => ({ start: from, end, weak })
  if (size === 8) {
    const match = matchAt(compact, text, start)
    if (!match) return undefined
    const [, a, b, c, d] = match as unknown as [string, string, string, string, string]
    const iso = plausible(a + b, number(c), number(d), today)
    const local = plausible(c + d, number(b), number(a), today) || plausible(c + d, number(a), number(b), today)
    return iso || local ? when(start + 8, true) : undefined
  }
  if (size !== 1 && size !== 2 && size !== 4) return undefined
  const plain = matchAt(numeric, text, start)
  if (plain) {
    const [whole, isoYear, , isoMonth, isoDay, a, joint, b, year] = plain
    const end = start + whole.length
    if (isoYear !== undefined)
      return plausible(isoYear, number(isoMonth), number(isoDay), today) ? when(end, false) : undefined
    const short = (year as string).length === 2
    if (short && joint === ' ' && ((a as string).length !== 2 || (b as string).length !== 2)) return undefined
    const exists =
      plausible(year as string, number(b), number(a), today) || plausible(year as string, number(a), number(b), today)
    return exists ? when(end, short || joint === ' ') : undefined
  }
  if (size === 4) {
    const match = matchAt(yearFirst, text, start)
    const month = match && months.get((match[2] as string).toLowerCase())
    return match && month && plausible(match[1] as string, month, number(match[3]), today)
      ? when(start + match[0].length, false)
      : undefined
  }
  const named = matchAt(dayFirst, text, start)
  if (named) {
    const month = months.get((named[2] as string).toLowerCase())
    const year = named[3] as string
    if (month && plausible(year, month, number(named[1]), today))
      return when(start + named[0].length, year.length === 2)
  }
  let from = start - 1
  if (text.startsWith('the ', start - 4)) from -= 4
  if (!(from > 0 && ' -/'.includes(text.charAt(from)))) return undefined
  if (text.charCodeAt(from - 1) === 0x2e) from -= 1
  const least = from - 10
  while (from > 0 && from > least && isLetter(text.charCodeAt(from - 1))) from -= 1
  const match = matchAt(monthFirst, text, from)
  const month = match && months.get((match[1] as string).toLowerCase())
  if (!(match && month && plausible(match[3] as string, month, number(match[2]), today))) return undefined
  return when(from + match[0].length, (match[3] as string).length === 2, from)
}

/** Whether what stands around it leaves it a value of its own. */
function alone(text: string, { start, end }: When): boolean {
  const before = text.charCodeAt(start - 1)
  const escaped = isLetter(before) && text.charCodeAt(start - 2) === 0x5c
  if (start > 0 && !escaped && (isLetter(before) || isDigit(before))) return false
  if ('-./,:+_'.includes(text.charAt(start - 1)) && isDigit(text.charCodeAt(start - 2))) return false
  if (before === 0x5f) return false
  const behind = text.charCodeAt(end)
  // what follows an ISO date may be its time
  if (behind === 0x54) return isDigit(text.charCodeAt(end + 1))
  if (end < text.length && (isLetter(behind) || isDigit(behind) || behind === 0x5f)) return false
  return !('-./'.includes(text.charAt(end)) && end < text.length && isDigit(text.charCodeAt(end + 1)))
}

/** `(* 12. März 1980)`, `°12.3.1980`; a bullet at the beginning of a line and emphasis are none. */
function starred(text: string, start: number, end: number): boolean {
  let index = start - 1
  const spaced = text.charAt(index) === ' '
  if (spaced) index -= 1
  const sign = text.charAt(index)
  if (sign !== '*' && sign !== '°') return false
  if (text.charAt(end) === '*') return false
  const before = text.charAt(index - 1)
  if (before === '*' || isDigit(text.charCodeAt(index - 1)) || isLetter(text.charCodeAt(index - 1))) return false
  return !(spaced && (index === 0 || before === '\n'))
}

const NOTHING = 0
const AROUND = 1
const DIRECT = 2

const kindOf = (word: string): number => {
  const kind = kinds.get(word)
  if (kind !== undefined) return kind
  return word.length > 7 && /^(?:geburts|geboorte|birth|naissance|nacimiento)/.test(word) ? BIRTH : 0
}

/** What the nearest telling word before a date says. */
function saidBefore(text: string, start: number): number {
  const least = Math.max(0, start - BEFORE)
  let index = start - 1
  let words = 0
  let runs = 0
  let stop = false
  let seen = false
  let named = false
  while (index >= least && words <= MOST_WORDS) {
    const code = text.charCodeAt(index)
    if (isDigit(code)) {
      while (index >= least && isDigit(text.charCodeAt(index))) index -= 1
      runs += 1
      if (runs > 1) return NOTHING
      continue
    }
    if (!isLetter(code)) {
      if (code === 0x2020) return NOTHING
      if (code === 0x0a && text.charCodeAt(index - 1) === 0x0a) return NOTHING
      if (code === 0x2e || code === 0x21 || code === 0x3f) stop = true
      // the word for birth goes with what stood there
      if (code === REPLACED) return NOTHING
      index -= 1
      continue
    }
    const end = index + 1
    while (index >= 0 && end - index < 32 && isLetter(text.charCodeAt(index))) index -= 1
    // `birthDate`, `dateOfBirth`
    const word = text.slice(index + 1, end)
    const parts = word
      .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
      .toLowerCase()
      .split(' ')
    if (stop && seen && !abbreviations.has(parts.at(-1) as string)) return NOTHING
    for (const part of parts.reverse()) {
      // "DOB-1899-QU" is the number of something
      const kind = text.charCodeAt(end) === 0x2d && isDigit(text.charCodeAt(end + 1)) ? 0 : kindOf(part)
      if (kind === OTHER) return NOTHING
      if (kind === BIRTH && !(named && maiden.has(part))) return words <= DIRECT_WORDS && runs === 0 ? DIRECT : AROUND
      if (kind === BIRTHDAY) return words <= DIRECT_WORDS && runs === 0 && !stop ? AROUND : NOTHING
      if (kind !== NEUTRAL && part.length > 1) words += 1
      named = kind === 0 && /^\p{Lu}/u.test(word)
    }
    // "D.O.B." is read letter by letter
    if (word.length === 1 && /^d\.?\s?o\.?\s?b$/i.test(text.slice(Math.max(0, end - 5), end).replace(/^[^dD]+/, '')))
      return words <= DIRECT_WORDS ? DIRECT : AROUND
    stop = false
    seen = true
  }
  return NOTHING
}

/** `12.3.1980 (geb.)`, `12/03/1980 (date of birth)`. */
function saidBehind(text: string, end: number): number {
  const match = /^ ?\(((?:\p{L}{1,14}[ .]*){1,3})\)/u.exec(text.slice(end, end + 48))
  if (!match) return NOTHING
  return (match[1] as string)
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .some((word) => kindOf(word) === BIRTH)
    ? DIRECT
    : NOTHING
}

function saidByHint({ hint }: Haystack): number {
  if (hint === '') return NOTHING
  return hint.split(/[^\p{L}]+/u).some((word) => kindOf(word) === BIRTH || kindOf(word) === BIRTHDAY) ? DIRECT : NOTHING
}

/**
 * DATE_OF_BIRTH: a date between 1900 and today, in digits or with a month named in English, German, French, Spanish,
 * Italian or Dutch, that a word or sign for birth goes with.
 *
 * @returns the detector of DATE_OF_BIRTH
 * @example
 * ```ts
 * import { dateOfBirth } from 'quittance/pii'
 * const detector = dateOfBirth()
 * ```
 */
export function dateOfBirth(): Detector {
  return {
    name: 'date-of-birth',
    version: '1',
    types: ['DATE_OF_BIRTH'],
    find(haystack, report) {
      const { text, digits } = haystack
      const today = new Date()
      let hinted: number | undefined
      let from = 0
      for (let run = 0; run < digits.length; run += 2) {
        const start = digits.at[run] as number
        if (start < from) continue
        const size = (digits.at[run + 1] as number) - start
        if (size > 8 || size === 3 || (size > 4 && size < 8)) continue
        const when = dateAt(text, start, size, today)
        if (!when || when.start < from || !alone(text, when)) continue
        haystack.step()
        from = when.end
        hinted ??= saidByHint(haystack)
        let said = saidBefore(text, when.start)
        if (said === NOTHING) said = saidBehind(text, when.end)
        if (said === NOTHING && text.length <= when.end - when.start + 16) said = hinted
        if (said === NOTHING && !when.weak && starred(text, when.start, when.end)) said = AROUND
        if (said === NOTHING || (said === AROUND && when.weak && size === 8)) continue
        const score = said === DIRECT ? (when.weak ? 0.8 : 0.92) : when.weak ? 0.55 : 0.75
        report(
          when.start,
          when.end,
          'DATE_OF_BIRTH',
          score,
          said === DIRECT ? 'date, label of birth' : 'date, birth nearby',
        )
      }
    },
  }
}
