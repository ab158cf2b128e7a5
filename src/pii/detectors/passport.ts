import { closesAt, isDigit, isLetter, isSpace, isWord, opensAt } from '../chars.js'
import { before, contextWords, near } from '../context.js'
import { type Detector, type Haystack, REACH, type Report } from '../detector.js'
import { zoneAt } from './mrz.js'

const passportWords = contextWords(
  'passport*',
  '*passport',
  'reisepass*',
  'reisepaß*',
  'pass-nr*',
  'passnr*',
  'passnummer*',
  'paßnummer*',
  'pass nr*',
  'pass no*',
  'pass number',
  'passeport*',
  'pasaporte*',
  'passaport*',
  'paspoort*',
  'passaporte*',
  'pasaport*',
  'paszport*',
  'pas číslo',
  'cestovní pas',
  'паспорт*',
  'διαβατήριο*',
  'travel document*',
  'reisedokument*',
  'document de voyage',
  '护照*',
  'パスポート*',
)

const otherWords = contextWords(
  'order*',
  'invoice*',
  'flight*',
  'flug*',
  'vol',
  'vuelo',
  'volo',
  'vlucht*',
  'booking*',
  'buchung*',
  'reservation*',
  'réservation*',
  'reserva',
  'prenotazione',
  'boeking*',
  'tel*',
  'phone*',
  'call',
  'fax',
  'mobile',
  'handy*',
  'ticket*',
  'visa*',
  'tracking*',
  'application*',
  'antrag*',
  'reference*',
  'referenz*',
  'référence*',
  'case',
  'iban',
  'card',
  'account*',
  'konto*',
  'ssn',
  'tax*',
  'steuer*',
  'license*',
  'licence*',
  'führerschein*',
  'zip',
  'plz',
  'amount*',
  'fee',
  'issued',
  'ausgestellt',
  'date*',
  'datum',
  'born',
  'geboren*',
  'expir*',
)

/** Beginnings of the words above: a text that holds none of them needs no second look. */
const stems = [
  'pas',
  'Pas',
  'PAS',
  'dokument',
  'DOKUMENT',
  'ocument',
  'OCUMENT',
  'паспорт',
  'Паспорт',
  'αβατήριο',
  '护照',
  'パスポート',
]

/** So many characters are asked for such words at a time. */
const BLOCK = 512

/** Tells whether there is a word of passports in reach of a place; each stretch of the text is asked once. */
function wordsInReach({ text, hint }: Haystack): (at: number) => boolean {
  if (hint !== '' && passportWords.test(hint)) return () => true
  if (!stems.some((stem) => text.includes(stem))) return () => false
  const asked: (boolean | undefined)[] = []
  return (at) => {
    const block = Math.floor(at / BLOCK)
    const known = asked[block]
    if (known !== undefined) return known
    const from = Math.max(0, block * BLOCK - REACH)
    const part = text.slice(from, (block + 1) * BLOCK + REACH)
    const told = passportWords.test(part.replace(/([a-z])(?=[A-Z])/g, '$1 ').toLowerCase())
    asked[block] = told
    return told
  }
}

/** So near before a number the word is its label. */
const LABEL = 30

/**
 * Shapes of the numbers that states give out, separators left out: letters as `A`, digits as `9`. Longer runs of digits than
 * these are other numbers.
 */
const lettered = new Set([
  'A99999999', // US, IN, CN, KR, JP of old, TR, MX
  'A9999999', // AT, CH, AU, IN, IS, ZA
  'A999999', // PT
  'AA999999', // BE, CA, ES, UA, BR, CO
  'AA9999999', // IT, PL, HU, GR, IE, FI, JP, AU, SK
  'AAA999999', // ES, AR
  'AAA9999999',
  'AA99999999',
  '99AA99999', // FR
  'A999999999', // TW, MX
  'A99999999A',
  'AA9999999A',
])

/** Only digits: US, GB, RU, BG, HR, DK, RO; with eight SE, NO, CZ, LT. */
const bare = new Set(['999999999', '99999999'])

/** Letters that no German number has are vowels and look-alikes; its digits may stand anywhere behind the first letter. */
const GERMAN = /^[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}[0-9]?D?$/

/** The Dutch: two letters, six of either, a digit; never the letter O. */
const DUTCH = /^[A-NP-Z]{2}[A-NP-Z0-9]{6}[0-9]$/

const SHORTEST = 7
const LONGEST = 11

/** A word with its groups: `12 AB 34567`, `C01 X00 T47`. */
interface Word {
  readonly start: number
  readonly end: number
}

const isAlnum = (code: number): boolean => isDigit(code) || isLetter(code)

/** The groups around a run of digits: those before it that hold a capital or a digit, and those behind it. */
function wordAround(text: string, run: number, end: number, covered: number): Word {
  let from = run
  while (from > covered && run - from <= LONGEST && isAlnum(text.charCodeAt(from - 1))) from -= 1
  let to = end
  while (to - from <= LONGEST && isAlnum(text.charCodeAt(to))) to += 1
  return { start: from, end: to }
}

const shapeOf = (value: string): string => value.replace(/[A-Z]/g, 'A').replace(/[0-9]/g, '9')

const count = (value: string): number => value.replace(/[^0-9]/g, '').length

/** Whether eight digits are a date, year first or last. */
const isDate = (value: string): boolean =>
  /^(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d$|^[0-3]\d(?:0[1-9]|1[0-2])(?:19|20)\d\d$|^(?:0[1-9]|1[0-2])[0-3]\d(?:19|20)\d\d$/.test(
    value,
  )

type Kind = 'lettered' | 'bare' | 'none'

function kindOf(value: string): Kind {
  if (value.length < SHORTEST || value.length > LONGEST) return 'none'
  const shape = shapeOf(value)
  if (bare.has(shape)) return isDate(value) ? 'none' : 'bare'
  if (lettered.has(shape)) return 'lettered'
  const digits = count(value)
  if (digits === value.length || digits < 2) return 'none'
  return GERMAN.test(value) || (digits > 2 && DUTCH.test(value)) ? 'lettered' : 'none'
}

/** Groups joined by single blanks or dashes that make one number, starting at a group; the longest first. */
function grouped(text: string, { start, end }: Word): { word: Word; value: string; kind: Kind } | undefined {
  const ends: number[] = [end]
  let at = end
  let length = end - start
  while (ends.length < 4) {
    const code = text.charCodeAt(at)
    if ((!isSpace(code) && code !== 0x2d) || !isAlnum(text.charCodeAt(at + 1))) break
    let next = at + 1
    while (next - at <= LONGEST && isAlnum(text.charCodeAt(next))) next += 1
    length += next - at - 1
    if (length > LONGEST) break
    ends.push(next)
    at = next
  }
  for (let last = ends.length - 1; last >= 0; last -= 1) {
    const stop = ends[last] as number
    if (!closesAt(text, stop)) continue
    const written = text.slice(start, stop)
    const value = written.replace(/[^A-Za-z0-9]/g, '')
    const upper = value.toUpperCase()
    // A word of the sentence is no part of a number; one written small throughout is a number written small.
    if (value !== upper && value !== value.toLowerCase()) continue
    if (last > 0 && value !== upper) continue
    if (last > 0 && !/\d/.test(text.slice(ends[last - 1], stop)) && stop - (ends[last - 1] as number) > 3) continue
    const kind = kindOf(upper)
    if (kind !== 'none') return { word: { start, end: stop }, value, kind }
  }
  return undefined
}

/** Looks at one run of digits with what belongs to it; returns where it ends, or -1. */
function byContext(haystack: Haystack, run: number, runEnd: number, covered: number, report: Report): number {
  const { text } = haystack
  const word = wordAround(text, run, runEnd, covered)
  if (word.end - word.start > LONGEST) return -1
  // A group of letters before the digits: `AB 123456`.
  let found: ReturnType<typeof grouped>
  if (word.start === run && (isSpace(text.charCodeAt(run - 1)) || text.charCodeAt(run - 1) === 0x2d)) {
    let letters = run - 1
    while (
      letters > covered &&
      run - letters < 5 &&
      text.charCodeAt(letters - 1) >= 0x41 &&
      text.charCodeAt(letters - 1) <= 0x5a
    )
      letters -= 1
    if (letters < run - 1 && opensAt(text, letters)) found = grouped(text, { start: letters, end: run - 1 })
  }
  if (!found && opensAt(text, word.start)) found = grouped(text, word)
  if (!found) return -1
  const { start, end } = found.word
  const behindIt = text.charCodeAt(end)
  const beforeIt = text.charCodeAt(start - 1)
  if (
    (behindIt === 0x2e || behindIt === 0x2c || behindIt === 0x2d || behindIt === 0x2f) &&
    isWord(text.charCodeAt(end + 1))
  )
    if (behindIt !== 0x2c || isDigit(text.charCodeAt(end + 1))) return -1
  if (beforeIt === 0x2b || beforeIt === 0x24 || beforeIt === 0x2d || beforeIt === 0x2e || beforeIt === 0x40) return -1
  haystack.step()
  const lower = /[a-z]/.test(found.value)
  const cut = Math.max(0, start - LABEL)
  const label = { ...haystack, text: text.slice(cut, start) }
  const told = before(label, start - cut, passportWords) && !(found.value.length === 8 && /\d/.test(label.text))
  if (!told && !near(haystack, start, end, passportWords)) return -1
  const other = before({ ...label, hint: '' }, start - cut, otherWords)
  let score = found.kind === 'bare' ? (end - start === 8 ? 0.45 : 0.55) : 0.75
  if (told) score += 0.2
  if (lower) score -= 0.15
  if (other) score -= told && found.kind === 'lettered' ? 0.2 : 0.35
  report(start, end, 'PASSPORT', Math.min(score, 0.95), 'shape of a passport number; context')
  return score >= 0.5 ? end : -1
}

/**
 * Machine-readable zones by all their check digits, as a whole; numbers of passports by shape beside a word that tells of one.
 *
 * @returns the detector of PASSPORT
 */
export function passport(): Detector {
  return {
    name: 'passport',
    version: '1',
    types: ['PASSPORT'],
    find(haystack, report) {
      const { text, digits } = haystack
      const zones: number[] = []
      let least = 0
      for (let at = text.indexOf('<<'); at >= 0; at = text.indexOf('<<', least)) {
        haystack.step()
        const { zone, end } = zoneAt(text, at, least)
        if (zone) {
          report(zone.start, zone.end, 'PASSPORT', 0.98, 'machine-readable zone, all check digits')
          zones.push(zone.start, zone.end)
        }
        least = Math.max(end, at + 2)
      }
      const told = wordsInReach(haystack)
      let covered = 0
      let next = 0
      for (let index = 0; index < digits.length; index += 2) {
        const run = digits.at[index] as number
        while (next < zones.length && (zones[next + 1] as number) <= run) next += 2
        if (next < zones.length && run >= (zones[next] as number)) continue
        if (run < covered || !told(run)) continue
        const end = byContext(haystack, run, digits.at[index + 1] as number, covered, report)
        if (end > 0) covered = end
      }
    },
  }
}
