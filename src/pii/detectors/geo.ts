import { behind, contextWords, near } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'
import { isDigit, isWordAt } from '../text/letters.js'

const words = contextWords(
  'lat',
  'lon',
  'lng',
  'long',
  'latlng',
  'latlon',
  'lat long',
  'latitude*',
  'longitude*',
  '*koordinate*',
  'coord*',
  'coördina*',
  'gps',
  'gnss',
  'geo*',
  'location*',
  'standort*',
  'position*',
  'posición',
  'posizione',
  'positie',
  'ubicación',
  'latitud',
  'longitud',
  'latitudine',
  'longitudine',
  'breitengrad',
  'längengrad',
  'breite',
  'länge',
  'breedtegraad',
  'lengtegraad',
  'localisation',
  'emplacement',
  'locatie',
  'localización',
  'wgs84',
  'wgs 84',
  'map',
  'maps',
  'karte',
  'carte',
  'mapa',
  'mappa',
  'kaart',
  'waypoint',
  'point',
  'tracker',
  'ping',
  'treffpunkt',
)

const latitudeWord = /(?:^|[^\p{L}])(?:lat|latitude|latitud|latitudine|breitengrad|breite|breedtegraad)$/iu
const longitudeWord = /(?:^|[^\p{L}])(?:lon|lng|long|longitude|longitud|longitudine|längengrad|länge|lengtegraad)$/iu
const latitudeHint = contextWords('lat', 'latitude', 'latitud', 'latitudine', 'breitengrad')
const longitudeHint = contextWords('lon', 'lng', 'long', 'longitude', 'longitud', 'longitudine', 'längengrad')

/** Behind these, two numbers are no place. */
const otherwise = contextWords(
  '€',
  'eur',
  'usd',
  'gbp',
  'price*',
  'preis*',
  'prix',
  'precio*',
  'prezz*',
  'prijs',
  'mean',
  'std',
  'loss',
  'accuracy',
  'score*',
  'weight*',
  'vector*',
  'embedding*',
  'probabilit*',
  'p value',
  'ratio',
  'kurs',
  'rate',
  'rates',
  'version*',
)

/** A number with a decimal point or comma. */
interface Decimal {
  readonly start: number
  readonly end: number
  readonly value: number
  /** Digits behind the point. */
  readonly precision: number
}

const signs = new Set([0x2b, 0x2d, 0x2212])

/** The decimal number whose whole part is the digit run at `run`, and which has at least two digits behind the point. */
function decimalAt({ text, digits }: Haystack, run: number): Decimal | undefined {
  if (run + 3 >= digits.length) return undefined
  const from = digits.at[run] as number
  const point = digits.at[run + 1] as number
  const end = digits.at[run + 3] as number
  const code = text.charCodeAt(point)
  if (point - from > 3 || (code !== 0x2e && code !== 0x2c) || digits.at[run + 2] !== point + 1) return undefined
  if (end - point > 20 || end - point < 3) return undefined
  const signed = signs.has(text.charCodeAt(from - 1)) && !isWordAt(text, from - 2)
  const start = signed ? from - 1 : from
  const value = Number(`${text.slice(from, point)}.${text.slice(point + 1, end)}`)
  return { start, end, value, precision: end - point - 1 }
}

/** What stands between two numbers of a pair, with marks: `° N, `, `; `, ` / `. Bounded, and one way to match. */
const between = /^(?:\s?°)?\s?([NSEWO])?\s{0,2}([,;/|]?)\s{0,2}([NSEWO](?![\p{L}])\s?)?[+\-−]?$/u
const markBefore = /(?:^|[^\p{L}\p{N}])([NSEWO])[\s:]?\s?$/u
const markBehind = /^(?:\s?°)?\s?([NSEWO])(?![\p{L}\p{N}])/u

/** Names of directions written out. */
const direction =
  /^\s?(?:°|degrees?|grad|degrés?|grados|gradi|graden)?\s?(north|south|east|west|nord|süd|ost|norte|sur|este|oeste|sud|est|ovest|ouest|noord|zuid|oost|nördlicher breite|südlicher breite|östlicher länge|westlicher länge)(?![\p{L}])/iu
/** What may stand between two numbers whose directions are written out. */
const directions = /^[^\d\n]{1,48}$/u

/** Whether one of the letters of compass points stands there. */
function hasMark(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 0x4e || code === 0x53 || code === 0x45 || code === 0x57 || code === 0x4f) return true
  }
  return false
}

/** The pair that begins with the run; gives the run to go on from. */
function pairAt(haystack: Haystack, run: number, report: Report): number {
  const { text, digits } = haystack
  const first = decimalAt(haystack, run)
  if (first === undefined) return run
  const second = decimalAt(haystack, run + 4)
  if (second === undefined || second.start - first.end > 56) return run + 2
  if (first.value > 180 || second.value > 180) return run + 2
  haystack.step()
  const gap = text.slice(first.end, second.start)
  const match = between.exec(gap)
  if (match === null) return directionPair(haystack, run, first, second, gap, report)
  const left = text.charCodeAt(first.start - 1)
  if (isWordAt(text, first.start - 1) && !/[NSEWO]/.test(text[first.start - 1] as string)) return run + 2
  if (left === 0x2e || left === 0x5f || left === 0x24 || left === 0x20ac) return run + 2
  let { start } = first
  let { end } = second
  const front = hasMark(text, start - 4, start) ? markBefore.exec(text.slice(Math.max(0, start - 5), start)) : null
  const back = hasMark(text, end, end + 4) ? markBehind.exec(text.slice(end, end + 4)) : null
  const one = front?.[1] ?? match[1]
  const other = front ? (match[3] ?? match[1])?.trim() : (back?.[1] ?? match[3]?.trim())
  const marked = one !== undefined && other !== undefined && isNorth(one) !== isNorth(other)
  if (marked) {
    if (front) start -= front[0].trimStart().replace(/^[^NSEWO]/, '').length
    else end += (back?.[0] ?? '').length
  } else if (text.charCodeAt(end) === 0xb0) end += 1
  if (text.charCodeAt(end) === 0x25 || text.charCodeAt(end) === 0x20ac || text.charCodeAt(end) === 0x5f) return run + 2
  if (!marked && isWordAt(text, end)) return run + 2
  if (text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1))) return run + 2
  const limit = first.value > 90 && second.value > 90
  if (limit) return run + 2
  if (marked) {
    report(start, end, 'GEO', 0.95, 'pair with compass points')
    return run + 6
  }
  const separator = match[2] as string
  const comma = text.charCodeAt(digits.at[run + 1] as number) === 0x2c
  const precision = Math.min(first.precision, second.precision)
  let score = precision >= 4 ? 0.6 : precision === 3 ? 0.35 : 0.15
  if (separator === '' || comma) score -= 0.3
  if (first.value < 2 && second.value < 2) score -= 0.3
  else if (first.value < 10 && second.value < 10 && precision < 5) score -= 0.15
  if (Math.abs(first.precision - second.precision) > 3) score -= 0.1
  if (first.value > 90) score -= 0.25
  if (score < 0.1) return run + 2
  if (isListed(text, first.start, second.end, separator)) score -= 0.5
  if (score < 0.1) return run + 2
  if (text.charCodeAt(start - 1) === 0x40 || (score < 0.85 && near(haystack, start, end, words))) score += 0.4
  if (score >= 0.5 && score < 0.8 && near(haystack, start, end, otherwise)) score -= 0.3
  report(start, end, 'GEO', Math.max(0, Math.min(score, 0.95)), 'pair of decimals in range')
  return score >= 0.5 ? run + 6 : run + 2
}

const isNorth = (mark: string): boolean => mark === 'N' || mark === 'S'

/** `48.1374 degrees north, 11.5755 degrees east`. */
function directionPair(
  haystack: Haystack,
  run: number,
  first: Decimal,
  second: Decimal,
  gap: string,
  report: Report,
): number {
  const { text } = haystack
  if (!directions.test(gap) || !direction.test(gap)) return run + 2
  const match = direction.exec(text.slice(second.end, second.end + 32))
  if (match === null || isWordAt(text, first.start - 1)) return run + 2
  report(first.start, second.end + match[0].length, 'GEO', 0.9, 'pair with compass points in words')
  return run + 6
}

const listedBehind = /^\s?([,;])\s{0,2}[+-]?(?:\d{1,3}[.,]\d{1,12}\s?[,;]\s{0,2}[+-]?\d|\d\.\d{3})/
const listedBefore = /\d([,;])\s{0,2}$/

/** Whether the pair is part of a longer row of decimals, as vectors are; one number more may be a height. */
function isListed(text: string, start: number, end: number, separator: string): boolean {
  if (separator === '') return false
  const before = listedBefore.exec(text.slice(Math.max(0, start - 4), start))?.[1]
  return before === separator || listedBehind.exec(text.slice(end, end + 32))?.[1] === separator
}

/** A number behind its name, as members of JSON: `"lat": 48.1374`. */
function labelledAt(haystack: Haystack, run: number, report: Report): void {
  const { text, hint } = haystack
  const number = decimalAt(haystack, run)
  if (number === undefined || isWordAt(text, number.end)) return
  let index = number.start - 1
  const floor = Math.max(0, number.start - 8)
  while (index >= floor && /[\s:="'>([]/.test(text[index] as string)) index -= 1
  const name = text.slice(Math.max(0, index - 13), index + 1)
  const alone = number.start === 0 && number.end === text.length
  const labelled = index + 1 < number.start
  const latitude = (labelled && latitudeWord.test(name)) || (alone && latitudeHint.test(hint))
  const longitude = !latitude && ((labelled && longitudeWord.test(name)) || (alone && longitudeHint.test(hint)))
  if (!(latitude && number.value <= 90) && !(longitude && number.value <= 180)) return
  const short = /(?:long|breite|länge)$/iu.test(name)
  const units = /^\s?(?:cm|mm|m|km|kg|in|ft|meter|metre|inch)/i.test(text.slice(number.end, number.end + 8))
  if (units || (short && number.precision < 3)) return
  haystack.step()
  let { end } = number
  const mark = markBehind.exec(text.slice(end, end + 4))
  if (mark) end += mark[0].length
  else if (text.charCodeAt(end) === 0xb0) end += 1
  report(number.start, end, 'GEO', number.precision >= 3 ? 0.85 : 0.65, 'latitude or longitude by name')
}

/** One angle in degrees, minutes and perhaps seconds; every part is bounded and begins with what the last can't hold. */
const angle = `\\d{1,3}\\s?[°˚ºo]\\s{0,2}\\d{1,2}(?:[.,]\\d{1,6})?\\s?['’′‘\`]\\s{0,2}(?:\\d{1,2}(?:[.,]\\d{1,6})?\\s?(?:["”″“]|['’′]{2})\\s{0,2})?`
const letters =
  '(?:[NSEWO](?![\\p{L}])|Nord|Süd|Ost|West|North|South|East|Norte|Sur|Este|Oeste|Sud|Est|Ovest|Ouest|Noord|Zuid|Oost)'
const sexagesimal = new RegExp(
  `^(?:${angle}${letters}\\s{0,2}[,;/]?\\s{0,2}(?:and|und|et|y|e|en)?\\s{0,2}${angle}${letters}|${angle}\\s{0,2}[,;/]?\\s{0,2}[NSEWO]\\s{0,2}${angle})`,
  'u',
)
const single = new RegExp(`^${angle}${letters}`, 'u')

const degree = /^\s?[°˚ºo]\s{0,2}\d/u

/** The signs people write for degrees; folding makes `º` an `o`. */
const degreeSigns = new Set([0xb0, 0x2da, 0xba, 0x6f])

const mayBeDegree = (text: string, index: number): boolean =>
  degreeSigns.has(text.charCodeAt(index)) ||
  (text.charCodeAt(index) === 0x20 && degreeSigns.has(text.charCodeAt(index + 1)))

/** `48°08'14.6"N 11°34'31.8"E`, `N 48° 08.246' E 11° 34.530'`. */
function sexagesimalAt(haystack: Haystack, run: number, report: Report): number {
  const { text, digits } = haystack
  const from = digits.at[run] as number
  const last = digits.at[run + 1] as number
  if (last - from > 3 || !mayBeDegree(text, last) || !degree.test(text.slice(last, last + 5))) return run
  if (isWordAt(text, from - 1) && !/[NSEWO]/.test(text[from - 1] as string)) return run
  haystack.step()
  const rest = text.slice(from, from + 80)
  const front = markBefore.exec(text.slice(Math.max(0, from - 4), from))
  const start = front ? from - front[0].replace(/^[^NSEWO]/, '').length : from
  const pair = sexagesimal.exec(rest)
  const one = pair ?? (front ? null : single.exec(rest))
  if (one === null || Number(text.slice(from, last)) > 180) return run
  const end = from + one[0].trimEnd().length
  report(
    pair && front ? start : from,
    end,
    'GEO',
    pair ? 0.95 : 0.7,
    pair ? 'degrees, minutes and compass points' : 'one angle with a compass point',
  )
  let next = run
  while (next < digits.length && (digits.at[next] as number) < end) next += 2
  return next - 2
}

const uri = /^[+-]?\d{1,3}(?:\.\d{1,12})?,[+-]?\d{1,3}(?:\.\d{1,12})?(?:,[+-]?\d{1,5}(?:\.\d{1,6})?)?/

/** `geo:48.137,11.575;u=35`: the numbers of the URI, as the address of a mailto. */
function findUris(haystack: Haystack, report: Report): void {
  const { text, colons } = haystack
  for (let index = 0; index < colons.length; index += 1) {
    const colon = colons.at[index] as number
    if (colon < 3 || text.slice(colon - 3, colon).toLowerCase() !== 'geo' || isWordAt(text, colon - 4)) continue
    const match = uri.exec(text.slice(colon + 1, colon + 64))
    if (match && !isDigit(text.charCodeAt(colon + 1 + match[0].length)))
      report(colon + 1, colon + 1 + match[0].length, 'GEO', 0.95, 'geo URI')
  }
}

const plusCode = /^[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}$/i

/** Full plus codes: `8FVC9G8F+6X`. */
function findPlusCodes(haystack: Haystack, report: Report): void {
  const { text } = haystack
  for (let plus = text.indexOf('+'); plus >= 0; plus = text.indexOf('+', plus + 1)) {
    if (plus < 8 || !isWordAt(text, plus - 1) || isWordAt(text, plus - 9)) continue
    let end = plus + 1
    while (end - plus < 5 && isWordAt(text, end)) end += 1
    const code = text.slice(plus - 8, end)
    if (!plusCode.test(code) || !/\d/.test(code) || !/[A-Z]/i.test(code)) continue
    haystack.step()
    const said = near(haystack, plus - 8, end, words) || behind(haystack, end, words)
    const upper = code === code.toUpperCase()
    report(plus - 8, end, 'GEO', said ? 0.9 : upper ? 0.65 : 0.4, 'full plus code')
  }
}

/**
 * Finds coordinates: decimal pairs precise enough or named so, with compass points or without, degrees with minutes and
 * seconds, `lat` and `lon` as members, `geo:` URIs, and full plus codes. A pair without context needs four decimals.
 *
 * @returns the detector of GEO
 */
export function geo(): Detector {
  return {
    name: 'geo',
    version: '1',
    types: ['GEO'],
    find(haystack, report) {
      const { digits } = haystack
      for (let run = 0; run < digits.length; run += 2) {
        const angled = sexagesimalAt(haystack, run, report)
        if (angled !== run) {
          run = angled
          continue
        }
        labelledAt(haystack, run, report)
        run = pairAt(haystack, run, report)
      }
      findUris(haystack, report)
      findPlusCodes(haystack, report)
    },
  }
}
